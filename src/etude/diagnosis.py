"""What went wrong and what to do about it: findings from predictions, histories and the card."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etude.records import Example, Finding, Prediction

SMALL_TEST = 50  # below this, differences of ten points are usually noise


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a diagnosis looks at. Keys are names of approaches.

    `predictions` are by approach and seed, `manifests` say where they came from; `histories` and
    `tunings` hold, for each approach that tunes, the rows of its history and the facts of its
    weights folder. But for `predictions`, everything is of an approach's first seed.
    """

    examples: Sequence[Example]
    predictions: Mapping[str, Mapping[int, Sequence[Prediction]]]
    card: Mapping[str, Any]
    random_base: bool
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    histories: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    tunings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    baseline: str | None = None

    @property
    def answers(self) -> dict[str, Sequence[Prediction]]:
        """The predictions of each approach's first seed."""
        return {name: next(iter(seeds.values())) for name, seeds in self.predictions.items()}


def diagnose(evidence: Evidence) -> list[Finding]:
    """Every finding, the gravest first."""
    found = [finding for look in LOOKS for finding in look(evidence)]
    grave = ("error", "warning", "note")
    return sorted(found, key=lambda finding: grave.index(finding.level))


def failed(evidence: Evidence) -> Iterator[Finding]:
    """An approach whose process ended before its time."""
    for approach, reason in evidence.failures.items():
        yield Finding(
            kind="failed",
            level="error",
            what=f"{approach} did not finish with every seed; those that did are compared."
            if approach in evidence.predictions
            else f"{approach} did not finish, so it is not in the comparison; the others are "
            f"measured against {evidence.baseline}.",
            evidence=reason,
            sure="certain",
            advice="See log.txt in the run folder, mend the cause and run the study again: "
            "what is done is kept.",
            approach=approach,
        )


def random_weights(evidence: Evidence) -> Iterator[Finding]:
    """A base that knows nothing."""
    if evidence.random_base:
        yield Finding(
            kind="random-base",
            level="warning",
            what="The base model has random weights: this run proves the flow, not quality.",
            evidence="The study's base is one that Etude makes on the spot.",
            sure="certain",
            advice="Name a pretrained model (a hub id or a folder) under model.base.",
        )


def overfitting(evidence: Evidence) -> Iterator[Finding]:
    """Training loss falls while validation loss ends at least 2% above its best."""
    for approach, history in evidence.histories.items():
        validation = [(row["epoch"], row["dev_loss"]) for row in history if "dev_loss" in row]
        training = [row["loss"] for row in history if "loss" in row]
        if len(validation) < 3 or len(training) < 2:
            continue
        best_epoch, best = min(validation[1:], key=lambda pair: pair[1])
        last_epoch, last = validation[-1]
        facts = evidence.tunings.get(approach, {})
        kept = facts.get("weights_step")
        undone = kept is not None and kept < facts["steps"]  # the best weights are used
        if last > best * 1.02 and training[-1] < training[0]:
            yield Finding(
                kind="overfitting",
                level="note" if undone else "warning",
                what=f"{approach} overfits: its validation loss has risen since epoch "
                f"{best_epoch:g} while its training loss fell.",
                evidence=f"Validation loss {best:.4f} at epoch {best_epoch:g}, {last:.4f} at "
                f"epoch {last_epoch:g}; training loss {training[0]:.4f} at first, "
                f"{training[-1]:.4f} at last.",
                sure="likely" if last > best * 1.1 else "possible",
                advice=f"Nothing: the weights of step {kept}, the best ones, are used."
                if undone
                else f"Train for {best_epoch:g} epochs, lower the learning rate, add material, or "
                "set load_best_model_at_end.",
                approach=approach,
            )


def memory_in_validation(evidence: Evidence) -> Iterator[Finding]:
    """Validation that had to go on with smaller batches."""
    for approach, facts in evidence.tunings.items():
        if facts.get("evaluated_with_less"):
            used = facts["evaluate_batch_size"]
            yield Finding(
                kind="validation-memory",
                level="note",
                what=f"{approach}: validation ran out of memory and went on with smaller batches.",
                evidence=f"{used} examples at once in the end; the loss is the same mean over all "
                "tokens.",
                sure="certain",
                advice=f"Set tune.evaluate_batch_size: {used} to save the attempts.",
                approach=approach,
            )


def searched_edge(evidence: Evidence) -> Iterator[Finding]:
    """The best value of a searched setting lies within 5% of an end of what was searched."""
    for approach, facts in evidence.tunings.items():
        search = facts.get("search") or {"space": {}}
        for name, values in search["space"].items():
            best = search["best"]["settings"][name]
            bounds = values.get("log") or values.get("uniform")
            if bounds is None:
                continue
            low, high, at = (math.log(x) if "log" in values else x for x in (*bounds, best))
            place = (at - low) / (high - low)
            if 0.05 <= place <= 0.95:
                continue
            end = "lower" if place < 0.5 else "upper"
            yield Finding(
                kind="searched-edge",
                level="note",
                what=f"{approach}: the best {name} lies at the {end} end of what was searched.",
                evidence=f"{best:.3g} was best between {bounds[0]:g} and {bounds[1]:g}, of "
                f"{len(search['trials'])} trials.",
                sure="possible",
                advice=f"Search further: {'lower' if end == 'lower' else 'raise'} its {end} bound. "
                "Trials of the new range begin anew.",
                approach=approach,
            )


def truncation(evidence: Evidence) -> Iterator[Finding]:
    """Prompts or training examples that were cut to fit the context window."""
    for approach, predictions in evidence.answers.items():
        cut = [item for item in predictions if item.truncated_tokens]
        if cut:
            most = max(item.truncated_tokens for item in cut)
            yield Finding(
                kind="truncated-prompts",
                level="warning",
                what=f"{approach}: {len(cut)} of {len(predictions)} prompts did not fit the "
                "context window.",
                evidence=f"Up to {most} tokens of a prompt are missing: worked examples first, "
                "then the middle of the question.",
                sure="certain",
                advice="Use fewer shots, a shorter generation.max_tokens, or a base with a "
                "longer context.",
                approach=approach,
            )
    for approach, facts in evidence.tunings.items():
        prompts, answers = facts["truncated_prompts"], facts["truncated_answers"]
        if prompts or answers:
            yield Finding(
                kind="truncated-training",
                level="warning",
                what=f"{approach}: training prompts that were cut: {prompts}; answers: {answers}.",
                evidence=f"Of {facts['examples']} training examples and the validation split.",
                sure="certain",
                advice="Raise tune.max_tokens, or leave long examples out.",
                approach=approach,
            )


def endless(evidence: Evidence) -> Iterator[Finding]:
    """Answers that reach the limit of tokens instead of stopping by themselves."""
    shares = {
        approach: sum(item.finish == "length" for item in predictions)
        for approach, predictions in evidence.answers.items()
    }
    found = {name: count for name, count in shares.items() if count > len(evidence.examples) / 2}
    if found:
        yield Finding(
            kind="never-stops",
            level="warning",
            what=f"Most answers of {listed(found)} never stopped.",
            evidence=counted(found, len(evidence.examples), "cut at generation.max_tokens"),
            sure="certain",
            advice="An untuned base often goes on: tune it, choose a chat model, or raise "
            "generation.max_tokens if answers are that long.",
            approach=only(found),
        )


def empty(evidence: Evidence) -> Iterator[Finding]:
    """Answers without a word."""
    counts = {
        approach: sum(not item.text.strip() for item in predictions)
        for approach, predictions in evidence.answers.items()
    }
    if found := {name: count for name, count in counts.items() if count}:
        often = any(count > len(evidence.examples) / 10 for count in found.values())
        yield Finding(
            kind="empty-answers",
            level="warning" if often else "note",
            what=f"Some answers of {listed(found)} are empty.",
            evidence=counted(found, len(evidence.examples), "without a word"),
            sure="certain",
            advice="Look at the rendered prompt in the report: the markup may not be the "
            "model's own.",
            approach=only(found),
        )


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def counted(found: Mapping[str, int], total: int, what: str) -> str:
    """Counts per approach, as evidence."""
    counts = ", ".join(f"{name} {count} of {total}" for name, count in found.items())
    return f"Answers {what}: {counts}."


def only(found: Mapping[str, int]) -> str | None:
    """The approach that a finding is about, where it is one."""
    return next(iter(found)) if len(found) == 1 else None


def remarks(evidence: Evidence) -> Iterator[Finding]:
    """Rows that were kept although something about them is odd."""
    for kind, held in evidence.card.get("remarks", {}).items():
        places = ", ".join(str(item.get("where", "")) for item in held["first"][:3])
        yield Finding(
            kind="remark",
            level="note",
            what=f"Rows that were kept with a remark ({kind}): {held['count']}.",
            evidence=f"The first of them: {places}.",
            sure="certain",
            advice="remarks.jsonl in the run folder's data lists them all.",
        )


def small_test(evidence: Evidence) -> Iterator[Finding]:
    """A test split that is too small for fine distinctions."""
    if len(evidence.examples) < SMALL_TEST:
        yield Finding(
            kind="small-test",
            level="note",
            what=f"The test split has {len(evidence.examples)} examples: only large differences "
            "can be told from chance.",
            evidence=f"Fewer than {SMALL_TEST} examples give wide intervals.",
            sure="certain",
            advice="Raise data.split.test or add material before deciding on small differences.",
        )


def dropped(evidence: Evidence) -> Iterator[Finding]:
    """Rows of the material that were left out."""
    reasons = {
        reason: count
        for reason, count in evidence.card["dropped"].items()
        if reason != "not sampled"  # the study asked for that
    }
    if total := sum(reasons.values()):
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        yield Finding(
            kind="dropped-rows",
            level="note",
            what=f"Rows of the material that were left out: {total}.",
            evidence=f"{told[0].upper()}{told[1:]}.",
            sure="certain",
            advice="`etude look STUDY --dropped` lists each of them with its place and reason.",
        )


LOOKS = (
    failed,
    random_weights,
    overfitting,
    memory_in_validation,
    searched_edge,
    truncation,
    endless,
    empty,
    small_test,
    dropped,
    remarks,
)
