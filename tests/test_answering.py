"""An approach of a finished run, opened: it answers as it did in the study, in LangChain too."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import etude.retrieving
import etude.study
from etude.approaches.answering import OpenApproach, open_approach
from etude.cli import main
from etude.data import read_data
from etude.errors import UserError
from etude.progress import Progress
from etude.records import Example, Prediction
from etude.store import Place, read_lines, read_predictions
from etude.worker import TASKS
from towns import write_study

DOCS = Path(__file__).parents[1] / "docs"
RETRIEVE = {"documents": "towns", "k": 3}
APPROACHES = {
    "base": {},
    "rag": {"retrieve": {**RETRIEVE, "cite": True, "abstain": True}},
    "aware": {"retrieve": RETRIEVE, "tune": {"method": "lora", "max_steps": 2, "batch_size": 4}},
    "aware-shots": {
        "weights": "aware",
        "retrieve": RETRIEVE,
        "system": "Be short.",
        "shots": {"count": 2, "choose": "similar"},
    },
    "titled": {
        "prompt": {"template": "{title}: {instruction}"},
        "retrieve": {**RETRIEVE, "query": "{title} {instruction}"},
    },
}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a study that was run in this process."""

    def in_this_process(task: dict[str, Any], _: Path, progress: Progress) -> None:
        TASKS[task["do"]](task, progress)

    folder = tmp_path_factory.mktemp("answering")
    write_study(folder, approaches=APPROACHES)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        patch.setattr(etude.retrieving, "in_child", in_this_process)
        assert main(["run", "study.yaml", "--folder", "runs/towns", "--quiet"]) == 0
    return folder / "runs" / "towns"


def recorded(run: Path, name: str) -> tuple[dict[str, Prediction], dict[str, str]]:
    """What the study recorded of an approach: answers and prompts, by the questions' ids."""
    place = Place(run, name, 13)
    prompts = {row["example_id"]: row["prompt"] for row in read_lines(place.prompts)}
    return {made.example_id: made for made in read_predictions(place)}, prompts


def questions(run: Path) -> dict[str, Example]:
    """The test questions by their ids."""
    return {example.id: example for example in read_data(run).test}


def asked_of(name: str, example: Example) -> Any:
    """A test question as this approach wants it: with the columns that it looks at."""
    asked, columns = example.metadata["question"], dict(example.metadata)
    if name == "titled":
        return {"input": asked, "columns": {"title": columns["title"]}}
    if name == "aware-shots":  # similar by all that the row says, its paragraph included
        return {"input": example.messages[-1].content, "columns": columns}
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("name", APPROACHES)
def test_it_answers_as_it_did_in_the_study(towns: Path, name: str) -> None:
    made, prompts = recorded(towns, name)
    tests = questions(towns)
    approach = open_approach(towns, name)
    replies = approach.answer([asked_of(name, example) for example in tests.values()])
    for identity, reply in zip(tests, replies, strict=True):
        before = made[identity]
        assert reply.text == before.text
        assert reply.prompt == prompts[identity]
        assert reply.prediction.passages == before.passages
        assert [hit.chunk.id for hit in reply.passages] == [
            passage.id for passage in before.passages if passage.shown
        ]
        assert (reply.prediction.prompt_tokens, reply.prediction.answer_tokens) == (
            before.prompt_tokens,
            before.answer_tokens,
        )
        for number, hit in enumerate(reply.passages, 1):
            assert f"[{number}] {hit.chunk.title}\n{hit.chunk.text}" in reply.prompt
    for example, reply in list(zip(tests.values(), replies, strict=True))[:3]:
        assert "".join(approach.stream(asked_of(name, example))) == reply.text
    approach.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rag", "aware", "titled", "base"])
def test_langchain_gives_the_same(towns: Path, name: str) -> None:
    pytest.importorskip("langchain_core")
    from etude.langchain import approach_of

    made, _ = recorded(towns, name)
    model = approach_of(towns, name)
    tests = questions(towns)
    for identity, example in list(tests.items())[:3]:
        columns = example.metadata
        more = {"columns": {"title": columns["title"]}} if name == "titled" else {}
        said = model.invoke(columns["question"], **more)
        assert said.content == made[identity].text
        about = said.response_metadata
        shown = [passage.id for passage in made[identity].passages if passage.shown]
        assert [passage["id"] for passage in about.get("passages", ())] == shown
        if name != "base":
            first = about["passages"][0]
            assert first["title"] == columns["title"]
            assert first["text"].startswith("The ")
            assert first["characters"] is None
            assert first["score"] == made[identity].passages[0].score
            assert about["cited"] == []  # random weights cite nothing
        json.dumps(about)  # a tracer can keep it
        pieces = list(model.stream(columns["question"], **more))
        joined = sum(pieces[1:], pieces[0])
        assert (joined.content, joined.response_metadata) == (said.content, about)
    if name != "titled":
        every = [example.metadata["question"] for example in tests.values()]
        expected = [made[identity].text for identity in tests]
        assert [said.content for said in model.batch(every)] == expected
        assert [said.content for said in asyncio.run(model.abatch(every))] == expected


@pytest.mark.slow
def test_citations_of_what_was_shown_are_told(towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from etude.approaches import answering

    real = answering.answered

    def citing(*arguments: Any) -> list[Prediction]:
        return [replace(item, text="So it is [2, 9], and so [1].") for item in real(*arguments)]

    monkeypatch.setattr(answering, "answered", citing)
    approach = open_approach(towns, "rag")
    (reply,) = approach.answer(["How long is the river of Elm?"])
    assert reply.cited == (2, 1)
    approach.close()


@pytest.mark.slow
def test_a_chat_of_several_turns_searches_for_its_last_question(towns: Path) -> None:
    pytest.importorskip("langchain_core")
    from langchain_core.messages import AIMessage, HumanMessage

    from etude.langchain import approach_of

    chat = [HumanMessage("Hello."), AIMessage("Hello!"), HumanMessage("How long is Elm's river?")]
    said = approach_of(towns, "rag").invoke(chat)
    assert said.response_metadata["passages"][0]["title"] == "Elm"


@pytest.mark.slow
def test_what_cannot_be_opened(towns: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        open_approach(towns, "rug")
    assert str(told.value) == (
        f"{towns} has no approach 'rug': did you mean 'rag'? Known: aware, aware-shots, base, rag, "
        "titled."
    )
    approach = open_approach(towns, "titled")
    with pytest.raises(UserError, match="there is no column 'title'"):
        approach.answer(["How long is it?"])
    for nothing in ("", {"columns": {}}):
        with pytest.raises(UserError) as told:
            approach.answer([nothing])
        assert str(told.value) == (
            "A question is a text with something in it, or {'input': ..., 'columns': {...}} with "
            f"texts, but this one is {str(nothing)!r}."
        )
    approach.close()


@pytest.mark.slow
def test_documents_that_were_changed_since_are_refused(towns: Path) -> None:
    material = towns.parents[1] / "towns.json"
    content = material.read_text()
    material.write_text(content.replace("metres", "yards", 1))
    try:
        with pytest.raises(UserError) as told:
            open_approach(towns, "rag")
    finally:
        material.write_text(content)
    assert str(told.value) == (
        f"{towns} holds no passages that 'rag' found in its documents as they are now: put the "
        "documents back as they were, or run the study again."
    )
    open_approach(towns, "base").close()


@pytest.mark.slow
def test_what_names_classes_is_no_chat_model(towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_core")
    from etude.langchain import approach_of

    monkeypatch.setattr(OpenApproach, "writes", property(lambda _: False))
    with pytest.raises(UserError) as told:
        approach_of(towns, "base")
    assert str(told.value) == (
        "towns/base names classes and writes nothing: ask it by open_approach of "
        "etude.approaches.answering, or name an approach that writes."
    )
    approach = open_approach(towns, "base")
    with pytest.raises(UserError) as told:
        approach.stream("How long is it?")
    assert str(told.value) == (
        "'base' names classes, which are there whole or not at all: use answer."
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", ["python.md", "langchain.md"])
def test_what_the_pages_show_of_it_runs(
    towns: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("langchain_core")
    text = (DOCS / page).read_text(encoding="utf-8")
    (block,) = (
        part for part in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "runs/towns" in part
    )
    statements = [line for line in block.splitlines() if line and not line.startswith("from")]
    assert len(statements) <= 5
    monkeypatch.chdir(towns.parents[1])
    with redirect_stdout(StringIO()) as said:
        exec(compile(block, page, "exec"), {})  # noqa: S102 - our own page
    assert "Elm" in said.getvalue()
