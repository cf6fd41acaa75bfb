"""What a right answer looks like beside passages: the reference as the prompt asks for it.

A prompt that asks for citations (`cite`) is answered by the reference with the numbers of the
passages that support it; one that asks for silence (`abstain`) by the sentence that it names, where
none of them does. So a tuning learns what it is asked for, and worked examples show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etude.config.retrieving import Retrieve
from etude.config.study import Study
from etude.prompts.passages import SILENCE, Answer, Shown, spoken
from etude.records import Example
from etude.retrieval.gold import is_gold


def answers_of(study: Study, name: str) -> Callable[[Example, Shown], Answer] | None:
    """How an approach's right answers are written; None where they are the references."""
    retrieve = asking(study, name)
    if retrieve is None:
        return None
    silence = SILENCE[spoken(study.data.language)] if retrieve.abstain else None
    cite = retrieve.cite

    def answer(example: Example, shown: Shown) -> Answer:
        return right_answer(example, shown, cite=cite, silence=silence)

    return answer


def foreseen_answers(study: Study, name: str) -> Callable[[Example, Shown], Answer] | None:
    """The same before passages are found: as if the gold passage stood first."""
    retrieve = asking(study, name)
    if retrieve is None:
        return None
    cite = retrieve.cite

    def answer(example: Example, shown: Shown) -> Answer:
        reference = example.references[0]
        if not can_cite(example):
            return Answer(reference, "unknown")
        if cite:
            return Answer(with_marks(reference, [1]), "cites")
        return Answer(reference, "supported")

    return answer


def asking(study: Study, name: str) -> Retrieve | None:
    """The settings of an approach whose prompts ask for more than an answer; labels are none."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None or study.data.task == "classify":
        return None
    return retrieve if retrieve.cite or retrieve.abstain else None


def right_answer(example: Example, shown: Shown, *, cite: bool, silence: str | None) -> Answer:
    """The first reference as a prompt with these passages asks for it.

    Its kind says whether it `cites`, is the reference with a gold passage shown (`supported`) or
    without (`unsupported`), or is `silent`. An example that names no gold passage keeps its
    reference (`unknown`).
    """
    reference = example.references[0]
    if not can_cite(example):
        return Answer(reference, "unknown")
    numbers = supporting(example.gold_passages, reference, shown)
    if not numbers:
        return Answer(reference, "unsupported") if silence is None else Answer(silence, "silent")
    if cite:
        return Answer(with_marks(reference, numbers), "cites")
    return Answer(reference, "supported")


def can_cite(example: Example) -> bool:
    """Whether it is known what the answer of an example rests on."""
    return bool(example.gold_passages) and bool(example.references[0].strip())


def supporting(gold: Sequence[str], answer: str, shown: Shown) -> list[int]:
    """Numbers, from 1, of the shown passages that an answer rests on.

    They are gold. Where the answer stands in some of a gold passage's chunks as it is, these count
    alone, and only if it stands in the part that is shown.
    """
    found: set[int] = set()
    for passage in gold:
        places = [n for n, (chunk, _) in enumerate(shown, 1) if is_gold(chunk.id, passage)]
        holding = [n for n in places if holds(shown[n - 1][0].text, answer)]
        if holding:
            places = [n for n in holding if holds(shown[n - 1][0].text[: shown[n - 1][1]], answer)]
        found.update(places)
    return sorted(found)


def holds(text: str, answer: str) -> bool:
    """Whether an answer stands in a text, whatever its case, white space and final stop."""
    wanted = " ".join(answer.casefold().split()).rstrip(".!?,;:")
    inside = rf"(?<!\w){re.escape(wanted)}(?!\w)"
    return bool(wanted) and re.search(inside, " ".join(text.casefold().split())) is not None


def with_marks(reference: str, numbers: Sequence[int]) -> str:
    """An answer with what it cites behind it; white space at its end stays there.

    >>> with_marks("In 1961.", [1, 3])
    'In 1961. [1, 3]'
    """
    body = reference.rstrip()
    return f"{body} [{', '.join(map(str, numbers))}]{reference[len(body) :]}"


def in_words(targets: Mapping[str, int]) -> str:
    """What the answers are that a tuning learns, counted; "" where they are the references."""
    total = sum(targets.values())
    said = {
        "cites": "end with the number of the passage that supports them, as [1]",
        "silent": "say that the passages do not hold it, as none that does is shown",
        "supported": "are the references, the passage that supports them being shown",
        "unsupported": "are the references, without a passage that supports them",
        "unknown": "are the references, as no gold passage is named",
    }
    parts = [f"{targets[kind]:,} {words}" for kind, words in said.items() if targets.get(kind)]
    return f"Of {total:,} training answers {'; '.join(parts)}." if parts else ""


def foreseen(study: Study, name: str, targets: Mapping[str, int], *, found: bool) -> str | None:
    """What a plan says of the answers that an approach will learn; None for references alone.

    `found`: its passages are there, so that the answers are known.
    """
    retrieve = study.approaches[name].retrieve
    if retrieve is None or not targets:
        return None
    if set(targets) == {"unknown"}:
        return (
            f"retrieve.{'cite' if retrieve.cite else 'abstain'} asks for more than the references, "
            "but no training example names the passage that holds its answer, so nothing else is "
            "learnt: use a source that names it (squad, wikipedia), or map 'passages' in columns."
        )
    if found:
        return in_words(targets)
    where_shown = "the number of the passage that supports it behind each reference, as [1]"
    where_not = "the sentence of silence where no such passage is shown"
    asked = [
        words
        for words, wanted in ((where_shown, retrieve.cite), (where_not, retrieve.abstain))
        if wanted
    ]
    return f"Learns {', and '.join(asked)}; how often is known when passages are found."


def untaught(approaches: Mapping[str, Any]) -> list[str]:
    """Of a plan's approaches: that what a prompt asks for cannot be learnt."""
    return [
        f"{name}: {item['tune']['learns']}"
        for name, item in approaches.items()
        if item["tune"] is not None and set(item["tune"]["targets"]) == {"unknown"}
    ]


def told_of_material(study: Study, train: Sequence[Example]) -> list[str]:
    """What a look at the material says where references are not all that is learnt."""
    tuned = [name for name, approach in study.approaches.items() if approach.tune is not None]
    asked = {name: found for name in tuned if (found := asking(study, name)) is not None}
    if not asked:
        return []
    with_gold = sum(bool(example.gold_passages) for example in train)
    return [
        f"what {name} learns is more than these answers (retrieve: "
        f"{' and '.join(word for word in ('cite', 'abstain') if getattr(found, word))}); "
        f"{with_gold:,} of {len(train):,} training rows name the passage that supports them, and "
        "etude plan shows what is learnt"
        for name, found in asked.items()
    ]
