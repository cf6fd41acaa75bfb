"""A folder that `datasets` saved, a folder of plain files, or a data set on the hub -> rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.config.sources import Datasets
from etude.data.rows import Row, SplitName
from etude.errors import UserError, nearest

BATCH = 1000


def folder_of(source: Datasets, root: Path) -> Path | None:
    """The local folder that a source names, None when it names a data set on the hub."""
    folder = Path(os.path.normpath(root / Path(source.path).expanduser()))
    if folder.is_dir():
        if source.subset or source.revision:
            raise UserError(
                f"{source.path} is a folder beside the study, where subset and revision mean "
                "nothing: remove them, or rename the folder to reach the hub."
            )
        return folder
    if source.path.startswith((".", "/", "~")):
        found = "a file" if folder.exists() else "nothing"
        raise UserError(
            f"{folder} should be a folder that `datasets` saved, but there is {found}; files have "
            "kinds of their own (json, jsonl, csv, tsv, parquet, squad)."
        )
    return None


def read_datasets(source: Datasets, root: Path) -> Iterator[Row]:
    """Rows of a data set; class numbers become their class's name.

    Code that comes with a data set is never run.
    """
    splits = _load(source, folder_of(source, root))
    if not isinstance(splits, dict):
        if source.dev or source.test or source.train != "train":
            raise UserError(
                f"{source.path} is one table without splits: remove train, dev and test, and let "
                "data.split cut them."
            )
        yield from _rows(splits, None, source.path)
        return
    asked: list[tuple[SplitName, str | None]] = [
        ("train", source.train),
        ("dev", source.dev),
        ("test", source.test),
    ]
    for split, name in asked:
        if name is None:
            continue
        if name not in splits:
            raise UserError(
                f"{source.path} has no split '{name}' for {split}; {nearest(name, splits)}."
            )
        yield from _rows(splits[name], split, f"{source.path}, {name}")


def _load(source: Datasets, folder: Path | None) -> Any:
    """A `Dataset`, or a dict of them by split."""
    import datasets  # seconds; only this kind of source needs it

    bars = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        if folder is not None and _is_saved(folder):
            return datasets.load_from_disk(str(folder))
        if folder is not None:
            return datasets.load_dataset(str(folder))
        return datasets.load_dataset(source.path, source.subset, revision=source.revision)
    except Exception as error:
        # Whatever the library or the network raises, the user gets a sentence.
        reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        if folder is not None:
            raise UserError(
                f"{folder} cannot be read as a data set ({reason}); expected what save_to_disk "
                "writes, or files of one kind."
            ) from error
        raise UserError(
            f"'{source.path}' is not a folder beside the study, and the hub did not give it "
            f"({reason}); check the name and the network, or save the data set with save_to_disk "
            "where there is a network and name that folder."
        ) from error
    finally:
        if bars:
            datasets.enable_progress_bars()


def _is_saved(folder: Path) -> bool:
    return (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file()


def _rows(table: Any, split: SplitName | None, name: str) -> Iterator[Row]:
    names = {
        column: feature.names
        for column, feature in table.features.items()
        if type(feature).__name__ == "ClassLabel"
    }
    number = 0
    # Arrow batches: images and sounds stay undecoded, and numbers keep their type.
    for batch in table.with_format("arrow").iter(batch_size=BATCH):
        for columns in batch.to_pylist():
            number += 1
            for column, known in names.items():
                value = columns[column]
                columns[column] = known[value] if value is not None and value >= 0 else None
            yield Row(split, f"{name}, row {number}", columns)
    if not number:
        raise UserError(f"{name} holds no rows.")
