"""What the losses of a training say: overfitting, underfitting, a rate that is too high."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Any

from etude.diagnosis.evidence import Check, Evidence, plural
from etude.diagnosis.repeated import each_seed
from etude.records import Finding

RISEN = 1.02  # times its best that a validation loss has risen to
CLEARLY = 1.1  # the same, where there is hardly a doubt
LEARNT = 0.05  # share of its first value that a training loss should fall by at least
HELPED = 0.02  # the same of the validation loss, from before the tuning to its best
STILL = 0.05  # share by which the last validation was still better than the one before
MATTERS = 0.02  # nats, below which a difference of losses changes no answer
WORSE = 1.1  # times its value before the tuning that the first validation loss is
FEW_ROWS = 8  # logged losses that a look at their course needs
DIVERGED = 0.15  # share by which the last quarter of losses lies above the lowest
SWING = 0.3  # share of its level by which the loss jumps from one logged row to the next
BOUNCE = 0.05  # share by which a validation loss goes up and down
FEW_VALIDATED = 50  # examples of a validation split


def overfitting(evidence: Evidence) -> Iterator[Finding]:
    """Training loss falls while validation loss ends above its best."""
    for approach, history in evidence.histories.items():
        validation, training = losses(history)
        if len(validation) < 3 or len(training) < 2:
            continue
        best_epoch, best = min(validation[1:], key=lambda pair: pair[1])
        last_epoch, last = validation[-1]
        facts = evidence.tunings.get(approach, {})
        kept = facts.get("weights_step")
        undone = kept is not None and kept < facts["steps"]  # the best weights are used
        if last > max(best * RISEN, best + MATTERS) and training[-1] < training[0]:
            yield Finding(
                kind="overfitting",
                level="note" if undone else "warning",
                what=f"{approach} overfits: its validation loss has risen since epoch "
                f"{best_epoch:g} while its training loss fell.",
                evidence=f"Validation loss {best:.4f} at epoch {best_epoch:g}, {last:.4f} at "
                f"epoch {last_epoch:g}; training loss {training[0]:.4f} at first, "
                f"{training[-1]:.4f} at last.",
                sure="likely" if last > best * CLEARLY else "possible",
                advice=f"Nothing: the weights of step {kept}, the best ones, are used."
                if undone
                else f"Train for {best_epoch:g} epoch{'' if best_epoch == 1 else 's'}, lower the "
                "learning rate, add material, or set load_best_model_at_end.",
                approach=approach,
            )


def underfitting(evidence: Evidence) -> Iterator[Finding]:
    """A training that has learnt next to nothing, or ended while it was still learning."""
    for approach, history in evidence.histories.items():
        validation, training = losses(history)
        if len(validation) < 2 or len(training) < 2 or diverging(training):
            continue
        before, values = validation[0][1], [loss for _, loss in validation[1:]]
        best, (first, last) = min(values), ends(training)
        if last > first * (1 - LEARNT) and best > before * (1 - HELPED):
            yield Finding(
                kind="underfitting",
                level="warning",
                what=f"{approach} has learnt next to nothing.",
                evidence=f"Training loss {first:.4f} at first and {last:.4f} at last; validation "
                f"loss {before:.4f} before the tuning, {best:.4f} at its best.",
                sure="likely",
                advice="Raise the learning rate (three to ten times), train longer, or let more "
                "learn (a higher r, more layers). See that the answers are supervised.",
                approach=approach,
            )
        elif len(values) > 1 and values[-1] == best < values[-2] - fall(values[-2]):
            yield Finding(
                kind="underfitting",
                level="note",
                what=f"{approach} was still learning when its training ended.",
                evidence=f"Its last validation loss, {best:.4f}, is its best, and "
                f"{1 - best / values[-2]:.1%} below the one before.",
                sure="likely",
                advice="Train longer: the validation loss has not turned yet.",
                approach=approach,
            )


def rate_too_high(evidence: Evidence) -> Iterator[Finding]:
    """A loss that diverges, or swings without falling."""
    for approach, reason in evidence.failures.items():
        if "training loss is" in reason or "gradient's norm is" in reason:
            yield too_high(approach, "diverged until its loss was no number.", reason, "likely")
    for approach, history in evidence.histories.items():
        if approach in evidence.failures:
            continue
        validation, training = losses(history)
        rates = [row["learning_rate"] for row in history if "learning_rate" in row]
        at = f" The learning rate was up to {max(rates):g}." if rates else ""
        if (risen := diverging(training)) is not None:
            lowest, end = risen
            told = f"Training loss {lowest:.4f} in its lowest quarter, {end:.4f} in its last.{at}"
            yield too_high(approach, "diverges: its training loss rises.", told, "likely")
        elif (swing := swinging(training)) is not None:
            told = (
                f"In the second half the loss jumps by {swing:.0%} of its level from one logged "
                f"row to the next, and is no lower than before.{at}"
            )
            yield too_high(approach, "swings: its training loss does not settle.", told, "possible")
        elif len(validation) > 1 and validation[1][1] > validation[0][1] * WORSE:
            told = (
                f"Validation loss {validation[0][1]:.4f} before the tuning, "
                f"{validation[1][1]:.4f} at epoch {validation[1][0]:g}.{at}"
            )
            said = "has thrown its model off: the first validation is worse than before the tuning."
            yield too_high(approach, said, told, "possible")
        elif (turns := bounces([loss for _, loss in validation[1:]])) >= 2:
            told = (
                f"The validation loss changed direction {turns} times, by more than {BOUNCE:.0%} "
                f"each time.{at}"
            )
            yield too_high(
                approach, "swings: its validation loss goes up and down.", told, "possible"
            )


def too_high(approach: str, what: str, told: str, sure: str) -> Finding:
    """The finding that `rate_too_high` makes of each of its three signs."""
    return Finding(
        kind="learning-rate-too-high",
        level="warning",
        what=f"{approach} {what}",
        evidence=told,
        sure=sure,
        advice="Lower the learning rate (to a third, say), warm up for longer, or take larger "
        "steps (batch_size, accumulate).",
        approach=approach,
    )


def small_validation(evidence: Evidence) -> Iterator[Finding]:
    """A validation split that is too small to choose by."""
    size = (evidence.card.get("splits") or {}).get("dev", {}).get("rows", FEW_VALIDATED)
    if size >= FEW_VALIDATED or not evidence.tunings:
        return
    chosen = [
        name
        for name, facts in evidence.tunings.items()
        if "search" in facts or facts.get("weights_step", 0) != facts.get("steps", 0)
    ]
    yield Finding(
        kind="small-validation",
        level="warning" if chosen else "note",
        what=f"The validation loss is that of {plural(size, 'example')}"
        + (f", and {', '.join(chosen)} was chosen by it." if chosen else "."),
        evidence=f"Fewer than {FEW_VALIDATED}: a few odd examples can turn the curve.",
        sure="certain",
        advice="Raise data.split.dev before reading small turns of the curve, or before letting it "
        "choose (early_stopping, load_best_model_at_end, search).",
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


def losses(
    history: Sequence[Mapping[str, Any]],
) -> tuple[list[tuple[float, float]], list[float]]:
    """Validation losses with their epochs, the one before the tuning first; training losses."""
    validation = [(row["epoch"], row["dev_loss"]) for row in history if "dev_loss" in row]
    return validation, [row["loss"] for row in history if "loss" in row]


def fall(loss: float) -> float:
    """By how much a loss has to fall further so that it is still falling."""
    return max(STILL * loss, MATTERS)


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Means of the first and of the last quarter (one value at least)."""
    size = max(1, len(values) // 4)
    return fmean(values[:size]), fmean(values[-size:])


def diverging(training: Sequence[float]) -> tuple[float, float] | None:
    """The means of the lowest and of the last quarter, where the loss rises beyond its noise."""
    if len(training) < FEW_ROWS:
        return None
    size = len(training) // 4
    lowest = min(fmean(training[n : n + size]) for n in range(0, len(training) - size, size))
    last = fmean(training[-size:])
    # Neighbours differ by their noise alone: its spread is that of their differences over root 2.
    noise = pstdev([after - before for before, after in pairwise(training)]) / 2**0.5
    beyond = 2 * noise * (2 / size) ** 0.5  # two standard errors of a difference of two means
    return (lowest, last) if last - lowest > max(DIVERGED * lowest, beyond) else None


def swinging(training: Sequence[float]) -> float | None:
    """How far the loss jumps, as a share of its level, where it does so and does not fall."""
    half = training[len(training) // 2 :]
    if len(half) < FEW_ROWS:
        return None
    before = training[len(training) // 4 : len(training) // 2]
    swing = median(abs(b - a) for a, b in pairwise(half)) / max(fmean(half), 1e-9)
    return swing if swing > SWING and fmean(half) > fmean(before) * 0.95 else None


def bounces(values: Sequence[float]) -> int:
    """How often a curve changes direction, both ways by more than `BOUNCE`."""
    moves = [after / before - 1 for before, after in pairwise(values) if before > 0]
    large = [move for move in moves if abs(move) > BOUNCE]
    return sum((a > 0) != (b > 0) for a, b in pairwise(large))


OVERFITTING = Check(
    each_seed(overfitting),
    fires=f"The last validation loss lies at least {RISEN - 1:.0%}, and {MATTERS:g} nats, above "
    "the best one after the tuning began, and the training loss has fallen. The best epoch is "
    "named.",
    why="Where a validation curve is flat it turns up and down by a percent, and it makes no "
    f"difference where one stops. From {CLEARLY - 1:.0%} on it is called likely. Where the best "
    "weights are used (`load_best_model_at_end`) it is a note.",
    advice="Train until the best epoch, lower the learning rate, add material, or set "
    "`load_best_model_at_end`.",
)
UNDERFITTING = Check(
    each_seed(underfitting),
    fires=f"The training loss fell by less than {LEARNT:.0%} and the best validation loss is less "
    f"than {HELPED:.0%} below that before the tuning (a warning); or the last validation is the "
    f"best one and better than the one before by more than {STILL:.0%} and {MATTERS:g} nats (a "
    "note).",
    why="A tuning that fits its own examples no better than before has not begun to learn. A curve "
    "that still falls by more than its noise has not reached its end.",
    advice="A higher learning rate, more epochs, or more that learns; in the second case only "
    "more epochs.",
)
RATE = Check(
    each_seed(rate_too_high),
    fires="The loss became no number; or the mean of the last quarter of logged training losses is "
    f"{DIVERGED:.0%} above that of the lowest quarter and beyond two standard errors of their "
    f"noise; or in the second half the loss typically jumps by {SWING:.0%} of its level from row "
    f"to row without falling; or the first validation loss is {WORSE - 1:.0%} above that before "
    "the tuning; or the validation loss changes direction twice or more, each time by "
    f"{BOUNCE:.0%}. Training losses are judged from {FEW_ROWS} (for swings {2 * FEW_ROWS}) rows on."
    "",
    why="A training loss rises over a quarter of a training for no other usual reason. In "
    "trainings of the recipes, batches of eight examples moved the logged loss by up to 30% of its "
    "level, and by more only where it went on falling to nearly nothing. A validation loss is that "
    "of the same examples each time and has no such noise.",
    advice="A third of the learning rate, a longer warm-up, larger steps, or a tighter clip.",
)
SMALL_VALIDATION = Check(
    small_validation,
    fires=f"An approach tunes, and the dev split has fewer than {FEW_VALIDATED} examples. It is a "
    "warning where weights or settings were chosen by it.",
    why=f"The standard error of a mean over {FEW_VALIDATED} examples is a seventh of their spread, "
    "which is the size of the turns one wants to see.",
    advice="Raise `data.split.dev`.",
)
VALIDATION_MEMORY = Check(
    each_seed(memory_in_validation),
    fires="Validation ran out of memory and went on with half the batch.",
    why="The loss is the same; the attempts cost time.",
    advice="Set `tune.evaluate_batch_size` to what it came down to.",
)
