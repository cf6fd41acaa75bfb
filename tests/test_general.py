"""General text: which passages, what a model makes of them, and that it is measured once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, trainers
from tokenizers import models as tokenizer_models
from transformers import PreTrainedTokenizerFast

import etude
from etude import views
from etude.approaches.general import (
    TEXTS,
    divided,
    general_path,
    measured,
    passages,
    score,
)
from etude.approaches.keys import untuned_key
from etude.approaches.order import Job
from etude.checks import check
from etude.config import Study, load_study
from etude.config.study import Model
from etude.engine.base import Base
from etude.engine.load import Loaded, load, load_speaker
from etude.engine.writable import unwritable
from etude.errors import UserError
from etude.records import Example, Message
from etude.report.page import page
from etude.result import Result
from etude.store import read_json
from report_material import make_report
from studies import settings, write_rows, write_study

PARAGRAPH = "one two three four five six seven eight nine ten " * 3
LORA = {"method": {"name": "lora", "r": 4}, "max_steps": 3, "batch_size": 4, "log_steps": 1}


def study(folder: Path, **changes: Any) -> Study:
    return Study.model_validate(settings(write_rows(folder / "animals.jsonl", 60), **changes))


# Which passages


def test_the_packages_text_is_english_and_portuguese(tmp_path: Path) -> None:
    found = passages(study(tmp_path))
    assert len(found) == 24
    assert sorted(path.name for path in TEXTS.iterdir()) == ["general.en.txt", "general.pt.txt"]
    assert len(set(found)) == 24


def test_passages_are_taken_evenly_from_all_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        parts = [f"{name}{number} {PARAGRAPH}" for number in range(10)]
        (tmp_path / f"{name}.txt").write_text("A heading\n\n" + "\n\n".join(parts))
    asked = {"text": str(tmp_path), "passages": 4}
    found = passages(study(tmp_path, forgetting=asked))
    assert [text.split()[0] for text in found] == ["a0", "a5", "b0", "b5"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "text.txt",
            None,
            "forgetting.text: expected a text file or a folder of .txt files, but {} is not there: "
            "correct the path, or leave it out to use the package's own text.",
        ),
        (
            "text.txt",
            b"Too short.",
            "forgetting.text: {} holds no paragraph of 20 words or more: name a text in paragraphs "
            "with blank lines between them, or leave it out.",
        ),
        (
            "text.txt",
            "Não".encode("latin-1"),
            "forgetting.text: {} is no UTF-8 text (invalid continuation byte at byte 1): write it "
            "in UTF-8.",
        ),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_at_once(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as error:
        check(study(tmp_path, forgetting={"text": str(path)}))
    assert str(error.value) == message.format(path)


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"is a folder without \.txt files"):
        check(study(tmp_path, forgetting={"text": str(tmp_path / "empty")}))


def test_a_relative_path_begins_at_the_study(tmp_path: Path) -> None:
    found = load_study(write_study(tmp_path, forgetting={"text": "mine.txt"}))
    assert found.forgetting.text == str(tmp_path / "mine.txt")


# What is compared with what


def test_each_tuning_is_compared_with_what_it_started_from(
    tmp_path: Path, llama_base: Base
) -> None:
    tune = {"tune": LORA}
    asked = study(
        tmp_path,
        approaches={"zero": {}, "a": tune, "a-told": {"weights": "a", "system": "Be brief."}}
        | {"b": {"weights": "a", **tune}},
    )
    of = {name: measured(asked, Job(name, 13), llama_base, "data") for name in asked.approaches}
    assert of["zero"] is None
    assert of["a"] is not None
    assert of["b"] is not None
    assert of["a-told"] == of["a"]
    assert (of["a"].start, of["b"].start) == ("random-llama", "a")
    assert of["a"].before == untuned_key(asked, "zero", llama_base)
    assert of["b"].before == of["a"].after
    nothing = asked.model_copy(
        update={"forgetting": asked.forgetting.model_copy(update={"passages": 0})}
    )
    assert measured(nothing, Job("a", 13), llama_base, "data") is None


# What a model makes of them


def reference(loaded: Loaded, text: str) -> float:
    """The textbook way: one forward pass with labels, the loss times the tokens."""
    asked, answer = divided(loaded, text, 64)
    if loaded.speaker.encoder_decoder:
        ids, labels = asked, answer
    else:
        ids, labels = [*asked, *answer], [-100] * len(asked) + answer
    with torch.no_grad():
        out = loaded.model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels]))
    return -float(out.loss) * len(answer)


@pytest.mark.parametrize("name", ["random-llama", "random-t5"])
def test_scores_are_those_of_a_forward_pass(
    name: str, llama_base: Base, t5_base: Base, tmp_path: Path
) -> None:
    base = {"random-llama": llama_base, "random-t5": t5_base}[name]
    loaded = load(base, Model(base=name, device="cpu"), "fp32")
    texts = passages(study(tmp_path))[:3]
    for text, row in zip(texts, score(loaded, texts, 64), strict=True):
        assert row["language"] == "en"
        assert row["tokens"] == len(divided(loaded, text, 64)[1]) > 20
        assert row["logprob"] == pytest.approx(reference(loaded, text), rel=1e-4)


# Characters that cannot be written


def answer(text: str) -> Example:
    return Example(text, "t", (Message("user", "?"),), (text,))


UNKNOWN = "<unk>"


def letters(folder: Path) -> PreTrainedTokenizerFast:
    """A tokenizer of small letters alone, in pieces as SentencePiece makes them."""
    made = Tokenizer(tokenizer_models.BPE(unk_token=UNKNOWN))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    alphabet = [*"abcdefghijklmnopqrstuvwxyzé.", "▁"]
    made.train_from_iterator(
        [], trainers.BpeTrainer(special_tokens=[UNKNOWN], initial_alphabet=alphabet)
    )
    made.save(str(folder / "tokenizer.json"))
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), unk_token=UNKNOWN)


def test_characters_that_a_tokenizer_loses(llama_base: Base, tmp_path: Path) -> None:
    train, test = [answer("two\nlines {x}"), answer("plain e\u0301.")], [answer("one\nmore …")]
    speaker = load_speaker(llama_base, Model(base="random-llama"))
    assert unwritable(speaker, [train, test]) == {"characters": {}, "answers": 0, "of": 3}
    speaker = replace(speaker, tokenizer=letters(tmp_path))
    assert unwritable(speaker, [train, test]) == {
        # The ellipsis comes back as three full stops; an accent of its own as that of é.
        "characters": {"\n": 2, "{": 1, "}": 1, "…": 1},
        "answers": 2,
        "of": 3,
    }


# In a study


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("general")
    told = {"weights": "lora", "system": "Be brief."}
    path = write_study(
        folder, approaches={"zero-shot": {}, "lora": {"tune": LORA}, "lora-told": told}
    )
    return etude.run(load_study(path), folder / "run")


@pytest.mark.long
class TestStudy:
    def test_both_are_measured_and_told(self, result: Result) -> None:
        assert len(list((result.folder / "general").iterdir())) == 2
        (row,) = result.contents["forgetting"]
        assert (row["approach"], row["start"]) == ("lora", "random-llama")
        assert [item["language"] for item in row["changes"]] == ["all", "en", "pt"]
        whole = row["changes"][0]
        assert whole["ratio"] == pytest.approx(whole["after"] / whole["before"])
        assert whole["low"] < whole["ratio"] < whole["high"]
        assert list(result.forgetting["ratio"]) == [item["ratio"] for item in row["changes"]]
        text = result.report.read_text(encoding="utf-8")
        assert "General text before and after tuning" in text
        assert f"{whole['after']:.4g}" in text

    def test_a_terminal_shows_it_and_the_evidence_of_findings(
        self, result: Result, capsys: pytest.CaptureFixture[str]
    ) -> None:
        views.report(result.contents)
        shown = capsys.readouterr().out
        assert re.search(r"perplexity +after +general text +English +Portuguese", shown)
        for finding in result.contents["findings"]:
            assert f"{finding['level']}: {finding['what']}" in shown
            assert f"{finding['evidence']} ({finding['sure']}) {finding['advice']}" in shown

    def test_weights_that_are_asked_in_another_way_are_named(self, result: Result) -> None:
        found = result.findings[result.findings["kind"] == "template-drift"]
        assert list(found["approach"]) == ["lora-told"]
        assert list(found["level"]) == ["note"]
        assert "System prompt: none in training, 'Be brief.' in use" in found["evidence"].iloc[0]

    def test_another_text_is_measured_without_training_again(
        self, result: Result, tmp_path: Path
    ) -> None:
        (tmp_path / "mine.txt").write_text("\n\n".join(f"{n} {PARAGRAPH}" for n in range(9)))
        asked = load_study(
            result.folder / "study.yaml", [f"forgetting.text={tmp_path / 'mine.txt'}"]
        )
        weights = result.place("lora").weights / "etude.json"
        before = weights.stat().st_mtime_ns
        again = etude.run(asked, result.folder)
        assert weights.stat().st_mtime_ns == before
        assert again.contents["forgetting"][0]["files"] == ["mine.txt"]
        assert len(list((result.folder / "general").iterdir())) == 4

    def test_a_base_that_nobody_asks_is_measured_too(self, tmp_path: Path) -> None:
        path = write_study(tmp_path, approaches={"lora": {"tune": LORA}})
        asked = load_study(path, ["forgetting.passages=2"])
        found = etude.run(asked, tmp_path / "run")
        (row,) = found.contents["forgetting"]
        assert row["changes"][0]["low"] is None  # two passages give no interval
        files = sorted((found.folder / "general").iterdir())
        base = Base(
            "random-llama", tmp_path, read_json(found.place("lora").manifest)["base"]["digest"]
        )
        key = untuned_key(asked, "lora", base)
        assert general_path(asked, found.folder, key) in files
        assert [len(json.loads(file.read_text())["passages"]) for file in files] == [2, 2]

    @pytest.mark.long
    def test_too_much_of_one_thing_is_forgetting_and_a_little_is_not(self, tmp_path: Path) -> None:
        """etude-mini, tuned on sixty sentences of one form."""
        rate: dict[str, Any] = {"name": "adamw"}
        approaches = {
            name: {"tune": LORA | {"max_steps": 40, "optimizer": rate | {"learning_rate": value}}}
            for name, value in (("hard", 2e-2), ("soft", 1e-5))
        }
        path = write_study(
            tmp_path, approaches={"zero-shot": {}, **approaches}, model={"base": "etude-mini"}
        )
        found = etude.run(load_study(path), tmp_path / "run").findings
        told = found[found["kind"] == "forgetting"]
        assert list(told["approach"]) == ["hard"]


def test_a_report_without_it_has_no_such_section() -> None:
    assert 'id="forgetting"' not in page(make_report(), [])
