"""MedQuAD's XML: pairs of one document a file, and what a stranger's XML may not do."""

from __future__ import annotations

import gzip
from pathlib import Path

from data_helper import apart, assembled, one_source, rows_of, sentence
from etude.data import medquad

PAIR = '<QAPair pid="{n}"><Question qid="x-{n}" qtype="{kind}">{q}</Question>{a}</QAPair>'


def document(*pairs: str, root: str = "Document", focus: str = "Gout") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} id="0000001" source="Test" url="u">'
        f"<Focus>{focus}</Focus><FocusAnnotations><Synonyms><Synonym>no focus</Synonym>"
        f"</Synonyms></FocusAnnotations><QAPairs>{''.join(pairs)}</QAPairs></{root}>"
    )


def pair(n: int, question: str, answer: str | None, kind: str = "causes") -> str:
    told = "" if answer is None else f"<Answer>{answer}</Answer>"
    return PAIR.format(n=n, kind=kind, q=question, a=told)


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    first = document(pair(1, " What is it ? ", "An ill &amp; <b>bad</b>\n  toe."))
    write(tmp_path, "all/b/2.xml", first)
    write(tmp_path, "all/a/1.xml", document(pair(1, "q", "a"), pair(2, "p", "b"), focus="Flu"))
    write(tmp_path, "all/a/readme.txt", "not read")
    rows = rows_of(tmp_path, kind="medquad", path="all")
    assert [row.columns["id"] for row in rows] == ["a/1-1", "a/1-2", "b/2-1"]
    assert rows[2].columns == {
        "question": "What is it ?",
        "answer": "An ill & bad\n  toe.",
        "type": "causes",
        "id": "b/2-1",
        "focus": "Gout",
        "source": "Test",
        "url": "u",
        "document": "b/2",
    }
    assert rows[2].where == "all/b/2.xml, pair 1"


def test_one_file_splits_and_gzip(tmp_path: Path) -> None:
    write(tmp_path, "train/1.xml", document(pair(1, "q", "a")))
    (tmp_path / "x.xml").write_bytes(gzip.compress(document(pair(1, "p", "b")).encode()))
    (row,) = rows_of(tmp_path, kind="medquad", path=str(tmp_path / "x.xml"))
    assert row.columns["id"] == "x-1"  # never the folder of some machine
    rows = rows_of(tmp_path, kind="medquad", path={"train": "train", "test": "x.xml"})
    assert [(row.split, row.columns["document"]) for row in rows] == [("train", "1"), ("test", "x")]


def test_pairs_without_answers_and_files_without_pairs_are_counted(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, f"all/{number}.xml", document(pair(1, f"q{number}", "a")))
    write(tmp_path, "all/5.xml", document(pair(1, "q5", None), pair(2, "q6", " "), pair(3, "", "")))
    write(tmp_path, "all/6.xml", document(root="DiseaseFile"))
    made = assembled(tmp_path, **one_source(kind="medquad", path="all"))
    assert [(row.id, row.reason) for row in made.dropped] == [
        ("5-1", "empty response"),
        ("5-2", "empty response"),
        ("5-3", "empty prompt"),
        ("6", "no pairs"),
    ]
    example = made.data.test[0]
    assert example.messages[0].content.startswith("q")
    assert example.references == ("a",)
    assert len(made.data.card["sources"]["songs"]["files"]) == 7


def test_documents_stay_together(tmp_path: Path) -> None:
    for number in range(6):
        pairs = [pair(n, f"q{number} {n}", "a") for n in range(3)]
        write(tmp_path, f"all/{number}.xml", document(*pairs))
    made = assembled(
        tmp_path,
        **one_source(kind="medquad", path="all"),
        split={"group_by": "document", "dev": 3, "test": 3},
    )
    splits = (made.data.train, made.data.dev, made.data.test)
    assert [len(split) for split in splits] == [12, 3, 3]
    assert apart([{item.group for item in split} for split in splits])


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'
    text = document(pair(1, "q", "&b;")).replace("\n", f"\n{bomb}", 1)
    write(tmp_path, "it.xml", text)
    assert sentence(tmp_path, kind="medquad", path="it.xml") == (
        "it.xml, line 2: a document type, with which a file can define entities that fill the "
        "memory, so it is refused; remove <!DOCTYPE ...>."
    )
    write(tmp_path, "it.xml", document(pair(1, "q", "&nbsp;")))
    assert "broken XML (undefined entity)" in sentence(tmp_path, kind="medquad", path="it.xml")


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    text = document(pair(1, "q", "a" * medquad.LARGEST))
    (tmp_path / "it.xml").write_bytes(gzip.compress(text.encode()))
    assert sentence(tmp_path, kind="medquad", path="it.xml") == (
        "it.xml holds more than 16 MB, where MedQuAD has one small document a file; split it, or "
        "check the file's kind."
    )


def test_what_is_not_medquad(tmp_path: Path) -> None:
    write(tmp_path, "it.xml", "<html/>")
    assert sentence(tmp_path, kind="medquad", path="it.xml") == (
        "it.xml holds <html>, where MedQuAD's files hold <Document>; check the file's kind."
    )
    cut = document(pair(1, "q", "a")).removesuffix("</Document>")
    write(tmp_path, "it.xml", cut)
    assert sentence(tmp_path, kind="medquad", path="it.xml") == (
        f"it.xml, line 2, column {len(cut.splitlines()[1]) + 1}: broken XML (no element found); "
        "mend that place, or fetch the file again."
    )
    (tmp_path / "empty").mkdir()
    assert sentence(tmp_path, kind="medquad", path="empty") == (
        f"{tmp_path / 'empty'} holds no file whose name ends in .xml, nor does a folder in it: "
        "name the folder that does."
    )


def test_real_medquad(shared: Path) -> None:
    rows = rows_of(shared, kind="medquad", path="medquad")
    assert len(rows) == 4150 + 6
    assert sum(row.problem == ("no pairs", "") for row in rows) == 6
    assert len({row.columns["id"] for row in rows}) == len(rows)
    made = assembled(
        shared,
        **one_source(kind="medquad", path="medquad/5_NIDDK_QA"),
        split={"group_by": "document"},
    )
    splits = (made.data.train, made.data.dev, made.data.test)
    assert apart([{item.group for item in split} for split in splits])
