"""How a chat becomes a prompt: as it is, or as an approach of a study puts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.approaches.answering import OpenApproach
from etude.approaches.worked import no_shots
from etude.config.study import Generation, Prompt
from etude.engine.context import Context, prompt_room
from etude.engine.encode import encode_prompt
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.langchain.chat import Put
from etude.langchain.retriever import as_document
from etude.metrics.citations import cited
from etude.records import Example, Hit, Message


def as_it_is(
    speaker: Speaker,
    generation: Generation,
    system: str | None,
    turns: tuple[Message, ...],
    columns: Mapping[str, str] | None,
) -> Put:
    """A chat alone; `system` opens one that has no system message."""
    if columns is not None:
        raise UserError(
            "columns cannot be set here, since a base has no template that names any: leave them "
            "out."
        )
    if system and not any(turn.role == "system" for turn in turns):
        turns = (Message("system", system), *turns)
    example = Example("chat", "chat", turns, ("",))
    room = prompt_room(speaker, generation.max_tokens)
    return Put(encode_prompt(speaker, example, Context(Prompt(), None, no_shots), room))


def as_approach(
    approach: OpenApproach, turns: tuple[Message, ...], columns: Mapping[str, str] | None
) -> Put:
    """A chat as an approach puts it; the answer tells its passages, and which of them it cites."""
    said = next((turn.content for turn in reversed(turns) if turn.role == "user"), "")
    example = approach.example({"input": said, "columns": dict(columns or {})}, turns=turns)
    (put,) = approach.put([example])
    if approach.index is None:
        return Put(put.asked.prompt)
    shown = [
        described(hit, characters)
        for hit, characters in zip(put.passages, put.characters, strict=True)
    ]

    def told(text: str) -> dict[str, Any]:
        numbers = [number for number in cited(text) if 1 <= number <= len(shown)]
        return {"passages": shown, "cited": numbers}

    return Put(put.asked.prompt, told)


def described(hit: Hit, characters: int | None) -> dict[str, Any]:
    """A passage as a message tells it: what a document of the retriever has, as plain JSON.

    `characters` says how many of the text's stood in the prompt, None for all of them.
    """
    found = as_document(hit)
    text = {"id": found.id, "text": found.page_content, "characters": characters}
    return {**found.metadata, **text}
