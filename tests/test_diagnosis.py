"""Every finding fires on its case and stays silent on its twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from etude.diagnosis import LOOKS, Evidence, diagnose
from etude.records import Example, Finding, Message, Prediction


def examples(count: int = 60) -> list[Example]:
    return [
        Example(f"e{n}", "task", (Message("user", f"question {n}"),), (f"answer {n}",))
        for n in range(count)
    ]


def predictions(count: int = 60, **changes: Any) -> list[Prediction]:
    given: dict[str, Any] = {
        "approach": "lora",
        "seed": 13,
        "text": "an answer",
        "prompt_tokens": 10,
        "answer_tokens": 3,
        "finish": "stop",
        "seconds": 0.1,
    }
    return [Prediction(example_id=f"e{n}", **given | changes) for n in range(count)]


def evidence(
    answers: Sequence[Prediction] | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    count: int = 60,
    dropped: Mapping[str, int] | None = None,
    remarks: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Evidence:
    given: dict[str, Any] = {
        "examples": examples(count),
        "predictions": {"lora": {13: answers if answers is not None else predictions(count)}},
        "card": {"dropped": dropped or {}, "remarks": remarks or {}},
        "random_base": False,
        "histories": {"lora": history} if history else {},
    }
    return Evidence(**given | changes)


def history(training: Sequence[float], validation: Sequence[float]) -> list[dict[str, float]]:
    """One training and one validation row an epoch, and the validation before the first."""
    rows: list[dict[str, float]] = [{"epoch": 0, "dev_loss": validation[0]}]
    for epoch, (loss, held_out) in enumerate(zip(training, validation, strict=True), 1):
        rows += [{"epoch": epoch, "loss": loss}, {"epoch": epoch, "dev_loss": held_out}]
    return rows


def facts(prompts: int, answers: int) -> dict[str, dict[str, int]]:
    return {"lora": {"examples": 60, "truncated_prompts": prompts, "truncated_answers": answers}}


def room_for(used: int, *, with_less: bool) -> dict[str, dict[str, Any]]:
    """Facts of a tuning whose validation took so many examples at once in the end."""
    sizes = {"evaluate_batch_size": used, "evaluated_with_less": with_less}
    return {"lora": {**facts(0, 0)["lora"], **sizes}}


MIXED = [*predictions(20, text=""), *predictions(60)[20:]]
LONG = [*predictions(40, finish="length"), *predictions(60)[40:]]
FEW_LONG = [*predictions(20, finish="length"), *predictions(60)[20:]]


def searched(rate: float) -> dict[str, Any]:
    """A tuning at a learning rate that a search between 1e-5 and 1e-3 has chosen."""
    return {
        "lora": facts(0, 0)["lora"]
        | {
            "search": {
                "space": {"optimizer.learning_rate": {"log": [1e-5, 1e-3]}, "r": {"choices": [4]}},
                "best": {"settings": {"optimizer.learning_rate": rate, "r": 4}},
                "trials": [{}] * 8,
            }
        }
    }


CASES: dict[str, tuple[Evidence, Evidence]] = {
    "failed": (evidence(failures={"full": "out of memory"}), evidence()),
    "random-base": (evidence(random_base=True), evidence()),
    # Source E's medical text: training falls while validation rises.
    "overfitting": (
        evidence(history=history([0.7572, 0.45, 0.2877], [1.534, 1.61, 1.730])),
        evidence(history=history([0.7572, 0.6, 0.5], [1.9, 1.8, 1.79])),
    ),
    "validation-memory": (
        evidence(tunings=room_for(2, with_less=True)),
        evidence(tunings=room_for(8, with_less=False)),
    ),
    "searched-edge": (evidence(tunings=searched(9.9e-4)), evidence(tunings=searched(2e-4))),
    "truncated-prompts": (evidence(predictions(60, truncated_tokens=7)), evidence()),
    "truncated-training": (evidence(tunings=facts(2, 1)), evidence(tunings=facts(0, 0))),
    "never-stops": (evidence(LONG), evidence(FEW_LONG)),
    "empty-answers": (evidence(MIXED), evidence()),
    "small-test": (evidence(count=40), evidence(count=50)),
    "remark": (
        evidence(remarks={"span does not match": {"count": 2, "first": [{"where": "line 3"}]}}),
        evidence(),
    ),
    "dropped-rows": (
        evidence(dropped={"duplicate": 3, "not sampled": 9}),
        evidence(dropped={"not sampled": 9}),
    ),
}


def found(given: Evidence, kind: str) -> list[Finding]:
    return [finding for finding in diagnose(given) if finding.kind == kind]


@pytest.mark.parametrize("kind", CASES)
def test_a_finding_fires_on_its_case_alone(kind: str) -> None:
    case, twin = CASES[kind]
    assert len(found(case, kind)) == 1
    assert not found(twin, kind)


def test_every_look_has_its_case() -> None:
    kinds = {finding.kind for case, _ in CASES.values() for finding in diagnose(case)}
    assert kinds == set(CASES)
    assert len(LOOKS) + 1 == len(CASES)  # truncation looks at two things


def test_overfitting_that_was_undone_is_a_note() -> None:
    rows = history([0.7572, 0.45, 0.2877], [1.534, 1.61, 1.730])
    kept = {"lora": {**facts(0, 0)["lora"], "steps": 30, "weights_step": 10}}
    finding = found(evidence(history=rows, tunings=kept), "overfitting")[0]
    assert finding.level == "note"
    assert finding.advice == "Nothing: the weights of step 10, the best ones, are used."


def test_overfitting_names_its_best_epoch() -> None:
    finding = found(CASES["overfitting"][0], "overfitting")[0]
    assert "since epoch 1 " in finding.what
    assert "1.5340 at epoch 1, 1.7300 at epoch 3" in finding.evidence
    assert "0.7572 at first, 0.2877 at last" in finding.evidence
    assert finding.sure == "likely"
    assert finding.approach == "lora"


def test_a_search_that_ends_at_its_edge_says_which() -> None:
    finding = found(evidence(tunings=searched(1.1e-5)), "searched-edge")[0]
    assert finding.what == (
        "lora: the best optimizer.learning_rate lies at the lower end of what was searched."
    )
    assert finding.evidence == "1.1e-05 was best between 1e-05 and 0.001, of 8 trials."
    assert finding.advice == (
        "Search further: lower its lower bound. Trials of the new range begin anew."
    )


def test_the_gravest_comes_first() -> None:
    told = diagnose(evidence(count=40, random_base=True, failures={"full": "out of memory"}))
    assert [finding.level for finding in told] == ["error", "warning", "note"]


def test_one_finding_for_many_approaches() -> None:
    silent = predictions(60, text="", finish="length")
    both = evidence(predictions={name: {13: silent} for name in ("a", "b", "c")})
    assert found(both, "empty-answers")[0].what == "Some answers of a, b and c are empty."
    assert found(both, "empty-answers")[0].approach is None
    assert found(both, "never-stops")[0].evidence == (
        "Answers cut at generation.max_tokens: a 60 of 60, b 60 of 60, c 60 of 60."
    )
