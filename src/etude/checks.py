"""What can be known to be wrong before anything long begins, without loading a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from etude.approaches.documents import check_documents, depth_of
from etude.approaches.general import passages
from etude.approaches.order import goes_on, labels, makers, precision
from etude.approaches.questions import check_questions
from etude.approaches.searchable import check_passages, check_searching
from etude.approaches.settled import with_tune
from etude.approaches.trials import MISSING, check_storage
from etude.benchmarks.catalogue import check_benchmarks
from etude.config import Study, methods
from etude.config.combinations import refusal
from etude.config.methods import Head, VirtualTokens, below_head
from etude.config.optimizers import EXTRA_MISSING, NEEDS_EXTRA
from etude.config.precision import compute_of, name_of
from etude.config.searching import LOSS, Search, with_settings
from etude.config.study import is_folder
from etude.data import Data
from etude.engine.folders import is_weights
from etude.environment import gpu
from etude.errors import UserError
from etude.metrics import METRICS, check_examples, expand
from etude.metrics.dictionary import NO_DICTIONARY
from etude.metrics.encoded import NO_ENCODER
from etude.training.history import missing

NOT_IN_SEARCH = {"encoder", "dictionary", "passages"}  # trials have answers and references alone
EXTRAS = ("wandb", "mlflow")
PACKAGE = "bitsandbytes"  # int8 and nf4 weights; paged and 8-bit optimizers


def check(study: Study) -> None:
    """Refuse a study that cannot work, with the reason and the nearest one that can."""
    names = expand(study.metrics)
    check_labels("metrics", names, study)
    check_measuring(names, study)
    check_deciding(study)
    deciding = study.compare.metric
    if deciding is not None and not set(expand((deciding,))) <= set(names):
        raise UserError(
            f"compare.metric '{deciding}' is not measured by this study: add it to "
            f"metrics, or use one of {', '.join(names)}."
        )
    check_questions(study)
    check_benchmarks(study.benchmarks)
    for extra in EXTRAS:
        if extra in study.track and find_spec(extra) is None:
            raise UserError(missing(extra))
    if study.forgetting.passages:
        passages(study)  # UserError where there is no text
    for name, approach in study.approaches.items():
        check_documents(study, name)
        check_searching(study, name)
        if approach.weights is not None and is_folder(approach.weights):
            check_weights(name, Path(approach.weights))
        for asked in (study, *searched_studies(study, name)):
            check_tune(asked, name)
        if approach.tune and isinstance(approach.tune.search, Search):
            check_search(name, approach.tune.search, study)


def searched_studies(study: Study, name: str) -> Iterator[Study]:
    """The study with each method and optimizer among which an approach's search may choose."""
    tune = study.approaches[name].tune
    if tune is None or not isinstance(tune.search, Search):
        return
    for block in ("method", "optimizer"):
        for choice in tune.search.space[block].choices if block in tune.search.space else ():
            yield with_tune(study, name, with_settings(tune, {(block,): choice}))


def check_tune(study: Study, name: str) -> None:
    """Refuse a method, a number format or an optimizer that an approach cannot have."""
    check_method(study, name)
    check_precision(study, name)
    tune = study.approaches[name].tune
    if tune and tune.optimizer.name in NEEDS_EXTRA and find_spec(PACKAGE) is None:
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
    body = below_head(tune.method)  # a head learns beside the weights, whatever they are held in
    if body is not None and (refused := refusal(body.name, called)) is not None:
        raise UserError(f"approaches.{name}: {refused.reason}: {refused.instead}.")
    if quantized and given is not None and not goes_on(study, name):
        raise UserError(
            f"approaches.{name} tunes on top of {given}, whose adapter would be merged into "
            f"{called} weights and so rounded anew: use the same method settings as {given}, so "
            "that its adapter goes on learning, or precision bf16 for both."
        )


def check_method(study: Study, name: str) -> None:
    """Refuse a method where it, or what it starts from, cannot do what is asked."""
    tune, made_by = study.approaches[name].tune, makers(study, name)
    if labels(study, name) is not None and "perplexity" in expand(study.metrics):
        raise UserError(
            f"approaches.{name} names a class by its head and writes nothing, so perplexity cannot "
            "be measured: remove it from metrics."
        )
    if tune is None:
        return
    if isinstance(tune.method, Head):
        if study.data.task != "classify":
            raise UserError(
                f"approaches.{name}.tune.method is head, which names a class, but data.task is "
                f"{study.data.task}: set task: classify with labels, or use another method."
            )
        if isinstance(below_head(tune.method), VirtualTokens):
            raise UserError(
                f"approaches.{name}.tune.method.body: virtual tokens are not there below a "
                "classification head: use lora, ia3 or bottleneck, or prompt-tuning without a head."
            )
    if len(made_by) < 2:
        return
    before = study.approaches[made_by[-2]].tune
    assert before is not None  # noqa: S101 - a maker tunes
    where = f"approaches.{name} starts from {made_by[-2]}"
    if isinstance(before.method, Head) and not isinstance(tune.method, Head):
        raise UserError(
            f"{where}, which has a classification head, but its own method {tune.method.name} "
            f"trains a model that writes: use method: {{name: head, body: {tune.method.name}}}."
        )
    if isinstance(tune.method, Head) and before.method.name not in ("head", "full"):
        raise UserError(
            f"{where}, an adapter for a model that writes, and a classification head needs the "
            f"model it reads whole: tune {made_by[-2]} with method: full, or start from the base."
        )
    if goes_on(study, name):
        if not methods.keeps_what_learnt(tune.method):
            raise UserError(
                f"{where} with the same method, but the network that wrote its virtual tokens is "
                "not kept, so it cannot go on learning: train it longer, or use prompt-tuning."
            )
    elif not methods.merges(before.method):
        raise UserError(
            f"{where}, whose {below_head(before.method).name} cannot be merged into the weights, "  # type: ignore[union-attr]  # what has no body merges
            "so no other method can begin on top of it: use the same method with the same settings."
        )


def check_labels(setting: str, names: Iterable[str], study: Study) -> None:
    """Metrics that compare labels need labels."""
    for name in names:
        if "label" in METRICS[name].needs and study.data.task != "classify":
            raise UserError(
                f"{setting}: {name} compares labels, but data.task is {study.data.task}: set "
                "task: classify with labels, or use exact-match for short answers."
            )


def check_deciding(study: Study) -> None:
    """The metric that decides must have a better end."""
    first = expand((study.compare.metric or study.metrics[0],))[0]
    if "passages" in METRICS[first].needs and not all(
        item.retrieve for item in study.approaches.values()
    ):
        raise UserError(
            f"metrics: {first} cannot decide, because it has no value for approaches without "
            "retrieve: name another metric in compare.metric, or put one before it."
        )
    if METRICS[first].better == "neither":
        raise UserError(
            f"metrics: {first} cannot decide, because neither end of its scale is better: name "
            "another metric in compare.metric, or put one before it."
        )


def check_measuring(names: Iterable[str], study: Study) -> None:
    """Metrics that need an encoder or a dictionary need the study to name one."""
    for name in names:
        if "encoder" in METRICS[name].needs and study.encoder is None:
            raise UserError(NO_ENCODER.format(metric=name))
        if "dictionary" in METRICS[name].needs and study.dictionary is None:
            raise UserError(NO_DICTIONARY)
        if "passages" in METRICS[name].needs:
            check_retrieving(name, study)


def check_retrieving(metric: str, study: Study) -> None:
    """Metrics of passages need an approach that retrieves, deep enough for what they look at."""
    asking = {name: item.retrieve for name, item in study.approaches.items() if item.retrieve}
    if not asking:
        raise UserError(
            f"metrics: {metric} looks at passages, but no approach has retrieve: add it to one, or "
            f"remove {metric} from metrics."
        )
    looks_at = int(metric.rpartition("-")[2]) if metric[-1].isdecimal() else 1
    for name, retrieve in asking.items():
        if (depth := depth_of(retrieve)) < looks_at:
            raise UserError(
                f"metrics: {metric} looks at {looks_at} passages, but approaches.{name}.retrieve "
                f"records {depth}: set its depth to {looks_at} or more."
            )


def check_search(name: str, search: Search, study: Study) -> None:
    """A search needs its package, and a metric that this task can be scored by."""
    if find_spec("optuna") is None:
        raise UserError(MISSING)
    check_storage(search.storage)
    if len({labels(asked, name) for asked in searched_studies(study, name)}) > 1:
        raise UserError(
            f"approaches.{name}.tune.search.method: the loss of a classification head and that of "
            "a model that writes cannot be compared: search without head, or use an approach each."
        )
    if search.metric != LOSS:
        setting = f"approaches.{name}.tune.search.metric"
        check_labels(setting, expand((search.metric,)), study)
        first = METRICS[expand((search.metric,))[0]]
        if first.better == "neither" or first.needs & NOT_IN_SEARCH:
            raise UserError(
                f"{setting}: {first.name} cannot choose among trials: use dev_loss, or a metric "
                "with a better end that answers and references alone decide."
            )
        if labels(study, name) is not None and "perplexity" in expand((search.metric,)):
            raise UserError(
                f"{setting}: perplexity cannot be measured of a classification head, which writes "
                "nothing: use dev_loss."
            )


def on_gpu(study: Study) -> bool:
    """Whether the study will run on a GPU, as far as can be told without torch."""
    return study.model.device != "cpu" and gpu() is not None


def check_weights(name: str, folder: Path) -> None:
    """`weights:` names a folder that holds an adapter or a model, in safetensors."""
    if not folder.is_dir() or not is_weights(folder):
        held = "is not there" if not folder.is_dir() else "holds neither"
        raise UserError(
            f"approaches.{name}.weights: expected a folder with an adapter or a model in "
            f"safetensors, but {folder} {held}: correct the path, or name an approach."
        )


def check_data(study: Study, data: Data) -> None:
    """Refuse metrics and approaches that this material cannot serve."""
    for metric in expand(study.metrics):
        check_examples(METRICS[metric], data.test)
    for name, approach in study.approaches.items():
        check_passages(study, name, data)
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
