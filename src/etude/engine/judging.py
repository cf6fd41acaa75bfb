"""Likelihoods of given answers, and whether each is what the model itself would have written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from etude.engine.batch import Encoded, collate, pad
from etude.engine.decode import LOGITS_BYTES, likeliest
from etude.engine.head import supervised_logits
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import Prefix, Reading, pick_rows, read_on, read_prompts


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer's natural-log probability, summed over its tokens; `greedy`: each the likeliest."""

    logprob: float
    greedy: bool


@torch.inference_mode()
def judge(
    loaded: Loaded,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[Sequence[Sequence[int]]],
    prefix: Prefix | None = None,
) -> list[list[Judged]]:
    """Judge several answers to each prompt, all of them token ids and none empty.

    Each prompt is read once. `prefix`, where given, is what every prompt begins with. A prompt and
    one of its answers, without its last token, must fit the model's context.
    """
    rows = [row for row, given in enumerate(answers) for _ in given]
    flat = [list(answer) for given in answers for answer in given]
    if stepwise_reason(loaded) is None:
        found = stepwise(loaded, read_prompts(loaded, prompts, 1, prefix), rows, flat)
    else:
        found = whole(loaded, [prompts[row] for row in rows], flat)
    rest = iter(found)
    return [[next(rest) for _ in given] for given in answers]


def stepwise(
    loaded: Loaded, reading: Reading, rows: Sequence[int], answers: Sequence[Sequence[int]]
) -> list[Judged]:
    """Answers as they follow rows that were read, few at a time."""
    norm, best = reading.logits.logsumexp(-1), likeliest(reading.logits)
    index = torch.tensor(rows, device=loaded.device)
    first = torch.tensor([answer[0] for answer in answers], device=loaded.device)
    scores = (reading.logits[index, first] - norm[index]).tolist()
    greedy = (best[index] == first).tolist()
    longer = [number for number, answer in enumerate(answers) if len(answer) > 1]
    longer.sort(key=lambda number: -len(answers[number]))
    at_once = max(1, int(LOGITS_BYTES / 4 / reading.logits.shape[1]))
    while longer:
        count = min(reading.rows, max(1, at_once // (len(answers[longer[0]]) - 1)))
        part, longer = longer[:count], longer[count:]
        picked = pick_rows(
            reading,
            index[torch.tensor(part, device=loaded.device)],
            max(len(answers[number]) - 1 for number in part),
        )
        given = [answers[number] for number in part]
        for number, item in zip(part, follow(loaded, picked, given), strict=True):
            scores[number] += item.logprob
            greedy[number] = greedy[number] and item.greedy
    return [Judged(score, bool(same)) for score, same in zip(scores, greedy, strict=True)]


def follow(loaded: Loaded, reading: Reading, answers: Sequence[Sequence[int]]) -> list[Judged]:
    """All tokens of answers but their first, which the reading's rows are followed by."""
    lengths = [len(answer) - 1 for answer in answers]
    ids = pad([answer[:-1] for answer in answers], loaded.speaker.pad_id, loaded.device)
    present = pad([[1] * length for length in lengths], 0, loaded.device)
    logits = read_on(loaded, reading, ids, present, present.bool())
    return judged(logits, [token for answer in answers for token in answer[1:]], lengths)


def whole(
    loaded: Loaded, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> list[Judged]:
    """The plain path: prompt and answer in one forward pass, few at a time."""
    width: int = loaded.model.config.get_text_config(decoder=True).vocab_size
    found: list[Judged] = []
    rows = [
        Encoded(tuple(prompt), tuple(answer))
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    while rows:
        longest = max(len(row.answer) for row in rows)
        count = max(1, int(LOGITS_BYTES / 4 / width / longest))
        part, rows = rows[:count], rows[count:]
        batch = collate(
            part,
            pad_id=loaded.speaker.pad_id,
            decoder_start_id=loaded.decoder_start_id,
            device=loaded.device,
        )
        logits, targets = supervised_logits(loaded.model, batch)
        found += judged(logits.float(), targets.tolist(), [len(row.answer) for row in part])
    return found


def judged(logits: Tensor, targets: Sequence[int], lengths: Sequence[int]) -> list[Judged]:
    """From logits (tokens, vocabulary), in fp32, to what each run of `lengths` tokens scores."""
    wanted = torch.tensor(targets, device=logits.device)
    chosen = logits.gather(1, wanted[:, None])[:, 0] - logits.logsumexp(-1)
    same = likeliest(logits) == wanted
    return [
        Judged(float(score.sum()), bool(alike.all()))
        for score, alike in zip(chosen.split(list(lengths)), same.split(list(lengths)), strict=True)
    ]
