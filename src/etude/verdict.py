"""What the scores say, in words: which approach won, by how much, and how sure that is.

The rule and the reasons for it: `docs/design/statistics.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from etude.config.study import Compare
from etude.evaluate import Evaluation
from etude.metrics import METRICS
from etude.metrics.comparing import Comparison

# Percentile intervals of fewer units than this cover less than they say.
FEW_UNITS = 20


def verdict(evaluation: Evaluation, compare: Compare) -> tuple[str | None, str]:
    """The winner, and one to three sentences by the deciding metric.

    The winner is the best approach that is ahead of the baseline beyond chance (the interval of
    the paired difference leaves zero out, and the p-value that is corrected for the number of
    comparisons is small enough); the baseline itself wins where every other approach
    is behind it beyond chance. Where neither holds there is no winner: None.
    """
    if len(evaluation.approaches) == 1:
        opening = f"{evaluation.best} scores {_with_interval(evaluation, compare)}"
        return None, f"{opening}. It is the only approach, so there is nothing to compare it with."
    found = _baseline_is_best if evaluation.best == evaluation.baseline else _another_is_best
    winner, words = found(evaluation, compare)
    return winner, " ".join([words, *_between_seeds(evaluation)])


def _baseline_is_best(evaluation: Evaluation, compare: Compare) -> tuple[str | None, str]:
    opening = (
        f"No approach beats the baseline {evaluation.baseline}: it scores "
        f"{_with_interval(evaluation, compare)}."
    )
    level, behind = _told_apart(evaluation.rivals)
    winner = None if level else evaluation.baseline
    sentences = [opening]
    if evaluation.unit_count < 2:
        sentences.append(_no_interval(evaluation))
    elif level and behind:
        verb = "is" if len(behind) == 1 else "are"
        sentences.append(
            f"{_listed(level, 'and')} cannot be told apart from it; {_listed(behind, 'and')} "
            f"{verb} worse beyond chance."
        )
    elif level:
        sentences.append(f"{_listed(level, 'and')} cannot be told apart from it.")
    elif len(behind) == 1:
        sentences.append(f"{behind[0]} is worse beyond chance ({_gap(evaluation.rivals[0])}).")
    else:
        sentences.append("Every other approach is worse beyond chance.")
    return winner, " ".join(sentences)


def _another_is_best(evaluation: Evaluation, compare: Compare) -> tuple[str | None, str]:
    metric = METRICS[evaluation.metric]
    against = (c for c in evaluation.comparisons if c.metric == evaluation.metric)
    ahead = next(c for c in against if c.approach == evaluation.best)
    opening = f"{evaluation.best} is best: {_with_interval(evaluation, compare)}."
    if evaluation.unit_count < 2:
        lead = f"It is {_beside(ahead)} the baseline {evaluation.baseline}."
        return None, " ".join([opening, lead, _no_interval(evaluation)])
    if ahead.better:
        lead = (
            f"It is {_beside(ahead)} the baseline {evaluation.baseline} ({_span(ahead)}), "
            "which chance does not explain."
        )
        return evaluation.best, " ".join([opening, lead, *_rest(evaluation)])
    doubt = f"It is {_beside(ahead)} the baseline {evaluation.baseline}, but this may be chance"
    if _holds_zero(ahead):
        doubt += f": the interval of the difference ({_span(ahead)}) contains zero"
    elif ahead.better is None and ahead.p_corrected is not None:
        doubt += f": {_p_after(ahead, evaluation)}"
    proven = [
        c for c in evaluation.comparisons if c.metric == evaluation.metric and c.better is True
    ]
    if not proven:
        nothing = "Nothing is shown to beat the baseline."
        return None, " ".join([opening, f"{doubt}.", nothing, *_would_settle(ahead, evaluation)])
    sign = 1 if metric.better == "higher" else -1
    first = max(proven, key=lambda c: sign * c.difference)
    return first.approach, (
        f"{opening} {doubt}. {first.approach} is {_beside(first)} the baseline ({_span(first)}) "
        "beyond chance."
    )


def _rest(evaluation: Evaluation) -> list[str]:
    """How the winner stands to the approaches that are neither it nor the baseline."""
    others = [c for c in evaluation.rivals if c.baseline != evaluation.baseline]
    level, behind = _told_apart(others)
    if not others:
        return []
    if level:
        return [f"It cannot be told apart from {_listed(level, 'or')}."]
    if len(behind) == 1:
        return [f"{behind[0]} is behind it beyond chance ({_gap(others[0])})."]
    return ["Every other approach is behind it beyond chance."]


def _holds_zero(comparison: Comparison) -> bool:
    return (
        comparison.low is not None
        and comparison.high is not None
        and comparison.low <= 0 <= comparison.high
    )


def _p_after(comparison: Comparison, evaluation: Evaluation) -> str:
    """What randomisation says of a difference whose interval leaves zero out."""
    others = len(evaluation.approaches) - 1
    after = f" after correction for {others} comparisons" if others > 1 else ""
    return f"randomisation gives it p = {number(comparison.p_corrected or 0)}{after}"


def _would_settle(comparison: Comparison, evaluation: Evaluation) -> list[str]:
    """How many examples a difference of this size would take, where that is more than there are."""
    if not comparison.needed or comparison.needed <= comparison.n:
        return []
    if len(evaluation.rivals) > 1 and not _holds_zero(comparison):
        return []  # it is the other comparisons that leave it open
    about = f"about {rounded(comparison.needed)} test examples"
    if evaluation.units == "groups":
        some = rounded(comparison.needed_examples or 0)
        about = f"about {rounded(comparison.needed)} groups like these ({some} test examples)"
    return [f"If the difference is as large as it looks, {about} would settle it (80% power)."]


def rounded(count: int) -> str:
    """Two digits are as many as an estimate of examples has, and never less than needed.

    >>> [rounded(n) for n in (6, 42, 121, 1283)]
    ['6', '42', '130', '1,300']
    """
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // step) * step:,}"


def _between_seeds(evaluation: Evaluation) -> list[str]:
    """How far the best approach's score moved from one training to the next."""
    for spread in evaluation.seeds:
        if (spread.approach, spread.metric) == (evaluation.best, evaluation.metric):
            low, high = min(spread.values.values()), max(spread.values.values())
            apart = ""
            if spread.deviation is not None and spread.example_error is not None:
                apart = (
                    f" (standard deviation {number(spread.deviation)} between seeds; the choice of "
                    f"test examples moves it by {number(spread.example_error)})"
                )
            return [
                f"Trained with {len(spread.values)} seeds, {spread.approach} scored "
                f"{number(low)} to {number(high)}{apart}."
            ]
    return []


def _told_apart(rivals: Sequence[Comparison]) -> tuple[list[str], list[str]]:
    """Names of those that may be as good as the best, and of those that are worse."""
    level = [c.baseline for c in rivals if not c.better]
    return level, [c.baseline for c in rivals if c.better]


def _with_interval(evaluation: Evaluation, compare: Compare) -> str:
    """`ROUGE-1 0.412 (95% interval 0.398 to 0.427) on 500 test examples`."""
    score = evaluation.score(evaluation.best, evaluation.metric)
    title = METRICS[evaluation.metric].title
    title = title[0].lower() + title[1:] if title[1:2].islower() else title
    text = f"{title} {number(score.value)}"
    if score.low is not None and score.high is not None:
        text += (
            f" ({100 * compare.confidence:g}% interval {number(score.low)} to {number(score.high)})"
        )
    return f"{text} on {_material(evaluation)}"


def _material(evaluation: Evaluation) -> str:
    text = f"{evaluation.n} test example{'' if evaluation.n == 1 else 's'}"
    count = evaluation.unit_count
    if evaluation.units == "groups":
        text += f" in {count} group{'' if count == 1 else 's'}"
    if 2 <= count < FEW_UNITS:
        text += ", too few for intervals to be relied on"
    return text


def _no_interval(evaluation: Evaluation) -> str:
    unit = "group" if evaluation.units == "groups" else "test example"
    return f"With a single {unit} no interval can be drawn, so nothing is certain."


def _beside(comparison: Comparison) -> str:
    """`0.105 above` or `2.1 below`: the size of the difference and its side."""
    side = "above" if comparison.difference >= 0 else "below"
    return f"{number(abs(comparison.difference))} {side}"


def _gap(comparison: Comparison) -> str:
    """The difference of the two, without its sign, and its interval likewise."""
    return f"by {number(abs(comparison.difference))}, {_span(comparison)}"


def _span(comparison: Comparison) -> str:
    """The interval of a difference, in sizes where it lies on one side of zero."""
    if comparison.low is None or comparison.high is None:
        return "no interval"
    low, high = comparison.low, comparison.high
    if high < 0:
        low, high = -high, -low
    return f"{number(low)} to {number(high)}"


def _listed(names: Sequence[str], word: str) -> str:
    """`a, b and c`."""
    head = ", ".join(names[:-1])
    return f"{head} {word} {names[-1]}" if head else names[-1]


def number(value: float) -> str:
    """Three significant digits, never in powers of ten.

    >>> [number(x) for x in (0.41234, 12.3456, 1234.5, -0.00123, 0.0)]
    ['0.412', '12.3', '1,234', '-0.00123', '0']
    """
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value == 0:
        return "0"
    # Rounded first: 0.9996 has four digits before the point's place is known, 1.00 after.
    rounded = float(f"{value:.2e}")
    decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
    return f"{rounded if decimals else value:,.{decimals}f}"
