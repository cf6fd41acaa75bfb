"""Methods that learn vectors beside the model's own layers, through PEFT: IA3 and LN tuning."""

from __future__ import annotations

from typing import Any

from etude.config.methods import Ia3, LnTuning
from etude.errors import UserError
from etude.training.methods.layers import (
    chosen,
    feedforward_outputs,
    keys_and_values,
    norm_layers,
    short_names,
)
from etude.training.methods.peft import task_type, wrap


def ia3(network: Any, settings: Ia3) -> Any:
    """Keys, values and the inner feed-forward, each number times a learnt one."""
    from peft import IA3Config
    from transformers.pytorch_utils import Conv1D

    if isinstance(settings.targets, str):
        inner = feedforward_outputs(network)
        names = keys_and_values(network) + inner
    else:
        names = chosen(network, settings.targets)
        inner = chosen(network, settings.feedforward) if settings.feedforward else []
    outer = [name for name in names if name not in inner]
    scaled_inside = short_names(network, inner)
    if any(name.endswith(tuple(scaled_inside)) for name in outer):
        scaled_inside = inner  # PEFT compares ends of names: `wo` would be meant by `o`
    config = IA3Config(
        target_modules=[*short_names(network, outer), *scaled_inside],
        feedforward_modules=scaled_inside,
        fan_in_fan_out=any(isinstance(network.get_submodule(name), Conv1D) for name in names),
        task_type=task_type(network),
    )
    return wrap(network, config)


def ln_tuning(network: Any, settings: LnTuning) -> Any:
    """A copy of every normalisation layer learns."""
    from peft import LNTuningConfig

    del settings  # LN tuning has none
    names = norm_layers(network)
    if not names:
        raise UserError("tune.method ln-tuning: this model has no normalisation layers.")
    config = LNTuningConfig(
        target_modules=short_names(network, names), task_type=task_type(network)
    )
    return wrap(network, config)
