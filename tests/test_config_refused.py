"""Study files that are not right, and the sentence that says so: where, what, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from etude.begin import write_study_file
from etude.checks import check
from etude.config import load_study, recipes
from etude.config.measuring import MetricName
from etude.errors import UserError

RECIPES = ", ".join(sorted(recipes()))

STUDY = """\
name: study
model: {base: random-llama}
data:
  sources:
    rows:
      kind: jsonl
      path: rows.jsonl
approaches:
  zero-shot: {}
  lora:
    tune:
      method: {name: lora, r: 8}
      schedule: {name: cosine, warmup_ratio: 0.1}
      epochs: 3
  told:
    weights: lora
metrics: [rouge]
"""
APPROACHES = "lora, told, zero-shot"


def refusal(folder: Path, content: str | bytes, *overrides: str) -> str:
    path = folder / "study.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UserError) as caught:
        check(load_study(path, overrides))
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert STUDY.count(old) == 1, f"{old!r} should stand once in the study"
    return STUDY.replace(old, new)


def test_the_study_itself_is_right(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY)
    check(load_study(tmp_path / "study.yaml"))


SETTINGS = {
    "a key that is not known": (
        changed("epochs: 3", "epoch: 3"),
        "line 14, approaches.lora.tune.epoch: there is no such setting: did you mean 'epochs'? "
        "Known: accumulate, activation_checkpointing, batch_size, clip, data_seed, dropout, "
        "early_stopping, epochs, evaluate_batch_size, evaluate_steps, group_by_length, "
        "label_smoothing, load_best_model_at_end, log_steps, max_steps, max_tokens, method, mix, "
        "neftune_noise_alpha, optimizer, packing, save_seconds, save_steps, save_total_limit, "
        "schedule, search, supervise.",
    ),
    "a word for a number or another word": (
        changed("epochs: 3", "batch_size: automatic"),
        "line 14, approaches.lora.tune.batch_size: 'automatic' is not known here: did you mean "
        "'auto'? Known: auto.",
    ),
    "a number for a number or a word": (
        changed("epochs: 3", "evaluate_steps: 0"),
        "line 14, approaches.lora.tune.evaluate_steps: expected a number of at least 1, found 0.",
    ),
    "files of which none is named": (
        changed("path: rows.jsonl", "path: {dev: null}"),
        "line 7, data.sources.rows.path.train: no file is named: name one for train, dev or test.",
    ),
    "an optimizer that is not known": (
        changed("epochs: 3", "optimizer: adamw_8bit"),
        "line 14, approaches.lora.tune.optimizer: 'adamw_8bit' is not known here: did you mean "
        "'adamw-8bit'? Known: adafactor, adamw, adamw-8bit, paged-adamw, paged-adamw-8bit.",
    ),
    "a setting of another optimizer": (
        changed("epochs: 3", "optimizer: {name: adafactor, beta2: 0.9}"),
        "line 14, approaches.lora.tune.optimizer.beta2: this is a setting of adamw, paged-adamw, "
        "adamw-8bit and paged-adamw-8bit, not of adafactor: change the optimizer, or remove it.",
    ),
    "a warm-up that is not said": (
        changed("{name: cosine, warmup_ratio: 0.1}", "constant-with-warmup"),
        "line 13, approaches.lora.tune.schedule: it does not say how long it warms up: add "
        "warmup_steps or warmup_ratio, or use constant.",
    ),
    "a decay without its steps": (
        changed("{name: cosine, warmup_ratio: 0.1}", "step-decay"),
        "line 13, approaches.lora.tune.schedule.step_size: this setting is missing and has no "
        "default: add it.",
    ),
    "a limit of nothing": (
        changed("epochs: 3", "save_total_limit: 2"),
        "line 14, approaches.lora.tune.save_total_limit: without save_steps no weights are kept "
        "along the way: add it, or remove this.",
    ),
    "a key that is like no other": (
        changed("{base: random-llama}", "{base: random-llama, speed: 9}"),
        "line 2, model.speed: there is no such setting: choose one of base, device, markup, "
        "precision, revision, trust_remote_code.",
    ),
    "a setting of the optimizer, one block too high": (
        changed("epochs: 3", "learning_rate: 3e-4"),
        "line 14, approaches.lora.tune.learning_rate: this setting belongs one block deeper: write "
        "optimizer: {name: adamw, learning_rate: ...}.",
    ),
    "settings of the method and of the schedule, likewise": (
        changed("epochs: 3", "r: 4\n      warmup_steps: 4"),
        "line 14, approaches.lora.tune.r: this setting belongs one block deeper: write method: "
        "{name: lora, r: ...}.\n"
        "study.yaml, line 15, approaches.lora.tune.warmup_steps: this setting belongs one block "
        "deeper: write schedule: {name: cosine, warmup_steps: ...}.",
    ),
    "settings of blocks of an approach": (
        changed("weights: lora", "search: bm25"),
        "line 16, approaches.told.search: this setting belongs one block deeper: write retrieve: "
        "{search: ...} or tune: {search: ...}.",
    ),
    "a file without the name of its source": (
        changed("  sources:\n", "  path: rows.jsonl\n  sources:\n"),
        "line 4, data.path: this setting belongs one block deeper: write sources: {NAME: {kind: "
        "..., path: ...}}.",
    ),
    "weights where something learns": (
        changed("epochs: 3", "weights: told"),
        "line 14, approaches.lora.tune.weights: there is no such setting: choose one of "
        "accumulate, activation_checkpointing, batch_size, clip, data_seed, dropout, "
        "early_stopping, epochs, evaluate_batch_size, evaluate_steps, group_by_length, "
        "label_smoothing, load_best_model_at_end, log_steps, max_steps, max_tokens, method, mix, "
        "neftune_noise_alpha, optimizer, packing, save_seconds, save_steps, save_total_limit, "
        "schedule, search, supervise.",
    ),
    "two keys that are not known": (
        changed("{base: random-llama}", "\n  basis: x\n  devise: cpu"),
        "line 3, model.basis: there is no such setting: did you mean 'base'? Known: base, device, "
        "markup, precision, revision, trust_remote_code.\n"
        "study.yaml, line 4, model.devise: there is no such setting: did you mean 'device'? "
        "Known: base, device, markup, precision, revision, trust_remote_code.",
    ),
    "a variant that is not known": (
        changed("{name: lora, r: 8}", "lorra"),
        "line 12, approaches.lora.tune.method: 'lorra' is not known here: did you mean 'lora'? "
        "Known: adalora, bottleneck, dora, full, head, ia3, ln-tuning, lora, p-tuning, pissa, "
        "prefix-tuning, prompt-tuning, rslora, selective, vera.",
    ),
    "a kind of source that is not known": (
        changed("kind: jsonl", "kind: excel"),
        "line 5, data.sources.rows: 'excel' is not known here: choose one of csv, datasets, json, "
        "jsonl, labels, medquad, music-theory, oasst, parquet, sharegpt, squad, tsv, wikipedia.",
    ),
    "a block without its tag": (
        changed("      kind: jsonl\n", ""),
        "line 5, data.sources.rows: this block does not say what it is: add kind with one of "
        "json, jsonl, csv, tsv, parquet, squad, labels, medquad, oasst, sharegpt, music-theory, "
        "wikipedia, datasets.",
    ),
    "a method without its name": (
        changed("{name: lora, r: 8}", "{r: 8}"),
        "line 12, approaches.lora.tune.method: this block does not say what it is: add name with "
        "one of full, selective, lora, rslora, dora, pissa, adalora, vera, bottleneck, ia3, "
        "ln-tuning, prompt-tuning, p-tuning, prefix-tuning, head.",
    ),
    "a setting of another schedule": (
        changed("name: cosine", "name: constant"),
        "line 13, approaches.lora.tune.schedule.warmup_ratio: this is a setting of "
        "constant-with-warmup, linear, cosine and step-decay, not of constant: change the "
        "schedule, or remove it.",
    ),
    "a setting of another method": (
        changed("name: lora, r", "name: full, r"),
        "line 12, approaches.lora.tune.method.r: this is a setting of lora, rslora, dora, pissa, "
        "adalora and vera, not of full: change the method, or remove it.",
    ),
    "a setting of another kind of source": (
        changed("path: rows.jsonl", 'path: rows.jsonl\n      delimiter: ";"'),
        "line 8, data.sources.rows.delimiter: this is a setting of csv, not of jsonl: change the "
        "kind, or remove it.",
    ),
    "text for a number": (
        changed("epochs: 3", "epochs: three"),
        "line 14, approaches.lora.tune.epochs: expected a number, found 'three'.",
    ),
    "a fraction for a whole number": (
        changed("r: 8", "r: 8.5"),
        "line 12, approaches.lora.tune.method.r: expected a whole number, found 8.5.",
    ),
    "a number for text": (
        changed("name: study", "name: 7"),
        "line 1, name: expected text, found 7: put it in quotes.",
    ),
    "a word for a list": (
        changed("[rouge]", "rouge"),
        "line 17, metrics: expected a list, found 'rouge': write [rouge].",
    ),
    "a word for a word or a list": (
        changed("r: 8", "targets: q_proj"),
        "line 12, approaches.lora.tune.method.targets: 'q_proj' is not known here: choose one of "
        "all-linear, or write a list, [q_proj].",
    ),
    "a word for a block": (
        changed("{base: random-llama}", "random-llama"),
        "line 2, model: expected a block of settings, found 'random-llama'.",
    ),
    "a list for a block": (
        changed("zero-shot: {}", "zero-shot: [shots]"),
        "line 9, approaches.zero-shot: expected a block of settings, found a list.",
    ),
    "a choice that is not known": (
        changed("{base: random-llama}", "{base: random-llama, precision: fp8}"),
        "line 2, model.precision: 'fp8' is not known here: choose one of bf16, fp16, fp32, int8, "
        "nf4.",
    ),
    "a markup that is not known": (
        changed("{base: random-llama}", "{base: random-llama, markup: llama2}"),
        "line 2, model.markup: 'llama2' is not known here: did you mean 'llama-2'? Known: alpaca, "
        "auto, chatml, llama-2, plain.",
    ),
    "a metric that is not known": (
        changed("[rouge]", "[rouge, blue]"),
        "line 17, metrics.1: 'blue' is not known here: did you mean 'bleu'? Known: "
        f"{', '.join(sorted(get_args(MetricName)))}.",
    ),
    "a dictionary without words": (
        changed("metrics:", "dictionary: {material: false}\nmetrics:"),
        "line 17, dictionary.path: a dictionary needs words: name a word list, or set material: "
        "true.",
    ),
    "a number that is too small": (
        changed("epochs: 3", "epochs: 0"),
        "line 14, approaches.lora.tune.epochs: expected a number of more than 0, found 0.",
    ),
    "a number that is too large": (
        changed("name: study", "name: study\nseeds: 21"),
        "line 2, seeds: expected a number of at most 20, found 21.",
    ),
    "a number without end": (
        changed("epochs: 3", "epochs: .inf"),
        "line 14, approaches.lora.tune.epochs: expected a finite number, found inf.",
    ),
    "a setting that is missing": (
        changed("      path: rows.jsonl\n", ""),
        "line 5, data.sources.rows.path: this setting is missing and has no default: add it.",
    ),
    "a block that is missing": (
        changed("model: {base: random-llama}\n", ""),
        "line 1, model: this setting is missing and has no default: add it.",
    ),
    "a list without entries": (
        changed("[rouge]", "[]"),
        "line 17, metrics: expected at least one entry, found none.",
    ),
    "a name that is none": (
        changed("zero-shot: {}", "zero shot: {}"),
        "line 9, approaches.zero shot: expected a name of letters, digits, _ and - (64 at most, "
        "beginning with a letter or digit), found 'zero shot'.",
    ),
    "a language in words": (
        changed("data:", "data:\n  language: English"),
        "line 4, data.language: expected a language code of two or three small letters (en, pt), "
        "found 'English'.",
    ),
    "nothing after a colon": (
        changed("zero-shot: {}", "zero-shot:"),
        "line 9, approaches.zero-shot: nothing stands after the colon: write {} for a block of "
        "defaults, or null for none.",
    ),
    "a template without quotes": (
        changed("metrics:", "prompt: {template: {title}}\nmetrics:"),
        "line 17, prompt.template.title: {title} without quotes is a block whose setting has no "
        'value: write "{title}" if text is meant.',
    ),
    "weights of no approach": (
        changed("weights: lora", "weights: lorra"),
        "line 16, approaches.told.weights: there is no approach 'lorra' (a folder is written with "
        f"a /): did you mean 'lora'? Known: {APPROACHES}.",
    ),
    "weights of an approach that tunes nothing": (
        changed("weights: lora", "weights: zero-shot"),
        "line 16, approaches.told.weights: 'zero-shot' tunes nothing: leave weights out to use "
        "the base, or name an approach with tune.",
    ),
    "weights that go round in a circle": (
        changed("tune:\n", "weights: more\n    tune:\n").replace(
            "  told:", "  more: {weights: lora, tune: {}}\n  told:"
        ),
        "line 16, approaches.more.weights: weights go round in a circle (lora -> more -> lora): "
        "remove one of them.",
    ),
    "weights of itself": (
        changed("tune:\n", "weights: lora\n    tune:\n"),
        "line 11, approaches.lora.weights: weights go round in a circle (lora -> lora): remove "
        "one of them.",
    ),
    "weights and a precision": (
        changed("weights: lora", "weights: lora\n    precision: bf16"),
        "line 17, approaches.told.precision: weights bring the precision they were made in: "
        "remove this.",
    ),
    "a baseline that is no approach": (
        changed("metrics:", "compare: {baseline: zeroshot}\nmetrics:"),
        "line 17, compare.baseline: there is no approach 'zeroshot': did you mean 'zero-shot'? "
        f"Known: {APPROACHES}.",
    ),
    "labels without classification": (
        changed("data:", "data:\n  labels: [good, bad]"),
        "line 4, data.labels: labels go with task: classify: remove them or set the task.",
    ),
    "classification without labels": (
        changed("data:", "data:\n  task: classify"),
        "line 3, data.labels: task: classify needs a list of at least two labels: add it.",
    ),
    "a label that stands twice": (
        changed("data:", "data:\n  task: classify\n  labels: [good, bad, good]"),
        "line 5, data.labels: the label 'good' stands twice: keep one.",
    ),
    "two warm-ups": (
        changed("warmup_ratio: 0.1", "warmup_ratio: 0.1, warmup_steps: 10"),
        "line 13, approaches.lora.tune.schedule.warmup_ratio: warmup_steps says the same thing "
        "already: keep one of the two.",
    ),
    "top_p without sampling": (
        changed("metrics:", "generation: {top_p: 0.9}\nmetrics:"),
        "line 17, generation.top_p: top_p goes with sampling: set a temperature above 0 or remove "
        "it.",
    ),
    "shots by name that are not fixed": (
        changed("zero-shot: {}", "zero-shot: {shots: {count: 2, choose: random, ids: [a, b]}}"),
        "line 9, approaches.zero-shot.shots.ids: these are the fixed shots, but choose is random "
        "and count 2: use choose: fixed and as many ids as count.",
    ),
    "a subset of a folder": (
        changed("kind: jsonl", "kind: datasets").replace("path: rows.jsonl", "path: ./x")
        + "extends: more.yaml\n",
        "line 2, data.sources.rows.subset: this is read only for a hub id, not for a folder: "
        "remove it.",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_is_not_right(content: str, sentence: str, tmp_path: Path) -> None:
    more = "data: {sources: {rows: {kind: datasets,\n  subset: x}}}\n"
    (tmp_path / "more.yaml").write_text(more)
    file = "more.yaml" if "extends" in content else "study.yaml"
    assert refusal(tmp_path, content) == f"{file}, {sentence}"


CHECKS = {
    "labels compared without labels": (
        changed("[rouge]", "[accuracy]"),
        "metrics: accuracy compares labels, but data.task is generate: set task: classify with "
        "labels, or use exact-match for short answers.",
    ),
    "a deciding metric that is not measured": (
        changed("metrics:", "compare: {metric: bleu}\nmetrics:"),
        "compare.metric 'bleu' is not measured by this study: add it to metrics, or use one of "
        "rouge-1, rouge-2, rouge-l, rouge-lsum.",
    ),
    "a metric of vectors without an encoder": (
        changed("[rouge]", "[rouge, bertscore-f1]"),
        "bertscore-f1 compares the vectors of an encoder, and the study names none: add encoder: "
        "{base: bert-base-multilingual-cased} (a hub id, or a folder with the model), or remove "
        "bertscore-f1 from metrics.",
    ),
    "spelling without a dictionary": (
        changed("[rouge]", "[rouge, spelling]"),
        "spelling looks words up in a dictionary, and the study names none: add dictionary: "
        "{path: words.txt} (one word a line), or remove spelling from metrics.",
    ),
    "a deciding metric without a better end": (
        changed("[rouge]", "[length-ratio, rouge]"),
        "metrics: length-ratio cannot decide, because neither end of its scale is better: name "
        "another metric in compare.metric, or put one before it.",
    ),
    "a search by a metric without a better end": (
        changed("epochs: 3", "epochs: 3\n      search: {metric: length-ratio, epochs: [1, 2]}"),
        "approaches.lora.tune.search.metric: length-ratio cannot choose among trials: use "
        "dev_loss, or a metric with a better end that answers and references alone decide.",
    ),
    "fp16 training without a GPU": (
        changed("  lora:\n", "  lora:\n    precision: fp16\n").replace(
            "{base: random-llama}", "{base: random-llama, device: cpu}"
        ),
        "approaches.lora: fp16 cannot train on a CPU (its gradients underflow without a GPU's "
        "loss scaling): use precision bf16 or fp32.",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), CHECKS.values(), ids=CHECKS)
def test_a_study_that_cannot_work(content: str, sentence: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, content) == sentence


UNREADABLE = {
    "a key that stands twice": (
        STUDY + "name: again\n",
        "study.yaml, line 18: name stands twice (first on line 1): keep one.",
    ),
    "an approach that stands twice": (
        changed("metrics:", "  lora: {}\nmetrics:"),
        "study.yaml, line 17: approaches.lora stands twice (first on line 10): keep one.",
    ),
    "a bracket that is not closed": (
        changed("[rouge]", "[rouge"),
        "study.yaml, line 18, column 1: this is not YAML (close the bracket or brace that was "
        "opened).",
    ),
    "quotes that are not closed": (
        changed("name: study", "name: 'study"),
        "study.yaml, line 18, column 1: this is not YAML (close the quotes).",
    ),
    "text with a colon": (
        changed("name: study", "name: study\nsystem: Say: hello"),
        "study.yaml, line 2, column 12: this is not YAML (either this line is indented too far, "
        "or text that holds ': ' needs quotes).",
    ),
    "a template that goes on after its brace": (
        changed("name: study", "name: study\nprompt:\n  template: {a} and {b}"),
        "study.yaml, line 3, column 17: this is not YAML (line up the settings of a block, and "
        "put text that begins with { or [ in quotes).",
    ),
    "a tab": (
        changed("  zero-shot", "\tzero-shot"),
        "study.yaml, line 9, column 1: this is not YAML (indent with spaces, not tabs).",
    ),
    "two documents": (
        STUDY + "---\n" + STUDY,
        "study.yaml, line 18, column 1: this is not YAML (a study is one document, so remove the "
        "line ---).",
    ),
    "an alias of nothing": (
        changed("name: study", "name: *study"),
        "study.yaml, line 1, column 7: this is not YAML (text that begins with * needs quotes).",
    ),
    "a tag that runs code": (
        changed("name: study", "name: !!python/object/apply:os.system [exit]"),
        "study.yaml, line 1: a study has no use for the tag !!python/object/apply:os.system: "
        "remove it.",
    ),
    "a tag that does not fit": (
        changed("name: study", "seed: !!int seven"),
        "study.yaml, line 1: 'seven' does not fit its tag.",
    ),
    "a list": (
        "- name: study\n",
        "study.yaml should hold a study (name, model, data, approaches).",
    ),
    "nothing": (
        "# to be written\n",
        "study.yaml should hold a study (name, model, data, approaches).",
    ),
    "another encoding": (
        STUDY.replace("zero-shot", "zéro").encode("latin-1"),
        "study.yaml, line 9: byte 0xe9 is not UTF-8: save the file as UTF-8.",
    ),
    "a character that no text has": (
        changed("name: study", "name: stu\x00dy"),
        r"study.yaml: the character '\x00' cannot stand in a study: remove it.",
    ),
    "an alias inside itself": (
        "name: &name [*name]\n",
        "study.yaml nests too deeply to be read, or an alias (*name) stands inside what it names: "
        "write it out.",
    ),
    "brackets without end": (
        "name: " + "[" * 5000,
        "study.yaml nests too deeply to be read, or an alias (*name) stands inside what it names: "
        "write it out.",
    ),
    "aliases of aliases": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
            for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "study.yaml, line 1: aliases (*name) unfold to more than 100,000 values: write out what "
        "is meant.",
    ),
    "a shared block that is none": (
        changed("{name: lora, r: 8}", "{<<: 8, name: lora}"),
        "study.yaml, line 12: << takes a block (*name) or a list of blocks.",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read(content: str | bytes, sentence: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, content) == sentence


class TestExtends:
    def test_a_circle(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
        (tmp_path / "b.yaml").write_text("seed: 1\nextends: ./a.yaml\n")
        assert refusal(tmp_path, "extends: a.yaml\n") == (
            "b.yaml, line 2, extends goes round in a circle (a.yaml -> b.yaml -> a.yaml): remove "
            "one of them."
        )

    def test_nothing_of_that_name(self, tmp_path: Path) -> None:
        known = ", ".join(sorted([*recipes(), "study.yaml"]))
        assert refusal(tmp_path, "name: x\nextends: dialog-demo\n") == (
            "study.yaml, line 2, extends: 'dialog-demo' is neither a study file nor a recipe: did "
            f"you mean 'dialogue-demo'? Known: {known}."
        )

    def test_no_name(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "extends: [a, b]\n") == (
            "study.yaml, line 1, extends: expected the name of a study file or recipe, found "
            "['a', 'b']."
        )

    def test_a_mistake_in_the_file_below_is_told_of_that_file(self, tmp_path: Path) -> None:
        (tmp_path / "base.yaml").write_text(changed("epochs: 3", "epochs: 0"))
        assert refusal(tmp_path, "extends: base.yaml\n") == (
            "base.yaml, line 14, approaches.lora.tune.epochs: expected a number of more than 0, "
            "found 0."
        )


OVERRIDES = {
    "seed": "'seed' should be key=value, for example seed=7.",
    "=7": "'=7' should be key=value, for example seed=7.",
    "model..base=x": "'model..base=x' should be key=value, for example seed=7.",
    "seed=": (
        "command line, seed=: nothing stands after the =: write {} for a block of defaults, null "
        'for none, or "" for empty text.'
    ),
    "metrics=[rouge": (
        "command line, metrics=[rouge: the value is not YAML (close the bracket or brace that was "
        "opened)."
    ),
    "seed=x": "command line, seed: expected a whole number, found 'x'.",
    "sede=1": (
        "command line, sede: there is no such setting: did you mean 'seed'? Known: approaches, "
        "ask, benchmarks, compare, data, description, dictionary, encoder, forgetting, generation, "
        "metrics, model, name, prices, prompt, published, seed, seeds, system, track."
    ),
    "approaches.zero=null": (
        "command line, approaches.zero: expected a block of settings, found null."
    ),
    "approaches.lora=null": (
        "study.yaml, line 16, approaches.told.weights: there is no approach 'lora' (a folder is "
        "written with a /): choose one of told, zero-shot."
    ),
    "approaches.lora.tune={epochs: 0}": (
        "command line, approaches.lora.tune.epochs: expected a number of more than 0, found 0."
    ),
    "model=null": "command line, model: this setting is missing and has no default: add it.",
    "extends=dialogue-demo": (
        "command line, extends: a study says at the top of its file what it extends: write it "
        "there."
    ),
}


@pytest.mark.parametrize(("override", "sentence"), OVERRIDES.items())
def test_an_override_that_is_not_right(override: str, sentence: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, STUDY, override) == sentence


class TestNames:
    def test_no_such_study(self) -> None:
        with pytest.raises(UserError) as caught:
            load_study("nowhere/dialog-demo")
        assert str(caught.value) == (
            "'nowhere/dialog-demo' is neither a study file nor a recipe: did you mean "
            f"'dialogue-demo'? Known: {RECIPES}."
        )

    def test_a_crowded_folder_is_not_listed(self, tmp_path: Path) -> None:
        for number in range(20):
            (tmp_path / f"{number}.yaml").write_text("")
        with pytest.raises(UserError, match="Known: chatbot, "):
            load_study(tmp_path / "dialog-demo.yaml")

    def test_a_run_folder(self, tmp_path: Path) -> None:
        (tmp_path / "study.yaml").write_text(STUDY)
        with pytest.raises(UserError) as caught:
            load_study(tmp_path)
        told = f"'{tmp_path}' is a folder: name the study in it, {tmp_path / 'study.yaml'}."
        assert str(caught.value) == told

    def test_no_such_recipe(self, tmp_path: Path) -> None:
        with pytest.raises(UserError) as caught:
            write_study_file("dialog-demo", tmp_path / "x.yaml")
        assert str(caught.value) == (
            f"There is no recipe 'dialog-demo': did you mean 'dialogue-demo'? Known: {RECIPES}."
        )

    def test_a_file_that_is_there_is_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "x.yaml"
        path.write_text("mine")
        with pytest.raises(UserError) as caught:
            write_study_file("dialogue-demo", path)
        assert str(caught.value) == (
            f"{path} is there already: name another --output, or remove it."
        )
        assert path.read_text() == "mine"

    def test_a_file_whose_name_is_no_study_name(self, tmp_path: Path) -> None:
        with pytest.raises(UserError) as caught:
            write_study_file("dialogue-demo", tmp_path / "my study.yaml")
        assert str(caught.value) == (
            "'my study' cannot name a study: use letters, digits, _ and - in --output "
            "(dialogue-demo.study.yaml, say)."
        )
        assert list(tmp_path.iterdir()) == []
