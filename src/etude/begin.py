"""`etude new`: a study file to begin with."""

from __future__ import annotations

import json
from pathlib import Path

from etude.config import load_study, recipes, schema
from etude.config.settings import NAME
from etude.errors import UserError, nearest
from etude.store import write_atomically

HEADER = """\
# yaml-language-server: $schema={schema}
# A study that begins as the recipe {recipe} and changes what stands here.
#   etude plan {file}      check it and see what it will take
#   etude run {file}       try every approach and report
extends: {recipe}
name: {name}

# The recipe itself. Uncomment what you want to change; what stays a comment stays as it is.
"""


def list_recipes() -> dict[str, str]:
    """The shipped recipes: name -> what it asks, in a line."""
    return {name: load_study(path).description.strip() for name, path in recipes().items()}


def write_study_file(recipe: str, output: Path | None) -> Path:
    """Write a commented study and its JSON Schema beside it; an existing file is not replaced."""
    known = recipes()
    if recipe not in known:
        raise UserError(f"There is no recipe '{recipe}': {nearest(recipe, known)}.")
    path = output or Path(f"{recipe}.study.yaml")
    if path.exists():
        raise UserError(f"{path} is there already: name another --output, or remove it.")
    name = path.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(".study")
    if not NAME.fullmatch(name):
        raise UserError(
            f"'{name}' cannot name a study: use letters, digits, _ and - in --output "
            f"({recipe}.study.yaml, say)."
        )
    written = path.with_name("study.schema.json")
    write_atomically(written, json.dumps(schema(), indent=1) + "\n")
    body = known[recipe].read_text(encoding="utf-8").splitlines()
    # A recipe's paths start from its own folder; here they must hold wherever the study stands.
    body = [line.replace(": material/", f": {known[recipe].parent}/material/") for line in body]
    shown = [line for line in body if not line.startswith(("name:", "extends:"))]
    comments = "".join(f"# {line}".rstrip() + "\n" for line in shown)
    header = HEADER.format(schema=written.name, recipe=recipe, file=path.name, name=name)
    write_atomically(path, header + comments)
    load_study(path)
    return path
