"""Dates, years and numbers in a text, read as values, so that they compare however written.

Dates are read as `25 de março de 1824`, `25/03/1824`, `1824-03-25`, `March 25, 1824`, `25th of
March 1824`, without a day or without a year; month names of Portuguese, Spanish and English. A
number of four digits from 1000 to 2100 without a separator is a year. Numbers may have separators
(`700.000`, `700,000`) and a word of scale (`700 mil`, `2 million`); where a separator can be read
in two ways, both count. Figures written as words (`setecentos mil`) are not read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

Parts = tuple[int | None, int | None, int | None]
EMPTY: Parts = (None, None, None)
FIRST_YEAR, LAST_YEAR = 1000, 2100

# Names in full, and short ones that are no words of their own (as Portuguese mar, English out).
_MONTHS = (
    "janeiro january enero jan",
    "fevereiro february febrero fev feb",
    "marco march marzo",
    "abril april abr apr",
    "maio may mayo",
    "junho june junio jun",
    "julho july julio jul",
    "agosto august aug",
    "setembro september septiembre sept sep",
    "outubro october octubre oct",
    "novembro november noviembre nov",
    "dezembro december diciembre dec dic",
)
MONTHS = {name: number for number, row in enumerate(_MONTHS, start=1) for name in row.split()}
SCALES = {
    **dict.fromkeys(("mil", "thousand"), 1e3),
    **dict.fromkeys(("milhao", "milhoes", "million", "millions", "millon", "millones"), 1e6),
    **dict.fromkeys(("bilhao", "bilhoes", "billion", "billions"), 1e9),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A date (year, month and day, each where it is said) or a number (its possible readings)."""

    written: str
    date: Parts = EMPTY
    readings: frozenset[float] = frozenset()

    @property
    def value(self) -> tuple[Parts, frozenset[float]]:
        """What it says, however it was written."""
        return self.date, self.readings

    def holds(self, other: Figure) -> bool:
        """Whether this says all that the other says: a date holds its year."""
        if self.numbers & other.numbers and (self.readings or other.readings):
            return True
        pairs = [(a, b) for a, b in zip(self.date, other.date, strict=True) if b is not None]
        return bool(pairs) and all(a == b for a, b in pairs)

    @property
    def numbers(self) -> frozenset[float]:
        """Its readings as a number; a bare year might be one."""
        year, month, day = self.date
        bare = year is not None and month is None and day is None
        return self.readings | (frozenset({float(year)}) if bare and year else frozenset())


def folded(text: str) -> str:
    """Lower case without accents; ordinal signs become letters.

    >>> folded("Constituição de 1º de MARÇO")
    'constituicao de 1o de marco'
    """
    plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("—", " - ").lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:o|a|st|nd|rd|th)?"
_OF = r"(?:de|del|of|do)"
_YEAR = r"(?P<year>\d{4})(?!\d)(?![.,]\d)"
_APART = r"(?<![\d.,/-])"  # not within another number
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_APART}{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"{_APART}{_DAY}[/.-](?P<month>[0-3]?\d)[/.-]{_YEAR}",
        rf"{_APART}{_DAY}\s*(?:{_OF}\s+)?\b{_MONTH}(?:,?\s*(?:{_OF}\s+)?{_YEAR})?",
        rf"\b{_MONTH}\s+{_DAY}(?!\d)(?:,?\s+{_YEAR})?",
        rf"\b{_MONTH}(?:,?\s*(?:{_OF}\s+)?){_YEAR}",
    )
)
_SHORT_RANGE = re.compile(r"(?<![\d.,])(\d{2})(\d{2})\s*[-/]\s*(\d{2})(?![\d.,]*\d)")
_NUMBER = re.compile(
    rf"(?<![\w.,])(\d{{1,3}}(?: \d{{3}})+(?!\d)|\d+(?:[.,]\d+)*)(?:\s*({'|'.join(SCALES)})\b)?"
)
# What is no figure: a citation [2], the number of a line in a list.
_NO_FIGURES = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]|^\s*\d{1,2}[.)]\s", re.MULTILINE)


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """All figures of a text, dates first.

    >>> [figure.date for figure in figures("de 1930-45, em 7 de setembro de 1822")]
    [(1822, 9, 7), (1930, None, None), (1945, None, None)]
    """
    text = _NO_FIGURES.sub(" ", folded(text))
    found: list[Figure] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if date := _date(match):
                found.append(Figure(match.group().strip(), date))
        text = pattern.sub(lambda match: " ; " if _date(match) else match.group(), text)
    text = _SHORT_RANGE.sub(r"\1\2 - \1\3", text)
    found.extend(_number(match) for match in _NUMBER.finditer(text))
    return tuple(found)


def _date(match: re.Match[str]) -> Parts | None:
    """Year, month and day of a match; None where no calendar has them."""
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    name = parts["month"]
    month = int(name) if name.isdigit() else MONTHS[name.rstrip(".")]
    if name.isdigit() and month > 12 and day is not None and day <= 12:
        month, day = day, month
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return year, month, day


def _number(match: re.Match[str]) -> Figure:
    """A year where it looks like one, otherwise a number."""
    digits, scale = match.groups()
    if not scale and re.fullmatch(r"\d{4}", digits) and FIRST_YEAR <= int(digits) <= LAST_YEAR:
        return Figure(digits, (int(digits), None, None))
    times = SCALES[scale] if scale else 1.0
    return Figure(match.group().strip(), EMPTY, frozenset(x * times for x in _readings(digits)))


def _readings(digits: str) -> set[float]:
    """What digits with separators may mean: 8.515 is 8515 or 8.515; 1.234,5 is one number."""
    plain = digits.replace(" ", "")
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return {float(plain)}
    whole, _, last = plain.replace(",", ".").rpartition(".")
    joined = whole.replace(".", "")
    readings = set()
    groups = plain.replace(",", ".").split(".")
    if len(set(marks)) == 1 and all(len(group) == 3 for group in groups[1:]):
        readings.add(float(joined + last))
    if marks.count(marks[-1]) == 1:
        readings.add(float(f"{joined}.{last}"))
    return readings or {float(joined + last)}
