"""Role markup: how turns are written for a model, as Jinja chat templates.

`MARKUPS` holds the public formats in our own writing; a tokenizer's own chat template or one
from the study file takes their place. Markup travels with the weights: what a model was tuned
with is what it is asked with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from etude.config.study import Jinja
from etude.errors import UserError, nearest
from etude.prompts import sandbox
from etude.records import Message

# Turns must alternate in Llama 2's format: it has no way to write two questions in a row. Each
# exchange is a sequence of its own, hence a bos_token before every [INST].
LLAMA_2 = """\
{%- set start = 1 if messages and messages[0]['role'] == 'system' else 0 -%}
{%- for message in messages[start:] -%}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) or message['role'] == 'system' -%}
{{- raise_exception('after an optional system turn, user and assistant must alternate') -}}
{%- elif message['role'] == 'user' -%}
{{- bos_token + '[INST] ' -}}
{%- if loop.first and start -%}
{{- '<<SYS>>\\n' + messages[0]['content'] | trim + '\\n<</SYS>>\\n\\n' -}}
{%- endif -%}
{{- message['content'] | trim + ' [/INST]' -}}
{%- else -%}
{{- ' ' + message['content'] | trim + ' ' + eos_token -}}
{%- endif -%}
{%- endfor -%}
"""

CHATML = """\
{{- bos_token -}}
{%- for message in messages -%}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- endif -%}
"""

# The opening sentences are the public format itself, word for word: models of this family were
# trained on exactly these. A system turn takes their place. Like the format's many later users
# we begin the answer on a line of its own; instruction and input are one user turn here.
ALPACA = """\
{{- bos_token -}}
{%- if not messages or messages[0]['role'] != 'system' -%}
{{- 'Below is an instruction that describes a task. ' -}}
{{- 'Write a response that appropriately completes the request.\\n\\n' -}}
{%- endif -%}
{%- for message in messages -%}
{%- if message['role'] == 'user' -%}
{{- '### Instruction:\\n' + message['content'] -}}
{%- elif message['role'] == 'assistant' -%}
{{- '### Response:\\n' + message['content'] -}}
{%- else -%}
{{- message['content'] -}}
{%- endif -%}
{{- '' if loop.last and not add_generation_prompt else '\\n\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '### Response:\\n' -}}
{%- endif -%}
"""

PLAIN = """\
{{- bos_token -}}
{%- for message in messages -%}
{{- message['content'] -}}
{{- '' if loop.last and not add_generation_prompt else '\\n\\n' -}}
{%- endfor -%}
"""

MARKUPS: dict[str, str] = {
    "llama-2": LLAMA_2,
    "chatml": CHATML,
    "alpaca": ALPACA,
    "plain": PLAIN,
}

TOKENIZER = "tokenizer"
OWN = "jinja"


@dataclass(frozen=True, slots=True)
class Markup:
    """How turns are written for a model.

    `name` is a key of MARKUPS, `tokenizer` (the chat template that came with the base) or
    `jinja` (from the study file). `folds_system` says that the template has no system role, so
    that a system text is written at the head of the user turn after it.
    """

    name: str
    template: str
    bos_token: str
    eos_token: str
    folds_system: bool = False

    def __str__(self) -> str:
        if self.name == TOKENIZER:
            return "the tokenizer's chat template"
        return "the study's own template" if self.name == OWN else f"the markup '{self.name}'"


def choose_markup(
    setting: str | Jinja, *, chat_template: str | None, bos_token: str, eos_token: str
) -> Markup:
    """The markup that `model.markup` asks for.

    `auto` is the tokenizer's `chat_template`, or `plain` where that is None. `bos_token` is ""
    for tokenizers that add none. Raises UserError on an unknown name and on a template that
    cannot write one user turn.
    """
    if isinstance(setting, Jinja):
        name, template = OWN, setting.jinja
    elif setting == "auto" and chat_template is not None:
        name, template = TOKENIZER, chat_template
    elif setting == "auto":
        name, template = "plain", MARKUPS["plain"]
    elif setting in MARKUPS:
        name, template = setting, MARKUPS[setting]
    else:
        raise UserError(
            f"model.markup: '{setting}' is no markup; {nearest(setting, ['auto', *MARKUPS])}, or "
            "a template of your own under jinja."
        )
    markup = Markup(name, template, bos_token, eos_token)
    render(markup, (Message("user", "question"),), add_generation_prompt=True)
    return replace(markup, folds_system=not _has_system_role(markup))


def render(markup: Markup, messages: Sequence[Message], *, add_generation_prompt: bool) -> str:
    """Messages as one text, special tokens included: tokenise it without adding any.

    Equal to `tokenizer.apply_chat_template(..., tokenize=False)` but for `strftime_now`, which
    is one fixed day here. Raises UserError where the template fails, refuses the turns, or
    leaves out what the system or the user says.
    """
    turns = fold_system(messages) if markup.folds_system else tuple(messages)
    text = _written(markup, turns, add_generation_prompt)
    for turn in turns:
        if turn.role != "assistant" and turn.content.strip() not in text:
            if "".join(turn.content.split()) in "".join(text.split()):
                continue  # only the white space is written differently
            raise UserError(
                f"model.markup: {markup} leaves out or rewrites a {turn.role} turn "
                f"({_excerpt(turn.content)}): choose another markup, or write one under jinja."
            )
    return text


def fold_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Every system text at the head of the user turn after it, a blank line between them."""
    folded: list[Message] = []
    waiting: list[str] = []
    for message in messages:
        if message.role == "system":
            waiting.append(message.content)
        elif message.role == "user" and waiting:
            folded.append(Message("user", "\n\n".join([*waiting, message.content])))
            waiting = []
        else:
            folded.append(message)
    if waiting:
        folded.append(Message("user", "\n\n".join(waiting)))
    return tuple(folded)


def _has_system_role(markup: Markup) -> bool:
    """Found by trying: templates without the role raise, or leave the text out."""
    probe = "system-text-of-the-probe"
    try:
        text = _written(markup, (Message("system", probe), Message("user", "question")), True)
    except UserError:
        return False
    return probe in text


def _written(markup: Markup, messages: Sequence[Message], add_generation_prompt: bool) -> str:
    variables = {
        "messages": [{"role": turn.role, "content": turn.content} for turn in messages],
        "add_generation_prompt": add_generation_prompt,
        "bos_token": markup.bos_token,
        "eos_token": markup.eos_token,
        "tools": None,
        "documents": None,
    }
    roles = ", ".join(turn.role for turn in messages) or "none"
    try:
        return sandbox.run(markup.template, variables, sum(len(turn.content) for turn in messages))
    except sandbox.Refusal as said:
        raise UserError(
            f"model.markup: {markup} refuses these turns ({roles}), saying '{said}': choose "
            "another markup, or other turns."
        ) from None
    except sandbox.BrokenTemplate as problem:
        raise UserError(
            f"model.markup: {markup} cannot be rendered ({problem}): correct it, or choose one of "
            f"{', '.join(MARKUPS)}."
        ) from None


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:57] + "...")
