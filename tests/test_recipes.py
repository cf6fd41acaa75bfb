"""Every recipe that Etude ships loads and passes the checks; what runs here runs, in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import etude
from etude import checks
from etude.checks import check
from etude.config import Study, load_study, recipes
from etude.data import Data, assemble, read_data
from etude.data.prepare import Assembled

TOOLS = Path(__file__).parents[1] / "tools"
MATERIAL = Path(etude.__file__).parent / "recipes" / "material"
LARGEST = 150_000  # bytes of a file of material

# Recipes with the sources' own models and material, which need the hub.
PUBLISHED = {
    "chatbot",
    "dialogue-summary",
    "faquad",
    "instructions",
    "medical",
    "quotes",
    "sentiment",
    "sentiment-words",
    "wikipedia-pt",
}
MINI = {f"{name}-mini" for name in PUBLISHED}
DEMOS = {"dialogue-demo", "dialogue-demo-t5", "music-theory"}

SMALL = [
    "generation.max_tokens=8",
    "data.sample={train: 24, dev: 4, test: 4}",
    "compare.resamples=100",
]


def in_small(recipe: str, *overrides: str) -> Study:
    """A recipe at a fraction of its size."""
    study = load_study(recipe, overrides)
    steps = [
        f"approaches.{name}.tune.max_steps=2"
        for name, approach in study.approaches.items()
        if approach.tune is not None
    ]
    return load_study(recipe, [*SMALL, *overrides, *steps])


def material(recipe: str, *overrides: str) -> Assembled:
    return assemble(load_study(recipe, overrides), Path("/"))


def test_the_recipes_that_are_there() -> None:
    assert set(recipes()) == PUBLISHED | MINI | DEMOS


@pytest.mark.parametrize("recipe", sorted(PUBLISHED | MINI | DEMOS))
def test_a_recipe_passes_the_checks(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load_study(recipe)
    if recipe in PUBLISHED:  # some state their source's fp16, which is for a GPU
        monkeypatch.setattr(checks, "gpu", lambda: "a GPU")
    check(study)
    assert study.name == recipe
    assert 20 < len(study.description) < 300


@pytest.mark.parametrize("recipe", sorted(MINI))
def test_a_mini_recipe_asks_what_the_whole_one_asks(recipe: str) -> None:
    whole, mini = load_study(recipe.removesuffix("-mini")), load_study(recipe)
    assert mini.model.base == "etude-mini"
    assert mini.data.task == whole.data.task
    assert set(whole.approaches) <= set(mini.approaches)
    assert any(approach.tune for approach in mini.approaches.values())
    assert f"extends: {whole.name}\n" in recipes()[recipe].read_text()


# What the makers of questions leave out of the articles of an encyclopaedia.
NOT_ASKED = {
    "a date whose sentence cannot be asked about",
    "a field of the infobox that no question is known for",
    "a field of the infobox that does not fit the subject",
    "a value of the infobox that cannot be an answer",
    "asked already",
    "the answer stands in the question",
    "the first sentence defines nothing",
    "an article that no question is made of",
    "also in test",  # the capital of Brazil is asked of an article, and is one of the ten
}


@pytest.mark.parametrize("recipe", sorted(MINI))
def test_a_mini_recipes_material(recipe: str) -> None:
    made = material(recipe)
    data: Data = made.data
    assert len(data.train) >= 200
    assert len(data.dev) >= 30
    assert len(data.test) >= 40
    assert data.card["notes"] == []
    known = {"wikipedia-pt-mini": NOT_ASKED, "faquad-mini": {"not sampled"}}
    assert {row.reason for row in made.dropped} <= known.get(recipe, {"other language"})
    held = (*data.train, *data.dev, *data.test)
    assert not any("{" in text for example in held for text in example.references)


def test_files_of_material_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in MATERIAL.rglob("*") if path.is_file()}
    assert len(sizes) > 60
    assert max(sizes.values()) <= LARGEST


@pytest.mark.parametrize("script", sorted(path.name for path in TOOLS.glob("make_material_*.py")))
def test_a_generator_writes_the_shipped_bytes(script: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, TOOLS / script, "--folder", tmp_path], check=True)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert path.read_bytes() == (MATERIAL / path.relative_to(tmp_path)).read_bytes()


def test_the_phrases_are_what_they_are_said_to_be() -> None:
    lines = (MATERIAL / "phrases.txt").read_bytes().decode("latin-1").splitlines()
    labels = [line.rpartition("@")[2] for line in lines]
    assert {label: labels.count(label) for label in labels} == {
        "neutral": 210,
        "positive": 150,
        "negative": 120,
    }
    assert any(line.count("@") > 1 for line in lines)
    assert any(ord(letter) > 127 for line in lines for letter in line)


def test_the_conversations_have_several_turns_and_a_name() -> None:
    made = material("chatbot-mini")
    held = (*made.data.train, *made.data.dev, *made.data.test)
    assert {len(example.messages) for example in held} > {1, 3, 5, 7}
    assert sum("Etude" in turn.content for example in held for turn in example.messages) > 20
    assert {example.task for example in held} == {"talks", "trees"}
    # Of a tree the best reply is taken, wherever it stands.
    replies = [example.references[0] for example in held if example.task == "trees"]
    assert not any("not sure" in reply or "good question" in reply for reply in replies)


def test_conditions_are_invented_in_both_formats() -> None:
    table = material("medical-mini")
    documents = material(
        "medical-mini", f"data.sources.questions={{kind: medquad, path: {MATERIAL}/medquad}}"
    )
    pairs = [
        {
            (example.messages[0].content, example.references[0])
            for example in (*made.data.train, *made.data.dev, *made.data.test)
        }
        for made in (table, documents)
    ]
    assert pairs[0] == pairs[1]
    assert all("invented condition" in answer or "invented." in answer for _, answer in pairs[0])


@pytest.mark.long
@pytest.mark.parametrize("recipe", ["dialogue-demo", "dialogue-demo-t5"])
def test_a_demo_runs(recipe: str, tmp_path: Path) -> None:
    study = in_small(recipe)
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)
    assert result.report.exists()
    assert "proves the flow, not quality" in result.report.read_text()


@pytest.mark.long
@pytest.mark.parametrize("recipe", sorted(MINI | {"music-theory"}))
def test_a_mini_recipe_runs(recipe: str, tmp_path: Path) -> None:
    study = in_small(recipe)
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)
    assert result.report.exists()


@pytest.mark.long
@pytest.mark.parametrize("recipe", ["sentiment-mini", "chatbot-mini"])
def test_a_mini_recipe_runs_on_an_encoder_decoder(recipe: str, tmp_path: Path) -> None:
    # It writes nothing but the answer, so there are no other turns to supervise.
    turns = [f"approaches.{name}.tune.supervise=response" for name in ("lora", "full")]
    study = in_small(recipe, "model.base=random-t5", *turns)
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)


REAL = {
    "chatbot-mini": [
        "data.sources.trees.path={shared}/oasst/en_100_tree.jsonl",
        "data.sources.talks.path={shared}/chat/fastchat_dummy_conversation.json",
        "data.sources.talks.replace=null",
    ],
    "instructions-mini": [
        "data.sources.instructions.path={shared}/alpaca/alpaca_5000.json",
    ],
    "medical-mini": [
        "data.sources.questions={{kind: medquad, path: {shared}/medquad/5_NIDDK_QA}}",
    ],
    "dialogue-summary-mini": [
        "data.sources.dialogues.path.train={shared}/dialogsum/dialogsum.train.jsonl.gz",
        "data.sources.dialogues.path.dev={shared}/dialogsum/dialogsum.dev.jsonl",
        "data.sources.dialogues.path.test={shared}/dialogsum/dialogsum.test.jsonl",
    ],
    "faquad-mini": [
        "data.sources.questions.path.train={shared}/faquad/train.json",
        "data.sources.questions.path.test={shared}/faquad/dev.json",
    ],
}


@pytest.mark.long
@pytest.mark.parametrize("recipe", REAL)
def test_a_mini_recipe_runs_on_real_files(recipe: str, shared: Path, tmp_path: Path) -> None:
    files = [override.format(shared=shared) for override in REAL[recipe]]
    there = load_study(recipe).approaches
    untuned = [f"approaches.{name}=null" for name in ("full", "few-shot") if name in there]
    study = in_small(recipe, *files, *untuned)
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)
    assert {example.task for example in read_data(result.folder).train} == set(study.data.sources)


def test_dialogsum_has_its_three_references(shared: Path) -> None:
    files = [override.format(shared=shared) for override in REAL["dialogue-summary-mini"]]
    made = material("dialogue-summary-mini", *files, "data.sample={train: 40, dev: 5, test: 40}")
    counts = [len(example.references) for example in made.data.test]
    assert len(counts) == 40
    assert set(counts) <= {2, 3}  # two of three summaries are sometimes the same words
    assert sum(count == 3 for count in counts) > 35
