"""Which characters a tokenizer cannot write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any
from unicodedata import normalize

from etude.engine.load import Speaker
from etude.records import Example

AT_ONCE = 1000


def unwritable(speaker: Speaker, splits: Sequence[Iterable[Example]]) -> dict[str, Any]:
    """Characters of the right answers that are not the same after writing them in tokens.

    Every character is tried once, between two letters. Returns `characters` (each with the number
    of answers that hold it), `answers` (that hold one of them), and `of` how many.
    """
    signs: Counter[str] = Counter()
    total = 0
    for example in chain.from_iterable(splits):
        signs.update(set(composed(example)))
        total += 1
    lost = set(lost_signs(speaker, sorted(signs)))
    every = chain.from_iterable(splits) if lost else ()
    holding = sum(not lost.isdisjoint(composed(example)) for example in every)
    characters = {sign: signs[sign] for sign in sorted(lost)}
    return {"characters": characters, "answers": holding, "of": total}


def composed(example: Example) -> str:
    """The right answers, a letter and its accent as one character where there is one."""
    return normalize("NFC", "".join(example.references))


def lost_signs(speaker: Speaker, signs: list[str]) -> list[str]:
    """Those of some characters that are lost between writing and reading."""
    tokenizer, lost = speaker.tokenizer, []
    for first in range(0, len(signs), AT_ONCE):
        part = signs[first : first + AT_ONCE]
        asked = [f"a{sign}b" for sign in part]
        ids = tokenizer(asked, add_special_tokens=False).input_ids
        # Cleaning up would take spaces before full stops away, which is no matter of the tokens.
        texts = tokenizer.batch_decode(ids, clean_up_tokenization_spaces=False)
        lost += [
            sign
            for sign, text, told in zip(part, asked, texts, strict=True)
            if sign not in told and normalize("NFC", text) not in normalize("NFC", told)
        ]
    return lost
