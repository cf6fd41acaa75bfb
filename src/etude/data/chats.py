"""Conversations and conversation trees -> rows with turns.

The last assistant turn is the answer, what stands before it are the row's turns. OpenAssistant's
export: Köpf et al. 2023, arXiv:2304.07327.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etude.config.sources import Columns, Json, Jsonl, Oasst, Sharegpt
from etude.data.json_files import kind_of, read_json, read_jsonl
from etude.data.rows import Row, SplitName
from etude.data.text import files_of, text_of
from etude.data.trees import best_path, trees_of
from etude.errors import UserError
from etude.records import Message, Role

# How a conversation becomes an example; its turns come with the row.
OASST_COLUMNS = Columns(response="{response}", id="{id}")
SHAREGPT_COLUMNS = Columns(response="{response}")

ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
}
LISTS = ("conversations", "messages")  # what a conversation's turns are called
NAMES = (("from", "value"), ("role", "content"))  # what a turn's speaker and text are called
Told = tuple[str, str]  # (kind or reason, detail) of a remark or a problem


def read_oasst(source: Oasst, root: Path) -> Iterator[Row]:
    """One row per tree: its best-ranked path. Columns id and tree (the same), language, response.

    Trees may be nested (one a line, or a first message with its replies) or be flat messages
    with a parent each. A tree that gives no conversation is a row with a problem.
    """
    for split, name, _ in files_of(source.path, root):
        lines = read_jsonl(Jsonl(kind="jsonl", path=name, encoding=source.encoding), root)
        for tree in trees_of(lines, name):
            found, remarks, problem = best_path(tree.message, tree.where, source.language)
            columns = {"id": tree.id, "tree": tree.id, "language": tree.message.get("lang")}
            told = [(message["role"], message["text"]) for message in found]
            row = Row(split, tree.where, columns, tuple(remarks), problem=tree.problem or problem)
            yield conversation(row, told)


def read_sharegpt(source: Sharegpt, root: Path) -> Iterator[Row]:
    """One row per conversation: columns conversation (its own id), response, and what else it has.

    The file is a JSON array or has one object a line. Turns are `from` and `value`, or `role` and
    `content`; a row's own `system` opens the conversation. UserError where the shape is another.
    """
    for split, name, path in files_of(source.path, root):
        for row in _objects(name, path, source.encoding, root):
            yield _spoken(row.columns, split, row.where)


def _objects(name: str, path: Path, encoding: str, root: Path) -> Iterator[Row]:
    """The objects of a file, whether it is one array or has one object a line."""
    with text_of(path, encoding, newline="") as file:
        start = next((line.lstrip()[:1] for line in file if not line.isspace()), "")
    if start == "[":
        return read_json(Json(kind="json", path=name, encoding=encoding), root)
    return read_jsonl(Jsonl(kind="jsonl", path=name, encoding=encoding), root)


def _spoken(columns: Mapping[str, Any], split: SplitName | None, where: str) -> Row:
    key = next((key for key in LISTS if key in columns), None)
    turns = columns[key] if key is not None else None
    if not isinstance(turns, list):
        held = f"'{key}' is {kind_of(turns)}" if key else f"the row has {', '.join(columns)}"
        raise UserError(
            f"{where}: a conversation has '{LISTS[0]}' or '{LISTS[1]}', an array of turns, but "
            f"{held}; check the file's kind."
        )
    told = [("system", str(columns["system"]))] if columns.get("system") else []
    problem: Told | None = None
    for number, turn in enumerate(turns, start=1):
        names = NAMES[0] if isinstance(turn, dict) and "from" in turn else NAMES[1]
        if not isinstance(turn, dict) or not set(names) <= turn.keys():
            held = f"the keys {', '.join(turn)}" if isinstance(turn, dict) else kind_of(turn)
            raise UserError(
                f"{where}, turn {number}: a turn has 'from' and 'value', or 'role' and 'content', "
                f"but this one is {held}; check the file's kind."
            )
        role, text = (turn[name] for name in names)
        if text is not None and not isinstance(text, str):
            problem = problem or ("not text", f"turn {number} holds {kind_of(text)}")
        told.append((str(role), text if isinstance(text, str) else ""))
    kept = {column: value for column, value in columns.items() if column not in (*LISTS, "id")}
    kept["conversation"] = columns.get("id")
    return conversation(Row(split, where, kept, problem=problem), told)


def conversation(row: Row, told: Sequence[tuple[str, str]]) -> Row:
    """A row with its turns and its answer (column `response`), from roles and texts.

    A system turn that says nothing is left out. Turns of one speaker in sequence are joined by a
    blank line, a conversation ends where a turn says nothing, and a question at its end and
    answers at its beginning are left out, each with a remark. A row whose turns cannot be told
    apart or that has no answer gets a problem.
    """
    remarks, turns, problem = tidy(told)
    answer = turns.pop().content if problem is None and turns else ""
    return replace(
        row,
        columns={**row.columns, "response": answer},
        remarks=(*row.remarks, *remarks),
        turns=tuple(turns),
        problem=row.problem or problem,
    )


def tidy(told: Sequence[tuple[str, str]]) -> tuple[list[Told], list[Message], Told | None]:
    """Remarks, turns that alternate from a user to an assistant, and what makes them useless."""
    remarks: list[Told] = []
    turns: list[Message] = []
    for number, (name, text) in enumerate(told, start=1):
        role = ROLES.get(name.strip().lower())
        if role is None:
            return remarks, [], ("unknown role", f"turn {number} is by '{name}'")
        before = turns[-1].role if turns else "system"
        if role == "system" and before != "system":
            return remarks, [], ("system turn inside", f"turn {number}")
        if not text.strip():
            if role == "system":
                continue
            remarks.append(("cut at an empty turn", f"turn {number} of {len(told)}"))
            break
        if role == "assistant" and before == "system":
            remarks.append(("began with an answer", f"turn {number} is left out"))
        elif role == before and turns:
            remarks.append(("turns joined", f"turn {number} goes on as {role}"))
            turns[-1] = Message(role, f"{turns[-1].content}\n\n{text.strip()}")
        else:
            turns.append(Message(role, text.strip()))
    if turns and turns[-1].role == "user":
        asked = turns.pop()
        if any(turn.role == "assistant" for turn in turns):
            remarks.append(("ended with a question", asked.content[:60]))
    if not turns or turns[-1].role != "assistant":
        return remarks, [], ("no answer", "no assistant turn follows a question")
    return remarks, turns, None
