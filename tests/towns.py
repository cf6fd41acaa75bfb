"""Questions on made-up towns, each with the paragraph that answers it, in SQuAD's format."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import yaml

TOWNS = ("Arvo", "Brine", "Cale", "Dorn", "Elm", "Farn", "Gale", "Holt")
THINGS = ("river", "tower", "garden", "bridge")
COLOURS = ("red", "blue", "green", "white")


def write_towns(path: Path, towns: int = len(TOWNS)) -> Path:
    """Two questions on each of four paragraphs of every town."""
    chance = random.Random(3)
    articles = []
    for town in TOWNS[:towns]:
        paragraphs = []
        for thing in THINGS:
            length, colour = f"{chance.randint(100, 999)} metres", chance.choice(COLOURS)
            text = (
                f"The {thing} of {town} is {length} long. It was painted {colour} by the people "
                f"of {town}. Many visit the {thing} in summer."
            )
            told = {"How long is": length, "Which colour has": colour}
            paragraphs.append(
                {
                    "context": text,
                    "qas": [
                        {
                            "id": f"{town}-{thing}-{number}",
                            "question": f"{asked} the {thing} of {town}?",
                            "answers": [{"text": right, "answer_start": text.index(right)}],
                        }
                        for number, (asked, right) in enumerate(told.items(), 1)
                    ],
                }
            )
        articles.append({"title": town, "paragraphs": paragraphs})
    path.write_text(json.dumps({"version": "1", "data": articles}))
    return path


def settings(material: Path, **changes: Any) -> dict[str, Any]:
    """A study of a base with and without passages; `changes` replace top-level blocks."""
    study: dict[str, Any] = {
        "name": "towns",
        "model": {"base": "random-llama"},
        "data": {
            "sources": {"towns": {"kind": "squad", "path": str(material)}},
            "split": {"dev": 8, "test": 8, "group_by": "article"},
        },
        "prompt": {"template": "{instruction}"},
        "generation": {"max_tokens": 6, "batch_size": 8},
        "approaches": {"base": {}, "rag": {"retrieve": {"documents": "towns", "k": 3}}},
        "metrics": ["squad", "retrieval", "grounded"],
        "compare": {"resamples": 100},
        "forgetting": {"passages": 0},
    }
    return study | changes


def write_study(folder: Path, **changes: Any) -> Path:
    """The study as a file, with its material beside it."""
    path = folder / "study.yaml"
    given = settings(write_towns(folder / "towns.json"), **changes)
    path.write_text(yaml.safe_dump(given, sort_keys=False))
    return path
