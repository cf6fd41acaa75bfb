"""An answer as it is written: what of it is certain before it has ended.

A text that grows token by token is not always the beginning of the text that it becomes: half a
character, half a stop sequence and white space at an end may all turn into something else. So a
piece is given away only when nothing that may still follow can take it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etude.config.study import Generation
from etude.engine.decode import steps
from etude.engine.generate import (
    Answer,
    chances_of,
    ended_by,
    generate,
    read_answer,
    refuse_empty,
)
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import read_prompts
from etude.errors import UserError
from etude.prompts import ending

BYTE = re.compile(r"<0x[0-9A-F]{2}>")  # a token that is one byte of a character
BROKEN = "\N{REPLACEMENT CHARACTER}"  # what stands for bytes that are no character, or not yet


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more of an answer; `answer` comes with the last piece, and is the whole of it."""

    text: str
    answer: Answer | None = None


def stream(
    loaded: Loaded, prompt: Sequence[int], generation: Generation, stops: Sequence[str] = ()
) -> Iterator[Piece]:
    """The answer that `generate` gives to a prompt, in pieces as they become certain.

    The pieces' texts, one after the other, are the answer's text. It ends before the first of the
    `stops`. A model that transformers has to answer by itself (`stepwise_reason`) gives one piece.
    UserError for an empty stop.
    """
    refuse_empty(stops)
    said = ""
    if stepwise_reason(loaded) is None:
        reading = read_prompts(loaded, [prompt], generation.max_tokens)
        ids: list[int] = []
        ended = ended_by(loaded, stops)
        for (ids,) in steps(loaded, reading, generation, chances_of([prompt]), ended):
            sure = certain(loaded, ids, stops)
            if len(sure) > len(said) and sure.startswith(said):
                yield Piece(sure[len(said) :])
                said = sure
        answer = read_answer(loaded, ids, stops)
    else:
        (answer,) = generate(loaded, [prompt], generation, stops)
    if not answer.text.startswith(said):
        raise UserError(
            f"The tokenizer took back what an answer began with ({said[-20:]!r}), so its answers "
            "cannot be streamed: ask for whole ones."
        )
    yield Piece(answer.text[len(said) :], answer)


def certain(loaded: Loaded, ids: Sequence[int], stops: Sequence[str] = ()) -> str:
    """What the text of a finished answer begins with, whatever follows these tokens."""
    speaker = loaded.speaker
    tokenizer = speaker.tokenizer
    kept = len(ids)
    # Single bytes are read together: the next one may spoil, or save, all that stand in a row.
    while kept and BYTE.fullmatch(str(tokenizer.convert_ids_to_tokens(ids[kept - 1]))):
        kept -= 1
    text = str(tokenizer.decode(list(ids[:kept]), skip_special_tokens=True)).rstrip(BROKEN)
    if tokenizer.clean_up_tokenization_spaces:  # a space goes where a full stop follows it
        text = text.rpartition(" ")[0]
    if marker := ending(speaker.markup):
        text = held(text, (marker,))
    return held(text.lstrip(), stops).rstrip()


def held(text: str, ends: Sequence[str]) -> str:
    """A text up to the first of some ends, or to what may become the beginning of one."""
    places = [text.find(end) for end in ends if end in text]
    places += [len(text) - overlap(text, end) for end in ends]
    return text[: min(places, default=len(text))]


def overlap(text: str, end: str) -> int:
    """How many characters at the end of a text are the beginning of another one, but not all."""
    most = min(len(text), len(end) - 1)
    return next((size for size in range(most, 0, -1) if text.endswith(end[:size])), 0)
