"""Child processes forked from a server that has imported torch once, so that each begins at once.

Importing torch and transformers takes seconds of processor time, and a study has a child process
for every group of approaches. The server imports them and does nothing else: it never computes, so
each child that it forks has what a fresh process has after its imports, and its own memory, its own
end and the allocator's settings of the server's start as well.

A process that has looked for a GPU must not be forked, and libraries look when they are imported.
So there is no server beside a GPU, where seconds count for less, nor on systems where forking is
not safe; `fork` then gives None, and the child is started as a program of its own. The server's own
side is `etude.preloaded`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

from etude.environment import child_environment

DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, either in WSL
LONGEST = 1 << 20  # bytes of a request or an answer
PAUSE = 0.005  # seconds between two questions whether a child has ended


class Forked:
    """A child of the server, with what is used of a `subprocess.Popen`."""

    def __init__(self, server: Server, pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.server = server
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal, or None while the child lives."""
        if self.returncode is None:
            self.returncode = self.server.ended(self.pid)
        return self.returncode

    def wait(self) -> int:
        """Wait for the end; returns the exit code."""
        while (code := self.poll()) is None:
            time.sleep(PAUSE)
        return code

    def terminate(self) -> None:
        """Ask the child to end."""
        self.signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child at once."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a child whose exit code was not asked for yet keeps its number."""
        if self.poll() is None:
            os.kill(self.pid, number)


@dataclass(slots=True, eq=False)
class Server:
    """The process that forks, from the side of who asks it to."""

    python: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    control: socket.socket
    living: set[int] = field(default_factory=set)  # children whose end nobody has asked for yet
    lock: Lock = field(default_factory=Lock)

    def fork(self, log: int, environment: Mapping[str, str]) -> Forked | None:
        """A new child that works where this process does and writes errors to `log`.

        None when the server has ended: what it could not import will be said by a child that is
        started as a program of its own.
        """
        told, answers = os.pipe(), os.pipe()
        request = {"do": "fork", "folder": str(Path.cwd()), "environment": dict(environment)}
        try:
            reply = self.ask(request, (told[0], answers[1], log))
        finally:
            os.close(told[0])
            os.close(answers[1])
        if reply is None:
            os.close(told[1])
            os.close(answers[0])
            return None
        self.living.add(reply)
        return Forked(self, reply, os.fdopen(told[1], "w"), os.fdopen(answers[0]))

    def ended(self, pid: int) -> int | None:
        """A child's exit code; None while it lives. Without the server: killed, as it was."""
        code = self.ask({"do": "poll", "pid": pid}) if self.process.poll() is None else None
        if self.process.poll() is not None and not alive(pid):
            code = -signal.SIGKILL
        if code is not None:
            self.living.discard(pid)
        return code

    def ask(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> int | None:
        """Send one request, and wait for its answer."""
        with self.lock:
            try:
                socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
                reply = self.control.recv(LONGEST)
            except OSError:
                reply = b""
        answer: int | None = json.loads(reply) if reply else None
        return answer

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether it lives, and has the Python and what libraries read of the environment."""
        same = lasting(environment) == lasting(self.environment) and self.python == sys.executable
        return same and self.process.poll() is None

    def stop(self) -> None:
        """End it, whatever it does; its children live on."""
        self.control.close()
        self.process.kill()
        self.process.wait()


_servers: list[Server] = []  # one, and those that others have not ended with yet
_starting = Lock()


def fork(log: int) -> Forked | None:
    """A child that has imported everything and will read a task, or None where there is none."""
    if sys.platform != "linux" or any(Path(device).exists() for device in DEVICES):
        return None
    environment = child_environment()
    with _starting:
        fitting = [server for server in _servers if server.fits(environment)]
        for server in _servers:
            if server not in fitting and not server.living:
                server.stop()
        _servers[:] = [server for server in _servers if server in fitting or server.living]
        if not fitting:
            fitting.append(start(environment))
            _servers.extend(fitting)
    return fitting[0].fork(log, environment)


@atexit.register
def stop() -> None:
    """End what was started for this process."""
    while _servers:
        _servers.pop().stop()


def alive(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start(environment: Mapping[str, str]) -> Server:
    """Start a server, which imports from now on."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "etude.preloaded"],
            stdin=its.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
        )
    return Server(sys.executable, environment, process, ours)


def lasting(environment: Mapping[str, str]) -> dict[str, str]:
    """What libraries may have read when they were imported: all but what is Etude's or pytest's."""
    passing = ("ETUDE_", "PYTEST_", "COLUMNS", "LINES", "PWD", "OLDPWD")
    return {name: value for name, value in environment.items() if not name.startswith(passing)}
