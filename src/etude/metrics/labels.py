"""Scores of labels, equal to scikit-learn's: accuracy, balanced accuracy, macro-F1, MCC."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from etude.metrics.metric import Case, Floats, Means, Measured, Told, averaged, ratio
from etude.records import Example, Prediction

NO_LABEL = "(no label)"  # an answer that is none of the labels


def accuracy(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of examples whose label is right. An answer that is no label is wrong."""
    pairs = zip(examples, predictions, strict=True)
    return averaged([float(prediction.label == example.label) for example, prediction in pairs])


def macro_f1(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Mean over labels of each label's F1, all labels alike however rare.

    Statistics are three columns a label: examples that have it, answers that give it, and both
    at once; an answer that is no label gives none. Labels are the examples' choices in order.
    A label that occurs neither in the examples nor in the answers is left out of the mean. It
    exists only for a set, so examples have no value of their own.
    """
    return Measured(by_label(examples, predictions), None, mean_f1)


def balanced_accuracy(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Mean over the labels that examples have of the share of them that is right.

    Statistics and labels as `macro_f1`'s. It exists only for a set.
    """
    return Measured(by_label(examples, predictions), None, mean_recall)


def mcc(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Matthews' correlation of labels, for several labels as Gorodkin (2004) extends it.

    Statistics as `macro_f1`'s, and a last column for the answers that are no label. It exists only
    for a set.
    """
    statistics = by_label(examples, predictions)
    nowhere = 1 - statistics[:, 1::3].sum(axis=1)
    return Measured(np.column_stack([statistics, nowhere]), None, correlation)


def labels_of(examples: Sequence[Example]) -> list[str]:
    """The labels that examples choose among, in order, and any other that an example has."""
    names = [name for example in examples for name in (*example.choices, example.label)]
    return [name for name in dict.fromkeys(names) if name is not None]


def by_label(examples: Sequence[Example], predictions: Sequence[Prediction]) -> Floats:
    """Three columns a label, shape (n, 3 * labels): has it, is given it, both."""
    labels = {name: column for column, name in enumerate(labels_of(examples))}
    statistics = np.zeros((len(examples), len(labels), 3))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        if example.label is not None:
            statistics[row, labels[example.label], 0] = 1
        if prediction.label in labels:
            said = labels[prediction.label]
            statistics[row, said, 1] = 1
            statistics[row, said, 2] = prediction.label == example.label
    return statistics.reshape(len(examples), -1)


def mean_f1(sums: Floats) -> Floats:
    """Macro-F1 of m summed rows of `by_label`."""
    have, said, both = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    occurring = (have + said > 0).sum(axis=1)
    return ratio(ratio(2 * both, have + said, empty=0.0).sum(axis=1), occurring)


def mean_recall(sums: Floats) -> Floats:
    """Balanced accuracy of m summed rows of `by_label`."""
    have, both = sums[:, 0::3], sums[:, 2::3]
    return ratio(ratio(both, have, empty=0.0).sum(axis=1), (have > 0).sum(axis=1))


def correlation(sums: Floats) -> Floats:
    """MCC of m summed rows; 0 where examples or answers are all of one label, as scikit-learn."""
    have, both = sums[:, 0:-1:3], sums[:, 2:-1:3]
    said = np.column_stack([sums[:, 1:-1:3], sums[:, -1]])
    count = have.sum(axis=1)
    product = both.sum(axis=1) * count - (have * said[:, :-1]).sum(axis=1)
    spread = (count**2 - (have**2).sum(axis=1)) * (count**2 - (said**2).sum(axis=1))
    value = ratio(product, np.sqrt(np.maximum(spread, 0)), empty=0.0)
    return np.where(count > 0, value, np.nan)


def accuracy_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "share of labels that are right"


def macro_f1_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "unweighted mean of F1 over the labels that occur"


def balanced_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "unweighted mean of recall over the labels that the examples have"


def mcc_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "of the whole confusion matrix; an answer that is no label counts as one of its own"


def told_accuracy(case: Case) -> Told:
    """What is right and what was answered."""
    return Told(
        (*_answered(case), ("value", f"{float(case.prediction.label == case.example.label):g}")),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def told(formula: str, *more: str) -> Callable[[Case], Told]:
    """For what exists only for a set: what this example adds to the counts of the labels."""

    def tell(case: Case) -> Told:
        kinds = ("has it", "is answered", "both")
        columns = [f"{name}: {kind}" for name in labels_of(case.examples) for kind in kinds]
        return Told(
            (*_answered(case), ("value", "none: it exists only for a set of examples")),
            (*columns, *more),
            formula,
        )

    return tell


def _answered(case: Case) -> tuple[tuple[str, str], ...]:
    return (
        ("right label", str(case.example.label)),
        ("answered label", NO_LABEL if case.prediction.label is None else case.prediction.label),
    )
