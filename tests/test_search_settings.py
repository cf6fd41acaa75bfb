"""What may be searched: names that mean one setting, values that the setting takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from etude.approaches.order import by_origin
from etude.config import Study, load_study, to_yaml
from etude.config.measuring import MetricName
from etude.config.searching import Range, Search, place_of, places, searched, with_settings
from etude.config.tuning import Cosine, Full, Linear, Lora, Tune
from etude.errors import UserError

SEARCH: dict[str, Any] = {"learning_rate": {"log": [1e-5, 1e-3]}, "r": [4, 8, 16]}


def study(**approaches: Any) -> dict[str, Any]:
    return {
        "name": "searched",
        "model": {"base": "random-llama"},
        "data": {
            "sources": {name: {"kind": "jsonl", "path": f"{name}.jsonl"} for name in ("one", "two")}
        },
        "approaches": approaches,
    }


def refusal(folder: Path, **approaches: Any) -> str:
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study(**approaches)))
    with pytest.raises(UserError) as caught:
        load_study(path)
    where, _, told = str(caught.value).partition(", approaches.")
    assert where.startswith("study.yaml, line ")
    return told


def tuning(search: Any, **tune: Any) -> dict[str, Any]:
    return {"tune": {**tune, "search": search}}


def test_short_names_are_found_in_the_tuning() -> None:
    tune = Tune.model_validate({"search": SEARCH})
    assert isinstance(tune.search, Search)
    assert searched(tune, tune.search) == {
        ("optimizer", "learning_rate"): Range(log=(1e-5, 1e-3)),
        ("method", "r"): Range(choices=(4, 8, 16)),
    }
    assert place_of("optimizer.learning_rate", tune) == ("optimizer", "learning_rate")
    assert place_of("tune.epochs", tune) == ("epochs",)
    assert place_of("schedule", tune) == ("schedule",)


def test_every_setting_of_a_tuning_has_a_name_that_means_it_alone() -> None:
    tune = Tune.model_validate({"mix": {"weights": {"one": 1, "two": 2}}})
    known = list(places(tune))
    assert ("mix", "weights", "two") in known
    assert len(known) > 20
    for path in known:
        assert place_of(".".join(("tune", *path)), tune) == path


def test_no_setting_of_a_search_hides_one_of_a_tuning() -> None:
    shortest = {path[-1] for path in places(Tune())}
    assert not shortest & set(Search.model_fields)


def test_a_study_that_searches_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study(a=tuning({**SEARCH, "trials": 7}))))
    first = load_study(path)
    path.write_text(to_yaml(first))
    assert load_study(path) == first
    assert Study.model_validate(first.model_dump(mode="json")) == first


def test_chosen_settings_stand_in_place_of_the_search() -> None:
    tune = Tune.model_validate({"method": {"name": "lora", "alpha": 32}, "search": SEARCH})
    chosen = with_settings(tune, {("method", "r"): 16, ("optimizer", "learning_rate"): 1e-4})
    assert chosen.search is None
    assert chosen.method == Lora(r=16, alpha=32)
    assert chosen.optimizer.learning_rate == 1e-4
    assert chosen.schedule == tune.schedule


def test_another_variant_keeps_what_was_written_and_fits() -> None:
    tune = Tune.model_validate({"schedule": {"name": "cosine", "warmup_ratio": 0.2}})
    assert with_settings(tune, {("schedule",): "linear"}).schedule == Linear(warmup_ratio=0.2)
    assert with_settings(tune, {("schedule",): "cosine"}).schedule == Cosine(warmup_ratio=0.2)
    both = with_settings(tune, {("schedule",): "linear", ("schedule", "warmup_ratio"): 0.1})
    assert both.schedule == Linear(warmup_ratio=0.1)
    lora = Tune.model_validate({"method": {"name": "lora", "r": 2}})
    assert with_settings(lora, {("method",): "full"}).method == Full()
    assert with_settings(lora, {("method",): "lora"}).method == Lora(r=2)


KNOWN = (
    "accumulate, activation_checkpointing, alpha, batch_size, beta1, beta2, clip, data_seed, "
    "early_stopping, epochs, epsilon, group_by_length, label_smoothing, learning_rate, "
    "load_best_model_at_end, max_steps, method, method.dropout, mix, neftune_noise_alpha, "
    "optimizer, packing, r, schedule, targets, tune.dropout, warmup_ratio, warmup_steps, "
    "weight_decay"
)
REFUSED = {
    "a name that is none": (
        {"lerning_rate": [1, 2]},
        "lerning_rate: there is no such setting here: did you mean 'learning_rate'? "
        f"Known: {KNOWN}.",
    ),
    "a setting of the search, misspelt": (
        {**SEARCH, "trails": 5},
        "trails: a searched setting takes a list of choices, {log: [low, high]} or {uniform: "
        "[low, high]}; if a setting of the search is meant: did you mean 'trials'? Known: metric, "
        "prune, storage, trials, workers.",
    ),
    "one value": (
        {"r": [8]},
        "r: expected at least two different choices: a single value is set where it stands.",
    ),
    "the same value twice": (
        {"r": [8, 8]},
        "r: expected at least two different choices: a single value is set where it stands.",
    ),
    "a value that the setting does not take": (
        {"r": [4, 0]},
        "r: expected a number of at least 1, found 0.",
    ),
    "a bound that the setting does not take": (
        {"warmup_ratio": {"uniform": [0, 2]}},
        "warmup_ratio: expected a number of at most 1, found 2.0.",
    ),
    "bounds the wrong way round": (
        {"r": {"uniform": [8, 4]}},
        "r.uniform: expected two numbers, [low, high], with low below high.",
    ),
    "a logarithm of zero": (
        {"weight_decay": {"log": [0, 1]}},
        "weight_decay.log: a logarithm needs numbers above 0: raise the lower one.",
    ),
    "half a rank": (
        {"r": {"log": [1, 4.5]}},
        "r: this takes whole numbers: give whole bounds.",
    ),
    "two ways to say it": (
        {"r": {"log": [1, 4], "uniform": [1, 4]}},
        "r: expected a list of choices, {log: [low, high]} or {uniform: [low, high]}.",
    ),
    "what the loss counts": (
        {"supervise": ["all", "response"]},
        "supervise: this cannot be searched, as it changes nothing that is learnt or what the "
        "loss counts: set it in tune.",
    ),
    "a range of methods": (
        {"method": {"uniform": [0, 1]}},
        "method: this is a block: give a list of its names.",
    ),
    "a method that is none": (
        {"method": ["lora", "fuul"]},
        "method: 'fuul' is not known here: did you mean 'full'? Known: adalora, bottleneck, "
        "dora, full, head, ia3, ln-tuning, lora, p-tuning, pissa, prefix-tuning, prompt-tuning, "
        "rslora, selective, vera.",
    ),
    "a setting that only one of the methods has": (
        {"method": ["lora", "full"], "r": [4, 8]},
        "r: with method full, there is no such setting here: choose one of accumulate, "
        "activation_checkpointing, batch_size, beta1, beta2, clip, data_seed, dropout, "
        "early_stopping, epochs, epsilon, group_by_length, label_smoothing, learning_rate, "
        "load_best_model_at_end, max_steps, method, mix, neftune_noise_alpha, optimizer, packing, "
        "schedule, warmup_ratio, warmup_steps, weight_decay.",
    ),
    "a setting that the method as it stands has not": (
        {"optimizer": ["adafactor", "paged-adamw"], "clip_threshold": [1, 2]},
        "clip_threshold: with optimizer adamw, there is no such setting here: choose one of "
        f"{KNOWN}.",
    ),
    "the same setting twice": (
        {"r": [4, 8], "method.r": [2, 4]},
        "r: method.r is searched already: keep one.",
    ),
    "a metric that is none": (
        {**SEARCH, "metric": "rogue"},
        "metric: 'rogue' is not known here: did you mean 'rouge'? Known: "
        f"{', '.join(sorted((*get_args(MetricName), 'dev_loss')))}.",
    ),
}


@pytest.mark.parametrize(("search", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_searched(search: Any, sentence: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, a=tuning(search)) == f"a.tune.search.{sentence}"


def test_a_short_name_of_two_settings_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    tune = Tune.model_validate({"mix": {"weights": {"r": 1, "epochs": 2}}})
    with pytest.raises(ValueError, match=r"this could be method\.r or weights\.r: write one"):
        place_of("r", tune)
    with pytest.raises(ValueError, match=r"this could be tune\.epochs or weights\.epochs: write"):
        place_of("epochs", tune)
    assert place_of("weights.r", tune) == ("mix", "weights", "r")
    assert place_of("tune.epochs", tune) == ("epochs",)


BORROWED = {
    "an approach that is not there": (
        {"a": tuning("frist"), "first": tuning(SEARCH)},
        "a.tune.search: there is no approach 'frist': did you mean 'first'? Known: a, first.",
    ),
    "an approach without a search": (
        {"a": tuning("first"), "first": {"tune": {}}},
        "a.tune.search: 'first' searches nothing: name an approach with settings in its search.",
    ),
    "settings that this tuning has not": (
        {"a": tuning("first", method="full"), "first": tuning(SEARCH)},
        "a.tune.search: 'first' searches method.r, which this tuning has not: give both the same "
        "method, optimizer and schedule.",
    ),
    "a circle": (
        {"a": tuning("first"), "first": {"weights": "a", **tuning(SEARCH)}},
        "a.tune.search: 'first' in turn waits for 'a': take the search of another approach.",
    ),
}


@pytest.mark.parametrize(("approaches", "sentence"), BORROWED.values(), ids=BORROWED)
def test_whose_search_cannot_be_taken(
    approaches: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    assert refusal(tmp_path, **approaches) == sentence


def test_who_takes_a_search_comes_after_it() -> None:
    made = Study.model_validate(study(a=tuning("b"), b=tuning(SEARCH), c={}))
    assert list(by_origin(made)) == ["b", "a", "c"]


MIXES = {
    "a source that is none": (
        ["onn"],
        "mix.sources: there is no source 'onn': did you mean 'one'? Known: one, two.",
    ),
    "a weight of a source that is none": (
        {"weights": {"onn": 1}},
        "mix.weights.onn: there is no source 'onn': did you mean 'one'? Known: one, two.",
    ),
    "weights and a temperature": (
        {"weights": {"one": 1}, "temperature": 2},
        "mix.temperature: weights say which sources and how much of each: remove one of the two.",
    ),
    "no temperature at all": (
        {"temperature": 0},
        "mix.temperature: expected a number of more than 0, found 0.",
    ),
}


@pytest.mark.parametrize(("mix", "sentence"), MIXES.values(), ids=MIXES)
def test_what_cannot_be_mixed(mix: Any, sentence: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, a={"tune": {"mix": mix}}) == f"a.tune.{sentence}"
