"""Tables on a terminal: what does not fit beside the first column goes on below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.plan_view import left_open, shared_by
from etude.views import GAP, WIDTH, parts, table


@given(widths=st.lists(st.integers(1, 60), min_size=1, max_size=25), room=st.integers(20, 220))
def test_every_column_stands_once_and_fits(widths: list[int], room: int) -> None:
    found = parts(widths, room)
    assert [column for columns in found for column in columns[1:]] == list(range(1, len(widths)))
    for columns in found:
        assert columns[0] == 0
        wide = sum(widths[column] for column in columns) + GAP * (len(columns) - 1)
        assert wide <= room or len(columns) <= 2  # one column is never cut in two


def test_a_wide_table_goes_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    header = ("approach", *(f"metric-number-{number}" for number in range(20)))
    row = ("lora", *(f"0.{number:03} ±0.010" for number in range(20)))
    table([header, row])
    shown = capsys.readouterr().out
    assert all(cell in shown for cell in (*header, *row))
    assert "…" not in shown
    assert shown.count("approach") == shown.count("lora") == 2
    assert max(map(len, shown.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (1, "lora: its search does one trial after the other, each in all 3 processes together."),
        (2, "lora: its search does 2 trials at once, each in one process."),
        (8, "lora: its search does 3 trials at once, each in one process."),
    ],
)
def test_how_processes_share_a_search(workers: int, said: str) -> None:
    tune = {"examples_a_step": 8, "batch_size": 4, "accumulate": 2, "search": {"workers": workers}}
    planned = {"processes": 3, "sharded": False, "approaches": {"lora": {"tune": tune}}}
    assert shared_by(planned)[-1] == said


def test_what_is_left_to_the_rehearsal_is_told() -> None:
    tune = {"examples_a_step": 16, "examples_at_once": 4, "batch_size": "auto"}
    approaches = {
        "told": {"tune": None},
        "fixed": {"tune": tune | {"batch_size": 4}},
        "unknown": {"tune": tune | {"examples_at_once": 0}},
        "lora": {"tune": tune},
    }
    assert left_open(approaches) == [
        "lora: batch_size: auto is expected to find room for 4 of a step's 16 examples at once, "
        "and peak memory is that of so many."
    ]
