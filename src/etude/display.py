"""What the user sees while Etude works: one quiet display, and the same in the run's log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from etude.progress import Progress, silent

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

    def say(self, text: str) -> None:
        """A line that stays."""
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
        if not self.quiet:
            from rich.console import Console

            Console(stderr=True, highlight=False).print(text, markup=False)

    @contextmanager
    def working(self, title: str) -> Iterator[Progress]:
        """A long step: its parts are shown with rate and remaining time, one bar at a time."""
        started = time.monotonic()
        if self.quiet:
            yield silent
        else:
            yield from self.bars(title)
        self.say(f"{title}: {duration(time.monotonic() - started)}")

    def bars(self, title: str) -> Iterator[Progress]:
        """The step on a terminal. Elsewhere (a file, a pipe) rich draws nothing until the end."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            rate_column(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}", style="dim"),
        )
        with Bars(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(what: str, done: int, total: int, note: str) -> None:
                if what not in tasks:
                    for other in tasks.values():
                        bars.update(other, visible=False)
                    tasks[what] = bars.add_task(f"{title}: {what}", total=total, note="")
                task = tasks[what]
                bars.update(task, completed=done, total=total, visible=True)
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
            return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")

    return Rate()


def duration(seconds: float) -> str:
    """Seconds in words that fit their size."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
