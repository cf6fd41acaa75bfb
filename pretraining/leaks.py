"""The leak check: no 13 words in a row of anything that studies are tested on.

    python -m pretraining.leaks --data ../shared/data --work runs/pretraining

reads back every token that was trained on, as text, and fails if it finds any. What must not be
learnt is every file under the folder of real data except those that pretraining may read, and the
material of the recipes that ship except what is named as training material. Words are compared in
lower case without punctuation (Brown et al. 2020, arXiv:2005.14165, appendix C, uses 13-grams
likewise). Items of 6 to 12 words, such as short questions, are compared as whole lines.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

LENGTH = 13
SHORT = 6  # words of the shortest item that is protected as a whole; fewer may meet by chance
WORDS = re.compile(r"\w+")
BASE = np.uint64(1_000_003)
# Published for training, and in no recipe's test split; what they share with test files is caught.
READ_FOR_TRAINING = ("faquad/train.json", "pira/Pirá-C-Total.csv", "dialogsum/*.train.*")
NO_TEXT = ("SOURCE*", "LICENSE*", "README*", "DATA_LICENSE*", "FORMAT*", "*.bz2")

Hashes = NDArray[np.uint64]


@lru_cache(maxsize=2_000_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode()) | (zlib.adler32(word.encode()[::-1]) << 32)


def ngrams(text: str, length: int = LENGTH) -> Hashes:
    """A 64-bit number for each run of `length` words; empty if the text has fewer."""
    found = np.array([_hash(word) for word in WORDS.findall(text.casefold())], dtype=np.uint64)
    if len(found) < length:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(len(found) - length + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is what is wanted
        for offset in range(length):
            total = total * BASE + found[offset : offset + len(total)]
    return total


class Protected:
    """13-grams that no pretraining text may hold, and shorter items that none may repeat."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts, self.short = [], set[str]()
        for text in texts:
            parts.append(ngrams(text))
            if SHORT <= len(words := WORDS.findall(text.casefold())) < LENGTH:
                self.short.add(" ".join(words))
        self.hashes: Hashes = np.unique(np.concatenate(parts)) if parts else ngrams("")

    def repeated_in(self, text: str) -> list[str]:
        """The lines of a text that are a protected item of 6 to 12 words, such as a question."""
        lines = (" ".join(WORDS.findall(line.casefold())) for line in text.splitlines())
        return [line for line in lines if line in self.short]

    def found_in(self, text: str) -> list[int]:
        """At which of the text's words a protected 13-gram begins."""
        here = ngrams(text)
        if not len(here) or not len(self.hashes):
            return []
        place = np.searchsorted(self.hashes, here)
        place[place == len(self.hashes)] = 0
        starts: list[int] = np.flatnonzero(self.hashes[place] == here).tolist()
        return starts

    def without(self, paragraphs: Sequence[str]) -> list[str]:
        """The paragraphs, less every one that has part in a protected 13-gram."""
        kept = list(paragraphs)
        while starts := self.found_in("\n\n".join(kept)):
            ends = np.cumsum([len(WORDS.findall(item.casefold())) for item in kept])
            touched = {
                int(index)
                for start in starts
                for index in np.unique(
                    np.searchsorted(ends, np.arange(start, start + LENGTH), side="right")
                )
            }
            kept = [item for index, item in enumerate(kept) if index not in touched]
        return kept


def protected_texts(data: Path, material: Path) -> Iterator[str]:
    """Every text under `data` that is not read for training, and every recipe's test material."""
    training = {path for pattern in READ_FOR_TRAINING for path in data.glob(pattern)}
    for path in sorted(data.rglob("*")):
        if path.is_file() and path not in training and not _is_no_text(path):
            yield from texts_of(path)
    for path in sorted(material.rglob("*")):
        if path.is_file() and ".train." not in path.name:
            yield from texts_of(path)


def _is_no_text(path: Path) -> bool:
    return any(path.match(pattern) for pattern in NO_TEXT)


def texts_of(path: Path) -> Iterator[str]:
    """The texts in a JSON, JSON Lines, CSV, XML or plain file, packed with gzip or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = content.decode("utf-8", errors="replace")
    kind = [suffix for suffix in path.suffixes if suffix != ".gz"][-1:]
    if kind == [".json"]:
        yield from strings(json.loads(text))
    elif kind == [".jsonl"]:
        for line in filter(None, text.split("\n")):
            yield from strings(json.loads(line))
    elif kind == [".csv"]:
        csv.field_size_limit(sys.maxsize)
        for row in csv.reader(io.StringIO(text)):
            yield from row
    elif kind == [".xml"]:
        # The files were chosen by whoever runs this; they do not come from strangers.
        yield from ElementTree.fromstring(content).itertext()  # noqa: S314
    else:
        yield text


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value; a list of strings also as one text (lines of a poem)."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "\n".join(value)
        for item in value:
            yield from strings(item)


def check(work: Path, protected: Protected) -> int:
    """Protected texts in all that was trained on, told on standard output; 0 is green.

    Books are searched for 13-grams alone: what one of their lines shares with a short item is an
    idiom or a line of verse, and the item's own source would show in longer runs.
    """
    from pretraining.pack import read_documents

    total = 0
    for name, texts in read_documents(work / "tokens", work / "tokenizer", "train").items():
        read = 0
        for text in texts:
            read += 1
            words = text.split() if (starts := protected.found_in(text)) else []
            repeated = [] if name.startswith("books") else protected.repeated_in(text)
            total += len(starts) + len(repeated)
            for start in starts[:1]:
                print(f"{name}, near word {start}: {' '.join(words[start : start + 20])}")
            for line in repeated[:1]:
                print(f"{name}, a whole line: {line}")
        print(f"{name}: {read:,} texts read")
    print(
        f"{total} protected texts found among {len(protected.hashes):,} runs of {LENGTH} words and "
        f"{len(protected.short):,} shorter items"
    )
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    recipes = Path(__file__).parent.parent / "src/etude/recipes/material"
    known = Protected(protected_texts(options.data, recipes))
    sys.exit(1 if check(options.work, known) else 0)
