"""The scripts that made etude-mini: leaks are found, steps repeat, figures are what they say."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pretraining import pack, tokenizer, train
from pretraining.batches import batches, window
from pretraining.document import Text, is_held_out
from pretraining.evaluate import bits_per_byte
from pretraining.leaks import LENGTH, Protected, texts_of
from pretraining.model import SHAPES, make_model
from pretraining.optimizer import orthogonalized
from pretraining.texts import MUSIC_ROOTS, music

WORDS = [f"word{number}" for number in range(200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer and packed tokens of a little music theory."""
    made = tmp_path_factory.mktemp("pretraining")
    texts = list(music(400, seed=1))
    tokenizer.train((text.words() for text in texts), made / "tokenizer")
    pack.pack(texts, made / "tokenizer", made / "tokens")
    return made


# Leaks


def test_thirteen_words_in_a_row_are_found_whatever_their_dress() -> None:
    protected = Protected([" ".join(WORDS[:40])])
    said = ", ".join(WORDS[20 : 20 + LENGTH]).upper()
    assert protected.found_in(f"Before, {said}!") == [1]
    assert protected.found_in(", ".join(WORDS[20 : 19 + LENGTH])) == []


def test_short_questions_are_protected_as_a_whole() -> None:
    protected = Protected(["What is the salinity of the sea?", "Yes, it is."])
    assert protected.repeated_in("A passage.\n\nWhat is the salinity of the sea\n3.5%") == [
        "what is the salinity of the sea"
    ]
    assert protected.repeated_in("Yes, it is.\nWhat is the salinity of the sea near Porto?") == []


def test_paragraphs_that_share_in_a_leak_are_left_out() -> None:
    protected = Protected([" ".join(WORDS[:20])])
    paragraphs = ["One of ours.", " ".join(WORDS[:7]), " ".join(WORDS[7:20]), "Another."]
    assert protected.without(paragraphs) == ["One of ours.", "Another."]
    assert protected.without(["nothing of it"]) == ["nothing of it"]


@given(st.lists(st.sampled_from(WORDS[:3]), max_size=60), st.integers(0, 30))
def test_no_protected_run_survives(words: list[str], cut: int) -> None:
    protected = Protected([" ".join(words)])
    kept = protected.without([" ".join(words[:cut]), "x y", " ".join(words[cut:])])
    assert protected.found_in("\n\n".join(kept)) == []


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"poem": ["line é one", "line two"], "n": 3}))
    (tmp_path / "b.jsonl").write_text('{"q": "x"}\n\n{"q": "y"}\n')
    (tmp_path / "c.csv").write_text('a,b\n"1\n2",z\n')
    (tmp_path / "d.xml").write_text("<a>hello<b>there</b></a>")
    (tmp_path / "e.txt").write_text("plain")
    assert list(texts_of(tmp_path / "a.json")) == ["line é one\nline two", "line é one", "line two"]
    assert list(texts_of(tmp_path / "b.jsonl")) == ["x", "y"]
    assert list(texts_of(tmp_path / "c.csv")) == ["a", "b", "1\n2", "z"]
    assert list(texts_of(tmp_path / "d.xml")) == ["hello", "there"]
    assert list(texts_of(tmp_path / "e.txt")) == ["plain"]


def test_the_demo_s_test_roots_are_not_learnt() -> None:
    assert not {"E", "Ab", "G#", "A", "Db", "C#"} & set(MUSIC_ROOTS)
    assert len(MUSIC_ROOTS) >= 10


# Tokens


def test_the_tokenizer_writes_every_text_back(folder: Path) -> None:
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(folder / "tokenizer")
    for text in ("F# maior, 1824:\n\n  verso", "naïve ação 🎵", "Bb and Ebb in A# minor"):
        ids = loaded(text, add_special_tokens=False).input_ids
        assert loaded.decode(ids) == text
    assert [loaded.decode(i) for i in loaded("C F# 182", add_special_tokens=False).input_ids] == [
        *("C", " F", "#", " ", "1", "8", "2")
    ]
    assert loaded("C").input_ids[0] == loaded.bos_token_id


def test_the_template_writes_what_was_trained_on(folder: Path) -> None:
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(folder / "tokenizer")
    turns = (("system", "Be short."), ("user", "C?"), ("assistant", "C, E, G"))
    messages = [{"role": role, "content": content} for role, content in turns]
    rendered = loaded.apply_chat_template(messages, tokenize=False)
    assert rendered == pack.written(Text("generated", "x", "en", turns=turns))
    asked = loaded.apply_chat_template(messages[:2], tokenize=False, add_generation_prompt=True)
    assert rendered.startswith(asked)


def test_packed_texts_are_read_back(folder: Path) -> None:
    texts = [text for text in music(400, seed=1) if not is_held_out(text)]
    for language in ("en", "pt"):
        wanted = [text.words().strip() for text in texts if text.language == language]
        found = pack.read_documents(folder / "tokens", folder / "tokenizer", "train")
        said = [text.strip().replace("\n\n", "\n") for text in found[f"music-{language}"]]
        assert said == [text.replace("\n\n", "\n") for text in wanted]


# Batches


def test_an_epoch_reads_every_window_once() -> None:
    tokens = np.arange(1001, dtype=np.uint16)
    starts = [int(window(tokens, 10, number, 3)[0]) for number in range(99)]
    assert len(set(starts)) == 99
    assert {start % 10 for start in starts} == {starts[0] % 10}
    assert starts != [int(window(tokens, 10, number, 3)[0]) for number in range(99, 198)]


def test_batches_go_on_where_they_stopped() -> None:
    parts = {name: np.arange(500, dtype=np.uint16) for name in ("a", "b")}
    settings: dict[str, Any] = {"steps": 20, "batch": 3, "length": 8, "seed": 5}
    whole = list(batches(parts, {"a": 1, "b": 2}, **settings))
    rest = list(batches(parts, {"a": 1, "b": 2}, first=13, **settings))
    assert np.array_equal(np.stack(whole[13:]), np.stack(rest))
    assert whole[0].shape == (3, 9)


# Training


@pytest.mark.parametrize("shape", [(20, 50), (50, 20), (30, 30)])
def test_orthogonalized_has_singular_values_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalized(matrix))
    assert values.min() > 0.3  # the iteration trades exactness for speed
    assert values.max() < 1.3
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert (
        torch.nn.functional.cosine_similarity(
            orthogonalized(matrix).flatten(), (left @ right).flatten(), dim=0
        )
        > 0.9
    )


def phases() -> list[train.Phase]:
    weights = {"music-en": 1.0, "music-pt": 1.0}
    return [
        train.Phase("constant", 4, 2, 16, falls=False, weights=weights),
        train.Phase("falling", 3, 1, 32, falls=True, weights=weights),
    ]


def test_training_that_was_killed_ends_with_the_same_digits(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHAPES, "tiny", (16, 2, 2, 32))
    monkeypatch.setattr(train, "SAVE_SECONDS", -1)  # after every step

    def run(place: Path) -> dict[str, torch.Tensor]:
        tokens, words = folder / "tokens", folder / "tokenizer"
        return train.weights_of(train.train(place, tokens, words, "tiny", phases(), 1e-2))

    whole = run(tmp_path / "whole")
    for dies_after in (2, 5):
        steps = iter(range(dies_after))

        def dying(*given: Any, steps: Any = steps, real: Any = train.loss_of) -> Any:
            if next(steps, None) is None:
                raise KeyboardInterrupt
            return real(*given)

        place = tmp_path / f"killed-{dies_after}"
        with monkeypatch.context() as patch:
            patch.setattr(train, "loss_of", dying)
            with pytest.raises(KeyboardInterrupt):
                run(place)
        again = run(place)
        assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_bits_per_byte_is_what_it_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all tokens equally likely, each costs log2 of the vocabulary."""
    monkeypatch.setitem(SHAPES, "tiny", (16, 1, 2, 32))
    model = make_model("tiny")
    torch.nn.init.zeros_(model.model.embed_tokens.weight)
    texts = [Text("music", "x", "en", text="The note C. " * 50)]
    held_out = {"music-en": np.array(encoded(folder, pack.written(texts[0])), dtype=np.uint16)}
    size = int(make_model("tiny").config.vocab_size)
    predicted = len(held_out["music-en"]) - 1
    wanted = predicted * math.log2(size) / len(texts[0].text.encode())
    found = bits_per_byte(model, held_out, folder / "tokenizer", windows=None)
    assert found["music-en"] == pytest.approx(wanted, rel=1e-3)


def encoded(folder: Path, text: str) -> list[int]:
    from tokenizers import Tokenizer

    file = str(folder / "tokenizer" / "tokenizer.json")
    ids: list[int] = Tokenizer.from_file(file).encode(text, add_special_tokens=False).ids
    return ids
