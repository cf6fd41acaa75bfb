"""Token rows as tensors: padded, masked, supervised where an answer stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

IGNORED = -100  # the label of a position that is not supervised, as everywhere in this field


@dataclass(frozen=True, slots=True)
class Encoded:
    """A prompt and its answer as token ids.

    The answer is supervised. `earlier` marks tokens of the prompt that are supervised as well
    (earlier assistant turns, or everything); empty where none is. With a `label`, the row is for
    a classification head: the label's number is what is learnt, and there is no answer.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    earlier: tuple[bool, ...] = ()
    label: int | None = None

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)

    @property
    def supervised(self) -> int:
        """Number of supervised tokens (the first token of a row has nothing before it).

        A label counts as one.
        """
        if self.label is not None:
            return 1
        return sum(self.earlier[1:]) + len(self.answer)


def collate(
    rows: Sequence[Encoded], *, pad_id: int, decoder_start_id: int | None, device: torch.device
) -> dict[str, Tensor]:
    """A batch of rows as `head.supervised_logits` wants it.

    With a `decoder_start_id` the rows are for an encoder-decoder: the prompt goes to the encoder,
    the answer to the decoder. Without, they are one sequence. Rows with a label are prompts, with
    the labels' numbers as `classes`.
    """
    if rows[0].label is not None:
        return {
            "input_ids": pad([row.prompt for row in rows], pad_id, device),
            "attention_mask": pad([[1] * len(row.prompt) for row in rows], 0, device),
            "classes": torch.tensor([row.label for row in rows], device=device),
        }
    if decoder_start_id is not None:
        shifted = [(decoder_start_id, *row.answer[:-1]) for row in rows]
        return {
            "input_ids": pad([row.prompt for row in rows], pad_id, device),
            "attention_mask": pad([[1] * len(row.prompt) for row in rows], 0, device),
            "decoder_input_ids": pad(shifted, pad_id, device),
            "labels": pad([row.answer for row in rows], IGNORED, device),
        }
    return {
        "input_ids": pad([(*row.prompt, *row.answer) for row in rows], pad_id, device),
        "attention_mask": pad([[1] * row.length for row in rows], 0, device),
        "labels": pad([labels_of(row) for row in rows], IGNORED, device),
    }


def labels_of(row: Encoded) -> list[int]:
    """Labels of one sequence: its own tokens where supervised, `IGNORED` elsewhere."""
    earlier = row.earlier or (False,) * len(row.prompt)
    before = [
        token if wanted else IGNORED for token, wanted in zip(row.prompt, earlier, strict=True)
    ]
    return [*before, *row.answer]


def pad(rows: Sequence[Sequence[int]], filler: int, device: torch.device) -> Tensor:
    """Rows of unequal length as one tensor (rows, longest), filled up on the right."""
    longest = max(len(row) for row in rows)
    filled = [[*row, *[filler] * (longest - len(row))] for row in rows]
    return torch.tensor(filled, dtype=torch.long, device=device)


def pad_prompts(
    rows: Sequence[Sequence[int]], filler: int, device: torch.device, *, left: bool
) -> dict[str, Tensor]:
    """Prompts for generation, with their mask.

    A decoder goes on where its prompt ends, so its rows are filled up on the left; an encoder
    counts positions from the first token, so its rows are filled up on the right.
    """
    ids, mask = pad(rows, filler, device), pad([[1] * len(row) for row in rows], 0, device)
    if left:
        shift = [ids.shape[1] - len(row) for row in rows]
        ids = torch.stack([row.roll(by) for row, by in zip(ids, shift, strict=True)])
        mask = mask.flip(1)
    return {"input_ids": ids, "attention_mask": mask}
