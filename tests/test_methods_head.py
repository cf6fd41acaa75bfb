"""A classification head: trained, kept, asked; and what cannot be asked of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

import models
from etude import load_study, run
from etude.checks import check
from etude.config.methods import Bottleneck, Full, Head, Lora
from etude.config.study import Model
from etude.engine.adapters import save_weights
from etude.engine.base import Base
from etude.engine.batch import Encoded, collate
from etude.engine.classifier import class_logits, draw_head, head_parameters, is_classifier
from etude.engine.classify import classify_batch
from etude.engine.folders import LABELS
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded, load
from etude.engine.swap import swap
from etude.errors import UserError
from etude.records import Example, Message
from etude.store import Place, read_json, read_predictions, write_json
from etude.training.classes import encode_classes
from etude.training.encode import decoded
from etude.training.methods import prepare, trainable
from tools.architectures import base_of

pytestmark = models.peft_asks_by_an_old_name
NAMES = ("bad", "good", "neither")


def headed(shape: str, *layers: Path, labels: tuple[str, ...] | None = NAMES) -> Loaded:
    folder = models.folder_of(shape)
    settings = Model(base=str(folder), device="cpu")
    loaded = load(models.base_of(folder), settings, "fp32", layers, labels)
    if not layers:
        draw_head(loaded.model, 5)
    return loaded


def question(text: str, label: str | None, id: str = "e") -> Example:
    return Example(id, "classify", (Message("user", text),), ("x",), label=label, choices=NAMES)


# The head


@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5", "bart"])
def test_padding_changes_no_class(shape: str) -> None:
    loaded = headed(shape)
    end = (2,) if loaded.speaker.encoder_decoder else ()
    prompts = [(1, 5, 6, *end), (1, *range(10, 20), *end), (1, 0, *end), (1, 7, *end)]
    rows = [Encoded(prompt, (), label=0) for prompt in prompts]

    def logits(chosen: list[Encoded]) -> torch.Tensor:
        batch = collate(chosen, pad_id=0, decoder_start_id=None, device=torch.device("cpu"))
        del batch["classes"]
        with torch.inference_mode():
            return class_logits(loaded.model, batch)

    together = logits(rows)
    assert together.shape == (4, 3)
    for number, row in enumerate(rows):
        if loaded.speaker.encoder_decoder and 0 in row.prompt:
            continue  # T5 and BART never write a padding token within a text
        torch.testing.assert_close(together[number], logits([row])[0], rtol=1e-5, atol=1e-5)
    if shape == "llama":  # the last position, by hand, even where it holds the padding token
        hidden = loaded.model.model(torch.tensor([rows[2].prompt])).last_hidden_state[0, -1]
        torch.testing.assert_close(together[2], loaded.model.score(hidden))


def test_a_row_with_a_label_is_a_batch_with_classes() -> None:
    rows = [Encoded((1, 5), (), label=2), Encoded((1, 6, 7), (), label=0)]
    batch = collate(rows, pad_id=0, decoder_start_id=3, device=torch.device("cpu"))
    assert {name: item.tolist() for name, item in batch.items()} == {
        "input_ids": [[1, 5, 0], [1, 6, 7]],
        "attention_mask": [[1, 1, 0], [1, 1, 1]],
        "classes": [2, 0],
    }
    assert [row.supervised for row in rows] == [1, 1]
    logits, targets = supervised_logits(headed("llama").model, batch)
    assert (logits.shape, targets.tolist()) == ((2, 3), [2, 0])


def test_a_head_is_drawn_by_its_seed_and_learns_alone() -> None:
    network = headed("llama").model
    assert is_classifier(network)
    first = network.score.weight.detach().clone()
    draw_head(network, 5)
    assert torch.equal(network.score.weight, first)
    draw_head(network, 6)
    assert not torch.equal(network.score.weight, first)
    assert set(trainable(prepare(network, Head(), 0))) == {"score.weight"}
    t5 = prepare(headed("t5").model, Head(body=Lora(r=2)), 0)
    names = {name for name in trainable(t5) if "lora_" not in name}
    assert {name.removeprefix("base_model.model.") for name in names} == {
        f"classification_head.{part}.{kind}"
        for part in ("dense", "out_proj")
        for kind in ("weight", "bias")
    }
    assert len(head_parameters(t5)) == 4


def test_probabilities_of_all_classes_are_told(tmp_path: Path) -> None:
    loaded = headed("llama")
    asked = models.asked(loaded, question("Hm", "good"), question("Where is the station?", "bad"))
    answers = classify_batch(loaded, asked, approach="a", seed=3)
    for item in answers:
        assert item.label_scores is not None
        assert set(item.label_scores) == set(NAMES)
        total = sum(torch.tensor(list(item.label_scores.values())).exp())
        assert float(total) == pytest.approx(1, abs=1e-5)
        assert item.text == item.label == max(item.label_scores, key=item.label_scores.get)
        assert (item.answer_tokens, item.reference_logprob, item.finish) == (0, None, "stop")


@pytest.mark.parametrize("body", [None, Lora(r=2), Bottleneck(size=2), Full()])
def test_a_head_is_kept_with_its_body(body: Any, tmp_path: Path) -> None:
    loaded = headed("llama")
    chosen = Head(body=body)
    network = prepare(loaded.model, chosen, 1).eval()
    with torch.no_grad():
        for item in trainable(network).values():
            item += 0.1
    asked = models.asked(loaded, question("Hm", "good"), question("Where is the station?", "bad"))
    expected = classify_batch(replace(loaded, model=network), asked, approach="a", seed=0)
    folder = tmp_path / "w"
    save_weights(network, chosen, folder, dtype=torch.float32, base="b", labels=NAMES)
    read = headed("llama", folder, labels=None)
    assert read.labels == NAMES
    found = classify_batch(read, asked, approach="a", seed=0)
    assert [item.label_scores for item in found] == [item.label_scores for item in expected]
    if body is None:
        assert {path.name for path in folder.iterdir()} == {"head.safetensors", "labels.json"}
    other = headed("llama", folder, labels=None)
    assert swap(other, folder).labels == NAMES
    write_json(folder / LABELS, ["a", "b", "c"])
    with pytest.raises(UserError) as refused:
        swap(other, folder)
    assert str(refused.value) == (
        f"The weights in {folder} have a head for a, b, c, and the loaded model has a head for "
        "bad, good, neither: load them apart."
    )
    with pytest.raises(UserError, match="with a classification head names nothing without one"):
        swap(other, None)


def test_examples_for_a_head() -> None:
    speaker = headed("llama").speaker
    examples = [question("Hm", "good", "q1"), question("Where is the station?", "bad", "q2")]
    material = encode_classes(speaker, examples, models.bare(), NAMES, 8)
    assert [row.label for row in material.rows] == [1, 0]
    assert (material.supervised_tokens, material.truncated) == (2, ("q2",))
    assert all(len(row.prompt) <= 8 for row in material.rows)
    assert decoded(speaker, material.rows[0], NAMES)[-1] == {"text": "good", "supervised": True}
    with pytest.raises(UserError) as refused:
        encode_classes(speaker, [question("Hm", "fine", "q3")], models.bare(), NAMES, None)
    assert str(refused.value) == (
        "Example q3 has the label 'fine', which is none of the classes of the head (bad, good, "
        "neither): correct data.labels."
    )


def test_a_model_that_reads_needs_a_head() -> None:
    base = base_of("BERT")
    settings = Model(base=str(base.folder), device="cpu")
    loaded = load(base, settings, "fp32", labels=NAMES)
    assert loaded.speaker.encoder_only
    ids = models.asked(loaded, question("Hm", "good"))[0].prompt.ids
    tokenizer = loaded.speaker.tokenizer
    assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    with pytest.raises(UserError) as refused:
        load(base, settings, "fp32")
    assert str(refused.value) == (
        "A model of the kind bert reads and does not write, so it can only name classes: use "
        "data.task: classify and tune.method: head."
    )


# In a study

ROWS = [
    (f"{word} {thing}", label)
    for word, label in (("good", "up"), ("great", "up"), ("bad", "down"), ("awful", "down"))
    for thing in ("cats", "dogs", "owls", "hens", "bees", "ants", "elks", "cows")
]


def settings(folder: Path, base: str = "random-llama", **changes: Any) -> Path:
    lines = [f'{{"text": "{text}", "label": "{label}"}}' for text, label in ROWS]
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
    columns = {"input": "{text}", "response": "{label}", "label": "{label}"}
    source = {"kind": "jsonl", "path": str(folder / "rows.jsonl"), "columns": columns}
    study: dict[str, Any] = {
        "name": "heads",
        "model": {"base": base},
        "data": {
            "task": "classify",
            "labels": ["down", "up"],
            "sources": {"rows": source},
            "split": {"dev": 4, "test": 8},
        },
        "approaches": {
            "head": {"tune": {"method": "head", "epochs": 2}},
            "both": {
                "tune": {
                    "method": {"name": "head", "body": {"name": "lora", "r": 4}},
                    "optimizer": {"name": "adamw", "learning_rate": 5e-3},
                    "epochs": 8,
                }
            },
            "told": {"weights": "both", "system": "Be kind."},
        },
        "metrics": ["accuracy", "macro-f1"],
        "track": [],
        "compare": {"resamples": 200},
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
    return path


@pytest.mark.long
def test_a_study_with_heads(tmp_path: Path, llama_base: Base) -> None:
    folder = tmp_path / "run"
    result = run(load_study(settings(tmp_path)), folder)
    report = result.contents["approaches"]
    assert report["both"]["metrics"]["accuracy"]["value"] >= 0.75  # good and great against the rest
    assert report["both"]["summary"].startswith("Classification head with LoRA r 4, alpha 16 fine-")
    assert report["both"]["cost"]["model_bytes"] > report["both"]["cost"]["bytes_on_disk"] > 0
    place = Place(folder, "both", 13)
    facts = read_json(place.weights / "etude.json")
    assert facts["trainable_parameters"] > facts["bytes"] / 8 > 0
    assert facts["decoded_example"][-1]["text"] in ("up", "down")
    assert {item.label for item in read_predictions(place)} <= {"up", "down"}
    plan = read_json(folder / "plan.json")["approaches"]
    assert plan["head"]["tune"]["trainable_parameters"] == 2 * 128
    assert plan["both"]["tune"]["trainable_parameters"] == facts["trainable_parameters"]
    assert plan["told"]["tune"] is None


@pytest.mark.parametrize(
    ("approaches", "sentence"),
    [
        (
            {"a": {"tune": {"method": {"name": "head", "body": "p-tuning"}}}},
            "approaches.a.tune.method.body: virtual tokens are not there below a classification "
            "head: use lora, ia3 or bottleneck, or prompt-tuning without a head.",
        ),
        (
            {"a": {"tune": {"method": "head"}}, "b": {"weights": "a", "tune": {"method": "ia3"}}},
            "approaches.b starts from a, which has a classification head, but its own method ia3 "
            "trains a model that writes: use method: {name: head, body: ia3}.",
        ),
        (
            {"a": {"tune": {"method": "ia3"}}, "b": {"weights": "a", "tune": {"method": "head"}}},
            "approaches.b starts from a, an adapter for a model that writes, and a classification "
            "head needs the model it reads whole: tune a with method: full, or start from the "
            "base.",
        ),
        (
            {
                "a": {"tune": {"method": "prompt-tuning"}},
                "b": {"weights": "a", "tune": {"method": "lora"}},
            },
            "approaches.b starts from a, whose prompt-tuning cannot be merged into the weights, so "
            "no other method can begin on top of it: use the same method with the same settings.",
        ),
        (
            {
                "a": {"tune": {"method": "p-tuning"}},
                "b": {"weights": "a", "tune": {"method": "p-tuning"}},
            },
            "approaches.b starts from a with the same method, but the network that wrote its "
            "virtual tokens is not kept, so it cannot go on learning: train it longer, or use "
            "prompt-tuning.",
        ),
    ],
)
def test_what_cannot_start_from_what(
    approaches: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refused:
        check(load_study(settings(tmp_path, approaches=approaches)))
    assert str(refused.value) == sentence


def test_a_head_needs_labels_and_writes_nothing(tmp_path: Path) -> None:
    path = settings(tmp_path)
    with pytest.raises(UserError) as refused:
        check(load_study(path, ["metrics=[accuracy, perplexity]"]))
    assert str(refused.value) == (
        "approaches.head names a class by its head and writes nothing, so perplexity cannot be "
        "measured: remove it from metrics."
    )
    with pytest.raises(UserError) as refused:
        check(load_study(path, ["data.task=generate", "data.labels=[]", "metrics=[rouge]"]))
    assert str(refused.value) == (
        "approaches.head.tune.method is head, which names a class, but data.task is generate: set "
        "task: classify with labels, or use another method."
    )
