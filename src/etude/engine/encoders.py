"""Where a run keeps what an encoder makes of texts, told without loading the encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etude.engine.base import Base
from etude.errors import UserError
from etude.store import fingerprint, read_json

FORMAT = 1  # raised by hand when vectors are made in another way
# The layer that BERTScore's authors found to agree best with people (their table, version 0.3.13).
CHOSEN = {
    "bert-base-uncased": 9,
    "bert-large-uncased": 18,
    "bert-base-multilingual-cased": 9,
    "bert-base-chinese": 8,
    "roberta-base": 10,
    "roberta-large": 17,
    "distilbert-base-uncased": 5,
    "distilroberta-base": 5,
    "xlm-roberta-base": 9,
    "xlm-roberta-large": 17,
    "microsoft/mpnet-base": 8,
    "microsoft/deberta-xlarge-mnli": 40,
    "microsoft/deberta-v3-base": 9,
    "microsoft/mdeberta-v3-base": 10,
    "google/mt5-base": 11,
}
DEPTHS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vectors of one layer of one encoder are kept, and how deep the encoder is."""

    folder: Path
    layer: int
    layers: int


def place_of(base: Base, layer: int | str, run: Path) -> Place:
    """The folder for an encoder's vectors in a run, without loading the encoder.

    Raises:
        UserError: for a layer that it has not, and for random weights.
    """
    if base.is_random:
        raise UserError(
            f"encoder.base {base.name} has random weights, so its vectors say nothing of meaning: "
            "use another encoder."
        )
    config = read_json(base.folder / "config.json")
    layers = next((int(config[name]) for name in DEPTHS if config.get(name)), 0)
    if not layers:
        raise UserError(
            f"encoder.base {base.name}: its config.json does not say how many layers it has: use "
            "another encoder."
        )
    chosen = CHOSEN.get(base.name, max(1, round(0.75 * layers))) if layer == "auto" else int(layer)
    if chosen > layers:
        raise UserError(
            f"encoder.layer is {chosen}, but {base.name} has {layers} layers: choose one of 0 to "
            f"{layers}."
        )
    key = fingerprint({"format": FORMAT, "digest": base.digest, "layer": chosen})
    return Place(run / "embeddings" / key[:16], chosen, layers)
