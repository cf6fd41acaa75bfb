"""Whatever shape a model's folder has: it loads as it is, or a sentence says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

import models
from etude.config.study import Model
from etude.engine import base as bases
from etude.engine.base import Base, find_base
from etude.engine.load import load, load_speaker
from etude.engine.random_base import make_llama
from etude.errors import UserError

pytestmark = models.peft_asks_by_an_old_name
IDS = torch.tensor([[1, 50, 60, 70, 80]])


def logits(network: Any) -> torch.Tensor:
    with torch.inference_mode():
        result: torch.Tensor = network(IDS).logits
    return result


def copy_of(shape: str, folder: Path) -> Path:
    return Path(shutil.copytree(models.folder_of(shape), folder / "model"))


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as refused:
        action()
    return str(refused.value)


# Odd, but whole


def test_a_tied_head_that_is_stored_alone(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"] = weights.pop("model.embed_tokens.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    expected = logits(models.loaded(models.folder_of("llama")).model)
    assert torch.equal(logits(models.loaded(folder).model), expected)


def test_weights_in_several_files(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    network = AutoModelForCausalLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    network.save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    assert torch.equal(logits(models.loaded(folder).model), logits(network))


def test_no_chat_template_means_plain_markup() -> None:
    speaker = models.loaded(models.folder_of("llama")).speaker
    assert (speaker.markup.name, speaker.markup.bos_token) == ("plain", "<s>")
    assert (speaker.context, speaker.encoder_decoder) == (256, False)


@pytest.mark.parametrize("pad", [models.END, None])
def test_padding_may_be_the_end_token_or_missing(pad: str | None, tmp_path: Path) -> None:
    speaker = models.loaded(models.save_llama(tmp_path / "model", pad=pad)).speaker
    assert (speaker.pad_id, speaker.end_id, speaker.stop_ids) == (2, 2, (2,))


def test_added_tokens_and_a_chat_template_of_its_own(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    network.resize_token_embeddings(len(tokenizer))
    tokenizer.save_pretrained(folder)
    network.save_pretrained(folder)

    loaded = models.loaded(folder)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end == 401
    assert loaded.speaker.markup.name == "tokenizer"
    assert loaded.speaker.stop_ids == (2, end)
    assert loaded.speaker.end_id == 2
    assert torch.equal(logits(loaded.model), logits(network))


def test_stop_tokens_of_the_generation_config_count(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    (folder / "generation_config.json").write_text('{"eos_token_id": [2, 9, 11]}')
    assert models.loaded(folder).speaker.stop_ids == (2, 9, 11)
    (folder / "generation_config.json").write_text('{"eos_token_id": 9}')
    assert models.loaded(folder).speaker.stop_ids == (2, 9)
    (folder / "generation_config.json").unlink()
    assert models.loaded(folder).speaker.stop_ids == (2,)


def test_a_begin_token_is_written_only_where_the_tokenizer_would_add_one() -> None:
    written = {
        shape: models.loaded(models.folder_of(shape)).speaker.markup.bos_token
        for shape in models.SHAPES
    }
    # BART's tokenizer adds its <s> itself, as every encoder-decoder's adds what it needs.
    assert written == {"llama": "<s>", "gpt2": "", "t5": "", "bart": ""}


def test_the_context_is_the_smaller_of_what_model_and_tokenizer_say(tmp_path: Path) -> None:
    shapes = ("llama", "gpt2", "t5", "bart")
    known = [models.loaded(models.folder_of(shape)).speaker.context for shape in shapes]
    assert known == [256, 64, None, 128]
    folder = copy_of("llama", tmp_path)
    rewritten(folder / "tokenizer_config.json", lambda content: content.update(model_max_length=99))
    assert models.loaded(folder).speaker.context == 99


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)]
)
def test_precision_decides_the_type_of_every_weight(precision: Any, dtype: torch.dtype) -> None:
    network = models.loaded(models.folder_of("llama"), precision).model
    assert {parameter.dtype for parameter in network.parameters()} == {dtype}
    assert not network.training


def test_packaged_bases_load(llama_base: Base, t5_base: Base) -> None:
    decoder = load(llama_base, Model(base="random-llama", device="cpu"), "fp32")
    assert (decoder.speaker.context, decoder.decoder_start_id) == (1024, None)
    seq2seq = load(t5_base, Model(base="random-t5", device="cpu"), "fp32")
    assert seq2seq.decoder_start_id == seq2seq.speaker.pad_id
    assert llama_base.is_random
    text = "Olá, “world” — 50 €\n\ttabs\x00 🙂"
    for loaded in (decoder, seq2seq):
        tokenizer = loaded.speaker.tokenizer
        ids = tokenizer(text, add_special_tokens=False).input_ids
        assert tokenizer.decode(ids) == text
        assert len(tokenizer) == loaded.model.get_input_embeddings().num_embeddings


def test_a_packaged_base_is_made_the_same_again(llama_base: Base, tmp_path: Path) -> None:
    make_llama(tmp_path)
    names = sorted(path.name for path in llama_base.folder.iterdir())
    assert "model.safetensors" in names
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (llama_base.folder / name).read_bytes(), name


# Layers


def adapter(network: Any, folder: Path, seed: int) -> torch.Tensor:
    """Save an adapter for a network; returns the logits with it attached."""
    with_adapter = models.with_lora(network, seed=seed).eval()
    with_adapter.save_pretrained(folder, save_embedding_layers=False)
    return logits(with_adapter)


def layered(base: str, *layers: Path) -> Any:
    folder = models.folder_of(base)
    return load(models.base_of(folder), Model(base=str(folder), device="cpu"), "fp32", layers).model


def close(left: torch.Tensor, right: torch.Tensor) -> bool:
    """Equal within 2e-6 of the largest logit."""
    return bool((left - right).abs().max() <= 2e-6 * right.abs().max())


def test_an_adapter_is_attached_and_gives_the_same_merged(tmp_path: Path) -> None:
    bare = models.loaded(models.folder_of("llama")).model
    before = logits(bare)
    expected = adapter(bare, tmp_path / "one", 1)
    attached = layered("llama", tmp_path / "one")
    assert torch.equal(logits(attached), expected)
    assert not torch.allclose(expected, before, atol=0.1)
    assert close(logits(attached.merge_and_unload()), expected)


def test_an_adapter_on_an_adapter(tmp_path: Path) -> None:
    adapter(models.loaded(models.folder_of("llama")).model, tmp_path / "one", 1)
    merged = layered("llama", tmp_path / "one").merge_and_unload()
    expected = adapter(merged, tmp_path / "two", 2)
    both = layered("llama", tmp_path / "one", tmp_path / "two")
    assert torch.equal(logits(both), expected)
    assert both.peft_config.keys() == {"default"}


def test_a_whole_model_takes_the_place_of_what_came_before(tmp_path: Path) -> None:
    adapter(models.loaded(models.folder_of("llama")).model, tmp_path / "one", 1)
    other = models.save_llama(tmp_path / "whole", seed=99)
    expected = logits(models.loaded(other).model)
    assert torch.equal(logits(layered("llama", tmp_path / "one", other)), expected)
    on_it = adapter(models.loaded(other).model, tmp_path / "two", 3)
    assert torch.equal(logits(layered("llama", tmp_path / "one", other, tmp_path / "two")), on_it)


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    adapter(models.loaded(models.folder_of("gpt2")).model, tmp_path / "one", 1)
    told = refusal(lambda: layered("llama", tmp_path / "one"))
    assert told.startswith(
        f"The adapter in {tmp_path / 'one'} does not fit the model it is put on (Target modules "
    )
    assert told.endswith("): use the base it was trained on.")


# Not whole


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert refusal(lambda: find_base(str(folder))) == (
        f"model.base: {folder} holds its weights as pickle (.bin), which can run code when read: "
        "convert them once with transformers' save_pretrained, which writes safetensors."
    )


def test_folders_that_are_no_model(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert refusal(lambda: find_base(str(nowhere))) == (
        f"model.base: there is no folder {nowhere}: name one that holds a model, a hub id, or one "
        "of etude-mini, random-llama, random-t5."
    )
    assert refusal(lambda: find_base(str(tmp_path))) == (
        f"model.base: {tmp_path} holds no config.json, so it is no model folder."
    )
    (tmp_path / "config.json").write_text("{}")
    assert refusal(lambda: find_base(str(tmp_path))) == (
        f"model.base: {tmp_path} holds no weights (*.safetensors)."
    )


def test_a_hub_id_without_a_network() -> None:
    # conftest sets HF_HUB_OFFLINE, and the reason in brackets is the hub library's own.
    told = refusal(lambda: find_base("nobody/nothing"))
    assert told.startswith(
        "model.base 'nobody/nothing' is neither shipped (etude-mini, random-llama, random-t5) nor "
        "could it be fetched from the hub ("
    )
    assert told.endswith("): check the name and the network, or give a folder.")
    assert "\n" not in told
    assert refusal(lambda: find_base("random llama")) == (
        "model.base 'random llama' is no hub id: did you mean 'random-llama'? Known: "
        "etude-mini, random-llama, random-t5."
    )


def test_a_tokenizer_without_an_end(tmp_path: Path) -> None:
    folder = models.save_llama(tmp_path / "model", eos=None)
    assert refusal(lambda: models.loaded(folder)) == (
        f"model.base {folder}: its tokenizer has no end-of-sequence token, so an answer could "
        "never stop: set eos_token in its tokenizer_config.json."
    )


def test_a_missing_weight_is_never_made_up(tmp_path: Path) -> None:
    folder = models.save_llama(tmp_path / "model", tied=False)
    weights = load_file(folder / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert refusal(lambda: models.loaded(folder)) == (
        f"The model in {folder} lacks 1 of the weights that its config.json asks for, or holds "
        "them in another shape (lm_head.weight first): it is incomplete or of another kind, so "
        "fetch it again."
    )


def test_a_weight_of_another_shape_is_never_made_up(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    rewritten(folder / "config.json", lambda content: content.update(intermediate_size=64))
    assert refusal(lambda: models.loaded(folder)) == (
        f"The model in {folder} lacks 6 of the weights that its config.json asks for, or holds "
        "them in another shape (model.layers.0.mlp.down_proj.weight first): it is incomplete or "
        "of another kind, so fetch it again."
    )


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    os.truncate(folder / "model.safetensors", 1000)
    told = refusal(lambda: models.loaded(folder))
    assert told.startswith(f"The model in {folder} cannot be read: ")


def test_no_tokenizer_and_no_known_architecture(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    base = models.base_of(folder)
    rewritten(folder / "config.json", lambda content: content.update(model_type="lllama"))
    told = refusal(lambda: load_speaker(base, Model(base=str(folder))))
    assert told.startswith(f"model.base {folder}: The checkpoint you are trying to load has model ")
    shutil.copy(models.folder_of("llama") / "config.json", folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    told = refusal(lambda: load_speaker(base, Model(base=str(folder))))
    assert told.startswith(f"model.base {folder}: no tokenizer (")


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = models.folder_of("llama")
    settings = Model(base=str(folder), device="cuda")
    assert refusal(lambda: load(models.base_of(folder), settings, "fp32")) == (
        "model.device is cuda, but torch sees no GPU here: use auto or cpu."
    )


# Digests


def test_the_digest_changes_when_any_file_does(tmp_path: Path) -> None:
    folder = copy_of("llama", tmp_path)
    digests = [find_base(str(folder)).digest]
    assert find_base(str(folder)).digest == digests[0]
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    digests.append(find_base(str(folder)).digest)
    (folder / "chat_template.jinja").write_text("{{ messages[0].content }}")
    digests.append(find_base(str(folder)).digest)
    (folder / "chat_template.jinja").rename(folder / "template.jinja")
    digests.append(find_base(str(folder)).digest)
    assert len(set(digests)) == 4


def test_a_large_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, hashed = copy_of("llama", tmp_path), []
    real = bases.file_hash

    def counting(path: Path) -> str:
        hashed.append(path.name)
        return real(path)

    monkeypatch.setattr(bases, "file_hash", counting)
    first = find_base(str(folder)).digest
    assert "model.safetensors" in hashed
    hashed.clear()
    assert find_base(str(folder)).digest == first
    assert hashed == []
