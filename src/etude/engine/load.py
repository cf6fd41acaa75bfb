"""Tokenizer, model, precision, device: a base (and what was tuned on it) ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.config.precision import Precision, compute_of, name_of
from etude.config.study import Model
from etude.engine import processes
from etude.engine.adapters import attach, merge, virtual_tokens
from etude.engine.base import Base
from etude.engine.classifier import class_names, head_parameters, is_peft
from etude.engine.folders import is_adapter, labels_of
from etude.engine.quantize import (
    guard,
    own_memory,
    plain_linear,
    quantization,
    quantized_layers,
    refuse_quantized,
    refuse_unquantized,
    weights_bytes,
)
from etude.engine.random_base import ensure
from etude.errors import UserError
from etude.prompts import Markup, choose_markup, ending

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

UNLIMITED = 1_000_000  # tokenizers without a limit say 1e30


@dataclass(frozen=True, slots=True)
class Speaker:
    """A tokenizer and the way turns are written for its model.

    `context` is the number of tokens the model can see, or None where it has no limit;
    `stop_ids` are the tokens that end an answer; `pad_id` fills rows up and is masked by
    position, so it may equal the end of sequence without harm. A model that is `encoder_only`
    (BERT's kind) reads and does not write: it serves with a classification head.
    """

    tokenizer: PreTrainedTokenizerBase
    markup: Markup
    encoder_decoder: bool
    context: int | None
    stop_ids: tuple[int, ...]
    end_id: int
    pad_id: int
    encoder_only: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to run, with its tokenizer.

    `weights_bytes` are those of its parameters, buffers and quantisation state, as loaded.
    """

    model: Any  # PreTrainedModel or PeftModel, which share no typed ancestor
    speaker: Speaker
    device: torch.device
    precision: Precision
    weights_bytes: int = 0
    labels: tuple[str, ...] | None = None  # the classes of its head, where it has one

    @property
    def decoder_start_id(self) -> int | None:
        """What an encoder-decoder's decoder begins with; None for a decoder alone."""
        if not self.speaker.encoder_decoder:
            return None
        start: int | None = self.model.config.decoder_start_token_id
        return self.speaker.pad_id if start is None else start


def load_config(base: Base, *, trust_remote_code: bool = False) -> Any:
    """The model's own configuration (architecture and sizes)."""
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(
            ensure(base).folder, trust_remote_code=trust_remote_code, local_files_only=True
        )
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"model.base {base.name}: {first_line(error)}.") from None


def load_speaker(base: Base, model: Model) -> Speaker:
    """Tokenizer and markup of a base, without its weights."""
    from transformers import AutoTokenizer, GenerationConfig

    config = load_config(base, trust_remote_code=model.trust_remote_code)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            base.folder, trust_remote_code=model.trust_remote_code, local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise UserError(f"model.base {base.name}: no tokenizer ({first_line(error)}).") from None
    reads_only = is_encoder_only(config)
    end = tokenizer.sep_token_id if reads_only else tokenizer.eos_token_id
    if end is None and not reads_only:
        raise UserError(
            f"model.base {base.name}: its tokenizer has no end-of-sequence token, so an answer "
            "could never stop: set eos_token in its tokenizer_config.json."
        )
    # An encoder-decoder's tokenizer adds its special tokens itself, so the markup writes none.
    begins = not (config.is_encoder_decoder or reads_only) and (
        tokenizer("a").input_ids[:1] == [tokenizer.bos_token_id]
    )
    markup = choose_markup(
        model.markup,
        chat_template=None if config.is_encoder_decoder else tokenizer.chat_template,
        bos_token=tokenizer.bos_token if begins else "",
        eos_token=tokenizer.eos_token or "",
    )
    stops = {end} - {None}
    if (base.folder / "generation_config.json").exists():
        own = GenerationConfig.from_pretrained(base.folder).eos_token_id
        stops.update([own] if isinstance(own, int) else own or [])
    last = tokenizer(ending(markup), add_special_tokens=False).input_ids
    if last and last[-1] in tokenizer.added_tokens_decoder:
        stops.add(last[-1])
    pad = tokenizer.pad_token_id
    return Speaker(
        tokenizer=tokenizer,
        markup=markup,
        encoder_decoder=bool(config.is_encoder_decoder),
        context=context_of(config, tokenizer),
        stop_ids=tuple(sorted(stops)),
        end_id=end,
        pad_id=end if pad is None else pad,
        encoder_only=reads_only,
    )


def is_encoder_only(config: Any) -> bool:
    """Whether a model reads and cannot write: it was made to fill in masks (BERT's kind)."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    writes = config.is_encoder_decoder or getattr(config, "is_decoder", False)
    return not writes and config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES


def context_of(config: Any, tokenizer: PreTrainedTokenizerBase) -> int | None:
    """Tokens the model can see: the smaller of what its configuration and tokenizer say."""
    text = config.get_text_config()
    sizes = [getattr(text, name, None) for name in ("max_position_embeddings", "n_positions")]
    sizes.append(tokenizer.model_max_length)
    known = [size for size in sizes if size is not None and 0 < size < UNLIMITED]
    return min(known, default=None)


def choose_device(device: str) -> torch.device:
    """`auto` takes a GPU when there is one; a device that is not there is refused."""
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("model.device is cuda, but torch sees no GPU here: use auto or cpu.")
    if device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return processes.device() or torch.device("cuda")  # one of several has a GPU of its own


def dtype_of(precision: Precision) -> torch.dtype:
    """torch's type for a precision; of a quantised one, for its arithmetic."""
    import torch

    types = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    return types[compute_of(precision)]


def load(
    base: Base,
    model: Model,
    precision: Precision,
    layers: Sequence[Path] = (),
    labels: Sequence[str] | None = None,
) -> Loaded:
    """Load a base and put on it, one after the other, what approaches made of it.

    `layers` are weights folders: a whole model takes the place of what came before; an adapter
    is attached to it, and merged when another layer follows (quantised weights are never merged
    into: that would round them anew). `labels` ask for a new classification head; one that comes
    with the layers needs no asking.
    """
    speaker = load_speaker(base, model)
    device = choose_device(model.device)
    whole = [index for index, folder in enumerate(layers) if not is_adapter(folder)]
    start = whole[-1] + 1 if whole else 0
    classes = tuple(labels or (labels_of(layers[-1]) if layers else None) or ()) or None
    origin = layers[whole[-1]] if whole else base.folder
    network: Any = load_network(origin, model, precision, classes)
    if classes is not None:
        network.config.pad_token_id = speaker.pad_id  # without one, a head refuses batches
    for folder in layers[start:]:
        network = attach(merged(network, precision), folder)
    speaker = shortened(speaker, virtual_tokens(network))
    network = network.to(device).eval()
    return Loaded(network, speaker, device, precision, weights_bytes(network), classes)


def merged(network: Any, precision: Precision) -> Any:
    """The model with its adapter, if it has one, added to its weights."""
    if is_peft(network) and not isinstance(precision, str):
        raise UserError(
            f"An adapter cannot be merged into {name_of(precision)} weights without rounding them "
            "anew: go on tuning it with the same method, or use precision bf16."
        )
    return merge(network)


def shortened(speaker: Speaker, tokens: int) -> Speaker:
    """A speaker whose context is shorter by the virtual tokens of an adapter."""
    if speaker.context is None:
        return speaker
    return replace(speaker, context=speaker.context - tokens)


def class_for(config: Any, labels: Sequence[str] | None) -> Any:
    """transformers' automatic class for what a model is to do."""
    from transformers import (
        AutoModelForCausalLM,
        AutoModelForSeq2SeqLM,
        AutoModelForSequenceClassification,
    )

    if labels is not None:
        known = AutoModelForSequenceClassification._model_mapping
        if type(config) not in known.keys():  # noqa: SIM118 - no dictionary, though alike
            raise UserError(
                f"tune.method head: transformers has no classification head for models of the kind "
                f"{config.model_type}: use another base, or rank the labels (method: lora)."
            )
        return AutoModelForSequenceClassification
    if is_encoder_only(config):
        raise UserError(
            f"A model of the kind {config.model_type} reads and does not write, so it can only "
            "name classes: use data.task: classify and tune.method: head."
        )
    return AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM


def load_network(
    folder: Path, model: Model, precision: Precision, labels: Sequence[str] | None = None
) -> PreTrainedModel:
    """The bare model, from safetensors only; with `labels`, with a head for that many classes.

    Raises `UserError` when a weight is missing or of another shape: transformers would go on
    with random numbers in its place.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, trust_remote_code=model.trust_remote_code)
    refuse_quantized(config, str(folder))
    automatic = class_for(config, labels)
    told_of: dict[str, Any] = {} if labels is None else class_names(labels)
    built = nullcontext() if isinstance(precision, str) else plain_linear(config.model_type)
    if not isinstance(precision, str):
        with torch.device("meta"), plain_linear(config.model_type):
            skeleton = automatic.from_config(config, trust_remote_code=model.trust_remote_code)
        refuse_unquantized(quantized_layers(skeleton), precision, str(folder))
        told_of |= {
            "quantization_config": quantization(precision, skeleton),
            "device_map": {"": choose_device(model.device)},  # quantised where it will be
        }
    try:
        network: PreTrainedModel
        with built:
            network, told = automatic.from_pretrained(
                folder,
                dtype=dtype_of(precision),
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=model.trust_remote_code,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # so that they are told, and refused below by name
                **told_of,
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(f"The model in {folder} cannot be read: {first_line(error)}.") from None
    lacking = {*told["missing_keys"], *(name for name, *_ in told["mismatched_keys"])}
    if labels is not None:  # a base brings no head: its numbers are drawn, or come with a folder
        lacking -= head_parameters(network).keys()
    if lacking:
        raise UserError(
            f"The model in {folder} lacks {len(lacking)} of the weights that its config.json asks "
            f"for, or holds them in another shape ({min(lacking)} first): it is incomplete or of "
            "another kind, so fetch it again."
        )
    return guard(network) if isinstance(precision, str) else own_memory(guard(network))


def first_line(error: Exception) -> str:
    """The first line of a library's message, without its full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
