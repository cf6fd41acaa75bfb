"""Being asked to end (SIGTERM): at once where nothing is lost, else after the step under way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

EXIT_CODE = 128 + signal.SIGTERM  # 143, as shells count


class Terminated(BaseException):
    """The process was asked to end. No `Exception`, so that nothing on the way takes it for one."""


@dataclass(slots=True)
class _State:
    asked: bool = False
    held: bool = False


_state = _State()


@contextmanager
def listening() -> Iterator[None]:
    """Within this block SIGTERM raises `Terminated`. In a thread that gets no signals: nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _state.asked = False
    before = signal.signal(signal.SIGTERM, _hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        _state.asked = False


@contextmanager
def holding() -> Iterator[Callable[[], bool]]:
    """Within this block SIGTERM waits; gives a function that says whether there was one.

    Who holds asks between steps, keeps what it has and raises `Terminated`; at the end of the
    block it is raised in any case.
    """
    _state.held = True
    try:
        yield lambda: _state.asked
    finally:
        _state.held = False
    if _state.asked:
        raise Terminated


def _hear(number: int, frame: FrameType | None) -> None:
    del number, frame
    _state.asked = True
    if not _state.held:
        raise Terminated
