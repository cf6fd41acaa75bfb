"""Findings with several seeds: each is looked at, what is found is told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from etude.diagnosis import CHECKS, Change
from etude.records import Example, Finding, Prediction
from findings import (
    answered,
    evidence,
    examples,
    facts,
    forgotten,
    history,
    labelled,
    predictions,
    sentence,
    steps,
)

WELL = history([2.0, 1.5, 1.2], [2.2, 1.9, 1.7])
OVERFITS = history([2.0, 1.0, 0.4], [1.8, 1.7, 2.4])
FACTS = facts()["lora"]


def found(kind: str, *histories: Any, **changes: Any) -> list[Finding]:
    """What a check finds of the trainings of one approach, the first with seed 13."""
    first, *others = histories
    made = {13: predictions(), **{14 + n: predictions(seed=14 + n) for n in range(len(others))}}
    given = evidence(
        history=first,
        predictions={"lora": made},
        tunings={"lora": FACTS},
        repeats={"lora": {14 + n: (rows, FACTS) for n, rows in enumerate(others)}},
        **changes,
    )
    return list(CHECKS[kind].look(given))


def test_one_training_is_told_as_ever() -> None:
    alone = evidence(history=OVERFITS, tunings={"lora": FACTS})
    (finding,) = CHECKS["overfitting"].look(alone)
    assert finding.what.startswith("lora overfits: ")
    assert finding.evidence.startswith("Validation loss 1.7000 at epoch 2")


@pytest.mark.parametrize(
    ("histories", "which", "seed"),
    [
        ((OVERFITS, WELL, WELL), "seed 13 of 3", 13),
        ((WELL, OVERFITS, WELL), "seed 14 of 3", 14),
        ((WELL, OVERFITS, OVERFITS), "seeds 14 and 15 of 3", 14),
        ((OVERFITS, OVERFITS, OVERFITS), "all 3 seeds", 13),
    ],
)
def test_the_seeds_are_named(histories: tuple[Any, ...], which: str, seed: int) -> None:
    (finding,) = found("overfitting", *histories)
    assert finding.what.startswith(f"lora ({which}) overfits: ")
    assert finding.evidence.startswith(f"With seed {seed}: Validation loss 1.7000 at epoch 2")
    assert finding.approach == "lora"


def test_nothing_is_found_where_nothing_is() -> None:
    assert found("overfitting", WELL, WELL) == []
    assert found("learning-rate-too-high", WELL, WELL) == []


def test_instability_of_one_seed_is_seen() -> None:
    rising = steps([1.0] * 12 + [1.5, 2.0, 3.0, 4.0])
    (finding,) = found("learning-rate-too-high", steps([2.0 - n / 20 for n in range(16)]), rising)
    assert finding.what == "lora (seed 14 of 2) diverges: its training loss rises."


def test_a_seed_whose_loss_is_no_number_is_named() -> None:
    reason = "Seed 14: The training loss is nan at step 3, in the batch of e1: lower the rate."
    (finding,) = found("learning-rate-too-high", WELL, failures={"lora": reason})
    assert finding.what == "lora diverged until its loss was no number."
    assert finding.evidence == reason


def test_memory_of_each_seed_is_looked_at() -> None:
    short = FACTS | {"evaluated_with_less": True, "evaluate_batch_size": 2}
    given = evidence(
        history=WELL,
        predictions={"lora": {13: predictions(), 14: predictions(seed=14)}},
        tunings={"lora": FACTS},
        repeats={"lora": {14: (WELL, short)}},
    )
    (finding,) = CHECKS["validation-memory"].look(given)
    assert finding.what.startswith("lora (seed 14 of 2): validation ran out of memory")


# Answers


def saying(kind: str, *answers: list[Prediction], **changes: Any) -> Finding | None:
    """What a check finds of one approach that answered so with seeds 13, 14, ..."""
    by_seed = {
        13 + n: [replace(item, seed=13 + n) for item in made] for n, made in enumerate(answers)
    }
    found = list(CHECKS[kind].look(evidence(**{"predictions": {"lora": by_seed}} | changes)))
    assert len(found) < 2
    return found[0] if found else None


def cut(count: int) -> list[Prediction]:
    """Answers of which so many were cut off."""
    return [*predictions(count, finish="length"), *predictions(60)[count:]]


FINE = predictions(60)
COPY = examples(120, first=1000)[7].references[0]  # a training answer
PIECE = " ".join(COPY.split()[:12])
COPIES = answered(*[f"{PIECE} {sentence(n + 7)}" for n in range(6)])
FEW_COPIES = COPIES[:4] + FINE[4:]
MORE_COPIES = answered(*[f"{PIECE} {sentence(n + 7)}" for n in range(12)])
ROUND = answered(*["The hen sings to the owl on the hill. " * 4] * 2)
ROUND_OFTEN = answered(*["The hen sings to the owl on the hill. " * 4] * 30)
SILENT = [*predictions(20, text=""), *FINE[20:]]


@pytest.mark.parametrize(
    ("kind", "bad", "what"),
    [
        ("never-stops", cut(40), "Most answers of {} never stopped."),
        ("endless-repetition", ROUND, "Answers of {} repeat themselves without end."),
        ("empty-answers", SILENT, "Some answers of {} are empty."),
    ],
)
@pytest.mark.parametrize(
    ("places", "which"),
    [
        ((0,), "lora (seed 13 of 3)"),
        ((2,), "lora (seed 15 of 3)"),
        ((1, 2), "lora (seeds 14 and 15 of 3)"),
        ((0, 1, 2), "lora (all 3 seeds)"),
    ],
)
def test_answers_of_every_seed_are_counted(
    kind: str, bad: list[Prediction], what: str, places: tuple[int, ...], which: str
) -> None:
    finding = saying(kind, *(bad if place in places else FINE for place in range(3)))
    assert finding is not None
    assert finding.what == what.format(which)
    assert finding.approach == "lora"
    for place in range(3):
        assert (f"lora (seed {13 + place}) " in finding.evidence) == (place in places)
    assert saying(kind, FINE, FINE, FINE) is None


def test_counts_stand_beside_their_seeds() -> None:
    finding = saying("never-stops", cut(40), cut(20), cut(50))
    assert finding is not None
    assert finding.evidence == (
        "Answers cut at generation.max_tokens: lora (seed 13) 40 of 60, lora (seed 15) 50 of 60."
    )
    looping = saying("endless-repetition", FINE, ROUND_OFTEN)
    assert looping is not None
    assert looping.level == "warning"  # though there is none with the first seed
    assert " To e0 lora (seed 14) says 'The hen sings " in looping.evidence


def test_approaches_with_one_seed_stand_beside_those_with_several() -> None:
    given = evidence(predictions={"base": {13: cut(60)}, "lora": {13: FINE, 14: cut(31)}})
    (finding,) = CHECKS["never-stops"].look(given)
    assert finding.what == "Most answers of base and lora (seed 14 of 2) never stopped."
    assert finding.evidence.endswith(": base 60 of 60, lora (seed 14) 31 of 60.")
    assert finding.approach is None


@pytest.mark.parametrize(
    ("kind", "bad", "says"),
    [
        ("memorised-answers", answered(COPY), "gives training answers word for word: 1 of 60."),
        ("copied-spans", COPIES, "repeats pieces of training answers, of up to "),
    ],
)
def test_what_is_memorised_is_looked_for_with_every_seed(
    kind: str, bad: list[Prediction], says: str
) -> None:
    one = saying(kind, FINE, bad, FINE)
    assert one is not None
    assert one.what.startswith(f"lora (seed 14 of 3) {says}")
    assert one.evidence.startswith("With seed 14: ")
    assert one.approach == "lora"
    two = saying(kind, FINE, bad, bad)
    assert two is not None
    assert two.what.startswith(f"lora (seeds 14 and 15 of 3, numbers of seed 14) {says}")
    assert saying(kind, FINE, FINE) is None


def test_the_gravest_seed_tells_of_all() -> None:
    finding = saying("copied-spans", FEW_COPIES, MORE_COPIES, FINE)
    assert finding is not None
    assert (finding.level, finding.approach) == ("warning", "lora")
    assert finding.what.startswith("lora (seeds 13 and 14 of 3, numbers of seed 14) repeats")
    assert " in 12 of 60 answers." in finding.what


def test_the_training_split_is_read_once_for_all_seeds() -> None:
    reads = []

    class Train(list[Example]):
        def __iter__(self) -> Iterator[Example]:
            reads.append(len(self))
            return super().__iter__()

    train = Train(examples(120, first=1000))
    made = {13 + n: [replace(item, seed=13 + n) for item in COPIES] for n in range(3)}
    given = evidence(predictions={"lora": made}, train=train)
    for kind in ("copied-spans", "memorised-answers", "leaked-answers", "near-duplicates"):
        list(CHECKS[kind].look(given))
    assert len(reads) == 1


def test_one_label_with_some_seeds() -> None:
    test = labelled(*["good", "bad"] * 30)

    def said(labels: Sequence[str]) -> list[Prediction]:
        return [
            replace(item, text=label, label=label) for item, label in zip(FINE, labels, strict=True)
        ]

    finding = saying(
        "one-label",
        said(["good", "bad"] * 30),
        said(["good"] * 60),
        said(["bad"] * 60),
        examples=test,
        card={"task": "classify"},
    )
    assert finding is not None
    assert finding.what == (
        "lora (seeds 14 and 15 of 3, numbers of seed 14) answers 'good' to nearly everything."
    )


def test_another_language_with_one_seed() -> None:
    right = "Os músicos voltaram à pequena cidade onde tinham tocado durante o verão passado."
    strayed = "The musicians came back to the small town where they had played in the summer."
    test = [replace(item, references=(right,)) for item in examples()]
    well = [replace(item, text=right) for item in FINE]
    off = [replace(item, text=strayed) for item in well[:10]] + well[10:]
    finding = saying("wrong-language", well, off, examples=test)
    assert finding is not None
    assert finding.what.startswith(
        "lora (seed 14 of 2) leaves the language that is asked for in 10 of 60 answers"
    )


def test_what_one_seed_alone_is_measured_for_says_so() -> None:
    changes = {
        "benchmarks": {"lora": [Change("mmlu", "base", 0.45, 0.38, 0.01, 0.01)]},
        "general": forgotten(0.3),
    }
    for kind, what in (
        ("forgetting-benchmarks", "does worse than base on 1 of 1 benchmarks."),
        ("forgetting", "has forgotten some of what base knew: "),
    ):
        finding = saying(kind, FINE, FINE, FINE, **changes)
        assert finding is not None
        assert finding.what.startswith(f"lora (seed 13, the only one measured of 3) {what}")
        alone = saying(kind, FINE, **changes)
        assert alone is not None
        assert alone.what.startswith(f"lora {what}")
