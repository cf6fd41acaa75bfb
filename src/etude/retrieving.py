"""Retrieval from the parent's side: a process finds what an approach needs, where it is not there.

What is frozen in the run folder is not looked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.approaches.documents import retrieval_key
from etude.approaches.indexed import indexes_kept
from etude.approaches.order import ancestry
from etude.approaches.retrieved import is_retrieved
from etude.child import in_child
from etude.config import Study
from etude.data import Data
from etude.display import Display
from etude.engine.base import Base
from etude.errors import ChildFailed, UserError


def retrieve(
    study: Study,
    name: str,
    folder: Path,
    base: Base,
    data: Data,
    failures: Mapping[str, str],
    display: Display,
) -> dict[str, str]:
    """Find the passages of an approach; returns why that failed, where it did.

    The study's searches must be settled.
    """
    if any(origin in failures for origin in ancestry(study, name)):
        return {}  # said where the approach is tried
    if is_retrieved(study, name, base, data.hash, folder):
        return {}
    waiting = [name, *alike(study, name, folder, base, data, failures)]
    task = {
        "do": "retrieve",
        "study": study.model_dump(mode="json"),
        "folder": str(folder.absolute()),
        "approaches": waiting,
    }
    try:
        with display.working(f"{', '.join(waiting)}, passages") as progress:
            in_child(task, folder.absolute() / "log.txt", progress)
    except (ChildFailed, UserError) as error:
        display.say(
            f"{name}, passages: {error} (see {folder / 'log.txt'}); going on with the others."
        )
        return {name: f"Its passages could not be retrieved: {error}"}
    return {}


def alike(
    study: Study, name: str, folder: Path, base: Base, data: Data, failures: Mapping[str, str]
) -> list[str]:
    """Other approaches that retrieve from the same documents in the same way, and still have to."""
    key = retrieval_key(study, name, base, data.hash)
    return [
        other
        for other, approach in study.approaches.items()
        if other not in (name, *failures)
        and approach.retrieve is not None
        and retrieval_key(study, other, base, data.hash) == key
        and not is_retrieved(study, other, base, data.hash, folder)
    ]


def known_passages(study: Study, folder: Path, base: Base, data: Data) -> dict[str, Any]:
    """What a plan depends on besides the study, where passages are retrieved: which are there."""
    names = [name for name, item in study.approaches.items() if item.retrieve is not None]
    found = {
        name: [
            retrieval_key(study, name, base, data.hash),
            is_retrieved(study, name, base, data.hash, folder),
        ]
        for name in names
    }
    if not found:
        return {}
    waits = not all(there for _, there in found.values())
    return {"passages": found, **({"indexes": indexes_kept()} if waits else {})}
