"""Asked prompts, highlights, ratings and benchmarks as the page's templates name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.report import tables, words
from etude.report.differing import Piece, differing
from etude.report.looks import looks

Report = Mapping[str, Any]
Row = dict[str, Any]
TITLES = {
    "best": "Best",
    "worst": "Worst",
    "improved": "Most improved",
    "harmed": "Most harmed",
}


def joined_view(report: Report, answers: Sequence[Mapping[str, Any]]) -> Row:
    """Everything that joined.html names."""
    return {
        "asked": asked_rows(report),
        "highlights": highlight_rows(report, answers),
        "ratings": rating_rows(report),
        "benchmarks": benchmark_view(report),
    }


def marked(before: str | None, text: str) -> Row:
    """A text with marks where it differs from another; `apart` where it has little of it."""
    if before is None or before == text:
        return {"pieces": [Piece("same", text)], "apart": False, "same": before == text}
    pieces = differing(before, text)
    whole = [Piece("same", text)]
    return {"pieces": pieces or whole, "apart": pieces is None, "same": False}


def asked_rows(report: Report) -> list[Row]:
    """Each prompt, the baseline's answer first; others marked against it."""
    given = looks(report["approaches"], report.get("baseline"))
    baseline = report.get("baseline")
    rows = []
    for item in report.get("asked") or ():
        base = (item["answers"].get(baseline) or {}).get("text")
        names = sorted(item["answers"], key=lambda name: name != baseline)
        cards = []
        for name in names:
            is_base = name == baseline
            answer, before = item["answers"][name], item["before"].get(name)
            cards.append(
                {
                    "name": name,
                    "colour": given[name].colour,
                    "baseline": is_base,
                    **marked(None if is_base else base, answer["text"]),
                    "cut": answer["finish"] == "length",
                    "before": before_row(before, None if is_base else base),
                }
            )
        rows.append({"input": item["input"], "expected": item["expected"], "cards": cards})
    return rows


def before_row(before: Mapping[str, Any] | None, base: str | None) -> Row | None:
    """What an approach answered before it was tuned."""
    if before is None:
        return None
    if "same_as" in before:
        return {"same_as": before["same_as"]}
    return {"same_as": None, "cut": before["finish"] == "length", **marked(base, before["text"])}


def highlight_rows(report: Report, answers: Sequence[Mapping[str, Any]]) -> Row | None:
    """Kinds of every approach, with the texts of their examples."""
    held = report.get("highlights")
    if held is None or not answers:
        return None
    by_id = {item["id"]: item for item in answers}
    given = looks(report["approaches"], report.get("baseline"))
    head = next(head for head in tables.metric_heads(report) if head["name"] == held["metric"])
    baseline = held["baseline"]
    return {
        "metric": head["title"],
        "direction": head["direction"],
        "instead": held["metric"] != held["deciding"],
        "baseline": baseline,
        "approaches": [
            {
                "name": name,
                "colour": given[name].colour,
                "is_baseline": name == baseline,
                "counts": kinds["counts"],
                "kinds": [
                    {
                        "title": TITLES[kind],
                        "rows": [
                            example_row(row, by_id[row["example"]], name, baseline, head["digits"])
                            for row in kinds[kind]
                            if row["example"] in by_id
                        ],
                    }
                    for kind in TITLES
                    if kinds.get(kind)
                ],
            }
            for name, kinds in held["approaches"].items()
        ],
    }


def example_row(
    row: Mapping[str, Any], example: Mapping[str, Any], name: str, baseline: str, digits: int
) -> Row:
    """One example: scores, question, references, both answers."""
    answers = example["answers"]
    base = None if name == baseline else answers[baseline]["text"]
    first = " ".join(str(example["prompt"]).split())
    return {
        "id": row["example"],
        "score": words.score(row["score"], digits),
        "against": None if base is None else words.score(row["baseline"], digits),
        "short": first if len(first) <= 90 else f"{first[:89]}…",
        "prompt": example["prompt"],
        "references": example["references"],
        "base": base,
        **marked(base, answers[name]["text"]),
    }


def rating_rows(report: Report) -> list[Row]:
    """One row per pair that was rated, told from the side of the one that is not the baseline."""
    return [
        rating_row(item, swapped=item["pair"][0] == report.get("baseline"))
        for item in report.get("ratings") or ()
    ]


def rating_row(item: Mapping[str, Any], *, swapped: bool) -> Row:
    """One pair; `swapped` tells it from the second approach's side."""
    names, counts = list(item["pair"]), [item["first"], item["second"]]
    rate, low, high = item["win_rate"], item["low"], item["high"]
    if swapped:
        names, counts = names[::-1], counts[::-1]
        if rate is not None:
            rate, low, high = 1 - rate, 1 - high, 1 - low
    verdict = ""
    if low is not None:
        verdict = "not settled"
        if low > 0.5 or high < 0.5:
            verdict = f"{names[0] if low > 0.5 else names[1]} is preferred"
    return {
        "first": names[0],
        "second": names[1],
        "wins": words.count(counts[0]),
        "losses": words.count(counts[1]),
        "ties": words.count(item["ties"]),
        "examples": f"{words.count(item['examples'])} of {words.count(item['of'])}",
        "rate": share(rate),
        "interval": f"[{share(low)}, {share(high)}]" if low is not None else "",
        "said": verdict,
        "raters": ", ".join(f"{name} {n}" for name, n in item["raters"].items()),
        "alike": item["alike"],
        "stale": item["stale"],
        "agreement": [agreement_words(pair) for pair in item["agreement"]],
    }


def agreement_words(pair: Mapping[str, Any]) -> str:
    """Two raters' agreement in a sentence."""
    names = " and ".join(pair["raters"])
    if not pair["n"]:
        return f"{names} have rated no example in common."
    kappa = "" if pair["kappa"] is None else f"; Cohen's kappa {words.score(pair['kappa'], 2)}"
    return f"{names} agree on {share(pair['share'])} of {pair['n']} examples{kappa}."


def share(value: Any) -> str:
    """A share as whole per cent."""
    found = words.number(value)
    return words.DASH if found is None else f"{100 * found:.0f}%"


def benchmark_view(report: Report) -> Row | None:
    """Groups with their tasks below them, then the other tasks; a column for each weights."""
    held = report.get("benchmarks")
    if not held:
        return None
    given = looks(report["approaches"], report.get("baseline"))
    tasks: Mapping[str, Mapping[str, Any]] = held["tasks"]
    names = [
        name for name in report["approaches"] if any(name in t["scores"] for t in tasks.values())
    ]
    alike = dict.fromkeys(names, ()) | {
        name: tuple(one["alike"]) for task in tasks.values() for name, one in task["scores"].items()
    }
    inside = {child for task in tasks.values() for child in task["tasks"]}
    return {
        "columns": [
            {"name": name, "colour": given[name].colour, "alike": ", ".join(alike[name])}
            for name in names
        ],
        "rows": [task_row(name, task, names) for name, task in tasks.items() if name not in inside],
        "groups": [
            {
                "title": name,
                "rows": [
                    task_row(child, tasks[child], names)
                    for child in task["tasks"]
                    if child in tasks
                ],
            }
            for name, task in tasks.items()
            if task["tasks"]
        ],
        "failures": list(held["failures"].items()),
        "notes": sorted({note for task in tasks.values() for note in task["notes"]}),
        "harness": next((task["harness"] for task in tasks.values()), ""),
    }


def task_row(name: str, task: Mapping[str, Any], names: Sequence[str]) -> Row:
    """One task with a cell for each weights."""
    counts = [one["n"] for one in task["scores"].values()]
    about = {"high": 1.0} if all(abs(one["value"]) <= 1 for one in task["scores"].values()) else {}
    digits = words.digits(about, [one["value"] for one in task["scores"].values()])
    return {
        "name": name,
        "metric": task["metric"],
        "direction": "higher is better" if task["better"] == "higher" else "lower is better",
        "n": words.count(max(counts)),
        "documents": words.count(task["documents"]),
        "shots": task["shots"],
        "cells": [cell(task["scores"].get(column), digits) for column in names],
    }


def cell(found: Mapping[str, Any] | None, digits: int) -> Row:
    """A value with its interval, and its change by tuning."""
    if found is None:
        return {"value": words.DASH, "interval": "", "change": None}
    change = found["change"]
    told = None
    if change is not None:
        told = {
            "difference": words.difference(change["difference"], digits),
            "interval": words.interval(change["low"], change["high"], digits),
            "before": words.score(change["before"], digits),
            "from": change["from"],
            "said": {True: "better", False: "worse"}.get(change["better"], "not settled"),
        }
    return {
        "value": words.score(found["value"], digits),
        "interval": words.interval(found["low"], found["high"], digits),
        "change": told,
    }
