"""Material as tokens: what goes in comes out, from memory and from disk, at a few bytes a token."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.approaches import encoded as encoded_room
from etude.approaches.encoded import encoded
from etude.config import load_study
from etude.data import prepare
from etude.engine.base import find_base
from etude.engine.batch import Encoded
from etude.engine.load import load_speaker
from etude.errors import UserError
from etude.progress import silent
from etude.store import encoded_folder
from etude.training.material import Gathering, Material, read_material, write_material
from etude.training.packing import Packed, Packs
from studies import write_study

tokens = st.lists(st.integers(0, 2**31 - 1), max_size=6).map(tuple)


@st.composite
def any_row(draw: st.DrawFn) -> Encoded:
    prompt = draw(tokens)
    earlier = draw(
        st.just(()) | st.lists(st.booleans(), min_size=len(prompt), max_size=len(prompt)).map(tuple)
    )
    label = draw(st.none() | st.integers(0, 9))
    return Encoded(prompt, () if label is not None else draw(tokens), earlier, label)


def told(row: Encoded) -> Encoded:
    """A row whose flags say nothing is a row without flags."""
    return row if any(row.earlier) else Encoded(row.prompt, row.answer, (), row.label)


def gathered(rows: list[Encoded]) -> Material:
    gathering = Gathering()
    for row in rows:
        gathering.add(row)
    return Material(gathering.rows(), 2, 1, ("a", "ü"))


@given(rows=st.lists(any_row(), max_size=5))
def test_rows_survive_memory_and_disk(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Encoded]
) -> None:
    path = tmp_path_factory.mktemp("material") / "it.safetensors"
    material = gathered(rows)
    write_material(path, material)
    back = read_material(path)
    for found in (material, back):
        assert list(found.rows) == [told(row) for row in rows]
        assert len(found.rows) == len(rows)
        assert found.supervised_tokens == sum(row.supervised for row in rows)
        assert (found.truncated_prompts, found.truncated_answers) == (2, 1)
        assert found.truncated == ("a", "ü")
    if rows:
        assert back.rows[-1] == told(rows[-1])
        assert back.rows[1:] == tuple(told(row) for row in rows[1:])
    with pytest.raises(IndexError):
        back.rows[len(rows)]


def test_a_token_takes_a_few_bytes() -> None:
    rows, length = 2000, 100
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    gathering = Gathering()
    for number in range(rows):
        gathering.add(Encoded(tuple(range(number, number + length)), ()))
    material = gathering.rows()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(material) == rows
    assert after - before < 8 * rows * length  # as Python's numbers: 36


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    write_material(path, gathered([Encoded((1, 2), (3,))]))
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(UserError) as error:
        read_material(path)
    assert str(error.value).startswith(f"{path} should hold the material as tokens, but it is ")
    assert str(error.value).endswith(": remove it, and it will be made again.")


def test_packs_are_made_when_asked_for() -> None:
    rows = [Encoded((number,), (number, number)) for number in range(5)]
    packs = Packs(rows, [[4, 0], [1], [2, 3]])
    assert list(packs) == [
        Packed((rows[4], rows[0])),
        Packed((rows[1],)),
        Packed((rows[2], rows[3])),
    ]
    assert packs[1:] == list(packs)[1:]
    assert [pack.length for pack in packs] == [6, 3, 6]


def test_alike_approaches_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = {"epochs": 1, "method": "lora"}
    study = load_study(
        write_study(
            tmp_path,
            approaches={
                "one": {"tune": rate},
                "other": {"tune": {**rate, "epochs": 2, "data_seed": 3}},
                "told": {"tune": rate, "system": "Answer in one word."},
                "short": {"tune": {**rate, "max_tokens": 40}},
                "all": {"tune": {**rate, "supervise": "all"}},
            },
        )
    )
    data = prepare(study, tmp_path, tmp_path / "run")
    base = find_base(study.model.base)
    speaker = load_speaker(base, study.model)
    calls: list[str] = []
    make = encoded_room.encode_material

    def counted(*arguments: object) -> Material:
        calls.append(name)
        return make(*arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(encoded_room, "encode_material", counted)

    def of(name: str, split: str = "train") -> Material:
        return encoded(
            study,
            name,
            split,  # type: ignore[arg-type]  # one of the two
            data=data,
            base=base,
            speaker=speaker,
            labels=None,
            folder=tmp_path / "run",
            progress=silent,
        )

    found = {}
    for name in study.approaches:
        found[name] = of(name)
    name = "dev"
    assert len(of("one", "dev").rows) == len(data.dev)
    assert calls == ["one", "told", "short", "all", "dev"]
    assert list(found["one"].rows) == list(found["other"].rows)
    assert found["told"].rows[0] != found["one"].rows[0]
    assert found["all"].supervised_tokens > found["one"].supervised_tokens
    assert len(list(encoded_folder(tmp_path / "run").iterdir())) == 5
