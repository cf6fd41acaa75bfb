"""`etude new`: a study file to begin with."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from etude.config import load_study, recipes, schema
from etude.config.commented import commented
from etude.config.settings import NAME
from etude.errors import UserError, nearest
from etude.progress import Progress, silent
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


def name_in(path: Path, example: str) -> str:
    """The name of a study by its file's; UserError where a study cannot be called so."""
    name = path.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(".study")
    if not NAME.fullmatch(name):
        raise UserError(
            f"'{name}' cannot name a study: use letters, digits, _ and - in --output "
            f"({example}.study.yaml, say)."
        )
    return name


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
    name = name_in(path, recipe)
    body = commented(load_study(recipe), known[recipe])
    written = path.with_name("study.schema.json")
    write_atomically(written, json.dumps(schema(), indent=1) + "\n")
    header = HEADER.format(schema=written.name, recipe=recipe, file=path.name, name=name)
    write_atomically(path, f"{header}{body}")
    load_study(path)
    return path


OF_A_DUMP = """\
# yaml-language-server: $schema={schema}
# Questions on the articles of a dump, answered from memory, with passages, and after tuning.
#   etude look {dump}      see what is in the dump
#   etude look {file}      see the questions
#   etude plan {file}      check it and see what it will take
#   etude run {file}       try every approach and report
name: {name}
description: "Do passages or tuning help a model to answer questions on {wiki}?"
model: {{base: etude-mini}} # very small, and comes with Etude: name your own
data:
  language: {language}
  sources:
    articles:
      kind: wikipedia
      dump: {path}
{of_language}{articles}      per_article: 3
      make: [{make}] # {made}
  split: {{dev: 0.1, test: 0.1, group_by: article}}
generation: {{max_tokens: 40}}
approaches:
  zero-shot: {{}}
  rag: {{retrieve: {{documents: articles, k: 2, chunk: {{size: 300}}}}}}
  lora:
    tune:
      method: {{name: lora, r: 16, alpha: 32}}
      optimizer: {{name: adamw, learning_rate: 2e-3}}
      schedule: {{name: cosine, warmup_ratio: 0.05}}
      epochs: 2
  lora-rag:
    weights: lora
    retrieve: {{documents: articles, k: 2, chunk: {{size: 300}}}}
metrics: [squad-f1, exact-match, chrf, form, retrieval, grounded]
compare: {{baseline: zero-shot, metric: squad-f1}}
"""
FEW = 2000  # articles of a study that is only begun
PREFERRED = ("definition", "fact", "date")  # short answers, which can be right or wrong


def write_dump_study(dump: Path, output: Path | None, progress: Progress = silent) -> Path:
    """Write a study on the articles of a dump, and its JSON Schema; nothing is replaced.

    A sample of the dump decides on its language, how many articles are taken, and which kinds of
    questions are asked. UserError where it cannot be read, or where no question could be made.
    """
    from etude.data.look_dump import look_dump  # the room of data is more than `new` needs else

    seen = look_dump(dump, progress)
    about, asked = seen["dump"], seen["questions"]
    wiki = about["wiki"] or dump.name.partition(".")[0]
    named = re.sub(r"[^A-Za-z0-9_-]", "-", wiki).strip("-_")
    path = output or Path(f"{named}.study.yaml")
    if path.exists():
        raise UserError(f"{path} is there already: name another --output, or remove it.")
    name = name_in(path, named)
    kinds = [kind for kind, count in asked["made"].items() if count]
    if not kinds:
        raise UserError(
            f"{dump}: no question could be made of the {asked['articles']} articles that were "
            f"looked at, so there is nothing to study (etude look {dump} says why)."
        )
    make = [kind for kind in kinds if kind in PREFERRED] or kinds
    count = seen["in_all"]["articles"]
    language = about["language"].partition("-")[0]
    found = next((code for code in seen["languages"] if len(code) < 4), "en")
    text = OF_A_DUMP.format(
        schema="study.schema.json",
        dump=dump,
        file=path.name,
        name=name,
        wiki=wiki,
        language=language or found,
        path=json.dumps(os.path.relpath(dump, path.parent), ensure_ascii=False),
        of_language=f"      language: {about['language']}\n" if about["language"] else "",
        articles=f"      articles: {FEW} # of about {count:,}\n" if count > FEW else "",
        make=", ".join(make),
        made=", ".join(f"{kind} {asked['made'][kind]:,}" for kind in asked["made"])
        + f" of {asked['articles']:,} articles",
    )
    write_atomically(path.with_name("study.schema.json"), json.dumps(schema(), indent=1) + "\n")
    write_atomically(path, text)
    load_study(path)
    return path
