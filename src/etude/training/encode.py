"""Training examples as tokens: what the model is asked, and which tokens the loss counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from etude.engine.batch import Encoded
from etude.engine.encode import (
    Context,
    EncodedPrompt,
    chunks,
    encode_answers,
    encode_pairs,
)
from etude.engine.fitting import fitted
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.prompts import pieces
from etude.records import Example
from etude.training.material import Gathering, Material

Supervise = Literal["response", "assistant_turns", "all"]


def encode_all(
    speaker: Speaker,
    examples: Iterable[Example],
    context: Context,
    supervise: Supervise,
    limit: int | None,
) -> Material:
    """Encode examples for training within `limit` tokens each.

    An answer that has to be cut loses its end token too: the model must not learn to stop there.
    Raises `UserError` when an example has no supervised token.
    """
    gathered, prompts, answers = Gathering(), 0, 0
    truncated: dict[str, None] = {}  # in order, each once
    for example, prompt, answer in uncut(speaker, examples, context):
        room, keep = share(len(prompt.ids), len(answer), limit, speaker.encoder_decoder)
        if room is not None and len(prompt.ids) > room:
            prompt = fitted(speaker, example, context, prompt, room)
            prompts += 1
            truncated[example.id] = None
        if keep is not None and len(answer) > keep:
            answer = answer[:keep]
            answers += 1
            truncated[example.id] = None
        own_turns = sum(turn.role == "assistant" for turn in example.messages)
        earlier = supervised_before(speaker, prompt, supervise, own_turns)
        row = Encoded(prompt.ids, tuple(answer), earlier)
        if not row.supervised:
            raise UserError(
                f"Example {example.id} has no supervised token, so nothing could be learnt from "
                f"it: give it a response, or raise tune.max_tokens (now {limit})."
            )
        gathered.add(row)
    return Material(gathered.rows(), prompts, answers, tuple(truncated))


def uncut(
    speaker: Speaker, examples: Iterable[Example], context: Context
) -> Iterator[tuple[Example, EncodedPrompt, list[int]]]:
    """Examples with their whole prompts and answers; without a reference, an answer is empty."""
    for chunk in chunks(encode_pairs(speaker, examples, context, None)):
        answered = [(example, prompt) for example, prompt in chunk if example.references]
        answers = iter(
            encode_answers(
                speaker,
                [prompt for _, prompt in answered],
                [example.references[0] for example, _ in answered],
            )
        )
        for example, prompt in chunk:
            yield example, prompt, next(answers) if example.references else []


def share(
    prompt: int, answer: int, limit: int | None, encoder_decoder: bool
) -> tuple[int | None, int | None]:
    """Tokens that a prompt and its answer may take of `limit`; the prompt keeps a quarter."""
    if limit is None or encoder_decoder:
        return limit, limit
    room = max(limit - answer, min(prompt, limit // 4))
    return room, limit - min(prompt, room)


def supervised_before(
    speaker: Speaker, prompt: EncodedPrompt, supervise: Supervise, own_turns: int
) -> tuple[bool, ...]:
    """Which tokens of the prompt the loss counts.

    Of the assistant turns in the prompt the last `own_turns` are the example's own; those before
    them are worked examples, which are context and not learnt.
    """
    if supervise == "response" or speaker.encoder_decoder:
        return ()
    if supervise == "all":
        return (True,) * len(prompt.ids)
    parts = pieces(speaker.markup, prompt.messages, "").parts
    earlier = [index for index, part in enumerate(parts) if part.kind == "earlier"]
    own = set(earlier[len(earlier) - own_turns :])
    if not own:
        return ()
    if prompt.cut_tokens:
        return ()  # turns were cut in the middle: what is left of them is no turn
    return spans(speaker, prompt, [(part.text, index in own) for index, part in enumerate(parts)])


def spans(
    speaker: Speaker, prompt: EncodedPrompt, parts: Sequence[tuple[str, bool]]
) -> tuple[bool, ...]:
    """Tokens that begin inside a supervised part, by their character offsets."""
    if not speaker.tokenizer.is_fast:
        raise UserError(
            "supervise: assistant_turns needs a fast tokenizer (one with tokenizer.json), which "
            "this base lacks: use supervise: response."
        )
    encoding = speaker.tokenizer(
        prompt.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    inside = [flag for text, flag in parts for _ in text]
    return tuple(
        begin < len(inside) and end > begin and inside[begin]
        for begin, end in encoding.offset_mapping
    )


def decoded(
    speaker: Speaker, row: Encoded, labels: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """A row as text, in runs of supervised and unsupervised tokens: what the loss sees.

    Of a row for a classification head, whose classes are `labels`, the class comes last.
    """
    earlier = row.earlier or (False,) * len(row.prompt)
    flags = [*earlier, *[True] * len(row.answer)]
    ids = [*row.prompt, *row.answer]
    runs: list[dict[str, Any]] = []
    start = 0
    for index in range(1, len(ids) + 1):
        if index == len(ids) or flags[index] != flags[start]:
            text = speaker.tokenizer.decode(ids[start:index], skip_special_tokens=False)
            runs.append({"text": text, "supervised": flags[start]})
            start = index
    if row.label is not None and labels is not None:
        runs.append({"text": labels[row.label], "supervised": True})
    return runs
