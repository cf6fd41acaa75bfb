"""Writing answers token by token, and the probability of answers that are given.

Our own loop instead of transformers' `generate`: rows that have ended leave the batch, the cache
never moves, and logits exist for one token per row at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from etude.config.study import Generation
from etude.engine.batch import pad
from etude.engine.load import Loaded
from etude.engine.reading import Reading, keep_rows, pick_rows, read_on

LOGITS_BYTES = 64e6  # of logits held at once while references and labels are scored
ENDED = 8  # rows are dropped when one in so many has ended: dropping costs about half a step


@dataclass(frozen=True, slots=True)
class Chance:
    """Random numbers of one example: the same whatever shares its batch."""

    seed: int
    name: str

    def draws(self, count: int) -> Tensor:
        """(count,) uniform numbers, one for each token that may be written."""
        digest = hashlib.sha256(f"{self.seed}:{self.name}".encode()).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)
        return torch.rand(count, generator=generator, dtype=torch.float64)


def write(
    loaded: Loaded,
    reading: Reading,
    generation: Generation,
    chances: Sequence[Chance],
    enough: Callable[[list[int]], bool] = lambda _: False,
) -> list[list[int]]:
    """Tokens of an answer to each row, its stop token included. Uses the reading up.

    Greedy unless a temperature is set; then `chances` hold each row's random numbers. A row is
    also over when what it has written so far is `enough`.
    """
    written: list[list[int]] = []
    for so_far in steps(loaded, reading, generation, chances, enough):
        written = so_far
    return written


@torch.inference_mode()
def steps(
    loaded: Loaded,
    reading: Reading,
    generation: Generation,
    chances: Sequence[Chance],
    enough: Callable[[list[int]], bool] = lambda _: False,
) -> Iterator[list[list[int]]]:
    """What `write` has written after each of its steps; the lists grow from one to the next."""
    stops = set(loaded.speaker.stop_ids)
    written: list[list[int]] = [[] for _ in range(reading.rows)]
    standing = list(range(reading.rows))  # the row of `written` that each row here belongs to
    draws = None
    if generation.temperature > 0:
        draws = torch.stack([chance.draws(generation.max_tokens) for chance in chances])
        draws = draws.to(loaded.device)
    logits, ended = reading.logits, [False] * reading.rows
    for step in range(generation.max_tokens):
        drawn = draws[standing, step] if draws is not None else None
        chosen = choose(logits, generation, drawn)
        for place, token in enumerate(chosen.tolist()):
            if not ended[place]:
                row = written[standing[place]]
                row.append(token)
                ended[place] = token in stops or enough(row)
        yield written
        if all(ended) or step + 1 == generation.max_tokens:
            break
        if sum(ended) * ENDED >= len(ended):
            kept = [place for place, done in enumerate(ended) if not done]
            index = torch.tensor(kept, device=loaded.device)
            keep_rows(reading, index)
            chosen, standing = chosen[index], [standing[place] for place in kept]
            ended = [False] * len(kept)
        ids = chosen[:, None]
        everywhere = torch.ones_like(ids)
        logits = read_on(loaded, reading, ids, everywhere, everywhere.bool())


def choose(logits: Tensor, generation: Generation, drawn: Tensor | None) -> Tensor:
    """The next token of each row. logits: (rows, vocabulary); `drawn`: (rows,) in [0, 1).

    Sampling looks up where a uniform number falls among the cumulated probabilities: one number
    per token decides, so that a row's answer does not depend on the other rows. `top_p` keeps the
    smallest set of likeliest tokens that holds so much probability (Holtzman et al. 2020,
    arXiv:1904.09751).
    """
    if drawn is None:
        return likeliest(logits)
    probabilities = (logits / generation.temperature).softmax(-1, dtype=torch.float64)
    order = None
    if generation.top_p < 1:
        probabilities, order = probabilities.sort(descending=True, stable=True)
        before = probabilities.cumsum(-1) - probabilities
        probabilities = probabilities.masked_fill(before >= generation.top_p, 0)
    cumulated = probabilities.cumsum(-1)
    aim = drawn[:, None] * cumulated[:, -1:]
    place = torch.searchsorted(cumulated, aim, right=True)
    # Rounding may put the aim at the very end: the last token that can be drawn at all.
    possible = (probabilities > 0).long()
    last = possible.shape[-1] - 1 - possible.flip(-1).argmax(-1, keepdim=True)
    place = torch.minimum(place, last)
    return (place if order is None else order.gather(1, place))[:, 0]


def likeliest(logits: Tensor) -> Tensor:
    """The index of each row's largest logit, the first of equals.

    On the CPU by numpy, whose search is vectorised: 0.2 ms instead of 2 for 64 rows of 32,000.
    """
    if logits.device.type == "cpu":
        return torch.from_numpy(logits.numpy().argmax(-1))
    return logits.argmax(-1)


@torch.inference_mode()
def continuations(
    loaded: Loaded, reading: Reading, rows: Sequence[int], answers: Sequence[Sequence[int]]
) -> list[float]:
    """Natural-log probability of answers, each as it follows a row that was read.

    `rows[i]` is the row that `answers[i]` follows; a row may be followed by several. The reading
    stays as it is. In fp32, from logits at the answers' positions only, few answers at a time.
    """
    device = loaded.device
    first = torch.tensor([answer[0] if answer else 0 for answer in answers], device=device)
    index = torch.tensor(rows, device=device)
    norm = reading.logits.logsumexp(-1)
    scores = (reading.logits[index, first] - norm[index]).tolist()
    scores = [score if answer else 0.0 for score, answer in zip(scores, answers, strict=True)]
    longer = [number for number, answer in enumerate(answers) if len(answer) > 1]
    longer.sort(key=lambda number: -len(answers[number]))  # alike in length: little padding
    at_once = max(1, int(LOGITS_BYTES / 4 / reading.logits.shape[1]))
    while longer:
        # No more rows than were read, so that their copies are no larger than the reading.
        count = min(reading.rows, max(1, at_once // (len(answers[longer[0]]) - 1)))
        part, longer = longer[:count], longer[count:]
        parts = follow(
            loaded, reading, index[torch.tensor(part, device=device)], [answers[n] for n in part]
        )
        for number, value in zip(part, parts, strict=True):
            scores[number] += value
    return scores


def follow(
    loaded: Loaded, reading: Reading, rows: Tensor, answers: Sequence[Sequence[int]]
) -> list[float]:
    """Log-probability of all tokens of the answers but their first."""
    lengths = [len(answer) - 1 for answer in answers]
    picked = pick_rows(reading, rows, max(lengths))
    ids = pad([answer[:-1] for answer in answers], loaded.speaker.pad_id, loaded.device)
    present = pad([[1] * length for length in lengths], 0, loaded.device)
    logits = read_on(loaded, picked, ids, present, present.bool())
    targets = torch.tensor([token for answer in answers for token in answer[1:]])
    targets = targets.to(loaded.device)
    chosen = logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(-1)
    return [float(part.sum()) for part in chosen.split(lengths)]
