"""The table of metrics: its names, its groups, what it needs, and that it is light."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from etude.config.study import MetricName
from etude.errors import UserError
from etude.metrics import GROUPS, METRICS, check_needs, expand
from etude.records import Example, Prediction

EXAMPLE = Example("q1", "generate", (), ("yes",))
PREDICTION = Prediction("q1", "told", 13, "yes", 3, 1, "stop", 0.1)


def test_names_are_those_of_the_study_file() -> None:
    assert set(METRICS) | set(GROUPS) == set(get_args(MetricName))
    assert not set(METRICS) & set(GROUPS)
    assert all(name == metric.name for name, metric in METRICS.items())
    assert all(member in METRICS for members in GROUPS.values() for member in members)


def test_directions() -> None:
    lower = [m.name for m in METRICS.values() if m.better == "lower"]
    assert lower == ["calibration-error", "perplexity", "seq-rep-4", "spelling"]
    neither = [m.name for m in METRICS.values() if m.better == "neither"]
    assert neither == ["length-ratio", "abstains"]
    assert all(m.low < m.high and m.paper.startswith("https://") for m in METRICS.values())


def test_expand_keeps_the_order_and_doubles_nothing() -> None:
    assert expand(["rouge-2", "squad", "rouge", "squad-f1"]) == (
        "rouge-2",
        "exact-match",
        "squad-f1",
        "rouge-1",
        "rouge-l",
        "rouge-lsum",
    )


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UserError) as error:
        expand(["rogue"])
    assert str(error.value).startswith(
        "there is no metric 'rogue': did you mean 'rouge'? Known: abstains, abstention, accuracy, "
    )


@pytest.mark.parametrize(
    ("name", "example", "message"),
    [
        (
            "bleu",
            Example("q1", "generate", (), ()),
            "bleu compares answers with references, but test example 'q1' has none: map "
            "'response' in the source's columns, or remove bleu from metrics",
        ),
        (
            "accuracy",
            EXAMPLE,
            "accuracy compares labels, but test example 'q1' has none: set task: classify and map "
            "'label' in the source's columns, or remove accuracy from metrics",
        ),
        (
            "perplexity",
            EXAMPLE,
            "perplexity reads the log-probability of the reference, but the predictions of 'told' "
            "(seed 13) hold none for test example 'q1': run the study again with perplexity in "
            "its metrics, or remove it",
        ),
    ],
)
def test_what_cannot_be_scored_is_said(name: str, example: Example, message: str) -> None:
    with pytest.raises(UserError) as error:
        check_needs(METRICS[name], [example], [PREDICTION])
    assert str(error.value) == message


def test_signatures_name_implementation_and_settings() -> None:
    two = [Example("a", "t", (), ("x", "y"))]
    mixed = [*two, Example("b", "t", (), ("x",))]
    assert METRICS["rouge-1"].signature("en") == (
        "as rouge-score 0.1.2, tokeniser its default (a-z, 0-9), stemmer off, F1, best of "
        "references"
    )
    assert METRICS["rouge-s-recall"].signature("pt") == (
        "skip at most 4 words, tokeniser Unicode words (NFC), stemmer off, recall, best of "
        "references by F1"
    )
    assert (
        METRICS["meteor"]
        .signature("pt")
        .startswith(
            "stages exact and stem (Snowball portuguese), no synonyms, as nltk 3.10, Unicode words"
        )
    )
    assert METRICS["meteor"].signature("zh").startswith("stages exact (no stemmer)")
    assert "tokeniser Unicode words (NFC)" in METRICS["rouge-l"].signature("pt")
    bleu = METRICS["bleu"].signature
    assert bleu("pt", two).startswith("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:2.")
    assert bleu("pt", mixed).startswith("nrefs:var|")
    assert bleu("pt").startswith("nrefs:var|")
    assert "|tok:zh|" in bleu("zh")
    assert "|tok:char|" in bleu("ja")
    assert (
        METRICS["chrf"]
        .signature("en", two)
        .startswith("nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.")
    )
    assert METRICS["squad-f1"].signature("pt") == (
        "SQuAD, lower case, Unicode punctuation removed, articles o/a/os/as/um/uma/uns/umas, "
        "best of references"
    )
    assert "articles kept" in METRICS["squad-f1"].signature("fi")
    assert all(metric.signature("en", two) for metric in METRICS.values())


def test_the_table_loads_nothing_heavy() -> None:
    code = (
        "import sys, etude.metrics, etude.evaluate, etude.verdict; "
        "print([m for m in ('torch', 'transformers', 'pandas', 'sacrebleu', 'rouge_score', 'nltk')"
        " if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
