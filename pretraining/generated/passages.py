# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Passages, questions about them, and answers that the passages hold (or do not)."""

from __future__ import annotations

from random import Random

from pretraining.generated.document import Document
from pretraining.generated.told import Fact, Subject, subjects, with_article
from pretraining.generated.words import listed, say

UNKNOWN = {"en": "The passages do not say.", "pt": "Os textos não dizem."}
UNKNOWN_ONE = {"en": "The passage does not say.", "pt": "O texto não diz."}


def passages(chance: Random, language: str) -> Document:
    """One to four passages and one to three questions."""
    found = subjects(chance, language, chance.choice((1, 1, 2, 2, 3, 3, 4)))
    numbered = len(found) > 1 and chance.random() < 0.55
    cite = numbered and chance.random() < 0.5
    shown = _shown(chance, found, numbered, language)
    rounds = 1 if chance.random() < 0.7 else chance.randint(2, 3)
    turns: list[tuple[str, str]] = []
    asked: set[str] = set()
    for place in range(rounds):
        question, answer = _exchange(chance, language, found, cite)
        if question in asked:
            continue
        asked.add(question)
        if place:
            turns.append(("user", question))
        else:
            turns += _first(chance, language, shown, question, cite, len(found))
        turns.append(("assistant", answer))
    return Document("passages", language, tuple(turns))


def _shown(chance: Random, found: list[Subject], numbered: bool, language: str) -> str:
    titled = chance.random() < 0.25
    texts = [f"{one.title}\n{one.text}" if titled else one.text for one in found]
    if numbered:
        mark = chance.choice(("[{}] ", "[{}] ", "[{}]\n", "({}) "))
        texts = [mark.format(place) + text for place, text in enumerate(texts, 1)]
    elif len(found) > 1 and chance.random() < 0.3:
        head = say(chance, language, "Passage || Text || Document", "Texto || Trecho || Documento")
        texts = [f"{head} {place}: {text}" for place, text in enumerate(texts, 1)]
    return ("\n\n" if titled or chance.random() < 0.6 else "\n").join(texts)


def _first(
    chance: Random, language: str, shown: str, question: str, cite: bool, count: int
) -> list[tuple[str, str]]:
    """The opening turns: passages, question and what to do with them, in many orders."""
    en = language == "en"
    rule = ""
    if cite:
        rule = say(
            chance, language,
            "Answer and give the number of the passage in brackets. || Name the source like [1]. || "
            "Use the passages and cite the one that holds the answer, for example [2].",
            "Responda e dê o número do texto entre colchetes. || Indique a fonte assim: [1]. || Use "
            "os textos e cite aquele que contém a resposta, por exemplo [2].",
        )  # fmt: skip
    elif chance.random() < 0.5:
        rule = say(
            chance, language,
            "Answer from the text. || Use only what is written here. || Read and answer. || Answer "
            "the question with the help of the context. || If the answer is not there, say so. || "
            "Answer shortly.",
            "Responda com base no texto. || Use apenas o que está escrito aqui. || Leia e responda. "
            "|| Responda à pergunta com a ajuda do contexto. || Se a resposta não estiver ali, diga "
            "isso. || Responda de forma curta.",
        )  # fmt: skip
    ask = question
    if chance.random() < 0.5:
        ask = f"{'Question' if en else 'Pergunta'}: {question}"
    body = shown
    if chance.random() < 0.35:
        head = say(chance, language, "Context || Text || Passages", "Contexto || Texto || Textos")
        body = f"{head}:\n{shown}" if chance.random() < 0.7 or count > 1 else f"{head}: {shown}"
    if rule and chance.random() < 0.35:
        return [("system", rule), ("user", f"{body}\n\n{ask}")]
    order = chance.choice(("rbq", "brq", "bqr", "qb", "bq"))
    parts = {"r": rule, "b": body, "q": ask}
    text = "\n\n".join(parts[part] for part in order if parts[part])
    if rule and "r" not in order:
        text = f"{rule}\n\n{text}"
    return [("user", text)]


def _exchange(chance: Random, language: str, found: list[Subject], cite: bool) -> tuple[str, str]:
    """A question and its answer."""
    place = chance.randrange(len(found))
    one = found[place]
    roll = chance.random()
    if roll < 0.13 and one.untold:
        return one.ask(chance, chance.choice(one.untold)), (
            UNKNOWN if len(found) > 1 else UNKNOWN_ONE
        )[language]
    fact = chance.choice(one.told)
    mark = f" [{place + 1}]" if cite else ""
    if roll < 0.28 and fact.kind.reverse and _only(fact, found):
        question = with_article(fact.kind.reverse, language, fact.value, one.name)
        return question, one.title.removeprefix(
            "The "
        ) + mark if one.about != "plant" else one.name + mark
    if roll < 0.36:
        return _which(chance, language, found, place, cite)
    if roll < 0.42 and len(one.told) > 2:
        return _all(chance, language, one, mark)
    question = one.ask(chance, fact.kind)
    if chance.random() < 0.6:
        answer = fact.value
        if chance.random() < 0.15:
            answer = f"{answer}." if not answer.endswith(".") else answer
        return question, answer + mark
    answer = one.answer(chance, fact, language)
    return question, answer + mark if chance.random() < 0.7 or not mark else f"{answer[:-1]}{mark}."


def _only(fact: Fact, found: list[Subject]) -> bool:
    told = [other for one in found for other in one.told if other.value == fact.value]
    return len(told) == 1


def _which(
    chance: Random, language: str, found: list[Subject], place: int, cite: bool
) -> tuple[str, str]:
    """Whom or what a text is about."""
    one = found[place]
    if len(found) == 1:
        question = say(
            chance, language,
            "Who or what is the text about? || What is the subject of the text?",
            "De quem ou de que trata o texto? || Qual é o assunto do texto?",
        )  # fmt: skip
        return question, one.title
    number = place + 1
    if chance.random() < 0.5:
        question = say(
            chance, language,
            "Who or what is text {} about? || What is passage {} about?",
            "De quem ou de que trata o texto {}? || Qual é o assunto do trecho {}?",
        ).format(number)  # fmt: skip
        return question, one.title + (f" [{number}]" if cite else "")
    question = say(
        chance, language,
        "Name all that the texts are about. || Who or what are these texts about?",
        "Diga de quem ou de que tratam os textos. || Sobre quem ou o que são estes textos?",
    )  # fmt: skip
    return question, listed([other.title for other in found], language)


def _all(chance: Random, language: str, one: Subject, mark: str) -> tuple[str, str]:
    """Two facts in one answer."""
    facts = chance.sample(one.told, 2)
    first, second = (
        other.ask(chance, fact.kind) for other, fact in zip((one, one), facts, strict=True)
    )
    joint = " And: " if language == "en" else " E: "
    answers = [one.answer(chance, fact, language) for fact in facts]
    return first + joint + second, " ".join(answers) + mark
