"""What became of the run itself: approaches that failed, a base that knows nothing."""

from __future__ import annotations

from collections.abc import Iterator

from etude.diagnosis.evidence import Check, Evidence
from etude.records import Finding


def failed(evidence: Evidence) -> Iterator[Finding]:
    """An approach whose process ended before its time."""
    for approach, reason in evidence.failures.items():
        yield Finding(
            kind="failed",
            level="error",
            what=f"{approach} did not finish with every seed; those that did are compared."
            if approach in evidence.predictions
            else f"{approach} did not finish, so it is not in the comparison; the others are "
            f"measured against {evidence.baseline}.",
            evidence=reason,
            sure="certain",
            advice="See log.txt in the run folder, mend the cause and run the study again: "
            "what is done is kept.",
            approach=approach,
        )


def random_weights(evidence: Evidence) -> Iterator[Finding]:
    """A base that knows nothing."""
    if evidence.random_base:
        yield Finding(
            kind="random-base",
            level="warning",
            what="The base model has random weights: this run proves the flow, not quality.",
            evidence="The study's base is one that Etude makes on the spot.",
            sure="certain",
            advice="Name a pretrained model (a hub id or a folder) under model.base.",
        )


FAILED = Check(
    failed,
    fires="An approach, or one of its seeds, did not finish.",
    why="The reason stands beside it; the approaches that finished are compared all the same.",
    advice="Mend the cause and run again. What is done is kept.",
)
RANDOM_BASE = Check(
    random_weights,
    fires="The base is one of those with random weights.",
    why="Such a base shows that a study runs, and nothing of its question.",
    advice="Name a pretrained model.",
)
