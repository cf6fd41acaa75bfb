"""From a file (or a recipe's name) to a `Study`: YAML, `extends`, overrides, clear errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from etude.config.messages import sentences
from etude.config.study import Study
from etude.errors import UserError, nearest

RECIPES = Path(__file__).parent.parent / "recipes"
Lines = dict[tuple[Any, ...], str]


def load_study(study: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Read and check a study.

    `study` is a YAML file or the name of a shipped recipe; `overrides` are `dotted.key=value`
    settings that win over the file. Relative paths are relative to the file they stand in (in an
    override: to the current folder). Raises `UserError` with one sentence per problem.
    """
    raw, lines = read(find(study), seen=())
    for override in overrides:
        apply(override, raw, lines)
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise UserError("\n".join(sentences(error, raw, lines))) from None


def recipes() -> dict[str, Path]:
    """The shipped recipes: name -> file."""
    return {path.stem: path for path in sorted(RECIPES.glob("*.yaml"))}


def schema() -> dict[str, Any]:
    """JSON Schema of a study file, for editors."""
    written = Study.model_json_schema()
    written["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    written["properties"]["extends"] = {
        "type": "string",
        "description": "A study file or recipe that this one changes.",
    }
    del written["required"]  # what a study leaves out may come from the one it extends
    return written


def find(study: str | Path, beside: Path | None = None) -> Path:
    """The file that a study's name or path means."""
    path = Path(study).expanduser()
    if beside is not None and not path.is_absolute():
        path = beside / path
    if path.is_file():
        return path
    if (recipe := recipes().get(str(study))) is not None:
        return recipe
    neighbours = [file.name for file in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    hint = nearest(path.name, [*neighbours, *recipes()])
    raise UserError(f"'{study}' is neither a study file nor a recipe: {hint}.")


def read(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], Lines]:
    """A study file as plain values with paths made absolute and `extends` merged in."""
    path = path.resolve()
    if path in seen:
        chain = " -> ".join(file.name for file in (*seen, path))
        raise UserError(f"extends goes round in a circle ({chain}): remove one of them.")
    values, lines = parse(path)
    resolve_paths(values, path.parent)
    if (parent := values.pop("extends", None)) is None:
        return values, lines
    if not isinstance(parent, str):
        raise UserError(f"{lines[('extends',)]}, extends: expected a file or recipe name.")
    base, base_lines = read(find(parent, beside=path.parent), (*seen, path))
    return merge(base, values), base_lines | lines


def merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks are merged key by key; anything else is replaced; null takes a key away.

    A block that names another variant (`name`, `kind`) replaces the old one whole, because its
    settings belong to that variant.
    """
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(old, dict) and isinstance(value, Mapping) and not switches(old, value):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a block changes its variant."""
    return any(tag in old and new.get(tag, old[tag]) != old[tag] for tag in ("name", "kind"))


def resolve_paths(values: Any, folder: Path) -> None:
    """Make the relative paths of a study absolute, in place."""
    if not isinstance(values, dict):
        return
    data = values.get("data")
    sources = data.get("sources") if isinstance(data, dict) else None
    for source in sources.values() if isinstance(sources, dict) else ():
        if isinstance(source, dict):
            source["path"] = absolute(
                source.get("path"), folder, bare=source.get("kind") != "datasets"
            )
            if source["path"] is None:
                del source["path"]
    model = values.get("model")
    if isinstance(model, dict) and "base" in model:
        model["base"] = absolute(model["base"], folder, bare=False)
    approaches = values.get("approaches")
    for approach in approaches.values() if isinstance(approaches, dict) else ():
        if isinstance(approach, dict) and "weights" in approach:
            approach["weights"] = absolute(approach["weights"], folder, bare=False)


def absolute(value: Any, folder: Path, *, bare: bool) -> Any:
    """An absolute path. `bare`: a name without ./ is a path as well, not a hub id or a name."""
    if isinstance(value, dict):
        return {key: absolute(path, folder, bare=bare) for key, path in value.items()}
    if not isinstance(value, str) or not value:
        return value
    if value.startswith("~"):
        return str(Path(value).expanduser())
    if bare or value in (".", "..") or value.startswith(("./", "../", "/")):
        return str((folder / value).resolve())
    return value


def apply(override: str, raw: dict[str, Any], lines: Lines) -> None:
    """Set one `dotted.key=value` in place; the value is YAML."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise UserError(f"'{override}' should be key=value, for example seed=7.")
    where = f"command line, {override}"
    try:
        value = yaml.load(text, Loader=Loader)  # noqa: S506 - Loader is a SafeLoader
    except yaml.YAMLError as error:
        raise UserError(f"{where}: the value is not YAML ({reason(error)}).") from None
    parts = key.split(".")
    nested: dict[str, Any] = {}
    block = nested
    for part in parts[:-1]:
        block = block.setdefault(part, {})
    block[parts[-1]] = value
    resolve_paths(nested, Path.cwd())
    replaced = merge(raw, nested)
    raw.clear()
    raw.update(replaced)
    lines[tuple(parts)] = "command line"


class Loader(yaml.SafeLoader):
    """Safe YAML that reads 3e-4 as a number, as people write it (YAML 1.1 wants 3.0e-4)."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


def parse(path: Path) -> tuple[dict[str, Any], Lines]:
    """YAML values, and the file and line where each of them stands."""
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path.name}: byte {error.start} is not UTF-8: save it as UTF-8."
        ) from None
    except yaml.YAMLError as error:
        raise UserError(f"{path.name} is not valid YAML: {reason(error)}.") from None
    if not isinstance(node, yaml.MappingNode):
        raise UserError(f"{path.name} should hold a study (name, model, data, approaches).")
    lines: Lines = {}
    values = construct(loader, node, (), path.name, lines)
    return values, lines


def construct(
    loader: Loader, node: yaml.Node, path: tuple[Any, ...], file: str, lines: Lines
) -> Any:
    """Plain values of a YAML node, noting lines and refusing a key that stands twice."""
    lines[path] = f"{file}, line {node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        block: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node))
            here = (*path, key)
            if key in block:
                setting = ".".join(here)
                line = key_node.start_mark.line + 1
                raise UserError(
                    f"{file}, line {line}: {setting} stands twice (first on "
                    f"{lines[here].split(', ')[1]}): keep one."
                )
            block[key] = construct(loader, value_node, here, file, lines)
            lines[here] = f"{file}, line {key_node.start_mark.line + 1}"
        return block
    if isinstance(node, yaml.SequenceNode):
        return [
            construct(loader, item, (*path, index), file, lines)
            for index, item in enumerate(node.value)
        ]
    return loader.construct_object(node)


def reason(error: yaml.YAMLError) -> str:
    """What the YAML parser did not like, and where, in a clause."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    return str(error).splitlines()[0]
