"""Evidence for tests of the diagnosis: small, made up, and nothing wrong with it unless asked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from etude.data.words import STOP_WORDS
from etude.diagnosis import Evidence
from etude.evaluate import Evaluation, TaskEvaluation
from etude.metrics.comparing import Comparison
from etude.records import Example, Message, Prediction

WORDS = sorted(word for word in STOP_WORDS["en"] if word.isalpha())  # English, to whom asks


def sentence(number: int, count: int = 16) -> str:
    """Words that hardly two sentences share; the same for the same number."""
    chance = random.Random(number)
    return " ".join(chance.choices(WORDS, k=count))


def examples(count: int = 60, first: int = 0) -> list[Example]:
    return [
        Example(
            f"e{n}",
            "task",
            (Message("user", sentence(10_000 + n)),),
            (sentence(n),),
            metadata={"input": sentence(10_000 + n), "text": sentence(n)},
        )
        for n in range(first, first + count)
    ]


def predictions(count: int = 60, **changes: Any) -> list[Prediction]:
    """Answers like no others, unless `text` is given."""
    given: dict[str, Any] = {
        "approach": "lora",
        "seed": 13,
        "prompt_tokens": 10,
        "answer_tokens": 3,
        "finish": "stop",
        "seconds": 0.1,
    }
    return [
        Prediction(**{"example_id": f"e{n}", "text": sentence(20_000 + n), **given, **changes})
        for n in range(count)
    ]


def answered(*texts: str, count: int = 60) -> list[Prediction]:
    """Answers, the first of them these."""
    made = predictions(count)
    return [replace(made[n], text=text) for n, text in enumerate(texts)] + made[len(texts) :]


def evidence(
    answers: Sequence[Prediction] | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    count: int = 60,
    card: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Evidence:
    """A tuned approach that nothing is wrong with, but for what is given."""
    told = {"dropped": {}, "remarks": {}, "language": "en", "task": "generate"}
    given: dict[str, Any] = {
        "examples": examples(count),
        "predictions": {"lora": {13: answers if answers is not None else predictions(count)}},
        "card": told | dict(card or {}),
        "random_base": False,
        "histories": {"lora": history} if history else {},
        "train": examples(120, first=1000),
        "trained_with": {"lora": {}},
    }
    return Evidence(**given | changes)


def history(training: Sequence[float], validation: Sequence[float]) -> list[dict[str, float]]:
    """One training and one validation row an epoch, and the validation before the first."""
    rows: list[dict[str, float]] = [{"epoch": 0, "dev_loss": validation[0]}]
    for epoch, (loss, held_out) in enumerate(zip(training, validation, strict=True), 1):
        rows += [{"epoch": epoch, "loss": loss}, {"epoch": epoch, "dev_loss": held_out}]
    return rows


def steps(training: Sequence[float], rate: float = 1e-3) -> list[dict[str, float]]:
    """Training rows alone, as logged every few steps."""
    return [
        {"epoch": n / 10, "loss": loss, "learning_rate": rate} for n, loss in enumerate(training)
    ]


def facts(**changes: Any) -> dict[str, dict[str, Any]]:
    """Facts of a tuning."""
    given = {"examples": 60, "truncated_prompts": 0, "truncated_answers": 0, "steps": 30}
    return {"lora": given | changes}


def searched(rate: float) -> dict[str, dict[str, Any]]:
    """A tuning at a learning rate that a search between 1e-5 and 1e-3 has chosen."""
    return facts(
        search={
            "space": {"optimizer.learning_rate": {"log": [1e-5, 1e-3]}, "r": {"choices": [4]}},
            "best": {"settings": {"optimizer.learning_rate": rate, "r": 4}},
            "trials": [{}] * 8,
        }
    )


def general(*losses: float) -> dict[str, Any]:
    """Passages of ten tokens with these losses a token, English and Portuguese in turn."""
    rows = [
        {"language": "pt" if n % 2 else "en", "tokens": 10, "logprob": -10 * loss}
        for n, loss in enumerate(losses)
    ]
    return {"key": "", "files": ["general.txt"], "passages": rows}


def forgotten(factor: float) -> dict[str, Any]:
    """General text whose Portuguese half has become worse; English has stayed as it was."""
    before = [2.0 + n / 10 for n in range(16)]
    after = [loss + (factor if n % 2 else 0.0) for n, loss in enumerate(before)]
    return {"lora": {"start": "base", "before": general(*before), "after": general(*after)}}


def labelled(*labels: str, first: int = 0) -> list[Example]:
    """Examples of a classification."""
    return [
        replace(item, references=(label,), label=label, choices=("good", "bad"))
        for item, label in zip(examples(len(labels), first), labels, strict=True)
    ]


def classified(train: Sequence[str], said: Sequence[str]) -> Evidence:
    """A classification whose test split has as many of each label."""
    made = predictions(len(said))
    given = [replace(item, text=label, label=label) for item, label in zip(made, said, strict=True)]
    test = labelled(*["good", "bad"] * (len(said) // 2))
    return evidence(
        given, card={"task": "classify"}, examples=test, train=labelled(*train, first=1000)
    )


def compared(
    difference: float, low: float, high: float, better: bool | None, needed: int | None = None
) -> Evaluation:
    """What scoring found: lora against base, and the same on one of two tasks."""
    item = Comparison(
        "lora",
        "base",
        "rouge-1",
        difference,
        low,
        high,
        0.2,
        60,
        "examples",
        better,
        needed=needed,
    )
    return Evaluation(
        scores=(),
        comparisons=(item,),
        rivals=(),
        approaches=("base", "lora"),
        metrics=("rouge-1",),
        baseline="base",
        metric="rouge-1",
        best="lora",
        n=60,
        units="examples",
        unit_count=60,
        signatures={},
        tasks={"songs": TaskEvaluation((), (item,), 60)},
    )
