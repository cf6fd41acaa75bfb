"""Study files that `etude new` writes: valid as written, and with every comment taken into use."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from etude import views
from etude.begin import list_recipes, write_study_file
from etude.config import Study, load_study, recipes
from etude.config.commented import GUIDES, choices, commented
from etude.config.loading import read
from etude.errors import UserError

RECIPES = sorted(recipes())


def uncommented(text: str) -> str:
    """One # taken off every line below the study's name."""
    head, name, body = text.partition(re.search(r"^name: .*\n", text, re.M)[0])  # type: ignore[index]
    return head + name + re.sub(r"^# ?", "", body, flags=re.M)


def same(one: Study, other: Study) -> bool:
    return one.model_copy(update={"name": ""}) == other.model_copy(update={"name": ""})


@pytest.mark.parametrize("recipe", RECIPES)
def test_as_written_it_is_the_recipe(recipe: str, tmp_path: Path) -> None:
    path = write_study_file(recipe, tmp_path / "mine.yaml")
    study = load_study(path)
    assert study.name == "mine"
    assert same(study, load_study(recipe))
    values = yaml.safe_load(path.read_text())
    assert values == {"extends": recipe, "name": "mine"}
    assert (tmp_path / "study.schema.json").exists()


@pytest.mark.parametrize("recipe", RECIPES)
def test_uncommented_it_is_the_recipe_and_stands_alone(recipe: str, tmp_path: Path) -> None:
    path = write_study_file(recipe, tmp_path / "mine.yaml")
    text = uncommented(path.read_text())
    path.write_text(text)
    assert same(load_study(path), load_study(recipe))
    alone = tmp_path / "elsewhere" / "alone.yaml"
    alone.parent.mkdir()
    alone.write_text(text.replace(f"extends: {recipe}\n", ""))
    assert same(load_study(alone), load_study(recipe))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_setting_of_the_recipe_is_there_and_explained(recipe: str, tmp_path: Path) -> None:
    text = write_study_file(recipe, tmp_path / "mine.yaml").read_text()
    study = load_study(recipe)
    blocks = study.model_dump(mode="json", exclude_unset=True)
    for name in set(blocks) - {"name"}:
        assert re.search(rf"^# {name}:", text, re.M), name
        described = str(Study.model_fields[name].description).split()[:6]
        flat = " ".join(re.sub(r"^## *", "", text, flags=re.M).split())
        assert " ".join(described) in flat
    for name in study.approaches:
        assert re.search(rf"^#   {name}:", text, re.M)
    lines = text.splitlines()
    assert all(line == "" or line.startswith(("#", "extends:", "name:")) for line in lines)
    explained = [line for line in lines if line.startswith("##")]
    assert max(map(len, explained)) <= 102


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_example_of_own_material_is_right(recipe: str, tmp_path: Path) -> None:
    lines = write_study_file(recipe, tmp_path / "mine.yaml").read_text().splitlines()
    start = lines.index("##   data:")
    end = next(index for index in range(start, len(lines)) if not lines[index].startswith("##"))
    example = "\n".join(line.removeprefix("##   ") for line in lines[start:end])
    path = tmp_path / "own.yaml"
    path.write_text(f"extends: {recipe}\nname: own\n{example}\n")
    sources = load_study(path).data.sources
    assert list(sources) == ["mine"]
    assert sources["mine"].model_dump()["path"] == str(tmp_path / "mine.csv")


def test_comments_of_the_recipe_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        "# What the paper did.\n"
        "name: paper\n"
        'description: "a # is no comment"\n'
        "model: {base: random-llama} # of 1B in the paper\n"
        "data:\n"
        "  sources:\n"
        "    # Table 2\n"
        "    # of the paper.\n"
        "    songs: {kind: csv, path: songs.csv, columns: {instruction: '{a}', response: '{b}'}}\n"
        "approaches:\n"
        "  lora: # the paper's best\n"
        "    system: |\n"
        "      Two lines.\n"
        "      # no comment either\n"
        "    tune: {epochs: 3.5, method: {name: lora, r: 4}}\n"
    )
    study = load_study(path)
    text = commented(study, path)
    for line in (
        "## What the paper did.",
        "# description: 'a # is no comment'",
        "## of 1B in the paper",
        "##     Table 2 of the paper.\n#     songs:",
        "##   the paper's best\n#   lora:",
        "#     system: |\n#       Two lines.\n#       # no comment either\n",
        "#       epochs: 3.5",
    ):
        assert line in text
    (tmp_path / "again.yaml").write_text("name: paper\n" + re.sub(r"^# ?", "", text, flags=re.M))
    assert load_study(tmp_path / "again.yaml") == study
    raw, _ = read(tmp_path / "again.yaml", seen=())
    assert raw["approaches"]["lora"]["system"] == "Two lines.\n# no comment either\n"


def test_guides_belong_to_settings() -> None:
    assert set(GUIDES) <= set(Study.model_fields)


def test_choices_are_words_of_literals_and_tags_of_variants() -> None:
    from etude.config.study import Approach, Data, Model
    from etude.config.tuning import Tune

    assert choices(Model.model_fields["precision"].annotation) == [
        "fp32",
        "bf16",
        "fp16",
        "int8",
        "nf4",
    ]
    assert {"lora", "full"} <= set(choices(Tune.model_fields["method"].annotation))
    assert {"csv", "jsonl"} <= set(choices(Data.model_fields["sources"].annotation))
    assert choices(Approach.model_fields["system"].annotation) == []


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    with pytest.raises(UserError) as refused:
        write_study_file(RECIPES[0], path)
    assert str(refused.value) == f"{path} is there already: name another --output, or remove it."
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_recipe(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no recipe 'dialogue-dmeo': did you mean"):
        write_study_file("dialogue-dmeo", tmp_path / "x.yaml")


def test_recipes_are_listed_by_name_each_in_one_line() -> None:
    found = list_recipes()
    assert list(found) == sorted(recipes())
    for name, asks in found.items():
        assert asks, name
        assert "\n" not in asks


@pytest.mark.parametrize("width", [40, 80])
def test_the_list_fits_a_narrow_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    terminal = Console(file=out, force_terminal=True, width=width, color_system=None)
    monkeypatch.setattr(views, "console", lambda: terminal)
    views.recipes({"one": "asks " * 40, "another-one": "short"})
    first, second, blank, last = out.getvalue().splitlines()
    assert first.startswith("one          asks")
    assert first.endswith("…")
    assert len(first) == width
    assert second == "another-one  short"
    assert (blank, last) == ("", "Write one to change: etude new RECIPE")
