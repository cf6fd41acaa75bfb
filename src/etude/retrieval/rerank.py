"""A cross-encoder: question and chunk are read together, which is slow, and told how they fit.

Nogueira and Cho, Passage Re-ranking with BERT (2019), arXiv:1901.04085.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etude.config.retrieving import Rerank
from etude.engine.base import find_base
from etude.engine.load import UNLIMITED, choose_device, context_of
from etude.errors import UserError

Pairs = Sequence[tuple[str, str]]
Scores = Callable[[Pairs], list[float]]
WHERE = "retrieve.rerank.base"


def load_reranker(settings: Rerank, device: str = "auto") -> Scores:
    """A function from pairs of question and text to scores: logits, higher is nearer.

    A model with one output gives it; one with two (no, yes) gives the second less the first.

    Raises:
        UserError: where the model is not there or is none that classifies.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    try:
        base = find_base(settings.base, settings.revision)
    except UserError as error:
        raise UserError(str(error).replace("model.base", WHERE, 1)) from None
    place = choose_device(device)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        classifies = [name for name in config.architectures or () if "Classification" in name]
        if not classifies:
            raise UserError(
                f"{WHERE} {base.name} is no cross-encoder (its config.json names "
                f"{', '.join(config.architectures or ()) or 'no architecture'}): name a model for "
                "sequence classification."
            )
        if config.num_labels > 2:
            raise UserError(
                f"{WHERE} {base.name} tells {config.num_labels} classes apart, so it gives no "
                "order: name a model with one or two."
            )
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
        model = AutoModelForSequenceClassification.from_pretrained(
            base.folder, local_files_only=True, use_safetensors=True, dtype="float32"
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise UserError(f"{WHERE} {base.name}: {str(error).splitlines()[0]}.") from None
    model = model.to(place).eval()
    limit = min(context_of(config, tokenizer) or 512, UNLIMITED)
    limit -= 2 if config.model_type in ("roberta", "xlm-roberta", "camembert") else 0  # pad offset

    def scores(pairs: Pairs) -> list[float]:
        found = [0.0] * len(pairs)
        # Texts of like length share a batch: nothing is padded much.
        order = sorted(range(len(pairs)), key=lambda row: (-sum(map(len, pairs[row])), row))
        for start in range(0, len(order), settings.batch_size):
            rows = order[start : start + settings.batch_size]
            inputs = tokenizer(
                [pairs[row][0] for row in rows],
                [pairs[row][1] for row in rows],
                truncation="longest_first",
                max_length=limit,
                padding=True,
                return_tensors="pt",
            ).to(place)
            with torch.inference_mode():
                logits = model(**inputs).logits.float()
            values = logits[:, -1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]
            for row, value in zip(rows, values.tolist(), strict=True):
                found[row] = value
        return found

    return scores
