"""Write the small set of dialogues and summaries that the shipped recipes fall back on.

Composes every row from the hand-written skeletons in `dialogue_scenarios.yaml` by a fixed seed:
the same bytes come out on every machine. The files have DialogSum's columns.

    python tools/make_dialogues.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, groupby
from pathlib import Path
from random import Random
from typing import Any

import yaml

from etude.prompts import fill

HERE = Path(__file__).parent
MATERIAL = HERE.parent / "src" / "etude" / "recipes" / "material"
SIZES = {"train": 240, "dev": 30, "test": 40}
TRIES = 500  # draws before a scenario counts as used up

Scenario = Mapping[str, Any]
Row = dict[str, str]


def make_rows() -> dict[str, list[Row]]:
    """All rows of each split; no dialogue occurs twice."""
    scenarios = yaml.safe_load((HERE / "dialogue_scenarios.yaml").read_text("utf-8"))
    seen: set[str] = set()
    return {split: list(rows_of(split, size, scenarios, seen)) for split, size in SIZES.items()}


def rows_of(split: str, size: int, scenarios: Sequence[Scenario], seen: set[str]) -> Iterator[Row]:
    """Rows of one split, the scenarios taking turns."""
    chance = Random(f"etude dialogues {split}")  # noqa: S311 - a seeded draw, not a secret
    for number, scenario in zip(range(size), cycle(scenarios), strict=False):
        dialogue, summaries = new_talk(scenario, split, chance, seen)
        row = {"fname": f"{split}_{number}", "dialogue": dialogue}
        if split == "test":  # three references, as DialogSum's own test split has
            row |= {f"summary{place}": text for place, text in enumerate(summaries, start=1)}
        else:
            row["summary"] = chance.choice(summaries)
        yield row | {"topic": scenario["topic"]}


def new_talk(
    scenario: Scenario, split: str, chance: Random, seen: set[str]
) -> tuple[str, list[str]]:
    """A dialogue that is not there yet, with its three summaries."""
    for _ in range(TRIES):
        columns = fillings(scenario["slots"], split, chance)
        where = f"scenario '{scenario['topic']}'"
        turns = [sentence(fill(turn, columns, where)) for turn in worded(scenario, chance)]
        dialogue = "\n".join(f"#Person{1 + place % 2}#: {turn}" for place, turn in enumerate(turns))
        if dialogue not in seen:
            seen.add(dialogue)
            return dialogue, [sentence(fill(s, columns, where)) for s in scenario["summary"]]
    raise SystemExit(f"scenario '{scenario['topic']}' gives no more dialogues: add wordings")


def fillings(slots: Mapping[str, list[Any]], split: str, chance: Random) -> dict[str, str]:
    """One value for each slot; the first slot's values are shared out among the splits."""
    columns: dict[str, str] = {}
    for place, (slot, values) in enumerate(slots.items()):
        own = {"train": values[:-3], "dev": values[-3:-2], "test": values[-2:]}
        value = chance.choice(own[split] if place == 0 else values)
        if isinstance(value, Mapping):
            columns |= {f"{slot}.{key}": text for key, text in value.items()}
        else:
            columns[slot] = value
    return columns


def worded(scenario: Scenario, chance: Random) -> Iterator[str]:
    """One wording of every turn, without the optional turns that are left out this time."""
    number = 0
    for optional, group in groupby(scenario["turns"], key=lambda turn: turn.startswith("? ")):
        if optional and chance.random() < 0.5:
            continue
        for place, turn in enumerate(group):
            wordings = [text.removeprefix("? ").removeprefix("& ") for text in turn.split(" || ")]
            follows = turn.startswith("& ") or (optional and place > 0)
            number = number % len(wordings) if follows else chance.randrange(len(wordings))
            yield wordings[number]


def sentence(text: str) -> str:
    """A slot may stand at the beginning, where a capital belongs."""
    return text[0].upper() + text[1:]


def write(folder: Path) -> None:
    """Write one JSON object a line for every split."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in make_rows().items():
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        path = folder / f"dialogues.{split}.jsonl"
        path.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the files go")
    write(parser.parse_args().folder)
