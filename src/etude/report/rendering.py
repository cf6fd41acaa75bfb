"""Our templates -> pages: every text escaped, a name that is not given is a mistake of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

HERE = Path(__file__).parent


def render(template: str, view: Mapping[str, Any]) -> str:
    """A template of this folder, filled in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(view)


def own(*names: str) -> Markup:
    """Files of this folder as they are: styles and scripts, which are not to be escaped."""
    from markupsafe import Markup

    text = "".join((HERE / name).read_text(encoding="utf-8") for name in names)
    return Markup(text)  # noqa: S704 - our own files
