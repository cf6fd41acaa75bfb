"""What --launch and torchrun ask for, how a step is shared, and what happens when one fails."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from etude import crew, machines
from etude.child import died
from etude.config.launch import Launch, read_launch
from etude.config.study import Study
from etude.crew import gathering
from etude.display import Display
from etude.errors import ChildDied, ChildFailed, UserError
from etude.following import follow
from etude.launching import check_launch
from etude.progress import silent
from etude.training.shares import divided, rounds
from studies import settings

# As `accelerate config` writes it for two processes on a CPU, and for FSDP.
TWO = {
    "compute_environment": "LOCAL_MACHINE",
    "debug": False,
    "distributed_type": "MULTI_CPU",
    "downcast_bf16": "no",
    "enable_cpu_affinity": False,
    "machine_rank": 0,
    "main_training_function": "main",
    "mixed_precision": "no",
    "num_machines": 1,
    "num_processes": 2,
    "rdzv_backend": "static",
    "same_network": True,
    "tpu_env": [],
    "tpu_use_cluster": False,
    "tpu_use_sudo": False,
    "use_cpu": True,
}
FSDP = TWO | {
    "distributed_type": "FSDP",
    "fsdp_config": {
        "fsdp_activation_checkpointing": False,
        "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "fsdp_cpu_ram_efficient_loading": False,
        "fsdp_offload_params": False,
        "fsdp_reshard_after_forward": True,
        "fsdp_state_dict_type": "FULL_STATE_DICT",
        "fsdp_transformer_layer_cls_to_wrap": "LlamaDecoderLayer",
        "fsdp_version": 2,
    },
}
TORCHRUN = {
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "first.example",
    "MASTER_PORT": "29500",
}


def written(folder: Path, settings: Mapping[str, Any]) -> Path:
    path = folder / "launch.yaml"
    path.write_text(yaml.safe_dump(dict(settings)))
    return path


def read(folder: Path, settings: Mapping[str, Any], **environment: str) -> Launch | None:
    return read_launch(written(folder, settings), environment)


def study(**changes: Any) -> Study:
    return Study.model_validate(settings(Path("animals.jsonl"), **changes))


# What is asked for


def test_without_either_there_is_one_process(tmp_path: Path) -> None:
    assert read_launch(None, {}) is None
    assert read_launch(None, {"WORLD_SIZE": "1", "RANK": "0"}) is None
    assert read(tmp_path, TWO | {"distributed_type": "NO", "num_processes": 1}) is None


def test_two_processes_on_a_cpu(tmp_path: Path) -> None:
    launch = read(tmp_path, TWO)
    assert launch == Launch(
        kind="ddp", processes=2, here=2, on_machine=2, address="127.0.0.1", cpu=True
    )
    assert launch.told() == {"kind": "ddp", "processes": 2, "gpu": False, "sharding": None}


def test_fsdp(tmp_path: Path) -> None:
    launch = read(tmp_path, FSDP)
    assert launch is not None
    assert launch.sharding == {"layers": ["LlamaDecoderLayer"], "reshard": True}
    assert launch.notes == ()
    efficient = FSDP["fsdp_config"] | {"fsdp_cpu_ram_efficient_loading": True}
    noted = read(tmp_path, FSDP | {"fsdp_config": efficient})
    assert noted is not None
    assert noted.notes == (
        "fsdp_cpu_ram_efficient_loading changes nothing: each process reads the weights and "
        "keeps its part.",
    )


def test_one_of_two_machines(tmp_path: Path) -> None:
    several = {
        "num_machines": 2,
        "num_processes": 8,
        "machine_rank": 1,
        "main_process_ip": "10.0.0.1",
        "main_process_port": 29501,
        "distributed_type": "MULTI_GPU",
        "use_cpu": False,
    }
    launch = read(tmp_path, TWO | several)
    assert launch == Launch(
        kind="ddp",
        processes=8,
        here=4,
        first=4,
        on_machine=4,
        parties=2,
        address="10.0.0.1",
        port=29501,
        gpu=True,
    )


def test_torchrun(tmp_path: Path) -> None:
    started = Launch(
        kind="ddp",
        processes=4,
        here=1,
        first=3,
        local=1,
        on_machine=2,
        parties=4,
        address="first.example",
        port=29500,
        origin="torchrun",
    )
    assert read_launch(None, TORCHRUN) == started
    with_store = read_launch(None, TORCHRUN | {"TORCHELASTIC_USE_AGENT_STORE": "True"})
    assert with_store == replace(started, port=None)
    sharing = read(tmp_path, FSDP | {"num_processes": 4}, **TORCHRUN)
    assert sharing is not None
    assert (sharing.kind, sharing.processes, sharing.first) == ("fsdp", 4, 3)


def change(**settings: Any) -> dict[str, Any]:
    return TWO | settings


def fsdp(**settings: Any) -> dict[str, Any]:
    return FSDP | {"fsdp_config": FSDP["fsdp_config"] | settings}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (change(num_proceses=3), "num_proceses is no setting here: did you mean 'num_processes'?"),
        (change(distributed_type="MULTI_GPUS"), "MULTI_GPUS: did you mean 'MULTI_GPU'?"),
        (change(distributed_type="MEGATRON_LM"), "distributed_type is MEGATRON_LM: Known: "),
        (change(num_processes=0), "num_processes should be a number from 1, but is 0."),
        (
            change(distributed_type="NO"),
            "num_processes is 2, but distributed_type is NO: set MULTI_CPU, MULTI_GPU or FSDP.",
        ),
        (
            change(dynamo_config={"dynamo_backend": "INDUCTOR"}),
            "dynamo_config is {'dynamo_backend': 'INDUCTOR'}, which Etude does nothing with: "
            "remove it, or set it to {}.",
        ),
        (
            change(num_machines=3, num_processes=4),
            "4 processes cannot be shared equally by 3 machines: num_processes counts those of "
            "all machines together.",
        ),
        (
            change(num_machines=2, main_process_ip="10.0.0.1"),
            "2 machines need main_process_ip and main_process_port, to find the first one by.",
        ),
        (change(machine_rank=1), "machine_rank is 1, but machines are counted from 0 to 0."),
        (fsdp(fsdp_version=1), "fsdp_version is 1, but Etude shards with FSDP2: set fsdp_version"),
        (fsdp(fsdp_ofload_params=True), "did you mean 'fsdp_offload_params'?"),
        (fsdp(fsdp_offload_params=True), "in the memory of the host, which Etude does not do"),
        (fsdp(fsdp_activation_checkpointing=True), "use tune.activation_checkpointing instead."),
        (
            fsdp(fsdp_auto_wrap_policy="SIZE_BASED_WRAP"),
            "fsdp_auto_wrap_policy is SIZE_BASED_WRAP: use TRANSFORMER_BASED_WRAP",
        ),
        (
            FSDP | {"num_processes": 1},
            "distributed_type is FSDP, but num_processes is 1, and there is nobody to share with",
        ),
    ],
)
def test_what_cannot_be_meant(asked: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, asked)
    assert str(refused.value).startswith(f"{tmp_path / 'launch.yaml'}: ")
    assert said in str(refused.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "launch.yaml"
    with pytest.raises(UserError, match="is not there: write one with `accelerate config"):
        read_launch(path, {})
    path.write_text("two processes, please")
    with pytest.raises(UserError, match=r"should hold settings .* but holds none"):
        read_launch(path, {})
    path.write_text("a: [1")
    with pytest.raises(UserError, match="cannot be read as YAML"):
        read_launch(path, {})


def test_an_environment_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        read_launch(None, {"WORLD_SIZE": "2", "RANK": "0"})
    assert str(refused.value) == (
        "WORLD_SIZE is 2, but LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT are not set: "
        "start with torchrun, which sets all of them, or unset WORLD_SIZE."
    )
    with pytest.raises(UserError, match="asks for 2 processes, but torchrun has started 4"):
        read(tmp_path, TWO, **TORCHRUN)
    with pytest.raises(UserError, match="give its configuration to Etude instead"):
        read_launch(None, TORCHRUN | {"ACCELERATE_USE_FSDP": "true"})


# What a study and its processes ask of each other


def tuned(**changes: Any) -> Study:
    return study(approaches={"lora": {"tune": changes}})


SHARDED = Launch("fsdp", 2, 2, on_machine=2, cpu=True, sharding={"layers": None, "reshard": True})
PLAIN = Launch("ddp", 2, 2, on_machine=2, cpu=True)


@pytest.mark.parametrize(
    ("asked", "launch", "said"),
    [
        (
            tuned(batch_size=2, accumulate=2),
            replace(PLAIN, processes=8),
            "approaches.lora.tune learns from 4 examples a step (batch_size x accumulate), too few "
            "for 8 processes: raise accumulate, or start fewer processes.",
        ),
        (
            tuned(),
            replace(PLAIN, mixed_precision="bf16"),
            "--launch: mixed_precision is bf16, but the study computes in fp32 (model.precision): "
            "set mixed_precision to 'no', since the study decides.",
        ),
        (
            tuned(batch_size="auto"),
            SHARDED,
            "approaches.lora.tune.batch_size is auto, but with FSDP the processes fetch weights "
            "together and cannot try batches each for itself: set a number.",
        ),
        (
            tuned(method="full", optimizer="adafactor"),
            SHARDED,
            "approaches.lora: adafactor does not work on the sharded weights of method full: use "
            "optimizer: adamw.",
        ),
        (
            study(model={"base": "random-llama", "precision": "nf4"}),
            replace(SHARDED, mixed_precision="no"),
            "approaches.lora: nf4 weights are not sharded by FSDP: use precision bf16, or "
            "distributed_type: MULTI_GPU, where each process holds all of them.",
        ),
        (
            study(model={"base": "random-llama", "device": "cuda"}),
            PLAIN,
            "--launch asks for processes on the CPU, but model.device is cuda: set use_cpu: "
            "false, or model.device: auto.",
        ),
        (
            study(model={"base": "random-llama", "device": "cpu"}),
            Launch("ddp", 2, 2, on_machine=2, gpu=True),
            "--launch asks for processes on GPUs, but model.device is cpu: set use_cpu: true, or "
            "model.device: auto.",
        ),
    ],
)
def test_what_does_not_go_together(asked: Study, launch: Launch, said: str) -> None:
    with pytest.raises(UserError) as refused:
        check_launch(asked, launch)
    assert str(refused.value) == said


SEVERAL = {"search": {"r": [2, 4], "workers": 4}}
APART = replace(PLAIN, processes=4, on_machine=2)


@pytest.mark.parametrize(
    ("asked", "launch", "said"),
    [
        (
            tuned(**SEVERAL),
            SHARDED,
            "approaches.lora.tune.search.workers is 4, but with FSDP no process does a trial "
            "alone: set workers: 1, and all do each trial together.",
        ),
        (
            tuned(**SEVERAL),
            APART,
            "approaches.lora.tune.search.workers is 4, and the processes are on several machines, "
            "which a file in the run folder cannot keep trials for: set storage to a database that "
            "all reach, or workers: 1, and all do each trial together.",
        ),
        (
            tuned(search={"batch_size": [1, 8], "accumulate": [1, 2]}),
            PLAIN,
            "approaches.lora.tune learns from 1 examples a step (batch_size x accumulate), too few "
            "for 2 processes: raise accumulate, or start fewer processes.",
        ),
        (
            tuned(method="full", search={"optimizer": ["adamw", "adafactor"]}),
            SHARDED,
            "approaches.lora: adafactor does not work on the sharded weights of method full: use "
            "optimizer: adamw.",
        ),
    ],
)
def test_what_a_search_and_processes_cannot_have(asked: Study, launch: Launch, said: str) -> None:
    with pytest.raises(UserError) as refused:
        check_launch(asked, launch)
    assert str(refused.value) == said


def test_searches_that_go_with_processes() -> None:
    check_launch(tuned(search={"r": [2, 4]}), SHARDED)
    check_launch(tuned(search={"batch_size": [2, 8], "accumulate": [1, 2]}), PLAIN)
    check_launch(tuned(**SEVERAL), PLAIN)
    shared = {"search": SEVERAL["search"] | {"storage": "sqlite:////shared/trials.db"}}
    check_launch(tuned(**shared), APART)


def test_what_goes_together() -> None:
    check_launch(tuned(), None)
    check_launch(tuned(), PLAIN)
    check_launch(tuned(batch_size="auto"), PLAIN)
    check_launch(tuned(method="full"), SHARDED)
    check_launch(tuned(optimizer="adafactor"), SHARDED)  # what LoRA adds is not sharded
    bf16 = study(model={"base": "random-llama", "precision": "bf16"})
    check_launch(bf16, replace(PLAIN, mixed_precision="bf16"))


# How a step is shared


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=40),
    processes=st.integers(1, 5),
    size=st.integers(1, 8),
)
def test_every_row_is_somebodys(lengths: list[int], processes: int, size: int) -> None:
    rows = list(range(len(lengths)))
    shares = divided(rows, processes, size, lengths.__getitem__)
    assert len(shares) == processes
    assert len({len(passes) for passes in shares}) == 1  # sharded weights are fetched together
    assert sorted(row for passes in shares for one in passes for row in one) == rows
    assert all(len(one) <= size for passes in shares for one in passes)
    counts = [sum(map(len, passes)) for passes in shares]
    assert max(counts) - min(counts) <= 1
    tokens = [sum(lengths[row] for one in passes for row in one) for passes in shares]
    assert max(tokens) - min(tokens) <= max(lengths)


@given(batches=st.integers(0, 30), processes=st.integers(1, 6))
def test_turns_come_in_order(batches: int, processes: int) -> None:
    turns = rounds(batches, processes)
    assert all(len(numbers) == processes for numbers in turns)
    assert [number for numbers in turns for number in numbers if number is not None] == list(
        range(batches)
    )


# What happens when one fails

Work = Callable[[int, Callable[[Any], None]], None]


def working(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    """Put something short in the place of a process's work."""

    def in_child(
        task: dict[str, Any],
        log: Path,
        progress: Any,
        started: Callable[[Any], None],
        environment: Mapping[str, str],
    ) -> None:
        work(int(environment["RANK"]), started)

    monkeypatch.setattr(crew, "in_child", in_child)
    monkeypatch.setattr(crew, "GRACE", 0.5)


def do(launch: Launch, times: int = 1) -> None:
    """Some tasks, one after the other."""
    with gathering(launch) as found:
        assert found is not None
        for _ in range(times):
            found.do({"do": "try"}, Path("log.txt"), silent)


def sleep_until_killed(started: Callable[[Any], None]) -> None:
    """A process that waits for another one for ever."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    started(process)
    raise ChildDied(died(process.wait()))


def test_a_process_that_is_killed_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(rank: int, started: Callable[[Any], None]) -> None:
        if rank == 1:
            raise ChildDied(died(-9))
        if rank == 2:
            raise ChildFailed("RuntimeError: Connection closed by peer")
        sleep_until_killed(started)

    working(monkeypatch, work)
    begun = time.monotonic()
    with pytest.raises(ChildDied) as told:
        do(replace(PLAIN, processes=3, here=3))
    assert time.monotonic() - begun < 10
    assert str(told.value) == (
        "process 2 of 3 was killed (out of memory, most likely): use smaller batches, or "
        "batch_size: auto; the other processes were ended, and the same command goes on from what "
        "is saved"
    )


def test_a_worker_that_is_killed_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is at a trial of its own, which it may end."""
    done = []

    def work(rank: int, started: Callable[[Any], None]) -> None:
        if rank == 1:
            raise ChildDied(died(-9))
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"])
        started(process)
        done.append((rank, process.wait()))

    working(monkeypatch, work)
    with gathering(replace(PLAIN, processes=3, here=3)) as found:
        assert found is not None
        with pytest.raises(ChildDied, match=r"^process 2 of 3 was killed .* batch_size: auto$"):
            found.do({"do": "search"}, Path("log.txt"), silent, apart=True)
    assert sorted(done) == [(0, 0), (2, 0)]  # after four times the patience with failures


def test_a_mistake_to_mend_is_told_before_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(rank: int, started: Callable[[Any], None]) -> None:
        if rank:
            raise UserError("tune.max_tokens is 9, but ...")
        sleep_until_killed(started)

    working(monkeypatch, work)
    with pytest.raises(UserError, match="max_tokens is 9"):
        do(PLAIN)


def test_a_process_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lives, so that nothing tells of it but the others' waiting in vain."""

    def work(rank: int, started: Callable[[Any], None]) -> None:
        if rank == 0:  # in gloo's words
            raise ChildFailed("RuntimeError: [...] Timed out waiting 1800000ms for send operation")
        sleep_until_killed(started)

    working(monkeypatch, work)
    with pytest.raises(ChildFailed) as told:
        do(PLAIN)
    assert str(told.value) == (
        "a process lives and has not answered the others in time (ETUDE_RANK_TIMEOUT seconds); all "
        "were ended, and the same command goes on from what is saved"
    )


def test_one_task_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    working(monkeypatch, lambda rank, started: seen.append(rank))
    do(PLAIN, times=2)
    assert sorted(seen) == [0, 0, 1, 1]


# Several commands


def several(first: int, port: int) -> Launch:
    """One of two machines, which are both this one."""
    return Launch(
        "ddp", 2, 1, first=first, parties=2, on_machine=2, port=port, origin="launch.yaml"
    )


def following(launch: Launch) -> tuple[threading.Thread, list[Exception]]:
    """A command that follows, in a thread of its own."""
    failures: list[Exception] = []

    def run() -> None:
        try:
            follow(launch, Display(quiet=True))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test wants to see it
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


def test_two_commands_share_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    working(monkeypatch, lambda rank, started: seen.append(rank))
    port = machines.free_port()
    thread, failures = following(several(1, port))
    do(several(0, port), times=2)
    thread.join(10)
    assert (sorted(seen), failures) == ([0, 0, 1, 1], [])


def test_a_failure_elsewhere_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(rank: int, started: Callable[[Any], None]) -> None:
        if rank == 1:
            raise ChildDied(died(-9))
        sleep_until_killed(started)

    working(monkeypatch, work)
    port = machines.free_port()
    thread, failures = following(several(1, port))
    with pytest.raises(ChildDied, match="process 2 of 2"):
        do(several(0, port))
    thread.join(10)
    assert failures == []


def test_a_command_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection breaks: the tasks under way, and those after it, fail at once."""
    working(monkeypatch, lambda rank, started: sleep_until_killed(started))
    port = machines.free_port()
    launch = several(0, port)
    with gathering(launch) as found:
        assert found is not None
        connection = machines.join(several(1, port))
        threading.Timer(0.3, lambda: connection.shutdown(socket.SHUT_RDWR)).start()
        for _ in range(2):
            with pytest.raises(ChildDied, match=r"the command on 127.0.0.1 \(process 2\) is gone"):
                found.do({"do": "try"}, Path("log.txt"), silent)
        connection.close()


def test_another_configuration_is_refused() -> None:
    port = machines.free_port()
    with gathering(several(0, port)):
        thread, failures = following(replace(several(1, port), processes=3, kind="fsdp"))
        thread.join(10)
    [error] = failures
    assert isinstance(error, UserError)
    assert str(error).startswith("The first machine runs 2 processes (ddp) of etude ")


def test_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "MEETING", 0.2)
    port = machines.free_port()
    with pytest.raises(ChildFailed) as told:
        do(several(0, port))
    assert "launch.yaml asks for 2 processes, but after 0 s only 1 have come" in str(told.value)
    with pytest.raises(UserError, match=f"the first machine, 127.0.0.1:{port}, was not reached"):
        follow(several(1, port), Display(quiet=True))
