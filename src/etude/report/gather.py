"""What a report says, gathered from a run folder into one JSON-able dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from etude.approaches.keys import context_settings
from etude.approaches.order import Job, base_of, given_folder, maker
from etude.approaches.settled import read_search, settled
from etude.config import Study, to_yaml
from etude.config.methods import in_words as method_in_words
from etude.config.precision import in_words as said
from etude.config.precision import recorded
from etude.diagnosis import Evidence
from etude.environment import machine, versions
from etude.evaluate import MAYBE, Evaluation
from etude.metrics import METRICS, expand
from etude.metrics.comparing import Comparison
from etude.records import Finding
from etude.report.beside import beside_the_source
from etude.report.confusions import confusions
from etude.report.costs import cost
from etude.report.costs import in_words as prices_in_words
from etude.report.evidence import passages_in_words
from etude.report.forgetting import forgetting
from etude.report.highlights import highlights
from etude.report.joined import joined, joined_hash
from etude.report.makeup import makeup
from etude.report.pareto import fronts
from etude.report.retrieval import retrieval
from etude.report.similarity import similarities
from etude.report.trainings import KEPT, epochs, repeats, seed_notes, training_notes
from etude.store import fingerprint, read_json, read_lines
from etude.verdict import verdict

SPREAD = ("deviation", "seed_error", "example_error")  # of a metric's seeds
FORMAT = 3  # of report.json; raised by hand when its meaning changes


def report_key(study: Study, folder: Path) -> str:
    """What a report depends on: the study, and the manifests of every prediction."""
    manifests = sorted(folder.glob("approaches/*/seed-*/manifest.json"))
    made = {str(path.relative_to(folder)): read_json(path)["key"] for path in manifests}
    made |= {path.name: "" for path in sorted(folder.glob("general/*.json"))}
    settings = study.model_dump(mode="json")
    joins = joined_hash(folder)
    return fingerprint(
        {"format": FORMAT, "made": made, "joins": joins, "study": settings, **versions()}
    )


def gather(
    study: Study,
    folder: Path,
    evidence: Evidence,
    evaluation: Evaluation,
    findings: Sequence[Finding],
) -> dict[str, Any]:
    """The whole report but the answers."""
    winner, words = verdict(evaluation, study.compare)
    names = expand(study.metrics)
    asked = settled(study, folder, None, evidence.card["hash"])  # with what searches have chosen
    language = study.data.language
    first = next(iter(evidence.manifests.values()))
    found = {
        "format": FORMAT,
        "key": report_key(study, folder),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": {
            "name": study.name,
            "description": study.description,
            "seed": study.seed,
            "seeds": study.seeds,
            "base": study.model.base,
            "task": study.data.task,
            "language": language,
            "precision": recorded(study.model.precision),
            "device": first["device"],
            "markup": first["markup"],
            "prompt": study.prompt.template,
            "system": study.system,
            "generation": study.generation.model_dump(mode="json"),
            "yaml": to_yaml(study),
        },
        "verdict": words,
        "winner": winner,
        "baseline": evaluation.baseline,
        "metric": evaluation.metric,
        "metrics": {
            name: {
                "title": METRICS[name].title,
                "better": METRICS[name].better,
                "low": METRICS[name].low if np.isfinite(METRICS[name].low) else None,
                "high": METRICS[name].high if np.isfinite(METRICS[name].high) else None,
                "signature": evaluation.signatures[name],
                "paper": METRICS[name].paper,
            }
            for name in names
        },
        "approaches": {
            name: describe(asked, folder, evidence, evaluation, name)
            | {"search": search_of(study, folder, name)}
            for name in evidence.predictions
        },
        "tasks": tasks(evaluation),
        "comparisons": [comparison(item) for item in evaluation.comparisons],
        "rivals": [comparison(item) for item in evaluation.rivals],
        "prices": prices_in_words(study.prices),
        "confidence": study.compare.confidence,
        "resamples": study.compare.resamples,
        "seeds": [
            {key: finite(value) if key in SPREAD else value for key, value in row.items()}
            for row in (item.to_json() for item in evaluation.seeds)
        ],
        "findings": [finding.to_json() for finding in findings],
        "highlights": highlights(
            {(score.approach, score.metric): score.values for score in evaluation.scores},
            evaluation.baseline,
            evaluation.metric,
            names,
        ),
        **joined(study, folder, evidence),
        "forgetting": forgetting(evidence),
        "retrieval": retrieval(
            evidence, study.compare, study.seed, grouped=study.data.split.group_by is not None
        ),
        "data": dict(evidence.card),
        "makeup": makeup(folder, evidence.card),
        "confusion": confusions(evidence),
        "lengths": lengths(evidence),
        "similarities": similarities(evaluation, evidence.examples),
        "versions": first["versions"],
        "revision": first["revision"],
        "base": first["base"],  # name and digest of its files
        "machine": machine(),
        "reproduce": f"etude run {folder.name}/study.yaml --folder {folder.name}",
    }
    beside = beside_the_source(study.published, found)
    return {**found, "published": beside, "pareto": fronts(found)}


def describe(
    study: Study, folder: Path, evidence: Evidence, evaluation: Evaluation, name: str
) -> dict[str, Any]:
    """One approach: what it is, what it scored, what it cost, how it was trained."""
    approach, answers = study.approaches[name], evidence.answers[name]
    manifest = evidence.manifests[name]
    made_by, given = maker(study, name), given_folder(study, name)
    place = Job(name, study.seed).place(folder)
    first_prompt = next(iter(read_lines(place.prompts)), {"prompt": ""})
    notes = []
    if manifest["folds_system"] and context_settings(study, name)[1]:
        notes.append(f"The markup {manifest['markup']} has no system role: folded into the turn.")
    return {
        "kind": "tuned" if approach.tune else "weights" if made_by or given else "prompt",
        "summary": in_words(study, name),
        "weights": made_by or base_of(study, name),
        "seeds": list(evidence.predictions[name]),
        "metrics": {
            score.metric: {
                "value": finite(score.value),
                "low": finite(score.low),
                "high": finite(score.high),
                "n": score.n,
            }
            for score in evaluation.scores
            if score.approach == name
        },
        "cost": cost(study, folder, evidence, name),
        "training": training(evidence, name, repeats(study, folder, name)),
        "hashes": {
            str(seed): read_json(Job(name, seed).place(folder).manifest)["predictions_sha256"]
            for seed in evidence.predictions[name]
        },
        "rendered": first_prompt["prompt"],
        "truncated_prompts": sum(item.truncated_tokens > 0 for item in answers),
        "notes": notes,
    }


def search_of(study: Study, folder: Path, name: str) -> dict[str, Any] | None:
    """What an approach's own search has tried and found; or whose search it takes."""
    tune = study.approaches[name].tune
    if tune is None or tune.search is None:
        return None
    if isinstance(tune.search, str):
        return {"from": tune.search}
    return read_search(folder, name)


def tasks(evaluation: Evaluation) -> dict[str, Any]:
    """Scores and paired differences of each source's examples, where there are several sources."""
    return {
        task: {
            "n": found.n,
            "metrics": {
                name: {
                    score.approach: {
                        "value": finite(score.value),
                        "low": finite(score.low),
                        "high": finite(score.high),
                        "n": score.n,
                    }
                    for score in found.scores
                    if score.metric == name
                }
                for name in evaluation.metrics
            },
            "comparisons": [comparison(item) for item in found.comparisons],
        }
        for task, found in evaluation.tasks.items()
    }


def comparison(item: Comparison) -> dict[str, Any]:
    """A paired difference, JSON-able."""
    row = item.to_json()
    numbers = ("difference", *MAYBE)
    return {name: finite(row[name]) if name in numbers else row[name] for name in row}


def finite(value: float | None) -> float | None:
    """JSON knows no infinity: an undefined or unbounded value is null."""
    return value if value is not None and np.isfinite(value) else None


def in_words(study: Study, name: str) -> str:
    """An approach in a line."""
    approach = study.approaches[name]
    parts = []
    if approach.weights is not None:
        parts.append(f"starts from {approach.weights}")
    if approach.tune is not None:
        tune, method = approach.tune, approach.tune.method
        called = method_in_words(method)
        kind = "" if "tuning" in called else " fine-tuning"
        length = f"{tune.max_steps} step" if tune.max_steps else f"{tune.epochs:g} epoch"
        length += "" if length.startswith("1 ") else "s"
        parts.append(f"{called}{kind}, {length}, rate {tune.optimizer.learning_rate:g}")
    if approach.precision is not None:
        parts.append(f"in {said(recorded(approach.precision))}")
    _, system, shots = context_settings(study, name)
    if shots is not None:
        parts.append(f"{shots.count} {shots.choose} shot{'s' if shots.count > 1 else ''}")
    if approach.retrieve is not None:
        parts.append(passages_in_words(approach.retrieve))
    if system:
        parts.append("system prompt")
    if approach.prompt is not None:
        parts.append("own prompt template")
    text = ", ".join(parts) or "the question alone"
    return text[0].upper() + text[1:]


def training(evidence: Evidence, name: str, others: Mapping[str, Any]) -> dict[str, Any] | None:
    """History, epoch table and facts of a tuned approach; `others` are its further seeds."""
    if name not in evidence.tunings:
        return None
    facts = evidence.tunings[name]
    history = [
        {key: finite(value) for key, value in row.items()} for row in evidence.histories[name]
    ]
    wanted = ("mix", "supervise", "decoded_example", "examples", "supervised_tokens", "steps")
    return {
        **{key: facts[key] for key in wanted if key in facts},
        **{key: facts.get(key) for key in KEPT},
        "notes": [
            *training_notes(facts),
            *seed_notes(
                (next(iter(evidence.predictions[name])), facts), evidence.repeats.get(name, {})
            ),
        ],
        "truncated": facts["truncated_prompts"] + facts["truncated_answers"],
        "history": history,
        "epochs": epochs(history),
        "repeats": dict(others),
    }


def lengths(evidence: Evidence) -> dict[str, Any]:
    """Histograms of tokens in prompts, answers and references."""
    answers = evidence.answers
    first = next(iter(answers.values()))
    return {
        "unit": "tokens",
        "prompt": {
            name: histogram(item.prompt_tokens for item in given) for name, given in answers.items()
        },
        "answer": {
            name: histogram(item.answer_tokens for item in given) for name, given in answers.items()
        },
        "reference": histogram(item.reference_tokens or 0 for item in first),
    }


def histogram(values: Iterable[int]) -> dict[str, list[float]]:
    """Counts in at most 24 bins of equal width."""
    numbers = np.fromiter(values, dtype=float)
    bins = int(min(24, max(1, np.ptp(numbers))))
    counts, edges = np.histogram(numbers, bins=bins)
    return {"edges": edges.tolist(), "counts": counts.tolist()}
