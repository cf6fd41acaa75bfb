"""An article of an encyclopaedia, as plain text in sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from etude.records import Document

# Words in the names of an infobox's fields, and endings of values, that are of how a page looks and
# where on a map it is pinned.
FOR_SHOW = frozenset(
    """
    imagem imagens image images foto photo mapa map mapas maps legenda caption alt bandeira flag
    brasao brasão escudo coat logo logotipo assinatura signature cor color colour fundo background
    tamanho size largura width latd latm lats latns longd longm longs longew lat long latitude
    longitude coordenadas coordinates coord coor pushpin website site sitio sítio url homepage notas
    notes rodape rodapé footnotes imdb wikidata commons ref refs referente
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
FILES = (".jpg", ".jpeg", ".png", ".svg", ".gif", ".webp", ".tif", ".ogg")


def is_for_show(name: str, value: str) -> bool:
    """Whether a field of an infobox says nothing of what its article is about."""
    words = re.split(r"[\W_\d]+", name.casefold())
    return bool(FOR_SHOW.intersection(words)) or value.casefold().endswith(FILES)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the paragraphs under it, blank lines between them; the lead has no title.

    `level` is 2 for a main heading (as in `== History ==`), 0 for the lead.
    """

    title: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A page of a wiki, markup taken away.

    `facts` are the infobox's fields, by name, in order. `names` are the titles that redirect here.
    `licence` is what the dump's material is under, `url` where the page stands.
    """

    id: str
    title: str
    revision: str
    url: str
    language: str
    licence: str
    sections: tuple[Section, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def fact_lines(self) -> dict[str, str]:
        """The infobox's fields as lines to read: `capital: Fortaleza`, by their names."""
        return {
            name: f"{name.replace('_', ' ').strip()}: {' '.join(value.split())}"
            for name, value in self.facts.items()
            if value.strip() and not is_for_show(name, value)
        }

    @property
    def document(self) -> Document:
        """The article as a text: headings are paragraphs of their own, the infobox the last."""
        parts = [part for section in self.sections for part in (section.title, section.text)]
        parts.append("\n".join(self.fact_lines.values()))
        metadata = {
            "url": self.url,
            "revision": self.revision,
            "licence": self.licence,
            "language": self.language,
        }
        return Document(self.id, self.title, "\n\n".join(filter(None, parts)), metadata)

    def as_asked(self, *, infobox: bool) -> Article:
        """The article with or without the fields of its infobox."""
        return self if infobox else replace(self, facts={})

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "revision": self.revision,
            "url": self.url,
            "language": self.language,
            "licence": self.licence,
            "sections": [[part.title, part.level, part.text] for part in self.sections],
            "facts": dict(self.facts),
            "names": list(self.names),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Article:
        return cls(
            id=row["id"],
            title=row["title"],
            revision=row["revision"],
            url=row["url"],
            language=row["language"],
            licence=row["licence"],
            sections=tuple(Section(*part) for part in row["sections"]),
            facts=row["facts"],
            names=tuple(row["names"]),
        )
