"""Which columns of a source become the parts of an example: its templates, or the usual ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.config.sources import Columns, Csv, Datasets, Oasst, Sharegpt, Source, Squad, Table, Tsv
from etude.config.study import Data as DataSettings
from etude.data import chats, labels, medquad
from etude.data.squad import COLUMNS as SQUAD_COLUMNS
from etude.errors import UserError, nearest
from etude.prompts import columns_of

# Kinds whose rows say themselves how they become examples, and kinds where the study may differ.
FIXED = {
    "squad": SQUAD_COLUMNS,
    "oasst": chats.OASST_COLUMNS,
    "sharegpt": chats.SHAREGPT_COLUMNS,
}
USUAL = {"labels": labels.COLUMNS, "medquad": medquad.COLUMNS}
# Signs that stand between cells, and how a source says so.
SIGNS = {";": 'delimiter: ";"', "|": 'delimiter: "|"', "\t": "kind: tsv", ",": "kind: csv"}


def mapping_of(
    name: str, source: Source, known: Mapping[str, Any], settings: DataSettings
) -> Columns:
    """The source's templates, or the default names; UserError when something needed is absent."""
    place = f"data.sources.{name}"
    columns = source.columns if isinstance(source, (Table, Datasets)) else FIXED[source.kind]
    if isinstance(source, Squad) and "id" in known:
        columns = columns.model_copy(update={"id": "{id}"})
    if columns == Columns() and source.kind in USUAL:
        columns = USUAL[source.kind]
    elif columns == Columns():
        answer = "response" if "response" in known else "output"
        names = {"instruction": "instruction", "input": "input", "response": answer}
        names |= {"label": "label", "id": "id"}
        columns = Columns.model_validate(
            {field: f"{{{column}}}" for field, column in names.items() if column in known}
        )
    for field in Columns.model_fields:
        for template in templates(getattr(columns, field)):
            for column in columns_of(template, f"{place}.columns.{field}"):
                if column not in known:
                    raise UserError(
                        f"{place}.columns.{field}: no row has a column '{column}'; "
                        f"{nearest(column, known)}.{other_delimiter(source, known)}"
                    )
    found = f"the source has the columns {', '.join(known)}"
    spoken = isinstance(source, (Oasst, Sharegpt))  # what is asked comes as turns
    if columns.instruction is None and columns.input is None and not spoken:
        raise UserError(
            f"{place}: {found}, and none is mapped to what is asked; write for example "
            f"columns: {{instruction: '{{{next(iter(known))}}}'}}.{other_delimiter(source, known)}"
        )
    needed = "label" if settings.task == "classify" else "response"
    if getattr(columns, needed) is None:
        raise UserError(
            f"{place}: {found}, and none is mapped to the {needed} that task: {settings.task} "
            f"needs; write for example columns: {{{needed}: '{{{list(known)[-1]}}}'}}."
        )
    return columns


def other_delimiter(source: Source, known: Mapping[str, Any]) -> str:
    """What to add where a table seems to have one column, its cells being parted otherwise."""
    only = next(iter(known)) if len(known) == 1 and isinstance(source, (Csv, Tsv)) else ""
    sign = next((sign for sign in SIGNS if sign in only), None)
    return "" if sign is None else f" If {sign!r} stands between its cells, write {SIGNS[sign]}."


def templates(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """A setting that may be nothing, one template or several, as templates."""
    return () if value is None else (value,) if isinstance(value, str) else value


def check_group(name: str, column: str | None, known: Mapping[str, Any]) -> None:
    """UserError where rows are grouped by a column that no row has."""
    if column is not None and column not in known:
        raise UserError(
            f"data.split.group_by: source '{name}' has no column '{column}'; "
            f"{nearest(column, known)}."
        )
