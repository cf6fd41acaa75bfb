"""Every setting of every method changes what is learnt."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest

import models
from etude.config.methods import Method
from etude.config.tuning import Tune
from test_training_methods import weights

pytestmark = models.peft_asks_by_an_old_name
LOW_RANK = {"r": 5, "alpha": 9, "dropout": 0.3, "targets": ["q_proj", "up_proj"]}
TOKENS = {"tokens": 4}

# Method -> settings to begin with, and another value of each setting that it has.
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "selective": ({"last_layers": 1}, {"last_layers": 2, "norms": True}),
    "lora": ({"r": 4}, LOW_RANK),
    "rslora": ({"r": 4}, LOW_RANK),
    "dora": ({"r": 4}, LOW_RANK),
    "pissa": ({"r": 4, "iterations": 1}, {**LOW_RANK, "iterations": None}),
    "adalora": (
        {"r": 2, "start_r": 4, "settle": 0.4},
        {
            **LOW_RANK,
            "r": 1,
            "start_r": 5,
            "warmup": 0.5,
            "settle": 0.2,
            "every": 3,
            "beta1": 0.1,
            "beta2": 0.1,
            "orthogonality": 0.0,
        },
    ),
    "vera": (
        {"r": 4},
        {"r": 5, "start": 0.3, "dropout": 0.3, "targets": ["q_proj"], "projection_seed": 1},
    ),
    "bottleneck": (
        {"size": 4},
        {"size": 5, "placement": "houlsby", "activation": "silu", "dropout": 0.3},
    ),
    "ia3": (
        {"targets": ["q_proj", "up_proj"]},
        {"targets": "auto", "feedforward": ["up_proj"]},
    ),
    "ln-tuning": ({}, {}),
    "prompt-tuning": (TOKENS, {"tokens": 5, "start": "random", "text": "Where is it?"}),
    "p-tuning": (TOKENS, {"tokens": 5, "encoder": "lstm", "hidden": 9}),
    "prefix-tuning": ({**TOKENS, "projection": True}, {"tokens": 5, "hidden": 9}),
    "full": ({}, {}),
}
CASES = [(name, key) for name, (_, others) in SETTINGS.items() for key in others]
ELSEWHERE = {
    ("selective", "biases"),  # Llama has none: in test_methods_learn.py, on GPT-2
    ("prefix-tuning", "projection"),  # below
}


def learnt(name: str, settings: dict[str, Any]) -> Any:
    """The weights after ten steps."""
    with TemporaryDirectory() as folder:
        tune = {
            "method": {"name": name, **settings},
            "optimizer": {"learning_rate": 1e-2},
            "schedule": "constant",
            "max_steps": 10,
            "epochs": 10,
            "batch_size": 3,
        }
        return weights(Tune.model_validate(tune), Path(folder))


@cache
def before(name: str) -> Any:
    return learnt(name, SETTINGS[name][0])


@pytest.mark.parametrize(("name", "key"), CASES)
def test_every_setting_of_a_method_changes_something(name: str, key: str) -> None:
    begun, others = SETTINGS[name]
    assert learnt(name, {**begun, key: others[key]}) != before(name)


def test_a_projection_is_something_else_than_none() -> None:
    assert learnt("prefix-tuning", {**TOKENS, "projection": False}) != before("prefix-tuning")


def test_the_same_settings_give_the_same_digits() -> None:
    for name in ("adalora", "p-tuning", "bottleneck"):
        assert learnt(name, SETTINGS[name][0]) == before(name)


def test_the_table_above_knows_every_setting() -> None:
    blocks = {
        get_args(block.model_fields["name"].annotation)[0]: block
        for block in get_args(get_args(Method)[0])
    }
    assert blocks.keys() == SETTINGS.keys() | {"head"}
    for name, (_, others) in SETTINGS.items():
        there = {(name, key) for key in blocks[name].model_fields if key != "name"}
        assert there - ELSEWHERE == {(name, key) for key in others}, name
