"""Our store and a Qdrant server over HTTP: what is sent, what is refused, what is gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.config.retrieving import Retrieve
from etude.errors import UserError
from etude.retrieval import index
from etude.retrieval.opening import open_retriever
from qdrant_helper import KEY, imitation
from retrieval_helper import DOCUMENTS, MANY

pytest.importorskip("qdrant_client")
# The key goes over plain HTTP here, on this machine alone.
pytestmark = pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
FULL: list[int] = []  # how many additions the server still takes, where it is told


def refuse(method: str, path: str) -> bool:
    if not FULL or (method, path.rpartition("/")[2]) != ("PUT", "points"):
        return False
    FULL[0] -= 1
    return FULL[0] < 0


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("QDRANT_API_KEY", KEY)
    FULL.clear()
    with imitation(refuse) as address:
        yield address


def settings(url: str) -> Retrieve:
    return Retrieve(documents="x", store={"name": "qdrant", "url": url})


def test_what_is_found_over_http_is_what_memory_finds(url: str, tmp_path: Path) -> None:
    local = open_retriever(Retrieve(documents="x"), DOCUMENTS, tmp_path, language="pt")
    there = open_retriever(settings(url), DOCUMENTS, tmp_path, language="pt")
    for question in ("Onde desagua o Tejo?", "mar salgado", "nada disso"):
        (mine,), (theirs,) = local.search([question], 5), there.search([question], 5)
        assert [hit.chunk for hit in theirs] == [hit.chunk for hit in mine]
        assert [hit.score for hit in theirs] == pytest.approx([hit.score for hit in mine], rel=1e-5)
    assert there.delete(["rio"]) == local.delete(["rio"])
    assert there.search(["Tejo"], 5) == [[]]
    there.close()
    again = open_retriever(settings(url), DOCUMENTS, tmp_path, language="pt")
    assert not again.facts["cached"]  # the server lacks what the cache says is there
    assert [hit.chunk.document for hit in again.search(["Tejo"], 5)[0]] == ["rio"]
    again.close()


def test_a_server_that_wants_another_key(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QDRANT_API_KEY", "another")
    with pytest.raises(UserError) as told:
        open_retriever(settings(url), DOCUMENTS, tmp_path, language="pt")
    assert str(told.value) == (
        f"retrieve.store.url: the Qdrant server at {url} does not do what it is asked (Unexpected "
        "Response: 401 (Unauthorized)): check that it runs, and the key in QDRANT_API_KEY."
    )


def test_a_server_that_gives_up_half_way_is_gone_on_with(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "TOGETHER", 10)
    FULL.append(4)  # the mean length, and three additions
    with pytest.raises(UserError, match=r"does not do what it is asked \(Unexpected Response: 507"):
        open_retriever(settings(url), MANY, tmp_path, language="pt")
    FULL.clear()
    there = open_retriever(settings(url), MANY, tmp_path, language="pt")
    assert (there.facts["resumed"], there.facts["chunks"]) == (30, 65)
    found = there.search(["palavra64", "palavra3"], 1)
    assert [hits[0].chunk.document for hits in found] == ["d64", "d3"]
    there.close()
