"""The pieces of a dump, read by several processes at once, in the order of the dump.

Workers are processes of their own that are told what to read over a pipe. A worker ends when its
pipe does, so that none is left behind, however this process ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, Any

from etude.data.dump_file import Piece, pieces
from etude.data.dump_work import Counts, Dump, Part, Rows, part_of
from etude.environment import child_environment
from etude.errors import ChildDied, UserError

AHEAD = 2  # pieces in hand for each worker
SMALL = 1 << 20  # bytes of a file that is not worth a worker's start


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_for(dump: Dump, workers: int | None) -> int:
    """How many processes read: as many as asked for, or one for each core."""
    if workers is not None:
        return max(1, workers)
    return cores() if dump.file.size > SMALL else 1


def parts(dump: Dump, start: int, workers: int) -> Iterator[tuple[Piece, Part]]:
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
                    piece = next(todo, None)
                except (
                    UserError
                ) as error:  # of a place further on: what stands before it comes first
                    problem = error
                    break
                if piece is None:
                    break
                waiting.append((piece, threads.submit(do, piece)))
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


class Worker:
    """A process that reads pieces of one dump."""

    def __init__(self, dump: Dump) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "etude.data.dump_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**child_environment(), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
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


def send(pipe: IO[bytes], message: dict[str, Any], *contents: bytes | None) -> None:
    """A line of JSON, and bytes behind it."""
    lengths = [-1 if content is None else len(content) for content in contents]
    pipe.write(json.dumps({**message, "lengths": lengths}).encode() + b"\n")
    for content in contents:
        if content:
            pipe.write(content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes | None]] | None:
    """What `send` has sent; None where the other side has gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None
    message: dict[str, Any] = json.loads(line)
    contents = [None if length < 0 else pipe.read(length) for length in message["lengths"]]
    for content, length in zip(contents, message["lengths"], strict=True):
        if content is not None and len(content) < length:
            return None
    return message, contents


def tell_part(pipe: IO[bytes], part: Part) -> None:
    """A worker's answer."""
    rows = part.rows
    message = {"whole": part.whole, "redirects": rows.redirects, "counts": asdict(rows.counts)}
    send(pipe, message, part.head, part.tail, b"\n".join(rows.articles))


def part_told(message: dict[str, Any], contents: list[bytes | None]) -> Part:
    """A worker's answer, as it was."""
    if "error" in message:
        raise UserError(message["error"])
    head, tail, lines = (content or b"" for content in contents)
    articles = lines.split(b"\n") if lines else []
    redirects = [(name, title) for name, title in message["redirects"]]
    rows = Rows(articles, redirects, Counts(**message["counts"]))
    return Part(head, tail, message["whole"], rows)
