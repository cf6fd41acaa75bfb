"""Whether answers rest on the passages that were shown: their words, their numbers, the right one.

No judge and no model: what an answer says is looked for in the passages that stood in its prompt
(their shown part). A passage can hold an answer's words and not its meaning, so a high share is
needed for an answer to be grounded and does not prove it; a low one shows that it is not.
Citations (`[2]`) are taken out of an answer first. An answer that says that the passages do not
hold it (`etude.prompts.passages.SAYS_SO`) has nothing to be supported, and does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np

from etude.config.languages import two_letters
from etude.errors import UserError
from etude.metrics.citations import cited, said
from etude.metrics.found import counting, over_counted, retrieves
from etude.metrics.metric import Case, Means, Measured, Sign, Told, Work
from etude.metrics.words import words
from etude.metrics.writing import listed
from etude.prompts.passages import SAYS_SO
from etude.records import Example, Passage, Prediction
from etude.retrieval.analysis import Analyser, analyser, terms
from etude.retrieval.gold import is_gold

Value = Callable[[Example, Prediction, Sequence[str], str], float | None]
"""Example, answer, shown texts, language -> value; None where the example does not count."""

# Digits with separators between groups; a sign and a unit do not belong to it.
NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")


@cache
def analysis(language: str) -> Analyser:
    """How the words of a language become stems."""
    return analyser(two_letters(language))


def abstains(text: str, language: str) -> bool:
    """Whether an answer says that the passages do not hold it."""
    told = " ".join(words(text))
    code = two_letters(language)
    known = dict.fromkeys((*SAYS_SO["en"], *SAYS_SO.get(code, ())))
    return any(" ".join(words(phrase)) in told for phrase in known)


def stems_held(answer: str, texts: Sequence[str], language: str) -> tuple[list[str], list[str]]:
    """The answer's stems without stop words, and those of them that stand in the texts."""
    analyse = analysis(language)
    held = {term for text in texts for term in terms(text, analyse)}
    spoken = terms(said(answer), analyse)
    return spoken, [term for term in spoken if term in held]


def numbers_in(text: str) -> list[str]:
    """Numbers as digits, whatever separates thousands and decimals.

    A last separator before exactly three digits separates thousands, otherwise decimals.

    >>> numbers_in("1.234.567 pessoas, 3,5% e 07")
    ['1234567', '3.5', '7']
    """
    return [plain(match[0]) for match in NUMBER.finditer(text)]


def plain(number: str) -> str:
    """One number with a point before decimals and nothing else between digits."""
    parts = re.split(r"\D", number)
    decimals = parts.pop() if len(parts) > 1 and len(parts[-1]) != 3 else ""
    whole = "".join(parts).lstrip("0") or "0"
    return f"{whole}.{decimals}".rstrip("0").rstrip(".") if decimals else whole


def words_share(
    example: Example, made: Prediction, texts: Sequence[str], language: str
) -> float | None:
    """The share of the answer's stems that stand in the passages; None without a stem."""
    spoken, held = stems_held(made.text, texts, language)
    return len(held) / len(spoken) if spoken else None


def numbers_share(
    example: Example, made: Prediction, texts: Sequence[str], language: str
) -> float | None:
    """The share of the answer's numbers that stand in the passages; None without a number."""
    spoken = numbers_in(said(made.text))
    held = {number for text in texts for number in numbers_in(text)}
    return sum(number in held for number in spoken) / len(spoken) if spoken else None


def rests_on(made: Prediction, texts: Sequence[str], language: str) -> list[int]:
    """Places of the passages that an answer rests on: those cited, else the one that holds most.

    Of equal ones the nearest; none where no stem of the answer stands in any of them.
    """
    numbers = [number - 1 for number in cited(made.text) if 1 <= number <= len(texts)]
    if numbers:
        return numbers
    shares = [len(stems_held(made.text, [text], language)[1]) for text in texts]
    best = max(shares, default=0)
    return [shares.index(best)] if best else []


def right_share(
    example: Example, made: Prediction, texts: Sequence[str], language: str
) -> float | None:
    """The share of the passages that the answer rests on that are gold; None without gold."""
    if not example.gold_passages:
        return None
    places = rests_on(made, texts, language)
    shown = shown_of(made)
    right = [place for place in places if gold(shown[place], example)]
    return len(right) / len(places) if places else 0.0


def gold(passage: Passage, example: Example) -> bool:
    """Whether a passage is gold for an example."""
    return any(is_gold(passage.id, name) for name in example.gold_passages)


def shown_of(made: Prediction) -> list[Passage]:
    """The passages that stood in the prompt, in their order."""
    return [passage for passage in made.passages if passage.shown]


def supported(value: Value) -> Work:
    """The mean of a value over the examples that count, of which abstaining answers are none."""

    def held(example: Example, made: Prediction, language: str, means: Means) -> float | None:
        if abstains(made.text, language):
            return None
        return value(example, made, shown_texts(made, means), language)

    return counting(held)


def shown_texts(made: Prediction, means: Means) -> list[str]:
    """The shown texts of an answer's passages, from what a run has frozen.

    Raises:
        UserError: where the run holds none for this approach.
    """
    lookup = (means.passages or {}).get(made.approach)
    if lookup is None:
        raise UserError(
            f"the passages of '{made.approach}' are not in the run folder (retrieved/), so what "
            "its answers rest on cannot be told: run the study again, which retrieves them anew"
        )
    return [lookup(passage.id)[: passage.characters] for passage in shown_of(made)]


def abstaining(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of answers that say that the passages do not hold it."""
    statistics = np.zeros((len(examples), 2))
    if retrieves(predictions):
        for row, made in enumerate(predictions):
            statistics[row] = abstains(made.text, language), 1
    return over_counted(statistics)


def abstention(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of answers that abstain exactly where no gold passage was shown."""
    statistics = np.zeros((len(examples), 2))
    if retrieves(predictions):
        for row, (example, made) in enumerate(zip(examples, predictions, strict=True)):
            if example.gold_passages:
                statistics[row] = abstains(made.text, language) != gold_shown(example, made), 1
    return over_counted(statistics)


def gold_shown(example: Example, made: Prediction) -> bool:
    """Whether a gold passage stood in the prompt."""
    return any(gold(passage, example) for passage in shown_of(made))


def signed(what: str) -> Sign:
    """What is measured, and how words become stems."""

    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        about = analysis(language).about
        stemmer = about["stemmer"] or "no stemmer"
        return f"{what}; {stemmer}, {about['stop_words']} stop words, accents folded"

    return sign


def signed_plainly(what: str) -> Sign:
    """What is measured, where no stemmer has a part in it."""

    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        return what

    return sign


COLUMNS, FORMULA = ("sum of values", "examples that count"), "sum of values / examples"


def told(value: Value) -> Callable[[Case], Told]:
    """The passages that were shown and what of the answer stands in them."""

    def tell(case: Case) -> Told:
        made, language = case.prediction, case.language
        steps = [*shown_steps(case.example, made)]
        if not retrieves(case.predictions):
            steps.append(("shown", "nothing: the approach retrieves no passages"))
        elif abstains(made.text, language):
            steps.append(("answer", "says that the passages do not hold it: it does not count"))
        else:
            texts = shown_texts(made, case.means)
            spoken, held = stems_held(made.text, texts, language)
            numbers = numbers_in(said(made.text))
            places = rests_on(made, texts, language)
            found = value(case.example, made, texts, language)
            steps += [
                (f"{len(spoken)} stems of the answer", listed(spoken)),
                (f"{len(held)} of them in the passages", listed(held)),
                (f"{len(numbers)} numbers of the answer", listed(numbers)),
                ("cites", ", ".join(f"[{number}]" for number in cited(made.text)) or "none"),
                ("rests on", ", ".join(f"[{place + 1}]" for place in places) or "none"),
                ("value", "does not count" if found is None else f"{found:.6g}"),
            ]
        return Told(tuple(steps), COLUMNS, FORMULA)

    return tell


def told_abstention(case: Case) -> Told:
    """What was shown, and whether the answer says that it does not suffice."""
    silent = "yes" if abstains(case.prediction.text, case.language) else "no"
    gold_there = "yes" if gold_shown(case.example, case.prediction) else "no"
    steps = [
        *shown_steps(case.example, case.prediction),
        ("abstains", silent),
        ("a gold passage was shown", gold_there if case.example.gold_passages else "none is known"),
    ]
    return Told(tuple(steps), COLUMNS, FORMULA)


def shown_steps(example: Example, made: Prediction) -> Iterable[tuple[str, str]]:
    """Each passage of the prompt by its number."""
    for number, passage in enumerate(shown_of(made), start=1):
        yield f"[{number}]", f"{passage.id}{' (gold)' if gold(passage, example) else ''}"
