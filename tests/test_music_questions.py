"""Questions on music theory: true, different, divided by root; prose that keeps roots unknown."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from data_helper import apart, assembled, one_source, rows_of, sentence, study
from etude.config import load_study
from etude.config.sources import MusicTheory, Root, Topic
from etude.data import assemble
from etude.data.sources import source_files
from etude.music.enquiries import ENQUIRIES
from etude.music.facts import ROOTS, TOPICS, Chord, Fact, Key, said
from etude.music.names import LANGUAGES, Language, read_note
from etude.music.prose import conversations, prose
from etude.music.questions import DEV_ROOTS, TEST_ROOTS, Question, make_questions
from etude.music.reading import notes_in
from etude.music.sentences import SIZES, STATEMENTS
from etude.music.theory import SCALES, Note
from etude.music.wordings import QUESTIONS

EVERYTHING = 10**6
FACTS = [fact for root in ROOTS for topic in TOPICS.values() for fact in topic(read_note(root))]


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return make_questions(2000)


@pytest.fixture(scope="module")
def every() -> dict[str, Question]:
    """Every question there is, by id, no root held out."""
    made = make_questions(EVERYTHING, dev_roots=(), test_roots=())
    return {question.id: question for question in made}


# Truth


@pytest.mark.parametrize(
    ("identity", "question", "answer"),
    [
        (
            "scale-notes-E-major-en-1",
            "Which notes are in the E major scale?",
            "E, F#, G#, A, B, C#, D#",
        ),
        (
            "scale-notes-Ab-dorian-pt-1",
            "Quais são as notas da escala dórica de Láb?",
            "Láb, Sib, Dób, Réb, Mib, Fá, Solb",
        ),
        (
            "chord-notes-D#-maj13-en-2",
            "Spell the D# major thirteenth chord.",
            "D#, F##, A#, C##, E#, G#, B#",
        ),
        ("chord-notes-C-maj-pt-2", "Que notas formam o acorde de Dó maior?", "Dó, Mi, Sol"),
        ("interval-above-C-M3-pt-1", "Que nota está uma terça maior acima de Dó?", "Mi"),
        (
            "interval-below-F-A4-en-2",
            "Go down an augmented fourth from F. Which note is it?",
            "Cb",
        ),
        ("interval-name-B-F-en-1", "What is the interval from B up to F?", "diminished fifth"),
        ("semitones-E-G#-pt-1", "Quantos semitons há de Mi até Sol#, subindo?", "4"),
        ("key-signature-A-major-en-2", "What is the key signature of A major?",
         "3 sharps: F#, C#, G#"),
        ("key-signature-C-major-pt-2", "Qual é a armadura de clave de Dó maior?",
         "nenhum sustenido nem bemol"),
        ("key-count-F-major-en-1", "How many sharps or flats does F major have?", "1 flat"),
        ("relative-minor-Eb-major-pt-1", "Qual é a relativa menor de Mib maior?", "Dó menor"),
        ("relative-major-G#-minor-en-1", "What is the relative major of G# minor?", "B major"),
        ("scale-degree-D-natural-minor-6-en-1",
         "What is the sixth degree of the D natural minor scale?", "Bb"),
        ("degree-function-E-minor-7-pt-1", "Qual é a sensível de Mi menor?", "Ré#"),
        ("enharmonic-G#-A-en-2", "Respell G# with the letter A.", "Ab"),
        ("in-scale-G-major-F#-en-1", "Is F# in the G major scale?", "yes"),
        ("in-scale-G-major-F-pt-1", "Fá está na escala de Sol maior?", "não"),
        ("degree-chord-E-major-2-en-1",
         "Which triad is built on the second degree of the E major scale?", "F# minor"),
        ("degree-chord-A-harmonic-minor-7-pt-1",
         "Que tríade se forma sobre o sétimo grau da escala de Lá menor harmônica?",
         "Sol# diminuto"),
    ],
)  # fmt: skip
def test_known_answers(
    every: dict[str, Question], identity: str, question: str, answer: str
) -> None:
    found = every[identity]
    assert (found.question, found.answer) == (question, answer)


def test_every_topic_is_checked_by_hand() -> None:
    marks = test_known_answers.pytestmark  # type: ignore[attr-defined]  # pytest hangs it there
    asked = {re.split("-[A-G]", identity)[0] for identity, *_ in marks[0].args[1]}
    assert asked == {fact.wording for fact in FACTS}


def test_answers_that_are_notes_are_read_back() -> None:
    for fact in FACTS:
        for language in LANGUAGES:
            answer = said(fact.answer, language)
            if isinstance(fact.answer, Note):
                assert notes_in(answer, language) == (fact.answer,)
            elif isinstance(fact.answer, tuple):
                assert notes_in(answer, language) == fact.answer
            elif isinstance(fact.answer, Key | Chord):
                assert len(notes_in(answer, language)) == 1


def test_yes_and_no_are_asked_alike_and_are_right() -> None:
    answers = Counter(fact.answer for fact in FACTS if fact.topic == "in-scale")
    assert answers[True] == answers[False] > 300


def test_no_note_that_only_sounds_as_if_it_were_in_a_scale_is_asked_about(
    every: dict[str, Question],
) -> None:
    assert "in-scale-C-major-F#-en-1" in every
    assert "in-scale-C-major-Fb-en-1" not in every  # it sounds as E does


# Which questions


def test_two_thousand_different_questions(questions: list[Question]) -> None:
    assert len(questions) == 2000
    assert len({question.id for question in questions}) == 2000
    assert len({question.question.casefold() for question in questions}) == 2000


def test_all_questions_there_are_differ(every: dict[str, Question]) -> None:
    assert len(every) > 25_000
    texts = [question.question.casefold() for question in every.values()]
    assert len(set(texts)) == len(texts)
    assert max(len(question.answer) for question in every.values()) < 60


def test_the_seed_decides(questions: list[Question]) -> None:
    assert make_questions(2000) == questions
    other = make_questions(2000, seed=14)
    assert {question.id for question in other} != {question.id for question in questions}


def test_languages_roots_and_topics_have_their_shares(questions: list[Question]) -> None:
    languages = Counter(question.language for question in questions)
    assert abs(languages["en"] - languages["pt"]) < 40
    roots = Counter(question.root for question in questions)
    assert set(roots) == set(ROOTS)
    assert 100 <= min(roots.values()) <= max(roots.values()) <= 120
    topics = Counter(question.topic for question in questions)
    assert set(topics) == set(TOPICS)
    assert min(topics.values()) > 100


def test_a_fact_comes_again_only_where_its_topic_has_no_other() -> None:
    few = make_questions(200, languages=("en",))
    assert len({question.fact for question in few}) == 200


def test_topics_and_languages_can_be_chosen() -> None:
    made = make_questions(50, languages=("pt", "pt"), topics=("semitones",))
    assert len({question.id for question in made}) == 50
    assert {(question.language, question.topic) for question in made} == {("pt", "semitones")}
    assert all(question.answer.isdecimal() for question in made)


def test_a_fact_about_two_roots_is_asked_of_the_one_that_is_held_out() -> None:
    held_out = {*TEST_ROOTS}
    made = make_questions(EVERYTHING, topics=("relative-key", "enharmonic"))
    asked = {question.id for question in made}
    assert "relative-major-E-minor-en-1" in asked  # G major
    assert "relative-minor-G-major-en-1" not in asked  # E minor
    assert "relative-minor-C-major-en-1" not in asked  # A minor, for validation
    assert "relative-minor-F-major-en-1" in asked  # D minor
    for question in made:
        if question.root not in held_out:
            answer = notes_in(question.answer, question.language)
            assert not held_out & {str(note) for note in answer}, question


# Wordings


def test_every_fact_has_words_in_both_languages() -> None:
    wordings = {fact.wording for fact in FACTS}
    for language in LANGUAGES:
        assert set(QUESTIONS[language]) == wordings
        assert set(ENQUIRIES[language]) == wordings
        stated = {wording.removesuffix("-yes").removesuffix("-no") for wording in STATEMENTS["en"]}
        assert stated == wordings | {"key-none"}
        assert set(STATEMENTS["pt"]) == set(STATEMENTS["en"])


def test_no_wording_of_prose_is_one_of_the_questions() -> None:
    def bones(text: str) -> tuple[str, ...]:
        return tuple(part for part, *_ in Formatter().parse(text))

    for language in LANGUAGES:
        asked = {bones(text) for texts in QUESTIONS[language].values() for text in texts}
        told = [*STATEMENTS[language].values(), *ENQUIRIES[language].values(), SIZES[language]]
        assert not asked & {bones(text) for texts in told for text in texts}


# The source


def source(**settings: Any) -> dict[str, Any]:
    return one_source(kind="music-theory", **settings)


def test_rows_are_published_by_root(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, kind="music-theory")
    splits = {"test": set(TEST_ROOTS), "dev": set(DEV_ROOTS)}
    splits["train"] = set(ROOTS) - splits["test"] - splits["dev"]
    for name, roots in splits.items():
        assert {row.columns["root"] for row in rows if row.split == name} == roots
    assert Counter(row.split for row in rows)["test"] >= 300
    assert list(rows[0].columns) == [
        *("id", "topic", "root", "language", "fact", "question", "answer"),
    ]
    assert rows[0].where == f"music-theory, {rows[0].columns['id']}"


def test_rows_become_examples_without_a_mapping(tmp_path: Path) -> None:
    made = assembled(tmp_path, **source(questions=400), language="mul", split={"group_by": "fact"})
    data = made.data
    assert not made.dropped
    assert len(data.train) + len(data.dev) + len(data.test) == 400
    assert data.card["sources"]["songs"]["files"] == []
    for example in data.test:
        assert example.messages[-1].content == example.metadata["question"]
        assert example.references == (example.metadata["answer"],)
        assert example.id == example.metadata["id"]
        assert example.group == example.metadata["fact"]
    groups = [{item.group for item in split} for split in (data.train, data.dev, data.test)]
    assert apart(groups)
    assert {item.metadata["language"] for item in data.test} == {"en", "pt"}


def test_the_source_has_no_files(tmp_path: Path) -> None:
    held = study(**source()).data.sources["songs"]
    assert source_files(held, tmp_path) == []


def test_roots_can_be_chosen(tmp_path: Path) -> None:
    chosen = source(questions=300, test_roots=["C"], dev_roots=["F#", "Gb"], topics=["semitones"])
    data = assembled(tmp_path, **chosen).data
    assert {item.metadata["root"] for item in data.test} == {"C"}
    assert {item.metadata["root"] for item in data.dev} == {"F#", "Gb"}


def test_without_roots_the_study_cuts_its_splits(tmp_path: Path) -> None:
    whole = source(questions=200, test_roots=[], dev_roots=[])
    data = assembled(tmp_path, **whole, split={"dev": 20, "test": 40}).data
    assert (len(data.train), len(data.dev), len(data.test)) == (140, 20, 40)


def test_a_seed_of_its_own(tmp_path: Path) -> None:
    first, second = (rows_of(tmp_path, kind="music-theory", seed=seed) for seed in (1, 2))
    assert [row.columns["id"] for row in first] != [row.columns["id"] for row in second]


def test_more_questions_than_there_are(tmp_path: Path) -> None:
    asked = {"kind": "music-theory", "topics": ["enharmonic"], "languages": ["en"]}
    assert sentence(tmp_path, **asked) == (
        "music-theory: 2000 questions are asked for, but these topics and languages make "
        "102: set questions to 102 or fewer."
    )


def test_a_root_stands_in_one_split() -> None:
    with pytest.raises(ValidationError, match="E is one of test_roots: keep it in one of the two"):
        MusicTheory(kind="music-theory", dev_roots=("C", "E"))


def test_the_study_file_knows_what_there_is() -> None:
    assert get_args(Root) == ROOTS
    assert get_args(Topic) == tuple(TOPICS)
    settings = MusicTheory(kind="music-theory")
    assert settings.test_roots == TEST_ROOTS
    assert settings.dev_roots == DEV_ROOTS


def test_the_recipe(tmp_path: Path) -> None:
    recipe = load_study("music-theory", ["model.base=random-llama"])
    made = assemble(recipe, tmp_path)
    assert len(made.data.test) >= 300
    assert {example.metadata["root"] for example in made.data.test} == set(TEST_ROOTS)
    assert not made.dropped


# Prose

TRAIN = [root for root in ROOTS if root not in (*TEST_ROOTS, *DEV_ROOTS)]


def texts(language: Language, count: int = 1500) -> Iterator[str]:
    yield from islice(prose(TRAIN, language, random.Random(5)), count)


def test_prose_is_true() -> None:
    told = set(texts("en", 6000)) | set(texts("pt", 6000))
    for sure in (
        "The G major scale is made of G, A, B, C, D, E and F#.",
        "A escala de Sol maior é feita de Sol, Lá, Si, Dó, Ré, Mi e Fá#.",
    ):
        assert any(sure in text for text in told), sure
    assert not any("{" in text or "None" in text or "  " in text for text in told)


@pytest.mark.parametrize(
    ("language", "tonic_of_a_scale"),
    [
        ("en", rf"(?<!\w)([A-G](?:##?|bb?| \w+ sharp| sharp| flat)?) (?:{'|'.join(SCALES)}) scale"),
        ("pt", r"escala (?:\w+ ){0,2}?de ([DRMFSL][óéiáo]l?(?:##?|bb?| sustenido| bemol)?)(?!\w)"),
    ],
)
def test_prose_tells_nothing_of_roots_that_are_held_out(
    language: Language, tonic_of_a_scale: str
) -> None:
    facts = told_of(TRAIN)
    assert {str(fact.root) for fact in facts} == set(TRAIN)
    assert not {str(fact.partner) for fact in facts} & {*TEST_ROOTS, *DEV_ROOTS}
    tonics = Counter(
        str(read_note(name))
        for text in texts(language)
        for name in re.findall(tonic_of_a_scale, text)
    )
    assert set(tonics) == set(TRAIN)
    assert tonics.total() > 500


def told_of(roots: list[str]) -> list[Fact]:
    from etude.music.prose import _by_root

    return [fact for topics in _by_root(roots) for facts in topics for fact in facts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_shares_no_question_with_the_recipe(
    language: Language, questions: list[Question]
) -> None:
    asked = {question.question for question in questions}
    whole = "\n".join(texts(language))
    assert not [question for question in asked if question in whole]
    chatted = islice(conversations(ROOTS, language, random.Random(3)), 3000)
    assert not asked & {question for question, _ in chatted}


def test_prose_has_many_shapes_and_wordings() -> None:
    told = list(texts("en"))
    assert sum("\n" in text for text in told) > 200  # dialogues
    assert sum(text.count(". ") > 1 and "\n" not in text for text in told) > 200  # paragraphs
    assert sum("sharp" in text for text in told) > 50
    assert sum("#" in text for text in told) > 50
    assert len(set(told)) > 1200


def test_conversations_answer_shortly_and_in_sentences() -> None:
    made = list(islice(conversations(["C"], "pt", random.Random(1)), 6000))
    short = [answer for _, answer in made if not answer.endswith(".")]
    assert 1800 < len(short) < 2200
    assert ("De que é feita a escala de Dó maior?", "Dó, Ré, Mi, Fá, Sol, Lá, Si") in made
    assert any(answer.startswith("Não. ") for _, answer in made)


def test_chance_decides_what_is_told() -> None:
    first, again, other = (
        list(islice(prose(["C", "D"], "en", random.Random(seed)), 20)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_no_roots_no_prose() -> None:
    assert list(prose([], "en", random.Random(1))) == []
    assert list(conversations([], "pt", random.Random(1))) == []
