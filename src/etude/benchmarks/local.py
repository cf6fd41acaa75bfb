"""Benchmarks from local files: their rows written out plainly, with a task file for each.

`RUN/benchmarks/tasks` then holds what lm-evaluation-harness reads, and can be used with its own
command too (`--include_path`). Rows are written anew because the published forms differ, and
because a table reader would take a choice `None` or `1e3` for no text.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from etude.config.benchmarks import Bbh, Files, Mmlu
from etude.errors import UserError, nearest
from etude.store import file_hash, fingerprint, write_atomically

LETTERS = "ABCD"
CANARY = "-----\n"  # what stands above it in a file of prompts is a mark for training corpora
ANSWER = re.compile(r"the answer is (.*?)\.?\s*$", re.IGNORECASE)
Task = tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]  # its settings; rows by split


def local_names(name: str, files: Files) -> list[str]:
    """Tasks that local files hold, as they are called here: `NAME_TASK`."""
    return [f"{name}_{part}" for part in parts(name, files)]


def parts(name: str, files: Files) -> tuple[str, ...]:
    """Subjects or tasks that are there, or those that are asked for.

    UserError where the folder is of another shape or lacks one that is asked for.
    """
    folder, pattern, ending = Path(files.folder), *SHAPES[files.kind]
    there = sorted(path.name.removesuffix(ending) for path in folder.glob(pattern))
    if not there:
        raise UserError(
            f"benchmarks.files.{name}.folder: expected {pattern} in {folder}, but nothing is "
            f"there: name the folder that holds them, in the shape of {files.kind}."
        )
    for part in files.only:
        if part not in there:
            raise UserError(
                f"benchmarks.files.{name}.only: {folder} has no '{part}': {nearest(part, there)}"
            )
    return files.only or tuple(there)


def local_task(name: str, files: Files, part: str) -> Task:
    """The settings of one task, for the harness, and its rows."""
    settings, rows = READERS[files.kind](files, part)
    return {"task": f"{name}_{part}", "dataset_path": "json", **settings}, rows


def write_local(folder: Path, name: str, files: Files, part: str) -> tuple[dict[str, Any], str]:
    """Write one task's rows and task file; returns its settings and a hash of all of it."""
    settings, rows = local_task(name, files, part)
    task = settings["task"]
    paths = {split: folder / f"{task}.{split}.jsonl" for split in rows}
    for split, path in paths.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[split])
        write_atomically(path, text)
    digest = fingerprint([settings, {split: file_hash(path) for split, path in paths.items()}])
    where = {split: str(path.resolve()) for split, path in paths.items()}
    settings["dataset_kwargs"] = {"data_files": where}
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    write_atomically(folder / f"{task}.yaml", text)
    return settings, digest


def write_group(folder: Path, name: str, files: Files, tasks: Iterable[str]) -> dict[str, Any]:
    """The task file of all tasks of one set of files together, weighted by their sizes."""
    metric = "acc" if isinstance(files, Mmlu) else "exact_match"
    group = {
        "group": name,
        "task": list(tasks),
        "aggregate_metric_list": [{"metric": metric, "weight_by_size": True}],
    }
    write_atomically(folder / f"_{name}.yaml", yaml.safe_dump(group, sort_keys=False))
    return group


# MMLU (Hendrycks et al. 2021, arXiv:2009.03300)


def mmlu(files: Files, subject: str) -> Task:
    """A subject of MMLU: the likeliest of four letters; worked examples from its dev split."""
    folder = Path(files.folder)
    rows = {"test": list(mmlu_rows(folder / "test" / f"{subject}_test.csv"))}
    shown = folder / "dev" / f"{subject}_dev.csv"
    given: dict[str, Any] = {"test_split": "test"}
    if shown.exists():
        rows["dev"] = list(mmlu_rows(shown))
        given |= {"fewshot_split": "dev", "fewshot_config": {"sampler": "first_n"}}
    about = subject.replace("_", " ")
    choices = "".join(f"\n{letter}. {{{{choices[{n}]}}}}" for n, letter in enumerate(LETTERS))
    return {
        **given,
        "output_type": "multiple_choice",
        "description": "The following are multiple choice questions (with answers) about "
        f"{about}.\n\n",
        "doc_to_text": "{{question.strip()}}" + choices + "\nAnswer:",
        "doc_to_choice": list(LETTERS),
        "doc_to_target": "answer",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": 1.0},
    }, rows


def mmlu_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a table with or without a header; UserError for one that is no question."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, cells in enumerate(csv.reader(file), 1):
            if number == 1 and [cell.strip().lower() for cell in cells][:1] == ["question"]:
                continue
            answer = cells[-1].strip() if cells else ""
            right = LETTERS.find(answer) if answer in (*LETTERS,) else -1
            right = int(answer) if answer in ("0", "1", "2", "3") else right
            if len(cells) != 6 or right < 0:
                raise UserError(
                    f"{path}, row {number}: expected a question, four choices and an answer (0 to "
                    f"3, or A to D), but found {len(cells)} cells ending in '{answer}': mend the "
                    "row."
                )
            yield {"question": cells[0], "choices": cells[1:5], "answer": right}


# BIG-Bench Hard (Suzgun et al. 2022, arXiv:2210.09261)


def bbh(files: Files, task: str) -> Task:
    """A task of BIG-Bench Hard: an answer is written after three worked examples."""
    assert isinstance(files, Bbh)  # noqa: S101 - READERS sees to it
    folder = Path(files.folder)
    description, shown = worked(folder / "cot-prompts" / f"{task}.txt")
    thought = files.chain_of_thought
    if thought and not shown:
        raise UserError(
            f"benchmarks.files: {folder} has no cot-prompts/{task}.txt, which chain_of_thought "
            "shows: add it, or leave chain_of_thought out."
        )
    samples = [
        {"input": one["input"], "target": one["thought"] if thought else one["target"]}
        for one in shown
    ]
    clean = {"function": "regex", "regex_pattern": r"(?s)^\s*(.*?)\s*$"}
    if thought:
        clean["regex_pattern"] = r"(?i)the answer is (.*?)\.?\s*(?:\n|$)"
    return {
        "test_split": "test",
        "output_type": "generate_until",
        "description": description,
        "doc_to_text": "Q: {{input}}\nA:" + (" Let's think step by step.\n" if thought else ""),
        "doc_to_target": "{{target}}",
        "target_delimiter": "" if thought else " ",
        "fewshot_config": {"sampler": "first_n", "samples": samples},
        "num_fewshot": len(samples),
        "filter_list": [
            {"name": "answer", "filter": [clean, {"function": "take_first"}]},
        ],
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        "generation_kwargs": {
            "until": ["\n\n", "Q:"] if thought else ["\n"],
            "max_gen_toks": 512 if thought else 128,
            "do_sample": False,
        },
        "metadata": {"version": 1.0},
    }, {"test": bbh_rows(folder / "bbh" / f"{task}.json")}


def bbh_rows(path: Path) -> list[dict[str, Any]]:
    """Inputs and targets of a task's file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [{"input": row["input"], "target": row["target"]} for row in content["examples"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: expected an object with examples, each an input and a target, but "
            f"{type(error).__name__}: {error}: mend the file."
        ) from None


def worked(path: Path) -> tuple[str, list[dict[str, str]]]:
    """The instruction and the worked examples of a file of prompts; nothing where it is missing."""
    if not path.exists():
        return "", []
    text = path.read_text(encoding="utf-8").partition(CANARY)[2] or path.read_text(encoding="utf-8")
    description, *blocks = re.split(r"\n\s*\nQ:", text.strip())
    found = []
    for block in blocks:
        asked, _, thought = block.partition("\nA: Let's think step by step.")
        said = ANSWER.search(thought.strip())
        if not thought or said is None:
            raise UserError(
                f"{path}: expected worked examples of a Q:, an A: Let's think step by step. and an "
                f"end 'the answer is ...', but one begins {asked.strip()[:40]!r}: mend the file."
            )
        found.append({"input": asked.strip(), "thought": thought.strip(), "target": said[1]})
    return f"{description.strip()}\n\n", found


SHAPES: Mapping[str, tuple[str, str]] = {  # the files that a folder must hold, and their ending
    "mmlu": ("test/*_test.csv", "_test.csv"),
    "bbh": ("bbh/*.json", ".json"),
}
READERS: Mapping[str, Callable[[Files, str], Task]] = {"mmlu": mmlu, "bbh": bbh}
