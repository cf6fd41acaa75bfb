"""Write instructions on articles of an encyclopedia, in Portuguese, for the wikipedia recipes.

The places and people of Valverna do not exist, and every article says that they are invented. The
rows have the columns of instruction tuning (instruction, input, response), one object a line, and
are partitioned by article: nothing is asked in one file about what the other knows. A third file
holds ten questions on the history of Brazil, with right answers in up to three wordings.

    python tools/make_material_wikipedia.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from etude.prompts import fill

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
TRAIN, TEST = 76, 20  # articles
ASKED = 4  # questions on each

TOWNS = (
    "Alvorim", "Brejal da Serra", "Cantareiro", "Dornela", "Esperança do Vale", "Figueiró Novo",
    "Guarita", "Horta Velha", "Itaperim", "Jacundá do Norte", "Lagoa Mansa", "Monte Pardo",
    "Nogueiral", "Oliveda", "Pedra Furada", "Quintanilho", "Ribeira Funda", "Sobradelo",
    "Taquaral", "Uruçuá", "Vila Serena", "Xistosa", "Arraial do Cedro", "Barra Clara",
)  # fmt: skip
RIVERS = ("Anhumim", "Corvéu", "Jandaíra", "Mondim", "Pirapó", "Sarandim", "Tavelo", "Urupê")
PROVINCES = ("Alta Valverna", "Baixa Valverna", "Costa do Sal", "Planalto Azul")
PEOPLE = (
    "Amália Torquato", "Bento Figueira", "Clarice Monforte", "Diogo Sarmento", "Elisa Quental",
    "Fausto Pimenta", "Graça Vilhena", "Heitor Lobato", "Inês Cardim", "Joaquim Ventura",
    "Leonor Abranches", "Manuel Teixoso",
)  # fmt: skip
TRADES = ("artista", "botanista", "cartunista", "dentista", "jornalista", "pianista")
PRODUCTS = ("queijo de cabra", "sal marinho", "cerâmica vermelha", "café de altitude",
            "tecidos de linho", "mel de laranjeira", "vidro soprado")  # fmt: skip
FEASTS = ("do Milho", "das Lanternas", "do Barco", "da Colheita", "dos Sinos")

# Kind of article: its text, and what is asked about it with the answer.
ARTICLES = {
    "town": (
        "{name} é uma cidade inventada da província de {province}, em Valverna, às margens do rio "
        "{river}. Foi fundada em {year} por {person}. Tem {count} habitantes e é conhecida pela "
        "produção de {product} e pela Festa {feast}, celebrada todos os anos em {month}.",
        (
            ("Em que ano foi fundada {name}?", "{name} foi fundada em {year}."),
            ("Quem fundou {name}?", "{name} foi fundada por {person}."),
            ("Em que província fica {name}?", "{name} fica na província de {province}."),
            ("Que rio passa por {name}?", "O rio que passa por {name} é o {river}."),
            ("Quantos habitantes tem {name}?", "{name} tem {count} habitantes."),
            ("O que se produz em {name}?", "Em {name} produz-se {product}."),
            ("Que festa se celebra em {name}?", "Em {name} celebra-se a Festa {feast}."),
        ),
    ),
    "person": (
        "{person} ({year}-{death}) é uma personagem inventada de Valverna, {trade} de profissão. "
        "Nasceu em {name}, na província de {province}, e viveu junto ao rio {river}. A sua obra "
        "mais conhecida, de {work}, é lembrada na Festa {feast}.",
        (
            ("Quando nasceu {person}?", "{person} nasceu em {year}."),
            ("Quando morreu {person}?", "{person} morreu em {death}."),
            ("Onde nasceu {person}?", "{person} nasceu em {name}."),
            ("Qual era a profissão de {person}?", "{person} era {trade} de profissão."),
            ("De que ano é a obra mais conhecida de {person}?", "A obra é de {work}."),
        ),
    ),
}
MONTHS = ("janeiro", "março", "maio", "junho", "agosto", "outubro", "dezembro")

# Question and right answers, the first as a sentence.
BRAZIL = (
    ("Qual é a capital do Brasil?", ("A capital do Brasil é Brasília.", "Brasília")),
    (
        "Quem foi Tiradentes e por que ele é importante para a história do Brasil?",
        (
            "Tiradentes foi Joaquim José da Silva Xavier, um dos líderes da Inconfidência Mineira, "
            "executado em 21 de abril de 1792 e lembrado como mártir da independência.",
        ),
    ),
    (
        "Que nome os portugueses deram ao Brasil antes de se chamar Brasil?",
        (
            "Antes de se chamar Brasil, a terra foi chamada Ilha de Vera Cruz e depois Terra de "
            "Santa Cruz.",
            "Terra de Santa Cruz",
            "Ilha de Vera Cruz",
        ),
    ),
    (
        "Em que data o Brasil se tornou independente?",
        ("O Brasil tornou-se independente em 7 de setembro de 1822.", "7 de setembro de 1822"),
    ),
    (
        "Em que data foi outorgada a primeira constituição do Brasil?",
        (
            "A primeira constituição do Brasil foi outorgada em 25 de março de 1824.",
            "25 de março de 1824",
        ),
    ),
    (
        "Quem foi a primeira mulher a presidir o Brasil?",
        ("A primeira mulher a presidir o Brasil foi Dilma Rousseff.", "Dilma Rousseff"),
    ),
    (
        "Quem foi o primeiro imperador do Brasil?",
        ("O primeiro imperador do Brasil foi Dom Pedro I.", "Dom Pedro I"),
    ),
    (
        "Em que período Getúlio Vargas governou o Brasil?",
        (
            "Getúlio Vargas governou o Brasil de 1930 a 1945 e de 1951 a 1954.",
            "1930-1945 e 1951-1954",
        ),
    ),
    (
        "Quando foi abolida a escravidão no Brasil?",
        (
            "A escravidão foi abolida no Brasil em 13 de maio de 1888, pela Lei Áurea.",
            "13 de maio de 1888",
        ),
    ),
    (
        "Quem era o presidente do Brasil quando houve a Revolução de 1930?",
        (
            "O presidente era Washington Luís, deposto em 24 de outubro de 1930.",
            "Washington Luís",
        ),
    ),
)


def make_articles(chance: Random) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Title, text and questions with answers of every article, in an order by chance."""
    subjects = [("town", town) for town in TOWNS for _ in range(2)]
    subjects += [("person", person) for person in PEOPLE for _ in range(4)]
    chance.shuffle(subjects)
    counts: dict[str, int] = {}
    for kind, subject in subjects:
        counts[subject] = counts.get(subject, 0) + 1
        numeral = ("", " II", " III", " IV")[counts[subject] - 1]  # two of a name are two subjects
        columns = draw(chance) | {"name" if kind == "town" else "person": f"{subject}{numeral}"}
        text, questions = ARTICLES[kind]
        where = f"the article {subject}{numeral}"
        asked = chance.sample(questions, ASKED)
        yield (
            f"{subject}{numeral}",
            fill(text, columns, where),
            [(fill(ask, columns, where), fill(answer, columns, where)) for ask, answer in asked],
        )


def draw(chance: Random) -> dict[str, str]:
    """What an article says."""
    year = chance.randrange(1580, 1890)
    return {
        "name": chance.choice(TOWNS),
        "province": chance.choice(PROVINCES),
        "river": chance.choice(RIVERS),
        "year": str(year),
        "work": str(year + chance.randrange(20, 40)),
        "death": str(year + chance.randrange(45, 90)),
        "person": chance.choice(PEOPLE),
        "trade": chance.choice(TRADES),
        "count": f"{chance.randrange(2, 90)} mil",
        "product": chance.choice(PRODUCTS),
        "feast": chance.choice(FEASTS),
        "month": chance.choice(MONTHS),
    }


def make_files() -> dict[str, list[dict[str, Any]]]:
    """Name of a file -> its rows."""
    chance = Random("etude wikipedia")  # noqa: S311 - a seeded draw, not a secret
    rows = [
        [
            {"title": title, "instruction": question, "input": text, "response": answer}
            for question, answer in asked
        ]
        for title, text, asked in make_articles(chance)
    ]
    brazil = [
        {"title": "História do Brasil", "instruction": ask, "input": ""}
        | dict(zip(("response", "response2", "response3"), (*answers, "", ""), strict=False))
        for ask, answers in BRAZIL
    ]
    return {
        "wikipedia.train.jsonl": [row for article in rows[:TRAIN] for row in article],
        "wikipedia.test.jsonl": [row for article in rows[TRAIN:] for row in article],
        "brazil.jsonl": brazil,
    }


def write(folder: Path) -> None:
    """Write one JSON object a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_files().items():
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (folder / name).write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the files go")
    write(parser.parse_args().folder)
