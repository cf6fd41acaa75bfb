"""Conversations: trees with ranked replies, lists of turns, placeholders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_helper import assembled, one_source, rows_of, sentence
from etude.data.chats import tidy
from etude.errors import UserError
from etude.records import Example


def message(text: str, role: str = "assistant", *replies: Any, **more: Any) -> dict[str, Any]:
    return {
        "message_id": f"id of {text}",
        "parent_id": None,
        "text": text,
        "role": role,
        "lang": "en",
        "deleted": False,
        "rank": None,
        "replies": list(replies),
        **more,
    }


def ask(text: str, *replies: Any, **more: Any) -> dict[str, Any]:
    return message(text, "prompter", *replies, **more)


def lines(path: Path, *rows: Any) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def trees(root: Path, *firsts: dict[str, Any]) -> None:
    rows = [{"message_tree_id": f"tree {n}", "prompt": first} for n, first in enumerate(firsts)]
    lines(root / "it.jsonl", *rows)


def talks(root: Path, *rows: Any) -> None:
    (root / "it.json").write_text(json.dumps(list(rows)))


def said(*turns: str) -> dict[str, Any]:
    """A conversation in which human and gpt take turns."""
    roles = ("human", "gpt")
    told = [{"from": roles[n % 2], "value": text} for n, text in enumerate(turns)]
    return {"id": "x", "conversations": told}


def only(root: Path, **settings: Any) -> Any:
    (row,) = rows_of(root, **settings)
    return row


def every(made: Any) -> list[Example]:
    return [*made.data.train, *made.data.dev, *made.data.test]


class TestTrees:
    def test_the_best_ranked_path_is_taken(self, tmp_path: Path) -> None:
        best = message("good", "assistant", ask("why?", message("because")), rank=0)
        trees(tmp_path, ask("what?", message("bad", rank=1), best, message("worse", rank=2)))
        row = only(tmp_path, kind="oasst", path="it.jsonl")
        assert [(turn.role, turn.content) for turn in row.turns] == [
            ("user", "what?"),
            ("assistant", "good"),
            ("user", "why?"),
        ]
        assert row.columns["response"] == "because"
        assert row.columns["tree"] == row.columns["id"] == "tree 0"
        assert row.remarks == ()
        assert row.problem is None

    def test_among_unranked_replies_the_first_one_with_a_remark(self, tmp_path: Path) -> None:
        trees(tmp_path, ask("what?", message("first"), message("second")))
        row = only(tmp_path, kind="oasst", path="it.jsonl")
        assert row.columns["response"] == "first"
        assert row.remarks == (
            ("unranked replies", "the first of 2 replies to message 'id of what?'"),
        )

    def test_a_ranked_reply_goes_before_unranked_ones(self, tmp_path: Path) -> None:
        trees(tmp_path, ask("what?", message("none"), message("second", rank=3)))
        row = only(tmp_path, kind="oasst", path="it.jsonl")
        assert (row.columns["response"], row.remarks) == ("second", ())

    def test_messages_that_are_left_out(self, tmp_path: Path) -> None:
        replies = (
            message("gone", rank=0, deleted=True),
            message(" ", rank=1),
            message("refused", rank=2, review_result=False),
            message("bom dia", rank=3, lang="pt-BR"),
            message("kept", rank=4),
        )
        trees(tmp_path, ask("what?", *replies))
        row = only(tmp_path, kind="oasst", path="it.jsonl", language="en")
        assert row.columns["response"] == "kept"
        assert row.remarks == (
            (
                "messages left out",
                "1 deleted message, 1 empty message, 1 refused in review, 1 other language",
            ),
        )

    def test_a_question_at_the_end_is_cut(self, tmp_path: Path) -> None:
        trees(tmp_path, ask("what?", message("that", "assistant", ask("and then?"))))
        row = only(tmp_path, kind="oasst", path="it.jsonl")
        assert [turn.content for turn in row.turns] == ["what?"]
        assert row.columns["response"] == "that"
        assert row.remarks == (("ended with a question", "and then?"),)

    def test_trees_that_cannot_be_used_are_counted(self, tmp_path: Path) -> None:
        good = [ask(f"what {n}?", message("that")) for n in range(5)]
        trees(
            tmp_path,
            *good,
            ask("nobody answers"),
            ask("gone", message("x"), deleted=True),
            ask(" ", message("x")),
            ask("bom dia", message("x"), lang="pt-BR"),
        )
        made = assembled(tmp_path, **one_source(kind="oasst", path="it.jsonl", language="en"))
        assert [(row.id, row.reason, row.detail) for row in made.dropped] == [
            ("tree 5", "no answer", "no assistant turn follows a question"),
            ("tree 6", "deleted message", "first message"),
            ("tree 7", "empty message", "first message"),
            ("tree 8", "other language", "lang pt-BR"),
        ]
        assert len(every(made)) == 5

    def test_trees_keep_together_by_group(self, tmp_path: Path) -> None:
        trees(tmp_path, *(ask(f"what {n}?", message("that")) for n in range(5)))
        source = one_source(kind="oasst", path="it.jsonl")
        made = assembled(tmp_path, **source, split={"group_by": "tree"})
        assert all(example.group == example.id for example in every(made))

    def test_flat_messages_make_the_same_trees(self, tmp_path: Path) -> None:
        nested = ask("what?", message("bad", rank=1), message("good", rank=0))
        lines(tmp_path / "nested.jsonl", nested)
        flat = [{key: value for key, value in nested.items() if key != "replies"}]
        for reply in nested["replies"]:
            own = {key: value for key, value in reply.items() if key != "replies"}
            flat.append(own | {"parent_id": nested["message_id"]})
        lines(tmp_path / "flat.jsonl", *flat[::-1])  # replies may stand before what they reply to
        one = only(tmp_path, kind="oasst", path="nested.jsonl")
        other = only(tmp_path, kind="oasst", path="flat.jsonl")
        assert (one.turns, one.columns) == (other.turns, other.columns)
        assert other.columns["response"] == "good"

    def test_an_orphan_is_counted(self, tmp_path: Path) -> None:
        orphan = message("whose?") | {"parent_id": "lost"}
        del orphan["replies"]
        first = {key: value for key, value in ask("what?").items() if key != "replies"}
        lines(tmp_path / "it.jsonl", first, orphan)
        problems = [row.problem for row in rows_of(tmp_path, kind="oasst", path="it.jsonl")]
        assert problems[1] == ("parent not in the file", "message 'lost'")
        lines(tmp_path / "it.jsonl", orphan)
        assert sentence(tmp_path, kind="oasst", path="it.jsonl") == (
            "it.jsonl: no message is a first one (without parent_id), so there is no conversation; "
            "name a file that holds whole trees."
        )
        lines(tmp_path / "it.jsonl", first, first)
        assert sentence(tmp_path, kind="oasst", path="it.jsonl") == (
            "it.jsonl, line 2: the message 'id of what?' stands in it.jsonl, line 1 already; keep "
            "one of the two."
        )

    def test_what_is_no_export(self, tmp_path: Path) -> None:
        lines(tmp_path / "it.jsonl", {"prompt": "Hello"})
        assert sentence(tmp_path, kind="oasst", path="it.jsonl") == (
            "it.jsonl, line 1: OpenAssistant's export has 'prompt' here, an object, but it is "
            "'Hello'; check the file's kind."
        )
        lines(tmp_path / "it.jsonl", {"prompt": {"role": "prompter"}})
        assert sentence(tmp_path, kind="oasst", path="it.jsonl") == (
            "it.jsonl, line 1: OpenAssistant's export has 'text' here, a text, but it is missing; "
            "check the file's kind."
        )

    def test_real_trees_and_messages(self, shared: Path) -> None:
        for name in ("tree", "message"):
            rows = rows_of(shared, kind="oasst", path=f"oasst/en_100_{name}.jsonl")
            assert len(rows) == 100
            assert all(row.problem is None and row.turns[-1].role == "user" for row in rows)
            kinds = [kind for row in rows for kind, _ in row.remarks]
            assert (kinds.count("ended with a question"), kinds.count("unranked replies")) == (
                39,
                13,
            )


class TestConversations:
    def test_several_turns_are_one_example(self, tmp_path: Path) -> None:
        talks(tmp_path, *(said(f"a{n}", "b", "c", "d") for n in range(5)))
        made = assembled(tmp_path, **one_source(kind="sharegpt", path="it.json"))
        example = min(every(made), key=lambda example: example.id)
        assert example.id == "songs-1"
        assert [(turn.role, turn.content) for turn in example.messages] == [
            ("user", "a0"),
            ("assistant", "b"),
            ("user", "c"),
        ]
        assert example.references == ("d",)
        assert example.metadata == {"conversation": "x", "response": "d"}

    def test_messages_with_roles_one_a_line(self, tmp_path: Path) -> None:
        turns = [("system", "Be short."), ("user", "a"), ("assistant", "b")]
        held = [{"role": role, "content": text} for role, text in turns]
        lines(tmp_path / "it.jsonl", {"messages": held, "topic": "letters"})
        row = only(tmp_path, kind="sharegpt", path="it.jsonl")
        assert [turn.role for turn in row.turns] == ["system", "user"]
        assert row.columns == {"topic": "letters", "conversation": None, "response": "b"}
        assert row.where == "it.jsonl, line 1"

    def test_a_rows_own_system_text(self, tmp_path: Path) -> None:
        talks(tmp_path, {**said("a", "b"), "system": "Be short."})
        row = only(tmp_path, kind="sharegpt", path="it.json")
        assert [turn.content for turn in row.turns] == ["Be short.", "a"]

    def test_published_splits(self, tmp_path: Path) -> None:
        talks(tmp_path, said("a", "b"))
        paths = {"train": "it.json", "test": "it.json"}
        rows = rows_of(tmp_path, kind="sharegpt", path=paths)
        assert [row.split for row in rows] == ["train", "test"]

    @pytest.mark.parametrize(
        ("told", "kept", "remark"),
        [
            ([("user", "a"), ("gpt", "b"), ("human", "c")], "ab", ("ended with a question", "c")),
            (
                [("gpt", "hi"), ("user", "a"), ("gpt", "b")],
                "ab",
                ("began with an answer", "turn 1 is left out"),
            ),
            (
                [("user", "a"), ("gpt", "b"), ("user", "c"), ("gpt", " ")],
                "ab",
                ("cut at an empty turn", "turn 4 of 4"),
            ),
            (
                [("user", "a"), ("user", "b"), ("gpt", "c")],
                "a\n\nbc",
                ("turns joined", "turn 2 goes on as user"),
            ),
        ],
    )
    def test_turns_are_put_in_order(
        self, told: list[tuple[str, str]], kept: str, remark: tuple[str, str]
    ) -> None:
        remarks, turns, problem = tidy(told)
        assert problem is None
        assert remark in remarks
        assert "".join(turn.content for turn in turns) == kept

    @pytest.mark.parametrize(
        ("told", "problem"),
        [
            (
                [("user", "a"), ("tool", "{}"), ("gpt", "b")],
                ("unknown role", "turn 2 is by 'tool'"),
            ),
            ([("user", "a"), ("system", "x"), ("gpt", "b")], ("system turn inside", "turn 2")),
            ([("user", "a")], ("no answer", "no assistant turn follows a question")),
            ([("gpt", "a")], ("no answer", "no assistant turn follows a question")),
            ([], ("no answer", "no assistant turn follows a question")),
        ],
    )
    def test_conversations_that_cannot_be_used(
        self, told: list[tuple[str, str]], problem: tuple[str, str]
    ) -> None:
        assert tidy(told)[1:] == ([], problem)

    roles = st.sampled_from(["system", "human", "user", "gpt", "assistant", "tool"])

    @given(st.lists(st.tuples(roles, st.sampled_from(["", " ", "a", "b\n", "c"])), max_size=8))
    def test_turns_alternate_and_say_something(self, told: list[tuple[str, str]]) -> None:
        _, turns, problem = tidy(told)
        if problem is not None:
            assert turns == []
            return
        said_by = [turn.role for turn in turns if turn.role != "system"]
        assert said_by == ["user", "assistant"] * (len(said_by) // 2)
        assert len(said_by) >= 2
        assert all(turn.content.strip() for turn in turns)
        assert [turn.role for turn in turns].count("system") <= 1

    def test_a_turn_that_is_no_text_is_counted(self, tmp_path: Path) -> None:
        turns = [{"role": "user", "content": [{"type": "image"}]}]
        talks(tmp_path, {"messages": turns}, *(said(f"a{n}", "b") for n in range(5)))
        made = assembled(tmp_path, **one_source(kind="sharegpt", path="it.json"))
        assert [(row.reason, row.detail) for row in made.dropped] == [
            ("not text", "turn 1 holds an array")
        ]

    def test_half_a_character_in_a_turn(self, tmp_path: Path) -> None:
        talks(tmp_path, said("a \ud83c", "b"), *(said(f"a{n}", "b") for n in range(5)))
        made = assembled(tmp_path, **one_source(kind="sharegpt", path="it.json"))
        assert [(row.reason, row.detail) for row in made.dropped] == [
            ("broken character", "column 'turn 1' holds half a character (\\ud83c)")
        ]

    def test_what_is_no_conversation(self, tmp_path: Path) -> None:
        talks(tmp_path, {"id": 1, "text": "Hello"})
        assert sentence(tmp_path, kind="sharegpt", path="it.json") == (
            "it.json, row 1: a conversation has 'conversations' or 'messages', an array of turns, "
            "but the row has id, text; check the file's kind."
        )
        talks(tmp_path, {"messages": "Hello"})
        assert sentence(tmp_path, kind="sharegpt", path="it.json") == (
            "it.json, row 1: a conversation has 'conversations' or 'messages', an array of turns, "
            "but 'messages' is a text; check the file's kind."
        )
        talks(tmp_path, {"messages": [{"role": "user", "text": "Hello"}]})
        assert sentence(tmp_path, kind="sharegpt", path="it.json") == (
            "it.json, row 1, turn 1: a turn has 'from' and 'value', or 'role' and 'content', but "
            "this one is the keys role, text; check the file's kind."
        )

    def test_real_conversations(self, shared: Path) -> None:
        path = "chat/fastchat_dummy_conversation.json"
        rows = rows_of(shared, kind="sharegpt", path=path)
        counts = [len(row.turns) for row in rows]
        assert [counts.count(turns) for turns in (1, 3, 5)] == [167, 166, 167]
        assert not any(row.problem or row.remarks for row in rows)


class TestPlaceholders:
    def test_they_are_filled_in_turns_and_columns(self, tmp_path: Path) -> None:
        talks(tmp_path, *(said(f"Who {n}, {{{{ name }}}}?", "I am {{name}}.") for n in range(5)))
        source = one_source(kind="sharegpt", path="it.json", replace={"name": "Etude"})
        example = min(every(assembled(tmp_path, **source)), key=lambda example: example.id)
        assert example.messages[0].content == "Who 0, Etude?"
        assert example.references == ("I am Etude.",)

    def test_without_the_setting_nothing_is_touched(self, tmp_path: Path) -> None:
        talks(tmp_path, said("Who?", "I am {{name}}."))
        assert only(tmp_path, kind="sharegpt", path="it.json").columns["response"] == (
            "I am {{name}}."
        )

    def test_one_that_is_left_is_remarked_on(self, tmp_path: Path) -> None:
        rows = [
            {"instruction": f"Who {n}?", "output": "{{name}} by {{author}}, {{author}}"}
            for n in range(5)
        ]
        (tmp_path / "it.json").write_text(json.dumps(rows))
        source = one_source(kind="json", path="it.json", replace={"name": "Etude"})
        made = assembled(tmp_path, **source)
        assert every(made)[0].references == ("Etude by {{author}}, {{author}}",)
        assert made.remarks[0].kind == "placeholder left"
        assert {remark.detail for remark in made.remarks} == {"{{author}}"}

    def test_one_that_no_row_has(self, tmp_path: Path) -> None:
        talks(tmp_path, said("Who?", "I am {{name}}."))
        source = one_source(kind="sharegpt", path="it.json", replace={"nmae": "Etude"})
        with pytest.raises(UserError) as told:
            assembled(tmp_path, **source)
        assert str(told.value) == (
            "data.sources.songs.replace: no row holds the placeholder {{nmae}}; did you mean "
            "'name'? Known: name."
        )

    def test_real_identity(self, shared: Path) -> None:
        replace = {"name": "Etude", "author": "its authors"}
        source = one_source(kind="json", path="chat/identity.json", replace=replace)
        made = assembled(shared, **source)
        assert len(every(made)) > 80
        assert made.remarks == ()
        assert not any("{{" in example.references[0] for example in every(made))
        assert sum("Etude" in example.references[0] for example in every(made)) > 60
