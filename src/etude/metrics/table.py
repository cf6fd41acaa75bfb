"""The table of metrics: name, direction, scale, what it needs, functions, reference, paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from etude.metrics import (
    bertscore,
    bleu,
    calibration,
    chrf,
    citing,
    cosine,
    dictionary,
    form,
    found,
    grounded,
    labels,
    likelihood,
    meteor,
    music,
    rouge,
    squad,
    truth,
)
from etude.metrics.metric import Metric, Need
from etude.retrieval import ranking

_TEXT: frozenset[Need] = frozenset({"text"})
_LABEL: frozenset[Need] = frozenset({"label"})
_SCORES: frozenset[Need] = frozenset({"label", "label_scores"})
_LOGPROB: frozenset[Need] = frozenset({"reference_logprob"})
_VECTORS: frozenset[Need] = frozenset({"text", "encoder"})
_WORDS: frozenset[Need] = frozenset({"dictionary"})
_ANSWER: frozenset[Need] = frozenset()
_FACTS: frozenset[Need] = frozenset({"facts"})
_RANKED: frozenset[Need] = frozenset({"passages", "gold"})
_SHOWN: frozenset[Need] = frozenset({"passages", "passage_texts"})
_RESTS: frozenset[Need] = frozenset({"passages", "passage_texts", "gold"})
_IR = "ir-measures"
_IR_PAPER = "https://nlp.stanford.edu/IR-book/html/htmledition/evaluation-of-ranked-retrieval-results-1.html"
_NDCG_PAPER = "https://doi.org/10.1145/582415.582418"
_GROUNDED_PAPER = "https://arxiv.org/abs/2305.14627"
_ROUGE_PAPER = "https://aclanthology.org/W04-1013"
_SQUAD_PAPER = "https://arxiv.org/abs/1606.05250"
_SQUAD = "SQuAD's official evaluation script"
_BY_HAND = "tables typed by hand"
_SKLEARN = "scikit-learn"
_COUNTED = "counting in a loop"
_BERTSCORE_PAPER = "https://arxiv.org/abs/1904.09675"
_REPETITION_PAPER = "https://arxiv.org/abs/1908.04319"
_DISTINCT_PAPER = "https://arxiv.org/abs/1510.03055"


def rouges() -> Iterator[Metric]:
    """F1, precision and recall of each kind."""
    kinds: dict[rouge.Kind, tuple[str, str, str]] = {
        "rouge1": ("rouge-1", "ROUGE-1", "rouge-score"),
        "rouge2": ("rouge-2", "ROUGE-2", "rouge-score"),
        "rougeL": ("rouge-l", "ROUGE-L", "rouge-score"),
        "rougeLsum": ("rouge-lsum", "ROUGE-Lsum", "rouge-score"),
        "rougeS4": ("rouge-s", "ROUGE-S4", "nltk's skip-grams, counted; the paper's examples"),
    }
    for kind, (name, title, reference) in kinds.items():
        for part in ("F1", "precision", "recall"):
            yield _rouge(kind, part, name, title, reference)


def _rouge(kind: rouge.Kind, part: rouge.Part, name: str, title: str, reference: str) -> Metric:
    is_f1 = part == "F1"
    return Metric(
        name if is_f1 else f"{name}-{part}",
        title if is_f1 else f"{title} {part}",
        "higher",
        0,
        1,
        _TEXT,
        rouge.rouge(kind, part),
        rouge.rouge_signature(kind, part),
        rouge.told(kind, part),
        reference,
        _ROUGE_PAPER,
    )


def _bertscore(name: str, part: Literal["precision", "recall", "F1"]) -> Metric:
    return Metric(
        name,
        f"BERTScore {part}",
        "higher",
        -math.inf,  # cosines end at -1, but a baseline moves that
        1,
        _VECTORS,
        bertscore.bertscore(part),
        bertscore.bertscore_signature(part),
        bertscore.told(part),
        "bert-score",
        _BERTSCORE_PAPER,
    )


def _ranked(name: str, title: str, value: found.Ranks, what: str, paper: str) -> Metric:
    return Metric(
        name,
        title,
        "higher",
        0,
        1,
        _RANKED,
        found.ranked(value),
        found.signed(what),
        found.told(value, what),
        _IR,
        paper,
    )


# fmt: off
# A table is read by its columns.
ROWS = (
    *rouges(),
    Metric("bleu", "BLEU", "higher", 0, 100, _TEXT, bleu.bleu, bleu.bleu_signature, bleu.told,
           "sacreBLEU", "https://aclanthology.org/P02-1040"),
    Metric("chrf", "chrF", "higher", 0, 100, _TEXT, chrf.chrf, chrf.chrf_signature, chrf.told,
           "sacreBLEU", "https://aclanthology.org/W15-3049"),
    Metric("meteor", "METEOR", "higher", 0, 1, _TEXT, meteor.meteor, meteor.meteor_signature,
           meteor.told, "nltk, without its synonyms", "https://aclanthology.org/W07-0734"),
    Metric("exact-match", "Exact match", "higher", 0, 1, _TEXT, squad.exact_match,
           squad.squad_signature, squad.told_match, _SQUAD, _SQUAD_PAPER),
    Metric("squad-f1", "SQuAD F1", "higher", 0, 1, _TEXT, squad.token_f1, squad.squad_signature,
           squad.told_f1, _SQUAD, _SQUAD_PAPER),
    Metric("cosine", "Cosine (TF-IDF)", "higher", 0, 1, _TEXT, cosine.cosine,
           cosine.cosine_signature, cosine.told, _SKLEARN, "https://doi.org/10.1145/361219.361220"),
    Metric("cosine-set", "Cosine to the set", "higher", 0, 1, _TEXT, cosine.cosine_to_set,
           cosine.to_set_signature, cosine.told_to_set, _SKLEARN,
           "https://doi.org/10.1145/361219.361220"),
    Metric("cosine-embedding", "Cosine (embeddings)", "higher", -1, 1, _VECTORS,
           bertscore.cosine_embedding, bertscore.embedding_signature, bertscore.told_embedding,
           "torch, one text at a time", "https://arxiv.org/abs/1908.10084"),
    _bertscore("bertscore-f1", "F1"),
    _bertscore("bertscore-precision", "precision"),
    _bertscore("bertscore-recall", "recall"),
    Metric("accuracy", "Accuracy", "higher", 0, 1, _LABEL, labels.accuracy,
           labels.accuracy_signature, labels.told_accuracy, _SKLEARN,
           "https://scikit-learn.org/stable/modules/model_evaluation.html"),
    Metric("balanced-accuracy", "Balanced accuracy", "higher", 0, 1, _LABEL,
           labels.balanced_accuracy, labels.balanced_signature,
           labels.told("mean over labels that occur of both / has it"), _SKLEARN,
           "https://doi.org/10.1109/ICPR.2010.764"),
    Metric("macro-f1", "Macro-F1", "higher", 0, 1, _LABEL, labels.macro_f1,
           labels.macro_f1_signature,
           labels.told("mean over labels that occur of 2 · both / (has it + is answered)"),
           _SKLEARN, "https://arxiv.org/abs/1911.03347"),
    Metric("mcc", "MCC", "higher", -1, 1, _LABEL, labels.mcc, labels.mcc_signature,
           labels.told("(both · n - sum of has · answered) / square root of [(n² - sum of has²) · "
                       "(n² - sum of answered²)]", "answered with no label"),
           _SKLEARN, "https://doi.org/10.1016/j.compbiolchem.2004.09.006"),
    Metric("calibration-error", "Calibration error", "lower", 0, 1, _SCORES,
           calibration.calibration_error, calibration.calibration_signature, calibration.told,
           _COUNTED, "https://arxiv.org/abs/1706.04599"),
    Metric("perplexity", "Perplexity", "lower", 1, math.inf, _LOGPROB, likelihood.perplexity,
           likelihood.perplexity_signature, likelihood.told, "exp of the mean loss",
           "https://doi.org/10.1121/1.2016299"),
    Metric("length-ratio", "Length ratio", "neither", 0, math.inf, _TEXT, form.length_ratio,
           form.length_signature, form.told_length, _COUNTED, "https://aclanthology.org/P02-1040"),
    Metric("stop-rate", "Answers that stop", "higher", 0, 1, _ANSWER, form.stop_rate,
           form.stop_signature, form.told_stop, _COUNTED, "https://arxiv.org/abs/2002.02492"),
    Metric("seq-rep-4", "Repetition (seq-rep-4)", "lower", 0, 1, _ANSWER, form.repetition(4),
           form.repetition_signature(4), form.told_repetition(4), _COUNTED, _REPETITION_PAPER),
    Metric("distinct-1", "Distinct-1", "higher", 0, 1, _ANSWER, form.distinct(1),
           form.distinct_signature(1), form.told_distinct(1), _COUNTED, _DISTINCT_PAPER),
    Metric("distinct-2", "Distinct-2", "higher", 0, 1, _ANSWER, form.distinct(2),
           form.distinct_signature(2), form.told_distinct(2), _COUNTED, _DISTINCT_PAPER),
    Metric("right-language", "In the right language", "higher", 0, 1, _ANSWER, form.right_language,
           form.language_signature, form.told_language, "py3langid",
           "https://aclanthology.org/P12-3005"),
    Metric("spelling", "Spelling errors", "lower", 0, 1, _WORDS, dictionary.spelling,
           dictionary.spelling_signature, dictionary.told, _COUNTED,
           "https://doi.org/10.1145/146370.146380"),
    Metric("truth", "Truth", "higher", 0, 1, _FACTS, truth.truth, truth.truth_signature,
           truth.told, _BY_HAND, "https://arxiv.org/abs/2305.14251"),
    Metric("music-exact", "Exact match (music)", "higher", 0, 1, _TEXT, music.music_exact,
           music.music_exact_signature, music.told_exact, _BY_HAND, _SQUAD_PAPER),
    Metric("notes", "Notes F1", "higher", 0, 1, _TEXT, music.notes, music.notes_signature,
           music.told_notes(music.spelled), _BY_HAND, _SQUAD_PAPER),
    Metric("notes-enharmonic", "Notes F1 (enharmonic)", "higher", 0, 1, _TEXT,
           music.notes_enharmonic, music.notes_enharmonic_signature,
           music.told_notes(music.sounding), _BY_HAND, _SQUAD_PAPER),
    _ranked("passage-recall-5", "Passages found (recall@5)", found.recall(5),
            "share of gold passages among the first 5", _IR_PAPER),
    _ranked("passage-recall-10", "Passages found (recall@10)", found.recall(10),
            "share of gold passages among the first 10", _IR_PAPER),
    _ranked("passage-mrr", "Passages found (MRR)", ranking.reciprocal_rank,
            "1 / rank of the first gold passage", _IR_PAPER),
    _ranked("passage-ndcg-10", "Passages found (nDCG@10)", found.ndcg(10),
            "gain of the first 10, discounted by log2(rank + 1), of the ideal's", _NDCG_PAPER),
    Metric("grounded-words", "Words in the passages", "higher", 0, 1, _SHOWN,
           grounded.supported(grounded.words_share),
           grounded.signed("share of an answer's stems that stand in the passages shown"),
           grounded.told(grounded.words_share), _COUNTED, _GROUNDED_PAPER),
    Metric("grounded-numbers", "Numbers in the passages", "higher", 0, 1, _SHOWN,
           grounded.supported(grounded.numbers_share),
           grounded.signed_plainly("share of an answer's numbers that stand in the passages shown"),
           grounded.told(grounded.numbers_share), _COUNTED, _GROUNDED_PAPER),
    Metric("right-passage", "Rests on the right passage", "higher", 0, 1, _RESTS,
           grounded.supported(grounded.right_share),
           grounded.signed("share gold of the passages cited, or of the one with most stems"),
           grounded.told(grounded.right_share), _COUNTED, _GROUNDED_PAPER),
    Metric("citation-precision", "Citations that are right", "higher", 0, 1, _RANKED,
           citing.shared(citing.precision),
           grounded.signed_plainly("share gold of the passages that an answer cites, over answers "
                                   "that cite"),
           citing.told(citing.precision), _BY_HAND, _GROUNDED_PAPER),
    Metric("citation-recall", "Right passages cited", "higher", 0, 1, _RANKED,
           citing.shared(citing.recall),
           grounded.signed_plainly("share of the gold passages shown that an answer cites, over "
                                   "questions with one shown"),
           citing.told(citing.recall), _BY_HAND, _GROUNDED_PAPER),
    Metric("abstains", "Says the passages do not hold it", "neither", 0, 1,
           frozenset({"passages"}), grounded.abstaining,
           grounded.signed_plainly("share of answers with the sentence that retrieve.abstain asks "
                                   "for"),
           grounded.told_abstention, _COUNTED,
           "https://arxiv.org/abs/1806.03822"),
    Metric("abstention", "Abstains rightly", "higher", 0, 1, _RANKED,
           grounded.abstention,
           grounded.signed_plainly("share of answers that abstain exactly where no gold passage "
                                   "was shown"),
           grounded.told_abstention, _COUNTED,
           "https://arxiv.org/abs/1806.03822"),
)
# fmt: on
