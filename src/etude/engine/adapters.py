"""Adapters: put on a model, saved, merged into its weights, taken off, exchanged.

A weights folder is PEFT's format where the method is PEFT's, so that other tools can read it, and
otherwise a small one of our own: `own_adapter.json` and the tensors that learnt. A classification
head has its own file beside either. All tensors are safetensors.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from etude.config.low_rank import Pissa
from etude.config.methods import AnyMethod, Bottleneck, Full, below_head
from etude.engine import bottleneck
from etude.engine.classifier import head_parameters, is_peft
from etude.engine.folders import HEAD_TENSORS, LABELS, OWN_ADAPTER, OWN_TENSORS, PEFT_ADAPTER
from etude.errors import UserError
from etude.store import read_json, write_json

INITIAL = "initial"  # PiSSA's second adapter, which takes the first components out again
FORMAT = 1
NORM_WARNING = "Unsupported layer type .*Norm"  # PEFT of LN tuning, which asks for no sizes
UNMERGED = "is no change of the model's weights, so it cannot be merged into them"


def attach(
    network: Any, folder: Path, *, trainable: bool = False, beside: str | None = None
) -> Any:
    """Put a saved adapter, and the classification head beside it, on a model.

    Parameters that may learn further (`trainable`) are held in fp32. `beside` names an adapter
    that is put beside those of PEFT's that are there, and made the active one; if it is there
    already, it is not read again. Raises `UserError` where the adapter does not fit.
    """
    from safetensors import SafetensorError

    try:
        if beside is not None:
            if beside not in network.peft_config:
                network.load_adapter(str(folder), adapter_name=beside)
            network.set_adapter(beside)
        elif (folder / PEFT_ADAPTER).exists():
            network = attach_peft(network, folder, trainable=trainable)
        elif (folder / OWN_ADAPTER).exists():
            attach_own(network, folder)
            network.requires_grad_(False)
            if trainable:
                getattr(network, bottleneck.PLACE).requires_grad_(True)
        elif trainable:
            network.requires_grad_(False)
        if (folder / HEAD_TENSORS).exists():
            head = head_parameters(network)
            for item in head.values() if trainable else ():
                item.data = item.data.float()
                item.requires_grad_(True)
            fill(head, folder / HEAD_TENSORS)
    except (
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        UserWarning,
        SafetensorError,
    ) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise UserError(
            f"The adapter in {folder} does not fit the model it is put on ({first}): "
            "use the base it was trained on."
        ) from None
    return network


def attach_peft(network: Any, folder: Path, *, trainable: bool) -> Any:
    """Put an adapter in PEFT's format on a model."""
    from peft import PeftConfig, PeftModel, get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Found missing adapter keys")
        warnings.filterwarnings("ignore", message=NORM_WARNING)
        config = PeftConfig.from_pretrained(str(folder))
        if not (trainable and config.is_prompt_learning):
            network = PeftModel.from_pretrained(network, str(folder), is_trainable=trainable)
            return keep_type(network)
    # PEFT does not let saved virtual tokens learn on: they begin anew and are filled.
    config.inference_mode = False
    config.base_model_name_or_path = network.name_or_path  # the name it was saved under is noted
    network = get_peft_model(network, config)
    saved = tensors(folder / "adapter_model.safetensors")["prompt_embeddings"]
    with torch.no_grad():
        network.prompt_encoder["default"].embedding.weight.copy_(saved)
    return network


def keep_type(network: Any) -> Any:
    """Let PEFT's layers over quantised ones answer in the type in which they were asked.

    Its IA3 and AdaLoRA answer in fp32, which the layers after them do not take.
    """
    for module in network.modules():
        if re.fullmatch(r"peft\.tuners\..*\.bnb", type(module).__module__):
            module.register_forward_hook(lambda _, given, answer: answer.to(given[0].dtype))
    return network


def attach_own(network: Any, folder: Path) -> None:
    """Put an adapter of our own format on a model, in place."""
    told = read_json(folder / OWN_ADAPTER)
    if told["format"] != FORMAT:
        raise UserError(
            f"{folder / OWN_ADAPTER} has format {told['format']}, and this version reads format "
            f"{FORMAT}: train it again, or use the version that wrote it."
        )
    places: dict[str, Tensor] = dict(network.named_parameters())
    if told["method"]["name"] == "bottleneck":
        bottleneck.insert(network, told["after"], Bottleneck(**told["method"]))
        layers = getattr(network, bottleneck.PLACE)
        places = {f"{bottleneck.PLACE}.{name}": item for name, item in layers.named_parameters()}
        fill(places, folder / OWN_TENSORS)
        return
    learnt = tensors(folder / OWN_TENSORS)
    fill({name: places[name] for name in learnt}, folder / OWN_TENSORS)
    network.has_selected = True


def selected(folder: Path) -> bool:
    """Whether a folder holds values that take the place of some of the model's own."""
    path = folder / OWN_ADAPTER
    return path.exists() and read_json(path)["method"]["name"] == "selective"


def fill(places: Mapping[str, Tensor], file: Path) -> None:
    """Put the tensors of a file in their places: all of them, of the same shape, no others."""
    saved = tensors(file)
    if saved.keys() != places.keys():
        odd = min(saved.keys() ^ places.keys())
        raise ValueError(f"{odd} is {'not in the file' if odd in places else 'not in the model'}")
    with torch.no_grad():
        for name, item in places.items():
            if item.shape != saved[name].shape:
                raise ValueError(f"{name} is {tuple(saved[name].shape)}, not {tuple(item.shape)}")
            item.copy_(saved[name])


def tensors(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file."""
    from safetensors.torch import load_file

    found: dict[str, Tensor] = load_file(file)
    return found


def adapter_tensors(network: Any, method: AnyMethod) -> dict[str, Tensor]:
    """What a weights folder of this method holds, head apart; empty for a head alone.

    Works for a network without storage too, whose tensors can be counted (`etude plan`).
    """
    if not is_peft(network):
        head = head_parameters(network)
        named = {n: p for n, p in network.named_parameters() if p.requires_grad}
        return {name: item for name, item in named.items() if name not in head}
    from peft import get_peft_model_state_dict

    for config in network.peft_config.values():
        if hasattr(config, "target_r"):
            config.rank_pattern = None  # AdaLoRA: with it, PEFT would cut what it reads whole
    state: dict[str, dict[str, Tensor]] = {
        name: get_peft_model_state_dict(network, adapter_name=name, save_embedding_layers=False)
        for name in network.peft_config
    }
    if not isinstance(below_head(method), Pissa):
        return state["default"]
    initial = state.get(INITIAL, state["default"])  # where only sizes count, there is no second
    return {
        name: torch.cat([item, initial[name]], dim=0 if "lora_A" in name else 1)
        for name, item in state["default"].items()
    }


def save_adapter(network: Any, method: AnyMethod, folder: Path, base: str) -> None:
    """Write what a method made of a model; `base` is the name under which the model is known."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    found = {
        name: item.detach().cpu().clone().contiguous()
        for name, item in adapter_tensors(network, method).items()
    }
    if head := head_parameters(network):
        kept = {name: item.detach().cpu().contiguous() for name, item in head.items()}
        save_file(kept, folder / HEAD_TENSORS, metadata={"format": "pt"})
    if is_peft(network):
        save_file(found, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        write_json(folder / PEFT_ADAPTER, peft_settings(network, method, base))
    elif (body := below_head(method)) is not None:
        save_file(found, folder / OWN_TENSORS, metadata={"format": "pt"})
        told: dict[str, Any] = {"format": FORMAT, "method": body.model_dump(mode="json")}
        if isinstance(body, Bottleneck):
            told["after"] = bottleneck.inserted(network)
        write_json(folder / OWN_ADAPTER, told)


def save_weights(
    network: Any,
    method: AnyMethod,
    folder: Path,
    *,
    dtype: torch.dtype,
    base: str,
    labels: Sequence[str] | None,
    state: Mapping[str, Tensor] | None = None,
) -> None:
    """Write what a method made of a model: the whole of it (in `dtype`), or an adapter.

    `state` are the model's weights, in that type, where the network itself holds a part of them.
    """
    if state is not None:
        network.save_pretrained(folder, state_dict=dict(state))
    elif isinstance(below_head(method), Full):
        with held_in(network, dtype):
            network.save_pretrained(folder)
    else:
        save_adapter(network, method, folder, base)
    if labels is not None:
        write_json(folder / LABELS, list(labels))


@contextmanager
def held_in(network: Any, dtype: torch.dtype) -> Iterator[None]:
    """Within this block the parameters are of this type; afterwards they are as they were.

    A run that goes on needs its own digits again, not rounded ones.
    """
    own = {item: item.data for item in network.parameters()}
    for item, data in own.items():
        item.data = data.to(dtype)
    try:
        yield
    finally:
        for item, data in own.items():
            item.data = data


def peft_settings(network: Any, method: AnyMethod, base: str) -> dict[str, Any]:
    """`adapter_config.json`: PEFT's own, without this machine's paths."""
    config = network.peft_config["default"]
    settings = {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in config.to_dict().items()
    }
    settings |= {"base_model_name_or_path": base, "inference_mode": True, "auto_mapping": None}
    if "prompt_tuning_init" in settings:  # what it began as, PEFT need not do again
        settings |= {"prompt_tuning_init": "RANDOM", "prompt_tuning_init_text": None}
        settings["tokenizer_name_or_path"] = None
    if isinstance(below_head(method), Pissa):
        settings |= {"r": 2 * settings["r"], "lora_alpha": 2 * settings["lora_alpha"]}
    plain: dict[str, Any] = json.loads(json.dumps(settings, default=str))
    return plain


def merge(network: Any) -> Any:
    """The model with its adapter as part of its own weights; itself without one.

    Exact up to rounding in the weights' type. Virtual tokens and bottlenecks have no merge:
    `UserError`.
    """
    if getattr(network, bottleneck.PLACE, None) is not None:
        raise UserError(f"A bottleneck adapter adds layers: it {UNMERGED}.")
    if not is_peft(network):
        return network
    if network.active_peft_config.is_prompt_learning:
        raise UserError(f"An adapter of virtual tokens adds positions: it {UNMERGED}.")
    return network.merge_and_unload()


def virtual_tokens(network: Any) -> int:
    """Positions of the context that the network's adapter takes for itself."""
    if not is_peft(network):
        return 0
    return int(getattr(network.active_peft_config, "num_virtual_tokens", None) or 0)


def detach(network: Any) -> Any:
    """The model without its adapter, its weights as they were."""
    if is_peft(network):
        if network.active_peft_config.is_prompt_learning:
            return network.get_base_model()
        return network.unload()
    if hasattr(network, bottleneck.PLACE):
        bottleneck.remove(network)
    return network
