"""What is wrong with answers as such: endless, repetitive, empty, in another language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from etude.data.languages import NAMES, SEVERAL, UNCLEAR, language_of, name_of
from etude.diagnosis.evidence import Check, Evidence, counted, listed, only, plural, quoted
from etude.diagnosis.numbered import words
from etude.diagnosis.repeated import by_run, each_run, in_seeds
from etude.diagnosis.repeating import LEAST, TURNS, going_round, repeated
from etude.records import Example, Finding, Prediction

MOST = 0.5  # share of answers that reach the limit
LOOPS = 0.02  # share of answers that go round
OFTEN = 0.1  # share of answers from which on something is a warning
REPEATED = 0.5  # share of runs of four words that stood there before
MORE = 0.2  # of these, more than the right answer has
ENOUGH = 9  # words that tell a language
READ = 400  # answers of an approach whose language is asked
STRAYED = 0.05  # share of answers in another language
STRAYED_AT_LEAST = 3
# Languages that are taken for one another in short texts.
KIN = {
    "pt": {"gl"},
    "gl": {"pt", "es"},
    "es": {"gl", "ca", "an"},
    "no": {"da", "nb", "nn"},
    "da": {"no", "nb", "nn"},
    "id": {"ms", "jv"},
    "cs": {"sk"},
    "hr": {"bs", "sr", "sl"},
}


def endless(evidence: Evidence) -> Iterator[Finding]:
    """Answers that reach the limit of tokens instead of stopping by themselves."""
    shares = {
        approach: sum(item.finish == "length" for item in predictions)
        for approach, predictions in by_run(evidence).answers.items()
    }
    total = len(evidence.examples)
    if found := {name: count for name, count in shares.items() if count > MOST * total}:
        named = in_seeds(evidence, found)
        yield Finding(
            kind="never-stops",
            level="warning",
            what=f"Most answers of {listed(named.values())} never stopped.",
            evidence=counted(found, total, "cut at generation.max_tokens"),
            sure="certain",
            advice="An untuned base often goes on: tune it, choose a chat model, or raise "
            "generation.max_tokens if answers are that long.",
            approach=only(named),
        )


def repetition(evidence: Evidence) -> Iterator[Finding]:
    """Answers that go round in a circle."""
    if evidence.classifies:
        return
    known, total = evidence.by_id, len(evidence.examples)
    found: dict[str, int] = {}
    first: tuple[str, Prediction, int] | None = None
    for approach, predictions in by_run(evidence).answers.items():
        loops = [(item, loop(item.text, known[item.example_id])) for item in predictions]
        caught = [(item, period) for item, period in loops if period]
        if caught and len(caught) >= LOOPS * total:
            found[approach] = len(caught)
            first = first or (approach, *caught[0])
    if first is None:
        return
    (run, item, period), named = first, in_seeds(evidence, found)
    often = any(count >= OFTEN * total for count in found.values())
    shown = " ".join(item.text.split())
    yield Finding(
        kind="endless-repetition",
        level="warning" if often else "note",
        what=f"Answers of {listed(named.values())} repeat themselves without end.",
        evidence=counted(found, total, "that go round")
        + f" To {item.example_id} {run} says {quoted(shown)}"
        + (f", {plural(period, 'word')} again and again." if period > 0 else "."),
        sure="likely",
        advice="Tune it, or choose a chat model; see that answers in training end with an end "
        "token (never-stops), and try a temperature above 0.",
        approach=only(named),
    )


def loop(text: str, example: Example) -> int:
    """How many words an answer repeats; 0 for none, -1 where it repeats no single piece.

    What the right answer does as well (a refrain) is no fault.
    """
    mine = words(text)
    right = [words(reference) for reference in example.references]
    period = going_round(mine)
    if period and not any(going_round(other) for other in right):
        return period
    share = repeated(mine)
    usual = max((repeated(other) for other in right), default=0.0)
    return -1 if share >= REPEATED and share > usual + MORE and len(mine) >= 2 * LEAST else 0


def empty(evidence: Evidence) -> Iterator[Finding]:
    """Answers without a word, where a word was asked for."""
    known = evidence.by_id
    counts = {
        approach: sum(
            not item.text.strip() and "" not in known[item.example_id].references
            for item in predictions
        )
        for approach, predictions in by_run(evidence).answers.items()
    }
    if found := {name: count for name, count in counts.items() if count}:
        named = in_seeds(evidence, found)
        often = any(count > OFTEN * len(evidence.examples) for count in found.values())
        yield Finding(
            kind="empty-answers",
            level="warning" if often else "note",
            what=f"Some answers of {listed(named.values())} are empty.",
            evidence=counted(found, len(evidence.examples), "without a word"),
            sure="certain",
            advice="Look at the rendered prompt in the report: the markup may not be the "
            "model's own.",
            approach=only(named),
        )


def wrong_language(evidence: Evidence) -> Iterator[Finding]:
    """Answers in another language than the right ones."""
    if evidence.classifies:
        return
    asked = sample(evidence.examples)
    wanted = {example.id: language_asked(example, evidence.language) for example in asked}
    for approach, predictions in evidence.answers.items():
        told: list[tuple[Prediction, str]] = []
        clear = 0
        for item in predictions:
            right = wanted.get(item.example_id)
            if right is None or len(words(item.text)) < ENOUGH:
                continue
            found = language_of(item.text)
            if found not in NAMES or found in KIN.get(right, ()):
                continue  # unclear, or what is called so where a text is no language
            clear += 1
            if found != right:
                told.append((item, found))
        commonest, count = (Counter(found for _, found in told).most_common(1) or [("", 0)])[0]
        if count < max(STRAYED_AT_LEAST, STRAYED * clear):
            continue
        shown = next(item for item, found in told if found == commonest)
        right = wanted[shown.example_id]
        yield Finding(
            kind="wrong-language",
            level="warning" if len(told) >= OFTEN * clear else "note",
            what=f"{approach} leaves the language that is asked for in {len(told)} of {clear} "
            f"answers, most often for {name_of(commonest)} ({count}).",
            evidence=f"To {shown.example_id}, which asks for {name_of(right or '')}: "
            f"{quoted(shown.text)}. Of {plural(len(asked), 'example')} those answers count that "
            f"have {ENOUGH} words or more and are clear.",
            sure="likely",
            advice="Say the language in the prompt (system: Answer in ...), tune on answers in it, "
            "or choose a base that was trained on it.",
            approach=approach,
        )


def language_asked(example: Example, language: str) -> str | None:
    """The language of the right answer; where that is unclear, the study's, if it has one."""
    text = " ".join(example.references)
    found = language_of(text) if len(words(text)) >= ENOUGH else UNCLEAR
    if found in KIN.get(language, ()):
        return language
    return found if found != UNCLEAR else (None if language == SEVERAL else language)


def sample(examples: Sequence[Example]) -> list[Example]:
    """At most `READ` examples, evenly from all."""
    step = max(1, -(-len(examples) // READ))
    return list(examples[::step])


NEVER_STOPS = Check(
    endless,
    fires=f"More than {MOST:.0%} of an approach's answers reached `generation.max_tokens`.",
    why="Some long answers are cut in every study; where most are, the model does not know where "
    "an answer ends.",
    advice="Tune, choose a chat model, or allow longer answers.",
)
REPETITION = Check(
    repetition,
    fires=f"{LOOPS:.0%} of an approach's answers or more end in a piece of text that stands there "
    f"{TURNS} times or more, of {LEAST} words together or more; or "
    f"{REPEATED:.0%} of their runs of four words stood there before, {MORE:.0%} more than in the "
    f"right answer. From {OFTEN:.0%} of the answers on it is a warning.",
    why="People repeat a phrase twice; three times in a row at the end is a loop. Refrains stand "
    "in the right answer too, and are not counted.",
    advice="Tune, choose a chat model, teach the end token, or sample.",
)
EMPTY = Check(
    empty,
    fires=f"An answer has no word, and an empty one is not right. From {OFTEN:.0%} of the answers "
    "on it is a warning.",
    why="A model that stops at once has usually been asked in another markup than its own.",
    advice="Look at the rendered prompt in the report, and at `model.markup`.",
)
LANGUAGE = Check(
    each_run(wrong_language),
    fires=f"{STRAYED:.0%} of an approach's answers, and {STRAYED_AT_LEAST} at least, are in "
    f"another language than the right answers. Up to {READ} answers are asked, evenly from all; "
    f"those of under {ENOUGH} words, and those that are not clear, do not count, nor do languages "
    f"that are easily confused. From {OFTEN:.0%} on it is a warning.",
    why=f"From {ENOUGH} words on one text in 500 is named wrongly, one in 40 is left unclear: "
    f"{STRAYED:.0%} in the same other one cannot be that.",
    advice="Name the language in the prompt, tune on it, or choose another base.",
)
