"""kill -9 while indexing loses nothing that was acknowledged, and the next run goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etude.config.retrieving import LanceDb, Memory, Retrieve
from etude.retrieval.analysis import analyser
from etude.retrieval.opening import open_retriever
from etude.retrieval.stores import STORES, Place, Store
from retrieval_helper import MANY

# Adds three documents at a time and says so when `add` has returned; now and then one is replaced
# or deleted. Killed inside the step that an environment variable names, or from outside.
WRITER = """
import json, os, signal, sys
from pathlib import Path
import etude.store as files
from etude.config.retrieving import LanceDb, Memory
from etude.records import Chunk
from etude.retrieval import memory
from etude.retrieval.analysis import analyser
from etude.retrieval.stores import STORES, Place

name, folder, where, when = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
calls = 0

def dying(call, after):
    def wrapped(*values, **named):
        global calls
        calls += 1
        if calls == when and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*values, **named)
        if calls == when:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped

if where == "list":
    memory.write_json = dying(memory.write_json, after=False)
elif where == "listed":
    memory.write_json = dying(memory.write_json, after=True)
elif where == "segment":
    memory.write_arrays = dying(memory.write_arrays, after=False)
elif where == "written":
    memory.write_arrays = dying(memory.write_arrays, after=True)
elif where == "sync":
    files.sync = dying(files.sync, after=False)

chosen = {"memory": Memory(), "lancedb": LanceDb(name="lancedb")}[name]
store = STORES[name](chosen, Place(folder, "key", analyser("pt"), None))

def chunk(number, text):
    return Chunk(f"d{number}", "", text, 0, len(text))

for round in range(40):
    numbers = range(3 * round, 3 * round + 3)
    texts = [f"palavra{number} comum" for number in numbers]
    store.add([chunk(*pair) for pair in zip(numbers, texts)], texts)
    print(json.dumps({"add": list(numbers)}), flush=True)
    if round % 5 == 4:
        print(json.dumps({"deleting": 3 * round}), flush=True)
        store.delete([f"d{3 * round}"])
        print(json.dumps({"delete": 3 * round}), flush=True)
    if round % 10 == 9:
        store.finish()
"""


def write_until_killed(
    name: str, folder: Path, where: str, when: int
) -> tuple[set[str], set[str], bool]:
    """What had been acknowledged, what may or may not be gone, and whether the kill came."""
    command = [sys.executable, "-c", WRITER, name, str(folder), where, str(when)]
    held: set[str] = set()
    unsure: set[str] = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            said = json.loads(line)
            held |= {f"d{row}" for row in said.get("add", ())}
            if "deleting" in said:
                unsure.add(f"d{said['deleting']}")
            if "delete" in said:
                unsure.discard(f"d{said['delete']}")
                held.discard(f"d{said['delete']}")
            if where == "outside" and number == when:
                process.kill()
    return held, unsure, process.returncode == -signal.SIGKILL


def reopened(name: str, folder: Path) -> Store:
    chosen = {"memory": Memory(), "lancedb": LanceDb(name="lancedb")}[name]
    return STORES[name](chosen, Place(folder, "key", analyser("pt"), None))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "where", "when"),
    [
        ("memory", "segment", 9),  # before a segment, the ninth being a merged one
        ("memory", "written", 9),  # after it, before the list names it
        ("memory", "list", 10),
        ("memory", "listed", 10),  # before what was merged is removed
        ("memory", "sync", 13),
        ("memory", "sync", 24),
        ("memory", "outside", 17),
        ("lancedb", "outside", 3),
        ("lancedb", "outside", 14),
        ("lancedb", "outside", 30),
    ],
)
def test_nothing_acknowledged_is_lost(name: str, where: str, when: int, tmp_path: Path) -> None:
    held, unsure, killed = write_until_killed(name, tmp_path, where, when)
    assert killed
    assert held
    store = reopened(name, tmp_path)
    documents = store.documents()
    assert held - unsure <= documents
    assert len(documents - held) <= 3  # added, but killed before it could be said
    assert store.count() == len(documents)
    for document in sorted(held - unsure)[::7]:
        found = store.by_words([f"palavra{document[1:]}"], 3)[0]
        assert [item.chunk.document for item in found] == [document]
    rest, _, killed = write_until_killed(name, tmp_path, "none", 0)  # the same writer goes on
    assert not killed
    assert reopened(name, tmp_path).documents() == rest
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert not any(file.endswith(".tmp") for file in names)


INDEXER = """
import os, signal, sys
from pathlib import Path
from etude.config.retrieving import Retrieve
from etude.retrieval import index, memory
from etude.retrieval.opening import open_retriever
from retrieval_helper import MANY
index.TOGETHER = 10
calls = 0
real = memory.MemoryStore.add
def add(self, *values):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, *values)
memory.MemoryStore.add = add
open_retriever(Retrieve(documents="x"), MANY, Path(sys.argv[1]), language="pt")
"""


@pytest.mark.slow
def test_an_index_that_was_begun_is_gone_on_with(tmp_path: Path) -> None:
    command = [sys.executable, "-c", INDEXER, str(tmp_path), "5"]
    root = Path(__file__).parent
    assert subprocess.run(command, cwd=root, check=False).returncode == -signal.SIGKILL
    index = open_retriever(Retrieve(documents="x"), MANY, tmp_path, language="pt")
    assert (index.facts["resumed"], index.facts["chunks"]) == (40, 65)
    found = index.search(["palavra64", "palavra3"], 1)
    assert [items[0].chunk.document for items in found] == ["d64", "d3"]
    whole = open_retriever(Retrieve(documents="x"), MANY, tmp_path / "whole", language="pt")
    assert whole.search(["comum palavra7"], 65) == index.search(["comum palavra7"], 65)
