"""A look at the material counts what is there."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_helper import assembled, one_source
from etude.data import Data, columns, explore
from etude.data.columns import Column, FrequentWords, make_room
from etude.data.languages import UNCLEAR, language_of
from etude.data.lengths import BINS, lengths
from etude.data.words import words_of
from etude.records import Example, Message


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
    assert look["turns"] == {"1": 20}
    assert sorted(look["columns"]["prompt"]["frequent"]["en"]) == [
        ["glad", 20],
        ["number", 20],
        ["sad", 20],
        ["song", 20],
    ]
    assert look["columns"]["response"]["frequent"] == {"en": [["glad", 15], ["sad", 5]]}
    assert look["columns"]["prompt"]["languages"] == {"en": 20}
    assert look["columns"]["response"]["languages"] == {UNCLEAR: 20}  # one word each
    assert (look["columns"]["response"]["distinct"], look["columns"]["response"]["empty"]) == (2, 0)
    tested = look["labels"]["glad"]["test"] / look["splits"]["test"]["rows"]
    assert look["commonest_label"] == {"label": "glad", "test_share": tested}
    assert look["groups"] is None
    assert [sample["id"] for sample in look["samples"]] == [item.id for item in data.train[:3]]


def test_a_language_without_stop_words_says_so(tmp_path: Path) -> None:
    rows = [{"instruction": f"der {n} x", "response": "der Ton"} for n in range(9)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = one_source(kind="jsonl", path="it.jsonl")
    look = explore(assembled(tmp_path, language="de", **source).data)
    assert look["notes"] == ["no stop words are known for 'de': frequent words show all words"]
    response = look["columns"]["response"]
    assert response["frequent"] == {"de": [["der", 9], ["ton", 9]]}
    assert response["always"] == "der Ton"
    assert "tokens" not in response


def test_parts_of_a_prompt_are_columns_of_their_own(tmp_path: Path) -> None:
    rows = [
        {"q": "Answer in one word.", "c": f"Text {n}", "a": "yes", "s": "Be brief." if n else ""}
        for n in range(10)
    ]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = {"instruction": "{q}", "input": "{c}", "response": "{a}"}
    counted: list[str] = []

    def count(texts: list[str]) -> list[int]:
        counted.extend(texts)
        return [len(text.split()) for text in texts]

    source = one_source(kind="jsonl", path="it.jsonl", columns=columns | {"system": "{s}"})
    look = explore(assembled(tmp_path, **source).data, count)["columns"]
    assert list(look) == ["system", "instruction", "input", "prompt", "response"]
    assert look["system"]["empty"] == 1
    assert look["instruction"]["always"] == "Answer in one word."
    assert look["input"]["tokens"]["max"] == 2
    assert look["prompt"]["tokens"]["max"] == 8
    assert counted.count("Answer in one word.") == 1  # a text that repeats is counted once
    only = one_source(kind="jsonl", path="it.jsonl", columns={"input": "{c}", "response": "{a}"})
    assert list(explore(assembled(tmp_path, **only).data)["columns"]) == ["prompt", "response"]


class Made(Sequence[Example]):
    """Examples with 20 kB of text each, made when they are asked for."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(self.count)[place]]
        if place >= self.count:
            raise IndexError
        said = "The song of the sea is sung by all who sail on it at night. " * 5
        turn = Message("user", f"{place} {said}{'0' * 20_000}")
        return Example(str(place), "songs", (turn,), references=(f"{said} {place}",))


def test_of_much_material_few_texts_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("etude.data.explore"), "PART", 40)
    few = Data(Made(50), Made(5), Made(5), {}, "")
    explore(few)  # so that what is read once (a model of languages) is there
    many = Data(Made(900), Made(50), Made(50), {}, "")
    tracemalloc.start()
    try:
        look = explore(many)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    found = look["columns"]["prompt"]
    assert (found["rows"], found["distinct"]) == (1000, 900)
    assert found["frequent"]["en"][:2] == [["song", 5000], ["sea", 5000]]
    held = sum(len(turn.content) for turn in (example.messages[0] for example in many.train))
    assert held > 18_000_000
    assert peak < held / 4


def test_a_wrong_language_setting_is_noticed(tmp_path: Path) -> None:
    answers = ("As notas da escala de dó maior são sete.", "O acorde tem três notas e um baixo.")
    rows = [{"instruction": f"Pergunta {n}?", "response": answers[n % 2]} for n in range(10)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = one_source(kind="jsonl", path="it.jsonl")
    assert explore(assembled(tmp_path, **source).data)["notes"] == [
        "most responses are in Portuguese, but data.language is 'en', which decides how metrics "
        "cut words: set data: {language: pt}"
    ]
    for right in ("pt", "mul"):
        assert explore(assembled(tmp_path, language=right, **source).data)["notes"] == []


def test_groups_and_several_sources(tmp_path: Path) -> None:
    for name in ("one", "two"):
        rows = [
            {"instruction": f"{name} {n}", "response": "yes", "artist": f"{name}-{n // 4}"}
            for n in range(12)
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = assembled(
        tmp_path,
        sources={name: {"kind": "jsonl", "path": f"{name}.jsonl"} for name in ("one", "two")},
        split={"group_by": "artist", "dev": 0.3, "test": 0.3},
    ).data
    look = explore(data)
    assert look["groups"]["n"] == 6
    assert look["groups"]["rows"]["max"] == 4
    assert {count for _, count in look["groups"]["largest"]} == {4}
    rows_of = [split["sources"] for split in look["splits"].values()]
    assert {name: sum(split[name] for split in rows_of) for name in ("one", "two")} == {
        "one": 12,
        "two": 12,
    }
    assert {sample["task"] for sample in look["samples"]} == {"one", "two"}


def frequent_words(texts: list[str], default: str) -> dict[str, list[list[Any]]]:
    """The words of a column, its texts passing in parts of three."""
    column = Column()
    parts = [texts[start : start + 3] for start in range(0, len(texts), 3)]
    for part in parts:
        column.add(part)
    words = FrequentWords(column, default)
    for part in parts:
        words.add(part)
    return words.found()


def test_words_count_for_the_language_of_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "The key of the song": "en",
        "O tom da canção": "pt",
        "Der Ton": "de",
        "the minor scale": UNCLEAR,
        "escala menor, não maior": UNCLEAR,
        "Zo is het": "nl",
    }
    texts = [text for text, language in told.items() if language != "nl"] * 10 + ["Zo is het"]
    monkeypatch.setattr(columns, "language_of", told.__getitem__)
    found = frequent_words(texts, "es")
    assert list(found) == ["en", "pt", "de"]
    english, portuguese = (dict(map(tuple, found[language])) for language in ("en", "pt"))
    assert (english["key"], english["song"], english["minor"], english["scale"]) == (10,) * 4
    assert "the" not in english
    assert (portuguese["canção"], portuguese["escala"], portuguese["maior"]) == (10,) * 3
    assert ["der", 10] in found["de"]  # no stop words of German are known
    assert sum("zo" in dict(map(tuple, listed)) for listed in found.values()) == 1


def test_words_of_texts_that_are_all_unclear_count_for_the_language_that_is_set() -> None:
    assert language_of("o tom") == language_of("o the tom") == UNCLEAR
    assert frequent_words(["o tom"], "pt") == {"pt": [["tom", 1]]}
    assert frequent_words(["o the tom"], "mul") == {"mul": [["tom", 1]]}
    assert frequent_words([], "en") == {"en": []}
    assert frequent_words([" ", ""], "en") == {"en": []}


def test_words_that_are_rare_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counter({f"once{n}": 1 for n in range(8)} | {f"twice{n}": 2 for n in range(4)})
    counts["often"] = 9
    make_room(counts, 13)
    assert len(counts) == 13
    make_room(counts, 12)
    assert counts == {f"twice{n}": 2 for n in range(4)} | {"often": 9}
    make_room(counts, 4)
    assert counts == {"often": 9}
    monkeypatch.setattr(columns, "VOCABULARY", 4)
    monkeypatch.setattr(columns, "language_of", lambda _: "en")
    texts = [text for n in range(9) for text in (f"the song of a{'bcdefghij'[n]}", "songs", "song")]
    ((word, count), *_) = frequent_words(texts, "en")["en"]
    assert (word, count) == ("song", 18)


def test_a_text_is_asked_for_its_language_once_while_it_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(columns, "language_of", lambda text: asked.append(text) or "en")
    monkeypatch.setattr(columns, "REPEATED", 2)
    column = Column(lambda texts: [len(text) for text in texts])
    for part in (["a", "bb", "bb"], ["ccc", "a"], ["ccc", "bb"]):
        column.add(part)
    assert asked == ["a", "bb", "ccc", "ccc"]
    found = column.summary({})
    assert (found["rows"], found["distinct"], found["always"]) == (7, 3, None)
    assert found["tokens"] == found["characters"] == lengths([1, 2, 2, 3, 1, 3, 2])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the tonic of this scale, and why?", "en"),
        ("Qual é a tônica desta escala, e por quê?", "pt"),
        ("Summarise the following text in a single sentence.", "en"),
        ("A melhor canção do ano", "pt"),
        ("Die Tonleiter besteht aus sieben verschiedenen Tönen.", "de"),
        ("", UNCLEAR),
        ("C E G", UNCLEAR),
        ("positive", UNCLEAR),
        ("???", UNCLEAR),
        ("def f(x): return x + 1", UNCLEAR),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language


def test_languages_of_real_short_texts(shared: Path) -> None:
    dialogues = (shared / "dialogsum" / "dialogsum.test.jsonl").read_text().splitlines()
    english = [json.loads(line)["summary1"] for line in dialogues]
    articles = json.loads((shared / "faquad" / "dev.json").read_text())["data"]
    portuguese = [
        question["question"]
        for article in articles
        for passage in article["paragraphs"]
        for question in passage["qas"]
    ]
    for texts, right, unclear in ((english, "en", 0.05), (portuguese, "pt", 0.2)):
        told = Counter(language_of(text) for text in texts)
        assert told[UNCLEAR] <= unclear * len(texts)
        assert len(texts) - told[right] - told[UNCLEAR] <= 0.002 * len(texts), told


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=200))
def test_lengths_agree_with_numpy(values: list[int]) -> None:
    found = lengths(values)
    assert found["median"] == median(values)
    assert abs(found["p90"] - numpy.quantile(values, 0.9)) < 1e-6
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    assert len(edges) == len(counts) + 1 <= BINS + 1
    widths = {after - edge for edge, after in pairwise(edges)}
    assert len(widths) == 1 or edges[-1] == max(values) + 1
    # numpy closes the last bin, ours ends after the maximum
    assert edges[-1] > max(values)
    assert counts == numpy.histogram(values, bins=edges)[0].tolist()


def test_one_value_far_above_all_others_leaves_the_others_their_bins() -> None:
    found = lengths([*range(100, 300), 20_000])
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    assert edges[0] == 100
    assert edges[-1] == 20_001
    assert edges[-2] <= 320
    assert (len(counts), sum(counts)) == (len(edges) - 1, 201)
    assert counts[-1] <= 3


def test_no_values() -> None:
    assert lengths([]) == {"n": 0, "histogram": {"edges": [], "counts": []}}


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
