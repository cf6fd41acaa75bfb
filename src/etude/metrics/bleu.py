"""BLEU (Papineni et al. 2002) of sacreBLEU (Post 2018), on its scale of 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from etude.metrics.metric import Floats, Measured, ratio
from etude.records import Example, Prediction

ORDER = 4
# sacreBLEU's own choice for languages whose words are not parted by spaces, save that Japanese
# and Korean would need MeCab: there, and in Thai, Lao, Khmer and Burmese, characters are words.
TOKENIZERS = {
    **dict.fromkeys(("zh", "zho", "cmn", "yue"), "zh"),
    **dict.fromkeys(("ja", "jpn", "ko", "kor"), "char"),
    **dict.fromkeys(("th", "tha", "lo", "lao", "km", "khm", "my", "mya"), "char"),
}


def bleu(examples: Sequence[Example], predictions: Sequence[Prediction], language: str) -> Measured:
    """Corpus BLEU with exponential smoothing; examples may differ in how many references.

    Statistics are the answer's length, the closest reference's length, the matched n-grams of
    order 1 to 4 and the answer's n-grams of order 1 to 4. The aggregate is the corpus score
    (effective order off). An example's own value is sentence BLEU, which needs the effective
    order: orders longer than the answer are left out, or short answers would all score 0.
    """
    sentence = _scorer(language, effective_order=True)
    rows = []
    values = []
    for example, prediction in zip(examples, predictions, strict=True):
        score = sentence.sentence_score(prediction.text, list(example.references))
        rows.append([score.sys_len, score.ref_len, *score.counts, *score.totals])
        values.append(score.score)
    return Measured(
        np.asarray(rows, dtype=np.float64).reshape(-1, 2 + 2 * ORDER), np.asarray(values), corpus
    )


def corpus(sums: Floats) -> Floats:
    """sacreBLEU's corpus score of m summed rows at once; equal to its own `compute_bleu`."""
    answer, reference = sums[:, 0], sums[:, 1]
    correct, total = sums[:, 2 : 2 + ORDER], sums[:, 2 + ORDER :]
    # The first order without a match counts half a match, the second a quarter, and so on.
    missed = np.cumsum(correct == 0, axis=1)
    precision = ratio(np.where(correct == 0, 0.5**missed, correct), total, empty=0.0)
    scored = (correct > 0).any(axis=1) & (precision > 0).all(axis=1)
    log_precision = np.log(precision, out=np.zeros_like(precision), where=precision > 0)
    brevity = np.minimum(0.0, 1 - ratio(reference, answer, empty=np.inf))
    return np.where(scored, 100 * np.exp(log_precision.mean(axis=1) + brevity), 0.0)


def bleu_signature(language: str, examples: Sequence[Example] = ()) -> str:
    """sacreBLEU's own signature string."""
    return signed(_scorer(language, effective_order=False), examples)


def signed(scorer: Any, examples: Sequence[Example]) -> str:
    """The signature of a sacreBLEU metric, with the number of references in these examples."""
    counts = {len(example.references) for example in examples}
    scorer.num_refs = counts.pop() if len(counts) == 1 else -1  # -1 is sacreBLEU's "var"
    return f"{scorer.get_signature()}"


def _scorer(language: str, effective_order: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=TOKENIZERS.get(language, "13a"), effective_order=effective_order)
