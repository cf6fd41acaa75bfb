"""Findings on trainings that were repeated with several seeds: all are looked at, and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from etude.diagnosis.evidence import Evidence, Look, listed
from etude.records import Finding


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
    count = 1 + len(evidence.repeats[approach])
    word = "seed" if len(told.seeds) == 1 else "seeds"
    seeds = listed(map(str, told.seeds))
    which = f"all {count} seeds" if len(told.seeds) == count else f"{word} {seeds} of {count}"
    return replace(
        finding,
        what=finding.what.replace(approach, f"{approach} ({which})", 1),
        evidence=f"With seed {told.seeds[0]}: {finding.evidence}",
    )
