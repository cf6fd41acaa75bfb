"""Which prompts are answered together: alike in beginning and in length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from etude.engine.context import EncodedPrompt
from etude.records import Example

WORTH = 32  # tokens that prompts must share, or share beyond others, to be read as a family
FEW = 4  # a family smaller than this is not worth a reading of its own

Rows = Callable[[int, int], int]  # longest prompt, tokens of it that are shared -> rows at once


@dataclass(frozen=True, slots=True)
class Asked:
    """An example with the prompt it is put in."""

    example: Example
    prompt: EncodedPrompt


@dataclass(frozen=True, slots=True)
class Family:
    """Prompts (by index) with their common beginning, which may be empty."""

    members: tuple[int, ...]
    prefix: tuple[int, ...]


def families(prompts: Sequence[tuple[int, ...]]) -> list[Family]:
    """Divide prompts by what they begin with, the family of the longest prompt first.

    Prompts stay together unless some of them share `WORTH` tokens more than all do: those with
    one set of worked examples, of one task among several, or of one document.
    """
    found = divide(prompts, tuple(range(len(prompts)))) if prompts else []
    return sorted(found, key=lambda one: -max(len(prompts[index]) for index in one.members))


def divide(prompts: Sequence[tuple[int, ...]], members: tuple[int, ...]) -> list[Family]:
    """The families among these members."""
    shared = common([prompts[index] for index in members])
    branches: dict[int, list[int]] = {}
    for index in members:
        branches.setdefault(prompts[index][shared], []).append(index)
    apart: list[Family] = []
    rest: list[int] = []
    for branch in branches.values():
        closer = len(branch) >= FEW and len(branch) < len(members)
        if closer and common([prompts[index] for index in branch]) >= shared + WORTH:
            apart += divide(prompts, tuple(branch))
        else:
            rest += branch
    if not rest:
        return apart
    if apart:
        shared = common([prompts[index] for index in rest])
    known = tuple(prompts[rest[0]][:shared]) if shared >= WORTH and len(rest) > 1 else ()
    return [*apart, Family(tuple(sorted(rest)), known)]


def common(prompts: Sequence[tuple[int, ...]]) -> int:
    """Number of tokens that all prompts begin with; each keeps one token of its own."""
    first, last = min(prompts), max(prompts)  # in the order of a dictionary: the most unlike
    limit = min(len(prompt) for prompt in prompts) - 1
    pairs = zip(first[:limit], last[:limit], strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), max(limit, 0))


def plan_batches(asked: Sequence[Asked], batch_size: int | Rows) -> list[list[str]]:
    """Ids of examples that are answered together: of one family, the longest first.

    The longest first, so that memory that does not suffice is noticed at once. `batch_size` may be
    a function of a batch's longest prompt and the tokens of it that are shared.
    """
    plan: list[list[str]] = []
    for family in families([item.prompt.ids for item in asked]):
        order = sorted(
            (asked[index] for index in family.members),
            key=lambda item: (-len(item.prompt.ids), item.example.id),
        )
        while order:
            longest = len(order[0].prompt.ids)
            rows = batch_size(longest, len(family.prefix)) if callable(batch_size) else batch_size
            plan.append([item.example.id for item in order[:rows]])
            order = order[rows:]
    return plan


def prefixes(asked: Sequence[Asked]) -> dict[str, tuple[int, ...]]:
    """What each example's prompt shares with its family, by the example's id.

    It depends on all that is asked and not on what is left to do: a run that was interrupted
    reads the same prefixes again.
    """
    found = families([item.prompt.ids for item in asked])
    return {asked[index].example.id: family.prefix for family in found for index in family.members}


def batches_in(plan: Sequence[Sequence[str]], asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """The batches of a frozen plan."""
    by_id = {item.example.id: item for item in asked}
    for batch in plan:
        yield [by_id[example_id] for example_id in batch]
