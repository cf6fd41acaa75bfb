"""Role markup: the public formats, tokenizers' own templates, and a sandbox around both."""

# ruff: noqa: S106 - tokens of a tokenizer are no secrets

from __future__ import annotations

from datetime import datetime

import pytest

from etude.config.study import Jinja
from etude.errors import UserError
from etude.prompts import MARKUPS, Markup, choose_markup, ending, render
from etude.prompts.markup import fold_system
from etude.records import Message

SYSTEM = Message("system", "Be brief.")
USER = Message("user", "Hi, {you}!")
ASSISTANT = Message("assistant", "Hello.")
AGAIN = Message("user", "Bye <b>&")


def markup(template: str, name: str = "jinja") -> Markup:
    return Markup(name, template, "<s>", "</s>")


def chosen(setting: str | Jinja, chat_template: str | None = None) -> Markup:
    return choose_markup(setting, chat_template=chat_template, bos_token="<s>", eos_token="</s>")


# --- the public formats -----------------------------------------------------------------------

WRITTEN = {
    "llama-2": (
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi, {you}! [/INST] Hello. </s>"
        "<s>[INST] Bye <b>& [/INST]"
    ),
    "chatml": (
        "<s><|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi, {you}!<|im_end|>\n"
        "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nBye <b>&<|im_end|>\n"
        "<|im_start|>assistant\n"
    ),
    "alpaca": (
        "<s>Be brief.\n\n### Instruction:\nHi, {you}!\n\n### Response:\nHello.\n\n"
        "### Instruction:\nBye <b>&\n\n### Response:\n"
    ),
    "plain": "<s>Be brief.\n\nHi, {you}!\n\nHello.\n\nBye <b>&\n\n",
}


@pytest.mark.parametrize("name", MARKUPS)
def test_public_formats_are_written_exactly(name: str) -> None:
    turns = (SYSTEM, USER, ASSISTANT, AGAIN)
    assert render(chosen(name), turns, add_generation_prompt=True) == WRITTEN[name]


def test_alpaca_opens_with_its_own_sentences_where_no_system_turn_is() -> None:
    assert render(chosen("alpaca"), [USER], add_generation_prompt=True) == (
        "<s>Below is an instruction that describes a task. Write a response that appropriately "
        "completes the request.\n\n### Instruction:\nHi, {you}!\n\n### Response:\n"
    )


@pytest.mark.parametrize("name", MARKUPS)
def test_without_generation_prompt_a_conversation_ends_with_its_last_turn(name: str) -> None:
    text = render(chosen(name), [USER, ASSISTANT], add_generation_prompt=False)
    assert text.rstrip().endswith("Hello." + {"llama-2": " </s>"}.get(name, ending(chosen(name))))


def test_every_named_markup_of_the_study_file_has_a_template() -> None:
    from typing import get_args

    from etude.config import study

    names = {name for part in get_args(study.Markup) for name in get_args(part)}
    assert names == {"auto", *MARKUPS}


def test_llama_2_refuses_two_questions_in_a_row() -> None:
    with pytest.raises(UserError) as error:
        render(chosen("llama-2"), [USER, AGAIN], add_generation_prompt=True)
    assert str(error.value) == (
        "model.markup: the markup 'llama-2' refuses these turns (user, user), saying 'after an "
        "optional system turn, user and assistant must alternate': choose another markup, or "
        "other turns."
    )


# --- choosing ---------------------------------------------------------------------------------


def test_auto_is_the_tokenizers_own_template_or_plain() -> None:
    own = "{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}"
    assert chosen("auto", own).name == "tokenizer"
    assert chosen("auto", own).template == own
    assert chosen("auto").name == "plain"
    assert chosen("chatml", own).template == MARKUPS["chatml"]
    assert chosen(Jinja(jinja=own), None).name == "jinja"


def test_an_unknown_markup_names_the_nearest() -> None:
    with pytest.raises(UserError) as error:
        chosen("lama-2")
    assert str(error.value) == (
        "model.markup: 'lama-2' is no markup; did you mean 'llama-2'? Known: alpaca, auto, "
        "chatml, llama-2, plain, or a template of your own under jinja."
    )


# --- templates in the manner of well-known models, in our own writing --------------------------

HEADERS = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set told = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set told = '' %}
{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\n\n' + told + '<|eot_id|>' }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}
    {{- message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}
"""

NO_SYSTEM = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}{{ raise_exception('no system role here') }}{% endif %}
{%- for message in messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate') }}
    {%- endif %}
    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] %}
    {{- '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}
"""

DEAF = """{% for message in messages if message.role != 'system' %}
{{ message.role | upper }}: {{ message.content }}{{ eos_token }}
{% endfor %}
{% if add_generation_prompt %}
ASSISTANT: {% endif %}"""

BEFORE_LAST = """{%- if messages[0].role == 'system' -%}
{%- set told = messages[0].content + '\n\n' -%}{%- set rest = messages[1:] -%}
{%- else -%}{%- set told = '' -%}{%- set rest = messages -%}{%- endif -%}
{{- bos_token -}}
{%- for message in rest -%}
{%- if message.role == 'user' -%}
{{- '[INST] ' + (told if loop.index0 == (rest | length) - (1 if loop.length % 2 else 2) else '')
    + message.content + '[/INST]' -}}
{%- else -%}{{- ' ' + message.content + eos_token -}}{%- endif -%}
{%- endfor -%}"""

GENERATION = """{%- for message in messages %}
{%- if message.role == 'assistant' %}
<|assistant|>
{% generation %}
{%- set words = message.content %}
{{ words }}{{ eos_token }}
{% endgeneration %}
{%- else %}
<|{{ message.role }}|>
{{ message.content }}
{%- endif %}
{%- if loop.index > 40 %}{% break %}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}
<|assistant|>
{% endif %}"""

DICTIONARY = """{% set ns = namespace(n=0) %}
{%- macro turn(message) -%}
{{ dict(role=message.role, text=message.content) | tojson }}
{%- endmacro %}
{%- for message in messages %}
{%- set ns.n = ns.n + 1 %}
{{ ns.n }}. {{ turn(message) }} {{ message.get('name', 'nobody') }} {{ undefined_name }}
{%- if not loop.last %}{% continue %}{% endif %}
{{ {'b': [1, 'é'], 'a': none} | tojson(indent=2, sort_keys=true) }}
{%- endfor %}
{{ range(3) | join(',') }} {% if tools is none %}no tools{% endif %}"""

TEMPLATES = {
    "headers": HEADERS,
    "no system": NO_SYSTEM,
    "deaf": DEAF,
    "before last": BEFORE_LAST,
    "generation": GENERATION,
    "dictionary": DICTIONARY,
    **MARKUPS,
}


@pytest.mark.parametrize("add_generation_prompt", [True, False])
@pytest.mark.parametrize("name", TEMPLATES)
def test_rendering_equals_transformers(name: str, add_generation_prompt: bool) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    spaces = Message("user", "  padded \n")
    for turns in ([USER], [spaces], [USER, ASSISTANT], [USER, ASSISTANT, AGAIN]):
        theirs, _ = render_jinja_template(
            conversations=[[{"role": turn.role, "content": turn.content} for turn in turns]],
            chat_template=TEMPLATES[name],
            add_generation_prompt=add_generation_prompt,
            bos_token="<s>",
            eos_token="</s>",
        )
        ours = render(markup(TEMPLATES[name]), turns, add_generation_prompt=add_generation_prompt)
        assert ours == theirs[0]


def test_rendering_equals_a_tokenizers_apply_chat_template() -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel({"<s>": 0, "</s>": 1, "?": 2}, unk_token="?")),
        bos_token="<s>",
        eos_token="</s>",
        chat_template=HEADERS,
    )
    turns = (SYSTEM, USER, ASSISTANT, AGAIN)
    theirs = tokenizer.apply_chat_template(
        [{"role": turn.role, "content": turn.content} for turn in turns],
        tokenize=False,
        add_generation_prompt=True,
    )
    own = chosen("auto", tokenizer.chat_template)
    assert render(own, turns, add_generation_prompt=True) == theirs


def test_the_date_is_always_the_same_day() -> None:
    dated = markup("{{ strftime_now('%d %b %Y') }} {{ messages[0].content }}")
    assert render(dated, [USER], add_generation_prompt=True) == (
        datetime(2024, 7, 26).strftime("%d %b %Y") + " Hi, {you}!"
    )


# --- system texts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "folds"),
    [(HEADERS, False), (NO_SYSTEM, True), (DEAF, True), (BEFORE_LAST, False)],
)
def test_a_missing_system_role_is_found_by_trying(template: str, folds: bool) -> None:
    own = chosen("auto", template)
    assert own.folds_system is folds
    text = render(own, (SYSTEM, USER), add_generation_prompt=True)
    assert ("Be brief.\n\nHi, {you}!" in text) or not folds
    assert "Be brief." in text


@pytest.mark.parametrize("name", MARKUPS)
def test_our_own_markups_have_a_system_role(name: str) -> None:
    assert chosen(name).folds_system is False


def test_folding_loses_no_system_text() -> None:
    later = Message("system", "Now in Portuguese.")
    assert fold_system((SYSTEM, USER, ASSISTANT, later, AGAIN)) == (
        Message("user", "Be brief.\n\nHi, {you}!"),
        ASSISTANT,
        Message("user", "Now in Portuguese.\n\nBye <b>&"),
    )
    assert fold_system((USER, ASSISTANT, later))[-1] == Message("user", "Now in Portuguese.")


def test_a_template_that_drops_what_the_user_says_is_refused() -> None:
    last_only = markup("{{ messages[-1].content }}", "tokenizer")
    with pytest.raises(UserError) as error:
        render(last_only, [USER, ASSISTANT, AGAIN], add_generation_prompt=True)
    assert str(error.value) == (
        "model.markup: the tokenizer's chat template leaves out or rewrites a user turn "
        "('Hi, {you}!'): choose another markup, or write one under jinja."
    )


# --- broken and hostile templates --------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{% for m in messages %}\n{{ m.content }", "line 2: unexpected '}'"),
        ("{{ nothing.of.this }}", "'nothing' is undefined"),
        ("{{ messages[9].content.x }}", "list object has no element 9"),
        ("{{ messages.append(1) }}", "access to attribute 'append' of 'list' object is unsafe."),
        (
            "{{ ''.__class__.__mro__ }}",
            "access to attribute '__class__' of 'str' object is unsafe.",
        ),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 + 'a' }}", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "its loops over range() take more than"),
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "its loops over range() take more than 100,000 steps",
        ),
        ("{{ 'x' * 10 ** 9 }}", "a repetition makes more than 100,000 items"),
        ("{{ 10 ** (10 ** 9) }}", "a power is larger than a chat template may compute"),
        (
            "{% for i in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
            "it writes more than 1,000,100 characters",
        ),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "maximum recursion depth"),
        ("{% set n = namespace(_a=1) %}", "a namespace may not hold the underscored name '_a'"),
        ("{% include 'x' %}", "no loader for this environment specified"),
    ],
)
def test_broken_and_hostile_templates_end_in_one_sentence(template: str, problem: str) -> None:
    with pytest.raises(UserError) as error:
        render(markup(template), [USER], add_generation_prompt=True)
    said = str(error.value)
    assert said.startswith("model.markup: the study's own template cannot be rendered (" + problem)
    assert said.endswith("): correct it, or choose one of llama-2, chatml, alpaca, plain.")


def test_an_own_template_is_tried_before_the_run() -> None:
    with pytest.raises(UserError, match="cannot be rendered"):
        chosen(Jinja(jinja="{{ messages[0].content | no_such_filter }}"))
