"""A study with passages, end to end: base, RAG, tuned, tuned with passages, tuned on passages."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import etude.retrieving
import etude.study
from etude.approaches import standing_in
from etude.approaches.retrieved import opened
from etude.cli import main
from etude.progress import Progress
from etude.store import Place, read_json, read_lines, read_predictions
from etude.worker import TASKS
from towns import write_study

RETRIEVE = {"documents": "towns", "k": 3}
TUNE = {"method": "lora", "max_steps": 2, "batch_size": 4}
APPROACHES = {
    "base": {},
    "rag": {"retrieve": {**RETRIEVE, "cite": True, "abstain": True}},
    "tuned": {"tune": TUNE},
    "tuned-rag": {"weights": "tuned", "retrieve": RETRIEVE},
    "aware": {"retrieve": RETRIEVE, "tune": TUNE},
    "aware-shots": {"weights": "aware", "retrieve": RETRIEVE, "shots": 1},
}
DONE: list[str] = []


def in_this_process(task: dict[str, Any], _: Path, progress: Progress) -> None:
    DONE.append(task["do"])
    TASKS[task["do"]](task, progress)


def etude_(folder: Path, *arguments: str) -> str:
    """A command in a folder without child processes; returns what it prints."""
    DONE.clear()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as output:
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        patch.setattr(etude.retrieving, "in_child", in_this_process)
        assert main([*arguments]) == 0
    return output.getvalue()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("passages")
    write_study(folder, approaches=APPROACHES, ask=["How long is the river of Elm?"])
    etude_(folder, "plan", "study.yaml", "--folder", "run", "--quiet")
    plan = read_json(folder / "run" / "plan.json")
    (folder / "planned.json").write_text(json.dumps(plan))
    etude_(folder, "run", "study.yaml", "--folder", "run", "--quiet")
    assert DONE.count("retrieve") == 1  # one process for all that search in the same way
    return folder


def place(folder: Path, name: str) -> Place:
    return Place(folder / "run", name, 13)


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(folder / "run" / "report.json")
    return found


def test_all_stand_in_one_table(finished: Path) -> None:
    approaches = report(finished)["approaches"]
    assert list(approaches) == list(APPROACHES)
    for name, about in approaches.items():
        recall = about["metrics"]["passage-recall-5"]["value"]
        words = about["metrics"]["grounded-words"]["value"]
        if "retrieve" in APPROACHES[name]:
            assert recall == 1.0  # each question names its town and its thing
            assert words is None or 0 <= words <= 1
        else:
            assert recall is None
            assert words is None
    assert approaches["tuned-rag"]["summary"] == "Starts from tuned, 3 passages of towns"


def test_answers_hold_what_was_retrieved_and_shown(finished: Path) -> None:
    for name in APPROACHES:
        for made in read_predictions(place(finished, name)):
            if "retrieve" not in APPROACHES[name]:
                assert made.passages == ()
                continue
            assert len(made.passages) == 10
            assert sum(item.shown for item in made.passages) == 3
            assert made.truncated_tokens == 0
            assert made.passages[0].score >= made.passages[1].score


def test_prompts_hold_passages_and_what_is_asked(finished: Path) -> None:
    prompts = {
        row["example_id"]: row["prompt"] for row in read_lines(place(finished, "rag").prompts)
    }
    for name, prompt in prompts.items():
        town = name.partition("-")[0]
        assert prompt.startswith(f"<s>[1] {town}\nThe ")
        assert "[3] " in prompt
        assert "Cite the passages" in prompt
        assert "write: The passages do not say." in prompt
        assert prompt.rstrip().endswith("?")
    for row in read_lines(place(finished, "tuned").prompts):
        assert "[1]" not in row["prompt"]
    worked = [row["prompt"] for row in read_lines(place(finished, "aware-shots").prompts)]
    assert all(prompt.count("[1] ") == 2 for prompt in worked)  # the worked example has its own


def test_tuning_with_passages_learns_from_other_prompts(finished: Path) -> None:
    facts = {
        name: read_json(place(finished, name).weights / "etude.json") for name in ("tuned", "aware")
    }
    learnt = {name: about["decoded_example"] for name, about in facts.items()}
    assert "[1] " not in learnt["tuned"][0]["text"]
    assert "[1] " in learnt["aware"][0]["text"]
    assert "[3] " in learnt["aware"][0]["text"]
    assert learnt["tuned"][-1] == learnt["aware"][-1]  # the same answer is supervised
    assert facts["tuned"]["key"] != facts["aware"]["key"]


def test_weights_go_with_passages_in_use_alone(finished: Path) -> None:
    manifests = {name: read_json(place(finished, name).manifest) for name in APPROACHES}
    assert manifests["tuned-rag"]["weights_key"] == manifests["tuned"]["weights_key"]
    assert manifests["rag"]["weights_key"] == manifests["base"]["weights_key"]
    assert manifests["aware"]["weights_key"] != manifests["tuned"]["weights_key"]
    retrieved = {
        about["retrieved"] for name, about in manifests.items() if "retrieve" in APPROACHES[name]
    }
    assert len(retrieved) == 1
    assert {manifests[name]["retrieved"] for name in ("base", "tuned")} == {None}
    assert not place(finished, "tuned-rag").weights.exists()


def test_what_is_asked_has_passages(finished: Path) -> None:
    asked = read_json(place(finished, "rag").path / "asked.json")
    assert "The river of Elm is" in asked["rendered"]["ask-1"]
    assert "[1]" not in read_json(place(finished, "base").path / "asked.json")["rendered"]["ask-1"]


def test_a_finished_run_does_nothing(finished: Path) -> None:
    etude_(finished, "run", "study.yaml", "--folder", "run", "--quiet")
    assert DONE == []


def test_a_changed_k_asks_again_and_searches_nothing(finished: Path) -> None:
    override = "approaches.rag.retrieve.k=2"
    before = (place(finished, "tuned-rag").manifest).read_bytes()
    etude_(finished, "run", "study.yaml", "--folder", "run", "--quiet", override)
    assert "retrieve" not in DONE
    assert DONE.count("try") == 1
    assert (place(finished, "tuned-rag").manifest).read_bytes() == before
    shown = [
        sum(p.shown for p in made.passages) for made in read_predictions(place(finished, "rag"))
    ]
    assert set(shown) == {2}
    etude_(finished, "run", "study.yaml", "--folder", "run", "--quiet")


def test_the_plan_foresees_prompts_of_about_this_length(finished: Path) -> None:
    plan = json.loads((finished / "planned.json").read_text())
    about = plan["approaches"]["rag"]["passages"]
    assert (about["retrieved"], about["documents"], about["chunks"], about["all"]) == (
        False,
        32,
        32,
        True,
    )
    for name in ("rag", "aware"):
        real = [row["prompt_tokens"] for row in read_lines(place(finished, name).prompts)]
        assert plan["approaches"][name]["prompt_tokens"]["max"] == pytest.approx(max(real), rel=0.1)
    assert plan["approaches"]["base"]["passages"] is None
    told = etude_(finished, "plan", "study.yaml", "--folder", "run")
    after = read_json(finished / "run" / "plan.json")["approaches"]["rag"]
    assert after["passages"]["retrieved"]
    assert after["rendered"] == read_lines(place(finished, "rag").prompts)[0]["prompt"]
    assert "show up to 3 passages of towns: 32 documents in 32 chunks (a file, " in told
    assert "; found already (the index took" in told


def test_a_new_run_plans_with_the_index_that_is_there(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_in, "SEEN", {})  # as in a process of its own
    told = etude_(finished, "plan", "study.yaml", "--folder", "other")
    assert "32 documents in 32 chunks (a file, " in told
    assert "; indexed already, in the cache (" in told
    assert "to be indexed" not in told
    about = read_json(finished / "other" / "plan.json")["approaches"]["rag"]["passages"]
    assert (about["retrieved"], about["indexed"], about["foreseen"]) == (False, True, None)


def test_a_plan_is_made_anew_once_the_index_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(standing_in, "SEEN", {})  # as in a process of its own
    write_study(tmp_path)
    told = etude_(tmp_path, "plan", "study.yaml", "--folder", "one")
    assert ", to be indexed in about " in told
    etude_(tmp_path, "run", "study.yaml", "--folder", "two", "--quiet")
    standing_in.SEEN.clear()
    told = etude_(tmp_path, "plan", "study.yaml", "--folder", "one")
    assert DONE == ["plan"]
    assert "; indexed already, in the cache (" in told
    assert etude_(tmp_path, "plan", "study.yaml", "--folder", "one") == told
    assert DONE == []


def test_the_report_tells_of_retrieval(finished: Path) -> None:
    about = report(finished)["retrieval"]
    (index,) = about["indexes"]
    assert index["of"] == "towns"
    assert index["documents"] == 32
    assert index["approaches"] == ["rag", "tuned-rag", "aware", "aware-shots"]
    rag = about["approaches"]["rag"]
    assert rag["scores"]["passage-recall-10"]["value"] == 1.0
    assert sum(rag["fates"].values()) == 8
    assert set(rag["fates"]) <= {"used", "not used"}
    cost = report(finished)["approaches"]["rag"]["cost"]
    assert cost["index_seconds"] > 0
    assert cost["index_bytes"] > 0
    page = (finished / "run" / "report.html").read_text()
    assert '<section id="retrieval">' in page
    assert "Where gold passages were lost" in page
    assert "by words (English: snowball english)" in page
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    answer = data["answers"][0]["answers"]["rag"]
    assert [item["rank"] for item in answer["passages"] if item["shown"]] == [1, 2, 3]
    assert any(item["gold"] for item in answer["passages"])
    title, text = data["passages"][answer["passages"][0]["key"]]
    assert text.startswith("The ")
    assert title in text


def test_it_is_scored_where_the_documents_are_not(finished: Path, tmp_path: Path) -> None:
    from etude.approaches.documents import VOUCHED

    before = report(finished)["approaches"]["rag"]["metrics"]
    towns, away = finished / "towns.json", tmp_path / "towns.json"
    VOUCHED.clear()
    towns.rename(away)
    try:
        etude_(finished, "score", "run", "--quiet")
    finally:
        away.rename(towns)
        VOUCHED.clear()
    assert report(finished)["approaches"]["rag"]["metrics"] == before


def test_a_number_is_explained_by_its_passages(finished: Path) -> None:
    example = read_predictions(place(finished, "rag"))[0].example_id
    told = etude_(
        finished,
        "score",
        "run",
        "--explain",
        "passage-mrr",
        example,
        "--approach",
        "rag",
        "--quiet",
    )
    assert "rank 1" in told
    assert "(gold)" in told
    assert "The report says the same: 1." in told


def test_passages_that_were_edited_stop_the_report(finished: Path, tmp_path: Path) -> None:
    (found,) = (finished / "run" / "retrieved").glob("*/chunks.jsonl")
    content = found.read_bytes()
    found.write_bytes(content.replace(b"metres", b"inches", 1))
    opened.cache_clear()  # another process would not have read them before
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(StringIO()),
        ):
            patch.chdir(finished)
            assert main(["score", "run", "--quiet"]) == 2
    finally:
        found.write_bytes(content)
        opened.cache_clear()


def test_documents_that_cannot_be_read_fail_their_approach_alone(tmp_path: Path) -> None:
    folder = tmp_path
    path = write_study(
        folder,
        approaches={
            "base": {},
            "rag": {"retrieve": {"documents": str(folder / "broken.jsonl")}},
        },
        metrics=["squad"],
    )
    study = yaml.safe_load(path.read_text())
    assert study["approaches"]["rag"]
    (folder / "broken.jsonl").write_text('{"text": "A town."}\n{"title": 3')
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        patch.setattr(etude.retrieving, "in_child", in_this_process)
        assert main(["run", "study.yaml", "--folder", "run", "--quiet"]) in (1, 2)
