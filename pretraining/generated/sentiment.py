# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Sentences and short reviews to be judged: positive, negative or neutral."""

from __future__ import annotations

from random import Random

from pretraining.generated.document import Document, ask
from pretraining.generated.lexicon_nouns import SMALL
from pretraining.generated.opinions import OPINIONS
from pretraining.generated.words import capital, say
from pretraining.generated.world import (
    LEXICON,
    company,
    date,
    day,
    job,
    month,
    person,
    price,
    street,
    town,
    year,
)

_LABELS = {
    "en": (("positive", "negative", "neutral"), ("Positive", "Negative", "Neutral"),
           ("POSITIVE", "NEGATIVE", "NEUTRAL"), ("good", "bad", "neither"), ("+", "-", "0"),
           ("happy", "unhappy", "neutral")),
    "pt": (("positivo", "negativo", "neutro"), ("Positivo", "Negativo", "Neutro"),
           ("POSITIVO", "NEGATIVO", "NEUTRO"), ("bom", "ruim", "nenhum"), ("+", "-", "0"),
           ("favorável", "desfavorável", "neutro")),
}  # fmt: skip


def opinion(chance: Random, language: str, judgement: str) -> tuple[str, str]:
    """A text of one or two sentences of that judgement, and one of them."""
    by = OPINIONS[language][chance.choice(list(OPINIONS[language]))]
    many = 1 if chance.random() < 0.6 else 2
    drawn = chance.sample(by[judgement], many)
    if judgement != "0" and chance.random() < 0.2:
        drawn.insert(chance.randint(0, len(drawn)), chance.choice(by["0"]))
    lexicon = LEXICON[language]
    someone = person(chance, language)
    thing = chance.choice(SMALL[language])
    low = chance.randint(1, 60)
    slots = {
        "name": someone.name, "thing": thing, "price": price(chance, language),
        "dish": chance.choice(lexicon.DISHES), "dish2": chance.choice(lexicon.DISHES),
        "drink": chance.choice(lexicon.DRINKS), "street": street(chance, language),
        "number": chance.randint(2, 30), "number2": chance.randint(20, 800),
        "town": town(chance, language), "month": month(chance, language),
        "year": year(chance), "day": day(chance, language), "job": job(chance, language, someone),
        "company": company(chance, language), "date": date(chance, language), "low": low,
        "high": low + chance.randint(1, 40), "product": chance.choice(lexicon.PRODUCTS),
    }  # fmt: skip
    ends = chance.choice((".", ".", "!")) if judgement == "+" else "."
    text = [capital(one.format_map(slots)) for one in drawn]
    reason = next(capital(one.format_map(slots)) for one in drawn if one in by[judgement])
    return " ".join(f"{one}{ends}" for one in text), reason


def sentiment(chance: Random, language: str) -> Document:
    """One text, or two or three in a conversation, with labels of one form."""
    labels = dict(zip("+-0", chance.choice(_LABELS[language]), strict=True))
    judgements = "+-0" if chance.random() < 0.7 else "+-"
    names = [labels[one] for one in judgements]
    joint = " or " if language == "en" else " ou "
    listed = ", ".join(names[:-1]) + joint + names[-1]
    wording = say(
        chance, language,
        f"What is the sentiment of the text: {listed}? || Is this {listed}? || Label the text as "
        f"{listed}. || Classify the sentence. Labels: {', '.join(names)}. || Choose one word: {listed}. "
        f"|| Judge the mood. Answer with {listed}. || How does the writer feel: {listed}?",
        f"Qual é o sentimento do texto: {listed}? || Isto é {listed}? || Classifique o texto como "
        f"{listed}. || Classifique a frase. Rótulos: {', '.join(names)}. || Escolha uma palavra: "
        f"{listed}. || Julgue o tom. Responda com {listed}. || Como se sente quem escreve: {listed}?",
    )  # fmt: skip
    rounds = 1 if chance.random() < 0.7 else chance.randint(2, 4)
    with_reason = chance.random() < 0.15
    if with_reason:
        why = say(chance, language, "Give a reason. || Quote the words that show it.",
                  "Dê um motivo. || Cite as palavras que mostram isso.")  # fmt: skip
        wording += f" {why}"
    turns: list[tuple[str, str]] = []
    in_system = False
    for place in range(rounds):
        judgement = chance.choice(judgements)
        text, reason = opinion(chance, language, judgement)
        if place == 0:
            asked = ask(chance, wording, text)
            in_system = asked[0][0] == "system"
            turns += asked
        else:
            turns.append(("user", text if in_system else f"{wording}\n\n{text}"))
        answer = labels[judgement]
        if with_reason:
            answer = f'{answer}: "{reason}"'
        turns.append(("assistant", answer))
    return Document("sentiment", language, tuple(turns))
