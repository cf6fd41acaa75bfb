"""What long steps say of themselves."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from etude.display import Display, duration
from etude.progress import watched


def test_watched_items_come_through_and_are_told() -> None:
    told: list[tuple[str, int, int]] = []
    items = list(range(1000))
    passed = watched(items, "encoding", lambda what, n, of, _: told.append((what, n, of)))
    assert list(passed) == items
    assert told[0] == ("encoding", 0, 1000)
    assert told[-1] == ("encoding", 1000, 1000)
    assert len(told) == 101


def test_nothing_to_watch() -> None:
    assert list(watched([], "encoding", lambda *_: None)) == []


def test_a_quiet_display_still_writes_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    display = Display(quiet=True)
    display.log_to(tmp_path / "log.txt")
    with display.working("lora") as progress:
        progress("training", 1, 2, "loss 1.0")
    assert capsys.readouterr() == ("", "")
    assert "lora: 0.0 s" in (tmp_path / "log.txt").read_text()


def test_progress_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Display().working("lora") as progress:
        progress("training", 1, 2, "loss 1.0")
    output = capsys.readouterr()
    assert output.out == ""
    assert "lora: " in output.err


def test_a_terminal_shows_rate_and_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with Display().working("lora") as progress:
        for step in range(1, 6):
            progress("training", step, 10, f"loss {step}")
    shown = screen.getvalue()
    assert "lora: training" in shown
    assert "/10" in shown
    assert "loss 5" in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (75, "1 min 15 s"), (7300, "2 h 1 min")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
