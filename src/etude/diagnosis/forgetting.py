"""What a tuning has cost elsewhere: general text, the other tasks, benchmarks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etude.data.languages import name_of
from etude.diagnosis.evidence import Change, Check, Evidence, listed
from etude.diagnosis.repeated import of_first
from etude.records import Finding

WORSE = 1.1  # times its perplexity on general text before the tuning
MUCH_WORSE = 1.5
RESAMPLES = 2_000
ALL = "all"
FEW = 8  # passages that an interval needs
LOWER = ("perplexity", "ppl", "loss", "bits_per_byte")  # in a metric's name: lower is better
ERRORS = 1.96  # standard errors that a benchmark's change has to be

Measurements = Mapping[str, tuple[str, float, float | None]]


@dataclass(frozen=True, slots=True)
class General:
    """General text before and after a tuning, in one language or in all.

    `before` and `after` are perplexities per token; `ratio` is after by before, `low` and `high`
    bound its 95% interval over passages (None where there are too few of them).
    """

    language: str
    passages: int
    tokens: int
    before: float
    after: float
    ratio: float
    low: float | None
    high: float | None


def general_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[General]:
    """How the likelihood of the same passages has changed: in all, then by language."""
    pairs = list(zip(before["passages"], after["passages"], strict=True))
    languages = sorted({row["language"] for row, _ in pairs})
    wanted = [ALL, *(languages if len(languages) > 1 else ())]
    return [
        change_in(name, [pair for pair in pairs if name in (ALL, pair[0]["language"])])
        for name in wanted
    ]


def change_in(
    language: str, pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> General:
    """The change over some passages, with a paired bootstrap over them."""
    tokens = np.array([row["tokens"] for row, _ in pairs], dtype=float)
    ours = np.array([row["logprob"] for row, _ in pairs])
    theirs = np.array([row["logprob"] for _, row in pairs])
    before, after = (math.exp(-sums.sum() / tokens.sum()) for sums in (ours, theirs))
    low = high = None
    if len(pairs) >= FEW:
        drawn = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
        gaps = (ours - theirs)[drawn].sum(axis=1) / tokens[drawn].sum(axis=1)
        low, high = (float(value) for value in np.exp(np.quantile(gaps, (0.025, 0.975))))
    return General(
        language, len(pairs), int(tokens.sum()), before, after, after / before, low, high
    )


def general_text(evidence: Evidence) -> Iterator[Finding]:
    """General text that has become less likely."""
    for approach, measured in evidence.general.items():
        if not (measured["before"] and measured["after"]):
            continue
        changes = general_changes(measured["before"], measured["after"])
        forgotten = [
            item for item in changes if item.ratio >= WORSE and (item.low is None or item.low > 1)
        ]
        if not forgotten:
            continue
        worst = max(forgotten, key=lambda item: item.ratio)
        named = [item for item in changes if item.language != ALL] or changes
        told = "; ".join(
            f"{in_words(item.language)} {item.before:.4g} to {item.after:.4g}"
            f"{interval(item)}, {item.passages} passages"
            for item in named
        )
        yield Finding(
            kind="forgetting",
            level="warning" if worst.ratio >= MUCH_WORSE else "note",
            what=f"{of_first(evidence, approach)} has forgotten some of what {measured['start']} "
            f"knew: its perplexity on general text{of(worst.language)} has risen by "
            f"{worst.ratio - 1:.0%}.",
            evidence=f"Perplexity before and after: {told}.",
            sure="likely" if worst.low is not None else "possible",
            advice="Where general ability matters: lower the learning rate, train for fewer "
            "epochs, let fewer weights learn (lora), or mix in general material.",
            approach=approach,
        )


def in_words(language: str) -> str:
    """A language's name; all of them together are text."""
    return "text" if language == ALL else name_of(language)


def of(language: str) -> str:
    """` in Portuguese`; nothing for all languages together."""
    return "" if language == ALL else f" in {name_of(language)}"


def interval(item: General) -> str:
    """How sure the change is."""
    if item.low is None or item.high is None:
        return ""
    return f" ({item.low - 1:+.0%} to {item.high - 1:+.0%})"


def other_tasks(evidence: Evidence) -> Iterator[Finding]:
    """Tasks of a study of several that a tuned approach does worse than the baseline."""
    found = evidence.evaluation
    if found is None or found.baseline in evidence.trained_with:
        return
    for approach in evidence.trained_with:
        pairs = {
            task: item
            for task, about in found.tasks.items()
            for item in about.comparisons
            if item.approach == approach and item.metric == found.metric
        }
        worse = {task: item for task, item in pairs.items() if item.better is False}
        if not worse:
            continue
        told = "; ".join(
            f"{task} {item.difference:+.3g} ({item.low:.3g} to {item.high:.3g})"
            for task, item in pairs.items()
            if item.low is not None and item.high is not None
        )
        better = [task for task, item in pairs.items() if item.better]
        yield Finding(
            kind="forgetting-tasks",
            level="warning",
            what=f"{approach} does worse than the untuned {found.baseline} on {listed(worse)}"
            + (f", though better on {listed(better)}." if better else "."),
            evidence=f"Change of {found.metric} by task: {told}.",
            sure="likely",
            advice="Give these tasks a larger share (tune.mix), train all tasks together, or keep "
            "an adapter for each.",
            approach=approach,
        )


def benchmarks(evidence: Evidence) -> Iterator[Finding]:
    """Benchmarks that a tuned approach does worse than what it started from."""
    for approach, changes in evidence.benchmarks.items():
        worse = [change for change in changes if is_worse(change)]
        if not worse:
            continue
        told = "; ".join(
            f"{item.what} {item.before:.3g}{plus_minus(item.before_error)} to {item.after:.3g}"
            f"{plus_minus(item.after_error)}"
            for item in worse
        )
        yield Finding(
            kind="forgetting-benchmarks",
            level="warning",
            what=f"{of_first(evidence, approach)} does worse than {worse[0].start} on {len(worse)} "
            f"of {len(changes)} benchmarks.",
            evidence=f"{told}.",
            sure="likely" if all(item.before_error for item in worse) else "possible",
            advice="As for forgetting: a lower learning rate, fewer epochs, fewer weights that "
            "learn, or general material mixed in.",
            approach=approach,
        )


def benchmark_changes(
    before: Mapping[str, Measurements], after: Mapping[str, Measurements], starts: Mapping[str, str]
) -> dict[str, list[Change]]:
    """What benchmarks gave before and after each tuning, as evidence.

    Both are by approach and task: metric, value, standard error (None where there is none);
    `starts` name what each approach's weights started from. Tasks that stand on one side alone are
    left out.
    """
    found: dict[str, list[Change]] = {}
    for approach, tasks in after.items():
        for task, (metric, value, error) in tasks.items():
            if task not in before.get(approach, {}):
                continue
            _, earlier, earlier_error = before[approach][task]
            lower = any(word in metric for word in LOWER)
            change = Change(
                task,
                starts.get(approach, "its base"),
                earlier,
                value,
                earlier_error,
                error,
                "lower" if lower else "higher",
            )
            found.setdefault(approach, []).append(change)
    return found


def is_worse(change: Change) -> bool:
    """Whether a benchmark fell by more than its errors."""
    gap = (change.after - change.before) * (1 if change.better == "higher" else -1)
    error = math.hypot(change.before_error or 0.0, change.after_error or 0.0)
    return gap < 0 and -gap > ERRORS * error


def plus_minus(error: float | None) -> str:
    """A standard error."""
    return "" if error is None else f" ±{error:.2g}"


FORGETTING = Check(
    general_text,
    fires=f"Perplexity on general text, in all or in one language, is {WORSE - 1:.0%} or more "
    "above what it was before the tuning, and the 95% interval of the change (paired bootstrap "
    f"over {FEW} passages or more) leaves no change out. From {MUCH_WORSE - 1:.0%} on it is a "
    "warning.",
    why="Tuning on one kind of text shifts what a model expects by a few percent, which nobody "
    "notices in its answers; a tenth is more than that, and half as much again is felt in grammar "
    "and facts. The same passages are measured before and after, so their difficulty cancels out.",
    advice="A lower rate, fewer epochs, fewer weights that learn, general material mixed in; "
    "or nothing, where the task is all that matters. `forgetting.text` names a text of your own.",
)
TASKS = Check(
    other_tasks,
    fires="In a study with several sources, by the deciding metric, the interval of the paired "
    "difference to an untuned baseline lies wholly on the bad side for one of the tasks.",
    why="A mean over tasks hides what was lost in one of them.",
    advice="Other shares in `tune.mix`, all tasks together, or an adapter for each.",
)
BENCHMARKS = Check(
    benchmarks,
    fires=f"A benchmark's score after the tuning is below that before by more than {ERRORS} "
    "standard errors of the two together.",
    why="The errors of two runs over the same items are not independent, so the true interval is "
    "narrower: what is named has really fallen.",
    advice="As for forgetting.",
)
