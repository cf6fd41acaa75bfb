"""What stands before the model: a prompt of an approach, its turns, its text, its tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etude.config.study import Prompt
from etude.engine.load import Speaker
from etude.prompts import Passages, compose, render
from etude.prompts.passages import Answer
from etude.records import Example, Message, Passage


@dataclass(frozen=True, slots=True)
class Context:
    """What an approach puts before the model: prompts, worked examples, retrieved passages."""

    prompt: Prompt
    system: str | None
    shots: Callable[[Example], Sequence[Example]]
    passages: Passages | None = None

    def messages(
        self,
        example: Example,
        shots: int | None = None,
        shown: Sequence[tuple[str, str]] | None = None,
        *,
        beside_shots: bool = True,
    ) -> tuple[Message, ...]:
        """The turns before the answer, with the last `shots` worked examples (None: all).

        `shown` are titles and texts of the passages for the question (None: all that are for it);
        worked examples have all of theirs, or where not `beside_shots` none.
        """
        chosen = self.shots(example)
        kept = chosen[len(chosen) - shots :] if shots is not None else chosen

        def add(item: Example, turns: tuple[Message, ...]) -> tuple[Message, ...]:
            if self.passages is None or (item is not example and not beside_shots):
                return turns
            whole = [(chunk.title, chunk.text) for chunk in self.passages.candidates(item)]
            given = shown is not None and item is example
            return self.passages.put(turns, shown if given and shown is not None else whole)

        def answer(item: Example) -> str:
            if self.passages is None or not beside_shots:
                return item.references[0]
            whole = [(chunk, None) for chunk in self.passages.candidates(item)]
            return self.passages.right(item, whole).text

        return compose(
            example, prompt=self.prompt, system=self.system, shots=kept, add=add, answer=answer
        )

    def answer(self, example: Example, prompt: EncodedPrompt) -> Answer:
        """What is right to answer to a prompt: the first reference, as the prompt asks for it."""
        if self.passages is None or self.passages.answer is None:
            return Answer(example.references[0])
        return self.passages.right(example, self.passages.standing(example, prompt.passages))

    def record(
        self, example: Example, shown: Sequence[int | None] | None = None
    ) -> tuple[Passage, ...]:
        """What was retrieved; `shown` is as in `Passages.record`, None for all that are for it."""
        if self.passages is None:
            return ()
        every = [None] * len(self.passages.candidates(example))
        return self.passages.record(example, every if shown is None else shown)


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """A prompt as the model gets it, and how much of it had to go.

    `truncated_tokens` counts the tokens that are missing: those of passages and worked examples
    that did not fit and the `cut_tokens` that were cut out of the middle (`text` still holds
    these). `passages` are all that were retrieved.
    """

    ids: tuple[int, ...]
    text: str
    messages: tuple[Message, ...]
    truncated_tokens: int
    cut_tokens: int = 0
    passages: tuple[Passage, ...] = ()


def written(speaker: Speaker, messages: Sequence[Message]) -> str:
    """Rendered turns, ready for the model to answer."""
    return render(speaker.markup, messages, add_generation_prompt=True)


def tokens(speaker: Speaker, text: str) -> list[int]:
    """Token ids of a rendered prompt."""
    return tokens_of(speaker, [text])[0]


def tokens_of(speaker: Speaker, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of rendered prompts.

    The markup writes the special tokens itself, so the tokenizer adds none; an encoder-decoder's
    tokenizer does (its `</s>` closes the encoder's input).
    """
    adds = speaker.encoder_decoder or speaker.encoder_only
    encoding = speaker.tokenizer(list(texts), add_special_tokens=adds, verbose=False)
    ids: list[list[int]] = encoding.input_ids
    return ids


def prompt_room(
    speaker: Speaker, max_tokens: int, labels: Sequence[str] | None = None
) -> int | None:
    """Tokens that a prompt may have so that an answer still fits the context window.

    A classification head, whose classes are `labels`, writes no answer.
    """
    if speaker.context is None:
        return None
    alone = speaker.encoder_decoder or labels is not None
    return speaker.context if alone else speaker.context - max_tokens
