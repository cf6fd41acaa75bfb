"""Weights in 8 or 4 bits through bitsandbytes: how they are loaded, and what they take.

The linear layers inside the model are quantised while they are read, so that the whole model is
never held in its own format. Embeddings, norms, biases, the output layer and heads stay in the
compute type, and so do layers that the architecture asks to keep (T5's `wo`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from etude.config.precision import Int8, Nf4, Precision, name_of
from etude.errors import UserError

if TYPE_CHECKING:
    import torch

BLOCK = 64  # weights that share a scale in nf4
OUTER_BLOCK = 256  # scales that share a scale of their own, with double quantization
PACKAGE = "bitsandbytes"


class ToldOnce(logging.Filter):
    """Drops what bitsandbytes logs at every matrix product of an int8 layer.

    That activations go through fp16 while they are quantised is how LLM.int8() works; it stands
    in the documentation, and would otherwise stand in the log some thousand times a second.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("MatMul8bitLt: inputs will be cast from")


TOLD_ONCE = ToldOnce()


def quantization(precision: Precision, skeleton: Any) -> Any:
    """transformers' settings for a quantised precision; None for a plain one.

    `skeleton` is the network without storage: it decides which layers are kept.
    """
    if isinstance(precision, str):
        return None
    import torch
    from transformers import BitsAndBytesConfig

    kept = kept_layers(skeleton)
    if isinstance(precision, Int8):
        quiet_int8()
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=kept)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=precision.double_quantization,
        bnb_4bit_compute_dtype=getattr(torch, TORCH[precision.compute]),
        llm_int8_skip_modules=kept,  # the name is older than four bits: it serves both
    )


TORCH = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}  # torch's names


# Architecture -> linear layers of its own that compute what torch's do.
OWN_LINEAR = {"falcon": ("transformers.models.falcon.modeling_falcon", "FalconLinear")}


@contextmanager
def plain_linear(architecture: str) -> Iterator[None]:
    """Within this block, a model of this architecture is built of torch's own linear layers.

    transformers quantises those and no others, and would leave a whole Falcon as it is.
    """
    if architecture not in OWN_LINEAR:
        yield
        return
    import torch

    place, name = OWN_LINEAR[architecture]
    module = import_module(place)
    own = getattr(module, name)
    setattr(module, name, torch.nn.Linear)
    try:
        yield
    finally:
        setattr(module, name, own)


def refuse_unquantized(layers: Any, precision: Precision, name: str) -> None:
    """A model of which nothing would be quantised is refused: it would be so in silence."""
    if not isinstance(precision, str) and not layers:
        raise UserError(
            f"model.base {name}: precision {name_of(precision)} quantises linear layers, and this "
            "architecture has none of torch's own inside: use precision bf16."
        )


def quiet_int8() -> None:
    """See `ToldOnce`."""
    logging.getLogger("bitsandbytes.autograd._functions").addFilter(TOLD_ONCE)


def kept_layers(skeleton: Any) -> list[str]:
    """Names of what is never quantised: the output layer, what is tied to it, and any head."""
    head = skeleton.get_output_embeddings()
    kept = {name for name, module in skeleton.named_modules() if module is head}
    tied = getattr(skeleton, "all_tied_weights_keys", None) or {}
    kept |= {key.removesuffix(".weight") for pair in tied.items() for key in pair}
    parts = {name for name, _ in skeleton.named_children()}
    if skeleton.base_model_prefix in parts:
        kept |= parts - {skeleton.base_model_prefix}  # what stands beside the body is a head
    return sorted(kept)


def quantized_layers(skeleton: Any) -> dict[str, Any]:
    """The layers that int8 and nf4 quantise, by name, of a network without storage."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D
    from transformers.quantizers.quantizers_utils import should_convert_module

    # transformers adds these to what it is told to skip.
    kept = [*kept_layers(skeleton), *(getattr(skeleton, "_keep_in_fp32_modules", None) or ())]
    return {
        name: module
        for name, module in skeleton.named_modules()
        if (type(module) is Linear or isinstance(module, Conv1D))
        and should_convert_module(name, kept)
    }


def guard(network: Any) -> Any:
    """Keep bitsandbytes from repacking 4-bit weights for AVX512 in an evaluation on the CPU.

    Once an evaluation has repacked a layer, its backward pass reads the new layout as if it were
    the old one and returns wrong gradients without a word (bitsandbytes 0.50); and the repacking
    itself fails where a layer's inputs are not divisible by 64. The flag is read in every
    forward pass, so that without it the weights keep their layout for good.
    """
    for module in network.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return network


def own_memory(network: Any) -> Any:
    """Copy what was not quantised out of the mapped files, in place, so that they can be closed.

    Weights that need no conversion are views of the file they were read from; a few of them would
    keep all of it in memory, at four to eight times the size of what was made of it.
    """
    import torch

    for item in (*network.parameters(), *network.buffers()):
        if item.dtype.is_floating_point and item.device.type == "cpu":
            item.data = item.data.clone(memory_format=torch.contiguous_format)
    return network


def refuse_quantized(config: Any, name: str) -> None:
    """A base whose weights are quantised already is not read: it would be rounded twice."""
    told = getattr(config, "quantization_config", None)
    if told is None:
        return
    held = told if isinstance(told, dict) else told.to_dict()
    method = held.get("quant_method", "an unknown method")
    raise UserError(
        f"model.base {name}: its weights are quantised already ({getattr(method, 'value', method)})"
        ", and Etude quantises while it loads: name the original model and set precision: nf4 or "
        "int8."
    )


def layer_bytes(weights: int, outputs: int, precision: Int8 | Nf4) -> int:
    """Bytes of one quantised layer's weights with their scales.

    int8 has a 32-bit scale per output; nf4 a 32-bit scale per 64 weights, or with double
    quantization an 8-bit one, and a 32-bit scale per 256 of these.
    """
    if isinstance(precision, Int8):
        return weights + 4 * outputs
    scales = -(-weights // BLOCK)
    code = 16 * 4  # the sixteen values that four bits stand for
    if not precision.double_quantization:
        return -(-weights // 2) + 4 * scales + code
    outer = 4 * -(-scales // OUTER_BLOCK) + 256 * 4 + 4  # scales, their code and their offset
    return -(-weights // 2) + scales + outer + code


def weights_bytes(network: Any) -> int:
    """Bytes that a loaded model holds: parameters, buffers and the state of their quantisation.

    Storage that several tensors share (tied embeddings, int8's two names for one matrix) counts
    once.
    """
    storages = {}
    for tensor in held_tensors(network):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
    return sum(storages.values())


def held_tensors(network: Any) -> list[torch.Tensor]:
    """Every tensor of a loaded model, bitsandbytes' included."""
    import torch

    found = [*network.parameters(), *network.buffers()]
    for module in network.modules():
        weight, state = getattr(module, "weight", None), getattr(module, "state", None)
        for owner in (weight, state):  # int8: scales beside the weight, later in the layer's state
            found += [getattr(owner, name, None) for name in ("CB", "SCB") if owner is not None]
        four_bits = getattr(weight, "quant_state", None)
        for level in (four_bits, getattr(four_bits, "state2", None)):
            found += [getattr(level, name, None) for name in ("absmax", "code", "offset")]
    return [item for item in found if isinstance(item, torch.Tensor)]
