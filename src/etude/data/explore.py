"""A look at the material: counts, languages, lengths, labels, frequent words; plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from statistics import quantiles
from typing import Any

from etude.data.frozen import Data
from etude.data.languages import SEVERAL, UNCLEAR, language_of, likeliest, name_of
from etude.data.rows import SPLITS
from etude.data.words import STOP_WORDS, words_of
from etude.progress import Progress, silent, watched
from etude.records import Example

BINS = 20
PART = 500  # texts whose tokens are counted together
FREQUENT = 30  # words of a language
SAMPLES = 3
LARGEST = 10  # groups that are named
UNITS = ("characters", "words", "tokens")
RARE = 0.05  # share of a column's texts below which a language has no list of words of its own

CountTokens = Callable[[list[str]], list[int]]


def explore(
    data: Data, count_tokens: CountTokens | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """What is in the material, JSON-able.

    `columns` hold, for the prompt (all turns), its parts where it has several (system,
    instruction, input) and the response (the first reference): `rows`, `empty` and `distinct`
    texts, the text that `always` stands there (or None), `languages` (code or "unclear" -> texts
    that are not empty), `frequent` words (see `frequent_words`) and, per unit (characters, words,
    tokens), what `lengths` gives. Tokens are there only when `count_tokens` is given (texts ->
    number of tokens of each). Rows that are not used are counted by reason, as on the card.
    """
    splits: dict[str, Sequence[Example]] = {name: getattr(data, name) for name in SPLITS}
    examples = [example for name in SPLITS for example in splits[name]]
    language = data.card.get("language", "en")
    columns = {
        name: _column(name, texts, language, count_tokens, progress)
        for name, texts in texts_of(examples).items()
    }
    labels = _labels(splits)
    return {
        "task": data.card.get("task"),
        "language": language,
        "sources": data.card.get("sources", {}),
        "splits": {name: _split(held) for name, held in splits.items()},
        "columns": columns,
        "turns": _count(len(example.messages) for example in examples),
        "references": _count(len(example.references) for example in examples),
        "labels": labels,
        "commonest_label": _commonest(labels),
        "groups": _groups(examples),
        "dropped": dict(data.card.get("dropped", {})),
        "remarks": {kind: held["count"] for kind, held in data.card.get("remarks", {}).items()},
        "samples": [example.to_json() for example in _samples(data.train)],
        "notes": [*data.card.get("notes", ()), *_notes(columns, language)],
    }


def texts_of(examples: Sequence[Example]) -> dict[str, list[str]]:
    """Column -> its texts. A part that no prompt has, or that is all there is of one, is no column.

    The instruction and the input are told from other turns by what the user's turn was made of.
    """
    system = [_joined(example, of_system=True) for example in examples]
    parts = [_parts(example) for example in examples]
    found = {"system": system} if any(system) else {}
    if any(instruction and given for instruction, given in parts):
        found["instruction"] = [instruction for instruction, _ in parts]
        found["input"] = [given for _, given in parts]
    prompts = ["\n\n".join(turn.content for turn in example.messages) for example in examples]
    return found | {
        "prompt": prompts,
        "response": [example.references[0] for example in examples],
    }


def lengths(values: Sequence[int]) -> dict[str, Any]:
    """min, median, p90, max and a histogram (`edges`, one more than `counts`) of whole numbers.

    Bins are equally wide; where few values lie far above all others, the last bin is wider and
    holds them. A bin begins at its edge and ends before the next.
    """
    if not values:
        return {"n": 0, "histogram": {"edges": [], "counts": []}}
    ordered = sorted(values)
    tenths = quantiles(ordered, n=10, method="inclusive") if len(ordered) > 1 else ordered * 9
    edges = _edges(ordered)
    counts = [0] * (len(edges) - 1)
    width = edges[1] - edges[0]
    for value in ordered:
        counts[min((value - edges[0]) // width, len(counts) - 1)] += 1
    return {
        "n": len(ordered),
        "min": ordered[0],
        "median": tenths[4],
        "p90": tenths[8],
        "max": ordered[-1],
        "histogram": {"edges": edges, "counts": counts},
    }


def _edges(ordered: Sequence[int]) -> list[int]:
    low, high = ordered[0], ordered[-1]
    most = ordered[int(0.99 * (len(ordered) - 1))]
    has_tail = high - low > 2 * max(most - low, BINS)
    bins, end = (BINS - 1, most) if has_tail else (BINS, high)
    width = -(-(end - low + 1) // bins)
    edges = [low + width * step for step in range((end - low) // width + 2)]
    return [*edges, high + 1] if has_tail else edges


def frequent_words(
    texts: Sequence[str], told: Mapping[str, str], default: str
) -> dict[str, list[list[Any]]]:
    """Language -> its commonest words without stop words, as [word, count], commonest first.

    Words count for the language of their text, as `told`. Where that is unclear or rare in the
    column, they count for the likeliest of the column's common languages; for `default` where
    there is none.
    """
    known = Counter(told[text] for text in texts if text in told)
    del known[UNCLEAR]
    own = [found for found, count in known.most_common() if count >= RARE * len(texts)]
    held: dict[str, list[str]] = {language: [] for language in own or [default]}
    for text in texts:
        language = told.get(text, UNCLEAR)
        held[language if language in held else likeliest(text, list(held))].append(text)
    counts = {
        language: Counter(word for text in those for word in words_of(text))
        for language, those in held.items()
    }
    for language, counted in counts.items():
        for word in _stop_words(language):
            counted.pop(word, None)
    return {
        language: [list(pair) for pair in counted.most_common(FREQUENT)]
        for language, counted in counts.items()
    }


def _stop_words(language: str) -> frozenset[str]:
    """Those of a language, where they are known; all that are known for several languages."""
    known = frozenset[str]().union(*STOP_WORDS.values()) if language == SEVERAL else frozenset()
    return STOP_WORDS.get(language, known)


def _column(
    name: str,
    texts: list[str],
    default: str,
    count_tokens: CountTokens | None,
    progress: Progress,
) -> dict[str, Any]:
    distinct = list(dict.fromkeys(texts))
    said = [text for text in texts if text.strip()]
    asked = watched(list(dict.fromkeys(said)), f"languages, {name}", progress)
    told = {text: language_of(text) for text in asked}  # rows may share a text
    column = {
        "rows": len(texts),
        "empty": len(texts) - len(said),
        "distinct": len(distinct),
        "always": distinct[0] if len(distinct) == 1 < len(texts) else None,
        "languages": dict(Counter(told[text] for text in said).most_common()),
        "frequent": frequent_words(said, told, default),
        "characters": lengths([len(text) for text in texts]),
        "words": lengths([len(words_of(text)) for text in texts]),
    }
    if count_tokens is not None:
        parts = [distinct[start : start + PART] for start in range(0, len(distinct), PART)]
        counted = [count_tokens(part) for part in watched(parts, f"tokens, {name}", progress)]
        tokens = dict(zip(distinct, chain.from_iterable(counted), strict=True))
        column["tokens"] = lengths([tokens[text] for text in texts])
    return column


def _joined(example: Example, *, of_system: bool) -> str:
    """The system's turns, or all others."""
    turns = [turn for turn in example.messages if (turn.role == "system") is of_system]
    return "\n\n".join(turn.content for turn in turns)


def _parts(example: Example) -> tuple[str, str]:
    """Instruction and input, where the user's turn is made of them; else two empty texts."""
    parts = tuple(example.metadata.get(name, "") for name in ("instruction", "input"))
    made = "\n\n".join(part for part in parts if part)
    return (parts[0], parts[1]) if made == _joined(example, of_system=False) else ("", "")


def _split(examples: Sequence[Example]) -> dict[str, Any]:
    groups = {example.group for example in examples} - {None}
    return {
        "rows": len(examples),
        "groups": len(groups) if groups else None,
        "sources": dict(Counter(example.task for example in examples)),
    }


def _count(numbers: Any) -> dict[str, int]:
    """Number of turns or references -> examples that have so many."""
    counts = Counter(numbers)
    return {str(number): counts[number] for number in sorted(counts)}


def _labels(splits: Mapping[str, Sequence[Example]]) -> dict[str, dict[str, int]]:
    """label -> split -> rows; labels that no row has are there with zeros."""
    held = {name: Counter(example.label for example in split) for name, split in splits.items()}
    choices = [label for split in splits.values() for item in split[:1] for label in item.choices]
    used = [label for counts in held.values() for label in counts if label is not None]
    return {
        label: {name: counts[label] for name, counts in held.items()}
        for label in dict.fromkeys(choices + used)
    }


def _commonest(labels: Mapping[str, Mapping[str, int]]) -> dict[str, Any] | None:
    """The label that is commonest in training, and how often it would be right in the test."""
    if not labels:
        return None
    label = max(labels, key=lambda name: labels[name]["train"])
    tested = sum(counts["test"] for counts in labels.values())
    return {"label": label, "test_share": labels[label]["test"] / tested if tested else None}


def _groups(examples: Sequence[Example]) -> dict[str, Any] | None:
    """How many groups, how large they are, and the largest of them."""
    sizes = Counter(example.group for example in examples if example.group is not None)
    if not sizes:
        return None
    largest = [list(pair) for pair in sizes.most_common(LARGEST)]
    return {"n": len(sizes), "rows": lengths(list(sizes.values())), "largest": largest}


def _samples(examples: Sequence[Example]) -> list[Example]:
    """The first rows; of several sources, the first row of each."""
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(example.task, example)
    return list(examples[:SAMPLES]) if len(first) < 2 else list(first.values())


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
