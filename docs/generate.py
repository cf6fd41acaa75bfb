"""Fills in the parts of these pages that the code itself knows, when the site is built.

A page holds a line `<!-- generated: settings -->`; what `PARTS` makes for that name takes its
place, and that of a line in italics below it, which tells who reads the source where to look.
So a setting, a metric, a verb or a recipe cannot be in the code and not in the pages, or be
described in two ways. mkdocs calls `on_page_markdown` (see `hooks` in mkdocs.yml).
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic_core import PydanticUndefined

from etude.begin import list_recipes
from etude.cli import VERBS
from etude.config import Study
from etude.config.settings import Settings
from etude.diagnosis import CHECKS
from etude.engine.base import MODELS
from etude.metrics import GROUPS, METRICS

MARK = re.compile(r"^<!-- generated: ([a-z-]+) -->$(?:\n\*[^*\n]+\*$)?", re.MULTILINE)
TUNE = "approaches.NAME.tune"
TAGS = ("kind", "name")  # what tells the variants of a block apart
PATTERNS = {  # a pattern in the schema, in words; one that is not here fails the build
    "^[A-Z]{3}$": "currency code (`EUR`, `BRL`)",
    "^[a-z]{2,3}$": "language code (`en`, `pt`)",
    "^[a-z]{2,3}(-[a-z]+)*$": "language code (`en`, `pt`, `zh-yue`)",
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$": "name (letters, digits, `_`, `-`)",
    r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_-]+)*$": "setting (`r`, `method.r`)",
}
DIRECTIONS = {"higher": "higher", "lower": "lower", "neither": "neither end"}
NEEDS = {  # of a metric, in words; one that is not here fails the build
    "text": "references",
    "label": "labels",
    "label_scores": "probabilities of labels",
    "reference_logprob": "likelihood of the reference",
    "facts": "facts (a column)",
    "encoder": "`encoder:`",
    "dictionary": "`dictionary:`",
    "passages": "`retrieve:`",
    "passage_texts": "texts of the passages",
    "gold": "gold passages",
}
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """mkdocs' hook: the page with its generated parts."""
    return MARK.sub(lambda mark: PARTS[mark[1]](), markdown)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    head = list(header)
    body = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# The settings


def settings() -> str:
    """Every block of a study file: its docstring, and each setting with its bounds and default."""
    definitions = Study.model_json_schema()
    found: dict[type[Settings], str] = {}
    blocks(Study, "", found)
    places = {block.__name__: title(block, path) for block, path in found.items()}
    return "\n\n".join(section(block, places, definitions) for block in found)


def blocks(block: type[Settings], path: str, seen: dict[type[Settings], str]) -> None:
    """Note a block and all blocks inside it in `seen`, with where each stands in a study file."""
    if block in seen:
        return
    seen[block] = path
    for name, field in block.model_fields.items():
        inside = f"{path}.{name}".lstrip(".")
        many = get_origin(field.annotation) is dict
        for inner in inner_blocks(field.annotation):
            blocks(inner, f"{inside}.NAME" if many else inside, seen)


def inner_blocks(annotation: Any) -> Iterator[type[Settings]]:
    """The blocks that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for part in get_args(annotation):
        yield from inner_blocks(part)


def title(block: type[Settings], path: str) -> str:
    """`approaches.NAME.tune.method: lora`, or the top of the file."""
    for tag in TAGS:
        if tag in block.model_fields and (words := tag_of(block, tag)):
            return f"{path}: {words}"
    return path or "The top of the file"


def tag_of(block: type[Settings], tag: str) -> str | None:
    """The values that a variant's tag may have; None for a field that only bears that name."""
    values = get_args(block.model_fields[tag].annotation)
    return ", ".join(values) if values and all(isinstance(item, str) for item in values) else None


def anchor(place: str) -> str:
    """The address of a block on its page."""
    return "setting-" + re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-")


def section(
    block: type[Settings], places: Mapping[str, str], definitions: Mapping[str, Any]
) -> str:
    """One block: heading, docstring, table."""
    place = places[block.__name__]
    schema = definitions if block is Study else definitions["$defs"][block.__name__]
    shown = place if block is Study else f"`{place}`"
    names = sorted(block.model_fields, key=lambda name: name not in TAGS)
    rows = [
        (
            f"`{name}`",
            value(schema["properties"][name], places),
            default(block.model_fields[name]),
            " ".join(str(block.model_fields[name].description).split()),
        )
        for name in names
    ]
    return "\n\n".join(
        [
            f"### {shown} {{ #{anchor(place)} }}",
            " ".join(str(block.__doc__).split()),
            table(("Setting", "Value", "Default", "Meaning"), rows),
        ]
    )


def value(schema: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """What may be written, in words, from a setting's JSON Schema.

    `null` is named only where it is something else than the default, and a variant's name only
    once, although it may stand alone for its block.
    """
    if "$ref" in schema:
        place = places[schema["$ref"].rpartition("/")[2]]
        return f"[{variant(place) or 'block'}](#{anchor(place)})"
    parts = schema.get("anyOf") or schema.get("oneOf")
    if parts is not None:
        without_null = "default" in schema and schema["default"] is None
        kept = [part for part in parts if not (without_null and part.get("type") == "null")]
        bare = [without_variants(part, parts, places) for part in kept]
        return " or ".join(dict.fromkeys(value(part, places) for part in bare if part))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{item}`" for item in schema["enum"])
    return KINDS[schema["type"]](schema, places)


def variant(place: str) -> str:
    """`lora` of `approaches.NAME.tune.method: lora`; "" for a block without variants."""
    return place.partition(": ")[2]


def without_variants(
    part: Mapping[str, Any], parts: Any, places: Mapping[str, str]
) -> Mapping[str, Any]:
    """A part without names that stand for blocks beside it (`method: lora`); {} if none stays."""
    names = part.get("enum") or ([part["const"]] if "const" in part else None)
    if names is None:
        return part
    variants = {variant(places[name]) for name in references(parts)}
    kept = [name for name in names if name not in variants]
    return {"enum": kept} if kept else {}


def references(schema: Any) -> Iterator[str]:
    """Names of the blocks that a schema refers to."""
    if isinstance(schema, list):
        for part in schema:
            yield from references(part)
    elif "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    else:
        yield from references(schema.get("anyOf") or schema.get("oneOf") or [])


def text(schema: Mapping[str, Any], _: Mapping[str, str]) -> str:
    """Text, a name, or one character."""
    if "pattern" in schema:
        return PATTERNS[schema["pattern"]]
    return "one character" if schema.get("maxLength") == 1 else "text"


def number(schema: Mapping[str, Any], _: Mapping[str, str]) -> str:
    """A number with its bounds."""
    kind = "whole number" if schema["type"] == "integer" else "number"
    bounds = [f"{sign} {plain(schema[key])}" for key, sign in BOUNDS.items() if key in schema]
    return " ".join([kind, ", ".join(bounds)]).rstrip()


def plain(number: float) -> str:
    """A number without a needless `.0`."""
    return str(int(number)) if number == int(number) else str(number)


def several(schema: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """A list."""
    return f"list of {value(schema['items'], places)}"


def mapping(schema: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """A block whose keys are names of the writer's choice."""
    if "patternProperties" not in schema:  # texts by columns, which may have any name
        return f"columns, each with {value(schema['additionalProperties'], places)}"
    (inner,) = schema["patternProperties"].values()
    return f"names, each with {value(inner, places)}"


KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], str]] = {
    "string": text,
    "integer": number,
    "number": number,
    "boolean": lambda *_: "true or false",
    "null": lambda *_: "`null`",
    "array": several,
    "object": mapping,
}


def default(field: Any) -> str:
    """A setting's default, as one would write it."""
    given = field.default
    if given is PydanticUndefined:
        return "**required**"
    if isinstance(given, Settings):
        changed = given.model_dump(mode="json", exclude_defaults=True)
        name = getattr(given, "name", None)
        if not changed:
            return f"`{name}`" if name else "as below"
        inside = {**({"name": name} if name else {}), **changed}
        return f"`{{{', '.join(f'{key}: {item}' for key, item in inside.items())}}}`"
    if given is None or given in ((), ""):
        return "none"
    if isinstance(given, tuple):
        return f"`[{', '.join(given)}]`"
    return f"`{given if isinstance(given, str) else json.dumps(given)}`"


def training() -> str:
    """The block `tune` and what stands inside it, but for the methods."""
    definitions = Study.model_json_schema()
    found: dict[type[Settings], str] = {}
    blocks(Study, "", found)
    places = {block.__name__: title(block, path) for block, path in found.items()}
    inside = [block for block, path in found.items() if path.startswith(TUNE)]
    wanted = [block for block in inside if not found[block].startswith(f"{TUNE}.method")]
    written = "\n\n".join(section(block, places, definitions) for block in wanted).replace(
        "](#setting-approaches-name-tune-method-",
        "](study-file.md#setting-approaches-name-tune-method-",
    )
    return written.replace(f"### `{TUNE}.", "### `")  # all of it stands there


# The other tables


def metrics() -> str:
    """The table of metrics, and the groups."""
    rows = (
        (
            f"`{metric.name}`",
            f"[{metric.title}]({metric.paper})",
            f"{metric.low:g} to {metric.high:g}".replace("inf", "∞").replace("-", "−"),
            DIRECTIONS[metric.better],
            ", ".join(NEEDS[need] for need in sorted(metric.needs)) or "answers alone",
            metric.reference,
            metric.signature("en"),
        )
        for metric in METRICS.values()
    )
    groups = (
        f"`{name}` is short for {', '.join(f'`{member}`' for member in members)}."
        for name, members in GROUPS.items()
    )
    head = ("Name", "Metric, paper", "Scale", "Better", "Needs", "Tested against", "Signature (en)")
    return f"{table(head, rows)}\n\n{' '.join(groups)}"


def verbs() -> str:
    """The table of verbs."""
    rows = ((f"`etude {name} {verb.shape}`", verb.summary) for name, verb in VERBS.items())
    return table(("Command", "What it does"), rows)


def recipes() -> str:
    """The table of recipes."""
    return table(
        ("Recipe", "What it asks"), ((f"`{n}`", text) for n, text in list_recipes().items())
    )


def findings() -> str:
    """Every finding: when it fires, why so, what to do; under what its file is about."""
    told, about = [], ""
    for kind, check in CHECKS.items():
        module = inspect.getmodule(check.look)
        title = (inspect.getdoc(module) or "").partition("\n")[0].partition(":")[0].rstrip(".")
        if title != about:
            told.append(f"## {title}")
            about = title
        told.append(f"### `{kind}`")
        told.append(f"**When.** {check.fires}")
        told.append(f"**Why so.** {check.why}")
        told.append(f"**What to do.** {check.advice}")
    return "\n\n".join(told)


def card() -> str:
    """The model card of etude-mini, below its title."""
    text = (MODELS / "etude-mini" / "README.md").read_text(encoding="utf-8")
    return text.partition("# etude-mini\n")[2].strip()


PARTS: dict[str, Callable[[], str]] = {
    "card": card,
    "settings": settings,
    "training": training,
    "metrics": metrics,
    "verbs": verbs,
    "recipes": recipes,
    "findings": findings,
}
