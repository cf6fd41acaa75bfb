"""Bits that have changed since an index was written are noticed when it is opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etude.config.retrieving import Retrieve
from etude.errors import UserError
from etude.progress import silent
from etude.records import Chunk
from etude.retrieval import segment
from etude.retrieval.analysis import analyser
from etude.retrieval.memory import MemoryStore
from etude.retrieval.opening import open_retriever
from etude.retrieval.segment import ABOUT, Segment, read_arrays, write_arrays
from etude.retrieval.vectors import Encoder, Vectors
from retrieval_helper import DOCUMENTS

PORTUGUESE = analyser("pt")


def chunk(name: str, text: str) -> Chunk:
    return Chunk(name, "Título", text, 0, len(text))


def filled(folder: Path) -> MemoryStore:
    store = MemoryStore(folder, PORTUGUESE)
    for name, text in (("a", "o rio comum"), ("b", "a serra comum"), ("c", "o mar")):
        vector = np.full((1, 4), 0.5, dtype=np.float32)
        store.add([chunk(name, text)], [text], vector)
    store.delete(["b"])
    store.close()
    return store


def told_of(folder: Path) -> str | None:
    """What is said when an index is opened; None where nothing is."""
    try:
        MemoryStore(folder, PORTUGUESE)
    except UserError as error:
        return str(error)
    return None


def test_every_byte_of_a_file_counts(tmp_path: Path) -> None:
    """Whichever byte has one bit changed: the header's, an array's, the checksum's."""
    filled(tmp_path)
    assert told_of(tmp_path) is None
    path = min(tmp_path.glob("*.segment"))
    whole = path.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(bytes(changed))
        told = told_of(tmp_path)
        assert told is not None, f"byte {place} of {len(whole)}"
        assert told.startswith(f"{path} should be a file of an index, but ")
        assert told.endswith(": delete the folder it is in, and the index is made again.")
    path.write_bytes(whole)
    assert told_of(tmp_path) is None


def test_what_is_said_of_a_changed_bit(tmp_path: Path) -> None:
    filled(tmp_path)
    path = min(tmp_path.glob("*.segment"))
    changed = bytearray(path.read_bytes())
    changed[changed.index(b"rio comum")] ^= 1
    path.write_bytes(bytes(changed))
    assert told_of(tmp_path) == (
        f"{path} should be a file of an index, but some of its bytes are not those that were "
        "written (a disk or a copy has changed them): delete the folder it is in, and the index is "
        "made again."
    )


def test_a_list_with_another_document_deleted_is_told(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / "segments.json"
    listed = json.loads(path.read_text())
    listed["segments"][0]["deleted"] = [0]
    path.write_text(json.dumps(listed))
    assert told_of(tmp_path) == (
        f"{path} should be the list of an index's files, but it cannot be read (ValueError: its "
        "digest is that of another list): delete the folder it is in, and the index is made again."
    )


def test_an_index_from_before_there_were_checksums_is_read(tmp_path: Path) -> None:
    """Such a file begins with its arrays alone and ends with the last of them."""
    filled(tmp_path)
    for path in tmp_path.glob("*.segment"):
        content = path.read_bytes()
        size = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + size])
        del header[ABOUT]
        text = json.dumps(header).encode().ljust(size)
        path.write_bytes(content[:8] + text + content[8 + size : -4])
    path = tmp_path / "segments.json"
    listed = json.loads(path.read_text())
    del listed["digest"]
    path.write_text(json.dumps(listed))
    store = MemoryStore(tmp_path, PORTUGUESE)
    assert store.documents() == {"a", "c"}
    store.add([chunk("d", "um rio")], ["um rio"])
    store.close()
    assert ABOUT in max(tmp_path.glob("*.segment")).read_bytes()[8:100].decode(errors="replace")


def test_a_folder_that_was_deleted_as_told_is_made_again(tmp_path: Path) -> None:
    chosen = Retrieve(documents="given")
    first = open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    expected = first.search(["Onde desagua o Tejo?"], 5)
    first.close()
    (path,) = tmp_path.glob("indexes/*/chunks/*.segment")
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(bytes(changed))
    with pytest.raises(UserError, match="delete the folder it is in"):
        open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    shutil.rmtree(path.parent)
    again = open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    assert not again.facts["cached"]
    assert again.search(["Onde desagua o Tejo?"], 5) == expected
    again.close()


def test_an_index_in_the_cache_of_other_terms_is_to_be_deleted(tmp_path: Path) -> None:
    """As after another version that knows more stop words: nobody can choose its settings."""
    chosen = Retrieve(documents="given")
    open_retriever(chosen, DOCUMENTS, tmp_path, language="pt").close()
    (path,) = tmp_path.glob("indexes/*/made.json")
    path.write_text(path.read_text().replace(" stop words", "0 stop words"))
    with pytest.raises(UserError) as told:
        open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    assert str(told.value).startswith(f"{path.parent} holds an index with terms by pt, ")
    assert str(told.value).endswith(": delete the folder, and the index is made again.")
    shutil.rmtree(path.parent)
    assert not open_retriever(chosen, DOCUMENTS, tmp_path, language="pt").facts["cached"]


def test_what_this_process_wrote_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = segment.check_bytes

    def noted(path: Path, mend: str) -> None:
        read.append(path.name)
        real(path, mend)

    monkeypatch.setattr(segment, "check_bytes", noted)
    store = filled(tmp_path)
    assert read == []
    names = [f"{item.name}.segment" for item in store.segments]
    again = MemoryStore(tmp_path, PORTUGUESE)
    assert read == names
    again.delete(["a"])  # which reads the list again, as one that writes
    assert read == names
    again.close()


def test_vectors_that_were_kept_are_compared_when_they_are_used(tmp_path: Path) -> None:
    class Model:
        """Vectors of length 1, by how long texts are."""

        def encode(self, texts: list[str], **_: object) -> Any:
            return np.asarray([[1.0, 0.0] if len(text) % 2 else [0.0, 1.0] for text in texts])

    encoder = Encoder("it", "key", 2, Model(), 8, "", "")
    made = Vectors(tmp_path, encoder).of(["odd", "even"], silent)
    (path,) = (tmp_path / "key").glob("*.vectors")
    assert Vectors(tmp_path, encoder).of(["even", "odd"]).tolist() == made[::-1].tolist()
    changed = bytearray(path.read_bytes())
    changed[-8] ^= 64
    path.write_bytes(bytes(changed))
    spoilt = Vectors(tmp_path, encoder)
    with pytest.raises(UserError) as told:
        spoilt.of(["odd"])
    assert str(told.value) == (
        f"{path} should be a file of an index, but some of its bytes are not those that were "
        "written (a disk or a copy has changed them): delete it, and its vectors are made again."
    )
    path.unlink()
    assert Vectors(tmp_path, encoder).of(["odd", "even"]).tolist() == made.tolist()


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    arrays = {"spans": np.arange(6).reshape(3, 2), "text_bytes": np.arange(5, dtype=np.uint8)}
    write_arrays(tmp_path / "it", arrays)
    found = read_arrays(tmp_path / "it")
    assert {name: held.tolist() for name, held in found.items()} == {
        name: held.tolist() for name, held in arrays.items()
    }
    with pytest.raises(UserError, match="it lacks document_bytes, document_ends"):
        Segment(tmp_path / "it")
