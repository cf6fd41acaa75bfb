"""Commands that work together: on several machines, or one for each process that torchrun starts.

The one with the first process leads (`Leading`) and the others follow (`follow`). They talk over
one TCP connection each, in JSON lines; when it breaks, both sides know that the other is gone. As
with torch's own rendezvous, whoever can reach the port is trusted: use a network of your own.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from queue import Queue
from threading import Condition, Thread
from typing import Any

from etude.config.launch import Launch
from etude.errors import ChildDied, ChildFailed, UserError

MEETING = 600.0  # seconds that commands wait for one another before the first task
RETRY = 0.5  # seconds between two attempts to reach the one that leads
LONGEST = 64_000_000  # bytes of a line: a task holds a study


class Follower:
    """A command that follows, as the leading one sees it."""

    def __init__(self, connection: socket.socket, hello: dict[str, Any]) -> None:
        self.connection = connection
        self.ranks = range(hello["first"], hello["first"] + hello["here"])
        self.name = f"{connection.getpeername()[0]} (process {self.ranks[0] + 1})"
        self.gone = False
        self.waiting: set[int] = set()
        self.ended: Queue[Any] = Queue()

    def begin(self, task: dict[str, Any], log: Path, address: str, port: int) -> None:
        """Let it do its share of a task."""
        self.waiting = set(self.ranks)
        self.tell(
            {"event": "task", "task": task, "log": str(log), "address": address, "port": port}
        )
        if self.gone:
            self.lost()

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; one that cannot be sent is one that nobody is there for."""
        try:
            send(self.connection, message)
        except OSError:
            self.gone = True

    def listen(self) -> None:
        """Pass on what it says until it is gone."""
        for message in messages(self.connection):
            if message["event"] == "ended":
                self.waiting.discard(message["rank"])
                self.ended.put((message["rank"], failure_of(message["failure"])))
        self.gone = True
        self.lost()

    def lost(self) -> None:
        """Its processes have ended with it."""
        error = ChildDied(f"the command on {self.name} is gone")
        for rank in sorted(self.waiting):
            self.ended.put((rank, error))
        self.waiting = set()


class Leading:
    """The leading command's side: it waits for those that follow, and ends them with itself."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.found: list[Follower] = []
        self.changed = Condition()
        alone = launch.on_machine == launch.processes
        try:
            self.server = socket.create_server(
                ("127.0.0.1" if alone else "", launch.port or 0), backlog=launch.parties
            )
        except OSError as error:
            raise UserError(
                f"{launch.origin}: port {launch.port} cannot be listened at ({error.strerror}): "
                "choose another one for all machines."
            ) from None
        if launch.port is None:
            ask_store(str(self.server.getsockname()[1]))
        Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Take note of who follows."""
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:  # closed
                return
            hello = next(messages(connection), None)
            fits = hello is not None and hello.get("event") == "hello"
            if hello is None or not fits or hello["about"] != about(self.launch):
                if fits:
                    send(connection, {"event": "refused", "about": about(self.launch)})
                connection.close()
                continue
            follower = Follower(connection, hello)
            with self.changed:
                self.found.append(follower)
                self.changed.notify()
            Thread(target=follower.listen, daemon=True).start()

    def followers(self, ended: Queue[Any]) -> list[Follower]:
        """All that follow, who tell `ended` from now on; waits for those that have not come yet."""
        launch = self.launch
        wanted = set(range(launch.processes)) - set(range(launch.first, launch.first + launch.here))

        def come() -> bool:
            return wanted <= {rank for item in self.found for rank in item.ranks}

        with self.changed:
            if not self.changed.wait_for(come, timeout=MEETING):
                here = launch.here + sum(len(item.ranks) for item in self.found)
                raise ChildFailed(
                    f"{launch.origin} asks for {launch.processes} processes, but after "
                    f"{MEETING:.0f} s only {here} have come: start the command on every machine"
                )
        for follower in self.found:
            follower.ended = ended
        return self.found

    def close(self) -> None:
        """Let all that follow end."""
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which closing does not
        self.server.close()
        for follower in self.found:
            follower.tell({"event": "end"})
            follower.connection.close()


def about(launch: Launch) -> list[Any]:
    """What commands that work together agree on."""
    return [launch.processes, launch.kind, version("etude")]


def join(launch: Launch) -> socket.socket:
    """The connection to the command that leads. Raises `UserError` when it is not to be found."""
    alone = launch.on_machine == launch.processes
    address = "127.0.0.1" if alone else launch.address
    port = launch.port if launch.port is not None else int(ask_store(None))
    deadline = time.monotonic() + MEETING
    while True:
        try:
            connection = socket.create_connection((address, port), timeout=10)
        except OSError as error:
            if time.monotonic() > deadline:
                raise UserError(
                    f"{launch.origin}: the first machine, {address}:{port}, was not reached in "
                    f"{MEETING:.0f} s ({error.strerror or error}): start etude run there as well."
                ) from None
            time.sleep(RETRY)
            continue
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        hello = {"event": "hello", "first": launch.first, "here": launch.here}
        send(connection, {**hello, "about": about(launch)})
        return connection


def ask_store(port: str | None) -> str:
    """Tell torchrun's store the leading command's port, or ask for it.

    In a process of its own: it takes torch to talk to the store.
    """
    command = [sys.executable, "-m", "etude.meeting", *([port] if port else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UserError("torchrun's store was not reached: start the processes with torchrun.")
    return done.stdout.strip()


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """One message, a line."""
    connection.sendall(json.dumps(message).encode() + b"\n")


def messages(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Messages as they come, until the connection ends or holds something else."""
    with connection.makefile("rb") as lines:
        while True:
            try:
                line = lines.readline(LONGEST)
                message = json.loads(line) if line.endswith(b"\n") else None
            except (OSError, ValueError):
                return
            if not isinstance(message, dict):
                return
            yield message


def failure_in_words(error: Exception | None) -> dict[str, str] | None:
    """What went wrong, as it is sent."""
    return None if error is None else {"kind": type(error).__name__, "message": str(error)}


def failure_of(told: dict[str, str] | None) -> Exception | None:
    """What went wrong, as it was sent."""
    if told is None:
        return None
    kinds = {"UserError": UserError, "ChildDied": ChildDied}
    return kinds.get(told["kind"], ChildFailed)(told["message"])


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("", 0)) as server:
        return int(server.getsockname()[1])
