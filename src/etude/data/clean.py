"""What must not be used twice: duplicates, and training rows that stand in a held-out split."""

from __future__ import annotations

from collections.abc import Iterable

from etude.data.examples import Candidate
from etude.data.rows import Dropped, SplitName
from etude.errors import UserError

# Who gives way to whom: what is measured on is never thinned for the sake of training.
GIVES_WAY: tuple[tuple[SplitName, SplitName], ...] = (
    ("dev", "test"),
    ("train", "test"),
    ("train", "dev"),
)


def remove_duplicates(
    candidates: Iterable[Candidate],
) -> tuple[list[Candidate], list[Dropped]]:
    """Keep the first of several equal examples of a split; rows not yet split count as train."""
    first: dict[tuple[str, bytes], Candidate] = {}
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for candidate in candidates:
        key = (candidate.split or "train", candidate.key)
        earlier = first.setdefault(key, candidate)
        if earlier is candidate:
            kept.append(candidate)
        else:
            dropped.append(drop(candidate, "duplicate", f"the same as {earlier.where}"))
    return kept, dropped


def remove_leaks(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Dropped]]:
    """Take out of train what also stands in dev or test, and out of dev what stands in test.

    Compared are the prompt's text, the group, and the passages that a candidate is bound to.
    """
    kept = list(candidates)
    dropped: list[Dropped] = []
    for yields, stays in GIVES_WAY:
        held = [candidate for candidate in kept if candidate.split == stays]
        if not held:
            continue
        prompts = {candidate.prompt: candidate for candidate in held}
        groups = {candidate.group for candidate in held} - {None}
        bound = {passage for candidate in held for passage in candidate.bound}
        staying: list[Candidate] = []
        for candidate in kept:
            if candidate.split != yields:
                staying.append(candidate)
            elif (twin := prompts.get(candidate.prompt)) is not None:
                dropped.append(drop(candidate, f"also in {stays}", f"the prompt of {twin.where}"))
            elif candidate.group in groups:
                detail = f"group {candidate.group}"
                dropped.append(drop(candidate, f"group also in {stays}", detail))
            elif shared := bound.intersection(candidate.bound):
                detail = f"passage {min(shared)}"
                dropped.append(drop(candidate, f"passage also in {stays}", detail))
            else:
                staying.append(candidate)
        kept = staying
    return kept, dropped


def refuse_repeated_ids(candidates: Iterable[Candidate]) -> None:
    """UserError when two examples answer to one id: predictions are filed by id."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        earlier = first.setdefault(candidate.id, candidate)
        if earlier is not candidate:
            other = earlier.task
            mend = (
                "map another column to id, or leave id out to have rows numbered"
                if other == candidate.task
                else f"put the source's name into one of them, as in id: '{candidate.task}-{{id}}'"
            )
            raise UserError(
                f"The id '{candidate.id}' stands in {earlier.where} and in {candidate.where}, but "
                f"every example needs an id of its own; {mend}."
            )


def drop(candidate: Candidate, reason: str, detail: str = "") -> Dropped:
    """The record of a candidate that is not used."""
    return Dropped(candidate.task, candidate.where, candidate.id, reason, detail)
