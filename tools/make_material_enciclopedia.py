"""Make the encyclopaedia on Brazil, in dump format, and the ten questions that are asked of it.

The articles are our own writing (tools/enciclopedia/*.wiki): a line `@@ Title` begins a page,
`@@ Title -> Target` is a redirect. The questions (questions.yaml) name an article and the words of
the passage that holds the answer; where that passage stands in the article's text is looked up.

    python tools/make_material_enciclopedia.py
"""

from __future__ import annotations

import argparse
import bz2
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

from etude.data.dumps import read_articles
from etude.records import Document

SOURCES = Path(__file__).parent / "enciclopedia"
MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
DUMP = "enciclopedia.xml.bz2"
QUESTIONS = "brazil.jsonl"
ANSWERS = ("response", "response2", "response3")

NAMESPACES = {
    -2: "Multimédia",
    -1: "Especial",
    0: "",
    1: "Discussão",
    2: "Usuário",
    3: "Usuário Discussão",
    4: "Wikipédia",
    5: "Wikipédia Discussão",
    6: "Ficheiro",
    10: "Predefinição",
    12: "Ajuda",
    14: "Categoria",
}
SITE = """\
<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="pt">
  <siteinfo>
    <sitename>Enciclopédia do Brasil</sitename>
    <dbname>ptenciclopedia</dbname>
    <base>https://enciclopedia.invalid/wiki/P%C3%A1gina_principal</base>
    <generator>Etude</generator>
    <rights>CC0</rights>
    <case>first-letter</case>
    <namespaces>
{namespaces}
    </namespaces>
  </siteinfo>
"""
PAGE = """\
  <page>
    <title>{title}</title>
    <ns>{namespace}</ns>
    <id>{id}</id>{redirect}
    <revision>
      <id>{revision}</id>
      <timestamp>2026-11-21T12:00:00Z</timestamp>
      <contributor><username>Etude</username><id>1</id></contributor>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{bytes}" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


def pages() -> Iterator[tuple[str, str, str]]:
    """Title, title that it redirects to (or nothing) and wikitext of every page, in order."""
    for path in sorted(SOURCES.glob("*.wiki")):
        for page in path.read_text(encoding="utf-8").split("\n@@ "):
            heading, _, text = page.removeprefix("@@ ").partition("\n")
            title, _, target = heading.partition(" -> ")
            text = f"#REDIRECIONAMENTO [[{target}]]" if target else text.strip()
            yield title, target, text


def dump() -> str:
    """The whole dump."""
    names = "\n".join(
        f'      <namespace key="{key}" case="first-letter">{name}</namespace>'
        for key, name in NAMESPACES.items()
    )
    written = [SITE.format(namespaces=names)]
    numbers = {name: key for key, name in NAMESPACES.items() if name}
    for number, (title, target, text) in enumerate(pages(), start=1):
        written.append(
            PAGE.format(
                title=escape(title),
                namespace=numbers.get(title.partition(":")[0], 0),
                id=number,
                redirect=f"\n    <redirect title={quoteattr(target)} />" if target else "",
                revision=10_000 + number,
                bytes=len(text.encode()),
                text=escape(text, {'"': "&quot;"}),
            )
        )
    return "".join([*written, "</mediawiki>\n"])


def questions(articles: Path) -> list[dict[str, Any]]:
    """The rows of the ten questions, each with its passage in the dump at `articles`."""
    documents = {article.title: article.document for article in read_articles(articles, workers=1)}
    rows = []
    for asked in yaml.safe_load((SOURCES / "questions.yaml").read_text(encoding="utf-8")):
        document = documents[asked["article"]]
        start, end = paragraph(document, asked["passage"])
        answers = (*asked["answers"], "", "")
        rows.append(
            {"id": asked["id"], "title": document.title, "instruction": asked["question"]}
            | {
                "input": "",
                "article": "",
            }  # a group of its own: what its article says may be learnt
            | dict(zip(ANSWERS, answers, strict=False))
            | {
                "facts": asked["facts"],
                "passage": f"{document.id}:{start}-{end}",
                "context": document.text,
            }
        )
    return rows


def paragraph(document: Document, words: str) -> tuple[int, int]:
    """Where the paragraph stands that holds these words, which stand in no other."""
    if document.text.count(words) != 1:
        raise SystemExit(f"{document.title}: '{words}' must stand in it once")
    at = document.text.index(words)
    start = document.text.rfind("\n\n", 0, at)
    end = document.text.find("\n\n", at)
    return (0 if start < 0 else start + 2), (len(document.text) if end < 0 else end)


def write(folder: Path) -> None:
    """Write the dump and the questions."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DUMP).write_bytes(bz2.compress(dump().encode()))
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in questions(folder / DUMP)]
    (folder / QUESTIONS).write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the files go")
    write(parser.parse_args().folder)
