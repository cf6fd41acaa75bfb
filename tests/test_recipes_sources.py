"""Recipes hold their sources' settings and published figures, and those settings run here too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import etude
from etude.config import load_study, recipes
from etude.config.optimizers import Adafactor, AdamW, PagedAdamW
from etude.config.precision import Int8, Nf4
from etude.config.schedules import Cosine, Linear
from etude.config.study import Study
from test_recipes import MATERIAL, SMALL

INT8, INT8_IN_FP16 = Int8(), Int8(compute="fp16")

# Recipe and approach -> base, precision, and what stands under `tune`, as the source has it.
SETTINGS: dict[tuple[str, str], tuple[str, Any, dict[str, Any]]] = {
    ("sentiment", "lora"): (
        "google/flan-t5-large",
        INT8,
        {
            "method.name": "lora",
            "optimizer.learning_rate": 1e-3,
            "epochs": 3,
            "batch_size": "auto",
            "accumulate": 1,
            "evaluate_steps": "epoch",
            "save_total_limit": 8,
        },
    ),
    ("sentiment", "head"): (
        "google/flan-t5-large",
        INT8,
        {
            "method.name": "head",
            "method.body.name": "lora",
            "optimizer.learning_rate": 1e-3,
            "epochs": 3,
            "batch_size": "auto",
            "accumulate": 1,
            "evaluate_steps": "epoch",
        },
    ),
    ("sentiment", "traditional"): (
        "google/flan-t5-large",
        "bf16",
        {
            "method.name": "head",
            "method.body.name": "full",
            "optimizer": Adafactor(learning_rate=1e-5),
            "schedule": Linear(warmup_steps=1),
            "early_stopping.patience": 3,
            "load_best_model_at_end": True,
        },
    ),
    ("chatbot", "lora"): (
        "tiiuae/falcon-7b",
        INT8_IN_FP16,
        {
            "method.name": "lora",
            "optimizer": AdamW(learning_rate=2e-4),
            "epochs": 1,
            "batch_size": 2,
            "accumulate": 8,
            "clip": 0.3,
            "supervise": "all",
            "log_steps": 10,
            "save_steps": 10,
        },
    ),
    ("medical", "lora"): (
        "tiiuae/falcon-7b",
        INT8,
        {
            "method.name": "lora",
            "optimizer": AdamW(learning_rate=1e-3),
            "epochs": 3,
            "batch_size": 8,
            "evaluate_batch_size": 8,
            "accumulate": 1,
            "supervise": "all",
            "log_steps": 50,
            "save_steps": 500,
            "save_total_limit": 2,
        },
    ),
    ("quotes", "lora"): (
        "facebook/opt-6.7b",
        INT8_IN_FP16,
        {
            "method.name": "lora",
            "optimizer": AdamW(learning_rate=2e-4),
            "schedule": Linear(warmup_steps=50),
            "epochs": 3,
            "max_steps": 100,
            "batch_size": 2,
            "accumulate": 4,
            "supervise": "all",
            "log_steps": 1,
        },
    ),
    ("wikipedia-pt", "lora"): (
        "meta-llama/Llama-2-13b-hf",
        "bf16",
        {
            "method.name": "lora",
            "optimizer": Adafactor(learning_rate=1e-5),
            "schedule": Cosine(),
            "evaluate_steps": 100,
            "save_steps": 100,
        },
    ),
    ("wikipedia-pt", "qlora"): (
        "meta-llama/Llama-2-13b-hf",
        Nf4(double_quantization=True, compute="bf16"),
        {
            "method.name": "lora",
            "optimizer": PagedAdamW(learning_rate=1e-5),
            "schedule": Cosine(),
        },
    ),
}
SETTINGS["sentiment-words", "lora"] = SETTINGS["sentiment", "lora"]

# Figures that the sources publish, as they stand in the comments.
PUBLISHED = {
    "sentiment": (".032043", ".027087", ".026388", ".1586", "765 steps", "14:25"),
    "chatbot": ("1.3125", "1.240329", "553 steps", "2:07:51"),
    "medical": (".7572 -> .2877", "1.534094 -> 1.730110"),
    "quotes": ("1.7289", "1.941894", "5:33"),
}


def value_at(block: Any, path: str) -> Any:
    for name in path.split("."):
        block = getattr(block, name)
    return block


@pytest.mark.parametrize(("recipe", "approach"), SETTINGS)
def test_a_recipe_has_its_sources_settings(recipe: str, approach: str) -> None:
    base, precision, tune = SETTINGS[recipe, approach]
    study = load_study(recipe)
    held = study.approaches[approach]
    assert study.model.base == base
    assert (held.precision or study.model.precision) == precision
    assert {path: value_at(held.tune, path) for path in tune} == tune


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_the_published_figures_stand_in_the_comments(recipe: str) -> None:
    lines = recipes()[recipe].read_text().splitlines()
    told = " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
    assert [figure for figure in PUBLISHED[recipe] if figure not in told] == []


FIGURES = {  # recipe -> (metric, epoch) -> published value, each beside the approach lora
    "sentiment": {
        ("dev_loss", 1): 0.032043,
        ("dev_loss", 2): 0.027087,
        ("dev_loss", 3): 0.026388,
        ("train_loss", None): 0.1586,
    },
    "chatbot": {("train_loss", None): 1.3125, ("dev_loss", None): 1.240329},
    "medical": {
        ("train_loss", 1): 0.7572,
        ("train_loss", 3): 0.2877,
        ("dev_loss", 1): 1.534094,
        ("dev_loss", 3): 1.730110,
    },
    "quotes": {("train_loss", None): 1.7289, ("dev_loss", None): 1.941894},
    "music-theory": {
        ("train_loss", 1): 0.4916,
        ("train_loss", 2): 0.3104,
        ("dev_loss", 1): 0.3797,
        ("dev_loss", 2): 0.3348,
        ("squad-f1", None): 0.26125,
        ("exact-match", None): 0.0,
    },
}


@pytest.mark.parametrize("recipe", FIGURES)
def test_the_published_figures_stand_where_the_report_finds_them(recipe: str) -> None:
    published = load_study(recipe).published
    assert published is not None
    assert {(f.metric, f.epoch): f.value for f in published.figures} == FIGURES[recipe]
    assert {figure.approach for figure in published.figures} == {"lora"}


def test_the_sentiment_recipe_takes_as_many_steps_as_its_source() -> None:
    from etude.training.run import count_steps

    tune = load_study("sentiment").approaches["lora"].tune
    assert tune is not None
    # Nine tenths of the 2,264 sentences on which all annotators agree.
    assert count_steps(round(2264 * 0.9), tune) == 765


def test_steps_win_over_epochs_in_the_quotes_recipe() -> None:
    from etude.training.run import count_steps

    tune = load_study("quotes").approaches["lora"].tune
    assert tune is not None
    assert count_steps(2000, tune) == 100


# The same settings on a tiny model and the material that ships: only base and files change, and
# fp16, which is for a GPU.
QUOTES = (
    "data.sources.quotes={kind: jsonl, path: %s/quotes.jsonl, columns: {instruction: "
    "'Write a quote. Author: {author} Tags: {tags}', response: '{quote}'}}"
)
HERE: dict[str, list[str]] = {
    "sentiment": ["model.base=random-t5", f"data.sources.phrases.path={MATERIAL}/phrases.txt"],
    "sentiment-words": [
        "model.base=random-t5",
        f"data.sources.phrases.path={MATERIAL}/phrases.txt",
    ],
    "chatbot": [
        "model.base=random-llama",
        "model.precision.compute=fp32",
        f"data.sources.trees.path={MATERIAL}/trees.jsonl",
        "data.split.test=0.1",
    ],
    "medical": ["model.base=random-llama", f"data.sources.questions.path={MATERIAL}/medquad"],
    "quotes": ["model.base=random-llama", "model.precision.compute=fp32", QUOTES % MATERIAL],
    "wikipedia-pt": [
        "model.base=random-llama",
        "approaches.lora-on-passages.tune.max_tokens=1024",
        "encoder.base=etude-mini",
        f"data.sources.articles.dump={MATERIAL}/enciclopedia.xml.bz2",
        "data.split={dev: 0.1, test: 0.1, group_by: article}",
    ],
}
LONGER = {  # its warm-up alone takes 50 steps
    "quotes": ["data.sample={train: 140, dev: 4, test: 4}", "approaches.lora.tune.max_steps=52"]
}
SAME = {"batch_size", "accumulate", "clip", "supervise", "optimizer", "schedule", "method"}


def test_every_recipe_with_a_sources_settings_runs_here() -> None:
    assert set(HERE) == {recipe for recipe, _ in SETTINGS}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("recipe", HERE)
def test_a_sources_settings_run_on_a_tiny_model(recipe: str, tmp_path: Path) -> None:
    study = here_in_small(recipe)
    for name, approach in load_study(recipe).approaches.items():
        tune = approach.tune
        if tune is not None:
            mine = study.approaches[name].tune
            assert {key: getattr(mine, key) for key in SAME} == {
                key: getattr(tune, key) for key in SAME
            }
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)


def here_in_small(recipe: str) -> Study:
    """A recipe's own settings on what is at hand, for two steps."""
    study = load_study(recipe, HERE[recipe])
    steps = [
        f"approaches.{name}.tune.max_steps=2"
        for name, approach in study.approaches.items()
        if approach.tune is not None
    ]
    return load_study(recipe, [*HERE[recipe], *SMALL, *steps, *LONGER.get(recipe, ())])
