"""Documents that passages are cut from: the articles of a dump, text files, JSON Lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

import wiki_pages
from etude.config.retrieving import DocumentLines, Dump, TextFiles
from etude.data.document_files import DOCUMENTS, read_documents
from etude.errors import UserError
from etude.records import Document


def texts(path: str, **more: Any) -> TextFiles:
    return TextFiles(kind="text", path=path, **more)


def lines(path: str) -> DocumentLines:
    return DocumentLines(kind="jsonl", path=path)


def test_every_kind_has_a_reader() -> None:
    kinds = {
        get_args(block.model_fields["kind"].annotation)[0]
        for block in (Dump, TextFiles, DocumentLines)
    }
    assert set(DOCUMENTS) == kinds


def test_the_articles_of_a_dump(tmp_path: Path) -> None:
    made = list(wiki_pages.pages(5))
    wiki_pages.write(tmp_path / "a.xml.bz2", iter(made), "bz2")
    settings = Dump(kind="wikipedia", path="a.xml.bz2", articles=3, language="pt")
    found = list(read_documents(settings, tmp_path))
    assert [(item.id, item.title) for item in found] == [(m.id, m.title) for m in made[:3]]
    assert found[0].metadata["licence"] == "CC BY-SA 4.0"
    assert found[0].metadata["url"].startswith("https://pt.wikipedia.org/wiki/")
    kept = list(read_documents(settings, tmp_path, cache=tmp_path / "cache"))
    assert kept == found
    assert list((tmp_path / "cache").glob("dump-*")) == []  # a few articles need no folder
    settings = Dump(kind="wikipedia", path="a.xml.bz2")
    assert len(list(read_documents(settings, tmp_path, cache=tmp_path / "cache"))) == 5
    assert len(list((tmp_path / "cache").glob("dump-*"))) == 1


def test_text_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.md").write_text("# Title\r\n\r\nText\r\n\r\nmore.\n")
    (tmp_path / "one.txt").write_text(" A text.\n")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / ".hidden.txt").write_text("no")
    (tmp_path / "image.png").write_text("no")
    assert list(read_documents(texts("."), tmp_path)) == [
        Document("b/two.md", "Title", "Text\n\nmore.", {"url": "b/two.md"}),
        Document("one.txt", "one", "A text.", {"url": "one.txt"}),
    ]
    assert [item.id for item in read_documents(texts("one.txt"), tmp_path)] == ["one.txt"]
    (tmp_path / "c.txt").write_bytes("é".encode("latin-1"))
    found = list(read_documents(texts("c.txt", encoding="latin-1"), tmp_path))
    assert found[0].text == "é"


def test_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": 7, "title": "T", "text": " a ", "year": 1999, "url": "u", "tags": ["x"]}\n'
        '{"text": "b"}\n{"text": " "}\n'
    )
    assert list(read_documents(lines("a.jsonl"), tmp_path)) == [
        Document("7", "T", "a", {"year": "1999", "url": "u"}),
        Document("2", "2", "b", {}),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"text": "a", "id": 1}\n{"text": "b", "id": "1"}\n', "a.jsonl: two documents have the id "
         "'1': give each its own."),
        ('{"text": " "}\n', "a.jsonl holds no documents with text: name another path."),
        ('{"body": "a"}\n', "a.jsonl, line 1: a document needs 'text', a text, but it is missing; "
         'write every line as {"id": "...", "title": "...", "text": "..."}.'),
        ('{"text": 3}\n', "a.jsonl, line 1: a document needs 'text', a text, but it is a number; "
         'write every line as {"id": "...", "title": "...", "text": "..."}.'),
    ],
)  # fmt: skip
def test_lines_that_are_no_documents(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(UserError) as error:
        list(read_documents(lines("a.jsonl"), tmp_path))
    assert str(error.value) == sentence


def test_a_folder_without_texts(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        list(read_documents(texts("."), tmp_path))
    assert str(error.value) == (
        f"{tmp_path} holds no file whose name ends in .txt or .md, nor does a folder in it: name "
        "the folder that does."
    )
