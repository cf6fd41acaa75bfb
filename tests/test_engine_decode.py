"""Answers written step by step are those of `generate`; scores are those of whole forwards."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
import torch

import families
import models
from etude.config.study import Generation
from etude.engine.decode import Chance, choose, continuations, write
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import Prefix, read_prefix, read_prompts
from etude.engine.sharing import can_share

pytestmark = models.peft_asks_by_an_old_name
FAMILIES = sorted(families.MAKERS)
SLOW = {"phi3": "Phi3ForCausalLM prepares its inputs in a way of its own"}
FAST = [family for family in FAMILIES if family not in SLOW]


def tokens(chance: random.Random, count: int) -> tuple[int, ...]:
    return tuple(chance.randrange(3, families.VOCABULARY) for _ in range(count))


def prompts_after(beginning: tuple[int, ...], seed: int = 0) -> list[tuple[int, ...]]:
    """Prompts of unequal lengths that begin alike; the shortest goes on with one token."""
    chance = random.Random(seed)
    return [(*beginning, *tokens(chance, length)) for length in (1, 23, 7, 2, 12, 23, 4)]


BEGINNING = tokens(random.Random(9), 37)


def by_generate(loaded: Loaded, prompt: tuple[int, ...], count: int) -> list[int]:
    """transformers' own greedy answer to one prompt, up to and with the first stop token."""
    written = loaded.model.generate(
        input_ids=torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        do_sample=False,
        max_new_tokens=count,
        eos_token_id=list(loaded.speaker.stop_ids),
        pad_token_id=0,
        decoder_start_token_id=loaded.decoder_start_id,
    )[0].tolist()
    return written[1:] if loaded.speaker.encoder_decoder else written[len(prompt) :]


def with_common_stops(family: str) -> Loaded:
    """Stop tokens that end some of the answers early and others never."""
    loaded = families.loaded_of(family)
    answers = [by_generate(loaded, prompt, 12) for prompt in prompts_after(BEGINNING)]
    stops = (2, answers[1][3], answers[2][7])
    return replace(loaded, speaker=replace(loaded.speaker, stop_ids=stops))


def written_by(
    loaded: Loaded,
    prompts: list[tuple[int, ...]],
    count: int,
    prefix: Prefix | None = None,
    **settings: Any,
) -> list[list[int]]:
    generation = Generation(max_tokens=count, **settings)
    chances = [Chance(1, str(row)) for row in range(len(prompts))]
    return write(loaded, read_prompts(loaded, prompts, count, prefix), generation, chances)


@pytest.mark.parametrize("family", FAST)
@pytest.mark.parametrize("count", [1, 12])
def test_greedy_tokens_are_those_of_generate(family: str, count: int) -> None:
    loaded = with_common_stops(family)
    prompts = prompts_after(BEGINNING)
    expected = [by_generate(loaded, prompt, count) for prompt in prompts]
    assert written_by(loaded, prompts, count) == expected
    if count > 1:
        assert len({len(answer) for answer in expected}) > 1  # some ended before the others


@pytest.mark.parametrize("family", [name for name in FAST if name not in ("t5", "bart")])
def test_a_prefix_that_was_read_before_changes_no_token(family: str) -> None:
    loaded = with_common_stops(family)
    prompts = prompts_after(BEGINNING)
    prefix = read_prefix(loaded, BEGINNING)
    expected = [by_generate(loaded, prompt, 12) for prompt in prompts]
    assert written_by(loaded, prompts, 12, prefix) == expected
    shorter = read_prefix(loaded, BEGINNING[:5])  # used again: readings do not write into it
    for prefix_again in (prefix, shorter):
        assert written_by(loaded, prompts, 12, prefix_again) == expected


def answers_to(seed: int, *lengths: int) -> list[tuple[int, ...]]:
    chance = random.Random(seed)
    return [tokens(chance, length) for length in lengths]


def whole_forward(loaded: Loaded, prompt: tuple[int, ...], answer: tuple[int, ...]) -> float:
    """One row, no cache, no padding, all logits."""
    with torch.no_grad():
        if loaded.speaker.encoder_decoder:
            before = torch.tensor([[loaded.decoder_start_id, *answer[:-1]]])
            logits = loaded.model(
                input_ids=torch.tensor([prompt]), decoder_input_ids=before
            ).logits[0]
        else:
            ids = torch.tensor([[*prompt, *answer]])
            logits = loaded.model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1]
    table = logits.double().log_softmax(-1)
    return sum(table[step, token].item() for step, token in enumerate(answer))


@pytest.mark.parametrize("family", FAST)
@pytest.mark.parametrize("known", [0, 37])
def test_scores_are_those_of_whole_forwards(family: str, known: int) -> None:
    loaded = families.loaded_of(family)
    if known and loaded.speaker.encoder_decoder:
        known = 0  # nothing to share
    prompts = prompts_after(BEGINNING)
    prefix = read_prefix(loaded, BEGINNING[:known]) if known else None
    reading = read_prompts(loaded, prompts, 9, prefix)
    labels = answers_to(3, 1, 4, 2, 9)
    rows = [row for row in range(len(prompts)) for _ in labels]
    values = continuations(loaded, reading, rows, labels * len(prompts))
    expected = [whole_forward(loaded, prompt, label) for prompt in prompts for label in labels]
    assert values == pytest.approx(expected, abs=1e-5, rel=1e-5)
    # Scoring leaves the reading as it was: the answers are written from it.
    generation = Generation(max_tokens=9)
    written = write(loaded, reading, generation, [Chance(1, "")] * len(prompts))
    assert written == [by_generate(loaded, prompt, 9) for prompt in prompts]


@pytest.mark.parametrize("family", sorted(SLOW))
def test_families_that_are_left_to_transformers_are_named_with_the_reason(family: str) -> None:
    assert stepwise_reason(families.loaded_of(family)) == SLOW[family]


@pytest.mark.parametrize("family", FAST)
def test_the_others_take_the_fast_path(family: str) -> None:
    assert stepwise_reason(families.loaded_of(family)) is None
