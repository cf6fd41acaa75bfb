"""Weights in 8 and 4 bits: what is quantised, what it takes, and that gradients stay right."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.pytorch_utils import Conv1D

import models
from etude.config.precision import Int8, Nf4, Precision, compute_of
from etude.config.study import Generation, Model
from etude.config.tuning import AdamW, Lora, Tune
from etude.engine.generate import generate, log_likelihoods
from etude.engine.load import Loaded, dtype_of, load
from etude.engine.quantize import layer_bytes, quantized_layers, weights_bytes
from etude.errors import UserError
from etude.training.estimate import skeleton
from etude.training.loss import summed_loss
from etude.training.methods import prepare, trainable

bitsandbytes = pytest.importorskip(
    "bitsandbytes", reason="bitsandbytes is not installed: pip install 'etude[quantized]'"
)
SINGLE = Nf4(double_quantization=False, compute="fp32")
PRECISIONS: dict[str, Any] = {
    "int8": Int8(),
    "int8 fp32": Int8(compute="fp32"),
    "nf4": Nf4(),
    "nf4 fp32": Nf4(compute="fp32"),
    "nf4 single": SINGLE,
}
LAYERS = (bitsandbytes.nn.Linear4bit, bitsandbytes.nn.Linear8bitLt)


def network_of(shape: str, precision: Precision) -> Any:
    return models.loaded(models.folder_of(shape), precision).model


def skeleton_of(shape: str) -> Any:
    """The same network without storage."""
    like = models.loaded(models.folder_of(shape)).model
    with torch.device("meta"):
        return type(like)(like.config)


def quantized(network: Any) -> dict[str, Any]:
    return {name: item for name, item in network.named_modules() if isinstance(item, LAYERS)}


def unpacked(layer: Any) -> Tensor:
    """The matrix that a quantised layer stands for, in fp32 (outputs, inputs)."""
    if isinstance(layer, bitsandbytes.nn.Linear4bit):
        state = layer.weight.quant_state
        return bitsandbytes.functional.dequantize_4bit(layer.weight.data, state).float()
    scales = layer.state.SCB if layer.state.SCB is not None else layer.weight.SCB
    return layer.weight.data.float() * scales[:, None] / 127


def dequantised(shape: str, precision: Precision) -> Any:
    """A plain fp32 network with the values that the quantised one stands for."""
    source = network_of(shape, precision)
    plain = models.loaded(models.folder_of(shape)).model
    layers = quantized(source)
    with torch.no_grad():
        for name, item in plain.named_parameters():
            owner = name.rpartition(".")[0]
            if owner in layers and name.endswith(".weight"):
                turned = isinstance(plain.get_submodule(owner), Conv1D)  # GPT-2's (inputs, outputs)
                item.copy_(unpacked(layers[owner]).T if turned else unpacked(layers[owner]))
            else:
                item.copy_(source.get_parameter(name).float())
    return plain


@pytest.mark.parametrize("precision", PRECISIONS.values(), ids=PRECISIONS)
@pytest.mark.parametrize("shape", models.SHAPES)
def test_layers_inside_are_quantised_and_the_rest_is_in_the_compute_type(
    shape: str, precision: Precision
) -> None:
    network = network_of(shape, precision)
    layers = quantized(network)
    assert layers.keys() == quantized_layers(skeleton_of(shape)).keys()
    assert len(layers) >= 8
    inside = {id(layer.weight) for layer in layers.values()}
    others = {item.dtype for item in network.parameters() if id(item) not in inside}
    assert others == {dtype_of(precision)}
    assert network.get_output_embeddings() not in layers.values()
    if shape == "t5":
        assert not any(name.endswith(".wo") for name in layers)  # as its architecture asks


@pytest.mark.parametrize("precision", PRECISIONS.values(), ids=PRECISIONS)
@pytest.mark.parametrize("shape", models.SHAPES)
def test_measured_bytes_are_those_foreseen(shape: str, precision: Precision) -> None:
    loaded = models.loaded(models.folder_of(shape), precision)
    assert loaded.weights_bytes == weights_bytes(loaded.model)
    foreseen = skeleton(skeleton_of(shape), precision).weights_bytes
    assert loaded.weights_bytes == pytest.approx(foreseen, rel=0.01)
    plain = models.loaded(models.folder_of(shape), compute_of(precision)).weights_bytes
    assert loaded.weights_bytes < plain


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_plain_formats_are_measured_too(precision: Any) -> None:
    loaded = models.loaded(models.folder_of("llama"), precision)
    width = {"fp32": 4, "bf16": 2}[precision]
    parameters = sum(item.numel() for item in loaded.model.parameters())  # tied ones once
    assert loaded.weights_bytes - parameters * width == 32  # the rotary frequencies, in fp32
    loaded.model.get_input_embeddings().weight.data = torch.zeros(1)
    assert weights_bytes(loaded.model) < loaded.weights_bytes


def test_bytes_of_a_layer() -> None:
    """By hand: 128 x 128 weights, 256 scales; in nf4 with the code of sixteen values."""
    weights = 128 * 128
    assert layer_bytes(weights, 128, Int8()) == weights + 128 * 4
    assert layer_bytes(weights, 128, SINGLE) == weights // 2 + 256 * 4 + 64
    assert layer_bytes(weights, 128, Nf4()) == weights // 2 + 256 + 1 * 4 + 1028 + 64
    layer = bitsandbytes.nn.Linear4bit(128, 128, bias=False, quant_type="nf4").to("cpu")
    assert weights_bytes(layer) == layer_bytes(weights, 128, Nf4())


def test_falcons_own_linear_layers_are_quantised_too(tmp_path: Path) -> None:
    """transformers quantises torch's own class alone, and would leave all of Falcon as it is."""
    from transformers import FalconConfig, FalconForCausalLM

    ids = models.save_tokenizer(tmp_path)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = FalconConfig(vocab_size=models.vocabulary(tmp_path), eos_token_id=ids["</s>"], **sizes)
    FalconForCausalLM(config).save_pretrained(tmp_path)
    loaded = models.loaded(tmp_path, SINGLE)
    assert len(quantized(loaded.model)) == 2 * 4
    again = models.loaded(tmp_path).model  # and Falcon is itself again
    kinds = {type(item).__name__ for item in again.modules() if hasattr(item, "in_features")}
    assert kinds == {"FalconLinear", "Linear"}  # Linear is the output layer
    evaluate("llama", loaded.model, SINGLE)


def test_a_model_without_linear_layers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.engine.load.quantized_layers", lambda _: {})
    with pytest.raises(UserError) as refused:
        network_of("llama", Nf4())
    assert str(refused.value) == (
        f"model.base {models.folder_of('llama')}: precision nf4 quantises linear layers, and this "
        "architecture has none of torch's own inside: use precision bf16."
    )


# Evaluation must not change what is trained


def gradients(network: Any, precision: Precision) -> Tensor:
    """Gradients of everything that learns, in one vector, of one batch in training."""
    run = models.run_of(network, Tune(), precision=compute_of(precision))
    network.train()
    network.zero_grad()
    run.accelerator.backward(summed_loss(run, models.rows_of(3, 4)) / 10)
    found = torch.cat([item.grad.flatten() for item in trainable(network).values()])
    network.eval()
    return found.clone()


def cosine(left: Tensor, right: Tensor) -> float:
    return torch.nn.functional.cosine_similarity(left.double(), right.double(), dim=0).item()


def evaluate(shape: str, network: Any, precision: Precision) -> None:
    """What happens between two training steps: likelihoods and answers."""
    speaker = models.loaded(models.folder_of(shape)).speaker
    loaded = Loaded(network.eval(), speaker, torch.device("cpu"), precision)
    log_likelihoods(loaded, [(1, 9, 8)] * 2, [(7, 2)] * 2)
    generate(loaded, [(1, 9, 8)] * 2, Generation(max_tokens=3))


@pytest.mark.parametrize("precision", ["int8 fp32", "nf4 fp32", "nf4 single"])
@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5"])
def test_gradients_are_those_of_the_dequantised_model(shape: str, precision: str) -> None:
    number_format = PRECISIONS[precision]
    network = models.with_lora(network_of(shape, number_format))
    plain = models.with_lora(dequantised(shape, number_format))
    for module in (*network.modules(), *plain.modules()):
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # T5's own; its draws would differ
    expected = gradients(plain, "fp32")
    before = gradients(network, number_format)
    assert cosine(before, expected) > 0.99999
    evaluate(shape, network, number_format)
    after = gradients(network, number_format)
    assert torch.equal(after, before)


@pytest.fixture
def pretended_avx512(monkeypatch: pytest.MonkeyPatch) -> None:
    """bitsandbytes believes that this processor has AVX512-BF16."""
    monkeypatch.setattr(bitsandbytes.nn.modules, "has_avx512bf16", lambda: True)


@pytest.mark.usefixtures("pretended_avx512")
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_the_guard_is_set_wherever_the_processor_would_repack(shape: str) -> None:
    network = network_of(shape, Nf4())
    layers = quantized(network).values()
    assert layers
    assert all(layer.support_avx512bf16_for_cpu is False for layer in layers)
    evaluate(shape, network, Nf4())
    assert not any(getattr(x.weight.quant_state, "packing_format_for_cpu", 0) for x in layers)
    wrapped = prepare(network, Lora(r=2), 0)  # PEFT's wrappers keep the layers themselves
    inside = quantized(wrapped).values()
    assert len(inside) == len(layers)
    assert not any(layer.support_avx512bf16_for_cpu for layer in inside)


@pytest.mark.usefixtures("pretended_avx512")
def test_what_the_guard_keeps_away() -> None:
    """Repacked as bitsandbytes does it for AVX512, a layer's gradient is another one."""
    torch.manual_seed(0)
    layer = bitsandbytes.nn.Linear4bit(64, 64, bias=False, quant_type="nf4", compute_dtype=None)
    layer = layer.to("cpu")
    assert layer.support_avx512bf16_for_cpu  # as it comes
    inputs = torch.randn(5, 64, requires_grad=True)

    def gradient() -> Tensor:
        (found,) = torch.autograd.grad(layer.train()(inputs).square().sum(), inputs)
        return found.flatten()

    before = gradient()
    from bitsandbytes.functional import _convert_weight_packed_for_cpu as repack

    layer.weight.data, _ = repack(layer.weight.data, layer.weight.quant_state)
    layer.weight.quant_state.packing_format_for_cpu = False  # the backward pass does not ask
    layer.weight.quant_state.absmax = layer.weight.quant_state.absmax.float()
    assert abs(cosine(gradient(), before)) < 0.9


def test_inputs_that_blocks_of_64_do_not_divide() -> None:
    """The tests' Llama has 32 and 48 inputs: an evaluation works, and agrees with fp32."""
    network = network_of("llama", SINGLE)
    assert any(layer.in_features % 64 for layer in quantized(network).values())
    ids = torch.tensor([[1, 9, 8, 7]])
    with torch.no_grad():
        found = network(input_ids=ids).logits
        expected = dequantised("llama", SINGLE).eval()(input_ids=ids).logits
    assert torch.allclose(found, expected, atol=1e-4)


# int8 and its log


def test_int8_says_nothing_at_every_product(caplog: pytest.LogCaptureFixture) -> None:
    network = network_of("llama", Int8())
    with caplog.at_level(logging.WARNING):
        evaluate("llama", network, Int8())
        logging.getLogger("bitsandbytes.autograd._functions").warning("something else")
    assert [record.message for record in caplog.records] == ["something else"]


# Training


@pytest.mark.parametrize(
    ("shape", "precision"),
    [
        *(("llama", name) for name in ("int8", "int8 fp32", "nf4", "nf4 single")),
        *((shape, name) for shape in ("t5", "gpt2", "bart") for name in ("int8 fp32", "nf4 fp32")),
    ],
)
def test_lora_over_quantised_weights_learns_reloads_and_answers(
    shape: str, precision: str, tmp_path: Path
) -> None:
    number_format = PRECISIONS[precision]
    network = prepare(network_of(shape, number_format), Lora(r=4), 0)
    assert {item.dtype for item in trainable(network).values()} == {torch.float32}
    frozen = {name: layer.weight.data.clone() for name, layer in quantized(network).items()}
    optimizer = AdamW(learning_rate=2e-2)
    tune = Tune(method=Lora(r=4), epochs=4, batch_size=8, optimizer=optimizer)
    run = models.run_of(network, tune, precision=number_format, train=models.rows_of(0, 16))
    history = models.tuned(run, tmp_path)
    losses = [row["loss"] for row in history if "loss" in row]
    assert losses[-1] < losses[0] - 0.3
    assert all(torch.equal(x.weight.data, frozen[n]) for n, x in quantized(network).items())
    network.save_pretrained(tmp_path / "weights", save_embedding_layers=False)
    folder = models.folder_of(shape)
    settings = Model(base=str(folder), device="cpu")
    again = load(models.base_of(folder), settings, number_format, [tmp_path / "weights"])
    mine = Loaded(network.eval(), again.speaker, again.device, number_format)
    asked = [(1, 9, 8), (1, 30, 31, 32)], [(7, 2), (5, 2)]
    expected = log_likelihoods(mine, *asked)
    if compute_of(number_format) == "bf16":  # training ran in autocast, use does not
        assert log_likelihoods(again, *asked) == pytest.approx(expected, abs=0.1)
    else:
        assert log_likelihoods(again, *asked) == expected
    assert len(generate(again, asked[0], Generation(max_tokens=4))) == 2


def test_a_merge_into_quantised_weights_is_refused(tmp_path: Path) -> None:
    models.with_lora(network_of("llama", Nf4())).save_pretrained(tmp_path / "one")
    folder = models.folder_of("llama")
    settings = Model(base=str(folder), device="cpu")
    with pytest.raises(UserError) as refused:
        load(models.base_of(folder), settings, Nf4(), [tmp_path / "one", tmp_path / "one"])
    assert str(refused.value) == (
        "An adapter cannot be merged into nf4 weights without rounding them anew: go on tuning it "
        "with the same method, or use precision bf16."
    )


@pytest.mark.parametrize("precision", ["bf16", Nf4()])
def test_weights_that_are_quantised_already(precision: Precision, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models.folder_of("llama"), folder)
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "gptq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError) as refused:
        models.loaded(folder, precision)
    assert str(refused.value) == (
        f"model.base {folder}: its weights are quantised already (gptq), and Etude quantises while "
        "it loads: name the original model and set precision: nf4 or int8."
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("precision", [Int8(), Nf4(), Nf4(compute="fp16")])
def test_on_a_gpu(precision: Precision) -> None:
    folder = models.folder_of("llama")
    loaded = load(models.base_of(folder), Model(base=str(folder), device="cuda"), precision)
    assert {item.device.type for item in loaded.model.parameters()} == {"cuda"}
    assert len(log_likelihoods(loaded, [(1, 9)], [(7, 2)])) == 1
