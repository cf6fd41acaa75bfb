"""Run folders written without a model: frozen data, made-up answers, a report; in a second."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.approaches.keys import prediction_key
from etude.approaches.order import Job
from etude.config import Study
from etude.display import Display
from etude.engine.base import find_base
from etude.environment import versions
from etude.records import Prediction
from etude.result import Result
from etude.store import begin_predictions, save_predictions
from etude.study import open_data, report, write_study
from studies import settings, write_rows

QUIET = Display(quiet=True)


def made_study(folder: Path, **changes: Any) -> Study:
    """A study of prompted approaches (`told`, `silent`), of 80 rows; `changes` replace blocks."""
    rows = folder / "animals.jsonl"
    if not rows.exists():
        write_rows(rows, 80)
    given = settings(rows) | {"approaches": {"told": {"system": "Be short."}, "silent": {}}}
    given["data"]["split"] = {"dev": 6, "test": 40}
    given["metrics"] = ["rouge", "bleu"]
    return Study.model_validate(given | changes)


def made_run(folder: Path, study: Study, keeps: Mapping[str, float]) -> Result:
    """A finished run whose approaches keep so large a share of the references' words."""
    write_study(folder, study)
    data = open_data(study, folder, QUIET)
    base = find_base(study.model.base)
    for name, share in keeps.items():
        job = Job(name, study.seed)
        place = job.place(folder)
        chance = random.Random(f"{name} {share}")
        answers = [
            Prediction(
                example.id,
                name,
                study.seed,
                " ".join(
                    word if chance.random() < share else "moo"
                    for word in example.references[0].split()
                ),
                prompt_tokens=12,
                answer_tokens=6,
                finish="stop",
                seconds=0.25,
            )
            for example in data.test
        ]
        key = prediction_key(study, job, base, data.hash)
        place.path.mkdir(parents=True, exist_ok=True)
        begin_predictions(place, key, [[answer.example_id for answer in answers]])
        manifest = {
            "key": key,
            "base": {"name": base.name, "digest": base.digest},
            "data_hash": data.hash,
            "device": "cpu",
            "markup": "plain",
            "folds_system": False,
            "versions": versions(),
            "revision": "0" * 40,
        }
        save_predictions(place, [answers], manifest)
    return report(study, folder, {}, QUIET)
