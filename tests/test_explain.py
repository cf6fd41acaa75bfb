"""Where a number comes from: every metric tells it, and `etude score --explain` shows it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import etude
from etude.cli import main
from etude.display import Display
from etude.engine.embed import embed
from etude.explaining import MOST_COLUMNS, named, sums
from etude.metrics import METRICS, Case, Means
from etude.metrics.dictionary import Dictionary
from etude.metrics.encoded import About, Settings
from etude.records import Example, Message, Prediction
from metrics_helper import made_up, planted
from studies import write_study

LABELS = ("bad", "good")


@dataclass
class Vectors:
    """Stands for texts on disk: a text's vectors come from its letters."""

    about: About = About("an encoder", "0123456789abcdef", 2, 3, (0,))  # noqa: RUF009 - frozen
    settings: Settings = Settings(idf=True, baseline=(0.1, 0.2, 0.3), baseline_file="b.tsv")  # noqa: RUF009 - frozen

    def read(self, text: str) -> tuple[Any, Any]:
        ids = np.asarray([0, *(1 + ord(word[0]) for word in text.split()), 0], dtype=np.int64)
        angles = ids[:, None] * np.asarray([1.0, 2.0, 3.0])
        return np.cos(angles).astype(np.float32), ids

    def weighs(self, ids: Any) -> Any:
        return ids != 0


def cases() -> tuple[list[Example], list[Prediction], Means]:
    """Texts, labels and likelihoods for every metric at once."""
    pairs = [*[pair for pair in planted() if len(pair[0]) < 1000], *made_up(5, count=8)]
    pairs += [("The notes are A, C and E.", ("A, C, E",)), ("A minor", ("A minor",))]
    examples, answers = [], []
    for row, (text, references) in enumerate(pairs):
        turns = (Message("user", "Which?"),)
        label = LABELS[row % 2]
        examples.append(Example(f"{row}", "t", turns, references, label=label, choices=LABELS))
        answers.append(
            Prediction(
                f"{row}",
                "a",
                1,
                text,
                3,
                4,
                "stop" if row % 3 else "length",
                0.1,
                label=LABELS[row % 3 == 0],
                label_scores={"bad": -0.5 - row, "good": -1.0},
                reference_logprob=-3.5 - row,
                reference_tokens=5,
            )
        )
    known = Dictionary(frozenset({"the", "cat"}), "two words")
    return examples, answers, Means(encoded=Vectors(), dictionary=known)  # type: ignore[arg-type]  # the same shape


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("name", METRICS)
def test_every_metric_tells_how_each_value_came_about(name: str, language: str) -> None:
    examples, answers, means = cases()
    metric = METRICS[name]
    measured = metric.measure(examples, answers, language, means)
    for row in range(len(examples)):
        told = metric.tell(Case(examples, answers, row, language, means))
        assert len(told.columns) == measured.statistics.shape[1]
        assert told.formula
        text = "\n".join(f"{step}: {what}" for step, what in told.steps)
        if measured.values is None:
            assert "exists only for a set" in text
        elif name not in ("exact-match", "stop-rate", "music-exact", "notes", "notes-enharmonic"):
            value = float(measured.values[row])
            written = f"{value:.6g}" if np.isfinite(value) else ""
            assert written in text, text


def test_a_trace_in_words() -> None:
    examples = [Example("q", "t", (), ("the dog sat down", "the cat sat on a mat"))]
    answers = [Prediction("q", "a", 1, "The cat sat!", 1, 1, "stop", 0.0)]
    told = METRICS["rouge-2"].tell(Case(examples, answers, 0, "en", Means()))
    assert told.steps == (
        ("3 tokens of the answer", "the | cat | sat"),
        ("6 tokens of the reference 2 of 2", "the | cat | sat | on | a | mat"),
        ("counted", "pairs of neighbouring words"),
        ("shared", "the cat | cat sat"),
        ("counts", "answer 2, reference 5, shared 2"),
        (
            "F1",
            "2 · precision · recall / (precision + recall), with precision 2/2 = 1 and recall "
            "2/5 = 0.4 = 0.571429",
        ),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of one untuned approach."""
    folder = tmp_path_factory.mktemp("explained")
    study = write_study(
        folder,
        rows=24,
        model={"base": "etude-mini"},
        approaches={"zero-shot": {}},
        metrics=["rouge", "cosine", "perplexity"],
    )
    etude.run(etude.load_study(study), folder / "run", Display(quiet=True))
    return folder / "run"


def explained(run: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main(["score", str(run), "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("metric", ["rouge-l", "rouge-1", "cosine", "perplexity"])
def test_the_trace_ends_at_the_numbers_of_the_report(
    run: Path, capsys: pytest.CaptureFixture[str], metric: str
) -> None:
    values = etude.Result(run).values
    example = values["example"][0]
    code, found = explained(run, capsys, "--explain", metric, example)
    assert code == 0
    about = found["approaches"]["zero-shot"]
    saved = values[(values["metric"] == metric) & (values["example"] == example)]["value"]
    assert about["seeds"][0]["value"] == pytest.approx(float(saved.iloc[0]))
    assert about["value"] == pytest.approx(about["in_report"])
    assert found["signature"] == etude.Result(run).contents["metrics"][metric]["signature"]


def test_the_trace_on_a_terminal(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = etude.Result(run).values["example"][0]
    assert main(["score", str(run), "--quiet", "--explain", "rouge-1", example]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"ROUGE-1 (rouge-1) of example {example}\nsignature: as rouge-score")
    assert "  all 12 examples: sum of values " in told
    assert "The report says the same: " in told
    assert main(["score", str(run), "--quiet", "--explain", "meteor", example]) == 0
    assert "the study does not name this metric" in capsys.readouterr().out


def test_a_metric_of_vectors_can_be_asked_for(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "etude.measuring.in_child", lambda task, log, progress: embed(task, progress)
    )
    example = etude.Result(run).values["example"][0]
    asked = ("--explain", "bertscore-f1", example)
    code, found = explained(run, capsys, *asked)
    assert code == 2
    assert "add encoder: {base: bert-base-multilingual-cased}" in found["error"]
    code, found = explained(run, capsys, *asked, "encoder.base=etude-mini")
    assert code == 0
    assert "encoder etude-mini" in found["signature"]
    assert 0 < found["approaches"]["zero-shot"]["value"] < 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--explain", "rouge", "x"),
            "rouge is short for several metrics: name one of rouge-1, rouge-2, rouge-l, rouge-lsum",
        ),
        (("--explain", "rouge-1", "row-x"), "there is no test example 'row-x' in "),
        (("--explain", "accuracy", "row-1", "--approach", "zero"), "there are no predictions of "),
        (("--approach", "zero-shot"), "--approach goes with --explain METRIC EXAMPLE: give both."),
        (("--explain", "rouge-1"), "argument --explain: expected 2 arguments"),
    ],
)
def test_what_cannot_be_explained_is_said(
    run: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, found = explained(run, capsys, *arguments)
    assert code == 2
    assert found["error"].startswith(message)


def test_the_report_plots_similarity_and_says_nothing_of_labels(run: Path) -> None:
    contents = etude.Result(run).contents
    assert list(contents["similarities"]) == ["cosine"]
    assert len(contents["similarities"]["cosine"]["approaches"]["zero-shot"]) == 12
    assert contents["confusion"] == {}
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Cosine (TF-IDF) of the first 12 test examples" in page
    assert 'id="confusion"' not in page


EVERYTHING = (
    "metrics=[rouge-detail, bleu, chrf, meteor, squad, cosine, cosine-set, cosine-embedding, "
    "bertscore, form, spelling, perplexity]"
)


def test_a_run_is_scored_again_by_everything(
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "etude.measuring.in_child", lambda task, log, progress: embed(task, progress)
    )
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    needs = ("encoder.base=etude-mini", "dictionary.material=true")
    code, found = explained(copy, capsys, EVERYTHING, *needs)
    assert code == 0
    scores = found["approaches"]["zero-shot"]["metrics"]
    assert len(scores) == 34
    assert all(score["value"] is not None for name, score in scores.items() if "lang" not in name)
    assert found["metrics"]["bertscore-f1"]["low"] is None  # rescaled, it has no lower end
    assert "of the training split" in found["metrics"]["spelling"]["signature"]
    assert set(found["similarities"]) == {"cosine", "cosine-embedding", "cosine-set"}
    assert (copy / "report.html").exists()
    # The run remembers its encoder: the same again needs no word of it.
    assert explained(copy, capsys)[1]["approaches"]["zero-shot"]["metrics"] == scores


def test_of_many_sums_those_that_are_not_zero_are_shown() -> None:
    columns = [f"c{i}" for i in range(MOST_COLUMNS + 1)]
    assert named(columns, [0.0, 2.0, *[0.0] * (MOST_COLUMNS - 1)]) == {"c1": 2.0}
    assert named(columns[:2], [0.0, 2.0]) == {"c0": 0.0, "c1": 2.0}
    assert sums({}) == "nothing"
    assert sums({"matches": 2.0, "words": 1 / 3}) == "matches 2, words 0.333333"
