"""SQuAD JSON -> rows (Rajpurkar et al. 2016, arXiv:1606.05250; 2018, arXiv:1806.03822)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.config.sources import Columns, Squad
from etude.data.json_files import kind_of, load
from etude.data.rows import Row, SplitName
from etude.data.text import files_of
from etude.errors import UserError

# How a question becomes an example; several answers are several references.
COLUMNS = Columns(
    instruction="{question}", input="{context}", response="{answers}", passages=("{passage}",)
)


def read_squad(source: Squad, root: Path) -> Iterator[Row]:
    """One row per question, of SQuAD 1.1 or 2.0.

    Columns: question, context, answers (distinct texts), title and article (the same), id,
    is_impossible, passage. Answer spans that do not match the context are remarked on; the row
    is kept, because the answer's text is what is used.
    """
    for article, split, at in _articles(source, root):
        yield from _questions(article, split, at)


def read_contexts(source: Squad, root: Path) -> Iterator[tuple[str, str]]:
    """(title, context) of every paragraph, in the order of the files, asked about or not."""
    for article, _, at in _articles(source, root):
        title = _get(article, "title", str, at, default="")
        for number, paragraph in enumerate(_get(article, "paragraphs", list, at), start=1):
            yield title, _get(paragraph, "context", str, f"{at}, paragraph {number}")


def _articles(source: Squad, root: Path) -> Iterator[tuple[Any, SplitName | None, str]]:
    """Every article of every file, its published split, and where it stands."""
    for split, name, path in files_of(source.path, root):
        value = load(path, name, source.encoding)
        if not isinstance(value, dict) or not isinstance(value.get("data"), list):
            raise UserError(
                f"{name}: SQuAD JSON is an object with 'data', an array of articles, but the file "
                f"holds {kind_of(value)}; check the file's kind."
            )
        for number, article in enumerate(value["data"], start=1):
            yield article, split, f"{name}, article {number}"


def _questions(article: Any, split: SplitName | None, at: str) -> Iterator[Row]:
    title = _get(article, "title", str, at, default="")
    for number, paragraph in enumerate(_get(article, "paragraphs", list, at), start=1):
        place = f"{at}, paragraph {number}"
        context = _get(paragraph, "context", str, place)
        passage = passage_id(context)
        for position, question in enumerate(_get(paragraph, "qas", list, place), start=1):
            where = f"{place}, question {position}"
            answers = _get(question, "answers", list, where, default=[])
            texts = [_get(answer, "text", str, where) for answer in answers]
            columns = {
                "question": _get(question, "question", str, where),
                "context": context,
                "answers": list(dict.fromkeys(texts)),
                "title": title,
                "is_impossible": _get(question, "is_impossible", bool, where, not answers),
                "article": title,
                "passage": passage,
            }
            if "id" in question:
                columns["id"] = question["id"]
            yield Row(split, where, columns, tuple(_wrong_spans(context, answers)))


def passage_id(context: str) -> str:
    """The same id for the same paragraph, whatever its letter case and white space."""
    folded = " ".join(context.casefold().split())
    return hashlib.sha256(folded.encode(errors="surrogatepass")).hexdigest()[:16]


def _wrong_spans(context: str, answers: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for answer in answers:
        text, start = answer["text"], answer.get("answer_start")
        if not isinstance(start, int):
            continue
        found = context[start : start + len(text)] if start >= 0 else ""
        if found != text:
            yield (
                "span does not match",
                f"the answer {text[:60]!r} is said to start at character {start}, where the "
                f"context has {found[:60]!r}",
            )


def _get(row: Any, key: str, kind: type, where: str, default: Any = None) -> Any:
    """A field of a SQuAD object, of the right type."""
    value = row.get(key, default) if isinstance(row, dict) else None
    if value is None or not isinstance(value, kind):
        words = {str: "a text", list: "an array", bool: "true or false"}[kind]
        raise UserError(
            f"{where}: SQuAD JSON has '{key}' here, {words}, but it is "
            f"{'missing' if value is None else repr(value)[:40]}; check the file's kind."
        )
    return value
