"""The report's tables as plain rows of written cells; the page only lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isclose
from pathlib import PurePath
from typing import Any

from etude.config.precision import in_words
from etude.report import words
from etude.report.looks import MUTED, looks
from etude.report.spending import cost_heads

Report = Mapping[str, Any]
Cells = dict[str, Any]

KINDS = {"prompt": "prompted", "tuned": "fine-tuned", "weights": "tuned weights, own context"}
LEVELS = {"error": "Error", "warning": "Warning", "note": "Note"}
BETTER = {"higher": "higher is better", "lower": "lower is better"}
NO_DIRECTION = "neither end is better"
FILES = 20  # listed of a source; a folder of more is summed up
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def when(created: Any) -> str:
    """An ISO time as people write it: 21 November 2026, 02:00 UTC."""
    try:
        moment = datetime.fromisoformat(str(created))
    except ValueError:
        return str(created)
    zone = f" {moment.tzname()}" if moment.tzinfo else ""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}{zone}"


def metric_heads(report: Report) -> list[Cells]:
    """Every metric with its title, direction and decimals; the deciding one first."""
    deciding = report.get("metric")
    heads = [
        {
            "name": name,
            "title": about.get("title") or name,
            "direction": BETTER.get(
                about.get("better", ""), NO_DIRECTION if about.get("better") == "neither" else ""
            ),
            "better": about.get("better"),
            "digits": decimals(report, name),
            "deciding": name == deciding,
            "signature": about.get("signature") or "",
            "paper": web(about.get("paper")),
        }
        for name, about in report["metrics"].items()
    ]
    return sorted(heads, key=lambda head: not head["deciding"])


def decimals(report: Report, metric: str) -> int:
    """Decimals for one metric, the same for every approach and in every place."""
    found = (approach["metrics"].get(metric) or {} for approach in report["approaches"].values())
    values = [score.get("value") for score in found]
    return words.digits(report["metrics"].get(metric) or {}, values)


def web(address: Any) -> str | None:
    """The address if it is one of the web: nothing else becomes a link."""
    text = str(address or "")
    return text if text.startswith(("https://", "http://")) else None


def approach_rows(report: Report) -> list[Cells]:
    """One row per approach: scores with intervals, the best of each metric marked, and costs."""
    approaches, baseline = report["approaches"], report.get("baseline")
    look, heads = looks(approaches, baseline), metric_heads(report)
    costs = cost_heads(report)
    tops = {head["name"]: _best(approaches, head) for head in heads}
    return [
        {
            "name": name,
            "colour": look[name].colour,
            "kind": KINDS.get(approach["kind"], approach["kind"]),
            "summary": approach.get("summary") or "",
            "seeds": ", ".join(str(seed) for seed in approach.get("seeds") or ()),
            "baseline": name == baseline,
            "winner": name == report.get("winner"),
            "scores": [
                _score_cell(approach["metrics"].get(head["name"]) or {}, head, tops[head["name"]])
                for head in heads
            ],
            "costs": [write(approach["cost"].get(kind)) for kind, (_, write) in costs.items()],
            "notes": approach.get("notes") or [],
            "rendered": approach.get("rendered") or "",
            "truncated": approach.get("truncated_prompts") or 0,
        }
        for name, approach in approaches.items()
    ]


def _best(approaches: Mapping[str, Any], head: Mapping[str, Any]) -> float | None:
    """The best value of a metric, where there is something to choose from."""
    found = [approach["metrics"].get(head["name"]) or {} for approach in approaches.values()]
    values = [words.number(score.get("value")) for score in found]
    known = [value for value in values if value is not None]
    if len({round(value, 12) for value in known}) < 2 or head["better"] not in BETTER:
        return None
    return max(known) if head["better"] == "higher" else min(known)


def _score_cell(score: Mapping[str, Any], head: Mapping[str, Any], top: float | None) -> Cells:
    value = words.number(score.get("value"))
    return {
        "value": words.score(value, head["digits"]),
        "interval": ""
        if value is None
        else words.interval(score.get("low"), score.get("high"), head["digits"]),
        "best": value is not None and top is not None and isclose(value, top, rel_tol=1e-9),
        "n": words.count(score.get("n")),
    }


def comparison_rows(report: Report, kind: str = "comparisons") -> list[Cells]:
    """Paired differences, the deciding metric first, each with what it amounts to in a word.

    `kind` is "comparisons" (against the baseline) or "rivals" (the best against the others).
    """
    heads = {head["name"]: head for head in metric_heads(report)}
    order = {name: place for place, name in enumerate(heads)}
    look = looks(report["approaches"], report.get("baseline"))
    pairs = sorted(report.get(kind) or (), key=lambda pair: order.get(pair["metric"], len(order)))
    rows = []
    for pair in pairs:
        head = heads.get(pair["metric"], {"title": pair["metric"], "digits": 3})
        verdicts = {True: "better", False: "worse"}
        known = look.get(pair["approach"])
        rows.append(
            {
                "approach": pair["approach"],
                "baseline": pair["baseline"],
                "colour": known.colour if known else MUTED,
                "metric": head["title"],
                "deciding": pair["metric"] == report.get("metric"),
                "difference": words.difference(pair.get("difference"), head["digits"]),
                "interval": words.interval(pair.get("low"), pair.get("high"), head["digits"])
                or words.DASH,
                "p": words.probability(pair.get("p")),
                "p_randomisation": words.probability(pair.get("p_randomisation")),
                "p_corrected": words.probability(pair.get("p_corrected")),
                "needed": f"{words.rounded(pair.get('needed'))} {pair['units']}"
                if pair.get("needed")
                else words.DASH,
                "needed_examples": f"{words.rounded(pair['needed_examples'])} examples"
                if pair.get("needed_examples") and pair["units"] == "groups"
                else "",
                "detectable": words.score(pair.get("detectable"), head["digits"]),
                "over": f"{words.count(pair.get('n'))} {pair.get('units') or 'examples'}",
                "verdict": verdicts.get(pair.get("better"), "not settled")
                if head.get("better") != "neither"
                else words.DASH,
            }
        )
    return rows


def seed_rows(report: Report) -> list[Cells]:
    """What each training seed scored; how far seeds and how far examples move a score."""
    heads = {head["name"]: head for head in metric_heads(report)}
    look, order = looks(report["approaches"], report.get("baseline")), list(heads)
    found = sorted(report.get("seeds") or (), key=lambda item: order.index(item["metric"]))
    return [
        {
            "approach": item["approach"],
            "colour": look[item["approach"]].colour,
            "metric": heads[item["metric"]]["title"],
            "values": [
                (seed, words.score(value, heads[item["metric"]]["digits"]))
                for seed, value in item["values"].items()
            ],
            **{
                part: words.score(item.get(part), heads[item["metric"]]["digits"] + 1)
                for part in ("deviation", "seed_error", "example_error")
            },
        }
        for item in found
    ]


def finding_rows(report: Report) -> list[Cells]:
    """Findings, the gravest first."""
    gravity = {level: place for place, level in enumerate(LEVELS)}
    found = [
        {
            "level": item["level"],
            "level_word": LEVELS.get(item["level"], item["level"]),
            "kind": item["kind"],
            "what": item["what"],
            "evidence": item.get("evidence") or "",
            "sure": item.get("sure") or "",
            "advice": item.get("advice") or "",
            "approach": item.get("approach"),
        }
        for item in report["findings"]
    ]
    return sorted(found, key=lambda row: gravity.get(row["level"], len(gravity)))


def epoch_rows(training: Mapping[str, Any]) -> list[Cells]:
    """Training and validation loss by epoch, the lowest validation loss marked."""
    epochs = training.get("epochs") or []
    known = [value for row in epochs if (value := words.number(row.get("dev_loss"))) is not None]
    lowest = min(known, default=None)
    return [
        {
            "epoch": words.score(row.get("epoch"), 0)
            if words.number(row.get("epoch")) in range(10_000)
            else words.score(row.get("epoch"), 2),
            "train_loss": words.score(row.get("train_loss"), 4),
            "dev_loss": words.score(row.get("dev_loss"), 4),
            "lowest": len(known) > 1 and words.number(row.get("dev_loss")) == lowest,
            "learning_rate": words.scientific(row.get("learning_rate")),
            "seconds": words.duration(row.get("seconds")),
        }
        for row in epochs
    ]


def source_rows(data: Mapping[str, Any]) -> list[Cells]:
    """Every source with its files, sizes and hashes; folders stay at home when a page travels."""
    return [
        {
            "name": name,
            "kind": source.get("kind") or words.DASH,
            "rows": words.count(source.get("rows")),
            "used": words.count(source.get("used")),
            "files": file_rows(source.get("files") or ()),
            "more_files": more_files(source.get("files") or ()),
        }
        for name, source in (data.get("sources") or {}).items()
    ]


def file_rows(files: Sequence[Mapping[str, Any]]) -> list[Cells]:
    """The first files of a source."""
    return [
        {
            "name": PurePath(file.get("path") or words.DASH).name,
            "size": words.size(file.get("bytes")),
            "sha256": file.get("sha256") or words.DASH,
        }
        for file in files[:FILES]
    ]


def more_files(files: Sequence[Mapping[str, Any]]) -> str:
    """What is said of the others: how many, how large, where they are listed."""
    if len(files) <= FILES:
        return ""
    held = sum(file.get("bytes") or 0 for file in files)
    return (
        f"and {words.count(len(files) - FILES)} more; {words.count(len(files))} files hold "
        f"{words.size(held)} in all. A run lists each with its hash in data/card.json."
    )


def settings_rows(study: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The study's settings in words; what is not set is left out."""
    named = {
        "Base model": study.get("base"),
        "Task": study.get("task"),
        "Language": study.get("language"),
        "Precision": in_words(study["precision"]) if study.get("precision") else None,
        "Device": study.get("device"),
        "Role markup": study.get("markup"),
        "Prompt": study.get("prompt"),
        "System prompt": study.get("system"),
        "Seed": study.get("seed"),
        "Training repeats": study.get("seeds"),
    }
    generation = {
        f"Generation: {name.replace('_', ' ')}": value
        for name, value in (study.get("generation") or {}).items()
    }
    return plain(named | generation)


def machine_rows(machine: Mapping[str, Any]) -> list[tuple[str, str]]:
    memory = words.number(machine.get("memory_gb"))
    named = {
        "Processor": machine.get("cpu"),
        "Cores": machine.get("cores"),
        "Memory": None if memory is None else f"{memory:.4g} GB",
        "GPU": machine.get("gpu") or "none",
    }
    others = {name: value for name, value in machine.items() if name not in _MACHINE}
    return plain(named | others)


_MACHINE = ("cpu", "cores", "memory_gb", "gpu")


def plain(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values as text, without those that are not set."""
    return [(name, str(value)) for name, value in values.items() if value not in (None, "")]
