"""report.json, scores.parquet, findings.json and the page, written from a run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from etude.config.study import Study
from etude.diagnosis import Evidence
from etude.evaluate import Evaluation, to_frames
from etude.records import Example, Finding
from etude.report.gather import gather, report_key
from etude.report.joined import joined
from etude.report.page import write_page
from etude.report.passages import with_passages
from etude.store import Place, predicted_bytes, read_json, write_atomically, write_json

Values = Mapping[tuple[str, str], Mapping[str, float]]  # (approach, metric) -> example id -> value


def write_report(
    study: Study,
    folder: Path,
    evidence: Evidence,
    evaluation: Evaluation,
    findings: Sequence[Finding],
) -> Path:
    """Write everything that is computed from predictions; report.json comes last."""
    frame = to_frames(evaluation)["values"]
    content = BytesIO()
    frame.to_parquet(content, index=False)
    write_atomically(folder / "scores.parquet", content.getvalue())
    write_json(folder / "findings.json", [finding.to_json() for finding in findings])
    report = gather(study, folder, evidence, evaluation, findings)
    page = folder / "report.html"
    values = {(score.approach, score.metric): score.values for score in evaluation.scores}
    rows = answers(evidence, values)
    write_page(report, rows, page, with_passages(evidence, folder, rows))
    write_json(folder / "report.json", report)
    return page


def draw_again(study: Study, folder: Path, evidence: Evidence) -> Path:
    """The page anew from report.json, scores.parquet and the saved predictions.

    What joins from files of its own (ratings, benchmarks) is read again.
    """
    values = read_values(folder)
    page, path = folder / "report.html", folder / "report.json"
    report = read_json(path) | joined(study, folder, evidence)
    rows = answers(evidence, values)
    write_page(report, rows, page, with_passages(evidence, folder, rows))
    write_json(path, report)
    return page


def read_values(folder: Path) -> Values:
    """The value of every example, approach and metric, from scores.parquet."""
    from pandas import read_parquet

    frame = read_parquet(folder / "scores.parquet")
    return {
        (str(approach), str(metric)): dict(zip(rows["example"], rows["value"], strict=True))
        for (approach, metric), rows in frame.groupby(["approach", "metric"], sort=False)
    }


def is_current(study: Study, folder: Path) -> bool:
    """Whether the report in the folder says what would be written today.

    Raises `UserError` where predictions it was made from are no longer as they were written.
    """
    path = folder / "report.json"
    if not path.exists() or not (folder / "report.html").exists():
        return False
    for manifest in sorted(folder.glob("approaches/*/seed-*/manifest.json")):
        seed = manifest.parent.name.removeprefix("seed-")
        if seed.isdecimal():  # and not one that was set aside
            predicted_bytes(Place(folder, manifest.parent.parent.name, int(seed)))
    return bool(read_json(path).get("key") == report_key(study, folder))


def answers(evidence: Evidence, values: Values) -> list[dict[str, Any]]:
    """Every test example with what each approach answered, for the page's browser."""
    given = {
        name: {item.example_id: item for item in predictions}
        for name, predictions in evidence.answers.items()
    }
    metrics = list(dict.fromkeys(metric for _, metric in values))
    return [
        {
            "id": example.id,
            "prompt": question(example),
            "references": list(example.references),
            "answers": {
                name: {
                    "text": predictions[example.id].text,
                    "finish": predictions[example.id].finish,
                    "prompt_tokens": predictions[example.id].prompt_tokens,
                    "answer_tokens": predictions[example.id].answer_tokens,
                    "label": predictions[example.id].label,
                    "label_scores": predictions[example.id].label_scores,
                    "scores": {
                        metric: values[name, metric][example.id]
                        for metric in metrics
                        if example.id in values.get((name, metric), {})
                    },
                }
                for name, predictions in given.items()
            },
        }
        for example in evidence.examples
    ]


def question(example: Example) -> str:
    """The last user turn."""
    return next(turn.content for turn in reversed(example.messages) if turn.role == "user")
