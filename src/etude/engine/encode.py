"""From an example to the tokens of its prompt, cut fairly where the context window is too small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from etude.engine.context import Context, EncodedPrompt, tokens, tokens_of, written
from etude.engine.fitting import fitted
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.prompts import answer_text
from etude.records import Example

Item = TypeVar("Item")

AT_ONCE = 256  # texts that are tokenised in one call, which costs much less than one by one


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
