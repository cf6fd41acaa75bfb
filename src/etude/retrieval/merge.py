"""Several segments -> the arrays of one, without what was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etude.retrieval.segment import Segment, pack

Array = NDArray[Any]


def merge(segments: Sequence[Segment]) -> dict[str, Array | list[Array]]:
    """What `write_arrays` writes as one segment; documents and chunks keep their order."""
    rows = [np.flatnonzero(_live(segment)) for segment in segments]
    result: dict[str, Array | list[Array]] = {}
    result["text_bytes"], result["text_ends"] = _joined(segments, "text", rows)
    result["spans"] = [
        segment.arrays["spans"][kept] for segment, kept in zip(segments, rows, strict=True)
    ]
    owned = [
        np.unique(segment.arrays["owners"][kept])
        for segment, kept in zip(segments, rows, strict=True)
    ]
    owners, offset = [], 0
    for segment, kept, documents in zip(segments, rows, owned, strict=True):
        owners.append(np.searchsorted(documents, segment.arrays["owners"][kept]) + offset)
        offset += len(documents)
    result["owners"] = np.concatenate(owners).astype(np.int32)
    result["document_bytes"], result["document_ends"] = _joined(segments, "document", owned)
    result |= _hashes(segments, owned)
    if "vectors" in segments[0].arrays:
        result["vectors"] = [
            segment.arrays["vectors"][kept] for segment, kept in zip(segments, rows, strict=True)
        ]
    if "lengths" in segments[0].arrays:
        result["lengths"] = [
            segment.arrays["lengths"][kept] for segment, kept in zip(segments, rows, strict=True)
        ]
        result |= _postings(segments, rows)
    return result


def _live(segment: Segment) -> Array:
    return np.ones(segment.size, dtype=bool) if segment.live is None else segment.live


def _hashes(segments: Sequence[Segment], owned: Sequence[Array]) -> dict[str, Array]:
    """Sorted hashes of the documents that are kept, and their new rows."""
    hashes = []
    for segment, documents in zip(segments, owned, strict=True):
        by_row = np.zeros(len(segment.arrays["document_rows"]), dtype=np.uint64)
        by_row[segment.arrays["document_rows"]] = segment.arrays["document_hashes"]
        hashes.append(by_row[documents])
    joined = np.concatenate(hashes)
    order = np.argsort(joined, kind="stable")
    return {"document_hashes": joined[order], "document_rows": order.astype(np.int32)}


def _joined(
    segments: Sequence[Segment], what: str, rows: Sequence[Array]
) -> tuple[list[Array], Array]:
    """Those rows of the packed texts of all segments, one after the other."""
    parts, sizes = [], []
    for segment, kept in zip(segments, rows, strict=True):
        held, ends = segment.arrays[f"{what}_bytes"], segment.arrays[f"{what}_ends"]
        widths = np.diff(ends, prepend=0)
        if len(kept) < len(ends):
            chosen = np.zeros(len(ends), dtype=bool)
            chosen[kept] = True
            held = held[np.repeat(chosen, widths)]
        parts.append(held)
        sizes.append(widths[kept])
    return parts, np.cumsum(np.concatenate(sizes), dtype=np.int64)


def _postings(segments: Sequence[Segment], rows: Sequence[Array]) -> dict[str, Array]:
    """The postings of all segments by term; within one, by the new rows of chunks."""
    vocabularies = [_terms(segment) for segment in segments]
    together = sorted(set().union(*vocabularies))
    number = {term: place for place, term in enumerate(together)}
    keys, chunks, counts, offset = [], [], [], 0
    for segment, kept, vocabulary in zip(segments, rows, vocabularies, strict=True):
        arrays = segment.arrays
        place = np.asarray([number[term] for term in vocabulary], dtype=np.int32)
        by_posting = np.repeat(place, np.diff(arrays["posting_ends"], prepend=0))
        fresh = np.full(segment.size, -1, dtype=np.int32)
        fresh[kept] = np.arange(offset, offset + len(kept), dtype=np.int32)
        moved = fresh[arrays["posting_chunks"]]
        here = moved >= 0
        keys.append(by_posting[here])
        chunks.append(moved[here])
        counts.append(arrays["posting_counts"][here])
        offset += len(kept)
    joined = np.concatenate(keys)
    order = np.argsort(joined, kind="stable")  # of runs that are sorted: one pass
    joined = joined[order]
    used, first = np.unique(joined, return_index=True)
    term_bytes, term_ends = pack(together[term] for term in used)
    return {
        "term_bytes": term_bytes,
        "term_ends": term_ends,
        "posting_ends": np.append(first[1:], len(joined)).astype(np.int64)[: len(used)],
        "posting_chunks": np.concatenate(chunks)[order],
        "posting_counts": np.concatenate(counts)[order],
    }


def _terms(segment: Segment) -> list[bytes]:
    held, ends = segment.arrays["term_bytes"].tobytes(), segment.arrays["term_ends"].tolist()
    return [held[start:end] for start, end in zip([0, *ends], ends, strict=False)]
