"""The study file and its settings."""

from etude.config.loading import load_study, recipes, schema, to_yaml
from etude.config.study import Study

__all__ = ["Study", "load_study", "recipes", "schema", "to_yaml"]
