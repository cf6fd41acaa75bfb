"""A split is frozen once, read back when nothing changed, and refused when it was edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_helper import one_source, real, study
from etude.config import Study
from etude.data import Data, prepare, read_data, read_dropped
from etude.data.frozen import hash_of
from etude.data.stored import GROUP, Stored, write_parquet
from etude.errors import UserError
from etude.records import Example, Message

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # NUL, U+2028, emoji, ...
some_texts = st.lists(texts, max_size=3).map(tuple)
any_example = st.builds(
    Example,
    id=texts,
    task=texts,
    messages=st.lists(
        st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=texts),
        max_size=3,
    ).map(tuple),
    references=some_texts,
    group=st.none() | texts,
    label=st.none() | texts,
    choices=some_texts,
    gold_passages=some_texts,
    metadata=st.dictionaries(texts, texts, max_size=3),
)


@settings(deadline=None)  # the first one loads pyarrow
@given(held=st.lists(any_example, max_size=4).map(tuple))
def test_examples_survive_parquet(
    tmp_path_factory: pytest.TempPathFactory, held: tuple[Example, ...]
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "it.parquet"
    write_parquet(held, path)
    back = Stored(path)
    assert back == held
    assert [list(item.metadata) for item in back] == [list(item.metadata) for item in held]
    for item in held:
        assert json.dumps(item.to_json()) == json.dumps(
            asdict(item) | {"metadata": dict(item.metadata)}
        )


def test_stored_examples_are_a_sequence(tmp_path: Path) -> None:
    held = tuple(
        Example(str(number), "it", (Message("user", "?"),), (str(number),))
        for number in range(2 * GROUP + 7)
    )
    path = tmp_path / "it.parquet"
    write_parquet(held, path)
    back = Stored(path)
    assert len(back) == len(held)
    assert back == held
    assert held == back
    for place in (0, GROUP - 1, GROUP, 2 * GROUP + 6, -1, -len(held)):
        assert back[place] == held[place]
    assert back[GROUP - 2 : GROUP + 2] == held[GROUP - 2 : GROUP + 2]
    assert back != held[1:]
    assert back != held[::-1]
    assert len(back.group(0)) == GROUP  # and no more is read for one example
    with pytest.raises(IndexError):
        back[len(held)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = [{"instruction": f"q{n} 🎵", "response": f"r{n}" if n else ""} for n in range(40)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.fixture
def asked() -> Study:
    return study(**one_source(kind="jsonl", path="it.jsonl"))


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "data").iterdir()}


def test_frozen_once(root: Path, asked: Study) -> None:
    run = root / "run"
    first = prepare(asked, root, run)
    before = stamps(run)
    assert set(before) == {
        "train.parquet",
        "dev.parquet",
        "test.parquet",
        "dropped.jsonl",
        "remarks.jsonl",
        "card.json",
    }
    assert prepare(asked, root, run) == first == read_data(run)
    assert stamps(run) == before
    assert first.hash == hash_of((first.train, first.dev, first.test)) == first.card["hash"]
    (dropped,) = read_dropped(run)
    assert (dropped.source, dropped.where, dropped.id, dropped.reason) == (
        "songs",
        "it.jsonl, line 1",
        "songs-1",
        "empty response",
    )


def test_the_card(root: Path, asked: Study) -> None:
    import hashlib

    card = prepare(asked, root, root / "run").card
    content = (root / "it.jsonl").read_bytes()
    assert card["sources"] == {
        "songs": {
            "kind": "jsonl",
            "files": [
                {
                    "path": "it.jsonl",
                    "bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            ],
            "rows": 40,
            "used": 39,
        }
    }
    assert card["splits"]["test"] == {"rows": 4, "groups": None, "sources": {"songs": 4}}
    assert (card["task"], card["language"], card["seed"]) == ("generate", "en", 13)
    assert (card["dropped"], card["remarks"], card["notes"]) == ({"empty response": 1}, {}, [])
    assert json.loads((root / "run/data/card.json").read_text()) == card


def change_source(root: Path) -> Study:
    with (root / "it.jsonl").open("a") as file:
        file.write('{"instruction": "more", "response": "r"}\n')
    return study(**one_source(kind="jsonl", path="it.jsonl"))


def change_seed(root: Path) -> Study:
    return study(14, **one_source(kind="jsonl", path="it.jsonl"))


def change_split(root: Path) -> Study:
    return study(**one_source(kind="jsonl", path="it.jsonl"), split={"test": 9})


@pytest.mark.parametrize("change", [change_source, change_seed, change_split])
def test_any_change_splits_anew(root: Path, asked: Study, change: Callable[[Path], Study]) -> None:
    first = prepare(asked, root, root / "run")
    second = prepare(change(root), root, root / "run")
    assert second.hash != first.hash
    assert second.card["key"] != first.card["key"]
    assert read_data(root / "run") == second


def test_the_hash_knows_nothing_of_paths_and_times(root: Path, asked: Study) -> None:
    first = prepare(asked, root, root / "run")
    elsewhere = root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "it.jsonl").write_bytes((root / "it.jsonl").read_bytes())
    second = prepare(asked, elsewhere, elsewhere / "run")
    assert (first.hash, first.card["key"]) == (second.hash, second.card["key"])


def edited(root: Path, data: Data) -> None:
    from dataclasses import replace

    others = [replace(data.test[0], references=("better",)), *data.test[1:]]
    write_parquet(others, root / "run/data/test.parquet")


def test_an_edited_split_is_refused(root: Path, asked: Study) -> None:
    data = prepare(asked, root, root / "run")
    edited(root, data)
    place = root / "run/data"
    of_test = data.hash.partition("-")[2]
    for read in (lambda: read_data(root / "run"), lambda: prepare(asked, root, root / "run")):
        with pytest.raises(UserError) as error:
            read()
        told = str(error.value)
        assert told.startswith(
            f"The examples in {place} are not those that its card vouches for (hash "
        )
        assert told.endswith(
            f", expected {of_test[:12]}): a file was changed after the split was frozen; remove "
            f"{place} to split anew, or restore the file."
        )


def test_a_broken_split_is_refused(root: Path, asked: Study) -> None:
    prepare(asked, root, root / "run")
    path = root / "run/data/test.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UserError, match=r"test.parquet cannot be read as a frozen split \("):
        read_data(root / "run")
    path.unlink()
    with pytest.raises(UserError, match=r"test.parquet cannot be read as a frozen split \("):
        read_data(root / "run")


def test_no_split_and_a_strange_card(root: Path, asked: Study) -> None:
    with pytest.raises(UserError) as error:
        read_data(root / "run")
    assert str(error.value) == (
        f"{root / 'run'} holds no frozen data (data/card.json): run the study first."
    )
    (root / "run/data").mkdir(parents=True)
    (root / "run/data/card.json").write_text("[]")
    with pytest.raises(UserError) as error:
        prepare(asked, root, root / "run")
    assert str(error.value) == (
        f"{root / 'run/data/card.json'} is not a card that Etude wrote; remove {root / 'run/data'} "
        "to start anew."
    )


def test_a_kill_before_the_card_leaves_nothing_that_is_read_as_whole(
    root: Path, asked: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(asked, root, root / "run")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("etude.data.frozen.write_json", full)
    with pytest.raises(OSError, match="no space left"):
        prepare(change_seed(root), root, root / "run")
    monkeypatch.undo()
    assert not (root / "run/data/card.json").exists()
    assert prepare(asked, root, root / "run") == first


def test_real_dialogsum_has_three_references_per_test_example(tmp_path: Path) -> None:
    folder = real("dialogsum/dialogsum.test.jsonl") / "dialogsum"
    data = prepare(
        study(
            **one_source(
                kind="jsonl",
                path={"train": "dialogsum.dev.jsonl", "test": "dialogsum.test.jsonl"},
                columns={
                    "instruction": "Summarise the dialogue.",
                    "input": "{dialogue}",
                    "response": ["{summary}", "{summary1}", "{summary2}", "{summary3}"],
                    "id": "{fname}",
                },
            )
        ),
        folder,
        tmp_path,
    )
    assert len(data.test) == 500
    assert {len(example.references) for example in data.test} == {2, 3}  # ten pairs are equal
    assert {len(example.references) for example in (*data.train, *data.dev)} == {1}
    assert data.test[0].references[0] == data.test[0].metadata["summary1"].strip()
    assert data.test[0].metadata["summary"] == ""
    assert read_data(tmp_path) == data
