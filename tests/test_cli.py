"""The command line as scripts use it: shapes, what is printed where, exit codes, help."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import etude.study
from etude.cli import VERBS, main
from etude.config import recipes
from etude.errors import ChildFailed
from etude.progress import Progress
from etude.worker import TASKS
from studies import settings, write_rows

METRICS = ["rouge-1", "rouge-2", "rouge-l", "rouge-lsum", "perplexity"]
COSTS = {
    "tune_seconds",
    "predict_seconds",
    "peak_memory_mb",
    "trainable_parameters",
    "bytes_on_disk",
    "prompt_tokens",
    "answer_tokens",
}


def write_study(folder: Path) -> Path:
    """24 rows (one of them empty, one twice), a zero-shot and a LoRA approach."""
    material = write_rows(folder / "animals.jsonl", 24)
    rows = material.read_text().splitlines()
    empty = json.dumps(json.loads(rows[0]) | {"dialogue": "", "summary": "", "other": ""})
    material.write_text("\n".join([*rows, empty, rows[1].replace("row-1", "again")]) + "\n")
    study = settings(material, generation={"max_tokens": 8, "batch_size": 4})
    study["data"]["split"] = {"dev": 4, "test": 6}
    study["approaches"]["lora"]["tune"] = {"method": "lora", "max_steps": 2, "batch_size": 4}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study.yaml and its finished run, runs/small. Not to be changed.

    What would run in child processes runs in this one, so that torch is imported once;
    test_study.py and test_kills.py start real ones.
    """

    def in_this_process(task: dict[str, Any], _: Path, progress: Progress) -> None:
        TASKS[task["do"]](task, progress)

    folder = tmp_path_factory.mktemp("finished")
    write_study(folder)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        assert main(["run", "seeds=1", "study.yaml", "--quiet"]) == 0
    assert out.getvalue() == "runs/small/report.html\n"
    return folder


@pytest.fixture
def here(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished folder, as the current one. (The material stays where it was.)"""
    folder = tmp_path / "here"
    shutil.copytree(finished, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def no_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may start a model."""

    def refuse(*_: Any) -> None:
        raise AssertionError("a child process was started")

    monkeypatch.setattr(etude.study, "in_child", refuse)


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def one_object(out: str) -> dict[str, Any]:
    """Standard output that is one JSON object and nothing else."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert out.count("\n") == 1
    found: dict[str, Any] = json.loads(out, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


@pytest.mark.usefixtures("here", "no_children")
class TestRun:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("study.yaml", "--folder", "runs/small", "seed=13"),
            ("seed=13", "study.yaml", "--folder", "runs/small"),
            ("--folder=runs/small", "seed=13", "study.yaml"),
            ("--folder", "runs/small", "study.yaml", "seed=13", "metrics=[rouge,perplexity]"),
            ("study.yaml",),
            ("./study.yaml", "--quiet"),
        ],
    )
    def test_arguments_stand_in_any_order(
        self, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, _ = spoken(capsys, "run", *arguments)
        assert code == 0
        assert out.splitlines()[-1] == "runs/small/report.html"
        assert Path("runs/small/report.html").exists()

    def test_a_finished_study_is_left_alone_and_says_so(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = Path("runs/small/report.json").read_bytes()
        code, out, err = spoken(capsys, "run", "study.yaml")
        assert code == 0
        assert "Nothing to do: runs/small is complete and as the study asks." in err
        assert Path("runs/small/report.json").read_bytes() == before
        for word in ("zero-shot", "lora", "rouge-1", "perplexity"):
            assert word in out

    def test_quiet_prints_the_path_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert spoken(capsys, "run", "study.yaml", "--quiet") == (0, "runs/small/report.html\n", "")

    def test_json_is_the_report(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = spoken(capsys, "run", "study.yaml", "--json")
        assert code == 0
        assert err == ""
        report = one_object(out)
        assert report.pop("path") == "runs/small/report.html"
        assert report == json.loads(Path("runs/small/report.json").read_text())

    def test_report_json_has_its_shape(self) -> None:
        report = json.loads(Path("runs/small/report.json").read_text())
        assert list(report["approaches"]) == ["zero-shot", "lora"]
        for approach in report["approaches"].values():
            assert list(approach["metrics"]) == METRICS
            for score in approach["metrics"].values():
                assert set(score) == {"value", "low", "high", "n"}
                assert score["n"] == 6
                assert score["low"] <= score["value"] <= score["high"]
            assert all(isinstance(approach["cost"][name], int | float) for name in COSTS)
        tuned, untuned = (report["approaches"][name]["cost"] for name in ("lora", "zero-shot"))
        assert untuned["trainable_parameters"] == untuned["bytes_on_disk"] == 0
        assert tuned["trainable_parameters"] > 0
        assert tuned["bytes_on_disk"] > 0
        assert tuned["tune_seconds"] > 0
        assert {(row["approach"], row["metric"]) for row in report["comparisons"]} == {
            ("lora", metric) for metric in METRICS
        }
        assert all({"difference", "low", "high", "n"} <= set(row) for row in report["comparisons"])
        assert report["verdict"].endswith(".")
        assert {"kind", "level", "what", "evidence", "sure", "advice", "approach"} == set(
            report["findings"][0]
        )

    def test_an_approach_that_fails_ends_in_code_1_with_a_report_of_the_others(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(task: dict[str, Any], *_: Any) -> None:
            if task["do"] == "try":
                raise ChildFailed("the process ended with code 7 without a word")
            plan = Path(task["folder"], "plan.json")
            plan.write_text(json.dumps(json.loads(plan.read_text()) | {"notes": []}))

        monkeypatch.setattr(etude.study, "in_child", failing)
        code, out, err = spoken(capsys, "run", "study.yaml", "approaches.more={shots: 1}")
        assert code == 1
        assert "more: the process ended with code 7 without a word" in err
        assert out.splitlines()[-1] == "runs/small/report.html"
        report = json.loads(Path("runs/small/report.json").read_text())
        assert list(report["approaches"]) == ["zero-shot", "lora"]
        assert [item["approach"] for item in report["findings"] if item["kind"] == "failed"] == [
            "more"
        ]


@pytest.mark.usefixtures("here", "no_children")
class TestScoreAndReport:
    def test_score_needs_no_model(self, capsys: pytest.CaptureFixture[str]) -> None:
        changes = ("metrics=[bleu]", "compare.baseline=lora")
        code, out, _ = spoken(capsys, "score", changes[0], "runs/small", changes[1])
        assert code == 0
        assert out.splitlines()[-1] == "runs/small/report.html"
        report = json.loads(Path("runs/small/report.json").read_text())
        assert list(report["metrics"]) == ["bleu"]
        assert report["baseline"] == "lora"

    def test_score_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = spoken(capsys, "score", "runs/small", "--json", "metrics=[chrf]")
        assert (code, err) == (0, "")
        assert list(one_object(out)["metrics"]) == ["chrf"]

    def test_score_changes_no_prediction(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert spoken(capsys, "score", "runs/small", "generation.max_tokens=9") == (
            2,
            "",
            "etude: etude score keeps the predictions, so generation cannot change (compare, "
            "description, dictionary, encoder, metrics, prices, published, track can): use etude "
            "run.\n",
        )

    def test_report_draws_the_same_page_again(self, capsys: pytest.CaptureFixture[str]) -> None:
        page = Path("runs/small/report.html")
        before = page.read_bytes()
        page.unlink()
        code, out, err = spoken(capsys, "report", "runs/small")
        assert (code, out, err) == (0, "runs/small/report.html\n", "")
        assert page.read_bytes() == before

    @pytest.mark.parametrize("verb", ["score", "report"])
    def test_a_folder_that_is_no_run(self, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert spoken(capsys, verb, "nowhere") == (
            2,
            "",
            "etude: nowhere is no run folder (it holds no study.yaml): name one that `etude run` "
            "made.\n",
        )


@pytest.mark.usefixtures("here", "no_children")
class TestLookAndPlan:
    def test_look(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, "look", "study.yaml")
        assert code == 0
        assert out.splitlines()[-1] == "runs/small/look.html"
        assert Path("runs/small/look.html").exists()
        for said in (
            "14 rows to learn from, 4 for validation and 6 for the scores; 2 left out.",
            "The instruction is always: Sum up.",
            "English",
            "tokens",
            "Frequent words in the response (English): ",
            "Left out: 1 empty prompt, 1 duplicate.",
        ):
            assert said in out
        assert "line 26" not in out
        assert "Used with a remark" not in out

    def test_look_lists_what_was_left_out(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked = ("--dropped", "--remarks", "study.yaml", "--folder", "looked")
        code, out, _ = spoken(capsys, "look", *asked)
        assert code == 0
        assert out.splitlines()[-1] == "looked/look.html"
        assert "Used with a remark: nothing." in out
        assert "line 25: empty" in out
        assert "line 26: duplicate" in out

    def test_look_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = spoken(capsys, "look", "study.yaml", "--json", "--dropped")
        assert (code, err) == (0, "")
        seen = one_object(out)
        assert seen["path"] == "runs/small/look.html"
        kept = json.loads(Path("runs/small/look.json").read_text())
        assert {name: seen[name] for name in kept} == kept
        assert set(seen) - set(kept) == {"path", "dropped_rows"}
        assert {name: split["rows"] for name, split in seen["splits"].items()} == {
            "train": 14,
            "dev": 4,
            "test": 6,
        }
        assert len(seen["dropped_rows"]) == 2

    def test_look_says_why_tokens_are_not_counted(
        self,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "empty"))
        code, out, _ = spoken(capsys, "look", "study.yaml")
        assert code == 0
        assert (
            "Note: tokens are not counted: random-llama is made at its first use (etude plan "
            "STUDY makes it)." in out
        )
        columns = json.loads(Path("runs/small/look.json").read_text())["columns"]
        assert all("words" in held and "tokens" not in held for held in columns.values())
        assert (
            "Tokens are not counted; a note above says why."
            in Path("runs/small/look.html").read_text()
        )

    def test_look_shows_labels(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = [{"text": f"Song {n} is what it is.", "mood": "glad"} for n in range(20)]
        Path("songs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        study = {
            "name": "moods",
            "model": {"base": "random-llama"},
            "data": {
                "task": "classify",
                "labels": ["glad", "sad"],
                "sources": {
                    "songs": {
                        "kind": "jsonl",
                        "path": "songs.jsonl",
                        "columns": {"input": "{text}", "label": "{mood}"},
                    }
                },
            },
            "approaches": {"plain": {}},
            "metrics": ["accuracy"],
        }
        Path("moods.yaml").write_text(yaml.safe_dump(study))
        code, out, _ = spoken(capsys, "look", "moods.yaml")
        assert code == 0
        assert "16 (100%)" in out
        said = "Always answering 'glad', the commonest label in training, would be right in 100%"
        assert said in out

    def test_plan(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, "plan", "seeds=1", "study.yaml")
        assert code == 0
        assert out.splitlines()[-1] == "runs/small/plan.json"
        assert "small on random-llama (14 train, 4 dev, 6 test)" in out
        assert "lora learns what stands between [ and ]:" in out

    def test_plan_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = spoken(capsys, "plan", "study.yaml", "--json", "seeds=1")
        assert (code, err) == (0, "")
        planned = one_object(out)
        assert planned["path"] == "runs/small/plan.json"
        assert planned["approaches"]["lora"]["tune"]["steps"] == 2

    def test_brackets_in_the_material_are_shown_as_they_are(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = Path("study.yaml").read_text().replace("  lora:", "  '7b-[/]':")
        Path("other.yaml").write_text(text)
        code, _, err = spoken(capsys, "look", "other.yaml")
        assert code == 2
        assert "found '7b-[/]'" in err


class TestNew:
    def test_without_a_recipe_all_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, "new")
        assert code == 0
        assert "dialogue-demo" in out
        assert out.splitlines()[-1] == "Write one to change: etude new RECIPE"
        *listed, blank, _ = out.splitlines()
        assert blank == ""
        assert [line.split()[0] for line in listed] == sorted(recipes())
        starts = {re.search(r"  +", line).end() for line in listed}  # type: ignore[union-attr]
        assert len(starts) == 1  # what they ask stands in one column

    def test_list_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        _, out, _ = spoken(capsys, "new", "--json")
        assert "dialogue-demo" in one_object(out)["recipes"]

    def test_a_study_is_written(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert spoken(capsys, "new", "dialogue-demo") == (0, "dialogue-demo.study.yaml\n", "")
        code, out, _ = spoken(capsys, "new", "dialogue-demo", "--output", "a=b.yaml", "--json")
        assert code == 2  # not a name for a study, and not a setting either
        assert one_object(out)["error"].startswith("'a=b' cannot name a study")
        code, out, _ = spoken(capsys, "new", "dialogue-demo")
        assert code == 2


MISTAKES = {
    ("runn", "x"): "'runn' is no verb: did you mean 'run'? Known: benchmark, examples, look, new, "
    "plan, rate, report, run, score (etude --help says more).",
    ("run",): "STUDY is missing (etude run --help says more).",
    ("score",): "RUN is missing (etude score --help says more).",
    ("run", "a.yaml", "b.yaml"): "'b.yaml' is one argument too many; a setting is written "
    "key=value (etude run --help says more).",
    ("run", "a.yaml", "--foldr", "x"): "'--foldr' is no option: did you mean '--folder'? Known: "
    "--folder, --help, --json, --launch, --quiet, -h (etude run --help says more).",
    ("run", "a.yaml", "--fold", "x"): "'--fold' is no option: did you mean '--folder'? Known: "
    "--folder, --help, --json, --launch, --quiet, -h (etude run --help says more).",
    ("run", "a.yaml", "--folder"): "--folder needs a value (etude run --help says more).",
    ("report", "x", "seed=1"): "'seed=1' is a setting, and etude report takes none (etude report "
    "--help says more).",
    ("--versoin",): "'--versoin' is no option: did you mean '--version'? Known: --help, "
    "--version, -h (etude --help says more).",
    ("look", "dialog-demo", "--folder", "x"): "'dialog-demo' is neither a study file nor a "
    f"recipe: did you mean 'dialogue-demo'? Known: {', '.join(sorted(recipes()))}.",
    ("look", "dialogue-demo", "sede=1"): "command line, sede: there is no such setting: did you "
    "mean 'seed'? Known: approaches, ask, benchmarks, compare, data, description, dictionary, "
    "encoder, forgetting, generation, metrics, model, name, prices, prompt, published, seed, "
    "seeds, system, track.",
}


class TestMistakes:
    @pytest.mark.parametrize(("arguments", "sentence"), MISTAKES.items())
    def test_a_sentence_and_code_2(
        self,
        arguments: tuple[str, ...],
        sentence: str,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert spoken(capsys, *arguments) == (2, "", f"etude: {sentence}\n")
        code, out, err = spoken(capsys, *arguments, "--json")
        if arguments != ("run", "a.yaml", "--folder"):  # there, --json would be the folder
            assert (code, one_object(out), err) == (2, {"error": sentence}, "")
        assert list(tmp_path.iterdir()) == []

    def test_a_failure_of_the_disk_is_code_1(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "file"
        file.write_text("")
        code, out, err = spoken(capsys, "look", "dialogue-demo", "--folder", str(file))
        assert (code, out, err) == (1, "", f"etude: {file}: File exists.\n")

    def test_a_failure_of_the_plan_is_code_1(
        self,
        here: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(*_: Any) -> None:
            raise ChildFailed("RuntimeError: no")

        monkeypatch.setattr(etude.study, "in_child", fail)
        code, out, err = spoken(capsys, "plan", "study.yaml", "--folder", "fresh", "--quiet")
        said = "RuntimeError: no (the run folder's log.txt says more)"
        assert (code, out, err) == (1, "", f"etude: {said}\n")
        code, out, err = spoken(capsys, "plan", "study.yaml", "--folder", "fresh", "--json")
        assert (code, one_object(out), err) == (1, {"error": said}, "")

    def test_control_c_is_code_130(
        self, capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(etude.study, "in_child", interrupt)
        code, out, err = spoken(capsys, "plan", "study.yaml", "--folder", "fresh", "--quiet")
        said = "etude: Stopped. The same command goes on where this one stopped.\n"
        assert (code, out, err) == (130, "", said)

    def test_a_reader_that_has_seen_enough(self, here: Path) -> None:
        command = f"{sys.executable} -m etude look study.yaml --quiet --json | true"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 - a pipe is the point
        assert done.stderr == ""

    def test_a_terminal_without_unicode(self, here: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "etude", "look", "study.yaml"],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "runs/small/look.html"


class TestHelp:
    def test_names_every_verb_and_a_first_study(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = spoken(capsys, "--help")
        assert (code, err) == (0, "")
        for name, verb in VERBS.items():
            assert f"\n  {name:11}{verb.summary}\n" in out
        for line in ("etude new dialogue-demo", "Exit codes: 0 done", "VERB --help"):
            assert line in out
        assert max(len(line) for line in out.splitlines()) <= 100

    @pytest.mark.parametrize("name", VERBS)
    def test_of_a_verb(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, name, "--help")
        assert code == 0
        assert out.startswith(f"usage: etude {name} ")
        assert str(VERBS[name].work.__doc__).splitlines()[0] in out
        assert "--json" in out
        takes_settings = name not in ("new", "report", "examples", "rate")
        assert ("dotted.key=value" in out) is takes_settings
        assert (f"etude {name} " in out.partition("For example:")[2]) is takes_settings

    def test_the_examples_in_it_are_right(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        _, out, _ = spoken(capsys, "look", "--help")
        example = next(line for line in out.splitlines() if "dialogue-demo" in line).split()
        assert example[:2] == ["etude", "look"]
        code, out, _ = spoken(capsys, *example[1:], "--quiet")
        assert (code, out) == (0, "runs/dialogue-demo/look.html\n")

    def test_nothing_at_all_is_answered_with_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys)
        assert code == 2
        assert out.startswith("usage: etude VERB")

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        from importlib.metadata import version

        assert spoken(capsys, "--version") == (0, f"etude {version('etude')}\n", "")

    def test_as_a_module(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "etude", "rnu"], capture_output=True, text=True, cwd=tmp_path
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith("etude: 'rnu' is no verb: did you mean 'run'?")


@pytest.mark.usefixtures("here", "no_children")
class TestReading:
    def test_examples(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, "examples", "runs/small", "lora", "--count", "1")
        assert code == 0
        assert "lora: best, " in out
        assert "  question:\n    Sum up." in out
        assert "zero-shot: best" not in out
        assert re.search(r"lora improved \d of 6 examples and harmed \d, against zero-shot", out)

    def test_examples_for_programs(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = spoken(capsys, "examples", "runs/small", "--metric", "perplexity", "--json")
        found = one_object(out)
        assert code == 0
        assert found["highlights"]["metric"] == "perplexity"
        assert len(found["highlights"]["approaches"]["lora"]["best"]) == 3
        assert found["asked"] == []

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (
                ("examples", "runs/small", "lorra"),
                "there is no approach 'lorra': did you mean 'lora'? Known: lora, zero-shot",
            ),
            (
                ("examples", "runs/small", "--metric", "bleu"),
                "--metric: 'bleu' is not measured: Known: perplexity, rouge-1, rouge-2, rouge-l, "
                "rouge-lsum",
            ),
            (
                ("examples", "runs/small", "--count", "0"),
                "--count: expected 1 or more, but found 0.",
            ),
            (
                ("rate", "runs/small", "lora"),
                "name two approaches to rate, or none; found lora.",
            ),
            (
                ("rate", "runs/small", "--rater", "a b"),
                "--rater: expected a name of letters, digits, _ and -, but found 'a b': name "
                "yourself in such a way (--rater ana).",
            ),
        ],
    )
    def test_what_is_refused(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
    ) -> None:
        assert spoken(capsys, *arguments) == (2, "", f"etude: {sentence}\n")

    def test_rating_joins_the_report(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = Path("runs/small/approaches/lora/seed-13")
        path = place / "predictions.test.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps(row | {"text": "Said so."}) + "\n" for row in rows))
        manifest = json.loads((place / "manifest.json").read_text())
        manifest["predictions_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (place / "manifest.json").write_text(json.dumps(manifest))
        said = iter(["1", "0", "q"])
        monkeypatch.setattr("builtins.input", lambda _: next(said))
        code, out, err = spoken(capsys, "rate", "runs/small", "--rater", "ana")
        assert (code, err) == (0, "")
        assert "are left. Who is ahead is told when all are rated" in out
        assert "zero-shot" not in out
        monkeypatch.setattr("builtins.input", lambda _: "2")
        code, out, _ = spoken(capsys, "rate", "runs/small", "lora", "zero-shot", "--rater", "ana")
        assert code == 0
        assert re.search(r"zero-shot +lora +\d+%", out)
        assert spoken(capsys, "report", "runs/small")[0] == 0
        (found,) = json.loads(Path("runs/small/report.json").read_text())["ratings"]
        assert found["pair"] == ["zero-shot", "lora"]
        assert (found["raters"]["ana"], found["ties"]) == (found["of"], 1)
        assert '<section id="ratings">' in Path("runs/small/report.html").read_text()
