"""What a study cannot do in several processes, refused before anything begins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from etude.approaches.order import precision
from etude.config import Study
from etude.config.launch import Launch
from etude.config.methods import Full, below_head
from etude.config.precision import compute_of, name_of
from etude.config.searching import Search, searched, with_settings
from etude.config.tuning import Tune
from etude.errors import UserError

# Settings of a tuning that decide whether several processes can share it.
ASKED_ABOUT = {("method",), ("optimizer",), ("batch_size",), ("accumulate",)}


def check_launch(study: Study, launch: Launch | None) -> None:
    """Refuse what the study and the processes ask of each other and cannot have."""
    if launch is None:
        return
    if launch.mixed_precision not in ("no", own := compute_of(study.model.precision)):
        raise UserError(
            f"{launch.origin}: mixed_precision is {launch.mixed_precision}, but the study computes "
            f"in {own} (model.precision): set mixed_precision to 'no', since the study decides."
        )
    if launch.cpu and study.model.device == "cuda":
        raise UserError(
            f"{launch.origin} asks for processes on the CPU, but model.device is cuda: set "
            "use_cpu: false, or model.device: auto."
        )
    if launch.gpu and study.model.device == "cpu":
        raise UserError(
            f"{launch.origin} asks for processes on GPUs, but model.device is cpu: set use_cpu: "
            "true, or model.device: auto."
        )
    for name, approach in study.approaches.items():
        if approach.tune is None:
            continue
        for tune in with_searched(approach.tune):
            check_step(name, tune, launch)
            if launch.sharding is not None:
                check_sharding(study, name, tune)
        if isinstance(approach.tune.search, Search) and approach.tune.search.workers > 1:
            check_workers(name, approach.tune.search, launch)


def with_searched(tune: Tune) -> Iterator[Tune]:
    """The tuning as it stands, and with whatever its search may choose that processes ask about."""
    yield tune
    if not isinstance(tune.search, Search):
        return
    asked = {
        path: values.choices or tuple(map(int, values.ends))
        for path, values in searched(tune, tune.search).items()
        if path in ASKED_ABOUT
    }
    for chosen in product(*asked.values()):
        yield with_settings(tune, dict(zip(asked, chosen, strict=True)))


def check_workers(name: str, search: Search, launch: Launch) -> None:
    """Trials that are dealt out to processes are each done by one of them alone."""
    setting = f"approaches.{name}.tune.search"
    if launch.sharding is not None:
        raise UserError(
            f"{setting}.workers is {search.workers}, but with FSDP no process does a trial alone: "
            "set workers: 1, and all do each trial together."
        )
    if launch.on_machine < launch.processes and search.storage is None:
        raise UserError(
            f"{setting}.workers is {search.workers}, and the processes are on several machines, "
            "which a file in the run folder cannot keep trials for: set storage to a database that "
            "all reach, or workers: 1, and all do each trial together."
        )


def check_step(name: str, tune: Tune, launch: Launch) -> None:
    """Every process has something to do in a step."""
    examples = tune.nominal_batch_size * tune.accumulate
    if examples < launch.processes:
        raise UserError(
            f"approaches.{name}.tune learns from {examples} examples a step (batch_size x "
            f"accumulate), too few for {launch.processes} processes: raise accumulate, or start "
            "fewer processes."
        )


def check_sharding(study: Study, name: str, tune: Tune) -> None:
    """FSDP2 shards plain weights, and steps that are known beforehand."""
    number_format = precision(study, name)
    called, compute = name_of(number_format), compute_of(number_format)
    if called != compute:
        raise UserError(
            f"approaches.{name}: {called} weights are not sharded by FSDP: use precision bf16, or "
            "distributed_type: MULTI_GPU, where each process holds all of them."
        )
    if compute == "fp16":
        raise UserError(
            f"approaches.{name}: fp16 needs a loss scaler, which would differ between the "
            "processes of FSDP: use precision bf16."
        )
    if tune.batch_size == "auto":
        raise UserError(
            f"approaches.{name}.tune.batch_size is auto, but with FSDP the processes fetch weights "
            "together and cannot try batches each for itself: set a number."
        )
    if isinstance(below_head(tune.method), Full) and tune.optimizer.name != "adamw":
        raise UserError(
            f"approaches.{name}: {tune.optimizer.name} does not work on the sharded weights of "
            "method full: use optimizer: adamw."
        )
