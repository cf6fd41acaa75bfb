"""ROUGE, BLEU and chrF against rouge-score and sacreBLEU, and on planted texts."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from etude.metrics import METRICS, Measured
from etude.metrics.bleu import corpus as bleu_corpus
from etude.metrics.chrf import corpus as chrf_corpus
from etude.metrics.words import space_out, words
from etude.records import Example, Prediction

Pairs = Sequence[tuple[str, tuple[str, ...]]]
OVERLAP = ("rouge-1", "rouge-2", "rouge-l", "rouge-lsum", "bleu", "chrf")


def measure(name: str, pairs: Pairs, language: str = "en") -> Measured:
    examples = [Example(f"{i}", "generate", (), refs) for i, (_, refs) in enumerate(pairs)]
    answers = [
        Prediction(f"{i}", "a", 1, text, 1, 1, "stop", 0.0) for i, (text, _) in enumerate(pairs)
    ]
    return METRICS[name].measure(examples, answers, language)


def total(measured: Measured) -> float:
    return float(measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))[0])


def made_up(seed: int, count: int = 40) -> Pairs:
    """Sentences of few words, several to an answer, with one to three references."""
    rng = random.Random(seed)
    vocabulary = ["the", "cat", "sat", "on", "a", "mat,", "and", "Ana", "não!", "東京", "far.\n"]

    def text() -> str:
        return " ".join(rng.choices(vocabulary, k=rng.randint(0, 25)))

    return [(text(), tuple(text() for _ in range(rng.randint(1, 3)))) for _ in range(count)]


@pytest.mark.parametrize("name", OVERLAP)
def test_identical_texts_reach_the_top_and_disjoint_ones_the_bottom(name: str) -> None:
    text = "Ana and Tom talk about the long way home."
    same = measure(name, [(text, (text,))])
    other = measure(name, [("zzz 777 qqq 888", (text,))])
    assert same.values is not None
    assert total(same) == pytest.approx(METRICS[name].high)
    assert same.values[0] == pytest.approx(METRICS[name].high)
    assert total(other) == 0


def test_shuffled_words_keep_unigrams_and_lose_order() -> None:
    pair = [("home way long the", ("the long way home",))]
    assert total(measure("rouge-1", pair)) == 1
    assert total(measure("rouge-2", pair)) == 0
    assert total(measure("rouge-l", pair)) == pytest.approx(0.25)


@pytest.mark.parametrize("name", OVERLAP)
@pytest.mark.parametrize("pair", [("", ("a word",)), ("a word", ("",)), ("", ("",))])
def test_empty_texts_score_zero(name: str, pair: tuple[str, tuple[str, ...]]) -> None:
    measured = measure(name, [pair])
    assert measured.values is not None
    assert measured.values[0] == 0
    assert total(measured) == 0


def test_emoji_count_for_characters_and_tokens_but_are_no_words() -> None:
    pair = [("🎵 🎵 🎶 🎸", ("🎵 🎵 🎶 🎸",))]
    assert total(measure("rouge-1", pair, "pt")) == 0
    assert total(measure("bleu", pair)) == pytest.approx(100)
    assert total(measure("chrf", pair)) == pytest.approx(100)


def test_summary_rouge_reads_a_line_as_a_sentence() -> None:
    reference = "first things come first\nlast things come last"
    swapped = "last things come last\nfirst things come first"
    pair = [(swapped, (reference,))]
    assert total(measure("rouge-lsum", pair)) == 1
    assert total(measure("rouge-l", pair)) == 5 / 8  # things come last things come
    flat = [(swapped.replace("\n", " "), (reference.replace("\n", " "),))]
    assert total(measure("rouge-lsum", flat)) == total(measure("rouge-l", flat))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rouge-1", "rouge1"), ("rouge-2", "rouge2"), ("rouge-l", "rougeL"), ("rouge-lsum", None)],
)
def test_rouge_equals_rouge_score(name: str, kind: str | None) -> None:
    kind = kind or "rougeLsum"
    pairs = made_up(1)
    scorer = RougeScorer([kind], use_stemmer=False)
    expected = [
        max(scorer.score(reference, text)[kind].fmeasure for reference in refs)
        for text, refs in pairs
    ]
    measured = measure(name, pairs)
    assert measured.values is not None
    np.testing.assert_array_equal(measured.values, expected)
    assert total(measured) == pytest.approx(sum(expected) / len(expected))


def test_portuguese_words_stay_whole() -> None:
    pair = [("a abolição", ("a aboliu o",))]
    # The English tokeniser leaves "a aboli o", of which two words of three are found.
    assert total(measure("rouge-1", pair, "en")) == pytest.approx(2 / 3)
    assert total(measure("rouge-1", pair, "pt")) == pytest.approx(2 / 5)


def test_words_of_many_scripts() -> None:
    assert words("Água-de-coco é D'ELA_2!") == ["água", "de", "coco", "é", "d", "ela", "2"]
    assert words("cafe\u0301") == ["café"]
    assert words("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert words("2024年の東京") == ["2024", "年", "の", "東", "京"]
    assert words("ที่นี่") == ["ที่", "นี่"]
    assert words("می\u200cخواهم") == ["میخواهم"]
    assert words("서울은 크다.") == ["서울은", "크다"]
    assert words(" \n🎵—") == []
    assert space_out("plain") == "plain"


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_words_hold_every_letter_and_nothing_else(text: str) -> None:
    found = words(text)
    assert all(found)
    assert words(" ".join(found)) == found
    letters = sum(c.isalnum() for word in found for c in word)
    assert letters > 0 or not any(c.isalnum() for c in text)


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_bleu_equals_sacrebleu(language: str) -> None:
    pairs = made_up(2)
    tokenizer = {"en": "13a", "zh": "zh", "ja": "char"}[language]
    streams = [[refs[i] if i < len(refs) else None for _, refs in pairs] for i in range(3)]
    expected = BLEU(tokenize=tokenizer).corpus_score([text for text, _ in pairs], streams)
    sentence = BLEU(tokenize=tokenizer, effective_order=True)
    measured = measure("bleu", pairs, language)
    assert measured.values is not None
    assert total(measured) == pytest.approx(expected.score, abs=1e-9)
    assert list(measured.values) == [sentence.sentence_score(t, list(r)).score for t, r in pairs]


def test_chrf_equals_sacrebleu() -> None:
    pairs = made_up(3)
    streams = [[refs[i] if i < len(refs) else None for _, refs in pairs] for i in range(3)]
    measured = measure("chrf", pairs)
    assert measured.values is not None
    expected = CHRF().corpus_score([text for text, _ in pairs], streams)
    assert total(measured) == pytest.approx(expected.score, abs=1e-9)
    each = [CHRF().sentence_score(text, list(refs)).score for text, refs in pairs]
    np.testing.assert_allclose(measured.values, each, atol=1e-9)


def test_the_signature_says_what_was_computed() -> None:
    pairs = made_up(4)
    scorer = BLEU()
    scorer.corpus_score([text for text, _ in pairs], [[refs[0] for _, refs in pairs]])
    single = [Example("1", "t", (), ("x",))]
    assert METRICS["bleu"].signature("en", single) == str(scorer.get_signature())


counts = st.integers(0, 60)


@given(
    hnp.arrays(np.float64, (5, 4), elements=counts), hnp.arrays(np.float64, (5, 5), elements=counts)
)
@settings(max_examples=200, deadline=None)
def test_bleu_of_many_rows_equals_sacrebleu_row_by_row(
    correct: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    rest: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    # There are never more matches than n-grams, and an answer is as long as it has words.
    length, ngrams = rest[:, :1], rest[:, 1:]
    sums = np.hstack([ngrams[:, :1], length, np.minimum(correct, ngrams), ngrams])
    expected = [
        BLEU.compute_bleu(
            correct=list(row[2:6]),
            total=list(row[6:]),
            sys_len=int(row[0]),
            ref_len=int(row[1]),
            smooth_method="exp",
        ).score
        for row in sums
    ]
    np.testing.assert_allclose(bleu_corpus(sums), expected, atol=1e-9, rtol=0)


@given(hnp.arrays(np.float64, (5, 18), elements=counts))
@settings(max_examples=200, deadline=None)
def test_chrf_of_many_rows_equals_sacrebleu_row_by_row(
    sums: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    sums[:, 2::3] = np.minimum(sums[:, 2::3], np.minimum(sums[:, 0::3], sums[:, 1::3]))
    expected = [CHRF()._compute_score_from_stats(list(row)).score for row in sums]
    np.testing.assert_allclose(chrf_corpus(sums), expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("name", OVERLAP)
@pytest.mark.parametrize("language", ["en", "pt"])
def test_long_and_odd_texts_stay_on_the_scale(name: str, language: str) -> None:
    odd = "\x00 \ufeff\u202e 𝔘𝔫𝔦 İstanbul ß ﷽ \r\n\t" + "a" * 2000
    pairs: Pairs = [(odd, (odd,)), ("word " * 150, ("word other " * 100, "x"))]
    measured = measure(name, pairs, language)
    assert measured.values is not None
    assert ((measured.values >= 0) & (measured.values <= METRICS[name].high + 1e-9)).all()
    assert 0 < total(measured) <= METRICS[name].high + 1e-9


def test_human_summaries_of_dialogsum_against_rouge_score() -> None:
    data = Path(__file__).parents[1].parent / "shared" / "data"
    file = data / "dialogsum" / "dialogsum.test.jsonl"
    if not file.exists():
        pytest.skip("the DialogSum material is not at hand")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[:40]]
    pairs: Pairs = [(row["summary1"], (row["summary2"], row["summary3"])) for row in rows]
    scorer = RougeScorer(["rouge2"], use_stemmer=False)
    expected = [scorer.score_multi(refs, text)["rouge2"].fmeasure for text, refs in pairs]
    measured = measure("rouge-2", pairs)
    assert measured.values is not None
    np.testing.assert_array_equal(measured.values, expected)
    assert 0.1 < total(measured) < 0.5  # people agree with one another about so much
