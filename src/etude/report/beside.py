"""Published figures beside our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.config.published import LOSSES, Figure, Published
from etude.metrics import METRICS
from etude.report import tables, words

Report = Mapping[str, Any]
TITLES = {"train_loss": "Training loss", "dev_loss": "Validation loss"}


def beside_the_source(published: Published | None, report: Report) -> dict[str, Any] | None:
    """Each published figure with what this run found in its place (`ours` is None without)."""
    if published is None:
        return None
    return {
        "source": published.source,
        "on": published.on,
        "figures": [
            figure.model_dump(mode="json") | ours(figure, report) for figure in published.figures
        ],
    }


def ours(figure: Figure, report: Report) -> dict[str, Any]:
    """What this run found: a value with its interval, or why there is none."""
    approach = report["approaches"].get(figure.approach)
    nothing: dict[str, Any] = {"ours": None, "low": None, "high": None}
    if approach is None:
        return nothing | {"why": f"{figure.approach} is not in this run"}
    if figure.metric in LOSSES:
        rows = (approach.get("training") or {}).get("epochs") or []
        row = at_epoch(rows, figure.epoch)
        if row is None:
            return nothing | {"why": "no such epoch in this run"}
        return nothing | {"ours": row.get(figure.metric), "why": ""}
    score = approach["metrics"].get(figure.metric)
    if score is None:
        return nothing | {"why": "not measured in this run"}
    return {"ours": score["value"], "low": score["low"], "high": score["high"], "why": ""}


def at_epoch(rows: Sequence[Mapping[str, Any]], epoch: float | None) -> Mapping[str, Any] | None:
    """The row of an epoch table at the end of an epoch; the last row for None."""
    if epoch is None:
        return rows[-1] if rows else None
    near = [row for row in rows if abs(row["epoch"] - epoch) < 0.05]
    return near[-1] if near else None


def published_rows(report: Report) -> list[dict[str, str]]:
    """The rows of the page's table."""
    rows = []
    for figure in (report.get("published") or {}).get("figures") or ():
        metric, epoch = figure["metric"], figure.get("epoch")
        loss = metric in LOSSES
        # The scale is the metric's even where this run did not measure it.
        digits = 4 if loss else words.digits({"high": METRICS[metric].high})
        if not loss and metric in report["metrics"]:
            digits = tables.decimals(report, metric)
        title = TITLES[metric] if loss else METRICS[metric].title
        rows.append(
            {
                "approach": figure["approach"],
                "title": f"{title}, epoch {epoch:g}" if epoch else title,
                "published": words.score(figure["value"], digits),
                "ours": words.score(figure.get("ours"), digits),
                "interval": words.interval(figure.get("low"), figure.get("high"), digits),
                "note": " ".join(part for part in (figure.get("why"), figure.get("note")) if part),
            }
        )
    return rows
