"""Whether answers cite the right passages: the numbers in them against the gold passages shown.

Precision and recall of citations as in ALCE (Gao et al. 2023), where what supports an answer is
known by its gold passages and no model judges. The words beside the marks play no part.
"""

from __future__ import annotations

from collections.abc import Callable

from etude.metrics.citations import cited
from etude.metrics.found import counting, retrieves
from etude.metrics.grounded import COLUMNS, FORMULA, gold, shown_of, shown_steps
from etude.metrics.metric import Case, Told, Work
from etude.records import Example, Prediction
from etude.retrieval.gold import is_gold

Share = Callable[[Example, Prediction], float | None]
"""Example and answer -> value; None where the example does not count."""


def precision(example: Example, made: Prediction) -> float | None:
    """The share of an answer's citations that are of gold passages; None where it cites nothing.

    A number that no passage of the prompt has is a wrong citation.
    """
    numbers = cited(made.text)
    if not numbers or not example.gold_passages:
        return None
    right = {*numbers} & {*gold_numbers(example, made)}
    return len(right) / len(numbers)


def recall(example: Example, made: Prediction) -> float | None:
    """The share of the gold passages shown that an answer cites; None where none was shown.

    A gold passage is cited with any of its chunks.
    """
    shown, numbers = shown_of(made), cited(made.text)
    chunks = [
        [number for number, item in enumerate(shown, 1) if is_gold(item.id, passage)]
        for passage in example.gold_passages
    ]
    there = [places for places in chunks if places]
    return sum(bool({*places} & {*numbers}) for places in there) / len(there) if there else None


def gold_numbers(example: Example, made: Prediction) -> list[int]:
    """The numbers that gold passages have in a prompt."""
    return [number for number, item in enumerate(shown_of(made), 1) if gold(item, example)]


def shared(value: Share) -> Work:
    """The mean of a value over the answers that count."""
    return counting(lambda example, made, language, means: value(example, made))


def told(value: Share) -> Callable[[Case], Told]:
    """What was shown, what of it is gold, and what the answer cites."""

    def tell(case: Case) -> Told:
        steps = [*shown_steps(case.example, case.prediction)]
        if not retrieves(case.predictions):
            steps.append(("shown", "nothing: the approach retrieves no passages"))
        else:
            found = value(case.example, case.prediction)
            marks = ", ".join(f"[{number}]" for number in cited(case.prediction.text))
            steps += [
                ("cites", marks or "none"),
                ("value", "does not count" if found is None else f"{found:.6g}"),
            ]
        return Told(tuple(steps), COLUMNS, FORMULA)

    return tell
