"""What a user is told about a study file that is not right: one sentence per problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from etude.errors import nearest

EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "dict_type": "a block of settings",
    "model_type": "a block of settings",
    "model_attributes_type": "a block of settings",
    "string_too_short": "text that is not empty",
    "string_pattern_mismatch": "a name of letters, digits, _ and - (a language: two letters)",
}
BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
SCALAR_WANTED = {"string_type", "int_type", "literal_error", "float_type", "bool_type"}
BLOCK_WANTED = {"model_type", "model_attributes_type", "dict_type", "tuple_type"}


def sentences(
    error: ValidationError, raw: Mapping[str, Any], lines: Mapping[tuple[Any, ...], str]
) -> list[str]:
    """One sentence per problem: where (file, line, dotted setting), expected, found, what to do.

    `lines` says for each path in the study which file and line it came from.
    """
    told: dict[tuple[Any, ...], str] = {}
    for problem in relevant(error.errors(), raw):
        path, value = locate(problem, raw)
        told.setdefault(path, f"{where(path, lines)}: {say(problem, path, value)}.")
    return list(told.values())


def relevant(problems: Iterable[ErrorDetails], raw: Mapping[str, Any]) -> list[ErrorDetails]:
    """Leave out what pydantic says of the branches of a union that the writer did not mean."""
    kept = []
    problems = list(problems)
    for problem in problems:
        _, value = locate(problem, raw)
        if problem["type"] == "too_short" and value:
            continue  # pydantic counts the entries that were refused for themselves as absent
        is_block = isinstance(value, Mapping | list | tuple)
        if is_block and problem["type"] in SCALAR_WANTED and len(problems) > 1:
            continue
        if not is_block and problem["type"] in BLOCK_WANTED and len(problems) > 1:
            continue
        kept.append(problem)
    return kept or problems


def locate(problem: ErrorDetails, raw: Any) -> tuple[tuple[Any, ...], Any]:
    """The written path behind pydantic's location, and the value there.

    pydantic puts the names of union branches (`lora`, `str`, `Paths`) into its locations; what
    is no key of the value at hand is such a name, unless it ends the location of a missing key.
    """
    path: list[Any] = []
    value = raw
    for part in problem["loc"]:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif problem["type"] != "missing" or part != problem["loc"][-1]:
            continue
        path.append(part)
    return tuple(path), value


def where(path: tuple[Any, ...], lines: Mapping[tuple[Any, ...], str]) -> str:
    """`study.yaml, line 7, approaches.lora.tune`; the line of the nearest written ancestor."""
    setting = ".".join(str(part) for part in path)
    for end in range(len(path), -1, -1):
        if path[:end] in lines:
            return f"{lines[path[:end]]}, {setting}" if setting else lines[path[:end]]
    return setting or "the study"


def say(problem: ErrorDetails, path: tuple[Any, ...], value: Any) -> str:
    """What was expected, what was found, what to do."""
    kind, context = problem["type"], problem.get("ctx", {})
    found = f"found {value!r}" if not isinstance(value, Mapping | list) else "found a block"
    if kind in ("unknown_setting", "value_error"):
        return str(context.get("error") or problem["msg"])
    if kind == "missing":
        return f"'{path[-1]}' is missing here and has no default: add it"
    if kind == "literal_error":
        choices = [choice.strip().strip("'") for choice in context["expected"].split(",")]
        choices = [part.strip("' ") for choice in choices for part in choice.split(" or ")]
        return f"{value!r} is not known here: {nearest(str(value), choices)}"
    if kind == "union_tag_invalid":
        tags = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
        return f"{context['tag']!r} is not known here: {nearest(str(context['tag']), tags)}"
    if kind == "union_tag_not_found":
        return f"expected a block that says which with {context['discriminator']}, {found}"
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        return f"expected a number of {words} {context[bound]}, {found}"
    if kind in ("too_short", "too_long"):
        return "expected at least one entry, found none"
    return f"expected {EXPECTED.get(kind, problem['msg'])}, {found}"
