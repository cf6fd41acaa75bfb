"""What each method does to a model: which parameters learn, where, and from what beginning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

import models
from etude.config.low_rank import AdaLora, Lora, Pissa
from etude.config.methods import (
    AnyMethod,
    Bottleneck,
    Ia3,
    LnTuning,
    Method,
    PrefixTuning,
    PromptTuning,
    Selective,
    in_words,
)
from etude.config.study import Generation
from etude.config.tuning import AdamW, Constant, Tune
from etude.engine.generate import generate, log_likelihoods
from etude.engine.load import shortened
from etude.errors import UserError
from etude.training.methods import METHODS, prepare, trainable
from etude.training.methods.adalora import penalty, phases, ranks
from etude.training.methods.layers import (
    attention_outputs,
    feedforward_outputs,
    keys_and_values,
    stacks,
)
from etude.training.methods.low_rank import components
from etude.training.train import take_step
from test_training_resume import Stopped, stop_at

pytestmark = models.peft_asks_by_an_old_name
VIRTUAL = ("prompt-tuning", "p-tuning", "prefix-tuning")
BEGINS_AS_THE_BASE = ("lora", "rslora", "dora", "pissa", "adalora", "vera", "bottleneck", "ia3")


def network_of(shape: str = "llama") -> Any:
    return models.loaded(models.folder_of(shape)).model


def method(name: str, **settings: Any) -> AnyMethod:
    return TypeAdapter(Method).validate_python({"name": name, **settings})


def learning(shape: str, chosen: AnyMethod) -> set[str]:
    return set(trainable(prepare(network_of(shape), chosen, 0)))


def logits(network: Any, shape: str = "llama") -> torch.Tensor:
    more = {"decoder_input_ids": torch.tensor([[0, 7]])} if shape == "t5" else {}
    with torch.inference_mode():
        result: torch.Tensor = network.eval()(torch.tensor([[1, 50, 60, 70]]), **more).logits
    return result


# Where


def test_layers_are_found_by_looking() -> None:
    llama = network_of()
    assert attention_outputs(llama) == [f"model.layers.{n}.self_attn.o_proj" for n in (0, 1)]
    assert feedforward_outputs(llama) == [f"model.layers.{n}.mlp.down_proj" for n in (0, 1)]
    assert keys_and_values(llama) == [
        f"model.layers.{n}.self_attn.{part}" for n in (0, 1) for part in ("k_proj", "v_proj")
    ]
    t5 = network_of("t5")
    assert len(attention_outputs(t5)) == 2 + 2 * 2  # the decoder's layers attend twice
    assert {name.rsplit(".", 1)[1] for name in attention_outputs(t5)} == {"o"}
    assert {name.rsplit(".", 1)[1] for name in feedforward_outputs(t5)} == {"wo"}
    gpt2 = network_of("gpt2")
    assert keys_and_values(gpt2) == [f"transformer.h.{n}.attn.c_attn" for n in (0, 1)]
    with pytest.raises(UserError, match="Linear has no list of layers with attention"):
        stacks(torch.nn.Linear(2, 2))


def test_selective_chooses_layers_norms_and_biases() -> None:
    last = learning("llama", Selective(last_layers=1))
    assert len(last) == 9
    assert all(name.startswith("model.layers.1.") for name in last)
    norms = learning("llama", Selective(last_layers=0, norms=True))
    assert len(norms) == 5
    assert all("norm" in name for name in norms)
    biases = learning("gpt2", Selective(last_layers=0, biases=True))
    assert biases == {name for name, _ in network_of("gpt2").named_parameters() if "bias" in name}
    both = learning("t5", Selective(last_layers=1))
    assert {name.split(".block.")[0] for name in both} == {"encoder", "decoder"}
    assert {name.split(".")[2] for name in both} == {"1"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            Selective(last_layers=3),
            "tune.method.last_layers is 3, but model.layers has 2 layers: lower it, or use method: "
            "full.",
        ),
        (
            Selective(last_layers=0, biases=True),
            "tune.method.biases is true, but this model has no biases (Llama's kind has none): use "
            "norms or last_layers.",
        ),
        (
            Ia3(targets=("v_projj",)),
            "tune.method.targets: 'v_projj' is no linear layer of this model; did you mean "
            "'v_proj'? Known: down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj.",
        ),
    ],
)
def test_what_is_not_there_is_refused(settings: Any, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        prepare(network_of(), settings, 0)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"name": "selective", "last_layers": 0}, "nothing would learn"),
        ({"name": "adalora", "r": 12}, "rank is only taken away"),
        ({"name": "adalora", "warmup": 0.6, "settle": 0.4}, "leave no steps between them"),
        ({"name": "ia3", "feedforward": ["down_proj"]}, "'down_proj' is not among the targets"),
        ({"name": "prefix-tuning", "hidden": 8}, "it goes with projection: true"),
        ({"name": "head", "body": "head"}, "Input tag 'head'"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        TypeAdapter(Method).validate_python(settings)


def test_bottlenecks_stand_where_the_papers_put_them() -> None:
    pfeiffer = prepare(network_of(), Bottleneck(size=4), 0)
    houlsby = prepare(network_of(), Bottleneck(size=4, placement="houlsby"), 0)
    assert len(pfeiffer.bottlenecks) == 2
    assert len(houlsby.bottlenecks) == 4
    count = sum(item.numel() for item in trainable(pfeiffer).values())
    assert count == 2 * (32 * 4 + 4 + 4 * 32 + 32)
    assert all(name.startswith("bottlenecks.") for name in trainable(houlsby))


def test_ia3_and_ln_tuning_learn_a_vector_for_each_place() -> None:
    sizes = [item.numel() for item in trainable(prepare(network_of(), Ia3(), 0)).values()]
    assert sorted(sizes) == [16, 16, 16, 16, 48, 48]  # keys, values, the inner feed-forward
    norms = trainable(prepare(network_of(), LnTuning(), 0))
    assert [item.numel() for item in norms.values()] == [32] * 5
    named = prepare(network_of(), Ia3(targets=("q_proj", "up_proj"), feedforward=("up_proj",)), 0)
    assert sorted(item.numel() for item in trainable(named).values()) == [32, 32, 32, 32]


@pytest.mark.parametrize("shape", ["llama", "t5"])
@pytest.mark.parametrize("name", BEGINS_AS_THE_BASE)
def test_it_begins_as_the_base(shape: str, name: str) -> None:
    expected = logits(network_of(shape), shape)
    found = logits(prepare(network_of(shape), method(name), 0), shape)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=2e-5)


# PiSSA


def test_pissa_begins_with_the_best_approximation_of_its_rank() -> None:
    chance = torch.Generator().manual_seed(0)
    layer = torch.nn.Linear(12, 20, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(20, 12, generator=chance))
    down, up = components(layer, Pissa(r=3, alpha=6))
    left, values, right = torch.linalg.svd(layer.weight.detach())
    best = left[:, :3] @ values[:3].diag() @ right[:3]
    torch.testing.assert_close(6 / 3 * up @ down, best, rtol=1e-5, atol=1e-5)
    quick = components(layer, Pissa(r=3, alpha=6, iterations=20))
    torch.testing.assert_close(2 * quick[1] @ quick[0], best, rtol=1e-3, atol=1e-3)
    down, up = components(layer, Pissa(r=16, alpha=16))  # a rank above the matrix's own
    torch.testing.assert_close(up @ down, layer.weight.detach(), rtol=1e-5, atol=1e-5)


def test_pissa_learns_half_of_what_it_holds_and_leaves_the_base_alone() -> None:
    before = {name: item.clone() for name, item in network_of().named_parameters()}
    network = prepare(network_of(), Pissa(r=4), 0)
    run = models.run_of(network, Tune(method=Pissa(r=4), optimizer=AdamW(learning_rate=1e-2)))
    frozen = {n: p.detach().clone() for n, p in network.named_parameters() if ".initial." in n}
    take_step(run)
    plain = prepare(network_of(), Lora(r=4), 0)
    assert len(run.parameters) == len(trainable(plain)) == len(frozen)
    after = dict(network.named_parameters())
    assert all(torch.equal(after[name], value) for name, value in frozen.items())
    inner = {name.replace(".base_layer", ""): p for name, p in after.items()}
    for name, value in before.items():
        assert torch.equal(inner[f"base_model.model.{name}"], value), name


# AdaLoRA

ADALORA = AdaLora(r=2, start_r=4, warmup=0.2, settle=0.3, orthogonality=0.1)


def adalora_run(steps: int = 10) -> Any:
    tune = Tune(
        method=ADALORA,
        optimizer=AdamW(learning_rate=1e-2),
        schedule=Constant(),
        batch_size=4,
        epochs=10,
        max_steps=steps,
        save_seconds=0,
        log_steps=1,
    )
    return models.run_of(prepare(network_of(), ADALORA, 7), tune)


def test_adalora_takes_rank_away_between_its_phases() -> None:
    run = adalora_run()
    matrices = len(ranks(run.network))
    assert matrices == 14
    totals = []
    for _ in range(10):
        take_step(run)
        totals.append(sum(ranks(run.network).values()))
    assert phases(ADALORA, 10) == (2, 3)
    assert totals[:2] == [4 * matrices] * 2
    assert totals[2:7] == sorted(totals[2:7], reverse=True)
    assert totals[2] < 4 * matrices
    assert totals[6:] == [2 * matrices] * 4  # the rank asked for, on average
    assert len(set(ranks(run.network).values())) > 1  # where it matters more there is more
    with pytest.raises(UserError) as refused:
        phases(AdaLora(warmup=0, settle=0.99), 0)
    assert str(refused.value).startswith("tune.method adalora has 0 steps, and its warmup and ")


def test_adalora_penalises_what_is_not_orthogonal() -> None:
    network = prepare(network_of(), ADALORA, 7)
    before = penalty(network, ADALORA)
    assert before is not None
    before.backward()
    with torch.no_grad():
        for name, item in trainable(network).items():
            if "lora_A" in name or "lora_B" in name:
                item -= 0.5 * item.grad
    after = penalty(network, ADALORA)
    assert after is not None
    assert after < before
    assert penalty(network, AdaLora(orthogonality=0)) is None


def test_adalora_resumed_is_uninterrupted(tmp_path: Path) -> None:
    whole = adalora_run()
    expected = models.tuned(whole, tmp_path / "whole")
    for step in (1, 4, 8):  # in each of its phases
        with pytest.raises(Stopped):
            models.tuned(adalora_run(), tmp_path / "part", stop_at(step))
    last = adalora_run()
    assert models.tuned(last, tmp_path / "part") == expected
    assert ranks(last.network) == ranks(whole.network)
    for name, item in whole.parameters.items():
        assert torch.equal(item, last.parameters[name]), name


# Virtual tokens


def moved(shape: str, name: str, **settings: Any) -> models.Loaded:
    """A model whose virtual tokens have been moved by chance."""
    base = models.loaded(models.folder_of(shape))
    network = prepare(base.model, method(name, tokens=3, **settings), 1).eval()
    with torch.no_grad():
        for item in trainable(network).values():
            item += 0.3 * torch.randn(item.shape, generator=torch.Generator().manual_seed(2))
    return replace(base, model=network, speaker=shortened(base.speaker, 3))


@pytest.mark.parametrize("name", VIRTUAL)
@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5", "bart"])
def test_what_is_written_is_what_is_likeliest_and_hangs_on_nothing_else(
    shape: str, name: str
) -> None:
    loaded = moved(shape, name)
    prompts = [(1, 5, 6, 7, 8, 9, 10), (1, 9), (1, 40, 41, 42)]
    together = generate(loaded, prompts, Generation(max_tokens=5))
    assert together == [generate(loaded, [p], Generation(max_tokens=5))[0] for p in prompts]
    for prompt in prompts:  # token by token, by what scoring says is the likeliest
        written: tuple[int, ...] = ()
        for _ in range(3):
            scores = log_likelihoods(
                loaded, [prompt] * 400, [(*written, token) for token in range(400)]
            )
            written = (*written, max(range(400), key=lambda token: scores[token]))
            if written[-1] in loaded.speaker.stop_ids:
                break
        text = loaded.speaker.tokenizer.decode(written, skip_special_tokens=True).strip()
        answer = together[prompts.index(prompt)]
        assert answer.text.startswith(text.rstrip("\ufffd"))  # half a letter, its end to come


@pytest.mark.parametrize("name", VIRTUAL)
def test_virtual_tokens_change_what_is_read_behind_them(name: str) -> None:
    loaded = moved("llama", name)
    base = models.loaded(models.folder_of("llama"))
    asked = ([(1, 5, 6), (1, 7)], [(8, 9, 2), (60, 2)])
    assert (
        max(
            abs(a - b)
            for a, b in zip(
                log_likelihoods(loaded, *asked), log_likelihoods(base, *asked), strict=True
            )
        )
        > 1e-3
    )


@pytest.mark.parametrize("name", VIRTUAL)
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_virtual_tokens_resume_and_are_drawn_by_their_seed(
    shape: str, name: str, tmp_path: Path
) -> None:
    chosen = method(name, tokens=3)
    tune = Tune(method=chosen, batch_size=8, epochs=2, save_seconds=0, log_steps=1)

    def run(seed: int = 7) -> Any:
        return models.run_of(prepare(network_of(shape), chosen, seed), tune)

    expected = models.tuned(run(), tmp_path / "whole")
    with pytest.raises(Stopped):
        models.tuned(run(), tmp_path / "part", stop_at(3))
    torch.rand(5)
    assert models.tuned(run(), tmp_path / "part") == expected
    assert models.tuned(run(8), tmp_path / "other") != expected


def test_prompt_tuning_may_begin_with_words() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    ids = loaded.speaker.tokenizer("Where is the station?").input_ids
    embedded = loaded.model.get_input_embeddings().weight[ids].detach().clone()
    chosen = PromptTuning(tokens=len(ids) + 2, text="Where is the station?")
    (begun,) = trainable(prepare(loaded.model, chosen, 0)).values()
    assert torch.equal(begun[: len(ids)], embedded)
    assert torch.equal(begun[len(ids) :], embedded[:2])  # repeated until there are enough


def test_prefixes_have_the_shape_of_keys_and_values() -> None:
    for shape, width in (("llama", 2 * 2 * 16), ("gpt2", 2 * 2 * 32), ("bart", 2 * 2 * 32)):
        (prefix,) = trainable(prepare(network_of(shape), PrefixTuning(tokens=5), 0)).values()
        assert prefix.shape == (5, width), shape


def test_a_context_is_shorter_by_the_virtual_tokens() -> None:
    assert moved("llama", "prompt-tuning").speaker.context == 253
    assert moved("t5", "prompt-tuning").speaker.context is None


# In words


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": "full"}, "full"),
        ({"name": "dora", "r": 4}, "DoRA r 4, alpha 16"),
        ({"name": "prompt-tuning", "tokens": 5}, "prompt-tuning, tokens 5"),
        ({"name": "head"}, "classification head alone"),
        ({"name": "head", "body": "lora"}, "classification head with LoRA r 8, alpha 16"),
    ],
)
def test_a_method_in_words(settings: dict[str, Any], words: str) -> None:
    assert in_words(TypeAdapter(Method).validate_python(settings)) == words


def test_every_method_is_in_the_table() -> None:
    assert len(METHODS) == 15


@pytest.mark.parametrize("name", [name for name in METHODS if name != "head"])
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_in_bf16_what_learns_is_held_in_fp32(shape: str, name: str) -> None:
    chosen = ADALORA if name == "adalora" else method(name)
    network = prepare(models.loaded(models.folder_of(shape), "bf16").model, chosen, 0)
    run = models.run_of(network, Tune(method=chosen, max_steps=9), precision="bf16")
    frozen = {n: p.dtype for n, p in network.named_parameters() if not p.requires_grad}
    take_step(run)
    take_step(run)
    assert {item.dtype for item in run.parameters.values()} == {torch.float32}
    own = {n for n in frozen if not any(part in n for part in (".initial.", "ranknum"))}
    assert {frozen[name] for name in own} <= {torch.bfloat16}
