"""Scores of saved predictions, with paired intervals. No model is needed, ever.

Intervals say how much the scores hang on which test examples happened to be drawn. Several
training seeds are averaged first; their own spread stands apart, in `Evaluation.seeds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from etude.config.study import Compare
from etude.errors import UserError, nearest
from etude.metrics import METRICS, Means, check_needs, expand
from etude.metrics.citations import uncited
from etude.metrics.comparing import Comparison, Units, resampled
from etude.metrics.metric import Measured
from etude.metrics.repeats import Spread, spreads, with_seeds
from etude.progress import Progress, silent, watched
from etude.records import Example, Prediction, Score

if TYPE_CHECKING:
    from pandas import DataFrame

MAYBE = (  # numbers of a comparison that may be None
    "low",
    "high",
    "p",
    "p_randomisation",
    "p_corrected",
    "error",
    "seed_error",
    "needed",
    "needed_examples",
    "detectable",
)
Predictions = Mapping[str, Mapping[int, Sequence[Prediction]]]


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """What scoring found in the examples of one source: scores, and differences to the baseline."""

    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that scoring found.

    `comparisons` set every approach against the baseline, by every metric; `rivals` set the
    best approach by the deciding metric, `best`, against each other one, by that metric. P-values
    are corrected for the number of approaches in each of these families.
    `signatures` say, per metric, which implementation and settings made the values. `tasks` hold
    the scores of each source's examples, where there are several sources. `seeds` hold what each
    training seed scored, where there are several.
    """

    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    rivals: tuple[Comparison, ...]
    approaches: tuple[str, ...]
    metrics: tuple[str, ...]
    baseline: str
    metric: str
    best: str
    n: int
    units: Units
    unit_count: int
    signatures: Mapping[str, str]
    tasks: Mapping[str, TaskEvaluation] = field(default_factory=dict)
    seeds: tuple[Spread, ...] = ()
    pairs: tuple[Comparison, ...] = ()

    def score(self, approach: str, metric: str) -> Score:
        """The score of one approach by one metric."""
        return next(s for s in self.scores if (s.approach, s.metric) == (approach, metric))


def evaluate(
    examples: Sequence[Example],
    predictions: Predictions,
    metrics: Sequence[str],
    compare: Compare,
    language: str,
    seed: int,
    grouped: bool,
    means: Means | None = None,
    pairs: Sequence[tuple[str, str]] = (),
    progress: Progress = silent,
) -> Evaluation:
    """Score every approach by every metric, and compare them on the same resamples.

    `predictions` maps approaches to seeds to predictions, in any order, matched by example id.
    `metrics` may name groups. `seed` seeds the bootstrap; `grouped` resamples whole groups. `means`
    hold what some metrics need besides: an encoder's vectors, a dictionary. `pairs` are further
    approaches to set against one another, by the deciding metric. `progress` hears how far it is.

    Raises:
        UserError: where predictions and examples do not match, a metric cannot be fed, or
            `compare` names what is not there.
    """
    if not examples:
        raise UserError("there are no test examples to score: give data.split.test a larger share")
    names, means = expand(metrics), means or Means()
    baseline, deciding = _compared(compare, tuple(predictions), names)
    for approach, by_seed in predictions.items():
        if not by_seed:
            raise UserError(f"'{approach}' has no predictions to score: run the study again")
    matched = {
        approach: {
            number: match(examples, made, approach, number) for number, made in by_seed.items()
        }
        for approach, by_seed in predictions.items()
    }
    plain = {
        approach: {number: uncited(made) for number, made in cited.items()}
        for approach, cited in matched.items()
    }
    runs = {}
    for approach, name in watched([(a, n) for a in matched for n in names], "scoring", progress):
        by_seed = (matched if "passages" in METRICS[name].needs else plain)[approach]
        runs[approach, name] = _measure(name, examples, by_seed, language, means)
    measured = {key: _averaged(list(by_seed.values())) for key, by_seed in runs.items()}
    progress("comparing", 0, 2, "approaches")
    whole = resampled(examples, measured, compare, seed, grouped)
    best = _best(baseline, deciding, whole.values)
    seeds = spreads(runs, whole)
    comparisons = with_seeds(whole.comparisons(baseline), seeds)
    rivals = whole.compared([(best, other, deciding) for other in matched if other != best])
    progress("comparing", 1, 2, "sources")
    tasks = _by_task(examples, measured, baseline, compare, seed, grouped)
    return Evaluation(
        scores=whole.scores(),
        comparisons=comparisons,
        rivals=with_seeds(rivals, seeds),
        pairs=with_seeds(whole.compared([(*pair, deciding) for pair in pairs]), seeds),
        approaches=tuple(matched),
        metrics=names,
        baseline=baseline,
        metric=deciding,
        best=best,
        n=len(examples),
        units=whole.units,
        unit_count=whole.unit_count,
        signatures={name: METRICS[name].signature(language, examples, means) for name in names},
        tasks=tasks,
        seeds=seeds,
    )


def match(
    examples: Sequence[Example], predictions: Sequence[Prediction], approach: str, seed: int
) -> list[Prediction]:
    """Predictions in the order of the examples.

    Raises:
        UserError: where one is missing, doubled, or belongs to no example.
    """
    of = f"the predictions of '{approach}' (seed {seed})"
    mend = "the file was edited or belongs to other data: delete it and run the study again"
    known = {example.id for example in examples}
    found: dict[str, Prediction] = {}
    for prediction in predictions:
        name = prediction.example_id
        if name not in known:
            raise UserError(f"{of} answer '{name}', which is no test example: {mend}")
        if name in found:
            raise UserError(f"{of} answer test example '{name}' twice: {mend}")
        found[name] = prediction
    missing = [example.id for example in examples if example.id not in found]
    if missing:
        raise UserError(
            f"{of} lack {len(missing)} of {len(examples)} test examples, "
            f"the first of them '{missing[0]}': {mend}"
        )
    return [found[example.id] for example in examples]


def to_frames(evaluation: Evaluation) -> dict[str, DataFrame]:
    """Tables for notebooks and for `scores.parquet`.

    `scores`: a row per approach and metric; `table`: the same values, approaches down and
    metrics across; `values`: a row per approach, metric and example; `comparisons`: a row per
    approach and metric against the baseline; `seeds`: a row per approach, metric and training
    seed, where approaches were trained more than once.
    """
    from pandas import DataFrame

    scores = DataFrame(
        [(s.approach, s.metric, s.value, s.low, s.high, s.n) for s in evaluation.scores],
        columns=["approach", "metric", "value", "low", "high", "n"],
    ).astype({"value": float, "low": float, "high": float})
    values = DataFrame(
        [
            (s.approach, s.metric, example, value)
            for s in evaluation.scores
            for example, value in s.values.items()
        ],
        columns=["approach", "metric", "example", "value"],
    ).astype({"value": float})
    table = scores.pivot(index="approach", columns="metric", values="value")
    comparisons = DataFrame(
        [comparison.to_json() for comparison in evaluation.comparisons],
        columns=list(Comparison.__dataclass_fields__),
    ).astype(dict.fromkeys(MAYBE, float) | {"better": "boolean"})
    return {
        "scores": scores,
        "table": table.reindex(index=evaluation.approaches, columns=evaluation.metrics),
        "values": values,
        "comparisons": comparisons,
        "seeds": DataFrame(
            [
                (item.approach, item.metric, seed, value)
                for item in evaluation.seeds
                for seed, value in item.values.items()
            ],
            columns=["approach", "metric", "seed", "value"],
        ).astype({"value": float}),
    }


def _compared(
    compare: Compare, approaches: tuple[str, ...], names: tuple[str, ...]
) -> tuple[str, str]:
    """The baseline and the deciding metric; a group decides by its first member."""
    if not approaches:
        raise UserError("there are no predictions to score: run the study first")
    if not names:
        raise UserError("there are no metrics to score by: name one under metrics")
    baseline = compare.baseline or approaches[0]
    if baseline not in approaches:
        raise UserError(
            f"compare.baseline names '{baseline}', which has no predictions: "
            f"{nearest(baseline, approaches)}"
        )
    deciding = expand([compare.metric])[0] if compare.metric else names[0]
    if deciding not in names:
        raise UserError(
            f"compare.metric names '{compare.metric}', which is not among the metrics: "
            f"{nearest(deciding, names)}"
        )
    if METRICS[deciding].better == "neither":
        raise UserError(
            f"{deciding} cannot decide, because neither end of its scale is better: name another "
            "metric in compare.metric, or put one before it in metrics"
        )
    return baseline, deciding


def _measure(
    name: str,
    examples: Sequence[Example],
    by_seed: Mapping[int, Sequence[Prediction]],
    language: str,
    means: Means,
) -> dict[int, Measured]:
    """Statistics and values of one approach by one metric, for each of its seeds."""
    metric = METRICS[name]
    for predictions in by_seed.values():
        check_needs(metric, examples, predictions)
    return {
        seed: metric.measure(examples, predictions, language, means)
        for seed, predictions in by_seed.items()
    }


def _averaged(runs: Sequence[Measured]) -> Measured:
    """What was measured, averaged over seeds."""
    own = [run.values for run in runs if run.values is not None]
    return Measured(
        np.mean([run.statistics for run in runs], axis=0),
        np.mean(own, axis=0) if own else None,
        runs[0].aggregate,
    )


def _by_task(
    examples: Sequence[Example],
    measured: Mapping[tuple[str, str], Measured],
    baseline: str,
    compare: Compare,
    seed: int,
    grouped: bool,
) -> dict[str, TaskEvaluation]:
    """Each source's examples by themselves; nothing where there is one source."""
    tasks = list(dict.fromkeys(example.task for example in examples))
    found = {}
    for task in tasks if len(tasks) > 1 else ():
        rows = [number for number, example in enumerate(examples) if example.task == task]
        part = {
            key: Measured(
                item.statistics[rows],
                None if item.values is None else item.values[rows],
                item.aggregate,
            )
            for key, item in measured.items()
        }
        chosen = [examples[number] for number in rows]
        by_itself = resampled(chosen, part, compare, seed, grouped)
        found[task] = TaskEvaluation(
            by_itself.scores(), by_itself.comparisons(baseline), len(chosen)
        )
    return found


def _best(baseline: str, metric: str, values: Mapping[tuple[str, str], float]) -> str:
    """The approach with the best value; the baseline wins ties, then the order of the study."""
    sign = 1 if METRICS[metric].better == "higher" else -1

    def rank(approach: str) -> tuple[float, bool]:
        value = round(sign * values[approach, metric], 12)  # means of seeds differ in last digits
        return (-np.inf if np.isnan(value) else value, approach == baseline)

    return max((approach for approach, name in values if name == metric), key=rank)
