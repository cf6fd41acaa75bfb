"""Check everything and estimate, without training.

What `etude plan` shows, and what `etude run` does first, so that what cannot work fails in
seconds and not after hours.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from etude.approaches.build import context_of, prompt_room
from etude.approaches.order import given_folder, maker, precision
from etude.approaches.tuning import smallest
from etude.config.precision import in_words, recorded
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data, read_data
from etude.engine.base import Base, find_base
from etude.engine.encode import encode_prompt
from etude.engine.load import (
    Speaker,
    choose_device,
    first_line,
    is_adapter,
    load_config,
    load_speaker,
)
from etude.engine.quantize import plain_linear, refuse_quantized, refuse_unquantized
from etude.errors import UserError
from etude.memory import MEGABYTE, resident_bytes
from etude.progress import Progress
from etude.store import read_json, write_json
from etude.training.encode import Material, decoded, encode_all
from etude.training.estimate import (
    Added,
    Skeleton,
    loading_bytes,
    skeleton,
    training_bytes,
    with_method,
)
from etude.training.packing import pack
from etude.training.run import count_steps
from etude.training.schedules import warmup_steps

# What glibc keeps between blocks of changing size, which it is told never to give back: measured at
# a fifth to the whole of what is alive at the fullest moment of a step.
GAPS = 0.5
WORKSPACE = 60e6  # bytes of threads, kernels and what else a training loads besides a plan


def make_plan(task: dict[str, Any], progress: Progress) -> None:
    """Write `plan.json` for a study whose data is prepared. Runs in a child process."""
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    data = read_data(folder)
    base = find_base(study.model.base, study.model.revision)
    speaker = load_speaker(base, study.model)
    sizes = {}
    for number, name in enumerate(study.approaches):
        progress("planning", number, len(study.approaches), name)
        sizes[name] = plan_approach(study, name, data, base, speaker)
    plan = {
        "key": task["key"],
        "study": study.name,
        "base": base.name,
        "markup": {
            "name": speaker.markup.name,
            "folds_system": speaker.markup.folds_system,
            "context": speaker.context,
        },
        "splits": {name: rows["rows"] for name, rows in data.card["splits"].items()},
        "notes": notes(study, speaker) + unknowns(sizes),
        "approaches": sizes,
    }
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
    return told


def plan_approach(
    study: Study, name: str, data: Data, base: Base, speaker: Speaker
) -> dict[str, Any]:
    """Prompts, sizes and estimates of one approach. Raises `UserError` for what cannot work."""
    context = context_of(study, name, data)
    room = prompt_room(speaker, study.generation.max_tokens)
    if room is not None and room < 16:
        raise UserError(
            f"generation.max_tokens is {study.generation.max_tokens}, which leaves {room} of the "
            f"model's {speaker.context} tokens for the prompt: lower it."
        )
    prompts = [encode_prompt(speaker, example, context, room) for example in data.test]
    lengths = [len(prompt.ids) for prompt in prompts]
    planned: dict[str, Any] = {
        "prompt_tokens": {"median": median(lengths), "max": max(lengths)},
        "truncated_prompts": sum(prompt.truncated_tokens > 0 for prompt in prompts),
        "precision": recorded(precision(study, name)),
        "starts_from": study.approaches[name].weights or base.name,
        "rendered": prompts[0].text,
    }
    tune = study.approaches[name].tune
    check_given(study, name, base, speaker)
    number_format = precision(study, name)
    network = skeleton(empty_network(base, study), number_format)
    refuse_unquantized(network.quantized, number_format, base.name)
    planned["parameters"] = network.parameters
    planned["weights_mb"] = (network.weights_bytes + borrowed(study, name, base)) / MEGABYTE
    planned["tune"] = None
    if tune is not None:
        limit = smallest(tune.max_tokens, speaker.context)
        check_tuning(name, tune, speaker, limit)
        material = encode_all(speaker, data.train, context, tune.supervise, limit)
        lengths = [row.length for row in material.rows]
        sequences = len(pack(lengths, limit) if tune.packing and limit else lengths)
        steps = count_steps(sequences, tune)
        check_warmup(name, tune, steps)
        encode_all(speaker, data.dev, context, tune.supervise, limit)
        added = with_method(network, tune.method)
        planned["weights_mb"] += added.added_bytes / MEGABYTE
        peak, unknown = memory(study, base, network, added, tune, material)
        planned["tune"] = {
            "method": tune.method.name,
            "trainable_parameters": added.learning,
            "trainable_share": added.learning / network.parameters,
            "steps": steps,
            "tokens_per_epoch": sum(row.length for row in material.rows),
            "supervised_tokens_per_epoch": material.supervised_tokens,
            "truncated_prompts": material.truncated_prompts,
            "truncated_answers": material.truncated_answers,
            "decoded_example": decoded(speaker, material.rows[0]),
            "memory_mb": None if peak is None else peak / MEGABYTE,
            "memory_unknown": unknown,
        }
    return planned


def check_tuning(name: str, tune: Tune, speaker: Speaker, limit: int | None) -> None:
    """Refuse a tuning whose settings cannot mean what they say on this model."""
    if tune.packing and speaker.encoder_decoder:
        raise UserError(
            f"approaches.{name}.tune.packing puts examples into one sequence, which the encoder of "
            "an encoder-decoder would read as one text: remove it."
        )
    if tune.packing and limit is None:
        raise UserError(
            f"approaches.{name}.tune.packing fills sequences up to a length, but this model has no "
            "longest one: set tune.max_tokens."
        )
    if speaker.encoder_decoder and tune.supervise != "response":
        raise UserError(
            f"approaches.{name}.tune.supervise is {tune.supervise}, but an encoder-decoder writes "
            "nothing but the response: use supervise: response."
        )


def check_warmup(name: str, tune: Tune, steps: int) -> None:
    """Refuse a warm-up that never ends."""
    if (warm := warmup_steps(tune.schedule, steps)) >= steps:
        raise UserError(
            f"approaches.{name}.tune warms up for {warm} of its {steps} steps, so the learning "
            "rate would never reach its peak: train longer, or use schedule: constant."
        )


def check_given(study: Study, name: str, base: Base, speaker: Speaker) -> None:
    """Weights from a folder are asked as they were trained, or not at all."""
    given = given_folder(study, name)
    if given is None or not (given / "etude.json").exists():
        return
    facts = read_json(given / "etude.json")
    if facts["markup"]["template"] != speaker.markup.template:
        raise UserError(
            f"approaches.{name}.weights was trained with the markup {facts['markup']['name']}, "
            f"but this study writes turns as {speaker.markup.name}: set model.markup accordingly."
        )
    if facts["precision"] != recorded(precision(study, name)):
        raise UserError(
            f"approaches.{name}.weights was trained in {in_words(facts['precision'])}, but this "
            f"study loads it in {in_words(recorded(precision(study, name)))}: set model.precision "
            "accordingly."
        )
    trained_on = facts.get("base", {"digest": base.digest})  # older weights do not say
    if is_adapter(given) and trained_on["digest"] != base.digest:
        raise UserError(
            f"approaches.{name}.weights is an adapter trained on {trained_on['name']}, but the "
            f"files of {base.name} are others: an adapter fits only the base it was trained on, so "
            "set model.base accordingly."
        )


def empty_network(base: Base, study: Study) -> Any:
    """The model's layers without storage, to count and to try a method on."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    trust = study.model.trust_remote_code
    config = load_config(base, trust_remote_code=trust)
    refuse_quantized(config, base.name)
    automatic = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    with torch.device("meta"), plain_linear(config.model_type):
        return automatic.from_config(config, trust_remote_code=trust)


def borrowed(study: Study, name: str, base: Base) -> int:
    """Estimated bytes of the adapter that an approach answers with but does not tune itself."""
    made_by = maker(study, name)
    if made_by is None or made_by == name:
        return 0
    tune = study.approaches[made_by].tune
    assert tune is not None  # noqa: S101 - a maker tunes
    network = skeleton(empty_network(base, study), precision(study, name))
    return with_method(network, tune.method).added_bytes


def memory(
    study: Study, base: Base, network: Skeleton, added: Added, tune: Tune, material: Material
) -> tuple[float | None, str]:
    """Estimated peak bytes of a tuning: of this machine's memory, or of a GPU's where one is used.

    On the CPU the libraries count as well: what this process holds by now, which has loaded the
    same ones and the same material. Where a model's own code cannot run without storage there is
    no estimate but the reason.
    """
    on_cpu = choose_device(study.model.device).type == "cpu"
    libraries = resident_bytes() + WORKSPACE if on_cpu else 0.0
    try:
        training = training_bytes(network, added, tune, material, GAPS if on_cpu else 0.0)
    except Exception as error:  # noqa: BLE001 - code of any model; an estimate stops no study
        return None, f"{type(error).__name__}: {first_line(error)}"
    loading = loading_bytes(network, base.folder) if on_cpu else 0
    return libraries + max(training, loading), ""


def unknowns(sizes: dict[str, dict[str, Any]]) -> list[str]:
    """What could not be estimated, in a sentence each."""
    reasons = {name: (item["tune"] or {}).get("memory_unknown") for name, item in sizes.items()}
    return [
        f"The memory that {name} needs is not estimated: this model cannot be tried without "
        f"storage ({reason})."
        for name, reason in reasons.items()
        if reason
    ]
