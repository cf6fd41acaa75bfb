"""What the model can do, on generated questions that it was not trained on: exact answers.

    python -m pretraining.probe src/etude/models/etude-mini

Answers are greedy. An answer is right when it equals the expected one, letter case and outer white
space apart.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from etude.music.prose import conversations
from pretraining.generated import GENERATORS
from pretraining.texts import LANGUAGES, MUSIC_ROOTS

SEED = 1_000_003  # pretraining's own is another
QUESTIONS = 100
KINDS = ("instructions", "few_shot", "passages", "sentiment")
MOST_TOKENS = 40
BATCH = 20
Question = tuple[list[dict[str, str]], str]


def probe(folder: Path, count: int = QUESTIONS) -> dict[str, float]:
    """`kind-language` -> share of right answers, out of `count` questions each."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left", local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    right: dict[str, list[bool]] = defaultdict(list)
    for name, asked in questions(count).items():
        for start in range(0, count, BATCH):
            some = asked[start : start + BATCH]
            answers = answer(model, tokenizer, [turns for turns, _ in some])
            right[name] += [
                said.strip().casefold() == expected.strip().casefold()
                for said, (_, expected) in zip(answers, some, strict=True)
            ]
    return {name: round(sum(held) / len(held), 3) for name, held in right.items()}


def questions(count: int) -> dict[str, list[Question]]:
    """Conversations up to their last answer, which is the expected one."""
    chance = random.Random(SEED)
    found: dict[str, list[Question]] = {}
    for language in LANGUAGES:
        for kind in KINDS:
            held: list[Question] = []
            while len(held) < count:
                turns = GENERATORS[kind](chance, language).turns
                if turns and len(turns[-1][1]) < 80:
                    held.append((as_messages(turns[:-1]), turns[-1][1]))
            found[f"{kind}-{language}"] = held
        pairs = conversations(MUSIC_ROOTS, language, chance)
        short = ((q, a) for q, a in pairs if len(a) < 80)
        found[f"music-{language}"] = [
            (as_messages((("user", asked),)), expected) for asked, expected in islice(short, count)
        ]
    return found


def as_messages(turns: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """Turns as chat templates take them."""
    return [{"role": role, "content": content} for role, content in turns]


@torch.no_grad()
def answer(model: Any, tokenizer: Any, conversations: list[list[dict[str, str]]]) -> list[str]:
    """Greedy answers to a batch."""
    prompts = [
        tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        for turns in conversations
    ]
    batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
    made = model.generate(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        max_new_tokens=MOST_TOKENS,
        do_sample=False,
    )
    decoded: list[str] = tokenizer.batch_decode(
        made[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return decoded


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--count", type=int, default=QUESTIONS)
    options = parser.parse_args()
    print(json.dumps(probe(options.model, options.count), indent=1))
