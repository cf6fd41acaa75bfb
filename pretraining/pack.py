"""Texts -> tokens: one array of 16-bit numbers for each part of the mixture and each split."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from etude.store import write_atomically, write_json
from pretraining.document import Text, is_held_out
from pretraining.tokenizer import BEGIN, END, ROLE

BATCH = 2048
MARKUP = re.compile(r"<\|\w+\|>")


def written(text: Text) -> str:
    """The text as the model reads it: the chat template's markup around turns."""
    if not text.turns:
        return f"{BEGIN}{text.text}{END}"
    turns = "".join(f"{ROLE.format(role)}{content}{END}" for role, content in text.turns)
    return f"{BEGIN}{turns}"


def pack(texts: Iterable[Text], tokenizer_folder: Path, folder: Path) -> dict[str, Any]:
    """Write `<part>-<language>.<train|held_out>.bin` and `counts.json`; returns the counts.

    Counts are texts, UTF-8 bytes (markup not counted) and tokens (markup counted).
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    arrays: dict[str, list[np.ndarray[Any, Any]]] = defaultdict(list)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"texts": 0, "bytes": 0, "tokens": 0})
    for batch in batches(texts, BATCH):
        encodings = tokenizer.encode_batch_fast(
            [written(text) for text in batch], add_special_tokens=False
        )
        for text, encoding in zip(batch, encodings, strict=True):
            split = "held_out" if is_held_out(text) else "train"
            name = f"{text.part}-{text.language}.{split}"
            arrays[name].append(np.array(encoding.ids, dtype=np.uint16))
            counts[name]["texts"] += 1
            counts[name]["bytes"] += len(text.words().strip("\n").encode())
            counts[name]["tokens"] += len(encoding.ids)
    folder.mkdir(parents=True, exist_ok=True)
    for name, held in arrays.items():
        write_atomically(folder / f"{name}.bin", np.concatenate(held).tobytes())
    write_json(folder / "counts.json", dict(counts))
    return dict(counts)


def read_tokens(folder: Path, split: str) -> dict[str, np.ndarray[Any, Any]]:
    """`part-language` -> tokens of a split, mapped from disk."""
    return {
        path.name.removesuffix(f".{split}.bin"): np.memmap(path, dtype=np.uint16, mode="r")
        for path in sorted(folder.glob(f"*.{split}.bin"))
    }


def read_documents(folder: Path, tokenizer_folder: Path, split: str) -> dict[str, Iterator[str]]:
    """`part-language` -> the texts of a split, decoded from what the model was trained on."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    begin = tokenizer.token_to_id(BEGIN)

    def documents(tokens: np.ndarray[Any, Any]) -> Iterator[str]:
        starts = [*np.flatnonzero(tokens == begin).tolist(), len(tokens)]
        for start, end in pairwise(starts):
            text = tokenizer.decode(tokens[start:end].tolist(), skip_special_tokens=False)
            yield MARKUP.sub("\n", text)  # turns are told apart by a line, as in `Text.words`

    return {name: documents(tokens) for name, tokens in read_tokens(folder, split).items()}


def batches(texts: Iterable[Text], size: int) -> Iterator[list[Text]]:
    """Lists of `size` texts, the last one shorter."""
    iterator = iter(texts)
    while batch := list(islice(iterator, size)):
        yield batch
