"""From a file (or a recipe's name) to a `Study`: `extends`, overrides, paths, clear errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from etude.config.messages import sentences
from etude.config.reading import Lines, read_value, read_yaml, write_yaml
from etude.config.retrieving import is_path
from etude.config.study import Study
from etude.errors import UserError, nearest

RECIPES = Path(__file__).parent.parent / "recipes"
SHORT = {
    "method": "name",
    "body": "name",
    "optimizer": "name",
    "schedule": "name",
    "precision": "name",
    "shots": "count",
    "retrieve": "documents",
    "search": "name",
    "store": "name",
}
MOST_NEIGHBOURS = 12  # files named when a study is not found; a crowded folder helps nobody


def load_study(study: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Read and check a study.

    `study` is a YAML file or the name of a shipped recipe; `overrides` are `dotted.key=value`
    settings that win over the file. Relative paths are relative to the file they stand in (in an
    override: to the current folder). Raises `UserError` with one sentence per problem.
    """
    raw, lines = read(find(study), seen=())
    for override in overrides:
        raw = apply(override, raw, lines)
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise UserError("\n".join(sentences(error, raw, lines))) from None


def to_yaml(study: Study) -> str:
    """A study as a file that `load_study` reads back as the same one; what was not set is left out.

    Paths are absolute, so the file can stand anywhere.
    """
    return write_yaml(study.model_dump(mode="json", exclude_unset=True))


def recipes() -> dict[str, Path]:
    """The shipped recipes: name -> file."""
    return {path.stem: path for path in sorted(RECIPES.glob("*.yaml"), key=lambda path: path.stem)}


def schema() -> dict[str, Any]:
    """JSON Schema of a study file, for editors.

    Nothing is required in it: what a file leaves out may come from the one it extends.
    """
    written = Study.model_json_schema()
    written["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    written["properties"]["extends"] = {
        "type": "string",
        "description": "A study file or recipe that this one changes.",
    }
    for block in (written, *written["$defs"].values()):
        block.pop("required", None)
    for block, name in ((written, "approaches"), (written["$defs"]["Data"], "sources")):
        entries = block["properties"][name]  # null takes an inherited one away
        ((pattern, entry),) = entries["patternProperties"].items()
        entries["patternProperties"] = {pattern: {"anyOf": [entry, {"type": "null"}]}}
        entries["additionalProperties"] = False
    return written


def find(study: str | Path, beside: Path | None = None) -> Path:
    """The file that a study's name or path means; `beside` is where relative paths begin."""
    path = Path(study).expanduser()
    if beside is not None:
        path = beside / path
    if path.is_file():
        return path
    known = recipes()
    if (recipe := known.get(str(study))) is not None:
        return recipe
    if (path / "study.yaml").is_file():
        raise UserError(
            f"'{study}' is a folder: name the study in it, {Path(study, 'study.yaml')}."
        )
    files = sorted(path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    neighbours = [file.name for file in files if len(files) <= MOST_NEIGHBOURS]
    hint = nearest(path.name, [*neighbours, *known])
    raise UserError(f"'{study}' is neither a study file nor a recipe: {hint}.")


def read(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], Lines]:
    """A study file as plain values with paths made absolute and `extends` merged in."""
    path = path.resolve()
    values, lines = read_yaml(path)
    base: dict[str, Any] = {}
    if "extends" in values:
        base, base_lines = parent(values.pop("extends"), path, lines, (*seen, path))
        lines = base_lines | lines
    resolve_paths(values, path.parent, base)
    return merge(base, values), lines


def parent(
    name: Any, path: Path, lines: Lines, seen: tuple[Path, ...]
) -> tuple[dict[str, Any], Lines]:
    """What a file extends."""
    where = f"{lines[('extends',)]}, extends"
    if not isinstance(name, str):
        raise UserError(f"{where}: expected the name of a study file or recipe, found {name!r}.")
    try:
        found = find(name, beside=path.parent).resolve()
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    if found in seen:
        circle = " -> ".join(file.name for file in (*seen[seen.index(found) :], found))
        raise UserError(f"{where} goes round in a circle ({circle}): remove one of them.")
    return read(found, seen)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks are merged key by key; anything else is replaced; null takes a block away.

    A block that names another variant (`name`, `kind`) replaces the old one whole, because its
    settings belong to that variant.
    """
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and key in SHORT and isinstance(old, str | int):
            old = {SHORT[key]: old}  # `method: lora` is short for a block, and is merged as one
        if value is None and isinstance(old, Mapping):
            del merged[key]
        elif isinstance(old, Mapping) and isinstance(value, Mapping) and not switches(old, value):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a block changes its variant."""
    return any(tag in old and new.get(tag, old[tag]) != old[tag] for tag in ("name", "kind"))


def resolve_paths(values: Mapping[str, Any], folder: Path, base: Mapping[str, Any]) -> None:
    """Make the relative paths of a study absolute, in place. `base` is what it changes."""
    for name, source in blocks(values, "data", "sources").items():
        if isinstance(source, dict) and "path" in source:
            old = blocks(base, "data", "sources").get(name)
            kind = source.get("kind", old.get("kind") if isinstance(old, Mapping) else None)
            beside = isinstance(source["path"], str) and (folder / source["path"]).is_dir()
            bare = kind != "datasets" or beside  # a folder beside the study is no hub id
            source["path"] = absolute(source["path"], folder, bare=bare)
        if isinstance(source, dict) and "dump" in source:
            source["dump"] = absolute(source["dump"], folder, bare=True)
    for block in (blocks(values, "model"), blocks(values, "encoder")):
        if isinstance(block.get("base"), str):
            block["base"] = absolute(block["base"], folder, bare=False)
    for block, name in (
        (blocks(values, "encoder"), "baseline"),
        (blocks(values, "dictionary"), "path"),
        (blocks(values, "forgetting"), "text"),
    ):
        given = block.get(name)
        if isinstance(given, list):
            block[name] = [absolute(path, folder, bare=True) for path in given]
        elif given is not None:
            block[name] = absolute(given, folder, bare=True)
    for approach in blocks(values, "approaches").values():
        if isinstance(approach, dict) and isinstance(approach.get("weights"), str):
            bare = "/" in approach["weights"]  # no approach has such a name
            approach["weights"] = absolute(approach["weights"], folder, bare=bare)
        if isinstance(approach, dict):
            approach_paths(approach, folder)
    for files in blocks(values, "benchmarks", "files").values():
        if isinstance(files, dict) and "folder" in files:
            files["folder"] = absolute(files["folder"], folder, bare=True)


def approach_paths(approach: dict[str, Any], folder: Path) -> None:
    """The same for what an approach retrieves from, and the models that it does it with."""
    held: dict[str, Any] = approach
    name = "retrieve"
    if isinstance(held.get(name), dict):
        held, name = held[name], "documents"
    given = held.get(name)
    if isinstance(given, str):
        held[name] = absolute(given, folder, bare=is_path(given))
    elif isinstance(given, dict) and "path" in given:
        given["path"] = absolute(given["path"], folder, bare=True)
    for block, setting in (
        (blocks(approach, "retrieve", "search", "encoder"), "base"),
        (blocks(approach, "retrieve", "rerank"), "base"),
        (blocks(approach, "retrieve", "store"), "uri"),
    ):
        if setting in block:
            block[setting] = absolute(block[setting], folder, bare=False)


def blocks(values: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The block at a path, or an empty one where there is none."""
    block: Any = values
    for key in path:
        block = block.get(key) if isinstance(block, Mapping) else None
    return block if isinstance(block, dict) else {}


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


def apply(override: str, raw: Mapping[str, Any], lines: Lines) -> dict[str, Any]:
    """The study with one `dotted.key=value` set; the value is YAML. Notes where it came from."""
    key, equals, text = override.partition("=")
    parts = tuple(key.split("."))
    if not equals or not all(parts):
        raise UserError(f"'{override}' should be key=value, for example seed=7.")
    nested: dict[str, Any] = {}
    block = nested
    for part in parts[:-1]:
        block = block.setdefault(part, {})
    block[parts[-1]] = read_value(text, f"command line, {override}")
    resolve_paths(nested, Path.cwd(), raw)
    for path in [path for path in lines if path[: len(parts)] == parts]:
        del lines[path]
    lines[parts] = "command line"
    return merge(raw, nested)
