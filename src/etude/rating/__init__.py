"""Blind ratings: people say which of two answers is better, without knowing whose they are."""

from etude.rating.session import Session, begin
from etude.rating.summary import rated

__all__ = ["Session", "begin", "rated"]
