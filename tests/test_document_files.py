"""Documents that passages are cut from: the articles of a dump, text files, JSON Lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies

import wiki_pages
from etude.config.retrieving import DocumentLines, DocumentTable, Dump, TextFiles
from etude.config.retrieving import documents as documents_in
from etude.data.document_files import DOCUMENTS, passed_over, read_documents
from etude.data.html_text import text_of_html
from etude.errors import UserError
from etude.records import Document

WRITTEN = (
    'write every line as {"id": "...", "title": "...", "text": "..."}, or say which columns '
    "hold it: documents: {kind: jsonl, path: ..., text: '{column}'}."
)


def texts(path: str, **more: Any) -> TextFiles:
    return TextFiles(kind="text", path=path, **more)


def lines(path: str) -> DocumentLines:
    return DocumentLines(kind="jsonl", path=path)


def test_every_kind_has_a_reader() -> None:
    kinds = {
        kind
        for block in (Dump, TextFiles, DocumentLines, DocumentTable)
        for kind in get_args(block.model_fields["kind"].annotation)
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
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes.md").write_text("no")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "LOUD.TXT").write_text("Loud.")
    (tmp_path / "image.png").write_text("no")
    (tmp_path / "b" / "scan.PDF").write_text("no")
    (tmp_path / "b" / "old.pdf").write_text("no")
    (tmp_path / "README").write_text("no")
    assert list(read_documents(texts("."), tmp_path)) == [
        Document("LOUD.TXT", "LOUD", "Loud.", {"url": "LOUD.TXT"}),
        Document("b/two.md", "Title", "Text\n\nmore.", {"url": "b/two.md"}),
        Document("empty.txt", "empty", "", {"url": "empty.txt"}),  # counted, though it says nothing
        Document("one.txt", "one", "A text.", {"url": "one.txt"}),
    ]
    assert passed_over(".", tmp_path) == {".pdf": 2, "no ending": 1, ".png": 1}
    assert passed_over("one.txt", tmp_path) == {}
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
        Document("3", "3", "", {}),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"text": "a", "id": 1}\n{"text": "b", "id": "1"}\n', "a.jsonl: two documents have the id "
         "'1': give each its own."),
        ('{"text": " "}\n', "a.jsonl holds no documents with text: name another path."),
        ('{"body": "a"}\n', "a.jsonl, line 1: a document needs 'text', a text, but it is missing; "
         f"{WRITTEN}"),
        ('{"text": 3}\n', "a.jsonl, line 1: a document needs 'text', a text, but it is a number; "
         f"{WRITTEN}"),
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
        f"{tmp_path} holds no file whose name ends in .txt, .md, .html or .htm, nor does a folder "
        "in it: name the folder that does."
    )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"PK\x03\x04\x00\x00")
    with pytest.raises(UserError) as error:
        list(read_documents(texts("a.txt"), tmp_path))
    assert str(error.value) == (
        f"{tmp_path / 'a.txt'} holds a byte of zero, so it is no text: move it away, or convert it."
    )


# HTML

PAGE = """<!DOCTYPE html>
<html><head><title>Opening
hours</title><style>p {color: red}</style><script>let no = "<p>no</p>";</script></head>
<body><nav><a href="/">Home</a></nav>
<h1>Opening hours</h1>
<p>The workshop is <b>open</b> from 9&nbsp;to 17&#160;o&rsquo;clock.<br>Closed on Sundays.</p>
<table><tr><th>Day</th><th>Hours</th></tr><tr><td>Monday</td><td>9 &ndash; 17</td></tr></table>
<ul><li>Bring a bag<li>Bring <i>cash</i></ul>
<pre>line one
  line two</pre>
<p>Unclosed <b>paragraph
</body></html>
"""


def test_a_page_of_html(tmp_path: Path) -> None:
    (tmp_path / "hours.html").write_text(PAGE, encoding="utf-8")
    (document,) = read_documents(texts("hours.html"), tmp_path)
    assert document.title == "Opening hours"
    assert document.text == (
        "The workshop is open from 9 to 17 o’clock.\nClosed on Sundays.\n\n"
        "Day | Hours\nMonday | 9 – 17\n\n"
        "Bring a bag\nBring cash\n\n"
        "line one\n  line two\n\n"
        "Unclosed paragraph"
    )


@pytest.mark.parametrize(
    ("source", "title", "text"),
    [
        ("no markup at all", "", "no markup at all"),
        ("<h1>Elm</h1><p>A town.", "Elm", "Elm\n\nA town."),
        ("<title> </title><h1>Elm</h1>", "Elm", "Elm"),
        ("a</p></nav></pre>b<![if IE]>c", "", "a\n\nbc"),
        ("<svg><title>Icon</title></svg><p>a", "", "a"),
        ("1 < 2 & 3 > 2", "", "1 < 2 & 3 > 2"),
        ("", "", ""),
    ],
)
def test_markup_of_every_sort(source: str, title: str, text: str) -> None:
    assert text_of_html(source) == (title, text)


@given(strategies.text(alphabet="<>/!-&;[]='\" \nabpretdlih1", max_size=60))
def test_no_markup_breaks_it(source: str) -> None:
    title, text = text_of_html(source)
    assert title == title.strip()
    assert text == text.strip()
    assert "\n\n\n" not in text


# Rows


def test_a_table_of_documents(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text(
        'number,question,answer,topic\n7,Where?,"In Elm, by the river.",place\n8,When?,At nine.,\n'
    )
    with pytest.raises(UserError) as error:
        list(read_documents(DocumentTable(kind="csv", path="faq.csv"), tmp_path))
    assert str(error.value) == (
        "faq.csv, line 2: a document needs 'text', a text, but it is missing; the row has the "
        "columns number, question, answer, topic, or say which columns hold it: documents: {kind: "
        "csv, path: ..., text: '{column}'}."
    )
    chosen = {"text": "{question} {answer}", "title": "{question}", "id": "faq-{number}"}
    settings = DocumentTable(kind="csv", path="faq.csv", **chosen)
    assert list(read_documents(settings, tmp_path)) == [
        Document("faq-7", "Where?", "Where? In Elm, by the river.", {"topic": "place"}),
        Document("faq-8", "When?", "When? At nine.", {}),
    ]
    wrong = DocumentTable(kind="csv", path="faq.csv", text="{answr}")
    with pytest.raises(
        UserError, match=r"faq\.csv, line 2, retrieve\.documents\.text: there is no"
    ):
        list(read_documents(wrong, tmp_path))


def test_an_id_that_is_null_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": null, "text": "a"}\n{"id": null, "text": "b"}\n')
    assert [item.id for item in read_documents(lines("a.jsonl"), tmp_path)] == ["1", "2"]


def test_files_are_read_by_their_names() -> None:
    kinds = {
        "a.CSV": "csv",
        "a.jsonl.gz": "jsonl",
        "a.htm": "text",
        "notes/": "text",
        "a.c": "text",
    }
    assert {name: documents_in(name)["kind"] for name in kinds} == kinds
    with pytest.raises(ValueError, match=r"'a\.pdf' is no text that Etude reads: convert it to"):
        documents_in("a.pdf")


def test_names_with_accents_are_those_that_tables_write(tmp_path: Path) -> None:
    apart = "poli\u0301tica de fe\u0301rias.md"  # as some systems write names
    (tmp_path / apart).write_text("Vinte e dois dias.")
    (found,) = read_documents(texts("."), tmp_path)
    assert (found.id, found.title) == ("política de férias.md", "política de férias")
