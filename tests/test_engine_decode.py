"""Answers written step by step are those of `generate`; scores are those of whole forwards."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
import torch

import families
import models
from etude.config.study import Generation
from etude.engine import decode, reading
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
        eos_token_id=list(loaded.speaker.stop_ids) or None,
        pad_token_id=0,
        decoder_start_token_id=loaded.decoder_start_id,
    )[0].tolist()
    return written[1:] if loaded.speaker.encoder_decoder else written[len(prompt) :]


LONGEST = 12


@cache
def endless(family: str) -> list[list[int]]:
    """Answers of `generate` to the prompts, each `LONGEST` tokens, where nothing stops them."""
    loaded = families.loaded_of(family, stops=())
    loaded.model.generation_config.eos_token_id = None
    return [by_generate(loaded, prompt, LONGEST) for prompt in prompts_after(BEGINNING)]


def cut(answer: list[int], stops: tuple[int, ...], count: int) -> list[int]:
    """What `generate` would have written with these stop tokens and this limit."""
    end = next((place for place, token in enumerate(answer) if token in stops), count)
    return answer[: min(end + 1, count)]


def with_common_stops(family: str) -> Loaded:
    """Stop tokens that end some of the answers early and others never."""
    answers = endless(family)
    return families.loaded_of(family, stops=(answers[1][3], answers[2][7]))


def test_cutting_an_endless_answer_is_what_stop_tokens_do() -> None:
    loaded = with_common_stops("llama")
    for prompt, answer in zip(prompts_after(BEGINNING), endless("llama"), strict=True):
        assert by_generate(loaded, prompt, 9) == cut(answer, loaded.speaker.stop_ids, 9)


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
def test_greedy_tokens_are_those_of_generate(family: str) -> None:
    loaded = with_common_stops(family)
    prompts = prompts_after(BEGINNING)
    for count in (LONGEST, 5, 1):
        expected = [cut(answer, loaded.speaker.stop_ids, count) for answer in endless(family)]
        assert written_by(loaded, prompts, count) == expected
        assert (len({len(answer) for answer in expected}) > 1) == (count > 1)
    assert written_by(families.loaded_of(family, stops=()), prompts, LONGEST) == endless(family)


@pytest.mark.parametrize("family", [name for name in FAST if name not in ("t5", "bart")])
def test_a_prefix_that_was_read_before_changes_no_token(family: str) -> None:
    loaded = with_common_stops(family)
    prompts = prompts_after(BEGINNING)
    prefix = read_prefix(loaded, BEGINNING)
    shorter = read_prefix(loaded, BEGINNING[:5])
    expected = [cut(answer, loaded.speaker.stop_ids, LONGEST) for answer in endless(family)]
    for beginning in (prefix, shorter, prefix):  # used again: readings do not write into it
        assert written_by(loaded, prompts, LONGEST, beginning) == expected


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
    loaded = families.loaded_of(family, stops=())
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
    assert written == [answer[:9] for answer in endless(family)]


@pytest.mark.parametrize("family", sorted(SLOW))
def test_families_that_are_left_to_transformers_are_named_with_the_reason(family: str) -> None:
    assert stepwise_reason(families.loaded_of(family)) == SLOW[family]


@pytest.mark.parametrize("family", FAST)
def test_the_others_take_the_fast_path(family: str) -> None:
    assert stepwise_reason(families.loaded_of(family)) is None


def test_where_a_prefix_is_shared_and_where_it_is_copied() -> None:
    shared = {family for family in FAST if can_share(families.network_of(family), 80)}
    assert shared == {
        "llama", "llama with LoRA", "mistral", "qwen2", "qwen3", "gemma", "gemma3, wide", "gpt2",
        "gpt_neox", "opt", "phi", "olmo2", "smollm3", "granite", "stablelm", "starcoder2",
    }  # fmt: skip
    assert not can_share(families.network_of("mistral"), 512)  # the window ends inside
    assert can_share(families.network_of("mistral, window of 9"), 8)


def test_a_prefix_longer_than_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = with_common_stops("llama")
    prompts = prompts_after(BEGINNING)
    expected = written_by(loaded, prompts, LONGEST)
    monkeypatch.setitem(reading.READ_TOKENS, "cpu", 10)
    assert written_by(loaded, prompts, LONGEST) == expected
    assert written_by(loaded, prompts, LONGEST, read_prefix(loaded, BEGINNING)) == expected


def test_logits_are_never_held_for_more_than_a_few_positions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = families.loaded_of("llama")
    prompts, labels = prompts_after(BEGINNING), answers_to(3, 9, 4, 6)
    rows = [row for row in range(len(prompts)) for _ in labels]
    read = read_prompts(loaded, prompts, 9)
    whole = continuations(loaded, read, rows, labels * len(prompts))
    positions = []
    handle = loaded.model.get_output_embeddings().register_forward_hook(
        lambda module, given, made: positions.append(made.shape[:-1].numel())
    )
    monkeypatch.setattr(decode, "LOGITS_BYTES", 20 * families.VOCABULARY * 4)
    parts = continuations(loaded, read, rows, labels * len(prompts))
    written = written_by(loaded, prompts, 9)
    handle.remove()
    assert parts == pytest.approx(whole, rel=1e-6)
    assert sum(map(len, written)) > max(positions)
    assert max(positions) <= 20


def references(logits: torch.Tensor, temperature: float, top_p: float) -> torch.Tensor:
    """The probabilities that transformers would sample from."""
    from transformers import TemperatureLogitsWarper, TopPLogitsWarper

    ids = torch.zeros(1, 1, dtype=torch.long)
    warped = TopPLogitsWarper(top_p)(ids, TemperatureLogitsWarper(temperature)(ids, logits))
    return warped.softmax(-1)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("top_p", [1.0, 0.8, 0.05])
def test_tokens_are_drawn_as_often_as_they_are_likely(temperature: float, top_p: float) -> None:
    torch.manual_seed(0)
    logits = torch.randn(1, 50) * 2
    count = 20_000
    drawn = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    generation = Generation(temperature=temperature, top_p=top_p)
    chosen = choose(logits.expand(count, -1), generation, drawn)
    share = torch.bincount(chosen, minlength=50) / count
    torch.testing.assert_close(
        share, references(logits, temperature, top_p)[0], atol=1.1 / count, rtol=0
    )


def test_no_draw_chooses_what_is_impossible() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0, float("-inf"), float("-inf")]])
    for drawn in (0.0, 1 - 2**-53, 1.0):
        for top_p in (1.0, 0.5):
            generation = Generation(temperature=1.0, top_p=top_p)
            [chosen] = choose(logits, generation, torch.tensor([drawn], dtype=torch.float64))
            assert chosen in ((0, 1, 2) if top_p == 1 else (2,))


def test_the_first_of_equal_logits_is_the_likeliest() -> None:
    logits = torch.tensor([[1.0, 3.0, 3.0], [5.0, 5.0, 0.0]])
    assert decode.likeliest(logits).tolist() == logits.argmax(-1).tolist() == [1, 0]
