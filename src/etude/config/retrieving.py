"""What may be written under `retrieve:`: documents, how they are cut, found and put to the model.

Every choice from document to prompt is a setting here; the room that acts on them is `retrieval`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.settings import Fraction, Misplaced, Settings, named

PATTERN = r"^[a-z]{2,3}$"


class Dump(Settings):
    """The articles of a MediaWiki dump."""

    kind: Literal["wikipedia"]
    """Which kind of documents these are."""
    path: str = Field(min_length=1)
    """A dump of pages and articles: .xml, .xml.bz2, or a multistream .xml.bz2."""
    articles: int | None = Field(None, ge=1)
    """Only so many articles, from the beginning."""
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[a-z]+)*$")
    """The language that the dump must say it is in; any when not given."""
    infobox: bool = True
    """Whether the fields of an article's infobox stand at the end of its text."""


class TextFiles(Settings):
    """Text files and pages of HTML: one document each, its paragraphs between blank lines."""

    kind: Literal["text"]
    """Which kind of documents these are."""
    path: str = Field(min_length=1)
    """A .txt, .md or .html file, or a folder of them."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""


class DocumentLines(Settings):
    """JSON Lines: one document a line, with `text`, and `id` and `title` where it has them."""

    kind: Literal["jsonl"]
    """Which kind of documents these are."""
    path: str = Field(min_length=1)
    """A file."""
    encoding: str = "utf-8"
    """Name of the text's encoding."""
    text: str | None = None
    """A document's text, as a template of columns (`{question} {answer}`); the column `text` when
    not given."""
    title: str | None = None
    """Its title, likewise; the column `title` where there is one, otherwise the id."""
    id: str | None = None
    """Its id, likewise; the column `id` where there is one, otherwise the row's number."""


class DocumentTable(DocumentLines):
    """A table: one document a row, with `text`, and `id` and `title` where it has them."""

    kind: Literal["json", "csv", "tsv", "parquet"]  # type: ignore[assignment] # other tags
    """Which kind of documents these are."""


Documents = Annotated[Dump | TextFiles | DocumentLines | DocumentTable, Field(discriminator="kind")]

KINDS = {
    ".xml": "wikipedia",
    ".bz2": "wikipedia",
    ".jsonl": "jsonl",
    ".txt": "text",
    ".md": "text",
    ".html": "text",
    ".htm": "text",
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".parquet": "parquet",
}
NO_TEXT = (  # that a user may have, and what is said of them
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub"),
    *(".ppt", ".pptx", ".xls", ".xlsx", ".ods", ".zip"),
)


def is_path(documents: str) -> bool:
    """Whether these are files rather than a source of the study."""
    return "/" in documents or "." in documents or documents.startswith("~")


def documents(value: Any) -> Any:
    """A path is short for a block; a name without a dot or a slash is a source of the study."""
    if isinstance(value, list | tuple):
        raise ValueError(
            "expected a path, the name of a source or a block, found a list: put the files into "
            "one folder and name that"
        )
    if not isinstance(value, str) or not is_path(value):
        return value
    name = value.lower().removesuffix(".gz")
    for ending, kind in KINDS.items():
        if name.endswith(ending):
            return {"kind": kind, "path": value}
    if name.endswith(NO_TEXT):
        raise ValueError(
            f"'{value}' is no text that Etude reads: convert it to .txt, .md or .html, or to JSON "
            "Lines with a loader of LangChain's (etude.langchain.write_documents)"
        )
    return {"kind": "text", "path": value}


def from_documents(value: Any) -> Any:
    """`ptwiki.xml.bz2` is short for `{documents: ptwiki.xml.bz2}`."""
    return {"documents": value} if isinstance(value, str) else value


class Chunking(Settings):
    """How documents are cut: along paragraphs, then along sentences, never within a word."""

    size: int = Field(1000, ge=40)
    """A piece is at most so long."""
    overlap: int = Field(0, ge=0)
    """So much of a piece's end begins the next one again."""
    unit: Literal["characters", "tokens"] = "characters"
    """What lengths are counted in; tokens are the model's, and take hundreds of times as long."""
    title: bool = True
    """Index the document's title with every piece."""

    @model_validator(mode="after")
    def overlap_is_smaller(self) -> Chunking:
        if self.overlap * 2 > self.size:
            raise Misplaced(
                ("overlap",),
                f"{self.overlap} is more than half of size ({self.size}): lower it",
            )
        return self


class Bm25(Settings):
    """By words (Robertson and Zaragoza 2009)."""

    name: Literal["bm25"] = "bm25"
    """Which search this is."""
    language: str | None = Field(None, pattern=PATTERN)
    """ISO 639 code of the documents' language, for stems and stop words; the data's when not
    given."""
    k1: float = Field(1.2, ge=0)
    """How fast repeating a word stops to help."""
    b: Fraction = 0.75
    """How much long pieces are held against."""


class VectorEncoder(Settings):
    """A model whose vectors are near where texts mean the same."""

    base: str = Field(min_length=1)
    """A sentence-transformers model: a hub id, a folder, or `minilm` (extra `minilm`)."""
    revision: str | None = None
    """Branch, tag or commit of a hub id."""
    batch_size: int = Field(32, ge=1)
    """Texts encoded together."""
    query: str = ""
    """Put before a question (some models want `query: `)."""
    passage: str = ""
    """Put before a piece (some models want `passage: `)."""


class Dense(Settings):
    """By vectors: the nearest by cosine."""

    name: Literal["dense"]
    """Which search this is."""
    encoder: VectorEncoder
    """What makes the vectors."""


class Hybrid(Bm25):
    """By both: a convex combination of the two scores, each scaled to 0..1 for a question."""

    name: Literal["hybrid"]  # type: ignore[assignment] # the tag of another variant
    """Which search this is."""
    encoder: VectorEncoder
    """What makes the vectors."""
    weight: Fraction | Literal["auto"] = "auto"
    """How much the vectors count; `auto` is what finds most gold passages of the dev split."""


Search = Annotated[Bm25 | Dense | Hybrid, Field(discriminator="name"), BeforeValidator(named)]


SECRET = re.compile(r"secret|token|password|credential|access_key|account_key|sas_key")


def environment_name(option: str) -> str:
    """The variable that says the same as an option of object storage."""
    name = option.upper()
    known = name.startswith(("AWS_", "AZURE_", "GOOGLE_"))
    return name if known else f"AWS_{name}"


class Memory(Settings):
    """An index in files of the run's cache, read into memory."""

    name: Literal["memory"] = "memory"
    """Which store this is."""


class LanceDb(Settings):
    """LanceDB, embedded: on disk or on object storage (extra `rag`)."""

    name: Literal["lancedb"]
    """Which store this is."""
    uri: str | None = None
    """A folder, or `s3://bucket/path`; beside the run's cache when not given."""
    storage_options: dict[str, str | bool | int] = Field({})
    """How object storage is reached, as LanceDB names it (`endpoint`, `region`, `allow_http`). Keys
    are read from the environment (`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`)."""

    @model_validator(mode="after")
    def no_secrets(self) -> LanceDb:
        for name in self.storage_options:
            if SECRET.search(name.lower()):
                raise Misplaced(
                    ("storage_options",),
                    f"{name} is a secret, and a study is kept in the run folder and shown in the "
                    f"report: leave it out and set {environment_name(name)} in the environment",
                )
        return self


class Qdrant(Settings):
    """A Qdrant server (extra `qdrant`)."""

    name: Literal["qdrant"]
    """Which store this is."""
    url: str = Field(min_length=1)
    """Where it listens (`http://localhost:6333`). A key is read from QDRANT_API_KEY."""
    collection: str | None = None
    """The collection's name; made from the documents and settings when not given."""


Store = Annotated[Memory | LanceDb | Qdrant, Field(discriminator="name"), BeforeValidator(named)]


class Rerank(Settings):
    """A cross-encoder reads question and piece together and orders the first ones anew."""

    base: str = Field(min_length=1)
    """A cross-encoder: a hub id or a folder."""
    revision: str | None = None
    """Branch, tag or commit of a hub id."""
    depth: int = Field(20, ge=2)
    """How many of the first are read."""
    batch_size: int = Field(32, ge=1)
    """Pairs read together."""


class Retrieve(Settings):
    """Passages of documents in the prompt."""

    documents: Annotated[
        str | Documents, BeforeValidator(documents, json_schema_input_type=str | Documents)
    ]
    """A source of the study, by its name (`songs`); a file or folder (`ptwiki.xml.bz2`); or a
    block."""
    k: int = Field(5, ge=1, le=50)
    """Passages in the prompt at most; fewer where they do not fit."""
    depth: int = Field(10, ge=1, le=100)
    """How many are searched and recorded, for the retriever's own scores; k where that is more."""
    query: str | None = None
    """What is searched for: a template like prompt's. When not given, the row's column
    `question` where it has one, otherwise the user's turn as the row has it."""
    chunk: Chunking = Chunking()
    """How documents are cut."""
    search: Search = Bm25()
    """How pieces are found: `bm25`, `dense` or `hybrid`."""
    store: Store = Memory()
    """Where pieces are held: `memory`, `lancedb` or `qdrant`."""
    rerank: Rerank | None = None
    """Order the first ones anew with a cross-encoder."""
    template: str = "{passages}\n\n{question}"
    """How passages and question are put; `{passages}` are numbered, `{question}` is the user's
    turn."""
    cite: bool = False
    """Ask for the numbers of the passages that the answer rests on, as `[2]`. Beside `tune`, it is
    learnt: answers have the number of their gold passage."""
    abstain: bool = False
    """Ask to say so where the passages do not hold the answer. Beside `tune`, it is learnt where
    no gold passage is shown."""

    @model_validator(mode="after")
    def template_has_both(self) -> Retrieve:
        for part in ("{passages}", "{question}"):
            if part not in self.template:
                raise Misplaced(("template",), f"it needs {part}: put it where it should stand")
        return self
