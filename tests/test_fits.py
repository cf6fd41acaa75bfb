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
from etude.engine.load import load_speaker
from etude.errors import UserError
from etude.fits import check_steps, check_tuning

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
