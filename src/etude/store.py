"""A run folder: what is done, what was predicted, where it came from.

Nothing half-written is ever read as whole: files are written under a temporary name, synced and
renamed; predictions grow in a `.part` file that is renamed when complete. DATA-MODEL of the run
folder: `docs/design/run-folder.md`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from etude.errors import UserError, disk_full
from etude.memory import peak_megabytes
from etude.records import Prediction

FORMAT = 1  # raised by hand when the meaning of what is stored changes; part of every key


def sync(path: Path) -> None:
    """Ask the disk to keep a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file so that it is there whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write; when that is done, the file takes `path`'s place whole, or not at all.

    Raises `UserError` when the disk is full; the file is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
    except Exception as error:  # safetensors says in an error of its own that a disk is full
        if (sentence := disk_full(error, path)) is not None:
            raise UserError(sentence) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


@contextmanager
def appending(path: Path) -> Iterator[BinaryIO]:
    """A file that grows. An error of the disk names it, which the system's own does not."""
    try:
        with path.open("ab") as file:
            yield file
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def publish(temporary: Path, path: Path) -> None:
    """Give a finished folder its real name, every file in it synced first."""
    for file in sorted(temporary.rglob("*")):
        sync(file)
    sync(temporary)
    temporary.rename(path)
    sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, indented, atomically."""
    write_atomically(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of a run folder; a damaged one is a user's problem, told in a sentence."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} should be a JSON file that Etude wrote, but {error}.") from error


def fingerprint(value: Any) -> str:
    """SHA-256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def text_hash(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder; 0 when it is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Hold a run folder for this process alone; the system lets go when the process dies."""
    from filelock import FileLock, Timeout  # 20 ms that `--help` need not pay

    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise UserError(
            f"{folder} is in use by another etude process: wait for it, or name another --folder."
        ) from None


def encoded_folder(folder: Path) -> Path:
    """Where a run keeps its material as tokens until all that tune have learnt from it."""
    return folder / "encoded"


def forget_encoded(folder: Path) -> None:
    """Remove these tokens: they can be made again."""
    shutil.rmtree(encoded_folder(folder), ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one approach with one seed keeps what it made."""

    folder: Path
    approach: str
    seed: int

    @property
    def path(self) -> Path:
        return self.folder / "approaches" / self.approach / f"seed-{self.seed}"

    @property
    def weights(self) -> Path:
        return self.path / "weights"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    @property
    def history(self) -> Path:
        return self.path / "history.jsonl"

    @property
    def predictions(self) -> Path:
        return self.path / "predictions.test.jsonl"

    @property
    def prompts(self) -> Path:
        return self.path / "prompts.test.jsonl"


def is_done(place: Place, key: str) -> bool:
    """Whether this approach's predictions are whole and were made from the same inputs."""
    return place.manifest.exists() and read_json(place.manifest).get("key") == key


def is_predicted(place: Place) -> bool:
    """Whether an approach has predicted, from whatever inputs."""
    return place.manifest.exists()


def previous_of(path: Path) -> Path:
    """Where `set_aside` keeps what was at a path."""
    return path.with_name(path.name + ".previous")


def bring_back(path: Path) -> None:
    """Put what was set aside in its place again, and what is there aside."""
    exchange = path.with_name(path.name + ".exchange")
    path.rename(exchange)
    previous_of(path).rename(path)
    exchange.rename(previous_of(path))


def set_aside(path: Path) -> None:
    """Keep what an older study made as `NAME.previous`, so that a changed setting undoes."""
    if not path.exists():
        return
    previous = previous_of(path)
    if previous.is_dir():
        shutil.rmtree(previous)
    path.replace(previous)


def begin_predictions(place: Place, key: str, plan: list[list[str]]) -> list[list[str]]:
    """Freeze the batch plan, or take up the frozen one; returns the batches still to do.

    A resumed run repeats the plan it began with, because results in bf16 depend on what shares a
    batch. A torn last line or batch (a kill while writing) is cut off and done again.
    """
    batches = place.path / "batches.json"
    part = place.predictions.with_suffix(".jsonl.part")
    if batches.exists():
        frozen = read_json(batches)
        if frozen["key"] == key:
            if place.predictions.exists() and not part.exists():
                place.predictions.replace(part)  # killed between the last batch and the manifest
            whole = len(keep_whole_batches(part, frozen["batches"]))
            return [list(batch) for batch in frozen["batches"][whole:]]
    for older in (part, place.manifest, place.predictions):  # before the new plan names this key
        older.unlink(missing_ok=True)
    write_json(batches, {"key": key, "batches": plan})
    return plan


def keep_whole_batches(part: Path, plan: Sequence[Sequence[str]]) -> list[str]:
    """Cut an unfinished predictions file after its last whole batch; returns those batches."""
    lines = part.read_bytes().splitlines(keepends=True) if part.exists() else []
    kept, whole = 0, []
    for batch in plan:
        rows = lines[kept : kept + len(batch)]
        if len(rows) < len(batch) or not rows[-1].endswith(b"\n"):
            break
        if [json.loads(row)["example_id"] for row in rows] != list(batch):
            break
        kept += len(batch)
        whole.append(batch[0])
    if part.exists():
        with part.open("r+b") as file:
            file.truncate(sum(len(line) for line in lines[:kept]))
            os.fsync(file.fileno())
    return whole


def save_predictions(
    place: Place, batches: Iterable[Sequence[Prediction]], manifest: Mapping[str, Any]
) -> None:
    """Append predictions batch by batch as they come; the manifest follows when all are there."""
    part = place.predictions.with_suffix(".jsonl.part")
    for batch in batches:
        rows = (json.dumps(item.to_json(), ensure_ascii=False) for item in batch)
        with appending(part) as file:
            file.write("".join(f"{row}\n" for row in rows).encode())
            file.flush()
            os.fsync(file.fileno())
    part.replace(place.predictions)
    sync(place.path)
    measured = {
        "predictions_sha256": file_hash(place.predictions),
        "peak_memory_mb": peak_megabytes(),
    }
    write_json(place.manifest, {**manifest, **measured})


def read_predictions(place: Place) -> list[Prediction]:
    """The finished predictions of one approach.

    Raises:
        UserError: where the file is not there, or not as it was written: its hash tells a single
            changed character.
    """
    content = predicted_bytes(place)
    # Lines end at \n alone: text may hold other characters that `str.splitlines` takes for ends.
    return [Prediction.from_json(json.loads(line)) for line in content.split(b"\n") if line]


def predicted_bytes(place: Place) -> bytes:
    """A predictions file whose hash is that of its manifest."""
    mend = (
        f"put it back as it was, or delete it and {place.manifest.name} beside it and run the "
        "study again (tuned weights are kept, the answers are made anew)."
    )
    expected = read_json(place.manifest).get("predictions_sha256")
    try:
        content = place.predictions.read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"{place.predictions} is not there, although {place.manifest.name} names it: {mend}"
        ) from None
    if (found := hashlib.sha256(content).hexdigest()) != expected:
        raise UserError(
            f"{place.predictions} is damaged or was edited (its SHA-256 begins with {found[:8]}, "
            f"and {place.manifest.name} holds {str(expected)[:8]}): {mend}"
        )
    return content


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file that grows (history); a torn last line is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]
