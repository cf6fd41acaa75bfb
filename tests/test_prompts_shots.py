"""Worked examples: from train only, never the question itself, the same on every machine."""

from __future__ import annotations

import math
import random
import re
import time
from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.config.study import Shots
from etude.errors import UserError
from etude.prompts import CHOOSERS, choose_shots
from etude.prompts.bm25 import index
from etude.records import Example, Message


def example(name: str, text: str | None = None, task: str = "talks") -> Example:
    return Example(name, task, (Message("user", text or f"Question {name}?"),), ("yes",))


TRAIN = [example(f"t{number:02}") for number in range(20)]
QUESTIONS = [example(f"q{number:02}") for number in range(20)]


def ids(examples: tuple[Example, ...]) -> list[str]:
    return [shot.id for shot in examples]


def test_every_way_of_choosing_has_its_function() -> None:
    assert set(CHOOSERS) == set(get_args(Shots.model_fields["choose"].annotation))


@pytest.mark.parametrize("choose", CHOOSERS)
def test_shots_never_hold_the_question_itself(choose: str) -> None:
    copy = example("other-id", "  QUESTION t03? ")  # the same but for case and white space
    shots = choose_shots(Shots(count=19, choose=choose), TRAIN, seed=1)
    for asked in (*TRAIN, copy):
        chosen = ids(shots(asked))
        assert len(set(chosen)) == 19
        assert asked.id not in chosen
    assert "t03" not in ids(shots(copy))


@pytest.mark.parametrize("choose", CHOOSERS)
def test_no_two_shots_ask_the_same(choose: str) -> None:
    twins = [example("a", "Same?"), example("b", "same?"), example("c", "Other?")]
    shots = choose_shots(Shots(count=2, choose=choose), twins, seed=1)
    assert "c" in ids(shots(example("q")))


@pytest.mark.parametrize("choose", CHOOSERS)
def test_choices_do_not_depend_on_any_order(choose: str) -> None:
    setting = Shots(count=3, choose=choose)
    first = choose_shots(setting, TRAIN, seed=5)
    second = choose_shots(setting, TRAIN[::-1], seed=5)
    forward = {asked.id: ids(first(asked)) for asked in QUESTIONS}
    backward = {asked.id: ids(second(asked)) for asked in reversed(QUESTIONS)}
    assert forward == backward


def test_fixed_shots_are_the_same_and_change_with_the_seed() -> None:
    chosen = {
        seed: {tuple(ids(choose_shots(Shots(count=3), TRAIN, seed)(q))) for q in QUESTIONS}
        for seed in range(4)
    }
    assert all(len(found) == 1 for found in chosen.values())
    assert len(set.union(*chosen.values())) > 1


def test_a_reserve_takes_the_place_of_a_fixed_shot_that_is_the_question() -> None:
    shots = choose_shots(Shots(count=3), TRAIN, seed=2)
    common = ids(shots(QUESTIONS[0]))
    itself = next(shot for shot in TRAIN if shot.id == common[1])
    assert len(shots(itself)) == 3
    assert [name for name in ids(shots(itself)) if name in common] == [common[0], common[2]]


def test_named_shots_come_in_their_order() -> None:
    shots = choose_shots(Shots(count=2, ids=("t07", "t02")), TRAIN, seed=2)
    assert ids(shots(QUESTIONS[0])) == ["t07", "t02"]
    assert ids(shots(TRAIN[7]))[0] == "t02"
    assert len(shots(TRAIN[7])) == 2


def test_random_shots_differ_between_questions_and_repeat_for_one() -> None:
    shots = choose_shots(Shots(count=3, choose="random"), TRAIN, seed=1)
    assert len({tuple(ids(shots(asked))) for asked in QUESTIONS}) > 10
    again = choose_shots(Shots(count=3, choose="random"), TRAIN, seed=1)
    assert ids(again(QUESTIONS[4])) == ids(shots(QUESTIONS[4]))
    other = choose_shots(Shots(count=3, choose="random"), TRAIN, seed=2)
    assert [ids(other(q)) for q in QUESTIONS] != [ids(shots(q)) for q in QUESTIONS]


def test_random_shots_are_drawn_evenly() -> None:
    shots = choose_shots(Shots(count=5, choose="random"), TRAIN, seed=1)
    drawn = Counter(name for number in range(2000) for name in ids(shots(example(f"x{number}"))))
    # 500 expected each, standard deviation under 20
    assert set(drawn) == {shot.id for shot in TRAIN}
    assert all(400 < times < 600 for times in drawn.values())


def test_similar_finds_planted_neighbours_nearest_last() -> None:
    train = [
        example("train", "When does the night train leave for Lisbon?"),
        example("bus", "When does the bus leave for the airport?"),
        example("soup", "How much salt goes into the soup?"),
        example("cake", "How long does the cake stay in the oven?"),
    ]
    shots = choose_shots(Shots(count=2, choose="similar"), train, seed=1)
    assert ids(shots(example("q", "Does the night train to Lisbon leave early?"))) == [
        "bus",
        "train",
    ]
    assert ids(shots(example("q", "Salt in a soup?")))[-1] == "soup"


def test_shots_are_of_the_examples_own_task() -> None:
    train = [*TRAIN, *(example(f"s{number}", task="songs") for number in range(5))]
    for choose in CHOOSERS:
        shots = choose_shots(Shots(count=4, choose=choose), train, seed=1)
        assert all(name[0] == "s" for name in ids(shots(example("q", task="songs"))))
        assert all(name[0] == "t" for name in ids(shots(example("q"))))
    named = choose_shots(Shots(count=3, ids=("s1", "t03", "s0")), train, seed=1)
    assert ids(named(example("q", task="songs"))) == ["s1", "s0"]
    assert ids(named(example("q"))) == ["t03"]


# --- mistakes -----------------------------------------------------------------------------------


def test_unknown_ids_name_the_nearest() -> None:
    with pytest.raises(UserError) as error:
        choose_shots(Shots(count=1, ids=("t3",)), TRAIN[:4], seed=1)
    assert str(error.value) == (
        "shots.ids: 't3' is no example of the training split; did you mean 't03'? "
        "Known: t00, t01, t02, t03."
    )
    many = [example(f"talk-{number:04}") for number in range(1500)]
    with pytest.raises(UserError) as error:
        choose_shots(Shots(count=1, ids=("talk-12",)), many, seed=1)
    assert re.fullmatch(
        r"shots\.ids: 'talk-12' is no example of the training split; did you mean "
        r"'talk-\d{4}'\? It holds 1,500, from 'talk-0000' to 'talk-1499'\.",
        str(error.value),
    )


@pytest.mark.parametrize("choose", CHOOSERS)
def test_a_task_that_is_only_tested_takes_shots_of_all_tasks(choose: str) -> None:
    shots = choose_shots(Shots(count=2, choose=choose), TRAIN, seed=1)(example("q", task="songs"))
    assert len(shots) == 2
    assert all(shot in TRAIN for shot in shots)


@pytest.mark.parametrize(
    ("count", "train", "asked", "message"),
    [
        (
            3,
            TRAIN[:2],
            QUESTIONS[0],
            "shots: 3 worked examples are asked for, but the training split holds only 2 of task "
            "'talks': lower shots.count or add training examples.",
        ),
        (
            2,
            TRAIN[:2],
            TRAIN[0],
            "shots: example 't00' needs 2 worked examples beside itself, but the training split "
            "holds only 1 of task 'talks': lower shots.count or add training examples.",
        ),
        (
            2,
            [],
            example("q", task="songs"),
            "shots: 2 worked examples are asked for, but the training split holds only 0 of task "
            "'songs': lower shots.count or add training examples.",
        ),
    ],
)
@pytest.mark.parametrize("choose", CHOOSERS)
def test_too_few_training_examples(
    choose: str, count: int, train: list[Example], asked: Example, message: str
) -> None:
    with pytest.raises(UserError) as error:
        choose_shots(Shots(count=count, choose=choose), train, seed=1)(asked)
    assert str(error.value) == message


def test_named_shots_must_cover_every_task_once() -> None:
    train = [*TRAIN, example("s0", task="songs")]
    with pytest.raises(UserError) as error:
        choose_shots(Shots(count=1, ids=("t01",)), train, seed=1)
    assert str(error.value) == (
        "shots.ids: none of the named examples is of task 'songs': name some of each task."
    )
    with pytest.raises(UserError, match=r"^shots\.ids: an example is named twice: "):
        choose_shots(Shots(count=2, ids=("t01", "t01")), TRAIN, seed=1)


# --- BM25 ---------------------------------------------------------------------------------------


def formula(texts: list[str], question: str, k1: float = 1.2, b: float = 0.75) -> list[float]:
    """BM25 as the paper writes it, with Lucene's idf, one text and one word at a time."""
    cut = [re.findall(r"\w+", text.casefold()) for text in texts]
    mean = sum(map(len, cut)) / len(cut) or 1
    scores = []
    for text in cut:
        score = 0.0
        for word in re.findall(r"\w+", question.casefold()):
            df = sum(word in other for other in cut)
            idf = math.log(1 + (len(cut) - df + 0.5) / (df + 0.5))
            tf = text.count(word)
            score += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(text) / mean))
        scores.append(score)
    return scores


SENTENCE = st.lists(
    st.sampled_from(["a", "Rio", "rio", "água", "x1", "the", ",", "日本"]), max_size=12
)


@given(st.lists(SENTENCE.map(" ".join), min_size=1, max_size=8), SENTENCE.map(" ".join))
def test_bm25_follows_the_formula(texts: list[str], question: str) -> None:
    assert index(texts)(question).tolist() == pytest.approx(formula(texts, question), abs=1e-12)


def test_bm25_by_hand() -> None:
    # df = 1 of 2 texts: idf = ln(1 + 1.5 / 1.5) = ln 2; tf = 1 at mean length: weight 1.
    assert index(["sun moon", "rain wind"])("sun").tolist() == pytest.approx([math.log(2), 0])


def test_similar_is_fast_enough_for_a_whole_data_set() -> None:
    chance = random.Random(3)
    vocabulary = [f"w{number}" for number in range(8000)]
    weights = [1 / (rank + 1) for rank in range(8000)]  # Zipf's law
    texts = [" ".join(chance.choices(vocabulary, weights, k=100)) for _ in range(6_100)]
    train = [example(f"t{number:05}", text) for number, text in enumerate(texts[:6_000])]
    begun = time.perf_counter()
    shots = choose_shots(Shots(count=3, choose="similar"), train, seed=1)
    for number, text in enumerate(texts[6_000:]):
        assert len(shots(example(f"q{number}", text))) == 3
    assert time.perf_counter() - begun < 20  # about 1 s on a quiet core
