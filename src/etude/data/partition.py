"""A study's split as JSON Lines files: instruction, input and response, as tools of others read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from etude.config.sources import Datasets
from etude.config.study import Study
from etude.data.frozen import Data
from etude.data.rows import SPLITS
from etude.data.sources import source_files
from etude.errors import UserError
from etude.records import Example
from etude.store import read_json, replacing, write_json

CARD = "partition.json"  # says that the files beside it are of a partition, and may be replaced
ORIGIN = ("url", "revision", "licence")  # columns that say whose a text is: they go along


def write_partition(study: Study, data: Data, folder: Path, root: Path = Path()) -> list[Path]:
    """Write `train.jsonl`, `dev.jsonl` and `test.jsonl` into `folder`, each whole or not at all.

    A split without examples has no file. `partition.json` says what was written. Files of an
    earlier partition are replaced; UserError where other files of these names are in the way, or
    the study reads from them. `root` is the folder that paths in the study start from.
    """
    refuse_others(study, folder, root)
    card = folder / CARD
    if not card.exists():
        write_json(card, {"study": study.name, "complete": False})
    written = []
    for name in SPLITS:
        examples: Sequence[Example] = getattr(data, name)
        path = folder / f"{name}.jsonl"
        if not len(examples):
            path.unlink(missing_ok=True)
            continue
        write_lines(path, examples)
        written.append(path)
    told = {
        "study": study.name,
        "hash": data.hash,
        "group_by": study.data.split.group_by,
        "rows": {name: len(getattr(data, name)) for name in SPLITS},
        "complete": True,
    }
    write_json(card, told)
    return written


def write_lines(path: Path, examples: Iterable[Example]) -> None:
    """One JSON object a line; the file appears when it is whole."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for example in examples:
            file.write(json.dumps(as_row(example), ensure_ascii=False) + "\n")


def as_row(example: Example) -> dict[str, Any]:
    """An example as a row: `instruction`, `input`, `response` and `id`, and what else it has.

    `input` is empty where the question was not put together of two parts. Where there are several
    right answers `responses` lists them; `label`, `group`, `passages` (ids) and where the row is
    from (`url`, `revision`, `licence`) stand where they exist. Turns before the last question are
    `system` and `history` (each with `role`, `content`).
    """
    last = example.messages[-1].content
    instruction = example.metadata.get("instruction", "").strip()
    given = example.metadata.get("input", "").strip()
    if "\n\n".join(part for part in (instruction, given) if part) != last:
        instruction, given = last, ""
    row: dict[str, Any] = {
        "id": example.id,
        "instruction": instruction,
        "input": given,
        "response": example.references[0],
    }
    if len(example.references) > 1:
        row["responses"] = list(example.references)
    if example.label is not None:
        row["label"] = example.label
    if example.group is not None:
        row["group"] = example.group
    if example.gold_passages:
        row["passages"] = list(example.gold_passages)
    row |= {name: text for name in ORIGIN if (text := example.metadata.get(name))}
    before = example.messages[:-1]
    if before and before[0].role == "system":
        row["system"], before = before[0].content, before[1:]
    if before:
        row["history"] = [{"role": turn.role, "content": turn.content} for turn in before]
    return row


def refuse_others(study: Study, folder: Path, root: Path) -> None:
    """UserError where writing would destroy what is not ours."""
    if folder.exists() and not folder.is_dir():
        raise UserError(
            f"--write {folder}: a folder is expected, but this is a file: name another."
        )
    taken = [path for name in SPLITS if (path := folder / f"{name}.jsonl").exists()]
    read = {
        path.resolve()
        for source in study.data.sources.values()
        if not isinstance(source, Datasets)
        for _, path in source_files(source, root)
    }
    for path in taken:
        if path.resolve() in read:
            raise UserError(
                f"{path} is what the study reads, and --write would replace it: name another "
                "folder."
            )
    if taken and not is_partition(folder):
        raise UserError(
            f"{taken[0]} is there already and was not written by etude look --write: name another "
            "folder, or move the file away."
        )


def is_partition(folder: Path) -> bool:
    """Whether a folder holds a partition that Etude wrote."""
    card = folder / CARD
    held = read_json(card) if card.exists() else None
    return isinstance(held, dict) and "complete" in held
