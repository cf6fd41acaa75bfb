"""Logits at supervised positions only are the same numbers as full logits, gradients included."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

import models
from etude.engine.batch import IGNORED, Encoded, collate
from etude.engine.head import keep_positions, supervised_logits

pytestmark = models.peft_asks_by_an_old_name
SHAPES = ["llama", "gpt2", "t5", "bart", "llama with LoRA", "t5 with LoRA", "gpt2 with LoRA"]


def network_of(shape: str) -> tuple[Any, int | None]:
    name, _, lora = shape.partition(" with ")
    loaded = models.loaded(models.folder_of(name))
    network = models.with_lora(loaded.model).eval() if lora else loaded.model
    return network, loaded.decoder_start_id


def rows_of_tokens(encoder_decoder: bool) -> list[Encoded]:
    chance = random.Random(3)
    rows = []
    for prompt, answer in ((9, 4), (3, 1), (1, 6), (14, 2)):
        tokens = [chance.randrange(3, 300) for _ in range(prompt + answer)]
        earlier = tuple(chance.random() < 0.3 for _ in range(prompt))
        rows.append(
            Encoded(
                tuple(tokens[:prompt]),
                tuple(tokens[prompt:]),
                () if encoder_decoder or prompt % 2 == 0 else earlier,
            )
        )
    return rows


def from_full_logits(network: Any, batch: dict[str, torch.Tensor]) -> tuple[Any, Any]:
    """The textbook way: logits everywhere, then those before a supervised token."""
    inputs = {name: tensor for name, tensor in batch.items() if name != "labels"}
    logits, labels = network(**inputs).logits, batch["labels"]
    if "decoder_input_ids" not in batch:
        logits, labels = logits[:, :-1], labels[:, 1:]
    wanted = labels != IGNORED
    return logits[wanted], labels[wanted]


def gradients(network: Any, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    network.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("shape", SHAPES)
def test_equal_to_full_logits_at_the_supervised_positions(shape: str) -> None:
    network, start = network_of(shape)
    rows = rows_of_tokens(start is not None)
    batch = collate(rows, pad_id=0, decoder_start_id=start, device=torch.device("cpu"))

    logits, targets = supervised_logits(network, batch)
    own = gradients(network, torch.nn.functional.cross_entropy(logits, targets))
    full, labels = from_full_logits(network, batch)
    reference = gradients(network, torch.nn.functional.cross_entropy(full, labels))

    assert len(targets) == sum(row.supervised for row in rows)
    assert torch.equal(targets, labels)
    torch.testing.assert_close(logits, full, rtol=1e-6, atol=1e-6)
    assert own.keys() == reference.keys()
    assert own
    scale = max(grad.abs().max() for grad in reference.values())
    for name, grad in own.items():
        assert (grad - reference[name]).abs().max() < 1e-6 * scale, name


def test_the_hook_is_gone_afterwards_even_when_the_network_fails() -> None:
    network, _ = network_of("llama")
    ids = torch.tensor([[1, 5, 6]])
    whole = network(ids).logits
    with pytest.raises(IndexError), keep_positions(network, torch.ones(1, 3, dtype=torch.bool)):
        network(torch.tensor([[1, 5, 100_000]]))
    assert network(ids).logits.shape == whole.shape


def test_positions_that_the_network_puts_in_front_are_left_out() -> None:
    network, _ = network_of("llama")
    embedded = network.get_input_embeddings()(torch.tensor([[9, 8, 1, 5, 6]]))
    wanted = torch.tensor([[False, True, True]])
    with keep_positions(network, wanted):
        kept = network(inputs_embeds=embedded).logits
    torch.testing.assert_close(kept, network(inputs_embeds=embedded).logits[0, 3:])


def test_collate_masks_by_position_never_by_token() -> None:
    # The pad id 7 also stands in prompts and answers: it is supervised where it is an answer's.
    rows = [
        Encoded((1, 7), (5, 7)),
        Encoded((1, 2, 7), (7, 7, 4), (False, True, True)),
    ]
    batch = collate(rows, pad_id=7, decoder_start_id=None, device=torch.device("cpu"))
    assert batch["input_ids"].tolist() == [[1, 7, 5, 7, 7, 7], [1, 2, 7, 7, 7, 4]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 0, 0], [1] * 6]
    assert batch["labels"].tolist() == [
        [IGNORED, IGNORED, 5, 7, IGNORED, IGNORED],
        [IGNORED, 2, 7, 7, 7, 4],
    ]


def test_collate_for_an_encoder_decoder() -> None:
    rows = [Encoded((4, 5, 2), (8, 2)), Encoded((6,), (9, 9, 2))]
    batch = collate(rows, pad_id=0, decoder_start_id=3, device=torch.device("cpu"))
    assert {name: tensor.tolist() for name, tensor in batch.items()} == {
        "input_ids": [[4, 5, 2], [6, 0, 0]],
        "attention_mask": [[1, 1, 1], [1, 0, 0]],
        "decoder_input_ids": [[3, 8, 0], [3, 9, 9]],
        "labels": [[8, 2, IGNORED], [9, 9, 2]],
    }
