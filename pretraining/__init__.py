"""How etude-mini was made: run as `python -m pretraining.run`; nothing in Etude needs it."""
