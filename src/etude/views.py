"""What the verbs print on a terminal: plain tables that also read well in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.progress import duration

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 200  # where output is no terminal, nothing needs to be folded
GAP = 3  # characters between two columns


def console() -> Console:
    """Standard output; colours only on a terminal."""
    from rich.console import Console

    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=WIDTH)


def table(rows: Iterable[Sequence[str]], *, words: Sequence[str] = ()) -> None:
    """Rows in columns, the first of them a header; numbers to the right.

    Columns named in `words`, and the first, hold text and stand to the left. What is too wide goes
    on below, beside the first column again.
    """
    from rich.box import SIMPLE
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    held, shown = [tuple(row) for row in rows], console()
    widths = [max(map(cell_len, column)) for column in zip(*held, strict=True)]
    for columns in parts(widths, shown.width):
        drawn = Table(box=SIMPLE, pad_edge=False, show_edge=False)
        for index in columns:
            text = held[0][index] in words or not index
            title = Text(held[0][index])
            drawn.add_column(title, justify="left" if text else "right", no_wrap=True)
        for row in held[1:]:  # brackets are text, not rich's markup
            drawn.add_row(*(Text(row[index]) for index in columns))
        shown.print(drawn)


def parts(widths: Sequence[int], room: int) -> list[list[int]]:
    """Columns of tables that fit beside each other in so many characters, each with the first."""
    found: list[list[int]] = [[0]]
    left = room - widths[0]
    for column, width in enumerate(widths[1:], start=1):
        if width + GAP > left and len(found[-1]) > 1:
            found.append([0])
            left = room - widths[0]
        found[-1].append(column)
        left -= width + GAP
    return found


def lines(texts: Iterable[str]) -> None:
    """Paragraphs of plain text."""
    for text in texts:
        console().print(text, markup=False, soft_wrap=True)


def recipes(found: Mapping[str, str]) -> None:
    """The recipes, a line each; on a terminal, what does not fit is cut."""
    from rich.text import Text

    shown = console()
    widest = max(map(len, found), default=0)
    for name, asks in found.items():
        line = Text.assemble((f"{name:{widest}}", "bold"), "  ", asks)
        if shown.is_terminal:
            line.truncate(shown.width, overflow="ellipsis")
        shown.print(line, soft_wrap=True)
    lines(["", "Write one to change: etude new RECIPE"])


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
    lines(["Weights and peak memory are estimates; the report shows what they were."])
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


def megabytes(value: float) -> str:
    """A size with as many decimals as tell something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


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


def report(contents: Mapping[str, Any]) -> None:
    """Verdict, scores with intervals, cost, findings."""
    metrics = list(contents["metrics"])
    rows = [("approach", *metrics, "tuned in", "memory")]
    for name, item in contents["approaches"].items():
        scores = [score(item["metrics"].get(metric)) for metric in metrics]
        tuned = item["cost"]["tune_seconds"]
        memory = f"{item['cost']['peak_memory_mb']:,.0f} MB"
        every = item["cost"].get("tune_seconds_all")
        took = f"{tuned:.0f} s" + (f" (all seeds {every:.0f} s)" if every else "")
        rows.append((name, *scores, took if tuned else "", memory))
    table(rows)
    if contents.get("tasks"):
        by_task(contents)
    if contents.get("forgetting"):
        from etude.report.forgetting import in_a_table

        table(in_a_table(contents["forgetting"]), words=("after",))
    lines([contents["verdict"]])
    for told in list(contents.get("pareto", {}).values())[:1]:  # by money, or else by time
        lines([f"Quality against cost: {told['words'][0].lower()}{told['words'][1:]}"])
    for finding in contents["findings"]:
        lines(["{level}: {what}\n  {evidence} ({sure}) {advice}".format_map(finding)])


def by_task(contents: Mapping[str, Any]) -> None:
    """The deciding metric of every approach on each source's examples."""
    tasks, metric = contents["tasks"], contents["metric"]
    rows: list[Sequence[str]] = [(f"{metric} by task", *tasks)]
    for name in contents["approaches"]:
        found = [about["metrics"][metric].get(name) for about in tasks.values()]
        rows.append((name, *map(score, found)))
    table(rows)


def score(score: Mapping[str, Any] | None) -> str:
    """A value with half the width of its interval."""
    if score is None or score["value"] is None:
        return "-"
    decimals = max(0, 3 - len(str(int(abs(score["value"])))) + (abs(score["value"]) < 1))
    value = f"{score['value']:,.{decimals}f}"
    if score["low"] is None:
        return value
    return f"{value} ±{(score['high'] - score['low']) / 2:,.{decimals}f}"


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
    from etude.report.words import count, size

    more = "" if about["all"] else "more than "
    told = (
        f"up to {about['k']} passages of {about['of']}: {more}{about['documents']:,} documents in "
        f"{more}{about['chunks']:,} chunks"
    )
    if about["files"]:
        files = "a file" if about["files"] == 1 else f"{count(about['files'])} files"
        told += f" ({files}, {size(about['file_bytes'])})"
    if about["retrieved"]:
        held = "" if about["bytes"] is None else f", {size(about['bytes'])}"
        told += f"; found already (the index took {about['seconds']:.1f} s{held})"
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
    if about is None:
        return ""
    steps = {"reading": "read", "cutting": "cut", "indexing": "index", "encoding": "encode"}
    each = ", ".join(
        f"{name} {duration(about[key])}" for name, key in steps.items() if about[key] >= 1
    )
    counted = "" if about["exact"] else "about "
    size = f"{counted}{about['documents']:,} documents, about {about['chunks']:,} chunks"
    return (
        f" in about {duration(about['seconds'])}{f' ({each})' if each else ''}: {size}, "
        f"{megabytes(about['bytes'] / 1e6)} MB on disk (estimated from {about['of']:,} documents)"
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
