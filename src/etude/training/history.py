"""The record of a training run: one JSON object a line, and wherever else the study asks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.errors import UserError
from etude.store import read_lines, write_atomically

Log = Callable[[Mapping[str, Any]], None]


class History:
    """Rows of `history.jsonl`: training rows have `loss`, validation rows `dev_loss`.

    On resumption it is cut back to the rows that the checkpoint knows of; the steps since are
    done, and written, again.
    """

    def __init__(self, path: Path, rows: int, trackers: Sequence[Log]) -> None:
        kept = read_lines(path)[:rows]
        write_atomically(path, "".join(json.dumps(row) + "\n" for row in kept))
        self.path = path
        self.rows = len(kept)
        self.trackers = trackers

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row, and tell the trackers."""
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self.rows += 1
        for track in self.trackers:
            track(row)


def tensorboard(folder: Path, name: str, settings: Mapping[str, Any], step: int) -> Log:
    """Event files in `tensorboard/` of the approach's folder; later steps are purged on resume."""
    del name, settings  # TensorBoard names a run by its folder
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1 if step else None)

    def log(row: Mapping[str, Any]) -> None:
        for key, value in numbers(row).items():
            writer.add_scalar(key, value, row["step"])
        writer.flush()

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
