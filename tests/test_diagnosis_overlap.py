"""What texts share: against sets of words counted one by one, datasketch, and known answers."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.data.stored import Stored, write_parquet
from etude.diagnosis.minhash import FUNCTIONS, SHINGLE, Index, Signatures, similarity
from etude.diagnosis.numbered import Texts, longest_shared, numbered, runs, span, words
from etude.diagnosis.overlap import NearDuplicates, Runs, longest_copy
from etude.diagnosis.shared import shared
from etude.records import Example
from findings import evidence, examples, sentence

FEW_WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12).map(" ".join)


def grams(text: str, length: int) -> list[tuple[str, ...]]:
    """Runs of words, in order: what numbers stand for."""
    found = words(text)
    return [tuple(found[n : n + length]) for n in range(len(found) - length + 1)]


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return set(grams(text, SHINGLE)) or ({tuple(found)} if found else set())


def jaccard(ours: str, theirs: str) -> float:
    a, b = shingles(ours), shingles(theirs)
    return len(a & b) / len(a | b) if a and b else 0.0


def changed(text: str, share: float, chance: random.Random) -> str:
    """A text of which that share of words is another."""
    return " ".join(
        f"new{chance.random()}" if chance.random() < share else word for word in text.split()
    )


def test_words_leave_out_case_and_punctuation_and_part_what_has_no_spaces() -> None:
    assert words("Não, GUARDA-chuva!") == ["não", "guarda", "chuva"]
    assert words("日本語 ok") == ["日", "本", "語", "ok"]
    assert words("... !") == []


@given(st.lists(FEW_WORDS, max_size=6), st.integers(1, 9))
@settings(deadline=None)
def test_runs_are_equal_where_their_words_are(texts: Sequence[str], length: int) -> None:
    made, owner = Texts(texts).runs(length)
    wanted = [(gram, n) for n, text in enumerate(texts) for gram in grams(text, length)]
    assert owner.tolist() == [n for _, n in wanted]
    by_gram: dict[tuple[str, ...], int] = {}
    for (gram, _), number in zip(wanted, made.tolist(), strict=True):
        assert by_gram.setdefault(gram, number) == number
    assert len(set(by_gram.values())) == len(by_gram)


@given(st.lists(FEW_WORDS, min_size=2, max_size=8))
@settings(deadline=None)
def test_similarity_is_jaccard(texts: list[str]) -> None:
    held = Signatures(Texts(texts))
    for n, text in enumerate(texts):
        assert len(held.shingles(n)) == len(shingles(text))
        assert similarity(held.shingles(0), held.shingles(n)) == pytest.approx(
            jaccard(texts[0], text)
        )


def test_signatures_agree_as_often_as_shingles_are_shared() -> None:
    """Beside datasketch: both are within three standard errors of the exact similarity."""
    chance = random.Random(0)
    for number, share in enumerate([0.0, 0.02, 0.05, 0.1, 0.3, 1.0]):
        ours = sentence(number, 200)
        theirs = changed(ours, share, chance)
        exact = jaccard(ours, theirs)
        held = Signatures(Texts([ours, theirs]))
        agreed = float((held.of[0] == held.of[1]).mean())
        reference = []
        for text in (ours, theirs):
            made = MinHash(num_perm=FUNCTIONS)
            made.update_batch(["\0".join(shingle).encode() for shingle in shingles(text)])
            reference.append(made)
        error = 3 * (exact * (1 - exact) / FUNCTIONS) ** 0.5 + 1e-9
        assert agreed == pytest.approx(exact, abs=error)
        assert reference[0].jaccard(reference[1]) == pytest.approx(exact, abs=error)


def test_near_duplicates_are_those_that_counting_finds() -> None:
    chance = random.Random(1)
    held = [sentence(n, 40) for n in range(200)]
    others = [
        changed(held[n], chance.choice([0, 0.01, 0.03, 0.05, 0.1]), chance) for n in range(200)
    ]
    wanted = {n for n in range(200) if jaccard(held[n], others[n]) >= 0.8}
    assert 50 < len(wanted) < 190
    found = NearDuplicates(Texts(held), 0.8)
    for first in (0, 100):
        found.look_for(Texts(others[first : first + 100]), first)
    assert set(found.found) == wanted
    for ours, (theirs, alike) in found.found.items():
        assert alike == pytest.approx(jaccard(held[ours], others[theirs]))


def test_many_alike_texts_are_not_all_compared() -> None:
    """A thousand texts of one form: bounded work, and each finds one that is like it."""
    texts = Signatures(Texts([f"{sentence(1, 40)} {n}" for n in range(1000)]))
    found = Index(texts).near(texts, 0.8, np.ones(1000, dtype=bool))
    assert {ours for ours, _, _ in found} == set(range(1000))
    assert len(found) <= 4 * 1000


@given(st.lists(FEW_WORDS, max_size=5), st.lists(FEW_WORDS, max_size=5), st.integers(1, 5))
@settings(deadline=None)
def test_runs_that_stand_in_training_are_found(
    texts: Sequence[str], training: Sequence[str], length: int
) -> None:
    held = Runs.of(Texts(texts), length)
    for number, text in enumerate(training):  # a chunk each
        held.look_for(Texts([text]), number)
    known = {gram for text in training for gram in grams(text, length)}
    wanted = [sum(gram in known for gram in grams(text, length)) for text in texts]
    assert held.covered().tolist() == wanted
    for number in range(len(texts)):
        for source in held.sources(number):
            assert set(grams(texts[number], length)) & set(grams(training[source], length))


@given(FEW_WORDS, FEW_WORDS)
@settings(deadline=None)
def test_the_longest_shared_run(ours: str, theirs: str) -> None:
    place, length = longest_shared(numbered(ours), numbered(theirs))
    every = [n for n in range(1, 13) if set(grams(ours, n)) & set(grams(theirs, n))]
    assert length == max(every, default=0)
    if length:
        assert tuple(words(span(ours, place, length))) in grams(theirs, length)


def test_a_copy_is_shown_as_it_was_written() -> None:
    text = "He said: In the beginning, there was Light; and so on."
    training = ["nothing", "In the beginning there was light"]
    assert longest_copy(text, ["there was light"], training) == (
        6,
        "In the beginning, there was Light",
        1,
    )
    assert longest_copy(text, [training[1]], training) is None


def test_a_run_is_the_same_number_wherever_it_stands() -> None:
    ours, theirs = numbered("x a b c d e f g"), numbered("a b c d e f g y z")
    for length in range(1, 8):
        assert runs(ours, length)[1] == runs(theirs, length)[0]


@pytest.mark.long
def test_ten_thousand_against_fifty_thousand_in_seconds(tmp_path: Path) -> None:
    """Examples of sixty words that stay on disk, three in a hundred of them leaked.

    Processor seconds, so that other work on the machine does not count; memory beside what the
    test's own texts take.
    """
    chance = random.Random(0)
    vocabulary = [f"w{n}" for n in range(20_000)]
    learnt, test = (
        [" ".join(chance.choices(vocabulary, k=60)) for _ in range(count)]
        for count in (50_000, 10_000)
    )
    test[:300] = learnt[:300]
    path = tmp_path / "train.parquet"
    write_parquet(rows(learnt), path)
    blank = evidence(count=1).answers["lora"][0]
    given = [replace(blank, example_id=f"e{n}", text=text) for n, text in enumerate(test)]
    asked = evidence(given, examples=rows(test), train=Stored(path))
    started = time.process_time()
    made = shared(asked)
    assert time.process_time() - started < 30
    assert sorted(made.exact) == list(range(300))
    assert not made.near
    assert not made.grams.any()  # what stands there whole is not counted in pieces as well
    assert not (made.answered["lora"].verbatim >= 0).any()  # right answers, all of them


def rows(texts: Sequence[str]) -> list[Example]:
    """An example for each answer."""
    blank = examples(1)[0]
    return [
        replace(blank, id=f"e{n}", references=(text,), metadata={"input": f"question {n}"})
        for n, text in enumerate(texts)
    ]
