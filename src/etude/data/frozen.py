"""A frozen split on disk: three Parquet files, what was dropped, and a card that vouches for it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.data.rows import SPLITS, Dropped, Remark
from etude.errors import UserError
from etude.records import Example
from etude.store import read_json, write_atomically, write_json

if TYPE_CHECKING:
    import pyarrow as arrow


FIELDS = tuple(field.name for field in fields(Example))


@dataclass(frozen=True, slots=True)
class Data:
    """The examples of a study, divided, and the card that says where they come from.

    `hash` is the SHA-256 over the canonical JSON of all examples, train, dev, test in that order.
    """

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    card: Mapping[str, Any]
    hash: str


def hash_of(splits: Sequence[Iterable[Example]]) -> str:
    """SHA-256 over one line of canonical JSON per example, and a line per split."""
    digest = hashlib.sha256()
    encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
    for name, examples in zip(SPLITS, splits, strict=True):
        digest.update(f"{name}\n".encode())
        for example in examples:
            digest.update(encode(example.to_json()).encode() + b"\n")
    return digest.hexdigest()


def freeze(data: Data, dropped: Iterable[Dropped], remarks: Iterable[Remark], folder: Path) -> None:
    """Write a split into `folder/data`; the card comes last, so that it vouches for the rest."""
    place = folder / "data"
    (place / "card.json").unlink(missing_ok=True)
    for name in SPLITS:
        write_atomically(place / f"{name}.parquet", to_parquet(getattr(data, name)))
    write_atomically(place / "dropped.jsonl", _lines(dropped))
    write_atomically(place / "remarks.jsonl", _lines(remarks))
    write_json(place / "card.json", dict(data.card))


def _lines(records: Iterable[Dropped | Remark]) -> str:
    return "".join(json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in records)


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


def read_data(folder: Path) -> Data:
    """The frozen split of a run folder; UserError when there is none or when it was changed."""
    card = read_card(folder)
    place = folder / "data"
    if card is None:
        raise UserError(f"{folder} holds no frozen data (data/card.json): run the study first.")
    train, dev, test = (read_examples(place / f"{name}.parquet") for name in SPLITS)
    found = hash_of((train, dev, test))
    if found != card["hash"]:
        raise UserError(
            f"The examples in {place} are not those that its card vouches for (hash "
            f"{found[:12]}, expected {str(card['hash'])[:12]}): a file was changed after the "
            f"split was frozen; remove {place} to split anew, or restore the file."
        )
    return Data(train, dev, test, card, found)


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


def schema() -> arrow.Schema:
    """Columns of a split's Parquet file: those of `Example`."""
    import pyarrow as arrow  # late: reading a table of text does not need it

    text = arrow.string()
    turn = arrow.struct([("role", text), ("content", text)])
    return arrow.schema(
        [
            arrow.field("id", text, nullable=False),
            arrow.field("task", text, nullable=False),
            arrow.field("messages", arrow.list_(turn), nullable=False),
            arrow.field("references", arrow.list_(text), nullable=False),
            arrow.field("group", text),
            arrow.field("label", text),
            arrow.field("choices", arrow.list_(text), nullable=False),
            arrow.field("gold_passages", arrow.list_(text), nullable=False),
            arrow.field("metadata", arrow.map_(text, text), nullable=False),
        ]
    )


def to_parquet(examples: Iterable[Example]) -> bytes:
    """Examples as the bytes of a Parquet file."""
    import pyarrow as arrow
    from pyarrow import parquet

    rows = [
        {**example.to_json(), "metadata": list(example.metadata.items())} for example in examples
    ]
    buffer = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema()), buffer, compression="zstd")
    return buffer.getvalue()


def read_examples(path: Path) -> tuple[Example, ...]:
    """Examples of a Parquet file that `to_parquet` made; UserError when it is not one."""
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
        if not table.schema.equals(schema()):
            raise ValueError("its columns are not those of a split")
        return tuple(Example.from_json(row) for row in table.to_pylist())
    except (OSError, ValueError, KeyError, arrow.ArrowException) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise UserError(
            f"{path} cannot be read as a frozen split ({reason}); remove {path.parent} to split "
            "anew."
        ) from error
