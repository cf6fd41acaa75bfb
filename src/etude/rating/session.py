"""One rater at two approaches: what to rate next, what was said, saved after every word.

`RUN/ratings/RATER/A vs B.json` holds the ratings. All raters see the examples in the same order,
drawn with the study's seed, so that two who stop early have rated the same ones; which answer
stands left is drawn for each rater and example.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from etude.config.settings import NAME
from etude.errors import UserError, nearest
from etude.records import Example, Prediction
from etude.store import read_json, write_json

Side = Literal["left", "right"]
Choice = Literal["left", "right", "tie"]
FOLDER = "ratings"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Item:
    """Two answers to one example. `left` is the place (0 or 1) in the pair of the left one."""

    example: Example
    texts: tuple[str, str]
    left: int

    @property
    def shown(self) -> tuple[str, str]:
        """The left and the right answer."""
        return self.texts[self.left], self.texts[1 - self.left]

    @property
    def hash(self) -> str:
        """What was rated: ratings of other answers than today's do not count."""
        return texts_hash(self.texts)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a rater said of one example: the better approach, or None for a tie."""

    example: str
    better: str | None
    left: str
    texts: str
    at: str


@dataclass(slots=True)
class Session:
    """A rater's work: `items` in their order, `ratings` in the order they were given.

    `alike` counts examples that are not asked: both answers are the same.
    """

    path: Path
    rater: str
    pair: tuple[str, str]
    items: Sequence[Item]
    alike: int
    seed: int
    ratings: list[Rating] = field(default_factory=list)

    @property
    def next(self) -> Item | None:
        """The first item that is not rated yet; None when all are."""
        done = {rating.example for rating in self.ratings}
        return next((item for item in self.items if item.example.id not in done), None)

    def rate(self, item: Item, choice: Choice) -> None:
        """Note which answer is better, and save."""
        names = self.pair[item.left], self.pair[1 - item.left]
        better = {"left": names[0], "right": names[1], "tie": None}[choice]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.ratings.append(Rating(item.example.id, better, names[0], item.hash, now))
        self.save()

    def undo(self) -> bool:
        """Take the last rating back, and save; False when there is none."""
        if not self.ratings:
            return False
        self.ratings.pop()
        self.save()
        return True

    def save(self) -> None:
        """Write all ratings, whole or not at all."""
        content = {
            "format": FORMAT,
            "rater": self.rater,
            "pair": list(self.pair),
            "seed": self.seed,
            "ratings": [asdict(rating) for rating in self.ratings],
        }
        write_json(self.path, content)


def begin(
    folder: Path,
    rater: str,
    pair: tuple[str, str],
    examples: Sequence[Example],
    answers: dict[str, Sequence[Prediction]],
    seed: int,
) -> Session:
    """Begin or take up a rater's work at two approaches of a run.

    Ratings of answers that have changed since are dropped. UserError for a name that cannot be.
    """
    check_rater(rater)
    pair = check_pair(pair, answers)
    texts = {name: {answer.example_id: answer.text for answer in answers[name]} for name in pair}
    items, alike = [], 0
    for example in examples:
        both = texts[pair[0]][example.id], texts[pair[1]][example.id]
        if both[0].strip() == both[1].strip():
            alike += 1
            continue
        chance = drawn(f"{seed}:{rater}:{'/'.join(pair)}:{example.id}")
        items.append(Item(example, both, chance.randrange(2)))
    if not items:
        raise UserError(
            f"there is nothing to rate: {pair[0]} and {pair[1]} gave the same answer to all "
            f"{alike} examples."
        )
    drawn(f"{seed}:{'/'.join(pair)}").shuffle(items)
    path = folder / FOLDER / rater / f"{pair[0]} vs {pair[1]}.json"
    known = {item.example.id: item.hash for item in items}
    kept = [Rating(**row) for row in read_ratings(path)]
    current = [rating for rating in kept if known.get(rating.example) == rating.texts]
    return Session(path, rater, pair, items, alike, seed, current)


def drawn(text: str) -> random.Random:
    """Random numbers that depend on a text alone."""
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))  # noqa: S311 - an order, no secret


def texts_hash(texts: tuple[str, str]) -> str:
    """A hash of two answers."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def read_ratings(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of ratings; none where it is not there."""
    return list(read_json(path)["ratings"]) if path.exists() else []


def check_rater(rater: str) -> None:
    """A rater's name is that of a folder."""
    if not NAME.match(rater):
        raise UserError(
            f"--rater: expected a name of letters, digits, _ and -, but found '{rater}': name "
            "yourself in such a way (--rater ana)."
        )


def check_pair(pair: tuple[str, str], answers: dict[str, Sequence[Prediction]]) -> tuple[str, str]:
    """Two different approaches that have answered, in the order of the study."""
    for name in pair:
        if name not in answers:
            raise UserError(f"there are no answers of '{name}' to rate: {nearest(name, answers)}")
    if pair[0] == pair[1]:
        raise UserError(f"'{pair[0]}' cannot be rated against itself: name two approaches.")
    order = list(answers)
    first, second = sorted(pair, key=order.index)
    return first, second


@contextmanager
def at_work(session: Session) -> Iterator[None]:
    """Hold a rater's ratings of a pair for this process alone."""
    from filelock import FileLock, Timeout

    session.path.parent.mkdir(parents=True, exist_ok=True)
    lock = session.path.with_name(f".{session.path.stem}.lock")
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout:
        raise UserError(
            f"{session.rater} is rating {session.pair[0]} and {session.pair[1]} in another window "
            "already: go on there, or rate under another name (--rater NAME)."
        ) from None
