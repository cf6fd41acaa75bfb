"""What may be written under `data: sources:` in a study: one class per kind of source.

`etude.data.SOURCES` holds the reader of each kind; a test asserts that the two agree.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Name, Settings

Template = Annotated[str, Field(min_length=1)]


# What `etude.music` has questions about; a test holds the two together.
Topic = Literal[
    "scale-notes",
    "chord-notes",
    "interval-above",
    "interval-below",
    "interval-name",
    "semitones",
    "key-signature",
    "relative-key",
    "scale-degree",
    "enharmonic",
    "in-scale",
    "degree-chord",
]
# fmt: off
Root = Literal[
    "C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#",
    "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B", "Cb",
]
# fmt: on


class Paths(Settings):
    """One file for each split that the publisher made."""

    train: str | None = None
    """Rows to learn from; without it, the source is only for the splits that are given."""
    dev: str | None = None
    """Rows for validation; cut from `train` when not given."""
    test: str | None = None
    """Rows for the scores; cut from `train` when not given."""

    @model_validator(mode="after")
    def names_a_file(self) -> Paths:
        if self.train is None and self.dev is None and self.test is None:
            raise Misplaced(("train",), "no file is named: name one for train, dev or test")
        return self


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
    context: Template | None = None
    """The text that holds the answer. It is one of the source's documents, each kept once, and
    its id, made from the text, joins `passages`."""


class File(Settings):
    """Settings of every source that reads files."""

    path: Annotated[str, Field(min_length=1)] | Paths
    """A file, or one each for train, dev and test. `.gz` is read as it is. Relative to the
    study file."""


class Table(Settings):
    """Rows with named columns."""

    columns: Columns = Columns()
    """How a row becomes an example; without it, columns named `instruction`, `input`,
    `response` (or `output`), `label` and `id` are taken as they are."""


class TextTable(Table, File):
    """A table in a text file."""

    encoding: str = "utf-8"
    """Name of the text's encoding, as Python names it (`latin-1`, `utf-16-le`)."""
    replace: dict[Name, str] = Field({})
    """Texts for placeholders: with `name: Etude`, `{{name}}` in a row is read as Etude."""


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


class Parquet(Table, File):
    """A Parquet file."""

    kind: Literal["parquet"]
    """Which kind of source this is."""


class Labels(TextTable):
    """Lines of a sentence and its label (`Sales rose.@positive`): columns `sentence`, `label`."""

    kind: Literal["labels"]
    """Which kind of source this is."""
    separator: str = Field("@", min_length=1)
    """What stands between the two; where it stands several times in a line, the last counts."""


class Medquad(Table):
    """MedQuAD's XML: questions and answers on health. Group `document`."""

    kind: Literal["medquad"]
    """Which kind of source this is."""
    path: Annotated[str, Field(min_length=1)] | Paths
    """A folder, in which every .xml file is read, or one file; or one each for train, dev and
    test."""


class Oasst(File):
    """OpenAssistant's conversation trees: the best-ranked path of each. Group `tree`."""

    kind: Literal["oasst"]
    """Which kind of source this is."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""
    language: str | None = None
    """Only trees and messages in this language (`en`, `pt-BR`), as the export names it."""


class Sharegpt(File):
    """Conversations as lists of turns: `conversations` of ShareGPT, or `messages` with roles."""

    kind: Literal["sharegpt"]
    """Which kind of source this is."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""
    replace: dict[Name, str] = Field({})
    """Texts for placeholders: with `name: Etude`, `{{name}}` in a turn is read as Etude."""


class Squad(File):
    """SQuAD JSON: passages with questions and answer spans. Group `article` or `passage`."""

    kind: Literal["squad"]
    """Which kind of source this is."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""
    answerable_only: bool = True
    """Leave out questions that have no answer (SQuAD 2.0); they are counted."""


class Wikipedia(Table):
    """Questions on the articles of a MediaWiki dump, written from what the articles say.

    Group `article`. Each question names the passage that holds its answer.
    """

    kind: Literal["wikipedia"]
    """Which kind of source this is."""
    dump: str = Field(min_length=1)
    """A dump of pages and articles: .xml, .xml.bz2, or a multistream .xml.bz2."""
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[a-z]+)*$")
    """The language that the dump must say it is in; any when not given."""
    articles: int | None = Field(None, ge=1)
    """Only so many articles, from the beginning."""
    infobox: bool = True
    """Whether the fields of an article's infobox stand at the end of its text."""
    make: Annotated[
        tuple[Literal["definition", "fact", "date", "section", "cloze", "text"], ...],
        Field(min_length=1),
    ] = ("definition", "fact", "date", "section", "cloze")
    """What is made of an article: questions on its first sentence, on its infobox, on dates, on
    its sections, sentences with a gap; `text` is the article itself, for continued pretraining."""
    per_article: int | None = Field(None, ge=1)
    """At most so many rows of an article."""
    columns: Columns = Columns(
        instruction="{question}", response="{answers}", id="{id}", passages=("{passage}",)
    )
    """How a row becomes an example; there are also `title`, `article`, `context`, `make`, `url`."""

    @model_validator(mode="after")
    def documents_are_articles(self) -> Wikipedia:
        if self.columns.context is not None:
            raise Misplaced(
                ("columns", "context"),
                "its documents are its articles, and {passage} names the place: map passages",
            )
        return self

    @model_validator(mode="after")
    def facts_need_an_infobox(self) -> Wikipedia:
        if "fact" in self.make and not self.infobox:
            told = "'fact' asks about what infobox: false leaves out: name the other ones alone"
            raise Misplaced(("make",), told)
        return self


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


class MusicTheory(Table):
    """Questions on notes, scales, intervals, chords and keys, with answers that are computed."""

    kind: Literal["music-theory"]
    """Which kind of source this is."""
    questions: int = Field(2000, ge=1)
    """How many, in all splits together."""
    languages: Annotated[tuple[Literal["en", "pt"], ...], Field(min_length=1)] = ("en", "pt")
    """Languages to ask in."""
    topics: tuple[Topic, ...] = ()
    """Only these topics; without it, all."""
    test_roots: tuple[Root, ...] = ("E", "Ab", "G#")
    """Questions about these notes are the test; with none, it is cut from the other questions."""
    dev_roots: tuple[Root, ...] = ("A", "Db", "C#")
    """Questions about these notes are for validation; with none, these are cut as well."""
    seed: int = Field(13, ge=0)
    """Seed of which questions are asked, and in which words."""
    columns: Columns = Columns(instruction="{question}", response="{answer}", id="{id}")
    """How a question becomes an example; there are also `topic`, `root`, `language`, `fact`."""

    @model_validator(mode="after")
    def roots_are_in_one_split(self) -> MusicTheory:
        both = [root for root in self.dev_roots if root in self.test_roots]
        if both:
            raise Misplaced(
                ("dev_roots",), f"{both[0]} is one of test_roots: keep it in one of the two"
            )
        return self


Source = Annotated[
    Json
    | Jsonl
    | Csv
    | Tsv
    | Parquet
    | Squad
    | Labels
    | Medquad
    | Oasst
    | Sharegpt
    | MusicTheory
    | Wikipedia
    | Datasets,
    Field(discriminator="kind"),
]
