"""What cannot go together in one tuning is refused with one sentence, before anything is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import models
import studies
from etude.checks import check
from etude.config import Study
from etude.config.study import Model
from etude.config.tuning import Tune
from etude.display import Display
from etude.engine.load import load_speaker
from etude.errors import UserError
from etude.fits import check_steps, check_tuning
from etude.plan import make_plan
from etude.plan_view import plan as show
from etude.progress import silent
from etude.store import read_json
from etude.study import open_data, write_study
from etude.training import estimate

PACKED = {"packing": True}
REFUSED = {
    "packing without a longest sequence": (
        PACKED,
        None,
        "approaches.it.tune.packing fills sequences up to a length, but this model has no longest "
        "one: set tune.max_tokens.",
    ),
    "packing with a head": (
        PACKED | {"method": {"name": "head", "body": "lora"}},
        64,
        "approaches.it.tune.packing puts examples into one sequence, and a classification head "
        "names one class a sequence: remove it.",
    ),
    "packing with a mix": (
        PACKED | {"mix": ["songs"]},
        64,
        "approaches.it.tune.packing puts examples of several sources into one sequence, and mix "
        "could not say how often each is seen: remove one of the two.",
    ),
    "packing with virtual tokens": (
        PACKED | {"method": "prefix-tuning"},
        64,
        "approaches.it.tune.packing puts examples into one sequence, which would have "
        "prefix-tuning's virtual tokens once and not before each example: remove it.",
    ),
    "a head that learns the prompt": (
        {"method": "head", "supervise": "all"},
        64,
        "approaches.it.tune.supervise is all, but a classification head learns the label and "
        "nothing of the prompt: use supervise: response.",
    ),
    "a prefix that layers computed again would not see": (
        {"method": "prefix-tuning", "activation_checkpointing": True},
        64,
        "approaches.it.tune.activation_checkpointing computes layers again, without the keys and "
        "values that prefix-tuning puts before theirs: remove it, or use prompt-tuning.",
    ),
}


@pytest.mark.parametrize(("settings", "limit", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_a_tuning_cannot_be(
    settings: dict[str, Any], limit: int | None, sentence: str
) -> None:
    base = models.base_of(models.folder_of("llama"))
    speaker = load_speaker(base, Model(base=base.name))
    with pytest.raises(UserError) as refused:
        check_tuning("it", Tune.model_validate(settings), speaker, limit)
    assert str(refused.value) == sentence


def test_a_warm_up_that_never_ends() -> None:
    tune = Tune.model_validate({"schedule": {"name": "linear", "warmup_steps": 10}})
    check_steps("it", tune, 11)
    with pytest.raises(UserError) as refused:
        check_steps("it", tune, 10)
    assert str(refused.value) == (
        "approaches.it.tune warms up for 10 of its 10 steps, so the learning rate would never "
        "reach its peak: train longer, or use schedule: constant."
    )


def searching(tmp_path: Path, methods: list[str], **model: Any) -> Study:
    settings = studies.settings(tmp_path / "animals.jsonl")
    settings["approaches"] = {"it": {"tune": {"method": "lora", "search": {"method": methods}}}}
    settings["model"] = {**settings.get("model", {}), **model}
    return Study.model_validate(settings)


def test_every_method_that_a_search_may_choose_is_checked(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="optuna is an extra, not installed here")
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
    check(searching(tmp_path, ["lora", "dora"], precision="nf4"))
    with pytest.raises(UserError) as refused:
        check(searching(tmp_path, ["lora", "dora"], precision="int8"))
    assert str(refused.value) == (
        "approaches.it: dora needs the norms of the weights, and PEFT cannot read int8 ones back: "
        "use precision nf4, or method lora."
    )


# What a plan finds out on a network without storage


def planned(folder: Path, **tune: Any) -> dict[str, Any]:
    """The plan of a tuning, and what it says on a terminal."""
    rows = studies.write_rows(folder / "animals.jsonl", 60)
    settings = studies.settings(
        rows,
        model={"base": str(models.folder_of("llama")), "device": "cpu"},
        approaches={"it": {"tune": tune}},
    )
    study = Study.model_validate(settings)
    write_study(folder, study)
    open_data(study, folder, Display(quiet=True))
    task = {"study": study.model_dump(mode="json"), "folder": str(folder), "key": "k"}
    make_plan(task, silent)
    found: dict[str, Any] = read_json(folder / "plan.json")
    return found


def test_what_a_search_may_choose_is_tried_on_the_model(tmp_path: Path) -> None:
    method = {"name": "selective", "last_layers": 1}
    assert planned(tmp_path, method=method, search={"last_layers": [1, 2]})
    with pytest.raises(UserError) as refused:
        planned(tmp_path, method=method, search={"last_layers": [1, 2, 9]})
    assert str(refused.value) == (
        "tune.method.last_layers is 9, but model.layers has 2 layers: lower it, or use method: "
        "full."
    )


def test_what_the_model_cannot_have_in_training_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import LlamaForCausalLM

    planned(tmp_path, activation_checkpointing=True)
    monkeypatch.setattr(LlamaForCausalLM, "supports_gradient_checkpointing", False)
    with pytest.raises(UserError, match="this model's layers cannot be computed again"):
        planned(tmp_path, activation_checkpointing=True)
    with pytest.raises(UserError, match="this model's layers cannot be computed again"):
        planned(tmp_path, search={"activation_checkpointing": [False, True]})


def test_what_batch_size_auto_will_find_is_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = planned(tmp_path, batch_size="auto", accumulate=2)
    tune = found["approaches"]["it"]["tune"]
    assert (tune["batch_size"], tune["examples_at_once"], tune["examples_a_step"]) == (
        "auto",
        16,
        16,
    )
    show(found)
    assert "room for 16 of a step's 16 examples at once" in capsys.readouterr().out
    monkeypatch.setattr(estimate, "free_bytes", lambda device: 1)
    monkeypatch.setattr(estimate, "resident_bytes", lambda: 2_000_000)
    found = planned(tmp_path, batch_size="auto", accumulate=2)
    tune = found["approaches"]["it"]["tune"]
    assert tune["examples_at_once"] == 1
    wanted = f"{tune['memory_mb']:,.0f}"
    assert found["notes"][-1] == (
        f"it is expected to take {wanted} MB, and 2 MB are free: a smaller max_tokens, or a "
        "precision of fewer bits, would take less."
    )
    found = planned(tmp_path, batch_size=2)
    assert found["notes"][-1].endswith(
        "2 MB are free: smaller batches with as much more accumulate, or batch_size: auto, would "
        "take less."
    )
