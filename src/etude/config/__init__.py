"""The study file and its settings."""

from etude.config.study import Study

__all__ = ["Study"]
