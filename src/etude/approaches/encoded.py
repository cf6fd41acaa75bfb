"""The material as tokens: made once for all who see it alike, and kept while a run goes on.

Planning, searches, seeds, methods that share a prompt and runs that are resumed all learn from the
same rows; what differs between them is a matter of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from etude.approaches.context import context_of
from etude.approaches.keys import common
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data
from etude.data.frozen import learnt_part
from etude.engine.base import Base
from etude.engine.context import Context
from etude.engine.load import Speaker
from etude.environment import versions
from etude.errors import UserError
from etude.progress import Progress, watched
from etude.records import Example
from etude.store import encoded_folder, fingerprint
from etude.training.classes import encode_classes
from etude.training.encode import encode_all
from etude.training.material import Material, read_material, write_material
from etude.training.mixing import taken


def encoded(
    study: Study,
    name: str,
    split: Literal["train", "dev"],
    *,
    data: Data,
    base: Base,
    speaker: Speaker,
    labels: Sequence[str] | None,
    folder: Path,
    progress: Progress,
    standing_in: Context | None = None,
) -> Material:
    """A split as the approach's tuning sees it. `speaker` is shortened by virtual tokens.

    Before passages are retrieved, a plan gives a context whose passages stand in for them.
    """
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - only approaches that tune come here
    limit = smallest(tune.max_tokens, speaker.context)
    key = fingerprint(
        {
            **common(study, name, base, learnt_part(data.hash)),
            "base": base.digest,
            "split": split,
            "sources": list(tune.mix.named) if tune.mix else None,
            "supervise": tune.supervise,
            "limit": limit,
            "labels": list(labels) if labels is not None else None,
            "versions": versions(),
            **({"stands in": True} if standing_in is not None else {}),
        }
    )
    path = encoded_folder(folder) / f"{key}.safetensors"
    if path.exists():
        return read_material(path)
    examples = taken(getattr(data, split), tune.mix)
    context = standing_in or context_of(study, name, data, base, folder)
    rows = watched(examples, "encoding", progress)
    write_material(path, encode_material(speaker, rows, context, tune, labels))
    return read_material(path)


def encode_material(
    speaker: Speaker,
    examples: Iterable[Example],
    context: Context,
    tune: Tune,
    labels: Sequence[str] | None,
) -> Material:
    """Examples as a tuning sees them: prompts with answers, or with classes."""
    limit = smallest(tune.max_tokens, speaker.context)
    if labels is not None:
        return encode_classes(speaker, examples, context, labels, limit)
    return encode_all(speaker, examples, context, tune.supervise, limit)


def smallest(limit: int | None, context: int | None) -> int | None:
    """The smaller of two limits that may be absent; a limit beyond the context is refused."""
    if limit is not None and context is not None and limit > context:
        raise UserError(
            f"tune.max_tokens is {limit}, but the model sees {context} tokens at most: lower it, "
            "or leave it out to use the model's own limit."
        )
    return limit if limit is not None else context
