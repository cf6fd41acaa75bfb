"""OpenAssistant's conversation trees: how files hold them, and the best-ranked path of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from etude.data.rows import Row
from etude.errors import UserError

KINDS: dict[type, str] = {str: "a text", list: "an array", dict: "an object"}


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree by its first message, whose `replies` hold the rest; `where` it stands."""

    id: str
    message: Mapping[str, Any]
    where: str
    problem: tuple[str, str] | None = None


def trees_of(rows: Iterable[Row], name: str) -> Iterator[Tree]:
    """The trees of a file: nested under `prompt`, nested in a first message, or flat messages.

    Which of the three a file is, its first line says. A flat message whose parent is not in the
    file is a tree with a problem, so that it is counted.
    """
    iterator = iter(rows)
    first = next(iterator)
    every = chain((first,), iterator)
    if "prompt" in first.columns:
        for row in every:
            message = _get(row.columns, "prompt", dict, row.where)
            identity = row.columns.get("message_tree_id") or message.get("message_id")
            yield Tree(str(identity or row.where), message, row.where)
    elif "replies" in first.columns:
        for row in every:
            identity = _get(row.columns, "message_id", str, row.where)
            yield Tree(identity, row.columns, row.where)
    else:
        yield from _assembled(every, name)


def _assembled(rows: Iterable[Row], name: str) -> Iterator[Tree]:
    """Flat messages put under their parents; replies keep the file's order."""
    held: dict[str, tuple[str, dict[str, Any]]] = {}
    for row in rows:
        identity = _get(row.columns, "message_id", str, row.where)
        if identity in held:
            raise UserError(
                f"{row.where}: the message '{identity}' stands in {held[identity][0]} already; "
                "keep one of the two."
            )
        held[identity] = (row.where, {**row.columns, "replies": []})
    trees: list[Tree] = []
    for identity, (where, message) in held.items():
        parent = message.get("parent_id")
        if parent is None:
            trees.append(Tree(identity, message, where))
        elif parent in held:
            held[parent][1]["replies"].append(message)
        else:
            told = ("parent not in the file", f"message '{parent}'")
            trees.append(Tree(identity, message, where, told))
    if all(tree.problem for tree in trees):
        raise UserError(
            f"{name}: no message is a first one (without parent_id), so there is no conversation; "
            "name a file that holds whole trees."
        )
    yield from trees


def best_path(
    message: Mapping[str, Any], where: str, language: str | None
) -> tuple[list[Mapping[str, Any]], list[tuple[str, str]], tuple[str, str] | None]:
    """Messages from the first one to a leaf, remarks, and why the tree cannot be used.

    Of the replies to a message the one with the lowest rank follows; where none has a rank, the
    first, with a remark if there are several. What was deleted, refused in review, says nothing
    or is in another language is left out with all that follows it.
    """
    reason = unusable(message, where, language)
    if reason is not None:
        lang = f"lang {message.get('lang')}" if reason == "other language" else "first message"
        return [], [], (reason, lang)
    path, remarks = [message], []
    left_out: list[str] = []
    while True:
        replies = _get(path[-1], "replies", list, where, default=[])
        usable = []
        for reply in replies:
            reason = unusable(reply, where, language)
            if reason is None:
                usable.append(reply)
            else:
                left_out.append(reason)
        if not usable:
            break
        ranked = [reply for reply in usable if isinstance(reply.get("rank"), int)]
        if not ranked and len(usable) > 1:
            detail = f"the first of {len(usable)} replies to message '{path[-1].get('message_id')}'"
            remarks.append(("unranked replies", detail))
        path.append(min(ranked, key=lambda reply: reply["rank"]) if ranked else usable[0])
    if left_out:
        counts = (f"{left_out.count(why)} {why}" for why in dict.fromkeys(left_out))
        remarks.append(("messages left out", ", ".join(counts)))
    return path, remarks, None


def unusable(message: Any, where: str, language: str | None) -> str | None:
    """Why a message is left out, None when it is not; UserError when it is none."""
    text = _get(message, "text", str, where)
    _get(message, "role", str, where)
    if message.get("deleted") is True:
        return "deleted message"
    if message.get("review_result") is False:
        return "refused in review"
    if not text.strip():
        return "empty message"
    if language is not None and message.get("lang") != language:
        return "other language"
    return None


def _get(message: Any, key: str, kind: type, where: str, default: Any = None) -> Any:
    """A field of a message, of the right type."""
    value = message.get(key) if isinstance(message, Mapping) else None
    value = default if value is None else value
    if not isinstance(value, kind):
        raise UserError(
            f"{where}: OpenAssistant's export has '{key}' here, {KINDS[kind]}, but it is "
            f"{'missing' if value is None else repr(value)[:40]}; check the file's kind."
        )
    return value
