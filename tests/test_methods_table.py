"""Methods, precisions and architectures: cells that are tried, and the page that tells of all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import models
from etude import checks
from etude.config.methods import merges
from etude.training.methods import METHODS
from tools.method_cells import Cell, attempt
from tools.method_places import (
    NAMING,
    PRECISIONS,
    WRITING,
    Place,
    method_of,
    places,
    refusal,
)
from tools.method_table import RESULTS, markdown, page, shown, summary

pytestmark = models.peft_asks_by_an_old_name
METHODS_THAT_WRITE = [name for name in METHODS if name != "head"]


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page was made on a CPU, where fp16 is refused."""
    monkeypatch.setattr(checks, "gpu", lambda: None)


def works(place: Place) -> None:
    cell = attempt(place)
    assert (cell.failed, cell.refused) == (None, None)
    assert cell.trained > 0
    plain = isinstance(PRECISIONS[place.precision], str)
    assert (cell.merged is not None) == (plain and merges(method_of(place.method, head=place.head)))


# Some of the cells, so that all methods and all precisions have been tried


@pytest.mark.parametrize("method", METHODS_THAT_WRITE)
@pytest.mark.parametrize("architecture", ["Qwen3", pytest.param("T5", marks=pytest.mark.slow)])
def test_methods_of_models_that_write(architecture: str, method: str) -> None:
    works(Place(architecture, method, "fp32"))


@pytest.mark.parametrize("method", [name for name in METHODS if "tuning" not in name])
def test_methods_below_a_head(method: str) -> None:
    works(Place("BERT", method, "fp32", head=True))


@pytest.mark.parametrize(
    "place",
    [
        Place("Mistral", "full", "bf16"),
        Place("Falcon", "selective", "bf16"),
        Place("T5", "head", "bf16", head=True),
        Place("BART", "adalora", "int8"),  # its norms take no fp32 from layers before them
        Place("Llama 3", "ia3", "nf4"),
        Place("GPT-2", "lora", "nf4, single"),
        Place("OPT", "pissa", "nf4, fp32"),
        Place("RoBERTa", "lora", "int8", head=True),
    ],
    ids=str,
)
def test_precisions(place: Place) -> None:
    works(place)


# Every method in every precision, each on another architecture: `make long`. (All of the cells
# take a quarter of an hour: `python tools/method_table.py`.)


def diagonal(place: Place) -> bool:
    """Whether a place is among those in which no two have method and precision in common."""
    architectures, methods, precisions = (
        NAMING if place.head else WRITING,
        list(METHODS),
        list(PRECISIONS),
    )
    here = architectures.index(place.architecture) - precisions.index(place.precision)
    return (here - methods.index(place.method)) % len(architectures) == 0


@pytest.mark.long
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("head", [False, True], ids=["writes", "head"])
def test_cells_are_what_the_page_says(precision: str, head: bool) -> None:
    told = on_the_page()
    tried = [place for place in places() if (place.precision, place.head) == (precision, head)]
    tried = [place for place in tried if diagonal(place)]
    assert {place.method for place in tried} == {name for name in METHODS if head or name != "head"}
    for place in tried:
        cell = attempt(place)
        assert (place, cell.failed) == (place, None)
        assert shown(cell) == told.get(place, "refused")


# The committed page


def on_the_page() -> dict[Place, str]:
    """What the tables by precision say, which leave out precisions that are refused throughout."""
    return dict(cells_of(RESULTS.read_text(encoding="utf-8")))


def cells_of(text: str) -> Iterator[tuple[Place, str]]:
    part = text.partition("by precision")[2].partition("## What learns")[0]
    for section in re.split(r"^### ", part, flags=re.M)[1:]:
        title, *lines = section.splitlines()
        kind, _, precision = title.partition(": ")
        rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
        for name, *cells in rows[2:]:
            for architecture, cell in zip(rows[0][1:], cells, strict=True):
                head = kind.startswith("Class")
                yield Place(architecture, name.strip("`"), precision, head), cell


def test_the_page_holds_every_cell_and_refuses_what_plan_refuses() -> None:
    told = on_the_page()
    for place in places():
        claimed = "yes" if refusal(place) is None else "refused"
        if place.precision == "fp16":
            assert (claimed, place in told) == ("refused", False)
        else:
            assert told.pop(place) == claimed, place
    assert told == {}


def test_the_pages_summary_agrees_with_its_tables() -> None:
    text = RESULTS.read_text(encoding="utf-8")
    assert "fails" not in text
    for head, count in ((False, len(WRITING)), (True, len(NAMING))):
        rows = [
            [
                f"`{name}`",
                *(
                    f"{count} of {count}"
                    if refusal(Place(WRITING[0], name, precision, head)) is None
                    else "refused"
                    for precision in PRECISIONS
                ),
            ]
            for name in METHODS
            if head or name != "head"
        ]
        assert markdown(["Method", *PRECISIONS], rows) in text


def test_every_reason_of_a_refusal_is_on_the_page() -> None:
    text = RESULTS.read_text(encoding="utf-8").partition("## Refused")[2]
    reasons = {refusal(place) for place in places()} - {None}
    assert len(reasons) > 4
    assert {reason for reason in reasons if reason not in text} == set()  # type: ignore[operator]


# The page is made of what came of the cells


def test_the_page_says_what_came_of_it() -> None:
    cells = [
        Cell(Place("Llama 2", "lora", "fp32"), trained=1234, weights=99, reload=1e-9, merged=2e-7),
        Cell(Place("T5", "lora", "fp32"), refused="No such layer."),
        Cell(Place("OPT", "lora", "fp32"), failed="it differs"),
        Cell(Place("BERT", "head", "fp32", head=True), trained=9),
    ]
    assert [shown(cell) for cell in cells] == ["yes", "refused", "**fails**", "yes"]
    told = page(cells)
    assert summary(cells[:3]).endswith("| `lora` | 1 of 3 |")
    assert "| `lora` | yes | refused | **fails** |" in told
    assert "| `lora` | 1,234 | – | – |" in told
    assert "| `lora` | 1.0e-09 | 2.0e-07 | – |" in told
    assert "- `lora` in fp32: No such layer." in told
    assert "## Failed\n\n- `lora` in fp32: it differs" in told
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_a_cell_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from tools import method_cells

    def breaks(place: Place) -> Cell:
        raise RuntimeError(f"no {place.method} here\nand more")

    monkeypatch.setattr(method_cells, "tried", breaks)
    cell = attempt(Place("Llama 2", "lora", "fp32"))
    assert cell.failed == "RuntimeError: no lora here"
