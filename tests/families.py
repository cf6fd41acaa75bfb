"""Tiny random models of many families, for tests of reading and writing token by token."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import transformers

import models
from etude.engine.load import Loaded, Speaker

VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT = 131, 32, 2, 4, 160
SPECIAL = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
USUAL = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": 48,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "initializer_range": 0.3,  # so that greedy choices are clear
    **SPECIAL,
}
NEOX = {key: value for key, value in USUAL.items() if key != "num_key_value_heads"}
SHORT = {"n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_positions": CONTEXT}
GPT = {"vocab_size": VOCABULARY, "initializer_range": 0.3, **SPECIAL}


def of(kind: str, **settings: Any) -> Callable[[], Any]:
    """A maker of `transformers.<kind>ForCausalLM`, with these settings over the usual ones."""
    config = getattr(transformers, f"{kind}Config")

    def make() -> Any:
        name = kind.removesuffix("Text") if kind == "Gemma3Text" else kind
        owner = getattr(transformers, f"{name}ForCausalLM", None)
        owner = owner or getattr(transformers, f"{name}LMHeadModel")
        return owner(config(**settings))

    return make


def make_t5() -> Any:
    return transformers.T5ForConditionalGeneration(
        transformers.T5Config(
            vocab_size=VOCABULARY,
            d_model=WIDTH,
            d_ff=48,
            d_kv=8,
            num_layers=LAYERS,
            num_heads=HEADS,
            feed_forward_proj="gated-gelu",
            tie_word_embeddings=False,
            decoder_start_token_id=0,
            initializer_factor=2.0,
            eos_token_id=2,
            pad_token_id=0,
        )
    )


def make_bart() -> Any:
    return transformers.BartForConditionalGeneration(
        transformers.BartConfig(
            vocab_size=VOCABULARY,
            d_model=WIDTH,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=HEADS,
            decoder_attention_heads=HEADS,
            encoder_ffn_dim=48,
            decoder_ffn_dim=48,
            max_position_embeddings=CONTEXT,
            init_std=0.3,
            decoder_start_token_id=2,
            forced_eos_token_id=None,
            **SPECIAL,
        )
    )


def make_llama_with_lora() -> Any:
    return models.with_lora(of("Llama", **USUAL)()).eval()


MAKERS: dict[str, Callable[[], Any]] = {
    "llama": of("Llama", **USUAL),
    "llama with LoRA": make_llama_with_lora,
    "mistral": of("Mistral", **USUAL, sliding_window=512),
    "mistral, window of 9": of("Mistral", **USUAL, sliding_window=9),
    "qwen2": of("Qwen2", **USUAL),
    "qwen2, window of 9": of(
        "Qwen2", **USUAL, use_sliding_window=True, sliding_window=9, max_window_layers=1
    ),
    "qwen3": of("Qwen3", **USUAL, head_dim=8),
    "gemma": of("Gemma", **USUAL, head_dim=8),
    "gemma2": of("Gemma2", **USUAL, head_dim=8, sliding_window=9),
    "gemma3": of("Gemma3Text", **USUAL, head_dim=8, sliding_window=9),
    "gemma3, wide": of("Gemma3Text", **USUAL, head_dim=8, sliding_window=512),
    "gpt2": of("GPT2", **GPT, **SHORT),
    "gpt_neox": of("GPTNeoX", **NEOX),
    "gptj": of("GPTJ", **GPT, **SHORT, rotary_dim=4),
    "opt": of("OPT", **{**NEOX, "ffn_dim": 48, "word_embed_proj_dim": WIDTH, "init_std": 0.3}),
    "phi": of("Phi", **NEOX),
    "phi3": of("Phi3", **USUAL),
    "olmo2": of("Olmo2", **USUAL),
    "smollm3": of("SmolLM3", **USUAL),
    "granite": of("Granite", **USUAL),
    "stablelm": of("StableLm", **USUAL),
    "starcoder2": of("Starcoder2", **USUAL, use_bias=True),
    "falcon": of("Falcon", **NEOX, alibi=False),
    "falcon, ALiBi": of("Falcon", **NEOX, alibi=True, multi_query=False),
    "falcon, new decoder": of("Falcon", **NEOX, new_decoder_architecture=True, num_kv_heads=2),
    "bloom": of("Bloom", **GPT, hidden_size=WIDTH, n_layer=LAYERS, n_head=HEADS),
    "mpt": of(
        "Mpt",
        **GPT,
        d_model=WIDTH,
        n_layers=LAYERS,
        n_heads=HEADS,
        max_seq_len=CONTEXT,
        tie_word_embeddings=True,
    ),
    "t5": make_t5,
    "bart": make_bart,
}


@cache
def network_of(family: str) -> Any:
    """A network of a family, made once in a test run."""
    torch.manual_seed(7)
    network = MAKERS[family]().eval()
    with torch.no_grad():  # some families ignore the range asked for, or begin with plain norms
        for name, item in network.named_parameters():
            if (item.ndim == 1 and "norm" in name) or name.endswith("bias"):
                item.add_(torch.randn_like(item) * 0.1)
            elif item.std() < 0.1 and "lora" not in name:
                item.normal_(std=0.25)
    return network


def loaded_of(family: str, *, stops: tuple[int, ...] = (2,)) -> Loaded:
    """The network with a speaker around it that only knows ids."""
    network = network_of(family)
    known = models.loaded(models.folder_of("llama")).speaker
    speaker = Speaker(
        tokenizer=known.tokenizer,
        markup=known.markup,
        encoder_decoder=bool(network.config.is_encoder_decoder),
        context=CONTEXT,
        stop_ids=stops,
        end_id=2,
        pad_id=0,
    )
    return Loaded(network, speaker, torch.device("cpu"), "fp32")
