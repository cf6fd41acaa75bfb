"""What is put to the model: task prompts, role markup, worked examples."""

from etude.prompts.markup import MARKUPS, Markup, choose_markup, fold_system, render
from etude.prompts.passages import Passages
from etude.prompts.shots import CHOOSERS, choose_shots
from etude.prompts.supervision import Piece, Pieces, answer_text, closes, ending, pieces
from etude.prompts.templates import columns_of, fill
from etude.prompts.turns import compose, user_turns

__all__ = [
    "CHOOSERS",
    "MARKUPS",
    "Markup",
    "Passages",
    "Piece",
    "Pieces",
    "answer_text",
    "choose_markup",
    "choose_shots",
    "closes",
    "columns_of",
    "compose",
    "ending",
    "fill",
    "fold_system",
    "pieces",
    "render",
    "user_turns",
]
