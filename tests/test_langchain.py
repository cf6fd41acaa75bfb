"""LangChain: our retriever and models in its chains, its loaders and splitters in our indexes."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from etude.errors import UserError
from etude.langchain import (
    as_retriever,
    chat_model,
    chat_model_of,
    chunks_from,
    documents_from,
    write_documents,
)
from etude.records import Chunk, Document, Hit

langchain: Any = pytest.importorskip(
    "langchain_core", reason="langchain-core is not installed: the extra `langchain`"
)
splitters: Any = pytest.importorskip("langchain_text_splitters")

from langchain_core.callbacks import BaseCallbackHandler  # noqa: E402 - where it is installed
from langchain_core.documents import Document as Loaded  # noqa: E402
from langchain_core.messages import (  # noqa: E402
    AIMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.output_parsers import StrOutputParser  # noqa: E402
from langchain_core.prompts import ChatPromptTemplate  # noqa: E402

PAGE = Path(__file__).parents[1] / "docs" / "langchain.md"


class Shelf:
    """Chunks by how many words they share with a question; says so when asked twice at once."""

    def __init__(self) -> None:
        texts = ["the Lume is a river", "the Serra is a mountain", "a river of ice"]
        origin = {"url": "https://example.org", "licence": "CC BY-SA"}
        self.chunks = [
            Chunk(f"{n}", f"T{n}", t, 5, 5 + len(t), origin) for n, t in enumerate(texts)
        ]
        self.inside = threading.Lock()

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        assert self.inside.acquire(blocking=False), "two threads at once"
        try:
            return [self.nearest(question, k) for question in questions]
        finally:
            self.inside.release()

    def nearest(self, question: str, k: int) -> list[Hit]:
        wanted = set(question.split())
        found = [Hit(held, float(len(wanted & set(held.text.split())))) for held in self.chunks]
        return sorted(found, key=lambda item: (-item.score, item.chunk.id))[:k]


# The retriever


def test_passages_come_with_their_place_score_and_origin() -> None:
    (first, second) = as_retriever(Shelf(), k=2).invoke("river Lume")
    assert (first.id, first.page_content) == ("0:5-24", "the Lume is a river")
    assert first.metadata == {
        "document": "0",
        "title": "T0",
        "start": 5,
        "end": 24,
        "score": 2.0,
        "url": "https://example.org",
        "licence": "CC BY-SA",
    }
    assert second.id == "2:5-19"


def test_sync_async_and_batch_say_the_same() -> None:
    retriever = as_retriever(Shelf(), k=1)
    questions = ["river Lume", "the mountain Serra", "ice"] * 8
    one_by_one = [retriever.invoke(question) for question in questions]
    assert retriever.batch(questions) == one_by_one
    assert asyncio.run(retriever.abatch(questions)) == one_by_one
    assert asyncio.run(retriever.ainvoke(questions[0])) == one_by_one[0]


# Loaders and splitters


def test_what_loaders_give_becomes_documents_with_ids() -> None:
    loaded = [
        Loaded("One.", id="a", metadata={"title": "First"}),
        Loaded("Two.", metadata={"source": "in/book.pdf", "page": 3, "tags": ["x"]}),
        Loaded("Three.", metadata={"source": "in/book.pdf", "page": 3}),
        Loaded(" \n"),
        Loaded("Four."),
        Loaded("Four."),
    ]
    found = list(documents_from(loaded))
    assert [(item.id, item.title) for item in found[:3]] == [
        ("a", "First"),
        ("in/book.pdf, page 3", "book"),
        ("in/book.pdf, page 3#2", "book"),
    ]
    assert found[1].metadata["tags"] == '["x"]'
    assert len({item.id for item in found}) == len(found) == 5
    assert [item.id for item in documents_from(loaded)] == [item.id for item in found]


@pytest.mark.parametrize("overlap", [0, 15])
def test_pieces_of_a_splitter_know_where_they_stand(overlap: int) -> None:
    text = "\n\n".join(f"River {n} is long. It is {n} km long." for n in (7, 7, 12, 7))
    document = Document("d", "Rivers", text, {"url": "u"})
    splitter = splitters.RecursiveCharacterTextSplitter(chunk_size=40, chunk_overlap=overlap)
    chunks = list(chunks_from(splitter, [document]))
    assert len(chunks) >= 4
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert [chunk.start for chunk in chunks] == sorted({chunk.start for chunk in chunks})
    covered = set().union(*(range(chunk.start, chunk.end) for chunk in chunks))
    assert all(place in covered for place, letter in enumerate(text) if not letter.isspace())
    assert chunks[0].metadata == {"url": "u"}


def test_a_splitter_that_changes_the_text_is_refused() -> None:
    class Shouting:
        def split_text(self, text: str) -> list[str]:
            return [text.upper()]

    with pytest.raises(UserError) as told:
        list(chunks_from(Shouting(), [Document("d", "", "a river")]))
    assert str(told.value) == (
        "Shouting gave a piece that does not stand in document 'd' ('A RIVER'): use a splitter "
        "that keeps the text as it is, such as RecursiveCharacterTextSplitter."
    )


def test_written_documents_are_read_by_a_study(tmp_path: Path) -> None:
    from etude.config.retrieving import DocumentLines
    from etude.data import read_documents

    held = [Document("a", "T", "One.", {"url": "u"}), Document("b", "U", "Two.")]
    assert write_documents(held, tmp_path / "them.jsonl") == 2
    settings = DocumentLines(kind="jsonl", path="them.jsonl")
    again = list(read_documents(settings, tmp_path))
    assert [(item.id, item.title, item.text) for item in again] == [
        (item.id, item.title, item.text) for item in held
    ]


# Models


@pytest.fixture(scope="module")
def chat() -> Any:
    return chat_model("random-llama", max_tokens=8)


def test_a_base_answers_as_the_engine_does(chat: Any) -> None:
    from etude.config.study import Generation, Model
    from etude.engine.base import find_base
    from etude.engine.context import tokens, written
    from etude.engine.generate import generate
    from etude.engine.load import load
    from etude.records import Message

    loaded = load(find_base("random-llama"), Model(base="random-llama"), "fp32")
    turns = [
        Message("system", "Be short."),
        Message("user", "Where?"),
        Message("assistant", "Here."),
        Message("user", "Why?"),
    ]
    ids = tokens(loaded.speaker, written(loaded.speaker, turns))
    (expected,) = generate(loaded, [ids], Generation(max_tokens=8))
    asked = [
        SystemMessage("Be short."),
        HumanMessage("Where?"),
        AIMessage("Here."),
        HumanMessage("Why?"),
    ]
    said = chat.invoke(asked)
    assert said.content == expected.text
    assert said.response_metadata["finish_reason"] == expected.finish
    assert said.response_metadata["truncated_tokens"] == 0
    assert said.usage_metadata == {
        "input_tokens": len(ids),
        "output_tokens": expected.tokens,
        "total_tokens": len(ids) + expected.tokens,
    }
    assert "".join(str(piece.content) for piece in chat.stream(asked)) == expected.text
    assert asyncio.run(chat.ainvoke(asked)).content == expected.text
    assert [item.content for item in chat.batch([asked, asked])] == [expected.text] * 2


def test_stops_are_kept_to(chat: Any) -> None:
    whole = chat.invoke("Why?").content
    stop = whole[len(whole) // 2 :][:3]
    said = chat.invoke("Why?", stop=[stop])
    assert said.content == whole[: whole.index(stop)].rstrip()
    assert said.response_metadata["finish_reason"] == "stop"


def test_an_answer_streams_token_by_token(chat: Any) -> None:
    class Heard(BaseCallbackHandler):
        def __init__(self) -> None:
            self.tokens: list[str] = []
            self.ended = 0

        def on_llm_new_token(self, token: str, **_: Any) -> None:
            self.tokens.append(token)

        def on_llm_end(self, *_: Any, **__: Any) -> None:
            self.ended += 1

    said, heard = chat.invoke("Why?"), Heard()
    pieces = list(chat.stream("Why?", config={"callbacks": [heard]}))
    assert len(pieces) > 3
    assert [piece.content for piece in pieces] == heard.tokens
    assert heard.ended == 1
    joined = sum(pieces[1:], pieces[0])
    assert joined.content == said.content
    assert joined.usage_metadata == said.usage_metadata
    assert joined.response_metadata == said.response_metadata
    assert joined.chunk_position == "last"

    async def heard_late() -> list[str]:
        return [str(piece.content) async for piece in chat.astream("Why?")]

    assert asyncio.run(heard_late()) == heard.tokens


def test_a_stream_keeps_to_stops_and_keeps_nobody_waiting(chat: Any) -> None:
    whole = chat.invoke("Why?").content
    stop = whole[len(whole) // 2 :][:3]
    said = []
    for piece in chat.stream("Why?", stop=[stop]):
        said.append(piece.content)
        assert chat.invoke("Why?").content == whole  # while the stream stands open
    assert "".join(said) == chat.invoke("Why?", stop=[stop]).content
    assert next(iter(chat.stream("Why?"))).content  # and is left where it stands
    assert chat.invoke("Why?").content == whole


class Counted:
    """How many prompts each call of the engine answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from etude.engine import generate as engine
        from etude.langchain import chat

        self.calls: list[int] = []
        real = engine.generate

        def generate(loaded: Any, prompts: Any, *rest: Any) -> Any:
            self.calls.append(len(prompts))
            return real(loaded, prompts, *rest)

        monkeypatch.setattr(engine, "generate", generate)
        monkeypatch.setattr(chat, "generate", generate)


def test_several_questions_are_answered_together(
    chat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ["Why?", "Where is it?", "Who was it that came?", "Why?"]
    alone = [chat.invoke(question).content for question in questions]
    counted = Counted(monkeypatch)
    assert [said.content for said in chat.batch(questions)] == alone
    assert counted.calls == [3]  # one of the four is asked twice
    assert [said.content for said in asyncio.run(chat.abatch(questions))] == alone
    assert counted.calls == [3, 3]
    chain = ChatPromptTemplate.from_template("{question}") | chat | StrOutputParser()
    assert chain.batch([{"question": question} for question in questions]) == alone
    assert counted.calls == [3, 3, 3]
    stop = alone[1][2:5]
    assert [said.content for said in chat.batch(questions, stop=[stop])] == [
        chat.invoke(question, stop=[stop]).content for question in questions
    ]


def test_each_question_of_several_keeps_its_own_errors_and_callbacks(
    chat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Heard(BaseCallbackHandler):
        def __init__(self) -> None:
            self.texts: list[str] = []

        def on_llm_end(self, response: Any, **_: Any) -> None:
            self.texts.append(response.generations[0][0].text)

    alone = chat.invoke("Why?").content
    heard = [Heard(), Heard(), Heard()]
    counted = Counted(monkeypatch)
    asked = ["Why?", [ToolMessage("4", tool_call_id="1")], "Where?"]
    configs = [{"callbacks": [one]} for one in heard]
    said = chat.batch(asked, config=configs, return_exceptions=True)
    assert counted.calls == [2]
    assert said[0].content == alone
    assert isinstance(said[1], UserError)
    assert [one.texts for one in heard] == [[alone], [], [said[2].content]]
    with pytest.raises(UserError, match="of the type 'tool'"):
        chat.batch(asked)
    assert chat.batch([]) == []


def test_a_long_chat_is_cut_and_says_so(chat: Any) -> None:
    said = chat.invoke("word " * 3000)
    assert said.response_metadata["truncated_tokens"] > 0


def test_what_a_chat_cannot_take(chat: Any) -> None:
    with pytest.raises(UserError) as told:
        chat.invoke([ToolMessage("4", tool_call_id="1")])
    assert str(told.value) == (
        "A message of the type 'tool' cannot be put to this model, which knows system, human, ai: "
        "leave it out of the chain."
    )
    with pytest.raises(UserError) as told:
        chat.invoke("Why?", temperature=1)
    assert str(told.value) == (
        "temperature cannot be set for one answer: set max_tokens and temperature where the model "
        "is made."
    )


def test_approaches_of_a_run(tmp_path: Path) -> None:
    from etude import load_study
    from etude.config import to_yaml
    from studies import write_study

    study = load_study(write_study(tmp_path))
    run = tmp_path / "run"
    run.mkdir()
    (run / "study.yaml").write_text(to_yaml(study))
    assert chat_model_of(run, "zero-shot").invoke("Why?").response_metadata["model_name"] == (
        "run/zero-shot"
    )
    with pytest.raises(UserError) as told:
        chat_model_of(run, "lora")
    weights = run / "approaches" / "lora" / f"seed-{study.seed}" / "weights"
    assert str(told.value) == (
        f"{run}: {weights} is not there, so 'lora' has no finished weights: finish the run, or "
        "name another seed."
    )
    with pytest.raises(UserError, match=r"has no approach 'loro': did you mean 'lora'"):
        chat_model_of(run, "loro")


# The extra, and the page


def test_without_the_extra_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_core", None)
    with pytest.raises(UserError) as told:
        as_retriever(Shelf())
    assert str(told.value) == (
        "LangChain is not installed here: install the extra, pip install 'etude[langchain]'."
    )


def test_nothing_of_langchain_or_torch_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, etude.langchain; "
        "print([n for n in ('langchain_core', 'torch', 'transformers') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    held = [block for block in blocks if "runs/" not in block]
    assert len(held) == len(blocks) - 2 == 3
    names: dict[str, Any] = {}
    for block in held:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    assert isinstance(names["answer"], str)
    assert names["where"] == "Serra Clara"
    assert [chunk.text for chunk in names["chunks"]] == ["One river.", "Another river, a long one."]
    assert (tmp_path / "rivers.jsonl").exists()
