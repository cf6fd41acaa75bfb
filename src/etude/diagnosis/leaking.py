"""What the test split shares with the training split, so that remembering looks like knowing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from etude.diagnosis.evidence import Check, Evidence, quoted
from etude.diagnosis.shared import ALIKE, GRAM, LONG, OFTEN, WORDS, answer, question, shared
from etude.records import Example, Finding, Level

HALF = 0.5  # share of a right answer's 13-grams that stand in training
GROUPS = 20  # values that a column needs to be a group (an artist, a document)
ROWS = 1.5  # training rows of a value, in the mean
MANY = 0.2  # share of the test rows whose value stands in training
SEEN = 0.1  # share of the test split from which on a leak is a warning
DOCUMENT = 30  # words, in the mean, from which on a part of the question is a document
TRACKED = 64  # columns that are looked at


def leaked_answers(evidence: Evidence) -> Iterator[Finding]:
    """Right answers of the test split that are training answers too."""
    if evidence.classifies or not evidence.train:
        return
    found, total = shared(evidence).exact, len(evidence.examples)
    if not found:
        return
    place, source = next(iter(found.items()))
    example, learnt = evidence.examples[place], evidence.train[source]
    yield Finding(
        kind="leaked-answers",
        level=grave(len(found), total),
        what=f"The right answers of {len(found)} of {total} test examples are training answers "
        "too, word for word.",
        evidence=f"First of them {example.id}, whose answer is that of {learnt.id} in training: "
        f"{quoted(answer(learnt))}. Answers under {WORDS} words are not counted.",
        sure="certain",
        advice="Keep what belongs together in one split (data.split.group_by), or take the doubles "
        "out of the material. Until then the scores flatter whatever was tuned.",
    )


def near_duplicates(evidence: Evidence) -> Iterator[Finding]:
    """Test examples whose question or answer is nearly that of a training example."""
    if not evidence.train:
        return
    held, total = shared(evidence), len(evidence.examples)
    places = sorted(set(held.near) | set(held.near_questions))
    if not places:
        return
    part, found = (
        ("question", held.near_questions) if held.near_questions else ("answer", held.near)
    )
    place = max(found, key=lambda n: (found[n][1], -n))
    source, alike = found[place]
    example, learnt = evidence.examples[place], evidence.train[source]
    text = question if part == "question" else answer
    yield Finding(
        kind="near-duplicates",
        level=grave(len(places), total),
        what=f"Nearly the same as a training example are {len(places)} of {total} test examples: "
        f"{len(held.near_questions)} by the question, {len(held.near)} by the answer.",
        evidence=f"The most alike, by its {part} ({alike:.0%} of their runs of three words): "
        f"{example.id} {quoted(text(example))} and {learnt.id} {quoted(text(learnt))}.",
        sure="likely",
        advice="Group the split by what these have in common (data.split.group_by), or remove one "
        "of each pair.",
    )


def shared_passages(evidence: Evidence) -> Iterator[Finding]:
    """Right answers that consist of pieces of training answers."""
    if evidence.classifies or not evidence.train:
        return
    held, total = shared(evidence), len(evidence.examples)
    known = set(held.exact) | set(held.near)
    places = [n for n in np.flatnonzero(held.grams >= HALF).tolist() if n not in known]
    if not places:
        return
    place = max(places, key=lambda n: (held.grams[n], -n))
    example = evidence.examples[place]
    yield Finding(
        kind="shared-passages",
        level=grave(len(places), total),
        what=f"The right answers of {len(places)} more of {total} test examples stand in training "
        "answers for the greater part.",
        evidence=f"{held.grams[place]:.0%} of the runs of {GRAM} words of {example.id} do: "
        f"{quoted(answer(example))}.",
        sure="likely",
        advice="The same passages answer several questions: split by document "
        "(data.split.group_by).",
    )


def group_leak(evidence: Evidence) -> Iterator[Finding]:
    """Columns that group rows (an artist, a document) and cross the split."""
    if not evidence.train or not evidence.examples:
        return
    found, total = crossing(evidence), len(evidence.examples)
    if not found:
        return
    # Of several the one that most test examples share: the widest group holds the others.
    column, *others = sorted(found, key=lambda name: (-found[name][2], found[name][0], name))
    values, rows, common = found[column]
    also = f" So do {', '.join(f'{name!r} ({found[name][2]})' for name in others)}."
    yield Finding(
        kind="group-leak",
        level="warning" if common > total / 2 else "note",
        what=f"The split crosses '{column}': {common} of {total} test examples share theirs with "
        "training examples.",
        evidence=f"The training split has {values:,} values of it in {rows:,} rows."
        + (also if others else ""),
        sure="possible",
        advice=f"If examples of one {column} resemble each other, set data.split.group_by: "
        f"{column}, so that the test split holds unseen ones.",
    )


def crossing(evidence: Evidence) -> dict[str, tuple[int, int, int]]:
    """Columns that look like groups: values and rows in training, and test rows that share one.

    A column that is asked or answered is none, nor one with few values (a genre, a language), nor
    one of which every row has its own.
    """
    columns = [
        name for name in evidence.examples[0].metadata if name not in ("instruction", "input")
    ]
    values: dict[str, set[int]] = {name: set() for name in columns[:TRACKED]}
    rows: dict[str, int] = dict.fromkeys(values, 0)
    for example in evidence.train:
        for name in values:
            if text := example.metadata.get(name, "").strip():
                rows[name] += 1
                values[name].add(hash(text))
    found: dict[str, tuple[int, int, int]] = {}
    for name, held in values.items():
        if len(held) < GROUPS or rows[name] < ROWS * len(held):
            continue
        if answers_or_labels(evidence.examples, name) or is_asked(evidence.examples, name):
            continue
        texts = (example.metadata.get(name, "").strip() for example in evidence.examples)
        common = sum(hash(text) in held for text in texts if text)
        if common >= MANY * len(evidence.examples):
            found[name] = (len(held), rows[name], common)
    return found


def answers_or_labels(examples: Sequence[Example], name: str) -> bool:
    """Whether a column is what is answered."""
    return all(
        example.metadata.get(name, "").strip() in (*example.references, example.label)
        for example in examples
    )


def is_asked(examples: Sequence[Example], name: str) -> bool:
    """Whether a column is a short part of every question: a title, a list of tags."""
    texts = [(example.metadata.get(name, "").strip(), question(example)) for example in examples]
    short = sum(len(text.split()) for text, _ in texts) < DOCUMENT * len(texts)
    return short and all(text in asked for text, asked in texts)


def grave(count: int, total: int) -> Level:
    """A warning from a tenth of the test split on."""
    return "warning" if count >= SEEN * total else "note"


LEAKED = Check(
    leaked_answers,
    fires=f"The right answer of a test example, of {WORDS} words or more, is that of a training "
    f"example too, or of {OFTEN} at most. From {SEEN:.0%} of the test split on it is a warning.",
    why="Equal questions are taken out of the training split when the data is prepared; equal "
    "answers to different questions are not. Short answers, and those of many examples, are equal "
    "by nature.",
    advice="Split by group, or remove the doubles.",
)
NEAR = Check(
    near_duplicates,
    fires=f"The question or the right answer of a test example, of {LONG} words or more, shares "
    f"{ALIKE:.0%} of its runs of three words with that of a training example (Jaccard similarity; "
    "candidates by MinHash, then counted exactly). Runs that a tenth of the test split has, as "
    "those of an instruction, do not count.",
    why="At 0.8 one word in thirty may differ: a number, a name, a comma. Below, paraphrases and "
    "texts of one form begin.",
    advice="Split by group, or remove one of each pair.",
)
PASSAGES = Check(
    shared_passages,
    fires=f"At least half of the runs of {GRAM} words of a right answer stand in training answers, "
    "and it is not named by one of the two findings before.",
    why=f"{GRAM} words in a row are the usual measure of contamination (Brown et al. 2020); half "
    "of an answer is what can be had by remembering.",
    advice="Split by document.",
)
GROUP = Check(
    group_leak,
    fires=f"A column with {GROUPS} values or more in training and {ROWS:g} rows or more of each is "
    f"shared by {MANY:.0%} or more of the test examples; above one half it is a warning. Columns "
    "of the answer do not count.",
    why="A column with few values (a genre, a language) is a property, and one with as many values "
    "as rows groups nothing. What lies between is an artist, a document, a speaker.",
    advice="`data.split.group_by`, if what is new in use are new artists or documents.",
)
