"""Virtual tokens, through PEFT: vectors before the prompt, or before every layer's keys and values.

How a model with virtual tokens writes answers stands in `etude.engine.virtual`.
"""

from __future__ import annotations

from typing import Any

from etude.config.methods import PrefixTuning, PromptTuning, PTuning
from etude.engine.classifier import is_classifier
from etude.errors import UserError
from etude.training.methods.peft import task_type, wrap


def prompt_tuning(network: Any, settings: PromptTuning) -> Any:
    """Vectors that are put before the embedded prompt; of an encoder-decoder, the encoder's."""
    from peft import PromptTuningConfig

    start: dict[str, Any] = {
        "vocabulary": {"prompt_tuning_init": "SAMPLE_VOCAB"},
        "random": {"prompt_tuning_init": "RANDOM"},
    }[settings.start]
    if settings.text is not None:
        start = {
            "prompt_tuning_init": "TEXT",
            "prompt_tuning_init_text": settings.text,
            "tokenizer_name_or_path": network.config.name_or_path,
        }
    return virtual(network, PromptTuningConfig, settings.tokens, **start)


def p_tuning(network: Any, settings: PTuning) -> Any:
    """The same vectors, written by a small network that learns in their place."""
    from peft import PromptEncoderConfig

    return virtual(
        network,
        PromptEncoderConfig,
        settings.tokens,
        encoder_reparameterization_type=settings.encoder.upper(),
        encoder_hidden_size=settings.hidden or embedding_width(network),
    )


def prefix_tuning(network: Any, settings: PrefixTuning) -> Any:
    """Keys and values before every layer's own; of an encoder-decoder, the decoder's."""
    from peft import PrefixTuningConfig

    heads, width, layers = attention_shape(network)
    return virtual(
        network,
        PrefixTuningConfig,
        settings.tokens,
        prefix_projection=settings.projection,
        encoder_hidden_size=settings.hidden or embedding_width(network),
        # Told rather than left to PEFT, which takes the hidden size for heads times width.
        token_dim=heads * width,
        num_attention_heads=heads,
        num_layers=layers,
    )


def virtual(network: Any, kind: Any, tokens: int, **more: Any) -> Any:
    """A network with virtual tokens."""
    from peft import PrefixTuningConfig

    if is_classifier(network):
        raise UserError(
            "tune.method head: virtual tokens (prompt-, p- and prefix-tuning) are not there below "
            "a classification head: use lora, ia3 or bottleneck as its body."
        )
    prefix = kind is PrefixTuningConfig
    config = kind(
        task_type=task_type(network),
        num_virtual_tokens=tokens,
        # With two, PEFT would add as many vectors that nobody reads.
        num_transformer_submodules=2 if prefix and network.config.is_encoder_decoder else 1,
        **{"token_dim": embedding_width(network), **more},
    )
    return wrap(network, config)


def embedding_width(network: Any) -> int:
    """Numbers of an embedded token."""
    return int(network.get_input_embeddings().weight.shape[1])


def attention_shape(network: Any) -> tuple[int, int, int]:
    """Heads of keys and values, the width of one, and the layers of the stack that answers."""
    config = network.config
    if not config.is_encoder_decoder:  # of an encoder-decoder it would be a copy with defaults
        config = config.get_text_config()

    def first(*names: str) -> int | None:
        found = (getattr(config, name, None) for name in names)
        return next((int(value) for value in found if value is not None), None)

    queries = first("num_attention_heads", "num_heads", "n_head", "decoder_attention_heads")
    layers = first("num_decoder_layers", "decoder_layers", "num_hidden_layers", "n_layer")
    hidden = first("hidden_size", "d_model", "n_embd")
    if queries is None or layers is None or hidden is None:
        raise UserError(
            f"tune.method prefix-tuning: the configuration of {type(network).__name__} does not "
            "say how many heads and layers it has: use prompt-tuning."
        )
    heads = first("num_key_value_heads") or queries
    if config.model_type == "falcon":
        heads = config.num_kv_heads if config.new_decoder_architecture else queries
        heads = 1 if config.multi_query and not config.new_decoder_architecture else heads
    return heads, first("head_dim", "d_kv") or hidden // queries, layers
