"""How many processes do the work: what a configuration of accelerate, or torchrun, says of it.

Read as plain values, without loading torch or accelerate. A setting that would do nothing here is
refused, or named by `Launch.notes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from etude.config.accelerate import fsdp, read_settings, refuse_idle, whole
from etude.config.zero import zero
from etude.errors import UserError, nearest

Kind = Literal["ddp", "fsdp"]

TYPES = ("NO", "MULTI_CPU", "MULTI_GPU", "FSDP", "DEEPSPEED")
READ = {
    "distributed_type",
    "num_processes",
    "num_machines",
    "machine_rank",
    "main_process_ip",
    "main_process_port",
    "mixed_precision",
    "use_cpu",
    "fsdp_config",
    "deepspeed_config",
}
ENVIRONMENT = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True, slots=True)
class Launch:
    """Processes that do each piece of work together.

    Of `processes` in all, `here` are started by this command, the first of which has the number
    `first`; `on_machine` run on this machine, the first of ours being its number `local`. `parties`
    commands are started in all; they meet at `address` and `port`, which is None where torchrun's
    store has to be asked. `sharding` is what FSDP2 is told; None where every process holds all
    weights.
    """

    kind: Kind
    processes: int
    here: int
    first: int = 0
    local: int = 0
    on_machine: int = 1
    parties: int = 1
    address: str = "127.0.0.1"
    port: int | None = None
    gpu: bool = False
    cpu: bool = False
    mixed_precision: str = "no"
    sharding: Mapping[str, Any] | None = None
    origin: str = "--launch"
    notes: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """What the processes are told, and what a plan depends on."""
        return {
            "kind": self.kind,
            "processes": self.processes,
            "gpu": self.gpu,
            "sharding": dict(self.sharding) if self.sharding is not None else None,
        }


def read_launch(path: Path | None, environment: Mapping[str, str]) -> Launch | None:
    """What `--launch` and torchrun's environment ask for; None where neither does.

    Under torchrun, its environment says how many processes there are and the configuration, where
    one is given, what they share. Raises `UserError` for what cannot be meant.
    """
    launch = from_file(path) if path is not None else None
    started = under_torchrun(environment)
    if started is None:
        return launch if launch is not None and launch.processes > 1 else None
    if launch is None:
        if any(
            environment.get(f"ACCELERATE_USE_{name}") == "true" for name in ("FSDP", "DEEPSPEED")
        ):
            raise UserError(
                "accelerate launch has started this process with FSDP or DeepSpeed: give its "
                "configuration to Etude instead (etude run STUDY --launch FILE)."
            )
        return started
    if launch.processes != started.processes:
        raise UserError(
            f"{path} asks for {launch.processes} processes, but torchrun has started "
            f"{started.processes}: let one of the two decide, or make them agree."
        )
    return replace(
        started,
        kind=launch.kind,
        gpu=launch.gpu,
        cpu=launch.cpu,
        mixed_precision=launch.mixed_precision,
        sharding=launch.sharding,
        notes=launch.notes,
    )


def under_torchrun(environment: Mapping[str, str]) -> Launch | None:
    """The processes that torchrun has started, of which this is one; None without torchrun."""
    if int(environment.get("WORLD_SIZE", 1)) < 2:
        return None
    lacking = [name for name in ENVIRONMENT if name not in environment]
    if lacking:
        raise UserError(
            f"WORLD_SIZE is {environment['WORLD_SIZE']}, but {', '.join(lacking)} "
            f"{'is' if len(lacking) == 1 else 'are'} not set: start with torchrun, which sets "
            "all of them, or unset WORLD_SIZE."
        )
    has_store = environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    return Launch(
        kind="ddp",
        processes=int(environment["WORLD_SIZE"]),
        here=1,
        first=int(environment["RANK"]),
        local=int(environment["LOCAL_RANK"]),
        on_machine=int(environment["LOCAL_WORLD_SIZE"]),
        parties=int(environment["WORLD_SIZE"]),
        address=environment["MASTER_ADDR"],
        port=None if has_store else int(environment["MASTER_PORT"]),
        origin="torchrun",
    )


def from_file(path: Path) -> Launch:
    """What a configuration of accelerate asks for."""
    settings = read_settings(path)
    refuse_idle(path, settings, READ)
    kind, sharding, notes = shared(path, settings)
    processes = whole(path, settings, "num_processes")
    machines = whole(path, settings, "num_machines")
    if processes > 1 and settings.get("distributed_type", "NO") == "NO":
        raise UserError(
            f"{path}: num_processes is {processes}, but distributed_type is NO: set MULTI_CPU, "
            "MULTI_GPU or FSDP."
        )
    if settings.get("distributed_type") in ("FSDP", "DEEPSPEED") and processes == 1:
        raise UserError(
            f"{path}: distributed_type is {settings['distributed_type']}, but num_processes is 1, "
            "and there is nobody to share with: set num_processes, or run without --launch."
        )
    if processes % machines:
        raise UserError(
            f"{path}: {processes} processes cannot be shared equally by {machines} machines: "
            "num_processes counts those of all machines together."
        )
    here = processes // machines
    machine = int(settings.get("machine_rank") or 0)
    if not 0 <= machine < machines:
        raise UserError(
            f"{path}: machine_rank is {machine}, but machines are counted from 0 to {machines - 1}."
        )
    address, port = settings.get("main_process_ip"), settings.get("main_process_port")
    if machines > 1 and not (address and port):
        raise UserError(
            f"{path}: {machines} machines need main_process_ip and main_process_port, to "
            "find the first one by."
        )
    cpu = bool(settings.get("use_cpu", False)) or settings.get("distributed_type") == "MULTI_CPU"
    return Launch(
        kind=kind,
        processes=processes,
        here=here,
        first=machine * here,
        on_machine=here,
        parties=machines,
        address=str(address) if machines > 1 else "127.0.0.1",
        port=int(port) if machines > 1 and port else None,
        gpu=not cpu,
        cpu=cpu,
        mixed_precision=str(settings.get("mixed_precision") or "no").lower(),
        sharding=sharding,
        notes=notes,
    )


def shared(
    path: Path, settings: Mapping[str, Any]
) -> tuple[Kind, dict[str, Any] | None, tuple[str, ...]]:
    """What the processes share, what FSDP2 is told of it, and what to say about it."""
    name = str(settings.get("distributed_type", "NO"))
    if name not in TYPES:
        raise UserError(f"{path}: distributed_type is {name}: {nearest(name, TYPES)}.")
    if name == "FSDP":
        return ("fsdp", *fsdp(path, settings))
    if name == "DEEPSPEED":
        sharding, notes = zero(path, settings)
        return ("ddp" if sharding is None else "fsdp", sharding, notes)
    return ("ddp", None, ())
