"""A look at the material counts what is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy
from hypothesis import given
from hypothesis import strategies as st

from data_helper import assembled, one_source
from etude.data import explore
from etude.data.explore import BINS, lengths
from etude.data.words import words_of


def test_planted_material(tmp_path: Path) -> None:
    rows = [
        {"text": f"Is the song number {n} sad or glad?", "mood": "glad" if n % 4 else "sad"}
        for n in range(20)
    ]
    rows += [rows[0], {"text": "", "mood": "sad"}]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = assembled(
        tmp_path,
        task="classify",
        labels=["sad", "glad", "mad"],
        **one_source(
            kind="jsonl",
            path="it.jsonl",
            columns={"instruction": "{text}", "label": "{mood}"},
        ),
    ).data
    look = explore(data, count_tokens=lambda held: [len(text) // 4 for text in held])
    plain = json.loads(json.dumps(look))
    assert plain | {"samples": look["samples"]} == look
    assert look["splits"]["train"] == {"rows": 16, "groups": None, "sources": {"songs": 16}}
    assert look["dropped"] == {"empty prompt": 1, "duplicate": 1}
    assert {label: sum(splits.values()) for label, splits in look["labels"].items()} == {
        "sad": 5,
        "glad": 15,
        "mad": 0,
    }
    assert look["columns"]["prompt"]["words"]["max"] == 7  # the number is no word
    assert look["columns"]["response"]["characters"]["min"] == 3
    assert look["columns"]["response"]["tokens"]["max"] == 1
    assert look["references"] == {"1": 20}
    assert look["words"]["language"] == "en"
    assert sorted(word for word, _ in look["words"]["prompt"]) == ["glad", "number", "sad", "song"]
    assert look["words"]["response"] == [["glad", 15], ["sad", 5]]
    assert [sample["id"] for sample in look["samples"]] == [item.id for item in data.train[:3]]


def test_a_language_without_stop_words_says_so(tmp_path: Path) -> None:
    rows = [{"instruction": f"der {n} x", "response": "der Ton"} for n in range(9)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = one_source(kind="jsonl", path="it.jsonl")
    look = explore(assembled(tmp_path, language="de", **source).data)
    assert look["notes"] == ["no stop words are known for 'de': frequent words show all words"]
    assert look["words"]["response"] == [["der", 9], ["ton", 9]]
    assert look["words"]["language"] is None
    assert "tokens" not in look["columns"]["prompt"]


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=200))
def test_lengths_agree_with_numpy(values: list[int]) -> None:
    found = lengths(values)
    assert found["median"] == median(values)
    assert abs(found["p90"] - numpy.quantile(values, 0.9)) < 1e-6
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    assert len(edges) == len(counts) + 1 <= BINS + 1
    # numpy closes the last bin, ours ends after the maximum
    assert edges[-1] > max(values)
    assert counts == numpy.histogram(values, bins=edges)[0].tolist()


def test_no_values() -> None:
    assert lengths([]) == {"n": 0, "empty": 0, "histogram": {"edges": [], "counts": []}}


def test_words() -> None:
    assert words_of("Não digas “d’água”, guarda-chuva 3×; 音楽!") == [
        "não",
        "digas",
        "d'água",
        "guarda-chuva",
        "音楽",
    ]


def test_the_room_opens_without_heavy_libraries() -> None:
    heavy = "{'torch', 'pyarrow', 'datasets', 'pandas', 'numpy'}"
    code = f"import sys, etude.data; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
