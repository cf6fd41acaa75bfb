"""HTML -> its title and its text: blocks are paragraphs, cells of a row stand on one line.

What is no text to read (scripts, styles, navigation) is left out. Markup that is not closed, or
closed twice, is taken as browsers take it, more or less: no page is refused for it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

SILENT = frozenset({"script", "style", "template", "noscript", "svg", "nav"})
BLOCKS = frozenset(
    """
    address article aside blockquote body caption dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody tfoot
    thead ul
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
LINES = frozenset({"br", "tr", "li", "dt", "dd"})  # begin a line, not a paragraph
CELLS = frozenset({"td", "th"})
HEADINGS = ("title", "h1")  # what names a page, the first before the second

WHITE = re.compile(r"\s+")


def text_of_html(source: str) -> tuple[str, str]:
    """Title ("" where it has none) and text of a page, blank lines between paragraphs.

    >>> text_of_html("<title>Elm</title><p>It is <b>3&nbsp;km</b> long.</p>")
    ('Elm', 'It is 3 km long.')
    """
    reader = _Reader()
    reader.feed(source)
    reader.close()
    text = "".join(reader.parts).replace("\u00a0", " ")
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=\S) {2,}(?=\S)", " ", re.sub(r"\n{3,}", "\n\n", text)).strip()
    named = (WHITE.sub(" ", "".join(reader.named[name])).strip() for name in HEADINGS)
    return next(filter(None, named), ""), text


class _Reader(HTMLParser):
    """Gathers the text of a page, and what stands in its title and its first main heading."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.named: dict[str, list[str]] = {name: [] for name in HEADINGS}
        self.naming = ""  # the heading that is being read
        self.silent: list[str] = []  # elements that are open and not read
        self.kept = 0  # how many elements are open that keep their white space
        self.cells = 0  # of the row at hand

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        if tag in self.named and not self.named[tag]:
            self.naming = tag
        if tag == "tr":
            self.cells = 0
        if tag in CELLS:
            self.parts.append(" | " if self.cells else "")
            self.cells += 1
        elif tag in LINES:
            self._line()
        elif tag in BLOCKS:
            self._paragraph()
        self.kept += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        if tag == self.naming:
            self.naming = ""
        if tag in BLOCKS - LINES:
            self._paragraph()
        if tag == "pre":
            self.kept = max(0, self.kept - 1)

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.naming:
            self.named[self.naming].append(data)
        if self.naming == "title":
            return
        text = data if self.kept else WHITE.sub(" ", data)
        begins = not self.parts or self.parts[-1].endswith("\n")
        self.parts.append(text.lstrip() if begins and not self.kept else text)

    def unknown_decl(self, data: str) -> None:
        """What only old browsers knew (`<![if IE]>`) is no text."""

    def _line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _paragraph(self) -> None:
        if self.parts:
            self.parts.append("\n\n")
