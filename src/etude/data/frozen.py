"""A frozen split on disk: three Parquet files, what was dropped, and a card that vouches for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.data.rows import SPLITS, Dropped, Remark, SplitName
from etude.data.stored import Stored, write_parquet
from etude.errors import UserError
from etude.progress import Progress, silent, watched
from etude.records import Example
from etude.store import read_json, replacing, write_json

PARTS: tuple[tuple[SplitName, ...], ...] = (("train", "dev"), ("test",))  # each has a hash
ONE_PART: tuple[tuple[SplitName, ...], ...] = (SPLITS,)  # how splits were hashed before
APART = "-"  # between the hashes of parts


@dataclass(frozen=True, slots=True)
class Data:
    """The examples of a study, divided, and the card that says where they come from.

    Of a frozen split they stay on disk, and are read as they are needed.
    `hash` is two SHA-256 over the canonical JSON of examples, with a - between them: of train and
    dev, which is what trainings learn from, and of test. Older splits have one, over all three.
    """

    train: Sequence[Example]
    dev: Sequence[Example]
    test: Sequence[Example]
    card: Mapping[str, Any]
    hash: str


def hash_of(
    splits: Sequence[Sequence[Example]],
    progress: Progress = silent,
    parts: Sequence[Sequence[SplitName]] = PARTS,
) -> str:
    """A SHA-256 for each part, over a line for each split and one of canonical JSON per example.

    `splits` are train, dev and test, in that order.
    """
    held, found = dict(zip(SPLITS, splits, strict=True)), []
    encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
    for part in parts:
        digest = hashlib.sha256()
        for name in part:
            digest.update(f"{name}\n".encode())
            for example in watched(held[name], f"hashing, {name}", progress):
                digest.update(encode(example.to_json()).encode() + b"\n")
        found.append(digest.hexdigest())
    return APART.join(found)


def learnt_part(data_hash: str) -> str:
    """What of a split's hash a training depends on: that of train and dev.

    Of an older split, whose only hash is over all three, it is that one: its weights keep the keys
    that they have.
    """
    return data_hash.partition(APART)[0]


def freeze(
    data: Data,
    dropped: Iterable[Dropped],
    remarks: Iterable[Remark],
    folder: Path,
    progress: Progress = silent,
) -> None:
    """Write a split into `folder/data`; the card comes last, so that it vouches for the rest."""
    place = folder / "data"
    (place / "card.json").unlink(missing_ok=True)
    for name in SPLITS:
        with replacing(place / f"{name}.parquet") as temporary:
            examples = watched(getattr(data, name), f"writing, {name}", progress)
            write_parquet(examples, temporary)
    _write_lines(place / "dropped.jsonl", dropped)
    _write_lines(place / "remarks.jsonl", remarks)
    write_json(place / "card.json", dict(data.card))


def _write_lines(path: Path, records: Iterable[Dropped | Remark]) -> None:
    """One object a line; the file appears when it is whole."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def read_card(folder: Path) -> dict[str, Any] | None:
    """The card of a run folder's split, None when there is no frozen split."""
    path = folder / "data" / "card.json"
    if not path.exists():
        return None
    card = read_json(path)
    if not isinstance(card, dict) or not {"key", "hash"} <= card.keys():
        raise UserError(
            f"{path} is not a card that Etude wrote; remove {path.parent} to start anew."
        )
    return card


def read_data(folder: Path, progress: Progress = silent) -> Data:
    """The frozen split of a run folder; UserError when there is none or when it was changed."""
    card = read_card(folder)
    if card is None:
        raise UserError(f"{folder} holds no frozen data (data/card.json): run the study first.")
    data = stored(folder, card)
    known = str(card["hash"])
    parts = PARTS if APART in known else ONE_PART
    found = hash_of((data.train, data.dev, data.test), progress, parts)
    if found != known:
        place = folder / "data"
        pairs = zip(found.split(APART), known.split(APART), strict=False)
        seen, expected = next((pair for pair in pairs if pair[0] != pair[1]), (found, known))
        raise UserError(
            f"The examples in {place} are not those that its card vouches for (hash "
            f"{seen[:12]}, expected {expected[:12]}): a file was changed after the "
            f"split was frozen; remove {place} to split anew, or restore the file."
        )
    return data


def stored(folder: Path, card: Mapping[str, Any]) -> Data:
    """The split that `freeze` wrote, to be read as it is needed."""
    train, dev, test = (Stored(folder / "data" / f"{name}.parquet") for name in SPLITS)
    return Data(train, dev, test, card, card["hash"])


def read_dropped(folder: Path) -> list[Dropped]:
    """Every row of a frozen split that is not used, in the order in which they were dropped."""
    return [Dropped(**row) for row in _records(folder / "data" / "dropped.jsonl")]


def read_remarks(folder: Path) -> list[Remark]:
    """Every remark on a row that is used."""
    return [Remark(**row) for row in _records(folder / "data" / "remarks.jsonl")]


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line]
    except (OSError, ValueError) as error:
        raise UserError(f"{path} should be a list that Etude wrote, but {error}.") from error
