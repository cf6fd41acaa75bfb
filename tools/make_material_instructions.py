"""Write the instructions that the recipe instructions-mini learns from, in Alpaca's shape.

A dozen small tasks with answers that the script works out, so that they are right: some with an
input, some without. Each task comes in several wordings, and no instruction with its input occurs
twice; the same bytes come out on every machine.

    python tools/make_material_instructions.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
EACH = 36  # rows of a task
TRIES = 2000  # draws before a task counts as used up

PLURALS = {
    "lamp": "lamps", "box": "boxes", "city": "cities", "leaf": "leaves", "child": "children",
    "mouse": "mice", "dish": "dishes", "key": "keys", "baby": "babies", "knife": "knives",
    "foot": "feet", "bus": "buses", "hero": "heroes", "day": "days", "berry": "berries",
    "wolf": "wolves", "book": "books", "glass": "glasses", "woman": "women", "tooth": "teeth",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "tall": "short", "early": "late", "full": "empty", "open": "closed",
    "heavy": "light", "loud": "quiet", "young": "old", "wide": "narrow", "dry": "wet",
    "fast": "slow", "clean": "dirty", "rich": "poor", "near": "far", "hard": "soft",
    "deep": "shallow", "cheap": "expensive", "strong": "weak", "true": "false", "first": "last",
}  # fmt: skip
KINDS = {
    "animal": ("horse", "owl", "goat", "salmon", "beetle", "heron", "fox"),
    "plant": ("oak", "tulip", "moss", "fern", "daisy", "pine", "ivy"),
    "tool": ("hammer", "saw", "drill", "spade", "chisel", "rake", "file"),
    "food": ("bread", "cheese", "soup", "rice", "butter", "pie", "honey"),
    "instrument": ("violin", "flute", "drum", "harp", "oboe", "cello", "horn"),
}
VERBS = {
    "walks": "walked", "cooks": "cooked", "writes": "wrote", "sings": "sang", "opens": "opened",
    "buys": "bought", "sees": "saw", "paints": "painted", "takes": "took", "finds": "found",
}  # fmt: skip
OBJECTS = {
    "walks": "to the harbour", "cooks": "a fish", "writes": "a letter", "sings": "an old song",
    "opens": "the window", "buys": "a blue hat", "sees": "the moon", "paints": "the door",
    "takes": "the last train", "finds": "a coin",
}  # fmt: skip
NAMES = ("Nora", "Felix", "Amara", "Iris", "Otto", "Selma", "Bruno", "Clara", "Diego", "Hanna")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GIFTS = ("book", "scarf", "cake", "plant", "lamp", "bottle of juice", "picture", "kite")
REQUESTS = (
    "Open the window.", "Close the door.", "Bring me a chair.", "Pass the salt.", "Be quiet.",
    "Wait outside.", "Call a taxi.", "Show me the way.", "Turn off the light.", "Sit down.",
    "Help me with this box.", "Read it again.", "Write your name here.", "Come at eight.",
    "Lend me a pen.", "Speak slowly.",
)  # fmt: skip
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

Made = tuple[str, str, str]  # instruction, input, output


def plural(chance: Random) -> Made:
    """The plural of a noun, in the instruction."""
    word = chance.choice(list(PLURALS))
    asked = chance.choice(("Write the plural of '{}'.", "What is the plural of '{}'?"))
    return asked.format(word), "", PLURALS[word]


def opposite(chance: Random) -> Made:
    """The opposite of an adjective, in the input."""
    word = chance.choice(list(OPPOSITES))
    asked = ("Give the opposite of the word.", "Which word means the opposite?")
    return chance.choice(asked), word, OPPOSITES[word]


def kind(chance: Random) -> Made:
    """What a word names."""
    name = chance.choice(list(KINDS))
    asked = "Is this an animal, a plant, a tool, a food or an instrument?"
    other = "Say what the word names: animal, plant, tool, food or instrument."
    return chance.choice((asked, other)), chance.choice(KINDS[name]), name


def odd_one(chance: Random) -> Made:
    """The word that does not belong."""
    most, one = chance.sample(list(KINDS), 2)
    odd = chance.choice(KINDS[one])
    words = [*chance.sample(KINDS[most], 3), odd]
    chance.shuffle(words)
    return "Which word does not belong with the others?", ", ".join(words), odd


def in_order(chance: Random) -> Made:
    """Words in alphabetical order."""
    every = [word for words in KINDS.values() for word in words]
    words = chance.sample(every, 3)
    asked = ("Put the words in alphabetical order.", "Sort the words from A to Z.")
    return chance.choice(asked), ", ".join(words), ", ".join(sorted(words))


def count(chance: Random) -> Made:
    """How many words a list has."""
    every = [word for words in KINDS.values() for word in words]
    words = chance.sample(every, chance.randint(2, 7))
    asked = ("How many words are in the list?", "Count the words.")
    return chance.choice(asked), ", ".join(words), NUMBERS[len(words)]


def past(chance: Random) -> Made:
    """A sentence in the past tense."""
    verb, name = chance.choice(list(VERBS)), chance.choice(NAMES)
    asked = ("Put the sentence in the past tense.", "Rewrite the sentence as if it were yesterday.")
    given = f"{name} {verb} {OBJECTS[verb]}."
    return chance.choice(asked), given, f"{name} {VERBS[verb]} {OBJECTS[verb]}."


def who(chance: Random) -> Made:
    """The name in a sentence."""
    verb, name = chance.choice(list(VERBS)), chance.choice(NAMES)
    day = chance.choice(DAYS)
    given = f"On {day} {name} {VERBS[verb]} {OBJECTS[verb]}."
    asked, answer = chance.choice(
        (("Who is the sentence about?", name), ("On which day did it happen?", day))
    )
    return asked, given, answer


def polite(chance: Random) -> Made:
    """A request in polite words."""
    given = chance.choice(REQUESTS)
    asked = ("Make the request polite.", "Say it in a more polite way.", "Rewrite it politely.")
    return chance.choice(asked), given, f"Could you please {given[0].lower()}{given[1:-1]}?"


def thanks(chance: Random) -> Made:
    """A note of thanks."""
    name, gift = chance.choice(NAMES), chance.choice(GIFTS)
    asked = chance.choice(("Write a short note to thank {} for a {}.", "Thank {} for the {}."))
    answer = f"Dear {name}, thank you very much for the {gift}. It made my day."
    return asked.format(name, gift), "", answer


def next_day(chance: Random) -> Made:
    """A day of the week from another."""
    place = chance.randrange(7)
    step, words = chance.choice(
        ((1, "comes after"), (-1, "comes before"), (2, "is two days after"),
         (-2, "is two days before"))
    )  # fmt: skip
    asked = f"Which day {words} {DAYS[place]}?"
    return asked, "", DAYS[(place + step) % 7]


def three(chance: Random) -> Made:
    """Three things that begin with the kind asked for, always the same three."""
    name = chance.choice(list(KINDS))
    asked = chance.choice(("Name three {}s.", "Give three examples of {}s.", "List three {}s."))
    first, second, third = KINDS[name][:3]
    return asked.format(name), "", f"{first}, {second} and {third}"


def capital(chance: Random) -> Made:
    """The first letter or the last of a word."""
    word = chance.choice([*PLURALS, *OPPOSITES])
    which, letter = chance.choice((("first", word[0]), ("last", word[-1])))
    return f"What is the {which} letter of '{word}'?", "", letter


TASKS: tuple[Callable[[Random], Made], ...] = (
    plural, opposite, kind, odd_one, in_order, count, past, who, polite, thanks, next_day, three,
    capital,
)  # fmt: skip


def make_rows() -> list[dict[str, str]]:
    """Rows of every task in an order by chance."""
    chance = Random("etude instructions")  # noqa: S311 - a seeded draw, not a secret
    made = [row for task in TASKS for row in islice(different(task, chance), EACH)]
    chance.shuffle(made)
    return [dict(zip(("instruction", "input", "output"), row, strict=True)) for row in made]


def different(task: Callable[[Random], Made], chance: Random) -> Iterator[Made]:
    """What a task gives, each only once; a task with few different rows gives fewer."""
    seen: set[Made] = set()
    for _ in range(TRIES):
        row = task(chance)
        if row not in seen:
            seen.add(row)
            yield row


def write(folder: Path) -> None:
    """Write one array, a row a line."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in make_rows())
    (folder / "instructions.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the file goes")
    write(parser.parse_args().folder)
