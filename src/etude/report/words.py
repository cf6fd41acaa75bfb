"""How numbers are written for people: scores, intervals, durations, sizes, counts.

Whatever is missing or not finite is written as a dash, never as zero and never as "nan".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from math import ceil, floor, log10
from typing import Any

from etude import verdict

DASH = "–"
MINUS = "−"


def number(value: Any) -> float | None:
    """`value` as a finite float, or None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def digits(metric: Mapping[str, Any], values: Iterable[Any] = ()) -> int:
    """Decimals that suit a metric: 3 where it ends at one, 2 at a hundred, else by its `values`."""
    high = number(metric.get("high"))
    if high is not None:
        return 3 if high <= 1 else 2
    sizes = [abs(found) for value in values if (found := number(value)) is not None]
    largest = max(sizes, default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 100 else 2


def score(value: Any, decimals: int = 3) -> str:
    """A score with so many decimals and a true minus sign."""
    found = number(value)
    if found is None:
        return DASH
    written = f"{abs(found):,.{decimals}f}"
    negative = found < 0 and any(digit in written for digit in "123456789")
    return (MINUS if negative else "") + written


def interval(low: Any, high: Any, decimals: int = 3) -> str:
    """The interval in brackets, or nothing where none could be drawn."""
    if number(low) is None or number(high) is None:
        return ""
    return f"[{score(low, decimals)}, {score(high, decimals)}]"


def difference(value: Any, decimals: int = 3) -> str:
    """A difference with its sign: +0.017, −0.003, 0.000."""
    found = number(value)
    written = score(value, decimals)
    if found is None or found <= 0 or not any(digit in written for digit in "123456789"):
        return written
    return f"+{written}"


def probability(value: Any) -> str:
    """A p-value to three decimals, or as below 0.001."""
    found = number(value)
    if found is None:
        return DASH
    return "< 0.001" if found < 0.001 else f"{found:.3f}"


def duration(seconds: Any) -> str:
    """Seconds in words: 0.4 s, 12 s, 3 min 20 s, 2 h 05 min."""
    found = number(seconds)
    if found is None:
        return DASH
    if found == 0:
        return "0 s"
    if found < 9.95:
        return f"{found:.1f} s"
    whole = round(found)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(found / 60)
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def amount(value: Any, units: tuple[str, ...] = ("", "k", "M", "B", "T"), step: int = 1000) -> str:
    """Three significant digits and a unit: 812, 1.18 M, 6.74 B."""
    found = number(value)
    if found is None:
        return DASH
    power = 0
    while abs(found) >= 999.5 and power < len(units) - 1:
        found, power = found / step, power + 1
    decimals = 0 if power == 0 or abs(found) >= 99.95 else 1 if abs(found) >= 9.995 else 2
    return f"{found:.{decimals}f} {units[power]}".rstrip()


def several(value: int, one: str) -> str:
    """So many of something: 1 document, 2,000 documents."""
    return f"{value:,} {one}{'' if value == 1 else 's'}"


def size(count: Any) -> str:
    """Bytes in decimal units, as disks and downloads count them: 512 B, 1.20 MB."""
    return amount(count, ("B", "kB", "MB", "GB", "TB"))


def megabytes(count: Any) -> str:
    """Megabytes as a size: 812 MB, 1.90 GB."""
    found = number(count)
    return DASH if found is None else size(found * 1e6)


def count(value: Any) -> str:
    """A whole number with its thousands apart: 12,345."""
    found = number(value)
    return DASH if found is None else f"{found:,.0f}"


def scientific(value: Any) -> str:
    """A small setting such as a learning rate: 2e-4, 1.5e-4, 0.01, 0."""
    found = number(value)
    if found is None:
        return DASH
    if found == 0 or 0.01 <= abs(found) < 1e6:
        return f"{found:.4g}"
    mantissa, _, power = f"{found:.2e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"


def share(part: int, whole: int) -> str:
    """A share in percent; a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f}%" if whole else DASH


def money(value: Any, currency: str = "EUR") -> str:
    """An amount: 0.0123 EUR, 0.20 EUR, 4.50 EUR, 1,250 EUR."""
    found = number(value)
    if found is None:
        return DASH
    if found == 0:
        return f"0 {currency}"
    if found >= 1:
        return f"{found:,.{0 if found >= 1000 else 2}f} {currency}"
    decimals = min(8, 2 - floor(log10(found)))
    whole, _, rest = f"{found:.{decimals}f}".partition(".")
    return f"{whole}.{rest.rstrip('0'):0<2} {currency}"


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a, b and c`."""
    *head, last = names
    return f"{', '.join(head)} {word} {last}" if head else last


def rounded(value: Any) -> str:
    """A count that is an estimate, in two digits: 1,300."""
    found = number(value)
    return DASH if found is None else verdict.rounded(ceil(found))
