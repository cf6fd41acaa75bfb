"""Asked to end, a full disk: what is said, and what is kept."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude import cli
from etude.child import died, in_children
from etude.config.tuning import Lora, Tune
from etude.errors import UserError, disk_full
from etude.interruption import EXIT_CODE, Terminated, holding, listening
from etude.store import appending, read_lines, write_atomically
from etude.training import history
from etude.training import train as training
from etude.training.checkpoint import read_position
from etude.training.methods import prepare
from etude.training.run import Run, restore
from etude.training.train import train

pytestmark = models.peft_asks_by_an_old_name
TUNE = Tune(method=Lora(r=4, dropout=0.2), batch_size=4, epochs=2, log_steps=1, save_seconds=1e9)


def run_of(tune: Tune = TUNE) -> Run:
    network = models.loaded(models.folder_of("llama")).model
    return models.run_of(prepare(network, tune.method, 7), tune)


def ask_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


# SIGTERM


def test_at_once_where_nothing_is_held() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), listening():
        ask_to_end()
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_holds_is_asked_and_ends_by_itself() -> None:
    done = []

    def work() -> None:
        with listening(), holding() as asked:
            assert not asked()
            ask_to_end()
            done.append("the step under way")
            assert asked()

    with pytest.raises(Terminated):
        work()
    assert done == ["the step under way"]
    with listening(), holding() as asked:
        assert not asked()  # that was another time


def test_no_except_takes_it_for_an_error() -> None:
    assert not issubclass(Terminated, Exception)


def test_a_thread_gets_no_signals() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def work() -> None:
        with listening():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_run_that_is_asked_to_end_keeps_every_step(tmp_path: Path) -> None:
    whole = run_of()
    expected = models.tuned(whole, tmp_path / "whole")
    assert not (tmp_path / "whole" / "checkpoint.safetensors").exists()  # none is due by time

    def end_in_step_five(what: str, done: int, total: int, note: str) -> None:
        if done == 4:
            ask_to_end()

    with pytest.raises(Terminated), listening():
        models.tuned(run_of(), tmp_path / "part", end_in_step_five)
    assert read_position(tmp_path / "part" / "checkpoint.safetensors")["step"] == 5
    last = run_of()
    seen: list[int] = []
    assert models.tuned(last, tmp_path / "part", lambda _, done, *__: seen.append(done)) == expected
    assert seen[0] == 5  # nothing is done again
    for name, item in last.parameters.items():
        assert torch.equal(item, whole.parameters[name])


def test_the_command_line_ends_with_143(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(options: Any) -> int:
        ask_to_end()
        return 0

    verb = cli.VERBS["new"]
    monkeypatch.setitem(cli.VERBS, "new", type(verb)(asked, *list_of(verb)[1:]))
    assert cli.main(["new"]) == 143 == EXIT_CODE
    assert capsys.readouterr().err == (
        "etude: Ended as asked (SIGTERM). The same command goes on where this one stopped.\n"
    )


def list_of(verb: Any) -> list[Any]:
    from dataclasses import fields

    return [getattr(verb, field.name) for field in fields(verb)]


def test_what_is_said_of_a_child_that_was_asked_to_end() -> None:
    assert died(143) == (
        "the process was asked to end (SIGTERM) and has kept what it had: run it again"
    )


# A full disk


FULL = OSError(errno.ENOSPC, "No space left on device")


def said(path: Any) -> str:
    return (
        f"The disk is full: {path} could not be written (what was there before is kept): free some "
        "space, and the same command goes on where this one stopped."
    )


def test_what_a_full_disk_looks_like() -> None:
    assert disk_full(FULL, Path("x")) == said("x")
    assert disk_full(OSError(errno.EDQUOT, "Disk quota exceeded", "y")) == said("y")
    assert disk_full(RuntimeError("I/O error: No space left on device (os error 28)")) == said(
        "a file"
    )
    searching = sqlite3.OperationalError("database or disk is full")
    assert disk_full(searching) == said("a file")
    committing = RuntimeError("An exception is raised during the commit.")
    committing.__cause__ = searching  # as Optuna tells of it
    assert disk_full(committing) == said("a file")
    assert disk_full(OSError(errno.EACCES, "Permission denied")) is None
    assert disk_full(RuntimeError("another")) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full (Linux)")
def test_a_file_that_grows_is_named_where_the_disk_is_full() -> None:
    with pytest.raises(OSError, match="No space") as full, appending(Path("/dev/full")) as file:
        file.write(b"a row\n")
    assert disk_full(full.value) == said("/dev/full")


def test_rows_are_on_the_disk_before_a_checkpoint_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, counted, real = list[int](), list[int](), training.save

    def save(run: Run, path: Path) -> None:
        counted.append(run.position.history_rows)
        real(run, path)

    monkeypatch.setattr(history, "sync", lambda path: kept.append(len(read_lines(path))))
    monkeypatch.setattr(training, "save", save)
    models.tuned(run_of(TUNE.model_copy(update={"save_seconds": 0})), tmp_path)
    assert kept == counted
    assert len(counted) > 5


@pytest.mark.parametrize("at", ["write", "sync"])
def test_an_atomic_write_leaves_what_was_there(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, "before")

    def full(*_: Any, **__: Any) -> None:
        raise FULL

    if at == "sync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError) as refusal:
        write_atomically(path, "after")
    monkeypatch.undo()
    assert str(refusal.value) == said(path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_fills_up_in_training_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = TUNE.model_copy(update={"save_seconds": 0})
    whole = run_of(always)
    expected = models.tuned(whole, tmp_path / "whole")
    real, written = os.fsync, []

    def full_in_the_end(handle: int) -> None:
        written.append(handle)
        if len(written) > 12:
            raise FULL
        real(handle)

    monkeypatch.setattr(os, "fsync", full_in_the_end)
    with pytest.raises(UserError) as refusal:
        models.tuned(run_of(always), tmp_path / "part")
    monkeypatch.undo()
    checkpoint = tmp_path / "part" / "checkpoint.safetensors"
    assert str(refusal.value) == said(checkpoint)
    step = read_position(checkpoint)["step"]
    assert 0 < step < whole.total_steps
    last = run_of(always)
    assert models.tuned(last, tmp_path / "part") == expected
    for name, item in last.parameters.items():
        assert torch.equal(item, whole.parameters[name])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can only be mounted with the rights to do so")
    yield folder
    command = ["umount", "-l", str(folder)]  # tensors may still be mapped from it
    subprocess.run(command, check=True, capture_output=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    always = TUNE.model_copy(update={"save_seconds": 0})
    checkpoint, history = small_disk / "checkpoint.safetensors", small_disk / "history.jsonl"
    steps: list[int] = []

    def fill(what: str, done: int, total: int, note: str) -> None:
        steps.append(done)
        if done == 4:
            left = os.statvfs(small_disk)
            filler = b"x" * (left.f_bavail * left.f_bsize - checkpoint.stat().st_size // 2)
            (small_disk / "filler").write_bytes(filler)

    with pytest.raises(UserError) as refusal:
        train(run_of(always), checkpoint, history, [], fill)
    assert str(refusal.value) == said(checkpoint)
    assert steps[-1] == 4
    kept = run_of()
    restore(kept, checkpoint)
    assert kept.position.step == 4
    (small_disk / "filler").unlink()
    last = run_of()
    train(last, checkpoint, history, [], lambda *_: None)
    whole = run_of()
    models.tuned(whole, small_disk.parent / "whole")
    for name, item in last.parameters.items():
        assert torch.equal(item, whole.parameters[name])


WORKER = """
import json, pathlib, signal, sys, time
task = json.loads(sys.stdin.readline())
def keep(*_):
    pathlib.Path(task["keeps"]).write_text("what there was")
    sys.exit(143)
signal.signal(signal.SIGTERM, keep)
event = {"event": "progress", "what": "trying", "done": 0, "total": 1, "note": ""}
print(json.dumps(event), flush=True)
time.sleep(60)
"""


# The same, forked by a server that imports nothing.
FORKED = f"""
from etude import preloaded
preloaded.USED = ()
preloaded.work = lambda: exec({WORKER!r}, {{}})
preloaded.main()
"""


@pytest.mark.parametrize("forking", [False, True])
def test_several_children_are_all_asked_to_end(
    forking: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "worker.py").write_text(FORKED if forking else WORKER)
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} {tmp_path / 'worker.py'}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    if not forking:
        monkeypatch.setattr("etude.child.fork", lambda log: None)
    files = [tmp_path / "one", tmp_path / "two"]
    heard: list[str] = []

    def progress(what: str, done: int, total: int, note: str) -> None:
        heard.append(what)
        if len(heard) == len(files):
            ask_to_end()

    with pytest.raises(Terminated), listening():
        in_children([{"keeps": str(file)} for file in files], tmp_path / "log", progress)
    assert [file.read_text() for file in files] == ["what there was"] * 2


def test_being_asked_is_forgotten_with_the_listening() -> None:
    with pytest.raises(Terminated), listening():
        ask_to_end()
    with holding() as asked:
        assert not asked()
