"""What passages are retrieved from and how, as hashes: the same hash means the same passages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.config.retrieving import Retrieve, TextFiles
from etude.config.study import Study
from etude.data.sources import source_files
from etude.engine.base import Base, remembered_hashes
from etude.errors import UserError, nearest
from etude.prompts.passages import asked
from etude.store import fingerprint, read_json

FORMAT = 1  # raised by hand when what is found, or how it is kept, changes its meaning
ANSWERS = 1  # the same, for what is right to answer beside passages
FOLDER = "retrieved"  # of a run folder
TEXTS = (".txt", ".md")
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
            hint = nearest(given, study.data.sources)
            raise UserError(
                f"{where}: there is no source '{given}' (a file is written with a / or its "
                f"ending): {hint}."
            )
        return
    path = Path(given.path)
    if not path.exists():
        if named(study, retrieve) in VOUCHED:
            return
        near = nearest(path.name, sorted(item.name for item in beside(path))[:50])
        raise UserError(f"{where}: there is no file {path}: {near}.")
    if path.is_dir() and not isinstance(given, TextFiles):
        raise UserError(f"{where}: {path} is a folder, and kind {given.kind} needs a file.")
    if not list(document_files(study, retrieve)):
        raise UserError(f"{where}: {path} holds no {' or '.join(TEXTS)} file.")


def beside(path: Path) -> Iterator[Path]:
    """What lies where a missing file should be."""
    if path.parent.is_dir():
        yield from path.parent.iterdir()


def document_files(study: Study, retrieve: Retrieve) -> Iterator[Path]:
    """The files that documents are read from."""
    given = retrieve.documents
    if isinstance(given, str):
        for _, path in source_files(study.data.sources[given], Path.cwd()):
            yield path
        return
    path = Path(given.path)
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if file.suffix in TEXTS)
    else:
        yield path


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
        files = remembered_hashes(document_files(study, retrieve))
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
    for block in (settings["search"].get("encoder"), settings["rerank"]):
        if block is not None:
            del block["batch_size"]
    return {
        "format": FORMAT,
        "documents": documents_digest(study, retrieve),
        "data": data_hash,
        "language": study.data.language,
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
