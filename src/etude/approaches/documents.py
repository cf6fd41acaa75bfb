"""What passages are retrieved from and how, as hashes: the same hash means the same passages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from etude.config.languages import two_letters
from etude.config.retrieving import Retrieve, TextFiles
from etude.config.settings import choose
from etude.config.study import Study
from etude.data.document_files import passed_over, text_files
from etude.data.sources import source_files
from etude.engine.base import Base, remembered_hashes
from etude.errors import UserError
from etude.prompts.passages import asked
from etude.store import fingerprint, read_json

FORMAT = 1  # raised by hand when what is found, or how it is kept, changes its meaning
ANSWERS = 1  # the same, for what is right to answer beside passages
FOLDER = "retrieved"  # of a run folder
VOUCHED: dict[str, str] = {}  # digests of documents by what a study says of them

# What of `retrieve` decides how a prompt is written, and not what is found for it.
IN_PROMPT = ("k", "template", "cite", "abstain")


def check_documents(study: Study, name: str) -> None:
    """Refuse documents that are not there: a source by another name, a missing file."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return
    where, given = f"approaches.{name}.retrieve.documents", retrieve.documents
    if isinstance(given, str):
        if given not in study.data.sources:
            hint = choose(given, study.data.sources)
            raise UserError(
                f"{where}: there is no source '{given}' (a file is written with a / or its "
                f"ending): {hint}."
            )
        return
    path = Path(given.path)
    if not path.exists():
        if named(study, retrieve) in VOUCHED:
            return
        near = choose(path.name, sorted(item.name for item in beside(path))[:50])
        raise UserError(f"{where}: there is no file or folder {path}: {near}.")
    if path.is_dir() and not isinstance(given, TextFiles):
        raise UserError(f"{where}: {path} is a folder, and kind {given.kind} needs a file.")
    try:
        list(document_files(study, retrieve))
    except UserError as error:
        raise UserError(f"{where}: {error}") from None


def beside(path: Path) -> Iterator[Path]:
    """What lies where a missing file should be."""
    if path.parent.is_dir():
        yield from path.parent.iterdir()


def document_files(study: Study, retrieve: Retrieve) -> list[Path]:
    """The files that documents are read from.

    UserError for a folder that holds none.
    """
    given = retrieve.documents
    if isinstance(given, str):
        return [path for _, path in source_files(study.data.sources[given], Path.cwd())]
    if Path(given.path).is_dir():
        return [path for _, path in text_files(given.path, Path.cwd())]
    return [Path(given.path)]


def left_out(retrieve: Retrieve) -> dict[str, int]:
    """How many files of a folder of documents are of no kind that is read, by their endings."""
    given = retrieve.documents
    return passed_over(given.path, Path.cwd()) if isinstance(given, TextFiles) else {}


def by_place(files: Sequence[Path], study: Study, retrieve: Retrieve) -> dict[str, str]:
    """SHA-256 of files by where they lie: two of one name, in two folders, are two.

    A folder of documents counts from itself, since documents are named so; files of a source from
    the folder that they share.
    """
    hashes, given = remembered_hashes(files), retrieve.documents
    if not isinstance(given, str) and Path(given.path).is_dir():
        start = Path(given.path)
    else:
        start = Path(os.path.commonpath([path.absolute().parent for path in files] or [Path()]))
    return {
        Path(os.path.relpath(path, start)).as_posix(): hashed for path, hashed in hashes.items()
    }


def documents_digest(study: Study, retrieve: Retrieve) -> str:
    """What documents are: their settings and every byte.

    Where the files are not at hand it is what a run folder vouches for that was looked into
    (`vouch`), so that a run can be scored far from its documents.
    """
    given = retrieve.documents
    if isinstance(given, str):
        settings = study.data.sources[given].model_dump(mode="json", exclude={"path", "dump"})
    else:
        settings = given.model_dump(mode="json", exclude={"path"})
    try:
        files = by_place(document_files(study, retrieve), study, retrieve)
    except (FileNotFoundError, UserError) as error:
        if (known := VOUCHED.get(named(study, retrieve))) is not None:
            return known
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"retrieve.documents: there is no file {error.filename}: put it back, or correct the "
            "path."
        ) from None
    return fingerprint({"settings": settings, "files": files})


def digests(study: Study) -> dict[str, str]:
    """What all documents of a study are, by what it says of them: for processes elsewhere."""
    asked = [item.retrieve for item in study.approaches.values() if item.retrieve is not None]
    return {named(study, retrieve): documents_digest(study, retrieve) for retrieve in asked}


def named(study: Study, retrieve: Retrieve) -> str:
    """What the study says of documents, whatever is in them."""
    given = retrieve.documents
    said = study.data.sources[given] if isinstance(given, str) else given
    return fingerprint(said.model_dump(mode="json"))


def vouch(folder: Path) -> None:
    """Remember what a run folder's passages were retrieved from."""
    for path in sorted(folder.glob(f"{FOLDER}/*/facts.json")):
        about = read_json(path)["documents"]
        VOUCHED.setdefault(about["named"], about["digest"])


def searching(study: Study, name: str, base: Base, data_hash: str) -> dict[str, Any] | None:
    """What decides which passages an approach finds; None for one that retrieves nothing."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return None
    settings = retrieve.model_dump(mode="json", exclude={*IN_PROMPT, "documents", "depth"})
    settings["store"] = settings["store"]["name"]  # where it stands changes nothing
    if said := settings["search"].get("language"):
        settings["search"]["language"] = two_letters(said)
    for block in (settings["search"].get("encoder"), settings["rerank"]):
        if block is not None:
            del block["batch_size"]
    return {
        "format": FORMAT,
        "documents": documents_digest(study, retrieve),
        "data": data_hash,
        "language": two_letters(study.data.language),
        "settings": settings,
        "tokens": base.digest if retrieve.chunk.unit == "tokens" else None,
    }


def depth_of(retrieve: Retrieve) -> int:
    """How many passages are recorded for a question."""
    return max(retrieve.k, retrieve.depth)


def retrieval_key(study: Study, name: str, base: Base, data_hash: str) -> str:
    """Key of what an approach retrieves: approaches of one key share it."""
    retrieve = study.approaches[name].retrieve
    assert retrieve is not None  # noqa: S101 - callers ask of approaches that retrieve
    found = searching(study, name, base, data_hash)
    return fingerprint({"found": found, "depth": depth_of(retrieve)})


def in_context(study: Study, name: str, base: Base, data_hash: str) -> dict[str, Any] | None:
    """What of retrieval decides an approach's prompts; None for one that retrieves nothing."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return None
    sentences = asked(study.data.language, cite=retrieve.cite, abstain=retrieve.abstain)
    approach = study.approaches[name]
    answers = (approach.tune or approach.shots) and any(sentences)  # right ones are shown to it
    return {
        "found": searching(study, name, base, data_hash),
        "k": retrieve.k,
        "template": retrieve.template,
        "asks": sentences,
        **({"answers": ANSWERS} if answers else {}),
    }
