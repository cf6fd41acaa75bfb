"""Tokens are counted with the tokenizer alone, and as the model's own tokenizer counts them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etude.config.study import Model
from etude.engine.base import Base
from etude.engine.counting import token_counter
from etude.errors import UserError

TEXTS = ["", "Hello.", "What does the cat do? It sings.\n\nÉ já manhã.", "音楽 " * 40]


@pytest.mark.parametrize("name", ["llama_base", "t5_base"])
def test_as_the_library_of_the_model_counts(name: str, request: pytest.FixtureRequest) -> None:
    from transformers import AutoTokenizer

    base: Base = request.getfixturevalue(name)
    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    expected = [len(ids) for ids in tokenizer(TEXTS, add_special_tokens=False)["input_ids"]]
    assert token_counter(Model(base=base.name))(TEXTS) == expected
    assert token_counter(Model(base=str(base.folder)))(TEXTS) == expected


def test_what_the_file_cuts_and_fills_in_training_is_not_counted(
    llama_base: Base, tmp_path: Path
) -> None:
    written = json.loads((llama_base.folder / "tokenizer.json").read_text())
    written["truncation"] = {
        "direction": "Right",
        "max_length": 4,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    written["padding"] = {
        "strategy": {"Fixed": 9},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(written))
    whole = token_counter(Model(base=str(llama_base.folder)))(TEXTS)
    assert max(whole) > 9 > min(whole)
    assert token_counter(Model(base=str(tmp_path)))(TEXTS) == whole


def test_a_base_that_is_not_made_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path))
    with pytest.raises(UserError) as refused:
        token_counter(Model(base="random-llama"))
    assert str(refused.value) == (
        "random-llama is made at its first use (etude plan STUDY makes it)"
    )


def test_folders_without_a_tokenizer(llama_base: Base, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        token_counter(Model(base=str(tmp_path / "none")))
    assert str(refused.value) == f"there is no folder {tmp_path / 'none'}"
    shutil.copy(llama_base.folder / "config.json", tmp_path)
    with pytest.raises(UserError) as refused:
        token_counter(Model(base=str(tmp_path)))
    assert str(refused.value) == (
        f"{tmp_path} holds no tokenizer.json (etude plan STUDY shows lengths in tokens)"
    )
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(UserError, match=r"tokenizer\.json cannot be read \("):
        token_counter(Model(base=str(tmp_path)))


def test_a_hub_id_without_a_network() -> None:
    with pytest.raises(UserError) as refused:
        token_counter(Model(base="no-such-owner/no-such-model"))
    assert str(refused.value) == (
        "no-such-owner/no-such-model was not fetched before, and the hub cannot be reached"
    )
    with pytest.raises(UserError) as refused:
        token_counter(Model(base="no such model"))
    assert str(refused.value) == "'no such model' is no hub id"


def test_look_counts_tokens_without_the_libraries_of_models(
    llama_base: Base, tmp_path: Path
) -> None:
    code = (
        "import json, sys\n"
        "from etude.cli import main\n"
        "assert main(['look', 'dialogue-demo', '--quiet']) == 0\n"
        "print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & {"torch", "transformers", "datasets", "matplotlib", "peft"}
    assert "tokenizers" in loaded
    seen = json.loads((tmp_path / "runs" / "dialogue-demo" / "look.json").read_text())
    counter = token_counter(Model(base=llama_base.name))
    sample = seen["samples"][0]["references"]
    assert seen["columns"]["response"]["tokens"]["max"] >= counter(sample)[0] > 0
