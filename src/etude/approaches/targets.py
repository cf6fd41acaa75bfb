"""What a right answer looks like beside passages: the reference as the prompt asks for it.

A prompt that asks for citations (`cite`) is answered by the reference with the numbers of the
passages that support it; one that asks for silence (`abstain`) by the sentence that it names, where
none of them does. So a tuning learns what it is asked for, and worked examples show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from etude.config.study import Study
from etude.prompts.passages import SILENCE, Answer, Shown, spoken
from etude.records import Example
from etude.retrieval.gold import is_gold

# What training answers are, as they are counted: with a citation; as they are, with a gold passage
# shown, or with none shown, or with none known; or the sentence of silence.
KINDS = ("cites", "supported", "unsupported", "unknown", "silent")


def answers_of(study: Study, name: str) -> Callable[[Example, Shown], Answer] | None:
    """How an approach's right answers are written; None where they are the references."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None or not (retrieve.cite or retrieve.abstain):
        return None
    silence = SILENCE[spoken(study.data.language)] if retrieve.abstain else None
    cite = retrieve.cite

    def answer(example: Example, shown: Shown) -> Answer:
        return right_answer(example, shown, cite=cite, silence=silence)

    return answer


def foreseen_answers(study: Study, name: str) -> Callable[[Example, Shown], Answer] | None:
    """The same before passages are found: as if the gold passage stood first."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None or not (retrieve.cite or retrieve.abstain):
        return None

    def answer(example: Example, shown: Shown) -> Answer:
        reference = example.references[0]
        if retrieve.cite and shown and can_cite(example):
            return Answer(with_marks(reference, [1]), "cites")
        return Answer(reference, "unknown")

    return answer


def right_answer(example: Example, shown: Shown, *, cite: bool, silence: str | None) -> Answer:
    """The first reference as a prompt with these passages asks for it.

    An example that names no gold passage, or whose answer is a label, keeps its reference.
    """
    reference = example.references[0]
    if not can_cite(example):
        return Answer(reference, "unknown")
    numbers = supporting(example.gold_passages, reference, shown)
    if not numbers:
        return Answer(reference, "unsupported") if silence is None else Answer(silence, "silent")
    return Answer(with_marks(reference, numbers), "cites") if cite else Answer(reference, "supported")


def can_cite(example: Example) -> bool:
    """Whether it is known what an example's answer rests on, and the answer is in words."""
    return bool(example.gold_passages) and example.label is None and bool(example.references[0].strip())


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
        "silent": "say that the passages do not hold it, as no passage that does is shown",
        "supported": "are learnt as they are, the passage that supports them being shown",
        "unsupported": "are learnt as they are, without a passage that supports them",
        "unknown": "are learnt as they are, since they name no gold passage",
    }
    parts = [f"{targets[kind]:,} {words}" for kind, words in said.items() if targets.get(kind)]
    return f"Of {total:,} training answers {'; '.join(parts)}." if parts else ""
