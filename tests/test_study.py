"""A whole study: every room, from material to report, and what is done only once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import etude
from etude.approaches.order import in_order
from etude.config import Study, load_study
from etude.errors import ChildFailed, UserError
from etude.result import Result
from etude.store import Place, read_lines
from etude.verbs import draw, score
from studies import settings, write_rows, write_study

TUNE: dict[str, Any] = {
    "method": {"name": "lora", "r": 4},
    "max_steps": 3,
    "batch_size": 4,
    "log_steps": 1,
}
APPROACHES: dict[str, Any] = {
    "zero-shot": {},
    "told": {"system": "Be brief."},
    "few-shot": {"shots": {"count": 2, "choose": "similar"}},
    "own-prompt": {"prompt": {"template": "Where is the {animal}? {dialogue}"}},
    "lora": {"tune": TUNE},
    "lora-told": {"weights": "lora", "system": "Be brief."},
    "further": {"weights": "lora", "tune": TUNE},
    "full-after": {"weights": "lora", "tune": TUNE | {"method": "full"}},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(write_study(tmp_path_factory.mktemp("study"), approaches=APPROACHES))


@pytest.fixture(scope="module")
def result(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return etude.run(study, tmp_path_factory.mktemp("runs") / "run")


def times(folder: Path) -> dict[str, int]:
    """When each approach's predictions were written."""
    return {
        path.parent.parent.name: path.stat().st_mtime_ns
        for path in folder.glob("approaches/*/seed-*/predictions.test.jsonl")
    }


@pytest.mark.slow
class TestWholeStudy:
    def test_every_approach_answers_every_example(self, result: Result) -> None:
        for name in APPROACHES:
            answers = result.answers(name)
            assert len(answers) == 12
            assert (answers["reference_logprob"] < 0).all()
            assert (answers["reference_tokens"] > 0).all()
            assert set(answers["finish"]) <= {"stop", "length"}
            assert (answers["truncated_tokens"] == 0).all()

    def test_tables_and_figures_open_in_a_notebook(self, result: Result) -> None:
        assert set(result.scores.index.get_level_values("approach")) == set(APPROACHES)
        assert {"value", "low", "high", "n"} <= set(result.scores.columns)
        assert result.costs.loc["lora", "trainable_parameters"] > 0
        assert result.costs.loc["zero-shot", "trainable_parameters"] == 0
        assert set(result.comparisons["baseline"]) == {"zero-shot"}
        assert "random-base" in set(result.findings["kind"])
        assert len(result.values) > 0
        assert result.history("lora")["dev_loss"].notna().sum() >= 2
        assert {"curves lora", "scores rouge-1", "prompt tokens"} <= set(result.figures)
        assert result.verdict in result._repr_html_()

    def test_the_context_is_what_the_approach_says(self, result: Result) -> None:
        rendered = {
            name: [row["prompt"] for row in read_lines(result.place(name).prompts)]
            for name in APPROACHES
        }
        assert all("Be brief." in prompt for prompt in rendered["told"] + rendered["lora-told"])
        assert not any("Be brief." in prompt for prompt in rendered["lora"])
        assert all(prompt.count("Sum up.") == 3 for prompt in rendered["few-shot"])
        assert all(prompt.startswith("<s>Where is the ") for prompt in rendered["own-prompt"])

    def test_what_starts_from_other_weights_goes_on_from_them(self, result: Result) -> None:
        first, further = result.history("lora"), result.history("further")
        assert further["dev_loss"][0] == pytest.approx(first["dev_loss"].dropna().iloc[-1])
        full = result.history("full-after")
        assert full["dev_loss"][0] == pytest.approx(first["dev_loss"].dropna().iloc[-1], rel=1e-5)
        assert (result.place("further").weights / "adapter_config.json").exists()
        assert (result.place("full-after").weights / "model.safetensors").exists()

    def test_context_beside_weights_applies_in_use_only(self, result: Result) -> None:
        assert not (result.folder / "approaches" / "lora-told" / "seed-13" / "weights").exists()
        assert (
            result.costs.loc["lora-told", "tune_seconds"]
            == (result.costs.loc["lora", "tune_seconds"])
        )
        assert (
            result.costs.loc["further", "tune_seconds"] > (result.costs.loc["lora", "tune_seconds"])
        )

    def test_a_finished_study_does_nothing_and_says_so(
        self, study: Study, result: Result, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = times(result.folder), result.report.stat().st_mtime_ns
        etude.run(study, result.folder)
        assert (times(result.folder), result.report.stat().st_mtime_ns) == before
        assert "Nothing to do" in capsys.readouterr().err

    def test_an_added_approach_runs_alone(self, study: Study, result: Result) -> None:
        before = times(result.folder)
        more = {**study.model_dump(exclude_unset=True)["approaches"], "one-shot": {"shots": 1}}
        wider = Study.model_validate(study.model_dump(exclude_unset=True) | {"approaches": more})
        etude.run(wider, result.folder)
        after = times(result.folder)
        assert after.keys() - before.keys() == {"one-shot"}
        assert {name: after[name] for name in before} == before
        etude.run(study, result.folder)  # taken away again: nothing is lost, nothing is done
        assert times(result.folder) == after
        assert "one-shot" not in Result(result.folder).contents["approaches"]

    def test_a_changed_metric_scores_without_a_model(
        self, study: Study, result: Result, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a child process was started only to score")

        monkeypatch.setattr("etude.study.in_child", refuse)
        changed = Study.model_validate(
            study.model_dump(exclude_unset=True) | {"metrics": ["chrf", "bleu"]}
        )
        scored = etude.run(changed, result.folder)
        assert set(scored.contents["metrics"]) == {"chrf", "bleu"}
        etude.run(study, result.folder)

    def test_edited_predictions_are_noticed(self, study: Study, result: Result) -> None:
        path = result.place("told").predictions
        written = path.read_bytes()
        path.write_bytes(written.replace(b'"finish": "length"', b'"finish": "stop"', 1))
        try:
            for look in (
                lambda: score(result.folder, [], etude.study.Display(quiet=True)),
                lambda: draw(result.folder),
                lambda: etude.run(study, result.folder),  # where there is nothing else to do
                lambda: result.answers("told"),
            ):
                with pytest.raises(UserError, match="is damaged or was edited"):
                    look()
        finally:
            path.write_bytes(written)

    def test_a_changed_setting_keeps_the_old_weights_aside(
        self, study: Study, result: Result
    ) -> None:
        settings = study.model_dump(exclude_unset=True, mode="json")
        settings["approaches"] = {
            "zero-shot": {},
            "lora": {"tune": TUNE | {"optimizer": {"name": "adamw", "learning_rate": 0.1}}},
        }
        old = (result.place("lora").weights / "adapter_model.safetensors").read_bytes()
        etude.run(Study.model_validate(settings), result.folder)
        place = Place(result.folder, "lora", 13)
        kept = place.path.with_name("seed-13.previous") / "weights" / "adapter_model.safetensors"
        assert kept.read_bytes() == old
        assert (place.weights / "adapter_model.safetensors").read_bytes() != old
        settings["approaches"]["lora"] = {"tune": TUNE}  # changed back: nothing is trained again
        etude.run(Study.model_validate(settings), result.folder)
        assert (place.weights / "adapter_model.safetensors").read_bytes() == old


@pytest.mark.slow
def test_encoder_decoder_seeds_and_classification(tmp_path: Path) -> None:
    """One study of the other shapes: T5, two training seeds, label likelihoods."""
    rows = [
        {"text": f"The {noun} was {word}.", "label": label}
        for noun in ("film", "meal", "walk", "song", "book", "game", "trip", "talk")
        for word, label in (("lovely", "good"), ("fine", "good"), ("dull", "bad"), ("awful", "bad"))
    ]
    path = tmp_path / "reviews.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    study = Study.model_validate(
        {
            "name": "reviews",
            "seeds": 2,
            "model": {"base": "random-t5"},
            "data": {
                "task": "classify",
                "labels": ["good", "bad"],
                "sources": {
                    "reviews": {
                        "kind": "jsonl",
                        "path": str(path),
                        "columns": {"input": "{text}", "label": "{label}"},
                    }
                },
                "split": {"dev": 4, "test": 8},
            },
            "approaches": {
                "zero-shot": {},
                "full": {
                    "tune": {
                        "method": "full",
                        "epochs": 20,
                        "optimizer": {"name": "adamw", "learning_rate": 3e-3},
                    }
                },
            },
            "metrics": ["accuracy", "macro-f1"],
        }
    )
    result = etude.run(study, tmp_path / "run")
    assert result.contents["approaches"]["full"]["seeds"] == [13, 14]
    assert result.contents["approaches"]["zero-shot"]["seeds"] == [13]
    for seed in (13, 14):
        answers = result.answers("full", seed)
        assert set(answers["label"]) <= {"good", "bad"}
        for _, row in answers.iterrows():
            scores = row["label_scores"]
            assert row["label"] == max(scores, key=scores.get)
            assert all(value < 0 for value in scores.values())
    assert result.history("full", 13)["loss"].dropna().iloc[-1] < 1.0
    assert not result.history("full", 13)["loss"].equals(result.history("full", 14)["loss"])


def test_an_approach_may_be_called_as_the_base() -> None:
    study = Study.model_validate(
        settings(Path("animals.jsonl"))
        | {"approaches": {"zero-shot": {}, "random-llama": {"tune": TUNE}}}
    )
    groups = [[job.approach for job in group] for group in in_order(study)]
    assert groups == [["zero-shot"], ["random-llama"]]


def crash(*_: object) -> None:
    raise ChildFailed("the process was killed")


def test_when_nothing_finishes_the_reasons_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study.model_validate(settings(write_rows(tmp_path / "animals.jsonl", 30)))
    monkeypatch.setattr("etude.study.planned", lambda *_: {"notes": []})
    monkeypatch.setattr("etude.study.in_child", crash)
    with pytest.raises(ChildFailed, match="zero-shot: the process was killed; lora: the process"):
        etude.run(study, tmp_path / "run")


@pytest.mark.slow
def test_stale_answers_are_never_reported_under_new_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The baseline crashes after a setting changed: it is named as failed, not shown as it was."""
    written = settings(write_rows(tmp_path / "animals.jsonl", 30)) | {
        "approaches": {"zero-shot": {}, "told": {"system": "Be brief."}}
    }
    folder = tmp_path / "run"
    etude.run(Study.model_validate(written), folder)
    written["approaches"]["zero-shot"] = {"prompt": {"template": "Anew: {text}"}}
    written["compare"] = {"resamples": 200, "baseline": "zero-shot"}
    with monkeypatch.context() as patched:
        patched.setattr("etude.study.planned", lambda *_: {"notes": []})
        patched.setattr("etude.study.in_child", crash)
        crashed = etude.run(Study.model_validate(written), folder)
        assert list(crashed.contents["approaches"]) == ["told"]
        assert crashed.contents["baseline"] == "told"
        failed = [item for item in crashed.contents["findings"] if item["kind"] == "failed"]
        assert failed[0]["what"] == (
            "zero-shot did not finish, so it is not in the comparison; the others are measured "
            "against told."
        )
    healed = etude.run(Study.model_validate(written), folder)
    assert list(healed.contents["approaches"]) == ["zero-shot", "told"]
    assert healed.contents["baseline"] == "zero-shot"


def test_weights_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    written = settings(write_rows(tmp_path / "animals.jsonl", 30))
    written["approaches"] = {"given": {"weights": f"{tmp_path}/nowhere"}}
    with pytest.raises(UserError) as error:
        etude.run(Study.model_validate(written), tmp_path / "run")
    assert str(error.value) == (
        "approaches.given.weights: expected a folder with an adapter or a model in safetensors, "
        f"but {tmp_path}/nowhere is not there: correct the path, or name an approach."
    )


def test_a_run_folder_in_use_is_refused(tmp_path: Path) -> None:
    from etude.store import claim

    study = Study.model_validate(settings(write_rows(tmp_path / "animals.jsonl", 30)))
    with claim(tmp_path / "run"), pytest.raises(UserError, match="is in use by another etude"):
        etude.run(study, tmp_path / "run")


def test_tuning_without_a_dev_split_is_refused(tmp_path: Path) -> None:
    written = settings(write_rows(tmp_path / "animals.jsonl", 30))
    written["data"]["split"] = {"dev": 0, "test": 6}
    with pytest.raises(UserError) as error:
        etude.run(Study.model_validate(written), tmp_path / "run")
    assert str(error.value) == (
        "approaches.lora tunes, but the dev split is empty, so its validation loss could not be "
        "measured: set data.split.dev (0.1, say)."
    )


def test_scoring_refuses_what_needs_a_model(tmp_path: Path) -> None:
    from etude.display import Display
    from etude.study import write_study as keep

    study = Study.model_validate(settings(write_rows(tmp_path / "animals.jsonl", 30)))
    keep(tmp_path, study)
    with pytest.raises(UserError) as error:
        score(tmp_path, ["generation.max_tokens=5"], Display(quiet=True))
    assert str(error.value) == (
        "etude score keeps the predictions, so generation cannot change "
        "(compare, description, dictionary, encoder, metrics, prices, published, track can): use "
        "etude run."
    )
