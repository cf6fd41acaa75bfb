"""LanceDB on object storage: the same code, the same answers, kills included.

The storage is a server of moto's on this machine, spoken to over HTTP as S3 is.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from pydantic import ValidationError

from etude.config.retrieving import LanceDb, Memory, Retrieve
from etude.errors import UserError
from etude.records import Chunk
from etude.retrieval.analysis import analyser
from etude.retrieval.opening import open_retriever
from etude.retrieval.stores import STORES, Place, Store
from retrieval_helper import DOCUMENTS, MANY

PORTUGUESE, WIDTH = analyser("pt"), 8
KEYS = {"AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3, with a bucket."""
    server: Any = pytest.importorskip("moto.server", reason="moto is not installed (extra dev)")
    boto3: Any = pytest.importorskip("boto3")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    address = f"http://{host}:{port}"
    keys = {name.lower(): value for name, value in KEYS.items()}
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="shelf")
    yield address
    running.stop()


@pytest.fixture
def environment(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """All that is needed, in variables."""
    given = {
        **KEYS,
        "AWS_ENDPOINT": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def somewhere() -> str:
    return f"s3://shelf/{uuid4().hex}"


def opened(uri: str, width: int | None = WIDTH) -> Store:
    place = Place(Path("unused"), "key", PORTUGUESE, width)
    return STORES["lancedb"](LanceDb(name="lancedb", uri=uri), place)


def material(number: int = 40) -> tuple[list[Chunk], list[str], np.ndarray]:
    texts = [f"palavra{row} comum {'mar ' * (row % 5)}".strip() for row in range(number)]
    chunks = [
        Chunk(f"d{row // 2}", "Título", text, row % 2 * 99, row % 2 * 99 + len(text), {"r": "é"})
        for row, text in enumerate(texts)
    ]
    vectors = np.random.default_rng(1).normal(size=(number, WIDTH)).astype(np.float32)
    return chunks, texts, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def answers(store: Store, vectors: np.ndarray) -> list[list[tuple[str, float]]]:
    """What some questions find: ids and scores."""
    found = store.by_words(["mar", "palavra7 mar", "comum"], 7) + store.by_vector(vectors[:3], 5)
    return [[(item.chunk.id, round(item.score, 4)) for item in items] for items in found]


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_it_finds_what_a_folder_finds(tmp_path: Path) -> None:
    chunks, texts, vectors = material()
    place = Place(tmp_path, "key", PORTUGUESE, WIDTH)
    uri = somewhere()
    stores = [STORES["lancedb"](LanceDb(name="lancedb"), place), opened(uri)]
    told = []
    for store in stores:
        store.add(chunks[:30], texts[:30], vectors[:30])
        store.finish()
        store.add(chunks[30:], texts[30:], vectors[30:])
        replaced = Chunk("d3", "Novo", "mar alto", 0, 8)
        store.add([replaced], ["mar alto"], vectors[6:7])
        assert store.delete(["d1", "unknown"]) == 2
        store.finish()
        told.append((store.count(), store.documents(), answers(store, vectors)))
    assert told[0] == told[1]
    assert told[0][0] == 37
    assert stores[1].bytes() is None
    again = opened(uri)
    assert (again.count(), answers(again, vectors)) == (37, told[1][2])


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_a_study_s_index_on_object_storage(tmp_path: Path) -> None:
    store = {"name": "lancedb", "uri": somewhere()}
    chosen = Retrieve(documents="given", store=store)
    first = open_retriever(chosen, DOCUMENTS, tmp_path / "one", language="pt")
    found = first.search(["Onde desagua o Tejo?"], 5)
    assert [item.chunk.id for item in found[0]] == ["rio:0-44"]
    assert first.facts["bytes"] is None
    assert open_retriever(chosen, DOCUMENTS, tmp_path / "one", language="pt").facts["cached"]
    other = open_retriever(chosen, DOCUMENTS, tmp_path / "two", language="pt")  # another machine
    assert other.facts["resumed"] == 2
    assert other.search(["Onde desagua o Tejo?"], 5) == found
    local = open_retriever(
        Retrieve(documents="given", store=Memory()), DOCUMENTS, tmp_path, language="pt"
    )
    assert [item.chunk.id for item in local.search(["Onde desagua o Tejo?"], 5)[0]] == ["rio:0-44"]


@pytest.mark.slow
def test_it_is_reached_by_options_of_the_study(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    options: dict[str, str | bool | int] = {
        "endpoint": endpoint,
        "region": "us-east-1",
        "allow_http": True,
    }
    settings = LanceDb(name="lancedb", uri=somewhere(), storage_options=options)
    store = STORES["lancedb"](settings, Place(Path("unused"), "key", PORTUGUESE, None))
    store.add([Chunk("a", "", "mar alto", 0, 8)], ["mar alto"])
    assert store.by_words(["mar"], 1)[0][0].chunk.document == "a"


WRITER = """
import json, sys
from pathlib import Path
from etude.config.retrieving import LanceDb
from etude.records import Chunk
from etude.retrieval.analysis import analyser
from etude.retrieval.stores import STORES, Place

settings = LanceDb(name="lancedb", uri=sys.argv[1])
store = STORES["lancedb"](settings, Place(Path("unused"), "key", analyser("pt"), None))
for round in range(8):
    numbers = range(3 * round, 3 * round + 3)
    texts = [f"palavra{number} comum" for number in numbers]
    store.add([Chunk(f"d{n}", "", text, 0, len(text)) for n, text in zip(numbers, texts)], texts)
    print(json.dumps(list(numbers)), flush=True)
    if round % 3 == 2:
        store.finish()
"""


def write_until_killed(uri: str, lines: int | None) -> set[str]:
    """What a writer had acknowledged before it was killed, or in all."""
    held: set[str] = set()
    command = [sys.executable, "-c", WRITER, uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout, 1):
            held |= {f"d{row}" for row in json.loads(line)}
            if number == lines:
                process.kill()
    assert process.returncode == (0 if lines is None else -signal.SIGKILL)
    return held


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("lines", [1, 5])
def test_kill_9_while_writing_to_object_storage(lines: int) -> None:
    uri = somewhere()
    held = write_until_killed(uri, lines)
    assert len(held) >= 3 * lines
    store = opened(uri, None)
    documents = store.documents()
    assert held <= documents
    assert len(documents - held) <= 3  # added, but killed before it could be said
    assert store.count() == len(documents)
    for document in sorted(held)[::4]:
        found = store.by_words([f"palavra{document[1:]}"], 3)[0]
        assert [item.chunk.document for item in found] == [document]
    whole = write_until_killed(uri, None)  # the same writer goes on
    store = opened(uri, None)
    assert store.documents() == whole
    assert store.count() == len(whole) == 24


INDEXER = """
import os, signal, sys
from pathlib import Path
from etude.config.retrieving import Retrieve
from etude.retrieval import index, lance
from etude.retrieval.opening import open_retriever
from retrieval_helper import MANY
index.TOGETHER = 20
calls = 0
real = lance.LanceStore.add
def add(self, *values):
    global calls
    calls += 1
    if calls == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, *values)
lance.LanceStore.add = add
store = {"name": "lancedb", "uri": sys.argv[2]}
open_retriever(Retrieve(documents="x", store=store), MANY, Path(sys.argv[1]), language="pt")
"""


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_an_index_on_object_storage_is_gone_on_with(tmp_path: Path) -> None:
    uri = somewhere()
    command = [sys.executable, "-c", INDEXER, str(tmp_path), uri]
    root = Path(__file__).parent
    assert subprocess.run(command, cwd=root, check=False).returncode == -signal.SIGKILL
    chosen = Retrieve(documents="x", store={"name": "lancedb", "uri": uri})
    index = open_retriever(chosen, MANY, tmp_path, language="pt")
    assert (index.facts["resumed"], index.facts["chunks"]) == (40, 65)
    local = Retrieve(documents="x", store={"name": "lancedb", "uri": str(tmp_path / "local")})
    whole = open_retriever(local, MANY, tmp_path / "whole", language="pt")
    asked = ["comum palavra7", "palavra64"]
    assert index.search(asked, 3) == whole.search(asked, 3)
    assert index.delete(["d7"]) == whole.delete(["d7"]) == 1
    assert index.search(asked, 3) == whole.search(asked, 3)


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_a_bucket_that_is_not_there() -> None:
    with pytest.raises(UserError) as told:
        opened("s3://no-such-bucket/x").count()
    assert str(told.value).startswith("retrieve.store: LanceDB cannot open s3://no-such-bucket/x (")
    assert str(told.value).endswith(
        "): check the address, and what the environment and storage_options say of it."
    )


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        ("access_key_id", "AWS_ACCESS_KEY_ID"),
        ("session_token", "AWS_SESSION_TOKEN"),
        ("azure_storage_account_key", "AZURE_STORAGE_ACCOUNT_KEY"),
    ],
)
def test_secrets_have_no_place_in_a_study(option: str, variable: str) -> None:
    with pytest.raises(ValidationError) as told:
        LanceDb(name="lancedb", uri="s3://a/b", storage_options={option: "x"})
    assert (
        f"{option} is a secret, and a study is kept in the run folder and shown in the report: "
        f"leave it out and set {variable} in the environment"
    ) in str(told.value)


def test_options_change_no_key_of_an_index_without_any() -> None:
    from etude.retrieval.opening import index_key

    def key(**store: Any) -> str:
        chosen = Retrieve(documents="x", store={"name": "lancedb", "uri": "s3://a/b", **store})
        return index_key(chosen, "content", "pt", DOCUMENTS, None)

    assert key() == key(storage_options={})
    assert key() != key(storage_options={"endpoint": "http://other"})
