"""Texts as sequences of numbers: each text is cut once, however many metrics ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from etude.records import Example, Prediction

Ids = NDArray[np.int32]
Cut = Callable[[str], list[str]]  # text -> its tokens, in order
Found = TypeVar("Found")


class Texts:
    """What metrics have found out about texts, for as long as one scoring goes on.

    Tokens are kept as numbers, which compare fast and take little room; equal tokens of the same
    cut have equal numbers.
    """

    def __init__(self) -> None:
        self._ids: dict[Cut, dict[str, Ids]] = {}
        self._numbers: dict[Cut, dict[str, int]] = {}
        self._kept: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def ids(self, cut: Cut, text: str) -> Ids:
        """The tokens of a text as numbers, shape (tokens,)."""
        known = self._ids.setdefault(cut, {})
        found = known.get(text)
        if found is None:
            number = self._numbers.setdefault(cut, {})
            numbers = [number.setdefault(token, len(number)) for token in cut(text)]
            found = known[text] = np.array(numbers, dtype=np.int32)
        return found

    def all_ids(self, cut: Cut, texts: Sequence[str]) -> list[Ids]:
        """The same of many texts."""
        return [self.ids(cut, text) for text in texts]

    def once(
        self,
        name: Any,
        examples: Sequence[Example],
        predictions: Sequence[Prediction],
        make: Callable[[], Found],
    ) -> Found:
        """What `make` makes for these very lists, made once; `name` tells it from other findings.

        The lists are held on to, so that no other list can take their place in memory.
        """
        key = (name, id(examples), id(predictions))
        if key not in self._kept:
            self._kept[key] = (examples, predictions, make())
        found: Found = self._kept[key][2]
        return found
