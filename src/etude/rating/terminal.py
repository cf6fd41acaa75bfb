"""Rating in a terminal: one example after the other, one letter each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from etude.rating.session import Choice, Item, Session

if TYPE_CHECKING:
    from rich.console import Console

HELP = "1 the first is better, 2 the second, 0 equally good, u undo the last, q stop"
WORDS: dict[str, Choice] = {"1": "left", "2": "right", "0": "tie"}


def rate_in_terminal(session: Session, console: Console, ask: Callable[[str], str]) -> None:
    """Ask until all is rated, or the rater stops; every rating is saved as it is given."""
    console.print(
        f"{len(session.items)} examples, {len(session.ratings)} of them rated already. "
        f"{HELP}. Ratings are saved one by one; stop when you like.",
        markup=False,
    )
    while (item := session.next) is not None:
        show(session, item, console)
        word = answered(console, ask)
        if word == "q":
            return
        if word == "u":
            console.print("Taken back." if session.undo() else "There is nothing to take back.")
            continue
        session.rate(item, WORDS[word])
    console.print("All of it is rated. Thank you.")


def show(session: Session, item: Item, console: Console) -> None:
    """One example with both answers, without the approaches' names."""
    console.rule(f"{len(session.ratings) + 1} of {len(session.items)}")
    for title, text in parts(item):
        console.print(title, style="bold", markup=False)
        console.print(f"{text.strip() or '(an empty answer)'}\n", markup=False, highlight=False)


def parts(item: Item) -> list[tuple[str, str]]:
    """What is shown of an example: question, references, two answers."""
    question = next(turn.content for turn in reversed(item.example.messages) if turn.role == "user")
    references = [("Reference", text) for text in item.example.references if text]
    first, second = item.shown
    return [("Question", question), *references, ("1", first), ("2", second)]


def answered(console: Console, ask: Callable[[str], str]) -> str:
    """One of the letters; asked again until it is one. The end of the input stops."""
    while True:
        try:
            word = ask("1, 2, 0, u or q: ").strip().lower()
        except EOFError:
            return "q"
        if word in (*WORDS, "u", "q"):
            return word
        console.print(HELP, markup=False)
