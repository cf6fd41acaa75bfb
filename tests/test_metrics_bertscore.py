"""BERTScore against its authors' package, on a small BERT made here; vectors kept on disk."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etude.config import Study
from etude.engine.base import find_base
from etude.engine.embed import embed
from etude.engine.encoders import place_of
from etude.errors import UserError
from etude.measuring import encode, means_for
from etude.metrics import METRICS, Means, total
from etude.metrics.encoded import read_baseline
from etude.progress import silent
from metrics_helper import records

LAYER = 2
ANSWERS = ["the cat sat on the mat", "a dog", "", "home and far away the cat", "the mat the mat"]
REFERENCES = [
    ("a cat sat on a mat", "the cat"),
    ("the dog",),
    ("the cat",),
    ("far home away",),
    ("dog", ""),
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of random weights, and a tokenizer that knows a few words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    folder = tmp_path_factory.mktemp("bert")
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    words = ("the", "a", "cat", "dog", "sat", "on", "mat", "home", "and", "far", "away")
    vocabulary = {name: number for number, name in enumerate((*marks.values(), *words))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=marks["unk_token"]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **marks,
        model_max_length=32,
    ).save_pretrained(folder)
    set_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder in this process, which spares seconds of imports."""
    monkeypatch.setattr(
        "etude.measuring.in_child", lambda task, log, progress: embed(task, progress)
    )


def study(bert: Path, **encoder: Any) -> Study:
    return Study.model_validate(
        {
            "name": "s",
            "model": {"base": "random-llama", "device": "cpu"},
            "data": {"sources": {"x": {"kind": "jsonl", "path": "none.jsonl"}}},
            "approaches": {"a": {}},
            "metrics": ["bertscore", "cosine-embedding"],
            "encoder": {"base": str(bert), "layer": LAYER, **encoder},
        }
    )


def means(bert: Path, run: Path, **encoder: Any) -> Means:
    run.mkdir(exist_ok=True)
    examples, answers = records(list(zip(ANSWERS, REFERENCES, strict=True)))
    return means_for(study(bert, **encoder), run, examples, {"a": {1: answers}}, silent)


def ours(bert: Path, run: Path, **encoder: Any) -> dict[str, list[float]]:
    examples, answers = records(list(zip(ANSWERS, REFERENCES, strict=True)))
    shared = means(bert, run, **encoder)
    found = {}
    for name in ("precision", "recall", "f1"):
        values = METRICS[f"bertscore-{name}"].measure(examples, answers, "en", shared).values
        assert values is not None
        found[name] = values.tolist()
    return found


def theirs(
    bert: Path, *, idf: bool = False, baseline: Path | None = None, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[float]]:
    import bert_score.utils
    from bert_score import score
    from transformers import PreTrainedTokenizerFast

    def special(tokenizer: Any, ids: list[int]) -> list[int]:
        return [2, *ids, 3]

    warnings.filterwarnings("ignore", "The given NumPy array is not writable")  # its baselines
    # bert-score asks an empty text of a method that transformers 5 no longer has, and counts
    # document frequencies in processes of its own.
    monkeypatch.setattr(
        PreTrainedTokenizerFast, "build_inputs_with_special_tokens", special, raising=False
    )
    counted = bert_score.utils.get_idf_dict
    monkeypatch.setitem(
        score.__globals__, "get_idf_dict", lambda refs, tok, nthreads: counted(refs, tok, 0)
    )
    parts = score(
        ANSWERS,
        [list(refs) for refs in REFERENCES],
        model_type=str(bert),
        num_layers=LAYER,
        idf=idf,
        device="cpu",
        batch_size=64,
        lang="en",
        rescale_with_baseline=baseline is not None,
        baseline_path=None if baseline is None else str(baseline),
    )
    return dict(zip(("precision", "recall", "f1"), (part.tolist() for part in parts), strict=True))


@pytest.mark.parametrize("idf", [False, True])
def test_equals_the_authors_package(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, idf: bool
) -> None:
    found = ours(bert, tmp_path / "run", idf=idf)
    expected = theirs(bert, idf=idf, monkeypatch=monkeypatch)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=2e-6)
    assert 0 < min(value for value in found["f1"] if value) < max(found["f1"]) < 1
    assert found["f1"][2] == 0  # nothing was answered


def test_rescaling_equals_the_authors_package(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "baseline.tsv"
    file.write_text("LAYER,P,R,F\n0,.1,.1,.1\n1,.2,.2,.2\n2,.3,.35,.4\n3,.5,.5,.5\n")
    found = ours(bert, tmp_path / "run", baseline=str(file))
    expected = theirs(bert, baseline=file, monkeypatch=monkeypatch)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=5e-6)


def test_a_child_finds_the_same(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from etude.child import in_child

    once = ours(bert, tmp_path / "here")
    monkeypatch.setattr("etude.measuring.in_child", in_child)
    assert ours(bert, tmp_path / "child") == once


def test_the_signature_names_encoder_layer_and_weights(bert: Path, tmp_path: Path) -> None:
    shared = means(bert, tmp_path / "run", idf=True)
    digest = find_base(str(bert)).digest[:12]
    assert METRICS["bertscore-f1"].signature("en", (), shared) == (
        f"BERTScore F1, encoder {bert} ({digest}), layer 2 of 3, idf of the references, not "
        "rescaled, best of references"
    )
    assert "the study's encoder" in METRICS["bertscore-f1"].signature("en")


def test_vectors_are_kept_by_content_and_made_once(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ours(bert, tmp_path, batch_size=2)
    place = place_of(find_base(str(bert)), LAYER, tmp_path).folder
    pieces = {path: path.read_bytes() for path in place.glob("*.safetensors")}
    assert pieces
    assert json.loads((place / "encoder.json").read_text())["special"] == [0, 2, 3]

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is new")

    with monkeypatch.context() as patch:
        patch.setattr("etude.measuring.in_child", refuse)
        assert ours(bert, tmp_path) == first
    asked = study(bert).encoder
    assert asked is not None
    encode(study(bert), asked, tmp_path, ["the cat", "a new dog"], silent)
    added = set(place.glob("*.safetensors")) - set(pieces)
    assert len(added) == 1
    assert {path: path.read_bytes() for path in pieces} == pieces


def test_embedding_cosine_equals_torch_one_text_at_a_time(bert: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(bert), AutoModel.from_pretrained(bert).eval()

    def mean(text: str) -> torch.Tensor:
        with torch.inference_mode():
            states = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True)
        return states.hidden_states[LAYER][0, 1:-1].mean(dim=0)

    examples, answers = records(list(zip(ANSWERS, REFERENCES, strict=True)))
    found = METRICS["cosine-embedding"].measure(
        examples, answers, "en", means(bert, tmp_path / "run")
    )
    assert found.values is not None
    for row in (0, 1, 3):
        every = [
            torch.cosine_similarity(mean(ANSWERS[row]), mean(text), dim=0).item()
            for text in REFERENCES[row]
        ]
        assert found.values[row] == pytest.approx(max(every), abs=1e-5)
    assert found.values[2] == 0


def test_a_decoder_can_encode(tmp_path: Path) -> None:
    """The shipped model, which works offline; a text is nearest to itself."""
    shared = means(Path("etude-mini"), tmp_path / "run", layer="auto")
    assert shared.encoded is not None
    assert (shared.encoded.about.layer, shared.encoded.about.layers) == (4, 6)
    same = [(text, (text,)) for text in ("the cat sat on the mat", "a dog")]
    examples, answers = records(same)
    asked = study(Path("etude-mini"), layer="auto")
    shared = means_for(asked, tmp_path, examples, {"a": {1: answers}}, silent)
    for name in ("bertscore-f1", "cosine-embedding"):
        measured = METRICS[name].measure(examples, answers, "en", shared)
        assert total(measured) == pytest.approx(1, abs=1e-5)


def test_what_an_encoder_cannot_be(bert: Path, tmp_path: Path) -> None:
    base = find_base(str(bert))
    with pytest.raises(UserError) as error:
        place_of(base, 7, tmp_path)
    assert str(error.value) == (
        f"encoder.layer is 7, but {bert} has 3 layers: choose one of 0 to 3."
    )
    with pytest.raises(UserError) as error:
        means(tmp_path / "nowhere", tmp_path / "run")
    assert str(error.value).startswith(f"encoder.base: there is no folder {tmp_path / 'nowhere'}")
    with pytest.raises(UserError) as error:
        means(Path("random-llama"), tmp_path / "run")
    assert str(error.value) == (
        "encoder.base random-llama has random weights, so its vectors say nothing of meaning: use "
        "another encoder."
    )


def test_without_an_encoder_the_way_to_one_is_said() -> None:
    examples, answers = records([("a", ("a",))])
    with pytest.raises(UserError) as error:
        METRICS["bertscore-f1"].measure(examples, answers, "en")
    assert str(error.value) == (
        "bertscore compares the vectors of an encoder, and the study names none: add encoder: "
        "{base: bert-base-multilingual-cased} (a hub id, or a folder with the model), or remove "
        "bertscore from metrics."
    )


def test_a_baseline_file_is_read_by_layer(tmp_path: Path) -> None:
    file = tmp_path / "b.tsv"
    file.write_text("LAYER,P,R,F\n1,.1,.2,.3\n")
    assert read_baseline(str(file), 1) == (0.1, 0.2, 0.3)
    with pytest.raises(UserError) as error:
        read_baseline(str(file), 9)
    assert str(error.value) == (
        f"encoder.baseline: {file} has no row for layer 9, only for 1: choose one of them as "
        "encoder.layer."
    )
    file.write_text("nothing\nof this, kind\n")
    with pytest.raises(UserError) as error:
        read_baseline(str(file), 1)
    assert "LAYER,P,R,F and a number in each cell." in str(error.value)
