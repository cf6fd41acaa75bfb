"""ROUGE (Lin 2004): n-grams, longest common subsequences and skip-bigrams.

Precision, recall and F1 come from the same counts; of several references the one with the best F1
counts, for all three. The counts are those of Google's rouge-score, found faster. English is cut
as that package cuts it, without stemming. Outside English its tokeniser breaks words at every
accent, so other languages use the Unicode words of `etude.metrics.words`; the signature says which
of the two it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from etude.config.languages import two_letters
from etude.metrics import overlap
from etude.metrics.metric import Case, Floats, Means, Measured, Sign, Told, Work, averaged, ratio
from etude.metrics.pairs import Pairs, pairs_of
from etude.metrics.texts import Cut
from etude.metrics.words import words
from etude.metrics.writing import fraction, listed, tokens_in
from etude.records import Example, Prediction

Kind = Literal["rouge1", "rouge2", "rougeL", "rougeLsum", "rougeS4"]
Part = Literal["precision", "recall", "F1"]

REFERENCE = "rouge-score 0.1.2"  # whose values these are; the tests hold it
GAP = 4  # tokens between the two of a skip-bigram, as in Lin's ROUGE-S4
UNITS = {
    "rouge1": "words",
    "rouge2": "pairs of neighbouring words",
    "rougeL": "words of the longest common subsequence",
    "rougeLsum": "words of the lines' longest common subsequences",
    "rougeS4": f"word pairs with at most {GAP} words between",
}
_WORD = re.compile("[a-z0-9]+")


def rouge(kind: Kind, part: Part = "F1") -> Work:
    """A measure of one kind, on a scale of 0 to 1.

    `rougeLsum` is the summary-level score: it takes each line of a text for a sentence, as the
    reference implementation does. No sentence is split here, so for texts of one line it equals
    `rougeL`.
    """

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
    ) -> Measured:
        pairs = means.texts.once(
            "pairs", examples, predictions, lambda: pairs_of(examples, predictions)
        )
        counts = means.texts.once(
            (kind, is_english(language)),
            examples,
            predictions,
            lambda: COUNTS[kind](pairs, cut_for(language), means),
        )
        scores = of_counts(counts)
        return averaged(scores[part][pairs.best(scores["F1"])])

    return measure


def of_counts(counts: Floats) -> dict[Part, Floats]:
    """Precision, recall and F1 of rows of counts: in the answer, in the reference, in both."""
    precision = ratio(counts[:, 2], counts[:, 0], empty=0.0)
    recall = ratio(counts[:, 2], counts[:, 1], empty=0.0)
    f1 = ratio(2 * precision * recall, precision + recall, empty=0.0)
    return {"precision": precision, "recall": recall, "F1": f1}


def ngrams(order: int) -> Callable[[Pairs, Cut, Means], Floats]:
    """Counts of n-grams of one order."""

    def count(pairs: Pairs, cut: Cut, means: Means) -> Floats:
        answers = means.texts.all_ids(cut, pairs.answers)
        references = means.texts.all_ids(cut, pairs.references)
        return overlap.ngram_counts(answers, references, order)[:, -1].astype(np.float64)

    return count


def skipping(pairs: Pairs, cut: Cut, means: Means) -> Floats:
    """Counts of skip-bigrams."""
    answers = means.texts.all_ids(cut, pairs.answers)
    references = means.texts.all_ids(cut, pairs.references)
    return overlap.skip_counts(answers, references, GAP).astype(np.float64)


def subsequence(pairs: Pairs, cut: Cut, means: Means) -> Floats:
    """Lengths, and that of the longest common subsequence."""
    counts = np.zeros((len(pairs.answers), 3))
    for row, texts in enumerate(zip(pairs.answers, pairs.references, strict=True)):
        answer, reference = (means.texts.ids(cut, text).tolist() for text in texts)
        counts[row] = len(answer), len(reference), overlap.lcs_length(reference, answer)
    return counts


def by_line(pairs: Pairs, cut: Cut, means: Means) -> Floats:
    """Lengths, and how many words of the reference's lines the answer's lines have in order.

    A reference word counts where any line of the answer has it in their longest common
    subsequence, and no word counts more often than either text has it.
    """
    counts = np.zeros((len(pairs.answers), 3))
    for row, texts in enumerate(zip(pairs.answers, pairs.references, strict=True)):
        answer, reference = (
            [means.texts.ids(cut, line).tolist() for line in text.split("\n") if line]
            for text in texts
        )
        counts[row] = sum(map(len, answer)), sum(map(len, reference)), line_hits(reference, answer)
    return counts


def line_hits(reference: Sequence[list[int]], answer: Sequence[list[int]]) -> int:
    """Words of reference lines that answer lines have, as rouge-score counts them."""
    if len(reference) == 1 and len(answer) == 1:
        return overlap.lcs_length(reference[0], answer[0])
    there = Counter(token for line in reference for token in line)
    said = Counter(token for line in answer for token in line)
    hits = 0
    for line in reference:
        found = {place for other in answer for place in overlap.lcs_places(line, other)}
        for place in sorted(found):
            token = line[place]
            if said[token] > 0 and there[token] > 0:
                hits += 1
                said[token] -= 1
                there[token] -= 1
    return hits


COUNTS: dict[Kind, Callable[[Pairs, Cut, Means], Floats]] = {
    "rouge1": ngrams(1),
    "rouge2": ngrams(2),
    "rougeL": subsequence,
    "rougeLsum": by_line,
    "rougeS4": skipping,
}


def rouge_signature(kind: Kind, part: Part = "F1") -> Sign:
    """The implementation whose values these are, the tokeniser, how references are combined."""

    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        tokenizer = "its default (a-z, 0-9)" if is_english(language) else "Unicode words (NFC)"
        like = f"as {REFERENCE}" if kind != "rougeS4" else f"skip at most {GAP} words"
        if kind == "rougeS4" and is_english(language):
            tokenizer = "rouge-score's (a-z, 0-9)"
        which = "best of references" + ("" if part == "F1" else " by F1")
        return f"{like}, tokeniser {tokenizer}, stemmer off, {part}, {which}"

    return sign


def told(kind: Kind, part: Part = "F1") -> Callable[[Case], Told]:
    """How one example's value came about."""

    def tell(case: Case) -> Told:
        cut = cut_for(case.language)
        alone = pairs_of([case.example], [case.prediction])
        counts = COUNTS[kind](alone, cut, Means())
        scores = of_counts(counts)
        best = int(alone.best(scores["F1"])[0])
        answer, reference, both = counts[best]
        precision, recall = fraction(both, answer), fraction(both, reference)
        value = scores[part][best]
        formulas = {
            "precision": f"shared / answer = {precision}",
            "recall": f"shared / reference = {recall}",
            "F1": "2 · precision · recall / (precision + recall), with precision "
            f"{precision} and recall {recall} = {value:.6g}",
        }
        return Told(
            (
                *tokens_in(cut, case, best),
                ("counted", UNITS[kind]),
                ("shared", shared_words(kind, cut, alone.answers[best], alone.references[best])),
                ("counts", f"answer {answer:g}, reference {reference:g}, shared {both:g}"),
                (part, formulas[part]),
            ),
            ("sum of values", "examples"),
            "sum of values / examples",
        )

    return tell


def shared_words(kind: Kind, cut: Cut, answer: str, reference: str) -> str:
    """What both texts have, written out."""
    if kind == "rougeLsum":
        return "as above, line by line"
    said, right = cut(answer), cut(reference)
    if kind == "rougeL":
        number = {token: place for place, token in enumerate(dict.fromkeys((*said, *right)))}
        places = overlap.lcs_places([number[t] for t in right], [number[t] for t in said])
        return listed([right[place] for place in places])
    reach = {"rouge1": 0, "rouge2": 1, "rougeS4": GAP + 1}[kind]
    both = Counter(grams(said, reach)) & Counter(grams(right, reach))
    return listed([f"{gram} x{n}" if n > 1 else gram for gram, n in both.items()])


def grams(tokens: Sequence[str], reach: int) -> list[str]:
    """Words (reach 0), or pairs of words at most `reach` apart."""
    if not reach:
        return list(tokens)
    last = len(tokens) - 1
    return [
        f"{first} {tokens[place + apart]}"
        for place, first in enumerate(tokens)
        for apart in range(1, min(reach, last - place) + 1)
    ]


def latin(text: str) -> list[str]:
    """Words of a-z and 0-9, as rouge-score's default tokeniser cuts them."""
    return _WORD.findall(text.lower())


def cut_for(language: str) -> Cut:
    """The tokeniser for a language."""
    return latin if is_english(language) else words


def is_english(language: str) -> bool:
    return two_letters(language) == "en"
