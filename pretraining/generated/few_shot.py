# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Worked examples in the prompt, then a question that they teach how to answer."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pretraining.generated.document import Document
from pretraining.generated.instructions import TASKS
from pretraining.generated.lexicon_nouns import CATEGORY, NOUN, SMALL
from pretraining.generated.tasks_lists import items
from pretraining.generated.words import capital, say
from pretraining.generated.world import invented, job, persons, price, street, town, year

_TASKS = [
    name
    for name, task in TASKS.items()
    if task.shots and name not in ("lists/repeated", "text/copy", "told/as_record")
]

_FRAMES = {
    "en": (
        ("Input: ", "Output: "), ("Q: ", "A: "), ("Question: ", "Answer: "), ("Text: ", "Label: "),
        ("", " -> "), ("", " => "), ("Word: ", "Answer: "), ("Sentence: ", "Result: "), ("", ": "),
        ("> ", "= "), ("Example: ", "Answer: "), ("Given: ", "Wanted: "), ("In: ", "Out: "),
    ),
    "pt": (
        ("Entrada: ", "Saída: "), ("P: ", "R: "), ("Pergunta: ", "Resposta: "), ("", " -> "),
        ("Texto: ", "Rótulo: "), ("", " => "), ("Palavra: ", "Resposta: "), ("", ": "),
        ("Frase: ", "Resultado: "), ("> ", "= "), ("Exemplo: ", "Resposta: "), ("Dado: ", "Pedido: "),
    ),
}  # fmt: skip

Rows = list[tuple[str, str]]


def labels(chance: Random, language: str, count: int) -> Rows:
    """Invented or real labels for two categories; the labels are learnt from the examples."""
    names = chance.sample([name for name in CATEGORY if name != "object"], 2)
    tags = chance.choice((
        [invented(chance), invented(chance)], ["A", "B"], ["1", "2"], ["X", "Y"], ["yes", "no"],
        ["+", "-"], ["red", "blue"], [chr(chance.randint(65, 75)), chr(chance.randint(76, 90))],
    ))  # fmt: skip
    if language == "pt" and tags[0] in ("yes", "red"):
        tags = ["sim", "não"] if tags[0] == "yes" else ["vermelho", "azul"]
    sides = [0, 1] + [chance.randrange(2) for _ in range(count - 2)]
    if count > 2:
        last = sides.pop()
        chance.shuffle(sides)
        sides.append(last)
    nouns = [chance.sample(NOUN[language][name], min(count, 10)) for name in names]
    return [(nouns[side][place % 10].word, tags[side]) for place, side in enumerate(sides)]


def lookup(chance: Random, language: str, count: int) -> Rows:
    """The query is one of the examples, to be looked up."""
    people = persons(chance, language, count - 1)
    kind = chance.randrange(6)
    values = {
        0: lambda one: town(chance, language), 1: lambda one: job(chance, language, one),
        2: lambda one: str(year(chance)), 3: lambda one: invented(chance),
        4: lambda one: price(chance, language), 5: lambda one: chance.choice(SMALL[language]).word,
    }  # fmt: skip
    rows = [(one.full if kind % 2 else one.name, values[kind](one)) for one in people]
    return [*rows, chance.choice(rows)]


def code_words(chance: Random, language: str, count: int) -> Rows:
    """Invented words with a fixed change: a prefix, a suffix, doubled, turned round."""
    affix = invented(chance, 1)[:2]
    change: Callable[[str], str] = chance.choice((
        lambda word: affix + word, lambda word: word + affix, lambda word: f"{word} {word}",
        lambda word: word[::-1], lambda word: word.upper(), lambda word: f"<{word}>",
        lambda word: f"{word}!", lambda word: f"[{word}]", lambda word: word[0] * 3,
        lambda word: f"{affix}-{word}", lambda word: word[1:], lambda word: word[:-1],
        lambda word: f"({word}) {affix}", lambda word: f"{word} / {word.upper()}",
    ))  # fmt: skip
    words = items(chance, language, count, count)
    return [(word, change(word)) for word in words]


def composed(chance: Random, language: str, count: int) -> Rows:
    """Values put into a fixed form."""
    forms = say(
        chance, language,
        "{n} lives in {t} || Dear {n} of {t} || {t}: {n} || {n} <{t}> || Greetings to {n} in {t}! || "
        "{n} has left {t} || [{t}] {n} || name={n}; town={t} || {n}, {t}, by train",
        "{n} mora em {t} || Olá, {n} de {t} || {t}: {n} || {n} <{t}> || Saudações a {n} em {t}! || "
        "{n} saiu de {t} || [{t}] {n} || nome={n}; cidade={t} || {n}, {t}, de trem",
    )  # fmt: skip
    rows = []
    for one in persons(chance, language, count):
        place = town(chance, language)
        rows.append((f"{one}, {place}", forms.replace("{n}", one.name).replace("{t}", place)))
    return rows


def picked(chance: Random, language: str, count: int) -> Rows:
    """One field of a record with several; which one, the examples show."""
    field = chance.randrange(4)
    joint = chance.choice((" | ", "; ", ", ", " - ", " / "))
    rows = []
    for one in persons(chance, language, count):
        values = (one.full, job(chance, language, one), street(chance, language), str(year(chance)))
        rows.append((joint.join(values), values[field]))
    return rows


def by_task(chance: Random, language: str, count: int) -> Rows:
    """Examples of one of the small tasks."""
    return _rows_of(chance, language, count, chance.choice(_TASKS))


def _rows_of(chance: Random, language: str, count: int, name: str) -> Rows:
    task = TASKS[name]
    rows: dict[str, str] = {}
    for _ in range(4 * count):
        given, answer = task.draw(chance, language)
        rows.setdefault(given, answer)
        if len(rows) == count:
            break
    return list(rows.items())


MAPPINGS: tuple[Callable[[Random, str, int], Rows], ...] = (
    labels, lookup, code_words, composed, picked, by_task, by_task, by_task, by_task
)  # fmt: skip


def few_shot(chance: Random, language: str) -> Document:
    """Examples within one user turn or as earlier turns of the conversation."""
    count = chance.randint(2, 4) + 1
    in_turns = chance.random() < 0.45
    if chance.random() < 0.3:  # with the instruction said
        name = chance.choice([name for name in _TASKS if TASKS[name].plain(chance, language)])
        wording, rows = TASKS[name].plain(chance, language), _rows_of(chance, language, count, name)
    else:
        wording, rows = "", chance.choice(MAPPINGS)(chance, language, count)
    if in_turns:
        turns = _as_turns(chance, language, wording, rows)
    else:
        turns = (("user", _as_text(chance, language, wording, rows)), ("assistant", rows[-1][1]))
    return Document("few_shot", language, turns)


def _as_turns(
    chance: Random, language: str, wording: str, rows: Rows
) -> tuple[tuple[str, str], ...]:
    turns: list[tuple[str, str]] = []
    as_system = bool(wording) and chance.random() < 0.4
    if as_system:
        turns.append(("system", wording))
    for given, answer in rows:
        asked = f"{wording}\n\n{given}" if wording and not as_system else given
        turns += [("user", asked), ("assistant", answer)]
    return tuple(turns)


def _as_text(chance: Random, language: str, wording: str, rows: Rows) -> str:
    before, after = chance.choice(_FRAMES[language])
    many_lines = any("\n" in part for row in rows for part in row)
    if many_lines or (not before and any(len(row[0]) > 60 for row in rows)):
        before, after = _FRAMES[language][0]
    apart = "\n" if before else ""
    gap = "\n" if not before else chance.choice(("\n\n", "\n\n", "\n"))
    shown = gap.join(f"{before}{given}{apart}{after}{answer}" for given, answer in rows[:-1])
    query = f"{before}{rows[-1][0]}{apart}{after.rstrip()}"
    head = wording
    if not head and chance.random() < 0.5:
        head = say(
            chance, language,
            "Follow the pattern. || Continue like the examples. || Do the same. || Complete the last "
            "line. || Look at the examples, then answer. || Here are some examples.",
            "Siga o padrão. || Continue como nos exemplos. || Faça o mesmo. || Complete a última "
            "linha. || Olhe os exemplos e depois responda. || Veja alguns exemplos.",
        )  # fmt: skip
    return (
        f"{head}\n\n{shown}{gap}{query}"
        if head
        else capital(f"{shown}{gap}{query}")
        if before
        else (f"{shown}{gap}{query}")
    )
