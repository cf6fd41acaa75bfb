"""The fast counting against counting one by one, and the sharing of what was found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from etude.metrics import METRICS, Means, overlap
from etude.metrics.texts import Texts
from metrics_helper import OVERLAP, made_up, records

sequence = st.lists(st.integers(0, 5), max_size=30)
pairs_of_sequences = st.lists(st.tuples(sequence, sequence), min_size=1, max_size=6)


def arrays(
    rows: list[list[int]], scale: int = 1
) -> list[np.ndarray[tuple[int], np.dtype[np.int32]]]:
    return [np.asarray(row, dtype=np.int32) * scale for row in rows]


def counted(answer: list[int], reference: list[int], order: int) -> list[int]:
    """n-grams of one order in both, by hand."""
    said, right = (
        Counter(tuple(row[i : i + order]) for i in range(len(row) - order + 1))
        for row in (answer, reference)
    )
    return [said.total(), right.total(), (said & right).total()]


@given(pairs_of_sequences, st.sampled_from([1, 7_000, 350_000_000]))
@settings(max_examples=150, deadline=None)
def test_ngrams_equal_a_loop(pairs: list[tuple[list[int], list[int]]], scale: int) -> None:
    answers, references = [list(side) for side in zip(*pairs, strict=True)]
    found = overlap.ngram_counts(arrays(answers, scale), arrays(references, scale), 6)
    expected = [[counted(a, r, order) for order in range(1, 7)] for a, r in pairs]
    np.testing.assert_array_equal(found, expected)


def test_ngrams_that_do_not_fit_an_integer_are_numbered_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    answers = [rng.integers(0, 40, 50).tolist() for _ in range(30)]
    references = [rng.integers(0, 40, 50).tolist() for _ in range(30)]
    once = overlap.ngram_counts(arrays(answers), arrays(references), 6)
    monkeypatch.setattr(overlap, "BITS", 26)  # two of the orders fit beside the pair
    monkeypatch.setattr(overlap, "CHUNK_TOKENS", 500)
    np.testing.assert_array_equal(
        overlap.ngram_counts(arrays(answers), arrays(references), 6), once
    )


@given(pairs_of_sequences, st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_skip_bigrams_equal_a_loop(pairs: list[tuple[list[int], list[int]]], gap: int) -> None:
    answers, references = [list(side) for side in zip(*pairs, strict=True)]
    found = overlap.skip_counts(arrays(answers), arrays(references), gap)
    for row, (answer, reference) in enumerate(pairs):
        said, right = (
            Counter((a, b) for i, a in enumerate(side) for b in side[i + 1 : i + gap + 2])
            for side in (answer, reference)
        )
        assert found[row].tolist() == [said.total(), right.total(), (said & right).total()]


@given(sequence, sequence)
@settings(max_examples=300, deadline=None)
def test_subsequences_are_those_of_rouge_score(reference: list[int], answer: list[int]) -> None:
    table = rouge_scorer._lcs_table(reference, answer)
    assert overlap.lcs_length(reference, answer) == table[-1][-1]
    assert overlap.lcs_places(reference, answer) == rouge_scorer.lcs_ind(reference, answer)


@given(st.lists(sequence, min_size=1, max_size=6), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_grams_are_alike_where_they_are_equal(rows: list[list[int]], order: int) -> None:
    codes, owner = overlap.grams_of(arrays(rows), order)
    grams = [
        (place, tuple(row[i : i + order]))
        for place, row in enumerate(rows)
        for i in range(len(row) - order + 1)
    ]
    assert owner.tolist() == [place for place, _ in grams]
    named: dict[int, tuple[int, ...]] = {}
    for code, (_, gram) in zip(codes.tolist(), grams, strict=True):
        assert named.setdefault(code, gram) == gram
    assert len(named) == len({gram for _, gram in grams})


def test_a_text_is_cut_once() -> None:
    asked: list[str] = []

    def cut(text: str) -> list[str]:
        asked.append(text)
        return text.split()

    texts = Texts()
    first, again = texts.ids(cut, "a b a"), texts.ids(cut, "a b a")
    assert first is again
    assert first.tolist() == [0, 1, 0]
    assert texts.ids(cut, "b c").tolist() == [1, 2]
    assert asked == ["a b a", "b c"]


@pytest.mark.parametrize("name", [*OVERLAP, "distinct-2", "seq-rep-4", "length-ratio"])
def test_sharing_changes_no_digit(name: str) -> None:
    examples, answers = records(made_up(11))
    means = Means()
    for other in OVERLAP:
        METRICS[other].measure(examples, answers, "pt", means)
    shared = METRICS[name].measure(examples, answers, "pt", means)
    alone = METRICS[name].measure(examples, answers, "pt")
    np.testing.assert_array_equal(shared.statistics, alone.statistics)
    np.testing.assert_array_equal(shared.values, alone.values)


CODE = """
import hashlib
from metrics_helper import OVERLAP, made_up, records
from etude.metrics import METRICS, Means
examples, answers = records(made_up(13, count=30))
means, found = Means(), hashlib.sha256()
for name in (*OVERLAP, "cosine-set", "distinct-1", "distinct-2", "seq-rep-4", "length-ratio"):
    measured = METRICS[name].measure(examples, answers, "pt", means)
    found.update(measured.statistics.tobytes())
    found.update(measured.values.tobytes())
print(found.hexdigest())
"""


def test_two_processes_find_the_same_bytes() -> None:
    found = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1
