# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Tasks about a sentence full of invented facts: extract one of them, write them in a form."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pretraining.generated.lexicon_nouns import SMALL
from pretraining.generated.tasks import Draw, Task
from pretraining.generated.words import a
from pretraining.generated.world import company, date, job, person, price, street, town, year

_FACTS = {
    "en": (
        "{name} bought {thing_a} in {town} for {price} on {date}. || On {date}, {name} paid {price} "
        "for {thing_a} in {town}. || {name}, who works as {a_job} in {town}, was born on {date}. || "
        "The {job} {name} moved from {town} to {number} {street} in {year}. || {name} joined "
        "{company} in {town} in {year} and earns {price} an hour. || Please send {thing_a} to "
        "{name}, {number} {street}, {town}, by {date}. || In {year} {company} of {town} sold its "
        "house in {street} to {name} for {price}. || {name} lost {thing_a} in {street}, {town}, on "
        "{date}; the finder gets {price}. || {company} was founded in {town} in {year} by {name}, "
        "then a young {job}. || {name} rented a room in {town} on {date} and pays {price} a week."
    ).split(" || "),
    "pt": (
        "{name} comprou {thing_a} em {town} por {price} no dia {date}. || No dia {date}, {name} pagou "
        "{price} por {thing_a} em {town}. || {name}, que trabalha como {job} em {town}, nasceu no dia "
        "{date}. || {name}, {um} {job} de {town}, mudou-se para {street}, {number}, em {year}. || "
        "{name} entrou na {company}, em {town}, em {year}, e ganha {price} por hora. || Favor enviar "
        "{thing_a} para {name}, {street}, {number}, {town}, até {date}. || Em {year}, a {company}, de "
        "{town}, vendeu sua casa na {street} para {name} por {price}. || {name} perdeu {thing_a} na "
        "{street}, em {town}, no dia {date}; quem achar ganha {price}. || A {company} foi fundada em "
        "{town} em {year} por {name}. || {name} alugou um quarto em {town} no dia {date} e paga "
        "{price} por semana."
    ).split(" || "),
}  # fmt: skip


def fact(chance: Random, language: str, wanted: str = "name") -> tuple[str, dict[str, str]]:
    """A sentence of invented facts, the wanted one among them, and its parts by name."""
    place = "{" + wanted
    text = chance.choice([text for text in _FACTS[language] if place in text])
    one = person(chance, language)
    parts: dict[str, str] = {"name": one.full}
    extra = {"um": one.um}
    for name, draw in _PARTS.items():
        if "{" + name in text:
            parts[name] = draw(chance, language)
    if "{thing_a}" in text:
        thing = chance.choice(SMALL[language])
        parts["thing"], extra["thing_a"] = thing.word, thing.a
    if "job}" in text:
        parts["job"] = job(chance, language, one)
        extra["a_job"] = a(parts["job"])
    return text.format(**parts, **extra), parts


_PARTS: dict[str, Callable[[Random, str], str]] = {
    "town": town, "date": date, "price": price, "street": street, "company": company,
    "number": lambda chance, language: str(chance.randint(2, 99)),
    "year": lambda chance, language: str(year(chance)),
}  # fmt: skip

ASKED = {
    "en": {"name": "name", "town": "town", "date": "date", "price": "price", "street": "street",
           "job": "job", "company": "company", "year": "year", "thing": "object"},
    "pt": {"name": "nome", "town": "cidade", "date": "data", "price": "preço", "street": "rua",
           "job": "profissão", "company": "empresa", "year": "ano", "thing": "objeto"},
}  # fmt: skip


def _extract(wanted: str) -> Draw:
    def draw(chance: Random, language: str) -> tuple[str, str]:
        text, parts = fact(chance, language, wanted)
        return text, parts[wanted]

    return draw


def as_record(chance: Random, language: str) -> tuple[str, str]:
    """The facts as a JSON-like object."""
    text, parts = fact(chance, language)
    names = ASKED[language]
    fields = [f'"{names[name]}": "{value}"' for name, value in parts.items() if name in names]
    return text, "{" + ", ".join(fields) + "}"


def as_lines(chance: Random, language: str) -> tuple[str, str]:
    """The facts one a line."""
    text, parts = fact(chance, language)
    names = ASKED[language]
    lines = [f"{names[name]}: {value}" for name, value in parts.items() if name in names]
    return text, "\n".join(lines)


def _extractors() -> dict[str, Task]:
    found = {}
    for wanted, en in ASKED["en"].items():
        pt = ASKED["pt"][wanted]
        the = "a" if pt in ("cidade", "data", "rua", "profissão", "empresa") else "o"
        found[f"extract_{wanted}"] = Task(
            f"Extract the {en}. || Which {en} does the sentence mention? || Find the {en} in the "
            f"sentence and copy it. || Give only the {en}.",
            f"Extraia {the} {pt}. || Qual é {the} {pt} na frase? || Encontre {the} {pt} na frase e "
            f"copie. || Dê apenas {the} {pt}.",
            _extract(wanted),
        )
    return found


TOLD_TASKS: dict[str, Task] = {
    **_extractors(),
    "as_record": Task(
        "Write the facts as JSON. || Turn the sentence into a JSON object.",
        "Escreva os dados em JSON. || Transforme a frase em um objeto JSON.", as_record),
    "as_lines": Task(
        "List the facts, one on each line. || Write the facts as 'key: value' lines.",
        "Liste os dados, um por linha. || Escreva os dados em linhas 'chave: valor'.", as_lines),
}  # fmt: skip
"""Name -> task on told facts."""
