"""What a clause tells, from its verb on: where it ends, and whether it can be understood alone."""

from __future__ import annotations

import re

from etude.data.quiz.dating import MONTH
from etude.data.quiz.verbs import AUXILIARY, CLITIC, IRREGULAR, is_finite
from etude.data.quiz.words import POINTING, tidy, words_of

LONGEST = 120  # characters from the verb on
QUOTES = (("“", "”"), ("«", "»"))
END = re.compile(
    r"[,:](?!\d)|(?<![A-Z])(?<!St)(?<!Mr)(?<!Dr)(?<!Jr)(?<!Gen)(?<!Brig)(?<!Col)(?<!Lt)(?<!Sen)(?<!Rev)\.(?!\w)|[;!?—–]|\s-\s|\s(?:e|mas|and|but)\s(?=(?P<next>[\w-]+))"
)
FURTHER = re.compile(r"\w+(?:ed|ept|apt|ent|ught|ew|ook|ose|came)\Z")  # English verbs after "and"
LISTED = re.compile(
    r",\s[\w-]+(?:\s[\w-]+)?(?:,\s[\w-]+(?:\s[\w-]+)?)*,?\s(?:and|or|e|ou)\s(?!\w+ed\b)"
)
# After these, what is told goes on without a subject, and so no question takes it up.
GOING_ON = frozenset(
    """
    has have had is are eventually then later subsequently soon finally also thereby thus
    também depois logo então mais posteriormente finalmente assim tem têm tinha é são está
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
# A date that stands after one of these places what they begin, and not what the clause tells.
SUBORDINATE = re.compile(
    r"(?i)(?<!\w)(?:since|until|till|after|before|when|while|whilst|following|because|although|during"
    r"|desde|até|após|depois|antes|quando|enquanto|porque|embora|durante|caso)(?!\w)"
)
# A question does not end with these: something was cut off.
DANGLING = frozenset(
    """
    a an the of to by in on at for from with and or no any as than de da do das dos em no na nos nas
    e ou com por para pelo pela que ao à o os as um uma
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
MONTHS = re.compile(rf"\b(?:{MONTH['pt']}|{MONTH['en']})\b")
MONTHS = re.compile(rf"\b(?:{MONTH['pt']}|{MONTH['en']})\b")


def phrase_of(clause: str, told: int, low: int, high: int) -> str:
    """From a clause's verb (at `told`) to its end, without the date (at `low` to `high`).

    Empty where the date belongs to something else that happens in the clause.
    """
    if low < told:
        return tidy(_up_to_end(clause[told:]))
    before = clause[told:low]
    if SUBORDINATE.search(before):
        return ""
    return tidy(f"{before} {_up_to_end(clause[high:])}") if _up_to_end(before) == before else ""


def _up_to_end(text: str) -> str:
    """As far as a comma, a full stop, or a further verb."""
    if text.endswith(".") and not re.search(r"\b[A-Z]\.[A-Z]\.\Z", text):
        text = text[:-1]
    for match in END.finditer(text):
        word = match["next"]
        verb = word is not None and (
            is_finite(word)
            or word in AUXILIARY
            or word in IRREGULAR
            or word in GOING_ON
            or FURTHER.match(word)
        )
        if word is None and LISTED.match(text[match.start() :]):
            return ""  # `its design, manufacturing and sales`: a part of it would be wrong
        if word is None or verb:
            return text[: match.start()]
    return text


def is_clear(phrase: str) -> bool:
    """Whether words can be understood without the sentence before them."""
    words = words_of(phrase)
    return bool(words) and len(phrase) <= LONGEST and not (
        any(word.casefold() in POINTING for word in words)
        or any(mark in phrase for mark in "()[]%*•/")
        or any(phrase.count(first) != phrase.count(last) for first, last in QUOTES)
        or phrase.count('"') % 2
        or CLITIC.search(phrase)
        or MONTHS.search(phrase)
        or re.search(r"(?<![\w-])(?:que|não|se)(?![\w-])", phrase.casefold())
        or words[-1].casefold() in DANGLING
    )  # fmt: skip
