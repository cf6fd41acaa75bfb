"""What `plan` says of memory beside what a tuning uses, in processes of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from memory_cases import CASES, measure

PROMISED = 0.2


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
