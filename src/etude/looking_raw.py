"""What `etude look` prints of raw material: a dump of a wiki, documents in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.looking import SHOWN, languages, spark
from etude.report.words import several, size
from etude.views import lines, table

KINDS = {
    "articles": "articles",
    "redirects": "redirects",
    "other_namespaces": "pages of other namespaces",
    "other_models": "pages that are no wikitext",
    "too_large": "pages of more than 4 million characters",
    "empty": "pages without prose",
}

USED = {"articles": "articles", "redirects": "names of articles"}


def look_dump(seen: Mapping[str, Any]) -> None:
    """What is in a dump, and what would come of it."""
    about, pages = seen["dump"], seen["pages"]
    said = ", ".join(
        part
        for part in (
            about["wiki"],
            f"language {about['language']}" if about["language"] else "no language",
            about["base"],
            about["licence"] or "no licence",
        )
        if part
    )
    lines([f"{about['path']}: {size(about['bytes'])}, {said}.", how_much(about)])
    total = sum(pages.values())
    rows: list[Sequence[str]] = [("pages", "seen", "share", "becomes")]
    for name, count in pages.items():
        if count:
            used = USED.get(name, "nothing")
            rows.append((KINDS[name], f"{count:,}", f"{count / total:.1%}", used))
    table(rows, words=("becomes",))
    if seen["namespaces"]:
        named = ", ".join(f"{name} {count:,}" for name, count in seen["namespaces"].items())
        lines([f"Other namespaces: {named}."])
    if not about["whole"]:
        articles, redirects = (seen["in_all"][name] for name in ("articles", "redirects"))
        lines([f"In the whole file, estimated: {articles:,} articles, {redirects:,} redirects."])
    held = seen["articles"]
    if not held["characters"]["n"]:
        lines(f"Note: {note}" for note in seen["notes"])
        return
    lines([""])
    of_lengths({name: held[name] for name in ("characters", "words", "sections")}, "of an article")
    number, boxes = held["characters"]["n"], held["with_infobox"]
    lines(
        [
            "",
            f"With an infobox: {boxes:,} of {number:,}. {listed('Fields', seen['fields'])}",
            listed("Sections", seen["sections"]),
            f"Languages of some articles: {languages(seen['languages'])}.",
        ]
    )
    for row in seen["samples"]:
        lines([f"\n{row['title']}  {row['url']}", f"  {short(row['text'])}"])
    of_questions(seen["questions"], seen["in_all"]["articles"])
    lines(f"Note: {note}" for note in seen["notes"])


def of_questions(asked: Mapping[str, Any], articles: int) -> None:
    """What kind: wikipedia would make of so many articles, by some of them."""
    number = asked["articles"]
    lines([f"\nQuestions that {number:,} of these articles would give (kind: wikipedia):"])
    rows: list[Sequence[str]] = [("make", "questions", "an article", "for example")]
    for kind, count in asked["made"].items():
        first = next(iter(asked["samples"][kind]), None)
        example = short(f"{first['question']} {first['answer']}", 110) if first else ""
        rows.append((kind, f"{count:,}", f"{count / max(1, number):.1f}", example))
    table(rows, words=("for example",))
    about = "" if number == articles else "about "
    all_give = f"All articles would give {about}{asked['in_all']:,}"
    lines([f"{all_give}; {asked['without']:,} of these would give none."])
    left = "; ".join(f"{reason} {count:,}" for reason, count in asked["left_out"].items())
    if left:
        lines([f"Left out: {left}."])


def look_documents(seen: Mapping[str, Any]) -> None:
    """What documents in files are like."""
    about = seen["documents"]
    files = f" in {several(about['files'], 'file')}" if about["kind"] == "text" else ""
    count = f"{'' if about['all'] else 'the first '}{several(about['read'], 'document')}"
    lines([f"{about['path']}: {count}{files}."])
    if about.get("passed_over"):
        kinds = ", ".join(f"{count:,} {ending}" for ending, count in about["passed_over"].items())
        lines([f"Files of other kinds are passed over: {kinds}."])
    if about["without_text"]:
        lines([f"Without text: {about['without_text']:,}."])
    of_lengths({name: seen[name] for name in ("characters", "words")}, "of a document")
    lines([f"Languages: {languages(seen['languages'])}."])
    for row in seen["samples"]:
        lines([f"\n{row['title']} ({row['id']})", f"  {short(row['text'])}"])


def of_lengths(held: Mapping[str, Any], of: str) -> None:
    """Lengths in a table."""
    rows: list[Sequence[str]] = [(of, "min", "median", "90%", "max", "distribution")]
    for name, found in held.items():
        numbers = (f"{found[part]:,.0f}" for part in ("min", "median", "p90", "max"))
        rows.append((name, *numbers, spark(found["histogram"]["counts"])))
    table(rows, words=("distribution",))


def how_much(about: Mapping[str, Any]) -> str:
    """How much of a dump was read, said honestly."""
    if about["whole"]:
        return f"All of it was read ({size(about['xml'])} of XML)."
    share = about["read"] / about["bytes"]
    return (
        f"{size(about['read'])} of it were read ({share:.1%}), in pieces spread over the file; "
        "what follows is of those, and not exact for the whole."
    )


def listed(title: str, counts: Sequence[Sequence[Any]]) -> str:
    """The commonest of something."""
    return f"{title}: {', '.join(f'{name} {count:,}' for name, count in counts) or 'none'}."


def short(text: str, most: int = SHOWN) -> str:
    """A text in a line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
