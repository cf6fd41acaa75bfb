"""Tables on a terminal: what does not fit beside the first column goes on below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
