"""What went wrong and what to do about it: findings from what a run has saved.

`CHECKS` are all there are. A check looks at `Evidence` and yields findings of its kind.
"""

from etude.diagnosis import (
    answering,
    forgetting,
    leaking,
    material,
    memorising,
    prompting,
    retrieving,
    running,
    searched,
    searching,
    stock,
    training,
)
from etude.diagnosis.evidence import Change, Check, Evidence
from etude.progress import Progress, silent, watched
from etude.records import LEVELS, Finding

__all__ = ["CHECKS", "Change", "Check", "Evidence", "diagnose"]

CHECKS: dict[str, Check] = {
    "failed": running.FAILED,
    "random-base": running.RANDOM_BASE,
    "overfitting": training.OVERFITTING,
    "underfitting": training.UNDERFITTING,
    "learning-rate-too-high": training.RATE,
    "small-validation": training.SMALL_VALIDATION,
    "validation-memory": training.VALIDATION_MEMORY,
    "searched-edge": searching.SEARCHED_EDGE,
    "forgetting": forgetting.FORGETTING,
    "forgetting-tasks": forgetting.TASKS,
    "forgetting-benchmarks": forgetting.BENCHMARKS,
    "memorised-answers": memorising.MEMORISED,
    "copied-spans": memorising.COPIED_SPANS,
    "leaked-answers": leaking.LEAKED,
    "near-duplicates": leaking.NEAR,
    "shared-passages": leaking.PASSAGES,
    "group-leak": leaking.GROUP,
    "truncated-prompts": prompting.TRUNCATED_PROMPTS,
    "truncated-training": prompting.TRUNCATED_TRAINING,
    "nothing-supervised": prompting.NOTHING_SUPERVISED,
    "template-drift": prompting.DRIFT,
    "unwritable-characters": prompting.UNWRITABLE,
    "index-language": searched.INDEX_LANGUAGE,
    "gold-unknown": searched.UNKNOWN_GOLD,
    "gold-not-retrieved": retrieving.NOT_RETRIEVED,
    "gold-not-used": retrieving.NOT_USED,
    "passages-cut": retrieving.PASSAGES_CUT,
    "test-passages-learnt": retrieving.LEARNT_PASSAGES,
    "never-stops": answering.NEVER_STOPS,
    "endless-repetition": answering.REPETITION,
    "empty-answers": answering.EMPTY,
    "wrong-language": answering.LANGUAGE,
    "label-imbalance": material.LABEL_IMBALANCE,
    "one-label": material.COLLAPSED,
    "stock-answers": stock.STOCK_ANSWERS,
    "small-test": material.SMALL,
    "too-small-for-the-claim": material.CLAIM,
    "dropped-rows": material.DROPPED,
    "remark": material.REMARK,
}


def diagnose(evidence: Evidence, progress: Progress = silent) -> list[Finding]:
    """Every finding, the gravest first, then in the order of `CHECKS`.

    `progress` hears of each check.
    """
    checks = watched(list(CHECKS.values()), "findings", progress)
    found = [finding for check in checks for finding in check.look(evidence)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))
