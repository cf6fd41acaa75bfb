"""What a plan says on a terminal: which approaches there are, what they take, what they meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.progress import duration
from etude.views import lines, megabytes, table


def plan(planned: Mapping[str, Any]) -> None:
    """What a study will take."""
    from etude.config.precision import in_words

    splits = ", ".join(f"{count:,} {name}" for name, count in planned["splits"].items())
    markup = planned["markup"]
    lines(
        [
            f"{planned['study']} on {planned['base']} ({splits}); turns written as "
            f"{markup['name']}, context {markup['context'] or 'unlimited'} tokens.",
            *planned["notes"],
            *shared_by(planned),
        ]
    )
    rows = [
        (
            "approach",
            "prompt tokens",
            "cut",
            "weights",
            "trains",
            "kept",
            "steps",
            "examples a step",
            "peak memory",
        )
    ]
    for name, item in planned["approaches"].items():
        prompt = f"{item['prompt_tokens']['median']:.0f} (max {item['prompt_tokens']['max']})"
        cut, tune = str(item["truncated_prompts"] or ""), item["tune"]
        weights = f"{in_words(item['precision'])}, {item['weights_mb']:,.1f} MB"
        if tune is None:
            rows.append((name, prompt, cut, weights, "", "", "", "", ""))
            continue
        trains = f"{tune['trainable_parameters']:,} ({tune['trainable_share']:.1%})"
        kept = f"{megabytes(tune['weights_mb'])} of {megabytes(item['model_mb'])} MB"
        memory = "unknown" if tune["memory_mb"] is None else f"{tune['memory_mb']:,.0f} MB"
        taken = (f"{tune['steps']:,}", f"{tune['examples_a_step']:,}")
        rows.append((name, prompt, cut, weights, trains, kept, *taken, memory))
    table(rows, words=("weights",))
    searched(planned["approaches"])
    told = ["Weights and peak memory are estimates; the report shows what they were."]
    lines([*told, *left_open(planned["approaches"])])
    matrices(planned["approaches"])
    for name, item in planned["approaches"].items():
        if item["tune"] is not None and (search := item["tune"].get("search")):
            lines([_search(name, search)])
    first = True
    for name, item in planned["approaches"].items():
        tune = item["tune"] or {}
        if tune and (first or tune.get("learns")):
            lines([f"{name} learns what stands between [ and ]:"])
            lines([_supervised(tune["decoded_example"])])
            lines([tune["learns"]] if tune.get("learns") else [])
            first = False


def shared_by(planned: Mapping[str, Any]) -> list[str]:
    """How several processes share the work, and what each has of a step."""
    count = planned["processes"]
    if count == 1:
        return []
    held = "a part of the weights" if planned["sharded"] else "all weights"
    told = [
        f"{count} processes share the work, each with {held}; the weights and memory below are "
        "those of one that holds all of them."
    ]
    for name, item in planned["approaches"].items():
        if (tune := item["tune"]) is not None:
            share = -(-tune["examples_a_step"] // count)
            told.append(
                f"{name}: a step is {tune['examples_a_step']} examples (batch_size "
                f"{tune['batch_size']} x accumulate {tune['accumulate']}), up to {share} in each "
                "process."
            )
            if search := tune.get("search"):
                several = min(search["workers"], count)
                told.append(
                    f"{name}: its search does {several} trials at once, each in one process."
                    if several > 1
                    else f"{name}: its search does one trial after the other, each in all "
                    f"{count} processes together."
                )
    return told


def left_open(approaches: Mapping[str, Any]) -> list[str]:
    """What the rehearsal is expected to find where `batch_size: auto` leaves it open."""
    told = []
    for name, item in approaches.items():
        tune = item["tune"] or {"batch_size": None}
        if tune["batch_size"] == "auto" and (count := tune["examples_at_once"]):
            told.append(
                f"{name}: batch_size: auto is expected to find room for {count} of a step's "
                f"{tune['examples_a_step']} examples at once, and peak memory is that of so many."
            )
    return told


def matrices(approaches: Mapping[str, Any]) -> None:
    """What learns in each matrix beside the values it has; approaches that are alike share it."""
    told: dict[str, tuple[list[str], list[dict[str, Any]]]] = {}
    for name, item in approaches.items():
        found = item["tune"]["matrices"] if item["tune"] is not None else []
        if any(row["learns"] < row["full"] for row in found):
            told.setdefault(str(found), ([], found))[0].append(name)
    for names, found in told.values():
        lines([f"What {', '.join(names)} trains in each matrix:"])
        rows = [("matrix", "shape", "times", "values", "trained", "share")]
        for row in found:
            shape = " x ".join(f"{side:,}" for side in row["shape"])
            share = f"{row['learns'] / row['full']:.2%}"
            numbers = (f"{row[part]:,}" for part in ("count", "full", "learns"))
            rows.append((row["name"], shape, *numbers, share))
        table(rows)


def searched(approaches: Mapping[str, Any]) -> None:
    """What approaches will show of which documents; those that are alike share a line."""
    from etude.report.words import listed

    alike: dict[str, list[str]] = {}
    for name, item in approaches.items():
        if item.get("passages"):
            alike.setdefault(_passages(item["passages"]), []).append(name)
    for told, names in alike.items():
        lines([f"{listed(names)} {'shows' if len(names) == 1 else 'show'} {told}"])


def _passages(about: Mapping[str, Any]) -> str:
    """What an approach will search, and whether that is done."""
    from etude.report.words import count, several, size

    more = "" if about["all"] else "more than "
    told = (
        f"up to {several(about['k'], 'passage')} of {about['of']}: "
        f"{more}{several(about['documents'], 'document')} in "
        f"{more}{several(about['chunks'], 'chunk')}"
    )
    if about["files"]:
        files = "a file" if about["files"] == 1 else f"{count(about['files'])} files"
        told += f" ({files}, {size(about['file_bytes'])})"
    if about["retrieved"]:
        held = "" if about["bytes"] is None else f", {size(about['bytes'])}"
        told += f"; found already (the index took {about['seconds']:.1f} s{held})"
    elif about.get("indexed"):
        held = "" if about["bytes"] is None else f" ({size(about['bytes'])})"
        told += f"; indexed already, in the cache{held}; prompts are measured with chunks that "
        told += "stand in"
    else:
        encodes = f"; {about['encodes']} encodes every chunk" if about["encodes"] else ""
        told += f", to be indexed{_foreseen(about.get('foreseen'))}{encodes}"
        told += "; prompts are measured with chunks that stand in"
    return " ".join([f"{told}.", *_about_passages(about)])


def _about_passages(about: Mapping[str, Any]) -> list[str]:
    """What of documents and questions will be missed without a word, a sentence each."""
    told = []
    if about["cut"]:
        told.append(f"In {about['cut']:,} prompts not all of them fit.")
    if passed := about["passed_over"]:
        kinds = ", ".join(f"{count:,} {ending}" for ending, count in passed.items())
        told.append(f"Files of other kinds are passed over: {kinds}.")
    words = about["words"]
    if words is not None and words["stemmer"] is None:
        told.append(
            f"Words are compared as they stand: there is no stemmer for '{words['language']}'."
        )
    gold = about["gold"]
    if gold and gold["unknown"]:
        told.append(
            f"The gold passages of {len(gold['unknown']):,} of {gold['of']:,} test questions are "
            f"of none of these documents: the first is '{gold['first']}', and documents are named "
            f"{', '.join(map(repr, gold['documents']))}."
        )
    return told


def _foreseen(about: Mapping[str, Any] | None) -> str:
    """How long an index will take, and how large it will be, by what a few documents took."""
    from etude.report.words import several, size

    if about is None:
        return ""
    steps = {"reading": "read", "cutting": "cut", "indexing": "index", "encoding": "encode"}
    each = ", ".join(
        f"{name} {duration(about[key])}" for name, key in steps.items() if about[key] >= 1
    )
    counted = "" if about["exact"] else "about "
    whole = (
        f"{counted}{several(about['documents'], 'document')}, "
        f"about {several(about['chunks'], 'chunk')}"
    )
    return (
        f" in about {duration(about['seconds'])}{f' ({each})' if each else ''}: {whole}, "
        f"{size(about['bytes'])} on disk (estimated from {several(about['of'], 'document')})"
    )


def _search(name: str, search: Mapping[str, Any]) -> str:
    """What an approach will try first."""
    settings = ", ".join(f"{key} ({values})" for key, values in search["settings"].items())
    pruned = "" if search["prune"] == "none" else f", fewer where pruned ({search['prune']})"
    return (
        f"{name} first searches {settings}: {search['trials']} trials of up to "
        f"{search['steps_each']:,} steps, {search['steps']:,} in all{pruned}; best by "
        f"{search['metric']} on dev."
    )


def _supervised(runs: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"[{run['text']}]" if run["supervised"] else run["text"] for run in runs)
