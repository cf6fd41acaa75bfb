"""Whether examples and predictions hold what a metric reads; a sentence where they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etude.errors import UserError
from etude.metrics.metric import Metric, Need
from etude.metrics.truth import facts_of
from etude.records import Example, Prediction


def check_needs(
    metric: Metric, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> None:
    """Refuse a metric that these examples, or the predictions for them, cannot feed.

    Raises:
        UserError: naming the first example at fault and what to do.
    """
    for need in sorted(metric.needs):
        NEEDS[need](metric, examples, predictions)


def check_examples(metric: Metric, examples: Sequence[Example]) -> None:
    """Refuse a metric that these examples cannot feed, whatever will be predicted for them.

    Raises:
        UserError: as `check_needs`.
    """
    for need in sorted(metric.needs & OF_EXAMPLES):
        NEEDS[need](metric, examples, ())


def _text(metric: Metric, examples: Sequence[Example], _: Sequence[Prediction]) -> None:
    for example in examples:
        if not example.references:
            raise UserError(
                f"{metric.name} compares answers with references, but test example "
                f"'{example.id}' has none: map 'response' in the source's columns, or remove "
                f"{metric.name} from metrics"
            )


def _label(metric: Metric, examples: Sequence[Example], _: Sequence[Prediction]) -> None:
    for example in examples:
        if example.label is None:
            raise UserError(
                f"{metric.name} compares labels, but test example '{example.id}' has none: set "
                "task: classify and map 'label' in the source's columns, or remove "
                f"{metric.name} from metrics"
            )


def _reference_logprob(
    metric: Metric, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> None:
    for example, prediction in zip(examples, predictions, strict=True):
        if prediction.reference_logprob is None or not prediction.reference_tokens:
            raise UserError(
                f"{metric.name} reads the log-probability of the reference, but the predictions "
                f"of '{prediction.approach}' (seed {prediction.seed}) hold none for test example "
                f"'{example.id}': run the study again with {metric.name} in its metrics, or "
                "remove it"
            )


def _label_scores(
    metric: Metric, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> None:
    for example, prediction in zip(examples, predictions, strict=True):
        if not prediction.label_scores:
            raise UserError(
                f"{metric.name} reads the probability of every label, but the predictions of "
                f"'{prediction.approach}' (seed {prediction.seed}) hold none for test example "
                f"'{example.id}': run the study again with task: classify, or remove it"
            )


def _facts(metric: Metric, examples: Sequence[Example], _: Sequence[Prediction]) -> None:
    if not any(facts_of(example.metadata).asked for example in examples):
        raise UserError(
            f"{metric.name} compares answers with facts, but no test example has any: give the "
            f"source's rows a column 'facts', or remove {metric.name} from metrics"
        )


def _of_the_study(*_: object) -> None:
    """What the study brings is looked at before anything is scored, and where it is used."""


def _gold(metric: Metric, examples: Sequence[Example], _: Sequence[Prediction]) -> None:
    if not any(example.gold_passages for example in examples):
        raise UserError(
            f"{metric.name} compares passages with those that hold the answer, but no test example "
            "names one: use a source that does (squad, wikipedia), map 'passages' in the source's "
            f"columns, or remove {metric.name} from metrics"
        )


NEEDS: dict[Need, Callable[[Metric, Sequence[Example], Sequence[Prediction]], None]] = {
    "text": _text,
    "label": _label,
    "label_scores": _label_scores,
    "reference_logprob": _reference_logprob,
    "encoder": _of_the_study,
    "dictionary": _of_the_study,
    "facts": _facts,
    "passages": _of_the_study,
    "passage_texts": _of_the_study,
    "gold": _gold,
}
OF_EXAMPLES: frozenset[Need] = frozenset({"text", "label", "facts", "gold"})
