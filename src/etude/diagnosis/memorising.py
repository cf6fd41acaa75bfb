"""Answers that are learnt by heart: whole training answers, and long pieces of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etude.diagnosis.evidence import Check, Evidence, plural, quoted
from etude.diagnosis.overlap import longest_copy
from etude.diagnosis.repeated import each_run
from etude.diagnosis.shared import COPIED, WORDS, answer, question, shared
from etude.diagnosis.shared import OFTEN as TWICE
from etude.records import Finding

OFTEN = 0.05  # share of answers from which on it is no accident
ABOVE = 2  # times as often as in right answers, which nobody has memorised
OPENED = 30  # answers that are compared word by word with training answers
HELD = 4  # training answers for each of them, those with the most in common first


def verbatim(evidence: Evidence) -> Iterator[Finding]:
    """Answers that are a training answer word for word, and not the right one."""
    if evidence.classifies or not evidence.train:
        return
    found, total = shared(evidence), len(evidence.examples)
    for approach, answers in found.answered.items():
        places = np.flatnonzero(answers.verbatim >= 0)
        if len(places) <= len(found.exact):  # no more often than right answers are
            continue
        example = evidence.examples[int(places[0])]
        learnt = evidence.train[int(answers.verbatim[places[0]])]
        yield Finding(
            kind="memorised-answers",
            level="warning" if len(places) >= OFTEN * total else "note",
            what=f"{approach} gives training answers word for word: {len(places)} of {total}.",
            evidence=f"To {example.id} it answers as to the training example {learnt.id}: "
            f"{quoted(answer(learnt))}. Only answers of {WORDS} words or more count, and none that "
            "is right.",
            sure="certain",
            advice="Train for fewer epochs or at a lower rate, remove duplicates, and do not "
            "publish these weights if the material is private.",
            approach=approach,
        )


def copied_spans(evidence: Evidence) -> Iterator[Finding]:
    """Answers with long pieces of training answers, more often than right answers have them."""
    if evidence.classifies or not evidence.train:
        return
    found, total = shared(evidence), len(evidence.examples)
    for approach, answers in found.answered.items():
        share = float(answers.copied.mean())
        if share < OFTEN or share <= ABOVE * found.usual:
            continue
        length, told = longest(evidence, approach)
        yield Finding(
            kind="copied-spans",
            level="warning" if share >= 2 * OFTEN else "note",
            what=f"{approach} repeats pieces of training answers, of up to {length} words, in "
            f"{int(answers.copied.sum())} of {total} answers.",
            evidence=f"{COPIED} words in a row that stand neither in the question nor in the right "
            f"answer; {found.usual:.0%} of the right answers share as much with the training "
            f"split. {told}",
            sure="likely",
            advice="Train for fewer epochs or at a lower rate, add material, and look at the "
            "answers before publishing the weights.",
            approach=approach,
        )


def longest(evidence: Evidence, approach: str) -> tuple[int, str]:
    """The longest copied piece of an approach's answers, and where it stands."""
    answers = shared(evidence).answered[approach]
    given = {item.example_id: item.text for item in evidence.answers[approach]}
    rows = np.zeros(len(evidence.examples), dtype=np.int64)
    np.maximum.at(rows, answers.runs.owner, answers.runs.rows[answers.runs.place])
    order = [int(n) for n in np.argsort(-rows, kind="stable") if answers.copied[n]][:OPENED]
    best, told = COPIED, ""
    for place in order:
        if rows[place] + COPIED - 1 <= best and told:
            break  # what follows is shorter
        example = evidence.examples[place]
        held = [evidence.train[n] for n in answers.runs.sources(place)[:HELD]]
        own = (question(example), *example.references)
        found = longest_copy(given[example.id], own, [answer(item) for item in held])
        if found is not None and (found[0] > best or not told):
            best, words, source = found
            told = f"The longest, in the answer to {example.id}, is of {held[source].id}: "
            told += f"{quoted(words)}."
    return best, told


MEMORISED = Check(
    each_run(verbatim),
    fires=f"A tuned approach answers with a whole training answer of {WORDS} words or more, one "
    f"that stands there {TWICE} times at most, and it is not the right one; more often than right "
    f"answers themselves stand in training. From {OFTEN:.0%} of the answers on it is a warning.",
    why=f"{WORDS} words in the same order are hardly ever chance. Shorter answers (yes, a name), "
    "and those that many examples have, may be right for many questions.",
    advice="Fewer epochs, a lower rate, no duplicates; mind what is private.",
)
COPIED_SPANS = Check(
    each_run(copied_spans),
    fires=f"In {OFTEN:.0%} or more of a tuned approach's answers {COPIED} words in a row are those "
    "of a training answer, though neither of the question nor of the right answer, and this is "
    f"more than {ABOVE} times as often as in the right answers. The longest piece is shown.",
    why="Fields have their set phrases. The right answers of the test split, which nobody has "
    "memorised, show how often these occur.",
    advice=f"As for memorised answers. {plural(OPENED, 'answer')} with the most in common are "
    "compared word by word for the longest piece.",
)
