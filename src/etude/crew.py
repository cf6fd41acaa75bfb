"""Several processes that do one task together, from the side of the command that starts them.

The first command leads: it owns the run folder, and each task is done by all processes, its own
and those of the commands that follow it (`etude.machines`). When one process fails, the others are
ended within seconds, whatever they are waiting for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Any

from etude.child import Process, in_child, in_words
from etude.config.launch import Launch
from etude.errors import ChildDied, ChildFailed, UserError
from etude.interruption import Terminated
from etude.machines import Follower, Leading, free_port
from etude.progress import Progress, silent

GRACE = 5.0  # seconds that processes have to end by themselves when one has failed
UNANSWERED = ("Timed out waiting", "Watchdog caught collective operation timeout")  # gloo, NCCL
ENDING = 120.0  # seconds that they have when they are asked to end: for a step, and to save

GOES_ON = "and the same command goes on from what is saved"

Ended = tuple[int, Exception | None]  # a process's number, and what went wrong


class Here:
    """The processes of this command; each tells `ended` when it has come to its end."""

    def __init__(self, launch: Launch, ended: Queue[Any]) -> None:
        self.launch = launch
        self.ended = ended
        self.running: list[Process] = []
        self.stopped = False
        self.lock = Lock()

    def start(
        self, task: dict[str, Any], log: Path, progress: Progress, address: str, port: int
    ) -> None:
        """Start them all; the first of all processes tells of the progress."""
        self.running, self.stopped = [], False
        launch = self.launch
        for own in range(launch.here):
            rank = launch.first + own
            environment = {
                "RANK": str(rank),
                "WORLD_SIZE": str(launch.processes),
                "LOCAL_RANK": str(launch.local + own),
                "LOCAL_WORLD_SIZE": str(launch.on_machine),
                "MASTER_ADDR": address,
                "MASTER_PORT": str(port),
                "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(threads(launch))),
                **({"CUDA_VISIBLE_DEVICES": ""} if launch.cpu else {}),
            }
            told = silent if rank else progress
            arguments = (rank, task, log, told, environment)
            Thread(target=self.follow, args=arguments, daemon=True).start()

    def follow(
        self,
        rank: int,
        task: dict[str, Any],
        log: Path,
        progress: Progress,
        environment: dict[str, str],
    ) -> None:
        """Run one process to its end and tell of it."""
        try:
            in_child(task, log, progress, self.started, environment)
        except ChildDied as error:
            who = f"process {rank + 1} of {self.launch.processes}"
            self.ended.put((rank, ChildDied(str(error).replace("the process", who, 1))))
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            self.ended.put((rank, error))
        else:
            self.ended.put((rank, None))

    def started(self, process: Process) -> None:
        """Remember a process, unless all are being ended."""
        with self.lock:
            self.running.append(process)
            if self.stopped:
                process.kill()

    def terminate(self) -> None:
        """Ask them to end; they keep what they have first."""
        for process in list(self.running):
            process.terminate()

    def kill(self) -> None:
        """End them at once."""
        with self.lock:
            self.stopped = True
            for process in self.running:
                if process.poll() is None:
                    process.kill()


class Crew:
    """All processes, ready for one task after the other."""

    def __init__(self, launch: Launch, leading: Leading | None) -> None:
        self.launch = launch
        self.leading = leading
        self.ended: Queue[Ended] = Queue()
        self.here = Here(launch, self.ended)

    def do(
        self, task: dict[str, Any], log: Path, progress: Progress, *, apart: bool = False
    ) -> None:
        """Let all processes do a task, and wait for all of them.

        Raises what the one that failed first has to say; by then all have ended. Processes that
        work `apart`, each at something of its own, are not ended when another one fails.
        """
        launch, port = self.launch, free_port()
        while not self.ended.empty():  # of a task before this one
            self.ended.get()
        followers = self.leading.followers(self.ended) if self.leading else []
        task = {**task, "launch": launch.told()}
        for follower in followers:
            follower.begin(task, log, launch.address, port)
        self.here.start(task, log, progress, launch.address, port)
        try:
            failures = self.wait(followers, apart=apart)
        except Terminated:
            self.end(followers)
            raise
        except BaseException:
            self.stop(followers)
            raise
        if failures:
            raise in_words(failures) if apart else told(failures)

    def wait(self, followers: Sequence[Follower], *, apart: bool) -> list[Exception]:
        """Wait for all processes; what went wrong in those that failed by themselves."""
        waiting, failures = set(range(self.launch.processes)), list[Exception]()
        deadline: float | None = None
        stopped = False
        while waiting:
            patience = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                rank, error = self.ended.get(timeout=patience)
            except Empty:
                if stopped:  # a machine that does not answer any more
                    break
                self.stop(followers)
                deadline, stopped = time.monotonic() + GRACE, True
                continue
            waiting.discard(rank)
            if error is not None and not stopped:
                failures.append(error)
                deadline = deadline or (None if apart else time.monotonic() + GRACE)
        return failures

    def end(self, followers: Sequence[Follower]) -> None:
        """Ask all processes to end, and wait until they have kept what they have."""
        self.here.terminate()
        for follower in followers:
            follower.tell({"event": "terminate"})
        deadline, waiting = time.monotonic() + ENDING, self.launch.processes
        while waiting and time.monotonic() < deadline:
            try:
                self.ended.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                break
            waiting -= 1
        self.stop(followers)

    def stop(self, followers: Sequence[Follower]) -> None:
        """End all processes at once."""
        self.here.kill()
        for follower in followers:
            follower.tell({"event": "stop"})


def told(failures: Sequence[Exception]) -> Exception:
    """The failure behind the others: a mistake to mend, else a death, else the first.

    A process that has lost another one, or waited for it in vain, fails as well, with words of its
    libraries.
    """
    for kind in (UserError, ChildDied, ChildFailed):
        for error in failures:
            if not isinstance(error, kind):
                continue
            if any(words in str(error) for words in UNANSWERED):
                return ChildFailed(
                    "a process lives and has not answered the others in time (ETUDE_RANK_TIMEOUT "
                    f"seconds); all were ended, {GOES_ON}"
                )
            if kind is not ChildDied:
                return error
            return ChildDied(f"{error}; the other processes were ended, {GOES_ON}")
    return failures[0]


@contextmanager
def gathering(launch: Launch | None) -> Iterator[Crew | None]:
    """The processes that a run is done with, or None where one at a time does all."""
    if launch is None:
        yield None
    elif launch.parties == 1:
        yield Crew(launch, None)
    else:
        with closing(Leading(launch)) as leading:
            yield Crew(launch, leading)


def threads(launch: Launch) -> int:
    """Threads of a process that shares the processor with the others on its machine."""
    return max(1, (os.cpu_count() or 1) // launch.on_machine)
