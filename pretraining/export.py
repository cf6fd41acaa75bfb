"""A checkpoint -> a model folder: bf16 safetensors, configuration, tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from etude.store import publish
from pretraining.model import make_model
from pretraining.train import weights_of

TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


def export(checkpoint: Path, shape: str, tokenizer: Path, output: Path) -> None:
    """Write the folder that `transformers` and Etude load, whole or not at all."""
    model = make_model(shape)
    model.load_state_dict(weights_of(checkpoint), strict=False)  # the tied head is stored once
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent) as temporary:
        made = Path(temporary) / "model"
        model.to(torch.bfloat16).save_pretrained(made)
        for name in TOKENIZER:
            (made / name).write_bytes((tokenizer / name).read_bytes())
        if output.exists():
            shutil.rmtree(output)
        publish(made, output)
