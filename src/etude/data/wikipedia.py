"""A MediaWiki dump -> rows: questions on its articles, or the articles in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from etude.config.sources import Wikipedia
from etude.data.articles import Article
from etude.data.quiz.make import make_questions, unworded
from etude.data.quiz.question import Make
from etude.data.quiz.sentences import Span, passage_around
from etude.data.quiz.words import WORDED
from etude.data.rows import Row
from etude.environment import cache_folder
from etude.errors import UserError
from etude.progress import Progress, silent

PASSAGE = 600  # characters of a passage: a paragraph, or whole sentences about the answer
NONE_MADE = "an article that no question is made of"


def read_wikipedia(source: Wikipedia, root: Path, progress: Progress = silent) -> Iterator[Row]:
    """One row per question, articles in the order of the dump.

    Columns: id, question, answers (the first is the one to learn), passage
    (`document:start-end`, in characters of the article's document), context (that passage's text),
    title, article (its id), make, url, revision, licence, language. Rows of `make: text` have no
    passage and no context. What no question could be made of is a row that cannot be used, so
    that it is counted. UserError before anything long begins where the dump is in a language that
    questions are not written in.
    """
    from etude.data.dumps import open_dump

    site = open_dump(root / source.dump, source.language).site
    if (refused := unworded(site.language, source.make)) is not None:
        raise UserError(f"{source.dump}: {refused}")
    articles = articles_in(source, root, progress)
    yield from rows_of(articles, source.make, source.per_article, source.dump)


def wordless(name: str, source: Wikipedia, root: Path) -> str | None:
    """What is remarked of a source whose language has no words for questions; None for others."""
    from etude.data.dumps import open_dump

    language = open_dump(root / source.dump).site.language
    kinds = [kind for kind in source.make if kind in ("section", "cloze")]
    if language.partition("-")[0] in WORDED or not kinds:
        return None
    return (
        f"{name}: the dump is in '{language}', in which no words for questions are known, so that "
        f"{' and '.join(kinds)} ask with the article's own words alone (title: section, or the "
        "sentence with its gap)"
    )


def articles_in(source: Wikipedia, root: Path, progress: Progress = silent) -> Iterator[Article]:
    """The articles of a source's dump.

    A whole dump is read once, into Etude's cache: a reading that was killed goes on, and the titles
    that redirect to an article are known. Of a few articles only the dump's beginning is read.
    """
    from etude.data.dump_cache import articles_of
    from etude.data.dumps import read_articles

    path, language = root / source.dump, source.language
    if source.articles is None:
        found = articles_of(path, cache_folder() / "dumps", language=language, progress=progress)
    else:
        found = read_articles(path, limit=source.articles, language=language, progress=progress)
    return (article.as_asked(infobox=source.infobox) for article in found)


def rows_of(
    articles: Iterable[Article], make: tuple[Make, ...], per_article: int | None, name: str
) -> Iterator[Row]:
    """The rows of some articles; `name` is what messages call their file."""
    any_made = False
    for article in articles:
        where = f"{name}, article '{article.title}'"
        shared = {
            "title": article.title,
            "article": article.id,
            "url": article.url,
            "revision": article.revision,
            "licence": article.licence,
            "language": article.language,
        }
        made = make_questions(article, make, per_article)
        numbers: dict[str, int] = {}
        for item in made.questions:
            number = numbers[item.make] = numbers.get(item.make, 0) + 1
            low, high = passage_around(made.text, Span(item.start, item.end), PASSAGE)
            read = item.make != "text"
            any_made = True
            columns = {
                "id": f"{article.id}-{item.make}-{number}",
                "question": item.question,
                "answers": list(item.answers),
                "passage": f"{article.id}:{low}-{high}" if read else "",
                "context": made.text[low:high] if read else "",
                "make": item.make,
            }
            yield Row(None, where, columns | shared)
        reasons: dict[str, list[str]] = {}
        for left in made.left_out:
            reasons.setdefault(left.reason, []).append(left.detail)
        if not made.questions:
            reasons[NONE_MADE] = [article.title]
        for number, (reason, details) in enumerate(reasons.items(), start=1):
            identity = {"id": f"{article.id}-left-{number}"}
            yield Row(None, where, identity | shared, problem=(reason, "; ".join(details)))
    if not any_made:
        raise UserError(
            f"{name}: no question could be made of its articles; look at their language, or add "
            "others to make (text always gives rows)."
        )
