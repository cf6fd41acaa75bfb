"""Templates, tables, references and comments of wikitext, taken out by the pairs that they make."""

from __future__ import annotations

import re

from etude.data.templates import LONGEST, NESTED, is_infobox, kind_of, shown

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

# Most templates hold no other and most references nothing but text: these go first, in one step,
# without looking for what belongs together.
SIMPLE = re.compile(r"\{\{(?!\{)([^{}<\n]*)\}\}(?!\})")
REFERENCE = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>/]*>[^<>{}]*</ref[ \n]*>")
# Every alternative begins with a character of its own, so that the search is fast.
DROPPED = r"\{\{+|\}\}+|<(/?)([Rr]ef|REF|[Tt]able|TABLE)\b[^<>]*>"
TABLES = r"|\n[ \t:*#]*\{\||\n[ \t]*\|\}(?:(?=\}\}(?!\}))|(?!\}))"
WITH_TABLES, WITHOUT_TABLES = re.compile(DROPPED + TABLES), re.compile(DROPPED)


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


def _simple(match: re.Match[str]) -> str:
    """What is shown of a template in one line; all of it where it must be looked at again."""
    inside = match[1]
    kind = kind_of(inside[:LONGEST].partition("|")[0])
    if kind != "shown":
        return "\0" if kind == "dropped" else match[0]
    words = shown(inside)
    return match[0] if "|" in words or "=" in words else words or "\0"


def without_braces(text: str, infobox: list[str], depth: int = 0) -> str:
    """Templates, tables and references taken out, from the outermost pair.

    The first infobox is added to `infobox`. Some templates show words of the text: these stay.
    """
    text = REFERENCE.sub("\0", SIMPLE.sub(_simple, text))
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

    for match in (WITH_TABLES if "{|" in text else WITHOUT_TABLES).finditer(text):
        token, (start, end) = match[0], match.span()
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
