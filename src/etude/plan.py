"""Check everything and estimate, without training.

What `etude plan` shows, and what `etude run` does first, so that what cannot work fails in
seconds and not after hours.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from etude.approaches.build import context_of, prompt_room
from etude.approaches.order import given_folder, precision
from etude.approaches.trying import corners, plan_search
from etude.approaches.tuning import smallest
from etude.config.study import Precision, Study
from etude.config.tuning import Tune
from etude.data import Data, read_data
from etude.engine.base import Base, find_base
from etude.engine.encode import encode_prompt
from etude.engine.load import Speaker, load_config, load_speaker
from etude.errors import UserError
from etude.progress import Progress
from etude.store import read_json, write_json
from etude.training.encode import Material, decoded, encode_all
from etude.training.methods import prepare, trainable
from etude.training.mixing import mixture, taken
from etude.training.schedules import warmup_steps
from etude.training.train import count_steps

BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
LIBRARIES = 450e6  # resident bytes of Python, torch and transformers before any model


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
        "notes": notes(study, speaker),
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
        "precision": precision(study, name),
        "starts_from": study.approaches[name].weights or base.name,
        "rendered": prompts[0].text,
    }
    tune = study.approaches[name].tune
    check_markup(study, name, speaker)
    network = empty_network(base, study)
    parameters = sum(item.numel() for item in network.parameters())
    planned["parameters"] = parameters
    planned["tune"] = None
    if tune is not None:
        learnt = taken(data.train, tune.mix)
        mixture(learnt, tune.mix, study.seed)
        for asked in (tune, *corners(tune)):
            check_tuning(name, asked, speaker, count_steps(len(learnt), asked))
        limit = smallest(tune.max_tokens, speaker.context)
        material = encode_all(speaker, learnt, context, tune.supervise, limit)
        encode_all(speaker, taken(data.dev, tune.mix), context, tune.supervise, limit)
        learning = sum(
            item.numel() for item in trainable(prepare(network, tune.method, 0)).values()
        )
        planned["tune"] = {
            "method": tune.method.name,
            "search": plan_search(tune, len(learnt)),
            "trainable_parameters": learning,
            "trainable_share": learning / parameters,
            "steps": count_steps(len(material.rows), tune),
            "tokens_per_epoch": sum(row.length for row in material.rows),
            "supervised_tokens_per_epoch": material.supervised_tokens,
            "truncated_prompts": material.truncated_prompts,
            "truncated_answers": material.truncated_answers,
            "decoded_example": decoded(speaker, material.rows[0]),
            "memory_mb": memory(
                parameters, learning, precision(study, name), material, tune.batch_size, network
            )
            / 1e6,
        }
    return planned


def check_tuning(name: str, tune: Tune, speaker: Speaker, steps: int) -> None:
    """Refuse a tuning whose settings cannot mean what they say on this model."""
    if speaker.encoder_decoder and tune.supervise != "response":
        raise UserError(
            f"approaches.{name}.tune.supervise is {tune.supervise}, but an encoder-decoder writes "
            "nothing but the response: use supervise: response."
        )
    if (warm := warmup_steps(tune.schedule, steps)) >= steps:
        raise UserError(
            f"approaches.{name}.tune warms up for {warm} of its {steps} steps, so the learning "
            "rate would never reach its peak: train longer, or use schedule: constant."
        )


def check_markup(study: Study, name: str, speaker: Speaker) -> None:
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
    if facts["precision"] != precision(study, name):
        raise UserError(
            f"approaches.{name}.weights was trained in {facts['precision']}, but this study loads "
            f"it in {precision(study, name)}: set model.precision accordingly."
        )


def empty_network(base: Base, study: Study) -> Any:
    """The model's layers without storage, to count and to try a method on."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    trust = study.model.trust_remote_code
    config = load_config(base, trust_remote_code=trust)
    automatic = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    with torch.device("meta"):
        return automatic.from_config(config, trust_remote_code=trust)


def memory(
    parameters: int,
    learning: int,
    number_format: Precision,
    material: Material,
    batch_size: int,
    network: Any,
) -> float:
    """Estimated peak bytes of a tuning: libraries, weights, gradients, optimizer, activations.

    Activations: about 34 bytes per token, layer and hidden unit in 16 bits (Korthikanti et al.
    2022, arXiv:2205.05198, without their attention term), and the logits of supervised tokens.
    """
    frozen = max(0, parameters - learning)
    config = network.config.get_text_config()
    layers = getattr(config, "num_hidden_layers", 0) + getattr(config, "num_decoder_layers", 0)
    width = BYTES[number_format] / 2
    longest = sorted((row.length for row in material.rows), reverse=True)[:batch_size]
    tokens = longest[0] * len(longest)
    supervised = sorted((row.supervised for row in material.rows), reverse=True)[:batch_size]
    activations = 34 * width * tokens * layers * config.hidden_size
    logits = 3 * 4 * sum(supervised) * config.vocab_size
    return float(LIBRARIES + frozen * BYTES[number_format] + learning * 16 + activations + logits)
