"""MediaWiki's markup -> plain text in sections, by scans from left to right.

What stands between braces, in tables, references, files and categories goes; prose and lists stay,
and of a link what a reader would see. Nothing is searched twice: matching pairs are found with a
stack, so a page of unclosed brackets takes no longer than another of its length. What is opened and
never closed is text, as it is in MediaWiki (https://www.mediawiki.org/wiki/Help:Formatting).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from etude.data.articles import Section
from etude.data.wiki_braces import without_braces, without_raw
from etude.data.wiki_links import UNSEEN, without_links

EXTERNAL = re.compile(
    r"\[(?:[a-z]{3,7}:)?//[^\s\[\]<>\"]+[ \t]*([^\[\]\n]*)\]|\[mailto:[^\s\[\]<>]+ ([^\[\]\n]*)\]"
)
BREAKS = re.compile(
    r"<(?:br|hr|/?(?:p|div|blockquote|center|ul|ol|li|dl|dd|dt|poem|h[1-6]))\b[^<>]*>",
    re.IGNORECASE,
)
TAGS = re.compile(
    r"</?(?:b|i|u|s|em|strong|small|big|sub|sup|span|font|code|tt|kbd|samp|var|cite|q|del|ins|abbr"
    r"|strike|dfn|mark|time|data|bdi|bdo|ruby|rb|rt|rp|rtc|wbr|ref|references|table|caption|thead"
    r"|tbody|tfoot|tr|td|th|section|noinclude|includeonly|onlyinclude|nowiki|pre|math|gallery|ce"
    r"|chem|source|syntaxhighlight|timeline|score)\b[^<>]*>",
    re.IGNORECASE,
)
QUOTES = re.compile(r"''+")
SWITCHES = re.compile(r"__[A-ZÀ-ÖØ-ÞА-ЯЁ]+__")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
SPACES = re.compile("  +")
HEADING = re.compile(r"(={1,6})[ \t]*(.*?)[ \t]*\1")
MARKERS = "*#:;"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A page's text without markup, and its first infobox, markup and all (or nothing)."""

    text: str
    infobox: str


def scan(markup: str, unseen: frozenset[str] = UNSEEN) -> Scanned:
    """Plain text of a page: lines as they are, headings as `== History ==`.

    `unseen` are the lower-case names of namespaces whose links are not shown.
    """
    text = "\n" + markup.replace("\0", "").replace("\r", "")
    if "<" in text:
        text = without_raw(text)
    infobox: list[str] = []
    if "{" in text or "<" in text:
        text = without_braces(text, infobox)
    if "[[" in text:
        text = without_links(text, unseen)
    return Scanned(_without_marks(text), infobox[0].replace("\0", "") if infobox else "")


def sections(text: str) -> tuple[Section, ...]:
    """A scanned text cut at its headings; the lead first, without title.

    A section without text is left out, unless one below it has some.
    """
    found: list[tuple[str, int, list[str]]] = [("", 0, [])]
    lines = found[0][2]
    for line in text.split("\n"):
        if line[:1] == "=" and (heading := _heading(line)) is not None:
            lines = []
            found.append((*heading, lines))
        elif (shown_line := _line(line)) is not None and (shown_line or (lines and lines[-1])):
            lines.append(shown_line)
    kept: list[Section] = []
    below = 0  # level of the heading that follows, of those that stay
    for title, level, lines in reversed(found):
        body = "\n".join(lines).strip()
        if body or below > level > 0:
            kept.append(Section(title, level, body))
            below = level
    kept.reverse()
    return tuple(kept)


def plain(markup: str, unseen: frozenset[str] = UNSEEN) -> str:
    """Plain text of a piece of markup, headings as paragraphs of their own."""
    parts = (
        part for found in sections(scan(markup, unseen).text) for part in (found.title, found.text)
    )
    return "\n\n".join(part for part in parts if part)


def _heading(line: str) -> tuple[str, int] | None:
    """Title and level of a heading's line; None where it is no heading."""
    match = HEADING.fullmatch(line.strip())
    if match is None:
        return None
    title = match[2].strip()
    return (title, len(match[1])) if title else None


def _line(line: str) -> str | None:
    """A line as it is shown; None where nothing is left of it. A list's item begins with `- `."""
    line = line.strip()
    if not line:
        return ""
    first = line[0]
    if first in MARKERS:
        item = line.lstrip(MARKERS).strip()
        marks = line[: len(line) - len(line.lstrip(MARKERS))]
        if not item:
            return None
        return f"- {item}" if "*" in marks or "#" in marks else item
    if first == "-" and line.startswith("----"):
        return line.lstrip("-").strip() or None
    return line


def _without_marks(text: str) -> str:
    """What is left of markup within lines taken out."""
    if "//" in text or "mailto:" in text:
        text = EXTERNAL.sub(_external, text)
    if "<" in text:
        text = TAGS.sub("", BREAKS.sub("\n", text))
    if "''" in text:
        text = QUOTES.sub(_quotes, text)
    if "__" in text:
        text = SWITCHES.sub("", text)
    if "&" in text:
        text = ENTITY.sub(_entity, text)
    text = text.replace("\t", " ").replace("\xa0", " ")
    if "\0" in text:
        text = _closed(text)
    return SPACES.sub(" ", text) if "  " in text else text


def _external(match: re.Match[str]) -> str:
    return match[1] or match[2] or "\0"


def _quotes(match: re.Match[str]) -> str:
    return "'" if len(match[0]) == 4 else ""


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match[0]).replace("\0", "")


def _closed(text: str) -> str:
    """The text without the places where something was taken out (NUL).

    No blank is left before a stop there, no empty bracket, and one blank where there were two.
    """
    first, *parts = text.split("\0")
    out = [first]
    blank = False
    for part in parts:
        body = part.lstrip(" ")
        blank = blank or len(body) < len(part)
        if not body:
            continue
        left, stop = out[-1], body[0]
        if stop in ",;:.)":
            left = left.removesuffix(" ")
            if left[-1:] == "(" and stop in ",;":
                body = body[1:].lstrip(" ")
            elif left[-1:] == "(" and stop == ")":
                left, body = left[:-1].removesuffix(" "), body[1:]
            elif stop == ")" and left[-1:] in (",", ";"):
                left = left[:-1]
        elif blank and left[-1:] not in ("(", " ", "\n"):
            left += " "
        out[-1] = left
        out.append(body)
        blank = False
    return "".join(out)
