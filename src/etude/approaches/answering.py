"""An approach of a finished run, opened: new questions, answered as the study's were.

Prompt, worked examples, passages and weights are made by the functions that the study itself uses;
the passages are searched for in the index that the run was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from etude.approaches.asking import answered
from etude.approaches.documents import vouch
from etude.approaches.keys import context_settings
from etude.approaches.order import Job, layers, precision
from etude.approaches.questions import question
from etude.approaches.retrieved import is_retrieved, passages_with, row_of
from etude.approaches.retrieving import hits_for, open_index
from etude.approaches.worked import shots_of
from etude.config import load_study
from etude.config.asking import Question, worded
from etude.config.study import Study
from etude.data import read_data
from etude.engine.base import Base, find_base
from etude.engine.batching import Asked, batches_in, plan_batches
from etude.engine.capacity import rows_at_once
from etude.engine.context import Context, prompt_room
from etude.engine.encode import encode_pairs
from etude.engine.load import Loaded, load
from etude.engine.streaming import stream
from etude.errors import UserError, nearest
from etude.metrics.citations import cited
from etude.progress import Progress, silent
from etude.records import Example, Hit, Message, Prediction

if TYPE_CHECKING:
    from etude.retrieval.index import Index

Asking = str | Mapping[str, object]  # a text, or `{input: ..., columns: {...}}` as under `ask`


@dataclass(frozen=True, slots=True)
class Prompted:
    """A question in its prompt, and the passages that stand there, `[1]` first."""

    asked: Asked
    passages: tuple[Hit, ...]

    @property
    def characters(self) -> list[int | None]:
        """How many characters of each of the passages stand there; None for all of them."""
        found = self.asked.prompt.passages
        return [passage.characters for passage in found if passage.shown]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, the passages that stood in its prompt (`[1]` first), and which of them it cites.

    `prediction` has the rest, as a study records it (tokens, label, how the answer ended);
    `prompt` is what the model read.
    """

    text: str
    passages: tuple[Hit, ...]
    cited: tuple[int, ...]
    prompt: str
    prediction: Prediction


@dataclass(slots=True)
class OpenApproach:
    """An approach that is ready to answer. Close it when done."""

    study: Study
    job: Job
    loaded: Loaded
    index: Index | None
    shots: Callable[[Example], tuple[Example, ...]]

    @property
    def writes(self) -> bool:
        """Whether it writes its answers, and does not name classes."""
        return self.loaded.labels is None and not self.study.data.labels

    def answer(self, questions: Sequence[Asking]) -> list[Reply]:
        """Answer questions, as many at once as the memory holds.

        A question is a text, or `{"input": ..., "columns": {...}}` where the prompt's template, or
        what is searched for, names columns. UserError where one is missing.
        """
        examples = [self.example(asked, number) for number, asked in enumerate(questions, 1)]
        put = {item.asked.example.id: item for item in self.put(examples)}
        every = [item.asked for item in put.values()]
        found: dict[str, Prediction] = {}
        rows = rows_at_once(self.loaded, self.study.generation)
        for batch in batches_in(plan_batches(every, rows), every):
            made = answered(self.study, self.job, self.loaded, batch)
            found |= {item.example_id: item for item in made}
        return [reply(put[example.id], found[example.id]) for example in examples]

    def stream(self, asked: Asking) -> Iterator[str]:
        """The answer to one question in pieces, which together are what `answer` gives.

        UserError where the approach names classes.
        """
        if not self.writes:
            raise UserError(
                f"'{self.job.approach}' names classes, which are there whole or not at all: use "
                "answer."
            )
        (put,) = self.put([self.example(asked)])
        pieces = stream(self.loaded, put.asked.prompt.ids, self.study.generation)
        return (piece.text for piece in pieces)

    def example(
        self, asked: Asking, number: int = 1, turns: tuple[Message, ...] | None = None
    ) -> Example:
        """A question as an example; `turns` are those of a chat that ends with it."""
        try:
            given = Question.model_validate(worded(asked))
        except ValidationError:
            raise UserError(
                "A question is a text with something in it, or {'input': ..., 'columns': {...}} "
                f"with texts, but this one is {str(asked)[:60]!r}."
            ) from None
        made = question(self.study, number, given)
        return made if turns is None else replace(made, messages=turns)

    def put(self, examples: Sequence[Example]) -> list[Prompted]:
        """Examples in their prompts, with what is retrieved for them; in their order."""
        found = self._found(examples)
        passages = None
        if self.index is not None:
            passages = passages_with(
                self.study, self.job.approach, lambda example: found[row_of(example)]
            )
        prompt, system, _ = context_settings(self.study, self.job.approach)
        context = Context(prompt, system, self.shots, passages)
        room = prompt_room(
            self.loaded.speaker, self.study.generation.max_tokens, self.loaded.labels
        )
        put = []
        for pair in encode_pairs(self.loaded.speaker, examples, context, room):
            asked = Asked(*pair)
            shown = sum(passage.shown for passage in asked.prompt.passages)
            put.append(Prompted(asked, tuple(found.get(row_of(asked.example), ())[:shown])))
        return put

    def _found(self, examples: Sequence[Example]) -> dict[str, list[Hit]]:
        """What is retrieved for examples and for their worked examples."""
        retrieve = self.study.approaches[self.job.approach].retrieve
        if self.index is None or retrieve is None:
            return {}
        every = {
            row_of(item): item for example in examples for item in (example, *self.shots(example))
        }
        return hits_for(self.index, retrieve, list(every.values()))

    def close(self) -> None:
        """Let go of the index."""
        if self.index is not None:
            self.index.close()


def reply(put: Prompted, made: Prediction) -> Reply:
    """An answer with its passages; numbers that name none of them are not cited."""
    numbers = (number for number in cited(made.text) if 1 <= number <= len(put.passages))
    return Reply(made.text, put.passages, tuple(numbers), put.asked.prompt.text, made)


def open_approach(
    run: Path, name: str, *, seed: int | None = None, progress: Progress = silent
) -> OpenApproach:
    """Load an approach of a finished run (`seed`: the study's first), and open its index.

    The index is taken from the cache, or made again from the documents. UserError for an approach
    that is not there or was not finished, and where the documents were changed since.
    """
    study, job, base, loaded = load_approach(run, name, seed)
    data = read_data(run)
    index = None
    if study.approaches[name].retrieve is not None:
        vouch(run)
        if not is_retrieved(study, name, base, data.hash, run):
            raise UserError(
                f"{run} holds no passages that '{name}' found in its documents as they are now: "
                "put the documents back as they were, or run the study again."
            )
        index = open_index(study, name, base, data, progress)
    return OpenApproach(study, job, loaded, index, shots_of(study, name, data))


def load_approach(run: Path, name: str, seed: int | None = None) -> tuple[Study, Job, Base, Loaded]:
    """The study of a finished run, and an approach's model with the weights it was given.

    UserError for an approach that is not there or was not finished.
    """
    study = load_study(run / "study.yaml")
    if name not in study.approaches:
        raise UserError(f"{run} has no approach '{name}': {nearest(name, study.approaches)}.")
    job = Job(name, study.seed if seed is None else seed)
    weights = layers(study, job, run)
    for folder in weights:
        if not folder.is_dir():
            raise UserError(
                f"{run}: {folder} is not there, so '{name}' has no finished weights: finish "
                "the run, or name another seed."
            )
    base = find_base(study.model.base, study.model.revision)
    return study, job, base, load(base, study.model, precision(study, name), weights)
