"""Children forked from a server: what they get, how they end, and when there is none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etude import forkserver, load_study, run
from etude.child import in_child
from etude.display import Display
from etude.errors import ChildDied, ChildFailed
from etude.forkserver import Forked, fork
from etude.store import Place, read_predictions
from studies import settings, write_study

WORK = """
def work():
    import json, os, random, signal, sys, time
    import numpy
    told = json.loads(sys.stdin.readline())
    if told == "wait":
        print(json.dumps("waiting"), flush=True)
        time.sleep(60)
    if told == "fail":
        sys.exit(7)
    print("for the log", file=sys.stderr)
    print(json.dumps({
        "folder": os.getcwd(),
        "variables": {name: os.environ.get(name) for name in ("ETUDE_CACHE", "HF_HOME")},
        "draws": [random.random(), numpy.random.random()],
        "open": sorted(os.listdir("/proc/self/fd"))[:-1],
        "interrupted": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "terminated": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
        "server": os.getppid(),
    }), flush=True)
from etude import preloaded
preloaded.USED = ("numpy",)
preloaded.work = work
preloaded.main()
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server whose children do as `WORK` says."""
    python(tmp_path, monkeypatch, WORK)
    yield
    forkserver.stop()


def python(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A Python that runs this script, whatever it is asked to."""
    (folder / "script.py").write_text(script)
    path = folder / "python"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} {folder / 'script.py'}\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))


def child(log: Path) -> Forked:
    with log.open("ab") as errors:
        forked = fork(errors.fileno())
    assert forked is not None
    return forked


def answer(forked: Forked, told: str = "tell") -> dict[str, Any]:
    forked.stdin.write(json.dumps(told) + "\n")
    forked.stdin.flush()
    found: dict[str, Any] = json.loads(forked.stdout.readline())
    return found


def closed(forked: Forked) -> int:
    forked.stdin.close()
    forked.stdout.close()
    return forked.wait()


@pytest.mark.usefixtures("server")
class TestChild:
    def test_it_works_where_and_as_it_was_started(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ETUDE_CACHE", "one")
        first = answer(one := child(tmp_path / "log"))
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        monkeypatch.setenv("ETUDE_CACHE", "another")
        second = answer(two := child(tmp_path / "log"))
        assert (closed(one), closed(two)) == (0, 0)
        assert first["variables"]["ETUDE_CACHE"] == "one"
        assert second["variables"]["ETUDE_CACHE"] == "another"
        assert Path(second["folder"]) == tmp_path / "elsewhere"
        assert second["interrupted"]
        assert second["terminated"]
        assert (tmp_path / "log").read_text() == "for the log\n" * 2
        assert first["server"] == second["server"]
        # Streams alone, and the server's own: neither its line to us nor another child's pipes.
        assert len(second["open"]) <= len(first["open"]) <= 4

    def test_no_two_draw_the_same(self, tmp_path: Path) -> None:
        drawn = []
        for _ in range(2):
            drawn.append(answer(forked := child(tmp_path / "log"))["draws"])
            closed(forked)
        assert not set(drawn[0]) & set(drawn[1])

    def test_what_libraries_read_when_they_are_imported_starts_another_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = answer(one := child(tmp_path / "log"))
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        second = answer(two := child(tmp_path / "log"))
        assert second["variables"]["HF_HOME"] == str(tmp_path)
        assert first["server"] != second["server"]
        assert (closed(one), closed(two)) == (0, 0)

    def test_how_it_ended(self, tmp_path: Path) -> None:
        failing = child(tmp_path / "log")
        failing.stdin.write('"fail"\n')
        failing.stdin.flush()
        assert closed(failing) == 7
        for number, end in ((signal.SIGKILL, Forked.kill), (signal.SIGTERM, Forked.terminate)):
            answer(forked := child(tmp_path / "log"), "wait")
            assert forked.poll() is None
            end(forked)
            assert closed(forked) == -number
            end(forked)  # it is gone: nobody else is hit

    def test_it_outlives_its_server(self, tmp_path: Path) -> None:
        answer(forked := child(tmp_path / "log"), "wait")
        os.kill(forked.server.process.pid, signal.SIGKILL)
        forked.server.process.wait()
        assert forked.poll() is None
        answer(other := child(tmp_path / "log"))  # of a new one
        closed(other)
        forked.kill()
        assert closed(forked) == -signal.SIGKILL


def test_a_server_that_nobody_asks_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not before its children; and the next child has a new one."""
    python(
        tmp_path,
        monkeypatch,
        WORK.replace("preloaded.USED =", "preloaded.IDLE = 0.2\npreloaded.USED ="),
    )
    answer(forked := child(tmp_path / "log"), "wait")
    first = forked.server.process
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(1.0)
    forked.kill()
    assert closed(forked) == -signal.SIGKILL
    assert first.wait(10) == 0
    second = child(tmp_path / "log")
    answer(second)
    assert closed(second) == 0
    assert second.server.process.pid != first.pid
    forkserver.stop()


def test_a_server_that_cannot_start_leaves_it_to_a_program_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(tmp_path, monkeypatch, "import sys; sys.exit('no torch here')")
    with pytest.raises(ChildDied, match="ended with code 1 without a word"):
        in_child({"do": "plan"}, tmp_path / "log", lambda *_: None)
    assert (tmp_path / "log").read_text() == "no torch here\n"


def test_no_server_beside_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nvidiactl").touch()
    monkeypatch.setattr(forkserver, "DEVICES", (str(tmp_path / "nvidiactl"),))
    assert fork(2) is None


@pytest.mark.parametrize("forking", [False, True])
def test_failures_are_told_either_way(
    forking: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not forking:
        monkeypatch.setattr("etude.child.fork", lambda log: None)
    with pytest.raises(ChildFailed, match="KeyError: 'nothing'"):
        in_child({"do": "nothing"}, tmp_path / "log", lambda *_: None)
    assert "Traceback" in (tmp_path / "log").read_text()


@pytest.mark.long
def test_forked_and_started_children_find_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = settings(tmp_path)["approaches"]["lora"]
    study = load_study(write_study(tmp_path, rows=24, approaches={"lora": tuned}))
    run(study, tmp_path / "forked", Display(quiet=True))
    monkeypatch.setattr("etude.child.fork", lambda log: None)
    run(study, tmp_path / "started", Display(quiet=True))
    forked, started = (
        read_predictions(Place(tmp_path / way, "lora", study.seed)) for way in ("forked", "started")
    )
    assert forked
    assert [replace(item, seconds=0.0) for item in forked] == [
        replace(item, seconds=0.0) for item in started
    ]
