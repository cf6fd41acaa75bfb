"""MediaWiki's markup -> plain text in sections, by scans from left to right.

What stands between braces, in tables, references, files and categories goes; prose and lists stay,
and of a link what a reader would see. Nothing is searched twice: matching pairs are found with a
stack, so a page of unclosed brackets takes no longer than another of its length. What is opened and
never closed is text, as it is in MediaWiki (https://www.mediawiki.org/wiki/Help:Formatting).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from etude.data.articles import Section
from etude.data.templates import NESTED, is_infobox, shown

# Tags whose inside is no markup: shown as it is, or (all others) dropped with it.
LITERAL = frozenset({"nowiki", "pre", "math", "chem", "ce"})
BLOCKS = frozenset({"gallery", "timeline", "score", "syntaxhighlight", "source", "imagemap"})
RAW = re.compile(
    r"<(?:!--|(nowiki|pre|math|chem|ce|gallery|timeline|score|syntaxhighlight|source|graph|hiero"
    r"|imagemap|mapframe|maplink|templatedata|inputbox|categorytree|templatestyles)\b[^<>]*>)",
    re.IGNORECASE,
)
COMMENT_END = re.compile("-->")
# Characters that would be markup, as the entities that mean the same.
PROTECTED = {ord(char): f"&#{ord(char)};" for char in "[]{}|<>'=*#:;_~!\0-"}

# Every alternative begins with a character of its own, so that the search is fast.
DROPPED = re.compile(
    r"\{\{+|\}\}+|\n[ \t:*#]*\{\||\n[ \t]*\|\}(?:(?=\}\}(?!\}))|(?!\}))"
    r"|<(/?)([Rr]ef|REF|[Tt]able|TABLE)\b[^<>]*>"
)
LINKS = re.compile(r"\[\[|\]\]|\n[ \t]*(?=\n|=)")
TARGET = re.compile(r"[ \t]*(:?)[ \t]*([^\[\]{}|\n]*)(\|?)")
INTERWIKI = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*")
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
SPACES = re.compile(r"[ \t\xa0]{2,}|[\t\xa0]")
GAP = re.compile(r"[;,]? ?\0[\0 ]*([;,.:)] ?)?")
HEADING = re.compile(r"(={1,6})[ \t]*(.*?)[ \t]*\1")
MARKERS = "*#:;"

# Names of the namespaces of files and of categories; a dump's own names come in addition.
FILES = frozenset(
    """
    file image media ficheiro imagem arquivo multimédia archivo imagen imaxe fichier datei bild
    immagine bestand afbeelding plik grafika fitxer imatge fil billede файл изображение картинка
    медия зображення αρχείο dosya resim soubor tiedosto kuva fájl kép fișier imagine slika ファイル
    画像 文件 图像 檔案 圖像 파일 그림 tập_tin berkas चित्र ملف صورة پرونده קובץ תמונה
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
CATEGORIES = frozenset(
    """
    category categoria categoría catégorie kategorie categorie kategoria kategori категория
    категорія κατηγορία kategória luokka kategorija カテゴリ 分类 分類 분류 thể_loại श्रेणी تصنيف رده
    קטגוריה
    """.split()  # noqa: SIM905
)
UNSEEN = FILES | CATEGORIES


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
    return Scanned(_without_marks(text), infobox[0] if infobox else "")


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


def without_raw(text: str) -> str:
    """Comments and tags with no markup inside taken out; what is shown of them is protected."""
    out: list[str] = []
    at = 0
    ends: dict[str, int] = {}  # where the next closing tag of a name stands; -1 when there is none
    found = RAW.search(text)
    while found is not None:
        name = (found[1] or "").lower()
        if name and found[0].endswith("/>"):
            out.append(text[at : found.start()])
            at = found.end()
            found = RAW.search(text, at)
            continue
        closing = COMMENT_END if not name else _closing(name)
        inside = found.end()
        end = ends.get(name, inside)
        if end != -1:
            match = closing.search(text, inside)
            end = ends[name] = match.start() if match else -1
        if end == -1 and name:  # never closed: MediaWiki shows such a tag, and what follows it
            found = RAW.search(text, inside)
            continue
        out.append(text[at : found.start()])
        if not name:
            if end == -1:
                at = len(text)
                break
            at = end + 3
        else:
            assert match is not None  # noqa: S101 - an end was found
            at = match.end()
        if name in LITERAL:
            out.append(text[inside:end].translate(PROTECTED))
        elif name:
            out.append("\n\0\n" if name in BLOCKS else "\0")
        found = RAW.search(text, at)
    out.append(text[at:])
    return "".join(out)


CLOSING: dict[str, re.Pattern[str]] = {}


def _closing(name: str) -> re.Pattern[str]:
    """What closes a tag."""
    if name not in CLOSING:
        CLOSING[name] = re.compile(rf"</{name}[ \t\n]*>", re.IGNORECASE)
    return CLOSING[name]


def without_braces(text: str, infobox: list[str], depth: int = 0) -> str:
    """Templates, tables and references taken out, from the outermost pair.

    The first infobox is added to `infobox`. Some templates show words of the text: these stay.
    """
    out: list[str] = []
    at = 0
    for start, end in _regions(text):
        out.append(text[at:start])
        if text[start] == "{":
            inside = text[start + 2 : end - 2]
            if not infobox and is_infobox(inside):
                infobox.append(inside)
            words = shown(inside)
            if words and depth < NESTED:
                out.append(without_braces(words, infobox, depth + 1) if "{" in words else words)
            else:
                out.append("\0")
        else:
            out.append("\n\0" if text[start] == "\n" else "\0")
        at = end
    if not at:
        return text
    out.append(text[at:])
    return "".join(out)


def _regions(text: str) -> list[tuple[int, int]]:
    """(start, end) of the outermost matching pairs of braces, tables and references, in order."""
    found: list[tuple[int, int]] = []
    stack: list[list[int]] = []  # kind, start, braces left
    waiting = {"{": 0, "|": 0, "ref": 0, "table": 0}
    kinds = list(waiting)

    def close(kind: str) -> list[int] | None:
        """What was opened last of this kind; what was opened in it and never closed goes."""
        if not waiting[kind]:
            return None
        wanted = kinds.index(kind)
        while stack[-1][0] != wanted:
            waiting[kinds[stack.pop()[0]]] -= 1
        return stack[-1]

    def add(start: int, end: int) -> None:
        while found and found[-1][0] >= start:
            found.pop()
        found.append((start, end))

    for match in DROPPED.finditer(text):
        token, start, end = match[0], match.start(), match.end()
        if token[0] == "{":
            stack.append([0, start, end - start])
            waiting["{"] += 1
        elif token[0] == "}":
            at = start
            while end - at >= 2 and (opened := close("{")) is not None:
                taken = 3 if opened[2] >= 3 and end - at >= 3 else 2
                opened[2] -= taken
                at += taken
                add(opened[1] + opened[2], at)
                if opened[2] < 2:
                    stack.pop()
                    waiting["{"] -= 1
        elif token[0] == "\n":
            if token[-1] == "|":
                stack.append([1, start, 0])
                waiting["|"] += 1
            elif (opened := close("|")) is not None:
                stack.pop()
                waiting["|"] -= 1
                add(opened[1], end)
        else:
            kind = match[2].lower()
            if token.endswith("/>"):
                add(start, end)
            elif not match[1]:
                stack.append([kinds.index(kind), start, 0])
                waiting[kind] += 1
            elif (opened := close(kind)) is not None:
                stack.pop()
                waiting[kind] -= 1
                add(opened[1], end)
    return found


def without_links(text: str, unseen: frozenset[str]) -> str:
    """Links as a reader sees them; those to files and categories taken out."""
    tokens: list[tuple[int, bool]] = []
    ends: dict[int, int] = {}  # where a link ends, by where it begins; and the other way round
    stack: list[int] = []
    files = 0  # of the stack, from the bottom: captions go on beyond a paragraph
    for match in LINKS.finditer(text):
        char = text[match.start()]
        if char == "[":
            stack.append(match.start())
            tokens.append((match.start(), True))
        elif char == "]":
            if stack:
                start = stack.pop()
                files = min(files, len(stack))
                ends[start] = match.start()
                ends[match.start()] = start
                tokens.append((match.start(), False))
        elif stack:
            if text.startswith("=", match.end()):
                stack.clear()
            stack[files:] = [at for at in stack[files:] if _hidden(text, at + 2, unseen)]
            files = len(stack)
    out: list[str] = []
    at = 0
    for place, opening in tokens:
        if place < at or place not in ends:
            continue
        out.append(text[at:place])
        at = place + 2
        if not opening:
            continue
        head = TARGET.match(text, at)
        assert head is not None  # noqa: S101 - it matches nothing as well
        colon, target, bar = head.groups()
        end = ends[place]
        if not colon and ":" in target:
            prefix = _namespace(target)
            if prefix.lower() in unseen or (
                not bar and INTERWIKI.fullmatch(prefix) and _alone(text, place, end + 2)
            ):
                out.append("\0")
                at = end + 2
                continue
        if bar:
            at = head.end()
            if at == end:  # `[[Lisbon|]]`
                out.append(target)
        elif head.end() == end:
            out.append(target.strip())
            at = end + 2
    out.append(text[at:])
    return "".join(out)


def _hidden(text: str, place: int, unseen: frozenset[str]) -> bool:
    """Whether a link that begins here is one that is not shown."""
    head = TARGET.match(text, place)
    return head is not None and not head[1] and _namespace(head[2]).lower() in unseen


def _namespace(target: str) -> str:
    """What stands before a target's colon; empty where there is none."""
    prefix, colon, _ = target.partition(":")
    return prefix.strip().replace(" ", "_") if colon else ""


def _alone(text: str, start: int, end: int) -> bool:
    """Whether something fills its line."""
    return text[start - 1] == "\n" and (end == len(text) or text[end] == "\n")


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
    text = SPACES.sub(" ", text)
    if "\0" in text:
        text = GAP.sub(_gap, text).replace(" (\0)", "").replace("(\0)", "").replace("\0", "")
    return text


def _external(match: re.Match[str]) -> str:
    return match[1] or match[2] or "\0"


def _quotes(match: re.Match[str]) -> str:
    return "'" if len(match[0]) == 4 else ""


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match[0]).replace("\0", "")


def _gap(match: re.Match[str]) -> str:
    """What stands where something was taken out: no blank before a stop, no empty brackets."""
    whole, after = match[0], match[1] or ""
    before = whole[0] if whole[0] in ";," else ""
    opened = match.start() > 0 and match.string[match.start() - 1] == "("
    if opened:
        return f"\0{after}" if after[:1] == ")" else "" if after[:1] in (";", ",") else after
    if after[:1] == ")":
        return after
    if after:
        return after if before else before + after
    return before + (" " if " " in whole else "")


def unseen_of(names: Iterable[str]) -> frozenset[str]:
    """The namespaces that are not shown: those known, and a dump's own names for them."""
    return UNSEEN | {name.strip().lower().replace(" ", "_") for name in names}
