"""What a network is made of, found by looking at it: no table of architectures is needed.

Names are full module names of the network that is given. Nothing here changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from etude.engine.classifier import head_modules
from etude.errors import UserError, nearest

QUERIES = {"q", "query", "q_proj", "q_lin", "q_a_proj", "q_b_proj"}


def linear_layers(network: Any) -> dict[str, torch.nn.Module]:
    """The linear layers by name, without the output layer or the classification head."""
    heads = [id(part) for part in output_modules(network)]
    return {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and id(module) not in heads
    }


def output_modules(network: Any) -> Iterator[torch.nn.Module]:
    """The output layer, and every part of a classification head."""
    if (output := network.get_output_embeddings()) is not None:
        yield output
    for part in head_modules(network).values():
        yield from part.modules()


def is_norm(module: torch.nn.Module) -> bool:
    """Whether a module is a normalisation layer with a scale (LayerNorm, RMSNorm and their kin)."""
    own = dict(module.named_parameters(recurse=False))
    return "Norm" in type(module).__name__ and "weight" in own


def norm_layers(network: Any) -> dict[str, torch.nn.Module]:
    """The normalisation layers by name."""
    return {name: module for name, module in network.named_modules() if is_norm(module)}


def stacks(network: Any) -> list[tuple[str, torch.nn.ModuleList]]:
    """The lists of layers, with their names: one, or encoder's and decoder's.

    Of the lists of modules that hold attention, the outermost are the stacks.
    """
    found: list[tuple[str, torch.nn.ModuleList]] = []
    for name, module in network.named_modules():
        inside = any(name.startswith(f"{outer}.") for outer, _ in found)
        if inside or not isinstance(module, torch.nn.ModuleList) or not len(module):
            continue
        if any("Attention" in type(part).__name__ for part in module[0].modules()):
            found.append((name, module))
    if not found:
        raise UserError(
            f"{type(network).__name__} has no list of layers with attention, so its layers cannot "
            "be told apart: use a method that names them (lora with targets)."
        )
    return found


def attention_and_feedforward(network: Any) -> Iterator[tuple[list[str], list[str]]]:
    """For every layer of every stack: its linear layers in attention, and the others.

    An attention part is the outermost module with Attention in its class's name. Each part comes
    apart (self-attention and cross-attention): several pairs a layer, the first list of one of
    them is empty.
    """
    linear = set(linear_layers(network))
    for stack, layers in stacks(network):
        for number, layer in enumerate(layers):
            prefix = f"{stack}.{number}"
            parts: list[str] = []
            for name, module in layer.named_modules():
                inside = any(name.startswith(f"{part}.") for part in parts)
                if name and "Attention" in type(module).__name__ and not inside:
                    parts.append(name)
            names = [f"{prefix}.{name}" for name, _ in layer.named_modules()]
            mine = [name for name in names if name in linear]
            for part in parts:
                yield [name for name in mine if name.startswith(f"{prefix}.{part}.")], []
            prefixes = tuple(f"{prefix}.{part}." for part in parts)
            yield [], [name for name in mine if not name.startswith(prefixes)]


def attention_outputs(network: Any) -> list[str]:
    """The last linear layer of every attention part: what it adds to the residual stream."""
    return [inside[-1] for inside, _ in attention_and_feedforward(network) if inside]


def feedforward_outputs(network: Any) -> list[str]:
    """The last linear layer of every feed-forward part."""
    return [outside[-1] for _, outside in attention_and_feedforward(network) if outside]


def keys_and_values(network: Any) -> list[str]:
    """The linear layers of attention that make keys and values (with queries where fused)."""
    return [
        name
        for inside, _ in attention_and_feedforward(network)
        for name in inside[:-1]
        if name.rpartition(".")[2] not in QUERIES
    ]


def chosen(network: Any, targets: str | tuple[str, ...]) -> list[str]:
    """The full names of the linear layers that `targets` name; all of them for a word alone.

    Raises `UserError` for one that matches none: PEFT leaves those out in silence.
    """
    layers = linear_layers(network)
    if isinstance(targets, str):
        return list(layers)
    check_targets(targets, layers)
    return [name for name in layers if any(part in targets for part in endings(name))]


def check_targets(targets: Iterable[str], layers: Mapping[str, torch.nn.Module]) -> None:
    """Every target must be a linear layer."""
    ends = {part for name in layers for part in endings(name)}
    for target in targets:
        if target not in ends:
            raise UserError(
                f"tune.method.targets: '{target}' is no linear layer of this model; "
                f"{nearest(target, {name.rsplit('.', 1)[-1] for name in layers})}."
            )


def endings(name: str) -> list[str]:
    """`a.b.c`, `b.c` and `c`: the ways in which a layer may be named, the longest first."""
    parts = name.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


def short_names(network: Any, names: Iterable[str]) -> list[str]:
    """The shortest endings that mean these modules and no others, for an adapter's settings."""
    wanted = set(names)
    others = {
        part for name, _ in network.named_modules() if name not in wanted for part in endings(name)
    }
    return sorted(
        {next(part for part in reversed(endings(name)) if part not in others) for name in wanted}
    )
