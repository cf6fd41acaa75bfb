"""What every block of a study file has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from etude.errors import nearest

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


class Settings(BaseModel):
    """A block of the study file: unknown keys are refused, a field's docstring is its help."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def unknown_keys_are_refused(cls, value: Any) -> Any:
        """Name the nearest setting, which pydantic's own refusal does not."""
        for key in value if isinstance(value, Mapping) else ():
            if key not in cls.model_fields:
                hint = nearest(str(key), cls.model_fields)
                raise PydanticCustomError("unknown_setting", f"unknown setting '{key}'; {hint}")
        return value


def named(value: Any) -> Any:
    """`lora` is short for `{name: lora}`."""
    return {"name": value} if isinstance(value, str) else value


def counted(value: Any) -> Any:
    """`3` is short for `{count: 3}`."""
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value
