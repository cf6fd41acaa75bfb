"""The model that ships: small, quick to load, and it knows the forms that it was taught."""

from __future__ import annotations

import time

import models
from etude.config.study import Model
from etude.engine.base import MODELS, find_base
from etude.engine.load import load

pytestmark = models.peft_asks_by_an_old_name
FOLDER = MODELS / "etude-mini"


def test_it_keeps_to_its_limits() -> None:
    network = models.loaded(FOLDER).model
    assert sum(item.numel() for item in network.parameters()) <= 12_500_000
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 25_000_000
    assert network.config.model_type == "llama"
    assert network.config.max_position_embeddings == 1024
    assert {path.suffix for path in FOLDER.iterdir()} == {".json", ".jinja", ".md", ".safetensors"}


def test_it_loads_in_under_a_second() -> None:
    models.loaded(FOLDER)  # the libraries are imported once
    took = []
    for _ in range(3):
        began = time.process_time()  # a busy machine does not count against it
        load(find_base("etude-mini"), Model(base="etude-mini"), "fp32")
        took.append(time.process_time() - began)
    assert min(took) < 1


def test_its_chat_template_has_a_system_role() -> None:
    speaker = models.loaded(FOLDER).speaker
    assert (speaker.markup.name, speaker.markup.folds_system) == ("tokenizer", False)
    assert speaker.end_id in speaker.stop_ids
