# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Instructions and their answers: short tasks whose answer our own code knows."""

from __future__ import annotations

from random import Random

from pretraining.generated.document import Document, ask
from pretraining.generated.tasks import Task
from pretraining.generated.tasks_judged import JUDGED_TASKS
from pretraining.generated.tasks_knowledge import KNOWLEDGE_TASKS
from pretraining.generated.tasks_lists import LIST_TASKS
from pretraining.generated.tasks_sums import SUM_TASKS
from pretraining.generated.tasks_text import TEXT_TASKS
from pretraining.generated.tasks_told import TOLD_TASKS
from pretraining.generated.tasks_words import WORD_TASKS
from pretraining.generated.words import capital, say

TASKS: dict[str, Task] = {
    f"{room}/{name}": task
    for room, tasks in (
        ("words", WORD_TASKS), ("lists", LIST_TASKS), ("sums", SUM_TASKS), ("text", TEXT_TASKS),
        ("told", TOLD_TASKS), ("known", KNOWLEDGE_TASKS), ("judged", JUDGED_TASKS),
    )
    for name, task in tasks.items()
}  # fmt: skip
"""All small tasks by room and name."""

_NAMES = list(TASKS)

SYSTEMS = {
    "en": (
        "You are a helpful assistant. || Answer briefly. || You answer in as few words as you can. || "
        "Follow the instruction. || You are Etude, a small and friendly assistant. || Be exact and "
        "short. || You help with words, lists and numbers. || Give only the answer. || "
        "Answer in English. || You are a patient teacher."
    ),
    "pt": (
        "Você é um assistente prestativo. || Responda com poucas palavras. || Responda da forma mais "
        "curta possível. || Siga a instrução. || Você é o Etude, um pequeno assistente amigável. || "
        "Seja exato e breve. || Você ajuda com palavras, listas e números. || Dê apenas a resposta. "
        "|| Responda em português. || Você é um professor paciente."
    ),
}


def put(chance: Random, task: Task, language: str, given: str) -> tuple[tuple[str, str], ...]:
    """The turns that ask for the task on the given text."""
    wording = task.wording(chance, language)
    if "{}" in wording:
        inline = wording.replace("{}", given)
        return (("user", inline),) if wording != "{}" else (("user", given),)
    return ask(chance, wording, given)


def instructions(chance: Random, language: str) -> Document:
    """One to three unrelated tasks in a conversation; mostly one."""
    turns: list[tuple[str, str]] = []
    rounds = 1 if chance.random() < 0.8 else chance.randint(2, 3)
    for place in range(rounds):
        task = TASKS[chance.choice(_NAMES)]
        given, answer = task.draw(chance, language)
        asked = put(chance, task, language, given)
        if place and asked[0][0] == "system":
            asked = (("user", f"{asked[0][1]}\n\n{asked[1][1]}"),)
        turns += asked
        turns.append(("assistant", _manner(chance, answer, language)))
    if turns[0][0] == "user" and chance.random() < 0.15:
        turns.insert(0, ("system", say(chance, language, SYSTEMS["en"], SYSTEMS["pt"])))
    return Document("instructions", language, tuple(turns))


def _manner(chance: Random, answer: str, language: str) -> str:
    """Mostly the bare answer; at times as a user would also like to read it."""
    if "\n" in answer or ", " in answer or answer.endswith((".", "!", "?", "}")) or len(answer) < 2:
        return answer
    roll = chance.random()
    if roll < 0.9:
        return answer
    if roll < 0.95:
        return say(
            chance, language, "The answer is {}. || It is {}.", "A resposta é {}. || É {}."
        ).format(answer)
    return f"{capital(answer)}."
