"""Endless repetition: texts that say the same again and again."""

from __future__ import annotations

from collections.abc import Sequence

TURNS = 3  # times that a piece stands at the end of a text that goes round
LEAST = 8  # words that go round
GRAM = 4


def going_round(words: Sequence[str]) -> int:
    """How many words the piece has that the end of a text repeats; 0 where nothing goes round.

    The piece stands there `TURNS` times at least, and after that perhaps in part: texts are cut
    where tokens run out. Of several pieces the shortest counts.
    """
    size = len(words)
    for period in range(1, size // TURNS + 1):
        same = 0
        while same < size - period and words[size - 1 - same] == words[size - 1 - same - period]:
            same += 1
        if same + period >= max(LEAST, TURNS * period):
            return period
    return 0


def repeated(words: Sequence[str], length: int = GRAM) -> float:
    """The share of runs of `length` words that stood there before (seq-rep-n, Welleck et al. 2020).

    0 for a text without two of them.
    """
    count = len(words) - length + 1
    if count < 2:
        return 0.0
    return 1 - len({tuple(words[n : n + length]) for n in range(count)}) / count
