"""Worked examples for few-shot prompts, always from the training split.

A shot is of the example's own task and never the example itself: neither the same id nor the
same question but for case and white space, or its answer would stand in the prompt. A task that is
only tested, and has no training examples, takes its shots from those of all tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from random import Random

from etude.config.study import Shots
from etude.errors import UserError, nearest
from etude.prompts.bm25 import index
from etude.records import Example

Rank = Callable[[Example], Iterator[Example]]
"""From an example to candidates for its shots, the best first."""


def choose_shots(
    shots: Shots, train: Sequence[Example], seed: int
) -> Callable[[Example], tuple[Example, ...]]:
    """A function from an example to its shots, in the order in which they are shown.

    The choice depends on the seed, the example's id and the set of training examples, not on
    the order of either. `similar` shows the most similar last, nearest to the question. Raises
    UserError on unknown ids and where there are too few training examples.
    """
    pools: dict[str, list[Example]] = {}
    for example in sorted(train, key=lambda example: example.id):
        pools.setdefault(example.task, []).append(example)
    _check_ids(shots, train)
    counts = {task: _count(shots, task, pool) for task, pool in pools.items()}
    ranks: dict[str, Rank] = {}
    known: dict[tuple[str, str, str], tuple[Example, ...]] = {}  # asked for more than once

    def choose(example: Example) -> tuple[Example, ...]:
        task = example.task
        if task not in ranks:
            pool = pools.get(task) or sorted(train, key=lambda example: example.id)
            counts.setdefault(task, _count(shots, task, pool))
            ranks[task] = CHOOSERS[shots.choose](shots, pool, seed)
        found = tuple(islice(_others(example, ranks[task](example)), counts[task]))
        if len(found) < counts[task]:
            raise UserError(
                f"shots: example '{example.id}' needs {counts[task]} worked examples beside "
                f"itself, but the training split holds only {len(found)} of task '{task}': lower "
                "shots.count or add training examples."
            )
        return found[::-1] if shots.choose == "similar" else found

    def remembered(example: Example) -> tuple[Example, ...]:
        key = (example.id, example.task, question(example))
        if key not in known:
            known[key] = choose(example)
        return known[key]

    return remembered


def fixed(shots: Shots, pool: Sequence[Example], seed: int) -> Rank:
    """The same for every question: the named ones, or drawn once; then reserves.

    A reserve takes the place of a shot that is the question itself. In a study of several tasks
    a question gets those of the named examples that are of its task.
    """
    drawn = list(pool)
    Random(f"{seed} fixed").shuffle(drawn)  # noqa: S311 - a seeded draw, not a secret
    named = {name: place for place, name in enumerate(shots.ids)}
    order = sorted(drawn, key=lambda example: named.get(example.id, len(named)))
    return lambda example: iter(order)


def random(shots: Shots, pool: Sequence[Example], seed: int) -> Rank:
    """Drawn anew for each question, by the seed and the question's id."""

    def draw(example: Example) -> Iterator[Example]:
        chance = Random(f"{seed} {example.id}")  # noqa: S311 - a seeded draw, not a secret
        few = min(len(pool), 2 * shots.count + 8)
        places = chance.sample(range(len(pool)), few)
        yield from (pool[place] for place in places)
        rest = sorted(set(range(len(pool))) - set(places))
        chance.shuffle(rest)  # reached only where nearly all that was drawn is the question
        yield from (pool[place] for place in rest)

    return draw


def similar(shots: Shots, pool: Sequence[Example], seed: int) -> Rank:
    """The most similar questions by BM25; equal scores in the order of their ids."""
    scores = index([question(example) for example in pool])

    def rank(example: Example) -> Iterator[Example]:
        order = (-scores(question(example))).argsort(kind="stable")
        return (pool[place] for place in order)

    return rank


CHOOSERS: dict[str, Callable[[Shots, Sequence[Example], int], Rank]] = {
    "fixed": fixed,
    "random": random,
    "similar": similar,
}


def question(example: Example) -> str:
    """What the user says in an example: the text by which questions are compared."""
    return "\n".join(turn.content for turn in example.messages if turn.role == "user")


def _others(example: Example, candidates: Iterable[Example]) -> Iterator[Example]:
    """Candidates that are not the example, and no two with the same question."""
    told = {_key(example)}
    for candidate in candidates:
        key = _key(candidate)
        if candidate.id != example.id and key not in told:
            told.add(key)
            yield candidate


def _key(example: Example) -> str:
    return " ".join(question(example).casefold().split())


def _count(shots: Shots, task: str, pool: Sequence[Example]) -> int:
    """How many shots a question of this task gets."""
    if shots.ids:
        named = sum(example.id in shots.ids for example in pool)
        if not named:
            raise UserError(
                f"shots.ids: none of the named examples is of task '{task}': name some of each "
                "task."
            )
        return named
    if len(pool) < shots.count:
        raise UserError(
            f"shots: {shots.count} worked examples are asked for, but the training split holds "
            f"only {len(pool)} of task '{task}': lower shots.count or add training examples."
        )
    return shots.count


def _check_ids(shots: Shots, train: Sequence[Example]) -> None:
    known = sorted(example.id for example in train)
    for name in shots.ids:
        if name not in known:
            raise UserError(
                f"shots.ids: '{name}' is no example of the training split; {_near(name, known)}."
            )
    if len(set(shots.ids)) < len(shots.ids):
        raise UserError("shots.ids: an example is named twice: name each worked example once.")


def _near(name: str, known: Sequence[str]) -> str:
    """The nearest id; not all known ones, of which there may be thousands."""
    if len(known) <= 20:
        return nearest(name, known)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}It holds {len(known):,}, from '{known[0]}' to '{known[-1]}'"
