"""What the material allows to be said: sizes, labels, power, rows that were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from etude.diagnosis.evidence import Check, Evidence, listed, plural
from etude.diagnosis.repeated import each_run
from etude.metrics.comparing import Comparison
from etude.records import Finding
from etude.verdict import rounded

SMALL_TEST = 50  # below this, differences of ten points are usually noise
LOPSIDED = 0.8  # share of the commonest label in training
RARE = 0.1  # share of an equal part that a label should have at least
ONE_LABEL = 0.95  # share of answers that name one label
MANY_TIMES = 4  # times the test split that are called out of reach by asking for twice as much


def label_imbalance(evidence: Evidence) -> Iterator[Finding]:
    """Labels that are much more frequent than others in training."""
    if not evidence.classifies:
        return
    counts = Counter(dict.fromkeys(labels_of(evidence), 0))
    counts.update(example.label for example in evidence.train if example.label is not None)
    total = counts.total()
    if not total:
        return
    most, count = counts.most_common(1)[0]
    fair = total / len(counts)
    rare = [label for label, number in counts.items() if number < RARE * fair]
    if count <= LOPSIDED * total and not rare:
        return
    right = sum(example.label == most for example in evidence.examples)
    told = ", ".join(f"{label} {number:,}" for label, number in counts.most_common())
    yield Finding(
        kind="label-imbalance",
        level="warning",
        what=f"The labels are unequal: {count / total:.0%} of the training examples are '{most}'"
        + (f", and hardly any {listed(rare)}." if rare else "."),
        evidence=f"Training examples by label: {told}. Always answering '{most}' would be right "
        f"in {right} of {len(evidence.examples)} test examples.",
        sure="certain",
        advice="Judge by macro-f1 and by the labels one by one, not by accuracy; add examples of "
        "the rare labels, or draw them more often (sources of their own with tune.mix).",
    )


def one_label(evidence: Evidence) -> Iterator[Finding]:
    """An approach that says the same label whatever is asked."""
    if not evidence.classifies or len(evidence.examples) < 2:
        return
    right = Counter(example.label for example in evidence.examples)
    for approach, predictions in evidence.answers.items():
        label, count = Counter(item.label for item in predictions).most_common(1)[0]
        share, due = count / len(predictions), right[label] / len(evidence.examples)
        if share >= ONE_LABEL and due < ONE_LABEL - 0.1:
            yield Finding(
                kind="one-label",
                level="warning",
                what=f"{approach} answers '{label}' to nearly everything.",
                evidence=f"{count} of {len(predictions)} answers; right would be {right[label]}.",
                sure="certain",
                advice="Its accuracy is that of always saying so. Tune it, show worked examples of "
                "every label, or see label-imbalance.",
                approach=approach,
            )


def labels_of(evidence: Evidence) -> tuple[str, ...]:
    """The study's labels, as the examples carry them."""
    return next((example.choices for example in evidence.examples), ())


def small_test(evidence: Evidence) -> Iterator[Finding]:
    """A test split that is too small for fine distinctions."""
    if len(evidence.examples) < SMALL_TEST:
        yield Finding(
            kind="small-test",
            level="note",
            what=f"The test split has {plural(len(evidence.examples), 'example')}: only large "
            "differences can be told from chance.",
            evidence=f"Fewer than {SMALL_TEST} examples give wide intervals.",
            sure="certain",
            advice="Raise data.sample.test where it is set (nothing is trained again), or "
            "data.split.test, or add material, before deciding on small differences.",
        )


def underpowered(evidence: Evidence) -> Iterator[Finding]:
    """Differences that this many test examples could not have settled, all in one finding."""
    found = evidence.evaluation
    still_open = [
        item
        for item in (found.comparisons if found is not None else ())
        if found is not None and item.metric == found.metric and out_of_reach(item)
    ]
    if not still_open:
        return
    first, names = still_open[0], [item.approach for item in still_open]
    sizes = sorted(item.needed or 0 for item in still_open)
    needed = " to ".join(dict.fromkeys(map(rounded, (sizes[0], sizes[-1]))))
    one = len(names) == 1
    told = "; ".join(
        ("" if one else f"{item.approach} (about {rounded(item.needed or 0)}): ")
        + f"{item.metric} differs by {item.difference:+.3g}, interval {item.low:.3g} to "
        f"{item.high:.3g}"
        for item in still_open
    )
    yield Finding(
        kind="too-small-for-the-claim",
        level="note",
        what=f"The test split cannot settle whether {listed(names)} differ{'s' if one else ''} "
        f"from {first.baseline}: "
        + ("a difference of the size that was seen needs" if one else "such differences need")
        + f" about {needed} {first.units}.",
        evidence=f"{told}. Over {first.n:,} {first.units}; 80% power at alpha .05.",
        sure="possible",
        advice=f"Enlarge the test split to that size, or take {'the two' if one else 'them'} for "
        "equal in practice: decide by cost."
        if sizes[0] <= MANY_TIMES * first.n
        else f"Take {'the two' if one else 'them'} for equal in practice and decide by cost; a "
        "test split of that size is worth it only if so small a difference matters.",
        approach=names[0] if one else None,
    )


def out_of_reach(item: Comparison) -> bool:
    """Whether a difference that was seen would need more examples than there are to settle."""
    if item.better is not None or not item.difference or item.needed is None:
        return False
    return item.low is not None and item.high is not None and item.needed > item.n


def dropped(evidence: Evidence) -> Iterator[Finding]:
    """Rows of the material that were left out."""
    reasons = {
        reason: count
        for reason, count in evidence.card["dropped"].items()
        if reason != "not sampled"  # the study asked for that
    }
    if total := sum(reasons.values()):
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        yield Finding(
            kind="dropped-rows",
            level="note",
            what=f"Rows of the material that were left out: {total}.",
            evidence=f"{told[0].upper()}{told[1:]}.",
            sure="certain",
            advice="`etude look STUDY --dropped` lists each of them with its place and reason.",
        )


def remarks(evidence: Evidence) -> Iterator[Finding]:
    """Rows that were kept although something about them is odd."""
    for kind, held in evidence.card.get("remarks", {}).items():
        places = ", ".join(str(item.get("where", "")) for item in held["first"][:3])
        yield Finding(
            kind="remark",
            level="note",
            what=f"Rows that were kept with a remark ({kind}): {held['count']}.",
            evidence=f"The first of them: {places}.",
            sure="certain",
            advice="`etude look STUDY --remarks` lists each of them with its place.",
        )


LABEL_IMBALANCE = Check(
    label_imbalance,
    fires=f"More than {LOPSIDED:.0%} of the training examples have one label, or a label has less "
    f"than {RARE:.0%} of what an equal part would be.",
    why="Above four in five, always saying one label looks like a good accuracy. A label with a "
    "tenth of its part is seen too seldom to be learnt, and too seldom to be judged.",
    advice="Read macro-F1 and the confusion of labels; add or repeat examples of the rare ones.",
)
COLLAPSED = Check(
    each_run(one_label),
    fires=f"{ONE_LABEL:.0%} of an approach's answers are one label, and it is right for at least "
    "10 points fewer.",
    why="A classifier that has learnt nothing of the question says what is commonest, or what the "
    "prompt ends with.",
    advice="Tune, show worked examples of each label, or balance the labels.",
)
SMALL = Check(
    small_test,
    fires=f"The test split has fewer than {SMALL_TEST} examples.",
    why="The interval of a share around one half over 50 examples is 14 points to each side.",
    advice="A larger test split.",
)
CLAIM = Check(
    underpowered,
    fires="By the deciding metric approaches are not told from the baseline, and differences of "
    "the sizes that were seen would need more test examples than there are for 80% power at "
    "alpha .05.",
    why="The interval of the paired difference gives its standard error, which shrinks with the "
    "root of the number of examples; 80% power needs a difference of 2.8 standard errors.",
    advice="Enlarge the test split to the number that is named, or decide by cost.",
)
DROPPED = Check(
    dropped,
    fires="Rows were left out: duplicates, empty ones, rows that stand in two splits.",
    why="Nothing vanishes without being told. What the study itself left out by `sample` is not.",
    advice="`etude look STUDY --dropped` lists them.",
)
REMARK = Check(
    remarks,
    fires="A reader kept rows although something about them is odd.",
    why="They count; somebody should look at them.",
    advice="`etude look STUDY --remarks` lists them.",
)
