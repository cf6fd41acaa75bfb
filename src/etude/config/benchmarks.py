"""`benchmarks`: known tests of language models, scored by lm-evaluation-harness."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Name, Settings


class Mmlu(Settings):
    """MMLU as tables: `dev/SUBJECT_dev.csv` and `test/SUBJECT_test.csv` in one folder.

    With a header (question, choice0 to choice3, answer 0 to 3), or as first published: no header,
    answer A to D.
    """

    kind: Literal["mmlu"]
    """Four choices, of which the likeliest letter counts."""
    folder: str
    """The folder with `dev` and `test`."""
    only: tuple[str, ...] = ()
    """These subjects; all that are there when not given."""


class Bbh(Settings):
    """BIG-Bench Hard as JSON: `bbh/TASK.json`, and `cot-prompts/TASK.txt` beside it."""

    kind: Literal["bbh"]
    """The answer is written, and must be the target word for word."""
    folder: str
    """The folder with `bbh` and `cot-prompts`."""
    only: tuple[str, ...] = ()
    """These tasks; all that are there when not given."""
    chain_of_thought: bool = False
    """Show worked examples with their reasoning, and read the answer from what is reasoned."""


Files = Annotated[Mmlu | Bbh, Field(discriminator="kind")]


class Benchmarks(Settings):
    """Benchmarks that base and tuned weights are scored by, without any approach's own prompt."""

    tasks: tuple[str, ...] = ()
    """Names of lm-evaluation-harness (tasks, groups, tags), `glue`, `superglue`, `mmlu`, `bbh`,
    `helm-lite`, or `NAME` and `NAME_TASK` of `files`. All of `files` when not given."""
    files: dict[Name, Files] = Field({})
    """Benchmarks from local files, under names of your own."""
    limit: int | None = Field(None, ge=1)
    """The first so many documents of each task; all of them when not given."""
    shots: int | None = Field(None, ge=0, le=64)
    """Worked examples before each document; the task's own number when not given."""
    chat: bool = False
    """Write each document as turns with the model's markup, rather than as bare text."""
    batch_size: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Documents at once; `auto` is as many as the memory holds, up to where it pays."""
    online: bool = False
    """Fetch what is not on this machine from the Hugging Face hub. Nothing is sent to it."""

    @model_validator(mode="after")
    def names_something(self) -> Benchmarks:
        if not self.tasks and not self.files:
            raise Misplaced(
                ("tasks",), "names no benchmark: list tasks (mmlu, glue, ...) or local files"
            )
        return self
