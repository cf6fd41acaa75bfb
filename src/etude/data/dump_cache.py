"""The articles of a dump, kept in a folder: read once, with their redirects, whatever interrupts.

Articles are written in the order of the dump. What has been written up to a piece's end is synced,
and then acknowledged in `state.json`; after a kill, all that stands behind it is cut off, and the
reading goes on from that piece. Redirects are put together when the end is reached.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from etude.data.articles import Article
from etude.data.dump_pool import workers_for
from etude.data.dump_work import Counts, Dump, Rows
from etude.data.dumps import Place, no_pages, open_dump, steps
from etude.errors import UserError, disk_full
from etude.progress import Progress, silent
from etude.store import fingerprint, read_json, sync, write_json

FORMAT = 2  # raised by hand when the same dump would give other articles
SHARD = 64 << 20  # bytes after which articles go on in another file
SAMPLE = 1 << 20
HOPS = 4  # redirects that lead to redirects
SECONDS = 5.0  # between acknowledgements
TOLD = 500  # articles between two words on how many have been read


def articles_of(
    path: Path,
    cache: Path,
    *,
    language: str | None = None,
    workers: int | None = None,
    progress: Progress = silent,
    counts: Counts | None = None,
    seconds: float = SECONDS,
) -> Iterator[Article]:
    """The articles of a dump with the titles that redirect to them, from a folder inside `cache`.

    The first time, the whole dump is read; where that was interrupted, it goes on from what was
    acknowledged (every few `seconds`). After that nothing of the dump is unpacked again. A dump is
    known by its size and by samples of its bytes. Otherwise as `etude.data.dumps.read_articles`.
    """
    from filelock import FileLock  # 20 ms that nobody else need pay

    dump = open_dump(path, language)
    folder = folder_of(dump, cache)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):  # a second process waits for the first, and finds it done
        state = State.of(folder, dump)
        if not state.complete:
            complete(dump, folder, state, workers_for(dump, workers), progress, seconds)
    told = Counts() if counts is None else counts
    told.add(state.counts)
    return kept(folder, state, progress, path.name)


def kept(
    folder: Path, state: State, progress: Progress = silent, name: str = ""
) -> Iterator[Article]:
    """The articles of a folder that is complete; `name` is what progress calls the dump.

    Raises:
        UserError: where a file in it is gone, was cut or cannot be read.
    """
    given, total, what = 0, state.counts.articles, f"articles of {name}"
    with closing(sqlite3.connect(folder / "names.db")) as names:
        for number in range(len(state.shards)):
            path = shard(folder, number)
            if not path.exists() or path.stat().st_size != state.shards[number]:
                raise damaged(folder)
            with path.open("rb") as file:
                for line in file:
                    if given % TOLD == 0:
                        progress(what, given, total, "")
                    given += 1
                    try:
                        article = Article.from_json(json.loads(line))
                        found = names.execute(NAMES, (article.title,)).fetchall()
                    except (ValueError, KeyError, TypeError, sqlite3.Error) as error:
                        raise damaged(folder) from error
                    yield (
                        replace(article, names=tuple(row[0] for row in found)) if found else article
                    )
    progress(what, total, total, "")


def damaged(folder: Path) -> UserError:
    """What is said of articles that are not there any more as they were written."""
    return UserError(
        f"{folder} should hold the articles of a dump as Etude read them, but a file in it was "
        "changed, cut or deleted since: delete the folder, and the dump is read again."
    )


@dataclass(slots=True)
class State:
    """What is acknowledged: the place in the dump, and the length of each file up to it."""

    place: Place
    counts: Counts = field(default_factory=Counts)
    shards: list[int] = field(default_factory=lambda: [0])
    redirects: int = 0
    complete: bool = False

    @classmethod
    def of(cls, folder: Path, dump: Dump) -> State:
        """As the folder has it; from the beginning where it has none."""
        if not (folder / "state.json").exists():
            return cls(Place(header=dump.header))
        row = read_json(folder / "state.json")
        place = {**row["place"], "pending": row["place"]["pending"].encode("latin-1")}
        return cls(
            Place(**place),
            Counts(**row["counts"]),
            row["shards"],
            row["redirects"],
            row["complete"],
        )

    def save(self, folder: Path) -> None:
        """Acknowledge; whatever is named here must be on the disk."""
        row: dict[str, Any] = asdict(self)
        row["place"]["pending"] = self.place.pending.decode("latin-1")  # any bytes, one for one
        write_json(folder / "state.json", row)


def complete(
    dump: Dump, folder: Path, state: State, workers: int, progress: Progress, seconds: float
) -> None:
    """Read a dump to its end, from what is acknowledged on."""
    total, what = dump.file.size, f"reading {dump.path.name}"
    try:
        with closing(Writer(folder, state)) as writer:
            last = time.monotonic()
            with closing(steps(dump, state.place, workers)) as every:
                for step in every:
                    writer.write(step.rows)
                    if time.monotonic() - last >= seconds:
                        writer.acknowledge()
                        last = time.monotonic()
                    note = f"{state.counts.articles:,} articles"
                    progress(what, min(step.done, total), total, note)
            writer.acknowledge()
        if not state.counts.pages:
            raise no_pages(dump.path)
        progress(what, total, total, "putting redirects together")
        _put_together(folder)
    except (OSError, sqlite3.Error) as error:
        if (sentence := disk_full(error, folder)) is not None:
            raise UserError(sentence) from error
        raise
    state.complete = True
    state.save(folder)


class Writer:
    """The files of a folder, cut to what is acknowledged, and open to go on."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder, self.state = folder, state
        for stray in folder.glob("articles-*.jsonl"):
            if int(stray.stem.partition("-")[2]) >= len(state.shards):
                stray.unlink()
        self.articles = _cut(shard(folder, len(state.shards) - 1), state.shards[-1])
        self.redirects = _cut(folder / "redirects.jsonl", state.redirects)

    def write(self, rows: Rows) -> None:
        """Put rows behind the others, in order."""
        state = self.state
        if state.shards[-1] >= SHARD:
            self._sync()
            self.articles.close()
            state.shards.append(0)
            self.articles = _cut(shard(self.folder, len(state.shards) - 1), 0)
        if rows.articles:
            state.shards[-1] += self.articles.write(b"\n".join(rows.articles) + b"\n")
        if rows.redirects:
            lines = (json.dumps(pair, ensure_ascii=False) + "\n" for pair in rows.redirects)
            state.redirects += self.redirects.write("".join(lines).encode())
        state.counts.add(rows.counts)

    def acknowledge(self) -> None:
        """Let the disk keep what is written, then say so."""
        self._sync()
        self.state.save(self.folder)

    def _sync(self) -> None:
        for file in (self.articles, self.redirects):
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Without a word: what is not acknowledged will be cut off."""
        self.articles.close()
        self.redirects.close()


def _cut(path: Path, length: int) -> Any:
    """A file open to be written behind its first bytes."""
    path.touch()
    with path.open("r+b") as file:
        file.truncate(length)
    return path.open("ab")


def shard(folder: Path, number: int) -> Path:
    """One of the files of articles."""
    return folder / f"articles-{number:05}.jsonl"


def key_of(dump: Dump) -> str:
    """What a dump is known by: its size and three samples, and how it is read."""
    size = dump.file.size
    digest = hashlib.sha256()
    with dump.path.open("rb") as file:
        for place in (0, size // 2, max(0, size - SAMPLE)):
            file.seek(place)
            digest.update(file.read(SAMPLE))
    return fingerprint({"format": FORMAT, "size": size, "samples": digest.hexdigest()})


NAMES = "SELECT name FROM redirects WHERE target = ? ORDER BY rowid"
FOLLOW = """
UPDATE redirects SET target = (SELECT next.target FROM redirects next WHERE next.name =
redirects.target) WHERE target != name AND target IN (SELECT name FROM redirects)
"""


def _put_together(folder: Path) -> None:
    """Redirects by the title of the article that they lead to in the end, on disk."""
    temporary = folder / "names.tmp"
    temporary.unlink(missing_ok=True)
    with closing(sqlite3.connect(temporary)) as names:
        names.execute("PRAGMA journal_mode = OFF")  # made anew where this is interrupted
        names.execute("CREATE TABLE redirects (name TEXT PRIMARY KEY, target TEXT)")
        with (folder / "redirects.jsonl").open("rb") as file:
            pairs = (json.loads(line) for line in file)
            names.executemany("INSERT OR IGNORE INTO redirects VALUES (?, ?)", pairs)
        for _ in range(HOPS):
            if not names.execute(FOLLOW).rowcount:
                break
        names.execute("CREATE INDEX by_target ON redirects (target)")
        names.commit()
    sync(temporary)
    temporary.replace(folder / "names.db")
    sync(folder)


def known_articles(path: Path, cache: Path) -> int | None:
    """How many articles a dump has, where all of it is in the cache; None where it is not."""
    folder = folder_of(open_dump(path), cache)
    if not (folder / "state.json").exists():
        return None
    row = read_json(folder / "state.json")
    return Counts(**row["counts"]).articles if row["complete"] else None


def folder_of(dump: Dump, cache: Path) -> Path:
    """Where the articles of a dump are kept."""
    return cache / f"dump-{key_of(dump)[:16]}"
