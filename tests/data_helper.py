"""What the tests of the data room share: studies made of a data block, and real material."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etude.config import Study
from etude.data import SOURCES, assemble
from etude.data.prepare import Assembled
from etude.data.rows import Row
from etude.errors import UserError

REAL = Path(__file__).parents[1].parent / "shared" / "data"


def real(path: str) -> Path:
    """The folder of the real material, if the file is there."""
    if not (REAL / path).exists():
        pytest.skip(f"the real material ({path}) is not beside this checkout")
    return REAL


def study(seed: int = 13, **data: Any) -> Study:
    return Study.model_validate(
        {
            "name": "test",
            "seed": seed,
            "model": {"base": "random-llama"},
            "data": data,
            "approaches": {"plain": {}},
        }
    )


def one_source(**settings: Any) -> dict[str, Any]:
    return {"sources": {"songs": settings}}


def rows_of(root: Path, **settings: Any) -> list[Row]:
    source = study(**one_source(**settings)).data.sources["songs"]
    return list(SOURCES[source.kind](source, root))


def assembled(root: Path, seed: int = 13, **data: Any) -> Assembled:
    return assemble(study(seed, **data), root)


def sentence(root: Path, **settings: Any) -> str:
    """What the user is told when a source cannot be read."""
    with pytest.raises(UserError) as told:
        rows_of(root, **settings)
    return str(told.value)


def apart(sets: list[set[Any]]) -> bool:
    """Whether no two of the sets share a value."""
    return sum(map(len, sets)) == len(set().union(*sets))
