"""BLEU (Papineni et al. 2002) of sacreBLEU (Post 2018), on its scale of 0 to 100."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from etude.metrics import overlap
from etude.metrics.metric import Case, Floats, Means, Measured, Told, ratio
from etude.metrics.texts import Cut
from etude.metrics.writing import tokens_in
from etude.records import Example, Prediction

ORDER = 4
# sacreBLEU's own choice for languages whose words are not parted by spaces, save that Japanese
# and Korean would need MeCab: there, and in Thai, Lao, Khmer and Burmese, characters are words.
TOKENIZERS = {
    **dict.fromkeys(("zh", "zho", "cmn", "yue"), "zh"),
    **dict.fromkeys(("ja", "jpn", "ko", "kor"), "char"),
    **dict.fromkeys(("th", "tha", "lo", "lao", "km", "khm", "my", "mya"), "char"),
}


def bleu(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Corpus BLEU with exponential smoothing; examples may differ in how many references.

    Statistics are the answer's length, the closest reference's length, the matched n-grams of
    order 1 to 4 and the answer's n-grams of order 1 to 4. The aggregate is the corpus score
    (effective order off). An example's own value is sentence BLEU, which needs the effective
    order: orders longer than the answer are left out, or short answers would all score 0.
    """
    cut = cut_for(language)
    sentence = _scorer(language, effective_order=True)
    rows = np.zeros((len(examples), 2 + 2 * ORDER))
    alone = [row for row, example in enumerate(examples) if len(example.references) == 1]
    counts = overlap.ngram_counts(
        means.texts.all_ids(cut, [predictions[row].text for row in alone]),
        means.texts.all_ids(cut, [examples[row].references[0] for row in alone]),
        ORDER,
    )
    rows[alone] = np.column_stack([counts[:, 0, :2], counts[:, :, 2], counts[:, :, 0]])
    for row in sorted(set(range(len(examples))) - set(alone)):
        # An n-gram counts as often as the reference has it that has it most: sacreBLEU's own way.
        score = sentence.sentence_score(predictions[row].text, list(examples[row].references))
        rows[row] = score.sys_len, score.ref_len, *score.counts, *score.totals
    values = [sentence_bleu(sentence, row) for row in rows.astype(np.int64).tolist()]
    return Measured(rows, np.asarray(values), corpus)


def sentence_bleu(scorer: Any, row: Sequence[int]) -> float:
    """sacreBLEU's own formula on one example's statistics."""
    score = scorer.compute_bleu(
        correct=list(row[2 : 2 + ORDER]),
        total=list(row[2 + ORDER :]),
        sys_len=row[0],
        ref_len=row[1],
        smooth_method="exp",
        effective_order=True,
    )
    return float(score.score)


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


def bleu_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """sacreBLEU's own signature string."""
    return signed(_scorer(language, effective_order=False), examples)


def signed(scorer: Any, examples: Sequence[Example]) -> str:
    """The signature of a sacreBLEU metric, with the number of references in these examples."""
    counts = {len(example.references) for example in examples}
    scorer.num_refs = counts.pop() if len(counts) == 1 else -1  # -1 is sacreBLEU's "var"
    return f"{scorer.get_signature()}"


def told(case: Case) -> Told:
    """How one example's sentence BLEU came about, and what it gives to the corpus."""
    cut = cut_for(case.language)
    row = bleu([case.example], [case.prediction], case.language, Means()).statistics[0]
    sentence = _scorer(case.language, effective_order=True)
    score = sentence.sentence_score(case.prediction.text, list(case.example.references))
    used = [precision for precision in score.precisions if precision > 0]
    logs = " + ".join(f"ln {precision:.4g}" for precision in used) or "no n-gram is shared"
    lengths = [len(cut(text)) for text in case.example.references]
    closest = lengths.index(int(row[1]))
    return Told(
        (
            *tokens_in(cut, case, closest),
            ("matched n-grams, order 1 to 4", ", ".join(f"{n:g}" for n in row[2:6])),
            ("n-grams of the answer", ", ".join(f"{n:g}" for n in row[6:])),
            (
                "precisions",
                ", ".join(f"{precision:.4g}" for precision in score.precisions)
                + " (an order without a match counts half a match, the next a quarter, ...)",
            ),
            (
                "brevity penalty",
                f"{score.bp:.6g} (answer {row[0]:g} tokens, closest reference {row[1]:g}: "
                "1, or exp(1 - reference / answer) for a shorter answer)",
            ),
            (
                "sentence BLEU",
                f"{score.bp:.6g} · exp(({logs}) / {len(used)}) = {score.score:.6g}"
                if used
                else f"{logs}: 0",
            ),
        ),
        (
            "tokens of answers",
            "tokens of references",
            *(f"matched n-grams of order {n}" for n in range(1, ORDER + 1)),
            *(f"n-grams of order {n}" for n in range(1, ORDER + 1)),
        ),
        "100 · brevity penalty · exp(mean of the four ln(matched / n-grams)), of the sums: corpus "
        "BLEU is no mean of sentence BLEU",
    )


@cache
def cut_for(language: str) -> Cut:
    """sacreBLEU's tokeniser for a language."""
    tokenizer: Callable[[str], str] = _scorer(language, effective_order=False).tokenizer

    def cut(text: str) -> list[str]:
        return tokenizer(text.rstrip()).split()

    return cut


def _scorer(language: str, effective_order: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=TOKENIZERS.get(language, "13a"), effective_order=effective_order)
