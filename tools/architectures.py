"""Tiny models of random weights of the real architectures, made on the spot: table and maker.

What holds for two layers of an architecture's own code holds for it at any size: names of layers,
shapes, how it starts, pads and stops. What it can learn, such a model does not show.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.engine.base import Base, find_base
from etude.engine.random_base import VOCABULARY, make_tokenizer

LAYERS = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64}
PLAIN = {**LAYERS, "intermediate_size": 96}
GROUPED = {**PLAIN, "num_key_value_heads": 2}
GEMMA = {**GROUPED, "head_dim": 16}
T5 = {"d_model": 64, "d_ff": 96, "d_kv": 16, "num_layers": 2, "num_heads": 4}
FLAN = {**T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
FLAN["initializer_factor"] = 0.35  # its logits are not scaled down, and would be in the tens
ROTATION = {  # Llama 3.1's, for a context of 64 made four times as long
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
BART = {
    **{"d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "init_std": 0.1},
    **{"encoder_attention_heads": 4, "decoder_attention_heads": 4},
    **{"encoder_ffn_dim": 96, "decoder_ffn_dim": 96},
    "forced_eos_token_id": None,  # else the library ends an answer that has not ended
}

# Name -> transformers' word for the architecture, and the settings that make it this one.
DECODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Llama 2": ("llama", {**PLAIN, "tie_word_embeddings": False}),
    "Llama 3": ("llama", {**GROUPED, "tie_word_embeddings": False, "rope_parameters": ROTATION}),
    "Mistral": ("mistral", {**GROUPED, "sliding_window": 16}),
    "Qwen2": ("qwen2", GROUPED),
    "Qwen3": ("qwen3", {**GROUPED, "head_dim": 32}),
    "Gemma": ("gemma", GEMMA),
    "Gemma 2": ("gemma2", {**GEMMA, "sliding_window": 16}),
    "Gemma 3": ("gemma3_text", {**GEMMA, "sliding_window": 16}),
    "Falcon": ("falcon", {**LAYERS, "ffn_hidden_size": 96}),
    "Falcon 40B": (
        "falcon",
        {**LAYERS, "ffn_hidden_size": 96, "new_decoder_architecture": True, "num_kv_heads": 2},
    ),
    "OPT": ("opt", {**LAYERS, "ffn_dim": 96, "word_embed_proj_dim": 64, "init_std": 0.1}),
    "GPT-2": ("gpt2", {"n_embd": 64, "n_layer": 2, "n_head": 4}),
    "Phi": ("phi", PLAIN),
    "Phi-3": ("phi3", GROUPED),
}
ENCODER_DECODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "T5": ("t5", T5),
    "FLAN-T5": ("t5", FLAN),
    "BART": ("bart", BART),
}
ENCODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "BERT": ("bert", PLAIN),
    "RoBERTa": ("roberta", PLAIN),
    "DistilBERT": ("distilbert", {"dim": 64, "hidden_dim": 96, "n_layers": 2, "n_heads": 4}),
    "DeBERTa": ("deberta-v2", PLAIN),
    "ModernBERT": ("modernbert", PLAIN),
}
WRITERS = DECODERS | ENCODER_DECODERS
ARCHITECTURES = WRITERS | ENCODERS


@cache
def base_of(architecture: str) -> Base:
    """A tiny model of an architecture, made once in a process."""
    folder = Path(_kept().name) / architecture
    make(architecture, folder)
    return find_base(str(folder))


@cache
def _kept() -> TemporaryDirectory[str]:
    """A folder that lasts as long as the process."""
    return TemporaryDirectory(prefix="etude-architectures-")


def make(architecture: str, folder: Path) -> None:
    """Save a tiny model of an architecture, with a tokenizer of its habits."""
    import torch
    import transformers

    kind, settings = ARCHITECTURES[architecture]
    special = make_tokenizer(folder, begin=architecture not in ENCODER_DECODERS)
    automatic = transformers.AutoModelForCausalLM
    if architecture in ENCODER_DECODERS:
        automatic = transformers.AutoModelForSeq2SeqLM
        special["decoder_start_token_id"] = special["pad_token_id"]
    elif architecture in ENCODERS:
        automatic = transformers.AutoModelForMaskedLM
        if kind == "bert":  # with the pooler that a head reads, as published ones have it
            automatic = transformers.AutoModelForPreTraining
        make_it_read(folder)
    config = transformers.AutoConfig.for_model(
        kind,
        vocab_size=VOCABULARY,
        max_position_embeddings=256,
        initializer_range=0.1,  # so that greedy choices are clear
        **special,
        **settings,
    )
    torch.manual_seed(0)
    automatic.from_config(config).save_pretrained(folder)


def make_it_read(folder: Path) -> None:
    """Make a saved tokenizer one of models that only read: each text between two marks."""
    from tokenizers import processors
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ends = [("<s>", tokenizer.bos_token_id), ("</s>", tokenizer.eos_token_id)]
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=ends
    )
    tokenizer.add_special_tokens({"cls_token": "<s>", "sep_token": "</s>"})
    tokenizer.save_pretrained(folder)
