"""The only currency between rooms: Example, Document, Chunk, Prediction, Score, Finding.

Only `etude.data` knows file formats; everywhere else an `Example` goes in and a `Prediction`
comes out. Records are immutable and turn into plain JSON objects and back without loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length"]
Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = get_args(Level)  # the gravest first


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to answer, and what a right answer looks like.

    `messages` are the turns before the answer (a plain instruction with its input is one user
    turn); `references` are one or several right answers, the first of them being what training
    supervises. `metadata` holds every column of the row the example came from, so that a
    prompt template may name them. `gold_passages` name what holds the answer: a document
    (`1234`), or a span of its characters (`1234:120-480`).
    """

    id: str
    task: str
    messages: tuple[Message, ...]
    references: tuple[str, ...]
    group: str | None = None
    label: str | None = None
    choices: tuple[str, ...] = ()
    gold_passages: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        # By hand: `asdict` copies every text deeply, which is felt at 100,000 examples.
        return {
            "id": self.id,
            "task": self.task,
            "messages": [{"role": turn.role, "content": turn.content} for turn in self.messages],
            "references": list(self.references),
            "group": self.group,
            "label": self.label,
            "choices": list(self.choices),
            "gold_passages": list(self.gold_passages),
            "metadata": dict(self.metadata),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Example:
        return cls(
            id=row["id"],
            task=row["task"],
            messages=tuple(Message(turn["role"], turn["content"]) for turn in row["messages"]),
            references=tuple(row["references"]),
            group=row["group"],
            label=row["label"],
            choices=tuple(row["choices"]),
            gold_passages=tuple(row["gold_passages"]),
            metadata=dict(row["metadata"]),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A text that passages are cut from: paragraphs with blank lines between them.

    `id` is unique within its material. `metadata` says where it came from (url, revision, licence).
    """

    id: str
    title: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, as an index holds it: `document.text[start:end]` is its text.

    Its id is the document's with the span (`1234:0-980`), so that what was found can be compared
    with what should have been found without any index.
    """

    document: str
    title: str
    text: str
    start: int
    end: int
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.document}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found for a question; a higher score is nearer, comparable in one search."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk: its id and the retriever's score (higher is nearer).

    `shown` is false of what was retrieved beyond the passages that stood in the prompt, or did not
    fit into it. `characters` says how many of a shown passage's characters stood there, where the
    rest was cut.
    """

    id: str
    score: float
    shown: bool = True
    characters: int | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one approach answered to one example, and all that scoring needs to know of it.

    `reference_logprob` is the natural-log probability of the first reference given the prompt
    (summed over `reference_tokens` tokens, end of sequence included; `reference_bytes` UTF-8
    bytes), so that perplexity is computed again without a model. `label_scores` hold the
    log-probability of every label. `truncated_tokens` counts prompt tokens that were cut to fit
    the context window. `seconds` is this example's share of its batch's wall-clock time.
    """

    example_id: str
    approach: str
    seed: int
    text: str
    prompt_tokens: int
    answer_tokens: int
    finish: Finish
    seconds: float
    label: str | None = None
    label_scores: Mapping[str, float] | None = None
    reference_logprob: float | None = None
    reference_tokens: int | None = None
    reference_bytes: int | None = None
    truncated_tokens: int = 0
    passages: tuple[Passage, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Prediction:
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in row.items() if name in known}
        passages = tuple(
            Passage(item["id"], item["score"], item.get("shown", True), item.get("characters"))
            for item in row.get("passages", ())
        )
        return cls(**values | {"passages": passages})


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one approach: the aggregate, its interval, and the value per example.

    `low` and `high` bound the bootstrap interval and are None where none can be drawn (fewer
    than two resampling units). `values` maps example ids to the example's own value; metrics
    that exist only for a set (macro-F1) have none.
    """

    metric: str
    approach: str
    value: float
    low: float | None
    high: float | None
    n: int
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that went wrong or deserves attention: what, evidence, how sure, what to do."""

    kind: str
    level: Level
    what: str
    evidence: str
    sure: str
    advice: str
    approach: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
