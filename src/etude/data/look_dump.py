"""What a dump holds, and what would come of it, from a sample: plain values for `etude look`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from etude.data.articles import Article
from etude.data.dump_sample import Sampled, sample, sampling
from etude.data.dump_work import Dump
from etude.data.dumps import no_pages, open_dump
from etude.data.languages import language_of
from etude.data.lengths import lengths
from etude.data.quiz.make import make_questions, unworded
from etude.data.quiz.question import Make
from etude.data.words import words_of
from etude.errors import UserError
from etude.progress import Progress, silent

ASKED = 240  # articles that questions are made of: a core makes those of a hundred in a second
TOLD = 200  # articles whose language is told
LISTED = 12  # titles, fields and reasons that are named
SHOWN = 3  # samples of a kind
USUAL: tuple[Make, ...] = ("definition", "fact", "date", "section", "cloze")


@dataclass(slots=True)
class Seen:
    """What articles were like, counted while they pass."""

    characters: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    with_facts: int = 0
    titles: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, str]] = field(default_factory=list)
    asked: list[Article] = field(default_factory=list)

    def add(self, articles: Sequence[Article], room: int) -> None:
        """Count the articles of a piece; `room` of them will be asked about."""
        for article in articles:
            text = article.document.text
            self.characters.append(len(text))
            self.words.append(len(words_of(text)))
            self.parts.append(len(article.sections))
            self.titles.update({part.title for part in article.sections if part.title})
            self.with_facts += bool(article.facts)
            self.fields.update(list(article.fact_lines))
        step = max(1, len(articles) // max(1, room))
        some = articles[::step][:room]
        self.asked += some
        for article in some:
            if self.languages.total() < TOLD:
                self.languages[language_of(article.document.text)] += 1
        for article in some[:1]:
            self.samples.append({"title": article.title, "url": article.url, **_beginning(article)})


def _beginning(article: Article) -> dict[str, str]:
    text = article.sections[0].text if article.sections else ""
    return {"section": article.sections[0].title if article.sections else "", "text": text}


def look_dump(path: Path, progress: Progress = silent) -> dict[str, Any]:
    """What is in a dump, JSON-able; of a large one, in pieces spread over it.

    `dump`: what the file says of itself, and how much of it was read. `pages`: what became of
    those that were. `in_all`: how many articles and redirects the whole holds, about. `articles`,
    `sections`, `fields`, `languages`, `samples`: what articles are like. `questions`: what
    `kind: wikipedia` would make of some of them. `notes`: sentences.

    Raises:
        UserError: where the file is no dump, or none of its pages can be read.
    """
    dump = open_dump(path)
    seen, told = Seen(), sampling(dump)
    for rows in sample(dump, told, progress):
        articles = [Article.from_json(json.loads(line)) for line in rows.articles]
        seen.add(articles, min(ASKED - len(seen.asked), ASKED // told.places))
    if not told.counts.pages:
        raise UserError(told.problems[0]) if told.problems else no_pages(path)
    counts, site = told.counts, dump.site
    own = site.namespaces
    return {
        "dump": {
            "path": str(path),
            "bytes": told.size,
            "packed": dump.file.packed,
            "wiki": site.database,
            "base": site.base,
            "language": site.language,
            "licence": site.licence,
            "whole": told.whole,
            "read": told.size if told.whole else told.read,
            "xml": told.xml,
        },
        "pages": asdict(counts),
        "namespaces": {
            own.get(number, number): count
            for number, count in told.namespaces.most_common()
            if number != "0"
        },
        "in_all": {name: told.in_all(getattr(counts, name)) for name in ("articles", "redirects")},
        "articles": {
            "characters": lengths(seen.characters),
            "words": lengths(seen.words),
            "sections": lengths(seen.parts),
            "with_infobox": seen.with_facts,
        },
        "sections": _first(seen.titles),
        "fields": _first(seen.fields),
        "languages": dict(seen.languages.most_common()),
        "samples": seen.samples[:: max(1, len(seen.samples) // SHOWN)][:SHOWN],
        "questions": questions(seen.asked, site.language, told, progress),
        "notes": [*told.problems, *_notes(dump, seen)],
    }


def questions(
    articles: Sequence[Article], language: str, told: Sampled, progress: Progress = silent
) -> dict[str, Any]:
    """What `kind: wikipedia` would make of some articles, by kind, and what it would leave out."""
    makes = USUAL if unworded(language, USUAL) is None else ("section", "cloze")
    made: Counter[str] = Counter()
    samples: dict[str, list[dict[str, str]]] = {}
    reasons: Counter[str] = Counter()
    none, what = 0, "making questions"
    for number, article in enumerate(articles):
        if number % 20 == 0:
            progress(what, number, len(articles), "")
        found = make_questions(article, makes)
        none += not found.questions
        made.update(item.make for item in found.questions)
        reasons.update(f"{left.make}: {left.reason}" for left in found.left_out)
        for item in found.questions:
            held = samples.setdefault(item.make, [])
            if len(held) < SHOWN and article.title not in {one["title"] for one in held}:
                told_of = {"title": article.title, "question": item.question}
                held.append(told_of | {"answer": item.answers[0]})
    progress(what, len(articles), len(articles), "")
    each = made.total() / len(articles) if articles else 0.0
    return {
        "articles": len(articles),
        "make": list(makes),
        "made": {kind: made[kind] for kind in makes},
        "per_article": each,
        "in_all": round(each * told.in_all(told.counts.articles)),
        "without": none,
        "left_out": dict(reasons.most_common(LISTED)),
        "samples": {kind: samples.get(kind, []) for kind in makes},
    }


def _first(counts: Counter[str]) -> list[list[Any]]:
    return [list(pair) for pair in counts.most_common(LISTED)]


def _notes(dump: Dump, seen: Seen) -> list[str]:
    """What the reader should know of a dump's language."""
    language, notes = dump.site.language, []
    if (refused := unworded(language, USUAL)) is not None:
        notes.append(refused)
    found, count = next(iter(seen.languages.most_common(1)), ("", 0))
    own = language.partition("-")[0]
    if found not in ("", "unclear", own) and count > seen.languages.total() / 2:
        notes.append(
            f"The dump says that it is in '{language}', but most articles that were looked at are "
            f"in '{found}': questions would be worded by what the dump says."
        )
    if not seen.characters:
        notes.append("No article was among the pages that were read: look at another file.")
    return notes
