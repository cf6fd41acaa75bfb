"""prepare: the study's material, read, cleaned, divided and frozen in the run folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.config.sources import Datasets, Source
from etude.config.study import Sample, Study
from etude.data.clean import refuse_repeated_ids, remove_duplicates, remove_leaks
from etude.data.examples import Candidate, Material, make_examples
from etude.data.frozen import Data, freeze, hash_of, read_card, read_data, stored
from etude.data.rows import SPLITS, Dropped, Remark
from etude.data.sources import SOURCES, source_files
from etude.data.split import divide, draw, draw_splits
from etude.errors import UserError
from etude.records import Example
from etude.store import file_hash, fingerprint

FORMAT = 1  # raised by hand when the meaning of reading, cleaning or splitting changes
LISTED = 20  # remarks of a kind that the card shows; `remarks.jsonl` has all


@dataclass(frozen=True, slots=True)
class Assembled:
    """A split that is not frozen yet, with the rows it leaves out and those it remarks on."""

    data: Data
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]


def prepare(study: Study, root: Path, folder: Path) -> Data:
    """The study's examples, divided; read back when they are frozen in `folder` already.

    `root` is the folder that paths in the study start from, `folder` the run folder. Frozen
    examples hold as long as the data settings, the seed and every byte of the sources are the
    same. UserError on anything wrong with the material.
    """
    files = _files(study, root)
    key = _key(study, files)
    card = read_card(folder)
    if card is not None and card["key"] == key:
        return read_data(folder)
    assembled = _assemble(study, root, files, key)
    freeze(assembled.data, assembled.dropped, assembled.remarks, folder)
    return stored(folder, assembled.data.card)


def assemble(study: Study, root: Path) -> Assembled:
    """The same without a run folder: nothing is written."""
    files = _files(study, root)
    return _assemble(study, root, files, _key(study, files))


def _files(study: Study, root: Path) -> dict[str, list[dict[str, Any]]]:
    """Name, size and SHA-256 of every file of every source."""
    return {
        name: [
            {"path": shown, "bytes": path.stat().st_size, "sha256": file_hash(path)}
            for shown, path in source_files(source, root)
        ]
        for name, source in study.data.sources.items()
    }


def _key(study: Study, files: dict[str, list[dict[str, Any]]]) -> str:
    """Changes when the examples could."""
    return fingerprint(
        {
            "format": FORMAT,
            "seed": study.seed,
            "data": study.data.model_dump(mode="json"),
            "files": {name: [file["sha256"] for file in held] for name, held in files.items()},
        }
    )


def _assemble(
    study: Study, root: Path, files: dict[str, list[dict[str, Any]]], key: str
) -> Assembled:
    settings = study.data
    materials = {
        name: make_examples(name, source, SOURCES[source.kind](source, root), settings)
        for name, source in settings.sources.items()
    }
    dropped = [row for material in materials.values() for row in material.dropped]
    candidates, notes = _divided(study, materials, dropped)
    train, dev, test = splits = tuple(
        tuple(item.example for item in candidates if item.split == name) for name in SPLITS
    )
    held_out = any("dev" in material.published for material in materials.values())
    _refuse_empty(splits, held_out or settings.split.dev > 0, dropped)
    used = {item.example.id for item in candidates}
    remarks = tuple(
        remark
        for material in materials.values()
        for remark in material.remarks
        if remark.id in used
    )
    digest = hash_of(splits)
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
                "used": sum(item.example.task == name for item in candidates),
            }
            for name, source in settings.sources.items()
        },
        "splits": {
            name: _split_card(examples) for name, examples in zip(SPLITS, splits, strict=True)
        },
        "dropped": dict(Counter(row.reason for row in dropped).most_common()),
        "remarks": _remark_card(remarks),
        "notes": notes + _unpinned(settings.sources, files),
    }
    return Assembled(Data(train, dev, test, card, digest), tuple(dropped), remarks)


def _divided(
    study: Study, materials: dict[str, Material], dropped: list[Dropped]
) -> tuple[list[Candidate], list[str]]:
    """Cleaned, sampled and split candidates; `dropped` grows by what is left out."""
    settings, notes = study.data, []
    candidates = [item for material in materials.values() for item in material.candidates]

    def keep(result: tuple[list[Candidate], list[Dropped]]) -> list[Candidate]:
        dropped.extend(result[1])
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
            [item for item in candidates if item.example.task == name],
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
    splits: Sequence[tuple[Example, ...]], with_dev: bool, dropped: Iterable[Dropped]
) -> None:
    sizes = {name: len(examples) for name, examples in zip(SPLITS, splits, strict=True)}
    for name in SPLITS:
        if not sizes[name] and (name != "dev" or with_dev):
            reasons = Counter(row.reason for row in dropped).most_common()
            why = ", ".join(f"{reason} {count}" for reason, count in reasons) or "nothing"
            found = ", ".join(f"{split} {size}" for split, size in sizes.items())
            raise UserError(
                f"No example is left for {name} ({found}; dropped: {why}): check the columns' "
                "mapping and data.split, or bring more rows."
            )


def _split_card(examples: Sequence[Example]) -> dict[str, Any]:
    groups = {example.group for example in examples} - {None}
    return {
        "rows": len(examples),
        "groups": len(groups) if groups else None,
        "sources": dict(Counter(example.task for example in examples)),
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
