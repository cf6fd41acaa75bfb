"""A study whose tunings are asked to cite and to keep silent: what plan, look and report say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from etude.metrics.citations import cited, said
from etude.store import Place, read_json, read_lines
from test_passages_study import DONE, etude_
from towns import write_study

TUNE = {"method": "lora", "max_steps": 2, "batch_size": 4}
CITE = {"documents": "towns", "k": 2, "cite": True}
# All questions get the same passage, on the garden of Elm: for most of them it is the wrong one.
SAME = {"documents": "towns", "k": 1, "query": "garden of Elm", "abstain": True}
APPROACHES: dict[str, Any] = {
    "plain": {"retrieve": {"documents": "towns", "k": 2}, "tune": TUNE},
    "citing": {"retrieve": CITE, "tune": TUNE},
    "silent": {"retrieve": {**SAME, "cite": True}, "tune": TUNE},
    "worked": {"retrieve": CITE, "shots": 1},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("citing")
    write_study(folder, approaches=APPROACHES, metrics=["squad", "citations", "abstention"])
    told = etude_(folder, "plan", "study.yaml", "--folder", "run")
    (folder / "planned.txt").write_text(told)
    etude_(folder, "run", "study.yaml", "--folder", "run", "--quiet")
    return folder


def facts(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(Place(folder / "run", name, 13).weights / "etude.json")
    return found


def test_a_tuning_learns_the_citation_of_the_passage_shown(finished: Path) -> None:
    learnt = facts(finished, "citing")
    assert learnt["targets"] == {"cites": learnt["examples"]}  # each question finds its paragraph
    prompt, answer = (run["text"] for run in learnt["decoded_example"])
    (number,) = cited(answer)
    passage = prompt.partition(f"[{number}] ")[2].partition("\n\n")[0]
    assert said(answer).removesuffix("</s>").strip() in passage
    assert facts(finished, "plain")["targets"] == {}
    assert "[" not in facts(finished, "plain")["decoded_example"][-1]["text"]


def test_it_learns_silence_where_the_passage_is_not_shown(finished: Path) -> None:
    learnt = facts(finished, "silent")
    assert learnt["targets"]["silent"] >= learnt["examples"] - 2
    assert sum(learnt["targets"].values()) == learnt["examples"]
    assert set(learnt["targets"]) <= {"silent", "cites"}


def test_worked_examples_cite_as_they_are_asked_to(finished: Path) -> None:
    for row in read_lines(Place(finished / "run", "worked", 13).prompts):
        _, worked, own = row["prompt"].split("Cite the passages")
        answer = worked.partition("?")[2].partition("[1] ")[0]  # up to the question's own passages
        assert cited(answer) in ([1], [2])
        assert not cited(own.partition("?")[2])


def test_the_plan_says_what_will_be_learnt(finished: Path) -> None:
    before = (finished / "planned.txt").read_text()
    assert (
        "Learns the number of the passage that supports it behind each reference, as [1]; how "
        "often is known when passages are found."
    ) in before
    assert (
        "Learns the number of the passage that supports it behind each reference, as [1], and the "
        "sentence of silence where no such passage is shown; how often is known when passages are "
        "found."
    ) in before
    after = etude_(finished, "plan", "study.yaml", "--folder", "run")
    count = facts(finished, "citing")["examples"]
    assert (
        f"Of {count} training answers {count} end with the number of the passage that supports "
        "them, as [1].\n"
    ) in after
    assert "citing learns what stands between [ and ]:" in after
    planned = read_json(finished / "run" / "plan.json")["approaches"]
    assert planned["plain"]["tune"]["learns"] is None
    assert planned["citing"]["tune"]["targets"] == facts(finished, "citing")["targets"]


def test_a_look_says_that_more_is_learnt(finished: Path) -> None:
    told = etude_(finished, "look", "study.yaml", "--folder", "run")
    assert (
        "Note: what citing learns is more than these answers (retrieve: cite); 48 of 48 training "
        "rows name the passage that supports them, and etude plan shows what is learnt.\n"
    ) in told
    assert "(retrieve: cite and abstain)" in told
    assert "what plain learns" not in told


def test_the_report_shows_marks_and_what_was_learnt(finished: Path) -> None:
    contents = read_json(finished / "run" / "report.json")
    notes = contents["approaches"]["citing"]["training"]["notes"]
    assert any(note.endswith("The losses are of these answers.") for note in notes)
    for name in APPROACHES:
        metrics = contents["approaches"][name]["metrics"]
        assert {"citation-precision", "citation-recall"} <= set(metrics)
        recall = metrics["citation-recall"]["value"]
        assert recall is None or 0 <= recall <= 1
    page = (finished / "run" / "report.html").read_text()
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    passages = data["answers"][0]["answers"]["citing"]["passages"]
    assert all("cited" in item for item in passages)


def test_settings_that_change_what_is_learnt_tune_again(finished: Path) -> None:
    keys = {name: facts(finished, name)["key"] for name in ("plain", "citing", "silent")}
    assert len(set(keys.values())) == 3
    etude_(finished, "run", "study.yaml", "--folder", "run", "--quiet")
    assert DONE == []


def test_without_gold_passages_nothing_can_be_learnt_of_citing(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"q": f"Where is {n}?", "a": f"In {n}."}) + "\n" for n in range(30))
    )
    source = {
        "kind": "jsonl",
        "path": str(tmp_path / "rows.jsonl"),
        "columns": {"instruction": "{q}", "response": "{a}"},
    }
    write_study(
        tmp_path,
        data={"sources": {"towns": source}, "split": {"dev": 4, "test": 4}},
        approaches={"citing": {"retrieve": CITE, "tune": TUNE}},
        metrics=["squad"],
    )
    told = etude_(tmp_path, "plan", "study.yaml", "--folder", "run")
    assert (
        "citing: retrieve.cite asks for more than the references, but no training example names "
        "the passage that holds its answer, so nothing else is learnt: use a source that names it "
        "(squad, wikipedia), or map 'passages' in columns.\n"
    ) in told
