"""The page of `etude look`: whole, the same every time, and deaf to what the material says."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_helper import assembled
from etude.data import explore
from etude.data.lengths import lengths
from etude.report.bars import LEFT, RIGHT, histogram, percent
from etude.report.material import (
    LISTED,
    at_home,
    commonest,
    material_page,
    summary,
    write_material,
)

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<!-- {{ 7*7 }}"
MOODS = ("glad", "sad", "calm")
Rows = list[dict[str, Any]]


def words_counted(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def looked(folder: Path, spoil: str = "") -> tuple[dict[str, Any], Rows, Rows]:
    """What there is to draw: two languages, labels, groups, rows left out. `spoil` goes into it."""
    rows = [
        {
            "ask": f"What is the mood of song {n}?",
            "verse": f"{'The day is long and I am here' if n % 2 else 'O dia é longo e eu não sei'}"
            f" {'again ' * (n % 7)}{n} {spoil}",
            "mood": MOODS[n % 4 % 3],
            "artist": f"artist {n // 3}{spoil}",
            "id": f"song-{n}{spoil}",
        }
        for n in range(60)
    ]
    rows += [rows[0] | {"id": "again"}, rows[1] | {"verse": "", "ask": "", "id": "empty"}]
    rows += [rows[2] | {"verse": "long " * 3000, "id": "long"}]
    (folder / "songs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = {"instruction": "{ask}", "input": "{verse}", "label": "{mood}", "id": "{id}"}
    found = assembled(
        folder,
        task="classify",
        labels=[*MOODS, f"unused {spoil}"],
        sources={"songs": {"kind": "jsonl", "path": "songs.jsonl", "columns": columns}},
        split={"group_by": "artist"},
    )
    named = {"name": "songs", "description": f"Which mood? {spoil}", "base": "/home/ana/my-model"}
    seen = {"study": named, **explore(found.data, words_counted)}
    seen["notes"].append(f"a note of /home/ana/songs.jsonl {spoil}")
    remark = {"where": "/home/ana/songs.jsonl, line 3", "id": "song-2", "kind": "odd"}
    remarks = [remark | {"source": "songs", "detail": f"no span {spoil}"}]
    seen["remarks"] = {"odd": 1}
    return seen, [asdict(row) for row in found.dropped], remarks


class Reader(HTMLParser):
    """The tags, attributes and text of a page, as a browser's parser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_all_that_was_found_is_said(tmp_path: Path) -> None:
    seen, dropped, remarks = looked(tmp_path)
    said = Reader(material_page(seen, dropped, remarks)).text
    for wanted in (
        summary(seen),
        commonest(seen),
        "Which mood?",
        "Tokens are those of my-model",
        "English",
        "Portuguese",
        "unused",
        f"{seen['groups']['n']} groups of",
        "What is the mood of song",
        "1 empty prompt",
        "odd no span",
        "in tokens",
        "A note of songs.jsonl",
    ):
        assert wanted in said.replace("empty prompt 1", "1 empty prompt"), wanted
    assert "/home/ana" not in said
    assert str(tmp_path) not in said


def test_one_histogram_for_every_column_and_unit(tmp_path: Path) -> None:
    seen, dropped, remarks = looked(tmp_path)
    reader = Reader(material_page(seen, dropped, remarks))
    drawn = [str(attributes["aria-label"]) for tag, attributes in reader.tags if tag == "svg"]
    expected = {
        f"{column}, in {unit}"
        for column, held in seen["columns"].items()
        for unit in ("characters", "words", "tokens")
        if held[unit]["min"] < held[unit]["max"]
    }
    assert {label.partition(":")[0] for label in drawn} == expected
    assert len(drawn) == len(expected) > 7


def test_the_same_material_gives_the_same_bytes(tmp_path: Path) -> None:
    found = looked(tmp_path)
    write_material(*found, tmp_path / "one.html")
    write_material(*looked(tmp_path), tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert (tmp_path / "one.html").read_text() == material_page(*found)


def test_nothing_is_asked_of_a_network_and_no_script_runs(tmp_path: Path) -> None:
    text = material_page(*looked(tmp_path))
    reader = Reader(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in reader.tags}
    assert all(
        str(value).startswith("#")
        for _, attributes in reader.tags
        for name, value in attributes.items()
        if name in ("href", "src", "xlink:href")
    )
    assert not re.search(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in text


def test_no_text_becomes_markup(tmp_path: Path) -> None:
    quiet = Reader(material_page(*looked(tmp_path, "quiet")))
    loud = Reader(material_page(*looked(tmp_path, HOSTILE)))
    assert {tag for tag, _ in loud.tags} == {tag for tag, _ in quiet.tags}
    assert {name for _, attributes in loud.tags for name in attributes} == {
        name for _, attributes in quiet.tags for name in attributes
    }
    assert "<script>alert(1)</script>" in loud.text
    assert "{{ 7*7 }}" in loud.text


def test_links_within_the_page_lead_somewhere(tmp_path: Path) -> None:
    reader = Reader(material_page(*looked(tmp_path)))
    ids = {attributes["id"] for _, attributes in reader.tags if "id" in attributes}
    links = {str(attributes["href"])[1:] for tag, attributes in reader.tags if tag == "a"}
    assert "labels" in links
    assert links <= ids


def test_long_lists_say_how_many_are_not_shown(tmp_path: Path) -> None:
    seen, dropped, _ = looked(tmp_path)
    found = material_page(seen, dropped[:1] * (LISTED + 5), [])
    assert "And 5 more, in data/dropped.jsonl." in found
    assert found.count(">songs.jsonl, line") == LISTED


def test_material_without_tokens_labels_groups_or_losses(tmp_path: Path) -> None:
    rows = [{"instruction": f"Say {n}.", "response": "yes"} for n in range(9)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = assembled(
        tmp_path, sources={"it": {"kind": "jsonl", "path": "it.jsonl"}}, split={"dev": 0}
    ).data
    seen = {"study": {"name": "it", "description": "", "base": "random-llama"}, **explore(data)}
    said = Reader(material_page(seen, [], [])).text
    assert "8 rows to learn from, 0 for validation and 1 for the scores; none left out." in said
    assert "Tokens are not counted; a note above says why." in said
    assert "The response is always: yes" in said
    assert "Nothing was left out: every row is used." in said
    assert "Labels" not in said


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=80), st.booleans())
def test_histograms_stay_inside_and_draw_every_bin(values: list[int], tail: bool) -> None:
    found = lengths([*values * 30, 10**6] if tail else values)
    drawn = histogram(found, "any")
    counts = found["histogram"]["counts"]
    if len(counts) < 2:
        assert drawn == ""
        return
    bars = [
        (float(x), float(width))
        for x, width in re.findall(r'<rect [^>]*x="([\d.]+)"[^>]* width="([\d.]+)"', drawn)
    ]
    assert len(bars) == sum(count > 0 for count in counts)
    assert all(x >= LEFT and x + width <= RIGHT + 0.1 for x, width in bars)
    assert all(before + width <= after for (before, width), (after, _) in pairwise(bars))
    edges = found["histogram"]["edges"]
    has_tail = edges[-1] - edges[-2] > edges[1] - edges[0]
    assert ('class="bar tail"' in drawn) is has_tail
    assert (f">{edges[-2]:,}+</text>" in drawn) is has_tail
    assert (f">{max(values):,}</text>" in drawn) or has_tail


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("/home/ana/songs.csv, line 3", "songs.csv, line 3"),
        ("the same as /home/ana b/songs.csv, line 2", "the same as songs.csv, line 2"),
        ("nothing in {a} or {b}", "nothing in {a} or {b}"),
        ("either/or", "either/or"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
        ("1/2 and 3/4", "1/2 and 3/4"),
    ],
)
def test_folders_stay_at_home(text: str, without: str) -> None:
    assert at_home(text) == without


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0%"), (1, "<1%"), (10, "1%"), (505, "50%"), (999, ">99%"), (1000, "100%")],
)
def test_shares(count: int, said: str) -> None:
    assert percent(count, 1000) == said
