"""What gives way where passages do not fit: in an order, counted, never the question first."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from etude.config.study import Model, Prompt
from etude.engine.context import Context, EncodedPrompt
from etude.engine.encode import encode_prompt
from etude.engine.load import Speaker, load_speaker
from etude.prompts.passages import Passages, asked, pieces_of, words_of
from etude.records import Chunk, Example, Hit, Passage

QUESTION = models.example("Will he come to the concert on Sunday evening?", "no")
SHOTS = (
    models.example("Where is the station?", "on the left", id="far"),
    models.example("Does the fox jump?", "yes", id="near"),
)
SENTENCES = "The fox runs home. The dog is lazy! Where is the church? It is old."
TEMPLATE = "{passages}\n\n{question}"


@cache
def speaker() -> Speaker:
    folder = models.folder_of("llama")
    return load_speaker(models.base_of(folder), Model(base=str(folder)))


def hit(number: int, text: str = SENTENCES, title: str = "Fox") -> Hit:
    return Hit(Chunk(f"d{number}", title, text, 0, len(text)), 1.0 / number)


def context(
    *hits: Hit,
    count: int = 5,
    shots: tuple[Example, ...] = (),
    template: str = TEMPLATE,
    cite: bool = False,
    abstain: bool = False,
) -> Context:
    """A context with these passages for every question, worked examples included."""
    sentences = asked("en", cite=cite, abstain=abstain)
    passages = Passages(lambda _: hits, count, template, *sentences)
    return Context(Prompt(), None, lambda _: shots, passages)


def prompt(given: Context, room: int | None = None) -> EncodedPrompt:
    return encode_prompt(speaker(), QUESTION, given, room)


def test_passages_stand_numbered_with_their_titles_before_the_question() -> None:
    found = prompt(context(hit(1, "The fox runs."), hit(2, "It is old.", title="")))
    assert found.text == (
        "<s>[1] Fox\nThe fox runs.\n\n[2] It is old.\n\n"
        "Will he come to the concert on Sunday evening?\n\n"
    )
    assert found.truncated_tokens == 0


def test_what_is_recorded_beyond_k_is_not_shown() -> None:
    found = prompt(context(*(hit(number) for number in range(1, 5)), count=2))
    assert [item.shown for item in found.passages] == [True, True, False, False]
    assert [item.id for item in found.passages] == [f"d{n}:0-{len(SENTENCES)}" for n in range(1, 5)]
    assert "[2]" in found.text
    assert "[3]" not in found.text


def test_citations_and_silence_are_asked_for_after_the_passages() -> None:
    found = prompt(context(hit(1, "The fox runs."), cite=True, abstain=True))
    assert (
        "The fox runs.\n\nCite the passages that the answer rests on by their numbers, as [1].\n\n"
        "If the passages do not hold the answer, write: The passages do not say.\n\nWill he"
    ) in found.text


def test_asked_in_its_own_language_where_that_is_known_and_otherwise_in_english() -> None:
    cite, silence = asked("pt", cite=True, abstain=True)
    assert cite == "Cite pelos números os textos em que a resposta se apoia, como [1]."
    assert silence.endswith("Os textos não dizem.")
    assert asked("por", cite=True, abstain=True) == (cite, silence)
    german, english = (asked(language, cite=True, abstain=False) for language in ("de", "en"))
    assert german[0].endswith("mit ihren Nummern, so: [1].")
    assert asked("it", cite=True, abstain=False) == english != german
    assert asked("en", cite=False, abstain=False) == ("", "")


def test_a_question_without_passages_stands_alone() -> None:
    bare = prompt(Context(Prompt(), None, lambda _: ()))
    assert prompt(context(template="Read:\n{passages}\nAnswer: {question}")).ids == bare.ids
    asking = prompt(context(abstain=True, cite=True))
    assert "Cite" not in asking.text
    assert "do not say" in asking.text


def test_the_template_puts_both_where_it_says() -> None:
    found = prompt(context(hit(1, "Old."), template="Q: {question}\nFrom {{these}}: {passages}"))
    assert found.text == (
        "<s>Q: Will he come to the concert on Sunday evening?\nFrom {these}: [1] Fox\nOld.\n\n"
    )


def test_worked_examples_have_their_passages_where_there_is_room() -> None:
    given = context(hit(1, "The fox runs."), shots=SHOTS[:1])
    assert prompt(given).text == (
        "<s>[1] Fox\nThe fox runs.\n\nWhere is the station?\n\non the left\n\n"
        "[1] Fox\nThe fox runs.\n\nWill he come to the concert on Sunday evening?\n\n"
    )
    short = prompt(given, len(prompt(given).ids) - 1)
    assert short.text == (
        "<s>Where is the station?\n\non the left\n\n"
        "[1] Fox\nThe fox runs.\n\nWill he come to the concert on Sunday evening?\n\n"
    )
    assert short.truncated_tokens == 0  # a courtesy, and not counted


def test_passages_farthest_down_go_first_at_the_end_of_a_sentence() -> None:
    given = context(*(hit(number) for number in range(1, 4)))
    whole = prompt(given)
    found = prompt(given, len(whole.ids) - 1)
    assert [item.shown for item in found.passages] == [True, True, True]
    assert [item.characters for item in found.passages[:2]] == [None, None]
    kept = found.passages[2].characters
    assert kept is not None
    assert SENTENCES[:kept] in ("The fox runs home. The dog is lazy! Where is the church?",)
    assert found.truncated_tokens == len(whole.ids) - len(found.ids)
    two = prompt(context(hit(1), hit(2)))
    fewer = prompt(given, len(two.ids))
    assert fewer.ids == two.ids
    assert [item.shown for item in fewer.passages] == [True, True, False]


def test_a_long_passage_is_cut_rather_than_all_others_dropped() -> None:
    long = hit(1, " ".join([SENTENCES] * 12))
    given = context(long, hit(2), hit(3))
    room = len(prompt(context(hit(1), hit(2), hit(3))).ids) + 40
    found = prompt(given, room)
    assert [item.shown for item in found.passages] == [True, True, True]
    first = found.passages[0].characters
    assert first is not None
    assert long.chunk.text[first - 1] in ".!?"
    assert "[3] Fox" in found.text


def test_worked_examples_go_before_the_first_passage() -> None:
    passage = hit(1, "The dog is lazy! It is old.")
    given, one = context(passage, shots=SHOTS), context(passage, shots=SHOTS[1:])
    room = len(encode_prompt(speaker(), QUESTION, plain_shots(one), None).ids)
    found = prompt(given, room)
    assert "Where is the station" not in found.text
    assert "Does the fox jump" in found.text
    assert [(item.shown, item.characters) for item in found.passages] == [(True, None)]


def plain_shots(given: Context) -> Context:
    """The same context, without passages beside worked examples."""
    assert given.passages is not None
    held = given.passages

    def found(example: Example) -> tuple[Hit, ...]:
        return tuple(held.found(example)) if example is QUESTION else ()

    passages = Passages(found, held.count, held.template)
    return Context(given.prompt, given.system, given.shots, passages)


def test_the_question_is_whole_while_a_word_of_a_passage_stands() -> None:
    bare = len(prompt(Context(Prompt(), None, lambda _: ())).ids)
    words = context(hit(1, "station " * 60))
    found = prompt(words, bare + 24)
    assert found.cut_tokens == 0
    assert QUESTION.messages[0].content in found.text
    assert found.passages[0].characters is not None
    assert found.text.startswith("<s>[1] Fox\nstation station")
    alone = prompt(words, bare + 1)
    assert alone.text == prompt(Context(Prompt(), None, lambda _: ())).text
    assert alone.passages == (Passage(words_id(words), 1.0, False),)


def words_id(given: Context) -> str:
    assert given.passages is not None
    return given.passages.candidates(QUESTION)[0].id


def test_without_room_for_the_question_its_middle_goes() -> None:
    found = prompt(context(hit(1)), 8)
    assert len(found.ids) == 8
    assert found.cut_tokens > 0
    assert not any(item.shown for item in found.passages)


TEXTS = st.lists(st.sampled_from(SENTENCES.split()), min_size=1, max_size=60).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TEXTS, max_size=5),
    st.integers(0, 2),
    st.integers(1, 260),
    st.integers(1, 5),
    st.booleans(),
)
def test_whatever_the_room_the_prompt_fits_and_says_what_it_shows(
    texts: list[str], shots: int, room: int, count: int, cite: bool
) -> None:
    hits = [hit(number, text) for number, text in enumerate(texts, 1)]
    given = context(*hits, count=count, shots=SHOTS[:shots], cite=cite)
    found = prompt(given, room)
    assert len(found.ids) <= room
    assert len(found.passages) == len(texts)
    shown = [item for item in found.passages if item.shown]
    assert [item.shown for item in found.passages] == sorted(
        (item.shown for item in found.passages), reverse=True
    )
    assert len(shown) <= count
    if found.cut_tokens:
        assert not shown
    for number, item in enumerate(shown, 1):
        text = texts[number - 1][: item.characters].rstrip()
        assert f"[{number}] Fox\n{text}\n\n" in found.text
    assert f"[{len(shown) + 1}] Fox" not in found.text
    whole = prompt(given, None)
    if len(whole.ids) <= room:
        assert found == whole
    roomier = prompt(given, room + 40)
    assert sum(item.shown for item in roomier.passages) >= len(shown) - 1
    if found.truncated_tokens == 0 and not found.cut_tokens:
        assert len(shown) == min(count, len(texts))


@given(st.text(max_size=200))
def test_pieces_and_words_are_the_whole_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text
    assert "".join(words_of(text)) == (text if text.strip() else "")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two! Three", ["One. ", "Two! ", "Three"]),
        ('He said "no." Then\nhe left.', ['He said "no." ', "Then\n", "he left."]),
        ("3.14 is near.", ["3.14 is near."]),
    ],
)
def test_pieces_end_with_sentences_and_lines(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces
