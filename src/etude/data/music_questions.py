"""Questions on music theory, computed on the spot -> rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from etude.config.sources import MusicTheory
from etude.data.rows import Row, SplitName
from etude.errors import UserError
from etude.music.facts import TOPICS
from etude.music.questions import make_questions


def read_music_theory(source: MusicTheory, root: Path) -> Iterator[Row]:
    """One row per question; the same settings give the same rows. No file is read.

    Columns: id, topic, root (the note it is about), language, fact (the same for all questions
    that ask the same thing), question, answer. Questions about `test_roots` and `dev_roots` are
    published as test and dev, the others as train; where neither is set, nothing is published.
    """
    split: dict[str, SplitName] = dict.fromkeys(source.dev_roots, "dev")
    split |= dict.fromkeys(source.test_roots, "test")
    questions = make_questions(
        source.questions,
        source.seed,
        source.languages,
        source.topics or tuple(TOPICS),
        source.dev_roots,
        source.test_roots,
    )
    if len(questions) < source.questions:
        raise UserError(
            f"music-theory: {source.questions} questions are asked for, but these topics and "
            f"languages make {len(questions)}: set questions to {len(questions)} or fewer."
        )
    for question in questions:
        published = split.get(question.root, "train" if split else None)
        yield Row(published, f"music-theory, {question.id}", asdict(question))
