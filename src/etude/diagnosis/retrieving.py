"""Retrieval: what was found, what was shown, what was used, and what was learnt beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from etude.approaches.retrieved import last_turn
from etude.diagnosis.evidence import Check, Evidence, plural, quoted
from etude.diagnosis.passages import by_words, cut_short, fates
from etude.diagnosis.repeated import each_run
from etude.metrics.grounded import abstains
from etude.records import Finding
from etude.retrieval.gold import is_gold

FEW = 10  # questions with gold passages below which nothing is said
LOST = 0.2  # share of gold passages outside the prompt from which on the retriever is in the way
UNUSED = 0.5  # share of shown gold passages with a wrong answer from which on the model is
OVERFLOW = 0.1  # share of prompts with passages cut from which on it is a warning
LEARNT = 0.2  # share of test questions whose passage was in the tuning, for a warning


def not_retrieved(evidence: Evidence) -> Iterator[Finding]:
    """Gold passages that are not among those for the prompt: the retriever is the problem."""
    for approach, about in evidence.retrieval.items():
        if approach not in evidence.answers:
            continue
        strange = set((about.get("gold") or {}).get("unknown", ()))  # told apart: gold-unknown
        ended = fates(evidence, approach)
        found = {name: ended[name] for name in ended if name not in strange}
        count = Counter(found.values())
        lost, total = count["not found"] + count["below k"], len(found)
        if total < FEW or lost < LOST * total:
            continue
        first = next(name for name, fate in found.items() if fate in ("not found", "below k"))
        deeper = count["below k"]
        advice = (
            f"Raise retrieve.k (now {about['k']}), or order them anew with retrieve.rerank."
            if 2 * deeper >= lost
            else "Try search: hybrid or dense, other chunk sizes, and see that the documents hold "
            "the answers; no tuning of the model mends this."
        )
        yield Finding(
            kind="gold-not-retrieved",
            level="warning",
            what=f"{approach}: the retriever misses the gold passage of {lost} of {total} "
            "questions.",
            evidence=f"Not among the first {about['k']}: {lost}, of which {deeper} are among the "
            f"{about['depth']} recorded and {lost - deeper} are not. First of them {first}: "
            f"{quoted(last_turn(evidence.by_id[first]))}.",
            sure="certain",
            advice=advice,
            approach=approach,
        )


def not_used(evidence: Evidence) -> Iterator[Finding]:
    """Gold passages that stood in the prompt of a wrong answer: the model is the problem."""
    if not by_words(evidence):
        return
    for approach in evidence.retrieval:
        if approach not in evidence.answers:
            continue
        found = fates(evidence, approach)
        count = Counter(found.values())
        shown = count["used"] + count["not used"]
        if shown < FEW or count["not used"] < UNUSED * shown:
            continue
        first = next(name for name, fate in found.items() if fate == "not used")
        answer = next(item for item in evidence.answers[approach] if item.example_id == first)
        right = evidence.by_id[first].references
        missed = {name for name, fate in found.items() if fate == "not used"}
        silent = sum(
            abstains(made.text, evidence.language)
            for made in evidence.answers[approach]
            if made.example_id in missed
        )
        said = f"; {silent} of them say that the passages do not hold it" if silent else ""
        yield Finding(
            kind="gold-not-used",
            level="warning",
            what=f"{approach}: of {shown} questions whose gold passage stood in the prompt, "
            f"{count['not used']} are answered wrongly{said}.",
            evidence=f"First of them {first}: {quoted(answer.text, 80)}, where "
            f"{quoted(right[0], 80) if right else 'a label'} is right. Right are answers that "
            "hold a reference, or share most words and all figures with it.",
            sure="likely",
            advice="The retriever did its part. Tune on prompts with passages (retrieve beside "
            "tune), put the passages otherwise (retrieve.template, fewer with k), or take a base "
            "that reads better.",
            approach=approach,
        )


def passages_cut(evidence: Evidence) -> Iterator[Finding]:
    """Passages that did not fit the context window."""
    for approach, about in evidence.retrieval.items():
        made = evidence.answers.get(approach, ())
        k = int(about["k"])
        cut = [item for item in made if cut_short(item, k)]
        if not cut:
            continue
        lost = Counter(fates(evidence, approach).values())["cut"]
        mean = sum(sum(passage.shown for passage in item.passages) for item in made) / len(made)
        yield Finding(
            kind="passages-cut",
            level="warning" if len(cut) >= OVERFLOW * len(made) else "note",
            what=f"{approach}: in {len(cut)} of {len(made)} prompts not all {k} passages fit the "
            "context window.",
            evidence=f"{mean:.1f} of {k} passages stand in a prompt in the mean, the last of them "
            f"cut at a sentence; gold passages lost so: {lost}.",
            sure="certain",
            advice="Lower retrieve.k or retrieve.chunk.size, lower generation.max_tokens, or take "
            "a base with a longer context.",
            approach=approach,
        )


def learnt_passages(evidence: Evidence) -> Iterator[Finding]:
    """Gold passages of the test that stood in the prompts of a tuning."""
    with_gold = [example for example in evidence.examples if example.gold_passages]
    for approach, learnt in evidence.learnt_passages.items():
        if len(with_gold) < FEW or not learnt:
            continue
        documents: dict[str, list[str]] = {}
        for chunk in learnt:
            documents.setdefault(chunk.rpartition(":")[0], []).append(chunk)
        met = [
            example
            for example in with_gold
            if any(
                is_gold(chunk, gold)
                for gold in example.gold_passages
                for name in (gold, gold.rpartition(":")[0])
                for chunk in documents.get(name, ())
            )
        ]
        if not met:
            continue
        supervised = evidence.tunings.get(approach, {}).get("supervise") == "all"
        grave = supervised and len(met) >= LEARNT * len(with_gold)
        yield Finding(
            kind="test-passages-learnt",
            level="warning" if grave else "note",
            what=f"{approach}: the gold passages of {len(met)} of {len(with_gold)} test questions "
            "stood in the prompts that its weights were tuned on.",
            evidence=f"First of them {met[0].id}, {', '.join(met[0].gold_passages[:2])}. The "
            f"tuning met {plural(len(learnt), 'passage')}"
            + ("; with supervise: all it learnt their text." if supervised else " and read them."),
            sure="certain",
            advice="What it answers may come from memory: compare it without passages (weights: "
            f"{approach} and no retrieve), or retrieve from documents that only the test needs.",
            approach=approach,
        )


NOT_RETRIEVED = Check(
    not_retrieved,
    fires=f"The gold passages of {LOST:.0%} of the questions that have some (at least {FEW}) are "
    "not among the first k.",
    why="No model can read what it is not shown: here the retriever is the problem, and not the "
    "model. What is recorded beyond k tells a bad order from a bad search.",
    advice="Where they are found deeper: raise `retrieve.k`, or rerank. Else another search, other "
    "chunks, or other documents.",
)
NOT_USED = Check(
    each_run(not_used),
    fires=f"A gold passage stood in the prompt of at least {FEW} questions, and {UNUSED:.0%} of "
    "their answers are wrong. Right is an answer that holds a reference word for word or shares "
    "half of the words (F1) and all dates and numbers with one; studies whose references are "
    "mostly longer than 30 words are left alone.",
    why="The retriever did its part: here the model is the problem.",
    advice="Tune on prompts with passages, show fewer, put them otherwise, or take another base.",
)
PASSAGES_CUT = Check(
    passages_cut,
    fires="Not all of the first k passages fit a prompt: a note, and from "
    f"{OVERFLOW:.0%} of the prompts on a warning.",
    why="A passage that is not shown was retrieved in vain. What gives way, and in which order: "
    "[Passages](passages.md#when-they-do-not-fit).",
    advice="Fewer or shorter passages, or a longer context.",
)
LEARNT_PASSAGES = Check(
    learnt_passages,
    fires="Gold passages of the test stood in prompts of the tuning: a note; where the loss counts "
    f"prompts (`supervise: all`) and {LEARNT:.0%} of the test questions are concerned, a warning.",
    why="Tuning with passages shows the model whatever was retrieved for the training questions. "
    "Where test and training share documents, some of these answer test questions.",
    advice="Compare the same weights without `retrieve`, or split by document "
    "(`data.split.group_by`) and retrieve from other documents.",
)
