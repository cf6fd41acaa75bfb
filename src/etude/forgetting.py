"""General text before and after tunings, where the process that held the model has not measured it.

Usually it has: this is for runs of older versions, for another text, and for a study without an
untuned approach, whose base nobody has loaded as it is.
"""

from __future__ import annotations

from pathlib import Path

from etude.approaches.general import is_measured
from etude.approaches.order import in_order
from etude.child import in_child
from etude.config import Study
from etude.data import Data
from etude.display import Display
from etude.engine.base import Base
from etude.errors import ChildFailed, UserError
from etude.store import is_predicted


def measure_general(study: Study, folder: Path, base: Base, data: Data, display: Display) -> None:
    """Measure what is missing, a child process for each. What fails is said, and stops nothing."""
    for job, *_ in in_order(study):
        here = job.seed == study.seed and is_predicted(job.place(folder))
        if not here or is_measured(study, job, folder, base, data.hash):
            continue
        task = {
            "do": "general text",
            "study": study.model_dump(mode="json"),
            "folder": str(folder.absolute()),
            "job": (job.approach, job.seed),
        }
        title = f"{job.approach}, general text"
        try:
            with display.working(title) as progress:
                in_child(task, folder.absolute() / "log.txt", progress)
        except (ChildFailed, UserError) as error:
            display.say(f"{title}: {error}; going on without it.")
