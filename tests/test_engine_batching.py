"""Prompts that begin alike are found, and batches are as large as the memory holds."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import models
from etude.config.study import Generation
from etude.engine.batching import (
    FEW,
    WORTH,
    Asked,
    Family,
    common,
    families,
    plan_batches,
    prefixes,
)
from etude.engine.capacity import bytes_per_token, free_bytes, rows_at_once
from etude.engine.context import EncodedPrompt
from etude.engine.reading import read_prompts

CHANCE = random.Random(4)


def tokens(count: int) -> tuple[int, ...]:
    return tuple(CHANCE.randrange(3, 300) for _ in range(count))


def asked(prompts: Sequence[tuple[int, ...]]) -> list[Asked]:
    return [
        Asked(models.example("?", "!", id=f"e{row:02}"), EncodedPrompt(ids, "", (), 0))
        for row, ids in enumerate(prompts)
    ]


def test_prompts_of_one_beginning_are_one_family() -> None:
    begin = tokens(50)
    prompts = [(*begin, row, *tokens(row)) for row in range(7)]
    assert families(prompts) == [Family(tuple(range(7)), begin)]


def test_prompts_that_share_too_little_have_no_prefix() -> None:
    begin = tokens(WORTH - 1)
    prompts = [(*begin, row, *tokens(3)) for row in range(7)]
    assert families(prompts) == [Family(tuple(range(7)), ())]
    assert families([(*tokens(80),)]) == [Family((0,), ())]
    assert families([]) == []


def test_every_prompt_keeps_a_token_of_its_own() -> None:
    begin = tokens(60)
    assert families([begin, (*begin, 7), begin]) == [Family((0, 1, 2), begin[:-1])]
    assert common([begin]) == 59


def test_two_tasks_are_two_families_and_a_stray_prompt_spoils_neither() -> None:
    start = tokens(10)
    one, other = (*start, 1, *tokens(70)), (*start, 2, *tokens(40))
    prompts = [(*(one if row % 2 else other), row, *tokens(5)) for row in range(10)]
    prompts.append((*start, 3, *tokens(4)))
    found = families(prompts)
    assert found == [
        Family((1, 3, 5, 7, 9), one),
        Family((0, 2, 4, 6, 8), other),
        Family((10,), ()),
    ]
    plan = plan_batches(asked(prompts), 4)
    assert [len(batch) for batch in plan] == [4, 1, 4, 1, 1]
    assert set(plan[0] + plan[1]) == {"e01", "e03", "e05", "e07", "e09"}
    begins = prefixes(asked(prompts))
    assert (begins["e01"], begins["e02"], begins["e10"]) == (one, other, ())


def test_a_branch_is_read_apart_only_where_it_is_large_enough() -> None:
    start, more = tokens(40), tokens(WORTH)
    few = [(*start, 1, *more, row) for row in range(FEW - 1)]
    rest = [(*start, 2, row, *tokens(2)) for row in range(5)]
    assert [family.prefix for family in families(few + rest)] == [start]
    many = [(*start, 1, *more, row) for row in range(FEW)]
    assert [family.prefix for family in families(many + rest)] == [(*start, 1, *more), (*start, 2)]


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=90), min_size=1, max_size=12))
def test_families_divide_all_prompts(rows: list[list[int]]) -> None:
    prompts = [tuple([0] * 35 + row if len(row) % 2 else row) for row in rows]
    found = families(prompts)
    members = [index for family in found for index in family.members]
    assert sorted(members) == list(range(len(prompts)))
    for family in found:
        assert not family.prefix or len(family.prefix) >= WORTH
        for index in family.members:
            assert prompts[index][: len(family.prefix)] == family.prefix
            assert len(prompts[index]) > len(family.prefix)
    plan = plan_batches(asked(prompts), 3)
    assert sorted(name for batch in plan for name in batch) == [
        f"e{row:02}" for row in range(len(prompts))
    ]


def test_batches_are_as_large_as_the_memory_allows() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    token = bytes_per_token(loaded)
    assert token == 2 * 2 * 2 * 8 * 4  # layers, keys and values, key heads, width, fp32
    logits = 12 * loaded.model.config.vocab_size
    needed = token * (2 * 100 + 30) + logits
    generation = Generation(max_tokens=30, memory_mb=5.5 * needed / 1e6)
    rows = rows_at_once(loaded, generation)
    assert callable(rows)
    assert rows(100, 0) == 5
    assert rows(10, 0) > 5
    assert rows(200, 120) > rows(200, 0)  # what is shared is held once
    assert rows(100_000, 0) == 1  # never none: one prompt has to be answered
    plenty = rows_at_once(loaded, Generation(memory_mb=1e5))
    assert callable(plenty)
    assert plenty(10, 0) == 128
    assert rows_at_once(loaded, Generation(batch_size=7)) == 7


def test_the_memory_of_a_batch_is_what_was_expected() -> None:
    for shape in ("llama", "gpt2", "bart"):
        loaded = models.loaded(models.folder_of(shape))
        reading = read_prompts(loaded, [(5, 6, 7, 8, 9, 10), (5, 6)], 20)
        own = getattr(reading.cache, "self_attention_cache", reading.cache)
        held = sum(layer.keys.nbytes + layer.values.nbytes for layer in own.layers)
        columns = 21 if loaded.speaker.encoder_decoder else 26
        extra = 4 * 32 if loaded.speaker.encoder_decoder else 0
        assert held == 2 * columns * (bytes_per_token(loaded) - extra)


def test_free_memory_is_some_of_what_there_is() -> None:
    assert 1e6 < free_bytes(torch.device("cpu")) < 1e13


def test_memory_goes_with_automatic_batches() -> None:
    with pytest.raises(ValueError, match="memory_mb goes with batch_size: auto"):
        Generation(batch_size=4, memory_mb=100)
