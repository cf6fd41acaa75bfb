"""Several adapters on one loaded base, exchanged while it stays in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from etude.engine.adapters import attach, detach, selected, tensors, virtual_tokens
from etude.engine.classifier import is_peft
from etude.engine.folders import OWN_TENSORS, PEFT_ADAPTER, labels_of
from etude.engine.load import Loaded, shortened
from etude.engine.quantize import weights_bytes
from etude.errors import UserError
from etude.store import read_json

SIDE_BY_SIDE = {"LORA", "IA3", "PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING"}  # PEFT holds several


def swap(loaded: Loaded, folder: Path | None) -> Loaded:
    """The same base with the adapter of another weights folder, or with none.

    The network is changed in place, so the given `loaded` must not be used any more. An adapter of
    the kind that stands there already is put beside it and stays in memory: coming back to it
    costs nothing. Any other takes its place. Raises `UserError` where the adapter does not fit, or
    where heads tell other classes apart.
    """
    if folder is None and loaded.labels is not None:
        raise UserError("A model with a classification head names nothing without one.")
    if folder is not None and labels_of(folder) != loaded.labels:
        raise UserError(
            f"The weights in {folder} have {named(labels_of(folder))}, and the loaded model has "
            f"{named(loaded.labels)}: load them apart."
        )
    network = loaded.model
    context = loaded.speaker.context
    whole = None if context is None else context + virtual_tokens(network)
    if folder is not None and goes_beside(network, folder):
        network = beside(network, folder)
    else:
        network = restored(detach(network))
        if folder is not None:
            remember(network, folder)
            network = attach(network, folder)
    speaker = shortened(replace(loaded.speaker, context=whole), virtual_tokens(network))
    network = network.to(loaded.device).eval()
    return replace(loaded, model=network, speaker=speaker, weights_bytes=weights_bytes(network))


def named(labels: tuple[str, ...] | None) -> str:
    """A head, or its absence, in words."""
    return "no classification head" if labels is None else f"a head for {', '.join(labels)}"


def goes_beside(network: Any, folder: Path) -> bool:
    """Whether PEFT can hold an adapter beside the one that stands there."""
    if not is_peft(network) or not (folder / PEFT_ADAPTER).exists():
        return False
    kind = read_json(folder / PEFT_ADAPTER)["peft_type"]
    return kind in SIDE_BY_SIDE and network.active_peft_config.peft_type == kind


def beside(network: Any, folder: Path) -> Any:
    """Put an adapter beside those that are there (once), and let it alone be active."""
    places: dict[str, str] = vars(network).setdefault("adapter_places", {})
    place = str(folder.resolve())
    return attach(network, folder, beside=places.setdefault(place, f"other{len(places)}"))


def remember(network: Any, folder: Path) -> None:
    """Keep what a selective tuning is about to replace."""
    if selected(folder):
        now = dict(network.named_parameters())
        network.replaced_values = {
            name: now[name].detach().clone()
            for name in tensors(folder / OWN_TENSORS)
            if name in now
        }


def restored(network: Any) -> Any:
    """Put back what a selective tuning replaced."""
    if getattr(network, "has_selected", False):
        kept = getattr(network, "replaced_values", None)
        if kept is None:
            raise UserError(
                "What stands on the loaded base replaced some of its weights (method: selective): "
                "load the base without it, and swap it in."
            )
        now = dict(network.named_parameters())
        with torch.no_grad():
            for name, value in kept.items():
                now[name].copy_(value)
        network.has_selected, network.replaced_values = False, None
    return network
