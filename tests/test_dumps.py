"""Dumps, packed and cut in every way, and everything that can be wrong with one."""

from __future__ import annotations

import bz2
import gzip
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import pytest

import wiki_pages
from etude.data import dump_file, dump_work, dumps
from etude.data.articles import Article
from etude.data.dump_work import Counts
from etude.data.dumps import read_articles
from etude.errors import UserError

HEADER = wiki_pages.HEADER
ARTICLES = 60
KINDS: dict[str, Literal["xml", "bz2", "multistream"]] = {
    "a.xml": "xml",
    "b.xml.bz2": "bz2",
    "c-multistream.xml.bz2": "multistream",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dump, packed in three ways."""
    found = tmp_path_factory.mktemp("dumps")
    for name, how in KINDS.items():
        wiki_pages.write(found / name, wiki_pages.pages(ARTICLES), how)
    return found


@pytest.fixture(scope="module")
def xml(folder: Path) -> bytes:
    """The dump itself."""
    return (folder / "a.xml").read_bytes()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few pages, so that pages begin in one and end in another."""
    monkeypatch.setattr(dump_file, "PIECE", 1)
    monkeypatch.setattr(dump_file, "XML_PIECE", 7001)
    monkeypatch.setattr(dump_file, "MOST_BLOCKS", 1)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file, packed where its name says so."""

    def written(content: str | bytes, name: str = "dump.xml") -> Path:
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(bz2.compress(data) if name.endswith(".bz2") else data)
        return path

    return written


def page(title: str, text: str, namespace: int = 0, more: str = "") -> str:
    """A page's XML, its text as it is."""
    return (
        f"<page><title>{title}</title><ns>{namespace}</ns><id>1</id>{more}<revision><id>2</id>"
        f"<text>{text}</text></revision></page>\n"
    )


def dump(*pages: str) -> str:
    """A dump of some pages."""
    return HEADER + "".join(pages) + wiki_pages.FOOTER


def expected() -> list[wiki_pages.Made]:
    return [made for made in wiki_pages.pages(ARTICLES) if made.namespace == 0 and made.words]


def said(path: Path, **options: object) -> str:
    """What the user is told of a dump that cannot be read."""
    with pytest.raises(UserError) as error:
        list(read_articles(path, **options))  # type: ignore[arg-type] # whatever a test names
    return str(error.value).replace(str(path), path.name)


# Reading


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.usefixtures("small_pieces")
def test_articles_are_the_same_however_they_are_read(folder: Path, name: str, workers: int) -> None:
    counts = Counts()
    articles = list(read_articles(folder / name, workers=workers, counts=counts))
    made = expected()
    assert [(item.id, item.title, item.facts) for item in articles] == [
        (item.id, item.title, dict(item.facts)) for item in made
    ]
    assert counts == Counts(articles=ARTICLES, redirects=6, other_namespaces=6)
    assert counts.pages == 72


@pytest.mark.usefixtures("small_pieces")
def test_bzip2_in_any_pieces_is_read_alike(
    xml: bytes, folder: Path, write: Callable[..., Path]
) -> None:
    whole = list(read_articles(folder / "a.xml"))
    path = write(b"", "cut.xml.bz2")
    # Streams that end within pages, as parallel compressors write them; blocks of 100 kB.
    path.write_bytes(
        b"".join(bz2.compress(xml[at : at + 33_333], 1) for at in range(0, len(xml), 33_333))
    )
    assert list(read_articles(path, workers=2)) == whole
    path.write_bytes(bz2.compress(xml, 1))
    assert list(read_articles(path, workers=1)) == whole
    assert len(list(dump_file.pieces(dumps.open_dump(path).file, 0))) >= 3


def test_an_article_carries_where_it_is_from(folder: Path) -> None:
    article = next(read_articles(folder / "a.xml"))
    name = article.title.replace(" ", "_")
    assert article.language == "pt"
    assert article.licence == "CC BY-SA 4.0"
    assert article.revision == "1001"
    assert article.url == f"https://pt.wikipedia.org/wiki/{name}".replace("á", "%C3%A1")
    assert article.sections[0].level == 0
    assert {part.level for part in article.sections} >= {2}
    assert Article.from_json(article.to_json()) == article


def test_another_wiki_names_its_own_licence(write: Callable[..., Path]) -> None:
    header = HEADER.replace("pt.wikipedia.org", "wiki.example.org")
    text = header + page("A", "texto") + wiki_pages.FOOTER
    assert next(read_articles(write(text))).licence == ""
    for wiki, licence in (("wikisource", "CC BY-SA 4.0"), ("wikinews", "")):
        changed = text.replace("wiki.example.org", f"pt.{wiki}.org")
        assert next(read_articles(write(changed))).licence == licence
    text = text.replace("<case>", "<rights>CC BY 4.0</rights><case>", 1)
    article = next(read_articles(write(text)))
    assert (article.licence, article.url) == ("CC BY 4.0", "https://wiki.example.org/wiki/A")


def test_limit_ends_early(folder: Path) -> None:
    for workers in (1, 2):
        titles = [
            item.title for item in read_articles(folder / "b.xml.bz2", limit=3, workers=workers)
        ]
        assert titles == [item.title for item in expected()[:3]]


def test_progress_is_in_bytes_of_the_file(folder: Path, small_pieces: None) -> None:
    told: list[tuple[str, int, int, str]] = []
    path = folder / "c-multistream.xml.bz2"
    list(read_articles(path, progress=lambda *said: told.append(said)))
    assert len(told) > 2
    assert [row[1] for row in told] == sorted(row[1] for row in told)
    assert {row[2] for row in told} == {path.stat().st_size}
    assert told[-1][0] == "reading c-multistream.xml.bz2"
    assert told[-1][3] == "60 articles"


def test_what_is_no_article_is_counted(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump_work, "LARGEST", 1000)
    model = page("F", "{}").replace("<text>", "<model>json</model><text>")
    path = write(
        dump(
            page("A", "texto"),
            page("B", "#REDIRECT [[A]]", more='<redirect title="A" />'),
            page("C", "#REDIRECIONAMENTO [[a b#c]]"),
            page("D", "a", namespace=10),
            page("E", "{{x}}"),
            model,
            page("G", "a" * 1001),
            page("Discussão:H", "a").replace("<ns>0</ns>", ""),
            page("J", "# [[lista]]"),
        )
    )
    counts = Counts()
    assert [item.title for item in read_articles(path, counts=counts)] == ["A", "J"]
    assert counts == Counts(
        articles=2, redirects=2, other_namespaces=2, other_models=1, too_large=1, empty=1
    )


def test_of_a_page_that_goes_on_and_on_nothing_is_kept(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, small_pieces: None
) -> None:
    monkeypatch.setattr(dumps, "GIANT", 20_000)
    path = write(dump(page("A", "a"), page("B", "b c " * 20_000), page("C", "c")))
    counts = Counts()
    assert [item.title for item in read_articles(path, counts=counts)] == ["A", "C"]
    assert counts == Counts(articles=2, too_large=1)
    monkeypatch.setattr(dumps, "ENDLESS", 50_000)
    assert said(path) == (
        "dump.xml has a page of more than 0 GB ('B'), as no wiki does: the file is damaged or made "
        "to fill a disk, so do not use it."
    )


def test_other_encodings_that_are_declared_are_read(
    xml: bytes, folder: Path, write: Callable[..., Path]
) -> None:
    whole = [asdict(item) for item in read_articles(folder / "a.xml")]
    text = xml.decode()
    for name, content in (
        ("little.xml", text.encode("utf-16")),
        ("big.xml.bz2", b"\xfe\xff" + text.encode("utf-16-be")),
        ("mark.xml", text.encode("utf-8-sig")),
        ("latin.xml", b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + text.encode("latin-1")),
        ("utf.xml", b"<?xml version='1.0' encoding='UTF-8'?>\n" + xml),
    ):
        path = write(content, name)
        for workers in (1, 2):
            assert [asdict(item) for item in read_articles(path, workers=workers)] == whole, name


# What cannot be read


def test_the_language_must_be_the_one_asked_for(folder: Path, write: Callable[..., Path]) -> None:
    assert next(read_articles(folder / "a.xml", language="pt")).language == "pt"
    assert said(folder / "a.xml", language="en") == (
        "a.xml (wiki ptwiki) says that it is in 'pt', and language: en was asked for: name another "
        "dump, or write language: pt, or leave language out."
    )
    nameless = write(dump(page("A", "a")).replace(' xml:lang="pt"', "").replace("\n  xml:lang", ""))
    nameless.write_text(nameless.read_text().replace('xml:lang="pt"', ""))
    assert said(nameless, language="en") == (
        "dump.xml (wiki ptwiki) names no language, and language: en was asked for: name another "
        "dump, or write no language."
    )


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (
            "<html></html>",
            "a.xml",
            "a.xml is XML that begins with <html> where a dump of a wiki begins with <mediawiki>: "
            "name a file of pages and articles (pages-articles.xml.bz2).",
        ),
        (
            "CREATE TABLE page;",
            "a.bz2",
            "a.bz2, line 1: this is not the XML of a dump (syntax error); name a file of pages and "
            "articles (pages-articles.xml.bz2).",
        ),
        (
            b"\0" * 5_000_000,
            "zeros.bz2",
            "zeros.bz2, line 1: this is not the XML of a dump (not well-formed (invalid token)); "
            "name a file of pages and articles (pages-articles.xml.bz2).",
        ),
        (
            '<!DOCTYPE mediawiki [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
            + dump(page("A", "&b;")),
            "a.xml",
            "a.xml has a document type (<!DOCTYPE>), which a dump never has and which can make a "
            "small file fill the memory: it is not read.",
        ),
        (
            dump(page("A", "a"), page("B", "&b;")),
            "a.xml",
            "a.xml, near the page 'B': broken XML (undefined entity); the file is damaged, so "
            "fetch it again.",
        ),
        (
            dump(page("A", "a"), page("B", "<b>")),
            "a.xml",
            "a.xml, near the page 'B': broken XML (mismatched tag); the file is damaged, so fetch "
            "it again.",
        ),
        (
            dump(page("A", "a"), page("B", "\0")).encode().replace(b"\0", b"\xe9"),
            "a.xml",
            "a.xml, near the page 'B': the byte 0xe9 is not UTF-8, which the dump says it is in: "
            "it was damaged or converted, so fetch it again.",
        ),
        (dump(), "a.xml", "a.xml is a dump without pages: name a file of pages and articles."),
        (
            HEADER,
            "a.xml.bz2",
            "a.xml.bz2 has no page in its first {length} bytes: it was cut short, or is not a dump "
            "of pages and articles.",
        ),
        (
            dump(page("A", "a"), page("B", "b"))[:-60],
            "a.xml.bz2",
            "a.xml.bz2 ends before its last page does ('B'): it was cut short, so fetch it again.",
        ),
        (
            dump(page("A", "a"))[:-5],
            "a.xml",
            "a.xml ends before its last page does: it was cut short, so fetch it again.",
        ),
        (
            dump(page("A", "a")).encode("utf-16")[:-1],
            "a.xml",
            "a.xml is not the UTF-16-LE text that it says it is (truncated data): it "
            "was cut short or is damaged, so fetch it again.",
        ),
        (
            '<?xml version="1.0" encoding="klingon"?>' + dump(),
            "a.xml",
            "a.xml says that it is in the encoding 'klingon', which Python does not know: convert "
            "it to UTF-8.",
        ),
    ],
    ids=lambda value: None,
)
def test_what_is_wrong_is_said_in_a_sentence(
    content: str | bytes, name: str, sentence: str, write: Callable[..., Path]
) -> None:
    path = write(content, name)
    told = said(path)
    assert told == sentence.replace("{length}", f"{len(HEADER.encode()):,}")
    assert said(path, workers=2) == told


def test_other_packings_are_named(write: Callable[..., Path]) -> None:
    assert said(write(gzip.compress(dump().encode()), "a.xml.gz")) == (
        "a.xml.gz is packed with gzip, and dumps are read as .xml or .bz2: unpack it first (gunzip "
        "a.xml.gz)."
    )
    assert said(write(b"7z\xbc\xaf", "a.xml.7z")) == (
        "a.xml.7z is packed with 7-Zip, and dumps are read as .xml or .bz2: unpack it first (7z x "
        "a.xml.7z)."
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("small_pieces")
def test_what_stands_before_the_damage_is_given(
    folder: Path, write: Callable[..., Path], workers: int, xml: bytes
) -> None:
    packed = bz2.compress(xml, 1)
    path = write(b"", "short.xml.bz2")
    path.write_bytes(packed[: len(packed) * 2 // 3])
    got: list[Article] = []
    with pytest.raises(UserError) as error:
        got.extend(read_articles(path, workers=workers))
    assert str(error.value) == (
        f"{path} ends in the middle of what was packed: it was cut short, so fetch it again."
    )
    assert 10 < len(got) < ARTICLES
    whole = list(read_articles(folder / "a.xml"))
    assert got == whole[: len(got)]
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    path.write_bytes(damaged)
    assert said(path, workers=workers).startswith("short.xml.bz2 is damaged near byte ")
    assert said(path, workers=workers).endswith(
        ": what is packed there does not agree with its checksum, so fetch the file again."
    )


def test_a_bomb_is_not_unpacked(write: Callable[..., Path]) -> None:
    path = write(dump(page("A", "a"), page("B", "b" * 100_000_000)), "bomb.xml.bz2")
    assert path.stat().st_size < 2000
    told = re.sub(r": \d+ bytes", ": N bytes", said(path))
    assert told == (
        "bomb.xml.bz2: N bytes at byte 4 unpack to more than 64 MB, "
        "as no dump does: this file is made to fill a memory, so do not use it."
    )


# Real dumps


REAL = {  # articles, redirects, pages of other namespaces, the language named
    "bgwiki-latest-pages-articles-shortened.xml.bz2": (1, 0, 2, "bg"),
    "en-wiki.xml.bz2": (24, 2, 1, "en"),
    "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2": (106, 99, 1, "en"),
    "enwiki-table-markup.xml.bz2": (5, 0, 0, "en"),
    "es-wiki.xml.bz2": (1, 0, 0, "en"),
    "gl-wiki.xml.bz2": (1, 0, 0, "en"),
    "pt-wiki.xml.bz2": (1, 0, 0, "en"),
    "simple-wiki.xml.bz2": (1, 0, 0, "en"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_dumps(shared: Path, name: str) -> None:
    path = shared / "wiki" / name
    if not path.exists():
        pytest.skip(f"no {name} in shared/data/wiki")
    counts = Counts()
    articles = list(read_articles(path, counts=counts))
    found = (counts.articles, counts.redirects, counts.other_namespaces, articles[0].language)
    assert found == REAL[name]
    assert counts.pages == sum(REAL[name][:3])
    for article in articles:
        text = article.document.text
        assert re.search(r"\[\[[^\[\]]*\]\]", text) is None
        assert "<ref" not in text
        assert len(text) > 100


def test_a_real_dump_in_another_language_than_it_says(shared: Path) -> None:
    path = shared / "wiki" / "pt-wiki.xml.bz2"
    if not path.exists():
        pytest.skip("no pt-wiki.xml.bz2 in shared/data/wiki")
    assert said(path, language="pt") == (
        "pt-wiki.xml.bz2 (wiki enwiki) says that it is in 'en', and language: pt was asked for: "
        "name another dump, or write language: en, or leave language out."
    )
    article = next(read_articles(path))
    assert article.title == "Berlim"
    assert article.sections[0].text.startswith("Berlim (Berlin) é a capital e um dos dezesseis")
    assert article.facts["população_total"] == "3711930"
    assert article.facts["subdivisão_nome"] == "Alemanha"
