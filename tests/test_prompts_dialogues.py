"""The project's own dialogues: the generator writes exactly what is shipped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import yaml

import etude
from etude.prompts import columns_of

ROOT = Path(__file__).parents[1]
MATERIAL = Path(etude.__file__).parent / "recipes" / "material"
SIZES = {"train": 240, "dev": 30, "test": 40}

ROWS = {
    split: [
        json.loads(line)
        for line in (MATERIAL / f"dialogues.{split}.jsonl").read_text("utf-8").splitlines()
    ]
    for split in SIZES
}
SCENARIOS = yaml.safe_load((ROOT / "tools" / "dialogue_scenarios.yaml").read_text("utf-8"))


def test_the_generator_writes_the_shipped_bytes(tmp_path: Path) -> None:
    script = ROOT / "tools" / "make_dialogues.py"
    subprocess.run([sys.executable, script, "--folder", tmp_path], check=True)
    for split in SIZES:
        name = f"dialogues.{split}.jsonl"
        assert (tmp_path / name).read_bytes() == (MATERIAL / name).read_bytes()


@pytest.mark.parametrize("split", SIZES)
def test_rows_have_dialogsums_shape(split: str) -> None:
    references = ("summary1", "summary2", "summary3") if split == "test" else ("summary",)
    assert len(ROWS[split]) == SIZES[split]
    for row in ROWS[split]:
        assert set(row) == {"fname", "dialogue", "topic", *references}
        assert len({row[name] for name in references}) == len(references)
        assert len(row["dialogue"]) < 1500
        speakers = re.findall(r"^#Person([12])#: \S.*[.?!]$", row["dialogue"], re.MULTILINE)
        assert len(speakers) == row["dialogue"].count("\n") + 1
        assert 4 <= len(speakers) <= 10
        assert speakers == [str(1 + place % 2) for place in range(len(speakers))]
        text = "\n".join([row["dialogue"], *(row[name] for name in references)])
        assert not re.search(r"[{}|&]|\? [?]|\b[Aa] [aeio]|  ", text), text
        for name in references:
            assert re.fullmatch(r"[A-Z#].{20,300}\.", row[name])


def test_no_dialogue_or_name_occurs_twice() -> None:
    rows = list(chain.from_iterable(ROWS.values()))
    assert len({row["dialogue"] for row in rows}) == len(rows)
    assert len({row["fname"] for row in rows}) == len(rows)


def test_splits_share_no_value_of_a_scenarios_first_slot() -> None:
    """So the test dialogues speak of things that no training dialogue of the scenario names."""
    by_topic = {scenario["topic"]: scenario for scenario in SCENARIOS}
    for split, allowed in {
        "train": slice(-3),
        "dev": slice(-3, -2),
        "test": slice(-2, None),
    }.items():
        for row in ROWS[split]:
            values = next(iter(by_topic[row["topic"]]["slots"].values()))
            said = {value for value in values if value.casefold() in row["dialogue"].casefold()}
            assert said
            assert said <= set(values[allowed]), row["dialogue"]


def test_every_slot_is_used_and_every_scenario_has_its_share() -> None:
    assert len(SCENARIOS) >= 25
    for scenario in SCENARIOS:
        texts = [*scenario["turns"], *scenario["summary"]]
        used = set(chain.from_iterable(columns_of(text, scenario["topic"]) for text in texts))
        assert {name.split(".")[0] for name in used} == set(scenario["slots"])
        assert len(scenario["summary"]) == 3
        count = sum(row["topic"] == scenario["topic"] for row in ROWS["train"])
        assert count == SIZES["train"] / len(SCENARIOS)
