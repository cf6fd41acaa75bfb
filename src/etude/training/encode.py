"""Training examples as tokens: what the model is asked, and which tokens the loss counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from etude.engine.batch import Encoded
from etude.engine.context import Context, EncodedPrompt
from etude.engine.encode import chunks, encode_answer, encode_answers, encode_pairs
from etude.engine.fitting import fitted
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.prompts import pieces
from etude.prompts.passages import Answer
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
    kinds = Counter[str]()
    for example, whole, meant, tokens in uncut(speaker, examples, context):
        prompt, said, answer, keep = within(speaker, context, example, whole, meant, tokens, limit)
        kinds[said.kind] += 1
        if prompt is not whole:
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
    del kinds[""]  # references as they are
    return Material(gathered.rows(), prompts, answers, tuple(truncated), dict(kinds))


def uncut(
    speaker: Speaker, examples: Iterable[Example], context: Context
) -> Iterator[tuple[Example, EncodedPrompt, Answer, list[int]]]:
    """Examples with their whole prompts, and right answers with their tokens.

    Without a reference, an answer is empty.
    """
    for chunk in chunks(encode_pairs(speaker, examples, context, None)):
        said = [
            context.answer(example, prompt) if example.references else Answer("")
            for example, prompt in chunk
        ]
        both = [
            (prompt, answer.text)
            for (example, prompt), answer in zip(chunk, said, strict=True)
            if example.references
        ]
        prompts, texts = [prompt for prompt, _ in both], [text for _, text in both]
        tokens = iter(encode_answers(speaker, prompts, texts))
        for (example, prompt), answer in zip(chunk, said, strict=True):
            yield example, prompt, answer, next(tokens) if example.references else []


def within(
    speaker: Speaker,
    context: Context,
    example: Example,
    whole: EncodedPrompt,
    said: Answer,
    answer: list[int],
    limit: int | None,
) -> tuple[EncodedPrompt, Answer, list[int], int | None]:
    """A prompt with what there is room for, its right answer, and how many tokens that may have.

    What is left of the passages may ask for another answer than all of them did.
    """
    room, keep = share(len(whole.ids), len(answer), limit, speaker.encoder_decoder)
    if room is None or len(whole.ids) <= room:
        return whole, said, answer, keep
    prompt = fitted(speaker, example, context, whole, room)
    if example.references and (now := context.answer(example, prompt)) != said:
        said, answer = now, encode_answer(speaker, prompt, now.text)
        less, keep = share(len(whole.ids), len(answer), limit, speaker.encoder_decoder)
        if less is not None and len(prompt.ids) > less:
            prompt = fitted(speaker, example, context, whole, less)
    return prompt, said, answer, keep


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
