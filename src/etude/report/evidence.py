"""What a run folder has saved, as one thing to score and diagnose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.approaches.documents import vouch
from etude.approaches.general import general_text
from etude.approaches.keys import context_settings, prediction_key
from etude.approaches.order import Job, given_folder, maker, seeds
from etude.approaches.retrieved import place_for, read_retrieved
from etude.approaches.settled import settled
from etude.benchmarks import benchmark_scores, benchmarks_before
from etude.config import Study
from etude.config.retrieving import Retrieve
from etude.data import Data, read_data
from etude.diagnosis import Evidence
from etude.diagnosis.forgetting import benchmark_changes
from etude.engine.base import RANDOM, Base
from etude.errors import ChildFailed
from etude.store import Place, read_json, read_lines, read_predictions


def read_evidence(study: Study, folder: Path, failures: Mapping[str, str]) -> Evidence:
    """Everything a run has saved, for scoring and diagnosis.

    What was made with other settings than the study's is left out and counts as failed. Raises
    `ChildFailed` when nothing is left.
    """
    data = read_data(folder)
    vouch(folder)
    asked = settled(study, folder, None, data.hash)
    failed = dict(failures)
    predictions: dict[str, dict[int, Any]] = {}
    manifests, histories, tunings = {}, {}, {}
    general, contexts, trained_with = {}, {}, {}
    retrieval: dict[str, dict[str, Any]] = {}
    learnt_by: dict[str, frozenset[str]] = {}
    repeats: dict[str, dict[int, Any]] = {}
    for name in study.approaches:
        jobs = [Job(name, seed) for seed in seeds(study, name)]
        made = [job.place(folder) for job in jobs if job.place(folder).manifest.exists()]
        current = [place for place in made if is_as_asked(asked, place, data.hash)]
        if len(current) < len(made):
            failed.setdefault(name, "Its predictions were made with other settings or data.")
        if not current:
            failed.setdefault(name, "It has not been run yet.")
            continue
        manifests[name] = read_json(current[0].manifest)
        predictions[name] = {place.seed: read_predictions(place) for place in current}
        contexts[name] = context_used(asked, name, manifests[name])
        if (place := place_for(current[0])) is not None:
            retrieval[name] = about_retrieval(asked, name, place)
        if (learnt := learnt_passages(asked, name, folder, data)) is not None:
            learnt_by[name] = learnt
        if (before := context_trained(asked, folder, name)) is not None:
            trained_with[name] = before
        if study.approaches[name].tune is not None:
            histories[name] = read_lines(current[0].history)
            tunings[name] = read_json(current[0].weights / "etude.json")
            if len(current) > 1:
                repeats[name] = {place.seed: training_of(place) for place in current[1:]}
            job, base = Job(name, current[0].seed), base_named(current[0])
            if (found := general_text(asked, job, folder, base, data.hash)) is not None:
                general[name] = found
    if not predictions:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items())
        raise ChildFailed(f"No approach in {folder} has finished, so there is no report: {reasons}")
    baseline = study.compare.baseline
    return Evidence(
        examples=tuple(data.test),
        predictions=predictions,
        card=data.card,
        random_base=study.model.base in RANDOM,
        manifests=manifests,
        histories=histories,
        tunings=tunings,
        failures=failed,
        baseline=baseline if baseline in predictions else next(iter(predictions)),
        train=data.train,
        dev=data.dev,
        general=general,
        benchmarks=benchmark_changes(
            benchmarks_before(folder),
            {name: of for name, of in benchmark_scores(folder).items() if name in tunings},
            {name: found["start"] for name, found in general.items()},
        ),
        contexts=contexts,
        trained_with=trained_with,
        plan=read_json(folder / "plan.json") if (folder / "plan.json").exists() else {},
        retrieval=retrieval,
        learnt_passages=learnt_by,
        repeats=repeats,
    )


def training_of(place: Place) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The history of a training, and the facts of what it made."""
    return read_lines(place.history), read_json(place.weights / "etude.json")


def about_retrieval(study: Study, name: str, place: Path) -> dict[str, Any]:
    """What was searched for an approach, and what its prompts show of it."""
    retrieve = study.approaches[name].retrieve
    assert retrieve is not None  # noqa: S101 - what has passages retrieves
    facts = {key: value for key, value in read_retrieved(place).facts.items() if key != "needs"}
    shown = retrieve.model_dump(mode="json", include={"k", "template", "cite", "abstain"})
    return {**facts, **shown, "place": place.name}


def learnt_passages(study: Study, name: str, folder: Path, data: Data) -> frozenset[str] | None:
    """The chunks that stood in the prompts of the tuning behind an approach, before any cut.

    None where it was not tuned with passages, or these are not at hand.
    """
    made_by = maker(study, name)
    retrieve = study.approaches[made_by].retrieve if made_by is not None else None
    made = Job(str(made_by), study.seed).place(folder)
    if retrieve is None or not made.manifest.exists():
        return None
    place = place_for(made)
    if place is None:
        return None
    held = read_retrieved(place)
    return frozenset(chunk for example in data.train for chunk in held.names(example)[: retrieve.k])


def is_as_asked(study: Study, place: Place, data_hash: str) -> bool:
    """Whether saved predictions are what this study would make, from the base they name."""
    job = Job(place.approach, place.seed)
    key = prediction_key(study, job, base_named(place), data_hash)
    return bool(read_json(place.manifest)["key"] == key)


def base_named(place: Place) -> Base:
    """The base that saved predictions name. It is not opened."""
    manifest = read_json(place.manifest)
    return Base(manifest["base"]["name"], place.folder, manifest["base"]["digest"])


def context_used(study: Study, name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What stands around a question where an approach answers."""
    prompt, system, shots = context_settings(study, name)
    used = {"prompt": prompt.template, "system": system or None}
    used["shots"] = f"{shots.count} {shots.choose}" if shots is not None else None
    retrieve = study.approaches[name].retrieve
    used["passages"] = f"{retrieve.k} of {source_of(retrieve)}" if retrieve is not None else None
    # Manifests of older versions do not say the template.
    return used | ({"markup": manifest["template"].strip()} if "template" in manifest else {})


def passages_in_words(retrieve: Retrieve) -> str:
    """How many passages of what, and how they are found where that is not by words alone."""
    ways = {"dense": ", found by vectors", "hybrid": ", found by words and vectors"}
    found = ways.get(retrieve.search.name, "") + (", ordered anew" if retrieve.rerank else "")
    count = f"{retrieve.k} passage{'s' if retrieve.k > 1 else ''}"
    return f"{count} of {source_of(retrieve)}{found}"


def source_of(retrieve: Retrieve) -> str:
    """Where passages come from: a source's name, or a file's."""
    given = retrieve.documents
    return given if isinstance(given, str) else Path(given.path).name


def context_trained(study: Study, folder: Path, name: str) -> dict[str, Any] | None:
    """What stood around the questions where an approach's weights were trained, as far as known.

    Of a folder of weights that is its chat template, where one lies in it.
    """
    if (made_by := maker(study, name)) is not None:
        facts = read_json(Job(made_by, study.seed).place(folder).weights / "etude.json")
        return context_used(study, made_by, {"template": facts["markup"]["template"]})
    given = given_folder(study, name)
    if given is None:
        return None
    template = given / "chat_template.jinja"
    return {"markup": template.read_text(encoding="utf-8").strip()} if template.exists() else {}
