"""What a method made is kept: saved, merged, exchanged on one base, counted in `etude plan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from safetensors.torch import load_file, save_file

import models
from etude.config.methods import AnyMethod, Method
from etude.config.study import Generation, Model
from etude.engine.adapters import attach, merge, save_weights
from etude.engine.generate import generate, log_likelihoods
from etude.engine.load import Loaded, load
from etude.engine.swap import swap
from etude.errors import UserError
from etude.store import read_json, write_json
from etude.training.methods import METHODS, prepare, trainable
from etude.training.sizes import matrices, own_parameters, saved_bytes

pytestmark = models.peft_asks_by_an_old_name
WRITING = [name for name in METHODS if name != "head"]
MERGES = [name for name in WRITING if not name.startswith(("p-", "pre", "pro", "bottle", "full"))]
PROMPTS = [(1, 5, 6, 7), (1, 9), (1, 40, 41, 42, 43, 44, 45)]
ANSWERS = [(8, 2), (50, 51, 2), (60, 2)]


def method(name: str, **settings: Any) -> AnyMethod:
    small: dict[str, Any] = {
        "vera": {"r": 4},
        "adalora": {"r": 2, "start_r": 4},
        "bottleneck": {"size": 4},
        "selective": {"last_layers": 1},
    }
    if name in ("prompt-tuning", "p-tuning", "prefix-tuning"):
        settings = {"tokens": 3, **settings}
    return TypeAdapter(Method).validate_python({"name": name, **small.get(name, {}), **settings})


def moved(network: Any, chosen: AnyMethod, seed: int = 1) -> Any:
    """A network whose method has learnt something (drawn by chance)."""
    network = prepare(network, chosen, seed).eval()
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for item in trainable(network).values():
            item += 0.1 * torch.randn(item.shape, generator=chance)
    return network


def kept(shape: str, chosen: AnyMethod, folder: Path, seed: int = 1) -> Path:
    """The weights folder of such a network."""
    network = moved(models.loaded(models.folder_of(shape)).model, chosen, seed)
    save_weights(network, chosen, folder, dtype=torch.float32, base="b", labels=None)
    return folder


def read(shape: str, *layers: Path, precision: Any = "fp32") -> Loaded:
    folder = models.folder_of(shape)
    settings = Model(base=str(folder), device="cpu")
    return load(models.base_of(folder), settings, precision, layers)


def likelihoods(loaded: Loaded) -> list[float]:
    return log_likelihoods(loaded, PROMPTS, ANSWERS)


def largest(left: list[float], right: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(left, right, strict=True))


# Saved and read again


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("shape", ["gpt2", "bart"])
def test_what_is_read_again_is_the_same(shape: str, name: str, tmp_path: Path) -> None:
    chosen = method(name)
    base = models.loaded(models.folder_of(shape))
    untouched = likelihoods(base)
    network = moved(base.model, chosen)
    here = replace(base, model=network)
    save_weights(network, chosen, tmp_path / "w", dtype=torch.float32, base="b", labels=None)
    again = read(shape, tmp_path / "w")
    assert largest(likelihoods(again), likelihoods(here)) <= (1e-5 if name == "pissa" else 0)
    assert largest(likelihoods(again), untouched) > 1e-3
    assert {path.suffix for path in (tmp_path / "w").iterdir()} <= {".json", ".safetensors"}
    text = "".join(path.read_text() for path in (tmp_path / "w").glob("*.json"))
    assert str(models.folder_of(shape)) not in text


@pytest.mark.parametrize("name", WRITING)
def test_in_bf16_too_an_answer_can_be_had(name: str, tmp_path: Path) -> None:
    folder = kept("llama", method(name), tmp_path / "w")
    loaded = read("llama", folder, precision="bf16")
    assert len(generate(loaded, PROMPTS, Generation(max_tokens=3))) == 3
    assert largest(likelihoods(loaded), likelihoods(read("llama", folder))) < 1


def test_an_adapter_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    folder = kept("gpt2", method("bottleneck"), tmp_path / "w")
    with pytest.raises(UserError) as refused:
        read("llama", folder)
    assert str(refused.value) == (
        "The adapter belongs behind a layer transformer.h.0.mlp.c_proj, which this model does not "
        "have: use the base it was trained on."
    )
    folder = kept("llama", method("selective"), tmp_path / "s")
    tensors = load_file(folder / "own_adapter.safetensors")
    name = next(name for name in tensors if name.endswith("q_proj.weight"))
    tensors[name] = tensors[name][:4].clone()
    save_file(tensors, folder / "own_adapter.safetensors")
    with pytest.raises(UserError) as refused:
        read("llama", folder)
    assert str(refused.value) == (
        f"The adapter in {folder} does not fit the model it is put on ({name} is (4, 32), not "
        "(32, 32)): use the base it was trained on."
    )
    told = read_json(folder / "own_adapter.json")
    write_json(folder / "own_adapter.json", told | {"format": 2})
    with pytest.raises(UserError, match="has format 2, and this version reads format 1: train it"):
        read("llama", folder)


# Merged


@pytest.mark.parametrize("name", MERGES)
@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5"])
def test_merged_is_the_same_within_rounding(shape: str, name: str, tmp_path: Path) -> None:
    loaded = read(shape, kept(shape, method(name), tmp_path / "w"))
    ids = torch.tensor([[1, 50, 60, 70, 80]])
    more = {"decoder_input_ids": torch.tensor([[0, 7]])} if shape == "t5" else {}
    with torch.inference_mode():
        before = loaded.model(ids, **more).logits.log_softmax(-1)
        whole = merge(loaded.model)
        after = whole(ids, **more).logits.log_softmax(-1)
    assert type(whole).__module__.startswith("transformers")
    assert not any("lora" in name for name, _ in whole.named_modules())
    assert (after - before).abs().max() <= 2e-6 * max(1.0, float(before.abs().max()))


@pytest.mark.parametrize("name", ["bottleneck", "prompt-tuning", "p-tuning", "prefix-tuning"])
def test_what_has_no_merge_says_so(name: str) -> None:
    network = prepare(models.loaded(models.folder_of("llama")).model, method(name), 0)
    with pytest.raises(UserError) as refused:
        merge(network)
    what = (
        "A bottleneck adapter adds layers"
        if name == "bottleneck"
        else ("An adapter of virtual tokens adds positions")
    )
    assert str(refused.value) == (
        f"{what}: it is no change of the model's weights, so it cannot be merged into them."
    )


# Exchanged on one base


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("lora", "lora"),
        ("lora", "pissa"),
        ("lora", "prompt-tuning"),
        ("prefix-tuning", "prefix-tuning"),
        ("selective", "bottleneck"),
        ("adalora", "ia3"),
        ("vera", "vera"),
        ("ln-tuning", "dora"),
    ],
)
def test_adapters_are_exchanged_on_one_base(first: str, second: str, tmp_path: Path) -> None:
    a = kept("llama", method(first), tmp_path / "a", seed=1)
    b = kept("llama", method(second), tmp_path / "b", seed=2)
    alone = {folder: likelihoods(read("llama", folder)) for folder in (a, b)}
    bare = read("llama")
    nothing = likelihoods(bare)
    assert largest(alone[a], alone[b]) > 1e-3
    loaded = bare
    for folder in (a, b, a, None, b, b):
        loaded = swap(loaded, folder)
        expected = nothing if folder is None else alone[folder]
        assert likelihoods(loaded) == expected
        assert loaded.speaker.context == (
            256 if folder is None else read("llama", folder).speaker.context
        )
    answers = generate(loaded, PROMPTS, Generation(max_tokens=4))
    assert answers == generate(read("llama", b), PROMPTS, Generation(max_tokens=4))


def test_one_loaded_with_an_adapter_can_be_swapped_as_well(tmp_path: Path) -> None:
    a = kept("llama", method("lora"), tmp_path / "a", seed=1)
    b = kept("llama", method("ia3"), tmp_path / "b", seed=2)
    assert likelihoods(swap(read("llama", a), b)) == likelihoods(read("llama", b))
    assert likelihoods(swap(read("llama", a), None)) == likelihoods(read("llama"))
    c = kept("llama", method("selective"), tmp_path / "c", seed=3)
    with pytest.raises(UserError, match=r"load the base without it, and swap it in\.$"):
        swap(read("llama", c), a)


# Counted


def empty(shape: str) -> Any:
    """A network without storage, as `etude plan` has it."""
    from transformers import AutoConfig

    from etude.engine.load import class_for

    config = AutoConfig.from_pretrained(models.folder_of(shape))
    with torch.device("meta"):
        return class_for(config, None).from_config(config)


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_sizes_are_known_before_anything_is_loaded(shape: str, name: str, tmp_path: Path) -> None:
    chosen = method(name)
    network = prepare(empty(shape), chosen, 0)
    real = prepare(models.loaded(models.folder_of(shape)).model, chosen, 0)
    count = sum(item.numel() for item in trainable(network).values())
    assert count == sum(item.numel() for item in trainable(real).values())
    own = sum(item.numel() for item in empty(shape).parameters())
    assert sum(item.numel() for item in own_parameters(network)) == own
    assert sum(item.numel() for item in own_parameters(real)) == own
    assert matrices(network) == matrices(real)
    folder = kept(shape, chosen, tmp_path / "w")
    tensors = [load_file(file) for file in folder.glob("*.safetensors")]
    written = sum(item.numel() * 4 for file in tensors for item in file.values())
    assert saved_bytes(network, chosen, 4) == written


@pytest.mark.parametrize(("r", "learns"), [(1, 48), (4, 192), (8, 384)])
def test_a_matrix_of_m_by_n_learns_r_times_m_plus_n(r: int, learns: int) -> None:
    network = prepare(empty("llama"), method("lora", r=r, targets=["k_proj", "v_proj"]), 0)
    one = {"shape": [16, 32], "count": 2, "full": 512, "learns": learns}
    assert matrices(network) == [{"name": "k_proj", **one}, {"name": "v_proj", **one}]


def test_what_is_no_part_of_a_matrix_has_no_row() -> None:
    for name in ("bottleneck", "prompt-tuning", "ln-tuning"):
        assert matrices(prepare(empty("llama"), method(name), 0)) == []
    rows = matrices(prepare(empty("llama"), method("full"), 0))
    assert all(row["learns"] == row["full"] for row in rows)
    assert sum(row["count"] * row["full"] for row in rows) == 28320 - 5 * 32  # but the norms


def test_an_adapter_goes_on_learning(tmp_path: Path) -> None:
    for name in ("lora", "bottleneck", "prompt-tuning", "ia3"):
        folder = kept("llama", method(name), tmp_path / name)
        network = attach(read("llama").model, folder, trainable=True)
        learning = trainable(network)
        fresh = prepare(read("llama").model, method(name), 0)
        assert sum(p.numel() for p in learning.values()) == sum(
            p.numel() for p in trainable(fresh).values()
        )
        assert {item.dtype for item in learning.values()} == {torch.float32}
        here = replace(read("llama"), model=network.eval())
        assert likelihoods(here) == likelihoods(read("llama", folder))
