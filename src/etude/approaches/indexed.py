"""Whether what an approach searches is indexed already: a plan then estimates nothing for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from etude.approaches.documents import documents_digest
from etude.approaches.foreseeing import First, settings_of, whole_dump
from etude.approaches.retrieving import Documents
from etude.config.study import Study
from etude.data import Data
from etude.environment import cache_folder
from etude.progress import Progress, silent


def indexed(
    study: Study,
    name: str,
    data: Data,
    first: First,
    length: Callable[[str], int] | None = None,
    progress: Progress = silent,
) -> dict[str, Any] | None:
    """What is known of the index in the cache that a run would take; None where it would make one.

    `first` are the first documents, `length` counts tokens where chunks are measured in them.
    """
    from etude.retrieval.opening import kept_index

    settings = settings_of(study, name)
    if isinstance(settings.documents, str):
        content = content_of_source(study, name, data, first, progress)
    else:
        content = documents_digest(study, settings)
    if content is None:
        return None
    return kept_index(
        settings,
        first.documents,
        cache_folder(),
        language=study.data.language,
        content=content,
        length=length,
    )


def content_of_source(
    study: Study, name: str, data: Data, first: First, progress: Progress
) -> str | None:
    """The digest that an index of a source is named by; None where no index can have it.

    All documents must be read for it: they are where some index has as many of them, and never a
    dump that nobody has read.
    """
    from etude.retrieval.opening import content_of, counts_kept

    if first.all:
        return content_of(first.documents)
    if whole_dump(study, name) is not None and not first.exact:
        return None
    if first.total not in counts_kept(cache_folder()):
        return None
    return content_of(Documents(study, name, data, progress))


def indexes_kept() -> list[str]:
    """The indexes in the cache that are whole: a plan hangs on them until passages are found."""
    made = cache_folder().glob("indexes/*/index.json")
    return sorted(f"{path.parent.name} {(path.parent / 'chunks').exists()}" for path in made)
