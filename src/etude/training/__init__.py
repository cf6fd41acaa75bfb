"""Fine-tuning: what is supervised, which parameters learn, and the run itself."""

from etude.training.methods import METHODS

__all__ = ["METHODS"]
