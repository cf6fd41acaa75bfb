"""A finished run, for notebooks: tables as DataFrames, figures as objects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.errors import UserError
from etude.store import Place, read_json, read_lines, read_predictions

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True)
class Result:
    """A run folder with its report.

    >>> result = run(load_study("study.yaml"))  # doctest: +SKIP
    >>> result.scores                            # doctest: +SKIP
    """

    folder: Path

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"

    @cached_property
    def contents(self) -> dict[str, Any]:
        """`report.json`."""
        path = self.folder / "report.json"
        if not path.exists():
            raise UserError(f"{self.folder} holds no report.json: run the study first.")
        contents: dict[str, Any] = read_json(path)
        return contents

    @property
    def verdict(self) -> str:
        """Which approach won, by how much, and how certainly."""
        return str(self.contents["verdict"])

    @property
    def scores(self) -> DataFrame:
        """One row per approach and metric: value, low, high, n."""
        from pandas import DataFrame

        rows = [
            {"approach": name, "metric": metric, **score}
            for name, approach in self.contents["approaches"].items()
            for metric, score in approach["metrics"].items()
        ]
        return DataFrame(rows).set_index(["approach", "metric"])

    @property
    def tasks(self) -> DataFrame:
        """One row per approach, task (source) and metric; empty where there is one source."""
        from pandas import DataFrame

        rows = [
            {"approach": name, "task": task, "metric": metric, **score}
            for task, about in self.contents.get("tasks", {}).items()
            for metric, scores in about["metrics"].items()
            for name, score in scores.items()
        ]
        return DataFrame(rows, columns=["approach", "task", "metric", "value", "low", "high", "n"])

    def trials(self, approach: str) -> DataFrame:
        """One row per trial of an approach's search: its settings, value, seconds, how it ended."""
        from pandas import DataFrame

        search = self.contents["approaches"][approach].get("search") or {}
        rows = [
            {name: trial[name] for name in ("number", "state", "value", "seconds")}
            | trial["settings"]
            for trial in search.get("trials", ())
        ]
        return DataFrame(rows)

    @property
    def costs(self) -> DataFrame:
        """One row per approach: seconds, megabytes, parameters, tokens."""
        from pandas import DataFrame

        approaches = self.contents["approaches"]
        return DataFrame({name: item["cost"] for name, item in approaches.items()}).T

    @property
    def comparisons(self) -> DataFrame:
        """One row per approach and metric: the paired difference to the baseline."""
        from pandas import DataFrame

        return DataFrame(self.contents["comparisons"])

    @property
    def seeds(self) -> DataFrame:
        """One row per approach, metric and training seed; empty where each was trained once."""
        from pandas import DataFrame

        rows = [
            {
                "approach": item["approach"],
                "metric": item["metric"],
                "seed": int(seed),
                "value": value,
            }
            for item in self.contents.get("seeds", ())
            for seed, value in item["values"].items()
        ]
        return DataFrame(rows, columns=["approach", "metric", "seed", "value"])

    @property
    def findings(self) -> DataFrame:
        """What went wrong or deserves attention."""
        from pandas import DataFrame

        return DataFrame(self.contents["findings"])

    @property
    def forgetting(self) -> DataFrame:
        """Perplexity on general text before and after each tuning: a row per language, and all."""
        from pandas import DataFrame

        found = self.contents.get("forgetting") or ()
        columns = ["approach", "start", "language", "passages", "tokens", "before", "after"]
        rows = [
            {"approach": item["approach"], "start": item["start"], **change}
            for item in found
            for change in item["changes"]
        ]
        return DataFrame(rows, columns=[*columns, "ratio", "low", "high"])

    @property
    def values(self) -> DataFrame:
        """Scores of every single example: approach, metric, example, value."""
        from pandas import read_parquet

        return read_parquet(self.folder / "scores.parquet")

    def answers(self, approach: str, seed: int | None = None) -> DataFrame:
        """The predictions of an approach."""
        from pandas import DataFrame

        place = self.place(approach, seed)
        return DataFrame([item.to_json() for item in read_predictions(place)])

    def history(self, approach: str, seed: int | None = None) -> DataFrame:
        """The training and validation rows of a tuned approach."""
        from pandas import DataFrame

        return DataFrame(read_lines(self.place(approach, seed).history))

    def place(self, approach: str, seed: int | None = None) -> Place:
        """Where an approach keeps what it made; its first seed unless another is named."""
        seeds = self.contents["approaches"][approach]["seeds"]
        return Place(self.folder, approach, seeds[0] if seed is None else seed)

    @property
    def figures(self) -> dict[str, Figure]:
        """The report's figures by name: scores and differences per metric, curves per tuning."""
        from etude.report import charts, figures
        from etude.report.matrix import matrices
        from etude.report.searches import trial_values
        from etude.report.similarity import similarity

        contents = self.contents
        drawn = {}
        for metric in contents["metrics"]:
            drawn[f"scores {metric}"] = figures.scores(contents, metric)
            drawn[f"differences {metric}"] = figures.differences(contents, metric)
        for name, approach in contents["approaches"].items():
            if (training := approach["training"]) is not None:
                history, supervise = training["history"], training["supervise"]
                kept = training.get("weights_step")
                others = figures.further(training)
                drawn[f"curves {name}"] = figures.curves(
                    history, supervise=supervise, kept=kept, repeats=others
                )
                drawn[f"epochs {name}"] = charts.by_epoch(training)
                drawn[f"learning rate {name}"] = figures.learning_rate(history)
            for setting in (search := approach.get("search") or {}).get("space", ()):
                drawn[f"search {name} {setting}"] = trial_values(search, setting)
        for cost in contents.get("pareto", ()):
            drawn[f"pareto {cost}"] = charts.quality_against(contents, cost)
        for metric in contents.get("similarities", ()):
            drawn[f"similarity {metric}"] = similarity(contents, metric)
        for name, figure in matrices(contents).items():
            drawn[f"confusion {name}"] = figure
        for part in ("prompt", "answer"):
            drawn[f"{part} tokens"] = figures.token_lengths(contents, part)
        return drawn

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        table = self.scores["value"].unstack().to_html(float_format="{:.3f}".format)
        return f"<p>{self.verdict}</p>{table}<p>{self.report}</p>"
