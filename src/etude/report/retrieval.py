"""Retrieval, as the report tells it: what was searched, how well, and where passages were lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from etude.config.study import Compare
from etude.data.languages import name_of
from etude.diagnosis.evidence import Evidence
from etude.diagnosis.passages import Fate, by_words, cut_short, fates
from etude.metrics import GROUPS, METRICS
from etude.metrics.comparing import resampled
from etude.report import words
from etude.report.looks import looks

Report = Mapping[str, Any]
FATES: dict[Fate, str] = {
    "not found": "Not found",
    "below k": "Found below k",
    "cut": "Did not fit",
    "not used": "Shown, answer wrong",
    "used": "Shown, answer right",
}
assert set(FATES) == set(get_args(Fate))  # noqa: S101 - a title for each


def retrieval(evidence: Evidence, compare: Compare, seed: int, *, grouped: bool) -> dict[str, Any]:
    """The part of report.json; empty where no approach retrieves.

    `indexes`: each set of documents that was searched, with the approaches that it served. Rows by
    approach: k, passages shown in the mean, prompts that lack some, `scores` of the retriever with
    intervals (null without gold passages), and `fates`, how many gold passages ended how.
    """
    names = [name for name in evidence.predictions if name in evidence.retrieval]
    if not names:
        return {}
    scores = measured(evidence, names, compare, seed, grouped=grouped)
    return {
        "indexes": indexes(evidence, names),
        "approaches": {
            name: {
                "k": evidence.retrieval[name]["k"],
                "depth": evidence.retrieval[name]["depth"],
                **shown(evidence, name),
                "scores": scores.get(name),
                "fates": dict(Counter(fates(evidence, name).values())),
                "judged": by_words(evidence),
            }
            for name in names
        },
    }


def measured(
    evidence: Evidence, names: Sequence[str], compare: Compare, seed: int, *, grouped: bool
) -> dict[str, Any]:
    """The retriever's own scores with intervals, by approach and metric."""
    if not any(example.gold_passages for example in evidence.examples):
        return {}
    by_id = {name: {made.example_id: made for made in evidence.answers[name]} for name in names}
    values = {
        (name, metric): METRICS[metric].measure(
            evidence.examples,
            [by_id[name][example.id] for example in evidence.examples],
            evidence.language,
        )
        for name in names
        for metric in GROUPS["retrieval"]
        if reaches(metric, int(evidence.retrieval[name]["depth"]))
    }
    found: dict[str, Any] = {}
    for score in resampled(evidence.examples, values, compare, seed, grouped).scores():
        known = {"value": score.value, "low": score.low, "high": score.high}
        found.setdefault(score.approach, {})[score.metric] = {
            part: words.number(value) for part, value in known.items()
        }
    return found


def reaches(metric: str, depth: int) -> bool:
    """Whether so many passages as a metric looks at are recorded."""
    last = metric.rpartition("-")[2]
    return not last.isdecimal() or depth >= int(last)


def indexes(evidence: Evidence, names: Sequence[str]) -> list[dict[str, Any]]:
    """What was searched, once for all approaches that share it."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        about = evidence.retrieval[name]
        index = about["index"]
        row = found.setdefault(
            about["place"],
            {
                "of": about["documents"]["what"],
                "passed_over": about["documents"].get("passed_over", {}),
                "approaches": [],
                "languages": about["languages"],
                "licences": about.get("licences") or {},
                "questions": about["questions"],
                "retrieve_seconds": about["seconds"],
                "depth": about["depth"],
                **{
                    part: index.get(part)
                    for part in (
                        *("documents", "empty", "chunks", "seconds", "bytes"),
                        *("language", "analysis"),
                        *("search", "store", "chunk", "encoder", "rerank", "weight", "tuning"),
                    )
                },
            },
        )
        row["approaches"].append(name)
    return list(found.values())


def shown(evidence: Evidence, name: str) -> dict[str, Any]:
    """Passages in a prompt in the mean, and prompts that lack some of the first k."""
    answers, k = evidence.answers[name], int(evidence.retrieval[name]["k"])
    count = len(answers) or 1
    return {
        "shown": sum(sum(item.shown for item in made.passages) for made in answers) / count,
        "cut": sum(cut_short(made, k) for made in answers),
        "of": len(answers),
    }


def retrieval_view(report: Report) -> dict[str, Any] | None:
    """What the page's section writes out; None where no approach retrieves."""
    found = report.get("retrieval") or {}
    if not found:
        return None
    given = looks(report["approaches"], report.get("baseline"))
    scored = [name for name in GROUPS["retrieval"] if has(found, name)]
    return {
        "indexes": [index_row(row) for row in found["indexes"]],
        "heads": [METRICS[name].title.partition("(")[2].rstrip(")") for name in scored],
        "fates": list(FATES.values()),
        "judged": any(row["judged"] for row in found["approaches"].values()),
        "gold": any(row["fates"] for row in found["approaches"].values()),
        "rows": [
            {
                "name": name,
                "colour": given[name].colour if name in given else "",
                "k": row["k"],
                "shown": f"{row['shown']:.1f} of {row['k']}",
                "fewer": not row["cut"] and row["shown"] < row["k"],
                "cut": f"{words.share(row['cut'], row['of'])} of prompts" if row["cut"] else "",
                "scores": [score_cell((row["scores"] or {}).get(metric)) for metric in scored],
                "fates": fate_cells(row["fates"]),
                "of": words.count(sum(row["fates"].values())),
            }
            for name, row in found["approaches"].items()
        ],
    }


def has(found: Mapping[str, Any], metric: str) -> bool:
    """Whether an approach has a value by this metric."""
    return any((row["scores"] or {}).get(metric) for row in found["approaches"].values())


def score_cell(score: Mapping[str, Any] | None) -> dict[str, str]:
    """A value with its interval."""
    known = score or {}
    return {
        "value": words.score(known.get("value"), 3),
        "interval": words.interval(known.get("low"), known.get("high"), 3),
    }


def fate_cells(counts: Mapping[str, int]) -> list[dict[str, str]]:
    """How many gold passages ended how, with their shares."""
    total = sum(counts.values())
    return [
        {
            "count": words.count(counts.get(fate, 0)) if total else words.DASH,
            "share": words.share(counts.get(fate, 0), total),
        }
        for fate in FATES
    ]


def index_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One index in words: names and values."""
    chunk, search, tuning = row["chunk"] or {}, row["search"] or {}, row["tuning"]
    told = [
        ("Documents", documents_of(row)),
        (
            "Chunks",
            f"{words.count(row['chunks'])} of up to {chunk.get('size')} {chunk.get('unit')}",
        ),
        ("Search", in_words(search, row)),
        ("Index", made_of(row)),
        (
            "Searching",
            f"{quick(row['retrieve_seconds'])} for {words.count(row['questions'])} "
            f"questions, {row['depth']} passages each",
        ),
    ]
    if tuning:
        told.append(
            (
                "Weight of vectors",
                f"{weighed(tuning['weight'])}, chosen on {words.count(tuning['questions'])} "
                "questions of the dev split",
            )
        )
    elif row["weight"] is not None:
        told.append(("Weight of vectors", f"{weighed(row['weight'])}, given"))
    if row["rerank"]:
        told.append(
            ("Ordered anew", f"the first {row['rerank']['depth']}, {row['rerank']['base']}")
        )
    if row.get("licences"):
        told.append(("Licence", licences(row["licences"])))
    return {
        "of": str(row["of"]).rpartition("/")[2],  # folders stay at home
        "approaches": ", ".join(row["approaches"]),
        "facts": told,
        "curve": curve_rows(tuning),
    }


def documents_of(row: Mapping[str, Any]) -> str:
    """How many documents, in which languages, and what was left out."""
    told = [words.count(row["documents"])]
    if row.get("empty"):
        told.append(f"{words.count(row['empty'])} of them without text")
    if passed := row.get("passed_over"):
        kinds = ", ".join(f"{words.count(count)} {ending}" for ending, count in passed.items())
        told.append(f"files of other kinds passed over ({kinds})")
    return f"{', '.join(told)}; {languages(row['languages'])}"


def licences(counts: Mapping[str, int]) -> str:
    """What the passages that were found are under, the commonest first."""
    named = words.listed(list(counts))
    return f"what was found is under {named}; where it is from stands beside each passage"


def made_of(row: Mapping[str, Any]) -> str:
    """What an index took, and where it is."""
    size = "" if row["bytes"] is None else f", {words.size(row['bytes'])}"
    return f"made in {quick(row['seconds'])}{size} (store: {(row['store'] or {}).get('name')})"


def quick(seconds: Any) -> str:
    """Seconds in words, where there may be next to none."""
    known = words.number(seconds)
    return "under 0.1 s" if known is not None and known < 0.05 else words.duration(seconds)


def weighed(weight: float) -> str:
    """The weight of vectors, with what its ends mean."""
    ends = {0.0: " (words alone)", 1.0: " (vectors alone)"}
    return f"{weight:g}{ends.get(weight, '')}"


def curve_rows(tuning: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the dev split said of some weights and of the one chosen; None where none was chosen."""
    if not tuning:
        return None
    shown = [
        row
        for row in tuning["curve"]
        if round(row["weight"] * 20) % 4 == 0 or row["weight"] == tuning["weight"]
    ]
    return {
        "k": tuning["k"],
        "heads": [f"{row['weight']:g}" for row in shown],
        "chosen": next(n for n, row in enumerate(shown) if row["weight"] == tuning["weight"]),
        "rows": [
            (f"recall@{tuning['k']}", [words.score(row["recall"], 3) for row in shown]),
            ("MRR", [words.score(row["mrr"], 3) for row in shown]),
        ],
    }


def in_words(search: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """How chunks are found."""
    analysis = row["analysis"] or {}
    stems = analysis.get("stemmer") or "no stemmer"
    by_words = f"by words ({name_of(row['language'])}: {stems})"
    encoder = (row["encoder"] or {}).get("name")
    return {
        "bm25": by_words,
        "dense": f"by vectors ({encoder})",
        "hybrid": f"{by_words} and by vectors ({encoder})",
    }[search["name"]]


def languages(counts: Mapping[str, int]) -> str:
    """The commonest languages of the chunks that were found."""
    named = [
        name_of(code) for code in list(counts)[:2] if counts[code] >= 0.1 * sum(counts.values())
    ]
    return (
        f"what was found is in {words.listed(named)}"
        if named
        else "in no language that can be told"
    )
