"""A process of its own for approaches that share weights.

So peak memory is theirs alone, allocator settings can be set before the start, a crash takes one
group down and not the study, and the next begins clean. The child gets its task as one JSON line
on standard input and tells what it does as JSON lines on standard output; whatever libraries
print goes to the run's log. When the parent dies, however it dies, the child's standard input
ends and the child ends with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any, TextIO

from etude.environment import child_environment
from etude.errors import ChildFailed, UserError
from etude.progress import Progress


def in_child(task: dict[str, Any], log: Path, progress: Progress) -> None:
    """Run a task (one of `TASKS`) in a new process and wait for it.

    Raises `UserError` for a user's mistake and `ChildFailed` for anything else.
    """
    command = [sys.executable, "-m", "etude.child"]
    with log.open("ab") as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=child_environment(),
        )
        assert child.stdin is not None  # noqa: S101 - asked for above
        assert child.stdout is not None  # noqa: S101 - asked for above
        try:
            child.stdin.write(json.dumps(task) + "\n")
            child.stdin.flush()
            failure = follow(child.stdout, progress)
            code = child.wait()
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
            child.stdin.close()
            child.stdout.close()
    if failure is not None and failure["user"]:
        raise UserError(failure["message"])
    if failure is not None or code != 0:
        raise ChildFailed(failure["message"] if failure else died(code))


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
        return "the process was killed (out of memory, most likely): use smaller batches"
    return f"the process ended with code {code} without a word"


def main() -> None:
    """The child's side."""
    events = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the log
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=die_with_parent, daemon=True).start()

    def progress(what: str, done: int, total: int, note: str) -> None:
        tell(
            events, {"event": "progress", "what": what, "done": done, "total": total, "note": note}
        )

    try:
        TASKS[task["do"]](task, progress)
    except UserError as error:
        fail(events, str(error), user=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        fail(events, f"{type(error).__name__}: {error}", user=False)


def plan(task: dict[str, Any], progress: Progress) -> None:
    """`etude.plan.make_plan`, imported late: the parent never loads torch."""
    from etude.plan import make_plan

    make_plan(task, progress)


def attempt(task: dict[str, Any], progress: Progress) -> None:
    """`etude.study.try_together`, imported late for the same reason."""
    from etude.study import try_together

    try_together(task, progress)


TASKS = {"plan": plan, "try": attempt}


def die_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open, and end at once."""
    os.read(0, 1)  # not through sys.stdin, whose lock this thread would hold at the end
    os._exit(1)


def fail(events: TextIO, message: str, *, user: bool) -> None:
    """Tell the parent and end."""
    tell(events, {"event": "failed", "message": message, "user": user})
    sys.stderr.flush()
    os._exit(1)


def tell(events: TextIO, event: dict[str, Any]) -> None:
    """Write one event."""
    events.write(json.dumps(event) + "\n")
    events.flush()


if __name__ == "__main__":
    main()
