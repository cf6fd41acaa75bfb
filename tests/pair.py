"""Trainings that two processes do together: what they are, and the side of the processes.

`python pair.py FOLDER` in an environment that says which process it is does all of `CASES` in one
go, since starting costs more than training models this small.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

import models
from etude.approaches.build import in_turns
from etude.approaches.keeping import whole_weights
from etude.config.low_rank import AdaLora
from etude.config.methods import Bottleneck, Full, PromptTuning, Selective
from etude.config.tuning import AdamW, Constant, EarlyStopping, Lora, Tune
from etude.engine import processes
from etude.engine.base import cache_folder
from etude.engine.batch import Encoded
from etude.errors import UserError
from etude.training import rehearsal
from etude.training.history import History
from etude.training.loss import Diverged, validate
from etude.training.methods import prepare
from etude.training.packing import Packed, pack
from etude.training.rehearsal import rehearse
from etude.training.run import Run, save
from etude.training.train import take_step, train

RATE = AdamW(learning_rate=1e-2, weight_decay=0.1)
plan = partial(Tune, optimizer=RATE, schedule=Constant(), log_steps=1, epochs=2)
LORA = Lora(r=4, dropout=0.0)
LAYERS = {"layers": None, "reshard": True}


@dataclass(frozen=True)
class Case:
    """A training: a model's shape, its settings, how many rows, and whether weights are sharded."""

    tune: Tune
    shape: str = "llama"
    rows: int = 22
    sharded: bool = False
    layers: tuple[str, ...] | None = None
    precision: Any = "fp32"


SMALL = {"batch_size": 4, "accumulate": 2}  # 22 rows: the last step of an epoch has 6
LEFT = {"batch_size": 8}  # 9 rows: the last step of an epoch has one, and a process none
CASES = {
    "lora": Case(plan(method=LORA, **SMALL)),
    "one row left": Case(plan(method=LORA, **LEFT), rows=9),
    "encoder-decoder": Case(plan(method=Full(), dropout=0.0, **SMALL), shape="t5"),
    "rank taken away": Case(
        plan(method=AdaLora(start_r=4, r=2, every=1, dropout=0.0, warmup=0.1, settle=0.2), **SMALL)
    ),
    "virtual tokens": Case(plan(method=PromptTuning(tokens=3), **SMALL)),
    "packed": Case(plan(method=LORA, packing=True, batch_size=2)),
    "smoothed, best kept": Case(
        plan(
            method=Bottleneck(size=4),
            label_smoothing=0.1,
            load_best_model_at_end=True,
            evaluate_steps=2,
            early_stopping=EarlyStopping(patience=2),
            clip=None,
            **SMALL,
        )
    ),
    "bf16": Case(plan(method=LORA, **SMALL), precision="bf16"),
    "sharded lora": Case(plan(method=LORA, **SMALL), sharded=True),
    "sharded, one row left": Case(plan(method=LORA, **LEFT), rows=9, sharded=True),
    "sharded full": Case(plan(method=Full(), **SMALL), sharded=True),
    "sharded full, one row left": Case(plan(method=Full(), **LEFT), rows=9, sharded=True),
    "sharded encoder-decoder": Case(
        plan(method=Full(), dropout=0.0, **SMALL), shape="t5", sharded=True
    ),
    "sharded as a whole": Case(plan(method=Full(), **SMALL), sharded=True, layers=()),
    "sharded, computed again": Case(
        plan(method=Full(), activation_checkpointing=True, **SMALL), sharded=True
    ),
    "sharded selective": Case(plan(method=Selective(last_layers=1), **SMALL), sharded=True),
    "sharded bf16": Case(plan(method=Full(), **SMALL), sharded=True, precision="bf16"),
}
RESUMED = {
    "dropout": Case(plan(method=Lora(r=4, dropout=0.3), save_seconds=0, **SMALL)),
    "sharded": Case(plan(method=Full(), save_seconds=0, **SMALL), sharded=True),
}
STOP = 3  # steps before a training is stopped and taken up again


class Stopped(Exception):
    """A kill, as far as it can be had within one process."""


def begin(case: Case) -> Run:
    """The training of a case at step 0, shared by as many processes as there are."""
    together = case.sharded and processes.count() > 1
    layers = None if case.layers is None else list(case.layers)
    processes._joined.sharding = {**LAYERS, "layers": layers} if together else None
    network = models.loaded(models.folder_of(case.shape), case.precision).model
    network = prepare(network, case.tune.method, 7)
    rows: tuple[Encoded | Packed, ...] = models.rows_of(3, case.rows)
    if case.tune.packing:
        packs = pack([row.length for row in rows], 64)
        rows = tuple(Packed(tuple(rows[index] for index in chosen)) for chosen in packs)
    return models.run_of(
        network,
        case.tune,
        train=rows,  # type: ignore[arg-type]  # packed ones are rows as well
        precision=case.precision,
    )


def whole_values(run: Run) -> dict[str, torch.Tensor]:
    """What has learnt, whole."""
    found = {name: processes.whole(item.detach()) for name, item in run.parameters.items()}
    return {name: item.float().cpu().clone() for name, item in found.items()}


def go(run: Run, folder: Path, stop: int | None = None) -> list[dict[str, Any]]:
    """Train in a folder, to the end or to a step; the history as far as it goes."""
    folder.mkdir(parents=True, exist_ok=True)

    def progress(what: str, done: int, total: int, note: str) -> None:
        if done == stop:
            raise Stopped

    try:
        train(run, folder / "checkpoint.safetensors", folder / "history.jsonl", [], progress)
    except Stopped:
        processes.wait()
    return models.history_in(folder)


def outcome(case: Case, folder: Path) -> dict[str, Any]:
    """A whole training: its history, what it learnt, and which files it left."""
    run = begin(case)
    history = go(run, folder)
    return {"history": history, "values": whole_values(run), "best": run.position.judgement}


def resumed(case: Case, folder: Path) -> dict[str, Any]:
    """The same, stopped on the way and taken up again."""
    go(begin(case), folder, STOP)
    run = begin(case)
    return {"history": go(run, folder), "values": whole_values(run)}


def other_things(folder: Path) -> dict[str, Any]:
    """What is no training: turns, agreement on memory and on failures, who writes."""
    found: dict[str, Any] = {"rank": processes.rank(), "count": processes.count()}
    batches = [[number] for number in range(5)]
    found["turns"] = list(in_turns(batches, lambda batch: [(batch[0], processes.rank())]))  # type: ignore[arg-type, list-item, return-value]  # any will do
    run = begin(CASES["lora"])
    rehearse(run, folder)
    found["rehearsed"] = (run.position.batch_size, run.position.step)
    found["validation"] = validate(run)
    own = folder / f"of-{processes.rank()}.jsonl"
    History(own, 0, [], writes=processes.is_first()).add({"step": 1})
    found["wrote"] = own.exists()
    save(run, folder / "saved.safetensors")
    with torch.no_grad():
        if not processes.is_first():
            next(iter(run.parameters.values())).fill_(torch.nan)
    learnt = begin(CASES["sharded full"])
    rehearse(learnt, folder)
    take_step(learnt)
    found["learnt"] = whole_values(learnt)
    state = whole_weights(learnt, torch.float32)
    found["has state"] = state is not None and len(state)
    if processes.is_first():
        learnt.network.save_pretrained(folder / "learnt", state_dict=state)
    processes.wait()
    processes._joined.sharding = None
    try:
        go(run, folder / "diverged")
    except Diverged as error:
        found["diverged"] = str(error)
    return found


def refused(folder: Path, wrong: Exception) -> str:
    """What a rehearsal says of something that goes wrong in the second process alone."""
    run, plain = begin(CASES["lora"]), rehearsal.backward_on_longest

    def fail(*_: Any) -> float:
        raise wrong

    if not processes.is_first():
        rehearsal.backward_on_longest = fail
    try:
        rehearse(run, folder)
    except (rehearsal.NoRoom, Diverged) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        rehearsal.backward_on_longest = plain
    return "nothing"


def other_files() -> str:
    """What is said where machines have other files; both are on this one."""
    processes.check_alike("the same")
    try:
        processes.check_alike(f"files of {processes.rank()}")
    except UserError as error:
        return str(error)
    return "nothing"


def main() -> None:
    """All of it, as one of two processes."""
    folder = Path(sys.argv[1])
    models.folder_of = lambda shape: cache_folder() / "shapes" / shape  # type: ignore[assignment]  # they are there
    told = {"processes": int(sys.argv[2]), "gpu": False, "sharding": None}
    results: dict[str, Any] = {}
    with processes.together(told):
        results["others"] = other_things(folder)
        results["no room"] = refused(folder, torch.OutOfMemoryError("planted"))
        results["no number"] = refused(folder, Diverged("planted"))
        results["other files"] = other_files()
        results["cases"] = {name: outcome(case, folder / name) for name, case in CASES.items()}
        results["whole"] = {
            name: outcome(case, folder / f"{name} whole") for name, case in RESUMED.items()
        }
        results["resumed"] = {
            name: resumed(case, folder / f"{name} resumed") for name, case in RESUMED.items()
        }
        # One process began, two go on; and two begin, so that one may go on.
        run = begin(RESUMED["sharded"])
        results["from one"] = {"history": go(run, folder / "from one"), "values": whole_values(run)}
        go(begin(RESUMED["sharded"]), folder / "to one", STOP)
    torch.save(results, folder / f"results-{os.environ['RANK']}.pt")


def environment(rank: int, count: int, port: int) -> dict[str, str]:
    """What tells a process which one it is."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OMP_NUM_THREADS": "1",
        "RANK": str(rank),
        "WORLD_SIZE": str(count),
        "LOCAL_RANK": str(rank),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


def start(folder: Path, *, count: int = 2, asked: int = 2) -> list[dict[str, Any]]:
    """Let processes do everything; what each of them found."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-W", "ignore", __file__, str(folder), str(asked)]
    running = [
        subprocess.Popen(command, env=environment(rank, count, port), stderr=subprocess.PIPE)
        for rank in range(count)
    ]
    told = [process.communicate(timeout=900)[1].decode() for process in running]
    failed = [text for process, text in zip(running, told, strict=True) if process.returncode]
    if failed:
        raise RuntimeError("\n".join(failed))
    return [torch.load(folder / f"results-{rank}.pt", weights_only=False) for rank in range(count)]


if __name__ == "__main__":
    main()
