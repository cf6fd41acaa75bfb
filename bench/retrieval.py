"""Retrieval beside bm25s, tantivy and LanceDB on the same material: docs/results/retrieval.md.

    python bench/retrieval.py                              # what is not measured yet, the page
    python bench/retrieval.py --only words                 # one part: real, words or vectors
    python bench/retrieval.py --chunks 5000 --vectors 60000 --out DIR    # smaller, to try it

`real` is how well questions of FaQuAD and Pirá find their paragraphs (../shared/data, left out
where that is not at hand), `words` how fast generated chunks are indexed and searched by words,
`vectors` LanceDB with generated vectors of 384 numbers. Every measurement is a process of its own
and a line of `retrieval.jsonl`. Times are those of the clock and of the processors: the second
hang less on what else a machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from etude.environment import child_environment
from figures import conditions, versions
from retrieval_material import make_chunks, make_vectors, real_sets
from retrieval_page import write_page
from retrieval_tools import TOOLS

ROOT = Path(__file__).parents[1]
K = 10
NAMES = ("etude", "lancedb", "bm25s", "tantivy", "PyStemmer", "numpy")


def peak_megabytes() -> float:
    """The most memory that this process has held, in MB (10^6 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


class Clocked:
    """Seconds of the clock and of all processors, between two moments."""

    def __enter__(self) -> Clocked:
        self.began, self.worked = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.began
        self.cpu = time.process_time() - self.worked


def timed_each(questions: Sequence[Any], ask: Callable[[Any], object]) -> dict[str, float]:
    """Milliseconds a question, one after the other: the median and the 95th of a hundred."""
    for question in questions[:10]:
        ask(question)
    times = []
    with Clocked() as all_of_them:
        for question in questions:
            began = time.perf_counter()
            ask(question)
            times.append(1e3 * (time.perf_counter() - began))
    times.sort()
    return {
        "p50_ms": median(times),
        "p95_ms": times[int(len(times) * 0.95)],
        "cpu_ms": 1e3 * all_of_them.cpu / len(questions),
    }


def measure_real(tool: str, size: int) -> dict[str, Any]:
    """Shares of questions whose paragraph is among the first 1, 5 and 10."""
    rows = {}
    for name, (documents, questions) in real_sets(ROOT.parent / "shared" / "data").items():
        with TemporaryDirectory() as folder:
            search = TOOLS[tool](documents, Path(folder), size)[1]
            found = [search(question, K) for question, _ in questions]
        gold = [right for _, right in questions]
        rows[name] = {
            "paragraphs": len(documents),
            "questions": len(questions),
            "recall": {
                k: sum(right in ids[:k] for ids, right in zip(found, gold, strict=True)) / len(gold)
                for k in (1, 5, 10)
            },
        }
    return {"sets": rows}


def measure_words(tool: str, number: int) -> dict[str, Any]:
    """Chunks a second that are indexed, milliseconds a question, and bytes."""
    documents, questions = make_chunks(number)
    before = peak_megabytes()
    with TemporaryDirectory() as folder:
        with Clocked() as clock:
            size, search = TOOLS[tool](documents, Path(folder), 10_000)
        searched = timed_each(questions, lambda question: search(question, K))
        return {
            "chunks": number,
            "characters": sum(len(document.text) for document in documents) / number,
            "seconds": clock.seconds,
            "cpu": clock.cpu,
            "megabytes": size / 1e6,
            "peak_mb": peak_megabytes() - before,
            **searched,
        }


def measure_vectors(number: int) -> dict[str, Any]:
    """LanceDB with generated vectors: seconds to add and index, milliseconds a question, recall."""
    import numpy as np

    from etude.config.retrieving import LanceDb
    from etude.records import Chunk
    from etude.retrieval.lance import LanceStore
    from etude.retrieval.stores import Place

    with TemporaryDirectory(dir=os.environ.get("ETUDE_BENCH_FOLDER")) as folder:
        store = LanceStore(LanceDb(name="lancedb"), Place(Path(folder), "bench", None, 384))
        best: list[Any] = []
        adding = 0.0
        pieces, queries = make_vectors(number)
        for start, block in pieces:
            scores = queries @ block.T
            best.append((scores, start))
            best = [_highest(best)]
            chunks = [Chunk(f"d{start + row}", "", "x", 0, 1) for row in range(len(block))]
            with Clocked() as clock:
                store.add(chunks, [""] * len(chunks), block)
            adding += clock.seconds
        with Clocked() as indexing:
            store.finish()
        searched = timed_each(list(queries), lambda query: store.by_vector(query[None], K))
        found = [store.by_vector(query[None], K)[0] for query in queries]
        truth = best[0][2]
        hits = [
            len({int(item.chunk.document[1:]) for item in items} & set(right.tolist())) / K
            for items, right in zip(found, truth, strict=True)
        ]
        return {
            "vectors": number,
            "adding": adding,
            "indexing": indexing.seconds,
            "recall": float(np.mean(hits)),
            "megabytes": (store.bytes() or 0) / 1e6,
            "peak_mb": peak_megabytes(),
            **searched,
        }


def _highest(parts: list[Any]) -> Any:
    """The best K of blocks of scores, as (scores, 0, rows)."""
    import numpy as np

    scores = np.concatenate([part[0] for part in parts], axis=1)
    rows = np.concatenate(
        [
            part[2]
            if len(part) > 2
            else np.broadcast_to(np.arange(part[0].shape[1]) + part[1], part[0].shape)
            for part in parts
        ],
        axis=1,
    )
    order = np.argsort(-scores, axis=1)[:, :K]
    return (np.take_along_axis(scores, order, 1), 0, np.take_along_axis(rows, order, 1))


def jobs(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Everything there is to measure, as what a process of its own is told."""
    real = [{"part": "real", "tool": tool, "size": 100_000} for tool in TOOLS]
    real.append({"part": "real", "tool": "etude", "size": 1000})
    words = [{"part": "words", "tool": tool, "number": arguments.chunks} for tool in TOOLS]
    vectors = [{"part": "vectors", "tool": "etude-lancedb", "number": arguments.vectors}]
    return [job for job in (*real, *words, *vectors) if arguments.only in (None, job["part"])]


def perform(job: dict[str, Any]) -> dict[str, Any]:
    """One measurement, in this process."""
    if job["part"] == "real":
        return measure_real(job["tool"], job["size"])
    if job["part"] == "words":
        return measure_words(job["tool"], job["number"])
    return measure_vectors(job["number"])


def main() -> None:
    """Measure what is missing, each in a process of its own; then write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("real", "words", "vectors"))
    parser.add_argument("--again", action="store_true", help="measure also what is known")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job:
        job = json.loads(arguments.job)
        row = {"job": job, **conditions(), "versions": versions(NAMES), **perform(job)}
        print(json.dumps(row))
        return
    path = arguments.out / "retrieval.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for job in jobs(arguments):
        if any(row["job"] == job for row in rows) and not arguments.again:
            continue
        command = [sys.executable, __file__, "--job", json.dumps(job)]
        done = subprocess.run(
            command, env=child_environment(), stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            print(f"{job}: failed", file=sys.stderr)
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        print(json.dumps(row))
        rows = [*(known for known in rows if known["job"] != job), row]
        path.write_text("".join(f"{json.dumps(known)}\n" for known in rows))
    write_page(arguments.out / "retrieval.md", rows)


if __name__ == "__main__":
    main()
