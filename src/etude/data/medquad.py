"""MedQuAD's XML -> rows (Ben Abacha and Demner-Fushman 2019, doi:10.1186/s12859-019-3119-4).

The files come from strangers, so the parser is kept on a short lead: a document type is refused,
and with it every entity that a file could define, and a file has a largest size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from etude.config.sources import Columns, Medquad
from etude.data.rows import Row, SplitName
from etude.data.text import files_of, opened
from etude.errors import UserError

# How a pair becomes an example where the study says nothing.
COLUMNS = Columns(instruction="{question}", response="{answer}", id="{id}")
SUFFIX = ".xml"
ROOTS = ("Document", "DiseaseFile")  # a few of the published files have the second
LARGEST = 16 << 20  # bytes, unpacked; the largest published file has about 100 KB


@dataclass(slots=True)
class Pair:
    """A question with its kind and answer, as text grows into them."""

    kind: str = ""
    question: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """What is read of one file. `path` are the elements that are open, `focus` its subject."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    focus: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    root: str = ""


def read_medquad(source: Medquad, root: Path) -> Iterator[Row]:
    """One row per pair: question, answer, focus, source, type, url, document and id.

    `document` is the file's path in the named folder, without its ending, because the documents'
    own numbers repeat; `id` is the document with the pair's place in it. White space around a
    text is taken off. A pair without an answer is a row without one, a file without pairs a row
    with a problem, so that both are counted.
    """
    for split, name, path in files_of(source.path, root, SUFFIX):
        given = source.path if isinstance(source.path, str) else getattr(source.path, split or "")
        # From the named folder on, so that a document is called the same wherever that lies.
        inside = name.removeprefix(given).lstrip("/") or path.name
        yield from _rows(_parsed(path, name), split, name, inside.removesuffix(SUFFIX))


def _rows(document: Document, split: SplitName | None, name: str, shown: str) -> Iterator[Row]:
    common = {
        "focus": _text(document.focus),
        "source": document.attributes.get("source", "").strip(),
        "url": document.attributes.get("url", "").strip(),
        "document": shown,
    }
    for number, pair in enumerate(document.pairs, start=1):
        columns = {
            "question": _text(pair.question),
            "answer": _text(pair.answer),
            "type": pair.kind,
            "id": f"{shown}-{number}",
            **common,
        }
        yield Row(split, f"{name}, pair {number}", columns)
    if not document.pairs:
        blank = dict.fromkeys(("question", "answer", "type"), "")
        yield Row(split, name, {**blank, "id": shown, **common}, problem=("no pairs", ""))


def _text(parts: list[str]) -> str:
    return "".join(parts).strip()


def _parsed(path: Path, name: str) -> Document:
    """A file's document; UserError with the line where it is not one."""
    with opened(path) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UserError(
            f"{name} holds more than {LARGEST >> 20} MB, where MedQuAD has one small document a "
            "file; split it, or check the file's kind."
        )
    document = Document()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UserError(
            f"{name}, line {parser.CurrentLineNumber}: a document type, with which a file can "
            "define entities that fill the memory, so it is refused; remove <!DOCTYPE ...>."
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        _open(document, tag, attributes, name)

    def text(data: str) -> None:
        _write(document, data)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: document.path.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise UserError(
            f"{name}, line {error.lineno}, column {error.offset + 1}: broken XML ({reason}); mend "
            "that place, or fetch the file again."
        ) from None
    return document


def _open(document: Document, tag: str, attributes: dict[str, str], name: str) -> None:
    """An element begins."""
    if not document.path:
        if tag not in ROOTS:
            raise UserError(
                f"{name} holds <{tag}>, where MedQuAD's files hold <{ROOTS[0]}>; check the file's "
                "kind."
            )
        document.attributes = attributes
    elif tag == "QAPair":
        document.pairs.append(Pair())
    elif tag == "Question" and document.pairs:
        document.pairs[-1].kind = attributes.get("qtype", "").strip()
    document.path.append(tag)


def _write(document: Document, data: str) -> None:
    """Text inside an element, or in one inside it."""
    if "QAPair" in document.path:
        pair = document.pairs[-1]
        if "Question" in document.path:
            pair.question.append(data)
        elif "Answer" in document.path:
            pair.answer.append(data)
    elif document.path[1:] == ["Focus"]:
        document.focus.append(data)
