"""What retrieval is measured on: real paragraphs and questions, made-up chunks and vectors."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from etude.data.squad import passage_id
from etude.records import Document

Set = tuple[list[Document], list[tuple[str, str]]]  # documents; questions and the right document
WORDS, CHUNK = 100_000, 145  # of the vocabulary; of a chunk
STOPS = (
    *("a", "o", "de", "que", "e", "do", "da", "em", "um", "para", "com", "não", "uma", "os", "no"),
    *("se", "na", "por", "mais", "as", "dos", "como", "mas", "ao", "ele", "das", "à", "seu", "ou"),
)
SYLLABLES = [
    first + second
    for first in (*"bcdfglmnprstvz", "ch", "nh", "lh", "br", "tr", "pr", "qu")
    for second in "aeiouãé"
]
ENDINGS = ("", "s", "ção", "ções", "mente", "dade", "ar", "ado", "adas", "indo", "ista", "or", "al")


def real_sets(folder: Path) -> dict[str, Set]:
    """FaQuAD and Pirá (Portuguese), each paragraph once; without what is not at hand."""
    found = {}
    if (folder / "faquad").is_dir():
        found["FaQuAD"] = _squad([folder / "faquad" / name for name in ("train.json", "dev.json")])
    if (folder / "squad_pt").is_dir():
        found["SQuAD-pt (sample)"] = _squad([folder / "squad_pt" / "sample-v1.1-pt.json"])
    if (folder / "pira").is_dir():
        found["Pirá (test)"] = _pira(folder / "pira" / "pira2_test.csv")
    return found


def _squad(paths: list[Path]) -> Set:
    documents: dict[str, Document] = {}
    questions = []
    for path in paths:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                name = passage_id(text)
                documents.setdefault(name, Document(name, article.get("title", ""), text))
                questions += [(question["question"], name) for question in paragraph["qas"]]
    return list(documents.values()), questions


def _pira(path: Path) -> Set:
    documents: dict[str, Document] = {}
    questions = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["abstract_translated_pt"]
            name = passage_id(text)
            documents.setdefault(name, Document(name, "", text))
            questions.append((row["question_pt_origin"], name))
    return list(documents.values()), questions


def make_chunks(number: int, questions: int = 300) -> tuple[list[Document], list[str]]:
    """Texts of about 1,000 characters that look like Portuguese to an analyser, and questions.

    Words fall off in frequency as in a language (Zipf), a third are stop words; a question is
    eight words of one text.
    """
    chance = random.Random(7)
    words = [
        "".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) + chance.choice(ENDINGS)
        for _ in range(WORDS)
    ]
    often = list(accumulate(1 / (rank + 1) ** 1.05 for rank in range(WORDS)))
    documents = []
    for row in range(number):
        text = chance.choices(words, cum_weights=often, k=CHUNK * 2 // 3)
        text += chance.choices(STOPS, k=CHUNK - len(text))
        chance.shuffle(text)
        sentences = [" ".join(text[place : place + 15]) for place in range(0, CHUNK, 15)]
        body = " ".join(f"{sentence.capitalize()}." for sentence in sentences)
        documents.append(Document(f"d{row}", chance.choice(words).title(), body))
    asked = [
        " ".join(chance.sample(chance.choice(documents).text.replace(".", "").split(), 8))
        for _ in range(questions)
    ]
    return documents, asked


def make_vectors(
    number: int, width: int = 384, queries: int = 200
) -> tuple[Iterator[tuple[int, Any]], Any]:
    """Vectors of length 1 in blocks, as (first row, block), and others near some of them.

    They lie around centres, as those of texts do, and in few of the directions that they could
    have (`inner`): even on a sphere, where all are about as far from one another, no index helps.
    """
    import numpy as np

    inner = 32
    first = np.random.default_rng(1)
    centres = first.normal(size=(2000, inner)).astype(np.float32)
    basis = first.normal(size=(inner, width)).astype(np.float32)

    def near(chance: Any, count: int) -> Any:
        chosen = centres[chance.integers(len(centres), size=count)]
        found = chosen + 0.7 * chance.normal(size=(count, inner)).astype(np.float32)
        found = found @ basis + 0.5 * chance.normal(size=(count, width)).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def blocks() -> Iterator[tuple[int, Any]]:
        for start in range(0, number, 20_000):
            yield start, near(np.random.default_rng(start + 2), min(20_000, number - start))

    return blocks(), near(np.random.default_rng(0), queries)
