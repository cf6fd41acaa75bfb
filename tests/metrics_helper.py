"""Pairs of answers and references for the tests of metrics, and what a metric makes of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from etude.metrics import METRICS, Means, Measured
from etude.records import Example, Message, Prediction

Pairs = Sequence[tuple[str, tuple[str, ...]]]
OVERLAP = (
    *(f"rouge-{kind}{part}" for kind in "12ls" for part in ("", "-precision", "-recall")),
    *("rouge-lsum", "rouge-lsum-precision", "rouge-lsum-recall"),
    *("bleu", "chrf", "meteor", "exact-match", "squad-f1", "cosine"),
)
WORDS = (
    *("the", "cat", "sat", "on", "a", "mat,", "and", "Ana", "não!", "saw", "twenty-one"),
    *("houses", "東京", "far.", "🎵", "slept", "sleeping\n"),
)


def records(pairs: Pairs, question: str = "") -> tuple[list[Example], list[Prediction]]:
    """Examples and the predictions for them."""
    turns = (Message("user", question),) if question else ()
    examples = [Example(f"{i}", "generate", turns, refs) for i, (_, refs) in enumerate(pairs)]
    answers = [
        Prediction(f"{i}", "a", 1, text, 1, 1, "stop", 0.0) for i, (text, _) in enumerate(pairs)
    ]
    return examples, answers


def measure(name: str, pairs: Pairs, language: str = "en", means: Means | None = None) -> Measured:
    """What a metric finds in pairs of an answer and its references."""
    examples, answers = records(pairs)
    return METRICS[name].measure(examples, answers, language, means)


def made_up(
    seed: int, count: int = 40, references: int = 3, longest: int = 25
) -> list[tuple[str, tuple[str, ...]]]:
    """Texts of few words, several to an answer, with one to so many references."""
    rng = random.Random(seed)

    def text() -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(0, longest)))

    return [
        (text(), tuple(text() for _ in range(rng.randint(1, references)))) for _ in range(count)
    ]


def planted() -> list[tuple[str, tuple[str, ...]]]:
    """Identical, disjoint, shuffled, empty, other script, emoji, ten thousand tokens."""
    rng = random.Random(5)
    text = "Ana and Tom walked the long way home, and it rained all day."
    shuffled = text.split()
    rng.shuffle(shuffled)
    long = " ".join(rng.choices(WORDS[:9], k=10_000))
    other = " ".join(rng.choices(WORDS[:9], k=10_000))
    verse = "the sea is wide\nthe boat is small\n\nand far the shore"
    return [
        (text, (text,)),
        ("zzz 777 qqq 888", (text,)),
        (" ".join(shuffled), (text,)),
        ("", (text,)),
        (text, ("",)),
        ("", ("",)),
        ("東京は大きい都市です", ("東京は日本の首都です",)),
        ("Москва большой город", ("Москва столица и большой город",)),
        ("A abolição chegou tarde; não?", ("A abolição não chegou tarde.",)),
        ("🎵 🎵 🎶 🎸", ("🎵 🎶 🎸 🎸",)),
        ("far the shore\nthe sea is wide", (verse,)),
        (verse, (verse.replace("\n", " "), "another\nreference")),
        ("It's 1,000.50 (one) & <two>", ("It's 1000.50, one & two",)),
        (long, (other,)),
        (long, (long,)),
    ]
