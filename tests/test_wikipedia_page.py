"""The page on Wikipedia: what it shows in Python runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import wiki_pages

PAGE = Path(__file__).parents[1] / "docs" / "wikipedia.md"


def test_what_the_page_shows_of_dumps_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    parts = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    dumps = [part for part in parts if "ptwiki.xml.bz2" in part or "wikitext" in part]
    assert len(dumps) == 4
    assert all(len(part.strip().splitlines()) <= 6 for part in dumps)
    wiki_pages.write(tmp_path / "ptwiki.xml.bz2", wiki_pages.pages(10), "bz2")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for part in dumps:
        exec(part, names)  # noqa: S102 - our own page
    said = capsys.readouterr().out
    assert said.count("https://pt.wikipedia.org/wiki/") == 3
    assert "Counts(articles=10, redirects=1, other_namespaces=1" in said
    assert "('Antiga " in said
    assert said.endswith("Lisboa é a capital de lá.\n")
