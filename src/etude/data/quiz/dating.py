"""How dates are written in Portuguese and in English."""

from __future__ import annotations

import re

from etude.data.quiz.words import MONTHS, YEAR

MONTH = {language: "|".join(names) for language, names in MONTHS.items()}
DAY = r"(?:[12]\d|3[01]|0?[1-9])"
NTH = "(?:st|nd|rd|th)"

# Whole dates.
DATES = {
    "pt": re.compile(
        rf"(?<!\d)(?:{DAY}|1\.?[ºo°])\s+de\s+(?:{MONTH['pt']})\s+de\s+{YEAR}(?!\d)", re.IGNORECASE
    ),
    "en": re.compile(
        rf"(?<!\d)(?:{DAY}(?:{NTH}(?:\s+of)?)?\s+(?:{MONTH['en']}),?\s+{YEAR}"
        rf"|(?:{MONTH['en']})\s+{DAY}{NTH}?,?\s+{YEAR})(?!\d)"
    ),
}
LATER = {  # what follows a year that is no year of our era, or is the first of two
    "pt": r"(?![\d%]|\s*(?:a\.|d\.)\s?C|,\d|\.\d|\s*[-–—]\s*\d)",
    "en": r"(?![\d%]|\s*(?:BC|BCE|AD|CE)\b|,\d|\.\d|\s*[-–—]\s*\d)",
}
TIMES = {  # about when in a year or month
    "pt": r"(?:in[ií]cio|começo|princ[ií]pio|meados|final|finais|fim|fins|verão|inverno|outono)",
    "en": r"(?:early|late|mid)",
}
SEASON = "(?:spring|summer|autumn|fall|winter)"
WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
# A date with the words that place something in time, by its kind: a whole date, the month of a
# year, a part of a year, a year alone, the years from one to another or between two, a decade, a
# century.
PLACED = {
    "pt": re.compile(
        rf"(?<!\w)(?:no dia|em|aos?|a)\s+(?P<full>{DATES['pt'].pattern})"
        rf"|(?<!\w)(?:em|no mês de)\s+(?P<month>(?:{MONTH['pt']})\s+de\s+{YEAR})(?!\d)"
        rf"|(?<!\w)(?:nos?|em)\s+(?P<part>{TIMES['pt']}\s+de\s+(?:(?:{MONTH['pt']})\s+de\s+)?{YEAR})(?!\d)"
        rf"|(?<!\w)na\s+(?P<spring>primavera\s+de\s+{YEAR})(?!\d)"
        rf"|(?<!\w)(?:de|desde)\s+(?P<span>{YEAR}\s+(?:a|até)\s+{YEAR}){LATER['pt']}"
        rf"|(?<!\w)entre\s+(?P<between>{YEAR}\s+e\s+{YEAR}){LATER['pt']}"
        r"|(?<!\w)(?:na|nos)\s+(?P<decade>(?:década\s+de|anos(?:\s+de)?)\s+1\d\d0)(?!\d)"
        r"|(?<!\w)no\s+(?P<century>século\s+(?-i:[IVX]+))(?!\w|\s*(?:a\.|d\.)\s?C)"
        rf"|(?<!\w)(?:no ano(?: de)?|em)\s+(?P<year>{YEAR}){LATER['pt']}",
        re.IGNORECASE,
    ),
    "en": re.compile(
        rf"(?<!\w)[Oo]n\s+(?:{WEEKDAY},?\s+)?(?:the\s+)?(?P<full>{DATES['en'].pattern})"
        rf"|(?<!\w)[Ii]n\s+(?P<month>(?:{MONTH['en']})(?:\s+of)?,?\s+{YEAR})(?!\d)"
        rf"|(?<!\w)[Ii]n\s+(?P<part>{TIMES['en']}[\s-](?:(?:{MONTH['en']})\s+)?{YEAR})(?!\d)"
        rf"|(?<!\w)[Ii]n\s+the\s+(?P<spring>{SEASON}\s+of\s+{YEAR})(?!\d)"
        rf"|(?<!\w)[Ff]rom\s+(?P<span>{YEAR}\s+(?:to|until|till)\s+{YEAR}){LATER['en']}"
        rf"|(?<!\w)[Bb]etween\s+(?P<between>{YEAR}\s+and\s+{YEAR}){LATER['en']}"
        r"|(?<!\w)[Ii]n\s+the\s+(?P<decade>(?:early\s|late\s|mid[\s-])?1\d\d0s)(?!\w)"
        r"|(?<!\w)[Ii]n\s+the\s+(?P<century>(?:early\s|late\s|mid[\s-])?\d\d?(?:st|nd|rd|th)[\s-]century)"
        r"(?!\s*(?:BC|AD|CE)|\w)"
        rf"|(?<!\w)[Ii]n\s+(?:the year\s+)?(?P<year>{YEAR}){LATER['en']}"
    ),
}
OF_YEARS = ("span", "between")  # kinds that tell how long something lasted
ANY_YEAR = re.compile(rf"(?<![\d.,]){YEAR}(?![\d%]|[.,]\d)")
PARTS = re.compile(
    rf"({DAY})(?:{NTH}(?:\s+of)?)?\s+([A-Z]\w+),?\s+({YEAR})"
    rf"|([A-Z]\w+)\s+({DAY}){NTH}?,?\s+({YEAR})"
)
SPAN = re.compile(rf"({YEAR})\s+\w+\s+({YEAR})")


def kind_of(date: re.Match[str]) -> str:
    """Which kind of date `PLACED` has found."""
    return next(name for name, text in date.groupdict().items() if text is not None)


def written(text: str, language: str) -> str:
    """A text with dates in figures (`1809-02-12`) written out (`12 February 1809`)."""

    def one(match: re.Match[str]) -> str:
        year, month, day = match[1], int(match[2]), int(match[3])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return match[0]
        name = MONTHS[language][month - 1]
        return f"{day} de {name} de {year}" if language == "pt" else f"{day} {name} {year}"

    return re.sub(rf"(?<!\d)({YEAR})-(\d\d?)-(\d\d?)(?!\d)", one, text)


def other_forms(date: str, language: str, kind: str = "full") -> tuple[str, ...]:
    """A date as it is written, and as it is also written or may be given.

    In English day or month stand first; years from one to another have a dash between them; of a
    part of a year (`early 1836`) the year alone is right as well.
    """
    if kind in OF_YEARS and (match := SPAN.fullmatch(date)):
        return (date, f"{match[1]}–{match[2]}")
    if kind in ("part", "spring"):
        return (date, *re.findall(rf"{YEAR}\Z", date))
    if kind == "decade" and language == "pt":
        year = date.rpartition(" ")[2]
        return tuple(dict.fromkeys((date, f"década de {year}", f"anos {year}")))
    if language != "en" or not (match := PARTS.fullmatch(date)):
        return (date,)
    day, month, year, named, number, of = match.groups()
    plain = (f"{day} {month} {year}", f"{month} {day}, {year}")
    if not day:
        plain = (f"{named} {number}, {of}", f"{number} {named} {of}")
    return tuple(dict.fromkeys((date, *plain)))
