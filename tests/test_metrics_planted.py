"""Every overlap metric on planted cases and on made-up texts: as the reference libraries score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nltk.stem.porter import PorterStemmer
from nltk.stem.snowball import SnowballStemmer
from nltk.translate.meteor_score import meteor_score
from nltk.util import skipgrams
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sklearn.feature_extraction.text import TfidfVectorizer

from etude.metrics import METRICS, total
from etude.metrics.rouge import latin
from etude.metrics.squad import normalize
from etude.metrics.words import words
from metrics_helper import OVERLAP, Pairs, made_up, measure, planted

Scores = list[float]
KINDS = {"rouge-1": "rouge1", "rouge-2": "rouge2", "rouge-l": "rougeL", "rouge-lsum": "rougeLsum"}
# Precision and recall come from the same counts as F1: one language is enough for them.
IN_LANGUAGES = [
    (name, language)
    for name in OVERLAP
    for language in ("en", "pt")
    if language == "en" or not name.endswith(("precision", "recall"))
]


class Words:
    """Our words of other languages, as a tokeniser of rouge-score."""

    def tokenize(self, text: str) -> list[str]:
        return words(text)


class NoSynonyms:
    """A WordNet that knows nothing, which leaves nltk's METEOR its first two stages."""

    def synsets(self, word: str) -> list[Any]:
        return []


def by_rouge_score(name: str, pairs: Pairs, language: str) -> Scores:
    base = name.removesuffix("-precision").removesuffix("-recall")
    wanted = name.removeprefix(base).lstrip("-") or "fmeasure"
    scorer = RougeScorer([KINDS[base]], tokenizer=None if language == "en" else Words())
    return [getattr(scorer.score_multi(refs, text)[KINDS[base]], wanted) for text, refs in pairs]


def by_skipgrams(name: str, pairs: Pairs, language: str) -> Scores:
    cut = latin if language == "en" else words
    found = []
    for text, refs in pairs:
        said = Counter(skipgrams(cut(text), 2, 4))
        every = []
        for reference in refs:
            right = Counter(skipgrams(cut(reference), 2, 4))
            both = (said & right).total()
            p = both / said.total() if said else 0.0
            r = both / right.total() if right else 0.0
            every.append((2 * p * r / (p + r) if both else 0.0, p, r))
        f1, p, r = max(every, key=lambda item: item[0])
        found.append(p if name.endswith("precision") else r if name.endswith("recall") else f1)
    return found


def by_sacrebleu(name: str, pairs: Pairs, language: str) -> Scores:
    scorer = BLEU(effective_order=True) if name == "bleu" else CHRF()
    return [scorer.sentence_score(text, list(refs)).score for text, refs in pairs]


def by_nltk(name: str, pairs: Pairs, language: str) -> Scores:
    stemmer = PorterStemmer() if language == "en" else SnowballStemmer("portuguese")
    return [
        meteor_score(
            [words(ref) for ref in refs], words(text), stemmer=stemmer, wordnet=NoSynonyms()
        )
        for text, refs in pairs
    ]


def by_squad(name: str, pairs: Pairs, language: str) -> Scores:
    def f1(answer: str, reference: str) -> float:
        said, right = normalize(answer, language).split(), normalize(reference, language).split()
        same = sum((Counter(said) & Counter(right)).values())
        if not said or not right:
            return float(said == right)
        if same == 0:
            return 0.0
        p, r = same / len(said), same / len(right)
        return 2 * p * r / (p + r)

    def equal(answer: str, reference: str) -> float:
        return float(normalize(answer, language) == normalize(reference, language))

    compare = f1 if name == "squad-f1" else equal
    return [max(compare(text, ref) for ref in refs) for text, refs in pairs]


def by_scikit_learn(name: str, pairs: Pairs, language: str) -> Scores:
    references = [ref for _, refs in pairs for ref in refs]
    every = sorted({w for text, refs in pairs for one in (text, *refs) for w in words(one)})
    model = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, vocabulary=every)
    model.fit(references)
    return [
        max(
            float((model.transform([text]) @ model.transform([ref]).T).toarray()[0, 0])
            for ref in refs
        )
        for text, refs in pairs
    ]


REFERENCES: dict[str, Callable[[str, Pairs, str], Scores]] = {
    **{f"{kind}{part}": by_rouge_score for kind in KINDS for part in ("", "-precision", "-recall")},
    **{f"rouge-s{part}": by_skipgrams for part in ("", "-precision", "-recall")},
    "bleu": by_sacrebleu,
    "chrf": by_sacrebleu,
    "meteor": by_nltk,
    "exact-match": by_squad,
    "squad-f1": by_squad,
    "cosine": by_scikit_learn,
}
EXACT = {*KINDS, *(name for name in REFERENCES if name.startswith("rouge")), "bleu", "chrf"}


def test_every_overlap_metric_has_its_reference() -> None:
    assert set(REFERENCES) == set(OVERLAP)


def short(pairs: Pairs) -> Pairs:
    """Without the long ones, which a table of longest common subsequences takes minutes for."""
    return [(text, refs) for text, refs in pairs if len(text) < 10_000]


@pytest.mark.parametrize(("name", "language"), IN_LANGUAGES)
def test_planted_cases_score_as_the_reference_libraries_do(name: str, language: str) -> None:
    pairs = short(planted()) if name.startswith("rouge-l") else planted()
    measured = measure(name, pairs, language)
    expected = REFERENCES[name](name, pairs, language)
    assert measured.values is not None
    if name in EXACT:
        np.testing.assert_array_equal(measured.values, expected)
    else:
        np.testing.assert_allclose(measured.values, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "language"), IN_LANGUAGES)
def test_made_up_texts_score_as_the_reference_libraries_do(name: str, language: str) -> None:
    pairs = made_up(7, count=60)
    measured = measure(name, pairs, language)
    expected = REFERENCES[name](name, pairs, language)
    assert measured.values is not None
    if name in EXACT:
        np.testing.assert_array_equal(measured.values, expected)
    else:
        np.testing.assert_allclose(measured.values, expected, rtol=1e-12, atol=1e-12)
    assert math.isfinite(total(measured))


@pytest.mark.parametrize("name", OVERLAP)
def test_known_answers(name: str) -> None:
    text = "Ana and Tom walked the long way home, and it rained all day."
    high = METRICS[name].high
    # METEOR takes half a chunk off even a text that is its own reference.
    best = pytest.approx(high) if name != "meteor" else pytest.approx(1 - 0.5 * (1 / 13) ** 3)
    assert total(measure(name, [(text, (text,))])) == best
    assert total(measure(name, [("zzz 777 qqq 888", (text,))])) == 0
    assert total(measure(name, [("", (text,))])) == 0
    shuffled = total(measure(name, [("rained it day all home way", (text,))]))
    if name == "rouge-1-precision":  # the words are all there, and their order does not count
        assert shuffled == high
    else:
        assert shuffled < high


def test_rouge_s_of_its_papers_own_example() -> None:
    """Lin (2004), section 5: one reference, three candidates."""
    reference = ("police killed the gunman",)
    assert total(measure("rouge-s", [("police kill the gunman", reference)])) == 0.5
    assert total(measure("rouge-s", [("the gunman kill police", reference)])) == pytest.approx(
        1 / 6
    )
    assert total(measure("rouge-s", [("the gunman police killed", reference)])) == pytest.approx(
        1 / 3
    )


def test_ten_thousand_tokens_of_longest_common_subsequence() -> None:
    """Too long for rouge-score's table; a planted subsequence has a known length."""
    reference = " ".join(f"w{i}" for i in range(10_000))
    answer = " ".join(f"w{i}" if i % 2 else f"x{i}" for i in range(10_000))
    for name in ("rouge-l", "rouge-lsum"):
        assert total(measure(name, [(answer, (reference,))])) == 0.5
        assert total(measure(name, [(reference, (reference,))])) == 1
