"""A blank figure in the house's hand, and a figure as a piece of a page.

Figures are made from `matplotlib.figure.Figure` directly: no global pyplot state is touched, no
window is opened, and any thread may draw.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager
from io import StringIO
from itertools import takewhile
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from etude.report.looks import INK, MUTED

WIDTH = 4.0  # inches: small enough to be read on a phone without scaling down
_STYLE: Any = {  # Any: matplotlib types its settings by every name it knows
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": "#9aa1a9",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "grid.color": "#e4e6e9",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": "#9aa1a9",
    "ytick.color": "#9aa1a9",
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",  # text stays text: searchable, and read in the page's own font
}

_NOT_WRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Picture(Figure):
    """A matplotlib figure that a notebook shows without pyplot having been imported."""

    def _repr_svg_(self) -> str:
        return svg(self, "notebook", "", "")


def style(**more: Any) -> AbstractContextManager[None]:
    """The house's hand for as long as the `with` block lasts; `more` settings with `_` for `.`."""
    settings: Any = {name.replace("_", ".", 1): value for name, value in more.items()}
    return mpl.rc_context({**_STYLE, **settings})


def blank(height: float, width: float = WIDTH) -> tuple[Picture, Axes]:
    """A figure of that many inches with one pair of axes."""
    with style():
        layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.05)
        picture = Picture(figsize=(width, height), layout=layout)
        return picture, picture.add_subplot()


def label(text: object, longest: int = 44) -> str:
    """`text` as a figure can carry it: no control characters, shortened in the middle."""
    clean = _NOT_WRITABLE.sub("�", str(text))
    if len(clean) <= longest:
        return clean
    head = longest // 2
    return f"{clean[:head]}…{clean[-(longest - head - 1) :]}"


def short(names: Iterable[str], longest: int = 32) -> dict[str, str]:
    """Every name short enough for a figure, and no two alike.

    Long names of a search differ in a few letters in the middle: where shortening would make two
    names the same, what they share is cut instead, and a number tells apart what still agrees.
    """
    given = list(names)
    cut = {name: label(name, longest) for name in given}
    if len(set(cut.values())) < len(given):
        shared = _shared(given)
        start = max(given[0].rfind(mark, 0, shared) + 1 for mark in "-_. ")
        end = _shared([name[start:][::-1] for name in given])
        for name in given:
            core = name[start : len(name) - end] + name[len(name) - end :][:6]
            cut[name] = label(f"{name[: min(start, 8)]}…{core}…", longest)
    if len(set(cut.values())) < len(given):
        numbered = enumerate(given, start=1)
        cut = {name: f"{place}. {label(name, longest - 5)}" for place, name in numbered}
    return cut


def _shared(names: list[str]) -> int:
    """How many first letters all names share."""
    alike = (len(set(letters)) == 1 for letters in zip(*names, strict=False))
    return sum(1 for _ in takewhile(bool, alike))


def svg(figure: Figure, key: str, title: str, description: str) -> str:
    """The figure as an `<svg>` element to stand inside a page.

    `key` keeps its ids apart from those of other figures; `title` and `description` are what a
    screen reader says. The same figure gives the same text, byte for byte.
    """
    buffer = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with (
        style(svg_hashsalt=key, svg_id=None),
        warnings.catch_warnings(),
    ):
        # DejaVu only measures the text, the page's font draws it: a letter it lacks is no news.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="svg", metadata=nothing, transparent=True)
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 - matplotlib's own output
    return _for_page(root, key, label(title, 400), label(description, 2000))


def _for_page(root: ElementTree.Element, key: str, title: str, description: str) -> str:
    """Without namespaces, stray ids and page-wide styles; with a name and a description."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in list(element.attrib):
            element.attrib[name.rpartition("}")[2]] = element.attrib.pop(name)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    written = "\n".join(value for element in root.iter() for value in element.attrib.values())
    used = set(re.findall(r"#([\w.-]+)", written))
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{key}-{own}")
        for name, value in element.attrib.items():
            if name in ("href", "clip-path"):
                element.set(name, value.replace("#", f"#{key}-"))
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update({"viewBox": box, "role": "img"})
    for tag, text, role in (("desc", description, "describedby"), ("title", title, "labelledby")):
        if text:
            element = ElementTree.Element(tag, {"id": f"{key}-{tag}"})
            element.text = text
            root.insert(0, element)
            root.set(f"aria-{role}", f"{key}-{tag}")
    if not title:
        root.set("xmlns", "http://www.w3.org/2000/svg")  # stands alone, in a notebook
    return ElementTree.tostring(root, encoding="unicode")
