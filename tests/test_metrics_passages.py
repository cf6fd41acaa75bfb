"""Retrieval scored from ids alone, against ir-measures; what answers rest on, by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.config.study import Compare
from etude.errors import UserError
from etude.evaluate import evaluate
from etude.metrics import METRICS, Case, Means, check_needs, total
from etude.metrics.citations import cited, said, uncited
from etude.metrics.grounded import abstains, numbers_in
from etude.prompts.passages import ABSTAIN, CITE, SAYS_SO, SILENCE, asked, is_spoken
from etude.records import Example, Message, Passage, Prediction
from etude.retrieval.gold import newly_found

RANKED = ("passage-recall-5", "passage-recall-10", "passage-mrr", "passage-ndcg-10")
TEXTS = {
    "a:0-60": "O rio Tietê tem 1.136 km e nasce em Salesópolis.",
    "b:0-60": "Brasília foi inaugurada em 21 de abril de 1960.",
    "c:0-60": "A população passava de 2,8 milhões de habitantes.",
}


def example(number: int, *gold: str) -> Example:
    turns = (Message("user", "?"),)
    return Example(f"q{number}", "task", turns, ("yes",), gold_passages=gold)


def made(number: int, *ids: str, text: str = "yes", shown: int = 3) -> Prediction:
    passages = tuple(
        Passage(name, 1 / rank, rank <= shown) for rank, name in enumerate(ids, start=1)
    )
    return Prediction(f"q{number}", "rag", 13, text, 9, 1, "stop", 0.1, passages=passages)


def means() -> Means:
    return Means(passages={"rag": TEXTS.__getitem__})


def value(name: str, gold: Sequence[str], answer: Prediction, language: str = "pt") -> float | None:
    """The value of one answer; None where it does not count."""
    found = METRICS[name].measure([example(1, *gold)], [answer], language, means())
    assert found.values is not None
    return None if np.isnan(found.values[0]) else float(found.values[0])


# Rankings


def made_up(seed: int, count: int = 60) -> tuple[list[Example], list[Prediction]]:
    """Questions with one to three gold passages, whole documents or spans, and rankings."""
    chance = random.Random(seed)
    chunks = [f"d{document}:{start}-{start + 100}" for document in range(12) for start in (0, 100)]
    examples, predictions = [], []
    for number in range(count):
        gold = []
        for document in chance.sample(range(14), chance.randint(1, 3)):
            start = chance.choice((0, 60, 100))
            gold.append(chance.choice((f"d{document}", f"d{document}:{start}-{start + 90}")))
        examples.append(example(number, *gold))
        predictions.append(made(number, *chance.sample(chunks, chance.randint(0, 14))))
    return examples, predictions


@pytest.mark.parametrize("seed", range(3))
def test_rankings_are_as_ir_measures_has_them(seed: int) -> None:
    ir = pytest.importorskip("ir_measures")
    examples, predictions = made_up(seed)
    qrels = {item.id: dict.fromkeys(item.gold_passages, 1) for item in examples}
    run = {}
    for item, answer in zip(examples, predictions, strict=True):
        ids = [passage.id for passage in answer.passages]
        scores, missing = {}, list(item.gold_passages)
        news = newly_found(ids, item.gold_passages)
        for rank, (name, new) in enumerate(zip(ids, news, strict=True)):
            # One relevant document a place, as ir-measures counts them.
            brought = [gold for gold in missing if newly_found([name], [gold]) == [1]]
            missing = [gold for gold in missing if gold not in brought]
            assert len(brought) == new
            scores[brought[0] if len(brought) == 1 else f"rank {rank}"] = -float(rank)
        if any(count > 1 for count in news):
            continue
        run[item.id] = scores
    kept = [number for number, item in enumerate(examples) if item.id in run]
    assert len(kept) > 40
    wanted = {
        "passage-recall-5": ir.R @ 5,
        "passage-recall-10": ir.R @ 10,
        "passage-mrr": ir.RR,
        "passage-ndcg-10": ir.nDCG @ 10,
    }
    rows = ir.iter_calc(list(wanted.values()), {name: qrels[name] for name in run}, run)
    reference = {(row.query_id, str(row.measure)): row.value for row in rows}
    for name, measure in wanted.items():
        found = METRICS[name].measure(examples, predictions, "en")
        assert found.values is not None
        for number in kept:
            expected = reference.get((examples[number].id, str(measure)), 0.0)
            assert found.values[number] == pytest.approx(expected), (name, number)


def test_a_second_chunk_of_a_gold_document_earns_nothing_more() -> None:
    both = made(1, "x:0-9", "a:0-9", "a:9-18", "b:0-9")
    assert value("passage-recall-5", ["a", "b"], both) == 1
    assert value("passage-mrr", ["a", "b"], both) == 0.5
    once = value("passage-ndcg-10", ["a"], both)
    assert once == pytest.approx(1 / np.log2(3))


def test_what_is_not_shown_counts_for_the_retriever() -> None:
    assert value("passage-recall-5", ["c"], made(1, "a:0-60", "b:0-60", "c:0-60", shown=1)) == 1


def test_examples_without_gold_passages_do_not_count() -> None:
    examples = [example(1, "a"), example(2), example(3, "b")]
    predictions = [made(1, "a:0-60"), made(2, "a:0-60"), made(3)]
    found = METRICS["passage-mrr"].measure(examples, predictions, "en")
    assert found.values is not None
    assert found.values[0] == 1
    assert np.isnan(found.values[1])
    assert found.values[2] == 0  # the retriever found nothing at all
    assert total(found) == 0.5


def test_an_approach_without_passages_has_no_value_rather_than_none() -> None:
    examples = [example(number, "a") for number in range(6)]
    predictions = {
        "base": {13: [made(number) for number in range(6)]},
        "rag": {13: [made(number, "a:0-60") for number in range(6)]},
    }
    found = evaluate(
        examples,
        predictions,
        ["exact-match", *RANKED, "grounded", "abstains", "abstention"],
        Compare(resamples=100),
        "pt",
        13,
        grouped=False,
        means=means(),
    )
    for name in (*RANKED, "grounded-words", "right-passage", "abstains", "abstention"):
        assert np.isnan(found.score("base", name).value)
        assert found.score("base", name).low is None
        assert not np.isnan(found.score("rag", name).value)
    against = next(item for item in found.comparisons if item.metric == "passage-mrr")
    assert (against.low, against.high, against.better) == (None, None, None)


def test_gold_passages_are_needed() -> None:
    with pytest.raises(UserError) as error:
        check_needs(METRICS["passage-mrr"], [example(1), example(2)], [made(1), made(2)])
    assert str(error.value) == (
        "passage-mrr compares passages with those that hold the answer, but no test example names "
        "one: use a source that does (squad, wikipedia), map 'passages' in the source's columns, "
        "or remove passage-mrr from metrics"
    )
    check_needs(METRICS["passage-mrr"], [example(1), example(2, "a")], [made(1), made(2)])


# Answers


ALL = ("a:0-60", "b:0-60", "c:0-60")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("O rio Tietê nasce em Salesópolis.", 1.0),
        ("As populações passavam", 1.0),  # stems: popul, pass
        ("O rio Paraná nasce em Goiás.", 0.5),
        ("Lisboa", 0.0),
        ("Foi inaugurada [2].", 1.0),
        ("", None),
        ("de a o", None),
        ("Os trechos não dizem.", None),
    ],
)
def test_words_of_answers_are_looked_for_as_stems(answer: str, words: float | None) -> None:
    assert value("grounded-words", [], made(1, *ALL, text=answer)) == words


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("1.136 km", 1.0),
        ("1136 km, em 1960", 1.0),
        ("em 1961", 0.0),
        ("2,8 ou 2.9 milhões", 0.5),
        ("Brasília [2]", None),  # a citation is no number of the answer
        ("21/4/1960", 2 / 3),
    ],
)
def test_numbers_of_answers(answer: str, share: float | None) -> None:
    found = value("grounded-numbers", [], made(1, *ALL, text=answer))
    assert found == (pytest.approx(share) if share is not None else None)


def test_only_what_was_shown_supports() -> None:
    answer = made(1, *ALL, text="em 1960", shown=1)
    assert value("grounded-numbers", [], answer) == 0
    part = Passage("b:0-60", 1.0, True, len("Brasília foi inaugurada"))
    cut = Prediction("q1", "rag", 13, "em 1960", 1, 1, "stop", 0.1, passages=(part,))
    assert value("grounded-numbers", [], cut) == 0
    assert value("grounded-words", [], cut) == 0


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("Foi inaugurada em 1960", 1.0),  # b holds most of it
        ("Nasce em Salesópolis", 0.0),
        ("Nasce em Salesópolis [2]", 1.0),  # what is cited goes before what is likest
        ("Foi inaugurada [1, 2]", 0.5),
        ("Foi inaugurada [9]", 1.0),  # no such passage: no citation
        ("Lisboa", 0.0),
        ("Os trechos não dizem.", None),
    ],
)
def test_the_right_passage_is_the_gold_one(answer: str, right: float | None) -> None:
    assert value("right-passage", ["b"], made(1, *ALL, text=answer)) == right


def test_abstaining_is_right_where_nothing_gold_was_shown() -> None:
    silent, spoken = "Os trechos não dizem.", "Em 1960."
    assert value("abstention", ["b"], made(1, *ALL, text=silent)) == 0
    assert value("abstention", ["b"], made(1, *ALL, text=spoken)) == 1
    assert value("abstention", ["z"], made(1, *ALL, text=silent)) == 1
    assert value("abstention", ["b"], made(1, *ALL, text=silent, shown=1)) == 1
    assert value("abstention", [], made(1, *ALL, text=silent)) is None
    assert value("abstains", [], made(1, *ALL, text=silent)) == 1
    assert abstains("the passages DO not say", "en")
    assert abstains("Não sei: o texto não diz.", "pt")
    assert abstains("The passage does not say.", "de")
    assert not abstains("The passages say so.", "en")


def test_numbers_are_the_same_whatever_separates_their_digits() -> None:
    assert numbers_in("1.234.567; 1,234,567; 1 234 567; 1234567") == ["1234567"] * 4
    assert numbers_in("3,50 and 3.5") == ["3.5", "3.5"]
    assert numbers_in("007 or 7, in 1960.") == ["7", "7", "1960"]
    assert numbers_in("none") == []


@given(st.integers(0, 10**9))
def test_a_number_is_found_however_it_is_written(number: int) -> None:
    for text in (f"{number}", f"{number:,}", f"{number:,}".replace(",", ".")):
        assert numbers_in(f"em {text} anos") == [str(number)]


def test_citations_are_marks_and_not_words() -> None:
    assert cited("Sim [2], e [1, 3]. [2]") == [2, 1, 3]
    assert said("Sim [2], e não [1, 3].") == "Sim, e não."
    answers = [made(1, *ALL, text="Sim [2]"), made(2, *ALL, text="[9] Sim"), made(3, text="a [1]")]
    assert [item.text for item in uncited(answers)] == ["Sim", "[9] Sim", "a [1]"]
    plain = [made(1, *ALL, text="Sim")]
    assert uncited(plain) is plain


def test_an_answer_that_cites_matches_exactly() -> None:
    predictions = {"rag": {13: [made(1, *ALL, text="Yes [1]."), made(2, *ALL, text="no")]}}
    found = evaluate(
        [example(1, "a"), example(2, "a")],
        predictions,
        ["exact-match", "right-passage"],
        Compare(resamples=100),
        "pt",
        13,
        grouped=False,
        means=means(),
    )
    assert found.score("rag", "exact-match").values == {"q1": 1.0, "q2": 0.0}
    assert found.score("rag", "right-passage").values["q1"] == 1


def test_passages_that_are_gone_are_said_so() -> None:
    with pytest.raises(UserError) as error:
        METRICS["grounded-words"].measure([example(1)], [made(1, *ALL)], "pt", Means())
    assert str(error.value).startswith("the passages of 'rag' are not in the run folder")


@pytest.mark.parametrize("name", [*RANKED, "grounded-words", "grounded-numbers", "right-passage"])
def test_what_is_told_ends_with_the_value(name: str) -> None:
    answer = made(1, *ALL, text="Foi inaugurada em 1960 [2]")
    case = Case([example(1, "b")], [answer], 0, "pt", means())
    told = METRICS[name].tell(case)
    assert told.formula == "sum of values / examples"
    assert f"{value(name, ['b'], answer):.6g}" == told.steps[-1][1]
    assert "(gold)" in " ".join(text for _, text in told.steps)
    assert METRICS[name].signature("pt")
    bare = METRICS[name].tell(Case([example(1, "b")], [made(1)], 0, "pt", means()))
    assert "retrieves no passages" in " ".join(text for _, text in bare.steps)


@pytest.mark.parametrize("code", sorted(CITE))
def test_what_is_asked_for_is_understood(code: str) -> None:
    assert set(CITE) == set(ABSTAIN) == set(SILENCE) == set(SAYS_SO)
    cites, silent = asked(code, cite=True, abstain=True)
    assert cites == CITE[code]
    assert silent.endswith(SILENCE[code])
    assert all(abstains(f"{phrase} [1]", code) for phrase in SAYS_SO[code])
    assert abstains(SILENCE["en"], code)  # bases answer in English now and then
    assert not abstains("1960", code)


def test_codes_of_three_letters_are_spoken() -> None:
    assert asked("deu", cite=True, abstain=False) == (CITE["de"], "")
    assert asked("fin", cite=True, abstain=False) == (CITE["en"], "")
    assert is_spoken("fra")
    assert not is_spoken("fin")
