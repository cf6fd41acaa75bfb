"""The passages beside each answer, for the page's browser: text, and whether gold or cited."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.approaches.documents import FOLDER
from etude.approaches.retrieved import Retrieved, read_retrieved
from etude.diagnosis.evidence import Evidence
from etude.metrics.citations import cited
from etude.records import Chunk, Example, Prediction
from etude.retrieval.gold import is_gold

LONGEST = 1200  # characters of a passage that the page carries


def with_passages(
    evidence: Evidence, folder: Path, rows: list[dict[str, Any]]
) -> dict[str, list[str]]:
    """Note in each answer what stood in its prompt; returns texts by their keys, as `written`.

    Of what was retrieved beyond the prompt the gold passages are noted as well. A text stands once,
    however many answers it was shown for.
    """
    texts: dict[str, list[str]] = {}
    for name, about in evidence.retrieval.items():
        place = folder / FOLDER / about["place"]
        if name not in evidence.answers or not place.is_dir():
            continue
        held, by_id = read_retrieved(place), evidence.by_id
        made = {item.example_id: item for item in evidence.answers[name]}
        for row in rows:
            found = list(noted(by_id[row["id"]], made[row["id"]]))
            for item in found:
                item["key"] = f"{about['place'][:6]} {item['id']}"
                if item["key"] not in texts:
                    texts[item["key"]] = written(held, item["id"])
            row["answers"][name]["passages"] = found
    return texts


def noted(example: Example, made: Prediction) -> list[dict[str, Any]]:
    """The passages shown, and gold ones that were found and not shown."""
    numbers = cited(made.text)
    found = []
    for rank, passage in enumerate(made.passages, start=1):
        gold = any(is_gold(passage.id, name) for name in example.gold_passages)
        if passage.shown or gold:
            found.append(
                {
                    "id": passage.id,
                    "rank": rank,
                    "score": passage.score,
                    "gold": gold,
                    "cited": passage.shown and rank in numbers,
                    "shown": passage.shown,
                    "characters": passage.characters,
                }
            )
    return found


def written(held: Retrieved, name: str) -> list[str]:
    """A chunk's title and text, and where it is from if its document says so."""
    chunk = held.chunk(name)
    text = chunk.text if len(chunk.text) <= LONGEST else chunk.text[:LONGEST].rstrip() + "…"
    return [chunk.title, text, *([source] if (source := source_of(chunk)) else [])]


def source_of(chunk: Chunk) -> str:
    """What must be named of a text that is published: its address, revision and licence."""
    known = chunk.metadata
    revision = f"revision {known['revision']}" if known.get("revision") else ""
    return ", ".join(filter(None, (known.get("url"), revision, known.get("licence"))))


def costs_of(evidence: Evidence, name: str) -> Mapping[str, Any]:
    """What retrieval costs an approach: seconds and bytes of its index, seconds a question."""
    about = evidence.retrieval.get(name)
    if about is None:
        return {"index_seconds": 0.0, "index_bytes": None, "retrieve_seconds": 0.0}
    return {
        "index_seconds": about["index"]["seconds"],
        "index_bytes": about["index"]["bytes"],
        "retrieve_seconds": about["seconds"] / max(1, about["questions"]),
    }
