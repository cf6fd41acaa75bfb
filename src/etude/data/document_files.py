"""Documents that passages are cut from: the articles of a dump, text files, HTML, rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

from etude.config.retrieving import DocumentLines, DocumentTable, Dump, TextFiles
from etude.data.document_rows import ROWS, row_documents
from etude.data.dump_cache import articles_of
from etude.data.dumps import read_articles
from etude.data.html_text import text_of_html
from etude.data.text import absolute, files_of, text_of
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.records import Document

HTML = (".html", ".htm")
ENDINGS = (".txt", ".md", *HTML)
Kind = Dump | TextFiles | DocumentLines | DocumentTable


def read_documents(
    settings: Kind, root: Path = Path(), progress: Progress = silent, cache: Path | None = None
) -> Iterator[Document]:
    """The documents that a block of `retrieve: documents:` names, in the order of their files.

    Paths start from `root`. With a folder `cache`, a whole dump is read into it once, and goes on
    after an interruption. Documents without text are among them, so that they are counted. Raises
    `UserError` where none has any, or two have the same id.
    """
    seen: set[str] = set()
    any_text = False
    for document in DOCUMENTS[settings.kind](settings, root, progress, cache):
        if document.id in seen:
            raise UserError(
                f"{settings.path}: two documents have the id '{document.id}': give each its own."
            )
        seen.add(document.id)
        any_text = any_text or bool(document.text)
        yield document
    if not any_text:
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
    return (article.as_asked(infobox=settings.infobox).document for article in articles)


def text_documents(
    settings: TextFiles, root: Path, progress: Progress, cache: Path | None
) -> Iterator[Document]:
    """Text files, each a document: its path is its id.

    A first line `# ...` is its title, of HTML the page's; else the file's name is.
    """
    del cache
    files = text_files(settings.path, root)
    for number, (name, path) in enumerate(files):
        progress("reading text files", number, len(files), name)
        with text_of(path, settings.encoding, newline="") as file:
            text = file.read().replace("\r\n", "\n").strip()
        if "\0" in text:
            raise UserError(
                f"{path} holds a byte of zero, so it is no text: move it away, or convert it."
            )
        title, text = titled_html(text) if is_html(path) else titled(text)
        yield Document(name, title or Path(name).stem, text, {"url": name})
    progress("reading text files", len(files), len(files), "")


def titled(text: str) -> tuple[str, str]:
    """The title that a text begins with ("" where it begins with none), and the rest."""
    first, _, rest = text.partition("\n")
    if first.startswith("# ") and rest.strip():
        return first[2:].strip(), rest.strip()
    return "", text


def titled_html(source: str) -> tuple[str, str]:
    """The same of a page of HTML: a first line that says the title once more is left out."""
    title, text = text_of_html(source)
    first, _, rest = text.partition("\n")
    again = bool(title) and first.strip() == title and bool(rest.strip())
    return title, rest.strip() if again else text


def is_html(path: Path) -> bool:
    """Whether a file is a page of HTML, by its name."""
    return path.suffix.lower() in HTML


def text_files(name: str, root: Path) -> list[tuple[str, Path]]:
    """(path within the folder or of the file, where it is) of the text files that a path names.

    UserError where a folder has none.
    """
    folder = absolute(root, name)
    if not folder.is_dir():
        return [(Path(name).name, path) for _, _, path in files_of(name, root)]
    found = [(inside, path) for inside, path in files_in(folder) if is_text(path)]
    if not found:
        raise UserError(
            f"{folder} holds no file whose name ends in {', '.join(ENDINGS[:-1])} or "
            f"{ENDINGS[-1]}, nor does a folder in it: name the folder that does."
        )
    return found


def passed_over(name: str, root: Path) -> dict[str, int]:
    """How many files of a folder of documents are of no kind that is read, by their endings."""
    folder = absolute(root, name)
    if not folder.is_dir():
        return {}
    others = (path for _, path in files_in(folder) if not is_text(path))
    return dict(Counter(path.suffix.lower() or "no ending" for path in others).most_common())


def files_in(folder: Path) -> list[tuple[str, Path]]:
    """(path within it, where it is) of the files in and below a folder, but for hidden ones.

    Accents are one character with their letter, also where a system wrote them apart (macOS): so
    tables write these names.
    """
    every = ((path.relative_to(folder), path) for path in folder.rglob("*"))
    return sorted(
        (normalize("NFC", inside.as_posix()), path)
        for inside, path in every
        if path.is_file() and not any(part.startswith(".") for part in inside.parts)
    )


def is_text(path: Path) -> bool:
    """Whether a file is of a kind that is read as text, by its name."""
    return path.suffix.lower() in ENDINGS


# By kind, as in `etude.config.retrieving`.
DOCUMENTS: dict[str, Callable[[Any, Path, Progress, Path | None], Iterator[Document]]] = {
    "wikipedia": dump_documents,
    "text": text_documents,
    **dict.fromkeys(ROWS, row_documents),
}
