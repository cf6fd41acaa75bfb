"""Sources in other shares than their sizes: the shares of the paper, every row its turn, seeded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.approaches.keys import ON_THE_WAY, tune_settings
from etude.config.mixing import Mix
from etude.config.tuning import Tune
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.records import Example
from etude.training.mixing import Mixture, counted, draws, mixture, shares, taken
from etude.training.order import epoch_order
from etude.training.train import Run
from models import example, folder_of, history_in, loaded, rows_of, run_of, tuned, with_lora

SIZES = {"songs": 1000, "chats": 100, "quotes": 10}


def rows(**sizes: int) -> list[Example]:
    """Rows of several sources, in turns."""
    every = [(source, n) for source, count in sizes.items() for n in range(count)]
    return [
        Example(f"{source}-{n}", source, example("a", "b").messages, ("b",))
        for source, n in sorted(every, key=lambda row: row[1])
    ]


def test_weights_are_shares_in_proportion() -> None:
    mix = Mix(weights={"songs": 1, "chats": 3})
    assert shares(mix, {"songs": 1000, "chats": 100}) == {"songs": 0.25, "chats": 0.75}


def test_temperature_is_that_of_the_paper() -> None:
    """Raffel et al. 2020, section 3.5.2: min(e, K), raised to 1 / T, renormalised."""
    by_size = shares(Mix(), SIZES)
    assert by_size == pytest.approx({name: size / 1110 for name, size in SIZES.items()})
    rooted = shares(Mix(temperature=2), SIZES)
    total = 1000**0.5 + 100**0.5 + 10**0.5
    assert rooted == pytest.approx({name: size**0.5 / total for name, size in SIZES.items()})
    limited = shares(Mix(limit=100), SIZES)
    assert limited == pytest.approx({"songs": 100 / 210, "chats": 100 / 210, "quotes": 10 / 210})
    even = shares(Mix(temperature=1e9), SIZES)
    assert even == pytest.approx(dict.fromkeys(SIZES, 1 / 3), abs=1e-6)


@given(
    sizes=st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1),
    temperature=st.floats(0.2, 50),
)
def test_draws_add_up_and_leave_no_source_out(sizes: dict[str, int], temperature: float) -> None:
    total = sum(sizes.values())
    parts = shares(Mix(temperature=temperature), sizes)
    counts = draws(parts, total)
    assert sum(counts.values()) == total
    assert min(counts.values()) >= 1
    if all(share * total >= 1 for share in parts.values()):
        assert all(abs(counts[name] - parts[name] * total) < 1 for name in sizes)


def test_by_size_alone_every_row_is_drawn_once_and_nothing_changes() -> None:
    examples = rows(songs=40, chats=7)
    assert mixture(examples, None, 1) is None
    assert mixture(examples, Mix(), 1) is None
    assert mixture(examples, Mix(sources=("songs", "chats")), 1) is None
    assert mixture(examples, Mix(temperature=2), 1) is not None


def test_the_order_without_a_mix_is_as_it_always_was() -> None:
    """Digits of finished runs hang on it."""
    lengths = [5, 3, 9, 1, 7, 2, 8]
    assert epoch_order(lengths, 2, 13, 1) == [[4, 6], [1, 0], [2], [3, 5]]
    assert epoch_order(lengths, 2, 13, 1, range(7)) == epoch_order(lengths, 2, 13, 1)


def test_what_is_not_asked_for_leaves_older_keys_as_they_are() -> None:
    """Finished runs of a study without a mix or a search are still what it asks for."""
    before = Tune().model_dump(mode="json", exclude={*ON_THE_WAY, "mix", "search"})
    assert tune_settings(Tune()) == before
    mixed = Tune.model_validate({"mix": ["songs"]})
    assert tune_settings(mixed) == before | {"mix": mixed.model_dump(mode="json")["mix"]}


@given(
    songs=st.integers(1, 30),
    chats=st.integers(1, 30),
    weight=st.floats(0.05, 20),
    seed=st.integers(0, 5),
)
def test_every_row_has_its_turn(songs: int, chats: int, weight: float, seed: int) -> None:
    """Over the epochs no row is seen more than once more often than another of its source."""
    examples = rows(songs=songs, chats=chats)
    mix = Mix(weights={"songs": weight, "chats": 1})
    counts = draws(shares(mix, {"songs": songs, "chats": chats}), songs + chats)
    mixed = Mixture(tuple(row.task for row in examples), counts, seed)
    seen: Counter[int] = Counter(dict.fromkeys(range(len(examples)), 0))
    for epoch in range(7):
        drawn = mixed.draw(epoch)
        assert Counter(examples[row].task for row in drawn) == counts
        assert mixed.draw(epoch) == drawn
        seen.update(drawn)
        for source in counts:
            times = [n for row, n in seen.items() if examples[row].task == source]
            assert max(times) - min(times) <= 1


def test_epochs_and_seeds_draw_differently() -> None:
    tasks = ("songs",) * 50 + ("chats",) * 50
    counts = {"songs": 80, "chats": 20}
    drawn = {
        tuple(Mixture(tasks, counts, seed).draw(epoch)) for seed in (1, 2) for epoch in range(3)
    }
    assert len(drawn) == 6


def test_only_the_named_sources_are_learnt_from() -> None:
    examples = rows(songs=5, chats=3)
    assert taken(examples, None) is examples
    assert {row.task for row in taken(examples, Mix(sources=("chats",)))} == {"chats"}
    assert len(taken(examples, Mix(weights={"songs": 1}))) == 5


def test_a_source_without_training_examples_is_refused() -> None:
    with pytest.raises(UserError) as error:
        mixture(rows(songs=5), Mix(weights={"songs": 1, "chats": 1}), 1)
    assert str(error.value) == (
        "tune.mix names the source 'chats', but it has no training examples left: leave it out, "
        "or bring more rows."
    )


# In a training run

TUNE = Tune.model_validate({"batch_size": 4, "epochs": 3, "log_steps": 1, "save_seconds": 0})
TASKS = ("songs",) * 18 + ("chats",) * 6


def mixed_run(**weights: float) -> Run:
    """24 rows of two sources."""
    run = run_of(with_lora(loaded(folder_of("llama")).model), TUNE, train=rows_of(count=24))
    sizes = Counter(TASKS)
    run.mixture = Mixture(TASKS, draws(shares(Mix(weights=weights), sizes), 24), 1)
    return run


class Killed(Exception):
    """The run ends here."""


def until(step: int) -> Progress:
    """A progress that kills the run before a step."""

    def progress(what: str, done: int, total: int, note: str) -> None:
        if what == "training" and done == step:
            raise Killed

    return progress


def test_a_mixed_run_resumes_to_the_same_digits(tmp_path: Path) -> None:
    for name in ("whole", "killed", "other"):
        (tmp_path / name).mkdir()
    whole = tuned(mixed_run(songs=1, chats=3), tmp_path / "whole")
    with pytest.raises(Killed):
        tuned(mixed_run(songs=1, chats=3), tmp_path / "killed", until(8))
    assert len(history_in(tmp_path / "killed")) < len(whole)
    assert tuned(mixed_run(songs=1, chats=3), tmp_path / "killed", silent) == whole
    other = tuned(mixed_run(songs=1, chats=1), tmp_path / "other")
    assert other != whole


def test_what_was_seen_is_counted() -> None:
    run = mixed_run(songs=1, chats=3)
    steps: Any = range(run.total_steps)
    seen = [row for step in steps for batch in run.numbers(step) for row in batch]
    assert counted(TASKS, run.mixture, seen) == {
        "songs": {"rows": 18, "per_epoch": 6, "seen": 18},
        "chats": {"rows": 6, "per_epoch": 18, "seen": 54},
    }
