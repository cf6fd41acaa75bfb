"""Findings where trainings were repeated with several seeds: all are looked at, and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from etude.diagnosis.evidence import Evidence, Look, listed
from etude.records import LEVELS, Finding

Held = TypeVar("Held")


@dataclass(slots=True)
class Told:
    """A finding, and the seeds of which it is told."""

    finding: Finding
    seeds: list[int] = field(default_factory=list)


def each_seed(look: Look) -> Look:
    """A check of trainings that looks at every seed's.

    What it finds of several trainings of an approach is told once, with the first one's evidence.
    """

    def every(evidence: Evidence) -> Iterator[Finding]:
        if not evidence.repeats:
            yield from look(evidence)
            return
        told: dict[Any, Told] = {}
        for finding in look(evidence):
            key = (finding.approach, finding.kind, finding.level)
            told.setdefault(key, Told(finding)).seeds.append(first_seed(evidence, finding))
        for approach, others in evidence.repeats.items():
            for seed, (history, facts) in others.items():
                alone = replace(
                    evidence,
                    histories={approach: history},
                    tunings={approach: facts},
                    failures={},
                    repeats={},
                )
                for finding in look(alone):
                    key = (finding.approach, finding.kind, finding.level)
                    told.setdefault(key, Told(finding)).seeds.append(seed)
        for item in told.values():
            yield named(evidence, item)

    return every


def first_seed(evidence: Evidence, finding: Finding) -> int:
    """The seed that a finding about an approach's first training is of."""
    return next(iter(evidence.predictions.get(finding.approach or "", {})), 0)


def named(evidence: Evidence, told: Told) -> Finding:
    """A finding with the seeds that it is of, where its approach was trained more than once."""
    finding, approach = told.finding, told.finding.approach
    if approach is None or approach not in evidence.repeats or approach in evidence.failures:
        return finding
    which = in_words(told.seeds, 1 + len(evidence.repeats[approach]))
    return replace(
        finding,
        what=finding.what.replace(approach, f"{approach} ({which})", 1),
        evidence=f"With seed {told.seeds[0]}: {finding.evidence}",
    )


def in_words(seeds: Sequence[int], count: int) -> str:
    """`all 3 seeds`, `seed 14 of 3`, `seeds 14 and 15 of 3`."""
    if len(seeds) == count:
        return f"all {count} seeds"
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {listed(map(str, seeds))} of {count}"


def of_first(evidence: Evidence, approach: str) -> str:
    """An approach's name where its first seed alone was measured: of several, that is said."""
    seeds = list(evidence.predictions.get(approach, ()))
    if len(seeds) < 2:
        return approach
    return f"{approach} (seed {seeds[0]}, the only one measured of {len(seeds)})"


# Answers


def runs(evidence: Evidence) -> dict[str, tuple[str, int]]:
    """Every approach with each of its seeds, by a name of its own: `lora (seed 14)`.

    An approach that answered with one seed goes by its own name.
    """
    return {
        f"{approach} (seed {seed})" if len(by_seed) > 1 else approach: (approach, seed)
        for approach, by_seed in evidence.predictions.items()
        for seed in by_seed
    }


def by_run(evidence: Evidence) -> Evidence:
    """The same with the answers of every seed, as if each were of an approach of its own.

    What is known of an approach that answers are compared with is known of each of its `runs`.
    """
    every = runs(evidence)
    if len(every) == len(evidence.predictions):
        return evidence

    def for_each(held: Mapping[str, Held]) -> dict[str, Held]:
        return {run: held[name] for run, (name, _) in every.items() if name in held}

    if "by run" not in evidence.made:
        evidence.made["by run"] = replace(
            evidence,
            predictions={
                run: {seed: evidence.predictions[name][seed]} for run, (name, seed) in every.items()
            },
            retrieval=for_each(evidence.retrieval),
            trained_with=for_each(evidence.trained_with),
            made={},
        )
    made: Evidence = evidence.made["by run"]
    return made


def each_run(look: Look) -> Look:
    """A check of answers that looks at every seed's; it finds one thing of an approach at most.

    What it finds of several seeds is told once, by the gravest of them and of these the first.
    """

    def every(evidence: Evidence) -> Iterator[Finding]:
        known = runs(evidence)
        told: dict[str, list[Finding]] = {}
        for finding in look(by_run(evidence)):
            told.setdefault(known[str(finding.approach)][0], []).append(finding)
        for approach, found in told.items():
            several = len(evidence.predictions[approach]) > 1
            yield from [of_seeds(evidence, approach, found)] if several else found

    return every


def of_seeds(evidence: Evidence, approach: str, found: Sequence[Finding]) -> Finding:
    """What is found of some seeds of an approach as one finding, which says of which."""
    known, count = runs(evidence), len(evidence.predictions[approach])
    first = min(found, key=lambda finding: LEVELS.index(finding.level))
    run = str(first.approach)
    which = in_words([known[str(item.approach)][1] for item in found], count)
    if len(found) > 1:
        which += f", numbers of seed {known[run][1]}"
    return replace(
        first,
        what=first.what.replace(run, f"{approach} ({which})", 1),
        evidence=f"With seed {known[run][1]}: {first.evidence.replace(run, approach)}",
        approach=approach,
    )


def in_seeds(evidence: Evidence, found: Iterable[str]) -> dict[str, str]:
    """Some runs by their approaches: how a finding names each, with the seeds where it has several.

    `lora (seed 13)` and `lora (seed 15)` of three are `lora (seeds 13 and 15 of 3)`.
    """
    known, seeds = runs(evidence), dict[str, list[int]]()
    for run in found:
        approach, seed = known[run]
        seeds.setdefault(approach, []).append(seed)
    counts = {approach: len(evidence.predictions[approach]) for approach in seeds}
    return {
        approach: approach
        if counts[approach] == 1
        else f"{approach} ({in_words(some, counts[approach])})"
        for approach, some in seeds.items()
    }
