"""Trials of a search in the report: words, table, and a plot of each setting."""

from __future__ import annotations

from typing import Any

import pytest

from etude.report.page import page
from etude.report.searches import in_words, limit, searches, trial_rows, trial_values
from report_material import make_report


def trial(number: int, rate: float, r: int, value: float | None, **more: Any) -> dict[str, Any]:
    plain = {
        "number": number,
        "state": "finished",
        "settings": {"optimizer.learning_rate": rate, "method.r": r},
        "value": value,
        "dev_losses": [value] if value else [],
        "seconds": 12.0,
        "worker": 0,
        "same_as": None,
        "reason": None,
    }
    return plain | more


def search() -> dict[str, Any]:
    trials = [
        trial(1, 2e-4, 8, 2.1),
        trial(2, 1.5e-5, 16, 2.4),
        trial(3, 9e-4, 4, 1.9),
        trial(4, 1e-5, 4, 2.6, state="pruned"),
        trial(5, 1e-3, 16, None, state="diverged", reason="The loss is nan"),
        trial(6, 3e-4, 4, None, state="failed", reason="its process died 2 times"),
        trial(7, 8e-4, 8, 97.0),
        trial(8, 2e-4, 8, 2.1, same_as=1, seconds=None),
    ]
    return {
        "metric": "dev_loss",
        "better": "lower",
        "space": {
            "optimizer.learning_rate": {"log": [1e-5, 1e-3]},
            "method.r": {"choices": [4, 8, 16]},
        },
        "best": trials[2],
        "trials": trials,
        "seconds": 84.0,
    }


def test_what_was_tried_and_what_won_in_words() -> None:
    assert in_words(search()) == (
        "8 trials (5 finished, 1 pruned, 1 diverged, 1 failed) in 1 min 24 s. Best was trial 3 "
        "with learning_rate 9e-4, r 4: dev loss 1.9000 (lower is better)."
    )


def test_trials_that_several_processes_did_are_said_to_be() -> None:
    told = in_words(search() | {"processes": 2})
    assert "1 failed) in 1 min 24 s, each by 2 processes together. Best was trial 3 " in told


def test_the_table_says_how_each_trial_ended() -> None:
    rows = trial_rows(search())
    assert rows[2] == {
        "number": 3,
        "settings": ["9e-4", "4"],
        "value": "1.9000",
        "best": True,
        "ended": "finished",
        "seconds": "12 s",
    }
    assert [row["best"] for row in rows].count(True) == 1
    assert [row["ended"] for row in rows[3:]] == [
        "pruned after 1 validation",
        "the loss diverged",
        "failed: its process died 2 times",
        "finished",
        "as an earlier one of the same settings",
    ]


def test_the_axis_is_logarithmic_where_the_search_was() -> None:
    (rates,) = trial_values(search(), "optimizer.learning_rate").axes
    assert rates.get_xscale() == "log"
    assert rates.get_xlim() == (1e-5, 1e-3)
    (ranks,) = trial_values(search(), "method.r").axes
    assert ranks.get_xscale() == "linear"
    assert [text.get_text() for text in ranks.get_xticklabels()] == ["4", "8", "16"]


def test_every_trial_with_a_value_is_drawn_once_and_the_best_stands_out() -> None:
    (axes,) = trial_values(search(), "optimizer.learning_rate").axes
    points = [line for line in axes.lines if len(line.get_xdata())]
    assert len(points) == 6
    stars = [line for line in points if line.get_marker() == "*"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in stars] == [(9e-4, 1.9)]


def test_one_that_is_far_off_is_drawn_at_the_edge() -> None:
    (axes,) = trial_values(search(), "optimizer.learning_rate").axes
    arrows = [line for line in axes.lines if line.get_marker() == "^"]
    assert len(arrows) == 1
    assert axes.get_ylim()[1] < 10
    assert limit([1.0, 2.0], "lower") == 2.0  # too few to tell
    assert limit([0.2, 0.7, 0.8, 0.9], "higher") == pytest.approx(0.9 - 4 * 0.15)


def test_the_page_shows_searches_and_whose_settings_were_taken() -> None:
    report = make_report()
    assert searches(report) == []
    assert 'id="searches"' not in page(report, [])
    first, second = list(report["approaches"])[:2]
    report["approaches"][first]["search"] = search()
    report["approaches"][second]["search"] = {"from": first}
    text = page(report, [])
    assert 'href="#searches"' in text
    assert in_words(search()) in text
    assert f"Its settings are those that the search of {first} chose." in text
    assert f"{first}: dev loss by learning_rate" in text
    assert "its process died 2 times" in text
