"""Scores by task: each source's examples by themselves, in numbers, JSON and one table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etude.config.study import Compare
from etude.evaluate import Evaluation, evaluate
from etude.records import Example, Prediction
from etude.report.by_task import task_tables
from etude.report.gather import tasks
from etude.report.page import page
from report_material import make_report


def material() -> tuple[list[Example], dict[str, dict[int, list[Prediction]]]]:
    """Two sources in turns: `tuned` is right on songs alone, `base` on chats alone."""
    examples = [
        Example(f"e{n}", "songs" if n % 3 else "chats", (), (f"word{n} right",)) for n in range(60)
    ]

    def answer(example: Example, approach: str) -> Prediction:
        number = int(example.id[1:])
        right = {"tuned": example.task == "songs", "base": example.task == "chats"}
        good = right.get(approach, number % 2 == 0)
        text = f"word{number} right" if good else "wrong"
        return Prediction(example.id, approach, 1, text, 1, 1, "stop", 0.0)

    names = ("base", "tuned", "other")
    return examples, {name: {1: [answer(item, name) for item in examples]} for name in names}


def scored(
    examples: list[Example], predictions: dict[str, dict[int, list[Prediction]]]
) -> Evaluation:
    compare = Compare(resamples=500)
    return evaluate(examples, predictions, ["exact-match", "bleu"], compare, "en", 7, False)


def test_a_task_is_scored_as_if_it_were_alone() -> None:
    examples, predictions = material()
    whole = scored(examples, predictions)
    assert list(whole.tasks) == ["chats", "songs"]
    for task, found in whole.tasks.items():
        rows = [number for number, example in enumerate(examples) if example.task == task]
        alone = scored(
            [examples[number] for number in rows],
            {name: {1: [made[1][number] for number in rows]} for name, made in predictions.items()},
        )
        assert found.scores == alone.scores
        assert found.comparisons == alone.comparisons
        assert found.n == len(rows) == (20 if task == "chats" else 40)
        assert alone.tasks == {}


def test_gain_on_one_task_and_loss_on_another_are_both_seen() -> None:
    whole = scored(*material())
    better = {
        task: {(pair.approach, pair.metric): pair.better for pair in found.comparisons}
        for task, found in whole.tasks.items()
    }
    assert better["songs"]["tuned", "exact-match"] is True
    assert better["chats"]["tuned", "exact-match"] is False


def test_one_source_has_no_tasks() -> None:
    examples, predictions = material()
    assert scored([replace(item, task="all") for item in examples], predictions).tasks == {}
    assert task_tables(make_report()) == []
    assert "by task" not in page(make_report(), [])


def test_the_page_has_one_table_per_metric_the_deciding_one_first() -> None:
    report = make_report()
    whole = scored(*material())
    shown = {
        **report,
        "approaches": {
            name: {
                **next(iter(report["approaches"].values())),
                "metrics": {
                    metric: {"value": whole.score(name, metric).value, "low": None, "high": None}
                    for metric in whole.metrics
                },
            }
            for name in whole.approaches
        },
        "metrics": {
            name: {"title": name, "better": "higher", "low": 0, "high": 1, "signature": ""}
            for name in whole.metrics
        },
        "metric": "bleu",
        "baseline": "base",
        "comparisons": [],
        "tasks": tasks(whole),
    }
    tables = task_tables(shown)
    assert [table["title"] for table in tables] == ["bleu", "exact-match"]
    exact = {row["name"]: row["cells"] for row in tables[1]["rows"]}
    assert [task["name"] for task in tables[1]["tasks"]] == ["chats", "songs"]
    assert [cell["value"] for cell in exact["tuned"]] == ["0.000", "1.000"]
    assert [cell["said"] for cell in exact["tuned"]] == ["worse", "better"]
    assert [cell["said"] for cell in exact["base"]] == ["", ""]
    assert [cell["best"] for cell in exact["base"]] == [True, False]
    assert exact["other"][0]["interval"].startswith("[0.")
    written = page(shown, [])
    assert written.count("bleu by task") == 2  # the caption, and its name for screen readers
    assert "40 examples" in written


@pytest.mark.parametrize("name", ["<b>x</b>"])
def test_no_name_of_a_source_becomes_markup(name: str) -> None:
    report = make_report()
    approach = next(iter(report["approaches"]))
    report["tasks"] = {
        name: {
            "n": 1,
            "metrics": {metric: {approach: {"value": 0.5}} for metric in report["metrics"]},
            "comparisons": [],
        }
    }
    assert name not in page(report, [])
