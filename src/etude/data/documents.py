"""The documents of a study's source: what its questions can be answered from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from etude.config.sources import Columns, Source, Squad, Wikipedia
from etude.config.study import Study
from etude.data.document_files import read_documents
from etude.data.examples import filled, held_rows
from etude.data.sources import read_source
from etude.data.squad import passage_id, read_contexts
from etude.data.values import as_text, broken_character
from etude.data.wikipedia import articles_in
from etude.errors import UserError, nearest
from etude.progress import Progress, counted, silent
from etude.records import Document, Example

__all__ = ["documents_of", "read_documents"]


def documents_of(
    study: Study,
    name: str,
    root: Path,
    train: Iterable[Example],
    progress: Progress = silent,
) -> Iterator[Document]:
    """The documents of the source `name`, each once, in the order of its files.

    - `squad`: its paragraphs, of all splits; the id is the one that gold passages have.
    - any source whose columns map `context`: those texts, likewise.
    - `wikipedia`: its articles, with the title and text that gold spans count in.
    - any other: its examples of the training split `train` (the title is what is asked, the text
      the first reference, the id the example's own), so that nothing held out can be found.

    `root` is the folder that paths in the study start from. UserError for a source that is not
    there, or material that cannot be read.
    """
    sources = study.data.sources
    if name not in sources:
        raise UserError(
            f"The study has no source '{name}' to take documents from; {nearest(name, sources)}."
        )
    source, what = sources[name], f"reading {name}"
    if isinstance(source, Wikipedia):
        return (article.document for article in articles_in(source, root, progress))
    if isinstance(source, Squad):
        return once(counted(read_contexts(source, root), what, progress))
    columns = getattr(source, "columns", Columns())
    if columns.context is not None:
        return once(contexts(name, source, columns.context, root, progress))
    told = counted(train, what, progress)
    return answers(example for example in told if example.task == name)


def contexts(
    name: str, source: Source, template: str, root: Path, progress: Progress = silent
) -> Iterator[tuple[str, str]]:
    """(title, context) of every row: the column `title` where there is one, the template filled."""
    rows, known = held_rows(name, source, read_source(name, source, root, progress))
    blank = dict.fromkeys(known, "")
    for row in rows.records():
        texts = blank | {column: as_text(value) for column, value in row.columns.items()}
        if row.problem is None and broken_character(texts) is None:
            yield texts.get("title", "").strip(), filled(template, texts, row.where)


def once(found: Iterable[tuple[str, str]]) -> Iterator[Document]:
    """Documents of (title, text), each text once, whatever its letter case and white space."""
    seen: set[str] = set()
    for title, text in found:
        identity = passage_id(text)
        if text.strip() and identity not in seen:
            seen.add(identity)
            yield Document(identity, title, text.strip())


def answers(examples: Iterable[Example]) -> Iterator[Document]:
    """Examples as documents: what was asked last, and the right answer."""
    for example in examples:
        if example.references and example.references[0].strip():
            yield Document(example.id, example.messages[-1].content, example.references[0])
