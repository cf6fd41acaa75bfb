"""A study as YAML in which every line is a comment, with what each setting means above it.

Settings stand after `# `, explanations after `##`: whoever takes one `#` off every line has the
study back, with the explanations as its comments.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from etude.config.loading import read, recipes
from etude.config.reading import Dumper, Lines
from etude.config.settings import Settings
from etude.config.study import Study

WIDTH = 96
TAGS = ("kind", "name")  # what tells the variants of a block apart
OWN_COMMENT = re.compile(r"\s#\s+(?P<said>.*)$")

# What a newcomer changes first, by block of the study; the rest is in the settings' own words.
GUIDES = {
    "model": """
Another model: base takes a hub id (owner/name) or a folder (./my-model) with safetensors.
A GPU is taken when there is one; there, precision: bf16 halves the memory.
""",
    "data": """
Your own material: take the recipe's source away and name a file of yours, for example
  data:
{labels}    sources:
{without}
      mine: {{kind: csv, path: mine.csv, columns: {columns}}}
""",
    "approaches": """
A name with null takes an approach away (NAME: null); another name adds one.
""",
}
COLUMNS = {
    "generate": '{instruction: "{question}", response: "{answer}"}',
    "classify": '{input: "{text}", label: "{label}"}',
}


class Writer(Dumper):
    """Writes texts of several lines as they read, and lists on one line."""


def _text(writer: Writer, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Writer.add_representer(str, _text)


class Explained:
    """Goes through a study once, explaining a setting where it first stands."""

    def __init__(self, study: Study, remarks: Mapping[tuple[Any, ...], list[str]]) -> None:
        self.study = study
        self.remarks = remarks
        self.seen: set[tuple[type[Settings], str]] = set()

    def block(self, block: Settings, path: tuple[str, ...]) -> Iterator[str]:
        """The settings that a block sets, and the names of those it leaves alone."""
        kind, values = type(block), block.model_dump(mode="json", exclude_unset=True)
        is_new = not any(owner is kind for owner, _ in self.seen)
        for name in sorted(kind.model_fields, key=lambda name: not _is_tag(kind, name)):
            field, here = kind.model_fields[name], (*path, name)
            if here == ("name",) or name not in values:
                continue
            if not path:
                yield ""
            yield from self.explanation(kind, name, field, here)
            yield from self.setting(here, getattr(block, name), values[name])
        left = [name for name in kind.model_fields if name not in values]
        if is_new and left:
            if not path:
                yield ""
            known = ", ".join(_with_default(name, kind.model_fields[name]) for name in left)
            yield from comment(f"More settings here: {known}.", len(path))

    def explanation(
        self, kind: type[Settings], name: str, field: FieldInfo, path: tuple[str, ...]
    ) -> Iterator[str]:
        """What a setting means, where it was not said above; then what the recipe says of it."""
        if (kind, name) not in self.seen:
            self.seen.add((kind, name))
            said = str(kind.__doc__ if _is_tag(kind, name) else field.description)
            known = choices(field.annotation)
            said = " ".join(said.split())
            if len(known) > 1 and not all(choice in said for choice in known):
                said += f" One of: {', '.join(known)}."
            yield from comment(said, len(path) - 1)
            if len(path) == 1 and name in GUIDES:
                yield from self.guide(name)
        for remark in self.remarks.get(path, ()):
            yield from comment(remark, len(path) - 1)

    def guide(self, name: str) -> Iterator[str]:
        """What a newcomer changes first in a block, line by line as it is written."""
        data = self.study.data
        classify = data.task == "classify"
        written = GUIDES[name].format(
            without="\n".join(f"      {source}: null" for source in data.sources),
            columns=COLUMNS["classify" if classify else "generate"],
            labels="    labels: [one, another]\n" if classify else "",
            NAME="NAME",
        )
        yield from (f"## {line}" for line in written.strip("\n").splitlines())

    def setting(self, path: tuple[str, ...], value: Any, plain: Any) -> Iterator[str]:
        """A setting's lines; `plain` is its value as JSON."""
        is_block = isinstance(value, Settings)
        if not plain or not (is_block or _holds_blocks(value)):
            written = yaml.dump(
                {path[-1]: _rounded(plain)},
                Dumper=Writer,
                default_flow_style=None if isinstance(plain, list) else False,
                allow_unicode=True,
                sort_keys=False,
                width=WIDTH - 2 * len(path),
            )
            yield from setting_lines(written, len(path) - 1)
            return
        header = yaml.dump({path[-1]: None}, Dumper=Writer, allow_unicode=True)
        yield from setting_lines(header.replace(": null", ":"), len(path) - 1)
        if is_block:
            yield from self.block(value, path)
            return
        for key, item in value.items():
            for remark in self.remarks.get((*path, key), ()):
                yield from comment(remark, len(path))
            yield from self.setting((*path, key), item, plain[key])


def commented(study: Study, file: Path) -> str:
    """The study that `file` holds, without its name, as explained comments.

    Comments that stand in the file, or in recipes it extends, are kept beside their settings.
    """
    _, lines = read(file, seen=())
    head = [f"## {said}".rstrip() for said in opening(file)]
    body = Explained(study, own_comments(lines, file)).block(study, ())
    return "\n".join([*([""] if head else []), *head, *body]) + "\n"


def comment(text: str, depth: int) -> Iterator[str]:
    """An explanation, wrapped and indented as the setting below it."""
    pad = "  " * depth
    for line in textwrap.wrap(text, WIDTH - len(pad) - 3, break_on_hyphens=False):
        yield f"## {pad}{line}"


def setting_lines(written: str, depth: int) -> Iterator[str]:
    """YAML as comments, indented; lines without anything stay so inside a text."""
    for line in written.rstrip("\n").split("\n"):
        yield f"# {'  ' * depth}{line}".rstrip()


def choices(annotation: Any) -> list[str]:
    """The words that may be written for a setting: of a Literal, or the tags of its variants."""
    if get_origin(annotation) is Literal:
        return [word for word in get_args(annotation) if isinstance(word, str)]
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        tags = [tag for tag in TAGS if _is_tag(annotation, tag)]
        return [word for tag in tags for word in choices(annotation.model_fields[tag].annotation)]
    return list(dict.fromkeys(word for part in get_args(annotation) for word in choices(part)))


def opening(file: Path) -> list[str]:
    """The comment that a file begins with."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        found.append(line.lstrip("# "))
    return found


def own_comments(lines: Lines, file: Path) -> dict[tuple[Any, ...], list[str]]:
    """Setting -> comments above it or behind it, in `file` and in the recipes that it extends.

    `lines` say where each setting stands; of several on one line the outermost has the comment.
    """
    files = {path.name: path for path in (*recipes().values(), file)}
    texts: dict[str, list[str]] = {}
    used: set[str] = set()
    found: dict[tuple[Any, ...], list[str]] = {}
    for path in sorted(lines, key=len):
        where = lines[path]
        name, _, number = where.rpartition(", line ")
        if not path or where in used or name not in files:
            continue
        used.add(where)
        if name not in texts:
            texts[name] = files[name].read_text(encoding="utf-8").splitlines()
        if said := _beside(texts[name], int(number) - 1):
            found[path] = said
    return found


def _beside(text: list[str], index: int) -> list[str]:
    """Comments directly above a line (not those that open the file), and the one at its end."""
    first = index
    while first > 0 and text[first - 1].lstrip().startswith("#"):
        first -= 1
    said = " ".join(line.lstrip("# ") for line in text[first:index]) if first else ""
    match = OWN_COMMENT.search(text[index])
    before = text[index][: match.start()] if match else ""
    quoted = before.count('"') % 2 or before.count("'") % 2  # a # inside a text
    return [*([said] if said else []), *([match["said"]] if match and not quoted else [])]


def _with_default(name: str, field: FieldInfo) -> str:
    """A setting's name, and its default where that is a plain word or number."""
    default = field.default
    if default is PydanticUndefined or isinstance(default, Settings | tuple | dict):
        return name
    if default is None or default == "":
        return name
    word = str(default).lower() if isinstance(default, bool) else str(default)
    return f"{name} ({word})"


def _holds_blocks(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(item, Settings) for item in value.values())


def _is_tag(block: type[Settings], name: str) -> bool:
    """Whether a setting tells the variants of a block apart: one word, always the same."""
    field = block.model_fields.get(name)
    return name in TAGS and field is not None and len(choices(field.annotation)) == 1


def _rounded(plain: Any) -> Any:
    """Values as people write them: 6 for 6.0."""
    if isinstance(plain, list):
        return [_rounded(item) for item in plain]
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain
