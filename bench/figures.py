"""What every benchmark needs: a process of its own per measurement, rows with their conditions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from etude.environment import child_environment, machine
from work import Job

HERE = Path(__file__).parent
VERSIONS = ("etude", "torch", "transformers", "peft", "accelerate", "trl", "bitsandbytes")
SCRIPTS = {
    "ours": "ours.py",
    "trl": "peer_trl.py",
    "trainer": "peer_trainer.py",
    "llamafactory": "peer_llamafactory.py",
    "unsloth": "peer_unsloth.py",
}


class Failed(Exception):
    """A measurement's process ended without figures; the message is its last words."""


def conditions(**more: Any) -> dict[str, Any]:
    """What a figure depends on."""
    return {
        "machine": machine(),
        "load": round(os.getloadavg()[0], 2),
        "date": time.strftime("%Y-%m-%d"),
        "versions": versions(),
        **more,
    }


def versions(names: Sequence[str] = VERSIONS) -> dict[str, str]:
    """Versions of what is installed of these."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an optional one; a tool that is measured without it fails and says so
    return found


def fast_type() -> str:
    """bf16 where the processor multiplies it natively, fp32 elsewhere."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "fp32"
    return "bf16" if "amx_bf16" in flags or "avx512_bf16" in flags else "fp32"


def measure(
    job: Job, *, python: str = sys.executable, threads: int | None = None
) -> dict[str, Any]:
    """What the script of a job's tool prints last, run in a process of its own.

    Etude's process gets the allocator settings that Etude gives its children; a peer's gets the
    environment as it is. Raises `Failed`.
    """
    ours = job.tool == "ours"
    environment = child_environment() if ours else dict(os.environ)
    environment["HF_HUB_OFFLINE"] = "1"
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    if python != sys.executable:  # another environment, which has no Etude: only its source
        environment["PYTHONPATH"] = str(HERE.parent / "src")
    command = [python, str(HERE / SCRIPTS[job.tool]), job.to_json()]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise Failed(f"{SCRIPTS[job.tool]} failed:\n{(done.stderr or done.stdout)[-3000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def interleaved(
    jobs: Mapping[str, Job],
    repeats: int,
    pythons: Mapping[str, str] | None = None,
    threads: int | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The figures of every job, repeat by repeat; the jobs take turns.

    `pythons` names the interpreters of tools that have an environment of their own.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            python = (pythons or {}).get(job.tool, sys.executable)
            print(f"# {name}", file=sys.stderr, flush=True)
            found[name].append(measure(job, python=python, threads=threads))
    return found


def environments(folder: Path) -> dict[str, str]:
    """The interpreters of peers that have an environment of their own, by tool."""
    found = {path.name: path / "bin" / "python" for path in folder.glob("*")}
    return {name: str(python) for name, python in found.items() if python.exists()}


def row(
    name: str,
    ours: Sequence[float],
    peer: Sequence[float],
    told: dict[str, Any],
    *,
    more_is_better: bool = False,
) -> dict[str, Any]:
    """One figure, from medians; `ratio` says how many times better ours is."""
    mine, theirs = median(ours), median(peer)
    ratio = mine / theirs if more_is_better else theirs / mine
    return {
        "name": name,
        "ours": round(mine, 4),
        "peer": round(theirs, 4),
        "ratio": round(ratio, 2),
        "conditions": told,
    }
