"""Rows -> examples: what is asked, what a right answer is, through column templates.

Text is taken as the file has it: no Unicode normalisation, no change of quotes or line breaks.
Only the white space around a rendered user turn, system turn or reference is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from sys import intern

from etude.config.sources import Columns, Source, Squad
from etude.config.study import Data as DataSettings
from etude.data.keys import example_key, prompt_key
from etude.data.mapping import check_group, mapping_of, templates
from etude.data.placeholders import fill_placeholders
from etude.data.rows import Dropped, Remark, Row, SplitName
from etude.data.spool import Spool
from etude.data.squad import passage_id
from etude.data.values import as_text, broken_character
from etude.errors import UserError, nearest
from etude.progress import Progress, silent, watched
from etude.prompts import columns_of, fill
from etude.records import Example, Message


@dataclass(frozen=True, slots=True)
class Candidate:
    """An example that may still be dropped: what dividing asks of it, and where its row stands.

    The example itself waits on disk under its `number` (`Spools.examples`). `split` is the
    published one, None until it is cut. `bound` are ids of passages that, like its group, may not
    stand in two splits. `prompt` and `key` are the keys of `keys.py`.
    """

    number: int
    id: str
    task: str
    group: str | None
    split: SplitName | None
    where: str
    prompt: bytes
    key: bytes
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """One source, read: candidates, what was dropped and remarked on, and the row count."""

    candidates: list[Candidate]
    dropped: Sequence[Dropped]
    remarks: list[Remark]
    rows: int
    published: frozenset[SplitName]


@dataclass(frozen=True, slots=True)
class Spools:
    """What waits on disk while splits are made: examples, and the rows that were dropped.

    `folder` is where their files stand; `None` is the system's own place for such files.
    """

    folder: Path | None
    examples: Spool[Example]
    dropped: Spool[Dropped]

    @classmethod
    def inside(cls, folder: Path | None) -> Spools:
        """Empty ones."""
        return cls(folder, Spool(folder), Spool(folder))


def held_rows(
    name: str, source: Source, rows: Iterable[Row], folder: Path | None = None
) -> tuple[Spool[Row], dict[str, None]]:
    """The rows of a source with its placeholders filled, on disk, and the columns that they have.

    `folder` is where the file stands. Which columns there are is known when all rows are read.
    """
    if replace := getattr(source, "replace", None):
        rows = fill_placeholders(rows, replace, f"data.sources.{name}")
    held, known = Spool[Row](folder), dict[str, None]()
    for row in rows:
        held.add(row)
        known.update(dict.fromkeys(row.columns))
    return held, known


def make_examples(
    name: str,
    source: Source,
    rows: Iterable[Row],
    settings: DataSettings,
    spools: Spools | None = None,
    progress: Progress = silent,
) -> Material:
    """Examples of one source, in the order of its rows; one is in memory at a time.

    A row without a prompt or without an answer is dropped and listed. Examples and what was dropped
    go into `spools`. UserError when a template names a column that no row has, when the columns
    that are needed are absent, or when a label is not one of the study's.
    """
    spools = Spools.inside(None) if spools is None else spools
    held, known = held_rows(name, source, rows, spools.folder)
    mapping = mapping_of(name, source, known, settings)
    check_group(name, settings.split.group_by, known)
    before = len(spools.dropped)
    candidates: list[Candidate] = []
    remarks: list[Remark] = []
    published: set[SplitName] = set()
    blank = dict.fromkeys(known, "")
    for number, row in enumerate(watched(held.records(), f"examples, {name}", progress), start=1):
        if row.split is not None:
            published.add(row.split)
        texts = blank | {column: as_text(value) for column, value in row.columns.items()}
        identity = _identity(mapping, texts, row.where, f"{name}-{number}")
        problem = row.problem or broken_character({**texts, **_turns(row)})
        if problem is None and isinstance(source, Squad) and source.answerable_only:
            problem = ("unanswerable", "") if _is_silent(source, texts) else None
        example: Example | None = None
        if problem is None:
            example, problem = _example(
                name, identity, row, texts, mapping, settings, _is_silent(source, texts)
            )
        if example is None:
            reason, detail = problem or ("", "")
            printable = identity.encode(errors="replace").decode()
            spools.dropped.add(Dropped(name, row.where, printable, reason, detail))
            continue
        candidates.append(_candidate(spools.examples.add(example), example, row, source, settings))
        remarks += [Remark(name, row.where, identity, *remark) for remark in row.remarks]
    left_out = spools.dropped.records(before)
    return Material(candidates, left_out, remarks, len(held), frozenset(published))


def _candidate(
    number: int, example: Example, row: Row, source: Source, settings: DataSettings
) -> Candidate:
    """What dividing asks of an example. Rows of one place or group share the name of it."""
    prompt = prompt_key(example)
    return Candidate(
        number,
        example.id,
        example.task,
        None if example.group is None else intern(example.group),
        row.split,
        intern(row.where),
        prompt,
        example_key(example, prompt),
        _bound(source, settings, example),
    )


def _identity(mapping: Columns, texts: Mapping[str, str], where: str, default: str) -> str:
    if mapping.id is None:
        return default
    identity = fill(mapping.id, texts, where).strip()
    if not identity:
        raise UserError(
            f"{where}: the id that {mapping.id!r} makes is empty; map a column that every row has, "
            "or leave id out to have rows numbered."
        )
    return identity


def _is_silent(source: Source, texts: Mapping[str, str]) -> bool:
    """Whether the right answer is to say nothing (SQuAD 2.0)."""
    return isinstance(source, Squad) and texts["is_impossible"] == "true"


def _example(
    name: str,
    identity: str,
    row: Row,
    texts: Mapping[str, str],
    mapping: Columns,
    settings: DataSettings,
    silent: bool,
) -> tuple[Example | None, tuple[str, str] | None]:
    """The example, or why there is none. `silent`: an empty answer is the right one."""
    instruction = filled(mapping.instruction, texts, row.where)
    given = filled(mapping.input, texts, row.where)
    asked = [template for template in (mapping.instruction, mapping.input) if template]
    # An instruction that is the same for every row says nothing without the row's own input.
    own = [template for template in asked if _named(template)] or asked
    if not row.turns and not any(_says_something(template, texts) for template in own):
        return None, ("empty prompt", f"nothing in {' or '.join(own)}")
    label: str | None = filled(mapping.label, texts, row.where) or None
    if settings.task == "classify":
        if label is None:
            return None, ("empty label", f"nothing in {mapping.label}")
        if label not in settings.labels:
            raise UserError(
                f"{row.where}: the label '{label}' is not one of data.labels; "
                f"{nearest(label, settings.labels)}."
            )
        references: tuple[str, ...] = (label,)
    else:
        references = _several(templates(mapping.response), row, texts)
        if not references and silent:
            references = ("",)
        if not references:
            said = " or ".join(templates(mapping.response))
            return None, ("empty response", f"nothing in {said}")
    system = filled(mapping.system, texts, row.where)
    opening = (Message("system", system),) if system else ()
    asked_for = "\n\n".join(part for part in (instruction, given) if part)
    rendered = {"instruction": instruction} if mapping.instruction is not None else {}
    if mapping.input is not None:
        rendered["input"] = given
    return (
        Example(
            id=identity,
            task=name,
            messages=row.turns or (*opening, Message("user", asked_for)),
            references=references,
            group=_group(settings.split.group_by, texts, identity),
            label=label,
            choices=settings.labels,
            gold_passages=_gold(mapping, row, texts),
            metadata={**texts, **rendered},
        ),
        None,
    )


def _gold(mapping: Columns, row: Row, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the passages that hold the answer: those that are named, and that of the context."""
    context = filled(mapping.context, texts, row.where)
    named = _several(mapping.passages, row, texts)
    return tuple(dict.fromkeys((*named, passage_id(context)))) if context else named


def _turns(row: Row) -> dict[str, str]:
    """The turns of a conversation by their place."""
    return {f"turn {number}": turn.content for number, turn in enumerate(row.turns, start=1)}


def filled(template: str | None, texts: Mapping[str, str], where: str) -> str:
    """The template with the row's texts; "" when all columns that it names are empty.

    So the words around an empty column (`Context: {input}`) do not stand alone.
    """
    if template is None or not _says_something(template, texts):
        return ""
    return fill(template, texts, where).strip()


@lru_cache(maxsize=256)  # the same few templates are asked about for every row
def _named(template: str) -> tuple[str, ...]:
    return columns_of(template, "columns")


def _says_something(template: str, texts: Mapping[str, str]) -> bool:
    named = _named(template)
    return not named or any(texts[column].strip() for column in named)


def _several(templates: tuple[str, ...], row: Row, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Distinct, non-empty texts; a template that is one column with a list of texts gives all."""
    made: list[str] = []
    for template in templates:
        named = _named(template)
        value = row.columns.get(named[0]) if len(named) == 1 else None
        if (
            template == f"{{{named[0] if named else ''}}}"
            and isinstance(value, (list, tuple))
            and all(isinstance(item, str) for item in value)
        ):
            made += [item.strip() for item in value]
        else:
            made.append(filled(template, texts, row.where))
    return tuple(dict.fromkeys(text for text in made if text))


def _group(column: str | None, texts: Mapping[str, str], identity: str) -> str | None:
    """The group's name; a row that names none is a group of its own."""
    if column is None:
        return None
    return texts[column].strip() or f"(no {column}) {identity}"


def _bound(source: Source, settings: DataSettings, example: Example) -> tuple[str, ...]:
    """Published articles may share paragraphs under two titles: these keep splits apart too."""
    if isinstance(source, Squad) and settings.split.group_by == "article":
        return example.gold_passages
    return ()
