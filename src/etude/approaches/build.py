"""From an approach to a function that answers examples."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from etude.approaches.context import context_of
from etude.approaches.documents import retrieval_key
from etude.approaches.keys import prediction_key, weights_done, weights_key
from etude.approaches.order import Job, layers, maker, precision
from etude.approaches.retrieved import retrieved_folder
from etude.approaches.tuning import tune_weights
from etude.config.precision import recorded
from etude.config.study import Study
from etude.data import Data
from etude.engine import processes
from etude.engine.base import Base
from etude.engine.batching import Asked, Rows, batches_in, plan_batches, prefixes
from etude.engine.capacity import rows_at_once
from etude.engine.classify import classify_batch
from etude.engine.context import prompt_room
from etude.engine.encode import encode_pairs
from etude.engine.generate import predict_batch
from etude.engine.library import can_read_ahead
from etude.engine.load import Loaded, load
from etude.engine.reading import Prefix, read_prefix
from etude.environment import revision, versions
from etude.memory import MEGABYTE
from etude.progress import Progress, watched
from etude.records import Example, Prediction
from etude.store import (
    Place,
    begin_predictions,
    bring_back,
    previous_of,
    write_atomically,
)
from etude.training.batch_size import halved, out_of_memory
from etude.training.shares import rounds

Predict = Callable[[Sequence[Example]], Iterator[list[Prediction]]]
Answering = Callable[[list[Asked]], list[Prediction]]


def make_weights(
    study: Study, job: Job, folder: Path, data: Data, base: Base, progress: Progress
) -> Loaded:
    """The model with the weights that a job uses, tuned first if that is not done yet."""
    name = maker(study, job.approach)
    if name is not None:
        tuning = Job(name, job.seed)
        key = weights_key(study, tuning, base, data.hash)
        place = tuning.place(folder)
        if processes.is_first() and weights_done(previous_of(place.path) / "weights", key):
            bring_back(place.path)  # a setting was changed and changed back
        processes.wait()
        if not weights_done(place.weights, key):
            tune_weights(study, tuning, folder, key, data, base, progress)
    return load(base, study.model, precision(study, job.approach), layers(study, job, folder))


def build(
    study: Study,
    job: Job,
    folder: Path,
    data: Data,
    base: Base,
    loaded: Loaded,
    progress: Progress,
    run_folder: Path | None = None,
) -> Predict:
    """A function that answers examples, batch by batch, going on where a kill left it.

    A trial of a search keeps its answers in a `folder` of its own, apart from the `run_folder`.
    """
    context = context_of(study, job.approach, data, base, run_folder or folder)
    key = prediction_key(study, job, base, data.hash)
    place = job.place(folder)

    def predict(examples: Sequence[Example]) -> Iterator[list[Prediction]]:
        room = prompt_room(loaded.speaker, study.generation.max_tokens, loaded.labels)
        shown = watched(examples, "encoding", progress)
        asked = [Asked(*pair) for pair in encode_pairs(loaded.speaker, shown, context, room)]
        waiting = begin(place, key, asked, rows_at_once(loaded, study.generation))
        shared = prefixes(asked) if can_read_ahead(loaded) else {}
        prefix: Prefix | None = None

        def answer(batch: list[Asked]) -> list[Prediction]:
            nonlocal prefix
            if loaded.labels is not None:
                return classify_batch(loaded, batch, approach=job.approach, seed=job.seed)
            begins = shared.get(batch[0].example.id, ())
            if begins != (prefix.tokens if prefix is not None else ()):
                prefix = read_prefix(loaded, begins) if begins else None
            return predict_batch(
                loaded,
                batch,
                study.generation,
                approach=job.approach,
                seed=job.seed,
                sampling_seed=job.seed,
                prefix=prefix,
            )

        done = len(examples) - sum(len(batch) for batch in waiting)
        progress("answering", done, len(examples), "")
        careful = as_memory_allows(answer, job.approach)
        for answers in in_turns(list(batches_in(waiting, asked)), careful):
            yield answers
            done += len(answers)
            progress("answering", done, len(examples), "")

    return predict


def begin(place: Place, key: str, asked: Sequence[Asked], rows: int | Rows) -> list[list[str]]:
    """Write the prompts and freeze the batches; returns those still to do.

    Of several processes the first does it. There are as many batches as processes at least, so that
    none stands by where there is work for it.
    """
    if processes.is_first():
        if processes.count() > 1:
            rows = at_most(rows, -(-len(asked) // processes.count()))
        write_atomically(place.prompts, "".join(rendered(item) for item in asked))
        return processes.from_first(begin_predictions(place, key, plan_batches(asked, rows)))
    return processes.from_first([])


def at_most(rows: int | Rows, limit: int) -> int | Rows:
    """Rows of a batch, and no more than a limit."""
    if callable(rows):
        return lambda longest, known: min(limit, rows(longest, known))
    return min(limit, rows)


def as_memory_allows(answer: Answering, name: str) -> Answering:
    """Answer a batch in parts where memory does not suffice for all of it, from there on.

    The frozen plan of batches stays as it is: a run that goes on would fail at the same batch
    for ever. A line in the log tells, since in bf16 the last digits depend on what shares a batch.
    """
    most: int | None = None

    def answer_in_parts(batch: list[Asked]) -> list[Prediction]:
        nonlocal most
        done: list[Prediction] = []
        while len(done) < len(batch):
            part = batch[len(done) : len(done) + (most or len(batch))]
            found = found_or_nothing(answer, part)
            if found is None:
                most = halved(len(part))
                told = f"no memory for {len(part)} answers at once, going on with {most}"
                sys.stderr.write(f"{name}: {told}\n")
            done += found or []
        return done

    return answer_in_parts


def found_or_nothing(answer: Answering, batch: list[Asked]) -> list[Prediction] | None:
    """The answers to a batch, or None when there is no memory for more than one at once."""
    try:
        return answer(batch)
    except (RuntimeError, MemoryError) as error:
        if len(batch) == 1 or not out_of_memory(error):
            raise
    return None


def in_turns(batches: Sequence[list[Asked]], answer: Answering) -> Iterator[list[Prediction]]:
    """The answers to all batches, in their order; the processes take turns at batches.

    What is yielded in the first process is all of it; the others yield nothing. A round is over
    when each process has answered a batch.
    """
    for numbers in rounds(len(batches), processes.count()):
        number = numbers[processes.rank()]
        mine = answer(batches[number]) if number is not None else []
        yield from (part for part in processes.to_first(mine) or () if part)


def rendered(item: Asked) -> str:
    """A line of `prompts.test.jsonl`: the prompt as the model got it."""
    row: dict[str, Any] = {
        "example_id": item.example.id,
        "prompt": item.prompt.text,
        "prompt_tokens": len(item.prompt.ids),
        "truncated_tokens": item.prompt.truncated_tokens,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def facts(study: Study, job: Job, base: Base, data: Data, loaded: Loaded) -> dict[str, Any]:
    """What a manifest says of predictions: their key, and where they came from.

    `retrieved` is the folder in RUN/retrieved that their passages stand in.
    """
    retrieves = study.approaches[job.approach].retrieve is not None
    key = retrieval_key(study, job.approach, base, data.hash) if retrieves else None
    return {
        "retrieved": retrieved_folder(Path(), key).name if key is not None else None,
        "key": prediction_key(study, job, base, data.hash),
        "weights_key": weights_key(study, job, base, data.hash),
        "data_hash": data.hash,
        "base": {"name": base.name, "digest": base.digest},
        "precision": recorded(loaded.precision),
        "weights_mb": loaded.weights_bytes / MEGABYTE,
        "device": str(loaded.device),
        "processes": processes.count(),
        "markup": loaded.speaker.markup.name,
        "template": loaded.speaker.markup.template,
        "folds_system": loaded.speaker.markup.folds_system,
        "versions": versions(),
        "revision": revision(),
    }
