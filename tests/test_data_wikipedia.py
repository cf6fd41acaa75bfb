"""A dump becomes examples with gold passages, divided by article, and files for other tools."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from articles import PAGES, dump
from data_helper import apart, assembled, one_source, rows_of, sentence, study
from etude.approaches.foreseeing import from_dump
from etude.cli import main
from etude.config import Study, to_yaml
from etude.config.retrieving import Chunking, Dump, Retrieve
from etude.config.sources import Columns
from etude.config.tuning import Tune
from etude.data import documents_of, dump_cache
from etude.data.document_files import read_documents
from etude.data.partition import as_row, write_partition
from etude.errors import UserError
from etude.progress import silent
from etude.records import Example, Message
from etude.retrieval.gold import is_gold
from etude.retrieval.opening import open_retriever

QUESTIONS = Path(__file__).parents[1] / "docs" / "questions.md"


def everything(root: Path, **source: Any) -> list[Example]:
    split = {"dev": 0.25, "test": 0.25, "group_by": "article"}
    settings = {"kind": "wikipedia", "dump": "ilha.xml.bz2", **source}
    made = assembled(root, language="pt", split=split, **one_source(**settings))
    return [*made.data.train, *made.data.dev, *made.data.test]


def test_questions_name_the_passage_that_holds_their_answer(tmp_path: Path) -> None:
    dump(tmp_path)
    examples = {item.messages[0].content: item for item in everything(tmp_path)}
    told = {question: item.references[0] for question, item in examples.items()}
    assert told["O que é o Rio Lume?"] == "um rio da Serra Clara, o mais longo da ilha"
    assert told["Quando morreu Ana Prado?"] == "1741"
    assert told["Qual é o comprimento do Rio Lume?"] == "120 km"
    assert told["Em que ano o Rio Lume foi descoberto por Ana Prado?"] == "1702"
    assert told["Em que ano Ana Prado descobriu o Rio Lume?"] == "1702"
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2"}
    held = study(**one_source(**source))
    texts = {item.id: item.text for item in documents_of(held, "songs", tmp_path, ())}
    for example in examples.values():
        ((identity, _, span),) = [item.partition(":") for item in example.gold_passages]
        low, high = map(int, span.split("-"))
        passage = texts[identity][low:high]
        assert passage == example.metadata["context"]
        assert example.references[0] in passage or example.metadata["make"] in ("date", "fact")
        assert identity == example.metadata["article"] == example.group


def test_infoboxes_are_left_out_on_request(tmp_path: Path) -> None:
    path = dump(tmp_path)
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2", "make": ["date"]}
    for infobox in (True, False):
        asked = Dump(kind="wikipedia", path=str(path), infobox=infobox)
        held = study(**one_source(**source, infobox=infobox))
        ways = (
            documents_of(held, "songs", tmp_path, ()),
            read_documents(asked, tmp_path),
            from_dump(asked, silent).documents,  # as a plan reads a dump that nobody has read
        )
        for documents in ways:
            (river,) = [item.text for item in documents if item.title == "Rio Lume"]
            assert river.startswith("O Rio Lume é um rio")
            assert river.endswith("povo: lumenses") is infobox
            assert ("120 km" in river) is infobox


def test_questions_on_infoboxes_need_them(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="'fact' asks about what infobox: false leaves out"):
        study(**one_source(kind="wikipedia", dump="ilha.xml.bz2", infobox=False))


def test_a_whole_dump_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump(tmp_path)
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    few, first = everything(tmp_path, articles=3), everything(tmp_path)
    monkeypatch.setattr(dump_cache, "complete", None)
    assert everything(tmp_path) == first
    assert {item.group for item in few} < {item.group for item in first}
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "another"))
    with pytest.raises(TypeError):  # unpacked anew
        everything(tmp_path)


def test_the_same_dump_gives_the_same_rows(tmp_path: Path) -> None:
    dump(tmp_path)
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2", "make": ["cloze", "text", "section"]}
    assert rows_of(tmp_path, **source) == rows_of(tmp_path, **source)


def test_articles_do_not_cross_splits_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    dump(tmp_path)
    split = {"dev": 0.25, "test": 0.25, "group_by": "article"}
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2"}
    made = assembled(tmp_path, language="pt", split=split, **one_source(**source))
    splits = (made.data.train, made.data.dev, made.data.test)
    assert apart([{item.metadata["article"] for item in part} for part in splits])
    dropped = made.data.card["dropped"]
    assert dropped["a field of the infobox that no question is known for"] == 1
    assert [row.detail for row in made.dropped if "field of" in row.reason] == ["povo"]


def test_text_is_the_article_itself_and_asks_nothing_of_retrieval(tmp_path: Path) -> None:
    dump(tmp_path)
    examples = everything(tmp_path, make=["text"])
    lead = next(item for item in examples if item.messages[0].content == "Porto Claro")
    assert lead.references[0].startswith("Porto Claro é a maior cidade da ilha")
    assert {item.gold_passages for item in examples} == {()}


def test_only_some_articles_and_some_rows_of_each(tmp_path: Path) -> None:
    dump(tmp_path)
    rows = rows_of(tmp_path, kind="wikipedia", dump="ilha.xml.bz2", articles=2, per_article=2)
    kept = [row.columns["title"] for row in rows if row.problem is None]
    assert kept == ["Rio Lume"] * 2 + ["Ana Prado"] * 2


def test_a_dump_in_a_language_without_words_for_questions(tmp_path: Path) -> None:
    dump(tmp_path, language="gl")
    told = sentence(tmp_path, kind="wikipedia", dump="ilha.xml.bz2")
    assert told == (
        "ilha.xml.bz2: Questions of the kind definition are written in Portuguese (pt) and English "
        "(en), but the articles are in 'gl': set make to some of section, cloze, text."
    )
    rows = rows_of(tmp_path, kind="wikipedia", dump="ilha.xml.bz2", make=["text"])
    assert len([row for row in rows if row.problem is None]) > len(PAGES)


def test_another_language_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump(tmp_path, language="gl")
    monkeypatch.setattr(dump_cache, "complete", None)
    with pytest.raises(UserError, match="the articles are in 'gl'"):
        everything(tmp_path)


def test_questions_without_words_are_remarked_on(tmp_path: Path) -> None:
    dump(tmp_path, language="gl")
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2", "make": ["section", "cloze"]}
    made = assembled(tmp_path, language="gl", **one_source(**source))
    assert made.data.card["notes"] == [
        "songs: the dump is in 'gl', in which no words for questions are known, so that section "
        "and cloze ask with the article's own words alone (title: section, or the sentence with "
        "its gap)"
    ]
    text = {**source, "make": ["text"]}
    assert assembled(tmp_path, language="gl", **one_source(**text)).data.card["notes"] == []


def test_a_dump_of_nothing_that_can_be_asked_about(tmp_path: Path) -> None:
    dump(tmp_path, {"Lista de rios": "* Lume\n* Vau\n"})
    told = sentence(tmp_path, kind="wikipedia", dump="ilha.xml.bz2")
    assert told == (
        "ilha.xml.bz2: no question could be made of its articles; look at their language, or add "
        "others to make (text always gives rows)."
    )


# The partition


def wikipedia_study(root: Path) -> Study:
    dump(root)
    split = {"dev": 0.25, "test": 0.25, "group_by": "article"}
    source = {"kind": "wikipedia", "dump": str(root / "ilha.xml.bz2")}
    return study(language="pt", split=split, **one_source(**source))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_look_writes_the_partition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "it.yaml").write_text(to_yaml(wikipedia_study(tmp_path)))
    run, out = tmp_path / "run", tmp_path / "out"
    arguments = ["look", str(tmp_path / "it.yaml"), "--folder", str(run), "--write", str(out)]
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == [
        str(out / f"{name}.jsonl") for name in ("train", "dev", "test")
    ]
    rows = {name: lines_of(out / f"{name}.jsonl") for name in ("train", "dev", "test")}
    assert all({"id", "instruction", "input", "response"} <= row.keys()
               for part in rows.values() for row in part)  # fmt: skip
    assert apart([{row["group"] for row in part} for part in rows.values()])
    for row in (row for part in rows.values() for row in part):
        assert row["url"].startswith("https://pt.example.org/wiki/")  # leads to its authors
        assert row["revision"]
    card = json.loads((out / "partition.json").read_text())
    assert card["rows"] == {name: len(part) for name, part in rows.items()}
    assert card["complete"] is True
    assert main(arguments) == 0  # what it wrote it may write again
    assert "Written: " in capsys.readouterr().out


def test_a_written_partition_reads_as_the_same_examples(tmp_path: Path) -> None:
    held = wikipedia_study(tmp_path)
    made = assembled(tmp_path, **held.data.model_dump())
    write_partition(held, made.data, tmp_path / "out")
    paths = {name: f"out/{name}.jsonl" for name in ("train", "dev", "test")}
    columns = {
        "id": "{id}",
        "instruction": "{instruction}",
        "input": "{input}",
        "response": "{response}",
        "passages": ["{passages}"],
    }
    source = {"kind": "jsonl", "path": paths, "columns": columns}
    again = assembled(tmp_path, language="pt", **one_source(**source))
    for name in ("train", "dev", "test"):
        before, after = getattr(made.data, name), getattr(again.data, name)
        assert [item.id for item in before] == [item.id for item in after]
        assert [item.messages for item in before] == [item.messages for item in after]
        assert [item.gold_passages for item in before] == [item.gold_passages for item in after]


def test_rows_of_other_studies() -> None:
    turns = (Message("system", "Be short."), Message("user", "Hi"), Message("assistant", "Hello"),
             Message("user", "And now?"))  # fmt: skip
    talk = Example("t", "talks", turns, ("Later.", "Soon."), label="x", group="g")
    assert as_row(talk) == {
        "id": "t",
        "instruction": "And now?",
        "input": "",
        "response": "Later.",
        "responses": ["Later.", "Soon."],
        "label": "x",
        "group": "g",
        "system": "Be short.",
        "history": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
    }
    whose = {"url": "https://x.org/A", "revision": "7", "licence": "CC BY-SA 4.0"}
    told = Example("w", "s", (Message("user", "Q?"),), ("A",), metadata=whose | {"title": "A"})
    assert as_row(told) == {
        "id": "w", "instruction": "Q?", "input": "", "response": "A", **whose
    }  # fmt: skip
    both = {"instruction": "Sum up.", "input": "A: x"}
    one = Example("o", "s", (Message("user", "Sum up.\n\nA: x"),), ("x",), metadata=both)
    assert (as_row(one)["instruction"], as_row(one)["input"]) == ("Sum up.", "A: x")


def test_files_that_are_not_ours_are_not_replaced(tmp_path: Path) -> None:
    rows = [{"instruction": f"q{n}", "response": f"a{n}"} for n in range(12)]
    own = tmp_path / "train.jsonl"
    own.write_text("".join(json.dumps(row) + "\n" for row in rows))
    held = study(**one_source(kind="jsonl", path=str(own)))
    data = assembled(tmp_path, **one_source(kind="jsonl", path=str(own))).data
    with pytest.raises(UserError) as told:
        write_partition(held, data, tmp_path)
    assert str(told.value) == (
        f"{own} is what the study reads, and --write would replace it: name another folder."
    )
    other = tmp_path / "other" / "test.jsonl"
    other.parent.mkdir()
    other.write_text("mine\n")
    with pytest.raises(UserError) as told:
        write_partition(held, data, other.parent)
    assert str(told.value) == (
        f"{other} is there already and was not written by etude look --write: name another folder, "
        "or move the file away."
    )
    assert other.read_text() == "mine\n"
    with pytest.raises(UserError, match="a folder is expected, but this is a file"):
        write_partition(held, data, own)


# The page


def test_the_page_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = wikipedia_study(tmp_path).model_dump()
    held["data"]["sources"] = {"wiki": held["data"]["sources"].pop("songs")}
    (tmp_path / "it.yaml").write_text(to_yaml(Study.model_validate(held)))
    blocks = re.findall(r"```python\n(.*?)```", QUESTIONS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, Any] = {"dump": tmp_path / "ilha.xml.bz2", "folder": tmp_path}
    names["file"] = tmp_path / "it.yaml"
    for block in blocks:
        assert len([line for line in block.splitlines() if line and "import" not in line]) <= 5
        exec(compile(block, str(QUESTIONS), "exec"), names)  # noqa: S102 - our own page
    assert "O que é o Rio Lume? um rio da Serra Clara" in capsys.readouterr().out
    assert [item.title for item in names["documents"]] == list(PAGES)
    assert [path.name for path in names["written"]] == ["train.jsonl", "dev.jsonl", "test.jsonl"]


def test_settings_on_the_page_are_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", QUESTIONS.read_text(encoding="utf-8"), re.DOTALL)
    data = yaml.safe_load(blocks[0])["data"]
    Study.model_validate(study(**data).model_dump())
    for block in blocks[1:]:
        value = yaml.safe_load(block)
        if "columns" in value:
            Columns.model_validate(value["columns"])
        elif "pira" in value:
            study(sources=value)
        else:
            Tune.model_validate(value["approaches"]["read"]["tune"])


def test_a_dump_has_its_documents_already() -> None:
    source = {"kind": "wikipedia", "dump": "x.xml", "columns": {"context": "{context}"}}
    with pytest.raises(ValidationError, match="its documents are its articles"):
        study(**one_source(**source))


def test_retrieval_over_the_articles_finds_the_gold_passages(tmp_path: Path) -> None:
    dump(tmp_path)
    source = {"kind": "wikipedia", "dump": "ilha.xml.bz2", "make": ["definition", "fact", "date"]}
    split = {"dev": 0.25, "test": 0.25}
    made = assembled(tmp_path, language="pt", split=split, **one_source(**source))
    held = study(**one_source(**source))
    documents = list(documents_of(held, "songs", tmp_path, ()))
    chunks = Chunking(size=200)
    index = open_retriever(
        Retrieve(documents="songs", chunk=chunks), documents, tmp_path / "cache", language="pt"
    )
    asked = [*made.data.train, *made.data.dev, *made.data.test]
    found = index.search([example.messages[-1].content for example in asked], 3)
    hits = [
        any(is_gold(piece.chunk.id, example.gold_passages[0]) for piece in pieces)
        for example, pieces in zip(asked, found, strict=True)
    ]
    assert sum(hits) == len(hits) >= 10
