"""Tiny models with random weights, made on the spot: they prove flow and shape, not quality.

The tokenizer is a byte-level BPE learnt on the project's own dialogues, so that it cuts English
into words and writes any text back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from etude.engine.base import Base
from etude.store import publish

MATERIAL = Path(__file__).parent.parent / "recipes" / "material"
VOCABULARY = 2048
CONTEXT = 1024
SEED = 0


def ensure(base: Base) -> Base:
    """Make a packaged random base if it is not in the cache yet."""
    from filelock import FileLock

    if not base.is_random or base.folder.exists():
        return base
    base.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(base.folder.with_suffix(".lock")):
        if not base.folder.exists():
            with TemporaryDirectory(dir=base.folder.parent) as temporary:
                made = Path(temporary) / "model"
                MAKERS[base.name](made)
                publish(made, base.folder)
    return base


def make_llama(folder: Path, *, hidden: int = 128, layers: int = 4) -> None:
    """A Llama of about 1.1 million parameters (at the default size)."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer_special = make_tokenizer(folder, begin=True)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=hidden * 8 // 3 // 8 * 8,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        **tokenizer_special,
    )
    torch.manual_seed(SEED)
    LlamaForCausalLM(config).save_pretrained(folder)


def make_t5(folder: Path, *, hidden: int = 128, layers: int = 2) -> None:
    """A T5 of about 1.2 million parameters (at the default size)."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    special = make_tokenizer(folder, begin=False)
    config = T5Config(
        vocab_size=VOCABULARY,
        d_model=hidden,
        d_ff=hidden * 2,
        d_kv=hidden // 4,
        num_layers=layers,
        num_heads=4,
        n_positions=CONTEXT,
        feed_forward_proj="gated-gelu",
        decoder_start_token_id=special["pad_token_id"],
        pad_token_id=special["pad_token_id"],
        eos_token_id=special["eos_token_id"],
    )
    torch.manual_seed(SEED)
    T5ForConditionalGeneration(config).save_pretrained(folder)


def make_tokenizer(folder: Path, *, begin: bool) -> dict[str, int]:
    """Save a byte-level BPE tokenizer; returns the ids of its special tokens.

    `begin` puts `<s>` before every text, as Llama's does; without it `</s>` ends every text, as
    T5's does.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ("<pad>", "<s>", "</s>")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(), trainer)
    missing = VOCABULARY - tokenizer.get_vocab_size()
    tokenizer.add_tokens([f"<unused-{number}>" for number in range(missing)])
    vocabulary = tokenizer.get_vocab()
    ids = {name: vocabulary[name] for name in special}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A" if begin else "$A </s>",
        special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",  # noqa: S106 - a token of a vocabulary, no secret
        eos_token="</s>",  # noqa: S106 - as above
        pad_token="<pad>",  # noqa: S106 - as above
        model_max_length=CONTEXT,
    ).save_pretrained(folder)
    return {
        "pad_token_id": ids["<pad>"],
        "bos_token_id": ids["<s>"],
        "eos_token_id": ids["</s>"],
    }


def texts() -> Iterator[str]:
    """The project's own dialogues and summaries."""
    for line in (MATERIAL / "dialogues.train.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["dialogue"]
        yield row["summary"]


MAKERS: dict[str, Callable[[Path], None]] = {"random-llama": make_llama, "random-t5": make_t5}
