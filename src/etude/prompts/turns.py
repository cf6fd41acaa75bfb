"""The turns that are put to a model: task prompt, system prompt and worked examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etude.config.study import Prompt
from etude.errors import UserError
from etude.prompts.templates import fill
from etude.records import Example, Message

AS_IT_IS = "{text}"


def user_turns(example: Example, prompt: Prompt) -> tuple[Message, ...]:
    """The example's turns, the last user turn written by the prompt's template.

    The template may name every column of the row, `{text}` (the last user turn as it is, even
    where a column bears that name), `{instruction}` and `{input}`; a row without these two
    columns has its whole text as instruction and an empty input.
    """
    if prompt.template == AS_IT_IS:
        return example.messages
    last = max(
        (place for place, turn in enumerate(example.messages) if turn.role == "user"), default=None
    )
    if last is None:
        raise UserError(
            f"prompt.template: example '{example.id}' has no user turn to write: give its row "
            "an instruction, or leave the template out."
        )
    text = example.messages[last].content
    own = {"instruction": text, "input": ""}
    if "instruction" in example.metadata or "input" in example.metadata:
        own = {"instruction": "", "input": ""}
    columns = {**own, **example.metadata, "text": text}
    written = fill(prompt.template, columns, f"prompt.template, example '{example.id}'")
    return (*example.messages[:last], Message("user", written), *example.messages[last + 1 :])


Turns = tuple[Message, ...]


def as_they_are(example: Example, turns: Turns) -> Turns:
    """Turns without passages."""
    del example
    return turns


def first_reference(example: Example) -> str:
    """What training supervises, and a worked example shows."""
    return example.references[0]


def compose(
    example: Example,
    *,
    prompt: Prompt,
    system: str | None,
    shots: Sequence[Example],
    add: Callable[[Example, Turns], Turns] = as_they_are,
    answer: Callable[[Example], str] = first_reference,
) -> Turns:
    """All turns before the answer: system, worked examples, the example's own turns.

    A `system` that is given takes the place of a system turn that came with the row; "" removes
    it. A worked example gives its turns, without any system turn, and its first reference as
    the assistant's answer, as `answer` writes it. `add` puts to an example's turns what was
    retrieved for it.
    """
    turns = add(example, user_turns(example, prompt))
    if system is not None:
        opening: tuple[Message, ...] = (Message("system", system),) if system else ()
    else:
        opening = tuple(turn for turn in turns if turn.role == "system")
    worked: list[Message] = []
    for shot in shots:
        if not shot.references:
            raise UserError(
                f"shots: training example '{shot.id}' has no response to show: give its row one, "
                "or name other examples in shots.ids."
            )
        spoken = add(shot, user_turns(shot, prompt))
        worked += [turn for turn in spoken if turn.role != "system"]
        worked.append(Message("assistant", answer(shot)))
    return (*opening, *worked, *(turn for turn in turns if turn.role != "system"))
