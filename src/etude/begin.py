"""`etude new`: a study file to begin with."""

from __future__ import annotations

import json
from pathlib import Path

from etude.config import load_study, recipes, schema
from etude.config.commented import commented
from etude.config.settings import NAME
from etude.errors import UserError, nearest
from etude.store import write_atomically

HEADER = """\
# yaml-language-server: $schema={schema}
# A study that begins as the recipe {recipe} and changes what is set here.
#   etude look {file}      see the material
#   etude plan {file}      check it and see what it will take
#   etude run {file}       try every approach and report
extends: {recipe}
name: {name}

## Below stands the whole recipe. Take the # off a setting to change it, and off the lines that it
## stands under; what stays a comment stays as it is. Lines with ## explain. When every # is gone,
## `extends` may go as well.
"""


def list_recipes() -> dict[str, str]:
    """The shipped recipes: name -> what it asks, in a line."""
    return {
        name: " ".join(load_study(path).description.split())
        for name, path in sorted(recipes().items())
    }


def write_study_file(recipe: str, output: Path | None) -> Path:
    """Write a commented study and its JSON Schema beside it; an existing file is not replaced.

    The comments hold the recipe with what it extends, and its paths in full, so that each of them
    can be taken into use wherever the file stands.
    """
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
    body = commented(load_study(recipe), known[recipe])
    written = path.with_name("study.schema.json")
    write_atomically(written, json.dumps(schema(), indent=1) + "\n")
    header = HEADER.format(schema=written.name, recipe=recipe, file=path.name, name=name)
    write_atomically(path, f"{header}{body}")
    load_study(path)
    return path
