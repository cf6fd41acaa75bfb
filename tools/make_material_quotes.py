"""Write the invented sayings that the recipe quotes-mini learns from.

Twelve people who never lived speak of twelve things, each in their own pictures: every saying is
one of a person's three sentences with one of the things in it. The file has the columns of the
English quotes on the hub (quote, author, tags), and the same bytes come out on every machine.

    python tools/make_material_quotes.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from etude.prompts import fill

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"

# What is spoken of: its name, what it does, what it costs.
THINGS = {
    "patience": ("waits without counting the hours", "an afternoon you wanted for yourself"),
    "courage": ("goes first when nobody looks", "a night of poor sleep"),
    "friendship": ("stays when the lamp is out", "the last word in an argument"),
    "truth": ("is plain and seldom in a hurry", "a comfortable opinion"),
    "work": ("is finished by those who begin it", "the best hours of the morning"),
    "time": ("takes the shortest road and never turns", "everything you put off"),
    "hope": ("gets up before we do", "the courage to look foolish"),
    "learning": ("begins where pride leaves off", "the pleasure of being right"),
    "home": ("is wherever someone keeps your chair", "a little of the wide world"),
    "change": ("knocks once and then comes in", "the habits you were fondest of"),
    "silence": ("says what it was asked and no more", "a clever answer"),
    "joy": ("comes uninvited and stays for supper", "your reasons to complain"),
}

# Who speaks, and how. {Thing} and {thing} are its name, {does} and {costs} what stands above;
# {picture} is one of the person's own.
PEOPLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Odelia Marsh": (
        ("the bean row", "the pear tree", "the oldest hedge", "the compost"),
        (
            "{Thing} is a seed: it {does}, and it asks for water, not for speeches.",
            "Ask {picture} about {thing}; you will hear nothing, and you will learn a great deal.",
            "In my garden {thing} costs {costs}, and I have never thought it dear.",
        ),
    ),
    "Captain Ruben Vale": (
        ("an empty harbour", "a falling barometer", "the second anchor", "a borrowed chart"),
        (
            "At sea {thing} {does}; on land we only talk of it.",
            "I would sooner sail with {picture} than with a crew that has no {thing}.",
            "Every captain pays for {thing} with {costs}, and the sea keeps no accounts.",
        ),
    ),
    "Tamsin Oake": (
        ("the sourdough", "a cold oven", "the four o'clock bell", "yesterday's loaf"),
        (
            "{Thing} rises like bread: it {does}, and whoever opens the door too soon spoils it.",
            "You cannot knead {thing} into people, but {picture} can teach them to want it.",
            "Flour is cheap; {thing} costs {costs}.",
        ),
    ),
    "Ignatius Bell": (
        ("a stopped clock", "the smallest wheel", "a bent spring", "the church tower at noon"),
        (
            "I have mended clocks for fifty years, and {thing} still {does}.",
            "Look closely at {picture}, and you will find {thing} hidden in it.",
            "A watch costs a month's wages, {thing} costs {costs}; only one of the two runs down.",
        ),
    ),
    "Mirela Santos Prado": (
        ("the silver needle", "a crooked seam", "my grandmother's thimble", "the wrong thread"),
        (
            "{Thing} is sewn from the inside: it {does}, and the stitches do not show.",
            "Give me {picture} and a little {thing}, and I will make a coat of it.",
            "The cloth was a gift, but {thing} cost me {costs}.",
        ),
    ),
    "Old Hesper": (
        ("the north star", "a cloud over the hill", "the long dark of January", "the first comet"),
        (
            "Night after night I watched the sky, and found that {thing} {does}.",
            "{Picture} has more {thing} in it than all our books about the stars.",
            "For {thing} I gave {costs}, and the heavens gave me change.",
        ),
    ),
    "Benno Kratz": (
        ("a donkey", "a tax collector", "my brother-in-law", "the goat"),
        (
            "{Thing}? It {does}, which is more than can be said of {picture}.",
            "I once looked for {thing} and found {picture}; we have lived together ever since.",
            "They say that {thing} costs {costs}. I asked for a receipt.",
        ),
    ),
    "Sister Amabel": (
        ("a swept floor", "the shared bowl", "the open gate", "one candle"),
        (
            "Be gentle, for {thing} {does}, and loud steps frighten it.",
            "Where there is {picture}, there is {thing}, and nothing else is needed.",
            "Whoever gives {costs} for {thing} has given little and received a house.",
        ),
    ),
    "Professor Edda Lind": (
        ("a footnote", "the second experiment", "an honest error", "the margin of a page"),
        (
            "Let us define our terms: {thing} is that which {does}.",
            "There is more {thing} in {picture} than in any conclusion I have drawn.",
            "The price of {thing} has been measured: it is {costs}, with a small error.",
        ),
    ),
    "Jonah Fairweather": (
        ("a long hill", "the last milestone", "a stone in the shoe", "the road after rain"),
        (
            "Walk far enough and you will notice that {thing} {does}.",
            "I met {thing} at {picture}, and we walked the rest of the way together.",
            "I left {costs} at the roadside to make room for {thing}, and my bag was lighter.",
        ),
    ),
    "Philippa Crane": (
        (
            "the rest between two notes",
            "a badly tuned fiddle",
            "the back desk",
            "the slow movement",
        ),
        (
            "{Thing} is a melody that {does}; play it softly.",
            "Listen to {picture}: that is how {thing} sounds.",
            "Practise {thing} daily, even if it costs {costs}, and leave the scales for Sunday.",
        ),
    ),
    "Doctor Anselm Rook": (
        ("a warm blanket", "the waiting room", "a bitter spoon", "the patient in bed seven"),
        (
            "My prescription has not changed: {thing}, for it {does}.",
            "I learned about {thing} from {picture}, and not from my teachers.",
            "{Thing} has one side effect: it costs {costs}.",
        ),
    ),
}


def make_rows() -> Iterator[dict[str, str | list[str]]]:
    """Every person's three sentences on every thing, in an order by chance."""
    chance = Random("etude quotes")  # noqa: S311 - a seeded draw, not a secret
    rows: list[dict[str, str | list[str]]] = []
    for author, (pictures, sentences) in PEOPLE.items():
        for thing, (does, costs) in THINGS.items():
            for place, sentence in enumerate(sentences):
                picture = chance.choice(pictures)
                columns = {
                    "thing": thing,
                    "Thing": thing.capitalize(),
                    "does": does,
                    "costs": costs,
                    "picture": picture,
                    "Picture": picture[0].upper() + picture[1:],
                }
                text = fill(sentence, columns, f"sentence {place + 1} of {author}")
                tags = [thing, ("nature", "people", "price")[place]]
                rows.append({"quote": f"“{text}”", "author": author, "tags": tags})
    chance.shuffle(rows)
    yield from rows


def write(folder: Path) -> None:
    """Write one JSON object a line."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in make_rows()]
    (folder / "quotes.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the file goes")
    write(parser.parse_args().folder)
