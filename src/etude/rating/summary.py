"""What raters have said: win rate with interval, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from etude.metrics.proportion import kappa, wilson
from etude.rating.session import FOLDER, texts_hash
from etude.records import Prediction
from etude.store import read_json

TIE = "tie"
Said = dict[str, dict[str, str]]  # rater -> example -> name of the better approach, or TIE


def rated(
    folder: Path, answers: Mapping[str, Sequence[Prediction]], confidence: float = 0.95
) -> list[dict[str, Any]]:
    """A summary for each pair of approaches that was rated; ratings of other answers do not count.

    The win rate is the share of examples on which the first approach is better, a tie counting
    half; where several rated an example, their mean counts once, so that the interval (Wilson)
    rests on examples and not on ratings.
    """
    said, stale = read_all(folder, answers)
    return [
        summary(pair, by_rater, stale.get(pair, 0), answers, confidence)
        for pair, by_rater in said.items()
    ]


def summary(
    pair: tuple[str, str],
    said: Said,
    stale: int,
    answers: Mapping[str, Sequence[Prediction]],
    confidence: float,
) -> dict[str, Any]:
    """One pair."""
    examples = sorted({example for ratings in said.values() for example in ratings})
    points = [
        mean_points([ratings[example] for ratings in said.values() if example in ratings], pair[0])
        for example in examples
    ]
    wins, n = sum(points), len(points)
    low, high = wilson(wins, n, confidence)
    words = [word for ratings in said.values() for word in ratings.values()]
    texts = [{item.example_id: item.text.strip() for item in answers[name]} for name in pair]
    alike = sum(texts[0][example] == texts[1].get(example) for example in texts[0])
    return {
        "pair": list(pair),
        "raters": {rater: len(ratings) for rater, ratings in said.items()},
        "ratings": len(words),
        "examples": n,
        "of": len(texts[0]) - alike,
        "alike": alike,
        "stale": stale,
        "first": words.count(pair[0]),
        "second": words.count(pair[1]),
        "ties": words.count(TIE),
        "win_rate": wins / n if n else None,
        "low": low if n else None,
        "high": high if n else None,
        "confidence": confidence,
        "agreement": [
            agreement(one, other, said[one], said[other]) for one, other in combinations(said, 2)
        ],
    }


def mean_points(words: Sequence[str], first: str) -> float:
    """What an example counts for the first approach: 1 a win, half a tie, the mean over raters."""
    return sum(1.0 if word == first else 0.5 if word == TIE else 0.0 for word in words) / len(words)


def agreement(
    one: str, other: str, first: Mapping[str, str], second: Mapping[str, str]
) -> dict[str, Any]:
    """How far two raters agree on the examples that both rated."""
    shared = sorted(first.keys() & second.keys())
    words = [first[example] for example in shared], [second[example] for example in shared]
    same = sum(a == b for a, b in zip(*words, strict=True))
    return {
        "raters": [one, other],
        "n": len(shared),
        "share": same / len(shared) if shared else None,
        "kappa": kappa(*words),
    }


def read_all(
    folder: Path, answers: Mapping[str, Sequence[Prediction]]
) -> tuple[dict[tuple[str, str], Said], dict[tuple[str, str], int]]:
    """Ratings by pair and rater, and how many of each pair are of answers that have changed."""
    found: dict[tuple[str, str], Said] = {}
    stale: dict[tuple[str, str], int] = {}
    texts = {
        name: {item.example_id: item.text for item in given} for name, given in answers.items()
    }
    for content in files(folder):
        first, second = content["pair"]
        if first not in texts or second not in texts:
            continue
        pair = (first, second)
        for row in content["ratings"]:
            both = texts[first].get(row["example"]), texts[second].get(row["example"])
            if both[0] is None or both[1] is None or texts_hash((both[0], both[1])) != row["texts"]:
                stale[pair] = stale.get(pair, 0) + 1
                continue
            ratings = found.setdefault(pair, {}).setdefault(content["rater"], {})
            ratings[row["example"]] = row["better"] or TIE
    return found, stale


def files(folder: Path) -> Iterator[dict[str, Any]]:
    """What every rater's files hold."""
    for path in sorted((folder / FOLDER).glob("*/* vs *.json")):
        yield read_json(path)
