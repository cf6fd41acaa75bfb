"""A process that reads pieces of a dump: what it is asked for comes by standard input."""

from __future__ import annotations

import os
import signal
import sys

from etude.data.dump_file import Piece
from etude.data.dump_talk import receive, send, tell_part
from etude.data.dump_work import Dump, part_of
from etude.errors import UserError


def main() -> None:
    """Answer until nothing is asked any more, or nobody hears it."""
    try:
        answer()
    except BrokenPipeError:  # whoever asked has gone; nor can what is left be written at the exit
        os._exit(1)


def answer() -> None:
    """Read the pieces that are asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks hears it, and ends this process
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    opening = receive(asked)
    if opening is None:
        return
    dump = Dump.from_json(opening[0])
    while (question := receive(asked)) is not None:
        message, contents = question
        start, end, done, blocks = message["piece"]
        spans = tuple((first, last) for first, last in blocks)
        piece = Piece(start, end, done, spans, contents[0])
        try:
            part = part_of(dump, piece)
        except UserError as error:
            send(told, {"error": str(error)})
        else:
            tell_part(told, part)
