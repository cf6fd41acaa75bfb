"""What may be written under `data: sources:` in a study: one class per kind of source.

`etude.data.SOURCES` holds the reader of each kind; a test asserts that the two agree.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Settings

Template = Annotated[str, Field(min_length=1)]


class Paths(Settings):
    """One file for each split that the publisher made."""

    train: str
    """Rows to learn from."""
    dev: str | None = None
    """Rows for validation; cut from `train` when not given."""
    test: str | None = None
    """Rows for the scores; cut from `train` when not given."""


class Columns(Settings):
    """How a row becomes an example. Each is a template: `{column}` in braces, text around it.

    A column that is not mapped is still there for prompt templates, under its own name.
    """

    instruction: Template | None = None
    """What is asked. With `input`, the two make the user's turn."""
    input: Template | None = None
    """What it is asked about."""
    response: Template | Annotated[tuple[Template, ...], Field(min_length=1)] | None = None
    """The right answer, or several; the first one is learnt, empty ones are left out."""
    label: Template | None = None
    """The right label, for `task: classify`."""
    system: Template | None = None
    """A system turn that comes with the row."""
    id: Template | None = None
    """A name for the row; `source-number` when not given."""
    passages: tuple[Template, ...] = ()
    """Ids of the passages that hold the answer."""


class File(Settings):
    """Settings of every source that reads files."""

    path: Annotated[str, Field(min_length=1)] | Paths
    """A file, or one each for train, dev and test. `.gz` is read as it is. Relative to the
    study file."""


class Table(File):
    """Rows with named columns."""

    columns: Columns = Columns()
    """How a row becomes an example; without it, columns named `instruction`, `input`,
    `response` (or `output`), `label` and `id` are taken as they are."""


class TextTable(Table):
    """A table in a text file."""

    encoding: str = "utf-8"
    """Name of the text's encoding, as Python names it (`latin-1`, `utf-16-le`)."""


class Json(TextTable):
    """A JSON file: an array of objects, or one object that holds it."""

    kind: Literal["json"]
    """Which kind of source this is."""
    rows: str | None = None
    """Dotted path to the array inside the file (`data.items`)."""


class Jsonl(TextTable):
    """One JSON object a line."""

    kind: Literal["jsonl"]
    """Which kind of source this is."""


class Csv(TextTable):
    """Comma-separated values with a header row; cells may hold line breaks when quoted."""

    kind: Literal["csv"]
    """Which kind of source this is."""
    delimiter: str = Field(",", min_length=1, max_length=1)
    """What stands between cells."""


class Tsv(TextTable):
    """Tab-separated values with a header row."""

    kind: Literal["tsv"]
    """Which kind of source this is."""


class Parquet(Table):
    """A Parquet file."""

    kind: Literal["parquet"]
    """Which kind of source this is."""


class Squad(File):
    """SQuAD JSON: passages with questions and answer spans. Group `article` or `passage`."""

    kind: Literal["squad"]
    """Which kind of source this is."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""
    answerable_only: bool = True
    """Leave out questions that have no answer (SQuAD 2.0); they are counted."""


class Datasets(Settings):
    """A folder that `datasets` saved, or a data set's id on the hub."""

    kind: Literal["datasets"]
    """Which kind of source this is."""
    path: str = Field(min_length=1)
    """Folder or hub id."""
    subset: str | None = None
    """Name of a configuration of a hub data set."""
    revision: str | None = None
    """Branch, tag or commit of a hub data set."""
    columns: Columns = Columns()
    """How a row becomes an example."""
    train: str = "train"
    """Name of the split to learn from."""
    dev: str | None = None
    """Name of the split for validation; cut from `train` when not given."""
    test: str | None = None
    """Name of the split for the scores; cut from `train` when not given."""

    @model_validator(mode="after")
    def hub_settings_need_a_hub(self) -> Datasets:
        for name in ("subset", "revision"):
            if self.path.startswith((".", "/")) and getattr(self, name) is not None:
                raise Misplaced(
                    (name,), "this is read only for a hub id, not for a folder: remove it"
                )
        return self


Source = Annotated[
    Json | Jsonl | Csv | Tsv | Parquet | Squad | Datasets, Field(discriminator="kind")
]
