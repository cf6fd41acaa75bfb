"""What the model is given and taught: cut, empty, drifted, or beyond what it can write."""

from __future__ import annotations

from collections.abc import Iterator

from etude.diagnosis.evidence import Check, Evidence, listed, plural, quoted
from etude.diagnosis.passages import cut_short
from etude.records import Finding

NOTHING = "no supervised token"  # in the message of a training that refuses an example
BARE = 0.1  # share of training examples whose answers are empty
LOST = 0.05  # share of answers with a character that cannot be written
SHOWN = 12  # characters that are named
PARTS = {  # of a context: its name, and whether another one is a warning
    "markup": ("role markup", True),
    "prompt": ("prompt template", True),
    "system": ("system prompt", False),
    "shots": ("worked examples", False),
    "passages": ("set of passages", False),
}


def truncated_prompts(evidence: Evidence) -> Iterator[Finding]:
    """Prompts that were cut to fit the context window."""
    for approach, predictions in evidence.answers.items():
        k = int(evidence.retrieval.get(approach, {}).get("k", 0))
        cut = [
            item for item in predictions if item.truncated_tokens and not cut_short(item, k)
        ]  # passages that gave way have a finding of their own
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


def truncated_training(evidence: Evidence) -> Iterator[Finding]:
    """Training examples that were cut to fit."""
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


def nothing_supervised(evidence: Evidence) -> Iterator[Finding]:
    """Training examples from which nothing can be learnt but to stop."""
    for approach, reason in evidence.failures.items():
        if NOTHING in reason:
            yield Finding(
                kind="nothing-supervised",
                level="error",
                what=f"{approach} was not trained: an example has nothing that the loss counts.",
                evidence=reason,
                sure="certain",
                advice="Give it an answer, raise tune.max_tokens, or see tune.supervise.",
                approach=approach,
            )
    for approach, facts in evidence.tunings.items():
        if bare := facts.get("bare_examples", 0):
            yield Finding(
                kind="nothing-supervised",
                level="warning" if bare >= BARE * facts["examples"] else "note",
                what=f"{approach}: of {bare} training examples nothing is learnt but to stop.",
                evidence=f"Of {facts['examples']} training examples these have one supervised "
                "token, the end token: their answers are empty, or were cut away.",
                sure="certain",
                advice="Where silence is the right answer (SQuAD 2.0) this is as it should be; "
                "else give them answers, or raise tune.max_tokens.",
                approach=approach,
            )


def template_drift(evidence: Evidence) -> Iterator[Finding]:
    """Weights that are used with another context than they were trained with."""
    for approach, before in evidence.trained_with.items():
        used = evidence.contexts.get(approach, {})
        known = [part for part in PARTS if part in before and part in used]
        drifted = [part for part in known if before[part] != used[part]]
        if not drifted:
            continue
        told = "; ".join(
            f"{PARTS[part][0]}: {shown(before[part])} in training, {shown(used[part])} in use"
            for part in drifted
        )
        yield Finding(
            kind="template-drift",
            level="warning" if any(PARTS[part][1] for part in drifted) else "note",
            what=f"{approach} is asked in another way than its weights were trained: another "
            f"{listed(PARTS[part][0] for part in drifted)}.",
            evidence=f"{told[0].upper()}{told[1:]}.",
            sure="certain",
            advice="Ask as in training (the same prompt, system and shots beside weights, the same "
            "model.markup), unless the difference is what the study is about.",
            approach=approach,
        )


def shown(value: object) -> str:
    """A part of a context in a few words."""
    return "none" if value in (None, "") else quoted(str(value), 60)


def unwritable(evidence: Evidence) -> Iterator[Finding]:
    """Characters of the right answers that the tokenizer cannot write."""
    found = evidence.plan.get("unwritable") or {"characters": {}}
    if not found["characters"]:
        return
    characters = sorted(found["characters"].items(), key=lambda pair: (-pair[1], pair[0]))
    told = ", ".join(f"{named(sign)} ({count:,})" for sign, count in characters[:SHOWN])
    more = f" and {len(characters) - SHOWN} more" if len(characters) > SHOWN else ""
    yield Finding(
        kind="unwritable-characters",
        level="warning" if found["answers"] >= LOST * found["of"] else "note",
        what=f"The model's tokenizer cannot write {plural(len(characters), 'character')} of the "
        f"right answers, which stand in {found['answers']:,} of {found['of']:,}.",
        evidence=f"What is written and read back differs: {told}{more}; in brackets the number of "
        "answers.",
        sure="certain",
        advice="No training can teach these. Replace them in the material, or choose a base whose "
        "tokenizer falls back to bytes.",
    )


def named(sign: str) -> str:
    """A character so that one sees it."""
    names = {"\n": "line break", "\t": "tab", " ": "space", "\u00a0": "no-break space"}
    return names.get(sign) or (sign if sign.isprintable() else f"U+{ord(sign):04X}")


TRUNCATED_PROMPTS = Check(
    truncated_prompts,
    fires="A prompt did not fit the context window with room for the answer.",
    why="What is missing cannot be answered; how many tokens are missing stands beside it.",
    advice="Fewer shots, a smaller `generation.max_tokens`, or a base with a longer context.",
)
TRUNCATED_TRAINING = Check(
    truncated_training,
    fires="A training or validation example was cut to `tune.max_tokens` or the model's context.",
    why="A cut answer loses its end token, so that the model does not learn to stop there; it is "
    "half a lesson all the same.",
    advice="Raise `tune.max_tokens`, or leave long examples out.",
)
NOTHING_SUPERVISED = Check(
    nothing_supervised,
    fires="A training example has no token that the loss counts (the training refuses it, an "
    f"error); or only the end token (a note, from {BARE:.0%} of the examples on a warning).",
    why="Such examples teach to say nothing. SQuAD 2.0 means that; elsewhere an answer is missing.",
    advice="Give them answers, raise `tune.max_tokens`, or see `tune.supervise`.",
)
DRIFT = Check(
    template_drift,
    fires="An approach uses tuned weights with another role markup or prompt template than they "
    "were trained with (a warning), or with another system prompt, other worked examples or other "
    "passages (a note). Of a folder of weights the chat template that lies in it is compared.",
    why="A tuned model expects the frame that it was tuned in; a space or a missing marker can "
    "cost more than the tuning gained, and no loss shows it.",
    advice="Use the same frame, unless the difference is the question.",
)
UNWRITABLE = Check(
    unwritable,
    fires="A character of the right answers is not the same after it was written in tokens and "
    f"read back. It is a warning where {LOST:.0%} of the answers hold one.",
    why="Every character is tried once between two letters, so all material is covered. T5's "
    "tokenizer, for one, has no line break and no braces.",
    advice="Replace the characters, or choose a base with bytes in its vocabulary.",
)
