"""Worked examples of an approach, for examples of the material and for the prompts of `ask`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from etude.approaches.keys import context_settings
from etude.config.study import Study
from etude.data import Data
from etude.prompts import choose_shots
from etude.records import Example

ASK = "ask"  # the task of prompts that are not of the material


def shots_of(study: Study, name: str, data: Data) -> Callable[[Example], tuple[Example, ...]]:
    """A function from an example to its worked examples, which are of its own task.

    Prompts of `ask` are of no task: they get those of the study's first one.
    """
    _, _, shots = context_settings(study, name)
    if shots is None:
        return no_shots
    choose = choose_shots(shots, data.train, study.seed)
    first = data.train[0].task

    def chosen(example: Example) -> tuple[Example, ...]:
        own = example.task != ASK or ASK in study.data.sources
        return choose(example if own else replace(example, task=first))

    return chosen


def no_shots(example: Example) -> tuple[Example, ...]:
    """Zero-shot."""
    del example
    return ()
