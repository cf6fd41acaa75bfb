"""Documents that passages are cut from: the articles of a dump, text files, JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from etude.config.retrieving import DocumentLines, Dump, TextFiles
from etude.config.sources import Jsonl
from etude.data.dump_cache import articles_of
from etude.data.dumps import read_articles
from etude.data.json_files import kind_of, read_jsonl
from etude.data.text import absolute, files_of, text_of
from etude.errors import UserError
from etude.progress import Progress, counted, silent
from etude.records import Document

ENDINGS = (".txt", ".md")
Kind = Dump | TextFiles | DocumentLines


def read_documents(
    settings: Kind, root: Path = Path(), progress: Progress = silent, cache: Path | None = None
) -> Iterator[Document]:
    """The documents that a block of `retrieve: documents:` names, in the order of their files.

    Paths start from `root`. With a folder `cache`, a whole dump is read into it once, and goes on
    after an interruption. Raises `UserError` where there is no document, or two have the same id.
    """
    seen: set[str] = set()
    for document in DOCUMENTS[settings.kind](settings, root, progress, cache):
        if document.id in seen:
            raise UserError(
                f"{settings.path}: two documents have the id '{document.id}': give each its own."
            )
        seen.add(document.id)
        yield document
    if not seen:
        raise UserError(f"{settings.path} holds no documents with text: name another path.")


def dump_documents(
    settings: Dump, root: Path, progress: Progress, cache: Path | None
) -> Iterator[Document]:
    """The articles of a dump, headings as paragraphs of their own."""
    path, language = absolute(root, settings.path), settings.language
    if cache is not None and settings.articles is None:
        articles = articles_of(path, cache, language=language, progress=progress)
    else:
        articles = read_articles(
            path, limit=settings.articles, language=language, progress=progress
        )
    return (article.document for article in articles)


def text_documents(
    settings: TextFiles, root: Path, progress: Progress, cache: Path | None
) -> Iterator[Document]:
    """Text files, each a document: its path is its id; a first line `# ...` is its title."""
    del cache
    files = text_files(settings.path, root)
    for number, (name, path) in enumerate(files):
        progress("reading text files", number, len(files), name)
        with text_of(path, settings.encoding, newline="") as file:
            text = file.read().replace("\r\n", "\n").strip()
        first, _, rest = text.partition("\n")
        title = path.stem
        if first.startswith("# ") and rest.strip():
            title, text = first[2:].strip(), rest.strip()
        if text:
            yield Document(name, title, text, {"url": name})
    progress("reading text files", len(files), len(files), "")


def text_files(name: str, root: Path) -> list[tuple[str, Path]]:
    """(path within the folder or of the file, where it is) of the text files that a path names."""
    folder = absolute(root, name)
    if not folder.is_dir():
        return [(Path(name).name, path) for _, _, path in files_of(name, root)]
    found = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in ENDINGS and not path.name.startswith(".")
    )
    if not found:
        raise UserError(
            f"{folder} holds no file whose name ends in {' or '.join(ENDINGS)}, nor does a folder "
            "in it: name the folder that does."
        )
    return found


def line_documents(
    settings: DocumentLines, root: Path, progress: Progress, cache: Path | None
) -> Iterator[Document]:
    """Objects with `text`, a line each; `id` is the line's number where it has none.

    Other columns of texts and numbers become metadata.
    """
    del cache
    source = Jsonl(kind="jsonl", path=settings.path, encoding=settings.encoding)
    rows = counted(read_jsonl(source, root), f"reading {Path(settings.path).name}", progress)
    for number, row in enumerate(rows, start=1):
        columns = dict(row.columns)
        text = columns.pop("text", None)
        if not isinstance(text, str):
            raise UserError(
                f"{row.where}: a document needs 'text', a text, but it is "
                f"{'missing' if text is None else kind_of(text)}; write every line as "
                '{"id": "...", "title": "...", "text": "..."}.'
            )
        identity = str(columns.pop("id", number))
        title = str(columns.pop("title", None) or identity)
        others = {
            name: str(value)
            for name, value in columns.items()
            if isinstance(value, str | int | float) and not isinstance(value, bool)
        }
        if text.strip():
            yield Document(identity, title, text.strip(), others)


# By kind, as in `etude.config.retrieving`.
DOCUMENTS: dict[str, Callable[[Any, Path, Progress, Path | None], Iterator[Document]]] = {
    "wikipedia": dump_documents,
    "text": text_documents,
    "jsonl": line_documents,
}
