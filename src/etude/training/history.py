"""The record of a training run: one JSON object a line, and wherever else the study asks."""

from __future__ import annotations

import json
import os
import platform
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.errors import UserError
from etude.store import appending, read_lines, sync, write_atomically

Log = Callable[[Mapping[str, Any]], None]


class History:
    """Rows of `history.jsonl`: training rows have `loss`, validation rows `dev_loss`.

    On resumption it is cut back to the rows that the checkpoint knows of; the steps since are
    done, and written, again. One of several processes `writes`; the others count along.
    """

    def __init__(
        self, path: Path, rows: int, trackers: Sequence[Log], *, writes: bool = True
    ) -> None:
        kept = read_lines(path)[:rows]
        if writes:
            write_atomically(path, "".join(json.dumps(row) + "\n" for row in kept))
        self.path = path
        self.writes = writes
        self.rows = len(kept)
        self.trackers = trackers

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row, and tell the trackers."""
        if self.writes:
            with appending(self.path) as file:
                file.write((json.dumps(row) + "\n").encode())
        self.rows += 1
        for track in self.trackers:
            track(row)

    def sync(self) -> None:
        """Ask the disk to keep all rows so far: a checkpoint is about to say how many there are."""
        if self.writes:
            sync(self.path)


def tensorboard(folder: Path, name: str, settings: Mapping[str, Any], step: int) -> Log:
    """Event files in `tensorboard/` of the approach's folder.

    What an earlier attempt wrote after `step` is done again, and purged. Events are appended as
    history's rows are, at once: the usual writer queues them and loses the last ones at the end.
    """
    del name, settings  # TensorBoard names a run by its folder
    from tensorboardX.proto.event_pb2 import Event, SessionLog
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.record_writer import masked_crc32c

    file_name = f"events.out.tfevents.{int(time.time())}.{platform.node()}.{step}"
    path = folder / "tensorboard" / file_name
    path.parent.mkdir(parents=True, exist_ok=True)

    def append(**content: Any) -> None:
        event = Event(wall_time=time.time(), **content).SerializeToString()
        length = struct.pack("<Q", len(event))
        sums = [struct.pack("<I", masked_crc32c(part)) for part in (length, event)]
        with appending(path) as file:
            file.write(length + sums[0] + event + sums[1])

    def log(row: Mapping[str, Any]) -> None:
        values = [Summary.Value(tag=key, simple_value=value) for key, value in numbers(row).items()]
        append(step=row["step"], summary=Summary(value=values))

    append(file_version="brain.Event:2")
    append(step=step + 1 if step else 0, session_log=SessionLog(status=SessionLog.START))
    return log


def wandb(folder: Path, name: str, settings: Mapping[str, Any], step: int) -> Log:
    """Weights & Biases, with its own settings from the environment (`WANDB_MODE=offline`)."""
    del step  # the run's id finds the earlier steps again
    try:
        import wandb as library
    except ImportError:
        raise UserError(missing("wandb")) from None
    run = library.init(
        project="etude", id=name, name=name, dir=folder, config=dict(settings), resume="allow"
    )
    return lambda row: run.log(numbers(row), step=row["step"])


def mlflow(folder: Path, name: str, settings: Mapping[str, Any], step: int) -> Log:
    """MLflow, at `MLFLOW_TRACKING_URI` or in `mlflow/` of the approach's folder."""
    del step
    try:
        import mlflow as library
    except ImportError:
        raise UserError(missing("mlflow")) from None
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        library.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    library.set_experiment("etude")
    run = library.start_run(run_name=name)
    client = library.MlflowClient()
    for key, value in settings.items():
        client.log_param(run.info.run_id, key, value)
    return lambda row: library.log_metrics(numbers(row), step=row["step"])


def missing(extra: str) -> str:
    """What to do when an optional library is not installed."""
    return f"track: {extra} needs a package that is not installed: pip install 'etude[{extra}]'."


def numbers(row: Mapping[str, Any]) -> dict[str, float]:
    """The values of a row that a tracker can plot."""
    return {key: float(value) for key, value in row.items() if key != "step"}


TRACKERS: dict[str, Callable[[Path, str, Mapping[str, Any], int], Log]] = {
    "tensorboard": tensorboard,
    "wandb": wandb,
    "mlflow": mlflow,
}
