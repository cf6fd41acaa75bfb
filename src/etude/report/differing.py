"""Which words of an answer another one does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

WORD = re.compile(r"\s*\S+\s*?(?=\s|$)")
ALIKE = 0.2  # texts with less in common than this are shown whole: marks would be everywhere
LONGEST = 1500  # words; a longer text is not compared


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: in both texts, only in the second (`added`), only in the first (`gone`)."""

    kind: Literal["same", "added", "gone"]
    text: str

    @property
    def word(self) -> str:
        """The text from its first letter on, which is what a mark stands under."""
        return self.text.lstrip()

    @property
    def space(self) -> str:
        """The white space before that."""
        return self.text[: len(self.text) - len(self.word)]


def differing(before: str, after: str) -> list[Piece] | None:
    """`after` in pieces, with what `before` has instead; None where they have little in common.

    Words are compared with their punctuation and letter case, white space is not. The pieces that
    are not `gone` give `after` again.
    """
    first, second = WORD.findall(before), WORD.findall(after)
    tail = after[sum(map(len, second)) :]
    if max(len(first), len(second)) > LONGEST:
        return None
    matcher = SequenceMatcher(
        None, [word.strip() for word in first], [word.strip() for word in second], autojunk=False
    )
    if matcher.ratio() < ALIKE:
        return None
    pieces: list[Piece] = []
    for _, start, end, begin, stop in matcher.get_opcodes():
        gone, added = "".join(first[start:end]), "".join(second[begin:stop])
        if [word.strip() for word in first[start:end]] == [w.strip() for w in second[begin:stop]]:
            pieces.append(Piece("same", added))
            continue
        if gone:  # of the other text: white space may be lacking on either side here
            before_it = "" if not pieces or gone[0].isspace() else " "
            after_it = " " if second[begin:] and not second[begin][0].isspace() else ""
            pieces.append(Piece("gone", f"{before_it}{gone}{after_it}"))
        if added:
            pieces.append(Piece("added", added))
    return [*pieces, Piece("same", tail)] if tail else pieces
