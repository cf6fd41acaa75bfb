"""The page on approaches does what it says: its lines of Python are run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

import etude.study
from etude.config import Study
from etude.display import Display
from etude.engine.base import find_base
from etude.engine.load import load
from etude.progress import Progress
from etude.worker import TASKS
from studies import settings, write_rows

PAGE = Path(__file__).parents[1] / "docs" / "approaches.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
FEW = {"max_steps": 2, "batch_size": 4}


def test_adapters_are_exchanged_and_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModelForCausalLM

    def in_this_process(task: dict[str, Any], _: Path, progress: Progress) -> None:
        TASKS[task["do"]](task, progress)

    methods = ("lora", "prompt-tuning")
    study = Study.model_validate(
        settings(
            write_rows(tmp_path / "animals.jsonl", 40),
            name="music-theory",
            approaches={name: {"tune": {"method": name, **FEW}} for name in methods},
            forgetting={"passages": 0},
        )
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(etude.study, "in_child", in_this_process)
    etude.study.run(study, display=Display(quiet=True))
    known: dict[str, Any] = {}
    assert len(BLOCKS) == 2
    for block in BLOCKS:
        exec(block, known)  # noqa: S102 - the page's own lines
    whole = AutoModelForCausalLM.from_pretrained("merged")
    weights = Path("runs/music-theory/approaches/lora/seed-13/weights")
    tuned = load(find_base(study.model.base), study.model, "fp32", [weights]).model
    ids = torch.tensor([[1, 50, 60, 70]])
    with torch.inference_mode():
        assert torch.allclose(whole(ids).logits, tuned(ids).logits, atol=1e-5)
