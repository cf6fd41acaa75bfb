"""Answers of a classification head: the probability of every class, nothing written."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from etude.engine.batch import Encoded, collate
from etude.engine.classifier import class_logits
from etude.engine.generate import Asked
from etude.engine.load import Loaded
from etude.records import Prediction


@torch.inference_mode()
def classify_batch(
    loaded: Loaded, asked: Sequence[Asked], *, approach: str, seed: int
) -> list[Prediction]:
    """Name the likeliest class for each prompt.

    `label_scores` are natural-log probabilities, computed in fp32. A head writes nothing, so
    there is no likelihood of a reference, and no token of an answer.
    """
    started = time.perf_counter()
    rows = [Encoded(item.prompt.ids, (), label=0) for item in asked]  # the label is not looked at
    batch = collate(rows, pad_id=loaded.speaker.pad_id, decoder_start_id=None, device=loaded.device)
    del batch["classes"]
    logits = class_logits(loaded.model, batch)
    scores = torch.log_softmax(logits.float(), dim=-1).tolist()
    share = (time.perf_counter() - started) / len(asked)
    assert loaded.labels is not None  # noqa: S101 - only models with a head come here
    predictions = []
    for item, row in zip(asked, scores, strict=True):
        by_label = dict(zip(loaded.labels, row, strict=True))
        best = max(by_label, key=lambda label: by_label[label])
        predictions.append(
            Prediction(
                example_id=item.example.id,
                approach=approach,
                seed=seed,
                text=best,
                label=best,
                label_scores=by_label,
                prompt_tokens=len(item.prompt.ids),
                answer_tokens=0,
                finish="stop",
                truncated_tokens=item.prompt.truncated_tokens,
                seconds=share,
                passages=item.prompt.passages,
            )
        )
    return predictions
