"""The process environment that Etude and its children run in."""

from __future__ import annotations

import errno
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SETTINGS = {
    # No telemetry, ours or anybody's.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "WANDB_ERROR_REPORTING": "false",
    # One quiet display of our own instead of many bars.
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    # Tokenizing happens before the long work; forked pools only warn.
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait spin for some microseconds, while small operations follow one another, and
    # then sleep: faster than sleeping alone, and several times faster than spinning where another
    # program wants a core (docs/results/speed.md). The second, for GNU's runtime, goes before.
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "10000",
}
# Large blocks come from huge pages and are kept rather than given back at every step: measured
# at 1.03 to 1.25 times the training speed. torch asks for aligned blocks, each cut from a larger
# one; glibc before 2.38 puts the few bytes left over into its caches for small blocks, where they
# cannot join their neighbour again, so that a freed block never serves a request of its own size.
# Without those caches the peak of a tuning fell by 24% (docs/results/speed.md). glibc reads this
# only when a process starts.
ALLOCATOR = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:"
    "glibc.malloc.trim_threshold=2147483648:glibc.malloc.top_pad=268435456:"
    "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0"
}
# What tells a process that it is one of several (torchrun sets these).
OF_MANY = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
# Recorded where they are installed.
OPTIONAL = ("bitsandbytes", "lancedb", "qdrant_client", "sentence_transformers")
RECORDED = ("torch", "transformers", "peft", "accelerate", "tokenizers", "datasets", "sacrebleu")


def cache_folder() -> Path:
    """Where Etude keeps what it can make again: `ETUDE_CACHE`, or the user's cache folder."""
    default = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "etude"
    return Path(os.environ.get("ETUDE_CACHE") or default).expanduser()


def cache_refused(error: BaseException) -> str | None:
    """The sentence for an error that says that the cache cannot be written; None for any other."""
    if not isinstance(error, OSError) or not error.filename:
        return None
    cache, place = cache_folder().absolute(), Path(str(error.filename)).absolute()
    denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
    gone = error.errno == errno.ENOENT and not cache.is_dir()
    if (place != cache and cache not in place.parents) or not (denied or gone):
        return None
    return (
        f"Etude's cache, {cache}, cannot be written ({error.strerror}): set ETUDE_CACHE to a "
        "folder that can be."
    )


def prepare_environment() -> None:
    """Set what the user has not set otherwise."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def child_environment() -> dict[str, str]:
    """What a child process starts with; it works alone unless it is told otherwise."""
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in OF_MANY and not name.startswith(("TORCHELASTIC_", "GROUP_", "ROLE_"))
    }
    return {**ALLOCATOR, **SETTINGS, **own}


def versions() -> dict[str, str]:
    """Versions of Etude and of the libraries that decide numbers."""
    from importlib.metadata import version  # which loads much that `etude --help` has no use for
    from importlib.util import find_spec

    names = ("etude", "nltk", "PyStemmer", *RECORDED)
    found = {"python": platform.python_version()} | {name: version(name) for name in names}
    return found | {name: version(name) for name in OPTIONAL if find_spec(name)}


def machine() -> dict[str, Any]:
    """Processor, cores, memory (GB of 10^9 bytes) and GPU of this machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "gpu": gpu(),
    }


def processor() -> str:
    """The processor's name, as the system gives it."""
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123 - a pseudo-file, read line by line
            names = [line.partition(":")[2].strip() for line in file if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def gpu() -> str | None:
    """The GPU's name, or None. Asks the driver's own tool, so that torch need not be loaded."""
    answer = output_of(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])
    return answer.splitlines()[0].strip() or None if answer else None


def revision() -> str | None:
    """The commit of Etude's own source where it runs from its checkout; `+dirty` when edited."""
    source = Path(__file__).parent
    if not (source.parents[1] / ".git").exists():
        return None  # installed: the version says all, and a repository around it is another's
    git = ["git", "-C", str(source)]
    commit = output_of([*git, "rev-parse", "HEAD"])
    edits = output_of([*git, "status", "--porcelain", "."])
    if commit is None or edits is None:
        return None
    return commit.strip() + ("+dirty" if edits else "")


def output_of(command: Sequence[str]) -> str | None:
    """What a program prints within ten seconds; None where it is not there or fails."""
    import subprocess  # late, for the start of the commands

    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout
