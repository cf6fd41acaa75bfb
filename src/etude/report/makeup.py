"""What the material is made of: languages, lengths, duplicates; for the report's page.

`etude look` shows much more. Here at most some thousands of rows of each split are read, evenly
spaced, so that a report of a million rows is not kept waiting; how many they were is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.data.frozen import stored
from etude.data.languages import language_of, name_of
from etude.data.lengths import lengths
from etude.data.rows import SPLITS
from etude.data.words import words_of
from etude.records import Example
from etude.report import bars, words

MOST = 2000  # rows of a split whose lengths are taken
TOLD = 300  # of these, whose language is told: some thousands a second
SHOWN = ("train", "test")  # what is drawn; the table has all splits
Report = Mapping[str, Any]


def makeup(folder: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """Split -> rows, how many were read, languages and lengths of prompts and responses."""
    data = stored(folder, card)
    return {name: of_split(getattr(data, name)) for name in SPLITS if len(getattr(data, name))}


def of_split(examples: Sequence[Example]) -> dict[str, Any]:
    """One split; lengths are in words."""
    rows = [examples[place] for place in spaced(len(examples), MOST)]
    prompts = [" ".join(turn.content for turn in row.messages) for row in rows]
    responses = [row.references[0] for row in rows]
    told = spaced(len(rows), TOLD)
    return {
        "rows": len(examples),
        "read": len(rows),
        "told": len(told),
        "languages": {
            part: dict(Counter(language_of(texts[place]) for place in told).most_common())
            for part, texts in (("prompt", prompts), ("response", responses))
        },
        "prompt": lengths([len(words_of(text)) for text in prompts]),
        "response": lengths([len(words_of(text)) for text in responses]),
        "distinct": len(set(responses)),
    }


def spaced(count: int, most: int) -> list[int]:
    """At most so many places of `count`, evenly spaced."""
    if count <= most:
        return list(range(count))
    return [place * count // most for place in range(most)]


def makeup_view(report: Report) -> dict[str, Any] | None:
    """What the page shows of it; None where an older report does not say."""
    found = report.get("makeup")
    if not found:
        return None
    dropped = (report.get("data") or {}).get("dropped") or {}
    twice = {why: count for why, count in dropped.items() if "duplicate" in why or "also in" in why}
    whole = all(split["read"] == split["rows"] for split in found.values())
    return {
        "splits": [split_row(name, split) for name, split in found.items()],
        "languages": [
            {"name": f"{part}s ({name})", "bars": bars.shares(named(split["languages"][part]))}
            for name, split in found.items()
            if name in SHOWN
            for part in ("prompt", "response")
        ],
        "figures": [
            {"title": f"Words in a {part} ({name})", "svg": svg}
            for name, split in found.items()
            if name in SHOWN
            for part in ("prompt", "response")
            if (svg := drawn(split[part], f"Words in a {part} of the {name} split"))
        ],
        "duplicates": [(why, words.count(count)) for why, count in twice.items()],
        "whole": whole,
        "told": words.count(max(split["told"] for split in found.values())),
        "read": words.count(max(split["read"] for split in found.values())),
    }


def split_row(name: str, split: Mapping[str, Any]) -> dict[str, str]:
    """Lengths of a split in a line."""
    row = {"name": name, "rows": words.count(split["rows"])}
    for part in ("prompt", "response"):
        for value in ("median", "p90", "max"):
            row[f"{part}_{value}"] = words.count(split[part].get(value))
    return row | {"distinct": words.share(split["distinct"], split["read"])}


def named(counts: Mapping[str, int]) -> dict[str, int]:
    """Languages by their names, the rare ones together."""
    first = dict(list(counts.items())[:6])
    rest = sum(counts.values()) - sum(first.values())
    return {name_of(code): count for code, count in first.items()} | (
        {"others": rest} if rest else {}
    )


def drawn(found: Mapping[str, Any], title: str) -> Any:
    """A histogram as markup that the page may trust; None where all are alike."""
    from markupsafe import Markup

    if not found["n"]:
        return None
    return Markup(bars.histogram(found, title)) or None  # noqa: S704 - our own drawing
