"""The tokenizer: byte-level BPE for English and Portuguese, digits and accidentals apart."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

VOCABULARY = 8192
CONTEXT = 1024
PAD, BEGIN, END = "<|pad|>", "<|begin|>", "<|end|>"
ROLE = "<|{}|>"
SPECIAL = [PAD, BEGIN, END, *(ROLE.format(role) for role in ("system", "user", "assistant"))]

# Digits one by one; in a note's name the letter and its accidental apart (F #, B b), so that what
# is known of one spelling helps with the others; otherwise words with the space before them.
PATTERN = (
    r"\d| ?[A-G](?=(?:##?|bb?|x)(?![\p{L}\p{N}]))|(?<=[A-G])(?:##?|bb?|x)(?![\p{L}\p{N}])"
    r"| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s"
)

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|' + message.role + '|>' }}"
    "{% if message.role == 'assistant' %}"
    "{% generation %}{{ message.content + eos_token }}{% endgeneration %}"
    "{% else %}{{ message.content + eos_token }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def train(texts: Iterable[str], folder: Path) -> None:
    """Learn the merges and save the tokenizer with its chat template."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[AddedToken(name, special=True) for name in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    begin = tokenizer.token_to_id(BEGIN)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A $B", special_tokens=[(BEGIN, begin)]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = TEMPLATE
    wrapped.save_pretrained(folder)
