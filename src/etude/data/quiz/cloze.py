"""Sentences with a gap where a date, a number or a name stood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

from etude.data.quiz.dating import DATES
from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sections import SERVING
from etude.data.quiz.sentences import Span, sentences
from etude.data.quiz.subject import Subject
from etude.data.quiz.words import folded, words_of

GAP = "____"
WORDS = range(8, 41)  # how many a sentence has
ASKED = {
    "pt": "Complete a frase do artigo “{title}”: {sentence}",
    "en": "Fill the gap in this sentence of the article “{title}”: {sentence}",
}
WORDLESS = "{title}: {sentence}"  # in languages that no words are known of
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w]|[.,]\d)")
CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:[-'’][^\W\d_]+)*"
LINK = r"(?:de|da|do|das|dos|e|del|di|du|von|van|of|the|y)"
NAME = re.compile(rf"(?<![\w.“\"'«-]){CAPITAL}(?:\s(?:{LINK}\s)?{CAPITAL})*(?![\w-])")
WHOLE = re.compile(r"[A-ZÀ-ÖØ-Þ\d“\"].*[.!?]\Z", re.DOTALL)
ODD = re.compile(r"[{}|<>=\[\]•*_]|https?:|\s[.,;:]")


def clozes(subject: Subject) -> Iterator[Question | LeftOut]:
    """One question for each whole sentence that has something to ask for."""
    text, template = subject.text, ASKED.get(subject.language, WORDLESS)
    for part in subject.parts:
        if folded(part.title) in SERVING:
            continue
        for span in sentences(text, *part.span):
            sentence = text[span.start : span.end]
            if len(words_of(sentence)) not in WORDS or not whole(sentence):
                continue
            gaps = list(candidates(sentence, subject))
            if not gaps:
                yield LeftOut("cloze", "a sentence without a number or name to ask for", sentence)
                continue
            low, high = gaps[crc32(sentence.encode()) % len(gaps)]  # the same one at every reading
            given = f"{sentence[:low]}{GAP}{sentence[high:]}"
            asked = template.format(title=subject.article.title, sentence=given)
            yield Question("cloze", asked, (sentence[low:high],), *span)


def whole(sentence: str) -> bool:
    """Whether a text is a sentence and nothing is left open in it."""
    pairs = (("(", ")"), ("“", "”"), ("«", "»"))
    even = all(sentence.count(left) == sentence.count(right) for left, right in pairs)
    return bool(even and WHOLE.match(sentence) and not ODD.search(sentence) and '"' not in sentence)


def candidates(sentence: str, subject: Subject) -> Iterator[Span]:
    """Dates, numbers and names that stand once in a sentence and are not what it is about."""
    taken: list[Span] = []
    title = set(words_of(folded(subject.article.title)))
    patterns = [*([DATES[subject.language]] if subject.language in DATES else []), NUMBER, NAME]
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            low, high = match.span()
            if any(low < other.end and other.start < high for other in taken):
                continue
            taken.append(Span(low, high))
            if pattern is NAME and (low == 0 or title & set(words_of(folded(match[0])))):
                continue  # the first word has a capital in any case
            alone = sentence.casefold().count(match[0].casefold()) == 1
            if alone and (pattern is not NUMBER or len(match[0]) > 1):
                yield Span(low, high)
