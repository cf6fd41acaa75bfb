"""`Quem foi Tiradentes?`, `What is photosynthesis?`: answered by the first sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.subject import Subject

LONGEST = 320  # characters of an answer
CUTS = re.compile(r";\s|,\s(?=(?:que|o qual|a qual|which|who|where|onde|cujo|cuja|sendo)\s)")
ASKED = {
    ("pt", True): "Quem {verb} {said}?",
    ("pt", False): "O que {verb} {said}?",
    ("en", True): "Who {verb} {said}?",
    ("en", False): "What {verb} {said}?",
}


def definitions(subject: Subject) -> Iterator[Question | LeftOut]:
    """At most one question; the answer is what the first sentence says, in its own words."""
    title, definition = subject.article.title, subject.definition
    if not subject.has_topic:
        return
    if definition is None:
        yield LeftOut("definition", "the first sentence defines nothing", title)
        return
    low, high = definition.predicate
    answer = subject.text[low:high]
    if len(answer) > LONGEST:
        cuts = [match.start() for match in CUTS.finditer(answer[:LONGEST])]
        if not cuts:
            yield LeftOut("definition", "the definition is too long", title)
            return
        answer = answer[: cuts[-1]]
    template = ASKED[subject.language, subject.person]
    asked = template.format(verb=definition.verb, said=subject.said)
    yield Question("definition", asked, (answer.strip(" ,;:"),), *definition.sentence)
