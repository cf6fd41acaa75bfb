"""How dates are written in Portuguese and in English."""

from __future__ import annotations

import re

from etude.data.quiz.words import MONTHS, YEAR

MONTH = {language: "|".join(names) for language, names in MONTHS.items()}
DAY = r"(?:[12]\d|3[01]|0?[1-9])"

# Whole dates.
DATES = {
    "pt": re.compile(
        rf"(?<!\d)(?:{DAY}|1\.?[ºo°])\s+de\s+(?:{MONTH['pt']})\s+de\s+{YEAR}(?!\d)", re.IGNORECASE
    ),
    "en": re.compile(
        rf"(?<!\d)(?:{DAY}\s+(?:{MONTH['en']})\s+{YEAR}|(?:{MONTH['en']})\s+{DAY},\s+{YEAR})(?!\d)"
    ),
}
# A date with the words that place something in time; (whole date, month of a year, year alone).
PLACED = {
    "pt": re.compile(
        rf"(?<!\w)(?:no dia|em|aos?|a)\s+(?P<full>{DATES['pt'].pattern})"
        rf"|(?<!\w)em\s+(?P<month>(?:{MONTH['pt']})\s+de\s+{YEAR})(?!\d)"
        rf"|(?<!\w)(?:no ano de|em)\s+(?P<year>{YEAR})"
        r"(?![\d%]|\s*(?:a\.|d\.)\s?C|,\d|\.\d|\s*[-–—]\s*\d)",
        re.IGNORECASE,
    ),
    "en": re.compile(
        rf"(?<!\w)[Oo]n\s+(?P<full>{DATES['en'].pattern})"
        rf"|(?<!\w)[Ii]n\s+(?P<month>(?:{MONTH['en']})\s+{YEAR})(?!\d)"
        rf"|(?<!\w)[Ii]n\s+(?P<year>{YEAR})(?![\d%]|\s*(?:BC|BCE|AD|CE)\b|,\d|\.\d|\s*[-–—]\s*\d)"
    ),
}
ANY_YEAR = re.compile(rf"(?<![\d.,]){YEAR}(?![\d%]|[.,]\d)")
PARTS = re.compile(rf"({DAY})\s+(\w+)\s+({YEAR})|(\w+)\s+({DAY}),\s+({YEAR})")


def written(text: str, language: str) -> str:
    """A text with dates in figures (`1809-02-12`) written out (`12 February 1809`)."""

    def one(match: re.Match[str]) -> str:
        year, month, day = match[1], int(match[2]), int(match[3])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return match[0]
        name = MONTHS[language][month - 1]
        return f"{day} de {name} de {year}" if language == "pt" else f"{day} {name} {year}"

    return re.sub(rf"(?<!\d)({YEAR})-(\d\d?)-(\d\d?)(?!\d)", one, text)


def other_forms(date: str, language: str) -> tuple[str, ...]:
    """A date as it is written, and as it is also written: in English, day or month first."""
    if language != "en" or not (match := PARTS.fullmatch(date)):
        return (date,)
    day, month, year, named, number, of = match.groups()
    return (date, f"{month} {day}, {year}" if day else f"{number} {named} {of}")
