"""Whether an approach can find passages: what is wrong is said before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from heapq import nsmallest
from typing import Any

from etude.config.retrieving import Dense, Hybrid, Retrieve
from etude.config.study import Study
from etude.data import Data
from etude.engine.base import find_base
from etude.errors import UserError
from etude.prompts import columns_of
from etude.records import Example
from etude.retrieval.gold import is_held
from etude.retrieval.possible import check_possible

NAMED = 3  # documents whose names a message repeats


def check_searching(study: Study, name: str) -> None:
    """Refuse a search that an extra is missing for, or whose settings contradict one another."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return
    try:
        check_possible(retrieve)
    except UserError as error:
        raise UserError(f"approaches.{name}.{error}") from None


def check_passages(study: Study, name: str, data: Data) -> None:
    """Refuse a query that names a column some row has not, and a weight that nothing chooses."""
    retrieve = study.approaches[name].retrieve
    if retrieve is None:
        return
    if retrieve.query is not None:
        check_query(f"approaches.{name}.retrieve.query", retrieve.query, data.test)
    search = retrieve.search
    chosen = isinstance(search, Hybrid) and search.weight == "auto"
    if chosen and not any(example.gold_passages for example in data.dev):
        raise UserError(
            f"approaches.{name}.retrieve.search.weight is auto, which is chosen on questions of "
            "the dev split with gold passages, and there is none: give a number (0 is words alone, "
            "1 vectors alone), or map passages or context in data.sources.*.columns."
        )


def check_query(where: str, query: str, examples: Iterable[Example]) -> None:
    """Refuse a query that names a column which the row of an example has not."""
    columns = columns_of(query, where)
    for example in examples:
        known = {"text", "instruction", "input", *example.metadata}
        for column in columns:
            if column not in known:
                raise UserError(
                    f"{where}: the row of example '{example.id}' has no column '{column}'; it has "
                    f"{', '.join(sorted(known))}."
                )


def find_models(retrieve: Retrieve) -> None:
    """Find the encoder and the reranker, without loading them.

    UserError where one is not there, or is of no kind that is run.
    """
    if isinstance(retrieve.search, Dense | Hybrid):
        from etude.retrieval.vectors import find_encoder

        find_encoder(retrieve.search.encoder)
    if retrieve.rerank is not None:
        try:
            find_base(retrieve.rerank.base, retrieve.rerank.revision)
        except UserError as error:
            raise UserError(str(error).replace("model.base", "retrieve.rerank.base", 1)) from None


def gold_known(
    examples: Sequence[Example], documents_held: Callable[[], Collection[str]]
) -> dict[str, Any]:
    """How many examples have gold passages (`of`), and whose are of none of the documents held.

    `unknown` are ids of examples, `first` is the gold passage of the first of them, and `documents`
    are the names of some documents, to compare it with.
    """
    with_gold = [example for example in examples if example.gold_passages]
    documents = documents_held() if with_gold else ()
    unknown = [
        example
        for example in with_gold
        if not any(is_held(gold, documents) for gold in example.gold_passages)
    ]
    return {
        "of": len(with_gold),
        "unknown": [example.id for example in unknown],
        "first": unknown[0].gold_passages[0] if unknown else None,
        "documents": nsmallest(NAMED, documents),
    }
