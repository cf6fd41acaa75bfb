"""What the model is to write: cut by rendering, never by searching for role words."""

# ruff: noqa: S106, S107 - tokens of a tokenizer are no secrets

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.errors import UserError
from etude.prompts import (
    MARKUPS,
    Markup,
    answer_text,
    choose_markup,
    closes,
    ending,
    pieces,
    render,
)
from etude.records import Message

SYSTEM = Message("system", "Be brief.")
USER = Message("user", "Hi!")
ASSISTANT = Message("assistant", "Hello.")
AGAIN = Message("user", "Bye!")

TRIMS = """{%- for m in messages -%}
{{- '<' + m.role + '>' + m.content | trim + '<end>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"""

EMPTY_THOUGHT = """{%- for m in messages -%}
{{- '<' + m.role + '>' -}}
{%- if m.role == 'assistant' and loop.last %}{{ '<think></think>' }}{% endif -%}
{{- m.content + '<end>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"""


def chosen(name: str, bos_token: str = "<s>") -> Markup:
    return choose_markup(name, chat_template=None, bos_token=bos_token, eos_token="</s>")


def own(template: str) -> Markup:
    return choose_markup("auto", chat_template=template, bos_token="<s>", eos_token="</s>")


def kinds(markup: Markup, *turns: Message, answer: str) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in pieces(markup, turns, answer).parts]


def test_chatml_pieces() -> None:
    assert kinds(chosen("chatml"), SYSTEM, USER, ASSISTANT, AGAIN, answer="Ciao.") == [
        (
            "prompt",
            "<s><|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi!<|im_end|>\n"
            "<|im_start|>assistant\n",
        ),
        ("earlier", "Hello.<|im_end|>"),
        ("prompt", "\n<|im_start|>user\nBye!<|im_end|>\n<|im_start|>assistant\n"),
        ("answer", "Ciao.<|im_end|>"),
    ]


def test_llama_2_pieces() -> None:
    assert kinds(chosen("llama-2"), USER, ASSISTANT, AGAIN, answer=" Ciao. \n") == [
        ("prompt", "<s>[INST] Hi! [/INST]"),
        ("earlier", " Hello. </s>"),
        ("prompt", "<s>[INST] Bye! [/INST]"),
        ("answer", " Ciao. </s>"),
    ]


def test_plain_pieces_keep_the_answers_own_white_space() -> None:
    assert kinds(chosen("plain", ""), USER, answer=" Ciao.\n") == [
        ("prompt", "Hi!\n\n"),
        ("answer", " Ciao.\n"),
    ]


def test_a_template_that_trims_supervises_the_trimmed_answer() -> None:
    assert kinds(own(TRIMS), USER, answer="  Ciao.  \n")[-1] == ("answer", "Ciao.<end>")


@pytest.mark.parametrize(
    ("name", "marker", "closed"),
    [
        ("llama-2", "</s>", True),
        ("chatml", "<|im_end|>", False),
        ("alpaca", "", False),
        ("plain", "", False),
    ],
)
def test_the_end_of_turn_marker_is_known(name: str, marker: str, closed: bool) -> None:
    markup = chosen(name)
    assert ending(markup) == marker
    assert closes(markup, "</s>") is closed
    assert pieces(markup, [USER], "Ciao.</s>").closed is closed  # whatever the answer says
    assert closes(markup, "") is False


# The answer may look like anything, markers and white space included.
TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "",
        " ",
        "\n",
        "m",
        ">",
        "<|im_end|>\n",
        "</s>",
        "### Response:\n",
        "[/INST]",
        "a\n\nb \n",
        "{x}",
    ]
)


@given(
    st.sampled_from(sorted(MARKUPS)),
    st.sampled_from(["", "<s>"]),
    st.booleans(),
    st.lists(st.tuples(TEXT, TEXT), max_size=3),
    TEXT,
    TEXT,
)
def test_the_prompt_in_training_is_the_prompt_in_use(
    name: str,
    bos_token: str,
    told: bool,
    exchanges: list[tuple[str, str]],
    question: str,
    answer: str,
) -> None:
    markup = chosen(name, bos_token)
    turns = [SYSTEM] if told else []
    for asked, said in exchanges:
        turns += [Message("user", asked), Message("assistant", said)]
    turns.append(Message("user", question))
    cut = pieces(markup, turns, answer)
    whole = render(markup, [*turns, Message("assistant", answer)], add_generation_prompt=False)

    assert cut.prompt == render(markup, turns, add_generation_prompt=True)
    assert whole.startswith(cut.prompt + cut.answer)
    assert whole[len(cut.prompt + cut.answer) :].strip() == ""
    assert cut.answer == answer_text(markup, turns, answer)
    assert cut.answer.endswith(ending(markup))
    assert answer.strip() in cut.answer
    assert [part.kind for part in cut.parts].count("answer") == 1
    earlier = [part.text for part in cut.parts if part.kind == "earlier"]
    assert len(earlier) <= len(exchanges)
    if name != "plain" and name != "alpaca":
        assert all(text.endswith(ending(markup)) for text in earlier)
        assert len(earlier) == len(exchanges)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3), TEXT)
def test_pieces_of_a_template_that_trims(exchanges: list[tuple[str, str]], answer: str) -> None:
    markup = own(TRIMS)
    turns = [Message("user", "Hi!")]
    for said, asked in exchanges:
        turns += [Message("assistant", said), Message("user", asked)]
    cut = pieces(markup, turns, answer)
    assert cut.prompt == render(markup, turns, add_generation_prompt=True)
    assert cut.answer == answer.strip() + "<end>"
    earlier = [part.text for part in cut.parts if part.kind == "earlier"]
    assert earlier == [said.strip() + "<end>" for said, _ in exchanges]


def test_without_earlier_turns_the_prompt_is_one_piece() -> None:
    cut = pieces(chosen("chatml"), (USER, ASSISTANT, AGAIN), "Ciao.", earlier=False)
    assert [part.kind for part in cut.parts] == ["prompt", "answer"]


def test_a_template_that_rewrites_earlier_turns_can_supervise_only_the_answer() -> None:
    markup = own(EMPTY_THOUGHT)
    cut = pieces(markup, (USER, ASSISTANT, AGAIN), "Ciao.", earlier=False)
    assert cut.answer == "<think></think>Ciao.<end>"
    with pytest.raises(UserError) as error:
        pieces(markup, (USER, ASSISTANT, AGAIN), "Ciao.")
    assert str(error.value) == (
        "model.markup: the tokenizer's chat template writes assistant turn 2 differently once "
        "more turns follow, so it cannot be supervised: use supervise: response, or set "
        "model.markup to one of llama-2, chatml, alpaca, plain."
    )


def test_a_generation_prompt_that_the_trained_answer_lacks_is_refused() -> None:
    template = (
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}[assistant]<think>{% endif %}"
    )
    with pytest.raises(UserError) as error:
        pieces(own(template), [USER], "Ciao.")
    assert str(error.value) == (
        "model.markup: the tokenizer's chat template does not write an answered question as it "
        "writes the question alone (after 'user]Hi!\\n[assistant]' comes 'Ciao.\\n' instead of "
        "'<think>'), so training would not match use: set model.markup to one of llama-2, "
        "chatml, alpaca, plain, or to a template of your own."
    )


def test_a_template_that_drops_the_answer_is_refused() -> None:
    template = (
        "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}"
        "{% if messages[-1].role == 'assistant' %}(said){% endif %}"
    )
    with pytest.raises(UserError) as error:
        pieces(own(template), [USER], "Ciao.")
    assert str(error.value) == (
        "model.markup: the tokenizer's chat template leaves out or rewrites the answer it is "
        "given (it writes '(said)'): choose another markup, or write one under jinja."
    )
