"""Cost beside quality: money by hand, the Pareto front of planted points, in numbers and words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from etude import verbs
from etude.config import load_study
from etude.config.prices import Prices
from etude.report import charts, words
from etude.report.costs import money
from etude.report.page import page
from etude.report.pareto import fronts, in_words, points
from report_material import make_report
from run_folders import QUIET, made_run, made_study


def planted(costs: dict[str, tuple[float | None, float]], better: str = "higher") -> dict[str, Any]:
    """A report of approaches with (cost, score)."""
    report = make_report(dict.fromkeys(costs, "prompt"))
    metric = report["metric"]
    report["metrics"][metric] = report["metrics"][metric] | {"better": better}
    for name, (cost, score) in costs.items():
        approach = report["approaches"][name]
        approach["cost"] = {"seconds_per_1000": cost, "bytes_on_disk": 7}
        approach["metrics"][metric] = {"value": score, "low": None, "high": None, "n": 9}
    return report


def test_who_is_on_the_front_is_named() -> None:
    report = planted({"a": (10, 0.2), "b": (20, 0.5), "c": (30, 0.4), "d": (40, 0.9)})
    found = fronts(report)
    assert found == {
        "seconds_per_1000": {
            "front": ["a", "b", "d"],
            "words": "On the front: a, b and d. Not on it: c (b costs less and scores better).",
        }
    }  # bytes on disk are the same for all: no front


def test_where_lower_is_better_the_front_turns_over() -> None:
    report = planted({"a": (10, 2.0), "b": (20, 5.0), "c": (30, 1.0)}, better="lower")
    assert fronts(report)["seconds_per_1000"]["front"] == ["a", "c"]


def test_one_that_is_cheapest_and_best_stands_alone() -> None:
    report = planted({"a": (10, 0.9), "b": (20, 0.5), "c": (10, 0.5), "d": (15, 0.9)})
    assert fronts(report)["seconds_per_1000"]["words"] == (
        "Alone on the front: a. Not on it: c (a costs the same and scores better), d (a costs less "
        "and scores the same), b (a costs less and scores better)."
    )


def test_equals_are_both_on_the_front_and_last_digits_do_not_decide() -> None:
    report = planted({"a": (10, 0.1 + 0.2), "b": (10, 0.3), "c": (20, 0.1)})
    assert fronts(report)["seconds_per_1000"]["front"] == ["a", "b"]
    all_on = planted({"a": (10, 0.1), "b": (20, 0.2)})
    assert fronts(all_on)["seconds_per_1000"]["words"] == (
        "On the front: a and b. Whoever wants a better score pays for it."
    )


def test_what_was_not_measured_is_on_no_front() -> None:
    report = planted({"a": (None, 0.9), "b": (20, 0.5), "c": (30, 0.6)})
    assert [point.name for point in points(report, "seconds_per_1000")] == ["b", "c"]


def test_a_front_equals_a_naive_search() -> None:
    chance = random.Random(4)
    for _ in range(50):
        made = {f"a{n}": (float(chance.randint(1, 6)), chance.randint(1, 6) / 10) for n in range(8)}
        report = planted(dict(made))
        naive = {
            name
            for name, (cost, score) in made.items()
            if not any(
                (c <= cost and s >= score) and (c < cost or s > score) for c, s in made.values()
            )
        }
        found = points(report, "seconds_per_1000")
        told = in_words(found)
        on_it = told.partition("Not on it")[0]
        assert {
            name for name in made if f"{name} " in f"{on_it} ".replace(",", " ").replace(".", " ")
        } == naive


def test_the_plot_marks_the_front_and_turns_where_lower_is_better() -> None:
    figure = charts.quality_against(
        planted({"a": (1, 2.0), "b": (200, 5.0), "c": (300, 1.0)}, better="lower"),
        "seconds_per_1000",
    )
    (axes,) = figure.axes
    assert axes.yaxis_inverted()
    assert axes.get_xscale() == "log"
    filled = {
        str(line.get_label()): line.get_markerfacecolor() != "white"
        for line in axes.lines
        if not str(line.get_label()).startswith("_")
    }
    assert filled == {"a": True, "b": False, "c": True}


def test_money_by_hand() -> None:
    prices = Prices(hour=3.6, million_prompt_tokens=2, million_answer_tokens=10, currency="BRL")
    found = {
        "predict_seconds": 50.0,
        "prompt_tokens": 100.0,
        "answer_tokens": 20.0,
        "tune_seconds": 1800.0,
        "search_seconds": 1800.0,
    }
    # An answer: 0.5 s of 0.001 a second, 100 tokens of 2e-6, 20 of 1e-5.
    assert money(prices, found, 100) == {
        "money_per_1000": pytest.approx(1000 * (0.0005 + 0.0002 + 0.0002)),
        "money_adapting": pytest.approx(3.6),
    }
    tokens_alone = Prices(million_prompt_tokens=2)
    assert money(tokens_alone, found, 100)["money_per_1000"] == pytest.approx(0.2)
    assert money(tokens_alone, found, 100)["money_adapting"] is None
    assert money(None, found, 100) == {}


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 EUR"),
        (0.00000123, "0.00000123 EUR"),
        (0.0123, "0.0123 EUR"),
        (0.2, "0.20 EUR"),
        (4.5, "4.50 EUR"),
        (1250, "1,250 EUR"),
        (None, "–"),
    ],
)
def test_amounts_as_people_write_them(amount: float | None, text: str) -> None:
    assert words.money(amount, "EUR") == text


def test_a_run_with_prices_says_what_1000_answers_cost(tmp_path: Path) -> None:
    study = made_study(tmp_path, prices={"hour": 7.2, "currency": "USD"})
    found = made_run(tmp_path / "run", study, {"told": 0.8, "silent": 0.4}).contents
    cost = found["approaches"]["told"]["cost"]
    assert cost["seconds_per_1000"] == pytest.approx(250)
    assert cost["money_per_1000"] == pytest.approx(0.5)
    said = (tmp_path / "run" / "report.html").read_text()
    assert "0.50 USD" in said
    assert "Prices: an hour of the machine 7.20 USD." in said


def test_prices_may_be_given_afterwards(tmp_path: Path) -> None:
    made_run(tmp_path / "run", made_study(tmp_path), {"told": 0.8, "silent": 0.4})
    overrides = ["prices={hour: 3.6, million_answer_tokens: 100, currency: BRL}"]
    found = verbs.score(tmp_path / "run", overrides, QUIET).contents
    cost = found["approaches"]["told"]["cost"]
    # 250 s of 0.001 a second, and 6,000 tokens of 0.0001.
    assert cost["money_per_1000"] == pytest.approx(0.25 + 0.6)
    assert load_study(tmp_path / "run" / "study.yaml").prices is not None


def test_without_prices_there_is_no_money(tmp_path: Path) -> None:
    found = made_run(tmp_path / "run", made_study(tmp_path), {"told": 0.8, "silent": 0.4})
    assert "money_per_1000" not in found.contents["approaches"]["told"]["cost"]
    assert "EUR" not in (tmp_path / "run" / "report.html").read_text()


def test_the_page_has_the_plots_and_their_words() -> None:
    report = planted({"a": (10, 0.2), "b": (20, 0.5), "c": (30, 0.4)})
    report["pareto"] = fronts(report)
    text = page(report, [])
    assert "Not on it: c (b costs less and scores better)." in text
    assert "against time for 1,000 answers" in text  # what a screen reader says
