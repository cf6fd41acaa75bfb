"""What every block of a study file has in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from etude.errors import nearest

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
Name = Annotated[str, Field(pattern=NAME.pattern)]


class Misplaced(ValueError):
    """What is wrong with one setting of a block; `path` leads from the block to the setting."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Settings(BaseModel):
    """A block of the study file: unknown keys are refused, a field's docstring is its help."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def only_known_settings(cls, value: Any) -> Any:
        """Refuse unknown keys; where null is no choice of a setting, it means the default."""
        if not isinstance(value, Mapping):
            return value
        unknown = [key for key in value if key not in cls.model_fields]
        if unknown:
            context = {"unknown": unknown, "block": cls}
            raise PydanticCustomError("unknown_settings", "unknown settings", context)
        return {
            key: item
            for key, item in value.items()
            if item is not None or NoneType in get_args(cls.model_fields[key].annotation)
        }


def named(value: Any) -> Any:
    """`lora` is short for `{name: lora}`."""
    return {"name": value} if isinstance(value, str) else value


def counted(value: Any) -> Any:
    """`3` is short for `{count: 3}`."""
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


def choose(name: str, known: Iterable[str]) -> str:
    """The nearest known name and all of them; where none is near, all of them."""
    hint = nearest(name, known)
    return hint.replace("Known: ", "choose one of ") if hint.startswith("Known") else hint
