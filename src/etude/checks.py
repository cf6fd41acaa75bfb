"""What can be known to be wrong before anything long begins, without loading a model."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from etude.approaches.order import goes_on, precision
from etude.config import Study
from etude.config.combinations import refusal
from etude.config.optimizers import EXTRA_MISSING, NEEDS_EXTRA
from etude.config.precision import compute_of, name_of
from etude.config.study import is_folder
from etude.data import Data
from etude.environment import gpu
from etude.errors import UserError
from etude.metrics import METRICS, expand
from etude.training.history import missing

EXTRAS = ("wandb", "mlflow")
PACKAGE = "bitsandbytes"  # int8 and nf4 weights; paged and 8-bit optimizers


def check(study: Study) -> None:
    """Refuse a study that cannot work, with the reason and the nearest one that can."""
    names = expand(study.metrics)
    for name in names:
        if "label" in METRICS[name].needs and study.data.task != "classify":
            raise UserError(
                f"metrics: {name} compares labels, but data.task is {study.data.task}: set "
                "task: classify with labels, or use exact-match for short answers."
            )
    deciding = study.compare.metric
    if deciding is not None and not set(expand((deciding,))) <= set(names):
        raise UserError(
            f"compare.metric '{deciding}' is not measured by this study: add it to "
            f"metrics, or use one of {', '.join(names)}."
        )
    for extra in EXTRAS:
        if extra in study.track and find_spec(extra) is None:
            raise UserError(missing(extra))
    for name, approach in study.approaches.items():
        if approach.weights is not None and is_folder(approach.weights):
            check_weights(name, Path(approach.weights))
        check_precision(study, name)
        optimizer = approach.tune.optimizer.name if approach.tune else None
        if optimizer in NEEDS_EXTRA and find_spec(PACKAGE) is None:
            raise UserError(f"approaches.{name}: {EXTRA_MISSING}")


def check_precision(study: Study, name: str) -> None:
    """Refuse a number format that an approach cannot have here, and name the nearest one."""
    tune, given = study.approaches[name].tune, study.approaches[name].weights
    number_format = precision(study, name)
    called, compute = name_of(number_format), compute_of(number_format)
    quantized = called != compute
    if quantized and find_spec(PACKAGE) is None:
        raise UserError(
            f"approaches.{name}: precision {called} needs {PACKAGE}, which is an extra: pip "
            "install 'etude[quantized]', or use precision bf16."
        )
    if compute == "fp16" and not on_gpu(study):
        wrong = "cannot train on a CPU (its gradients underflow without a GPU's loss scaling)"
        raise UserError(
            f"approaches.{name}: fp16 {wrong if tune else 'is for a GPU, and this is a CPU'}: use "
            f"{'compute' if quantized else 'precision'} bf16 or fp32."
        )
    if tune is None:
        return
    if (refused := refusal(tune.method.name, called)) is not None:
        raise UserError(f"approaches.{name}: {refused.reason}: {refused.instead}.")
    if quantized and given is not None and not goes_on(study, name):
        raise UserError(
            f"approaches.{name} tunes on top of {given}, whose adapter would be merged into "
            f"{called} weights and so rounded anew: use the same method settings as {given}, so "
            "that its adapter goes on learning, or precision bf16 for both."
        )


def on_gpu(study: Study) -> bool:
    """Whether the study will run on a GPU, as far as can be told without torch."""
    return study.model.device != "cpu" and gpu() is not None


def check_weights(name: str, folder: Path) -> None:
    """`weights:` names a folder that holds an adapter or a model, in safetensors."""
    told = any((folder / file).exists() for file in ("adapter_config.json", "config.json"))
    if not folder.is_dir() or not told or not any(folder.glob("*.safetensors")):
        held = "is not there" if not folder.is_dir() else "holds neither"
        raise UserError(
            f"approaches.{name}.weights: expected a folder with an adapter or a model in "
            f"safetensors, but {folder} {held}: correct the path, or name an approach."
        )


def check_data(study: Study, data: Data) -> None:
    """Refuse approaches that this material cannot serve."""
    for name, approach in study.approaches.items():
        if approach.tune and not data.dev:
            raise UserError(
                f"approaches.{name} tunes, but the dev split is empty, so its validation loss "
                "could not be measured: set data.split.dev (0.1, say)."
            )
