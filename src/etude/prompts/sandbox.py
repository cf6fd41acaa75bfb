"""Chat templates are programs that come with a model: here they run, and can do nothing else.

The dialect is that of `transformers` (`apply_chat_template`): Jinja with blocks trimmed, loop
controls, `raise_exception`, `strftime_now`, `tojson` without HTML escapes, and
`{% generation %}` blocks. The sandbox adds bounds on loops, repetitions and output.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Template, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.ext import loopcontrols as LoopControls  # noqa: N812 - it is a class
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import MAX_RANGE, ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

TODAY = datetime(2024, 7, 26)
"""What `strftime_now` answers. The true date in a prompt would make every day's run differ from
the last; this is the date that the Llama 3 templates write themselves where no clock is given."""

SPARE_OUTPUT = 1_000_000
"""Characters that a template may write beyond ten times what the messages hold."""


class BrokenTemplate(Exception):
    """Why a template gave no text; the message is the template's or Jinja's own."""


class Refusal(BrokenTemplate):
    """The template itself refused the messages, by `raise_exception`."""


class _Raised(TemplateError):
    """What `raise_exception` raises inside a template."""


class _Generation(Extension):
    """`{% generation %} ... {% endgeneration %}` marks what the model wrote; the text stays."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


class _Namespace(Namespace):
    """Jinja's namespace, without names that reach into Python."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *given = args
        for name in dict(*given, **kwargs):
            _Namespace._allow(name)
        Namespace.__init__(self, *given, **kwargs)

    def __setitem__(self, name: str, value: Any) -> None:
        _Namespace._allow(name)
        super().__setitem__(name, value)

    @staticmethod
    def _allow(name: Any) -> None:
        if str(name).startswith("_"):
            raise SecurityError(f"a namespace may not hold the underscored name '{name}'")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox; `*` and `**` may not fill the memory either."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and (abs(left) > MAX_RANGE or abs(right) > 64):
            raise OverflowError("a power is larger than a chat template may compute")
        for sequence, times in ((left, right), (right, left)):
            repeats = isinstance(sequence, str | list | tuple) and isinstance(times, int)
            if operator == "*" and repeats and len(sequence) * times > MAX_RANGE:
                raise OverflowError(f"a repetition makes more than {MAX_RANGE:,} items")
        return super().call_binop(context, operator, left, right)


def run(template: str, variables: Mapping[str, Any], spoken: int) -> str:
    """The text that a template makes of its variables; `spoken` is the messages' length.

    Raises BrokenTemplate (Refusal where the template raised it on purpose).
    """
    limit = SPARE_OUTPUT + 10 * spoken
    written: list[str] = []
    size = 0
    try:
        for part in _compiled(template).generate(**variables, range=_bounded_range()):
            written.append(part)
            size += len(part)
            if size > limit:
                raise BrokenTemplate(f"it writes more than {limit:,} characters")
    except TemplateSyntaxError as problem:
        raise BrokenTemplate(f"line {problem.lineno}: {problem.message}") from None
    except _Raised as problem:
        raise Refusal(str(problem.message)) from None
    except (
        # All that an arbitrary program of expressions and loops can come to.
        *(TemplateError, ArithmeticError, AttributeError, LookupError),
        *(TypeError, ValueError, RecursionError, MemoryError),
    ) as problem:
        raise BrokenTemplate(str(problem) or type(problem).__name__) from None
    return "".join(written)


def _bounded_range() -> Callable[..., range]:
    """`range` for one rendering: nested loops share the sandbox's bound on a single one."""
    left = MAX_RANGE

    def bounded(*bounds: int) -> range:
        nonlocal left
        numbers = range(*bounds)
        left -= len(numbers)
        if left < 0:
            raise OverflowError(f"its loops over range() take more than {MAX_RANGE:,} steps")
        return numbers

    return bounded


@lru_cache(maxsize=32)
def _compiled(template: str) -> Template:
    sandbox = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, LoopControls])
    sandbox.filters["tojson"] = _to_json
    sandbox.globals |= {
        "raise_exception": _raise_exception,
        "strftime_now": TODAY.strftime,
        "namespace": _Namespace,
    }
    return sandbox.from_string(template)


def _raise_exception(message: Any) -> None:
    raise _Raised(str(message))


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )
