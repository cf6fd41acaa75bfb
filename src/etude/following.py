"""A command that follows: it does its share of every task that the leading one gives out."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from etude.config.launch import Launch
from etude.crew import ENDING, Here
from etude.display import Display
from etude.errors import ChildFailed, UserError
from etude.interruption import Terminated
from etude.machines import failure_in_words, join, messages, send
from etude.progress import silent

GONE = {"event": "gone"}


def follow(launch: Launch, display: Display) -> None:
    """Work until the leading command has ended. Raises `ChildFailed` when it is gone before."""
    first, last = launch.first + 1, launch.first + launch.here
    which = f"process {first}" if first == last else f"processes {first} to {last}"
    display.say(f"This command does the work of {which} of {launch.processes}; the first reports.")
    events: Queue[Any] = Queue()
    with join(launch) as connection:
        Thread(target=listen, args=(connection, events), daemon=True).start()
        here = Here(launch, events)
        try:
            serve(connection, events, here)
        except Terminated:
            here.terminate()
            wait_for_end(here)
            raise
        finally:
            here.kill()


def listen(connection: socket.socket, events: Queue[Any]) -> None:
    """Pass on what the leading command says, and that it is gone."""
    for message in messages(connection):
        events.put(message)
    events.put(GONE)


def serve(connection: socket.socket, events: Queue[Any], here: Here) -> None:
    """Do what is said, and tell of processes that have ended."""
    while True:
        event = events.get()
        if isinstance(event, tuple):
            rank, error = event
            failure = failure_in_words(error)
            send(connection, {"event": "ended", "rank": rank, "failure": failure})
            continue
        match event["event"]:
            case "task":
                place = (event["address"], event["port"])
                here.start(event["task"], Path(event["log"]), silent, *place)
            case "terminate":
                here.terminate()
            case "stop":
                here.kill()
            case "end":
                return
            case "refused":
                processes, kind, version = event["about"]
                raise UserError(
                    f"The first machine runs {processes} processes ({kind}) of etude {version}, "
                    "and this one something else: use the same configuration and version on all."
                )
            case _:
                raise ChildFailed("The first command is gone, so this one ends as well")


def wait_for_end(here: Here) -> None:
    """Wait until the processes have kept what they have; not for ever."""
    deadline = time.monotonic() + ENDING
    for process in here.running:
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
