"""Every method on every architecture: it learns, is read again exactly, and merges where it can."""

from __future__ import annotations

import pytest

import models
from etude.training.methods import METHODS
from tools.method_table import (
    CLASSIFIERS,
    NEAR,
    WRITERS,
    Cell,
    check,
    markdown,
    method_of,
    page,
    shown,
)

pytestmark = models.peft_asks_by_an_old_name
VIRTUAL = {"prompt-tuning", "p-tuning", "prefix-tuning"}
WRITING = [name for name in METHODS if name != "head"]


def holds(cell: Cell, *, merges: bool) -> None:
    assert (cell.failed, cell.refused) == (None, None)
    assert cell.after < cell.before
    assert cell.reload < (NEAR if cell.method == "pissa" else 1e-30)
    assert (cell.merged is not None) == merges


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("architecture", ["Qwen3", "T5"])
def test_models_that_write(architecture: str, name: str) -> None:
    holds(check(architecture, method_of(name)), merges=name not in {*VIRTUAL, "bottleneck"})


@pytest.mark.parametrize(
    ("architecture", "name"),
    [
        ("Llama", "head"),
        ("Llama", "full"),
        ("GPT-2", "lora"),
        ("T5", "head"),
        ("T5", "lora"),
        ("BERT", "head"),
        ("BERT", "full"),
        ("BERT", "ia3"),
        ("BERT", "bottleneck"),
    ],
)
def test_classification_heads(architecture: str, name: str) -> None:
    holds(check(architecture, method_of(name, head=True)), merges=name != "bottleneck")


@pytest.mark.parametrize("name", sorted(VIRTUAL))
def test_no_virtual_tokens_below_a_head(name: str) -> None:
    refused = check("Llama", method_of(name, head=True)).refused
    assert refused == (
        "tune.method head: virtual tokens (prompt-, p- and prefix-tuning) are not there below a "
        "classification head: use lora, ia3 or bottleneck as its body."
    )


@pytest.mark.long
@pytest.mark.parametrize("architecture", WRITERS)
def test_all_that_write(architecture: str) -> None:
    for name in WRITING:
        holds(check(architecture, method_of(name)), merges=name not in {*VIRTUAL, "bottleneck"})


@pytest.mark.long
@pytest.mark.parametrize("architecture", CLASSIFIERS)
def test_all_heads(architecture: str) -> None:
    for name in set(METHODS) - VIRTUAL:
        cell = check(architecture, method_of(name, head=True))
        if cell.refused is None:
            holds(cell, merges=name != "bottleneck")


def test_the_page_says_what_came_of_it() -> None:
    works = Cell("Llama", "lora", trained=1234, reload=1e-9, merged=2e-7)
    refused = Cell("T5", "lora", refused="No such layer.")
    fails = Cell("OPT", "lora", failed="it differs")
    assert [shown(cell) for cell in (works, refused, fails)] == ["1,234", "–", "**fails**"]
    told = page([works, refused, fails], [Cell("BERT", "head", trained=9)])
    assert "| `lora` | 1,234 | – | **fails** |" in told
    assert "- `lora` on T5: No such layer." in told
    assert "- `lora` on OPT: it differs" in told
    assert "| `head` | 0.0e+00 | has none |" in told
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"
