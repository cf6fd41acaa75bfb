"""Write questions on the articles of a dump in SQuAD's format, for the recipe faquad-mini.

Questions are those that `kind: wikipedia` makes; kept are those whose answer stands, to the letter,
in the article's first paragraph or in the paragraph that it was made of. Every fifth article is
for testing.

    python tools/squad_of_articles.py src/etude/recipes/material/enciclopedia.xml.bz2 FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from etude.data.articles import Article
from etude.data.dumps import read_articles
from etude.data.quiz.question import Make
from etude.data.rows import Row
from etude.data.wikipedia import rows_of

MAKE: tuple[Make, ...] = ("definition", "fact", "date")
MOST = 3  # questions on an article
EVERY = 5


def main() -> None:
    """Two files, as FaQuAD has them."""
    dump, folder = map(Path, sys.argv[1:])
    articles = {article.id: article for article in read_articles(dump, workers=1)}
    rows: dict[str, list[Row]] = {}
    for row in rows_of(articles.values(), MAKE, None, dump.name):
        if row.problem is None:
            rows.setdefault(row.columns["article"], []).append(row)
    made = [item for key, held in rows.items() if (item := squad(articles[key], held))]
    files = {
        "enciclopedia.dev.json": made[::EVERY],
        "enciclopedia.train.json": [item for n, item in enumerate(made) if n % EVERY],
    }
    for name, data in files.items():
        text = json.dumps({"version": "1.1", "data": data}, ensure_ascii=False, indent=0)
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def squad(article: Article, rows: list[Row]) -> dict[str, Any] | None:
    """An article with its paragraphs and questions; None where no question is left."""
    lead = article.sections[0].text.split("\n\n")[0]
    paragraphs: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        answer, context = row.columns["answers"][0], row.columns["context"]
        places = (lead,) if row.columns["make"] == "fact" else (lead, context)  # facts: infobox
        place = next((text for text in places if answer in text), None)
        if place is None or answer.casefold() == article.title.casefold():
            continue
        span = {"answer_start": place.index(answer), "text": answer}
        held = {"answers": [span], "id": row.columns["id"], "question": row.columns["question"]}
        if sum(map(len, paragraphs.values())) < MOST:
            paragraphs.setdefault(place, []).append(held)
    if not paragraphs:
        return None
    return {
        "title": article.title,
        "paragraphs": [{"context": text, "qas": held} for text, held in paragraphs.items()],
    }


if __name__ == "__main__":
    main()
