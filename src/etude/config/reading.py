"""YAML text into plain values, with the file and line where each of them stands.

Plain words are read as YAML 1.2's core schema reads them: `3e-4` is a number, `yes`, `no`, `on`,
`1:30` and `2026-01-31` are text. (YAML 1.1, which PyYAML follows otherwise, makes them text, true,
false, true, 90 and a date.)
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from etude.errors import UserError

Lines = dict[tuple[Any, ...], str]
FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|(\d+\.?\d*|\.\d+)[eE][-+]?\d+|\.inf)$|\.nan$")
PLAIN = (  # tag, what a plain word of it looks like, characters it may begin with
    ("null", re.compile(r"(null|~|)$"), ["n", "~", ""]),
    ("bool", re.compile(r"(true|false)$", re.IGNORECASE), list("tTfF")),
    ("int", re.compile(r"[-+]?(0|[1-9]\d*)$"), list("-+0123456789")),
    ("float", FLOAT, list("-+.0123456789")),
    ("merge", re.compile(r"<<$"), ["<"]),
)
TAGS = {f"tag:yaml.org,2002:{name}" for name in (*(row[0] for row in PLAIN), "str", "seq", "map")}
MOST_VALUES = 100_000  # a study has hundreds; aliases of aliases unfold without end
HINTS = {
    "mapping values are not allowed": "either this line is indented too far, or text that holds "
    "': ' needs quotes",
    "could not find expected ':'": "a setting is written as name: value",
    "expected <block end>": "line up the settings of a block, and put text that begins with { or "
    "[ in quotes",
    "found character '\\t'": "indent with spaces, not tabs",
    "that cannot start any token": "text that begins with %, @ or ` needs quotes",
    "another document": "a study is one document, so remove the line ---",
    "undefined alias": "text that begins with * needs quotes",
    "expected ','": "close the bracket or brace that was opened",
    "expected the node content": "close the bracket or brace that was opened",
    "unexpected end of stream": "close the quotes",
    "unknown escape character": "inside double quotes a backslash is written twice",
    "sequence entries are not allowed": "begin a list on the next line, or write it as [a, b]",
}


class Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the plain words of `PLAIN`."""


class Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, quoting what either it or `Loader` would not read as text."""


Loader.yaml_implicit_resolvers = {}  # none of YAML 1.1's
for _name, _pattern, _first in PLAIN:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, _first)
Dumper.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+.0123456789"))


def write_yaml(values: dict[str, Any]) -> str:
    """YAML that `read_yaml` reads back as the same values."""
    text: str = yaml.dump(values, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return text


def read_yaml(path: Path) -> tuple[dict[str, Any], Lines]:
    """A file's values, and the file and line where each of them stands.

    Raises `UserError` for what is no YAML, no block of settings, or said twice.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path.name}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8: save the "
            "file as UTF-8."
        ) from None
    try:
        node = Loader(text).get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise UserError(f"{path.name} should hold a study (name, model, data, approaches).")
        reader = Reader(path.name)
        return reader.block(node, ()), reader.lines
    except yaml.YAMLError as error:
        raise UserError(refusal(path.name, error)) from None
    except RecursionError:
        raise UserError(
            f"{path.name} nests too deeply to be read, or an alias (*name) stands inside what it "
            "names: write it out."
        ) from None


def read_value(text: str, where: str) -> Any:
    """One value, as it stands after `key=` on a command line."""
    try:
        node = Loader(text).get_single_node()
        if node is None:
            raise UserError(
                f"{where}: nothing stands after the =: write {{}} for a block of defaults, null "
                'for none, or "" for empty text.'
            )
        return Reader(where).value(node, ())
    except yaml.YAMLError as error:
        raise UserError(f"{where}: the value is not YAML ({hint(problem(error))}).") from None
    except RecursionError:
        raise UserError(f"{where}: the value nests too deeply to be read.") from None


class Reader:
    """Turns YAML nodes into values, noting lines and refusing what is said twice or not at all."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: Lines = {}
        self.count = 0
        self.scalars = Loader("")

    def at(self, node: yaml.Node) -> str:
        """Where a node stands."""
        return f"{self.file}, line {node.start_mark.line + 1}"

    def value(self, node: yaml.Node, path: tuple[Any, ...]) -> Any:
        """The value of any node; `path` is where it stands in the study."""
        self.count += 1
        if self.count > MOST_VALUES:
            raise UserError(
                f"{self.at(node)}: aliases (*name) unfold to more than {MOST_VALUES:,} values: "
                "write out what is meant."
            )
        if node.tag not in TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            raise UserError(f"{self.at(node)}: a study has no use for the tag {tag}: remove it.")
        self.lines.setdefault(path, self.at(node))
        if isinstance(node, yaml.MappingNode):
            return self.block(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return self.scalars.construct_object(node)
        except ValueError:
            raise UserError(f"{self.at(node)}: '{node.value}' does not fit its tag.") from None

    def block(self, node: yaml.MappingNode, path: tuple[Any, ...]) -> dict[str, Any]:
        """The settings of a block. `<<: *name` gives it another block's, which its own win over."""
        self.lines.setdefault(path, self.at(node))
        own: dict[str, Any] = {}
        shared: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                shared = self.merged(value_node, path) | shared
                continue
            key = key_node.value
            if not isinstance(key, str):
                raise UserError(f"{self.at(key_node)}: a setting's name should be plain text.")
            here = (*path, key)
            if key in own:
                first = self.lines[here].rpartition(", ")[2]
                raise UserError(
                    f"{self.at(key_node)}: {dotted(here)} stands twice (first on {first}): keep "
                    "one."
                )
            if is_empty(value_node):
                raise UserError(f"{self.at(key_node)}, {dotted(here)}: {no_value(node, here)}.")
            self.lines[here] = self.at(key_node)
            own[key] = self.value(value_node, here)
        return shared | own

    def merged(self, node: yaml.Node, path: tuple[Any, ...]) -> dict[str, Any]:
        """The settings that `<<:` brings; of several blocks the first one wins."""
        blocks = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Any] = {}
        for block in blocks:
            if not isinstance(block, yaml.MappingNode):
                raise UserError(f"{self.at(node)}: << takes a block (*name) or a list of blocks.")
            inner = Reader(self.file)
            inner.count = self.count
            found = inner.block(block, path) | found
            self.count = inner.count + 1
            self.lines = inner.lines | self.lines
        return found


def is_empty(node: yaml.Node) -> bool:
    """Whether nothing was written: `tune:` with nothing after it (`null` is something)."""
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value == ""


def no_value(block: yaml.MappingNode, path: tuple[Any, ...]) -> str:
    """What to do about a setting without a value."""
    if block.flow_style:
        return (
            f"{{{path[-1]}}} without quotes is a block whose setting has no value: write "
            f'"{{{path[-1]}}}" if text is meant'
        )
    return "nothing stands after the colon: write {} for a block of defaults, or null for none"


def dotted(path: tuple[Any, ...]) -> str:
    """`approaches.lora.tune`."""
    return ".".join(str(part) for part in path)


def refusal(file: str, error: yaml.YAMLError) -> str:
    """What the YAML parser did not like, where, and what to do."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"{file}: the character {chr(error.character)!r} cannot stand in a study: remove it."
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    where = f"{file}, line {mark.line + 1}, column {mark.column + 1}" if mark else file
    return f"{where}: this is not YAML ({hint(problem(error))})."


def problem(error: yaml.YAMLError) -> str:
    """The parser's own words."""
    if isinstance(error, yaml.MarkedYAMLError):
        return str(error.problem or error.context)
    return str(error).splitlines()[0]


def hint(problem: str) -> str:
    """What to do about a parser's complaint, where that is known; else the complaint."""
    return next((told for words, told in HINTS.items() if words in problem), problem)
