"""What all commands share: the run folder they are given, the display, how they end."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.errors import UserError

if TYPE_CHECKING:
    from etude.display import Display


def run_folder(folder: Path) -> Path:
    """A run folder that is there."""
    if not (folder / "study.yaml").exists():
        raise UserError(
            f"{folder} is no run folder (it holds no study.yaml): name one that `etude run` made."
        )
    return folder


def display_of(options: argparse.Namespace) -> Display:
    """Quiet when asked, or when the output is JSON."""
    from etude.display import Display

    return Display(quiet=options.quiet or options.json)


def finish(
    options: argparse.Namespace,
    contents: dict[str, Any],
    path: Path | None,
    view: Callable[[], None] = lambda: None,
) -> int:
    """Print the whole as one JSON object; or the view, and the path of what was made last."""
    try:
        if options.json:
            made = {"path": str(path)} if path is not None else {}
            print(json.dumps({**contents, **made}, ensure_ascii=False))
        else:
            if not options.quiet or path is None:
                view()
            if path is not None:
                print(path)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough (`etude look X | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
