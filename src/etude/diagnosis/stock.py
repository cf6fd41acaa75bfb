"""Answers that the material repeats: who knows a handful of them seems to know much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from etude.diagnosis.evidence import Check, Evidence, plural, quoted
from etude.diagnosis.shared import answer
from etude.records import Example, Finding

STOCK = 0.05  # share of the training answers from which on an answer is a stock answer
LABELS = 20  # different training answers up to which they are labels, and meant to be repeated
MANY = 0.3  # share of the test split that asks for stock answers


def stock_answers(evidence: Evidence) -> Iterator[Finding]:
    """A test split that mostly asks for a few answers which training says again and again."""
    if evidence.classifies or not evidence.train:
        return
    counts = Counter(folded(example) for example in evidence.train)
    if len(counts) <= LABELS:
        return
    learnt = counts.total()
    stock = {text: count for text, count in counts.most_common() if count >= STOCK * learnt}
    asking = [item for item in evidence.examples if folded(item) in stock]
    total = len(evidence.examples)
    if len(asking) < MANY * total:
        return
    used = Counter(map(folded, asking))
    told = ", ".join(
        f"{quoted(text, 60)} {stock[text]:,} times in training and {count:,} in the test"
        for text, count in used.most_common(3)
    )
    yield Finding(
        kind="stock-answers",
        level="warning" if 2 * len(asking) > total else "note",
        what=f"Of {total} test examples {len(asking)} ask for "
        + ("an answer" if len(used) == 1 else f"one of {len(used)} answers")
        + " that training repeats.",
        evidence=f"{told[0].upper()}{told[1:]}.{apart(evidence, asking)}",
        sure="certain",
        advice="Judge by the other examples: give these a source of their own, which is scored "
        "apart, or leave most of them out of the material.",
    )


def folded(example: Example) -> str:
    """An example's right answer, without regard to case and white space."""
    return " ".join(answer(example).casefold().split())


def apart(evidence: Evidence, asking: Sequence[Example]) -> str:
    """What the best approach scores on these examples and on the others, in a sentence."""
    found = evidence.evaluation
    if found is None:
        return ""
    values = found.score(found.best, found.metric).values
    stock = {item.id for item in asking}
    those = [value for name, value in values.items() if name in stock]
    others = [value for name, value in values.items() if name not in stock]
    if not those or not others:
        return ""
    return (
        f" {found.best} scores {sum(those) / len(those):.3g} in {found.metric} on them, and "
        f"{sum(others) / len(others):.3g} on the {plural(len(others), 'other')}."
    )


STOCK_ANSWERS = Check(
    stock_answers,
    fires=f"{MANY:.0%} of the test examples or more ask for answers that are {STOCK:.0%} of the "
    f"training answers each, or more. Not where training has {LABELS} different answers at most: "
    "those are labels. A warning from more than half.",
    why="Who has learnt these few by heart scores well without having read a question; what was "
    "learnt besides is hidden by them.",
    advice="Judge by the other examples: a source of their own for such rows, or fewer of them.",
)
