"""Peak memory of this process, measured rather than estimated."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

MEGABYTE = 1_000_000


def reset_peak() -> None:
    """Begin a new measurement (Linux, CUDA); elsewhere the peak is the process's own so far."""
    if (torch := sys.modules.get("torch")) is not None and torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    with contextlib.suppress(OSError):  # not Linux, or a container that forbids it
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> dict[str, float]:
    """Peak resident memory of the host and peak allocation of the device, in MB (10^6 bytes)."""
    torch = sys.modules.get("torch")  # never loaded only to be asked
    used = torch is not None and torch.cuda.is_available()
    device = torch.cuda.max_memory_allocated() if torch is not None and used else 0
    return {"host": host_peak() / MEGABYTE, "device": device / MEGABYTE}


def host_peak() -> int:
    """Peak resident bytes."""
    return of_status("VmHWM") or largest_so_far()


def resident_bytes() -> int:
    """Resident bytes now; where the system does not tell (not Linux), the peak so far."""
    return of_status("VmRSS") or largest_so_far()


def of_status(name: str) -> int | None:
    """A line of Linux's own account of this process, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(row for row in status.read_text().splitlines() if row.startswith(name))
    return int(line.split()[1]) * 1024


def largest_so_far() -> int:
    """Peak resident bytes since the process began, as every Unix knows it."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def available_bytes() -> int:
    """Bytes that this process can still take: what the system has left, or its container's limit.

    Container limits are those of control groups (version 2, then 1); files in the system's cache
    count as free.
    """
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        lines = meminfo.read_text().splitlines()
        free = int(next(row for row in lines if row.startswith("MemAvailable")).split()[1]) * 1024
    else:
        import psutil  # comes with accelerate

        free = int(psutil.virtual_memory().available)
    return min([free, *(limit - used for limit, used in container_limits())])


def container_limits() -> list[tuple[int, int]]:
    """(bytes allowed, bytes used) of the container that this process runs in, if it has a limit."""
    groups = Path("/sys/fs/cgroup")
    found = []
    for folder, limit, used in (
        (groups, "memory.max", "memory.current"),
        (groups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):  # not there, or "max"
            told = [line.split() for line in (folder / "memory.stat").read_text().splitlines()]
            cached = next((int(value) for name, value in told if name == "inactive_file"), 0)
            most = int((folder / limit).read_text())
            found.append((most, int((folder / used).read_text()) - cached))
    return found
