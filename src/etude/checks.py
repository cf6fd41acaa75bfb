"""What can be known to be wrong before anything long begins, without loading a model."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from etude.approaches.order import precision
from etude.approaches.trials import MISSING, check_storage
from etude.config import Study
from etude.config.searching import LOSS, Search
from etude.config.study import is_folder
from etude.data import Data
from etude.environment import gpu
from etude.errors import UserError
from etude.metrics import METRICS, expand
from etude.training.history import missing

EXTRAS = ("wandb", "mlflow")


def check(study: Study) -> None:
    """Refuse a study that cannot work, with the reason and the nearest one that can."""
    names = expand(study.metrics)
    check_labels("metrics", names, study)
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
        if approach.tune and isinstance(approach.tune.search, Search):
            check_search(name, approach.tune.search, study)
        if approach.tune and precision(study, name) == "fp16" and not on_gpu(study):
            raise UserError(
                f"approaches.{name}: fp16 cannot train on a CPU (its gradients underflow without "
                "a GPU's loss scaling): use precision bf16 or fp32."
            )


def check_labels(setting: str, names: Iterable[str], study: Study) -> None:
    """Metrics that compare labels need labels."""
    for name in names:
        if "label" in METRICS[name].needs and study.data.task != "classify":
            raise UserError(
                f"{setting}: {name} compares labels, but data.task is {study.data.task}: set "
                "task: classify with labels, or use exact-match for short answers."
            )


def check_search(name: str, search: Search, study: Study) -> None:
    """A search needs its package, and a metric that this task can be scored by."""
    if find_spec("optuna") is None:
        raise UserError(MISSING)
    check_storage(search.storage)
    if search.metric != LOSS:
        setting = f"approaches.{name}.tune.search.metric"
        check_labels(setting, expand((search.metric,)), study)


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
        mix = approach.tune.mix if approach.tune else None
        if mix and data.dev and not any(row.task in (mix.named or (row.task,)) for row in data.dev):
            raise UserError(
                f"approaches.{name}.tune.mix learns from {', '.join(mix.named)}, of which the dev "
                "split has no example, so its validation loss could not be measured: set "
                "data.split.dev, or add a source."
            )
        if approach.tune and not data.dev:
            raise UserError(
                f"approaches.{name} tunes, but the dev split is empty, so its validation loss "
                "could not be measured: set data.split.dev (0.1, say)."
            )
