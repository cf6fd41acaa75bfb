"""JSON and JSON Lines -> rows."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.config.sources import Json, Jsonl
from etude.data.rows import Row, SplitName
from etude.data.text import files_of, text_of
from etude.errors import UserError, nearest

CONVERT = (
    'python -c "import ast,json,sys; [print(json.dumps(ast.literal_eval(x))) for x in sys.stdin]"'
)


def read_json(source: Json, root: Path) -> Iterator[Row]:
    """Rows of a JSON file: an array of objects, at the top or at `rows` inside."""
    for split, name, path in files_of(source.path, root):
        rows = _array(load(path, name, source.encoding), source.rows, name)
        if not rows:
            raise UserError(f"{name} holds an array without rows: there is nothing to read.")
        for number, row in enumerate(rows, start=1):
            where = f"{name}, row {number}"
            if not isinstance(row, dict):
                raise UserError(
                    f"{where}: {kind_of(row)} where an object with named columns was expected; "
                    'write every row as {"column": "text"}.'
                )
            yield Row(split, where, row)


def read_jsonl(source: Jsonl, root: Path) -> Iterator[Row]:
    """Rows of a JSON Lines file: one object a line; blank lines are passed over."""
    for split, name, path in files_of(source.path, root):
        empty = True
        with text_of(path, source.encoding, newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.isspace():
                    continue
                try:
                    yield _line(line, split, f"{name}, line {number}")
                except UserError as error:
                    if not empty:
                        raise
                    problem = error
                    break
                empty = False
            else:
                if empty:
                    raise UserError(f"{name} holds only blank lines: there are no rows to read.")
                continue
        # The very first row fails: perhaps the file is JSON of another shape.
        raise _another_shape(path, name, source.encoding) or problem


def _line(line: str, split: SplitName | None, where: str) -> Row:
    try:
        row = json.loads(line.rstrip(), object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        if _is_python(line):
            raise UserError(
                f"{where}: the lines are Python dicts as print() writes them, not JSON "
                f"({line.strip()[:24]}...); convert the file once: {CONVERT} < old > new."
            ) from None
        raise UserError(f"{where}, column {error.colno}: {_broken(error)}.") from None
    except RepeatedKeyError as error:
        raise UserError(f"{where}: {error}.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: JSON that cannot be read ({error}); mend the line.") from None
    if not isinstance(row, dict):
        raise UserError(
            f"{where}: {kind_of(row)} where an object with named columns was expected; "
            'write every line as {"column": "text"}.'
        )
    return Row(split, where, row)


class RepeatedKeyError(ValueError):
    """The same key twice in one object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict, unless a key stands twice: JSON readers keep the last one without a word."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise RepeatedKeyError(f"the key '{twice}' stands twice in one object; keep one of the two")
    return row


def _broken(error: json.JSONDecodeError) -> str:
    reason = error.msg[0].lower() + error.msg[1:]
    if "\0" in error.doc[:100]:
        return "NUL bytes, so this is not text in the named encoding; perhaps encoding: utf-16-le"
    return f"broken JSON ({reason}); mend that place or remove the line"


def _is_python(line: str) -> bool:
    """Whether a line is the repr of a Python dict; nothing in it is run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stray backslashes in the text warn
        try:
            value = ast.literal_eval(line.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return False
    # A comma too many is also valid Python, but print() would not have written it.
    return isinstance(value, dict) and ("{'" in line[:9] or repr(value) == line.strip())


def _another_shape(path: Path, name: str, encoding: str) -> UserError | None:
    """A sentence for a whole-file JSON that was called jsonl, None when it is not one."""
    with text_of(path, encoding, newline="") as file:
        try:
            value = json.load(file, object_pairs_hook=_object)
        except (ValueError, RecursionError):
            return None
    return UserError(
        f"{name} is one JSON {'array' if isinstance(value, list) else 'object'}, "
        "not one object a line: write kind: json."
    )


def load(path: Path, name: str, encoding: str) -> Any:
    """A whole JSON file; UserError tells JSON Lines, Python reprs and repeated keys apart."""
    with text_of(path, encoding, newline="") as file:
        text = file.read()
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text[: error.pos] and error.colno == 1:
            raise UserError(
                f"{name} holds one JSON value a line, not one for the whole file: "
                "write kind: jsonl."
            ) from None
        if _is_python(text.split("\n", 1)[0]):
            raise UserError(
                f"{name}: the lines are Python dicts as print() writes them, not JSON; "
                f"convert the file once: {CONVERT} < old > new, and write kind: jsonl."
            ) from None
        if not text.strip():
            raise UserError(f"{name} holds only blank lines: there are no rows to read.") from None
        where = f"{name}, line {error.lineno}, column {error.colno}"
        raise UserError(f"{where}: {_broken(error)}.") from None
    except RepeatedKeyError as error:
        raise UserError(f"{name}: {error}.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: JSON that cannot be read ({error}); mend the file.") from None


def _array(value: Any, path: str | None, name: str) -> list[Any]:
    """The array of rows: at the dotted path, at the top, or the only one in the top object."""
    if path is not None:
        here = "the top"
        for step in path.split("."):
            if not isinstance(value, dict) or step not in value:
                known = (
                    nearest(step, value) if isinstance(value, dict) else f"it is {kind_of(value)}"
                )
                raise UserError(f"{name}: rows: '{path}' leads nowhere at {here}; {known}.")
            value, here = value[step], f"'{step}'"
        if not isinstance(value, list):
            raise UserError(
                f"{name}: rows: '{path}' is {kind_of(value)}; name an array of objects."
            )
        return value
    if isinstance(value, list):
        return value
    arrays = (
        [key for key, item in value.items() if isinstance(item, list)]
        if isinstance(value, dict)
        else []
    )
    if len(arrays) == 1:
        inner: list[Any] = value[arrays[0]]
        return inner
    if arrays:
        raise UserError(
            f"{name} holds several arrays ({', '.join(arrays)}): say which one with rows: "
            f"{arrays[0]}."
        )
    raise UserError(
        f"{name} holds {kind_of(value)} without an array of rows: expected [{{...}}, {{...}}], or "
        "an object that holds it; name a deeper one with rows: (dotted path)."
    )


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text"}
    return names.get(type(value)) or ("an array" if isinstance(value, list) else "an object")
