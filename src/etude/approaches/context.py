"""What an approach puts before the model, from its settings and the training split."""

from __future__ import annotations

from etude.approaches.keys import context_settings
from etude.config.study import Study
from etude.data import Data
from etude.engine.encode import Context
from etude.prompts import choose_shots
from etude.records import Example


def context_of(study: Study, name: str, data: Data) -> Context:
    """What an approach puts before the model; shots come from the training split only."""
    prompt, system, shots = context_settings(study, name)
    if shots is None:
        return Context(prompt, system, no_shots)
    return Context(prompt, system, choose_shots(shots, data.train, study.seed))


def no_shots(example: Example) -> tuple[Example, ...]:
    """Zero-shot."""
    del example
    return ()
