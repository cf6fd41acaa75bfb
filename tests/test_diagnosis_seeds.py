"""Findings on trainings with several seeds: each is looked at, what is found is told once."""

from __future__ import annotations

from typing import Any

import pytest

from etude.diagnosis import CHECKS
from etude.records import Finding
from findings import evidence, facts, history, predictions, steps

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
