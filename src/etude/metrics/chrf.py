"""chrF (Popović 2015) of sacreBLEU: character n-grams of order 1 to 6, on its scale of 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etude.metrics import overlap
from etude.metrics.bleu import signed
from etude.metrics.metric import Case, Floats, Means, Measured, Told, ratio
from etude.metrics.pairs import pairs_of
from etude.metrics.texts import Ids
from etude.metrics.writing import fraction
from etude.records import Example, Prediction

ORDER = 6
BETA_SQUARED = 4.0  # recall counts twice as much as precision


def chrf(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Corpus chrF2; of several references the one that scores best, as sacreBLEU does.

    Statistics are, for each order, the n-grams of the answer, those of the reference, and those
    in both. An example's own value is sentence chrF2. White space is left out and no language
    is treated apart, so `language` changes nothing.
    """
    pairs = means.texts.once(
        "pairs", examples, predictions, lambda: pairs_of(examples, predictions)
    )
    counts = overlap.ngram_counts(
        [characters(text) for text in pairs.answers],
        [characters(text) for text in pairs.references],
        ORDER,
    )
    counts[:, :, 0] *= counts[:, :, 1] > 0  # no n-gram in the reference: the answer's do not count
    rows = counts.reshape(-1, 3 * ORDER).astype(np.float64)
    statistics = rows[pairs.best(corpus(rows))]
    return Measured(statistics, corpus(statistics), corpus)


def characters(text: str) -> Ids:
    """A text's characters without white space, as their code points."""
    encoded = "".join(text.split()).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(encoded, dtype="<i4")


def corpus(sums: Floats) -> Floats:
    """sacreBLEU's chrF2 of m summed rows at once: the F score of mean precision and recall.

    Means are over the orders that occur in both answers and references.
    """
    precision, recall, orders = (np.zeros(len(sums)) for _ in range(3))
    for order in range(ORDER):  # summed in sacreBLEU's order, for the same digits
        answer, reference, both = sums[:, 3 * order : 3 * order + 3].T
        occurs = (answer > 0) & (reference > 0)
        precision += np.where(occurs, ratio(both, answer, 0.0), 0.0)
        recall += np.where(occurs, ratio(both, reference, 0.0), 0.0)
        orders += occurs
    precision, recall = ratio(precision, orders, 0.0), ratio(recall, orders, 0.0)
    product = (1 + BETA_SQUARED) * precision * recall
    return 100 * ratio(product, BETA_SQUARED * precision + recall, empty=0.0)


def chrf_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """sacreBLEU's own signature string."""
    from sacrebleu.metrics.chrf import CHRF

    return signed(CHRF(char_order=ORDER), examples)


def told(case: Case) -> Told:
    """How one example's chrF came about."""
    row = chrf([case.example], [case.prediction], case.language, Means()).statistics[0]
    answer, reference, both = row[0::3], row[1::3], row[2::3]
    orders = [order for order in range(ORDER) if answer[order] and reference[order]]
    precision = sum(both[order] / answer[order] for order in orders) / max(1, len(orders))
    recall = sum(both[order] / reference[order] for order in orders) / max(1, len(orders))
    value = corpus(row[None])[0]
    names = [f"{kind} of order {n}" for n in range(1, ORDER + 1) for kind in _KINDS]
    return Told(
        (
            ("characters of the answer", "".join(case.prediction.text.split()) or "none"),
            *(
                (
                    f"order {order + 1}",
                    f"shared/answer {fraction(both[order], answer[order])}; "
                    f"shared/reference {fraction(both[order], reference[order])}",
                )
                for order in range(ORDER)
            ),
            ("mean precision and recall", f"{precision:.6g} and {recall:.6g}"),
            ("chrF2", f"100 · 5 · P · R / (4 · P + R) = {value:.6g}"),
        ),
        tuple(names),
        "100 · 5 · P · R / (4 · P + R), with P and R the means over orders of shared / answer and "
        "shared / reference, of the sums",
    )


_KINDS = ("n-grams of answers", "n-grams of references", "shared n-grams")
