"""What a search for settings leaves open."""

from __future__ import annotations

import math
from collections.abc import Iterator

from etude.diagnosis.evidence import Check, Evidence
from etude.records import Finding

EDGE = 0.05  # share of a searched range that counts as its edge


def searched_edge(evidence: Evidence) -> Iterator[Finding]:
    """The best value of a searched setting lies near an end of what was searched."""
    for approach, facts in evidence.tunings.items():
        search = facts.get("search") or {"space": {}}
        for name, values in search["space"].items():
            best = search["best"]["settings"][name]
            bounds = values.get("log") or values.get("uniform")
            if bounds is None:
                continue
            low, high, at = (math.log(x) if "log" in values else x for x in (*bounds, best))
            place = (at - low) / (high - low)
            if EDGE <= place <= 1 - EDGE:
                continue
            end = "lower" if place < 0.5 else "upper"
            yield Finding(
                kind="searched-edge",
                level="note",
                what=f"{approach}: the best {name} lies at the {end} end of what was searched.",
                evidence=f"{best:.3g} was best between {bounds[0]:g} and {bounds[1]:g}, of "
                f"{len(search['trials'])} trials.",
                sure="possible",
                advice=f"Search further: {'lower' if end == 'lower' else 'raise'} its {end} bound. "
                "Trials of the new range begin anew.",
                approach=approach,
            )


SEARCHED_EDGE = Check(
    searched_edge,
    fires=f"The best value of a searched setting lies within {EDGE:.0%} of an end of its range.",
    why="The best value may lie beyond. With few trials the end can also be chance.",
    advice="Move that bound outwards and search again.",
)
