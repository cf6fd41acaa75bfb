"""`etude look` and `etude new` on raw material: dumps of a wiki, folders and files of documents."""

from __future__ import annotations

import bz2
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import wiki_pages
from articles import dump
from etude.begin import write_dump_study
from etude.cli import main
from etude.config import load_study
from etude.data import assemble, dump_sample
from etude.data.dump_sample import sample, sampling
from etude.data.dumps import open_dump, read_articles
from etude.data.look_documents import look_documents
from etude.data.look_dump import look_dump
from etude.errors import UserError
from etude.report.words import size

ARTICLES = 120


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions of a few articles, since these tests are not about them."""
    monkeypatch.setattr("etude.data.look_dump.ASKED", 24)


@pytest.fixture(scope="module", params=["xml", "bz2", "multistream"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of generated articles, redirects and pages of another namespace."""
    ending = "xml" if request.param == "xml" else "xml.bz2"
    path = tmp_path_factory.mktemp("dumps") / f"made.{ending}"
    wiki_pages.write(path, wiki_pages.pages(ARTICLES), request.param)
    return path


def test_a_small_dump_is_read_whole(made: Path) -> None:
    seen = look_dump(made)
    assert seen["dump"]["whole"]
    assert seen["dump"]["wiki"] == "ptwiki"
    assert seen["dump"]["language"] == "pt"
    assert seen["dump"]["licence"] == "CC BY-SA 4.0"
    assert seen["pages"] == {
        "articles": ARTICLES,
        "redirects": ARTICLES // 10,
        "other_namespaces": ARTICLES // 10,
        "other_models": 0,
        "too_large": 0,
        "empty": 0,
    }
    assert seen["namespaces"] == {"Predefinição": ARTICLES // 10}
    assert seen["in_all"] == {"articles": ARTICLES, "redirects": ARTICLES // 10}
    lengths = [len(article.document.text) for article in read_articles(made, workers=1)]
    assert seen["articles"]["characters"]["max"] == max(lengths)
    assert seen["articles"]["characters"]["min"] == min(lengths)
    assert seen["articles"]["with_infobox"] == ARTICLES
    assert dict(seen["fields"]) == dict.fromkeys(
        ("nome", "população", "estado", "fundação"), ARTICLES
    )
    assert seen["notes"] == []


def test_a_large_dump_is_read_in_places(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is estimated of the whole is near what is in it; no page is counted twice."""
    monkeypatch.setattr(dump_sample, "PIECE", 4096)
    monkeypatch.setattr(dump_sample, "XML_PIECE", 4096)
    monkeypatch.setattr("etude.data.dump_file.PIECE", 4096)
    monkeypatch.setattr("etude.data.dump_file.XML_PIECE", 100_000)
    monkeypatch.setattr("etude.data.dump_file.MOST_BLOCKS", 1)
    opened = open_dump(made)
    told = sampling(opened, 3)
    assert not told.whole
    ids = [json.loads(line)["id"] for rows in sample(opened, told) for line in rows.articles]
    assert len(ids) == len(set(ids)) == told.counts.articles
    if made.suffix == ".xml" or "multistream" in str(made):
        assert told.read < told.size
    assert told.in_all(told.counts.articles) == pytest.approx(ARTICLES, rel=0.15)


def test_how_much_was_read_is_said(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if made.suffix != ".xml":
        pytest.skip("bzip2's blocks of so small a dump are not small")
    monkeypatch.setattr(dump_sample, "XML_PIECE", 30_000)
    monkeypatch.setattr("etude.data.dump_file.XML_PIECE", 30_000)
    assert main(["look", str(made), "--quiet"]) == 0
    out = capsys.readouterr().out
    share = 12 * 30_000 / made.stat().st_size
    assert f"360 kB of it were read ({share:.1%}), in pieces spread over the file" in out
    assert "In the whole file, estimated: 1" in out
    assert "Questions that 24 of these articles would give (kind: wikipedia):" in out
    assert "All articles would give about " in out


def test_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dump(tmp_path)
    assert main(["look", str(path)]) == 0
    out, err = capsys.readouterr()
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0] == (
        f"{path}: {size(path.stat().st_size)}, ptwiki, language pt, https://pt.example.org/wiki, "
        "no licence."
    )
    assert lines[1].startswith("All of it was read (")
    assert "articles 4 100.0% articles" in lines
    assert "Sections: História 2, Viagens 1, Clima 1." in lines
    assert any(line.startswith("definition 4 1.0 O que é o Rio Lume? um rio") for line in lines)
    made = sum(look_dump(path)["questions"]["made"].values())
    assert made > 15
    assert f"All articles would give {made}; 0 of these would give none." in lines
    left = "fact: a field of the infobox that no question is known for 1"
    assert any(line.startswith("Left out: ") and left in line for line in lines)
    assert "looking: " in err
    assert sorted(item.name for item in tmp_path.iterdir()) == ["ilha.xml.bz2"]  # nothing written


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dump(tmp_path)
    assert main(["look", str(path), "--json"]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["questions"]["made"]["definition"] == 4
    assert [row["title"] for row in seen["samples"]] == ["Rio Lume"]


def test_a_dump_in_another_language(tmp_path: Path) -> None:
    seen = look_dump(dump(tmp_path, language="gl"))
    assert seen["questions"]["make"] == ["section", "cloze"]
    assert seen["notes"][0] == (
        "Questions of the kind definition are written in Portuguese (pt) and English (en), but the "
        "articles are in 'gl': set make to some of section, cloze, text."
    )
    assert seen["notes"][1] == (
        "The dump says that it is in 'gl', but most articles that were looked at are in 'pt': "
        "questions would be worded by what the dump says."
    )


def test_damage_is_told_and_no_end(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    short = tmp_path / made.name
    short.write_bytes(whole[: len(whole) * 3 // 4])
    if made.suffix == ".bz2" and whole.count(b"BZh9") == 1:
        with pytest.raises(UserError, match="it was cut short"):  # before its first block ends
            look_dump(short)
    else:
        seen = look_dump(short)
        assert 0 < seen["pages"]["articles"] < ARTICLES
        (note,) = seen["notes"]
        assert "it was cut short" in note
    nothing = tmp_path / "nothing.xml"
    nothing.write_text("<html></html>")
    with pytest.raises(UserError, match="begins with <html>"):
        look_dump(nothing)
    with pytest.raises(UserError, match="There is no file"):
        look_dump(tmp_path / "none.xml.bz2")


def test_a_dump_without_articles(tmp_path: Path) -> None:
    path = tmp_path / "talk.xml.bz2"
    page = (
        "<page><title>Discussão:A</title><ns>1</ns><id>1</id><revision><id>2</id>"
        "<text>a</text></revision></page>"
    )
    path.write_bytes(bz2.compress((wiki_pages.HEADER + page + wiki_pages.FOOTER).encode()))
    seen = look_dump(path)
    assert seen["notes"] == ["No article was among the pages that were read: look at another file."]
    assert main(["look", str(path)]) == 0
    with pytest.raises(UserError) as told:
        write_dump_study(path, tmp_path / "it.yaml")
    assert str(told.value) == (
        f"{path}: no question could be made of the 0 articles that were looked at, so there is "
        f"nothing to study (etude look {path} says why)."
    )


def test_documents_in_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(5):
        text = f"# Rio {number}\n\nO rio nasce na serra e corre até o mar da ilha."
        (texts / f"{number}.md").write_text(text)
    assert main(["look", str(texts)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"{texts}: 5 documents in 5 files. of a document" in out
    assert "Languages: Portuguese 100%. Rio 0 (0.md) O rio nasce na serra" in out
    (texts / "empty.md").write_text("")
    (texts / "page.html").write_text("<title>Rio</title><p>O rio nasce na serra.</p>")
    (texts / "old.pdf").write_bytes(b"%PDF-1.4")
    assert main(["look", str(texts)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"{texts}: 7 documents in 7 files. Files of other kinds are passed over: 1 .pdf." in out
    assert "Without text: 1." in out
    assert main(["look", str(texts / "page.html")]) == 0
    assert "Rio (page.html) O rio nasce na serra." in " ".join(capsys.readouterr().out.split())
    lines = tmp_path / "it.jsonl"
    lines.write_text("".join(json.dumps({"text": f"River {n}"}) + "\n" for n in range(3000)))
    seen = look_documents(lines)
    assert (seen["documents"]["read"], seen["documents"]["all"]) == (2000, False)
    assert main(["look", str(lines)]) == 0
    assert f"{lines}: the first 2,000 documents." in capsys.readouterr().out


@pytest.mark.parametrize("more", [["--write", "out"], ["--dropped"], ["seed=3"]])
def test_options_of_a_study_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    path = dump(tmp_path)
    assert main(["look", str(path), *more]) == 2
    assert capsys.readouterr().err == (
        f"etude: {more[0]} goes with a study, and {path} is a file of raw material: leave it out, "
        f"or write a study (etude new {path}).\n"
    )


def test_looking_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom etude.cli import main\n"
        f"main(['look', {str(dump(tmp_path))!r}, '--quiet'])\n"
        "heavy = {'torch', 'transformers', 'datasets', 'matplotlib', 'pyarrow'}\n"
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


# etude new


def test_a_study_of_a_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "made.xml.bz2"
    wiki_pages.write(path, wiki_pages.pages(20), "bz2")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    assert main(["new", str(path)]) == 0
    assert capsys.readouterr().out == "ptwiki.study.yaml\n"
    study = load_study(tmp_path / "ptwiki.study.yaml")
    source: Any = study.data.sources["articles"]
    assert (source.language, source.articles, study.data.language) == ("pt", None, "pt")
    assert "fact" in source.make
    assert set(study.approaches) == {"zero-shot", "rag", "lora", "lora-rag"}
    data = assemble(study, Path.cwd()).data
    assert {item.metadata["make"] for item in data.train} <= set(source.make)
    assert main(["new", str(path)]) == 2
    assert "ptwiki.study.yaml is there already" in capsys.readouterr().err


def test_a_study_of_a_dump_in_another_language(tmp_path: Path) -> None:
    path = write_dump_study(dump(tmp_path, language="gl"), tmp_path / "mine.yaml")
    study = load_study(path)
    source: Any = study.data.sources["articles"]
    assert (study.name, study.data.language, source.make) == ("mine", "gl", ("section", "cloze"))


def test_no_study_of_documents_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", f"{tmp_path}/"]) == 2
    assert capsys.readouterr().err == (
        f"etude: {tmp_path} holds documents, and a study needs questions with answers as well: "
        "begin with a recipe (etude new faquad-mini, say), name your questions under data.sources, "
        "and this under retrieve.documents.\n"
    )


def test_a_table_belongs_into_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("question,answer\nWho?,I\n")
    assert main(["look", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"etude: {path} is a table, and a study says what its columns are: name it under "
        "data.sources of one (etude new lists what to begin with), and look at that.\n"
    )
    assert main(["new", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"etude: {path} is a table, and a study begins as a recipe: take one that asks what you "
        "ask (etude new lists them; instructions-mini, say), and name the table under "
        "data.sources.\n"
    )
