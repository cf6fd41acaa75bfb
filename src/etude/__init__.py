"""Etude: prompt it, give it documents, or fine-tune it? One study answers.

>>> from etude import load_study, run          # doctest: +SKIP
>>> result = run(load_study("study.yaml"))     # doctest: +SKIP
>>> result.scores                              # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from etude.config import load_study
    from etude.result import Result
    from etude.study import run

__all__ = ["Result", "load_study", "run"]
PUBLIC = {"load_study": "etude.config", "run": "etude.study", "Result": "etude.result"}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are asked for, so that `import etude` costs nothing."""
    if name not in PUBLIC:
        raise AttributeError(f"module 'etude' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(PUBLIC[name]), name)
