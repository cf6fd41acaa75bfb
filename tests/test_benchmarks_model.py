"""Our engine under lm-evaluation-harness gives the numbers of the harness's own `hf` model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("lm_eval", reason="lm-eval is not installed: the extra `benchmarks`")

from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from etude.benchmarks.model import EtudeLM
from etude.config.study import Model
from etude.engine.base import Base
from etude.engine.load import Loaded, load
from etude.errors import UserError
from models import save_llama, save_t5

CONTEXTS = (
    "Where is the station?",
    "Ana asks Rui whether he will come to the concert",
    "Please write a short summary of what was said ",
    "",
    "The quick brown fox",
)
ENDINGS = (" It is behind the old church.", " yes", "no", " on Sunday evening")
TEXTS = ("The quick brown fox jumps over the lazy dog. " * 30, "Where is it?", "x")


def requests(kind: str, rows: list[tuple[Any, ...]]) -> list[Instance]:
    return [Instance(kind, {}, row, number) for number, row in enumerate(rows)]


def pairs() -> list[tuple[str, str]]:
    return [(context, ending) for context in CONTEXTS for ending in ENDINGS]


@pytest.fixture(scope="module", params=["llama", "llama that begins", "t5"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same model twice: ours, and the harness's."""
    folder = tmp_path_factory.mktemp("model")
    if request.param == "t5":
        save_t5(folder)
    else:
        save_llama(folder, begins=request.param != "llama", context=128)
    return loaded_from(folder), harness(folder)


def loaded_from(folder: Path) -> Loaded:
    base = Base(str(folder), folder, "digest")
    return load(base, Model(base=str(folder), device="cpu"), "fp32")


def harness(folder: Path) -> Any:
    backend = "seq2seq" if "T5" in (folder / "config.json").read_text() else "causal"
    return HFLM(
        pretrained=str(folder), device="cpu", batch_size=3, dtype="float32", backend=backend
    )


def test_likelihoods_and_greediness(both: tuple[Loaded, Any]) -> None:
    ours, theirs = EtudeLM(both[0]), both[1]
    asked = requests("loglikelihood", pairs())
    found, expected = ours.loglikelihood(asked), theirs.loglikelihood(asked, disable_tqdm=True)
    assert [score for score, _ in found] == pytest.approx(
        [score for score, _ in expected], abs=1e-3
    )
    assert [greedy for _, greedy in found] == [greedy for _, greedy in expected]


def test_what_the_model_writes_is_greedy(both: tuple[Loaded, Any]) -> None:
    ours, theirs = EtudeLM(both[0]), both[1]
    context = "The quick brown fox"
    (said,) = ours.generate_until(
        requests("generate_until", [(context, {"until": [], "max_gen_toks": 2})])
    )
    asked = requests("loglikelihood", [(context, said)])
    assert ours.loglikelihood(asked)[0][1] == theirs.loglikelihood(asked, disable_tqdm=True)[0][1]


def test_whole_texts_in_windows(both: tuple[Loaded, Any]) -> None:
    ours, theirs = EtudeLM(both[0]), both[1]
    theirs._max_length = ours.max_length
    asked = requests("loglikelihood_rolling", [(text,) for text in TEXTS])
    found = ours.loglikelihood_rolling(asked)
    assert found == pytest.approx(theirs.loglikelihood_rolling(asked, disable_tqdm=True), rel=1e-4)


def test_written_answers(both: tuple[Loaded, Any]) -> None:
    ours, theirs = EtudeLM(both[0]), both[1]
    settings = {"until": ["e", "\n\n"], "max_gen_toks": 12, "do_sample": False}
    asked = requests("generate_until", [(text, settings) for text in CONTEXTS if text])
    found = ours.generate_until(asked)
    # One by one: the harness pads on the left, which shifts a model without positions in its mask.
    expected = [theirs.generate_until([item], disable_tqdm=True)[0] for item in asked]
    if (
        ours.backend == "seq2seq"
    ):  # the harness lets these write as much more as their prompt is long
        expected = [text[: len(said)] for text, said in zip(expected, found, strict=True)]
    assert found == expected
    assert any(found)
    assert not any("e" in text for text in found)


def test_an_end_stops_the_writing(
    both: tuple[Loaded, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written after the end that a task names, where the model is read step by step."""
    from etude.benchmarks import model

    counts: list[int] = []
    write = model.write

    def counted(*given: Any) -> list[list[int]]:
        rows = write(*given)
        counts.extend(map(len, rows))
        return rows

    monkeypatch.setattr(model, "write", counted)
    ours = EtudeLM(both[0])
    (whole,) = ours.generate_until(
        requests("generate_until", [(CONTEXTS[1], {"until": [], "max_gen_toks": 30})])
    )
    end = whole[0]
    ours.generate_until(
        requests("generate_until", [(CONTEXTS[1], {"until": [end], "max_gen_toks": 30})])
    )
    assert counts[1] < counts[0] == 30


def test_what_is_too_long_loses_its_beginning_and_that_is_noted(
    both: tuple[Loaded, Any],
) -> None:
    ours, theirs = EtudeLM(both[0]), both[1]
    if ours.backend == "seq2seq":
        return  # a T5 of relative positions has no limit
    asked = requests("loglikelihood", [(TEXTS[0], " dog")])
    found = ours.loglikelihood(asked)
    theirs._max_length = ours.max_length
    assert found[0][0] == pytest.approx(
        theirs.loglikelihood(asked, disable_tqdm=True)[0][0], abs=1e-3
    )
    assert ours.notes == [
        "1 of 1 texts were longer than the model's context of 128 tokens and lost their beginning."
    ]


def test_settings_that_are_not_used_are_noted(both: tuple[Loaded, Any]) -> None:
    ours = EtudeLM(both[0])
    ours.generate_until(
        requests("generate_until", [("a", {"until": [], "max_gen_toks": 2, "top_k": 5})])
    )
    assert ours.notes == ["generation_kwargs.top_k = 5 of the task was not used."]


def test_an_answer_as_long_as_the_context_is_cut(both: tuple[Loaded, Any]) -> None:
    ours = EtudeLM(both[0])
    if ours.backend == "seq2seq":
        return  # its decoder has no limit
    settings = {"until": ["e"], "max_gen_toks": 1024}
    ours.generate_until(requests("generate_until", [("Where is", settings)]))
    assert ours.notes == ["Answers were cut at 64 tokens: the context is 128."]


def test_the_models_own_markup_for_chats(both: tuple[Loaded, Any]) -> None:
    ours = EtudeLM(both[0])
    text = ours.apply_chat_template([{"role": "user", "content": "Where is it?"}])
    assert text.replace("<s>", "") == "Where is it?\n\n"


def test_a_head_is_refused(both: tuple[Loaded, Any]) -> None:
    from dataclasses import replace

    with pytest.raises(UserError) as refused:
        EtudeLM(replace(both[0], labels=("a", "b")))
    assert str(refused.value) == (
        "A model with a classification head names a class and writes nothing, so it cannot be put "
        "to a benchmark: benchmark an approach that writes."
    )


def test_virtual_tokens_take_the_plain_path_and_count(tmp_path: Path) -> None:
    """Prompt tuning: the same likelihoods as PEFT's own forward pass gives."""
    from peft import PromptTuningConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    save_llama(tmp_path, context=128)
    bare = loaded_from(tmp_path)
    torch.manual_seed(3)
    network = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tmp_path),
        PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
    ).eval()
    from dataclasses import replace

    ours = EtudeLM(replace(bare, model=network))
    (found,) = ours.loglikelihood(requests("loglikelihood", [pairs()[0]]))
    context, answer = ours._encode_pair(*pairs()[0])
    ids = torch.tensor([context + answer])
    with torch.no_grad():
        scores = network(input_ids=ids).logits[0, -len(answer) - 1 : -1].log_softmax(-1)
    expected = scores.gather(1, torch.tensor(answer)[:, None]).sum().item()
    assert found[0] == pytest.approx(expected, abs=1e-3)
    plain, _ = EtudeLM(bare).loglikelihood(requests("loglikelihood", [pairs()[0]]))[0]
    assert found[0] != pytest.approx(plain, abs=1e-3)
