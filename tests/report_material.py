"""A report and its answers, made up but shaped like real ones, for the report's tests."""

from __future__ import annotations

import math
import random
from typing import Any

METRICS: dict[str, dict[str, Any]] = {
    "rouge-1": {
        "title": "ROUGE-1 F1",
        "better": "higher",
        "low": 0,
        "high": 1,
        "signature": "rouge-1|stem:yes|tok:rouge-score|refs:best",
        "paper": "https://aclanthology.org/W04-1013/",
    },
    "rouge-l": {
        "title": "ROUGE-L F1",
        "better": "higher",
        "low": 0,
        "high": 1,
        "signature": "rouge-l|stem:yes|tok:rouge-score|refs:best",
        "paper": "https://aclanthology.org/W04-1013/",
    },
    "bleu": {
        "title": "BLEU",
        "better": "higher",
        "low": 0,
        "high": 100,
        "signature": "nrefs:3|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "paper": "https://aclanthology.org/W18-6319/",
    },
    "perplexity": {
        "title": "Perplexity of the reference",
        "better": "lower",
        "low": 1,
        "high": None,
        "signature": "perplexity|per:token|eos:yes",
        "paper": "https://doi.org/10.1121/1.2016299",
    },
}
CLASSIFY: dict[str, dict[str, Any]] = {
    "accuracy": {
        "title": "Accuracy",
        "better": "higher",
        "low": 0,
        "high": 1,
        "signature": "accuracy|labels:3",
        "paper": None,
    },
    "macro-f1": {
        "title": "Macro F1",
        "better": "higher",
        "low": 0,
        "high": 1,
        "signature": "macro-f1|labels:3",
        "paper": None,
    },
}
SUMMARY = {
    "prompt": "the dialogue alone, no example",
    "tuned": "LoRA r 8 on all linear layers, 3 epochs, learning rate 2e-4",
    "weights": "starts from what lora made",
}
SENTENCE = (
    "Ana asks Ben whether the choir rehearses on Thursday or on Friday because the hall is being "
    "painted and the new piano has not arrived yet so they agree to meet at her house instead"
)
WORDS = SENTENCE.split()


def history(steps: int = 120, floor: float = 1.9) -> list[dict[str, Any]]:
    """Rows of history.jsonl: training every step, validation at 0 and at every third."""
    chance = random.Random(steps)
    rows: list[dict[str, Any]] = [
        {"step": 0, "epoch": 0.0, "dev_loss": floor + 2.3, "seconds": 1.1}
    ]
    for step in range(1, steps + 1):
        epoch = 3 * step / steps
        rows.append(
            {
                "step": step,
                "epoch": epoch,
                "loss": floor + 2.2 * math.exp(-3 * step / steps) + chance.gauss(0, 0.09),
                "learning_rate": 2e-4 * min(step / 12, (steps - step) / max(steps - 12, 1)),
                "gradient_norm": 1.0 + chance.random(),
                "seconds": 0.4 * step,
                "tokens_per_second": 3100.0,
            }
        )
        if step % max(steps // 6, 1) == 0:
            dev = floor + 0.12 + 2.1 * math.exp(-3 * step / steps) + 0.05 * epoch
            rows.append({"step": step, "epoch": epoch, "dev_loss": dev, "seconds": 0.4 * step})
    return rows


def training(steps: int = 120) -> dict[str, Any]:
    return {
        "supervise": "response",
        "history": history(steps),
        "epochs": [
            {
                "epoch": epoch,
                "train_loss": 2.9 - 0.4 * epoch,
                "dev_loss": 2.7 - 0.25 * epoch,
                "learning_rate": 2e-4 / epoch,
                "seconds": 16.4,
            }
            for epoch in (1, 2, 3)
        ],
        "decoded_example": [
            {"text": "<s>### Instruction:\nSummarise the dialogue.\n\n", "supervised": False},
            {
                "text": "Ana: Shall we meet?\nBen: On Friday.\n\n### Response:\n",
                "supervised": False,
            },
            {"text": "Ana and Ben meet on Friday.</s>", "supervised": True},
        ],
        "truncated": 3,
        "examples": 400,
    }


def bumps(centre: int, spread: int, seed: int) -> dict[str, list[float]]:
    chance = random.Random(seed)
    edges = [float(10 * index) for index in range(31)]
    values = [chance.gauss(centre, spread) for _ in range(500)]
    counts = [sum(low <= value < low + 10 for value in values) for low in edges[:-1]]
    return {"edges": edges, "counts": [float(count) for count in counts]}


def make_report(
    kinds: dict[str, str] | None = None,
    metrics: dict[str, dict[str, Any]] | None = None,
    steps: int = 120,
) -> dict[str, Any]:
    """A whole report; `kinds` maps approach names to prompt, tuned or weights."""
    kinds = kinds or {
        "zero-shot": "prompt",
        "few-shot": "prompt",
        "lora": "tuned",
        "lora-few-shot": "weights",
    }
    metrics = METRICS if metrics is None else metrics
    names, baseline, first = list(kinds), next(iter(kinds)), next(iter(metrics))
    approaches: dict[str, Any] = {}
    for place, (name, kind) in enumerate(kinds.items()):
        found = {}
        for metric, about in metrics.items():
            top = about["high"] if about["high"] is not None else 60.0
            value = (0.21 + 0.037 * place) * top
            found[metric] = {"value": value, "low": 0.93 * value, "high": 1.08 * value, "n": 500}
        tuned = kind == "tuned"
        approaches[name] = {
            "kind": kind,
            "summary": SUMMARY[kind],
            "weights": "base" if kind == "prompt" else "lora",
            "seeds": [13],
            "metrics": found,
            "cost": {
                "tune_seconds": 200.4 if tuned else None,
                "predict_seconds": 48.0 + 7.5 * place,
                "peak_memory_mb": 812.0 + 155.0 * place,
                "trainable_parameters": 1_179_648 if tuned else 0,
                "bytes_on_disk": 4_741_112 if tuned else None,
                "prompt_tokens": 176.4 * (1 + 3 * (name == "few-shot")),
                "answer_tokens": 43.0,
            },
            "training": training(steps) if tuned else None,
            "rendered": "<s>### Instruction:\nSummarise the dialogue.\n\nAna: Shall we meet?\n"
            "Ben: On Friday, if the hall is free.\n\n### Response:\n",
            "truncated_prompts": 4 if name == "few-shot" else 0,
            "notes": ["The base model has random weights: it proves flow, not quality."],
        }
    comparisons = []
    for name in names[1:]:
        for metric, about in metrics.items():
            change = approaches[name]["metrics"][metric]["value"]
            change -= approaches[baseline]["metrics"][metric]["value"]
            better = None if name == "few-shot" else about["better"] == "higher"
            comparisons.append(
                {
                    "approach": name,
                    "baseline": baseline,
                    "metric": metric,
                    "difference": change,
                    "low": change * (-0.2 if better is None else 0.6),
                    "high": change * 1.4,
                    "p": 0.18 if better is None else 0.0002,
                    "n": 500,
                    "units": "examples",
                    "better": better,
                }
            )
    return {
        "format": 1,
        "created": "2026-11-21T02:00:00+00:00",
        "study": {
            "name": "dialogue-summaries",
            "description": "Can a small model summarise an everyday dialogue better by seeing "
            "examples, or by being tuned on four hundred of them?",
            "seed": 13,
            "seeds": 1,
            "base": "random-llama",
            "task": "generate",
            "language": "en",
            "precision": "fp32",
            "device": "cpu",
            "markup": "plain",
            "prompt": "Summarise the dialogue.\n\n{dialogue}",
            "system": None,
            "generation": {"max_tokens": 64, "temperature": 0.0, "top_p": 1.0, "batch_size": 32},
            "yaml": "name: dialogue-summaries\nmodel: {base: random-llama}\napproaches:\n"
            + "".join(f"  {name}: {{}}\n" for name in names),
        },
        "verdict": f"{names[-1]} won: its {metrics[first]['title']} is 0.111 above {baseline}, and "
        "the interval of that difference leaves zero out. It took 3 min 20 s of tuning.",
        "winner": names[-1] if len(names) > 1 else None,
        "baseline": baseline,
        "metric": first,
        "metrics": metrics,
        "approaches": approaches,
        "comparisons": comparisons,
        "findings": [
            {
                "kind": "overfitting",
                "level": "warning",
                "what": "lora began to learn its training rows by heart",
                "evidence": "Validation loss was lowest at step 80 (1.94) and 1.98 at the end, "
                "while training loss went on falling.",
                "sure": "Likely: four evaluations in a row point the same way.",
                "advice": "Stop after two epochs, or add examples.",
                "approach": names[-1],
            },
            {
                "kind": "random-base",
                "level": "note",
                "what": "The base model has random weights",
                "evidence": "random-llama is made on the spot and has read nothing.",
                "sure": "Certain.",
                "advice": "Read this report for its flow, and name a trained model for quality.",
                "approach": None,
            },
            {
                "kind": "truncation",
                "level": "error",
                "what": "Four prompts lost their beginning",
                "evidence": "4 of 500 prompts were longer than the 1,024 tokens of the context.",
                "sure": "Certain: counted.",
                "advice": "Give fewer shots, or leave out dialogues beyond 900 tokens.",
                "approach": names[0],
            },
        ],
        "data": {
            "sources": {
                "dialogsum": {
                    "kind": "jsonl",
                    "files": [
                        {"path": "dialogsum.train.jsonl", "bytes": 11_426_870, "sha256": "ab" * 32},
                        {"path": "dialogsum.test.jsonl", "bytes": 1_342_001, "sha256": "0c" * 32},
                    ],
                    "rows": 13_960,
                    "used": 1_000,
                }
            },
            "splits": {
                "train": {"rows": 400, "groups": None},
                "dev": {"rows": 100, "groups": None},
                "test": {"rows": 500, "groups": None},
            },
            "dropped": {"duplicate of a test row": 12, "empty reference": 2},
            "hash": "5e" * 32,
            "notes": ["Splits are as the source publishes them."],
        },
        "lengths": {
            "unit": "tokens",
            "prompt": {name: bumps(170, 40, place) for place, name in enumerate(names)},
            "answer": {name: bumps(40 + 9 * place, 14, place) for place, name in enumerate(names)},
            "reference": bumps(52, 17, 99),
        },
        "base": {"name": "etude-mini", "digest": "5ca1ab1e" * 8},
        "versions": {"etude": "0.1.0", "torch": "2.13.0", "transformers": "5.23.0"},
        "machine": {"cpu": "x86-64, AVX-512", "cores": 2, "memory_gb": 24, "gpu": None},
        "reproduce": "etude run dialogue-summaries.yaml",
    }


def make_answers(report: dict[str, Any], many: int = 60) -> list[dict[str, Any]]:
    """Answers to `many` examples by every approach of `report`."""
    chance = random.Random(7)
    classify = report["study"]["task"] == "classify"
    labels = ["positive", "neutral", "negative"]
    rows = []
    for index in range(many):
        said = {}
        for name in report["approaches"]:
            text = " ".join(chance.choices(WORDS, k=chance.randint(6, 40)))
            scores: dict[str, float | None] = {
                metric: chance.random() * (about["high"] or 60)
                for metric, about in report["metrics"].items()
            }
            answer: dict[str, Any] = {
                "text": text,
                "finish": chance.choice(["stop", "stop", "length"]),
                "prompt_tokens": chance.randint(80, 300),
                "answer_tokens": len(text.split()),
                "scores": scores,
                "label": None,
                "label_scores": None,
            }
            if classify:
                answer["label"] = chance.choice(labels)
                answer["text"] = answer["label"]
                answer["label_scores"] = {label: -chance.random() * 4 for label in labels}
                answer["scores"] = {"accuracy": float(answer["label"] == labels[index % 3])}
            said[name] = answer
        rows.append(
            {
                "id": f"test_{index}",
                "prompt": "Summarise the dialogue.\n\n"
                + "\n".join(
                    f"#Person{turn % 2 + 1}#: {' '.join(chance.choices(WORDS, k=12))}"
                    for turn in range(chance.randint(4, 14))
                ),
                "references": [labels[index % 3]]
                if classify
                else [" ".join(chance.choices(WORDS, k=18)) for _ in range(3)],
                "answers": said,
            }
        )
    return rows
