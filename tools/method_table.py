"""Tries every method in every precision on every architecture, and writes what came of it.

    python tools/method_table.py [--processes N]        # writes docs/results/methods.md

A cell takes a third of a second on a quiet core, the table a quarter of an hour. Cells are kept
under runs/methods as they come, so a run that was ended goes on; when the code that they depend on
changes, all are tried again. What there is to try stands in `method_places.py`, and how it is tried
in `method_cells.py`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE))  # `tools` is no part of the package

from etude.config.precision import in_words, recorded  # noqa: E402 - once it can be found
from etude.environment import gpu, prepare_environment, processor, versions  # noqa: E402 - as above
from etude.store import file_hash, fingerprint, write_atomically  # noqa: E402 - as above
from tools import method_cells, method_places  # noqa: E402 - as above
from tools.method_cells import NEAR, STEPS, Cell  # noqa: E402 - as above
from tools.method_places import PRECISIONS, Place, precision_of  # noqa: E402 - as above

RESULTS = HERE / "docs" / "results" / "methods.md"
KEPT = HERE / "runs" / "methods"
PARTS = ("src/etude/config", "src/etude/engine", "src/etude/training")
OWN = ("tools/architectures.py", "tools/method_places.py", "tools/method_cells.py")
REFUSED = "refused"


# Trying


def file_of_cells() -> Path:
    """Where cells are kept that came of this very code and these libraries."""
    files = sorted(path for part in PARTS for path in (HERE / part).rglob("*.py"))
    files += [HERE / name for name in OWN]
    code = {str(path.relative_to(HERE)): file_hash(path) for path in files}
    return KEPT / f"{fingerprint([code, made_with()])[:12]}.jsonl"


def kept_cells(file: Path) -> list[Cell]:
    """The cells that have been tried already."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Cell(**{**row, "place": Place(**row["place"])}) for row in map(json.loads, lines)]


def try_all(processes: int) -> list[Cell]:
    """Every cell of the table, in the order of `places`."""
    file = file_of_cells()
    file.parent.mkdir(parents=True, exist_ok=True)
    found = {cell.place: cell for cell in kept_cells(file)}
    places = list(method_places.places())
    missing = [place for place in places if place not in found]
    context = multiprocessing.get_context("spawn")
    with file.open("a", encoding="utf-8") as lines, context.Pool(processes, begin) as pool:
        for cell in pool.imap(method_cells.attempt, missing):
            found[cell.place] = cell
            lines.write(json.dumps(asdict(cell)) + "\n")
            lines.flush()
            what = cell.failed or (REFUSED if cell.refused else "yes")
            sys.stderr.write(f"{len(found)} of {len(places)}: {cell.place}: {what}\n")
    return [found[place] for place in places]


def begin() -> None:
    """Set up a process that tries cells."""
    import torch
    import transformers

    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)


# The page


def page(cells: list[Cell]) -> str:
    """The page of results."""
    writing = [cell for cell in cells if not cell.place.head]
    naming = [cell for cell in cells if cell.place.head]
    columns = "\n".join(
        f"- **{name}**: {in_words(recorded(precision_of(name)))}" for name in precisions(cells)
    )
    parts = [
        "# Methods, precisions, architectures",
        "Made by `python tools/method_table.py`; nothing here is written by hand. Each cell is a "
        "model of two layers of the architecture's own code and random weights that was loaded in "
        f"a precision, trained for {STEPS} steps (its loss fell), saved, and read again: it gave "
        "the same log-probabilities and wrote the same answers (PiSSA's up to [rounding]"
        "(#read-again-and-merged)), in fp32 also those of transformers' `generate`; and merged, in "
        "fp32 and bf16, it was the same up to rounding, where there is a merge. **yes** says all "
        "of that. **refused** is what [`etude plan`](../precision.md) "
        "refuses, with its reason [below](#refused). The precisions are:",
        columns,
        "## In short",
        "On how many architectures each method works.",
        "### Models that write",
        summary(writing),
        "### Classification heads",
        "The row `head` is a head that learns alone; the others, a head with what learns below it.",
        summary(naming),
    ]
    for title, part in (("Models that write", writing), ("Classification heads", naming)):
        parts.append(f"## {title}, by precision")
        for precision in precisions(part):
            chosen = [cell for cell in part if cell.place.precision == precision]
            if not all(cell.refused for cell in chosen):
                parts += [f"### {title}: {precision}", table(chosen, shown)]
    plain = [cell for cell in cells if cell.place.precision == "fp32"]
    parts += [
        "## What learns",
        "Parameters that learnt, of models that write:",
        table([cell for cell in plain if not cell.place.head], learnt),
        "and of models with a classification head:",
        table([cell for cell in plain if cell.place.head], learnt),
        "## Read again, and merged",
        "The largest difference of any token's or class's log-probability to the trained model, "
        "over all architectures and precisions: of the one that was read again, and of the one "
        "that was merged, which rounds in the weights' own type. PiSSA trains with two adapters "
        "and is saved as one, which sums in another order; what may differ so is held to "
        f"{NEAR['fp32']:g} in fp32 and {NEAR['bf16']:g} in bf16, everything else to nothing.",
        differences(cells),
        "## Bytes of weights, measured",
        "After loading, scales and other state of the quantisation included. The models are tiny, "
        "so embeddings, which are not quantised, weigh more here than in a model of use.",
        sizes(writing),
        "## Refused",
        reasons(cells, lambda cell: cell.refused),
    ]
    if any(cell.failed for cell in cells):
        parts += ["## Failed", reasons(cells, lambda cell: cell.failed)]
    libraries = ", ".join(f"{name} {number}" for name, number in made_with().items())
    parts.append(
        f"Made on {datetime.now(UTC):%d %B %Y} on {gpu() or 'the CPU'} ({processor()}, "
        f"{platform.system()}) with {libraries}."
    )
    return "\n\n".join(parts) + "\n"


def made_with() -> dict[str, str]:
    """Libraries that the table depends on, and their versions."""
    known = versions()
    names = ("torch", "transformers", "peft", "accelerate")
    return {name: known[name] for name in names} | {"bitsandbytes": version("bitsandbytes")}


def precisions(cells: Iterable[Cell]) -> list[str]:
    """The precisions that were tried, in their order."""
    tried = {cell.place.precision for cell in cells}
    return [name for name in PRECISIONS if name in tried]


def methods(cells: Iterable[Cell]) -> list[str]:
    """The methods, in their order."""
    return list(dict.fromkeys(cell.place.method for cell in cells))


def summary(cells: list[Cell]) -> str:
    """Methods down, precisions across: on how many architectures it works."""
    names = precisions(cells)

    def told(method: str, precision: str) -> str:
        here = [cell for cell in cells if cell.place.method == method]
        here = [cell for cell in here if cell.place.precision == precision]
        if all(cell.refused for cell in here):
            return REFUSED
        return f"{sum(shown(cell) == 'yes' for cell in here)} of {len(here)}"

    rows = [[f"`{name}`", *(told(name, other) for other in names)] for name in methods(cells)]
    return markdown(["Method", *names], rows)


def table(cells: list[Cell], write: Callable[[Cell], str]) -> str:
    """Methods down, architectures across, of one precision."""
    architectures = list(dict.fromkeys(cell.place.architecture for cell in cells))
    by_place = {(cell.place.method, cell.place.architecture): cell for cell in cells}
    rows = [
        [f"`{name}`", *(write(by_place[name, other]) for other in architectures)]
        for name in methods(cells)
    ]
    return markdown(["Method", *architectures], rows)


def shown(cell: Cell) -> str:
    """A cell in a word."""
    if cell.failed:
        return "**fails**"
    return REFUSED if cell.refused else "yes"


def learnt(cell: Cell) -> str:
    """How many parameters learnt."""
    return f"{cell.trained:,}" if shown(cell) == "yes" else "–"


def differences(cells: list[Cell]) -> str:
    """Per method: the largest differences after reading again and after merging."""

    def largest(found: list[float | None]) -> str:
        known = [value for value in found if value is not None]
        return f"{max(known):.1e}" if known else "–"

    rows = []
    for name in methods(cells):
        mine = [cell for cell in cells if cell.place.method == name and shown(cell) == "yes"]
        merged = {
            kind: [cell.merged for cell in mine if cell.place.precision == kind]
            for kind in ("fp32", "bf16")
        }
        rows.append(
            [f"`{name}`", largest([cell.reload for cell in mine]), *map(largest, merged.values())]
        )
    return markdown(["Method", "Read again", "Merged, fp32", "Merged, bf16"], rows)


def sizes(cells: list[Cell]) -> str:
    """Architectures down, precisions across: bytes of the loaded model."""
    tried = {
        (cell.place.architecture, cell.place.precision): cell.weights
        for cell in cells
        if shown(cell) == "yes"
    }
    names = [name for name in precisions(cells) if any(name == other for _, other in tried)]
    rows = [
        [architecture, *(f"{tried[architecture, name]:,}" for name in names)]
        for architecture in dict.fromkeys(architecture for architecture, _ in tried)
    ]
    return markdown(["Architecture", *names], rows)


def reasons(cells: list[Cell], reason: Callable[[Cell], str | None]) -> str:
    """Each reason once, with what it is the reason of."""
    found: dict[str, dict[str, list[Cell]]] = {}
    for cell in cells:
        if (told := reason(cell)) is not None:
            found.setdefault(told, {}).setdefault(cell.place.method, []).append(cell)
    lines = []
    for told, by_method in found.items():
        held = [cell.place for here in by_method.values() for cell in here]
        names = ", ".join(f"`{name}`" for name in by_method)
        kinds = "; ".join(dict.fromkeys(place.precision for place in held))
        lines.append(f"- {names} in {kinds}: {told}")
    return "\n".join(lines) or "Nothing."


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Any = None) -> None:
    """Try what has not been tried, and write the page."""
    parser = argparse.ArgumentParser(description="Write docs/results/methods.md.")
    parser.add_argument("--processes", type=int, default=1, help="cells that are tried at once")
    chosen = parser.parse_args(arguments)
    prepare_environment()
    write_atomically(RESULTS, page(try_all(chosen.processes)))


if __name__ == "__main__":
    main()
