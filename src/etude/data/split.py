"""Dividing and sampling: seeded, grouped where asked, whatever the order of the rows.

Every choice by chance ranks candidates by a hash of the seed and of what they say, so that the
same rows in another order, or in another file, give the same split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from hashlib import blake2b

from etude.config.study import Sample, Split
from etude.data.clean import drop
from etude.data.examples import Candidate
from etude.data.rows import SPLITS, Dropped, SplitName
from etude.errors import UserError

Stratum = tuple[str, SplitName]


def draw(
    candidates: Sequence[Candidate], count: int, seed: int
) -> tuple[list[Candidate], list[Dropped]]:
    """At most `count` of all candidates; every source and published split keeps its share."""
    strata = Counter(map(_stratum, candidates))
    return _draw(candidates, _shares(strata, count), seed)


def draw_splits(
    candidates: Sequence[Candidate], sample: Sample, seed: int
) -> tuple[list[Candidate], list[Dropped]]:
    """At most so many candidates of each split; every source keeps its share of the split."""
    quota: dict[Stratum, int] = {}
    strata = Counter(map(_stratum, candidates))
    for split in SPLITS:
        inside = Counter({stratum: n for stratum, n in strata.items() if stratum[1] == split})
        count = getattr(sample, split)
        quota |= inside if count is None else _shares(inside, count)
    return _draw(candidates, quota, seed)


def _stratum(candidate: Candidate) -> Stratum:
    return candidate.task, candidate.split or "train"


def _shares(sizes: Counter[Stratum], count: int) -> dict[Stratum, int]:
    """`count` divided in proportion to the sizes, remainders to the largest fractions.

    A stratum that is not empty gets one at least, as far as `count` goes.
    """
    total = sizes.total()
    if count >= total:
        return dict(sizes)
    quota = {stratum: max(1, count * size // total) for stratum, size in sizes.items()}

    def owed(stratum: Stratum) -> float:
        return count * sizes[stratum] / total - quota[stratum]

    while (spare := count - sum(quota.values())) != 0:
        if spare > 0:
            quota[max((item for item in quota if quota[item] < sizes[item]), key=owed)] += 1
        else:
            quota[min((item for item in quota if quota[item] > 0), key=owed)] -= 1
    return quota


def _draw(
    candidates: Sequence[Candidate], quota: dict[Stratum, int], seed: int
) -> tuple[list[Candidate], list[Dropped]]:
    kept: set[str] = set()
    for stratum, count in quota.items():
        inside = [candidate for candidate in candidates if _stratum(candidate) == stratum]
        kept |= {item.id for item in sorted(inside, key=_rank(seed, "sample"))[:count]}
    drawn = [candidate for candidate in candidates if candidate.id in kept]
    left = [drop(item, "not sampled") for item in candidates if item.id not in kept]
    return drawn, left


def _rank(seed: int, purpose: str) -> Callable[[Candidate], bytes]:
    """Chance that hangs on the seed and on what the candidate says, not on where it stands."""
    salt = f"{seed}\0{purpose}\0".encode()
    return lambda candidate: _chance(salt, candidate.key)


def _chance(salt: bytes, key: bytes) -> bytes:
    return blake2b(salt + key, digest_size=16).digest()


def divide(
    name: str,
    candidates: Iterable[Candidate],
    published: Set[SplitName],
    settings: Split,
    seed: int,
) -> list[Candidate]:
    """One source's candidates, each with its split, in their order.

    Published splits stay as they are; dev and test that nobody published are cut from the rest.
    Shares count the rows they are cut from. With groups, a split grows by whole groups as long
    as that brings it nearer to its size. UserError when a split would be empty.
    """
    kept = list(candidates)
    pool = [item for item in kept if item.split in (None, "train")]
    if not pool and published:  # a source for testing alone
        return kept
    wanted = {
        split: _size(share, len(pool), split, name)
        for split, share in (("test", settings.test), ("dev", settings.dev))
        if split not in published and share > 0
    }
    if sum(wanted.values()) >= len(pool) and wanted:
        asked = " and ".join(f"{count} for {split}" for split, count in wanted.items())
        raise UserError(
            f"data.split asks for {asked}, but source '{name}' has {len(pool)} usable rows to cut "
            "from, and train needs some: ask for fewer, or bring more rows."
        )
    units = _units(pool, seed, settings.group_by is not None)
    chosen: dict[int, SplitName] = {}
    for split in ("test", "dev"):
        if split not in wanted:
            continue
        taken, units = _take(units, wanted[split])
        if not units:
            raise UserError(
                f"data.split.group_by: source '{name}' has too few groups for train, dev and test "
                f"('{settings.group_by}' has {len({item.group for item in pool})} values); "
                "group by another column, or publish splits as files of their own."
            )
        chosen |= {id(item): split for unit in taken for item in unit}
    return [
        item
        if item.split in ("dev", "test")
        else replace(item, split=chosen.get(id(item), "train"))
        for item in kept
    ]


def _size(share: float, rows: int, split: str, name: str) -> int:
    """A share of the rows, one at least, or the number that was asked for."""
    if share < 1:
        return max(1, round(share * rows))
    if share != int(share):
        raise UserError(
            f"data.split.{split} is {share}: below 1 it is a share, from 1 up a whole number of "
            f"rows (source '{name}' has {rows})."
        )
    return int(share)


def _units(pool: Sequence[Candidate], seed: int, grouped: bool) -> list[list[Candidate]]:
    """What goes into a split together: whole groups, or single rows; in an order by chance."""
    if not grouped:
        return [[item] for item in sorted(pool, key=_rank(seed, "split"))]
    groups: dict[str, list[Candidate]] = {}
    for item in pool:
        groups.setdefault(item.group or "", []).append(item)
    salt = f"{seed}\0split\0".encode()
    return [groups[name] for name in sorted(groups, key=lambda name: _chance(salt, name.encode()))]


def _take(
    units: list[list[Candidate]], size: int
) -> tuple[list[list[Candidate]], list[list[Candidate]]]:
    """Units until no further one brings the number of rows nearer to `size`; one at least."""
    taken: list[list[Candidate]] = []
    left: list[list[Candidate]] = []
    rows = 0
    for unit in units:
        if abs(size - rows - len(unit)) < abs(size - rows):
            taken.append(unit)
            rows += len(unit)
        else:
            left.append(unit)
    if not taken and left:
        smallest = min(left, key=len)
        taken.append(smallest)
        left = [unit for unit in left if unit is not smallest]
    return taken, left
