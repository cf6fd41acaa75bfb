"""Templates put columns into text, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.errors import UserError
from etude.prompts import columns_of, fill


@pytest.mark.parametrize(
    ("template", "columns", "filled"),
    [
        ("{title}", {"title": "Águas"}, "Águas"),
        ("no columns", {}, "no columns"),
        ("{{title}}", {"title": "x"}, "{title}"),
        ("{{{title}}}", {"title": "x"}, "{x}"),
        ("{a}{b}{a}", {"a": "1", "b": "2"}, "121"),
        ("{artist name}, {a.b[0]!r:>9}", {"artist name": "Elis", "a.b[0]!r:>9": "v"}, "Elis, v"),
        ("{ text }", {" text ": "spaces count"}, "spaces count"),
        ("{x}", {"x": "{y} }} {"}, "{y} }} {"),
        ("line\n{x}\n", {"x": ""}, "line\n\n"),
    ],
)
def test_columns_are_put_in_as_they_are(template: str, columns: dict, filled: str) -> None:
    assert fill(template, columns, "here") == filled


def test_columns_of_names_each_once_in_order() -> None:
    assert columns_of("{b} {{c}} {a} {b}", "here") == ("b", "a")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{titel}",
            "prompt.template: there is no column 'titel' to fill {titel} in the template "
            "'{titel}'; did you mean 'title'? Known: text, title.",
        ),
        (
            "a } b",
            "prompt.template: a lone '}' at character 3: write '}}' for a literal brace, or "
            "'{column}' for a column's text, in the template 'a } b'.",
        ),
        (
            "{title",
            "prompt.template: a lone '{' at character 1: write '{{' for a literal brace, or "
            "'{column}' for a column's text, in the template '{title'.",
        ),
        (
            "{a{title}",
            "prompt.template: a lone '{' at character 1: write '{{' for a literal brace, or "
            "'{column}' for a column's text, in the template '{a{title}'.",
        ),
        (
            "is {} it",
            "prompt.template: empty braces at character 4: expected a column's name between "
            "them, or '{{}}' for literal braces, in the template 'is {} it'.",
        ),
    ],
)
def test_mistakes_are_named(template: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        fill(template, {"title": "x", "text": "y"}, "prompt.template")
    assert str(error.value) == message


def test_python_format_syntax_reaches_nothing() -> None:
    with pytest.raises(UserError, match=r"there is no column 'title\.__class__'"):
        fill("{title.__class__}", {"title": "x"}, "here")


@given(st.text(), st.text())
def test_doubled_braces_come_back_as_written(text: str, value: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert fill(escaped, {}, "here") == text
    assert fill(escaped + "{x}" + escaped, {"x": value}, "here") == text + value + text
