"""Which processes work for a command (Linux)."""

from __future__ import annotations

import subprocess
from pathlib import Path


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Process ids of who works for it: what its children have forked, or they themselves."""
    return [leaf for child in children(process.pid) for leaf in children(child) or [child]]


def children(process: int) -> list[int]:
    """Process ids of its children, whichever of its threads started them."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for listed in threads for child in listed.read_text().split()]
