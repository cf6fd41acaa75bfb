"""What a maker of questions gives: a question with its answers, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Make = Literal["definition", "fact", "date", "section", "cloze", "text"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question on an article; the first of `answers` is the one to learn.

    Characters `start` to `end` of the article's document hold the answer.
    """

    make: Make
    question: str
    answers: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of an article that no question is made of, and why."""

    make: Make
    reason: str
    detail: str
