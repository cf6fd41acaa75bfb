"""The record of a run: what stands in it, what is cut back, and where else it goes."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
from tensorboardX.proto.event_pb2 import Event, SessionLog

import models
from etude.config.methods import Lora
from etude.config.tuning import Constant, Tune
from etude.errors import UserError
from etude.store import read_lines
from etude.training.history import TRACKERS, History
from etude.training.methods import prepare

pytestmark = models.peft_asks_by_an_old_name


def run_of(tune: Tune, **more: Any) -> Any:
    network = models.loaded(models.folder_of("llama")).model
    return models.run_of(prepare(network, tune.method, 0), tune, **more)


def test_rows_of_a_run(tmp_path: Path) -> None:
    tune = Tune(method=Lora(r=2), schedule=Constant(), batch_size=4, epochs=2, log_steps=4)
    run = run_of(tune)  # 24 rows: 6 steps an epoch
    models.tuned(run, tmp_path)
    rows = read_lines(tmp_path / "history.jsonl")
    assert [(row["step"], "loss" in row) for row in rows] == [
        (0, False),
        (4, True),
        (6, True),
        (6, False),
        (8, True),
        (12, True),
        (12, False),
    ]
    assert [row["epoch"] for row in rows if "dev_loss" in row] == [0.0, 1.0, 2.0]
    for row in rows:
        wanted = {"step", "epoch", "dev_loss", "seconds"}
        if "loss" in row:
            wanted = {"step", "epoch", "loss", "learning_rate", "gradient_norm", "seconds"}
            wanted |= {"tokens_per_second"}
            assert row["learning_rate"] == 2e-4
            assert row["gradient_norm"] > 0
            assert row["tokens_per_second"] > 0
        assert row.keys() == wanted
    seconds = [row["seconds"] for row in rows]
    assert seconds == sorted(seconds)
    assert run.position.seconds >= seconds[-1]


def test_a_row_means_over_the_tokens_since_the_last_one(tmp_path: Path) -> None:
    every = Tune(method=Lora(r=2), batch_size=4, epochs=1, log_steps=1)
    run, losses, tokens = run_of(every), [], []
    rows = models.tuned(run, tmp_path / "every")
    for step in range(6):
        tokens.append(sum(row.supervised for batch in run.batches(step) for row in batch))
    losses = [row["loss"] for row in rows if "loss" in row]
    together = run_of(every.model_copy(update={"log_steps": 3}))
    found = [row["loss"] for row in models.tuned(together, tmp_path / "three") if "loss" in row]
    expected = [
        sum(losses[n] * tokens[n] for n in part) / sum(tokens[n] for n in part)
        for part in (range(3), range(3, 6))
    ]
    assert found == pytest.approx(expected)


def test_without_a_validation_split_there_is_no_validation_loss(tmp_path: Path) -> None:
    run = run_of(Tune(method=Lora(r=2), batch_size=8, epochs=1), dev=())
    rows = models.tuned(run, tmp_path)
    assert [row["step"] for row in rows] == [3]
    assert "loss" in rows[0]


def test_resumption_cuts_the_history_back(tmp_path: Path) -> None:
    path, seen = tmp_path / "history.jsonl", []
    record = History(path, 0, [])
    for step in range(4):
        record.add({"step": step})
    with path.open("a") as file:
        file.write('{"step": 4, "lo')  # killed while writing
    record = History(path, 2, [seen.append])
    assert record.rows == 2
    assert [row["step"] for row in read_lines(path)] == [0, 1]
    record.add({"step": 2})
    assert [row["step"] for row in read_lines(path)] == [0, 1, 2]
    assert record.rows == 3
    assert seen == [{"step": 2}]  # trackers are not told again what is kept
    assert [entry.name for entry in tmp_path.iterdir()] == ["history.jsonl"]


def events(folder: Path) -> list[Event]:
    """Events of a TensorBoard folder: each as length, checksum, bytes, checksum."""
    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content = path.read_bytes()
        while content:
            (length,) = struct.unpack("<Q", content[:8])
            found.append(Event.FromString(content[12 : 12 + length]))
            content = content[12 + length + 4 :]
    return found


def test_tensorboard_gets_every_number(tmp_path: Path) -> None:
    log = TRACKERS["tensorboard"](tmp_path, "study-lora-1", {}, 0)
    log({"step": 2, "loss": 2.5, "epoch": 0.5})
    log({"step": 4, "dev_loss": 1.25})
    found = events(tmp_path / "tensorboard")
    scalars = [(e.step, v.tag, v.simple_value) for e in found for v in e.summary.value]
    assert scalars == [(2, "loss", 2.5), (2, "epoch", 0.5), (4, "dev_loss", 1.25)]


def test_tensorboard_forgets_steps_that_are_done_again(tmp_path: Path) -> None:
    TRACKERS["tensorboard"](tmp_path, "study-lora-1", {}, 0)({"step": 7, "loss": 2.5})
    TRACKERS["tensorboard"](tmp_path, "study-lora-1", {}, 4)({"step": 5, "loss": 2.0})
    starts = [
        event.step
        for event in events(tmp_path / "tensorboard")
        if event.session_log.status == SessionLog.START
    ]
    assert starts == [0, 5]  # a reader drops what it had from step 5 on


@pytest.mark.parametrize("tracker", ["wandb", "mlflow"])
def test_a_tracker_that_is_not_installed(
    tracker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, tracker, None)  # import fails as if it were not there
    with pytest.raises(UserError) as refusal:
        TRACKERS[tracker](tmp_path, "study-lora-1", {}, 0)
    assert str(refusal.value) == (
        f"track: {tracker} needs a package that is not installed: pip install 'etude[{tracker}]'."
    )


def test_wandb_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb", reason="wandb is an extra that is not installed here")
    monkeypatch.setenv("WANDB_MODE", "offline")
    TRACKERS["wandb"](tmp_path, "study-lora-1", {"epochs": 3}, 0)({"step": 2, "loss": 2.5})
    assert list((tmp_path / "wandb").glob("offline-run-*"))


def test_mlflow_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow", reason="mlflow is an extra that is not installed here")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    TRACKERS["mlflow"](tmp_path, "study-lora-1", {"epochs": 3}, 0)({"step": 2, "loss": 2.5})
    [run] = mlflow.search_runs(experiment_names=["etude"], output_format="list")
    assert run.data.metrics == {"loss": 2.5}
    assert run.data.params == {"epochs": "3"}


def test_the_study_file_and_the_trackers_agree() -> None:
    from typing import get_args

    from etude.config.study import Study

    [named] = {get_args(item) for item in get_args(Study.model_fields["track"].annotation)} - {()}
    assert set(named) == TRACKERS.keys()


def test_history_is_json_lines(tmp_path: Path) -> None:
    record = History(tmp_path / "history.jsonl", 0, [])
    record.add({"step": 1, "loss": 0.1})
    assert json.loads((tmp_path / "history.jsonl").read_text()) == {"step": 1, "loss": 0.1}
