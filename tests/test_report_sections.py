"""The page's second edition: seeds, labels, published figures, material; contrast and order."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from etude.config.published import Figure, Published
from etude.diagnosis import Evidence
from etude.records import Example, Message, Prediction
from etude.report import charts, figures, gather
from etude.report.beside import beside_the_source, published_rows
from etude.report.confusions import confusion_tables, confusions
from etude.report.makeup import makeup_view, of_split, spaced
from etude.report.page import page
from etude.report.pareto import fronts
from report_material import CLASSIFY, history, make_answers, make_report, training
from run_folders import made_run, made_study
from test_report_page import HOSTILE, read

STYLE = (Path(charts.__file__).parent / "page.css").read_text()


@pytest.fixture(scope="module")
def plain() -> str:
    """The page of the made-up report, which has nothing of these sections."""
    report = make_report()
    del report["base"]
    return page(report, make_answers(report, 3))


# Seeds


@pytest.fixture
def repeated() -> dict[str, Any]:
    """A report whose tuned approach was trained three times."""
    report = make_report()
    report["seeds"] = [
        {
            "approach": "lora",
            "metric": "rouge-1",
            "values": {"13": 0.27, "14": 0.29, "15": 0.31},
            "deviation": 0.02,
            "seed_error": 0.01155,
            "example_error": 0.00832,
        }
    ]
    report["approaches"]["lora"]["training"]["repeats"] = {
        seed: {"history": history(60), "epochs": training()["epochs"]} for seed in ("14", "15")
    }
    return report


def test_seeds_and_examples_stand_in_columns_of_their_own(repeated: dict[str, Any]) -> None:
    said = read(page(repeated, make_answers(repeated, 2))).text
    assert "13 0.270 14 0.290 15 0.310 0.0200 0.0115 0.0083" in said
    assert "the answers are those of the first one" in said
    assert "Epochs with seed 15" in said


def test_curves_of_every_seed_are_drawn(repeated: dict[str, Any]) -> None:
    found = repeated["approaches"]["lora"]["training"]
    once = figures.curves(found["history"]).axes[0].get_lines()
    often = figures.curves(found["history"], repeats=figures.further(found)).axes[0].get_lines()
    assert len(often) == len(once) + 4  # both losses of two more seeds
    axes = charts.by_epoch(found).axes[0]
    assert len(axes.get_lines()) == 6
    assert axes.get_xlabel() == "epoch (thin lines: 2 more seeds)"


def test_the_score_of_every_seed_is_a_tick_below_the_mean(repeated: dict[str, Any]) -> None:
    axes = figures.scores(repeated, "rouge-1").axes[0]
    ticks = [line for line in axes.get_lines() if list(line.get_xdata()) == [0.27, 0.29, 0.31]]
    assert len(ticks) == 1


def test_the_epoch_chart_shows_both_losses_and_writes_them() -> None:
    found = training()
    (axes,) = charts.by_epoch(found).axes
    drawn = [list(line.get_ydata()) for line in axes.get_lines()]
    assert drawn == [[row[part] for row in found["epochs"]] for part in ("train_loss", "dev_loss")]
    assert {text.get_text() for text in axes.texts} == {
        *("2.5", "2.1", "1.7", "2.45", "2.2", "1.95"),
    }
    assert charts.by_epoch({"epochs": []}).axes  # nothing to draw is no error


# Labels


def labelled(
    right: list[str], given: dict[str, list[str | None]], labels: tuple[str, ...] = ("yes", "no")
) -> Evidence:
    examples = [
        Example(f"{n}", "t", (Message("user", "?"),), (label,), label=label, choices=labels)
        for n, label in enumerate(right)
    ]
    predictions = {
        name: {
            13: [
                Prediction(f"{n}", name, 13, said or "", 1, 1, "stop", 0.0, label=said)
                for n, said in enumerate(row)
            ]
        }
        for name, row in given.items()
    }
    return Evidence(examples, predictions, {}, random_base=False)


def test_a_confusion_matrix_by_hand() -> None:
    found = confusions(
        labelled(["yes", "yes", "no", "no", "no"], {"a": ["yes", "no", "no", None, "maybe"]})
    )
    assert found == {"labels": ["yes", "no"], "approaches": {"a": [[1, 1, 0], [0, 1, 2]]}}
    report = make_report({"a": "prompt"}, CLASSIFY) | {"confusion": found}
    (table,) = confusion_tables(report)
    assert table["heads"] == ["yes", "no", "no label"]
    assert [row["recall"] for row in table["rows"]] == ["50%", "33%"]
    assert table["precision"] == ["100%", "50%", ""]
    text = page(report, [])
    assert 'href="#confusion"' in text
    assert "The last column counts answers that are no label." in text


def test_a_confusion_matrix_is_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    right = ["a", "b", "c"] * 7
    given = ["a", "a", "c", "b", "b", "c", "c"] * 3
    found = confusions(labelled(right, {"x": list(given)}, ("a", "b", "c")))
    whole = metrics.confusion_matrix(right, given, labels=["a", "b", "c"]).tolist()
    assert [row[:-1] for row in found["approaches"]["x"]] == whole
    assert all(row[-1] == 0 for row in found["approaches"]["x"])


def test_without_labels_there_is_no_matrix() -> None:
    evidence = Evidence(
        [Example("1", "t", (Message("user", "?"),), ("x",))],
        {"a": {13: [Prediction("1", "a", 13, "x", 1, 1, "stop", 0.0)]}},
        {},
        random_base=False,
    )
    assert confusions(evidence) == {}


# Published figures


def published(*given: dict[str, Any]) -> Published:
    return Published(
        source="A paper", on="a large model", figures=tuple(Figure(**g) for g in given)
    )


def test_published_figures_stand_beside_ours() -> None:
    report = make_report()
    report["published"] = beside_the_source(
        published(
            {"approach": "lora", "metric": "rouge-1", "value": 0.31},
            {
                "approach": "lora",
                "metric": "dev_loss",
                "epoch": 2,
                "value": 1.5,
                "note": "It fell.",
            },
            {"approach": "lora", "metric": "train_loss", "value": 1.25},
            {"approach": "lora", "metric": "dev_loss", "epoch": 9, "value": 1.0},
            {"approach": "lora", "metric": "exact-match", "value": 0.5},
            {"approach": "qlora", "metric": "rouge-1", "value": 0.4},
            {"approach": "few-shot", "metric": "dev_loss", "value": 0.4},
        ),
        report,
    )
    rows = [tuple(row.values())[1:] for row in published_rows(report)]
    assert rows == [
        ("ROUGE-1", "0.310", "0.284", "[0.264, 0.307]", ""),
        ("Validation loss, epoch 2", "1.5000", "2.2000", "", "It fell."),
        ("Training loss", "1.2500", "1.7000", "", ""),
        ("Validation loss, epoch 9", "1.0000", "–", "", "no such epoch in this run"),
        ("Exact match", "0.500", "–", "", "not measured in this run"),
        ("ROUGE-1", "0.400", "–", "", "qlora is not in this run"),
        ("Validation loss", "0.4000", "–", "", "no such epoch in this run"),
    ]
    said = read(page(report, [])).text
    assert "A paper, measured on: a large model." in said
    assert "compare directions and not sizes" in said


def test_sections_that_have_nothing_to_say_are_not_there(plain: str) -> None:
    said = read(plain).text
    for title in ("Between trainings", "Right and wrong by label", "Beside the source", "Hashes"):
        assert title not in said
    assert 'href="#confusion"' not in plain


# Material


def test_the_material_is_summed_up_by_split() -> None:
    rows = [
        Example(
            f"{n}",
            "t",
            (Message("user", "Where does the old dog sleep when it rains in the evening?"),),
            ("O cão velho dorme dentro de casa quando chove muito à noite.",),
        )
        for n in range(40)
    ]
    found = of_split(rows)
    assert (found["rows"], found["read"], found["distinct"]) == (40, 40, 1)
    assert found["languages"] == {"prompt": {"en": 40}, "response": {"pt": 40}}
    assert (found["prompt"]["median"], found["response"]["max"]) == (12, 12)


@pytest.mark.parametrize(("count", "most"), [(0, 5), (3, 5), (5, 5), (1000, 7), (11, 10)])
def test_read_rows_are_spread_evenly(count: int, most: int) -> None:
    places = spaced(count, most)
    assert len(places) == min(count, most) == len(set(places))
    assert places == sorted(places)
    assert all(place < count for place in places)


def test_a_run_shows_its_material_and_hashes(tmp_path: Path) -> None:
    result = made_run(tmp_path / "run", made_study(tmp_path), {"told": 0.9, "silent": 0.2})
    said = read(result.report.read_text()).text
    assert "Languages and lengths" in said
    assert "No row stands twice, and none stands in two splits." in said
    found = result.contents["approaches"]["told"]["hashes"]["13"]
    assert len(found) == 64
    assert found in said
    view = makeup_view(result.contents)
    assert view is not None
    assert [row["name"] for row in view["splits"]] == ["train", "dev", "test"]


# A page for everybody


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = variables(STYLE[: STYLE.index("@media")])
DARK = LIGHT | variables(STYLE[STYLE.index("@media") : STYLE.index("* {")])
PRINT = LIGHT | variables(STYLE[STYLE.index("@media print") :])


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
@pytest.mark.parametrize("ink", ["ink", "muted", "accent", "error", "warning", "note"])
def test_text_has_the_contrast_that_wcag_asks_for(theme: dict[str, str], ink: str) -> None:
    for ground in ("ground", "card", "soft", "accent-soft"):
        if (ink, ground) not in {
            ("error", "accent-soft"),
            ("warning", "accent-soft"),
            ("note", "accent-soft"),
        }:  # never there
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_counts_can_be_read_on_the_darkest_shade(theme: dict[str, str]) -> None:
    """A confusion matrix's fullest cell is 45% accent over the ground."""
    accent, ground = (
        [int(theme[name][n : n + 2], 16) for n in (1, 3, 5)] for name in ("accent", "ground")
    )
    shades = [round(0.45 * a + 0.55 * b) for a, b in zip(accent, ground, strict=True)]
    mixed = "#" + "".join(f"{shade:02x}" for shade in shades)
    assert contrast(theme["ink"], mixed) >= 4.5


def test_every_link_of_the_navigation_leads_somewhere_and_headings_do_not_skip(
    plain: str,
) -> None:
    reader = read(plain)
    ids = {attributes.get("id") for _, attributes in reader.tags}
    nav = plain[plain.index("<nav") : plain.index("</nav>")]
    assert set(re.findall(r'href="#([\w-]+)"', nav)) <= ids
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_plots_of_cost_stand_once_each_with_their_words(repeated: dict[str, Any]) -> None:
    for place, approach in enumerate(repeated["approaches"].values()):
        approach["cost"] |= {"seconds_per_1000": 9.0 - place, "bytes_on_disk": 10.0 * place}
    found = fronts(repeated)
    text = page(repeated | {"pareto": found}, [])
    assert len(found) > 2
    for told in found.values():
        assert told["words"] in read(text).text
    ids = [attributes["id"] for _, attributes in read(text).tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert sum("pareto-" in name and name.endswith("-title") for name in ids) == len(found)


def test_wide_tables_can_be_scrolled_with_the_keyboard(plain: str) -> None:
    for tag, attributes in read(plain).tags:
        if tag == "div" and "scroll" in (attributes.get("class") or "").split():
            assert attributes["tabindex"] == "0"
            assert attributes["role"] == "region"
            assert attributes["aria-label"]


def test_nothing_that_is_new_on_the_page_becomes_markup() -> None:
    report = make_report()
    report["published"] = {
        "source": HOSTILE,
        "on": HOSTILE,
        "figures": [
            {
                "approach": HOSTILE,
                "metric": "bleu",
                "value": 1.0,
                "ours": None,
                "why": HOSTILE,
                "note": HOSTILE,
            }
        ],
    }
    report["confusion"] = {"labels": [HOSTILE], "approaches": {"lora": [[1, 1]]}}
    report["pareto"] = {"bytes_on_disk": {"front": ["lora"], "words": HOSTILE}}
    report["prices"] = {"currency": HOSTILE, "words": HOSTILE}
    report["approaches"]["lora"]["hashes"] = {HOSTILE: HOSTILE}
    reader = read(page(report, []))
    assert sum(tag == "script" for tag, _ in reader.tags) == 2
    assert "img" not in {tag for tag, _ in reader.tags}
    assert "".join(reader.texts).count(HOSTILE) >= 8


@pytest.mark.parametrize(
    ("tune", "told"),
    [
        ({"method": "lora", "epochs": 1}, "LoRA r 8, alpha 16 fine-tuning, 1 epoch, rate 0.0002"),
        ({"method": "prompt-tuning", "max_steps": 20}, "Prompt-tuning, 20 steps, rate 0.0002"),
        ({"method": "full", "max_steps": 1}, "Full fine-tuning, 1 step, rate 0.0002"),
        ({"method": "ln-tuning", "epochs": 1.5}, "LN tuning, 1.5 epochs, rate 0.0002"),
    ],
)
def test_a_tuning_in_a_line(tmp_path: Path, tune: dict[str, Any], told: str) -> None:
    study = made_study(tmp_path, approaches={"mine": {"tune": tune}})
    assert gather.in_words(study, "mine") == told
