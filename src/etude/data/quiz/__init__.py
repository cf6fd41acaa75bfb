"""Questions on an article, written by templates from what it says."""

from etude.data.quiz.make import MAKERS, Made, make_questions
from etude.data.quiz.question import LeftOut, Question

__all__ = ["MAKERS", "LeftOut", "Made", "Question", "make_questions"]
