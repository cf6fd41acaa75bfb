"""Really two processes (gloo, on the CPU): the same training and the same answers as one."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

import models
import pair
from etude.config.study import Model
from etude.engine.load import load
from etude.store import Place, read_json
from etude.training.checkpoint import read_position
from etude.training.run import restore
from studies import settings, write_rows, write_study

pytestmark = [
    models.peft_asks_by_an_old_name,
    pytest.mark.skipif(sys.platform == "win32", reason="gloo's addresses, signals"),
]
MINUTE = 60.0
Found = tuple[Path, list[dict[str, Any]]]
SHARED: dict[str, dict[str, Any]] = {
    "MULTI_CPU": {},
    "FSDP": {"fsdp_config": {"fsdp_version": 2}},
    "DEEPSPEED": {"deepspeed_config": {"zero_stage": 2}, "use_cpu": True},
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What two processes have done together, and the folder where they did it."""
    folder = tmp_path_factory.mktemp("pair")
    for shape in ("llama", "t5"):
        models.folder_of(shape)  # made before both look for it
    pair.go(pair.begin(pair.RESUMED["sharded"]), folder / "from one", pair.STOP)
    return folder, pair.start(folder)


def close(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor], apart: float) -> None:
    assert left.keys() == right.keys()
    for name, item in left.items():
        torch.testing.assert_close(item, right[name], atol=apart, rtol=apart)


def losses(history: list[dict[str, Any]]) -> list[tuple[int, float]]:
    return [(row["step"], row.get("loss", row.get("dev_loss"))) for row in history]


@pytest.mark.parametrize("name", pair.CASES)
def test_two_learn_what_one_learns(name: str, two: Found, tmp_path: Path) -> None:
    """The loss is that of the whole step's tokens, however unequal the processes' shares are."""
    case, results = pair.CASES[name], two[1]
    mine, theirs = pair.outcome(case, tmp_path), results[0]["cases"][name]
    rounded = case.precision == "bf16"
    assert len(mine["history"]) == len(theirs["history"])
    for (step, loss), (other, another) in zip(
        losses(mine["history"]), losses(theirs["history"]), strict=True
    ):
        assert step == other
        assert another == pytest.approx(loss, rel=1e-2 if rounded else 1e-5)
    if not rounded:  # AdamW's first steps are of one size, whatever a gradient's last digits
        close(mine["values"], theirs["values"], 1e-4)
    close(results[0]["cases"][name]["values"], results[1]["cases"][name]["values"], 0.0)
    assert results[0]["cases"][name]["best"] == results[1]["cases"][name]["best"]


def test_the_cases_are_unequal() -> None:
    """What the test above is about: other numbers of rows and tokens in each process."""
    run = pair.begin(pair.CASES["one row left"])
    sizes = [sum(map(len, run.numbers(step))) for step in range(run.steps_per_epoch)]
    assert sorted(sizes) == [1, 8]
    assert len({row.supervised for row in run.train}) > 1


@pytest.mark.parametrize("name", pair.RESUMED)
def test_resumed_by_two_to_the_last_digit(name: str, two: Found) -> None:
    """Dropout included: each process has its own chance, and the checkpoint has all of them."""
    for found in two[1]:
        whole, resumed = found["whole"][name], found["resumed"][name]
        assert resumed["history"] == whole["history"]
        close(resumed["values"], whole["values"], 0.0)


def test_two_go_on_where_one_was_stopped(two: Found) -> None:
    found = two[1][0]
    whole, mine = found["whole"]["sharded"], found["from one"]
    assert [step for step, _ in losses(mine["history"])] == [
        step for step, _ in losses(whole["history"])
    ]
    close(mine["values"], whole["values"], 1e-4)


def test_one_goes_on_where_two_were_stopped(two: Found) -> None:
    """A checkpoint holds whole tensors, also of weights that were sharded."""
    folder, results = two
    checkpoint = folder / "to one" / "checkpoint.safetensors"
    assert read_position(checkpoint)["processes"] == 2
    run = pair.begin(pair.RESUMED["sharded"])
    restore(run, checkpoint)
    assert (run.position.step, run.position.processes) == (pair.STOP, 1)
    history = pair.go(pair.begin(pair.RESUMED["sharded"]), folder / "to one")
    whole = results[0]["whole"]["sharded"]["history"]
    for (step, loss), (other, another) in zip(losses(history), losses(whole), strict=True):
        assert (step, loss) == (other, pytest.approx(another, rel=1e-5))


def test_they_take_turns_and_the_first_has_all(two: Found) -> None:
    first, second = (found["others"] for found in two[1])
    assert [(found["rank"], found["count"]) for found in (first, second)] == [(0, 2), (1, 2)]
    assert first["turns"] == [[(0, 0)], [(1, 1)], [(2, 0)], [(3, 1)], [(4, 0)]]
    assert second["turns"] == []
    assert (first["wrote"], second["wrote"]) == (True, False)
    assert first["rehearsed"] == second["rehearsed"] == (4, 0)
    assert first["validation"] == second["validation"]


def test_a_sharded_model_is_saved_whole(two: Found) -> None:
    """The first process has all of it, and it reads as any other model."""
    folder, results = two
    first, second = (found["others"] for found in results)
    assert (first["has state"] > 0, second["has state"]) == (True, 0)
    base = models.folder_of("llama")
    model = Model(base=str(base), device="cpu")
    network = load(models.base_of(base), model, "fp32", [folder / "learnt"]).model
    close({n: p.detach() for n, p in network.named_parameters()}, first["learnt"], 0.0)
    assert "FSDP" not in (folder / "learnt" / "config.json").read_text()


def test_a_loss_that_is_no_number_stops_both(two: Found) -> None:
    """It was the second process's; both say the same, and name its examples."""
    first, second = (found["others"]["diverged"] for found in two[1])
    assert first == second
    assert first.startswith("The training loss is nan at step 1, in the batch of row ")
    assert math.isfinite(two[1][0]["others"]["validation"])


def test_what_one_cannot_do_all_refuse(two: Found) -> None:
    """None is left waiting for one whose memory does not suffice, or whose loss is no number."""
    first, second = two[1]
    assert first["no room"] == second["no room"]
    assert first["no room"].startswith("NoRoom: tune.batch_size is 4, but there is no memory for ")
    assert first["no number"] == second["no number"] == "Diverged: planted"


def test_machines_with_other_files_are_told_so(two: Found) -> None:
    first, second = (found["other files"] for found in two[1])
    assert first == second
    assert first.startswith("--launch: the machines do not have the same base model or the same ")


def test_fewer_than_were_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="--launch asks for 2 processes, but 1 have met"):
        pair.start(tmp_path, count=1, asked=2)


# The whole command


LAUNCH = {
    "distributed_type": "MULTI_CPU",
    "num_machines": 1,
    "num_processes": 2,
    "mixed_precision": "no",
    "use_cpu": True,
}


def launch(folder: Path, **changes: Any) -> list[str]:
    """The option with a configuration."""
    path = folder / "launch.yaml"
    path.write_text(yaml.safe_dump(LAUNCH | changes))
    return ["--launch", str(path)]


def start(command: list[str], study: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
    """`etude run` in a process group of its own."""
    asked = [*command, "run", str(study), "--folder", str(folder), "--quiet", *more]
    return subprocess.Popen(
        asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path[1:])},
    )


ETUDE = [sys.executable, "-m", "etude"]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone"]


def finish(process: subprocess.Popen[str]) -> None:
    output, errors = process.communicate(timeout=15 * MINUTE)
    assert process.returncode == 0, errors
    assert output.strip().splitlines()[-1].endswith("report.html")


def answers(folder: Path, name: str) -> list[dict[str, Any]]:
    rows = Place(folder, name, 13).predictions.read_text().splitlines()
    found = [json.loads(row) for row in rows]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in found]


def steps(place: Place) -> int:
    """Optimizer steps in the history so far."""
    lines = place.history.read_text().splitlines() if place.history.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return max((row["step"] for row in rows), default=-1)


def wait_for(process: subprocess.Popen[str], place: Place, step: int) -> None:
    deadline = time.monotonic() + 5 * MINUTE
    while steps(place) < step:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Process ids of what a command has started, by the number of the process in the crew."""
    found = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            told = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            ranks = [int(item[5:]) for item in told if item.startswith(b"RANK=")]
            found |= dict.fromkeys(ranks, int(child))
    return [found[rank] for rank in sorted(found)]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zero-shot approach and a LoRA without dropout, so that one and two do the same."""
    folder = tmp_path_factory.mktemp("study")
    write_rows(folder / "animals.jsonl", 60)
    lora = settings(Path())["approaches"]["lora"]
    lora["tune"] |= {"method": {"name": "lora", "r": 4, "dropout": 0.0}}
    return write_study(folder, approaches={"zero-shot": {}, "lora": lora})


@pytest.fixture(scope="module")
def one(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process has made of it."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    finish(start(ETUDE, study, folder))
    return folder


def same(folder: Path, one: Path) -> None:
    """The same answers in the same order; a tuning's are the same up to rounding."""
    assert answers(folder, "zero-shot") == answers(one, "zero-shot")
    mine, theirs = answers(folder, "lora"), answers(one, "lora")
    assert [row["example_id"] for row in mine] == [row["example_id"] for row in theirs]
    for row, other in zip(mine, theirs, strict=True):
        assert row["reference_logprob"] == pytest.approx(other["reference_logprob"], rel=1e-4)
    place = Place(folder, "lora", 13)
    assert read_json(place.manifest)["processes"] == 2
    assert read_json(place.weights / "etude.json")["processes"] == 2
    left = {path.name for path in place.path.iterdir()}
    assert not {name for name in left if name.startswith((".", "checkpoint.", "tmp"))}


@pytest.mark.long
@pytest.mark.parametrize("kind", SHARED)
def test_launched(kind: str, study: Path, one: Path, tmp_path: Path) -> None:
    asked = launch(tmp_path, distributed_type=kind, **SHARED[kind])
    finish(start(ETUDE, study, tmp_path / "run", *asked))
    same(tmp_path / "run", one)
    facts = read_json(Place(tmp_path / "run", "lora", 13).weights / "etude.json")
    assert facts["sharded"] == (kind != "MULTI_CPU")


@pytest.mark.long
def test_torchrun(study: Path, one: Path, tmp_path: Path) -> None:
    finish(start([*TORCHRUN, "-m", "etude"], study, tmp_path / "run"))
    same(tmp_path / "run", one)


@pytest.mark.long
def test_two_machines(study: Path, one: Path, tmp_path: Path) -> None:
    """Two commands that find each other by an address; both are on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    running = []
    for machine in (1, 0):
        (tmp_path / str(machine)).mkdir()
        asked = launch(
            tmp_path / str(machine),
            num_machines=2,
            machine_rank=machine,
            main_process_ip="127.0.0.1",
            main_process_port=port,
        )
        running.append(start(ETUDE, study, tmp_path / "run", *asked))
    second, first = running
    finish(first)
    _, errors = second.communicate(timeout=MINUTE)
    assert second.returncode == 0, errors
    same(tmp_path / "run", one)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc")
@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process(rank: int, study: Path, one: Path, tmp_path: Path) -> None:
    """The other one ends within seconds, the user hears of it, and the run goes on from there."""
    place, asked = Place(tmp_path / "run", "lora", 13), launch(tmp_path)
    process = start(ETUDE, study, place.folder, *asked)
    wait_for(process, place, 3)
    workers = workers_of(process)
    os.kill(workers[rank], signal.SIGKILL)
    killed = time.monotonic()
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() - killed < 30
        time.sleep(0.02)
    output, errors = process.communicate(timeout=3 * MINUTE)
    assert process.returncode == 1, errors
    assert output.strip().endswith("report.html")
    [failed] = [row for row in read_json(place.folder / "findings.json") if row["kind"] == "failed"]
    assert failed["evidence"] == (
        f"process {rank + 1} of 2 was killed (out of memory, most likely): use smaller batches, or "
        "batch_size: auto; the other processes were ended, and the same command goes on from what "
        "is saved"
    )
    kept = read_position(place.path / "checkpoint.safetensors")["step"]
    assert kept >= 2
    finish(start(ETUDE, study, place.folder, *asked))
    same(place.folder, one)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc")
def test_a_process_that_hangs(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_RANK_TIMEOUT", "20")
    place = Place(tmp_path / "run", "lora", 13)
    process = start(ETUDE, study, place.folder, *launch(tmp_path))
    wait_for(process, place, 1)
    os.kill(workers_of(process)[1], signal.SIGSTOP)
    process.communicate(timeout=4 * MINUTE)
    assert process.returncode == 1
    [failed] = [row for row in read_json(place.folder / "findings.json") if row["kind"] == "failed"]
    assert failed["evidence"].startswith("a process lives and has not answered the others in time")


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc")
@pytest.mark.parametrize("whom", ["the command", "one process"])
def test_asked_to_end(whom: str, study: Path, one: Path, tmp_path: Path) -> None:
    """All finish the step under way, which is saved although no checkpoint is due by time."""
    place, asked = Place(tmp_path / "run", "lora", 13), launch(tmp_path)
    never = "approaches.lora.tune.save_seconds=100000"
    process = start(ETUDE, study, place.folder, *asked, never)
    wait_for(process, place, 3)
    os.kill(process.pid if whom == "the command" else workers_of(process)[1], signal.SIGTERM)
    process.communicate(timeout=3 * MINUTE)
    assert process.returncode == (143 if whom == "the command" else 1)
    kept = read_position(place.path / "checkpoint.safetensors")
    assert kept["step"] == steps(place) >= 3
    assert kept["processes"] == 2
    finish(start(ETUDE, study, place.folder, *asked, never))
    same(place.folder, one)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_torchrun_is_asked_to_end(study: Path, one: Path, tmp_path: Path) -> None:
    """It passes that on to both commands: the step under way is kept, and all goes on from it."""
    place, command = Place(tmp_path / "run", "lora", 13), [*TORCHRUN, "-m", "etude"]
    never = "approaches.lora.tune.save_seconds=100000"
    process = start(command, study, place.folder, never)
    wait_for(process, place, 3)
    process.terminate()
    process.communicate(timeout=3 * MINUTE)
    assert process.returncode != 0
    kept = read_position(place.path / "checkpoint.safetensors")
    assert kept["step"] == steps(place) >= 3
    assert kept["processes"] == 2
    finish(start(command, study, place.folder, never))
    same(place.folder, one)


@pytest.mark.slow
def test_a_plan_says_how_the_work_is_shared(study: Path, tmp_path: Path) -> None:
    command = [*ETUDE, "plan", str(study), "--folder", str(tmp_path / "run"), *launch(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (
        "2 processes share the work, each with all weights; the weights and memory below are those "
        "of one that holds all of them.\n"
        "lora: a step is 4 examples (batch_size 4 x accumulate 1), up to 2 in each process.\n"
    ) in done.stdout
    planned = read_json(tmp_path / "run" / "plan.json")
    assert (planned["processes"], planned["sharded"]) == (2, False)
    assert planned["approaches"]["lora"]["tune"]["examples_a_step"] == 4


@pytest.mark.slow
def test_a_plan_knows_the_layers_that_are_to_be_sharded(study: Path, tmp_path: Path) -> None:
    told = {"fsdp_version": 2, "fsdp_transformer_layer_cls_to_wrap": "MistralDecoderLayer"}
    asked = launch(tmp_path, distributed_type="FSDP", fsdp_config=told)
    command = [*ETUDE, "plan", str(study), "--folder", str(tmp_path / "run"), *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        "fsdp_config.fsdp_transformer_layer_cls_to_wrap: this model has no layers of the class "
        "MistralDecoderLayer: leave it out to use the model's own, or name another.\n"
    ) in done.stderr
