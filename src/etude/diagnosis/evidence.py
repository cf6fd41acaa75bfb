"""What a diagnosis looks at, what a check is, and the words that findings share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etude.evaluate import Evaluation
from etude.records import Example, Finding, Prediction


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was measured before and after a tuning, with the standard errors.

    `better` says which way is good. `start` is what the tuning started from.
    """

    what: str
    start: str
    before: float
    after: float
    before_error: float | None = None
    after_error: float | None = None
    better: str = "higher"


Repeat = tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]  # a training's history, its facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a diagnosis looks at. Keys are names of approaches.

    `predictions` are by approach and seed, `manifests` say where they came from; `histories` and
    `tunings` hold, for each approach that tunes, the rows of its history and the facts of its
    weights folder. `train` and `dev` are the other splits, which may stay on disk. `general` holds,
    by approach that tunes, what it started from and general text before and after
    (`etude.approaches.general`); `benchmarks` what benchmarks gave before and after. `contexts` say
    what stands around a question in use, `trained_with` the same in the training of the weights
    that an approach uses. `plan` is plan.json. `evaluation` holds the scores, where there are some
    already. `retrieval` says of each approach that retrieves what was searched and with which k,
    `learnt_passages` which chunks stood in the prompts that an approach's weights were tuned on.
    But for `predictions` and `repeats`, everything is of an approach's first seed: `repeats` holds
    the histories and facts of its further ones.
    """

    examples: Sequence[Example]
    predictions: Mapping[str, Mapping[int, Sequence[Prediction]]]
    card: Mapping[str, Any]
    random_base: bool
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    histories: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    tunings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    baseline: str | None = None
    train: Sequence[Example] = ()
    dev: Sequence[Example] = ()
    general: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    benchmarks: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trained_with: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    retrieval: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    learnt_passages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    repeats: Mapping[str, Mapping[int, Repeat]] = field(default_factory=dict)
    evaluation: Evaluation | None = None
    made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # once, for all

    @property
    def answers(self) -> dict[str, Sequence[Prediction]]:
        """The predictions of each approach's first seed."""
        return {name: next(iter(seeds.values())) for name, seeds in self.predictions.items()}

    @property
    def language(self) -> str:
        """The study's language."""
        return str(self.card.get("language", "en"))

    @property
    def classifies(self) -> bool:
        """Whether answers are labels."""
        return self.card.get("task") == "classify"

    @property
    def by_id(self) -> dict[str, Example]:
        """The test examples."""
        return {example.id: example for example in self.examples}


Look = Callable[[Evidence], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of finding: what looks for it, and what the documentation says of it.

    `fires` says when, with its thresholds; `why` gives their reasons; `advice` what to do.
    """

    look: Look
    fires: str
    why: str
    advice: str


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def counted(found: Mapping[str, int], total: int, what: str) -> str:
    """Counts per approach, as evidence."""
    counts = ", ".join(f"{name} {count} of {total}" for name, count in found.items())
    return f"Answers {what}: {counts}."


def only(found: Iterable[str]) -> str | None:
    """The approach that a finding is about, where it is one."""
    names = list(found)
    return names[0] if len(names) == 1 else None


def quoted(text: str, limit: int = 160) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= limit else f"'{line[:limit].rstrip()}...'"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 answer`, `2 answers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
