"""What was retrieved, frozen in the run folder: read by whoever makes prompts or scores answers.

`RUN/retrieved/KEY/` holds `found.jsonl` (a line per batch of questions: ids and scores, the nearest
first), `chunks.jsonl` (each chunk once, with its text) and `facts.json`, which comes last: what was
searched, for whom, and how many bytes of the two others it vouches for. They only ever grow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from etude.approaches.documents import FOLDER, retrieval_key
from etude.approaches.questions import questions
from etude.approaches.targets import answers_of
from etude.approaches.worked import ASK, shots_of
from etude.config.study import Study
from etude.data import Data
from etude.engine.base import Base
from etude.errors import UserError
from etude.prompts import fill
from etude.prompts.passages import Passages, asked
from etude.prompts.shots import question
from etude.records import Chunk, Example, Hit
from etude.store import Place, fingerprint, read_json, text_hash
from etude.training.mixing import taken

FOUND, CHUNKS, FACTS = "found.jsonl", "chunks.jsonl", "facts.json"
KEPT_CHUNKS = 4096  # texts that are in memory at once
QUESTION = "{question}"


def retrieved_folder(folder: Path, key: str) -> Path:
    """Where what was retrieved under a key is kept."""
    return folder / FOLDER / key[:24]


def place_of(study: Study, name: str, base: Base, data_hash: str, folder: Path) -> Path:
    """Where what an approach retrieves is kept."""
    return retrieved_folder(folder, retrieval_key(study, name, base, data_hash))


def place_for(made: Place) -> Path | None:
    """Where the passages of finished predictions are kept; None where they have none."""
    name = read_json(made.manifest).get("retrieved")
    return made.folder / FOLDER / name if name else None


def need(study: Study, name: str) -> str:
    """A hash of whose passages an approach needs, beside the data and `retrieve`."""
    approach = study.approaches[name]
    tune = approach.tune
    return fingerprint(
        {
            "tunes": tune is not None,
            "sources": list(tune.mix.named) if tune is not None and tune.mix is not None else None,
            "shots": approach.shots.model_dump(mode="json") if approach.shots else None,
            "seed": study.seed,
            "ask": [item.model_dump(mode="json", exclude={"expected"}) for item in study.ask],
        }
    )


def is_retrieved(study: Study, name: str, base: Base, data_hash: str, folder: Path) -> bool:
    """Whether all passages that an approach needs are there; true where it needs none."""
    if study.approaches[name].retrieve is None:
        return True
    facts = read_facts(place_of(study, name, base, data_hash, folder))
    return facts is not None and need(study, name) in facts["needs"]


def read_facts(place: Path) -> dict[str, Any] | None:
    """What is known of frozen passages; None where there are none yet."""
    path = place / FACTS
    if not path.exists():
        return None
    facts: dict[str, Any] = read_json(path)
    return facts


def wanted(study: Study, name: str, data: Data) -> Iterator[Example]:
    """The examples whose passages an approach needs, each once.

    Those that it answers; those that it tunes with; and the worked examples of either.
    """
    approach, given = study.approaches[name], dict[str, None]()
    tune = approach.tune
    told = [*data.test, *questions(study)]
    if tune is not None:
        told += [*taken(data.dev, tune.mix), *taken(data.train, tune.mix)]
    shots = shots_of(study, name, data)
    for example in told:
        for item in (example, *shots(example)):
            if (row := row_of(item)) not in given:
                given[row] = None
                yield item


def row_of(example: Example) -> str:
    """What a question is called in `found.jsonl`: prompts of `ask` go by their text."""
    if example.task != ASK:
        return example.id
    return f"ask {text_hash(json.dumps(dict(example.metadata), sort_keys=True))[:24]}"


def query_of(example: Example, template: str | None) -> str:
    """What is searched for to answer an example."""
    if template is None and not example.metadata.get("question", "").strip():
        return last_turn(example)
    text = template or QUESTION
    columns = {"instruction": last_turn(example), "input": "", **example.metadata}
    return fill(text, {**columns, "text": last_turn(example)}, "retrieve.query")


def last_turn(example: Example) -> str:
    """What the user said last."""
    return next((turn.content for turn in reversed(example.messages) if turn.role == "user"), "")


class Retrieved:
    """Frozen passages; texts stay on disk until they are asked for."""

    def __init__(self, place: Path) -> None:
        facts = read_facts(place)
        if facts is None:
            raise UserError(f"{place} holds no passages, although it should: run the study again.")
        self.place, self.facts = place, facts
        self._found: dict[str, list[tuple[str, float]]] = {}
        for line in self._lines(FOUND):
            for row, hits in json.loads(line).items():
                self._found[row] = [(str(name), float(score)) for name, score in hits]
        self._places: dict[str, tuple[int, int]] = {}
        start = 0
        for line in self._lines(CHUNKS):
            self._places[chunk_in(line).id] = (start, len(line))
            start += len(line)
        self.chunk: Callable[[str], Chunk] = lru_cache(KEPT_CHUNKS)(self._chunk)

    def _lines(self, name: str) -> list[bytes]:
        """The lines that the facts vouch for.

        Raises:
            UserError: where they are not as they were written.
        """
        path, vouched = self.place / name, self.facts["files"][name]
        with path.open("rb") as file:
            content = file.read(vouched["bytes"])
        if hashlib.sha256(content).hexdigest() != vouched["sha256"]:
            raise UserError(
                f"{path} is damaged or was edited: delete {self.place} and run the study again, "
                "which retrieves the same passages anew."
            )
        return lines_of(content)

    def _chunk(self, name: str) -> Chunk:
        start, length = self._places[name]
        with (self.place / CHUNKS).open("rb") as file:
            file.seek(start)
            return chunk_in(file.read(length))

    def text(self, name: str) -> str:
        """The text of a chunk by its id."""
        return self.chunk(name).text

    def found(self, example: Example) -> Sequence[Hit]:
        """All that was retrieved for an example, the nearest first."""
        row = row_of(example)
        if row not in self._found:
            raise UserError(
                f"No passages were retrieved for example '{example.id}': delete {self.place} and "
                "run the study again."
            )
        return [Hit(self.chunk(name), score) for name, score in self._found[row]]

    def names(self, example: Example) -> list[str]:
        """The ids of the chunks alone; none for what nothing was retrieved for."""
        return [name for name, _ in self._found.get(row_of(example), ())]


def lines_of(content: bytes) -> list[bytes]:
    """Lines that end at a line feed alone."""
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]]


def chunk_in(line: bytes) -> Chunk:
    """A line of `chunks.jsonl`."""
    return Chunk(**json.loads(line))


@lru_cache(maxsize=2)  # a process makes prompts for splits, seeds and approaches of one key
def opened(place: Path, size: int) -> Retrieved:
    """Frozen passages, read once; `size` is that of the facts, which change as they grow."""
    del size
    return Retrieved(place)


def read_retrieved(place: Path) -> Retrieved:
    """The frozen passages of a folder."""
    path = place / FACTS
    return opened(place, path.stat().st_mtime_ns if path.exists() else 0)


def passages_of(
    study: Study, name: str, base: Base, data_hash: str, folder: Path
) -> Passages | None:
    """What an approach puts of retrieved passages into prompts; None where it retrieves nothing."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return None
    held = read_retrieved(place_of(study, name, base, data_hash, folder))
    return passages_with(study, name, held.found)


def passages_with(study: Study, name: str, found: Callable[[Example], Sequence[Hit]]) -> Passages:
    """What an approach puts into prompts of what is `found` for an example."""
    retrieve = study.approaches[name].retrieve
    assert retrieve is not None  # noqa: S101 - callers ask of approaches that retrieve
    cites, abstains = asked(study.data.language, cite=retrieve.cite, abstain=retrieve.abstain)
    answer = answers_of(study, name)
    return Passages(found, retrieve.k, retrieve.template, cites, abstains, answer)


def not_itself(example: Example, hits: Iterable[Any], *, of_source: bool) -> list[Any]:
    """What was found without the example itself: its own id, or its own question as a title."""
    if not of_source:
        return list(hits)
    own = folded(question(example))
    return [
        hit
        for hit in hits
        if hit.chunk.document != example.id and (not own or folded(hit.chunk.title) != own)
    ]


def folded(text: str) -> str:
    """A text without regard to case and white space."""
    return " ".join(text.casefold().split())
