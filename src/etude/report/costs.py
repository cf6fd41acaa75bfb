"""What an approach costs: time, memory, bytes, tokens, and money where the study says prices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from etude.approaches.order import Job, ancestry, maker, makers, seeds
from etude.approaches.settled import read_search
from etude.config import Study
from etude.config.prices import Prices
from etude.diagnosis import Evidence
from etude.report import words
from etude.report.passages import costs_of
from etude.store import folder_size, read_json


def cost(study: Study, folder: Path, evidence: Evidence, name: str) -> dict[str, Any]:
    """What an approach costs; tuning is that of everything its weights went through.

    All is of the first seed but for what is named `_by_seed`, and `_all`, the sum over seeds.
    """
    facts = [
        read_json(Job(item, study.seed).place(folder).weights / "etude.json")
        for item in makers(study, name)
        if item in ancestry(study, name)
    ]
    # The facts of the weights hold the search as it was; it may have gone on since.
    searches = [
        read_search(folder, item) or known["search"]
        for item, known in zip(makers(study, name), facts, strict=True)
        if "search" in known
    ]
    answers = evidence.answers[name]
    peaks = [
        evidence.manifests[name]["peak_memory_mb"],
        *(item["peak_memory_mb"] for item in facts),
    ]
    made_by = maker(study, name)
    added = Job(made_by, study.seed).place(folder).weights if made_by else None
    on_device = max(peak["device"] for peak in peaks)
    path = folder / "plan.json"
    foreseen = read_json(path)["approaches"].get(name, {}) if path.exists() else {}
    found = {
        "tune_seconds": sum(item["tune_seconds"] for item in facts),
        "search_seconds": sum(found["seconds"] for found in searches),
        "predict_seconds": sum(item.seconds for item in answers),
        "peak_memory_mb": max(peak["host"] for peak in peaks),
        "peak_device_memory_mb": on_device or None,
        "weights_mb": evidence.manifests[name].get("weights_mb"),  # older runs do not say
        "planned_weights_mb": foreseen.get("weights_mb"),
        "planned_memory_mb": (foreseen.get("tune") or {}).get("memory_mb"),
        "trainable_parameters": facts[-1]["trainable_parameters"] if facts else 0,
        "bytes_on_disk": folder_size(added) if added is not None else 0,
        "model_bytes": facts[-1].get("model_bytes") if facts else None,
        "prompt_tokens": fmean(item.prompt_tokens for item in answers),
        "answer_tokens": fmean(item.answer_tokens for item in answers),
        **costs_of(evidence, name),
    }
    found |= of_seeds(study, folder, name) | answering_by_seed(study, folder, evidence, name)
    return found | of_answers(found, len(answers)) | money(study.prices, found, len(answers))


def of_seeds(study: Study, folder: Path, name: str) -> dict[str, Any]:
    """What tuning took with each seed, and with all of them; nothing of what was tuned once."""
    found: dict[str, float] = {}
    for seed in seeds(study, name):
        paths = [
            Job(item, seed).place(folder).weights / "etude.json" for item in makers(study, name)
        ]
        if paths and all(path.exists() for path in paths):
            found[str(seed)] = sum(read_json(path)["tune_seconds"] for path in paths)
    if len(found) < 2:
        return {"tune_seconds_by_seed": None, "tune_seconds_all": None}
    return {"tune_seconds_by_seed": found, "tune_seconds_all": sum(found.values())}


def answering_by_seed(study: Study, folder: Path, evidence: Evidence, name: str) -> dict[str, Any]:
    """What answering took with each seed, and with all of them; nothing of what answered once."""
    given = evidence.predictions[name]
    kinds = ("predict_seconds", "answer_tokens", "peak_memory_mb")
    if len(given) < 2:
        return {f"{kind}_by_seed": None for kind in kinds} | {"predict_seconds_all": None}
    found: dict[str, dict[str, float]] = {kind: {} for kind in kinds}
    for seed, answers in given.items():
        places = [Job(item, seed).place(folder) for item in makers(study, name)]
        made = [Job(name, seed).place(folder).manifest]
        made += [place.weights / "etude.json" for place in places]
        peaks = [read_json(path)["peak_memory_mb"]["host"] for path in made if path.exists()]
        values = (
            sum(item.seconds for item in answers),
            fmean(item.answer_tokens for item in answers),
            max(peaks),
        )
        for kind, value in zip(kinds, values, strict=True):
            found[kind][str(seed)] = value
    return {
        **{f"{kind}_by_seed": by_seed for kind, by_seed in found.items()},
        "predict_seconds_all": sum(found["predict_seconds"].values()),
    }


def of_answers(found: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Time by answer, and time before the first one."""
    return {
        "seconds_per_1000": 1000 * (found["predict_seconds"] / count + found["retrieve_seconds"]),
        "adapting_seconds": found["tune_seconds"]
        + found["search_seconds"]
        + found["index_seconds"],
    }


def money(prices: Prices | None, found: Mapping[str, Any], count: int) -> dict[str, Any]:
    """What 1,000 answers cost, and what tuning and searching cost once; nothing without prices."""
    if prices is None:
        return {}
    answer = (
        (prices.hour or 0.0) * found["predict_seconds"] / count / 3600
        + (prices.million_prompt_tokens or 0.0) * found["prompt_tokens"] / 1e6
        + (prices.million_answer_tokens or 0.0) * found["answer_tokens"] / 1e6
    )
    hours = (found["tune_seconds"] + found["search_seconds"]) / 3600
    return {
        "money_per_1000": 1000 * answer,
        "money_adapting": None if prices.hour is None else prices.hour * hours,
    }


def in_words(prices: Prices | None) -> dict[str, str] | None:
    """What the study says of prices, as a report keeps it: the currency, and a sentence."""
    if prices is None:
        return None
    named = {
        "an hour of the machine": prices.hour,
        "a million tokens read": prices.million_prompt_tokens,
        "a million tokens written": prices.million_answer_tokens,
    }
    said = [
        f"{title} {words.money(amount, prices.currency)}"
        for title, amount in named.items()
        if amount is not None
    ]
    return {"currency": prices.currency, "words": f"Prices: {words.listed(said)}."}
