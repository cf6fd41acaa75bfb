"""From an example to the tokens of its prompt, cut fairly where the context window is too small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from etude.config.study import Prompt
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.prompts import Passages, answer_text, compose, render
from etude.prompts.passages import Answer
from etude.records import Example, Message, Passage

Item = TypeVar("Item")

AT_ONCE = 256  # texts that are tokenised in one call, which costs much less than one by one


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


def encode_prompt(
    speaker: Speaker, example: Example, context: Context, room: int | None
) -> EncodedPrompt:
    """`encode_pairs` of one example."""
    (_, prompt) = next(encode_pairs(speaker, [example], context, room))
    return prompt


def encode_pairs(
    speaker: Speaker, examples: Iterable[Example], context: Context, room: int | None
) -> Iterator[tuple[Example, EncodedPrompt]]:
    """Examples with their prompts, written and tokenised within `room` tokens each (None: any).

    What gives way where room is short, and in which order: `engine.fitting`. Raises `UserError`
    without any room.
    """
    from etude.engine.fitting import fitted  # which renders and tokenises with this module

    if room is not None and room < 1:
        raise UserError(
            f"generation.max_tokens leaves {room} tokens of the model's {speaker.context} for the "
            "prompt, which needs one at least: lower it."
        )
    for chunk in chunks(examples):
        turns = [context.messages(example) for example in chunk]
        texts = [written(speaker, messages) for messages in turns]
        for example, messages, text, ids in zip(
            chunk, turns, texts, tokens_of(speaker, texts), strict=True
        ):
            found = context.record(example)
            whole = EncodedPrompt(tuple(ids), text, messages, 0, passages=found)
            yield example, fitted(speaker, example, context, whole, room)


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Lists of at most `AT_ONCE` items."""
    rest = iter(items)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


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


def encode_answer(speaker: Speaker, prompt: EncodedPrompt, answer: str) -> list[int]:
    """`encode_answers` of one prompt."""
    return encode_answers(speaker, [prompt], [answer])[0]


def encode_answers(
    speaker: Speaker, prompts: Sequence[EncodedPrompt], answers: Sequence[str]
) -> list[list[int]]:
    """Token ids of answers as each follows its prompt, closed by an end token.

    A decoder reads prompt and answer as one text: where the tokens of the whole begin with the
    prompt's own, the rest is the answer (so that no spurious space token comes between them);
    otherwise the answer is tokenised as after a line break, because in use the prompt's tokens
    are given.
    An encoder-decoder's answer is written as its tokenizer writes targets (BART's begin with
    `<s>`).
    """
    if not answers:
        return []
    if speaker.encoder_decoder:
        found = speaker.tokenizer(text_target=list(answers), verbose=False).input_ids
    else:
        said = [
            answer_text(speaker.markup, prompt.messages, answer)
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        both = [prompt.text + text for prompt, text in zip(prompts, said, strict=True)]
        found = [
            following(speaker, prompt, text, ids)
            for prompt, text, ids in zip(prompts, said, tokens_of(speaker, both), strict=True)
        ]
    return [ids if ids and ids[-1] in speaker.stop_ids else [*ids, speaker.end_id] for ids in found]


def following(speaker: Speaker, prompt: EncodedPrompt, text: str, both: list[int]) -> list[int]:
    """Token ids of a text as it follows a prompt, without a space that no one wrote.

    `both` are those of the two as one text. Tokenizers of SentencePiece's kind put a space before a
    text that stands alone.
    """
    given = list(prompt.ids) if not prompt.cut_tokens else tokens(speaker, prompt.text)
    if both[: len(given)] == given:
        return both[len(given) :]
    given, both = tokens_of(speaker, ["\n", "\n" + text])
    if both[: len(given)] == given:
        return both[len(given) :]
    return tokens(speaker, text)
