"""The work that every tool is measured on: a 15 M Llama, prompts of 69 and responses of 46 tokens.

Words are tokens (a word-level vocabulary of 32,000), so lengths are exact and every tool reads
the same text. Lengths are skewed as real ones are.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

VOCABULARY = 32_000
PROMPT, RESPONSE = 69, 46  # mean tokens
LORA = {"r": 8, "alpha": 16, "targets": "all-linear", "learning_rate": 2e-4}
BATCH = 8


def make_model(folder: Path) -> Path:
    """Hidden 288, 6 layers, 6 heads, tied head, random weights: 15.2 M parameters."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    if (folder / "config.json").exists():
        return folder
    words = ["<pad>", "<s>", "</s>", "<unk>", *(f"w{n}" for n in range(VOCABULARY - 4))]
    tokenizer = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>")  # noqa: S106
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="</s>",  # noqa: S106 - a token of a vocabulary, no secret
        pad_token="<pad>",  # noqa: S106 - as above
        unk_token="<unk>",  # noqa: S106 - as above
        model_max_length=1024,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=288,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=6,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def make_rows(path: Path, count: int) -> Path:
    """`count` rows of prompt and completion, lengths drawn from gamma distributions."""
    chance = random.Random(0)

    def words(mean: float) -> str:
        length = max(4, round(chance.gammavariate(4, mean / 4)))
        return " ".join(f"w{chance.randrange(VOCABULARY - 4)}" for _ in range(min(length, 400)))

    with path.open("w") as file:
        for _ in range(count):
            row = {"prompt": words(PROMPT), "completion": " " + words(RESPONSE)}
            file.write(json.dumps(row) + "\n")
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of `make_rows`."""
    return [json.loads(line) for line in path.read_text().splitlines()]
