"""Which part of a rendered conversation the model is to write: the heart of supervision.

The prompt in training must be, character by character, the prompt in use; and what follows it in
training must be what the model has to write, up to and including the marker that ends a turn.
Both are found by rendering with and without the answer, never by searching for role words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from etude.errors import UserError
from etude.prompts.markup import MARKUPS, Markup, render
from etude.records import Message

Kind = Literal["prompt", "earlier", "answer"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text.

    `prompt` is given, `earlier` is an earlier assistant turn, `answer` the one to learn.
    """

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Pieces:
    """A conversation with its answer, cut where the speaker changes.

    All texts but the answer's make up the prompt exactly as it is rendered in use. The answer
    ends with the markup's own end-of-turn marker, where it has one; `closed` says that this
    marker is the end-of-sequence token, so that none needs to be appended.
    """

    parts: tuple[Piece, ...]
    closed: bool

    @property
    def prompt(self) -> str:
        return "".join(part.text for part in self.parts[:-1])

    @property
    def answer(self) -> str:
        return self.parts[-1].text


def pieces(
    markup: Markup, messages: Sequence[Message], answer: str, *, earlier: bool = True
) -> Pieces:
    """Cut a conversation into what is given and what the model writes.

    White space after an end-of-turn marker is no part of a turn: it opens the next prompt piece,
    and after the final answer it is cut. `earlier=False` leaves earlier assistant turns inside
    the prompt piece; use it where only the answer is supervised, since some templates rewrite
    earlier turns and those cannot be found. Raises UserError where the markup does not keep its
    own text when a turn is added.
    """
    prompt = render(markup, messages, add_generation_prompt=True)
    parts: list[Piece] = []
    position = 0
    for index, message in enumerate(messages if earlier else ()):
        if message.role != "assistant":
            continue
        given = render(markup, messages[:index], add_generation_prompt=True)
        spoken = _spoken(markup, messages[:index], given, message.content)
        end = len(given) + len(spoken)
        if len(given) < position or not prompt.startswith(given + spoken):
            raise UserError(
                f"model.markup: {markup} writes assistant turn {index + 1} differently once more "
                "turns follow, so it cannot be supervised: use supervise: response, or set "
                f"model.markup to one of {', '.join(MARKUPS)}."
            )
        parts += [Piece(prompt[position : len(given)], "prompt"), Piece(spoken, "earlier")]
        position = end
    parts.append(Piece(prompt[position:], "prompt"))
    parts = [part for part in parts if part.text]
    final = Piece(_spoken(markup, messages, prompt, answer), "answer")
    return Pieces((*parts, final), closes(markup, markup.eos_token))


def answer_text(markup: Markup, messages: Sequence[Message], answer: str) -> str:
    """What follows the prompt: the answer as the markup writes it, with its end-of-turn marker."""
    prompt = render(markup, messages, add_generation_prompt=True)
    return _spoken(markup, messages, prompt, answer)


@lru_cache(maxsize=64)
def ending(markup: Markup) -> str:
    """The marker that the markup writes after an answer (`<|im_end|>`), or "" where none is."""
    probe = "answer-text-of-the-probe"
    question = (Message("user", "question"),)
    prompt = render(markup, question, add_generation_prompt=True)
    tail = _tail(markup, question, prompt, probe)
    return tail[tail.rindex(probe) + len(probe) :].strip()


def closes(markup: Markup, eos_token: str) -> bool:
    """Whether an answer as the markup writes it already ends with the end-of-sequence token."""
    return bool(eos_token) and ending(markup).endswith(eos_token)


def _spoken(markup: Markup, messages: Sequence[Message], prompt: str, answer: str) -> str:
    """What the markup writes for an answer after its prompt, up to the end-of-turn marker."""
    tail = _tail(markup, messages, prompt, answer)
    marked = tail.rstrip()
    before = len(marked) - len(answer.rstrip())
    if not ending(markup) and tail.startswith(answer, max(before, 0)):
        # No marker follows, so white space at the answer's end is still the answer's own.
        return tail[: before + len(answer)]
    return marked


def _tail(markup: Markup, messages: Sequence[Message], prompt: str, answer: str) -> str:
    """All that the markup writes after the prompt once it is answered."""
    turns = (*messages, Message("assistant", answer))
    whole = render(markup, turns, add_generation_prompt=False)
    if not whole.startswith(prompt):
        raise UserError(
            f"model.markup: {markup} does not write an answered question as it writes the "
            f"question alone ({_around(prompt, whole)}), so training would not match use: set "
            f"model.markup to one of {', '.join(MARKUPS)}, or to a template of your own."
        )
    tail = whole[len(prompt) :]
    if "".join(answer.split()) not in "".join(tail.split()):
        raise UserError(
            f"model.markup: {markup} leaves out or rewrites the answer it is given (it writes "
            f"{tail[:60]!r}): choose another markup, or write one under jinja."
        )
    return tail


def _around(prompt: str, whole: str) -> str:
    """Where two texts part: the last words in common, and how each goes on."""
    pairs = enumerate(zip(prompt, whole, strict=False))
    common = next((place for place, (left, right) in pairs if left != right), len(whole))
    return (
        f"after {whole[max(0, common - 20) : common]!r} comes {whole[common : common + 30]!r} "
        f"instead of {prompt[common : common + 30]!r}"
    )
