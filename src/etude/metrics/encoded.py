"""Texts as an encoder's vectors, kept on disk by their content; read without torch.

`RUN/embeddings/KEY/` holds what one layer of one encoder made of texts: `encoder.json`, and pieces
of `vectors` (tokens, width) in float32, `ids` (tokens,) and `ends` (texts,), safetensors each with
the hashes of its texts. `etude.engine.embed` writes them in a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etude.errors import UserError
from etude.metrics.metric import Means
from etude.store import read_json, text_hash

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class About:
    """An encoder: its name and digest, which of its layers, and the tokens that are no words.

    `special` are the ids that open, close or fill a text; their vectors are there to be matched
    and weigh nothing.
    """

    name: str
    digest: str
    layer: int
    layers: int
    special: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """BERTScore's own: weights of tokens, and baselines of precision, recall and F1."""

    idf: bool = False
    baseline: tuple[float, float, float] | None = None
    baseline_file: str = ""


class Encoded:
    """The vectors of texts, read from disk when they are asked for."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        about = read_json(folder / "encoder.json")
        self.about = About(**{**about, "special": tuple(about["special"])})
        self.settings = settings
        self._pieces: dict[Path, Any] = {}
        self._places = places(folder)

    def read(self, text: str) -> tuple[Vectors, Ids]:
        """A text's vectors, shape (tokens, width), and its tokens' ids.

        Raises:
            UserError: where the text has not been encoded.
        """
        place = self._places.get(text_hash(text))
        if place is None:
            raise UserError(
                "A text has not been encoded, although all answers and references should be: "
                "delete the folder embeddings in the run folder and score again."
            )
        path, start, end = place
        if path not in self._pieces:
            from safetensors import safe_open

            self._pieces[path] = safe_open(path, framework="numpy")
        piece = self._pieces[path]
        return piece.get_slice("vectors")[start:end], piece.get_slice("ids")[start:end]

    def weighs(self, ids: Ids) -> NDArray[np.bool_]:
        """Which tokens are words rather than marks of beginning and end."""
        return ~np.isin(ids, self.about.special)


def places(folder: Path) -> dict[str, tuple[Path, int, int]]:
    """Where each text's tokens are: the piece, the first token, and the one after the last."""
    from safetensors import safe_open

    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="numpy") as piece:
            ends = piece.get_tensor("ends").tolist()
            keys = json.loads(piece.metadata()["texts"])
        starts = [0, *ends[:-1]]
        found.update({key: (path, *span) for key, *span in zip(keys, starts, ends, strict=True)})
    return found


def missing(folder: Path, texts: Iterable[str]) -> list[str]:
    """The texts that a folder has no vectors of, each once."""
    known = places(folder) if folder.is_dir() else {}
    return [text for text in dict.fromkeys(texts) if text_hash(text) not in known]


def needed(means: Means, metric: str) -> Encoded:
    """The encoded texts of a scoring.

    Raises:
        UserError: where there is no encoder.
    """
    if means.encoded is None:
        raise UserError(NO_ENCODER.format(metric=metric))
    return means.encoded


NO_ENCODER = (
    "{metric} compares the vectors of an encoder, and the study names none: add encoder: "
    "{{base: bert-base-multilingual-cased}} (a hub id, or a folder with the model), or remove "
    "{metric} from metrics."
)


def read_baseline(path: str, layer: int) -> tuple[float, float, float]:
    """Baselines of precision, recall and F1 of one layer, from a file of BERTScore's form.

    Raises:
        UserError: where the file or the layer's row is not there.
    """
    try:
        rows = Path(path).read_text(encoding="utf-8").splitlines()
        cells: Sequence[Sequence[float]] = [
            [float(cell) for cell in row.split(",")] for row in rows[1:] if row.strip()
        ]
        by_layer = {int(row[0]): (row[1], row[2], row[3]) for row in cells}
    except OSError as error:
        raise UserError(
            f"encoder.baseline: {path} cannot be read ({error.strerror}): correct the path."
        ) from None
    except (ValueError, IndexError):
        raise UserError(
            f"encoder.baseline: {path} should be a table with the columns LAYER,P,R,F and a number "
            "in each cell."
        ) from None
    if layer not in by_layer:
        raise UserError(
            f"encoder.baseline: {path} has no row for layer {layer}, only for "
            f"{', '.join(map(str, by_layer)) or 'none'}: choose one of them as encoder.layer."
        )
    return by_layer[layer]
