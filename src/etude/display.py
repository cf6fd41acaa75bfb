"""What the user sees while Etude works: one quiet display, and the same in the run's log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from etude.progress import LONG, Progress, duration, now_and_then, silent, so_far

if TYPE_CHECKING:
    from rich.progress import ProgressColumn, Task, TaskID
    from rich.text import Text


class Display:
    """Progress on standard error (so that standard output stays for results), lines in a log.

    `quiet` says nothing on the screen; the log is written all the same.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.log: Path | None = None

    def log_to(self, path: Path) -> None:
        """Keep what is said from now on in a file as well."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.log = path

    def write(self, text: str) -> None:
        """A line in the log."""
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    def say(self, text: str) -> None:
        """A line that stays, here and in the log."""
        self.write(text)
        if not self.quiet:
            from rich.console import Console

            Console(stderr=True, highlight=False).print(text, markup=False)

    @contextmanager
    def working(self, title: str) -> Iterator[Progress]:
        """A long step: its parts are shown with rate and remaining time.

        A terminal shows bars. The log, and standard error where that is no terminal, get a line
        now and then instead.
        """
        started = time.monotonic()
        with self.bars(title) as drawn:
            line = self.say if drawn is silent else self.write
            told = now_and_then(title, line)

            def progress(what: str, done: int, total: int, note: str) -> None:
                drawn(what, done, total, note)
                told(what, done, total, note)

            yield progress
        self.say(f"{title}: {duration(time.monotonic() - started)}")

    @contextmanager
    def bars(self, title: str) -> Iterator[Progress]:
        """The step on a terminal; `silent` elsewhere (a file, a pipe), and where all is quiet."""
        if self.quiet:  # nor need rich be loaded
            yield silent
            return
        from rich.console import Console

        console = Console(stderr=True)
        if not console.is_terminal:
            yield silent
            return
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[so_far]}"),
            rate_column(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}", style="dim"),
        )
        with Bars(*columns, console=console, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(what: str, done: int, total: int, note: str) -> None:
                if what not in tasks:
                    for other in tasks.values():
                        bars.update(other, visible=False)
                    tasks[what] = bars.add_task(
                        f"{title}: {what}", total=total or None, note="", so_far=""
                    )
                task = tasks[what]
                shown = so_far(done, total)
                bars.update(task, completed=done, total=total or None, visible=True, so_far=shown)
                if note:
                    bars.update(task, note=note)

            yield progress


def rate_column() -> ProgressColumn:
    """Units per second, or seconds per unit where they are slow."""
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            if not speed:
                return Text("")
            if speed >= LONG:
                return Text(f"{speed / LONG:.1f} M/s")
            return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")

    return Rate()
