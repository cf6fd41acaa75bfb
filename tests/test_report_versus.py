"""Several runs side by side: paired where the test examples are the same, honest where not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from etude.cli import main
from etude.errors import UserError
from etude.report.versus import compare_runs, default_page, differing, flat, namesakes, run_names
from run_folders import made_run, made_study


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`one` and `two` on the same test examples, `other` on others."""
    folder = tmp_path_factory.mktemp("runs")
    made_run(folder / "one", made_study(folder), {"told": 0.5, "silent": 0.5})
    longer = made_study(folder, generation={"max_tokens": 24}, metrics=["rouge", "chrf"])
    made_run(folder / "two", longer, {"told": 0.95, "silent": 0.5})
    data = made_study(folder).data.model_dump(mode="json", exclude_unset=True)
    fewer = made_study(folder, data=data | {"split": {"dev": 6, "test": 20}})
    made_run(folder / "other", fewer, {"told": 0.5, "silent": 0.4})
    return folder


def test_runs_on_the_same_examples_are_compared_example_by_example(runs: Path) -> None:
    found = compare_runs([runs / "one", runs / "two"], {})
    assert found["same_test"]
    assert list(found["approaches"]) == [
        *("one / told", "one / silent", "two / told", "two / silent"),
    ]
    assert list(found["metrics"]) == ["rouge-1", "rouge-2", "rouge-l", "rouge-lsum"]
    assert found["baseline"] == "one / told"
    assert found["winner"] == "two / told"
    told, silent = found["pairs"]
    assert (told["approach"], told["baseline"]) == ("two / told", "one / told")
    assert told["better"] is True
    assert told["p_corrected"] < 0.05
    assert (silent["difference"], silent["better"]) == (0.0, None)  # made with the same dice
    assert found["verdict"].startswith("two / told is best: ROUGE-1 ")


def test_what_differs_in_the_settings_is_listed_and_nothing_else(runs: Path) -> None:
    found = compare_runs([runs / "one", runs / "two"], {})
    rows = {row["setting"]: row["values"] for row in found["settings"]}
    assert rows == {
        "generation.max_tokens": [12, 24],
        "generation.batch_size": [4, "auto"],
        "metrics": [["rouge", "bleu"], ["rouge", "chrf"]],
    }


def test_a_model_whose_files_changed_is_told(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "two", tmp_path / "later")
    page = tmp_path / "later" / "report.json"
    report = json.loads(page.read_text())
    before = report["base"]["digest"]
    page.write_text(json.dumps(report | {"base": report["base"] | {"digest": "f" * 64}}))
    found = compare_runs([runs / "two", tmp_path / "later"], {})
    assert found["versions"] == [{"setting": "files of the model", "values": [before, "f" * 64]}]


def test_runs_on_other_examples_stand_side_by_side(runs: Path) -> None:
    found = compare_runs([runs / "one", runs / "other"], {})
    assert not found["same_test"]
    assert (found["comparisons"], found["winner"]) == ([], None)
    assert found["verdict"] == (
        "one, other were not scored on the same test examples, so their scores stand side by side, "
        "and no difference between them can be tested."
    )


def test_the_command_writes_a_page_and_prints_its_path(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(runs / "one"), str(runs / "two")]) == 0
    out = capsys.readouterr().out
    page = runs / "one-and-two.html"
    assert out.splitlines()[-1] == str(page)
    assert "two / told" in out
    assert "generation.max_tokens" in out
    text = page.read_text()
    assert "The same approach in two runs" in text
    assert not re.search(r"<script|src=|url\((?!#)|@import", text)
    assert json.loads(page.with_suffix(".json").read_text())["winner"] == "two / told"


def test_tables_of_several_runs_and_of_one(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = tmp_path / "tables"
    both = [str(runs / "one"), str(runs / "two"), "--csv", "--output", str(where)]
    assert main(["report", *both]) == 0
    assert capsys.readouterr().out == f"{where}\n"
    assert "two / told" in (where / "comparisons.csv").read_text()
    assert main(["report", str(runs / "one"), "--csv", "--latex"]) == 0
    assert capsys.readouterr().out == f"{runs / 'one' / 'tables'}\n"
    assert {path.suffix for path in (runs / "one" / "tables").iterdir()} == {".csv", ".tex"}


def test_mistakes_are_told_in_a_sentence(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = str(runs / "one")
    assert main(["report", one, one]) == 2
    assert capsys.readouterr().err == f"etude: {one} is named twice: name runs that differ.\n"
    assert main(["report", one, "--output", "x.html"]) == 2
    assert capsys.readouterr().err == (
        "etude: --output goes with several runs, --csv or --latex: the page of a single run stands "
        "in its folder.\n"
    )
    study = made_study(runs, metrics=["chrf"])
    made_run(tmp_path / "third", study, {"told": 0.3, "silent": 0.3})
    with pytest.raises(UserError) as error:
        compare_runs([runs / "one", tmp_path / "third"], {})
    assert str(error.value) == (
        "These runs share no metric (one: rouge-1, rouge-2, rouge-l, rouge-lsum, bleu; third: "
        "chrf): `etude score RUN metrics=[...]` measures others from saved answers."
    )


def test_names_that_are_alike_take_the_folder_above(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in ("x/run", "y/run", "z"))
    assert list(run_names([a, b, c]).values()) == ["x-run", "y-run", "z"]
    assert default_page([c, a]).name == "z-and-run.html"
    many = [tmp_path / str(n) for n in range(5)]
    assert default_page(many).name == "0-and-4-others.html"


def test_money_is_compared_at_the_same_prices_only(runs: Path, tmp_path: Path) -> None:
    keeps = {"told": 0.5, "silent": 0.5}
    for name, hour in (("a", 1.0), ("b", 1.0), ("c", 2.0)):
        made_run(tmp_path / name, made_study(runs, prices={"hour": hour}), keeps)
    same = compare_runs([tmp_path / "a", tmp_path / "b"], {})
    assert same["prices"]["currency"] == "EUR"
    assert same["approaches"]["b / told"]["cost"]["money_per_1000"] == pytest.approx(250 / 3600)
    other = compare_runs([tmp_path / "a", tmp_path / "c"], {})
    assert other["prices"] is None
    assert "money_per_1000" not in other["approaches"]["a / told"]["cost"]


def test_small_parts() -> None:
    assert namesakes({"a": ["x", "y"], "b": ["y", "z"], "c": ["y"]}) == [
        ("b / y", "a / y"),
        ("c / y", "b / y"),
    ]
    assert flat({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "a.c": {}, "d": [1]}
    assert differing({"r": {"a": 1, "b": 2}, "s": {"a": 1}}) == [
        {"setting": "b", "values": [2, None]}
    ]
