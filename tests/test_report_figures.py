"""Figures: what must be seen in them is in them, and nothing of pyplot is touched."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_hex

from etude.report import figures, words
from etude.report.drawing import label, short, svg
from etude.report.looks import looks
from report_material import history, make_report


def test_both_losses_are_lines_and_validation_is_marked_and_on_top() -> None:
    figure = figures.curves(history(120))
    training, validation = figure.axes[0].get_lines()
    assert len(training.get_xdata()) == 120
    assert list(validation.get_xdata()) == [0, 20, 40, 60, 80, 100, 120]
    assert validation.get_zorder() > training.get_zorder()
    assert validation.get_marker() == "o"
    assert to_hex(validation.get_color()) != to_hex(training.get_color())
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["training", "validation"]


@pytest.mark.parametrize(
    ("supervise", "said"),
    [("response", "loss over responses"), ("all", "loss over everything, prompts included")],
)
def test_what_the_loss_is_over_stands_beside_it(supervise: str, said: str) -> None:
    assert figures.curves(history(6), supervise=supervise).axes[0].get_title(loc="left") == said


def test_long_histories_are_thinned_by_means_and_say_so() -> None:
    means, every = figures.thinned([(float(step), float(step)) for step in range(1, 1001)])
    assert (every, len(means)) == (4, 250)
    assert means[0] == (2.5, 2.5)
    figure = figures.curves(history(1000))
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[0] == "training (mean of 4 logged steps)"


def test_losses_that_are_not_finite_leave_gaps_not_zeros() -> None:
    rows = [{"step": 1, "loss": float("nan")}, {"step": 2, "loss": 2.0}, {"step": 3, "loss": None}]
    assert figures.points(rows, "loss") == [(2.0, 2.0)]
    assert "validation (none recorded)" in svg(figures.curves(rows), "k", "t", "d")


def test_differences_have_a_zero_line_and_every_interval() -> None:
    report = make_report()
    axes = figures.differences(report, "rouge-1").axes[0]
    lines = [line for line in axes.get_lines() if list(line.get_xdata()) == [0, 0]]
    assert len(lines) == 3  # row by row, through no name
    written = [text.get_text() for text in axes.texts]
    assert {"few-shot", "lora", "lora-few-shot", "+0.037", "+0.074", "+0.111"} == set(written)


def test_a_score_without_value_has_its_row_and_a_dash() -> None:
    report = make_report()
    report["approaches"]["lora"]["metrics"]["rouge-1"] = {"value": None, "low": 0.1, "high": 0.2}
    del report["approaches"]["few-shot"]["metrics"]["rouge-1"]
    written = [text.get_text() for text in figures.scores(report, "rouge-1").axes[0].texts]
    assert written.count("–") == 2
    assert "lora" in written


def test_an_axis_does_not_reach_beyond_the_metrics_own_bounds() -> None:
    report = make_report()
    for approach in report["approaches"].values():
        approach["metrics"]["rouge-1"] = {"value": 0.0, "low": 0.0, "high": 0.0}
    left, right = figures.scores(report, "rouge-1").axes[0].get_xlim()
    assert left == 0
    assert right > 0


def test_every_figure_is_drawn_by_name() -> None:
    found = figures.draw(make_report())
    wanted = {"scores bleu", "differences bleu", "cost predict_seconds", "curves lora"}
    wanted |= {"learning_rate lora", "lengths prompt", "lengths answer"}
    assert wanted <= set(found)
    assert "cost answer_tokens" not in found  # the same for all: bars would say nothing


def test_a_figure_is_the_same_text_twice_and_shows_in_a_notebook() -> None:
    one, other = (svg(figures.curves(history()), "k", "Loss", "falls") for _ in range(2))
    assert one == other
    shown = figures.curves(history())._repr_svg_()  # type: ignore[attr-defined]  # as IPython asks
    assert ElementTree.fromstring(shown).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - own


def test_pyplot_and_its_settings_stay_untouched() -> None:
    code = (
        "import sys, matplotlib\n"
        "names = [name for name in matplotlib.rcParams if name != 'backend']\n"  # lazily resolved
        "before = {name: matplotlib.rcParams[name] for name in names}\n"
        "from etude.report import figures\n"
        "figures.curves([{'step': 1, 'loss': 1.0}])._repr_svg_()\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert {name: matplotlib.rcParams[name] for name in names} == before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_hostile_names_stay_text_in_figures() -> None:
    report = make_report({"$\\frac<b>": "prompt", "二 \x00 & \ud800": "tuned"})
    found = svg(figures.scores(report, "rouge-1"), "k", "</title><script>", "\x1b")
    root = ElementTree.fromstring(found)  # noqa: S314 - our own
    texts = ["".join(element.itertext()) for element in root.iter("text")]
    assert "$\\frac<b>" in texts
    assert "二 � & �" in texts
    assert root.find("title").text == "</title><script>"  # type: ignore[union-attr]  # it is there


def test_shortened_names_never_collide() -> None:
    names = [f"llama-3-8b-qlora-r{2**n}-all-linear-layers-cosine-schedule" for n in range(8)]
    assert short(names)[names[7]] == "llama-3-…r128-all-l…"
    for given in (names, ["x" * 50 + str(n) + "y" * 50 for n in range(12)], ["a", "b"]):
        assert len(set(short(given).values())) == len(given)
    assert short(["lora", "zero-shot"]) == {"lora": "lora", "zero-shot": "zero-shot"}
    assert label("x" * 50, 10) == "xxxxx…xxxx"


def test_a_look_belongs_to_one_approach() -> None:
    names = [f"a{n}" for n in range(20)]
    given = looks(names, "a3")
    assert given["a3"].colour == "#000000"
    assert len(set(given.values())) == 20


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (words.duration(0), "0 s"),
        (words.duration(0.43), "0.4 s"),
        (words.duration(59.6), "1 min 00 s"),
        (words.duration(200.4), "3 min 20 s"),
        (words.duration(7499.9), "2 h 05 min"),
        (words.duration(None), "–"),
        (words.size(1_200_000), "1.20 MB"),
        (words.size(512), "512 B"),
        (words.size(999_999), "1.00 MB"),
        (words.megabytes(1900), "1.90 GB"),
        (words.amount(6_738_415_616), "6.74 B"),
        (words.count(12345), "12,345"),
        (words.score(0.2314), "0.231"),
        (words.score(-0.0001), "0.000"),
        (words.score(float("inf")), "–"),
        (words.interval(0.2141, 0.2479), "[0.214, 0.248]"),
        (words.interval(None, 0.2), ""),
        (words.difference(0.0171), "+0.017"),
        (words.difference(-0.0031), "−0.003"),
        (words.difference(0.0001), "0.000"),
        (words.probability(0.0002), "< 0.001"),
        (words.probability(0.18), "0.180"),
        (words.scientific(2e-4), "2e-4"),
        (words.scientific(6.6667e-5), "6.67e-5"),
        (words.scientific(0.01), "0.01"),
    ],
)
def test_numbers_are_written_for_people(written: str, said: str) -> None:
    assert written == said


def test_decimals_follow_the_metrics_range() -> None:
    assert words.digits({"high": 1}) == 3
    assert words.digits({"high": 100}) == 2
    assert words.digits({"high": None}, [12.0, 48_000.0]) == 0
