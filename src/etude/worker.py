"""The child's side of `etude.child`: reads one task, does it, and tells how it goes.

When the parent dies, however it dies, this process's standard input ends and the process ends
with it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from typing import Any, TextIO

from etude.environment import cache_refused
from etude.errors import UserError, disk_full
from etude.interruption import EXIT_CODE, Terminated, listening
from etude.progress import Progress


def main() -> None:
    """Do the task that standard input names."""
    events = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the log
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=die_with_parent, daemon=True).start()

    def progress(what: str, done: int, total: int, note: str) -> None:
        tell(
            events, {"event": "progress", "what": what, "done": done, "total": total, "note": note}
        )

    try:
        with listening():
            TASKS[task["do"]](task, progress)
    except Terminated:
        sys.stderr.flush()
        os._exit(EXIT_CODE)
    except UserError as error:
        fail(events, str(error), user=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        if (sentence := disk_full(error) or cache_refused(error)) is not None:
            fail(events, sentence, user=True)
        fail(events, f"{type(error).__name__}: {error}", user=False)


def plan(task: dict[str, Any], progress: Progress) -> None:
    """`etude.plan.make_plan`, imported late: the parent never loads torch."""
    from etude.plan import make_plan

    make_plan(task, progress)


def attempt(task: dict[str, Any], progress: Progress) -> None:
    """`etude.study.try_together`, imported late for the same reason."""
    from etude.study import try_together

    try_together(task, progress)


def search(task: dict[str, Any], progress: Progress) -> None:
    """`etude.approaches.search.search_settings`, imported late likewise."""
    from etude.approaches.search import search_settings

    search_settings(task, progress)


def retrieve(task: dict[str, Any], progress: Progress) -> None:
    """`etude.approaches.retrieving.retrieve`, imported late likewise."""
    from etude.approaches.retrieving import retrieve as find_passages

    find_passages(task, progress)


def embed(task: dict[str, Any], progress: Progress) -> None:
    """`etude.engine.embed.embed`, imported late likewise."""
    from etude.engine.embed import embed as encode

    encode(task, progress)


def benchmark(task: dict[str, Any], progress: Progress) -> None:
    """`etude.benchmarks.run.score_weights`, imported late likewise."""
    from etude.benchmarks.run import score_weights

    score_weights(task, progress)


def measure_text(task: dict[str, Any], progress: Progress) -> None:
    """`etude.approaches.general.measure_missing`, imported late likewise."""
    from etude.approaches.general import measure_missing

    measure_missing(task, progress)


TASKS = {
    "plan": plan,
    "try": attempt,
    "search": search,
    "retrieve": retrieve,
    "general text": measure_text,
    "embed": embed,
    "benchmark": benchmark,
}


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
