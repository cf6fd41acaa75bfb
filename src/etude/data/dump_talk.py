"""What is said over the pipes between a process that wants a dump read and its workers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, Any

from etude.data.dump_work import Counts, Part, Rows
from etude.errors import UserError


def send(pipe: IO[bytes], message: dict[str, Any], *contents: bytes | None) -> None:
    """A line of JSON, and bytes behind it."""
    lengths = [-1 if content is None else len(content) for content in contents]
    pipe.write(json.dumps({**message, "lengths": lengths}).encode() + b"\n")
    for content in contents:
        if content:
            pipe.write(content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes | None]] | None:
    """What `send` has sent; None where the other side has gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None
    message: dict[str, Any] = json.loads(line)
    contents = [None if length < 0 else pipe.read(length) for length in message["lengths"]]
    for content, length in zip(contents, message["lengths"], strict=True):
        if content is not None and len(content) < length:
            return None
    return message, contents


def tell_part(pipe: IO[bytes], part: Part) -> None:
    """A worker's answer."""
    rows = part.rows
    message = {"whole": part.whole, "redirects": rows.redirects, "counts": asdict(rows.counts)}
    send(pipe, message, part.head, part.tail, b"\n".join(rows.articles))


def part_told(message: dict[str, Any], contents: list[bytes | None]) -> Part:
    """A worker's answer, as it was."""
    if "error" in message:
        raise UserError(message["error"])
    head, tail, lines = (content or b"" for content in contents)
    articles = lines.split(b"\n") if lines else []
    redirects = [(name, title) for name, title in message["redirects"]]
    rows = Rows(articles, redirects, Counts(**message["counts"]))
    return Part(head, tail, message["whole"], rows)
