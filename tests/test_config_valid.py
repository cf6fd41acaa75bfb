"""Study files that are right: what may be written, and what it is read as."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from etude.begin import list_recipes, write_study_file
from etude.config import Study, load_study, recipes, schema, to_yaml
from etude.config.methods import Full, Lora
from etude.config.reading import read_yaml, write_yaml
from etude.config.sources import Csv, Datasets, Jsonl, Paths, Squad
from etude.config.study import Jinja, Sample, Shots
from etude.config.tuning import AdamW, Constant, Cosine, Linear, Tune
from studies import write_study

SMALLEST = """\
name: small
model: {base: random-llama}
data:
  sources:
    rows: {kind: jsonl, path: rows.jsonl}
approaches:
  zero-shot: {}
"""
SHORTHANDS = """\
name: shorthands
model: {base: random-llama}
data: {sources: {rows: {kind: jsonl, path: rows.jsonl}}, sample: 100}
approaches:
  few: {shots: 3}
  lora: {tune: {method: lora, optimizer: adamw, schedule: constant}}
  full: {tune: {method: full, schedule: linear}}
  plain: {tune: {}}
"""
IN_FULL = """\
name: in-full
description: Every block written out.
seed: 7
seeds: 3
model:
  base: meta-llama/Llama-2-7b-chat-hf
  revision: main
  precision: bf16
  device: cuda
  markup: {jinja: "{{ messages[0].content }}"}
  trust_remote_code: true
data:
  task: generate
  language: pt
  sources:
    songs:
      kind: csv
      path: {train: songs.csv, dev: dev/songs.csv, test: ~/songs-test.csv}
      encoding: latin-1
      delimiter: ";"
      columns:
        id: "{song}"
        instruction: "Write a lyric titled {title}."
        input: "{artist}"
        response: "{lyric}"
        system: "You write lyrics."
        passages: ["{source}"]
  sample: {train: 1000, dev: 50}
  split: {dev: 0.05, test: 200, group_by: artist}
prompt: {template: "{title}"}
system: Be brief.
generation: {max_tokens: 500, temperature: 0.1, top_p: 0.9, batch_size: 8}
approaches:
  told: {prompt: {template: "A lyric: {title}"}, system: "", precision: fp32}
  fixed: {shots: {count: 2, choose: fixed, ids: [a, b]}}
  lora:
    tune:
      method: {name: lora, r: 16, alpha: 32, dropout: 0.1, targets: [q_proj, v_proj]}
      optimizer:
        {name: adamw, learning_rate: 3e-4, weight_decay: .01, beta1: 0.8, beta2: 0.9, epsilon: 1E-6}
      schedule: {name: cosine, warmup_ratio: 0.03}
      epochs: 2.5
      max_steps: 1000
      batch_size: 4
      accumulate: 8
      supervise: all
      max_tokens: 512
      clip: null
      log_steps: 5
      save_seconds: 0
metrics: [rouge, bleu, squad, perplexity]
compare: {baseline: told, metric: rouge-l, resamples: 500, confidence: 0.9}
track: []
"""
WEIGHTS = """\
name: weights
model: {base: ./models/mine}
data: {sources: {rows: {kind: jsonl, path: rows.jsonl}}}
approaches:
  again: {weights: lora, tune: {method: lora}}
  lora: {tune: {method: lora}}
  told: {weights: again, system: Be brief.}
  mine: {weights: ./made/before}
  yours: {weights: made/elsewhere}
  theirs: {weights: ~/made}
compare: {baseline: lora}
"""
CLASSIFICATION = """\
name: sentiment
model: {base: random-t5}
data:
  task: classify
  labels: [yes, no, on, "1", 2026-01-31]
  sources:
    phrases: {kind: tsv, path: a.tsv, columns: {input: "{phrase}", label: "{sentiment}"}}
approaches: {zero-shot: {}}
metrics: [accuracy, macro-f1]
"""
SOURCES = """\
name: sources
model: {base: random-llama}
data:
  sources:
    questions: {kind: squad, path: squad.json, answerable_only: false, encoding: utf-16}
    hub: {kind: datasets, path: knkarthick/dialogsum, subset: all, revision: main, dev: valid}
    saved: {kind: datasets, path: ./saved, train: train, test: test}
    array: {kind: json, path: array.json, rows: data.items, columns: {response: ["{a}", "{b}"]}}
    columns: {kind: parquet, path: {train: a.parquet}}
approaches: {zero-shot: {}}
"""
SHARED_SETTINGS = """\
name: shared-settings
model: {base: random-llama}
data: {sources: {rows: {kind: jsonl, path: rows.jsonl}}}
approaches:
  slow: {tune: &slow {epochs: 9, optimizer: {learning_rate: 1e-5}}}
  same: {tune: *slow}
  other: {tune: {<<: *slow, epochs: 1}}
  both: {tune: {<<: [{clip: 2}, *slow]}}
"""
NULLS = """\
name: nulls
seed: null
system: ~
model: {base: random-llama, precision: null}
data: {sources: {rows: {kind: jsonl, path: rows.jsonl}}, sample: null}
approaches: {zero-shot: {shots: null}, lora: {tune: {clip: null, epochs: null}}}
"""
NAMES = """\
name: 2026-01-31
model: {base: "7e10"}
data: {sources: {on: {kind: jsonl, path: "1e-4"}}}
approaches: {no: {}, 7b: {}, 1e4: {}, null: {}}
"""
SEARCHED = """\
name: searched
model: {base: random-llama}
data:
  sources:
    one: {kind: jsonl, path: one.jsonl}
    many: {kind: jsonl, path: many.jsonl}
approaches:
  first:
    tune:
      mix: [one]
      search:
        learning_rate: {log: [1e-5, 1e-3]}
        method.r: [4, 8, 16]
        warmup_ratio: {uniform: [0, 0.1]}
        trials: 12
        prune: halving
  further:
    weights: first
    tune: {search: first, mix: {weights: {one: 1, many: 3}}}
  root: {tune: {mix: {temperature: 2, limit: 1000}, search: {space: {clip: [1.0, null]}}}}
"""

VALID = {
    "smallest": SMALLEST,
    "shorthands": SHORTHANDS,
    "in-full": IN_FULL,
    "weights": WEIGHTS,
    "classification": CLASSIFICATION,
    "sources": SOURCES,
    "searched": SEARCHED,
    "shared-settings": SHARED_SETTINGS,
    "nulls": NULLS,
    "names": NAMES,
    "windows": "\ufeff" + SMALLEST.replace("\n", "\r\n"),
}


def load(folder: Path, text: str, *overrides: str, name: str = "study.yaml") -> Study:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_study(path, overrides)


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_a_valid_study_is_read_and_written_back(text: str, tmp_path: Path) -> None:
    first = load(tmp_path, text)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert load(elsewhere, to_yaml(first)) == first


class TestWhatIsRead:
    def test_defaults(self, tmp_path: Path) -> None:
        study = load(tmp_path, SMALLEST)
        assert study.seed == 13
        assert study.seeds == 1
        assert study.metrics == ("rouge",)
        assert study.compare.confidence == 0.95
        assert study.approaches["zero-shot"].tune is None
        assert Tune() == Tune(
            method=Lora(r=8, alpha=16),
            optimizer=AdamW(learning_rate=2e-4),
            schedule=Cosine(warmup_ratio=0.03),
        )

    def test_shorthands(self, tmp_path: Path) -> None:
        study = load(tmp_path, SHORTHANDS)
        assert study.data.sample == 100
        assert study.approaches["few"].shots == Shots(count=3)
        assert study.approaches["lora"].tune == Tune(method=Lora(), schedule=Constant())
        assert study.approaches["full"].tune == Tune(method=Full(), schedule=Linear())
        assert study.approaches["plain"].tune == Tune()

    def test_in_full(self, tmp_path: Path) -> None:
        study = load(tmp_path, IN_FULL)
        assert study.model.markup == Jinja(jinja="{{ messages[0].content }}")
        assert study.model.trust_remote_code is True
        assert study.data.sample == Sample(train=1000, dev=50)
        songs = study.data.sources["songs"]
        assert isinstance(songs, Csv)
        assert songs.path == Paths(
            train=str(tmp_path / "songs.csv"),
            dev=str(tmp_path / "dev" / "songs.csv"),
            test=str(Path("~/songs-test.csv").expanduser()),
        )
        assert songs.columns.response == "{lyric}"
        tune = study.approaches["lora"].tune
        assert tune is not None
        assert tune.method == Lora(r=16, alpha=32, dropout=0.1, targets=("q_proj", "v_proj"))
        assert tune.optimizer.learning_rate == 3e-4
        assert tune.optimizer.epsilon == 1e-6
        assert tune.clip is None
        assert study.track == ()

    def test_weights(self, tmp_path: Path) -> None:
        study = load(tmp_path, WEIGHTS)
        weights = {name: item.weights for name, item in study.approaches.items()}
        assert weights == {
            "again": "lora",
            "lora": None,
            "told": "again",
            "mine": str(tmp_path / "made" / "before"),
            "yours": str(tmp_path / "made" / "elsewhere"),
            "theirs": str(Path("~/made").expanduser()),
        }
        assert study.model.base == str(tmp_path / "models" / "mine")

    def test_words_of_yaml_1_1_are_words(self, tmp_path: Path) -> None:
        study = load(tmp_path, CLASSIFICATION)
        assert study.data.labels == ("yes", "no", "on", "1", "2026-01-31")
        assert list(load(tmp_path, NAMES).approaches) == ["no", "7b", "1e4", "null"]

    def test_sources(self, tmp_path: Path) -> None:
        sources = load(tmp_path, SOURCES).data.sources
        questions, hub, saved = sources["questions"], sources["hub"], sources["saved"]
        assert isinstance(questions, Squad)
        assert questions.answerable_only is False
        assert isinstance(hub, Datasets)
        assert hub.path == "knkarthick/dialogsum"  # a hub id is no path
        assert isinstance(saved, Datasets)
        assert saved.path == str(tmp_path / "saved")

    def test_settings_shared_by_alias(self, tmp_path: Path) -> None:
        approaches = load(tmp_path, SHARED_SETTINGS).approaches
        tunes = {name: item.tune for name, item in approaches.items()}
        slow = Tune(epochs=9, optimizer=AdamW(learning_rate=1e-5))
        assert tunes["same"] == tunes["slow"] == slow
        assert tunes["other"] == slow.model_copy(update={"epochs": 1})
        assert tunes["both"] == slow.model_copy(update={"clip": 2})

    def test_null_is_the_default_unless_it_is_a_choice(self, tmp_path: Path) -> None:
        study = load(tmp_path, NULLS)
        assert study.seed == 13
        assert study.model.precision == "fp32"
        tune = study.approaches["lora"].tune
        assert tune is not None
        assert tune.epochs == 3
        assert tune.clip is None  # no clipping


class TestExtends:
    def test_a_file_is_changed_key_by_key(self, tmp_path: Path) -> None:
        (tmp_path / "bases").mkdir()
        (tmp_path / "bases" / "base.yaml").write_text(IN_FULL)
        study = load(
            tmp_path,
            """\
extends: bases/base.yaml
name: changed
data: {sources: {songs: {path: {train: other.csv}}, more: {kind: jsonl, path: more.jsonl}}}
approaches:
  told: null
  lora: {tune: {epochs: 1, method: full}}
  fixed: {shots: 1}
compare: {baseline: fixed}
metrics: [bleu]
""",
        )
        base = load_study(tmp_path / "bases" / "base.yaml")
        assert study.name == "changed"
        assert list(study.approaches) == ["fixed", "lora"]
        assert study.metrics == ("bleu",)  # lists are replaced
        tune, old = study.approaches["lora"].tune, base.approaches["lora"].tune
        assert tune is not None
        assert old is not None
        assert tune == old.model_copy(update={"epochs": 1, "method": Full()})
        songs, more = study.data.sources["songs"], study.data.sources["more"]
        assert isinstance(songs, Csv)
        assert isinstance(songs.path, Paths)
        assert songs.path.train == str(tmp_path / "other.csv")  # relative to its own file
        assert songs.path.dev == str(tmp_path / "bases" / "dev" / "songs.csv")
        assert isinstance(more, Jsonl)

    def test_a_recipe(self, tmp_path: Path) -> None:
        study = load(tmp_path, "extends: dialogue-demo\nname: mine\nseed: 1\n")
        recipe = load_study("dialogue-demo")
        assert study == recipe.model_copy(update={"name": "mine", "seed": 1})

    def test_another_variant_replaces_the_block(self, tmp_path: Path) -> None:
        (tmp_path / "base.yaml").write_text(IN_FULL)
        text = "extends: base.yaml\napproaches: {lora: {tune: {schedule: {name: constant}}}}"
        tune = load(tmp_path, text).approaches["lora"].tune
        assert tune is not None
        assert tune.schedule == Constant()  # and no warm-up is left of the cosine

    def test_the_kind_may_stand_in_the_file_below(self, tmp_path: Path) -> None:
        (tmp_path / "base.yaml").write_text(SOURCES)
        text = "extends: base.yaml\ndata: {sources: {hub: {path: other/set}}}"
        assert load(tmp_path, text).data.sources["hub"].path == "other/set"

    def test_chains(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(SMALLEST)
        (tmp_path / "b.yaml").write_text("extends: a.yaml\nseed: 2\nseeds: 2")
        study = load(tmp_path, "extends: ./b.yaml\nseed: 3")
        assert (study.seed, study.seeds, study.name) == (3, 2, "small")


class TestOverrides:
    @pytest.mark.parametrize(
        ("override", "setting", "value"),
        [
            ("seed=7", "seed", 7),
            ("model.base=random-t5", "model.base", "random-t5"),
            ("metrics=[bleu, chrf]", "metrics", ("bleu", "chrf")),
            ("description=a=b: c".replace(": ", ":"), "description", "a=b:c"),
            ("system=null", "system", None),
            ('system=""', "system", ""),
            ("approaches.lora.tune.optimizer.learning_rate=1e-4", None, 1e-4),
            ("approaches.lora.tune.clip=null", "approaches.lora.tune.clip", None),
            ("approaches.few.shots.choose=similar", "approaches.few.shots.count", 3),
            ("approaches.lora.tune.method.r=4", "approaches.lora.tune.method.r", 4),
            ("model.trust_remote_code=yes", "model.trust_remote_code", True),
            ("data.sample=1_000", "data.sample", 1000),
        ],
    )
    def test_one_setting(
        self, override: str, setting: str | None, value: Any, tmp_path: Path
    ) -> None:
        found: Any = load(tmp_path, SHORTHANDS, override)
        for part in (setting or override.partition("=")[0]).split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        assert found == value

    def test_the_last_one_wins(self, tmp_path: Path) -> None:
        assert load(tmp_path, SMALLEST, "seed=1", "seed=2").seed == 2

    def test_an_approach_goes_and_another_comes(self, tmp_path: Path) -> None:
        study = load(tmp_path, SMALLEST, "approaches.zero-shot=null", "approaches.one={shots: 1}")
        assert list(study.approaches) == ["one"]

    def test_paths_begin_in_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = tmp_path / "here"
        here.mkdir()
        monkeypatch.chdir(here)
        study = load(
            tmp_path,
            SOURCES,
            "data.sources.columns.path.train=b.parquet",
            "data.sources.hub.path=other/set",
            "model.base=./model",
        )
        columns = study.data.sources["columns"].path
        assert isinstance(columns, Paths)
        assert columns.train == str(here / "b.parquet")
        assert study.data.sources["hub"].path == "other/set"
        assert study.model.base == str(here / "model")


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["1e5", "1E-3", ".5e1", "yes", "no", "~", "1:30", "0x1f", "010", "<<", "="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(write_yaml(values), encoding="utf-8")
    assert read_yaml(path)[0] == values
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == values  # for other tools as well


# The JSON Schema for editors


def fits(value: Any, rule: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether a value fits a JSON Schema, in the part of the language that pydantic writes."""
    if "$ref" in rule:
        return fits(value, whole["$defs"][rule["$ref"].rpartition("/")[2]], whole)
    for many in ("anyOf", "oneOf"):
        if many in rule:
            return any(fits(value, one, whole) for one in rule[many])
    if "const" in rule:
        return bool(value == rule["const"])
    if "enum" in rule and value not in rule["enum"]:
        return False
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    if not isinstance(value, kinds[rule["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(item, rule["items"], whole) for item in value)
    if isinstance(value, dict):
        return all(fits_entry(key, item, rule, whole) for key, item in value.items())
    return not isinstance(value, str) or re.search(rule.get("pattern", ""), value) is not None


def fits_entry(key: str, value: Any, rule: dict[str, Any], whole: dict[str, Any]) -> bool:
    if key in rule.get("properties", {}):
        return fits(value, rule["properties"][key], whole)
    for pattern, entry in rule.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return fits(value, entry, whole)
    return bool(rule["additionalProperties"])


class TestSchema:
    @pytest.mark.parametrize(
        "name",
        [name for name in VALID if name != "nulls"],  # editors mark a null for a default
    )
    def test_accepts_valid_studies(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "study.yaml"
        path.write_text(VALID[name])
        assert fits(read_yaml(path)[0], schema(), schema())

    @pytest.mark.parametrize("path", recipes().values(), ids=recipes())
    def test_accepts_recipes(self, path: Path) -> None:
        assert fits(read_yaml(path)[0], schema(), schema())

    @pytest.mark.parametrize(
        "values",
        [
            {"sede": 1},
            {"seed": "x"},
            {"metrics": ["rogue"]},
            {"approaches": {"a b": {}}},
            {"approaches": {"a": {"tune": {"method": "lorra"}}}},
            {"approaches": {"a": {"tune": {"schedule": {"name": "constant", "warmup_ratio": 1}}}}},
        ],
    )
    def test_refuses_what_is_wrong(self, values: dict[str, Any]) -> None:
        assert not fits(values, schema(), schema())

    def test_a_file_that_extends_may_leave_everything_out(self) -> None:
        part = {"extends": "x", "approaches": {"a": None, "b": {"tune": {"method": {"r": 4}}}}}
        assert fits(part, schema(), schema())

    def test_every_setting_is_described(self) -> None:
        whole = schema()
        for block in (whole, *whole["$defs"].values()):
            assert block["description"]
            for name, rule in block["properties"].items():
                named = whole["$defs"].get(rule.get("$ref", "").rpartition("/")[2], {})
                assert rule.get("description") or named.get("description"), name


# Recipes, and the files that begin with them


@pytest.mark.parametrize("name", recipes())
def test_recipes_are_valid_and_say_what_they_ask(name: str) -> None:
    assert load_study(name).name == name
    assert list_recipes()[name]


@pytest.mark.parametrize("name", recipes())
def test_a_new_study_begins_as_its_recipe(name: str, tmp_path: Path) -> None:
    path = write_study_file(name, tmp_path / "mine.yaml")
    assert load_study(path) == load_study(name).model_copy(update={"name": "mine"})
    assert (tmp_path / "study.schema.json").exists()
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=study.schema.json\n")


def test_a_new_study_can_be_uncommented_as_a_whole(tmp_path: Path) -> None:
    path = write_study_file("dialogue-demo", tmp_path / "mine.yaml")
    head, _, rest = path.read_text().partition("# The recipe itself.")
    body = "\n".join(line.removeprefix("# ") for line in rest.splitlines()[1:])
    (tmp_path / "material").symlink_to(recipes()["dialogue-demo"].parent / "material")
    ours, recipe = load(tmp_path, f"{head}\n{body}"), load_study("dialogue-demo")
    assert ours.approaches == recipe.approaches
    assert ours.generation == recipe.generation


def test_paths_of_encoder_and_dictionary_are_the_files_own(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path), ["encoder.base=./bert", "dictionary.path=[a.txt]"])
    assert study.encoder is not None
    assert study.dictionary is not None
    assert study.encoder.base == str((Path.cwd() / "bert").resolve())
    assert study.dictionary.path == (str((Path.cwd() / "a.txt").resolve()),)
    path = tmp_path / "other.yaml"
    path.write_text(
        "extends: study.yaml\n"
        "encoder: {base: bert-base-cased, baseline: pt.tsv}\n"
        "dictionary: {path: words.txt, material: true}\n"
    )
    study = load_study(path)
    assert study.encoder is not None
    assert study.dictionary is not None
    assert (study.encoder.base, study.encoder.baseline) == (
        "bert-base-cased",
        str(tmp_path / "pt.tsv"),
    )
    assert study.dictionary.path == (str(tmp_path / "words.txt"),)
    kept = tmp_path / "kept.yaml"
    kept.write_text(to_yaml(study))
    assert load_study(kept) == study
