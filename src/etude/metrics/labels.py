"""Accuracy and macro-F1 of labels, equal to scikit-learn's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etude.metrics.metric import Floats, Measured, averaged, ratio
from etude.records import Example, Prediction


def accuracy(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str
) -> Measured:
    """Share of examples whose label is right. An answer that is no label is wrong."""
    pairs = zip(examples, predictions, strict=True)
    return averaged([float(prediction.label == example.label) for example, prediction in pairs])


def macro_f1(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str
) -> Measured:
    """Mean over labels of each label's F1, all labels alike however rare.

    Statistics are three columns a label: examples that have it, answers that give it, and both
    at once; an answer that is no label gives none. Labels are the examples' choices in order.
    A label that occurs neither in the examples nor in the answers is left out of the mean. It
    exists only for a set, so examples have no value of their own.
    """
    names = [name for example in examples for name in (*example.choices, example.label)]
    labels = {name: column for column, name in enumerate(dict.fromkeys(names)) if name is not None}
    statistics = np.zeros((len(examples), len(labels), 3))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        if example.label is not None:
            statistics[row, labels[example.label], 0] = 1
        if prediction.label in labels:
            said = labels[prediction.label]
            statistics[row, said, 1] = 1
            statistics[row, said, 2] = prediction.label == example.label
    return Measured(statistics.reshape(len(examples), -1), None, mean_f1)


def mean_f1(sums: Floats) -> Floats:
    """Macro-F1 of m summed rows of `macro_f1`'s statistics."""
    have, said, both = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    occurring = (have + said > 0).sum(axis=1)
    return ratio(ratio(2 * both, have + said, empty=0.0).sum(axis=1), occurring)


def accuracy_signature(language: str, examples: Sequence[Example] = ()) -> str:
    return "share of labels that are right"


def macro_f1_signature(language: str, examples: Sequence[Example] = ()) -> str:
    return "unweighted mean of F1 over the labels that occur"
