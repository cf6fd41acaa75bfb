"""Made-up dumps whose every word is known: articles with all that makes wikitext hard to read.

    python bench/wiki_pages.py 5000 dump.xml.bz2       # so many articles

An article is about 5 kB of markup: an infobox, nested templates, references with citations in them,
tables in tables, files with links in their captions, lists, links of all kinds. What a reader must
see of it is written down while it is made.
"""

from __future__ import annotations

import bz2
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from xml.sax.saxutils import escape

WORDS = """
a o as os um uma de do da dos das em no na nos nas por para com sem sobre entre até desde que se
não mais menos muito pouco também já ainda depois antes onde quando como cidade rio serra vila
praça rua ponte porto igreja escola museu teatro livro obra autor poeta pintor música dança festa
povo gente história guerra paz reino império república governo lei câmara prefeito rei rainha
santo padre terra água fogo vento chuva sol lua estrela planta árvore flor fruto café açúcar
algodão ouro prata ferro pedra madeira barro gado boi cavalo peixe pássaro norte sul leste oeste
costa ilha vale campo mata nasceu morreu viveu fundou escreveu pintou construiu ganhou perdeu
abriu fechou cresceu tornou foi era é são tem havia fica chega passa vem vai faz antiga novo
grande pequeno alto baixo primeiro segundo último maior menor velho jovem rico pobre branco negro
verde azul vermelho século ano mês dia hora população habitantes quilômetros metros toneladas
milhões produção indústria comércio agricultura
""".split()  # noqa: SIM905 - a list of words reads better as words between spaces
NAMES = """
Aurora Bento Clara Dário Elvira Fausto Glória Heitor Iracema Joaquim Leonor Matias Noêmia Otávio
Palmira Quirino Rosalina Severino Tarsila Ulisses Vitória Zeferino Araçá Buriti Cajazeira Guariroba
Ipueira Jatobá Mangabeira Pequizeiro Sapucaia Umbuzeiro
""".split()  # noqa: SIM905
HEADER = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11"
  xml:lang="pt">
  <siteinfo>
    <sitename>Wikipédia</sitename>
    <dbname>ptwiki</dbname>
    <base>https://pt.wikipedia.org/wiki/Wikip%C3%A9dia:P%C3%A1gina_principal</base>
    <generator>made up</generator>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">Discussão</namespace>
      <namespace key="6" case="first-letter">Ficheiro</namespace>
      <namespace key="10" case="first-letter">Predefinição</namespace>
      <namespace key="14" case="first-letter">Categoria</namespace>
    </namespaces>
  </siteinfo>
"""
PAGE = """  <page>
    <title>{title}</title>
    <ns>{namespace}</ns>
    <id>{id}</id>
{redirect}    <revision>
      <id>{revision}</id>
      <timestamp>2026-01-01T00:00:00Z</timestamp>
      <contributor><username>Alguém</username><id>1</id></contributor>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{bytes}" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""
FOOTER = "</mediawiki>\n"


@dataclass(frozen=True, slots=True)
class Made:
    """A page: its markup, and of an article the words that a reader sees, in order, and facts."""

    id: str
    title: str
    namespace: int
    redirect: str
    markup: str
    words: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


class Maker:
    """Writes one article: markup on one side, what is seen of it on the other."""

    def __init__(self, number: int, seed: int) -> None:
        self.chance = random.Random(f"{seed}-{number}")
        self.number = number
        self.seen: list[str] = []

    def some(self, fewest: int, most: int) -> list[str]:
        """Words, a name or a number among them."""
        chance = self.chance
        found = chance.choices(WORDS, k=chance.randint(fewest, most))
        if chance.random() < 0.3:
            found[chance.randrange(len(found))] = chance.choice(NAMES)
        if chance.random() < 0.15:
            found[-1] = str(chance.randint(2, 2025))
        return found

    def hidden(self) -> str:
        """Words that stand in markup which is not shown: none of them is a word of prose."""
        return " ".join(f"zz{word}" for word in self.some(2, 6))

    def reference(self) -> str:
        """A reference as they stand behind sentences."""
        kind = self.chance.random()
        name = f"r{self.chance.randint(1, 99)}"
        if kind < 0.3:
            return f'<ref name="{name}" />'
        if kind < 0.5:
            return f"<ref name={name}>[http://example.org/{name}?a=1&b=2 {self.hidden()}]</ref>"
        return (
            f"<ref>{{{{citar web|url=http://example.org/{name}|título={self.hidden()}|"
            f"obra=[[{self.hidden()}|{self.hidden()}]]|data={{{{dtext|1|2|2003}}}}|"
            f"acessodata=2010-05-06}}}}</ref>"
        )

    def piece(self) -> str:
        """Some words of a sentence, perhaps within markup that shows them."""
        chance, words = self.chance, self.some(1, 4)
        self.seen += words
        text, kind = " ".join(words), chance.random()
        if kind < 0.14:
            return f"[[{text}]]"
        if kind < 0.24:
            return f"[[{self.hidden()}|{text}]]"
        if kind < 0.27:
            return f"[[{self.hidden()}#{self.hidden()}|''{text}'']]"
        if kind < 0.31:
            return f"''{text}''"
        if kind < 0.34:
            return f"'''{text}'''"
        if kind < 0.36:
            return f"[http://example.org/{chance.randint(1, 999)} {text}]"
        if kind < 0.38:
            return f"<small>{text}</small>"
        if kind < 0.39:
            return f'<span style="color:red">{text}</span>'
        if kind < 0.40:
            return text.replace(" ", "&nbsp;")
        if kind < 0.41:
            return f"<!-- {self.hidden()} -->{text}"
        if kind < 0.42:
            return f"<nowiki>{text}</nowiki>"
        return text

    def sentence(self) -> str:
        """A sentence that ends in a stop, perhaps with references."""
        pieces = [self.piece() for _ in range(self.chance.randint(4, 7))]
        end = "".join(self.reference() for _ in range(self.chance.choice((0, 0, 1, 1, 2))))
        return " ".join(pieces) + "." + end

    def paragraph(self, fewest: int = 2, most: int = 5) -> str:
        return " ".join(self.sentence() for _ in range(self.chance.randint(fewest, most)))

    def listed(self) -> str:
        """A list, of one level or two."""
        mark = self.chance.choice(("*", "#", "*", "**"))
        return "\n".join(f"{mark} {self.piece()}" for _ in range(self.chance.randint(2, 6)))

    def file(self) -> str:
        """A picture with links and a template in its caption."""
        name = self.chance.choice(("Ficheiro", "File", "Imagem"))
        return (
            f"[[{name}:{self.hidden()}.jpg|thumb|250px|{self.hidden()} [[{self.hidden()}|"
            f"{self.hidden()}]] {{{{nota|{self.hidden()}}}}} [[{self.hidden()}]]]]"
        )

    def table(self, *, nested: bool) -> str:
        """A table, perhaps with one in a cell."""
        inner = f"\n{self.table(nested=False)}\n" if nested else self.hidden()
        rows = "\n".join(
            f"|-\n| {self.hidden()} || [[{self.hidden()}]]\n| {{{{formatnum:1234}}}}"
            for _ in range(self.chance.randint(2, 4))
        )
        return f'{{| class="wikitable"\n! {self.hidden()} !! zz\n{rows}\n|-\n|{inner}\n|}}'

    def infobox(self, title: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """An infobox, and the fields that can be read of it."""
        chance = self.chance
        people, place = str(chance.randint(1000, 999999)), chance.choice(NAMES)
        year, month, day = chance.randint(1500, 2020), chance.randint(1, 12), chance.randint(1, 28)
        lines = (
            "{{Info/Assentamento",
            f"| nome = {title}",
            f"| imagem = [[Ficheiro:zz{place}.jpg|200px]]",
            f"| população = {{{{formatnum:{people}}}}}{self.reference()}",
            f"| estado = [[{place} (estado)|{place}]]",
            f"| fundação = {{{{dni|{day}|{month}|{year}}}}}",
            f"| nota = {{{{efn|{self.hidden()} {{{{sfn|zz|1999}}}}}}}}",
            "| lema = ",
            "}}",
        )
        date = f"{year}-{month:02}-{day:02}"
        facts = (("nome", title), ("população", people), ("estado", place), ("fundação", date))
        return "\n".join(lines), facts

    def section(self, level: int) -> str:
        """A heading and what stands under it."""
        words = self.some(1, 3)
        self.seen += words
        marks = "=" * level
        parts = [f"{marks} {' '.join(words)} {marks}"]
        if self.chance.random() < 0.3:
            parts.append(f"{{{{Artigo principal|{self.hidden()}}}}}")
        if self.chance.random() < 0.35:
            parts.append(self.file())
        parts.append(self.paragraph(1, 4) + "\n")
        extra = self.chance.random()
        if extra < 0.3:
            parts.append(self.listed() + "\n")
        elif extra < 0.5:
            parts.append(self.table(nested=self.chance.random() < 0.3) + "\n")
        elif extra < 0.55:
            parts.append(f"<gallery>\nFicheiro:zz.jpg|{self.hidden()}\n</gallery>\n")
        return "\n".join(parts)

    def article(self) -> Made:
        """The whole article."""
        title = f"{self.chance.choice(NAMES)} {self.number}"
        infobox, facts = self.infobox(title)
        self.seen += title.split()
        parts = [
            f"{{{{Ver desambiguação|{self.hidden()}}}}}\n{infobox}",
            f"'''{title}''' {self.paragraph()}\n",
            self.paragraph() + "\n",
        ]
        size = sum(map(len, parts))
        while size < TARGET:
            parts.append(self.section(self.chance.choice((2, 2, 3))))
            size += len(parts[-1])
        parts.append("{{referências|col=2}}\n{{Portal3|zzGeografia}}\n{{DEFAULTSORT:zz}}")
        parts.append(f"[[Categoria:{self.hidden()}]]\n[[Category:zz|*]]\n[[en:zz{self.number}]]")
        return Made(str(self.number), title, 0, "", "\n".join(parts), tuple(self.seen), facts)


TARGET = 4700  # characters after which an article takes no further section


def made(number: int, seed: int = 7) -> Made:
    """The article of a number."""
    return Maker(number, seed).article()


def pages(articles: int, seed: int = 7, *, others: bool = True) -> Iterator[Made]:
    """Articles, and after every tenth a redirect to it and a page of another namespace."""
    for number in range(1, articles + 1):
        page = made(number, seed)
        yield page
        if others and number % 10 == 0:
            more = f"#REDIRECIONAMENTO [[{page.title}]]"
            yield Made(f"{number}1", f"Antiga {page.title}", 0, page.title, more, (), ())
            yield Made(f"{number}2", f"Predefinição:N{number}", 10, "", "{{{1}}} texto", (), ())


def xml(page: Made) -> str:
    """A page as a dump has it."""
    redirect = f"    <redirect title={quoted(page.redirect)} />\n" if page.redirect else ""
    return PAGE.format(
        title=escape(page.title),
        namespace=page.namespace,
        id=page.id,
        redirect=redirect,
        revision=int(page.id) + 1000,
        bytes=len(page.markup.encode()),
        text=escape(page.markup, {'"': "&quot;"}),
    )


def quoted(text: str) -> str:
    """An attribute's value."""
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def write(
    path: Path,
    every: Iterator[Made],
    how: Literal["xml", "bz2", "multistream"],
    keep: Callable[[Made], None] = lambda _: None,
) -> int:
    """Write a dump; returns the bytes of its XML. `keep` is given every page.

    A multistream has one stream for the header, one for each hundred pages, one for the end.
    """
    size = 0
    held: list[str] = []
    with path.open("wb") as file:
        stream = Stream(file, how)
        size += stream.write(HEADER)
        stream.cut()
        for page in every:
            keep(page)
            held.append(xml(page))
            if len(held) == 100:
                size += stream.write("".join(held))
                stream.cut()
                held.clear()
        size += stream.write("".join(held))
        stream.cut()
        size += stream.write(FOOTER)
        stream.close()
    return size


class Stream:
    """Bytes into a file: as they are, or packed in one stream or in several."""

    def __init__(self, file: IO[bytes], how: str) -> None:
        self.file, self.how = file, how
        self.packer = bz2.BZ2Compressor() if how != "xml" else None
        self.begun = False

    def write(self, text: str) -> int:
        data = text.encode()
        self.begun = self.begun or bool(data)
        self.file.write(self.packer.compress(data) if self.packer else data)
        return len(data)

    def cut(self) -> None:
        """End a stream where there are several."""
        if self.how == "multistream" and self.packer and self.begun:
            self.file.write(self.packer.flush())
            self.packer, self.begun = bz2.BZ2Compressor(), False

    def close(self) -> None:
        if self.packer:
            self.file.write(self.packer.flush())


if __name__ == "__main__":
    target = Path(sys.argv[2])
    kind: Literal["xml", "bz2"] = "xml" if target.suffix == ".xml" else "bz2"
    print(f"{write(target, pages(int(sys.argv[1])), kind):,} bytes of XML")
