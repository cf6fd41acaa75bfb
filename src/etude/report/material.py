"""The page of `etude look`: the material with its plots, in the manner of the report's page.

One file, no network, no script; every text is escaped. Nothing heavy is loaded to make it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.data.explore import UNITS
from etude.data.languages import name_of
from etude.data.rows import SPLITS
from etude.report import tables, words
from etude.report.bars import bars, histogram, shares
from etude.report.rendering import own, render
from etude.store import write_atomically

WORDS = 20  # frequent words of a list; look.json has more
LABELS = 40  # labels of a split that are shown; a task with more is rare
LISTED = 300  # rows of a list; the run folder has all of them
FOLDERS = re.compile(r"(?<![\w.:/])(?:/[^/\n,:]+)+/(?=[^/\s])")

Seen = Mapping[str, Any]


def write_material(
    seen: Seen, dropped: Sequence[Seen], remarks: Sequence[Seen], path: Path
) -> None:
    """Write the page of what `explore` found, whole or not at all.

    `seen` is what look.json holds: `explore`'s result and `study` (name, description, base);
    `dropped` and `remarks` are the rows of dropped.jsonl and remarks.jsonl.
    """
    written = material_page(seen, dropped, remarks)
    write_atomically(path, written.encode("utf-8", "replace"))


def material_page(seen: Seen, dropped: Sequence[Seen], remarks: Sequence[Seen]) -> str:
    """The page as text."""
    from markupsafe import Markup

    drawn = _lengths(seen["columns"])
    for column in drawn:
        for figure in column["figures"]:
            figure["svg"] = Markup(figure["svg"])  # noqa: S704 - numbers of ours, titles escaped
    view = _view(seen) | {
        "style": own("page.css", "material.css"),
        "lengths": drawn,
        "dropped_rows": _listing(dropped, "reason", "data/dropped.jsonl"),
        "remark_rows": _listing(remarks, "kind", "data/remarks.jsonl"),
    }
    return render("material.html", view)


def _view(seen: Seen) -> dict[str, Any]:
    """Everything the template names, written out."""
    columns, dropped = seen["columns"], seen["dropped"]
    return {
        "name": seen["study"]["name"],
        "description": seen["study"]["description"].strip(),
        "summary": summary(seen),
        "task": seen["task"],
        "language": name_of(seen["language"]),
        "turns": _range(seen["turns"]),
        "references": _range(seen["references"]),
        "notes": [_sentence(at_home(note)) for note in seen["notes"]],
        "sources": source_rows(seen),
        "columns": [
            (name, *(words.count(held[part]) for part in ("rows", "empty", "distinct")))
            for name, held in columns.items()
        ],
        "groups": _groups(seen["groups"]),
        "tokens": _tokens(seen),
        "tail": any(
            _has_tail(held[unit]) for held in columns.values() for unit in UNITS if unit in held
        ),
        "length_rows": [
            (name, unit, *(words.count(held[unit][part]) for part in _MEASURES))
            for name, held in columns.items()
            for unit in UNITS
            if held.get(unit, {}).get("n")
        ],
        "languages": [
            {"name": name, "bars": shares(_named(held["languages"]))}
            for name, held in columns.items()
        ],
        "labels": _labels(seen["labels"]),
        "commonest": commonest(seen),
        "words": [
            {
                "name": name,
                "language": name_of(language),
                "bars": bars(dict(map(tuple, listed[:WORDS]))),
            }
            for name in with_words(seen)
            for language, listed in columns[name]["frequent"].items()
            if listed
        ],
        "always": [
            (name, held["always"]) for name, held in columns.items() if held["always"] is not None
        ],
        "samples_are": (
            "The first row that each source gives to training, whole."
            if len(seen["sources"]) > 1
            else "The first rows of the training split, whole."
        ),
        "samples": [_sample(sample) for sample in seen["samples"]],
        "left_out": words.count(sum(dropped.values())),
        "dropped": bars(dropped),
        "remarks": bars(seen["remarks"]),
        "files": tables.source_rows(seen),
    }


_MEASURES = ("min", "median", "p90", "max")


def summary(seen: Seen) -> str:
    """How many rows there are, and for what, in a sentence."""
    rows = {name: words.count(seen["splits"][name]["rows"]) for name in SPLITS}
    left_out = sum(seen["dropped"].values())
    said = words.count(left_out) if left_out else "none"
    return (
        f"{rows['train']} rows to learn from, {rows['dev']} for validation and {rows['test']} for "
        f"the scores; {said} left out."
    )


def with_words(seen: Seen) -> list[str]:
    """Columns whose frequent words say something: not one text, the sum of others, or labels."""
    columns = seen["columns"]
    return [
        name
        for name, held in columns.items()
        if held["always"] is None
        and not (name == "prompt" and "input" in columns)
        and not (name == "response" and seen["labels"])
    ]


def commonest(seen: Seen) -> str:
    """What always answering the commonest label would score; "" without labels."""
    found = seen["commonest_label"]
    if found is None or found["test_share"] is None:
        return ""
    return (
        f"Always answering '{found['label']}', the commonest label in training, would be right in "
        f"{found['test_share']:.0%} of the test rows."
    )


def source_rows(seen: Seen) -> list[tuple[str, ...]]:
    """Name, kind, rows in the file, rows used, and rows in each split; a sum of several."""
    rows = [
        (
            name,
            source["kind"],
            *map(words.count, (source["rows"], source["used"])),
            *(words.count(seen["splits"][split]["sources"].get(name, 0)) for split in SPLITS),
        )
        for name, source in seen["sources"].items()
    ]
    if len(rows) > 1:
        held = seen["sources"].values()
        whole = (sum(source[part] for source in held) for part in ("rows", "used"))
        split = (seen["splits"][name]["rows"] for name in SPLITS)
        rows.append(("all", "", *map(words.count, (*whole, *split))))
    return rows


def _tokens(seen: Seen) -> str:
    """What the units are."""
    base = seen["study"]["base"]
    shown = Path(base).name if base.startswith(("/", "~", ".")) else base
    if any("tokens" in held for held in seen["columns"].values()):
        return (
            f"Tokens are those of {shown}, of each text alone: without the markup of turns, which "
            "etude plan counts as well."
        )
    return "Tokens are not counted; a note above says why."


def _lengths(columns: Seen) -> list[dict[str, Any]]:
    """The histograms of every column whose texts differ in length."""
    found = []
    for name, held in columns.items():
        figures = [
            {"caption": f"in {unit}", "svg": histogram(held[unit], f"{name}, in {unit}")}
            for unit in UNITS
            if unit in held
        ]
        figures = [figure for figure in figures if figure["svg"]]
        if figures:
            found.append({"name": name, "figures": figures})
    return found


def _has_tail(found: Seen) -> bool:
    edges = found["histogram"]["edges"]
    return len(edges) > 2 and edges[-1] - edges[-2] > edges[1] - edges[0]


def _labels(labels: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Bars of every split that has rows, labels in the study's order."""
    found = []
    for split in SPLITS:
        counts = {label: held[split] for label, held in labels.items()}
        if not (rows := sum(counts.values())):
            continue
        if len(counts) > LABELS:
            counts = dict(sorted(counts.items(), key=lambda item: -item[1])[:LABELS])
        drawn, more = shares(counts, rows), len(labels) - len(counts)
        found.append({"name": split, "rows": words.count(rows), "bars": drawn, "more": more})
    return found


def _groups(groups: Seen | None) -> Seen | None:
    if groups is None:
        return None
    return {
        "n": words.count(groups["n"]),
        "size": _from_to(groups["rows"]["min"], groups["rows"]["max"]),
        "largest": bars(dict(map(tuple, groups["largest"]))),
    }


def _sample(sample: Seen) -> dict[str, Any]:
    shown = {turn["content"] for turn in sample["messages"]} | set(sample["references"])
    facts = {"source": sample["task"], "group": sample["group"], "label": sample["label"]}
    return {
        "id": sample["id"],
        "facts": ", ".join(f"{name} {value}" for name, value in facts.items() if value),
        "turns": sample["messages"],
        "references": sample["references"],
        "columns": [pair for pair in sample["metadata"].items() if pair[1] not in shown],
    }


def _listing(rows: Sequence[Seen], what: str, file: str) -> dict[str, Any]:
    """Rows with their places; folders stay at home when a page travels."""
    shown = [
        {
            "where": at_home(row["where"]),
            "id": row["id"],
            "what": f"{row[what]} {at_home(row['detail'])}".rstrip(),
        }
        for row in rows[:LISTED]
    ]
    return {"rows": shown, "more": max(0, len(rows) - LISTED), "file": file}


def at_home(text: str) -> str:
    """A text whose paths have lost their folders."""
    return FOLDERS.sub("", text)


def _named(languages: Mapping[str, int]) -> dict[str, int]:
    return {name_of(code): count for code, count in languages.items()}


def _range(counts: Iterable[str]) -> str:
    """`1`, or `1 to 3`, of numbers that are keys of a JSON object."""
    numbers = [int(number) for number in counts]
    return _from_to(min(numbers), max(numbers)) if numbers else words.DASH


def _from_to(low: int, high: int) -> str:
    return words.count(low) if low == high else f"{words.count(low)} to {words.count(high)}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
