"""What a user is told about a study file that is not right: one sentence per problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from etude.config import retrieving
from etude.config.methods import Body, Method
from etude.config.optimizers import Optimizer
from etude.config.precision import QUANTIZED
from etude.config.schedules import Schedule
from etude.config.settings import Misplaced, Settings, choose
from etude.config.sources import Source

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
    "string_too_long": "a single character",
}
PATTERNS = {
    "^[a-z]": "a language code of two or three small letters (en, pt)",
    "^[A-Z]{3}": "a currency's code of three capital letters (EUR, BRL)",
    "^[A-Z": "a name of letters, digits, _ and - (64 at most, beginning with a letter or digit)",
}
BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
SCALAR_WANTED = {"string_type", "int_type", "literal_error", "float_type", "bool_type"}
BLOCK_WANTED = {"model_type", "model_attributes_type", "dict_type", "tuple_type"}
NUMBER_WANTED = {"int_parsing", "int_type", "int_from_float", *BOUNDS}
LONGEST = 60  # characters of a value that a sentence repeats
ELSEWHERE = {"name", "kind", "weights", "temperature"}  # mean other things in other blocks

Path = tuple[Any, ...]


def variants(union: Any, tag: str) -> dict[str, type[Settings]]:
    """The blocks of a tagged union by their tag."""
    members = get_args(get_args(union)[0]) or get_args(union)[:1]
    return {
        name: block for block in members for name in get_args(block.model_fields[tag].annotation)
    }


FAMILIES: dict[str, Mapping[str, type[Settings]]] = {
    "method": variants(Method, "name"),
    "body": variants(Body, "name"),
    "optimizer": variants(Optimizer, "name"),
    "schedule": variants(Schedule, "name"),
    "kind": variants(Source, "kind"),
    "precision": QUANTIZED,
    "search": variants(retrieving.Search, "name"),
    "store": variants(retrieving.Store, "name"),
    "documents": variants(retrieving.Documents, "kind"),
}


def sentences(
    error: ValidationError, raw: Mapping[str, Any], lines: Mapping[Path, str]
) -> list[str]:
    """One sentence per problem: where (file, line, dotted setting), expected, found, what to do.

    `lines` says for each path in the study which file and line it came from.
    """
    told: dict[Path, str] = {}
    problems = error.errors()
    lists = {locate(problem, raw)[0] for problem in problems if problem["type"] == "tuple_type"}
    for problem in relevant(problems, raw):
        path, value = locate(problem, raw)
        for setting, sentence in say(problem, path, value):
            if problem["type"] == "literal_error" and setting in lists:
                sentence += f", or write a list, [{value}]"
            told.setdefault(setting, f"{where(setting, lines)}: {sentence}.")
    return list(told.values())


def relevant(problems: Iterable[ErrorDetails], raw: Mapping[str, Any]) -> list[ErrorDetails]:
    """Leave out what pydantic says of the branches of a union that the writer did not mean."""
    kept = []
    problems = list(problems)
    kinds: dict[Path, set[str]] = {}
    for problem in problems:
        kinds.setdefault(locate(problem, raw)[0], set()).add(problem["type"])
    for problem in problems:
        path, value = locate(problem, raw)
        if problem["type"] == "literal_error" and kinds[path] & NUMBER_WANTED and is_number(value):
            continue  # a number or a word: what is wrong is the number
        if problem["type"] in NUMBER_WANTED and "literal_error" in kinds[path] and is_text(value):
            continue  # the same the other way round
        if problem["type"] == "too_short" and value:
            continue  # pydantic counts the entries that were refused for themselves as absent
        is_block = isinstance(value, Mapping | list | tuple)
        if is_block and problem["type"] in SCALAR_WANTED and len(problems) > 1:
            continue
        if not is_block and problem["type"] in BLOCK_WANTED and len(problems) > 1:
            continue
        kept.append(problem)
    return kept or problems


def is_number(value: Any) -> bool:
    """Whether a number was written."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    """Whether a word was written."""
    return isinstance(value, str)


def locate(problem: ErrorDetails, raw: Any) -> tuple[Path, Any]:
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


def where(path: Path, lines: Mapping[Path, str]) -> str:
    """`study.yaml, line 7, approaches.lora.tune`; the line of the nearest written ancestor."""
    setting = ".".join(str(part) for part in path)
    for end in range(len(path), -1, -1):
        if path[:end] in lines:
            return f"{lines[path[:end]]}, {setting}" if setting else lines[path[:end]]
    return setting or "the study"


def say(problem: ErrorDetails, path: Path, value: Any) -> list[tuple[Path, str]]:
    """What was expected, what was found, what to do; and the setting that it is said of."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "unknown_settings":
        return [((*path, key), unknown(str(key), context["block"])) for key in context["unknown"]]
    if kind == "value_error":
        error = context["error"]
        inner = error.path if isinstance(error, Misplaced) else ()
        return [((*path, *inner), str(error))]
    return [(path, expected(problem, path, value))]


def unknown(key: str, block: type[Settings]) -> str:
    """A setting that a block does not have: whose it is, or the nearest one."""
    if key == "extends":
        return "a study says at the top of its file what it extends: write it there"
    for tag, family in FAMILIES.items():
        own = [name for name, variant in family.items() if variant is block]
        owners = [name for name, variant in family.items() if key in variant.model_fields]
        if own and owners:
            return (
                f"this is a setting of {listed(owners)}, not of {own[0]}: change the {tag}, "
                "or remove it"
            )
    if places := deeper(key, block):
        return f"this setting belongs one block deeper: write {' or '.join(places)}"
    return f"there is no such setting: {choose(key, block.model_fields)}"


def deeper(key: str, block: type[Settings]) -> list[str]:
    """How a setting is written that blocks inside this block have.

    Of blocks under names of the writer's choice (sources), half must have it.
    """
    places: list[str] = []
    for name, field in block.model_fields.items():
        inner = blocks_in(field.annotation)
        owners = [found for found in inner if key in found.model_fields]
        named = get_origin(field.annotation) is dict
        if key in ELSEWHERE or not owners or (named and len(owners) * 2 < len(inner)):
            continue
        owner = type(field.default) if type(field.default) in owners else owners[0]
        tag = "kind: ..., " if "kind" in owner.model_fields else ""
        if "name" in owner.model_fields:
            tag = f"name: {get_args(owner.model_fields['name'].annotation)[0]}, "
        written = f"{{{tag}{key}: ...}}"
        places.append(f"{name}: {{NAME: {written}}}" if named else f"{name}: {written}")
    return places


def blocks_in(annotation: Any) -> list[type[Settings]]:
    """The blocks that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [block for part in get_args(annotation) for block in blocks_in(part)]


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def expected(problem: ErrorDetails, path: Path, value: Any) -> str:
    """What pydantic expected of a value, and what to do."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "missing":
        return "this setting is missing and has no default: add it"
    if kind == "literal_error":
        written = context["expected"].replace(" or ", ", ").split(",")
        choices = [choice.strip("' ") for choice in written]
        return f"{found(value)} is not known here: {choose(str(value), choices)}"
    if kind == "union_tag_invalid" and context["tag"] != "None":
        tags = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
        return f"{found(context['tag'])} is not known here: {choose(context['tag'], tags)}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        tag = context["discriminator"].strip("'")
        family = FAMILIES[str(path[-1]) if path[-1] in FAMILIES else tag]
        return f"this block does not say what it is: add {tag} with one of {', '.join(family)}"
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        return f"expected a number of {words} {context[bound]:g}, found {found(value)}"
    if kind == "too_short":
        return "expected at least one entry, found none"
    if kind == "string_pattern_mismatch":
        name = path[-1] if problem["loc"][-1] == "[key]" else value
        pattern = next(words for start, words in PATTERNS.items() if start in context["pattern"])
        return f"expected {pattern}, found {found(name)}"
    advice = ""
    if kind == "string_type" and isinstance(value, int | float):
        advice = ": put it in quotes"
    if kind == "tuple_type" and isinstance(value, str | int | float):
        advice = f": write [{value}]"
    return f"expected {EXPECTED.get(kind, problem['msg'])}, found {found(value)}{advice}"


def found(value: Any) -> str:
    """A value as a sentence names it."""
    if isinstance(value, Mapping):
        return "a block"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
