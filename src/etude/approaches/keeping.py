"""Keeping what a tuning made: a weights folder, whole or on the way, and the facts beside it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.approaches.order import precision
from etude.approaches.settled import read_search, with_chosen
from etude.config.methods import Head
from etude.config.precision import Precision, recorded
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.engine import adapters, processes
from etude.engine.load import Loaded, dtype_of
from etude.memory import peak_megabytes
from etude.records import Example
from etude.store import Place, folder_size, publish, write_json
from etude.training.encode import decoded
from etude.training.material import Material
from etude.training.methods import trainable
from etude.training.methods.adalora import ranks
from etude.training.mixing import counted
from etude.training.run import Run
from etude.training.sizes import own_parameters

if TYPE_CHECKING:
    import torch


def forget_best(place: Place) -> None:
    """Remove the best weights that a training has noted on its way."""
    for path in place.path.glob("best-*.safetensors"):
        path.unlink()


def keep_weights(run: Run, place: Place, manifest: dict[str, Any], study: Study) -> None:
    """Keep the weights as they are now, and of those kept before only as many as asked for."""
    folder = place.path / "checkpoints"
    target = folder / f"step-{run.position.step}"
    if processes.is_first():
        folder.mkdir(exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)  # of a run that was killed and came here again
    save_weights(run, place, manifest | outcome(run, on_the_way=True), study, target)
    if not processes.is_first():
        return
    kept = sorted(folder.glob("step-*"), key=lambda path: int(path.name.removeprefix("step-")))
    if (limit := run.tune.save_total_limit) is not None:
        for path in kept[:-limit]:
            shutil.rmtree(path)


def save_weights(
    run: Run, place: Place, manifest: dict[str, Any], study: Study, target: Path
) -> None:
    """Publish a weights folder: safetensors, the markup they were trained with, the facts.

    Of several processes the first writes, with what the others have of the weights.
    """
    state = whole_weights(run, dtype_of(precision(study, place.approach)))
    if processes.is_first():
        temporary = place.path / "weights.part"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            write_weights(run, temporary, manifest, study, place.approach, state)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)  # of no use, and the disk may be full
            raise
        publish(temporary, target)
    processes.wait()


def whole_weights(run: Run, dtype: torch.dtype) -> dict[str, torch.Tensor] | None:
    """The model's own weights where every process has learnt a part of them; else None."""
    if not any(processes.is_sharded(item) for item in run.parameters.values()):
        return None
    state = {}
    for name, item in run.network.state_dict().items():
        full = processes.whole(item)  # one after the other: no device need hold them all
        if processes.is_first():
            state[name] = (full.to(dtype) if full.is_floating_point() else full).cpu()
    return state


def write_weights(
    run: Run,
    temporary: Path,
    manifest: dict[str, Any],
    study: Study,
    approach: str,
    state: dict[str, torch.Tensor] | None = None,
) -> None:
    """Write what a weights folder holds; `state`, where given, instead of the network's own."""
    method = run.tune.method
    adapters.save_weights(
        run.accelerator.unwrap_model(run.network),
        method,
        temporary,
        dtype=dtype_of(precision(study, approach)),
        base=study.model.base,
        labels=study.data.labels if isinstance(method, Head) else None,
        state=state,
    )
    size = folder_size(temporary)
    (temporary / "chat_template.jinja").write_text(manifest["markup"]["template"])
    write_json(temporary / "etude.json", manifest | {"bytes": size})


def facts(
    number_format: Precision,
    key: str,
    tune: Tune,
    material: Material,
    validation: Material,
    loaded: Loaded,
) -> dict[str, Any]:
    """What is known of a tuning before it has begun."""
    speaker = loaded.speaker
    return {
        "key": key,
        "method": tune.method.name,
        "optimizer": tune.optimizer.name,
        "supervise": tune.supervise,
        "label_smoothing": tune.label_smoothing,
        "settings": tune.method.model_dump(mode="json"),
        "examples": len(material.rows),
        "supervised_tokens": material.supervised_tokens,
        "targets": dict(material.targets),
        "bare_examples": bare(material),
        "truncated_prompts": material.truncated_prompts + validation.truncated_prompts,
        "truncated_answers": material.truncated_answers + validation.truncated_answers,
        "decoded_example": decoded(speaker, material.rows[0], loaded.labels),
        "truncated_examples": list(material.truncated),
        "precision": recorded(number_format),
        "markup": {"name": speaker.markup.name, "template": speaker.markup.template},
    }


def bare(material: Material) -> int:
    """Examples of which only the end token is supervised: they teach to stop, and nothing else."""
    return sum(row.label is None and row.supervised <= 1 for row in material.rows)


def outcome(run: Run, *, on_the_way: bool = False) -> dict[str, Any]:
    """What came of a tuning, at its end or on its way.

    `weights_step` is the step whose weights are kept: on the way, be it the last step, that is the
    one just taken. Batch sizes are those of a forward pass.
    """
    at, tune = run.position, run.tune
    best = at.judgement
    at_end = not on_the_way and (at.step == run.total_steps or best.stopped)
    from_best = tune.load_best_model_at_end and at_end and best.best_loss is not None
    learning = trainable(run.network).values()
    return {
        "tune_seconds": at.seconds,
        "steps": at.step,
        "planned_steps": run.total_steps,
        "stopped_early": best.stopped and at.step < run.total_steps,
        "best_step": best.best_step,
        "best_dev_loss": best.best_loss,
        "weights_step": best.best_step if from_best else at.step,
        "batch_size": at.batch_size,
        "batch_size_asked": tune.batch_size,
        "examples_a_step": tune.nominal_batch_size * tune.accumulate,
        "processes": processes.count(),
        "sharded": processes.sharding() is not None,
        "evaluate_batch_size": at.evaluate_batch_size,
        "evaluated_with_less": at.evaluated_with_less,
        "sequences": len(run.train) if tune.packing else None,
        "peak_memory_mb": peak_megabytes(),
        "trainable_parameters": sum(item.numel() for item in learning),
        "model_bytes": model_bytes(run.network),
        "ranks": ranks(run.network),
    }


def model_bytes(network: Any) -> int:
    """Bytes of the model's own weights, as they are held, without what a method added."""
    return sum(item.numel() * item.element_size() for item in own_parameters(network))


def mixed_facts(run: Run, learnt: Sequence[Example], tune: Tune) -> dict[str, Any]:
    """Of a tuning that mixes: each source's rows, share of an epoch, and rows seen in all."""
    if tune.mix is None:
        return {}
    seen = (
        row for step in range(run.position.step) for batch in run.numbers(step) for row in batch
    )
    return {"mix": counted([example.task for example in learnt], run.mixture, seen)}


def searched_facts(folder: Path, name: str, tune: Tune) -> dict[str, Any]:
    """Of a tuning whose settings a search has chosen: what was tried and what won."""
    found = read_search(folder, name)
    if found is None or with_chosen(tune, found["best"]["settings"]) != tune:
        return {}
    return {"search": found}
