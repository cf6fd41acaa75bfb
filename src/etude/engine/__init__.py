"""The only rooms that know how a model is loaded and run."""
