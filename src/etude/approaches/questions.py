"""The prompts of `ask` as examples: what every approach is asked, and no score counts."""

from __future__ import annotations

from etude.approaches.keys import context_settings
from etude.config.asking import Question
from etude.config.study import Study
from etude.errors import UserError
from etude.prompts.templates import columns_of
from etude.records import Example, Message


def questions(study: Study) -> list[Example]:
    """What is asked, as examples; their ids are `ask-1`, `ask-2`, ..."""
    return [question(study, number, asked) for number, asked in enumerate(study.ask, 1)]


def question(study: Study, number: int, asked: Question) -> Example:
    """One prompt as an example; an expected answer is its reference."""
    return Example(
        id=f"ask-{number}",
        task="ask",
        messages=(Message("user", asked.input),),
        references=(asked.expected or "",),
        choices=study.data.labels,
        metadata={"instruction": asked.input, "input": "", **asked.columns},
    )


def check_questions(study: Study) -> None:
    """Refuse prompts that lack a column which some approach's template names."""
    for name in study.approaches:
        template = context_settings(study, name)[0].template
        for number, asked in enumerate(study.ask):
            known = {"text", "instruction", "input", *asked.columns}
            for column in columns_of(template, f"approaches.{name}.prompt.template"):
                if column not in known:
                    raise UserError(
                        f"ask.{number}: the template of {name} is {template!r}, and this prompt "
                        f"has no {column}: write it as {{input: ..., columns: {{{column}: ...}}}}."
                    )
            retrieve = study.approaches[name].retrieve
            searched = retrieve.query if retrieve is not None and retrieve.query else ""
            for column in columns_of(searched, f"approaches.{name}.retrieve.query"):
                if column not in known:
                    raise UserError(
                        f"ask.{number}: {name} searches for {searched!r}, and this prompt has no "
                        f"{column}: write it as {{input: ..., columns: {{{column}: ...}}}}."
                    )
