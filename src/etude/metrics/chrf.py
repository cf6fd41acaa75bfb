"""chrF (Popović 2015) of sacreBLEU: character n-grams of order 1 to 6, on its scale of 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etude.metrics.bleu import signed
from etude.metrics.metric import Floats, Measured, ratio
from etude.records import Example, Prediction

ORDER = 6
BETA_SQUARED = 4.0  # recall counts twice as much as precision


def chrf(examples: Sequence[Example], predictions: Sequence[Prediction], language: str) -> Measured:
    """Corpus chrF2; of several references the one that scores best, as sacreBLEU does.

    Statistics are, for each order, the n-grams of the answer, those of the reference, and those
    in both. An example's own value is sentence chrF2. White space is left out and no language
    is treated apart, so `language` changes nothing.
    """
    from sacrebleu.metrics.chrf import CHRF

    scorer = CHRF(char_order=ORDER)
    rows = [
        # sacreBLEU's scores keep no counts of chrF, and its extraction has no public name; the
        # tests compare the outcome with its public corpus_score.
        scorer._extract_corpus_statistics(
            [prediction.text], [[reference] for reference in example.references]
        )[0]
        for example, prediction in zip(examples, predictions, strict=True)
    ]
    statistics = np.asarray(rows, dtype=np.float64).reshape(-1, 3 * ORDER)
    return Measured(statistics, corpus(statistics), corpus)


def corpus(sums: Floats) -> Floats:
    """sacreBLEU's chrF2 of m summed rows at once: the F score of mean precision and recall.

    Means are over the orders that occur in both answers and references.
    """
    answer, reference, both = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    occurs = (answer > 0) & (reference > 0)
    orders = occurs.sum(axis=1)
    precision = ratio((ratio(both, answer, 0.0) * occurs).sum(axis=1), orders, empty=0.0)
    recall = ratio((ratio(both, reference, 0.0) * occurs).sum(axis=1), orders, empty=0.0)
    product = (1 + BETA_SQUARED) * precision * recall
    return 100 * ratio(product, BETA_SQUARED * precision + recall, empty=0.0)


def chrf_signature(language: str, examples: Sequence[Example] = ()) -> str:
    """sacreBLEU's own signature string."""
    from sacrebleu.metrics.chrf import CHRF

    return signed(CHRF(char_order=ORDER), examples)
