"""Which reader reads which kind of source, and which files a source is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etude.config.sources import Datasets, Medquad, MusicTheory, Source, Wikipedia
from etude.data.chats import read_oasst, read_sharegpt
from etude.data.hub import folder_of, read_datasets
from etude.data.json_files import read_json, read_jsonl
from etude.data.labels import read_labels
from etude.data.medquad import SUFFIX, read_medquad
from etude.data.music_questions import read_music_theory
from etude.data.rows import Reader, Row
from etude.data.squad import read_squad
from etude.data.tables import read_csv, read_parquet, read_tsv
from etude.data.text import files_of
from etude.data.wikipedia import read_wikipedia
from etude.progress import Progress, counted, silent

SOURCES: dict[str, Reader] = {
    "json": read_json,
    "jsonl": read_jsonl,
    "csv": read_csv,
    "tsv": read_tsv,
    "parquet": read_parquet,
    "squad": read_squad,
    "labels": read_labels,
    "medquad": read_medquad,
    "oasst": read_oasst,
    "sharegpt": read_sharegpt,
    "music-theory": read_music_theory,
    "wikipedia": read_wikipedia,
    "datasets": read_datasets,
}


def read_source(
    name: str, source: Source, root: Path, progress: Progress = silent
) -> Iterator[Row]:
    """The rows of a source, while the progress hears how far the reading is.

    Of a dump that is in bytes or articles, of other sources in rows, whose number is not known
    before the last one.
    """
    if isinstance(source, Wikipedia):
        return read_wikipedia(source, root, progress)
    return counted(SOURCES[source.kind](source, root), f"reading {name}", progress)


def source_files(source: Source, root: Path) -> list[tuple[str, Path]]:
    """(name as the study writes it, path) of every file of a source.

    A hub data set has none, nor have questions that are computed.
    """
    if isinstance(source, MusicTheory):
        return []
    if isinstance(source, Wikipedia):
        return [(source.dump, root / source.dump)]
    if not isinstance(source, Datasets):
        suffix = SUFFIX if isinstance(source, Medquad) else None
        return [(name, path) for _, name, path in files_of(source.path, root, suffix)]
    folder = folder_of(source, root)
    if folder is None:
        return []
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", "cache-"))  # not the material
    )
    return [(str(Path(source.path) / path.relative_to(folder)), path) for path in files]
