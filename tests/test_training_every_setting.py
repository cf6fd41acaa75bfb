"""Every setting under `tune:` changes something; one that is added without a case fails here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
import torch

import models
from etude.approaches.keeping import keep_weights
from etude.approaches.tuning import training_rows
from etude.config.settings import Settings
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.store import Place
from etude.training.encode import encode_all
from etude.training.methods import prepare
from etude.training.train import train
from studies import settings as study_settings

pytestmark = models.peft_asks_by_an_old_name

BASELINE: dict[str, Any] = {
    "method": {"name": "lora", "r": 4, "alpha": 8},
    "optimizer": {"learning_rate": 1e-2, "weight_decay": 0.01},
    "schedule": {"name": "cosine", "warmup_steps": 1},
    "epochs": 2,
    "batch_size": 2,
    "clip": 0.5,
    "log_steps": 1,
    "save_seconds": 1e9,
}
FULL: dict[str, Any] = {"method": "full"}  # matrices large enough for 8 bits; LoRA's are not


@dataclass(frozen=True)
class Case:
    """Settings before and after, beside `BASELINE`; which part of the outcome must differ."""

    after: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    differs: str = "weights"


def optimizer(name: str, setting: str, value: Any, **more: Any) -> Case:
    """A setting of an optimizer, all its others equal."""
    before = {"name": name, "learning_rate": 1e-2, "weight_decay": 0.01, **more}
    beside = FULL if "8bit" in name else {}
    return Case({"optimizer": before | {setting: value}, **beside}, {"optimizer": before, **beside})


def schedule(after: dict[str, Any], **before: Any) -> Case:
    return Case({"schedule": after}, {"schedule": before} if before else {})


ADAM = {"learning_rate": 2e-2, "weight_decay": 0.5, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2}
STOPPING = {"evaluate_steps": 1, "epochs": 4}
CASES: dict[str, Case] = {
    **{
        f"optimizer.{name}.{setting}": optimizer(name, setting, value)
        for name in ("adamw", "paged-adamw", "adamw-8bit", "paged-adamw-8bit")
        for setting, value in ADAM.items()
    },
    "optimizer.adamw.name": Case({"optimizer": "adamw"}, {"optimizer": "adafactor"}),
    "optimizer.paged-adamw.name": Case(
        {"optimizer": "paged-adamw"}, {"optimizer": "adamw-8bit"}, "optimizer"
    ),
    "optimizer.adamw-8bit.name": Case(
        {"optimizer": "adamw-8bit", **FULL}, {"optimizer": "paged-adamw", **FULL}
    ),
    "optimizer.paged-adamw-8bit.name": Case(
        {"optimizer": "paged-adamw-8bit", **FULL}, {"optimizer": "adamw-8bit", **FULL}, "optimizer"
    ),
    "optimizer.adafactor.name": Case({"optimizer": "adafactor"}, {"optimizer": "adamw"}),
    "optimizer.adafactor.learning_rate": optimizer("adafactor", "learning_rate", 2e-2),
    "optimizer.adafactor.weight_decay": optimizer("adafactor", "weight_decay", 0.5),
    "optimizer.adafactor.beta1": optimizer("adafactor", "beta1", 0.9),
    "optimizer.adafactor.decay_rate": optimizer("adafactor", "decay_rate", -0.5),
    "optimizer.adafactor.clip_threshold": optimizer("adafactor", "clip_threshold", 0.1),
    "optimizer.adafactor.scale_parameter": optimizer("adafactor", "scale_parameter", True),
    "optimizer.adafactor.epsilon": optimizer("adafactor", "epsilon", 1e-3),
    "schedule.constant.name": schedule({"name": "constant"}),
    "schedule.constant-with-warmup.name": schedule(
        {"name": "constant-with-warmup", "warmup_steps": 1}
    ),
    "schedule.constant-with-warmup.warmup_steps": schedule(
        {"name": "constant-with-warmup", "warmup_steps": 3},
        name="constant-with-warmup",
        warmup_steps=1,
    ),
    "schedule.constant-with-warmup.warmup_ratio": schedule(
        {"name": "constant-with-warmup", "warmup_ratio": 0.9},
        name="constant-with-warmup",
        warmup_ratio=0.1,
    ),
    "schedule.linear.name": schedule({"name": "linear", "warmup_steps": 1}),
    "schedule.linear.warmup_steps": schedule({"name": "linear", "warmup_steps": 2}, name="linear"),
    "schedule.linear.warmup_ratio": schedule(
        {"name": "linear", "warmup_ratio": 0.5}, name="linear"
    ),
    "schedule.cosine.name": schedule({"name": "cosine"}, name="linear"),
    "schedule.cosine.warmup_steps": schedule({"name": "cosine", "warmup_steps": 3}),
    "schedule.cosine.warmup_ratio": schedule({"name": "cosine", "warmup_ratio": 0.5}),
    "schedule.step-decay.name": schedule({"name": "step-decay", "step_size": 1}),
    "schedule.step-decay.step_size": schedule(
        {"name": "step-decay", "step_size": 2}, name="step-decay", step_size=3
    ),
    "schedule.step-decay.gamma": schedule(
        {"name": "step-decay", "step_size": 2, "gamma": 0.5}, name="step-decay", step_size=2
    ),
    "schedule.step-decay.warmup_steps": schedule(
        {"name": "step-decay", "step_size": 2, "warmup_steps": 2}, name="step-decay", step_size=2
    ),
    "schedule.step-decay.warmup_ratio": schedule(
        {"name": "step-decay", "step_size": 2, "warmup_ratio": 0.4}, name="step-decay", step_size=2
    ),
    "epochs": Case({"epochs": 3}),
    "max_steps": Case({"max_steps": 2}),
    "batch_size": Case({"batch_size": 3}),
    "accumulate": Case({"accumulate": 2}),
    "supervise": Case({"supervise": "all"}),
    "max_tokens": Case({"max_tokens": 12}),
    "group_by_length": Case({"group_by_length": False}),
    "packing": Case({"packing": True}),
    "data_seed": Case({"data_seed": 5}),
    "clip": Case({"clip": None}),
    "dropout": Case({"dropout": 0.3}),
    "label_smoothing": Case({"label_smoothing": 0.2}),
    "neftune_noise_alpha": Case({"neftune_noise_alpha": 5}),
    "activation_checkpointing": Case(
        {"activation_checkpointing": True}, differs="kept_activations"
    ),
    "log_steps": Case({"log_steps": 2}, differs="history"),
    "evaluate_steps": Case({"evaluate_steps": 1}, differs="history"),
    "evaluate_batch_size": Case({"evaluate_batch_size": 5}, differs="validation_shapes"),
    "load_best_model_at_end": Case(
        {"load_best_model_at_end": True, "optimizer": {"learning_rate": 2}, "evaluate_steps": 1},
        {"optimizer": {"learning_rate": 2}, "evaluate_steps": 1},
    ),
    "early_stopping.patience": Case(
        {"early_stopping": {"patience": 3, "min_delta": 99}, **STOPPING},
        {"early_stopping": {"patience": 2, "min_delta": 99}, **STOPPING},
    ),
    "early_stopping.min_delta": Case(
        {"early_stopping": {"patience": 1, "min_delta": 99}, **STOPPING},
        {"early_stopping": {"patience": 1}, **STOPPING},
    ),
    "save_seconds": Case({"save_seconds": 0}, differs="checkpoint"),
    "save_steps": Case({"save_steps": 2}, differs="kept_weights"),
    "save_total_limit": Case(
        {"save_steps": 2, "save_total_limit": 1}, {"save_steps": 2}, "kept_weights"
    ),
}


# Blocks whose settings are tried in files of their own.
ELSEWHERE = {
    "method": "test_methods_settings.py",
    "mix": "test_mixing.py",  # it needs several sources
    "search": "test_search_settings.py",  # it is done before the tuning begins
}


def leaves(block: type[Settings], path: str = "") -> Iterator[str]:
    """Every setting of a block and of the blocks inside it; variants by their names."""
    for name, given in block.model_fields.items():
        inner = list(inner_blocks(given.annotation))
        if path + name in ELSEWHERE:
            continue
        for kind in inner:
            tag = get_args(kind.model_fields["name"].annotation)[0] if len(inner) > 1 else None
            yield from leaves(kind, f"{path}{name}.{tag}." if tag else f"{path}{name}.")
        if not inner:
            yield path + name


def inner_blocks(annotation: Any) -> Iterator[type[Settings]]:
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for part in get_args(annotation):
        yield from inner_blocks(part)


def test_every_setting_has_a_case() -> None:
    found = set(leaves(Tune))
    assert all((Path(__file__).parent / file).exists() for file in ELSEWHERE.values())
    assert len(found) > 60
    assert found == CASES.keys()


@dataclass(frozen=True)
class Outcome:
    """All that comes of a tuning."""

    weights: dict[str, Any]
    history: list[dict[str, Any]]
    checkpoint: bool
    kept_weights: list[str]
    validation_shapes: list[tuple[int, ...]]
    kept_activations: int
    optimizer: tuple[str, bool]


@cache
def outcome(written: str) -> Outcome:
    tune = Tune.model_validate(BASELINE | json.loads(written))
    loaded = models.loaded(models.folder_of("llama"))
    questions = models.questions()
    material = encode_all(loaded.speaker, questions, models.bare(), tune.supervise, tune.max_tokens)
    names = [example.id for example in questions]
    rows, _ = training_rows(material, names, tune, tune.max_tokens or 64)
    run = models.run_of(prepare(loaded.model, tune.method, 0), tune, train=rows)

    shapes: list[tuple[int, ...]] = []

    def note(module: torch.nn.Module, _: Any, inputs: dict[str, Any]) -> None:
        if not module.training:
            shapes.append(tuple(inputs["input_ids"].shape))

    run.network.register_forward_pre_hook(note, with_kwargs=True)
    activations = 0

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal activations
        activations += tensor.numel()
        return tensor

    with TemporaryDirectory() as name:
        place = Place(Path(name), "lora", 1)
        place.path.mkdir(parents=True)
        checkpoint = place.path / "checkpoint.safetensors"
        study = Study.model_validate(study_settings(Path("animals.jsonl")))
        manifest = {"markup": {"template": ""}}
        keep = partial(keep_weights, place=place, manifest=manifest, study=study)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            train(run, checkpoint, place.history, [], lambda *_: None, keep)
        return Outcome(
            weights={key: item.flatten().tolist() for key, item in run.parameters.items()},
            history=models.history_in(place.path),
            checkpoint=checkpoint.exists(),
            kept_weights=sorted(path.name for path in place.path.glob("checkpoints/*")),
            validation_shapes=shapes,
            kept_activations=activations,
            optimizer=(type(run.optimizer).__name__, getattr(run.optimizer, "is_paged", False)),
        )


def test_the_same_settings_give_the_same_digits() -> None:
    again = outcome(json.dumps({"epochs": 2}))
    assert outcome("{}") == again
    assert outcome("{}") is not again


@pytest.mark.parametrize("setting", CASES)
def test_every_setting_changes_something(setting: str) -> None:
    case = CASES[setting]
    if any("paged" in str(part) or "8bit" in str(part) for part in (case.before, case.after)):
        pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
    before, after = outcome(json.dumps(case.before)), outcome(json.dumps(case.after))
    assert getattr(before, case.differs) != getattr(after, case.differs)
    if case.differs != "weights":  # and the digits stay
        assert before.weights == after.weights
