"""What may be written under `search:`, and which settings of a tuning its names mean.

A searched setting is named as it stands in `tune`: by its last word (`learning_rate`, `r`) where
that is the only setting of this name, by more of its path (`optimizer.learning_rate`) where it is
not. Values are a list of choices, `{log: [low, high]}` or `{uniform: [low, high]}`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from etude.config.settings import Misplaced, Settings, choose

Path = tuple[str, ...]
Block = TypeVar("Block", bound=Settings)
Scalar = bool | int | float | str | None
Pair = tuple[float, ...]  # of two; said by a validator of its own, in its own words
Setting = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_-]+)*$")]
ROOT = "tune"  # what a dotted name may begin with
LOSS = "dev_loss"  # what a search looks for when nothing else is asked
# What changes nothing that is learnt, and what changes the tokens that the loss counts or when it
# is taken: such losses cannot be compared.
NOT_SEARCHED = {
    *("search", "log_steps", "evaluate_batch_size", "save_seconds", "save_steps"),
    *("save_total_limit", "supervise", "max_tokens", "evaluate_steps"),
}


class Range(Settings):
    """The values that a setting may take."""

    choices: tuple[Scalar, ...] = ()
    """One of these; a list alone means the same."""
    log: Pair | None = None
    """Between two numbers, each power of ten as likely as another."""
    uniform: Pair | None = None
    """Between two numbers, each as likely as another."""

    @model_validator(mode="after")
    def one_kind(self) -> Range:
        """Exactly one way to say it, and something to choose from."""
        kinds = [name for name in ("choices", "log", "uniform") if getattr(self, name)]
        if len(kinds) != 1:
            raise ValueError(
                "expected a list of choices, {log: [low, high]} or {uniform: [low, high]}"
            )
        if kinds == ["choices"] and len(set(map(repr, self.choices))) < max(2, len(self.choices)):
            raise ValueError(
                "expected at least two different choices: a single value is set where it stands"
            )
        for name, bounds in (("log", self.log), ("uniform", self.uniform)):
            if bounds is not None and (len(bounds) != 2 or not bounds[0] < bounds[1]):
                raise Misplaced((name,), "expected two numbers, [low, high], with low below high")
        if self.log is not None and self.log[0] <= 0:
            raise Misplaced(("log",), "a logarithm needs numbers above 0: raise the lower one")
        return self

    def __contains__(self, value: Any) -> bool:
        """Whether a value could be chosen."""
        bounds = self.log or self.uniform
        if bounds is None:
            return any(value == item and type(value) is type(item) for item in self.choices)
        return isinstance(value, int | float) and bounds[0] <= value <= bounds[1]

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values between which, or of which, one chooses."""
        return self.choices or self.log or self.uniform or ()


def ranged(value: Any) -> Any:
    """`[4, 8]` is short for `{choices: [4, 8]}`."""
    return {"choices": value} if isinstance(value, list | tuple) else value


def searched_beside(schema: dict[str, Any]) -> None:
    """Tell editors that searched settings may stand directly in `search`."""
    schema["patternProperties"] = schema["properties"]["space"]["patternProperties"]


class Search(Settings):
    """Try several settings of a tuning on the dev split and tune with the best ones.

    Beside the settings below stand those that are searched, each with its values:
    `learning_rate: {log: [1e-5, 1e-3]}`, `r: [4, 8, 16]`.
    """

    model_config = ConfigDict(json_schema_extra=searched_beside)

    space: dict[
        Setting,
        Annotated[
            Range, BeforeValidator(ranged, json_schema_input_type=tuple[Scalar, ...] | Range)
        ],
    ] = Field(min_length=1)
    """The searched settings. They may as well stand directly in `search`."""
    trials: int = Field(20, ge=1)
    """Settings to try, pruned ones included. Where everything can be tried with fewer, everything
    is, once. With a larger number later, a search goes on."""
    metric: str = LOSS
    """What is best: the lowest validation loss (`dev_loss`), or the best value of one of the
    metrics on answers to the dev split."""
    prune: Literal["median", "halving", "none"] = "median"
    """End a trial early when its validation loss is above the `median` of earlier ones at the same
    validation, or not among the best quarter at the 1st, 4th, 16th, ... (`halving`)."""
    workers: int = Field(1, ge=1, le=64)
    """Trials at once, a process each. With --launch or torchrun, 1 lets all processes do each trial
    together; more deal the trials out to the processes, at most so many at once."""
    storage: str | None = None
    """URL of a database that several machines share (`postgresql://...`; `$NAME` takes it from the
    environment). A file in the run folder when not given."""

    @model_validator(mode="before")
    @classmethod
    def searched_beside_the_rest(cls, value: Any) -> Any:
        """Gather what is no setting of the search itself into `space`."""
        if not isinstance(value, Mapping):
            return value
        own = {key: item for key, item in value.items() if key in cls.model_fields}
        searched = {key: item for key, item in value.items() if key not in own}
        for key, item in searched.items():
            if not isinstance(item, Mapping | list | tuple):
                hint = choose(str(key), [name for name in cls.model_fields if name != "space"])
                raise Misplaced(
                    (str(key),),
                    "a searched setting takes a list of choices, {log: [low, high]} or {uniform: "
                    f"[low, high]}}; if a setting of the search is meant: {hint}",
                )
        if not searched:
            return own
        return {**own, "space": {**own.get("space", {}), **searched}}


def places(block: Settings, before: Path = ()) -> Iterator[Path]:
    """Every setting of a block and of the blocks in it, as it stands."""
    for name in type(block).model_fields:
        if name == "name" or (not before and name in NOT_SEARCHED):
            continue
        value, here = getattr(block, name), (*before, name)
        yield here
        if isinstance(value, Settings):
            yield from places(value, here)
        elif isinstance(value, Mapping):
            yield from ((*here, key) for key in value)


def place_of(name: str, block: Settings) -> Path:
    """The setting that a short or dotted name means. Raises ValueError where none or several.

    `tune.dropout` is the tuning's own setting where a block in it has one of this name as well.
    """
    parts, known = tuple(name.split(".")), list(places(block))
    found = [path for path in known if ends_with(path, parts)]
    if len(found) == 1:
        return found[0]
    if found:
        several = " or ".join(".".join((ROOT, *path)[-2:]) for path in found)
        raise ValueError(f"this could be {several}: write one of these")
    if parts[-1] in NOT_SEARCHED:
        raise ValueError(
            "this cannot be searched, as it changes nothing that is learnt or what the loss "
            "counts: set it in tune"
        )
    names = [shortest(path, known) for path in known]
    raise ValueError(f"there is no such setting here: {choose(name, names)}")


def ends_with(path: Path, parts: Path) -> bool:
    """Whether a name may stand for a setting."""
    return (ROOT, *path)[-len(parts) :] == parts


def shortest(path: Path, known: Iterable[Path]) -> str:
    """The shortest name of a setting that means no other."""
    for length in range(1, len(path) + 1):
        parts = path[-length:]
        if sum(ends_with(other, parts) for other in known) == 1:
            return ".".join(parts)
    return ".".join((ROOT, *path))


def takes_whole(block: Settings, path: Path) -> bool:
    """Whether a setting takes whole numbers and no others."""
    for name in path[:-1]:
        inner = getattr(block, name)
        if not isinstance(inner, Settings):
            return False
        block = inner
    kinds = set(leaves(type(block).model_fields[path[-1]].annotation))
    return int in kinds and float not in kinds


def leaves(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation."""
    parts = get_args(annotation)
    if not parts:
        yield annotation
    for part in parts:
        yield from leaves(part)


def with_settings(block: Block, chosen: Mapping[Path, Any]) -> Block:
    """The block with these values in place, and without its search.

    Where another variant is chosen (`method: dora`), the settings that were written for the old one
    and exist in the new one are kept. Raises pydantic's ValidationError.
    """
    values = block.model_dump(mode="json", exclude={"search"})
    for path in sorted(chosen, key=len):
        inner: Any = values
        for name in path[:-1]:
            inner = inner[name]
        old = getattr(block, path[0])
        other = len(path) == 1 and isinstance(old, Settings)
        inner[path[-1]] = variant(block, path[0], chosen[path]) if other else chosen[path]
    return type(block).model_validate(values)


def variant(block: Settings, name: str, choice: Any) -> Any:
    """A block inside another by its short form, with what was written there as far as it fits."""
    old, fresh = getattr(block, name), getattr(type(block).model_validate({name: choice}), name)
    if not isinstance(fresh, Settings):
        return choice
    kept = old.model_fields_set & set(type(fresh).model_fields) - {"name"}
    return old.model_dump(mode="json", include=kept) | fresh.model_dump(
        mode="json", exclude_unset=True
    )


def searched(block: Settings, search: Search) -> dict[Path, Range]:
    """Where each searched setting stands in a tuning, with its values. Raises `Misplaced`."""
    found: dict[Path, Range] = {}
    for name, values in search.space.items():
        try:
            path = place_of(name, block)
        except ValueError as error:
            raise Misplaced(("search", name), str(error)) from None
        if path in found:
            raise Misplaced(("search", name), f"{'.'.join(path)} is searched already: keep one")
        found[path] = values
    return found


def check_search(block: Settings, search: Search) -> None:
    """Every name is a setting wherever the search may go, every value one that it takes."""
    blocks = [name for name in search.space if isinstance(getattr(block, name, None), Settings)]
    for name in blocks:
        if not search.space[name].choices:
            raise Misplaced(("search", name), "this is a block: give a list of its names")
    choices = [search.space[name].choices for name in blocks]
    now = tuple(getattr(block, name).name for name in blocks)  # as it stands, in plans and keys
    for chosen in (now, *product(*choices)):
        tree = block
        for name, choice in zip(blocks, chosen, strict=True):
            tree = _tried(tree, name, (name,), choice)
        try:
            found = searched(tree, search)
        except Misplaced as error:
            if not blocks:
                raise
            where = ", ".join(f"{n} {c}" for n, c in zip(blocks, chosen, strict=True))
            raise Misplaced(error.path, f"with {where}, {error}") from None
        for name, (path, values) in zip(search.space, found.items(), strict=True):
            _check_values(tree, name, path, values)


def _check_values(block: Settings, name: str, path: Path, values: Range) -> None:
    """Bounds and choices are values of the setting."""
    whole = not values.choices and takes_whole(block, path)
    if whole and any(end != math.floor(end) for end in values.ends):
        raise Misplaced(("search", name), "this takes whole numbers: give whole bounds")
    for value in values.ends:
        _tried(block, name, path, int(value) if whole else value)


def value_at(block: Any, path: Path) -> Any:
    """A setting's value as it stands."""
    for name in path:
        block = block[name] if isinstance(block, Mapping) else getattr(block, name)
    return block


def _tried(block: Block, name: str, path: Path, value: Any) -> Block:
    """The block with one value in place; a value that does not fit is a mistake of the search."""
    try:
        return with_settings(block, {path: value})
    except ValidationError as error:
        from etude.config.messages import sentences  # late: it names this room's settings

        written = value
        for part in reversed(path):
            written = {part: written}
        said = sentences(error, written, {})[0].partition(": ")[2].rstrip(".")
        raise Misplaced(("search", name), said) from None
