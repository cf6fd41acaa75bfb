"""What a report says of a training that went other than from start to end."""

from __future__ import annotations

from typing import Any

import pytest

from etude.report import figures
from etude.report.trainings import training_notes
from report_material import history

PLAIN: dict[str, Any] = {
    "steps": 24,
    "planned_steps": 24,
    "stopped_early": False,
    "best_step": 12,
    "best_dev_loss": 4.0,
    "weights_step": 24,
    "batch_size": 8,
    "batch_size_asked": 8,
    "examples_a_step": 16,
    "evaluate_batch_size": 8,
    "evaluated_with_less": False,
    "sequences": None,
    "examples": 90,
    "label_smoothing": 0.0,
}
NOTES = {
    "Stopped early at step 18 of 24, as the validation loss had ceased to fall.": {
        "steps": 18,
        "stopped_early": True,
        "weights_step": 18,
    },
    "The weights are those of step 12, where the validation loss was lowest (4.0000).": {
        "weights_step": 12
    },
    "Of a step's 16 examples, memory had room for 4 at once (batch_size: auto).": {
        "batch_size": 4,
        "batch_size_asked": "auto",
        "evaluate_batch_size": 4,
    },
    "Validation ran out of memory and went on with smaller batches (2 examples at once).": {
        "evaluate_batch_size": 2,
        "evaluated_with_less": True,
    },
    "90 examples share 12 sequences (packing).": {"sequences": 12},
    "The training loss is taken with label smoothing (0.1), the validation loss without.": {
        "label_smoothing": 0.1
    },
}


def test_nothing_is_said_of_a_plain_one() -> None:
    assert training_notes(PLAIN) == []
    assert training_notes({"steps": 24}) == []  # of an older version


@pytest.mark.parametrize("note", NOTES)
def test_what_is_said(note: str) -> None:
    assert training_notes(PLAIN | NOTES[note]) == [note]


@pytest.mark.parametrize(("kept", "marked"), [(None, False), (60, True), (120, False)])
def test_a_line_marks_weights_that_are_not_the_last(kept: int | None, marked: bool) -> None:
    figure = figures.curves(history(120), kept=kept)
    labels = [line.get_label() for line in figure.axes[0].lines]
    assert ("weights kept" in labels) == marked
