"""Small articles for tests, and a dump that holds them."""

from __future__ import annotations

import bz2
from pathlib import Path
from xml.sax.saxutils import escape

from etude.data.articles import Article, Section


def article(title: str, lead: str, language: str = "pt", **more: object) -> Article:
    """An article: `sections` by title, `facts` by name, `names`."""
    sections: dict[str, str] = more.get("sections", {})  # type: ignore[assignment] # see callers
    facts: dict[str, str] = more.get("facts", {})  # type: ignore[assignment]
    return Article(
        id=str(more.get("id", "7")),
        title=title,
        revision="1",
        url=f"https://example.org/{title}",
        language=language,
        licence="CC BY-SA",
        sections=(Section("", 0, lead), *(Section(name, 2, sections[name]) for name in sections)),
        facts=facts,
    )


PAGES = {
    "Rio Lume": (
        "{{Info/Rio\n| comprimento = 120 km\n| foz = [[Mar Vivo]]\n| imagem = lume.jpg\n"
        "| povo = lumenses\n}}\n"
        "O '''Rio Lume''' é um rio da [[Serra Clara]], o mais longo da ilha. Foi descoberto em "
        "1702 por [[Ana Prado]].\n\n== História ==\nA primeira ponte de pedra foi construída em "
        "12 de maio de 1810. O engenheiro Bento Reis dirigiu a obra durante nove anos seguidos.\n"
    ),
    "Ana Prado": (
        "'''Ana Prado''' (Porto Claro, 3 de abril de 1670 – Vila Nova, 1741) foi uma navegadora "
        "e cartógrafa da ilha.\n\n== Viagens ==\nEm 1702, Ana Prado descobriu o [[Rio Lume]]. "
        "Voltou a Porto Claro em 1705 e publicou um mapa da costa com quarenta baías.\n"
    ),
    "Serra Clara": (
        "A '''Serra Clara''' é uma cadeia de montanhas no centro da ilha, com dezessete picos "
        "que passam o inverno cobertos de neve.\n\n== Clima ==\nNo inverno a neve cobre os picos "
        "e fecha as estradas que vão de Porto Claro até Vila Nova.\n"
    ),
    "Porto Claro": (
        "'''Porto Claro''' é a maior cidade da ilha, com um porto ao fundo de uma baía funda.\n\n"
        "== História ==\nOs pescadores fundaram Porto Claro em 1588. A muralha foi derrubada em "
        "1850, quando a cidade já tinha 20 mil moradores.\n"
    ),
}


def dump(folder: Path, pages: dict[str, str] | None = None, language: str = "pt") -> Path:
    """A packed dump of pages in wikitext."""
    parts = [
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" '
        f'xml:lang="{language}"><siteinfo><sitename>Ilha</sitename><dbname>{language}wiki</dbname>'
        f"<base>https://{language}.example.org/wiki/Ilha</base><case>first-letter</case>"
        '<namespaces><namespace key="0" case="first-letter" /></namespaces></siteinfo>'
    ]
    for number, (title, text) in enumerate((pages or PAGES).items(), start=1):
        parts.append(
            f"<page><title>{escape(title)}</title><ns>0</ns><id>{number}</id><revision>"
            f"<id>{number}00</id><model>wikitext</model><format>text/x-wiki</format>"
            f'<text xml:space="preserve">{escape(text)}</text></revision></page>'
        )
    path = folder / "ilha.xml.bz2"
    path.write_bytes(bz2.compress(("\n".join(parts) + "\n</mediawiki>\n").encode()))
    return path
