"""Task prompts, system prompts and worked examples make the turns."""

from __future__ import annotations

import pytest

from etude.config.study import Prompt
from etude.errors import UserError
from etude.prompts import compose, user_turns
from etude.records import Example, Message


def example(name: str = "a", *turns: Message, **metadata: str) -> Example:
    return Example(
        id=name,
        task="songs",
        messages=turns or (Message("user", f"Sing {name}."),),
        references=(f"la {name}", "second"),
        metadata=metadata,
    )


AS_IT_IS = Prompt()
SYSTEM = Message("system", "came with the row")
TALK = (SYSTEM, Message("user", "one"), Message("assistant", "two"), Message("user", "three"))


def test_the_default_template_leaves_the_turns_as_they_are() -> None:
    talk = example("a", *TALK)
    assert user_turns(talk, AS_IT_IS) == TALK


def test_a_template_rewrites_the_last_user_turn() -> None:
    talk = example("a", *TALK, title="Águas")
    turns = user_turns(talk, Prompt(template="{title}: {text} {{}}"))
    assert turns == (*TALK[:3], Message("user", "Águas: three {}"))


def test_instruction_and_input_are_columns() -> None:
    prompt = Prompt(template="[{instruction}|{input}|{text}]")
    mapped = example("a", Message("user", "Do\n\nthis"), instruction="Do", input="this")
    assert user_turns(mapped, prompt)[0].content == "[Do|this|Do\n\nthis]"
    asked = example("a", Message("user", "Do"), instruction="Do")
    assert user_turns(asked, prompt)[0].content == "[Do||Do]"
    given = example("a", Message("user", "this"), input="this")
    assert user_turns(given, prompt)[0].content == "[|this|this]"
    assert user_turns(example("a"), prompt)[0].content == "[Sing a.||Sing a.]"


def test_text_is_the_whole_turn_even_where_a_column_is_called_so() -> None:
    row = example("a", Message("user", "Summarise: x"), text="x")
    assert user_turns(row, Prompt(template="<{text}>"))[0].content == "<Summarise: x>"


def test_an_unknown_column_names_the_example_and_the_nearest() -> None:
    with pytest.raises(UserError) as error:
        user_turns(example("song-12", title="x"), Prompt(template="{titel}"))
    assert str(error.value) == (
        "prompt.template, example 'song-12': there is no column 'titel' to fill {titel} in the "
        "template '{titel}'; did you mean 'title'? Known: input, instruction, text, title."
    )


def test_a_template_needs_a_user_turn() -> None:
    with pytest.raises(UserError) as error:
        user_turns(example("a", SYSTEM), Prompt(template="{text}!"))
    assert str(error.value) == (
        "prompt.template: example 'a' has no user turn to write: give its row an instruction, or "
        "leave the template out."
    )


def test_shots_are_turns_with_their_first_reference() -> None:
    shot = example("s", SYSTEM, Message("user", "Sing s."), title="S")
    turns = compose(
        example("a", title="A"),
        prompt=Prompt(template="Title {title}"),
        system="Be kind.",
        shots=[shot, example("t", title="T")],
    )
    assert turns == (
        Message("system", "Be kind."),
        Message("user", "Title S"),
        Message("assistant", "la s"),
        Message("user", "Title T"),
        Message("assistant", "la t"),
        Message("user", "Title A"),
    )


@pytest.mark.parametrize(
    ("system", "opening"),
    [
        (None, (SYSTEM,)),
        ("Be kind.", (Message("system", "Be kind."),)),
        ("", ()),
    ],
)
def test_a_system_prompt_replaces_the_rows_own(
    system: str | None, opening: tuple[Message, ...]
) -> None:
    turns = compose(example("a", *TALK), prompt=AS_IT_IS, system=system, shots=[])
    assert turns == (*opening, *TALK[1:])


def test_the_rows_system_turn_stands_before_the_shots() -> None:
    turns = compose(example("a", *TALK), prompt=AS_IT_IS, system=None, shots=[example("s")])
    assert [turn.role for turn in turns[:3]] == ["system", "user", "assistant"]


def test_a_shot_without_an_answer_is_refused() -> None:
    silent = Example("s", "songs", (Message("user", "?"),), ())
    with pytest.raises(UserError) as error:
        compose(example(), prompt=AS_IT_IS, system=None, shots=[silent])
    assert str(error.value) == (
        "shots: training example 's' has no response to show: give its row one, or name other "
        "examples in shots.ids."
    )
