"""A look at the material: counts, lengths, labels, frequent words; plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any

from etude.data.frozen import Data
from etude.data.rows import SPLITS
from etude.data.words import STOP_WORDS, words_of
from etude.records import Example

BINS = 20
FREQUENT = 30
SAMPLES = 3

CountTokens = Callable[[list[str]], list[int]]


def explore(data: Data, count_tokens: CountTokens | None = None) -> dict[str, Any]:
    """What is in the material, JSON-able.

    `columns.<prompt|response>.<characters|words|tokens>` hold n, empty, min, median, p90, max and
    a histogram (`edges`, one more than `counts`); tokens only when `count_tokens` is given (texts
    -> number of tokens of each). The prompt is all turns, the response the first reference;
    duplicates and other dropped rows are counted by reason, as on the card.
    """
    splits: dict[str, Sequence[Example]] = {name: getattr(data, name) for name in SPLITS}
    examples = [example for name in SPLITS for example in splits[name]]
    texts = {
        "prompt": [_prompt(example) for example in examples],
        "response": [example.references[0] for example in examples],
    }
    language = data.card.get("language", "en")
    stop_words = STOP_WORDS.get(language)
    notes = list(data.card.get("notes", ()))
    if stop_words is None:
        notes.append(f"no stop words are known for '{language}': frequent words show all words")
    columns: dict[str, Any] = {}
    frequent: dict[str, list[list[Any]]] = {}
    for column, held in texts.items():
        words = [words_of(text) for text in held]
        columns[column] = {
            "characters": lengths([len(text) for text in held]),
            "words": lengths([len(found) for found in words]),
        }
        if count_tokens is not None:
            columns[column]["tokens"] = lengths(count_tokens(held))
        counts = Counter(word for found in words for word in found)
        for word in stop_words or ():
            counts.pop(word, None)
        frequent[column] = [list(pair) for pair in counts.most_common(FREQUENT)]
    return {
        "task": data.card.get("task"),
        "language": language,
        "sources": data.card.get("sources", {}),
        "splits": {name: _split(held) for name, held in splits.items()},
        "columns": columns,
        "references": _by_count(examples),
        "labels": _labels(splits),
        "dropped": dict(data.card.get("dropped", {})),
        "remarks": {kind: held["count"] for kind, held in data.card.get("remarks", {}).items()},
        "words": {"language": language if stop_words else None, **frequent},
        "samples": [example.to_json() for example in data.train[:SAMPLES]],
        "notes": notes,
    }


def lengths(values: Sequence[int]) -> dict[str, Any]:
    """min, median, p90, max and a histogram of whole numbers; the last bin ends at the maximum."""
    if not values:
        return {"n": 0, "empty": 0, "histogram": {"edges": [], "counts": []}}
    ordered = sorted(values)
    tenths = quantiles(ordered, n=10, method="inclusive") if len(ordered) > 1 else ordered * 9
    low, high = ordered[0], ordered[-1]
    width = max(1, -(-(high - low + 1) // BINS))
    bins = (high - low) // width + 1
    counts = [0] * bins
    for value in ordered:
        counts[(value - low) // width] += 1
    return {
        "n": len(ordered),
        "empty": ordered.count(0),
        "min": low,
        "median": tenths[4],
        "p90": tenths[8],
        "max": high,
        "histogram": {"edges": [low + width * step for step in range(bins + 1)], "counts": counts},
    }


def _prompt(example: Example) -> str:
    return "\n\n".join(turn.content for turn in example.messages)


def _split(examples: Sequence[Example]) -> dict[str, Any]:
    groups = {example.group for example in examples} - {None}
    return {
        "rows": len(examples),
        "groups": len(groups) if groups else None,
        "sources": dict(Counter(example.task for example in examples)),
    }


def _by_count(examples: Sequence[Example]) -> dict[str, int]:
    """Number of references -> examples that have so many."""
    counts = Counter(len(example.references) for example in examples)
    return {str(count): counts[count] for count in sorted(counts)}


def _labels(splits: dict[str, Sequence[Example]]) -> dict[str, dict[str, int]]:
    """label -> split -> rows; labels that no row has are there with zeros."""
    known = [label for held in splits.values() for item in held for label in item.choices]
    labels = dict.fromkeys(known + [i.label for held in splits.values() for i in held if i.label])
    return {
        label: {name: sum(item.label == label for item in held) for name, held in splits.items()}
        for label in labels
    }
