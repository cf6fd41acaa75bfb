"""Which weights are kept, when a run stops, and what is kept on its way."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import models
from etude.approaches.keeping import keep_weights, outcome
from etude.config.study import Model, Study
from etude.config.tuning import AdamW, Constant, EarlyStopping, Full, Lora, Tune
from etude.engine.load import load
from etude.progress import silent
from etude.store import Place, read_json
from etude.training import train as training
from etude.training.methods import prepare
from etude.training.run import Run
from etude.training.stopping import Judgement, judge
from etude.training.train import train
from studies import settings as study_settings

pytestmark = models.peft_asks_by_an_old_name
ADAPTER = "adapter_model.safetensors"
TUNE = Tune(
    method=Lora(r=4),
    optimizer=AdamW(learning_rate=1e-2),
    schedule=Constant(),
    batch_size=4,
    epochs=4,
    log_steps=1,
    save_seconds=0,
)


# Judging


def judged(losses: list[float], stopping: EarlyStopping | None) -> tuple[Judgement, list[bool]]:
    judgement, best = Judgement(), []
    for step, loss in enumerate(losses, 1):
        best.append(judge(judgement, step, loss, stopping))
        if judgement.stopped:
            break
    return judgement, best


def test_the_lowest_loss_is_the_best_one() -> None:
    judgement, best = judged([math.inf, 3.0, 2.0, 2.5, 2.0, 1.9, math.nan, 4.0], None)
    assert best == [False, True, True, False, False, True, False, False]
    assert (judgement.best_loss, judgement.best_step) == (1.9, 6)
    assert not judgement.stopped


@pytest.mark.parametrize(
    ("losses", "patience", "min_delta", "stops_at"),
    [
        ([3, 2, 2.1, 1, 1.1, 1.2, 0.5], 2, 0, 6),
        ([3, 2, 2.1, 2.2, 2.3, 1], 3, 0, 5),
        ([3, 2, 2, 2], 1, 0, 3),  # the same is no progress
        ([3, 2.95, 2.9, 2.85, 2.8], 2, 0.12, 3),  # too little each time
        ([3, 2.95, 2.85, 2.8, 2.7], 2, 0.12, None),  # but enough since the last progress
        ([math.nan, math.nan, 1], 2, 0, 2),
        ([3, 2, 1], 1, 0, None),
    ],
)
def test_when_a_run_stops(
    losses: list[float], patience: int, min_delta: float, stops_at: int | None
) -> None:
    stopping = EarlyStopping(patience=patience, min_delta=min_delta)
    judgement, best = judged(losses, stopping)
    assert judgement.stopped == (stops_at is not None)
    assert len(best) == (stops_at or len(losses))


def test_the_best_may_be_no_progress() -> None:
    judgement, best = judged([3, 2.95, 2.9], EarlyStopping(patience=2, min_delta=0.12))
    assert best == [True, True, True]
    assert judgement.stopped
    assert judgement.best_loss == 2.9


# In a run


def run_of(tune: Tune) -> Run:
    network = models.loaded(models.folder_of("llama")).model
    return models.run_of(prepare(network, tune.method, 7), tune)


def planted(monkeypatch: pytest.MonkeyPatch, losses: dict[int, float]) -> dict[int, Any]:
    """Let validations show these losses by step; returns the weights at each of them."""
    seen: dict[int, Any] = {}

    def shown(run: Run) -> float:
        seen[run.position.step] = values(run)
        return losses[run.position.step]

    monkeypatch.setattr(training, "validate", shown)
    return seen


def values(run: Run) -> dict[str, torch.Tensor]:
    return {name: item.detach().clone() for name, item in run.parameters.items()}


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(left[name], right[name]) for name in left)


LOSSES = {0: 1.0, 6: 5.0, 12: 4.0, 18: 4.5, 24: 4.2}  # lowest before anything was learnt


@pytest.mark.parametrize(
    ("settings", "kept", "last"),
    [
        ({}, 24, 24),
        ({"load_best_model_at_end": True}, 12, 24),
        ({"early_stopping": EarlyStopping(patience=1)}, 18, 18),
        ({"early_stopping": EarlyStopping(patience=1), "load_best_model_at_end": True}, 12, 18),
        ({"early_stopping": EarlyStopping(patience=2), "load_best_model_at_end": True}, 12, 24),
    ],
)
def test_the_weights_that_are_kept(
    settings: dict[str, Any], kept: int, last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = planted(monkeypatch, LOSSES)
    run = run_of(TUNE.model_copy(update=settings))
    history = models.tuned(run, tmp_path)
    assert run.position.step == last
    assert same(values(run), seen[kept])
    assert history[-1]["step"] == last
    known = outcome(run)
    assert known["weights_step"] == kept
    assert known["stopped_early"] == (last < 24)
    assert (known["steps"], known["planned_steps"]) == (last, 24)
    assert (known["best_step"], known["best_dev_loss"]) == (12, 4.0)


def test_validation_by_steps_by_epochs_and_always_at_both_ends(tmp_path: Path) -> None:
    found = {}
    for every in ("epoch", 5, 100):
        history = models.tuned(
            run_of(TUNE.model_copy(update={"evaluate_steps": every, "log_steps": 100})),
            tmp_path / str(every),
        )
        found[every] = [row["step"] for row in history if "dev_loss" in row]
        # A training loss stands beside every validation, whatever is logged.
        assert {row["step"] for row in history if "loss" in row} >= set(found[every][1:])
    assert found == {"epoch": [0, 6, 12, 18, 24], 5: [0, 5, 10, 15, 20, 24], 100: [0, 24]}


def test_only_the_best_weights_are_kept_beside_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, {0: 9, 6: 5, 12: 4, 18: 3, 24: 3.5})
    run = run_of(TUNE.model_copy(update={"load_best_model_at_end": True}))
    models.tuned(run, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "best-18.safetensors",
        "checkpoint.safetensors",
        "history.jsonl",
    ]


# Weights that are kept on the way


def kept_on_the_way(
    tune: Tune, folder: Path, precision: Any = "fp32", progress: Any = silent
) -> tuple[Run, Place]:
    place = Place(folder, "approach", 1)
    place.path.mkdir(parents=True, exist_ok=True)
    network = models.loaded(models.folder_of("llama"), precision).model
    run = models.run_of(prepare(network, tune.method, 7), tune, precision=precision)
    study = Study.model_validate(
        study_settings(
            folder / "animals.jsonl",
            model={"base": str(models.folder_of("llama")), "precision": precision},
            approaches={"approach": {"tune": tune.model_dump()}},
        )
    )
    manifest = {"markup": {"template": "a template"}, "key": "k"}
    keep = partial(keep_weights, place=place, manifest=manifest, study=study)
    train(run, place.path / "checkpoint.safetensors", place.history, [], progress, keep)
    return run, place


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({}, []),
        ({"save_steps": "epoch"}, [6, 12, 18, 24]),
        ({"save_steps": 10}, [10, 20]),
        ({"save_steps": 5, "save_total_limit": 2}, [15, 20]),
    ],
)
def test_which_weights_are_kept(settings: dict[str, Any], steps: list[int], tmp_path: Path) -> None:
    _, place = kept_on_the_way(TUNE.model_copy(update=settings), tmp_path)
    found = [path.name for path in place.path.glob("checkpoints/*")]
    assert sorted(found) == sorted(f"step-{step}" for step in steps)
    assert not list(place.path.glob("*.part"))


@pytest.mark.parametrize("method", [Lora(r=4), Full()], ids=["lora", "full"])
def test_what_is_kept_can_be_loaded_and_is_that_steps(method: Any, tmp_path: Path) -> None:
    tune = TUNE.model_copy(update={"save_steps": 6, "method": method})
    run, place = kept_on_the_way(tune, tmp_path)
    folder = models.folder_of("llama")
    for step in (6, 24):
        kept = place.path / "checkpoints" / f"step-{step}"
        facts = read_json(kept / "etude.json")
        assert (facts["steps"], facts["weights_step"], facts["key"]) == (step, step, "k")
        assert (kept / "chat_template.jinja").read_text() == "a template"
        model = Model(base=str(folder), device="cpu")
        loaded = load(models.base_of(folder), model, "fp32", [kept]).model
        ids = torch.tensor([[1, 50, 60, 70]])
        run.network.eval()
        with torch.no_grad():
            apart = (loaded(ids).logits - run.network(ids).logits).abs().max().item()
        assert (apart < 1e-5) == (step == 24)


def test_what_is_kept_at_the_last_step_is_that_steps_and_not_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = planted(monkeypatch, LOSSES)
    tune = TUNE.model_copy(update={"save_steps": 12, "load_best_model_at_end": True})
    run, place = kept_on_the_way(tune, tmp_path)
    for step in (12, 24):
        kept = place.path / "checkpoints" / f"step-{step}"
        assert read_json(kept / "etude.json")["weights_step"] == step
        saved = torch.cat([item.flatten() for item in load_file(kept / ADAPTER).values()])
        meant = torch.cat([item.flatten() for item in seen[step].values()])
        assert torch.equal(saved.sort().values, meant.sort().values)
    assert same(values(run), seen[12])
    assert outcome(run)["weights_step"] == 12


def test_keeping_weights_does_not_touch_the_run(tmp_path: Path) -> None:
    # Full fine-tuning in bf16 saves rounded weights and goes on with its own.
    tune = TUNE.model_copy(update={"method": Full()})
    plain, _ = kept_on_the_way(tune, tmp_path / "plain", "bf16")
    other, _ = kept_on_the_way(tune.model_copy(update={"save_steps": 1}), tmp_path / "kept", "bf16")
    assert same(values(plain), values(other))
    assert {item.dtype for item in values(other).values()} == {torch.float32}


def test_a_run_that_was_killed_keeps_the_same_weights_again(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(what: str, done: int, total: int, note: str) -> None:
        if done == 8:
            raise Stopped

    tune = TUNE.model_copy(update={"save_steps": 2, "save_seconds": 1e9})
    with pytest.raises(Stopped):
        kept_on_the_way(tune, tmp_path, progress=stop)
    _, place = kept_on_the_way(tune, tmp_path)  # there is no checkpoint: from the beginning
    _, whole = kept_on_the_way(tune, tmp_path / "whole")
    for step in (2, 8, 24):
        parts = [
            item.path / "checkpoints" / f"step-{step}" / "adapter_model.safetensors"
            for item in (place, whole)
        ]
        assert parts[0].read_bytes() == parts[1].read_bytes()
