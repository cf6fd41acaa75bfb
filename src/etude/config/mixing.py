"""What may be written under `mix:`: which sources a tuning learns from, and in which shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Name, Positive, Settings, choose


class Mix(Settings):
    """Learn from several sources in other shares than their sizes.

    An epoch stays as long as the sources' training rows together; a source with a larger share than
    its size repeats some of its rows, one with a smaller share takes turns over the epochs.
    """

    sources: tuple[Name, ...] = ()
    """Learn from these sources only; from all of them when not given."""
    weights: dict[Name, Positive] = Field({})
    """Shares in proportion to these numbers. A source that is not named is not learnt from."""
    temperature: Positive = 1.0
    """Shares in proportion to size to the power of 1 / temperature: 1 is by size, 2 by its root,
    the larger the more alike (Raffel et al. 2020, arXiv:1910.10683, section 3.5.2)."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """A source counts as no larger than this, before the temperature (the same section)."""

    @model_validator(mode="after")
    def shares_are_said_once(self) -> Mix:
        for name in ("sources", "temperature", "limit"):
            if self.weights and getattr(self, name) != type(self).model_fields[name].default:
                raise Misplaced(
                    (name,), "weights say which sources and how much of each: remove one of the two"
                )
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The sources that are named, none where all are meant."""
        return self.sources or tuple(self.weights)


def listed(value: Any) -> Any:
    """`[songs]` is short for `{sources: [songs]}`."""
    return {"sources": value} if isinstance(value, list | tuple) else value


def check_mix(mix: Mix, known: Mapping[str, Any]) -> None:
    """Every source that a mix names must be one of the study's."""
    for name in mix.named:
        if name not in known:
            path = ("weights", name) if mix.weights else ("sources",)
            raise Misplaced(path, f"there is no source '{name}': {choose(name, known)}")
