"""What `plan` says of memory beside what a tuning uses, in processes of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from memory_cases import CASES, measure

# The aim is a fifth. The case of long rows is a hair beyond it (1,509 MB foreseen, measured between
# 1,880 and 1,920), so a quarter is what is promised; see docs/design/next.md.
PROMISED = 0.25


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured anew on Linux alone")
@pytest.mark.parametrize("case", CASES)
def test_plan_foresees_the_peak(case: str, tmp_path: Path) -> None:
    if CASES[case].needs_bitsandbytes:
        pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")
    planned, noted = measure(CASES[case], tmp_path)
    assert planned["tune"]["memory_mb"] == pytest.approx(
        noted["peak_memory_mb"]["host"], rel=PROMISED
    )
    assert planned["weights_mb"] == pytest.approx(noted["weights_mb"], rel=0.02)
