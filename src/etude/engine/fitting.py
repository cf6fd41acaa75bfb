"""What gives way where a prompt does not fit the context window, and in which order.

1. The passages beside worked examples, all together: they are a courtesy, and are not counted.
2. The passages of the question, from the farthest down up, until the first one is left; the last
   that is shown is cut at the end of a sentence. No passage takes more than half of the room
   while others wait, so that a long one is cut and not all others dropped.
3. Worked examples, the farthest from the question first, until the first passage stands whole; one
   that is longer than half of the room is cut instead.
4. The first passage: to its first sentence, to the words that fit, and away.
5. The middle of the question: the instruction usually stands at its beginning and the generation
   prompt always at its end.

The question is never touched while a passage or a worked example stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from etude.engine.context import Context, EncodedPrompt, tokens, tokens_of, written
from etude.engine.load import Speaker
from etude.prompts.passages import Passages, numbered, pieces_of, words_of
from etude.records import Chunk, Example

MOST_TRIES = 16  # times that an estimate of a prompt's tokens is corrected


@dataclass(frozen=True, slots=True)
class Piecewise:
    """A passage in pieces (sentences, or words) that can go one by one from its end.

    `costs` are their tokens, about; `head` those of its number and title.
    """

    chunk: Chunk
    head: int
    pieces: Sequence[str]
    costs: Sequence[int]

    @property
    def whole(self) -> int:
        return self.head + sum(self.costs)

    def within(self, room: int) -> int:
        """How many pieces fit, from the first one on."""
        left, count = room - self.head, 0
        for cost in self.costs:
            left -= cost
            if left < 0:
                break
            count += 1
        return count


def fitted(
    speaker: Speaker, example: Example, context: Context, whole: EncodedPrompt, room: int | None
) -> EncodedPrompt:
    """A prompt that was encoded whole, within `room` tokens."""
    if room is None or len(whole.ids) <= room:
        return whole
    shots = len(context.shots(example))
    if context.passages is not None and shots:
        whole = encoded(speaker, example, context, shots, None)
        if len(whole.ids) <= room:
            return whole
    if context.passages is not None and context.passages.candidates(example):
        found = with_passages(speaker, example, context, shots, room, len(whole.ids))
        if found is not None:
            return counted(found, whole)
    bare: Sequence[tuple[Chunk, int | None]] = ()
    found = whole
    for kept in range(shots if context.passages is not None else shots - 1, -1, -1):
        found = encoded(speaker, example, context, kept, bare)
        if len(found.ids) <= room:
            return counted(found, whole)
    cut = max(0, len(found.ids) - room)
    head = (len(found.ids) - cut) // 2
    ids = (*found.ids[:head], *found.ids[head + cut :])
    return counted(replace(found, ids=ids, cut_tokens=cut), whole)


def counted(prompt: EncodedPrompt, whole: EncodedPrompt) -> EncodedPrompt:
    """A prompt with the number of tokens that are missing."""
    missing = max(0, len(whole.ids) - len(prompt.ids))
    return replace(prompt, truncated_tokens=missing)


def encoded(
    speaker: Speaker,
    example: Example,
    context: Context,
    shots: int,
    shown: Sequence[tuple[Chunk, int | None]] | None,
) -> EncodedPrompt:
    """A prompt with so many worked examples, without passages beside them.

    `shown` are the question's passages and how many characters of each (None: all); None for all
    passages.
    """
    texts = lengths = None
    if shown is not None:
        texts = [(chunk.title, chunk.text[:end].rstrip()) for chunk, end in shown]
        lengths = [end for _, end in shown]
    messages = context.messages(example, shots, texts, beside_shots=False)
    text = written(speaker, messages)
    ids = tuple(tokens(speaker, text))
    return EncodedPrompt(ids, text, messages, 0, passages=context.record(example, lengths))


def with_passages(
    speaker: Speaker, example: Example, context: Context, shots: int, room: int, whole: int
) -> EncodedPrompt | None:
    """The prompt with as many passages as fit, and as many worked examples as fit beside the first.

    None where not even a word of a passage fits beside the question. `whole` are the tokens of the
    prompt that does not fit.
    """
    passages = context.passages
    assert passages is not None  # noqa: S101 - callers ask of contexts with passages
    every = [
        in_pieces(speaker, passages, number, chunk)
        for number, chunk in enumerate(passages.candidates(example), 1)
    ]
    long = every[0].whole > room // 2
    about, exactly = sum(item.whole for item in every), 0
    for kept in range(shots, -1, -1):
        bare = len(encoded(speaker, example, context, kept, ()).ids)
        exactly = exactly or max(1, whole - bare)
        budget = ceil((room - bare) * about / exactly)
        found = fill(speaker, example, context, kept, every, room, budget)
        if found is not None and (not kept or long or found.passages[0].characters is None):
            return found
    return fill(speaker, example, context, 0, [in_words(speaker, every[0])], room, room - bare)


def fill(
    speaker: Speaker,
    example: Example,
    context: Context,
    shots: int,
    every: Sequence[Piecewise],
    room: int,
    budget: int,
) -> EncodedPrompt | None:
    """The prompt with as much of the passages as fits; None where nothing of the first one does.

    Tokens of pieces do not quite add up to those of a text, so `budget` is about what there is for
    passages, and is corrected.
    """
    for _ in range(MOST_TRIES):
        shown = divided(every, budget)
        if not shown:
            return None
        found = encoded(speaker, example, context, shots, shown)
        if (over := len(found.ids) - room) <= 0:
            return found
        budget -= over
    return None


def divided(every: Sequence[Piecewise], budget: int) -> list[tuple[Chunk, int | None]]:
    """Which passages are shown within so many tokens, and how many characters (None: all)."""
    if sum(item.whole for item in every) <= budget:
        return [(item.chunk, None) for item in every]
    shown: list[tuple[Chunk, int | None]] = []
    left, half = budget, budget // 2
    for place, item in enumerate(every):
        others_wait = place + 1 < len(every)
        count = item.within(left)
        if others_wait and item.whole > half:
            count = min(count, max(1, item.within(half)))
        if not count:
            break
        if count == len(item.pieces):
            shown.append((item.chunk, None))
        else:
            shown.append((item.chunk, len("".join(item.pieces[:count]).rstrip())))
        left -= item.head + sum(item.costs[:count])
    return shown


def in_pieces(speaker: Speaker, passages: Passages, number: int, chunk: Chunk) -> Piecewise:
    """A passage in sentences and lines."""
    pieces = pieces_of(chunk.text)
    costs = passages.costs.get(chunk.id)
    if costs is None:
        head = numbered(1, (chunk.title, "")) + "\n\n"
        costs = passages.costs[chunk.id] = counts(speaker, [head, *pieces])
    return Piecewise(chunk, costs[0], pieces, costs[1:])


def in_words(speaker: Speaker, item: Piecewise) -> Piecewise:
    """The same in words, where its first sentence is too long."""
    pieces = words_of(item.pieces[0])
    return Piecewise(item.chunk, item.head, pieces, counts(speaker, pieces))


def counts(speaker: Speaker, texts: Sequence[str]) -> list[int]:
    """Tokens of texts, each by itself."""
    return [len(ids) for ids in tokens_of(speaker, list(texts))]
