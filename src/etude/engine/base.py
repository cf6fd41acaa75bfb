"""What `model: base:` means: a model that comes with the package, a hub id, or a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from etude.environment import cache_folder
from etude.errors import UserError, nearest
from etude.store import file_hash, fingerprint, read_json, write_json

MODELS = Path(__file__).parent.parent / "models"
SHIPPED = {"etude-mini": "A small Llama for English and Portuguese, trained from scratch."}
RANDOM = {
    "random-llama": "Llama architecture with random weights: proves flow, not quality.",
    "random-t5": "T5 (encoder-decoder) architecture with random weights: proves flow, not quality.",
}
PACKAGED = SHIPPED | RANDOM
RANDOM_VERSION = 1  # raised when the maker in `random_base.py` makes something else
USEFUL_FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "*.py"]


@dataclass(frozen=True, slots=True)
class Base:
    """A pretrained model on disk. `digest` changes when any of its files does."""

    name: str
    folder: Path
    digest: str

    @property
    def is_random(self) -> bool:
        return self.name in RANDOM


def find_base(name: str, revision: str | None = None) -> Base:
    """Find the model that a study names, without loading it.

    Raises `UserError` when it is not there, holds no safetensors, or cannot be fetched.
    """
    if name in SHIPPED:
        folder = MODELS / name
        return Base(name, folder, digest(folder))
    if name in RANDOM:
        folder = cache_folder() / "bases" / f"{name}-v{RANDOM_VERSION}"
        return Base(name, folder, f"{name}-v{RANDOM_VERSION}")
    if name.startswith(("/", "./", "../", "~")):
        folder = Path(name).expanduser().resolve()
        check_folder(folder)
        return Base(name, folder, digest(folder))
    folder = fetch(name, revision)
    check_folder(folder)
    return Base(name, folder, f"{name}@{folder.name}")  # a snapshot's folder is its commit


def check_folder(folder: Path) -> None:
    """A model folder holds `config.json` and safetensors; say what is missing and what to do."""
    if not folder.is_dir():
        raise UserError(
            f"model.base: there is no folder {folder}: name one that holds a model, a hub id, "
            f"or one of {', '.join(PACKAGED)}."
        )
    if not (folder / "config.json").exists():
        raise UserError(f"model.base: {folder} holds no config.json, so it is no model folder.")
    if any(folder.glob("*.safetensors")):
        return
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise UserError(
            f"model.base: {folder} holds its weights as pickle (.bin), which can run code when "
            "read: convert them once with transformers' save_pretrained, which writes safetensors."
        )
    raise UserError(f"model.base: {folder} holds no weights (*.safetensors).")


def fetch(name: str, revision: str | None) -> Path:
    """The local snapshot of a hub model, downloaded if need be."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=USEFUL_FILES))
    except HFValidationError:
        raise UserError(f"model.base '{name}' is no hub id: {nearest(name, PACKAGED)}.") from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"model.base '{name}' is neither shipped ({', '.join(PACKAGED)}) nor could it be "
            f"fetched from the hub ({reason}): check the name and the network, or give a folder."
        ) from None


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a model folder's files.

    Hashes are remembered by size and modification time, so that a large model is read once.
    """
    hashes = remembered_hashes(path for path in folder.iterdir() if path.is_file())
    return fingerprint({path.name: hashed for path, hashed in hashes.items()})


def remembered_hashes(files: Iterable[Path]) -> dict[Path, str]:
    """The SHA-256 of files; each is read once for its size and time of change."""
    memory = cache_folder() / "hashes.json"
    known = read_json(memory) if memory.exists() else {}
    hashes: dict[Path, str] = {}
    before = len(known)
    for file in sorted(files):
        stat = file.stat()
        seen = f"{file}:{stat.st_size}:{stat.st_mtime_ns}"
        if seen not in known:
            known[seen] = file_hash(file)
        hashes[file] = known[seen]
    if len(known) > before or not memory.exists():
        write_json(memory, known)
    return hashes
