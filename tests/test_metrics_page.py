"""The page of metrics: made from the table itself, every metric on it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from etude.config.study import Study
from etude.metrics import GROUPS, METRICS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def generate() -> Any:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_metric_has_its_row(generate: Any) -> None:
    page = generate.on_page_markdown((DOCS / "metrics.md").read_text(encoding="utf-8"))
    rows = {
        line.split("`")[1]: [cell.strip() for cell in line.replace("\\|", "!").split("|")[1:-1]]
        for line in page.splitlines()
        if line.startswith("| `")
    }
    assert set(rows) == set(METRICS)
    for name, metric in METRICS.items():
        _, title, scale, better, needs, reference, signature = rows[name]
        assert title == f"[{metric.title}]({metric.paper})"
        assert better.startswith(metric.better)
        assert " to " in scale
        assert reference == metric.reference
        assert signature
        assert ("`encoder:`" in needs) == ("encoder" in metric.needs)
    assert all(f"`{group}` is short for" in page for group in GROUPS)


def test_the_blocks_of_metrics_are_in_the_reference(generate: Any) -> None:
    reference = generate.settings()
    assert {"encoder", "dictionary"} <= set(Study.model_fields)
    assert "### `encoder`" in reference
    assert "### `dictionary`" in reference


def test_pages_say_in_their_source_where_generated_parts_are(generate: Any) -> None:
    marked = [path for path in DOCS.glob("*.md") if "<!-- generated: " in path.read_text("utf-8")]
    assert len(marked) == len(generate.PARTS)
    for path in marked:
        source = path.read_text("utf-8")
        (told,) = [line for line in source.splitlines() if "when the pages are built" in line]
        made = generate.on_page_markdown(source)
        assert told not in made
        assert "<!-- generated" not in made
