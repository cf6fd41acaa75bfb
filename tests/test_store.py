"""A run folder: nothing half-written is read as whole, and what is done is known."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.errors import UserError
from etude.records import Example, Message, Passage, Prediction
from etude.store import (
    Place,
    begin_predictions,
    bring_back,
    claim,
    fingerprint,
    folder_size,
    is_done,
    publish,
    read_json,
    read_lines,
    read_predictions,
    save_predictions,
    set_aside,
    write_atomically,
    write_json,
)

PLAN = [["a", "b"], ["c", "d"], ["e"]]


def prediction(example_id: str, text: str = "an answer") -> Prediction:
    return Prediction(
        example_id=example_id,
        approach="told",
        seed=13,
        text=text,
        prompt_tokens=5,
        answer_tokens=2,
        finish="stop",
        seconds=0.25,
        label_scores={"yes": -0.5, "no": -1.5},
        passages=(Passage("p1", 0.75),),
    )


def batches(plan: list[list[str]]) -> list[list[Prediction]]:
    return [[prediction(name) for name in batch] for batch in plan]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "told", 13)


def append(place: Place, plan: list[list[str]]) -> Path:
    """What a run leaves behind that was killed after these batches."""
    part = place.predictions.with_suffix(".jsonl.part")
    rows = [json.dumps(item.to_json()) + "\n" for batch in batches(plan) for item in batch]
    part.write_text("".join(rows))
    return part


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # a full disk: `test_interruption.py`
    path = tmp_path / "file"
    write_atomically(path, "old")

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("etude.store.os.fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_predictions_round_trip(place: Place) -> None:
    assert begin_predictions(place, "key", PLAN) == PLAN
    save_predictions(place, batches(PLAN), {"key": "key"})
    assert read_predictions(place) == [prediction(name) for name in "abcde"]
    assert is_done(place, "key")
    assert not is_done(place, "another key")
    assert read_json(place.manifest)["peak_memory_mb"]["host"] > 0


@pytest.mark.parametrize("whole", [0, 1, 2, 3])
def test_whole_batches_are_kept(place: Place, whole: int) -> None:
    begin_predictions(place, "key", PLAN)
    append(place, PLAN[:whole])
    assert begin_predictions(place, "key", [["other", "plan"]]) == PLAN[whole:]


@pytest.mark.parametrize("torn", ['{"example_id": "c", "te', '{"example_id": "c"}\n'])
def test_a_torn_batch_is_done_again(place: Place, torn: str) -> None:
    begin_predictions(place, "key", PLAN)
    part = append(place, PLAN[:1])
    part.write_text(part.read_text() + torn)
    assert begin_predictions(place, "key", PLAN) == PLAN[1:]
    assert part.read_text().count("\n") == 2


def test_a_finished_run_under_another_key_is_never_taken_for_this_one(place: Place) -> None:
    """Settings changed after a finished run, then killed before the first new line."""
    begin_predictions(place, "old", PLAN)
    save_predictions(place, batches(PLAN), {"key": "old"})
    assert begin_predictions(place, "new", PLAN) == PLAN  # killed here
    assert begin_predictions(place, "new", PLAN) == PLAN
    assert not place.predictions.exists()
    assert not place.manifest.exists()


def test_any_character_in_an_answer_is_read_back(place: Place) -> None:
    ends = "a\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h\r\ni"
    begin_predictions(place, "key", [["a"]])
    save_predictions(place, [[prediction("a", ends)]], {"key": "key"})
    assert read_predictions(place) == [prediction("a", ends)]


def test_what_was_set_aside_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "seed-13"
    write_atomically(folder / "weights", "first")
    set_aside(folder)
    write_atomically(folder / "weights", "second")
    bring_back(folder)
    assert (folder / "weights").read_text() == "first"
    assert (tmp_path / "seed-13.previous" / "weights").read_text() == "second"


def test_another_key_begins_anew(place: Place) -> None:
    begin_predictions(place, "key", PLAN)
    append(place, PLAN[:2])
    assert begin_predictions(place, "another key", [["a"], ["b"]]) == [["a"], ["b"]]
    assert not place.predictions.with_suffix(".jsonl.part").exists()


def test_killed_between_the_last_batch_and_the_manifest(place: Place) -> None:
    begin_predictions(place, "key", PLAN)
    append(place, PLAN).replace(place.predictions)
    assert begin_predictions(place, "key", PLAN) == []
    save_predictions(place, [], {"key": "key"})
    assert len(read_predictions(place)) == 5


def finished(place: Place) -> str:
    """A place with its predictions; what its manifest says of them."""
    begin_predictions(place, "key", PLAN)
    save_predictions(place, batches(PLAN), {"key": "key"})
    return str(read_json(place.manifest)["predictions_sha256"])


MEND = (
    "put it back as it was, or delete it and manifest.json beside it and run the study again "
    "(tuned weights are kept, the answers are made anew)."
)


def test_an_edited_file_is_refused(place: Place) -> None:
    known = finished(place)
    edited = place.predictions.read_bytes().replace(b"answer", b"Answer", 1)
    place.predictions.write_bytes(edited)
    with pytest.raises(UserError) as error:
        read_predictions(place)
    found = hashlib.sha256(edited).hexdigest()
    assert str(error.value) == (
        f"{place.predictions} is damaged or was edited (its SHA-256 begins with {found[:8]}, and "
        f"manifest.json holds {known[:8]}): {MEND}"
    )


def test_a_missing_file_is_told_in_a_sentence(place: Place) -> None:
    finished(place)
    place.predictions.unlink()
    with pytest.raises(UserError) as error:
        read_predictions(place)
    assert str(error.value) == (
        f"{place.predictions} is not there, although manifest.json names it: {MEND}"
    )


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_changed_byte_is_noticed(
    at: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("run"), "told", 13)
    finished(place)
    content = bytearray(place.predictions.read_bytes())
    at %= len(content)
    changed = content[at] != byte
    content[at] = byte
    place.predictions.write_bytes(content)
    if changed:
        with pytest.raises(UserError, match="is damaged or was edited"):
            read_predictions(place)
    else:
        assert len(read_predictions(place)) == 5


def test_a_file_that_lost_its_end_is_noticed(place: Place) -> None:
    finished(place)
    whole = place.predictions.read_bytes()
    for kept in (0, 1, len(whole) // 2, len(whole) - 1):
        place.predictions.write_bytes(whole[:kept])
        with pytest.raises(UserError, match="is damaged or was edited"):
            read_predictions(place)


def test_what_the_message_advises_makes_the_answers_anew(place: Place) -> None:
    finished(place)
    place.weights.mkdir()
    place.predictions.write_text("edited")
    place.predictions.unlink()
    place.manifest.unlink()
    assert not is_done(place, "key")
    assert begin_predictions(place, "key", PLAN) == PLAN
    assert place.weights.exists()
    save_predictions(place, batches(PLAN), {"key": "key"})
    assert len(read_predictions(place)) == 5


def test_a_damaged_json_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"verdict": ')
    with pytest.raises(UserError, match="should be a JSON file that Etude wrote, but"):
        read_json(path)


def test_json_has_no_infinity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"loss": float("inf")})
    assert not (tmp_path / "x.json").exists()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with claim(tmp_path / "run"), pytest.raises(UserError) as error, claim(tmp_path / "run"):
        pass
    assert str(error.value) == (
        f"{tmp_path / 'run'} is in use by another etude process: wait for it, or name another "
        "--folder."
    )
    with claim(tmp_path / "run"):
        pass


def test_setting_aside_keeps_the_last_one(tmp_path: Path) -> None:
    folder = tmp_path / "seed-13"
    for content in ("first", "second"):
        write_atomically(folder / "weights", content)
        set_aside(folder)
        assert not folder.exists()
        assert (tmp_path / "seed-13.previous" / "weights").read_text() == content
    set_aside(folder)  # nothing there: nothing done
    assert (tmp_path / "seed-13.previous" / "weights").read_text() == "second"


def test_publishing_gives_a_folder_its_name(tmp_path: Path) -> None:
    write_atomically(tmp_path / "part" / "inner" / "file", "12345")
    publish(tmp_path / "part", tmp_path / "whole")
    assert (tmp_path / "whole" / "inner" / "file").read_text() == "12345"
    assert not (tmp_path / "part").exists()
    assert folder_size(tmp_path / "whole") == 5
    assert folder_size(tmp_path / "absent") == 0


def test_a_torn_last_line_of_a_growing_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert read_lines(path) == []
    path.write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert read_lines(path) == [{"step": 1}, {"step": 2}]


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_a_fingerprint_ignores_the_order_of_keys(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert fingerprint(value) == fingerprint(backwards)
    assert fingerprint(value) != fingerprint({**value, "another key": 1, "": 2, "x": 3})


def test_records_round_trip() -> None:
    example = Example(
        id="1",
        task="t",
        messages=(Message("system", "s"), Message("user", "ü\u2028\x00")),
        references=("a", "b"),
        group="g",
        label="yes",
        choices=("yes", "no"),
        gold_passages=("p",),
        metadata={"title": "é"},
    )
    assert Example.from_json(json.loads(json.dumps(example.to_json()))) == example
    answer = prediction("a", "línea\u2028two")
    assert Prediction.from_json(json.loads(json.dumps(answer.to_json()))) == answer
