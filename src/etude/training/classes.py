"""Training examples for a classification head: prompts, and the number of the right class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from etude.engine.batch import Encoded
from etude.engine.context import Context
from etude.engine.encode import encode_pairs
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.records import Example
from etude.training.material import Gathering, Material


def encode_classes(
    speaker: Speaker,
    examples: Iterable[Example],
    context: Context,
    labels: Sequence[str],
    limit: int | None,
) -> Material:
    """Encode prompts within `limit` tokens each, with the place of their label among `labels`."""
    numbers = {label: number for number, label in enumerate(labels)}
    gathered, truncated = Gathering(), []
    for example, prompt in encode_pairs(speaker, examples, context, limit):
        if prompt.truncated_tokens:
            truncated.append(example.id)
        if example.label not in numbers:
            raise UserError(
                f"Example {example.id} has the label {example.label!r}, which is none of the "
                f"classes of the head ({', '.join(labels)}): correct data.labels."
            )
        gathered.add(Encoded(prompt.ids, (), label=numbers[example.label]))
    return Material(gathered.rows(), len(truncated), 0, tuple(truncated))
