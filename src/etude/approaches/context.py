"""What an approach puts before the model, from its settings and the training split."""

from __future__ import annotations

from pathlib import Path

from etude.approaches.keys import context_settings
from etude.approaches.retrieved import passages_of
from etude.approaches.worked import no_shots as no_shots  # known by this room
from etude.approaches.worked import shots_of
from etude.config.study import Study
from etude.data import Data
from etude.engine.base import Base
from etude.engine.context import Context


def context_of(study: Study, name: str, data: Data, base: Base, folder: Path) -> Context:
    """What an approach puts before the model; shots come from the training split only.

    Passages are those that are frozen in the run folder.
    """
    prompt, system, _ = context_settings(study, name)
    passages = passages_of(study, name, base, data.hash, folder)
    return Context(prompt, system, shots_of(study, name, data), passages)
