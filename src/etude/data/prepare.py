"""prepare: the study's material, read, cleaned, divided and frozen in the run folder."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.config.sources import Datasets, Source, Wikipedia
from etude.config.study import Sample, Study
from etude.data.clean import refuse_repeated_ids, remove_duplicates, remove_leaks
from etude.data.examples import Candidate, Material, Spools, make_examples
from etude.data.frozen import Data, freeze, hash_of, read_card, read_data, stored
from etude.data.quiz.make import FORMAT as QUESTIONS
from etude.data.rows import SPLITS, Dropped, Remark, SplitName
from etude.data.sources import read_source, source_files
from etude.data.split import divide, draw, draw_splits
from etude.data.spool import Spool, Spooled
from etude.data.wikipedia import wordless
from etude.errors import UserError
from etude.progress import Progress, silent, watched
from etude.store import file_hash, fingerprint

FORMAT = 1  # raised by hand when the meaning of reading, cleaning or splitting changes
LISTED = 20  # remarks of a kind that the card shows; `remarks.jsonl` has all


@dataclass(frozen=True, slots=True)
class Assembled:
    """A split that is not frozen yet, with the rows it leaves out and those it remarks on.

    Examples and dropped rows are read from disk as they are needed.
    """

    data: Data
    dropped: Sequence[Dropped]
    remarks: tuple[Remark, ...]


def prepare(study: Study, root: Path, folder: Path, progress: Progress = silent) -> Data:
    """The study's examples, divided; read back when they are frozen in `folder` already.

    `root` is the folder that paths in the study start from, `folder` the run folder. Frozen
    examples hold as long as the data settings, the seed and every byte of the sources are the
    same. However many there are, few are in memory at a time. UserError on anything wrong with the
    material.
    """
    files = _files(study, root, progress)
    key = _key(study, files)
    card = read_card(folder)
    if card is not None and card["key"] == key:
        return read_data(folder, progress)
    place = folder / "data"
    place.mkdir(parents=True, exist_ok=True)
    assembled = _assemble(study, root, files, key, place, progress)
    freeze(assembled.data, assembled.dropped, assembled.remarks, folder, progress)
    return stored(folder, assembled.data.card)


def assemble(study: Study, root: Path, progress: Progress = silent) -> Assembled:
    """The same without a run folder: nothing is written but files that go with this process."""
    files = _files(study, root, progress)
    return _assemble(study, root, files, _key(study, files), None, progress)


def _files(study: Study, root: Path, progress: Progress) -> dict[str, list[dict[str, Any]]]:
    """Name, size and SHA-256 of every file of every source."""
    return {
        name: [
            {"path": shown, "bytes": path.stat().st_size, "sha256": file_hash(path)}
            for shown, path in watched(source_files(source, root), f"hashing, {name}", progress)
        ]
        for name, source in study.data.sources.items()
    }


def _key(study: Study, files: dict[str, list[dict[str, Any]]]) -> str:
    """Changes when the examples could."""
    makes = any(isinstance(source, Wikipedia) for source in study.data.sources.values())
    return fingerprint(
        {
            **({"questions": QUESTIONS} if makes else {}),
            "format": FORMAT,
            "seed": study.seed,
            "data": study.data.model_dump(mode="json"),
            "files": {name: [file["sha256"] for file in held] for name, held in files.items()},
        }
    )


def _assemble(
    study: Study,
    root: Path,
    files: dict[str, list[dict[str, Any]]],
    key: str,
    folder: Path | None,
    progress: Progress,
) -> Assembled:
    settings, spools = study.data, Spools.inside(folder)
    materials = {
        name: make_examples(
            name, source, read_source(name, source, root, progress), settings, spools, progress
        )
        for name, source in settings.sources.items()
    }
    candidates, notes = _divided(study, materials, spools.dropped)
    dropped = spools.dropped.records()
    sizes = Counter(item.split for item in candidates)
    held_out = any("dev" in material.published for material in materials.values())
    _refuse_empty(sizes, held_out or settings.split.dev > 0, dropped)
    train, dev, test = splits = tuple(
        Spooled(
            spools.examples,
            array("Q", [item.number for item in candidates if item.split == name]),
        )
        for name in SPLITS
    )
    used = {item.id for item in candidates}
    remarks = tuple(
        remark
        for material in materials.values()
        for remark in material.remarks
        if remark.id in used
    )
    digest = hash_of(splits, progress)
    card = {
        "key": key,
        "hash": digest,
        "task": settings.task,
        "language": settings.language,
        "seed": study.seed,
        "sources": {
            name: {
                "kind": source.kind,
                "files": files[name],
                "rows": materials[name].rows,
                "used": sum(item.task == name for item in candidates),
            }
            for name, source in settings.sources.items()
        },
        "splits": {
            name: _split_card([item for item in candidates if item.split == name])
            for name in SPLITS
        },
        "dropped": dict(Counter(row.reason for row in dropped).most_common()),
        "remarks": _remark_card(remarks),
        "notes": notes + _unpinned(settings.sources, files) + _wordless(settings.sources, root),
    }
    return Assembled(Data(train, dev, test, card, digest), dropped, remarks)


def _divided(
    study: Study, materials: dict[str, Material], dropped: Spool[Dropped]
) -> tuple[list[Candidate], list[str]]:
    """Cleaned, sampled and split candidates; `dropped` grows by what is left out."""
    settings, notes = study.data, []
    candidates: list[Candidate] = []
    for material in materials.values():
        candidates += material.candidates
        material.candidates.clear()  # each is replaced by one with a split: not both in memory

    def keep(result: tuple[list[Candidate], list[Dropped]]) -> list[Candidate]:
        for row in result[1]:
            dropped.add(row)
        return result[0]

    candidates = keep(remove_duplicates(candidates))
    candidates = keep(remove_leaks(candidates))
    refuse_repeated_ids(candidates)
    if isinstance(settings.sample, int):
        if settings.sample > len(candidates):
            notes.append(f"sample: {settings.sample} asked for, {len(candidates)} rows usable")
        candidates = keep(draw(candidates, settings.sample, study.seed))
    candidates = [
        item
        for name, material in materials.items()
        for item in divide(
            name,
            [item for item in candidates if item.task == name],
            material.published - {"train"},
            settings.split,
            study.seed,
        )
    ]
    candidates = keep(remove_leaks(candidates))
    if isinstance(settings.sample, Sample):
        counts = Counter(item.split for item in candidates)
        for split in SPLITS:
            asked = getattr(settings.sample, split)
            if asked is not None and asked > counts[split]:
                notes.append(f"sample.{split}: {asked} asked for, {counts[split]} rows usable")
        candidates = keep(draw_splits(candidates, settings.sample, study.seed))
    return candidates, notes


def _refuse_empty(
    sizes: Mapping[SplitName | None, int], with_dev: bool, dropped: Iterable[Dropped]
) -> None:
    for name in SPLITS:
        if not sizes.get(name) and (name != "dev" or with_dev):
            reasons = Counter(row.reason for row in dropped).most_common()
            why = ", ".join(f"{reason} {count}" for reason, count in reasons) or "nothing"
            found = ", ".join(f"{split} {sizes.get(split, 0)}" for split in SPLITS)
            raise UserError(
                f"No example is left for {name} ({found}; dropped: {why}): check the columns' "
                "mapping and data.split, or bring more rows."
            )


def _split_card(candidates: Sequence[Candidate]) -> dict[str, Any]:
    groups = {item.group for item in candidates} - {None}
    return {
        "rows": len(candidates),
        "groups": len(groups) if groups else None,
        "sources": dict(Counter(item.task for item in candidates)),
    }


def _remark_card(remarks: Iterable[Remark]) -> dict[str, Any]:
    """Per kind: how many, and the first of them."""
    kinds: dict[str, list[dict[str, str]]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(asdict(remark))
    return {kind: {"count": len(held), "first": held[:LISTED]} for kind, held in kinds.items()}


def _unpinned(sources: Mapping[str, Source], files: Mapping[str, Any]) -> list[str]:
    """Sources on the hub that another day may change."""
    return [
        f"{name}: the hub's '{source.path}' is not pinned; set revision to a commit so that "
        "another day gives the same rows"
        for name, source in sources.items()
        if isinstance(source, Datasets) and source.revision is None and not files[name]
    ]


def _wordless(sources: Mapping[str, Source], root: Path) -> list[str]:
    """Dumps in a language that questions are not worded in."""
    found = (
        wordless(name, source, root)
        for name, source in sources.items()
        if isinstance(source, Wikipedia)
    )
    return [note for note in found if note is not None]
