"""Write the conversations that the recipe chatbot-mini learns from.

Everything happens in Merrow, a small town that does not exist: its places have hours, streets and
prices that are the same in every conversation, so that a model can learn them, and follow-up
questions (`And on which street is it?`) only make sense after what was said before. The
conversations come in ShareGPT's shape, and others about the same town as trees with ranked
replies in OpenAssistant's. The same bytes come out on every machine.

    python tools/make_material_chats.py
"""

from __future__ import annotations

import argparse
import json
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

from etude.prompts import fill

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
TALKS = 300
TREES = 90

# Place: opens, closes, closed on, street, price, what one does there.
PLACES = {
    "library": ("nine", "six", "Sunday", "Mill Lane", "nothing", "borrow books"),
    "museum": ("ten", "five", "Monday", "Castle Street", "four crowns", "see old ships"),
    "swimming pool": ("seven", "eight", "Tuesday", "Station Road", "three crowns", "swim"),
    "market": ("eight", "noon", "Wednesday", "Church Square", "nothing", "buy fruit"),
    "bakery": ("six", "three", "Monday", "Bridge Street", "nothing", "buy bread"),
    "town hall": ("nine", "four", "Saturday", "Church Square", "nothing", "get a passport"),
    "cinema": ("two", "midnight", "Thursday", "Harbour Street", "eight crowns", "watch films"),
    "boat hire": ("eleven", "seven", "Friday", "Harbour Street", "six crowns", "rent a boat"),
    "bicycle shop": ("nine", "five", "Sunday", "Garden Row", "nothing", "mend a bicycle"),
    "lighthouse": ("noon", "four", "Wednesday", "Cliff Path", "two crowns", "look at the sea"),
    "zoo": ("ten", "six", "Thursday", "Forest Road", "seven crowns", "feed the goats"),
    "theatre": ("five", "eleven", "Tuesday", "Castle Street", "nine crowns", "see a play"),
}
# Kind of question -> first questions, follow-ups, answer. Follow-ups lean on what was said.
ASKED = {
    "opens": (
        ("When does the {place} open?", "What time does the {place} in Merrow open?",
         "How early can I go to the {place}?"),
        ("When does it open?", "And from what time is it open?"),
        "The {place} opens at {opens}.",
    ),
    "closes": (
        ("When does the {place} close?", "Until what time is the {place} open?"),
        ("And when does it close?", "Until when can I stay?"),
        "The {place} closes at {closes}.",
    ),
    "closed": (
        ("On which day is the {place} closed?", "Is the {place} open every day?"),
        ("Is it open every day?", "On which day is it closed?"),
        "The {place} is closed on {closed}.",
    ),
    "street": (
        ("Where is the {place}?", "How do I find the {place} in Merrow?"),
        ("And on which street is it?", "Where do I find it?"),
        "You find the {place} in {street}.",
    ),
    "price": (
        ("How much does a visit to the {place} cost?", "What do I pay at the {place}?"),
        ("What does it cost?", "Do I have to pay?"),
        "A visit to the {place} costs {price}.",
    ),
    "deed": (
        ("What can I do at the {place}?", "What is the {place} for?"),
        ("And what can I do there?", "What is there to do?"),
        "At the {place} you can {deed}.",
    ),
}  # fmt: skip
NAMES = ("opens", "closes", "closed", "street", "price", "deed")

# Questions of one meaning, and the answer.
SMALL_TALK = (
    (("Hello!", "Hi there.", "Good morning."), "Hello! What would you like to know about Merrow?"),
    (("Who are you?", "What is your name?", "May I ask who I am talking to?"),
     "I am {{name}}, and I answer questions about the town of Merrow."),
    (("Are you a person?", "Are you a human being?"),
     "No, I am {{name}}, a small language model."),
)  # fmt: skip
PARTINGS = (
    (("Thank you!", "Thanks a lot.", "Many thanks."), "You are welcome. Enjoy Merrow!"),
    (("Goodbye.", "Bye!", "See you."), "Goodbye, and have a good day in Merrow!"),
)
OUTSIDE = ("What is the weather in {city}?", "Which train goes to {city}?", "How large is {city}?")
UNKNOWN = "I only know about Merrow, so I cannot say anything about {city}."
CITIES = ("Lisbon", "Oslo", "Toronto", "Cairo", "Lima", "Dublin", "Kyoto", "Vienna", "Porto")
SYSTEM = "You are {{name}}, and you answer questions about the town of Merrow in one sentence."

Talk = list[tuple[str, str]]  # pairs of question and answer


def columns_of(place: str) -> dict[str, str]:
    """A place with its facts by name."""
    return {"place": place, **dict(zip(NAMES, PLACES[place], strict=True))}


def exchange(kind: str, place: str, first: bool, chance: Random) -> tuple[str, str]:
    """A question of a kind about a place, and the right answer."""
    questions, follow_ups, answer = ASKED[kind]
    asked = chance.choice(questions if first else follow_ups)
    columns = columns_of(place)
    return fill(asked, columns, kind), fill(answer, columns, kind)


def make_talk(chance: Random) -> Talk:
    """One to five exchanges: perhaps a greeting, a place, follow-ups, perhaps a parting."""
    talk: Talk = []
    if chance.random() < 0.35:
        asked, answered = chance.choice(SMALL_TALK)
        talk.append((chance.choice(asked), answered))
    if chance.random() < 0.1:
        columns = {"city": chance.choice(CITIES)}
        asked_of = fill(chance.choice(OUTSIDE), columns, "outside")
        talk.append((asked_of, fill(UNKNOWN, columns, "unknown")))
    place = chance.choice(list(PLACES))
    kinds = chance.sample(list(ASKED), chance.choice((1, 2, 2, 3)))
    talk += [exchange(kind, place, number == 0, chance) for number, kind in enumerate(kinds)]
    if chance.random() < 0.15:
        asked, answered = chance.choice(PARTINGS)
        talk.append((chance.choice(asked), answered))
    return talk


def make_talks() -> list[dict[str, Any]]:
    """Different conversations in ShareGPT's shape, some with a system turn."""
    chance = Random("etude talks")  # noqa: S311 - a seeded draw, not a secret
    seen: set[str] = set()
    talks: list[dict[str, Any]] = []
    while len(talks) < TALKS:
        talk = make_talk(chance)
        if str(talk) in seen:
            continue
        seen.add(str(talk))
        turns = [{"from": "system", "value": SYSTEM}] if chance.random() < 0.1 else []
        for asked, answered in talk:
            turns += [{"from": "human", "value": asked}, {"from": "gpt", "value": answered}]
        talks.append({"id": f"merrow_{len(talks)}", "conversations": turns})
    return talks


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COMPANY = ("my son", "a friend", "my grandmother", "two children", "my dog", "nobody else")
WISHES = (
    "Next {day} I would like to {deed} in Merrow with {company}. Where can I do that?",
    "I am coming on {day} with {company}. Is there a place where one can {deed}?",
    "Please help me: I want to {deed} with {company} on {day}.",
)
WISHES_PT = (
    "Venho a Merrow com um amigo. O que há em {street}?",
    "O que se pode visitar em {street}, em Merrow?",
)
RIGHT = "Go to the {place} in {street}, where you can {deed}."
WORSE = "Go to the {place}."
WORST = ("I am not sure.", "Perhaps you can ask someone in the street.", "That is a good question.")
RIGHT_PT = "Em {street} fica um lugar chamado {place}."


def make_trees() -> list[dict[str, Any]]:
    """Trees as OpenAssistant exports them: ranked replies, follow-ups, a few deleted messages."""
    chance = Random("etude trees")  # noqa: S311 - a seeded draw, not a secret
    return [make_tree(number, chance) for number in range(TREES)]


def make_tree(number: int, chance: Random) -> dict[str, Any]:
    """A wish, replies of three qualities, and a follow-up to the best of them."""
    place = list(PLACES)[number % len(PLACES)]
    with_whom = {"day": chance.choice(DAYS), "company": chance.choice(COMPANY)}
    columns = columns_of(place) | with_whom
    portuguese = number % 15 == 7
    wishes, right = (WISHES_PT, RIGHT_PT) if portuguese else (WISHES, RIGHT)
    lang = "pt-BR" if portuguese else "en"
    wish = fill(wishes[number // len(PLACES) % len(wishes)], columns, "wish")
    replies = [(fill(right, columns, "right"), False)]
    if not portuguese:
        replies += [(fill(WORSE, columns, "worse"), False), (chance.choice(WORST), False)]
    if chance.random() < 0.1:
        replies.insert(0, ("This message was taken back.", True))
    made = [
        message(f"{number}.{place_}", text, "assistant", lang, deleted=deleted)
        for place_, (text, deleted) in enumerate(replies)
    ]
    ranked = [reply for reply in made if not reply["deleted"]]
    for rank, reply in enumerate(ranked):
        reply["rank"] = rank if len(ranked) > 1 else None
    if not portuguese and chance.random() < 0.7:
        kind = chance.choice(("opens", "closes", "closed", "price"))
        asked, answered = exchange(kind, place, False, chance)
        follow = message(f"{number}.f", asked, "prompter", lang)
        follow["replies"] = [message(f"{number}.a", answered, "assistant", lang)]
        ranked[0]["replies"] = [follow]
    chance.shuffle(made)  # the best reply does not always stand first
    first = message(f"{number}", wish, "prompter", lang)
    first["replies"] = made
    hand_down(first)
    return {
        "message_tree_id": first["message_id"],
        "tree_state": "ready_for_export",
        "prompt": first,
    }


def message(key: str, text: str, role: str, lang: str, *, deleted: bool = False) -> dict[str, Any]:
    """A message; its id is made of its key, so that it is the same on every machine."""
    return {
        "message_id": blake2b(f"merrow {key}".encode(), digest_size=8).hexdigest(),
        "parent_id": None,
        "text": text,
        "role": role,
        "lang": lang,
        "review_result": True,
        "deleted": deleted,
        "rank": None,
        "replies": [],
    }


def hand_down(parent: dict[str, Any]) -> None:
    """Tell every reply whose reply it is."""
    for reply in parent["replies"]:
        reply["parent_id"] = parent["message_id"]
        hand_down(reply)


def write(folder: Path) -> None:
    """Write the conversations as one array, the trees one a line."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(talk, ensure_ascii=False) for talk in make_talks())
    (folder / "chats.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8", newline="\n")
    lines = [json.dumps(tree, ensure_ascii=False) + "\n" for tree in make_trees()]
    (folder / "trees.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the files go")
    write(parser.parse_args().folder)
