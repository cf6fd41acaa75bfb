"""One reading of the training split for all checks that compare something with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etude.diagnosis.evidence import Evidence
from etude.diagnosis.numbered import Numbers, Texts, mixed
from etude.diagnosis.overlap import NearDuplicates, Runs, chunks, exact
from etude.diagnosis.repeated import by_run
from etude.metrics.citations import uncited
from etude.records import Example

WORDS = 8  # of a text from which on its being there twice is no chance
LONG = 16  # of a text, without what is common to many, that can be nearly another
COPIED = 10  # words in a row that count as copied
GRAM = 13  # words in a row that count as leaked (Brown et al. 2020, GPT-3)
OFTEN = 2  # times that a text stands in training and is still one text
ALIKE = 0.8  # Jaccard similarity of near duplicates


@dataclass(frozen=True, slots=True)
class Answered:
    """What one approach answered, compared with the training split's answers.

    `verbatim` (examples,) is the number of the training example whose whole answer it is, -1 for
    none; `copied` says which answers hold `COPIED` words in a row of one, that stand neither in the
    question nor in the right answer.
    """

    verbatim: NDArray[np.int64]
    copied: NDArray[np.bool_]
    runs: Runs


@dataclass(frozen=True, slots=True)
class Shared:
    """What the test split, and what was answered to it, shares with the training split.

    By place of the test example: `exact` and `near` map to the training example (and how alike
    the two are), for answers and for questions; `grams` (examples,) is the share of a right
    answer's runs of `GRAM` words that stand in training answers, 0 where all of it does. `usual`
    is the share of right answers that hold `COPIED` words in a row of a training answer: what is
    common without any memory. `answered` is by approach, or by its runs where it has several
    (`etude.diagnosis.repeated`).
    """

    exact: Mapping[int, int]
    near: Mapping[int, tuple[int, float]]
    near_questions: Mapping[int, tuple[int, float]]
    grams: NDArray[np.float64]
    usual: float
    answered: Mapping[str, Answered]


def question(example: Example) -> str:
    """What is asked, without an instruction that is the same for all."""
    given = example.metadata.get("input", "").strip()
    return given or next(
        (turn.content for turn in reversed(example.messages) if turn.role == "user"), ""
    )


def answer(example: Example) -> str:
    """The first right answer."""
    return example.references[0] if example.references else ""


def shared(evidence: Evidence) -> Shared:
    """What is shared with the answers of every seed, found once for each evidence."""
    every = by_run(evidence)
    if "shared" not in every.made:
        every.made["shared"] = find(every)
    made: Shared = every.made["shared"]
    return made


def find(evidence: Evidence) -> Shared:
    """Read the training split once, chunk by chunk, and compare."""
    examples = evidence.examples
    wrote = (
        []
        if evidence.classifies
        else [name for name in evidence.answers if name in evidence.trained_with]
    )
    questions = Texts(map(question, examples))
    right = Texts(() if evidence.classifies else map(answer, examples))
    by_id = {
        name: {item.example_id: item.text for item in uncited(evidence.answers[name])}
        for name in wrote
    }
    given = {name: Texts(by_id[name].get(item.id, "") for item in examples) for name in wrote}
    near, near_questions = (NearDuplicates(texts, ALIKE, LONG) for texts in (right, questions))
    grams, usual = Runs.of(right, GRAM), Runs.of(right, COPIED)
    copies = {name: Runs.of(texts, COPIED) for name, texts in given.items()}
    whole = {name: Whole(texts) for name, texts in [("", right), *given.items()]}
    for first, part in chunks(evidence.train):
        asked = Texts(map(question, part))
        near_questions.look_for(asked, first)
        if evidence.classifies:
            continue
        learnt = Texts(map(answer, part))
        near.look_for(learnt, first)
        for runs in (grams, usual, *copies.values()):
            runs.look_for(learnt, first)
        keys = exact(learnt)
        for held in whole.values():
            held.look_for(keys, first)
    twice = whole[""].found
    return Shared(
        exact=kept(twice, right.sizes),
        near={n: pair for n, pair in near.found.items() if whole[""].first[n] < 0},
        near_questions=near_questions.found,
        grams=np.where(whole[""].first >= 0, 0.0, share(grams)),
        usual=usual_share(usual, questions),
        answered={
            name: Answered(
                verbatim=np.where(
                    (given[name].sizes >= WORDS) & (whole[name].keys != whole[""].keys),
                    whole[name].found,
                    -1,
                ),
                copied=copied(copies[name], questions, right),
                runs=copies[name],
            )
            for name in wrote
        },
    )


class Whole:
    """Texts that are found whole: `first` (texts,) numbers the first training text that is one.

    `found` is the same for those that stand there `OFTEN` times at most: what stands there more
    often is one of a set of answers (a key signature, a stock phrase) and no text of its own.
    """

    def __init__(self, texts: Texts) -> None:
        self.keys = exact(texts)
        self.first = np.full(len(self.keys), -1, dtype=np.int64)
        self.times = np.zeros(len(self.keys), dtype=np.int64)

    @property
    def found(self) -> NDArray[np.int64]:
        return np.where(self.times <= OFTEN, self.first, -1)

    def look_for(self, keys: Numbers, first: int) -> None:
        """Compare with the training texts whose numbers these are."""
        order = np.argsort(keys, kind="stable")
        held = keys[order]
        if not len(held):
            return
        begin = np.searchsorted(held, self.keys, "left")
        times = np.searchsorted(held, self.keys, "right") - begin
        times[self.keys == 0] = 0
        new = (times > 0) & (self.times == 0)
        self.first[new] = order[begin[new]] + first
        self.times += times


def kept(found: NDArray[np.int64], sizes: NDArray[np.int64]) -> dict[int, int]:
    """Texts that were found and are long enough to say something."""
    return {int(n): int(found[n]) for n in np.flatnonzero((found >= 0) & (sizes >= WORDS))}


def share(runs: Runs) -> NDArray[np.float64]:
    """Of each text, the share of its runs that stand in the training split; 0 without runs."""
    return runs.covered() / np.maximum(runs.all(), 1)


def copied(runs: Runs, *own: Texts) -> NDArray[np.bool_]:
    """Texts with a run that stands in the training split and in none of their own others."""
    numbers = runs.known[runs.place]
    foreign = runs.seen[runs.place] & ~np.isin(
        of_one(numbers, runs.owner), keys_of(own, runs.length)
    )
    return np.bincount(runs.owner[foreign], minlength=len(runs.texts)) > 0


def keys_of(own: Sequence[Texts], length: int) -> Numbers:
    """Every run of these texts, as the property of the example that it belongs to."""
    return np.concatenate([of_one(*texts.runs(length)) for texts in own])


def of_one(numbers: Numbers, owner: NDArray[np.int64]) -> Numbers:
    """Runs as different numbers for different examples."""
    return mixed(numbers ^ mixed(owner.astype(np.uint64) + np.uint64(1)))


def usual_share(runs: Runs, questions: Texts) -> float:
    """The share of right answers that hold a run of a training answer."""
    return float(copied(runs, questions).mean()) if len(runs.texts) else 0.0
