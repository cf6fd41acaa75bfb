"""Indexes that are damaged, made by others, emptied, read while written, or on a full disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etude.config.retrieving import LanceDb, Memory, Retrieve
from etude.errors import UserError
from etude.records import Chunk
from etude.retrieval import memory
from etude.retrieval.analysis import analyser
from etude.retrieval.index import open_index
from etude.retrieval.memory import MemoryStore
from etude.retrieval.opening import open_retriever
from etude.retrieval.segment import read_arrays, write_arrays
from etude.retrieval.stores import STORES, Place, Store
from retrieval_helper import DOCUMENTS, MANY

PORTUGUESE = analyser("pt")


def chunk(name: str, text: str) -> Chunk:
    return Chunk(name, "", text, 0, len(text))


def opened(name: str, folder: Path, key: str = "key") -> Store:
    chosen = {"memory": Memory(), "lancedb": LanceDb(name="lancedb")}[name]
    return STORES[name](chosen, Place(folder, key, PORTUGUESE, None))


def filled(name: str, folder: Path, count: int = 12) -> Store:
    store = opened(name, folder)
    for number in range(count):
        store.add([chunk(f"d{number}", f"palavra{number} comum")], [f"palavra{number} comum"])
    store.finish()
    store.close()
    return store


# Damage


def spoil(change: Callable[[Path], None]) -> Callable[[Path], Path]:
    """Change the newest file of an index's folder."""

    def spoiled(folder: Path) -> Path:
        path = max(folder.glob("*.segment"))
        change(path)
        return path

    return spoiled


def of_arrays(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def changed(path: Path) -> None:
        arrays = {name: np.array(value) for name, value in read_arrays(path).items()}
        change(arrays)
        path.unlink()
        write_arrays(path, arrays)

    return changed


def short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def header(text: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(len(text).to_bytes(8, "little") + text)  # type: ignore[func-returns-value] # bytes written


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (short, "it cannot be read (cannot reshape array of size"),
        (lambda path: path.write_bytes(b""), "it cannot be read (cannot mmap an empty file"),
        (lambda path: path.write_bytes(b"\xff" * 64), "it cannot be read ("),
        (lambda path: path.unlink(), "it cannot be read ([Errno 2] No such file"),
        (header(b"[]"), "it cannot be read ('list' object has no attribute 'items'"),
        (header(b'{"a": 1}'), "it cannot be read ('int' object is not subscriptable"),
        (of_arrays(lambda held: held.pop("spans")), "it lacks spans"),
    ],
    ids=["short", "empty", "noise", "gone", "list", "number", "lacking"],
)
def test_a_damaged_file_is_told_in_a_sentence(
    tmp_path: Path, change: Callable[[Path], None], found: str
) -> None:
    filled("memory", tmp_path)
    path = spoil(change)(tmp_path)
    with pytest.raises(UserError) as told:
        opened("memory", tmp_path)
    assert str(told.value).startswith(f"{path} should be a file of an index, but {found}")
    assert str(told.value).endswith(": delete the folder it is in, and the index is made again.")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 1, "segments": [3], "last": 1}']
)
def test_a_damaged_list_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    filled("memory", tmp_path)
    (tmp_path / "segments.json").write_bytes(content)
    with pytest.raises(UserError) as told:
        opened("memory", tmp_path)
    assert str(told.value).startswith(
        f"{tmp_path / 'segments.json'} should be the list of an index's files, but it cannot be "
        "read ("
    )
    assert str(told.value).endswith(": delete the folder it is in, and the index is made again.")


def test_an_index_of_another_version_is_told_in_a_sentence(tmp_path: Path) -> None:
    filled("memory", tmp_path)
    path = tmp_path / "segments.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))
    with pytest.raises(UserError) as told:
        opened("memory", tmp_path)
    assert str(told.value) == (
        f"{tmp_path} holds an index of another version of Etude: delete the folder, and the index "
        "is made again."
    )


def test_damage_in_lancedb_is_told_in_a_sentence(tmp_path: Path) -> None:
    filled("lancedb", tmp_path)
    for path in tmp_path.rglob("*.lance"):
        if path.is_file():
            path.write_bytes(b"damaged")
    store = opened("lancedb", tmp_path)
    with pytest.raises(UserError) as told:
        store.documents()
    assert str(told.value).startswith(f"retrieve.store: LanceDB cannot read {tmp_path} (")
    assert str(told.value).endswith(
        "): check the rights to it; if it is damaged, delete the folder, and the index is made "
        "again."
    )
    for path in tmp_path.rglob("*.manifest"):
        path.write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"retrieve\.store: LanceDB cannot open"):
        opened("lancedb", tmp_path)


def test_a_table_with_other_columns_is_told_in_a_sentence(tmp_path: Path) -> None:
    filled("lancedb", tmp_path)
    with pytest.raises(UserError) as told:
        STORES["lancedb"](LanceDb(name="lancedb"), Place(tmp_path, "key", PORTUGUESE, 8))
    assert str(told.value) == (
        f"retrieve.store: the table etude_key in {tmp_path} was made with other settings (it lacks "
        "vector, fixed_size_list<item: float>[8]): delete it, or name another uri."
    )


def test_an_index_of_ones_own_is_used_with_what_it_was_made_with(tmp_path: Path) -> None:
    chosen = Retrieve(documents="given")
    index = open_index(chosen, tmp_path, language="pt")
    index.add(DOCUMENTS)
    index.close()
    with pytest.raises(UserError) as told:
        open_index(chosen, tmp_path, language="en")
    assert str(told.value).startswith(
        f"{tmp_path} holds an index with terms by pt, snowball portuguese, "
    )
    assert "but these settings ask for en, snowball english" in str(told.value)
    again = open_index(chosen, tmp_path, language="pt")
    assert again.search(["Onde desagua o Tejo?"], 1)[0][0].chunk.document == "rio"
    again.close()


@pytest.mark.parametrize("name", ["memory", "lancedb"])
def test_an_index_that_was_emptied_is_filled_again(name: str, tmp_path: Path) -> None:
    """As on a server or object storage, where others may delete what a cache says is there."""
    chosen = Retrieve(documents="given", store=name)
    first = open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    expected = first.search(["Onde desagua o Tejo?"], 5)
    first.delete(["rio"])
    first.close()
    again = open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    assert not again.facts["cached"]
    assert again.search(["Onde desagua o Tejo?"], 5) == expected
    again.close()
    assert open_retriever(chosen, DOCUMENTS, tmp_path, language="pt").facts["cached"]


# Readers while one writes

WRITER = """
import sys
from pathlib import Path
from etude.config.retrieving import LanceDb, Memory
from etude.records import Chunk
from etude.retrieval.analysis import analyser
from etude.retrieval.stores import STORES, Place

name, folder = sys.argv[1], Path(sys.argv[2])
chosen = {"memory": Memory(), "lancedb": LanceDb(name="lancedb")}[name]
store = STORES[name](chosen, Place(folder, "key", analyser("pt"), None))
for round in range(int(sys.argv[3])):
    pair = [Chunk(f"d{round}", "", f"{side} comum", side_at, side_at + 9)
            for side_at, side in enumerate(("esquerda", "direita"))]
    store.add(pair, [chunk.text for chunk in pair])
    if round % 3 == 2:
        store.delete([f"d{round - 1}"])
    if round == 0:
        print("begun", flush=True)
    if round % 10 == 9:
        store.finish()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rounds"), [("memory", 150), ("lancedb", 40)])
def test_readers_see_whole_additions_while_one_writes(
    name: str, rounds: int, tmp_path: Path
) -> None:
    """Each addition is two chunks of a document: a reader finds both or none of them."""
    command = [sys.executable, "-c", WRITER, name, str(tmp_path), str(rounds)]
    sizes: list[int] = []
    wrong: list[BaseException] = []

    def read() -> None:
        try:
            while process.poll() is None or len(sizes) < 4:
                store = opened(name, tmp_path)
                held = store.documents()
                (found,) = store.by_words(["comum"], 2 * rounds)
                assert {item.chunk.document for item in found} == held
                assert len(found) == store.count() == 2 * len(held)
                sizes.append(len(held))
        except BaseException as error:  # noqa: BLE001 - told by the test, not by the thread
            wrong.append(error)

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert not wrong, wrong[0]
    assert process.returncode == 0
    assert len(set(sizes)) > 2  # it grew while it was read
    assert opened(name, tmp_path).count() == 2 * (rounds - rounds // 3)


def test_a_list_that_is_replaced_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("memory", tmp_path, count=5)
    stale = memory.read_list(tmp_path / "segments.json")
    writer = opened("memory", tmp_path)
    for number in range(5, 12):  # until the first ones are merged and removed
        writer.add([chunk(f"d{number}", "comum")], ["comum"])
    writer.close()
    assert stale is not None
    assert not (tmp_path / f"{stale.segments[0][0]}.segment").exists()
    real, told = memory.read_list, [stale]
    monkeypatch.setattr(memory, "read_list", lambda path: told.pop() if told else real(path))
    assert MemoryStore(tmp_path, PORTUGUESE).count() == 12


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    first, second = opened("memory", tmp_path), opened("memory", tmp_path)
    first.add([chunk("a", "comum")], ["comum"])
    with pytest.raises(UserError) as told:
        second.add([chunk("b", "comum")], ["comum"])
    assert str(told.value) == f"{tmp_path} is being written by another process: wait for it."
    first.close()
    second.add([chunk("b", "comum")], ["comum"])
    assert second.count() == 2


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can only be mounted with the rights to do so")
    yield folder
    command = ["umount", "-l", str(folder)]  # segments may still be mapped from it
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("name", ["memory", "lancedb"])
def test_a_full_disk_loses_nothing_that_was_acknowledged(
    name: str, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from etude.retrieval import index

    monkeypatch.setattr(index, "TOGETHER", 10)
    chosen = Retrieve(documents="given", store=name)
    filler = small_disk / "filler"
    acknowledged: list[int] = []

    def fill(what: str, done: int, total: int, note: str) -> None:
        acknowledged.append(done)
        if done == 30:
            left = os.statvfs(small_disk)
            filler.write_bytes(b"x" * (left.f_bavail * left.f_bsize))

    with pytest.raises(UserError) as told:
        open_retriever(chosen, MANY, small_disk, language="pt", progress=fill)
    assert str(told.value).startswith(f"The disk is full: {small_disk}")
    assert str(told.value).endswith(
        "(what was there before is kept): free some space, and the same command goes on where "
        "this one stopped."
    )
    assert acknowledged == [10, 20, 30]
    filler.unlink()
    again = open_retriever(chosen, MANY, small_disk, language="pt")
    assert (again.facts["resumed"], again.facts["chunks"]) == (30, 65)
    found = again.search(["palavra64", "palavra3"], 1)
    assert [items[0].chunk.document for items in found] == ["d64", "d3"]
    again.close()
