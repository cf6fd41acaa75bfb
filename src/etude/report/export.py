"""A report's tables as files: CSV for programs, LaTeX for papers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from etude.report import tables, words
from etude.report.spending import cost_heads
from etude.store import write_atomically

Report = Mapping[str, Any]
Rows = list[tuple[Any, ...]]

SCORE = ("value", "low", "high", "n")
PAIR = (
    *("approach", "baseline", "metric", "difference", "low", "high", "p", "p_randomisation"),
    *("p_corrected", "better", "error", "seed_error", "needed", "needed_examples", "detectable"),
    *("n", "units"),
)
EPOCH = ("epoch", "train_loss", "dev_loss", "learning_rate", "seconds")
FINDING = ("level", "kind", "approach", "what", "evidence", "sure", "advice")
FIGURE = ("approach", "metric", "epoch", "value", "ours", "low", "high", "why", "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets
SPECIAL = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    words.MINUS: "$-$",
    words.DASH: "--",
}


def export(report: Report, folder: Path, formats: Iterable[str]) -> list[Path]:
    """Write every table that has rows as NAME.csv or NAME.tex; returns the files."""
    made = []
    for ending in formats:
        written = as_csv(report) if ending == "csv" else as_latex(report)
        for name, text in written.items():
            path = folder / f"{name}.{ending}"
            write_atomically(path, text)
            made.append(path)
    return made


def as_csv(report: Report) -> dict[str, str]:
    """Table -> CSV, numbers in full; an empty cell is what there is not."""
    return {name: _csv(rows) for name, rows in plain_tables(report).items() if len(rows) > 1}


def plain_tables(report: Report) -> dict[str, Rows]:
    """Table -> its header and rows, as plain values."""
    approaches = report["approaches"]
    costs = [kind for kind, _ in cost_heads(report).items()]
    return {
        "scores": [
            ("approach", "metric", *SCORE),
            *(
                (name, metric, *(score.get(part) for part in SCORE))
                for name, approach in approaches.items()
                for metric, score in approach["metrics"].items()
            ),
        ],
        "comparisons": [PAIR, *(tuple(p.get(part) for part in PAIR) for p in pairs(report))],
        "seeds": [
            ("approach", "metric", "seed", "value"),
            *(
                (item["approach"], item["metric"], seed, value)
                for item in report.get("seeds") or ()
                for seed, value in item["values"].items()
            ),
        ],
        "costs": [
            ("approach", *costs),
            *(
                (name, *(approach["cost"].get(kind) for kind in costs))
                for name, approach in approaches.items()
            ),
        ],
        "epochs": [("approach", "seed", *EPOCH), *epochs(report)],
        "labels": [("approach", "right", "given", "count"), *labels(report)],
        "findings": [
            FINDING,
            *(tuple(item.get(part) for part in FINDING) for item in report.get("findings") or ()),
        ],
        "published": [
            FIGURE,
            *(
                tuple(figure.get(part) for part in FIGURE)
                for figure in (report.get("published") or {}).get("figures") or ()
            ),
        ],
    }


def pairs(report: Report) -> Iterator[Mapping[str, Any]]:
    """All comparisons: against the baseline, of the best against the others, and those asked."""
    seen = set()
    for kind in ("comparisons", "rivals", "pairs"):
        for pair in report.get(kind) or ():
            key = (pair["approach"], pair["baseline"], pair["metric"])
            if key not in seen:
                seen.add(key)
                yield pair


def epochs(report: Report) -> Iterator[tuple[Any, ...]]:
    """The epoch table of every training, seed by seed."""
    for name, approach in report["approaches"].items():
        training = approach.get("training") or {}
        first = next(iter(approach.get("seeds") or ("",)))
        by_seed = {str(first): training.get("epochs") or []} | {
            seed: other["epochs"] for seed, other in (training.get("repeats") or {}).items()
        }
        for seed, rows in by_seed.items():
            yield from ((name, seed, *(row.get(part) for part in EPOCH)) for row in rows)


def labels(report: Report) -> Iterator[tuple[Any, ...]]:
    """Every cell of the confusion matrices."""
    found = report.get("confusion") or {}
    for name, counts in (found.get("approaches") or {}).items():
        for right, row in zip(found["labels"], counts, strict=True):
            yield from (
                (name, right, given, count)
                for given, count in zip([*found["labels"], ""], row, strict=True)
            )


def _csv(rows: Rows) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A value as a cell; a quote goes before text that a spreadsheet would take for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def as_latex(report: Report) -> dict[str, str]:
    """Table -> LaTeX with booktabs, numbers as the page writes them."""
    heads, rows = tables.metric_heads(report), tables.approach_rows(report)
    made = {
        "scores": latex(
            ["Approach", *(head["title"] for head in heads)],
            [[row["name"], *(_scored(cell) for cell in row["scores"])] for row in rows],
            f"Scores with {_confidence(report)} intervals; the best of each metric is bold.",
        ),
        "costs": latex(
            ["Approach", *(title for title, _ in cost_heads(report).values())],
            [[row["name"], *row["costs"]] for row in rows],
            "What each approach cost.",
        ),
    }
    compared = tables.comparison_rows(report)
    if compared:
        made["comparisons"] = latex(
            ["Approach", "Metric", "Difference", "Interval", "p, corrected", "Verdict"],
            [
                [
                    *(row["approach"], row["metric"], row["difference"], row["interval"]),
                    *(row["p_corrected"], row["verdict"]),
                ]
                for row in compared
            ],
            f"Paired differences to {report.get('baseline')}.",
            text=2,
        )
    losses = [row for row in epochs(report) if row[2] is not None]
    if losses:
        made["epochs"] = latex(
            ["Approach", "Seed", "Epoch", "Training loss", "Validation loss"],
            [
                [str(name), str(seed), f"{epoch:g}", words.score(train, 4), words.score(dev, 4)]
                for name, seed, epoch, train, dev, *_ in losses
            ],
            "Loss by epoch.",
        )
    return made


def latex(heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, text: int = 1) -> str:
    """A floating table; the first `text` columns hold words, the others numbers."""
    shape = "l" * text + "r" * (len(heads) - text)
    lines = [
        "% needs \\usepackage{booktabs}",
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{escaped(caption)}}}",
        f"\\begin{{tabular}}{{{shape}}}",
        "\\toprule",
        f"{' & '.join(map(escaped, heads))} \\\\",
        "\\midrule",
        *(f"{' & '.join(map(escaped, row))} \\\\" for row in rows),
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"


class Ready(str):
    """LaTeX of our own, not to be escaped again."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Text as LaTeX prints it, letter by letter."""
    if isinstance(text, Ready):
        return text
    return "".join(SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _scored(cell: Mapping[str, Any]) -> Ready:
    value, interval = escaped(cell["value"]), escaped(cell["interval"])
    shown = f"\\textbf{{{value}}}" if cell["best"] else value
    # In braces, since a bracket after a line's end would be read as its option.
    return Ready(f"{shown} {{\\small {interval}}}" if interval else shown)


def _confidence(report: Report) -> str:
    return f"{100 * (report.get('confidence') or 0.95):g}%"
