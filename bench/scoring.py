"""How long scoring takes: all overlap metrics and the bootstrap, beside the libraries in a loop.

    python bench/scoring.py [--predictions 10000] [--tokens 60] [--out docs/results]

Prints a JSON row per measurement and writes the page `scoring.md`. Answers keep some words of
their references and change others, so that nothing is found early; texts are all different. Ours is
the whole of `evaluate` as a run calls it. The libraries score the same pairs, one call a pair, as
their documentation shows; where one is too slow for all pairs it is timed on some of them, and the
row says on how many.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from etude.config.study import Compare
from etude.evaluate import evaluate
from etude.memory import peak_megabytes
from etude.metrics import METRICS, Means
from etude.metrics.words import words
from etude.records import Example, Prediction
from figures import conditions

# Every metric that compares the words or letters of answer and reference.
OVERLAP = (
    *(
        f"rouge-{kind}{part}"
        for kind in ("1", "2", "l", "lsum", "s")
        for part in ("", "-precision", "-recall")
    ),
    *("bleu", "chrf", "meteor", "exact-match", "squad-f1", "cosine", "cosine-set"),
)
RESAMPLES = 10_000
LOOPED = 2_000  # pairs that slow libraries are timed on
VERSIONS = ("rouge-score", "sacrebleu", "nltk", "scikit-learn", "numpy")
PUNCTUATION = frozenset(string.punctuation)
Pairs = Sequence[tuple[str, str]]


def main() -> None:
    """Measure, print, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=10_000)
    parser.add_argument("--tokens", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=3, help="of ours; the median counts")
    parser.add_argument("--out", type=Path, default=None, help="folder for scoring.md")
    options = parser.parse_args()
    pairs = made(options.predictions, options.tokens)
    rows = list(measure(pairs, options.repeats))
    for row in rows:
        print(json.dumps(row))
    if options.out is not None:
        (options.out / "scoring.md").write_text(page(rows, options), encoding="utf-8")


def made(count: int, tokens: int) -> Pairs:
    """Answers and references of about so many words, of a vocabulary with common and rare words."""
    rng = random.Random(13)
    letters = "etaoinshrdlu"
    vocabulary = ["".join(rng.choices(letters, k=rng.randint(1, 9))) for _ in range(5_000)]
    weights = [1 / (place + 5) for place in range(len(vocabulary))]

    def sentence() -> list[str]:
        found = rng.choices(vocabulary, weights, k=tokens)
        for place in range(9, tokens, 10):
            found[place] += rng.choice((".", ",", "?", "!\n"))
        return found

    pairs = []
    for _ in range(count):
        reference, other = sentence(), sentence()
        answer = [a if rng.random() < 0.4 else b for a, b in zip(reference, other, strict=True)]
        pairs.append((" ".join(answer), " ".join(reference)))
    return pairs


def measure(pairs: Pairs, repeats: int) -> Iterator[dict[str, Any]]:
    """Rows: the whole, each metric alone, and each library."""
    examples = [Example(f"{i}", "t", (), (reference,)) for i, (_, reference) in enumerate(pairs)]
    answers = [
        Prediction(f"{i}", "a", 1, answer, 1, 1, "stop", 0.0) for i, (answer, _) in enumerate(pairs)
    ]
    told = conditions(pairs=len(pairs), resamples=RESAMPLES)

    def whole() -> None:
        evaluate(
            examples, {"a": {1: answers}}, OVERLAP, Compare(resamples=RESAMPLES), "en", 13, False
        )

    METRICS["bleu"].measure(examples[:2], answers[:2], "en")  # libraries are loaded beforehand
    METRICS["meteor"].measure(examples[:2], answers[:2], "en")
    seconds = sorted(timed(whole) for _ in range(repeats))[repeats // 2]
    yield row("all overlap metrics and the bootstrap", seconds, len(pairs), told)
    yield row("all overlap metrics", timed(lambda: scored(examples, answers)), len(pairs), told)
    for name in ("rouge-1", "rouge-2", "rouge-l", "rouge-lsum", "rouge-s", "bleu", "chrf",
                 "meteor", "squad-f1", "cosine"):  # fmt: skip
        alone = timed(lambda name=name: METRICS[name].measure(examples, answers, "en"))  # type: ignore[misc]  # bound now
        yield row(name, alone, len(pairs), told)
    for name, (loop, most) in LOOPS.items():
        part = pairs[:most]
        took = timed(lambda loop=loop, part=part: loop(part))  # type: ignore[misc]  # bound now
        yield row(f"loop: {name}", took, len(part), told, times=len(pairs) / len(part))
    yield {"name": "peak memory", "megabytes": peak_megabytes()["host"], "conditions": told}


def scored(examples: Sequence[Example], answers: Sequence[Prediction]) -> None:
    """Every overlap metric, sharing what they find out."""
    means = Means()
    for name in OVERLAP:
        METRICS[name].measure(examples, answers, "en", means)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall clock, and of processors: the second hangs less on a busy machine."""
    started, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - spent


def row(
    name: str, took: tuple[float, float], measured_on: int, told: dict[str, Any], times: float = 1
) -> dict[str, Any]:
    """A row; `times` brings what was measured on some pairs to all of them."""
    seconds, processor = (round(value * times, 3) for value in took)
    return {
        "name": name,
        "seconds": seconds,
        "processor_seconds": processor,
        "measured_on": measured_on,
        "conditions": told,
    }


def by_rouge_score(pairs: Pairs) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"])
    for answer, reference in pairs:
        scorer.score(reference, answer)


def by_sacrebleu(name: str) -> Callable[[Pairs], None]:
    def loop(pairs: Pairs) -> None:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF

        scorer = BLEU(effective_order=True) if name == "bleu" else CHRF()
        for answer, reference in pairs:
            scorer.sentence_score(answer, [reference])

    return loop


def by_skipgrams(pairs: Pairs) -> None:
    from nltk.util import skipgrams

    for answer, reference in pairs:
        said, right = (Counter(skipgrams(words(text), 2, 4)) for text in (answer, reference))
        (said & right).total()


def by_nltk(pairs: Pairs) -> None:
    from nltk.translate.meteor_score import single_meteor_score

    class Nothing:
        def synsets(self, word: str) -> list[Any]:
            return []

    for answer, reference in pairs:
        single_meteor_score(words(reference), words(answer), wordnet=Nothing())


def by_squad(pairs: Pairs) -> None:
    def cut(text: str) -> list[str]:  # as the official script goes through a text
        kept = "".join(letter for letter in text.lower() if letter not in PUNCTUATION)
        return re.sub(r"\b(a|an|the)\b", " ", kept).split()

    for answer, reference in pairs:
        (Counter(cut(answer)) & Counter(cut(reference))).total()


def by_scikit_learn(pairs: Pairs) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_similarity

    model = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False)
    model.fit([reference for _, reference in pairs])
    for answer, reference in pairs:
        cosine_similarity(model.transform([answer]), model.transform([reference]))


LOOPS: dict[str, tuple[Callable[[Pairs], None], int]] = {
    "rouge-score (1, 2, L, Lsum)": (by_rouge_score, LOOPED),
    "nltk skipgrams (ROUGE-S4)": (by_skipgrams, LOOPED),
    "sacrebleu BLEU": (by_sacrebleu("bleu"), LOOPED),
    "sacrebleu chrF": (by_sacrebleu("chrf"), LOOPED),
    "nltk METEOR (two stages)": (by_nltk, LOOPED),
    "SQuAD F1": (by_squad, LOOPED),
    "scikit-learn TF-IDF cosine": (by_scikit_learn, LOOPED),
}
BESIDE = {  # what each loop computes
    "rouge-score (1, 2, L, Lsum)": ("rouge-1", "rouge-2", "rouge-l", "rouge-lsum"),
    "nltk skipgrams (ROUGE-S4)": ("rouge-s",),
    "sacrebleu BLEU": ("bleu",),
    "sacrebleu chrF": ("chrf",),
    "nltk METEOR (two stages)": ("meteor",),
    "SQuAD F1": ("squad-f1",),
    "scikit-learn TF-IDF cosine": ("cosine",),
}


def page(rows: Sequence[dict[str, Any]], options: argparse.Namespace) -> str:
    """The page of results."""
    from importlib.metadata import version

    timings = [item for item in rows if "seconds" in item]
    seconds = {item["name"]: item["processor_seconds"] for item in timings}
    told = rows[0]["conditions"]
    loops = sum(seconds[f"loop: {name}"] for name in LOOPS)
    alone = seconds["all overlap metrics"]
    whole = timings[0]
    busy = told["load"] > told["machine"]["cores"]
    shared = " while other programs wanted the same processors" if busy else ""
    lines = [
        "# Speed of scoring",
        "",
        f"{options.predictions:,} predictions of {options.tokens} words with all "
        f"{len(OVERLAP)} overlap metrics and {RESAMPLES:,} bootstrap resamples of each take "
        f"**{whole['seconds']:.1f} s** (the median of {options.repeats} times{shared}; "
        f"{whole['processor_seconds']:.1f} s of processors). The metrics take {alone:.1f} of these "
        "seconds of processors. Calling the reference libraries pair by pair takes "
        f"{loops:.0f} s for the metrics that they have: {loops / alone:.1f} times as long, without "
        "any interval.",
        "",
        "In seconds of processors, which hang less on what else a machine does:",
        "",
        "| The libraries, one call a pair | Seconds | Ours, each alone | Seconds | Times faster |",
        "| --- | ---: | --- | ---: | ---: |",
    ]
    for name, ours in BESIDE.items():
        theirs, own = seconds[f"loop: {name}"], sum(seconds[metric] for metric in ours)
        lines.append(
            f"| {name} | {theirs:.1f} | {', '.join(f'`{metric}`' for metric in ours)} | {own:.2f} "
            f"| {theirs / own:.1f} |"
        )
    machine = told["machine"]
    libraries = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    memory = next(item["megabytes"] for item in rows if "megabytes" in item)
    lines += [
        "",
        "Metrics that stand alone here cut their texts anew; together they cut each text once. "
        f"The libraries were timed on the first {LOOPED:,} pairs. Peak memory of the process, "
        f"libraries included: {memory:,.0f} MB.",
        "",
        "The answers keep two of five words of their references in place. The values are the same: "
        "`tests/test_metrics_planted.py` compares every metric with these libraries, digit by "
        "digit where they allow it.",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, load {told['load']} before the start; "
        f"{libraries}; {told['date']}. To measure again: `python bench/scoring.py --out "
        "docs/results`.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
