"""Answers and likelihoods by transformers' own `generate` and whole forward passes.

The plain way, for models that `stepwise_reason` keeps from the fast one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from etude.config.study import Generation
from etude.engine.batch import Encoded, collate, pad_prompts
from etude.engine.classifier import bare, is_peft
from etude.engine.decode import Chance
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded
from etude.engine.virtual import generation_inputs, needs_own_inputs

KNOWN_LAYERS = {"full_attention", "sliding_attention"}
MOVING_POSITIONS = {"dynamic", "longrope"}  # rotations that change with the length of the batch


def stepwise_reason(loaded: Loaded) -> str | None:
    """Why a model cannot be read step by step with our cache; None where it can.

    The one condition of the fast path: whoever fails it is answered by transformers itself.
    """
    from transformers import GenerationMixin
    from transformers.cache_utils import get_layer_types_and_kwargs

    network = loaded.model
    if loaded.labels is not None:
        return "it names a class by its head and writes nothing"
    if adapter := virtual_tokens(network):
        return f"its adapter ({adapter}) puts virtual tokens in front"
    network = bare(network)
    kind = type(network)
    if not kind.__module__.startswith("transformers.models."):
        return f"{kind.__name__} is not transformers' own code"
    if kind.prepare_inputs_for_generation is not GenerationMixin.prepare_inputs_for_generation:
        return f"{kind.__name__} prepares its inputs in a way of its own"
    if network._is_stateful or not kind._supports_default_dynamic_cache():
        return f"{kind.__name__} keeps a state that is no cache of keys and values"
    config = network.config.get_text_config(decoder=True)
    other = set(get_layer_types_and_kwargs(config)[0]) - KNOWN_LAYERS
    if other:
        return f"{kind.__name__} has layers of {', '.join(sorted(other))}"
    rotation = getattr(config, "rope_parameters", None) or {}
    tables = [rotation, *(part for part in rotation.values() if isinstance(part, dict))]
    moving = {str(table.get("rope_type")) for table in tables} & MOVING_POSITIONS
    if moving:
        return f"{kind.__name__} rotates positions by the batch's length ({', '.join(moving)})"
    return None


def virtual_tokens(network: Any) -> str | None:
    """The kind of an active adapter that puts virtual tokens in front, where there is one."""
    if not is_peft(network):
        return None
    active = network.active_adapters
    for name in active() if callable(active) else active:
        adapter = network.peft_config[name]
        if adapter.is_prompt_learning or adapter.is_adaption_prompt:
            return str(adapter.peft_type.value)
    return None


def can_read_ahead(loaded: Loaded) -> bool:
    """Whether the beginning of a prompt can be read before the rest of it is known."""
    return stepwise_reason(loaded) is None and not loaded.speaker.encoder_decoder


@torch.inference_mode()
def generate_whole(
    loaded: Loaded,
    prompts: Sequence[Sequence[int]],
    generation: Generation,
    chances: Sequence[Chance],
) -> list[list[int]]:
    """Tokens of an answer to each prompt by `generate`, what follows a stop token included.

    Sampled answers depend on what shares the batch here.
    """
    from transformers import GenerationConfig

    speaker, model = loaded.speaker, loaded.model
    sampling: dict[str, Any] = {"do_sample": False}
    if generation.temperature > 0:
        sampling = {
            "do_sample": True,
            "temperature": generation.temperature,
            "top_p": generation.top_p,
            "top_k": 0,
        }
        names = "\n".join(f"{chance.seed}:{chance.name}" for chance in chances)
        seed = hashlib.sha256(names.encode()).digest()[:7]
        torch.manual_seed(int.from_bytes(seed))
    config = GenerationConfig(
        max_new_tokens=generation.max_tokens,
        eos_token_id=list(speaker.stop_ids),
        pad_token_id=speaker.pad_id,
        decoder_start_token_id=loaded.decoder_start_id,
        **sampling,
    )
    for network in (model, bare(model)):
        network.generation_config = GenerationConfig()  # what a hub model brings would seep in
    if needs_own_inputs(model):
        own, skip = generation_inputs(model, prompts, speaker.pad_id, loaded.device)
        written: Tensor = bare(model).generate(**own, generation_config=config)
    else:
        inputs = pad_prompts(
            prompts, speaker.pad_id, loaded.device, left=not speaker.encoder_decoder
        )
        written = model.generate(**inputs, generation_config=config)
        skip = 1 if speaker.encoder_decoder else inputs["input_ids"].shape[1]
    found: list[list[int]] = written[:, skip:].tolist()
    return found


@torch.inference_mode()
def likelihoods_whole(
    loaded: Loaded, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> list[float]:
    """Natural-log probability of each answer given its prompt, in one forward pass.

    Computed in fp32 from the model's logits, at the answers' positions only.
    """
    rows = [
        Encoded(tuple(prompt), tuple(answer))
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    batch = collate(
        rows,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=loaded.decoder_start_id,
        device=loaded.device,
    )
    logits, targets = supervised_logits(loaded.model, batch)
    chosen = torch.log_softmax(logits.float(), dim=-1).gather(1, targets[:, None])[:, 0]
    sums = [part.sum().item() for part in chosen.split([len(answer) for answer in answers])]
    return [float(value) for value in sums]
