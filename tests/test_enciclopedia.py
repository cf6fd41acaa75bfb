"""The small encyclopaedia: a dump that reads clean, its ten questions, its set as SQuAD has it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

import etude
from etude.config.study import Study
from etude.data.articles import Article
from etude.data.dump_work import Counts
from etude.data.dumps import read_articles
from etude.metrics.squad import normalize

MATERIAL = Path(etude.__file__).parent / "recipes" / "material"
DUMP = MATERIAL / "enciclopedia.xml.bz2"
SOURCES = Path(__file__).parents[1] / "tools" / "enciclopedia"
STATES = (
    *("Acre", "Alagoas", "Amapá", "Amazonas", "Bahia", "Ceará", "Espírito Santo", "Goiás"),
    *("Maranhão", "Mato Grosso", "Mato Grosso do Sul", "Minas Gerais", "Pará", "Paraíba"),
    *("Paraná", "Pernambuco", "Piauí", "Rio de Janeiro (estado)", "Rio Grande do Norte"),
    *("Rio Grande do Sul", "Rondônia", "Roraima", "Santa Catarina", "São Paulo (estado)"),
    *("Sergipe", "Tocantins"),
)


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {article.title: article for article in read_articles(DUMP, workers=1)}


def rows() -> list[dict[str, str]]:
    text = (MATERIAL / "brazil.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_dump_reads_clean(articles: dict[str, Article]) -> None:
    counts = Counts()
    read = list(read_articles(DUMP, language="pt", workers=1, counts=counts))
    assert counts.articles == len(read) == len(articles)  # no title stands twice
    assert counts.redirects >= 25
    assert counts.other_namespaces == 4
    assert {article.licence for article in read} == {"CC0"}
    assert {article.language for article in read} == {"pt"}
    for article in read:
        text = article.document.text
        assert not any(mark in text for mark in ("[[", "]]", "{{", "}}", "'''", "<ref", "{|", "=="))
        assert article.sections[0].level == 0
        assert article.sections[0].text


def test_articles_are_short_and_many(articles: dict[str, Article]) -> None:
    lengths = {title: len(item.document.text.split()) for title, item in articles.items()}
    assert len(lengths) >= 150
    assert min(lengths.values()) >= 55, min(lengths, key=lambda title: lengths[title])
    assert max(lengths.values()) <= 190, max(lengths, key=lambda title: lengths[title])
    assert sum(bool(article.facts) for article in articles.values()) >= 150


def test_every_state_has_its_capital(articles: dict[str, Article]) -> None:
    assert len(STATES) == 26
    capitals = {state: articles[state].facts["capital"] for state in STATES}
    assert len(set(capitals.values())) == 26
    for state, capital in capitals.items():
        assert capital in articles[state].sections[0].text


def test_an_infobox_and_its_text_agree(articles: dict[str, Article]) -> None:
    """Dates of the box are told in the prose, wherever the prose tells that date at all."""
    from etude.metrics.figures import figures

    for title, article in articles.items():
        prose = " ".join(section.text for section in article.sections)
        known = [figure for figure in figures(prose) if figure.date[1]]
        for name, value in article.facts.items():
            for figure in figures(value):
                year, month, day = figure.date
                same = [item for item in known if item.date[1:] == (month, day) and item.date[0]]
                if month is None or not same:
                    continue
                assert any(item.date[0] == year for item in same), (title, name, value)


def test_the_questions_have_their_passages(articles: dict[str, Article]) -> None:
    by_id = {article.id: article for article in articles.values()}
    assert len(rows()) == 10
    for row in rows():
        identity, _, span = row["passage"].partition(":")
        start, end = map(int, span.split("-"))
        document = by_id[identity].document
        assert document.title == row["title"]
        assert row["context"] == document.text
        passage = normalize(document.text[start:end], "pt")
        short = [row[key] for key in ("response2", "response3") if row[key]]
        if row["id"] not in ("tiradentes", "vargas"):  # these are put together from the passage
            assert any(normalize(answer, "pt") in passage for answer in short), row["id"]


def test_the_recipes_ask_the_same_ten() -> None:
    study: Study = etude.load_study("wikipedia-pt")
    assert [item.input for item in study.ask] == [row["instruction"] for row in rows()]
    held = yaml.safe_load((SOURCES / "questions.yaml").read_text(encoding="utf-8"))
    assert [item["question"] for item in held] == [row["instruction"] for row in rows()]


def test_gold_passages_of_the_ten_are_of_the_encyclopaedia_alone(
    articles: dict[str, Article],
) -> None:
    """Where these answers stand in a dump of Wikipedia nobody has said: its ids are others."""
    mini, whole = (
        etude.load_study(name).data.sources["brazil"].columns  # type: ignore[union-attr] # of rows
        for name in ("wikipedia-pt-mini", "wikipedia-pt")
    )
    assert mini.passages == ("{passage}",)
    assert whole.passages == ()
    assert mini.model_copy(update={"passages": ()}) == whole
    known = {article.id for article in articles.values()}
    assert {row["passage"].partition(":")[0] for row in rows()} <= known


@pytest.mark.parametrize("name", ["enciclopedia.train.json", "enciclopedia.dev.json"])
def test_spans_of_the_set_in_squads_format(name: str, articles: dict[str, Article]) -> None:
    held = json.loads((MATERIAL / name).read_text(encoding="utf-8"))["data"]
    for item in held:
        for paragraph in item["paragraphs"]:
            assert paragraph["context"] in articles[item["title"]].document.text
            for asked in paragraph["qas"]:
                (answer,) = asked["answers"]
                start = answer["answer_start"]
                assert paragraph["context"][start : start + len(answer["text"])] == answer["text"]


def test_the_two_files_share_no_article() -> None:
    titles = [
        Counter(item["title"] for item in json.loads(path.read_text(encoding="utf-8"))["data"])
        for path in (MATERIAL / "enciclopedia.train.json", MATERIAL / "enciclopedia.dev.json")
    ]
    assert not titles[0] & titles[1]


def test_redirects_point_to_articles() -> None:
    """Redirects point to articles that are there."""
    sys.path.insert(0, str(SOURCES.parent))
    try:
        import make_material_enciclopedia as maker
    finally:
        sys.path.pop(0)
    pages = list(maker.pages())
    titles = {title for title, target, _ in pages if not target}
    assert [target for _, target, _ in pages if target and target not in titles] == []
