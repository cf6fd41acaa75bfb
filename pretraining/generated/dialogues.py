# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Everyday conversations of two persons, to be summed up, given a title or asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from pretraining.generated.dialogue_slots import slots
from pretraining.generated.document import Document, ask
from pretraining.generated.scenes_en import PRIVATE as PRIVATE_EN
from pretraining.generated.scenes_out_en import PUBLIC as PUBLIC_EN
from pretraining.generated.scenes_out_pt import PUBLIC as PUBLIC_PT
from pretraining.generated.scenes_pt import PRIVATE as PRIVATE_PT
from pretraining.generated.words import Person, capital, listed, say


@dataclass(frozen=True, slots=True)
class Line:
    """One line of talk and its wordings."""

    speaker: str
    wordings: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How a scene goes on, and its summaries."""

    lines: tuple[Line, ...]
    summaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene with its titles, its opening and its endings."""

    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    endings: tuple[Ending, ...]


def _line(text: str) -> Line:
    optional = text.startswith("? ")
    speaker, words = text.removeprefix("? ").split(": ", 1)
    return Line(speaker, tuple(words.split(" || ")), optional)


def read_scenes(text: str) -> list[Scene]:
    """Scenes from their table."""
    found = []
    for block in text.strip().split("\n\n"):
        head, *endings = block.split("\n*\n")
        title, *lines = head.splitlines()
        read = []
        for ending in endings:
            *talk, summary = ending.splitlines()
            read.append(
                Ending(tuple(map(_line, talk)), tuple(summary.removeprefix("= ").split(" || ")))
            )
        titles = tuple(title.removeprefix("# ").split(" || "))
        found.append(Scene(titles, tuple(map(_line, lines)), tuple(read)))
    return found


SCENES = {
    "en": read_scenes(PRIVATE_EN) + read_scenes(PUBLIC_EN),
    "pt": read_scenes(PRIVATE_PT) + read_scenes(PUBLIC_PT),
}
"""Language -> scenes."""

_GREETINGS = {
    "en": (
        (("Hi {B}!", "Hi {A}!"), ("Hello {B}, how are you?", "Fine, thanks. And you?"),
         ("Hey, do you have a minute?", "Sure, what is it?"), ("{B}? It's {A}.", "Oh, hello {A}!"),
         ("Good to see you, {B}.", "Good to see you too."), ("Hi there!", "Hello! Nice to see you."),
         ("Are you busy?", "No, go ahead."), ("{B}, can I ask you something?", "Of course.")),
        (("Thank you. Bye!", "Bye!"), ("See you!", "See you!"), ("Thanks again.", "You're welcome."),
         ("Have a nice day.", "You too."), ("Take care.", "And you."), ("That's settled.", "Yes, good.")),
    ),
    "pt": (
        (("Oi, {B}!", "Oi, {A}!"), ("Olá, {B}, tudo bem?", "Tudo, e você?"),
         ("Você tem um minuto?", "Claro, o que foi?"), ("{B}? Aqui é {A}.", "Ah, oi, {A}!"),
         ("Que bom ver você, {B}.", "Bom ver você também."), ("Olá!", "Olá! Há quanto tempo!"),
         ("Está ocupad{B.o}?", "Não, pode falar."), ("{B}, posso perguntar uma coisa?", "Claro.")),
        (("Obrigad{A.o}. Tchau!", "Tchau!"), ("Até logo!", "Até logo!"),
         ("Obrigad{A.o} mais uma vez.", "De nada."), ("Bom dia para você.", "Igualmente."),
         ("Se cuida.", "Você também."), ("Combinado.", "Combinado.")),
    ),
}  # fmt: skip

_PROMPTS = {
    "en": "Summarise the dialogue. || Sum up this conversation in one or two sentences. || What is the "
    "conversation about? || Write a short summary. || Briefly tell what happens in the dialogue. || "
    "What did they decide? || Summary, please. || Give a one-sentence summary. || Tell me in short "
    "what they talk about. || Please summarise the following conversation. || "
    "Write a summary in the third person.",
    "pt": "Resuma o diálogo. || Resuma esta conversa em uma ou duas frases. || De que trata a conversa? "
    "|| Escreva um resumo curto. || Conte em poucas palavras o que acontece no diálogo. || O que eles "
    "decidiram? || Resumo, por favor. || Faça um resumo de uma frase. || Diga em resumo sobre o que "
    "falam. || Por favor, resuma a conversa a seguir. || Escreva um resumo em terceira pessoa.",
}
_TITLE_PROMPTS = {
    "en": "Give the dialogue a title. || What is the topic of the conversation? || Name the topic in a "
    "few words. || Write a short title for this conversation.",
    "pt": "Dê um título ao diálogo. || Qual é o assunto da conversa? || Diga o assunto em poucas "
    "palavras. || Escreva um título curto para esta conversa.",
}


def _spoken(chance: Random, lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    keep = chance.random() < 0.5
    return [
        (line.speaker, chance.choice(line.wordings)) for line in lines if keep or not line.optional
    ]


def talk(chance: Random, language: str) -> tuple[str, str, str, str]:
    """A conversation as text, its summary, its title and who speaks in it.

    Wordings are drawn anew until a summary tells nothing that the conversation leaves out.
    """
    while True:
        place = chance.randrange(len(SCENES[language]))
        scene = SCENES[language][place]
        ending = chance.choice(scene.endings)
        filled = slots(chance, language)
        spoken = _spoken(chance, scene.lines) + _spoken(chance, ending.lines)
        said = " ".join(words for _, words in spoken)
        fit = [one for one in ending.summaries if _named(one) <= _named(said)]
        if fit:
            break
    spoken = _framed(chance, language, spoken, known=place < _PRIVATE[language])
    names = {"A": filled["A"].name, "B": filled["B"].name}
    told = filled
    if chance.random() < (0.3 if language == "en" else 0.1):
        tag = "#Person{}#" if language == "en" else "#Pessoa{}#"
        order = (1, 2) if spoken[0][0] == "A" else (2, 1)
        names = {"A": tag.format(order[0]), "B": tag.format(order[1])}
        told = {**filled, **{who: _masked(filled[who], tag) for who, tag in names.items()}}
    lines: list[str] = []
    last = ""
    for who, words in spoken:
        text = capital(words.format_map(filled))
        if who == last:  # what follows a line left open by the scene is said in one breath
            lines[-1] += f" {text}"
        else:
            lines.append(f"{names[who]}: {text}")
        last = who
    summary = capital(chance.choice(fit).format_map(told))
    title = capital(chance.choice(scene.titles).format_map(told))
    first = spoken[0][0]
    speakers = listed([names[first], names["B" if first == "A" else "A"]], language)
    return "\n".join(lines), summary, title, speakers


def _named(text: str) -> frozenset[str]:
    """The slots that a text reads, but for the two speakers."""
    return frozenset(_SLOT.findall(text)) - {"A", "B"}


_SLOT = re.compile(r"\{(\w+)")


def _framed(
    chance: Random, language: str, spoken: list[tuple[str, str]], *, known: bool
) -> list[tuple[str, str]]:
    """The talk with a greeting before it and a farewell after it, at times."""
    greetings, farewells = _GREETINGS[language]
    if known and spoken[0][0] == "A" and chance.random() < 0.4:
        one, two = chance.choice(greetings)
        spoken = [("A", one), ("B", two), *spoken]
    if chance.random() < 0.35:
        who = "A" if spoken[-1][0] == "B" else "B"
        other = "B" if who == "A" else "A"
        one, two = chance.choice(farewells)
        spoken = [*spoken, (who, one.replace("{A.o}", "{" + who + ".o}")), (other, two)]
    return spoken


def _masked(someone: Person, tag: str) -> Person:
    """The person with a tag in place of the name, who is not known to be a man or a woman."""
    if someone.um:
        return replace(someone, name=tag, full=tag)
    return replace(someone, name=tag, full=tag, he="they", him="them", his="their")


_PRIVATE = {"en": len(read_scenes(PRIVATE_EN)), "pt": len(read_scenes(PRIVATE_PT))}
"""How many of the scenes, the first ones, are among people who know each other."""


def dialogues(chance: Random, language: str) -> Document:
    """A conversation with its summary, its title, or both in two turns."""
    text, summary, title, speakers = talk(chance, language)
    if chance.random() < 0.2:
        head = say(chance, language, "Dialogue || Conversation", "Diálogo || Conversa")
        text = f"{head}:\n{text}"
    roll = chance.random()
    if roll < 0.06:
        plain = say(chance, language, "Summary: {}", "Resumo: {}").format(summary)
        return Document("dialogues", language, text=f"{text}\n\n{plain}")
    if roll < 0.1:
        wording = say(
            chance, language,
            "Who is talking? || Name the two speakers. || Between whom is the conversation?",
            "Quem está falando? || Diga os dois nomes. || Entre quem é a conversa?",
        )  # fmt: skip
        return Document(
            "dialogues", language, (*ask(chance, wording, text), ("assistant", speakers))
        )
    if roll < 0.18:
        wording = say(chance, language, _TITLE_PROMPTS["en"], _TITLE_PROMPTS["pt"])
        return Document("dialogues", language, (*ask(chance, wording, text), ("assistant", title)))
    wording = say(chance, language, _PROMPTS["en"], _PROMPTS["pt"])
    turns = (*ask(chance, wording, text), ("assistant", summary))
    if roll < 0.26:
        follow = say(chance, language, _TITLE_PROMPTS["en"], _TITLE_PROMPTS["pt"])
        turns = (*turns, ("user", follow), ("assistant", title))
    return Document("dialogues", language, turns)
