"""An approach is two choices: what happens to the weights, and what the context carries."""
