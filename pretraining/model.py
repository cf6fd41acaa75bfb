"""The model's shape: a small Llama with a tied head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pretraining.tokenizer import CONTEXT, VOCABULARY

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# name -> hidden size, layers, heads, width of the feed-forward layers
SHAPES = {
    "4m": (192, 6, 3, 512),
    "7m": (256, 6, 4, 704),
    "12m": (320, 8, 5, 864),
}
SEED = 0


def make_model(shape: str) -> LlamaForCausalLM:
    """A model with random weights, seeded; fp32."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    hidden, layers, heads, width = SHAPES[shape]
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        attn_implementation="sdpa",
    )
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(config)
    # What is added to the residual stream begins small (Radford et al. 2019, section 2.3).
    with torch.no_grad():
        for layer in model.model.layers:
            for last in (layer.self_attn.o_proj, layer.mlp.down_proj):
                last.weight.mul_((2 * layers) ** -0.5)
    return model
