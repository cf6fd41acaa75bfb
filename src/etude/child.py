"""A process of its own for approaches that share weights.

So peak memory is theirs alone, allocator settings can be set before the start, a crash takes one
group down and not the study, and the next begins clean. The child gets its task as one JSON line
on standard input and tells what it does as JSON lines on standard output; whatever libraries
print goes to the run's log. The child's own side is `etude.worker`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any

from etude.environment import child_environment
from etude.errors import ChildDied, ChildFailed, UserError
from etude.forkserver import Forked, fork
from etude.interruption import EXIT_CODE, Terminated
from etude.progress import Progress

Process = subprocess.Popen[str] | Forked


def in_child(
    task: dict[str, Any],
    log: Path,
    progress: Progress,
    started: Callable[[Process], None] = lambda _: None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a task (`do` names one of `etude.worker.TASKS`) in a new process and wait for it.

    `started` hears of the process; `environment` is added to its own. Raises `UserError` for a
    user's mistake and `ChildFailed` for anything else. When this process is asked to end, so is
    the child, which keeps what it has first.
    """
    with log.open("ab") as errors:
        child: Process = (None if environment else fork(errors.fileno())) or spawn(
            errors, environment or {}
        )
        started(child)
        assert child.stdin is not None  # noqa: S101 - asked for above
        assert child.stdout is not None  # noqa: S101 - asked for above
        try:
            child.stdin.write(json.dumps(task) + "\n")
            child.stdin.flush()
            failure = follow(child.stdout, progress)
            code = child.wait()
        except Terminated:
            child.terminate()
            child.wait()
            raise
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
            child.stdin.close()
            child.stdout.close()
    if failure is not None and failure["user"]:
        raise UserError(failure["message"])
    if failure is not None:
        raise ChildFailed(failure["message"])
    if code != 0:
        raise ChildDied(died(code))


def spawn(errors: IO[bytes], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the child's side as a program of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "etude.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**child_environment(), **environment},
    )


def in_children(tasks: Sequence[dict[str, Any]], log: Path, progress: Progress) -> None:
    """Run several tasks at once, a process each, and wait for all of them.

    Raises the first of their failures when all have ended, one with words if there is; whatever
    interrupts the waiting ends them all.
    """
    lock, failures = Lock(), list[Exception]()
    running: list[Process] = []

    def one_at_a_time(what: str, done: int, total: int, note: str) -> None:
        with lock:
            progress(what, done, total, note)

    def follow_one(task: dict[str, Any]) -> None:
        try:
            in_child(task, log, one_at_a_time, running.append)
        except (ChildFailed, UserError) as error:
            failures.append(error)

    threads = [Thread(target=follow_one, args=(task,), daemon=True) for task in tasks]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except Terminated:
        for child in running:
            child.terminate()
        for child in running:
            child.wait()
        raise
    finally:
        for child in running:
            if child.poll() is None:
                child.kill()
    if failures:
        raise in_words(failures)


def in_words(failures: Sequence[Exception]) -> Exception:
    """The first failure that has words, where one has; of processes that work side by side."""
    return next((item for item in failures if not isinstance(item, ChildDied)), failures[0])


def follow(output: IO[str], progress: Progress) -> dict[str, Any] | None:
    """Pass on the child's progress; returns what it said of its failure, if it did."""
    failure = None
    for line in output:
        event = json.loads(line)
        if event["event"] == "progress":
            progress(event["what"], event["done"], event["total"], event["note"])
        else:
            failure = event
    return failure


def died(code: int) -> str:
    """What an exit code without a word means."""
    if code == -9:
        return (
            "the process was killed (out of memory, most likely): use smaller batches, or "
            "batch_size: auto"
        )
    if code == EXIT_CODE:
        return "the process was asked to end (SIGTERM) and has kept what it had: run it again"
    return f"the process ended with code {code} without a word"
