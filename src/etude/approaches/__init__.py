"""An approach is two choices: what happens to the weights, and what the context carries."""

from etude.approaches.build import build, make_weights
from etude.approaches.order import Job, in_order

__all__ = ["Job", "build", "in_order", "make_weights"]
