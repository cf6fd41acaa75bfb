"""Check everything and estimate, without training.

What `etude plan` shows, and what `etude run` does first, so that what cannot work fails in
seconds and not after hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from etude.approaches.context import context_of
from etude.approaches.encoded import encoded, smallest
from etude.approaches.order import labels, precision, virtual_tokens
from etude.approaches.retrieved import is_retrieved
from etude.approaches.standing_in import context_with, first_documents, planned_passages
from etude.approaches.storageless import alters_network, borrowed, empty_network, set_up
from etude.approaches.targets import foreseen, untaught
from etude.approaches.trying import corners, plan_search
from etude.approaches.tuning import training_rows
from etude.config.precision import recorded
from etude.config.study import Study
from etude.data import Data, read_data
from etude.engine.base import Base, find_base
from etude.engine.context import EncodedPrompt, prompt_room
from etude.engine.encode import encode_pairs
from etude.engine.load import Speaker, dtype_of, load_speaker, shortened
from etude.engine.quantize import refuse_unquantized
from etude.engine.writable import unwritable
from etude.errors import UserError
from etude.fits import check_given, check_labels, check_steps, check_tuning
from etude.memory import MEGABYTE
from etude.progress import Progress
from etude.prompts.passages import is_spoken
from etude.store import write_json
from etude.training.encode import decoded
from etude.training.estimate import foresee, skeleton
from etude.training.mixing import mixture, taken
from etude.training.run import count_steps
from etude.training.sharding import layers_of
from etude.training.sizes import matrices, saved_bytes


def make_plan(task: dict[str, Any], progress: Progress) -> None:
    """Write `plan.json` for a study whose data is prepared. Runs in a child process."""
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    data = read_data(folder)
    base = find_base(study.model.base, study.model.revision)
    speaker = load_speaker(base, study.model)
    launch = task.get("launch")
    sizes: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(study.approaches):
        progress("planning", number, len(study.approaches), name)
        sizes[name] = plan_approach(study, name, data, base, speaker, folder, progress, launch)
    plan: dict[str, Any] = {
        "key": task["key"],
        "study": study.name,
        "processes": launch["processes"] if launch else 1,
        "sharded": bool(launch and launch["sharding"] is not None),
        "base": base.name,
        "markup": {
            "name": speaker.markup.name,
            "folds_system": speaker.markup.folds_system,
            "context": speaker.context,
        },
        "splits": {name: rows["rows"] for name, rows in data.card["splits"].items()},
        "notes": [
            *notes(study, speaker),
            *untaught(sizes),
            *unknowns(sizes),
            *(too_large(sizes) if launch is None else ()),
            *(launch["notes"] if launch else ()),
        ],
        "approaches": sizes,
    }
    if any(labels(study, name) is None for name in study.approaches):  # heads write nothing
        plan["unwritable"] = lost = unwritable(speaker, (data.train, data.test))
        plan["notes"] += told_of(lost)
    write_json(folder / "plan.json", plan)


def notes(study: Study, speaker: Speaker) -> list[str]:
    """What was decided where the study leaves it open."""
    told = []
    if (
        study.model.markup == "auto"
        and speaker.markup.name == "plain"
        and not speaker.encoder_decoder
    ):
        told.append("The base has no chat template, so turns are written plainly (markup: plain).")
    systems = [study.system, *(approach.system for approach in study.approaches.values())]
    if speaker.markup.folds_system and any(systems):
        told.append(
            f"The markup {speaker.markup.name} has no system role: system prompts are put before "
            "the first user turn."
        )
    spoken_in = study.data.language
    asking = [item.retrieve for item in study.approaches.values() if item.retrieve is not None]
    if any(item.cite or item.abstain for item in asking) and not is_spoken(spoken_in):
        told.append(
            f"Citations and silence are asked for in English: there are no words for '{spoken_in}' "
            "(retrieve.template can say it in your own)."
        )
    return told


def plan_approach(
    study: Study,
    name: str,
    data: Data,
    base: Base,
    speaker: Speaker,
    folder: Path,
    progress: Progress,
    launch: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Prompts, sizes and estimates of one approach. Raises `UserError` for what cannot work."""
    classes, standing_in, passages = labels(study, name), None, None
    if study.approaches[name].retrieve is not None:
        seen = None
        if not is_retrieved(study, name, base, data.hash, folder):
            progress("looking at documents", 0, 1, name)
            seen = first_documents(study, name, data, base, progress)
            standing_in = context_with(study, name, data, seen)
        passages = planned_passages(study, name, data, base, folder, seen)
    context = standing_in or context_of(study, name, data, base, folder)
    speaker = shortened(speaker, virtual_tokens(study, name))
    room = prompt_room(speaker, study.generation.max_tokens, classes)
    if room is not None and room < 16:
        raise UserError(
            f"generation.max_tokens is {study.generation.max_tokens}, which leaves {room} of the "
            f"model's {speaker.context} tokens for the prompt: lower it."
        )
    prompts = [prompt for _, prompt in encode_pairs(speaker, data.test, context, room)]
    lengths = [len(prompt.ids) for prompt in prompts]
    planned: dict[str, Any] = {
        "prompt_tokens": {"median": median(lengths), "max": max(lengths)},
        "truncated_prompts": sum(prompt.truncated_tokens > 0 for prompt in prompts),
        "precision": recorded(precision(study, name)),
        "starts_from": study.approaches[name].weights or base.name,
        "rendered": prompts[0].text,
        "passages": passages,
    }
    if passages is not None:
        passages["cut"] = sum(cut_passages(prompt, passages["k"]) for prompt in prompts)
    tune = study.approaches[name].tune
    check_given(study, name, base, speaker)
    check_labels(study, name)
    number_format = precision(study, name)
    network = skeleton(empty_network(base, study, classes), number_format)
    refuse_unquantized(network.quantized, number_format, base.name)
    planned["parameters"] = network.parameters
    planned["model_mb"] = network.weights_bytes / MEGABYTE
    planned["weights_mb"] = (network.weights_bytes + borrowed(study, name, base)) / MEGABYTE
    planned["tune"] = None
    if tune is not None:
        limit = smallest(tune.max_tokens, speaker.context)
        learnt, searched = taken(data.train, tune.mix), (tune, *corners(tune))
        mixture(learnt, tune.mix, study.seed)
        tokens = partial(
            encoded,
            study,
            name,
            data=data,
            base=base,
            speaker=speaker,
            labels=classes,
            folder=folder,
            progress=progress,
            standing_in=standing_in,
        )
        for asked in searched:
            check_tuning(name, asked, speaker, limit)
        material = tokens("train")
        rows, _ = training_rows(material, [item.id for item in learnt], tune, limit)
        sequences = len(rows)
        for asked in searched:
            check_steps(name, asked, count_steps(sequences, asked))
        tokens("dev")
        make = partial(set_up, study, base, classes, number_format)
        for asked in searched[1:]:
            if alters_network(asked, tune):
                make(asked)
        _, added = make(tune)
        if launch and launch["sharding"] is not None:
            layers_of(added.network, launch["sharding"]["layers"])
        planned["weights_mb"] += added.added_bytes / MEGABYTE
        kept = saved_bytes(added.network, tune.method, dtype_of(number_format).itemsize)
        learns = matrices(added.network)
        kind, processes = study.model.device, launch["processes"] if launch else 1
        peak = foresee(partial(make, tune), tune, rows, base.folder, kind, processes)
        planned["tune"] = {
            "method": tune.method.name,
            "search": plan_search(tune, sequences),
            "trainable_parameters": added.learning,
            "trainable_share": added.learning / network.parameters,
            "weights_mb": kept / MEGABYTE,
            "matrices": learns,
            "steps": count_steps(sequences, tune),
            "batch_size": tune.batch_size,
            "accumulate": tune.accumulate,
            "examples_a_step": tune.nominal_batch_size * tune.accumulate,
            "tokens_per_epoch": sum(row.length for row in material.rows),
            "supervised_tokens_per_epoch": material.supervised_tokens,
            "truncated_prompts": material.truncated_prompts,
            "truncated_answers": material.truncated_answers,
            "decoded_example": decoded(speaker, material.rows[0], classes),
            "targets": dict(material.targets),
            "learns": foreseen(study, name, material.targets, found=standing_in is None),
            "examples_at_once": peak.at_once,
            "memory_mb": None if peak.bytes is None else peak.bytes / MEGABYTE,
            "memory_unknown": peak.why,
            "free_mb": peak.room / MEGABYTE,
        }
    return planned


def cut_passages(prompt: EncodedPrompt, count: int) -> bool:
    """Whether a prompt lacks some of the first `count` passages, or a part of them."""
    first = prompt.passages[:count]
    return any(not item.shown or item.characters is not None for item in first)


def told_of(lost: dict[str, Any]) -> list[str]:
    """Characters that no training can teach, in a sentence."""
    if not lost["characters"]:
        return []
    signs = ", ".join(map(repr, lost["characters"]))
    return [
        f"The tokenizer cannot write {signs}, which {lost['answers']:,} of {lost['of']:,} right "
        "answers hold: replace them in the material, or choose another base."
    ]


def too_large(sizes: dict[str, dict[str, Any]]) -> list[str]:
    """Which tunings are not expected to fit into the memory that is free, in a sentence each."""
    told = []
    for name, item in sizes.items():
        tune = item["tune"] or {"memory_mb": None}
        if tune["memory_mb"] is None or tune["memory_mb"] <= tune["free_mb"]:
            continue
        less = "smaller batches with as much more accumulate, or batch_size: auto"
        if tune["batch_size"] == "auto":
            less = "a smaller max_tokens, or a precision of fewer bits"
        wanted, free = tune["memory_mb"], tune["free_mb"]
        told.append(
            f"{name} is expected to take {wanted:,.0f} MB, and {free:,.0f} MB are free: {less}, "
            "would take less."
        )
    return told


def unknowns(sizes: dict[str, dict[str, Any]]) -> list[str]:
    """What could not be estimated, in a sentence each."""
    reasons = {name: (item["tune"] or {}).get("memory_unknown") for name, item in sizes.items()}
    return [
        f"The memory that {name} needs is not estimated: this model cannot be tried without "
        f"storage ({reason})."
        for name, reason in reasons.items()
        if reason
    ]
