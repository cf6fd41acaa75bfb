"""A look at the material: counts, languages, lengths, labels, frequent words; plain values.

The examples stay where they are and pass three times: to be counted, and for their texts twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from etude.data.columns import Column, CountTokens, FrequentWords
from etude.data.frozen import Data
from etude.data.languages import SEVERAL, UNCLEAR, name_of
from etude.data.lengths import lengths
from etude.data.rows import SPLITS
from etude.data.words import STOP_WORDS
from etude.progress import Progress, silent
from etude.records import Example

PART = 500  # examples that are in memory together
SAMPLES = 3
LARGEST = 10  # groups that are named
UNITS = ("characters", "words", "tokens")


@dataclass(slots=True)
class Seen:
    """What is counted of examples while they pass, without their texts."""

    splits: dict[str, dict[str, Any]] = field(default_factory=dict)
    turns: Counter[int] = field(default_factory=Counter)
    references: Counter[int] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    choices: list[str] = field(default_factory=list)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    samples: list[Example] = field(default_factory=list)
    with_system: bool = False
    with_parts: bool = False

    def add(self, split: str, examples: Sequence[Example]) -> None:
        """Count a split."""
        tasks: Counter[str] = Counter()
        groups: set[str] = set()
        self.labels[split] = Counter()
        first: dict[str, Example] = {}
        for number, example in enumerate(examples):
            if number == 0:
                self.choices += example.choices
            first.setdefault(example.task, example)
            tasks[example.task] += 1
            self.turns[len(example.messages)] += 1
            self.references[len(example.references)] += 1
            if example.label is not None:
                self.labels[split][example.label] += 1
            if example.group is not None:
                groups.add(example.group)
                self.groups[example.group] += 1
            self.with_system = self.with_system or bool(_joined(example, of_system=True))
            self.with_parts = self.with_parts or all(_parts(example))
        if split == "train":  # the first rows; of several sources, the first row of each
            self.samples = list(first.values()) if len(first) > 1 else list(examples[:SAMPLES])
        self.splits[split] = {
            "rows": len(examples),
            "groups": len(groups) if groups else None,
            "sources": dict(tasks),
        }


def explore(
    data: Data, count_tokens: CountTokens | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """What is in the material, JSON-able; however much it is, few of its texts are in memory.

    `columns` hold, for the prompt (all turns), its parts where it has several (system,
    instruction, input) and the response (the first reference): `rows`, `empty` and `distinct`
    texts, the text that `always` stands there (or None), `languages` (code or "unclear" -> texts
    that are not empty), `frequent` words (see `FrequentWords`) and, per unit (characters, words,
    tokens), what `lengths` gives. Tokens are there only when `count_tokens` is given (texts ->
    number of tokens of each). Rows that are not used are counted by reason, as on the card.
    """
    seen = Seen()
    for name in SPLITS:
        seen.add(name, getattr(data, name))
    language = data.card.get("language", "en")
    columns = _columns(data, seen, language, count_tokens, progress)
    labels = _labels(seen)
    return {
        "task": data.card.get("task"),
        "language": language,
        "sources": data.card.get("sources", {}),
        "splits": seen.splits,
        "columns": columns,
        "turns": _count(seen.turns),
        "references": _count(seen.references),
        "labels": labels,
        "commonest_label": _commonest(labels),
        "groups": _groups(seen.groups),
        "dropped": dict(data.card.get("dropped", {})),
        "remarks": {kind: held["count"] for kind, held in data.card.get("remarks", {}).items()},
        "samples": [example.to_json() for example in seen.samples],
        "notes": [*data.card.get("notes", ()), *_notes(columns, language)],
    }


def _columns(
    data: Data, seen: Seen, language: str, count_tokens: CountTokens | None, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Column -> what its texts are like. A part that no prompt has is no column."""
    names = [
        *(["system"] if seen.with_system else []),
        *(["instruction", "input"] if seen.with_parts else []),
        "prompt",
        "response",
    ]
    columns = {name: Column(count_tokens) for name in names}
    for texts in _passing(data, "languages and lengths", progress):
        for name, column in columns.items():
            column.add(texts[name])
    words = {name: FrequentWords(column, language) for name, column in columns.items()}
    for texts in _passing(data, "frequent words", progress):
        for name in columns:
            words[name].add(texts[name])
    return {name: column.summary(words[name].found()) for name, column in columns.items()}


def _passing(data: Data, what: str, progress: Progress) -> Iterator[dict[str, list[str]]]:
    """Column -> the texts of some examples after the others."""
    total, done = sum(len(getattr(data, name)) for name in SPLITS), 0
    rest = chain.from_iterable(getattr(data, name) for name in SPLITS)
    while part := list(islice(rest, PART)):
        progress(what, done, total, "")
        yield texts_of(part)
        done += len(part)
    progress(what, total, total, "")


def texts_of(examples: Sequence[Example]) -> dict[str, list[str]]:
    """Column -> its texts.

    The instruction and the input are told from other turns by what the user's turn was made of.
    """
    parts = [_parts(example) for example in examples]
    return {
        "system": [_joined(example, of_system=True) for example in examples],
        "instruction": [instruction for instruction, _ in parts],
        "input": [given for _, given in parts],
        "prompt": ["\n\n".join(turn.content for turn in item.messages) for item in examples],
        "response": [example.references[0] for example in examples],
    }


def _joined(example: Example, *, of_system: bool) -> str:
    """The system's turns, or all others."""
    turns = [turn for turn in example.messages if (turn.role == "system") is of_system]
    return "\n\n".join(turn.content for turn in turns)


def _parts(example: Example) -> tuple[str, str]:
    """Instruction and input, where the user's turn is made of them; else two empty texts."""
    parts = tuple(example.metadata.get(name, "") for name in ("instruction", "input"))
    made = "\n\n".join(part for part in parts if part)
    return (parts[0], parts[1]) if made == _joined(example, of_system=False) else ("", "")


def _count(numbers: Mapping[int, int]) -> dict[str, int]:
    """Number of turns or references -> examples that have so many."""
    return {str(number): numbers[number] for number in sorted(numbers)}


def _labels(seen: Seen) -> dict[str, dict[str, int]]:
    """label -> split -> rows; labels that no row has are there with zeros."""
    used = chain.from_iterable(seen.labels.values())
    return {
        label: {name: counts[label] for name, counts in seen.labels.items()}
        for label in dict.fromkeys([*seen.choices, *used])
    }


def _commonest(labels: Mapping[str, Mapping[str, int]]) -> dict[str, Any] | None:
    """The label that is commonest in training, and how often it would be right in the test."""
    if not labels:
        return None
    label = max(labels, key=lambda name: labels[name]["train"])
    tested = sum(counts["test"] for counts in labels.values())
    return {"label": label, "test_share": labels[label]["test"] / tested if tested else None}


def _groups(sizes: Counter[str]) -> dict[str, Any] | None:
    """How many groups, how large they are, and the largest of them."""
    if not sizes:
        return None
    largest = [list(pair) for pair in sizes.most_common(LARGEST)]
    return {"n": len(sizes), "rows": lengths(list(sizes.values())), "largest": largest}


def _notes(columns: Mapping[str, Mapping[str, Any]], language: str) -> list[str]:
    """What the reader should know of languages and words."""
    notes = []
    without = {
        found
        for column in columns.values()
        for found in column["frequent"]
        if found not in STOP_WORDS and found != SEVERAL
    }
    if without:
        listed = ", ".join(sorted(f"'{found}'" for found in without))
        notes.append(f"no stop words are known for {listed}: frequent words show all words")
    told = Counter(columns["response"]["languages"])
    told.pop(UNCLEAR, None)
    found, count = told.most_common(1)[0] if told else (language, 0)
    if language not in (found, SEVERAL) and count > columns["response"]["rows"] / 2:
        notes.append(
            f"most responses are in {name_of(found)}, but data.language is '{language}', which "
            f"decides how metrics cut words: set data: {{language: {found}}}"
        )
    return notes
