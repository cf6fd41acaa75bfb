"""What a study cannot do in several processes, refused before anything begins."""

from __future__ import annotations

from etude.approaches.order import precision
from etude.config import Study
from etude.config.launch import Launch
from etude.config.methods import Full, below_head
from etude.config.precision import compute_of, name_of
from etude.config.tuning import Tune
from etude.errors import UserError


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
        if approach.tune is not None:
            check_step(name, approach.tune, launch)
            if launch.sharding is not None:
                check_sharding(study, name, approach.tune)


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
