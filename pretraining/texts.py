"""The texts: books, real data under free licences, and what the project generates.

Every text passes the leak check here; what is taken out is counted. A share of the books' works
and of the generated texts is held out for the bits per byte on the model card.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Literal

from etude.music.facts import ROOTS
from etude.music.prose import conversations, prose
from etude.music.questions import DEV_ROOTS, TEST_ROOTS
from pretraining.document import Text
from pretraining.generated import GENERATORS
from pretraining.leaks import Protected

LANGUAGES: tuple[Literal["en"], Literal["pt"]] = ("en", "pt")
MUSIC_ROOTS = tuple(root for root in ROOTS if root not in {*DEV_ROOTS, *TEST_ROOTS})
END_OF_WORK = "\f"


def clean(texts: Iterator[Text], protected: Protected, counts: Counter[str]) -> Iterator[Text]:
    """Leave out what is protected: paragraphs of books, and the others as a whole."""
    for text in texts:
        if text.part == "books":
            paragraphs = text.text.split("\n\n")
            kept = protected.without(paragraphs)
            counts["paragraphs of books"] += len(paragraphs) - len(kept)
            yield replace(text, text="\n\n".join(kept))
        elif protected.found_in(text.words()) or protected.repeated_in(text.words()):
            counts[f"texts of {text.part}"] += 1
        else:
            yield text


def books(corpus: Path) -> Iterator[Text]:
    """The works of the public-domain corpus, one at a time."""
    for language in LANGUAGES:
        with gzip.open(corpus / f"{language}.txt.gz", "rt", encoding="utf-8", newline="\n") as file:
            for number, work in enumerate(file.read().split(END_OF_WORK)):
                if work.strip():
                    yield Text("books", f"{language}-{number}", language, work.strip())


def questions(data: Path) -> Iterator[Text]:
    """Question and answer pairs from FaQuAD's training split (CC BY 4.0) and Pirá (CC0)."""
    for article in json.loads((data / "faquad/train.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for item in paragraph["qas"]:
                for answer in item["answers"][:1]:
                    asked = f"{paragraph['context']}\n\n{item['question']}"
                    turns = (("user", asked), ("assistant", answer["text"]))
                    yield Text("questions", "faquad", "pt", turns=turns)
    csv.field_size_limit(sys.maxsize)
    with (data / "pira/Pirá-C-Total.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for language in LANGUAGES:
                asked, answer = (
                    row[f"{name}_{language}_origin"].strip() for name in ("question", "answer")
                )
                if asked and answer:
                    turns = (("user", asked), ("assistant", answer))
                    yield Text("questions", "pira", language, turns=turns)


def generated(count: int, seed: int) -> Iterator[Text]:
    """`count` texts of the project's generators, in turn, both languages."""
    chance = random.Random(seed)
    names = sorted(GENERATORS)
    for number in range(count):
        name, language = names[number % len(names)], LANGUAGES[number // len(names) % 2]
        made = GENERATORS[name](chance, language)
        yield Text("generated", name, language, made.text, made.turns)


def music(count: int, seed: int) -> Iterator[Text]:
    """Theory in prose and in questions, without the roots that `music-theory` is tested on."""
    chance = random.Random(seed)
    said = {language: prose(MUSIC_ROOTS, language, chance) for language in LANGUAGES}
    asked = {language: conversations(MUSIC_ROOTS, language, chance) for language in LANGUAGES}
    for number in range(count):
        language = LANGUAGES[number % 2]
        if number // 2 % 2:
            pairs = islice(asked[language], chance.choice((1, 1, 1, 2, 3)))
            turns = [turn for q, a in pairs for turn in (("user", q), ("assistant", a))]
            yield Text("music", "questions", language, turns=tuple(turns))
        else:
            text = chance.choice(("\n", "\n\n", " ")).join(islice(said[language], 4))
            yield Text("music", "prose", language, text)
