"""What the verbs that serve reading print: examples, ratings, benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.rating.server import rate_on_page
from etude.rating.session import Session
from etude.rating.terminal import rate_in_terminal
from etude.report.differing import differing
from etude.report.joined_view import TITLES, agreement_words, benchmark_view, rating_rows
from etude.views import console, lines, table

if TYPE_CHECKING:
    from etude.verbs import Shown


def examples(shown: Shown) -> None:
    """Each approach's examples with question, reference and both answers."""
    held = shown.highlights
    by_id = {item["id"]: item for item in shown.answers}
    if held["metric"] != held["deciding"]:
        lines([f"{held['deciding']} has no value for a single example: by {held['metric']}."])
    for name, kinds in held["approaches"].items():
        counts = kinds["counts"]
        for kind, title in TITLES.items():
            for row in kinds.get(kind, ()):
                against = (
                    ""
                    if row["baseline"] is None or name == held["baseline"]
                    else (f", baseline {row['baseline']:.3f}")
                )
                heading(f"{name}: {title.lower()}, {row['score']:.3f}{against}  {row['example']}")
                example(by_id[row["example"]], name, held["baseline"])
        if name != held["baseline"]:
            lines(
                [
                    f"{name} improved {counts['improved']} of {counts['of']} examples and harmed "
                    f"{counts['harmed']}, against {held['baseline']}."
                ]
            )
    for number, item in enumerate(shown.asked, 1):
        heading(f"asked, {number}: {item['input']}")
        if item["expected"]:
            part("expected", item["expected"])
        base = (item["answers"].get(held["baseline"]) or {}).get("text")
        for name, answer in item["answers"].items():
            before = item["before"].get(name)
            if before is not None and "text" in before:
                part(f"{name}, before tuning", before["text"])
            part(name, marked(None if name == held["baseline"] else base, answer["text"]))


def heading(text: str) -> None:
    """A line that parts what is above it from what is below."""
    console().print(f"\n{text}", style="bold", markup=False, soft_wrap=True)


def example(found: Mapping[str, Any], name: str, baseline: str) -> None:
    """One example: question, references, the baseline's answer, the approach's."""
    part("question", found["prompt"])
    for reference in found["references"]:
        part("reference", reference)
    base = found["answers"][baseline]["text"]
    if name != baseline:
        part(baseline, base)
    part(name, marked(None if name == baseline else base, found["answers"][name]["text"]))


def part(title: str, text: str) -> None:
    """A text under its title, indented."""
    lines([f"  {title}:", *(f"    {line}" for line in (text.strip() or "(empty)").splitlines())])


def marked(before: str | None, text: str) -> str:
    """A text with what another one lacks in {+ +}, and what it lacks in [- -]."""
    pieces = differing(before, text) if before is not None else None
    if pieces is None:
        return text
    signs = {"same": "{}", "added": "{{+{}+}}", "gone": "[-{}-]"}
    return "".join(around(signs[piece.kind], piece.text) for piece in pieces)


def around(sign: str, text: str) -> str:
    """A sign around a run of words, its white space outside."""
    if not (inner := text.strip()):
        return text
    before, _, after = text.partition(inner)
    return before + sign.format(inner) + after


def in_terminal(session: Session) -> None:
    """Rate here."""
    rate_in_terminal(session, console(), input)


def on_page(port: int) -> Callable[[Session], None]:
    """Rate on a page that is served at a port (0: a free one)."""

    def work(session: Session) -> None:
        rate_on_page(session, lambda text: lines([text]), port)

    return work


def ratings(found: Sequence[Mapping[str, Any]], *, left: int) -> None:
    """Win rates and agreement; not while someone has `left` to rate, who is not to know."""
    if left:
        lines([f"{left} are left. Who is ahead is told when all are rated, and by etude report."])
        return
    rows: list[tuple[str, ...]] = [
        ("approach", "against", "win rate", "interval", "verdict", "better", "tie", "worse")
    ]
    for row in rating_rows({"ratings": found}):
        rows.append(
            (
                row["first"],
                row["second"],
                row["rate"],
                row["interval"],
                row["said"],
                row["wins"],
                row["ties"],
                row["losses"],
            )
        )
    if len(rows) > 1:
        table(rows, words=("against", "verdict"))
        lines(["A tie counts half; intervals are Wilson's, over examples."])
    lines(agreement_words(pair) for item in found for pair in item["agreement"])


def benchmarks(contents: Mapping[str, Any]) -> None:
    """Benchmarks of all weights, with the change by tuning."""
    view = benchmark_view(contents)
    if view is None:
        lines(["Nothing has been scored by a benchmark."])
        return
    rows: list[Sequence[str]] = [
        ("task", "metric", "documents", *(column["name"] for column in view["columns"]))
    ]
    rows += benchmark_rows(view["rows"])
    for group in view["groups"]:
        rows += benchmark_rows(group["rows"])
    table(rows, words=("metric",))
    lines(["In brackets: the change against what the tuning started from."])
    lines(f"Note: {note}" for note in view["notes"])
    lines(f"Not complete, {name}: {reason}" for name, reason in view["failures"])


def benchmark_rows(rows: Iterable[Mapping[str, Any]]) -> list[Sequence[str]]:
    """Rows of the table."""
    return [
        (row["name"], row["metric"], row["n"], *(benchmark_cell(cell) for cell in row["cells"]))
        for row in rows
    ]


def benchmark_cell(cell: Mapping[str, Any]) -> str:
    """A value with its change."""
    change = cell["change"]
    value = str(cell["value"])
    return value if change is None else f"{value} ({change['difference']} {change['said']})"
