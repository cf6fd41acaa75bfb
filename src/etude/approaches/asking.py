"""The prompts of `ask`: put to every approach, and before its tuning to what a tuning starts from.

`asked.json` beside the predictions holds the answers of an approach, `asked.before.json` those of
what its tuning started from, where no other approach of the study gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.approaches.keys import prediction_key
from etude.approaches.order import Job, labels, layers, precision
from etude.approaches.questions import questions
from etude.approaches.settled import with_tune
from etude.config.study import Study
from etude.engine.base import Base
from etude.progress import Progress
from etude.records import Prediction
from etude.store import Place, fingerprint, read_json, write_json

if TYPE_CHECKING:
    from etude.data import Data
    from etude.engine.load import Loaded

ANSWERS, BEFORE = "asked.json", "asked.before.json"


def asked_key(study: Study, job: Job, base: Base, data_hash: str) -> str:
    """What the answers depend on: all that predictions do, and the prompts."""
    asked = [item.model_dump(mode="json", exclude={"expected"}) for item in study.ask]
    return fingerprint(
        {
            "answers": prediction_key(study, job, base, data_hash),
            "ask": asked,
            "labels": list(study.data.labels),
        }
    )


def start_of(study: Study, name: str) -> Study:
    """The study in which an approach does not tune: it answers as what it starts from."""
    return with_tune(study, name, None)


def wanted(study: Study, job: Job, base: Base, data_hash: str) -> dict[str, str]:
    """Files that a job keeps answers in, with their keys.

    The first seed is asked. What a tuning starts from is asked in the same context, unless another
    approach is just that, or the tuning gave it a classification head that was not there before.
    """
    if not study.ask or job.seed != study.seed:
        return {}
    files = {ANSWERS: asked_key(study, job, base, data_hash)}
    if has_before(study, job.approach):
        key = asked_key(start_of(study, job.approach), job, base, data_hash)
        if key not in others(study, job, base, data_hash):
            files[BEFORE] = key
    return files


def has_before(study: Study, name: str) -> bool:
    """Whether there is an untuned state of an approach that can answer as it does."""
    start = start_of(study, name)
    return study.approaches[name].tune is not None and labels(study, name) == labels(start, name)


def others(study: Study, job: Job, base: Base, data_hash: str) -> dict[str, str]:
    """Keys of the answers of all other approaches, with the approaches' names."""
    found: dict[str, str] = {}
    for name in study.approaches:
        if name != job.approach:
            key = asked_key(study, Job(name, study.seed), base, data_hash)
            found.setdefault(key, name)
    return found


def has_asked(study: Study, job: Job, folder: Path, base: Base, data_hash: str) -> bool:
    """Whether a job has answered all that is asked of it."""
    place = job.place(folder)
    files = wanted(study, job, base, data_hash).items()
    return all(read_asked(place, name, key) is not None for name, key in files)


def read_asked(place: Place, name: str, key: str) -> list[Prediction] | None:
    """The answers in a file, in the order of the prompts; None unless all are there."""
    kept = read_kept(place, name, key)
    if kept is None or len(kept["answers"]) < kept["prompts"]:
        return None
    found = [Prediction.from_json(row) for row in kept["answers"]]
    return sorted(found, key=lambda item: int(item.example_id.removeprefix("ask-")))


def read_kept(place: Place, name: str, key: str) -> dict[str, Any] | None:
    """What a file holds, where its key is today's."""
    path = place.path / name
    if not path.exists():
        return None
    kept: dict[str, Any] = read_json(path)
    return kept if kept.get("key") == key else None


def ask(
    study: Study, job: Job, folder: Path, data: Data, base: Base, loaded: Loaded, progress: Progress
) -> None:
    """Put the prompts to an approach whose weights are loaded; goes on where a kill left it."""
    key = wanted(study, job, base, data.hash).get(ANSWERS)
    if key is not None and read_asked(job.place(folder), ANSWERS, key) is None:
        answer(study, job, job.place(folder), ANSWERS, key, data, base, loaded, progress)


def ask_before(
    study: Study, job: Job, folder: Path, data: Data, base: Base, progress: Progress
) -> None:
    """Put the prompts to what a tuning starts from, which is loaded for it where that is needed."""
    key = wanted(study, job, base, data.hash).get(BEFORE)
    if key is None or read_asked(job.place(folder), BEFORE, key) is not None:
        return
    from etude.engine.load import load

    start = start_of(study, job.approach)
    used = precision(start, job.approach)
    loaded = load(base, study.model, used, layers(start, job, folder))
    answer(start, job, job.place(folder), BEFORE, key, data, base, loaded, progress)


def answer(
    study: Study,
    job: Job,
    place: Place,
    name: str,
    key: str,
    data: Data,
    base: Base,
    loaded: Loaded,
    progress: Progress,
) -> None:
    """Answer what is not answered yet, batch by batch, each kept as soon as it is there.

    Batches depend on all prompts, so that an interrupted run writes what a whole one would.
    """
    from etude.approaches.context import context_of
    from etude.engine.batching import Asked, batches_in, plan_batches
    from etude.engine.capacity import rows_at_once
    from etude.engine.context import prompt_room
    from etude.engine.encode import encode_pairs

    examples = questions(study)
    room = prompt_room(loaded.speaker, study.generation.max_tokens, loaded.labels)
    context = context_of(study, job.approach, data, base, place.folder)
    asked = [Asked(*pair) for pair in encode_pairs(loaded.speaker, examples, context, room)]
    kept = read_kept(place, name, key)
    answers: list[dict[str, Any]] = kept["answers"] if kept is not None else []
    done = {row["example_id"] for row in answers}
    prompts = {item.example.id: item.prompt.text for item in asked}
    for batch in batches_in(plan_batches(asked, rows_at_once(loaded, study.generation)), asked):
        if batch[0].example.id not in done:
            answers += [item.to_json() for item in answered(study, job, loaded, batch)]
            whole = {"key": key, "prompts": len(examples), "rendered": prompts, "answers": answers}
            write_json(place.path / name, whole)
        progress("asking", len(answers), len(examples), "")


def answered(study: Study, job: Job, loaded: Loaded, batch: Sequence[Any]) -> list[Prediction]:
    """One batch; what was not expected has no likelihood."""
    from etude.engine.classify import classify_batch
    from etude.engine.generate import predict_batch

    if loaded.labels is not None:
        found = classify_batch(loaded, batch, approach=job.approach, seed=job.seed)
    else:
        found = predict_batch(
            loaded,
            batch,
            study.generation,
            approach=job.approach,
            seed=job.seed,
            sampling_seed=job.seed,
        )
    expected = {item.example.id for item in batch if item.example.references[0]}
    return [item if item.example_id in expected else unexpected(item) for item in found]


def unexpected(item: Prediction) -> Prediction:
    """An answer without the likelihood of a reference that is none."""
    return replace(item, reference_logprob=None, reference_tokens=None, reference_bytes=None)
