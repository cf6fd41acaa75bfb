"""Answers, label scores and likelihoods of references, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etude.config.study import Generation
from etude.engine.batching import Asked, batches_in, plan_batches
from etude.engine.capacity import rows_at_once
from etude.engine.decode import Chance, continuations, write
from etude.engine.encode import encode_answer
from etude.engine.library import generate_whole, likelihoods_whole, stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import Prefix, read_prompts
from etude.errors import UserError
from etude.prompts import ending
from etude.records import Finish, Prediction

__all__ = ["Answer", "Asked", "batches_in", "plan_batches", "predict_batch", "read_answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A written answer; `tokens` counts what was written, the end token included."""

    text: str
    tokens: int
    finish: Finish


@dataclass(frozen=True, slots=True)
class Found:
    """What a model said of a batch: log-probabilities of references and labels, or answers."""

    references: list[float]
    labels: list[dict[str, float]]
    written: list[list[int]]


def predict_batch(
    loaded: Loaded,
    asked: Sequence[Asked],
    generation: Generation,
    *,
    approach: str,
    seed: int,
    sampling_seed: int,
    prefix: Prefix | None = None,
) -> list[Prediction]:
    """Answer a batch of prompts and score their first references (and labels, where there are).

    `sampling_seed` and an example's id make its sampled answer. `prefix` is what all prompts of
    the batch begin with, read before. Of a reference that does not fit the context window after
    its prompt, the part that does is scored: `reference_tokens` and `reference_bytes` are that
    part's.
    """
    started = time.perf_counter()
    whole = [answer_ids(loaded, item, item.example.references[0]) for item in asked]
    references = [ids[: answer_room(loaded, item)] for ids, item in zip(whole, asked, strict=True)]
    labels = [label_ids(loaded, item) for item in asked]
    chances = [Chance(sampling_seed, item.example.id) for item in asked]
    find = find_stepwise if stepwise_reason(loaded) is None else find_whole
    found = find(loaded, asked, references, labels, generation, chances, prefix)
    if found.labels:
        best = [max(scores, key=lambda label: scores[label]) for scores in found.labels]
        answers = [
            Answer(label, len(known[label]), "stop")
            for known, label in zip(labels, best, strict=True)
        ]
    else:
        answers = [read_answer(loaded, ids) for ids in found.written]
    share = (time.perf_counter() - started) / len(asked)
    return [
        Prediction(
            example_id=item.example.id,
            approach=approach,
            seed=seed,
            text=answers[row].text,
            label=answers[row].text if found.labels else None,
            label_scores=found.labels[row] if found.labels else None,
            reference_logprob=found.references[row],
            reference_tokens=len(references[row]),
            reference_bytes=len(item.example.references[0].encode())
            if references[row] == whole[row]
            else bytes_of(loaded, references[row]),
            prompt_tokens=len(item.prompt.ids),
            answer_tokens=answers[row].tokens,
            finish=answers[row].finish,
            truncated_tokens=item.prompt.truncated_tokens,
            seconds=share,
            passages=item.prompt.passages,
        )
        for row, item in enumerate(asked)
    ]


def find_stepwise(
    loaded: Loaded,
    asked: Sequence[Asked],
    references: Sequence[Sequence[int]],
    labels: Sequence[dict[str, list[int]]],
    generation: Generation,
    chances: Sequence[Chance],
    prefix: Prefix | None,
) -> Found:
    """The fast path: each prompt is read once, and everything follows from that reading."""
    scored = any(labels)
    room = 1 if scored else generation.max_tokens
    reading = read_prompts(loaded, [item.prompt.ids for item in asked], room, prefix)
    # References and labels are scored together; a row's reference is its first continuation.
    rows, answers = list(range(len(asked))), list(references)
    for row, known in enumerate(labels):
        rows += [row] * len(known)
        answers += known.values()
    values = continuations(loaded, reading, rows, answers)
    rest = iter(values[len(asked) :])
    by_label = [{label: next(rest) for label in known} for known in labels] if scored else []
    written = [] if scored else write(loaded, reading, generation, chances)
    return Found(values[: len(asked)], by_label, written)


def find_whole(
    loaded: Loaded,
    asked: Sequence[Asked],
    references: Sequence[Sequence[int]],
    labels: Sequence[dict[str, list[int]]],
    generation: Generation,
    chances: Sequence[Chance],
    prefix: Prefix | None,
) -> Found:
    """The plain path: whole forward passes, and transformers' `generate`."""
    del prefix  # nothing can be read ahead here
    prompts = [item.prompt.ids for item in asked]
    likelihoods = likelihoods_whole(loaded, prompts, references)
    if not any(labels):
        return Found(likelihoods, [], generate_whole(loaded, prompts, generation, chances))
    by_label = []
    for prompt, known in zip(prompts, labels, strict=True):
        scores = likelihoods_whole(loaded, [prompt] * len(known), list(known.values()))
        by_label.append(dict(zip(known, scores, strict=True)))
    return Found(likelihoods, by_label, [])


def generate(
    loaded: Loaded,
    prompts: Sequence[Sequence[int]],
    generation: Generation,
    stops: Sequence[str] = (),
) -> list[Answer]:
    """Write answers to a batch of prompts (token ids). Greedy unless a temperature is set.

    An answer ends before the first of the `stops`. What is drawn depends on the prompt, and not
    on what shares its batch. UserError for an empty stop.
    """
    refuse_empty(stops)
    chances = chances_of(prompts)
    if stepwise_reason(loaded) is None:
        reading = read_prompts(loaded, prompts, generation.max_tokens)
        written = write(loaded, reading, generation, chances, ended_by(loaded, stops))
    else:
        written = generate_whole(loaded, prompts, generation, chances)
    return [read_answer(loaded, ids, stops) for ids in written]


def generate_all(
    loaded: Loaded, asked: Sequence[Asked], generation: Generation, stops: Sequence[str] = ()
) -> dict[str, Answer]:
    """Answers to any number of prompts by the examples' ids, as many at once as memory holds."""
    answers: dict[str, Answer] = {}
    for batch in batches_in(plan_batches(asked, rows_at_once(loaded, generation)), asked):
        found = generate(loaded, [item.prompt.ids for item in batch], generation, stops)
        answers |= {item.example.id: answer for item, answer in zip(batch, found, strict=True)}
    return answers


def chances_of(prompts: Sequence[Sequence[int]]) -> list[Chance]:
    """Random numbers for each prompt, the same whenever it is asked."""
    return [Chance(0, str(list(prompt))) for prompt in prompts]


def ended_by(loaded: Loaded, stops: Sequence[str]) -> Callable[[list[int]], bool]:
    """Whether an answer, by its tokens, is over because it holds one of the stops."""

    def ended(ids: list[int]) -> bool:
        return read_answer(loaded, ids, stops).finish == "stop"

    return ended if stops else lambda _: False


def refuse_empty(stops: Sequence[str]) -> None:
    """UserError for a stop sequence that stands at the beginning of every answer."""
    if "" in stops:
        raise UserError("A stop sequence is empty, so no answer could begin: leave it out.")


def log_likelihoods(
    loaded: Loaded, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> list[float]:
    """Natural-log probability of each answer given its prompt, summed over its tokens."""
    if stepwise_reason(loaded) is not None:
        return likelihoods_whole(loaded, prompts, answers)
    reading = read_prompts(loaded, prompts, 1)
    return continuations(loaded, reading, range(len(prompts)), answers)


def read_answer(loaded: Loaded, ids: list[int], stops: Sequence[str] = ()) -> Answer:
    """Cut generated tokens after the first stop token and write them as text.

    An end-of-turn marker that is no token of this tokenizer (ChatML's, on a base that does not
    know it) stands in the text as letters: the answer ends before it, and before the first of the
    `stops`.
    """
    speaker = loaded.speaker
    end = next((index for index, token in enumerate(ids) if token in speaker.stop_ids), None)
    kept = ids if end is None else ids[: end + 1]
    text = str(speaker.tokenizer.decode(kept, skip_special_tokens=True))
    if marker := ending(speaker.markup):
        text = text.partition(marker)[0]
    text = text.strip()
    places = [text.find(stop) for stop in stops if stop in text]
    if places:
        return Answer(text[: min(places)].rstrip(), len(kept), "stop")
    return Answer(text, len(kept), "length" if end is None else "stop")


def label_ids(loaded: Loaded, item: Asked) -> dict[str, list[int]]:
    """Token ids of every label as the answer, its end token included."""
    answers = {label: answer_ids(loaded, item, label) for label in item.example.choices}
    room = answer_room(loaded, item)
    for label, ids in answers.items():
        if room is not None and len(ids) > room:
            raise UserError(
                f"The label '{label}' is {len(ids)} tokens long, but the prompt of example "
                f"{item.example.id} leaves {room} of the model's context: raise "
                f"generation.max_tokens to {len(ids)}, which keeps so many free."
            )
    return answers


def answer_ids(loaded: Loaded, item: Asked, answer: str) -> list[int]:
    """Token ids of an answer as this prompt would be followed by it."""
    return encode_answer(loaded.speaker, item.prompt, answer)


def answer_room(loaded: Loaded, item: Asked) -> int | None:
    """Tokens that fit the model's context after a prompt; None where it has no limit."""
    speaker = loaded.speaker
    if speaker.context is None or speaker.encoder_decoder:
        return speaker.context
    return speaker.context - len(item.prompt.ids)


def bytes_of(loaded: Loaded, ids: Sequence[int]) -> int:
    """UTF-8 bytes of what tokens write."""
    return len(str(loaded.speaker.tokenizer.decode(ids, skip_special_tokens=True)).encode())
