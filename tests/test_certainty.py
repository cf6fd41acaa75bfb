"""Certainty: against scipy, against naive loops, and by simulations whose answer is known."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from etude.config.study import Compare
from etude.evaluate import Evaluation, evaluate, to_frames
from etude.metrics import METRICS, randomisation
from etude.metrics.certainty import detectable, fewest_units, holm, units_needed
from etude.metrics.metric import averaged
from etude.metrics.randomisation import Pair, is_exact, randomised, swaps
from etude.records import Example, Prediction


def mean_pair(ours: np.ndarray, theirs: np.ndarray) -> Pair:
    return Pair(averaged(ours.tolist()), averaged(theirs.tolist()))


def p_of(ours: np.ndarray, theirs: np.ndarray, resamples: int = 10_000, seed: int = 1) -> float:
    (found,) = randomised([mean_pair(ours, theirs)], np.arange(len(ours)), resamples, seed)
    assert found is not None
    return found


def reference(ours: np.ndarray, theirs: np.ndarray, resamples: float = np.inf) -> float:
    """scipy's paired permutation test of the difference of means."""
    done = stats.permutation_test(
        (ours, theirs),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        rng=np.random.default_rng(0),
    )
    return float(done.pvalue)


# Approximate randomisation


@pytest.mark.parametrize("units", [2, 5, 9, 12])
def test_with_few_units_every_swap_is_tried_and_p_is_scipys(units: int) -> None:
    chance = np.random.default_rng(units)
    ours, theirs = chance.normal(0.4, 1, units), chance.normal(0, 1, units)
    assert is_exact(units, 10_000)
    assert p_of(ours, theirs) == pytest.approx(reference(ours, theirs), abs=1e-12)


def test_ties_of_right_and_wrong_answers_are_counted_as_scipy_counts_them() -> None:
    ours, theirs = np.asarray([1, 1, 1, 0, 1, 1, 0, 1.0]), np.asarray([0, 1, 0, 0, 1, 0, 1, 0.0])
    assert p_of(ours, theirs) == pytest.approx(reference(ours, theirs), abs=1e-12) == 0.375


def test_with_many_units_random_swaps_come_near_scipys_value() -> None:
    chance = np.random.default_rng(3)
    ours = chance.normal(0.16, 1, 150)
    theirs = 0.5 * ours + chance.normal(0, 1, 150)
    assert p_of(ours, theirs) == pytest.approx(reference(ours, theirs, 99_999), abs=0.012)


def test_corpus_bleu_equals_swapping_the_answers_themselves() -> None:
    chance = random.Random(5)
    words = ["the", "cat", "sat", "on", "a", "mat", "and", "slept", "far", "away"]
    references = [" ".join(chance.choices(words, k=12)) for _ in range(7)]
    examples = [Example(f"{i}", "t", (), (text,)) for i, text in enumerate(references)]
    sides = [
        [
            answer(f"{i}", " ".join(w if chance.random() < keep else "x" for w in text.split()))
            for i, text in enumerate(references)
        ]
        for keep in (0.9, 0.8)
    ]

    def bleu(rows: list[Prediction]) -> float:
        found = METRICS["bleu"].measure(examples, rows, "en")
        return float(found.aggregate(found.statistics.sum(axis=0, keepdims=True))[0])

    observed, large = abs(bleu(sides[0]) - bleu(sides[1])), 0
    for number in range(2**7):
        one = [sides[number >> i & 1][i] for i in range(7)]
        other = [sides[1 - (number >> i & 1)][i] for i in range(7)]
        large += abs(bleu(one) - bleu(other)) >= observed - 1e-9
    pair = Pair(*(METRICS["bleu"].measure(examples, rows, "en") for rows in sides))
    assert randomised([pair], np.arange(7), 1000, 1) == [pytest.approx(large / 128)]


def test_groups_change_sides_as_a_whole() -> None:
    """Ten groups of ten alike rows hold as much as ten rows, and p says so."""
    chance = np.random.default_rng(8)
    ours, theirs = chance.normal(1.2, 1, 10), chance.normal(0, 1, 10)
    alone = p_of(ours, theirs)
    pair = mean_pair(np.repeat(ours, 10), np.repeat(theirs, 10))
    (grouped,) = randomised([pair], np.repeat(np.arange(10), 10), 10_000, 1)
    (as_rows,) = randomised([pair], np.arange(100), 10_000, 1)
    assert grouped == pytest.approx(alone)
    assert as_rows is not None
    assert as_rows < alone / 3


def test_where_nothing_differs_p_is_uniform() -> None:
    chance = np.random.default_rng(21)
    found = [
        p_of(chance.normal(0, 1, 24), chance.normal(0, 1, 24), 400, trial) for trial in range(600)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert 0.03 < np.mean(np.asarray(found) <= 0.05) < 0.075


def test_swaps_do_not_depend_on_the_chunk_and_are_even() -> None:
    whole = np.vstack(list(swaps(70, 300, seed=4, chunk=300)))
    parts = np.vstack(list(swaps(70, 300, seed=4, chunk=7)))
    np.testing.assert_array_equal(whole, parts)
    assert whole.mean() == pytest.approx(0.5, abs=0.02)
    assert len({tuple(row) for row in swaps(6, 64, 1, 64).__next__()}) == 64


def test_p_does_not_depend_on_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(2)
    ours, theirs = chance.normal(0.2, 1, 80), chance.normal(0, 1, 80)
    once = p_of(ours, theirs)
    monkeypatch.setattr(randomisation, "CHUNK_NUMBERS", 1000)
    assert p_of(ours, theirs) == once
    assert p_of(ours, theirs, seed=2) != once


def test_equal_answers_have_p_one_and_p_is_never_zero() -> None:
    ones = np.ones(40)
    assert p_of(ones, ones) == 1
    assert p_of(ones, 0 * ones) == pytest.approx(1 / 10_001)


# Holm's correction


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1, 1]
    assert holm([None, 0.02]) == [None, 0.02]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.5))
def test_holm_rejects_what_its_stepwise_rule_rejects(values: list[float], alpha: float) -> None:
    """Holm 1979: go up the sorted p-values while each is at most alpha over how many are left."""
    rejected = set()
    for rank, place in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        if values[place] * (len(values) - rank) > alpha:
            break
        rejected.add(place)
    corrected = holm(values)
    assert {place for place, p in enumerate(corrected) if p is not None and p <= alpha} == rejected
    assert all(p is not None and p >= v for p, v in zip(corrected, values, strict=True))


def test_among_twenty_idle_approaches_none_is_called_better() -> None:
    """Without correction one of them would be, more often than not."""
    chance = random.Random(1)
    marks = {f"a{n}": [float(chance.random() < 0.5) for _ in range(150)] for n in range(25)}
    found = scored(marks)
    raw = [c for c in found.comparisons if c.low is not None and c.high is not None]
    assert [c for c in raw if c.low > 0 or c.high < 0]  # type: ignore[operator]  # not None above
    assert not [c for c in found.comparisons if c.better is not None]


# How many examples would settle it


@pytest.mark.parametrize("effect", [0.15, 0.3, 0.6, 1.2])
def test_the_number_of_examples_has_the_power_it_promises(effect: float) -> None:
    """Against the exact power of a paired t-test, by the noncentral t distribution."""
    needed = units_needed(effect, 1 / np.sqrt(100) * np.sqrt(0.99), 100)
    assert needed is not None

    def power(n: int) -> float:
        reach, off = stats.t.ppf(0.975, n - 1), effect * np.sqrt(n)
        found = 1 - stats.nct.cdf(reach, n - 1, off) + stats.nct.cdf(-reach, n - 1, off)
        return float(found)

    assert power(needed) >= 0.799
    assert power(needed - 2) < 0.8


def test_the_number_of_examples_by_simulation_with_the_test_that_decides() -> None:
    chance, effect = np.random.default_rng(4), 0.5
    needed = units_needed(effect, 0.1 * np.sqrt(0.99), 100)
    assert needed == 34
    found = [
        p_of(chance.normal(effect, 1, needed), np.zeros(needed), 500, trial) <= 0.05
        for trial in range(500)
    ]
    assert 0.75 < np.mean(found) < 0.86


def test_groups_are_counted_as_groups() -> None:
    """Rows of a group that agree wholly bring no more than one: examples grow with the groups."""
    chance = random.Random(3)
    right = [float(chance.random() < 0.6) for _ in range(40)]
    base = [float(chance.random() < 0.45) for _ in range(40)]
    alone = scored({"base": base, "lora": right})
    by_group = scored(
        {
            name: [mark for mark in row for _ in range(5)]
            for name, row in {"base": base, "lora": right}.items()
        },
        groups=[f"g{i // 5}" for i in range(200)],
    )
    (one,), (other,) = alone.comparisons, by_group.comparisons
    assert (other.units, other.n) == ("groups", 40)
    assert (one.needed, one.p_randomisation) == (other.needed, other.p_randomisation)
    assert one.needed == one.needed_examples
    assert other.needed is not None
    assert other.needed_examples == 5 * other.needed


def test_what_cannot_be_reckoned_is_left_open() -> None:
    assert units_needed(0.0, 0.1, 50) is None
    assert units_needed(1e-17, 0.1, 50) is None  # rounding, and no difference
    assert units_needed(0.3, None, 50) is None
    assert units_needed(0.3, 0.1, 1) is None
    assert detectable(None) is detectable(0.0) is None
    assert detectable(0.1) == pytest.approx(0.2802, abs=1e-4)
    assert fewest_units(0.05) == 6  # 2 / 2^5 is 0.0625
    assert units_needed(0.3, 0.0, 50) == 6


# Training seeds


def answer(name: str, text: str, approach: str = "a", seed: int = 1) -> Prediction:
    return Prediction(name, approach, seed, text, 1, 1, "stop", 0.0)


def scored(
    marks: dict[str, list[float]] | dict[str, dict[int, list[float]]],
    groups: list[str] | None = None,
) -> Evaluation:
    """Approaches (or their seeds) whose answers are right where their mark is 1."""
    by_seed = {name: row if isinstance(row, dict) else {1: row} for name, row in marks.items()}
    n = len(next(iter(next(iter(by_seed.values())).values())))
    examples = [
        Example(f"e{i}", "t", (), ("yes",), group=groups[i] if groups else None) for i in range(n)
    ]
    predictions = {
        name: {
            seed: [
                answer(f"e{i}", "yes" if mark else "no", name, seed) for i, mark in enumerate(row)
            ]
            for seed, row in rows.items()
        }
        for name, rows in by_seed.items()
    }
    compare = Compare(resamples=4000)
    return evaluate(examples, predictions, ["exact-match"], compare, "en", 7, groups is not None)


def test_seeds_that_agree_in_number_but_not_in_examples_differ_only_by_examples() -> None:
    half = [1.0] * 50 + [0.0] * 50
    found = scored({"base": half, "lora": {1: half, 2: half[::-1], 3: half}})
    (spread,) = found.seeds
    assert (spread.approach, spread.metric) == ("lora", "exact-match")
    assert spread.values == {1: 0.5, 2: 0.5, 3: 0.5}
    assert (spread.deviation, spread.seed_error) == (0, 0)
    assert spread.example_error is not None
    assert spread.example_error > 0.01
    assert found.comparisons[0].seed_error == 0


def test_seeds_that_differ_are_told_apart_from_examples() -> None:
    rows = {13: [1.0] * 60 + [0.0] * 40, 14: [1.0] * 70 + [0.0] * 30, 15: [1.0] * 80 + [0.0] * 20}
    found = scored({"base": [0.0] * 100, "lora": rows, "twice": {13: rows[13], 14: rows[15]}})
    lora, twice = found.seeds
    assert lora.values == {13: 0.6, 14: 0.7, 15: 0.8}
    assert lora.deviation == pytest.approx(0.1)
    assert lora.seed_error == pytest.approx(0.1 / 3**0.5)
    whole = next(c for c in found.comparisons if c.approach == "lora")
    assert whole.seed_error == lora.seed_error  # the baseline is not trained
    between = next(c for c in found.rivals if {c.approach, c.baseline} == {"lora", "twice"})
    assert lora.seed_error is not None
    assert twice.seed_error is not None
    assert between.seed_error == pytest.approx((lora.seed_error**2 + twice.seed_error**2) ** 0.5)
    assert lora.to_json()["values"] == {"13": 0.6, "14": 0.7, "15": 0.8}
    frame = to_frames(found)["seeds"]
    assert frame["value"].tolist() == [0.6, 0.7, 0.8, 0.6, 0.8]


def test_the_two_errors_are_those_of_a_simulation() -> None:
    """Scores with a planted spread of seeds (.05) and of examples: each is found again."""
    chance = np.random.default_rng(6)
    seeds, errors, expected = [], [], []
    for _ in range(60):
        right = chance.normal(0.5, 0.05, size=4)
        rows = {s: (chance.random(200) < p).astype(float).tolist() for s, p in enumerate(right)}
        (spread,) = scored({"base": [0.0] * 200, "lora": rows}).seeds
        assert spread.deviation is not None
        assert spread.example_error is not None
        seeds.append(spread.deviation**2)
        errors.append(spread.example_error)
        expected.append(np.mean(list(rows.values()), axis=0).std() / 200**0.5)
    # Between seeds lies what training brings and what is left of the examples' own chance.
    assert np.mean(seeds) == pytest.approx(0.05**2 + 0.25 / 200, rel=0.25)
    assert np.mean(errors) == pytest.approx(np.mean(expected), rel=0.03)


def test_one_seed_has_no_spread() -> None:
    found = scored({"base": [0.0, 1.0] * 10, "lora": {13: [1.0] * 20}})
    assert found.seeds == ()
    assert found.comparisons[0].seed_error is None
