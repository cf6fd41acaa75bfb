"""Tables as CSV and LaTeX: every number comes back, and no text becomes a command."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from etude.report.export import as_csv, as_latex, escaped, export
from report_material import CLASSIFY, make_report


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture
def report() -> dict[str, Any]:
    found = make_report()
    found["seeds"] = [
        {"approach": "lora", "metric": "rouge-1", "values": {"13": 0.25, "14": 1 / 3}}
    ]
    training = found["approaches"]["lora"]["training"]
    training["repeats"] = {"14": {"history": [], "epochs": training["epochs"][:1]}}
    return found


def test_every_score_comes_back_to_the_last_digit(report: dict[str, Any]) -> None:
    for row in rows(as_csv(report)["scores"]):
        score = report["approaches"][row["approach"]]["metrics"][row["metric"]]
        assert {part: float(row[part]) for part in ("value", "low", "high", "n")} == score


def test_every_table_has_its_rows(report: dict[str, Any]) -> None:
    report["confusion"] = {"labels": ["yes", "no"], "approaches": {"lora": [[3, 1, 0], [0, 2, 1]]}}
    written = as_csv(report)
    assert set(written) == {
        *("scores", "comparisons", "seeds", "costs", "epochs", "labels", "findings"),
    }  # nothing is published: no table
    assert len(rows(written["comparisons"])) == len(report["comparisons"])
    assert [float(row["value"]) for row in rows(written["seeds"])] == [0.25, 1 / 3]
    assert [row["seed"] for row in rows(written["epochs"])] == ["13", "13", "13", "14"]
    assert [(row["right"], row["given"], row["count"]) for row in rows(written["labels"])] == [
        ("yes", "yes", "3"),
        ("yes", "no", "1"),
        ("yes", "", "0"),
        ("no", "yes", "0"),
        ("no", "no", "2"),
        ("no", "", "1"),
    ]
    assert rows(written["costs"])[0]["tune_seconds"] == ""  # not measured, and not zero


def test_text_is_no_formula(report: dict[str, Any]) -> None:
    report["findings"][0]["what"] = '=HYPERLINK("http://example.org")'
    report["comparisons"][0]["difference"] = -0.25
    assert rows(as_csv(report)["findings"])[0]["what"].startswith("'=HYPERLINK")
    assert rows(as_csv(report)["comparisons"])[0]["difference"] == "-0.25"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of a_b & {c} #1 $2", r"50\% of a\_b \& \{c\} \#1 \$2"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        (
            "a~b^c <d> |e|",
            r"a\textasciitilde{}b\textasciicircum{}c \textless{}d\textgreater{} "
            r"\textbar{}e\textbar{}",
        ),
        ("two\nlines", "two lines"),
        ("−0.1 –", "$-$0.1 --"),
    ],
)
def test_text_is_no_command(text: str, latex: str) -> None:
    assert escaped(text) == latex


def test_latex_tables_are_whole(report: dict[str, Any]) -> None:
    for name, text in as_latex(report).items():
        shape = text.split("\\begin{tabular}{")[1].split("}")[0]
        body = [line for line in text.splitlines() if line.endswith("\\\\")]
        assert all(line.count(" & ") == len(shape) - 1 for line in body), name
        assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")
        assert text.endswith("\\end{tabular}\n\\end{table}\n")
    scores = as_latex(report)["scores"]
    assert "\\textbf{0.321} {\\small [0.299, 0.347]}" in scores
    assert "few-shot & 0.247" in scores


def test_files_are_named_by_table_and_format(report: dict[str, Any], tmp_path: Path) -> None:
    made = export(report, tmp_path / "tables", ["csv", "tex"])
    assert {path.name for path in made} == {path.name for path in (tmp_path / "tables").iterdir()}
    assert {"scores.csv", "scores.tex", "epochs.csv", "findings.csv"} <= {p.name for p in made}


def test_classification_and_a_single_approach_export_too() -> None:
    report = make_report({"zero-shot": "prompt"}, CLASSIFY)
    assert "comparisons" not in as_csv(report)
    assert set(as_latex(report)) == {"scores", "costs"}
