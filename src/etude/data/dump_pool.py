"""The pieces of a dump, read by several processes at once, in the order of the dump.

Workers are processes of their own that are told what to read over a pipe. A worker ends when its
pipe does, so that none is left behind, however this process ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from etude.data.dump_file import Piece, pieces
from etude.data.dump_talk import part_told, receive, send
from etude.data.dump_work import Dump, Part, part_of
from etude.errors import ChildDied, UserError

AHEAD = 2  # pieces in hand for each worker
SMALL = 1 << 20  # bytes of a file that is not worth a worker's start
# A worker is not `-m etude.data.dump_worker`: the room's own `__init__` loads half a second of what
# a worker never uses, so that here an empty one stands in its place.
START = """
import sys, types
package = types.ModuleType("etude.data")
package.__path__ = [sys.argv[1]]
sys.modules["etude.data"] = package
from etude.data.dump_worker import main
main()
"""


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_for(dump: Dump, workers: int | None) -> int:
    """How many processes read: as many as asked for, or one for each core."""
    if workers is not None:
        return max(1, workers)
    return cores() if dump.file.size > SMALL else 1


def parts(dump: Dump, start: int, workers: int) -> Generator[tuple[Piece, Part]]:
    """Every piece from a place on with what is in it, in order, a few of them in memory."""
    if workers == 1:
        for piece in pieces(dump.file, start):
            yield piece, part_of(dump, piece)
        return
    crew = [Worker(dump) for _ in range(workers)]
    free: SimpleQueue[Worker] = SimpleQueue()
    for worker in crew:
        free.put(worker)

    def do(piece: Piece) -> Part:
        worker = free.get()
        try:
            return worker.read(piece)
        finally:
            free.put(worker)

    waiting: deque[tuple[Piece, Future[Part]]] = deque()
    problem: UserError | None = None
    threads = ThreadPoolExecutor(workers)
    try:
        todo = pieces(dump.file, start)
        while True:
            while problem is None and len(waiting) < AHEAD * workers:
                try:
                    ahead = next(todo, None)
                except UserError as error:
                    problem = error  # of a place further on: what stands before it comes first
                    break
                if ahead is None:
                    break
                waiting.append((ahead, threads.submit(do, ahead)))
            if not waiting:
                break
            piece, future = waiting.popleft()
            yield piece, future.result()
        if problem is not None:
            raise problem
    finally:
        for worker in crew:
            worker.end()
        threads.shutdown(wait=True, cancel_futures=True)


def environment() -> dict[str, str]:
    """A worker's own: it finds this very package, and takes no memory before it needs it."""
    package = str(Path(__file__).parents[2])
    search = filter(None, (package, os.environ.get("PYTHONPATH")))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(search), "GLIBC_TUNABLES": ""}


class Worker:
    """A process that reads pieces of one dump."""

    def __init__(self, dump: Dump) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, str(Path(__file__).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert self.process.stdin is not None  # noqa: S101 - asked for above
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        self.asked: IO[bytes] = self.process.stdin
        self.told: IO[bytes] = self.process.stdout
        self.path = dump.path
        self.opening = dump.to_json()

    def read(self, piece: Piece) -> Part:
        """What is in a piece; UserError where it cannot be read."""
        try:
            if self.opening:
                send(self.asked, self.opening)
                self.opening = {}
            send(
                self.asked,
                {"piece": [piece.start, piece.end, piece.done, piece.blocks]},
                piece.data,
            )
            answer = receive(self.told)
        except (OSError, ValueError):  # the pipe is gone
            answer = None
        if answer is None:
            raise ChildDied(
                f"a process that read {self.path} ended without a word (out of memory, most "
                "likely): the same command goes on where it stopped"
            )
        return part_told(*answer)

    def end(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.asked, self.told):
            try:
                pipe.close()
            except OSError:  # what was still to be written to it
                continue
