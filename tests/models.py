"""Tiny models of random weights in odd shapes, for tests: made in a fraction of a second."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers import models as tokenizer_models
from transformers import PreTrainedTokenizerFast

from etude.config.methods import Lora
from etude.config.study import Model, Precision, Prompt
from etude.config.tuning import Tune
from etude.engine.base import Base, cache_folder, find_base
from etude.engine.batch import Encoded
from etude.engine.context import Context
from etude.engine.encode import encode_prompt
from etude.engine.generate import Asked
from etude.engine.load import Loaded, load
from etude.progress import Progress, silent
from etude.records import Example, Message
from etude.store import read_lines
from etude.training.methods import prepare, trainable
from etude.training.run import Run, begin
from etude.training.train import train

TEXTS = (
    "The quick brown fox jumps over the lazy dog and runs home again.",
    "Where is the station? It is behind the old church, on the left.",
    "Please write a short summary of what was said between the two friends.",
    "Ana asks Rui whether he will come to the concert on Sunday evening.",
    "[INST] question [/INST] answer Below is an instruction that describes a task.",
    "### Instruction: ### Response: <<SYS>> <</SYS>> user assistant system",
)
torch.set_num_threads(1)  # for models this small a second thread only waits
END, BEGIN, PAD = "</s>", "<s>", "<pad>"


def save_tokenizer(
    folder: Path,
    *,
    special: tuple[str, ...] = (PAD, BEGIN, END),
    begins: bool = True,
    ends: bool = False,
    pad: str | None = PAD,
    bos: str | None = BEGIN,
    eos: str | None = END,
    chat_template: str | None = None,
    sentencepiece: bool = False,
    context: int | None = None,
) -> dict[str, int]:
    """Save a tokenizer of about 400 tokens; returns its special tokens' ids.

    `sentencepiece` cuts as Llama 2's does: every text gets a space in front, spaces are `▁`.
    """
    if sentencepiece:
        tokenizer = Tokenizer(tokenizer_models.BPE(unk_token=None, byte_fallback=True))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
        tokenizer.decoder = decoders.Sequence(
            [
                decoders.Replace("▁", " "),
                decoders.ByteFallback(),
                decoders.Fuse(),
                decoders.Strip(content=" ", left=1),
            ]
        )
        alphabet = sorted({letter for text in TEXTS for letter in text} | set("▁abcdefghijklmnop"))
        bytes_ = [f"<0x{number:02X}>" for number in range(256)]
    else:
        tokenizer = Tokenizer(tokenizer_models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet, bytes_ = pre_tokenizers.ByteLevel.alphabet(), []
    trainer = trainers.BpeTrainer(
        vocab_size=400 + len(bytes_),
        special_tokens=[*special, *bytes_],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    if bytes_:  # the trainer takes all its special tokens for added ones: bytes are none
        content = json.loads(tokenizer.to_str())
        content["added_tokens"] = [
            token for token in content["added_tokens"] if token["content"] in special
        ]
        tokenizer = Tokenizer.from_str(json.dumps(content))
    ids = {name: tokenizer.token_to_id(name) for name in special}
    if begins or ends:
        pattern = f"{BEGIN} $A" if begins else "$A"
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{pattern} {END}" if ends else pattern,
            special_tokens=[(name, ids[name]) for name in (BEGIN, END) if name in ids],
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        pad_token=pad,
        **({"model_max_length": context} if context else {}),
    )
    fast.chat_template = chat_template
    fast.save_pretrained(folder)
    return ids


def save_llama(
    folder: Path, *, tied: bool = True, extra_tokens: int = 0, seed: int = 0, **tokenizer: Any
) -> Path:
    """A Llama of two layers."""
    from transformers import LlamaConfig, LlamaForCausalLM

    ids = save_tokenizer(folder, **tokenizer)
    torch.manual_seed(seed)
    network = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary(folder) + extra_tokens,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=tokenizer.get("context") or 256,
            tie_word_embeddings=tied,
            initializer_range=0.2,  # so that greedy choices are clear
            bos_token_id=ids.get(BEGIN),
            eos_token_id=ids.get(END),
            pad_token_id=ids.get(PAD),
        )
    )
    network.save_pretrained(folder)
    return folder


def save_gpt2(folder: Path) -> Path:
    """GPT-2's shape: learnt positions (64), Conv1D layers, one special token for everything."""
    from transformers import GPT2Config, GPT2LMHeadModel

    end = "<|endoftext|>"
    ids = save_tokenizer(folder, special=(end,), begins=False, pad=None, bos=end, eos=end)
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=vocabulary(folder),
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=64,
        bos_token_id=ids[end],
        eos_token_id=ids[end],
        initializer_range=0.2,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def save_t5(folder: Path) -> Path:
    """T5's shape: encoder-decoder with relative positions, `</s>` after every text."""
    from transformers import T5Config, T5ForConditionalGeneration

    ids = save_tokenizer(folder, begins=False, ends=True, bos=None)
    torch.manual_seed(2)
    config = T5Config(
        vocab_size=vocabulary(folder),
        d_model=32,
        d_ff=48,
        d_kv=8,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=ids[PAD],
        pad_token_id=ids[PAD],
        eos_token_id=ids[END],
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def save_bart(folder: Path) -> Path:
    """BART's shape: encoder-decoder with learnt positions, `<s>` before and `</s>` after."""
    from transformers import BartConfig, BartForConditionalGeneration

    ids = save_tokenizer(folder, begins=True, ends=True)
    torch.manual_seed(3)
    config = BartConfig(
        vocab_size=vocabulary(folder),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=48,
        decoder_ffn_dim=48,
        max_position_embeddings=128,
        init_std=0.3,
        decoder_start_token_id=ids[END],
        bos_token_id=ids[BEGIN],
        pad_token_id=ids[PAD],
        eos_token_id=ids[END],
        forced_eos_token_id=None,
    )
    BartForConditionalGeneration(config).save_pretrained(folder)
    return folder


SHAPES = {"llama": save_llama, "gpt2": save_gpt2, "t5": save_t5, "bart": save_bart}


def vocabulary(folder: Path) -> int:
    """Number of tokens of a saved tokenizer."""
    return len(PreTrainedTokenizerFast.from_pretrained(folder))


def base_of(folder: Path) -> Base:
    """A folder as a base."""
    return find_base(str(folder))


def loaded(folder: Path, precision: Any = "fp32", **model: Any) -> Loaded:
    """A folder loaded on the CPU."""
    settings = Model(base=str(folder), device="cpu", **model)
    return load(base_of(folder), settings, precision)


def with_lora(network: Any, *, seed: int = 5) -> Any:
    """LoRA on every linear layer, its B matrices drawn too, so that the adapter does something."""
    network = prepare(network, Lora(r=4, alpha=8), seed)
    with torch.no_grad():
        for name, item in trainable(network).items():
            if "lora_B" in name:
                item.normal_(std=0.1)
    return network


def example(text: str, answer: str, *, id: str = "e", **more: Any) -> Example:
    """One user turn and its answer."""
    return Example(id, "generate", (Message("user", text),), (answer,), **more)


def bare(system: str | None = None, shots: tuple[Example, ...] = ()) -> Context:
    """A context that puts the example's turns as they are, after `shots`."""
    return Context(Prompt(), system, lambda _: shots)


def forget_accelerate() -> None:
    """Forget the precision of the last Accelerator.

    accelerate keeps it in a state shared by the whole process and refuses another one; a run of
    Etude trains once per process, tests train in several precisions in one.
    """
    from accelerate.state import AcceleratorState, GradientState

    AcceleratorState._reset_state(True)
    GradientState._reset_state()


def rows_of(seed: int = 0, count: int = 24, *, longest: int = 20) -> tuple[Encoded, ...]:
    """Random token rows of unequal lengths."""
    chance = random.Random(seed)

    def tokens(most: int) -> tuple[int, ...]:
        return tuple(chance.randrange(3, 300) for _ in range(chance.randint(1, most)))

    return tuple(Encoded((1, *tokens(longest)), (*tokens(longest // 2), 2)) for _ in range(count))


def run_of(
    network: Any,
    tune: Tune,
    *,
    train: Sequence[Encoded] | None = None,
    dev: Sequence[Encoded] | None = None,
    precision: Precision = "fp32",
    seed: int = 1,
) -> Run:
    """A training run at step 0, on random rows unless others are given."""
    forget_accelerate()
    return begin(
        network,
        tune,
        rows_of() if train is None else train,
        rows_of(1, 5) if dev is None else dev,
        precision=precision,
        seed=seed,
        pad_id=0,
        decoder_start_id=network.config.decoder_start_token_id
        if network.config.is_encoder_decoder
        else None,
    )


def tuned(run: Run, folder: Path, progress: Progress = silent) -> list[dict[str, Any]]:
    """Train to the end in a folder; returns the history without times."""
    train(run, folder / "checkpoint.safetensors", folder / "history.jsonl", [], progress)
    return history_in(folder)


def history_in(folder: Path) -> list[dict[str, Any]]:
    """The history without what depends on the clock."""
    rows = read_lines(folder / "history.jsonl")
    clock = ("seconds", "tokens_per_second")
    return [{key: value for key, value in row.items() if key not in clock} for row in rows]


# PEFT 0.21 asks transformers 5.23 for a property under its old name.
peft_asks_by_an_old_name = pytest.mark.filterwarnings(
    "ignore:.*is_gradient_checkpointing.* is deprecated:FutureWarning"
)


@cache
def folder_of(shape: str) -> Path:
    """A folder with a model of this shape, made once in a test run; not to be changed."""
    folder = cache_folder() / "shapes" / shape
    return SHAPES[shape](folder)


def asked(model: Loaded, *examples: Example, room: int | None = None) -> list[Asked]:
    """Examples put to a model as they are."""
    return [Asked(item, encode_prompt(model.speaker, item, bare(), room)) for item in examples]


QUESTIONS = (
    ("Where is the station?", "on the left"),
    ("Please write a short summary of what was said.", "Ana asks Rui."),
    ("Hm", "yes"),
    ("The quick brown fox jumps over the lazy dog, and then?", "it runs home again"),
    ("Will he come to the concert?", "no"),
)


def questions() -> list[Example]:
    """Five examples of unequal lengths."""
    return [example(text, answer, id=f"q{n}") for n, (text, answer) in enumerate(QUESTIONS)]
