"""Every finding fires on its planted case and stays silent on its twin."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from etude.diagnosis import CHECKS, Change, Evidence, diagnose
from etude.diagnosis.forgetting import benchmark_changes
from etude.diagnosis.repeating import going_round, repeated
from etude.records import Example, Finding, Score
from findings import (
    answered,
    classified,
    compared,
    evidence,
    examples,
    facts,
    forgotten,
    history,
    labelled,
    predictions,
    searched,
    sentence,
    steps,
)
from test_diagnosis_passages import CASES as PASSAGES

MEDICAL = history([0.7572, 0.45, 0.2877], [1.534, 1.61, 1.730])  # source E, three epochs
PARIS = "Paris is the capital of France. What is the capital of France? " * 4
REFRAIN = "Sing with me the song of the sea, sing with me. " * 4
ENGLISH = "The musicians came back to the small town where they had played in the summer."
PORTUGUESE = "Os músicos voltaram à pequena cidade onde tinham tocado durante o verão passado."
WIDE = [1.2, 0.4, 1.3, 0.5, 1.2, 0.4, 1.3, 0.5]
CALM = [0.8, 0.85, 0.78, 0.83, 0.8, 0.79, 0.84, 0.8]
FALLING = [2.0, 1.8, 1.6, 1.5, 1.4, 1.35, 1.3, 1.25]


def saying(right: str, given: Sequence[str]) -> Evidence:
    """The first answers are `given`, and the right answer is always the same."""
    asked = [replace(item, references=(right,)) for item in examples()]
    return evidence(answered(*given), examples=asked)


def right_answers(*answers: str) -> list[Example]:
    """Test examples of which the first have these right answers."""
    made = examples()
    return [replace(made[n], references=(text,)) for n, text in enumerate(answers)] + made[
        len(answers) :
    ]


def repeating(stock: Sequence[str], test: int) -> Evidence:
    """A training split with these among 120 answers; so many test examples ask for the first."""
    train = examples(120, first=1000)
    learnt = [replace(item, references=(text,)) for item, text in zip(train, stock, strict=False)]
    return evidence(examples=right_answers(*stock[:1] * test), train=learnt + train[len(learnt) :])


def with_column(name: str, test: Sequence[str], train: Sequence[str]) -> Evidence:
    """Examples whose rows have one column more."""

    def carry(made: Sequence[Example], values: Sequence[str]) -> list[Example]:
        return [
            replace(item, metadata={**item.metadata, name: value})
            for item, value in zip(made, values, strict=True)
        ]

    return evidence(examples=carry(examples(), test), train=carry(examples(120, first=1000), train))


def drifted(**used: str) -> Evidence:
    trained = {"markup": "[INST] {}", "prompt": "{text}", "system": "Be brief.", "shots": None}
    return evidence(contexts={"lora": trained | used}, trained_with={"lora": trained})


def lost(characters: dict[str, int], answers: int) -> dict[str, object]:
    return {"unwritable": {"characters": characters, "answers": answers, "of": 100}}


ARTISTS = [f"artist {n % 40}" for n in range(120)]
COPY = sentence(1000)  # the answer of a training example
PIECE = " ".join(COPY.split()[:12])  # twelve words of it
CHANGED = COPY.replace(COPY.split()[-1], "another")  # one word of sixteen
LONG = [sentence(n, 40) for n in range(1000, 1120)]
NEARLY = LONG[7].rsplit(" ", 1)[0] + " changed"
WITH_LONG = [replace(item, references=(LONG[n],)) for n, item in enumerate(examples(120, 1000))]
HALF = " ".join(LONG[3].split()[:26]) + " " + sentence(5, 12)
COMMON = [
    replace(item, references=(f"{PIECE} {sentence(n)}",)) for n, item in enumerate(examples())
]

CASES: dict[str, tuple[Evidence, Evidence]] = {
    "failed": (evidence(failures={"full": "out of memory"}), evidence()),
    "random-base": (evidence(random_base=True), evidence()),
    # Source E's medical text: training falls while validation rises.
    "overfitting": (
        evidence(history=MEDICAL),
        evidence(history=history([0.7572, 0.6, 0.5], [1.9, 1.8, 1.79])),
    ),
    "underfitting": (
        evidence(history=history([2.0, 1.99, 1.99], [2.1, 2.095, 2.09])),
        evidence(history=history([2.0, 1.5, 1.4], [2.1, 1.7, 1.69])),
    ),
    "learning-rate-too-high": (
        evidence(history=steps([*FALLING, 1.3, 1.6, 2.2, 3.1])),
        evidence(history=steps([*FALLING, 1.27, 1.22, 1.24, 1.2])),
    ),
    "small-validation": (
        evidence(card={"splits": {"dev": {"rows": 20}}}, tunings=facts()),
        evidence(card={"splits": {"dev": {"rows": 50}}}, tunings=facts()),
    ),
    "validation-memory": (
        evidence(tunings=facts(evaluate_batch_size=2, evaluated_with_less=True)),
        evidence(tunings=facts(evaluate_batch_size=8, evaluated_with_less=False)),
    ),
    "searched-edge": (evidence(tunings=searched(9.9e-4)), evidence(tunings=searched(2e-4))),
    "forgetting": (evidence(general=forgotten(0.3)), evidence(general=forgotten(0.05))),
    "forgetting-tasks": (
        evidence(evaluation=compared(-0.2, -0.3, -0.1, better=False)),
        evidence(evaluation=compared(0.2, 0.1, 0.3, better=True)),
    ),
    "forgetting-benchmarks": (
        evidence(benchmarks={"lora": [Change("mmlu", "base", 0.45, 0.38, 0.01, 0.01)]}),
        evidence(benchmarks={"lora": [Change("mmlu", "base", 0.45, 0.44, 0.01, 0.01)]}),
    ),
    # The answer to another question than that of the training example, and the right answer.
    "memorised-answers": (
        evidence(answered(COPY)),
        evidence(answered(COPY), examples=right_answers(COPY)),
    ),
    # Pieces of a training answer; and the same where every right answer has that piece too.
    "copied-spans": (
        evidence(answered(*[f"{PIECE} {sentence(n + 7)}" for n in range(6)])),
        evidence(answered(*[f"{PIECE} {sentence(n + 7)}" for n in range(6)]), examples=COMMON),
    ),
    "leaked-answers": (
        evidence(examples=right_answers(COPY.upper() + ".")),
        evidence(examples=right_answers(CHANGED)),
    ),
    "near-duplicates": (
        evidence(examples=right_answers(NEARLY), train=WITH_LONG),
        evidence(examples=right_answers(HALF), train=WITH_LONG),
    ),
    "shared-passages": (
        evidence(examples=right_answers(HALF), train=WITH_LONG),
        evidence(examples=right_answers(NEARLY), train=WITH_LONG),
    ),
    # Artists that stand on both sides; a genre of two values; and artists of one side alone.
    "group-leak": (
        with_column("artist", [f"artist {n % 30}" for n in range(60)], ARTISTS),
        with_column("artist", [f"artist {n % 30 + 50}" for n in range(60)], ARTISTS),
    ),
    "truncated-prompts": (evidence(predictions(60, truncated_tokens=7)), evidence()),
    "truncated-training": (
        evidence(tunings=facts(truncated_prompts=2, truncated_answers=1)),
        evidence(tunings=facts()),
    ),
    "nothing-supervised": (
        evidence(tunings=facts(bare_examples=20)),
        evidence(tunings=facts(bare_examples=0)),
    ),
    "template-drift": (drifted(markup="### Instruction: {}"), drifted()),
    "unwritable-characters": (
        evidence(plan=lost({"\n": 40, "{": 2}, 41)),
        evidence(plan=lost({}, 0)),
    ),
    "never-stops": (
        evidence([*predictions(40, finish="length"), *predictions(60)[40:]]),
        evidence([*predictions(20, finish="length"), *predictions(60)[20:]]),
    ),
    # Source E's chatbot; and a song whose refrain the right answer has too.
    "endless-repetition": (saying(ENGLISH, [PARIS] * 2), saying(REFRAIN, [REFRAIN] * 2)),
    "empty-answers": (
        evidence([*predictions(20, text=""), *predictions(60)[20:]]),
        saying("", [""] * 20),  # where silence is right
    ),
    "wrong-language": (
        saying(PORTUGUESE, [ENGLISH] * 10 + [PORTUGUESE] * 50),
        saying(PORTUGUESE, [PORTUGUESE] * 60),
    ),
    "label-imbalance": (
        classified(["good"] * 90 + ["bad"] * 10, ["good", "bad"] * 30),
        classified(["good"] * 60 + ["bad"] * 40, ["good", "bad"] * 30),
    ),
    "one-label": (
        classified(["good", "bad"] * 30, ["good"] * 60),
        classified(["good", "bad"] * 30, ["good"] * 40 + ["bad"] * 20),
    ),
    "stock-answers": (
        repeating(["You too!"] * 20 + ["Goodbye, and ask again."] * 10, 20),
        repeating(["You too!"] * 5, 10),
    ),
    "small-test": (evidence(count=40), evidence(count=50)),
    "too-small-for-the-claim": (
        evidence(evaluation=compared(0.02, -0.03, 0.07, better=None, needed=766)),
        evidence(evaluation=compared(0.02, -0.03, 0.07, better=None, needed=50)),
    ),
    "dropped-rows": (
        evidence(card={"dropped": {"duplicate": 3, "not sampled": 9}}),
        evidence(card={"dropped": {"not sampled": 9}}),
    ),
    "remark": (
        evidence(
            card={"remarks": {"span does not match": {"count": 2, "first": [{"where": "3"}]}}}
        ),
        evidence(),
    ),
}


def found(given: Evidence, kind: str) -> list[Finding]:
    return [finding for finding in diagnose(given) if finding.kind == kind]


def test_every_check_has_its_pair() -> None:
    of_passages = [case[0] for case in PASSAGES]  # in a file of their own
    assert [*CASES, *dict.fromkeys(of_passages)] == sorted(
        CHECKS, key=lambda kind: kind in of_passages
    )


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert diagnose(evidence()) == []


@pytest.mark.parametrize("kind", CASES)
def test_a_finding_fires_on_its_case_alone(kind: str) -> None:
    case, twin = CASES[kind]
    assert [finding.kind for finding in CHECKS[kind].look(case)] == [kind]
    assert not found(twin, kind)


@pytest.mark.parametrize("kind", CASES)
def test_a_finding_says_all_that_it_should(kind: str) -> None:
    (finding,) = found(CASES[kind][0], kind)
    assert finding.evidence
    for text in (finding.what, finding.advice):
        assert text[0].isupper() or text.startswith(("lora", "full", "`")), text
        assert text.endswith("."), text
    assert finding.sure in ("certain", "likely", "possible")


def test_the_gravest_comes_first() -> None:
    told = diagnose(evidence(count=40, random_base=True, failures={"full": "out of memory"}))
    assert [finding.level for finding in told] == ["error", "warning", "note"]


def test_stock_answers_are_set_apart_from_the_others() -> None:
    given = CASES["stock-answers"][0]
    assert not found(repeating(["Yes."] * 60 + ["No."] * 60, 30), "stock-answers")  # two labels
    values = {item.id: float(place < 20) for place, item in enumerate(given.examples)}
    made = compared(0.3, 0.2, 0.4, better=True, needed=10)
    made = replace(made, scores=(Score("rouge-1", "lora", 1 / 3, None, None, 60, values),))
    (finding,) = CHECKS["stock-answers"].look(replace(given, evaluation=made))
    assert finding.level == "note"
    assert finding.what == "Of 60 test examples 20 ask for an answer that training repeats."
    assert finding.evidence == (
        "'you too!' 20 times in training and 20 in the test. lora scores 1 in rouge-1 on them, and "
        "0 on the 40 others."
    )


# Losses


def test_overfitting_names_its_best_epoch() -> None:
    (finding,) = found(evidence(history=MEDICAL), "overfitting")
    assert "since epoch 1 " in finding.what
    assert "1.5340 at epoch 1, 1.7300 at epoch 3" in finding.evidence
    assert "0.7572 at first, 0.2877 at last" in finding.evidence
    assert finding.sure == "likely"
    assert finding.approach == "lora"
    assert not found(evidence(history=MEDICAL), "learning-rate-too-high")


def test_overfitting_that_was_undone_is_a_note() -> None:
    (finding,) = found(evidence(history=MEDICAL, tunings=facts(weights_step=10)), "overfitting")
    assert finding.level == "note"
    assert finding.advice == "Nothing: the weights of step 10, the best ones, are used."


def test_losses_near_nothing_may_double() -> None:
    rows = history([0.5, 0.02, 0.004], [1.1, 0.012, 0.024])
    assert not found(evidence(history=rows), "overfitting")
    assert not found(evidence(history=history([0.5, 0.02], [0.03, 0.012])), "underfitting")


def test_a_training_that_was_still_learning_is_a_note() -> None:
    (finding,) = found(evidence(history=history([2.0, 1.6, 1.3], [2.1, 1.8, 1.6])), "underfitting")
    assert (finding.level, finding.sure) == ("note", "likely")
    assert "still learning" in finding.what


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (steps([*WIDE, *WIDE, *WIDE]), "its training loss does not settle"),
        (history([1.0, 0.9, 0.8, 0.7, 0.6], [2.0, 1.5, 1.8, 1.5, 1.8]), "goes up and down"),
        ([{"epoch": 0, "dev_loss": 1.78}, *history([2.0, 1.5], [2.44, 1.48])[1:]], "thrown its"),
    ],
)
def test_a_loss_that_swings(rows: list[dict[str, float]], said: str) -> None:
    (finding,) = found(evidence(history=rows), "learning-rate-too-high")
    assert said in finding.what
    assert finding.sure == "possible"


@pytest.mark.parametrize(
    "rows",
    [
        steps([*CALM, *CALM, *CALM]),
        steps([3 * 0.9**n * (1.15 if n % 2 else 0.85) for n in range(24)]),  # noisy, and falling
        history([1.0, 0.9, 0.8, 0.7], [2.0, 1.51, 1.5, 1.52]),
    ],
)
def test_noise_is_no_swing(rows: list[dict[str, float]]) -> None:
    assert not found(evidence(history=rows), "learning-rate-too-high")


def test_a_loss_that_was_no_number_names_the_rate() -> None:
    reason = "The training loss is nan at step 7, in the batch of row-1: lower the learning rate."
    (finding,) = found(evidence(failures={"lora": reason}), "learning-rate-too-high")
    assert finding.evidence == reason


def test_a_small_validation_split_that_chose_is_a_warning() -> None:
    card = {"splits": {"dev": {"rows": 20}}}
    (note,) = found(evidence(card=card, tunings=facts(weights_step=30)), "small-validation")
    (warning,) = found(evidence(card=card, tunings=facts(weights_step=10)), "small-validation")
    assert (note.level, warning.level) == ("note", "warning")
    assert "lora was chosen by it" in warning.what


def test_a_search_that_ends_at_its_edge_says_which() -> None:
    (finding,) = found(evidence(tunings=searched(1.1e-5)), "searched-edge")
    assert finding.what == (
        "lora: the best optimizer.learning_rate lies at the lower end of what was searched."
    )
    assert finding.evidence == "1.1e-05 was best between 1e-05 and 0.001, of 8 trials."
    assert finding.advice == (
        "Search further: lower its lower bound. Trials of the new range begin anew."
    )


# Forgetting


def test_forgetting_names_the_language_that_was_forgotten() -> None:
    (finding,) = found(evidence(general=forgotten(0.3)), "forgetting")
    assert "on general text in Portuguese has risen by 35%" in finding.what
    assert "English 14.88 to 14.88" in finding.evidence
    assert finding.level == "note"
    assert found(evidence(general=forgotten(0.6)), "forgetting")[0].level == "warning"


def test_tasks_that_were_lost_are_told_beside_those_that_were_won() -> None:
    (finding,) = found(CASES["forgetting-tasks"][0], "forgetting-tasks")
    assert finding.what == "lora does worse than the untuned base on songs."
    assert finding.evidence == "Change of rouge-1 by task: songs -0.2 (-0.3 to -0.1)."


def test_a_tuned_baseline_shows_no_forgetting() -> None:
    given = evidence(
        evaluation=compared(-0.2, -0.3, -0.1, better=False), trained_with={"base": {}, "lora": {}}
    )
    assert not found(given, "forgetting-tasks")


def test_benchmarks_before_and_after_become_evidence() -> None:
    before = {"lora": {"mmlu": ("acc", 0.45, 0.01), "text": ("word_perplexity", 20.0, None)}}
    after = {
        "lora": {
            "mmlu": ("acc", 0.38, 0.01),
            "text": ("word_perplexity", 30.0, None),
            "copa": ("acc", 0.5, 0.02),  # not there before
        },
        "zero-shot": {"mmlu": ("acc", 0.45, 0.01)},
    }
    changes = benchmark_changes(before, after, {"lora": "etude-mini"})
    assert list(changes) == ["lora"]
    (finding,) = found(evidence(benchmarks=changes), "forgetting-benchmarks")
    assert finding.what == "lora does worse than etude-mini on 2 of 2 benchmarks."
    assert finding.evidence == "mmlu 0.45 ±0.01 to 0.38 ±0.01; text 20 to 30."
    assert finding.sure == "possible"  # of perplexity no error is known


# Memory and leaks


def test_the_longest_copied_piece_is_shown() -> None:
    (finding,) = found(CASES["copied-spans"][0], "copied-spans")
    assert "of up to 12 words, in 6 of 60 answers" in finding.what
    assert f"is of e1000: '{PIECE}'." in finding.evidence


def test_untuned_approaches_cannot_have_memorised() -> None:
    given = evidence(answered(COPY), trained_with={})
    assert not found(given, "memorised-answers")


def test_a_piece_of_the_question_is_no_copy() -> None:
    asked = [
        replace(item, metadata={**item.metadata, "input": f"Say: {PIECE}"}) for item in examples()
    ]
    given = answered(*[f"{PIECE} {sentence(n + 7)}" for n in range(6)])
    assert not found(evidence(given, examples=asked), "copied-spans")


def test_near_duplicate_questions_of_labels() -> None:
    test, train = labelled(*["good", "bad"] * 30), labelled(*["good", "bad"] * 60, first=1000)
    train[5] = replace(train[5], metadata={"input": test[3].metadata["input"] + " so"})
    (finding,) = found(
        evidence(card={"task": "classify"}, examples=test, train=train), "near-duplicates"
    )
    assert "1 by the question, 0 by the answer" in finding.what
    assert "e3 '" in finding.evidence
    assert " and e1005 '" in finding.evidence


def test_an_instruction_that_all_share_makes_no_duplicates() -> None:
    long = sentence(77, 60)

    def told(made: Sequence[Example]) -> list[Example]:
        return [
            replace(item, metadata={"input": f"{long} {item.metadata['input']}"}) for item in made
        ]

    given = evidence(examples=told(examples()), train=told(examples(120, first=1000)))
    assert not found(given, "near-duplicates")


def test_questions_of_one_form_are_no_duplicates() -> None:
    """What tells them apart is one word at their end."""

    form = "Which note lies a minor seventh above the one that is called"

    def told(made: Sequence[Example]) -> list[Example]:
        return [replace(item, metadata={"input": f"{form} {item.id}?"}) for item in made]

    given = evidence(examples=told(examples()), train=told(examples(120, first=1000)))
    assert not found(given, "near-duplicates")


def test_a_genre_is_no_group() -> None:
    given = with_column("genre", ["rock", "jazz"] * 30, ["rock", "jazz"] * 60)
    assert not found(given, "group-leak")


def test_short_answers_leak_nothing() -> None:
    def yes(made: Sequence[Example]) -> list[Example]:
        return [replace(item, references=("Yes, of course.",)) for item in made]

    given = evidence(examples=yes(examples()), train=yes(examples(120, first=1000)))
    assert not diagnose(given)


def test_an_answer_of_many_examples_is_neither_leaked_nor_memorised() -> None:
    train = [replace(item, references=(COPY,)) for item in examples(3, first=1000)]
    train += examples(117, first=1003)
    assert not diagnose(evidence(examples=right_answers(COPY), train=train))
    assert not found(evidence(answered(COPY), train=train), "memorised-answers")


def test_what_is_asked_is_no_group() -> None:
    tags = [f"tag {n % 30}" for n in range(60)]
    given = with_column("tags", tags, ARTISTS[:60] + tags)
    asked = [
        replace(item, metadata={**item.metadata, "input": f"About {tag}: {sentence(n)}"})
        for n, (item, tag) in enumerate(zip(given.examples, tags, strict=True))
    ]
    assert found(given, "group-leak")
    assert not found(replace(given, examples=asked, made={}), "group-leak")


def test_an_older_run_that_does_not_say_its_markup_has_not_drifted() -> None:
    assert not found(
        evidence(contexts={"lora": {"prompt": "x"}}, trained_with={"lora": {"markup": "y"}}),
        "template-drift",
    )


# Answers


def test_one_finding_for_many_approaches() -> None:
    silent = predictions(60, text="", finish="length")
    both = evidence(predictions={name: {13: silent} for name in ("a", "b", "c")})
    assert found(both, "empty-answers")[0].what == "Some answers of a, b and c are empty."
    assert found(both, "empty-answers")[0].approach is None
    assert found(both, "never-stops")[0].evidence == (
        "Answers cut at generation.max_tokens: a 60 of 60, b 60 of 60, c 60 of 60."
    )


def test_repetition_shows_what_is_repeated() -> None:
    (finding,) = found(CASES["endless-repetition"][0], "endless-repetition")
    assert finding.level == "note"
    assert "that go round: lora 2 of 60." in finding.evidence
    assert "12 words again and again" in finding.evidence


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("a b c a b c a b c", 3),
        ("well then a b c a b c a b", 0),  # twice and a part: no loop yet
        ("well then a b c a b c a b c a", 3),
        ("x " * 8, 1),
        ("x " * 7, 0),
        ("a b c d e f g h i j", 0),
        ("", 0),
    ],
)
def test_going_round(text: str, period: int) -> None:
    assert going_round(text.split()) == period


def test_repeated_is_the_share_of_runs_that_stood_there() -> None:
    assert repeated(["a", "b", "c", "d", "a", "b", "c", "d"]) == pytest.approx(1 / 5)
    assert repeated(["a", "b", "c", "d", "e", "f", "g", "h"]) == 0
    assert repeated(["a", "b", "c"]) == 0


def test_the_language_that_was_left_for_is_named() -> None:
    (finding,) = found(CASES["wrong-language"][0], "wrong-language")
    assert "in 10 of 60 answers, most often for English (10)" in finding.what
    assert "which asks for Portuguese" in finding.evidence
    assert finding.level == "warning"


# Prompts and material


def test_other_shots_are_a_note_and_another_markup_a_warning() -> None:
    (note,) = found(drifted(shots="3 fixed"), "template-drift")
    assert note.level == "note"
    assert note.evidence == "Worked examples: none in training, '3 fixed' in use."
    assert found(drifted(markup="x"), "template-drift")[0].level == "warning"


def test_a_training_that_was_refused_says_why() -> None:
    reason = "Example row-12 has no supervised token, so nothing could be learnt from it."
    (finding,) = found(evidence(failures={"lora": reason}), "nothing-supervised")
    assert (finding.level, finding.evidence) == ("error", reason)


def test_characters_that_cannot_be_seen_are_named() -> None:
    (finding,) = found(CASES["unwritable-characters"][0], "unwritable-characters")
    assert "2 characters of the right answers, which stand in 41 of 100" in finding.what
    assert "line break (40), { (2)" in finding.evidence


def test_the_size_that_would_settle_a_difference() -> None:
    (finding,) = found(CASES["too-small-for-the-claim"][0], "too-small-for-the-claim")
    assert "needs about 770 examples" in finding.what  # of 766, two digits


def test_what_is_not_settled_is_told_once() -> None:
    told = compared(0.02, -0.03, 0.07, better=None, needed=766)
    (first,) = told.comparisons
    others = (
        replace(first, approach="full", needed=120),
        replace(first, approach="settled", needed=50),
    )
    (finding,) = found(
        evidence(evaluation=replace(told, comparisons=(first, *others))), "too-small-for-the-claim"
    )
    assert finding.what == (
        "The test split cannot settle whether lora and full differ from base: such differences "
        "need about 120 to 770 examples."
    )
    assert finding.evidence == (
        "lora (about 770): rouge-1 differs by +0.02, interval -0.03 to 0.07; full (about 120): "
        "rouge-1 differs by +0.02, interval -0.03 to 0.07. Over 60 examples; 80% power at "
        "alpha .05."
    )
    assert "take them for equal in practice" in finding.advice
    assert finding.approach is None


# What the documentation says of them


def test_every_check_says_when_why_and_what_to_do() -> None:
    for kind, check in CHECKS.items():
        for text in (check.fires, check.why, check.advice):
            assert text.endswith("."), kind
            assert "  " not in text, kind


def test_the_page_of_findings_lists_every_check() -> None:
    path = Path(__file__).parents[1] / "docs" / "generate.py"
    made = importlib.util.spec_from_file_location("generate", path)
    assert made is not None
    assert made.loader is not None
    generate = importlib.util.module_from_spec(made)
    made.loader.exec_module(generate)
    page = generate.on_page_markdown((path.parent / "findings.md").read_text(encoding="utf-8"))
    assert re.findall(r"^### `(.+)`$", page, re.MULTILINE) == list(CHECKS)
    for check in CHECKS.values():
        assert check.fires in page
        assert check.why in page
