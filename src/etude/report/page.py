"""One self-contained HTML page: no network, no scripts but its own, every text escaped.

The page may be mailed, put on a stick, or published: it carries its figures, styles and answers.
Answers come from models and material from strangers, so nothing of theirs ever becomes markup:
the template escapes, answers travel as JSON without angle brackets, the script writes text nodes
only, and a content security policy forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.report import tables, words
from etude.report.beside import published_rows
from etude.report.by_task import task_tables
from etude.report.confusions import confusion_tables
from etude.report.forgetting import forgetting_rows
from etude.report.joined_view import joined_view
from etude.report.looks import looks
from etude.report.makeup import makeup_view
from etude.report.rendering import own, render
from etude.report.retrieval import retrieval_view
from etude.report.spending import cost_heads, seed_cost_rows
from etude.store import write_atomically

Texts = Mapping[str, Sequence[str]]  # of passages: title, text, and where it is from if known


def write_page(
    report: dict[str, Any], answers: list[dict[str, Any]], path: Path, passages: Texts | None = None
) -> None:
    """Write the report's page, whole or not at all.

    `report` is what report.json holds; `answers` is one dict per test example, as described in
    `answers_json`, `passages` the texts that they name. The same report and answers give the same
    bytes.
    """
    write_atomically(path, page(report, answers, passages).encode("utf-8", "replace"))


def page(
    report: Mapping[str, Any], answers: list[dict[str, Any]], passages: Texts | None = None
) -> str:
    """The page as text."""
    from markupsafe import Markup

    script = own("page.js")
    trusted = {
        "style": own("page.css", "joined.css"),
        "script": script,
        "answers_json": Markup(answers_json(report, answers, passages)),  # noqa: S704 - escaped for scripts
    }
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    view = (
        _view(report)
        | joined_view(report, answers)
        | trusted
        | {"script_hash": digest, "many": len(answers)}
    )
    return render("page.html", view)


def answers_json(
    report: Mapping[str, Any], answers: list[dict[str, Any]], passages: Texts | None = None
) -> str:
    """What the answers browser shows, as JSON that is safe inside a `<script>` element.

    `answers`: `{id, prompt, references, answers: {approach: {text, finish, prompt_tokens,
    answer_tokens, scores, label, label_scores, passages}}}` per example; a passage names its title
    and text in `passages` by its key. Values that are not finite become null; `<`, `>` and `&` are
    written as escapes, so that no text can end the element.
    """
    given = looks(report["approaches"], report.get("baseline"))
    content = {
        "approaches": [
            {
                "name": name,
                "colour": look.colour,
                "baseline": name == report.get("baseline"),
            }
            for name, look in ((name, given[name]) for name in report["approaches"])
        ],
        "metrics": [
            {part: head[part] for part in ("name", "title", "better", "digits")}
            for head in tables.metric_heads(report)
        ],
        "classify": report["study"].get("task") == "classify",
        "answers": answers,
        "passages": dict(passages or {}),
    }
    text = json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":"))
    for unsafe in "<>&\u2028\u2029":
        text = text.replace(unsafe, f"\\u{ord(unsafe):04x}")
    return text


def _finite(value: Any) -> Any:
    """`value` with null for every number that JSON cannot write."""
    if isinstance(value, Mapping):
        return {str(name): _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float):
        return words.number(value)
    return value


def _view(report: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the template names, written out."""
    from etude.report import drawn
    from etude.report.searches import searches
    from etude.report.similarity import similarity_figures

    data, study = report["data"], report["study"]
    return {
        "study": study,
        "created": tables.when(report["created"]),
        "verdict": report["verdict"],
        "baseline": report.get("baseline"),
        "metrics": tables.metric_heads(report),
        "cost_heads": [title for title, _ in cost_heads(report).values()],
        "rows": tables.approach_rows(report),
        "findings": tables.finding_rows(report),
        "comparisons": tables.comparison_rows(report),
        "rivals": tables.comparison_rows(report, "rivals"),
        "seeds": tables.seed_rows(report),
        "cost_seeds": seed_cost_rows(report),
        "confidence": f"{100 * report.get('confidence', 0.95):g}",
        "alpha": f"{1 - report.get('confidence', 0.95):.3g}",
        "pareto_figures": drawn.pareto_figures(report),
        "confusions": confusion_tables(report),
        "makeup": makeup_view(report),
        "published": report.get("published"),
        "published_rows": published_rows(report),
        "prices": (report.get("prices") or {}).get("words") or "",
        "hashes": hashes(report),
        "revision": report.get("revision") or "",
        "base": report.get("base"),
        "score_figures": drawn.score_figures(report),
        "difference_figures": drawn.difference_figures(report),
        "cost_figures": drawn.cost_figures(report),
        "length_figures": drawn.length_figures(report),
        "similarity_figures": similarity_figures(report),
        "trainings": drawn.trainings(report),
        "searches": searches(report),
        "tasks": task_tables(report),
        "forgetting": forgetting_rows(report),
        "retrieval": retrieval_view(report),
        "sources": tables.source_rows(data),
        "splits": [
            (name, words.count(split.get("rows")), words.count(split.get("groups")))
            for name, split in (data.get("splits") or {}).items()
        ],
        "test_rows": words.count(((data.get("splits") or {}).get("test") or {}).get("rows")),
        "train_rows": words.count(((data.get("splits") or {}).get("train") or {}).get("rows")),
        "dropped": [(why, words.count(n)) for why, n in (data.get("dropped") or {}).items()],
        "data_hash": data.get("hash") or words.DASH,
        "data_notes": data.get("notes") or [],
        "settings": tables.settings_rows(study),
        "yaml": study.get("yaml") or "",
        "versions": tables.plain(report.get("versions") or {}),
        "machine": tables.machine_rows(report.get("machine") or {}),
        "reproduce": report.get("reproduce") or "",
    }


def hashes(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Approach, seed and SHA-256 of every predictions file."""
    return [
        (name, seed, digest)
        for name, approach in report["approaches"].items()
        for seed, digest in (approach.get("hashes") or {}).items()
    ]
