"""Dumps that are kept in a folder: whatever kills the reading, the same articles come of it."""

from __future__ import annotations

import bz2
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wiki_pages
from etude.data import dump_cache, dump_file
from etude.data.articles import Article
from etude.data.dump_cache import articles_of
from etude.data.dump_work import Counts
from etude.data.dumps import read_articles
from etude.errors import UserError

ARTICLES = 150
# Reads a dump into a folder and kills itself: at the given call of the progress, or at the given
# acknowledgement, before or after it is written.
KILLED = """
import os, signal, sys
from pathlib import Path
from etude.data import dump_cache, dump_file, dump_pool

dump, cache, workers, where, number = sys.argv[1:]
dump_file.PIECE, dump_file.MOST_BLOCKS, dump_cache.SHARD = 1, 1, 40_000
dump_file.XML_PIECE = 60_000
count = 0

def die(place):
    global count
    count += place == where
    if place == where and count == int(number):
        os.kill(os.getpid(), signal.SIGKILL)

save, start = dump_cache.State.save, dump_pool.Worker.__init__

def saved(state, folder):
    die("before")
    save(state, folder)
    die("after")

def started(worker, dump):
    start(worker, dump)
    print(worker.process.pid, flush=True)

dump_cache.State.save, dump_pool.Worker.__init__ = saved, started
said = lambda *_: die("progress")
list(dump_cache.articles_of(
    Path(dump), Path(cache), workers=int(workers), progress=said, seconds=0.0
))
"""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blocks of 100 kB, so that pages begin in one and end in another."""
    folder = tmp_path_factory.mktemp("dump")
    wiki_pages.write(folder / "plain.xml", wiki_pages.pages(ARTICLES), "xml")
    path = folder / "ptwiki.xml.bz2"
    path.write_bytes(bz2.compress((folder / "plain.xml").read_bytes(), 1))
    return path


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pieces and small files."""
    monkeypatch.setattr(dump_file, "PIECE", 1)
    monkeypatch.setattr(dump_file, "MOST_BLOCKS", 1)
    monkeypatch.setattr(dump_file, "XML_PIECE", 60_000)
    monkeypatch.setattr(dump_cache, "SHARD", 40_000)


def without_names(articles: list[Article]) -> list[dict[str, object]]:
    return [{**article.to_json(), "names": []} for article in articles]


def test_a_dump_is_read_once(dump: Path, tmp_path: Path) -> None:
    calls: list[str] = []
    counts = Counts()
    first = list(
        articles_of(dump, tmp_path, progress=lambda *said: calls.append(said[0]), counts=counts)
    )
    assert without_names(first) == without_names(list(read_articles(dump)))
    assert len(calls) > 5
    assert counts == Counts(articles=150, redirects=15, other_namespaces=15)
    del calls[:]
    again = Counts()
    second = articles_of(dump, tmp_path, progress=lambda *said: calls.append(said[0]), counts=again)
    assert list(second) == first
    assert again == counts
    assert set(calls) == {f"articles of {dump.name}"}  # nothing is unpacked
    assert len(list(tmp_path.glob("*/articles-*.jsonl"))) > 2


def test_redirects_are_names_of_what_they_lead_to(dump: Path, tmp_path: Path) -> None:
    for article in articles_of(dump, tmp_path):
        wanted = (f"Antiga {article.title}",) if int(article.id) % 10 == 0 else ()
        assert article.names == wanted


def test_redirects_to_redirects_and_in_circles(tmp_path: Path) -> None:
    def page(title: str, target: str) -> str:
        more = f'<redirect title="{target}" />' if target else ""
        return (
            f"<page><title>{title}</title><ns>0</ns><id>1</id>{more}<revision><id>2</id>"
            "<text>a</text></revision></page>"
        )

    path = tmp_path / "a.xml"
    pairs = ("B A", "C B", "D C", "X Y", "Y X", "Z Z", "F A", "G A#History", "H G").__iter__()
    pages = [page(*pair.split()) for pair in pairs]
    path.write_text(wiki_pages.HEADER + page("A", "") + "".join(pages) + wiki_pages.FOOTER)
    (article,) = articles_of(path, tmp_path)
    assert article.names == ("B", "C", "D", "F", "G", "H")  # also by a section of it


POINTS = [
    ("progress", 1),
    ("progress", 4),
    ("progress", 9),
    ("before", 1),
    ("before", 5),
    ("after", 1),
    ("after", 6),
]


@pytest.mark.parametrize(("where", "number"), POINTS)
def test_after_a_kill_it_goes_on(dump: Path, tmp_path: Path, where: str, number: int) -> None:
    workers = 2 if (where, number) in POINTS[2:4] else 1
    done = killed(dump, tmp_path, where, number, workers)
    for process in done.stdout.split():
        wait_for(lambda process=int(process): not alive(process))
    (folder,) = tmp_path.glob("dump-*")
    state = folder / "state.json"
    acknowledged = json.loads(state.read_text())["place"]["position"] // 8 if state.exists() else 0
    assert (acknowledged > 0) == ((where, number) != ("before", 1))
    told: list[tuple[Any, ...]] = []
    articles = list(articles_of(dump, tmp_path, progress=lambda *said: told.append(said)))
    assert min(done for what, done, *_ in told if what == f"reading {dump.name}") > acknowledged
    assert told[-1] == (f"articles of {dump.name}", 150, 150, "")
    assert without_names(articles) == without_names(list(read_articles(dump)))
    assert sum(len(article.names) for article in articles) == 15


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_after_a_kill_a_file_that_is_not_packed_goes_on(
    dump: Path, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "plain.xml"
    path.write_bytes((dump.parent / "plain.xml").read_text("utf-8").encode(encoding))
    killed(path, tmp_path, "after", 4, 1)
    (folder,) = tmp_path.glob("dump-*")
    position = json.loads((folder / "state.json").read_text())["place"]["position"]
    assert position > 100_000
    told: list[tuple[Any, ...]] = []
    articles = list(articles_of(path, tmp_path, progress=lambda *said: told.append(said)))
    assert min(done for what, done, *_ in told if what == "reading plain.xml") > position
    assert without_names(articles) == without_names(list(read_articles(path)))
    assert sum(len(article.names) for article in articles) == 15


def test_a_torn_end_is_cut_off(dump: Path, tmp_path: Path) -> None:
    killed(dump, tmp_path, "after", 5, 1)
    (folder,) = tmp_path.glob("dump-*")
    last = sorted(folder.glob("articles-*.jsonl"))[-1]
    for path in (last, folder / "redirects.jsonl"):
        with path.open("ab") as file:
            file.write(b'{"id": "torn')
    (folder / "articles-00099.jsonl").write_text("of a time before\n")
    assert without_names(list(articles_of(dump, tmp_path))) == without_names(
        list(read_articles(dump))
    )


def killed(
    dump: Path, cache: Path, where: str, number: int, workers: int
) -> subprocess.CompletedProcess[str]:
    """A reading that ends in the middle."""
    arguments = [str(dump), str(cache), str(workers), where, str(number)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(dump_file.__file__).parents[2])},
    )
    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.split()) == (workers if workers > 1 else 0)
    return done


def alive(process: int) -> bool:
    """Whether a process runs (one that has ended and waits to be fetched does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_dump_that_was_cut_short_is_told_each_time(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.xml.bz2"
    path.write_bytes(dump.read_bytes()[:-40_000])
    for _ in range(2):
        with pytest.raises(UserError, match="it was cut short, so fetch it again"):
            list(articles_of(path, tmp_path))
    path.write_bytes(dump.read_bytes())  # fetched again
    assert len(list(articles_of(path, tmp_path))) == ARTICLES


def cut(folder: Path) -> None:
    path = min(folder.glob("articles-*.jsonl"))
    path.write_bytes(path.read_bytes()[:-9])


def garbled(folder: Path) -> None:
    path = min(folder.glob("articles-*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"sections":', b'"sectiens":', 1))


def torn(folder: Path) -> None:
    path = max(folder.glob("articles-*.jsonl"))
    path.write_bytes(b"!" + path.read_bytes()[1:])


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        garbled,
        torn,
        lambda folder: min(folder.glob("articles-*.jsonl")).unlink(),
        lambda folder: (folder / "names.db").unlink(),
        lambda folder: (folder / "names.db").write_bytes(b"noise" * 99),
    ],
    ids=["cut", "garbled", "torn", "gone", "no names", "noise for names"],
)
def test_damage_to_what_was_kept_is_told(
    dump: Path, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    whole = list(articles_of(dump, tmp_path))
    (folder,) = tmp_path.glob("dump-*")
    spoil(folder)
    with pytest.raises(UserError) as told:
        list(articles_of(dump, tmp_path))
    assert str(told.value) == (
        f"{folder} should hold the articles of a dump as Etude read them, but a file in it was "
        "changed, cut or deleted since: delete the folder, and the dump is read again."
    )
    shutil.rmtree(folder)
    assert list(articles_of(dump, tmp_path)) == whole


def test_two_at_once_wait_for_one_another(dump: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from etude.data.dump_cache import articles_of; "
        "print(sum(1 for _ in articles_of(Path(sys.argv[1]), Path(sys.argv[2]))))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(dump_file.__file__).parents[2])}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(dump), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    assert [process.communicate()[0].strip() for process in both] == [str(ARTICLES)] * 2
