"""What long steps say of themselves."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etude.diagnosis import CHECKS
from etude.display import Display
from etude.progress import Progress, counted, duration, now_and_then, so_far, watched
from etude.verbs import score
from run_folders import made_run, made_study


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


def at_once(title: str, say: Callable[[str], None]) -> Progress:
    """Lines without waiting for their time."""
    return now_and_then(title, say, 0)


def test_items_that_nobody_has_counted() -> None:
    told: list[tuple[str, int, int, str]] = []
    items = counted(iter(range(2500)), "reading", lambda *said: told.append(said))
    assert list(items) == list(range(2500))
    assert [(done, total) for _, done, total, _ in told] == [
        (0, 0),
        (1000, 0),
        (2000, 0),
        (2500, 2500),
    ]


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [(3, 12, "3/12"), (1200, 0, "1,200"), (1_230_000, 12_300_000, "10.0%"), (5, 1000, "5/1,000")],
)
def test_how_far_a_step_is(done: int, total: int, words: str) -> None:
    assert so_far(done, total) == words


def test_a_log_hears_of_a_long_step_now_and_then() -> None:
    time, said = [100.0], list[str]()
    progress = now_and_then("rag", said.append, 30, lambda: time[0])
    for done in range(101):
        progress("reading", done * 1_000_000, 100_000_000, f"{done * 10} articles")
        time[0] += 1.5
    progress("indexing", 10, 0, "")
    time[0] += 60
    progress("indexing", 50, 0, "7 chunks")
    assert said[:2] == [
        "rag: reading 20.0%, 200 articles, about 2 min 0 s left",
        "rag: reading 40.0%, 400 articles, about 1 min 30 s left",
    ]
    assert said[4] == "rag: reading 100.0%, 1000 articles"
    assert said[5:] == ["rag: indexing 50, 7 chunks"]


def test_a_short_step_says_nothing_of_its_parts() -> None:
    said: list[str] = []
    progress = now_and_then("rag", said.append, 30, lambda: 0.0)
    for done in range(100):
        progress("reading", done, 100, "")
    assert said == []


@pytest.mark.parametrize("quiet", [True, False])
def test_without_a_terminal_lines_go_to_the_log_and_to_standard_error(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    quiet: bool,
) -> None:
    monkeypatch.setattr(
        "etude.display.now_and_then", lambda title, say: now_and_then(title, say, 0)
    )
    display = Display(quiet=quiet)
    display.log_to(tmp_path / "log.txt")
    with display.working("rag") as progress:
        progress("reading it.xml.bz2", 4_000_000, 16_000_000, "12 articles")
    kept = (tmp_path / "log.txt").read_text()
    assert "rag: reading it.xml.bz2 25.0%, 12 articles\n" in kept
    told = capsys.readouterr().err
    assert told.startswith("" if quiet else "rag: reading it.xml.bz2 25.0%, 12 articles\n")
    assert (told == "") is quiet


def test_on_a_terminal_the_log_has_lines_and_the_screen_bars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(
        "etude.display.now_and_then", lambda title, say: now_and_then(title, say, 0)
    )
    display = Display()
    display.log_to(tmp_path / "log.txt")
    with display.working("rag") as progress:
        progress("reading", 4_000_000, 16_000_000, "12 articles")
        progress("indexing", 500, 0, "7 chunks")
    assert "rag: indexing 500, 7 chunks" in (tmp_path / "log.txt").read_text()
    shown = screen.getvalue()
    assert "rag: indexing" in shown
    assert "500" in shown
    assert "rag: indexing 500, 7 chunks\n" not in shown


def test_scoring_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each metric of each approach, then what they are compared by, then each check."""
    monkeypatch.setattr(
        "etude.display.now_and_then", lambda title, say: now_and_then(title, say, 0)
    )
    made_run(tmp_path / "run", made_study(tmp_path), {"told": 0.8, "silent": 0.4})
    display = Display(quiet=True)
    display.log_to(tmp_path / "log.txt")
    found = score(tmp_path / "run", [], display).contents
    said = (tmp_path / "log.txt").read_text()
    measured = 2 * len(found["metrics"])
    assert measured > 8
    for done in range(measured + 1):
        assert f"report: scoring {done}/{measured}" in said
    for done in range(len(CHECKS) + 1):
        assert f"report: findings {done}/{len(CHECKS)}" in said
    parts = [
        line.split("report: ")[1].split()[0] for line in said.splitlines() if "report: " in line
    ]
    order = ["reading", "scoring", "comparing", "findings", "drawing"]
    assert [part for part in dict.fromkeys(parts) if part in order] == order
