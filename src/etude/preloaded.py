"""The server's side of `etude.forkserver`: import everything once, then fork whenever asked."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from etude.forkserver import LONGEST
from etude.worker import main as work

IDLE = 120.0  # seconds without a child after which memory is given back
USED = (
    "peft",
    "pyarrow.parquet",
    "tokenizers",
    "etude.approaches.build",
    "etude.approaches.general",
    "etude.plan",
    "etude.study",
)


def main() -> None:
    """The server: import, then fork whenever asked, until nobody asks any more."""
    control = socket.socket(fileno=os.dup(0))
    for number in (signal.SIGINT, signal.SIGTERM):  # for its children; it ends with who started it
        signal.signal(number, signal.SIG_IGN)
    import_all()
    gc.collect()
    gc.freeze()  # so that no collection in a child writes to what is shared
    control.settimeout(IDLE)
    living = 0
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, LONGEST, 3)
        except TimeoutError:
            if living:
                continue
            return
        if not message:
            return
        request = json.loads(message)
        if request["do"] == "poll":
            pid, status = os.waitpid(request["pid"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
            living -= bool(pid)
        else:
            answer = os.fork()
            if answer == 0:
                control.close()
                become(request, descriptors)
                return
            living += 1
            for descriptor in descriptors:
                os.close(descriptor)
        control.send(json.dumps(answer).encode())


def import_all() -> None:
    """What nearly every task imports, at once or when it comes to it."""
    for name in USED:
        import_module(name)


def become(request: dict[str, Any], descriptors: Sequence[int]) -> None:
    """In a new child: take its streams, folder, environment and signals, and do its task."""
    import numpy

    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    numpy.random.seed()  # who draws unseeded must not draw what its siblings do
    work()


if __name__ == "__main__":
    main()
