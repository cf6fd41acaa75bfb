"""Figures and one self-contained page, made from a study's saved predictions."""

from etude.report.evidence import read_evidence
from etude.report.write import draw_again, is_current, write_report

__all__ = ["draw_again", "is_current", "read_evidence", "write_report"]
