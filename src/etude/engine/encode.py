"""From an example to the tokens of its prompt, cut fairly where the context window is too small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etude.config.study import Prompt
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.prompts import answer_text, compose, render
from etude.records import Example, Message


@dataclass(frozen=True, slots=True)
class Context:
    """What an approach puts before the model: task prompt, system prompt, worked examples."""

    prompt: Prompt
    system: str | None
    shots: Callable[[Example], Sequence[Example]]

    def messages(self, example: Example, shots: int | None = None) -> tuple[Message, ...]:
        """The turns before the answer, with the last `shots` worked examples (None: all)."""
        chosen = self.shots(example)
        kept = chosen[len(chosen) - shots :] if shots is not None else chosen
        return compose(example, prompt=self.prompt, system=self.system, shots=kept)


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """A prompt as the model gets it, and how much of it had to go.

    `truncated_tokens` counts the tokens that are missing: those of worked examples that did not
    fit and the `cut_tokens` that were cut out of the middle (`text` still holds these).
    """

    ids: tuple[int, ...]
    text: str
    messages: tuple[Message, ...]
    truncated_tokens: int
    cut_tokens: int = 0


def encode_prompt(
    speaker: Speaker, example: Example, context: Context, room: int | None
) -> EncodedPrompt:
    """Write and tokenise the prompt of an example within `room` tokens (None: no limit).

    Worked examples are left out first, the farthest from the question before the others; if the
    question alone is still too long, its middle is cut: the instruction usually stands at the
    beginning and the generation prompt always at the end. Raises `UserError` without any room.
    """
    if room is not None and room < 1:
        raise UserError(
            f"generation.max_tokens leaves {room} tokens of the model's {speaker.context} for the "
            "prompt, which needs one at least: lower it."
        )
    messages = context.messages(example)
    text, ids = encode(speaker, messages)
    whole = len(ids)
    shots = len(context.shots(example))
    while room is not None and len(ids) > room and shots:
        shots -= 1
        messages = context.messages(example, shots)
        text, ids = encode(speaker, messages)
    cut = 0 if room is None else max(0, len(ids) - room)
    if cut:
        head = (len(ids) - cut) // 2
        ids = [*ids[:head], *ids[head + cut :]]
    return EncodedPrompt(tuple(ids), text, messages, whole - len(ids), cut)


def encode(speaker: Speaker, messages: Sequence[Message]) -> tuple[str, list[int]]:
    """Rendered turns and their token ids, ready for the model to answer.

    The markup writes the special tokens itself, so the tokenizer adds none; an encoder-decoder's
    tokenizer does (its `</s>` closes the encoder's input).
    """
    text = render(speaker.markup, messages, add_generation_prompt=True)
    return text, tokens(speaker, text)


def tokens(speaker: Speaker, text: str) -> list[int]:
    """Token ids of a rendered prompt."""
    adds = speaker.encoder_decoder or speaker.encoder_only
    encoding = speaker.tokenizer(text, add_special_tokens=adds, verbose=False)
    return list(encoding.input_ids)


def encode_answer(speaker: Speaker, prompt: EncodedPrompt, answer: str) -> list[int]:
    """Token ids of an answer as it follows a prompt, closed by an end token.

    A decoder reads prompt and answer as one text: where the tokens of the whole begin with the
    prompt's own, the rest is the answer (so that no spurious space token comes between them);
    otherwise the answer is tokenised as after a line break, because in use the prompt's tokens
    are given.
    An encoder-decoder's answer is written as its tokenizer writes targets (BART's begin with
    `<s>`).
    """
    tokenizer = speaker.tokenizer
    if speaker.encoder_decoder:
        ids: list[int] = tokenizer(text_target=answer, verbose=False).input_ids
    else:
        written = answer_text(speaker.markup, prompt.messages, answer)
        ids = following(speaker, prompt.text, written)
    if not ids or ids[-1] not in speaker.stop_ids:
        ids = [*ids, speaker.end_id]
    return ids


def following(speaker: Speaker, before: str, text: str) -> list[int]:
    """Token ids of a text as it follows another, without a space that no one wrote.

    Tokenizers of SentencePiece's kind put a space before a text that stands alone.
    """
    for context in (before, "\n"):
        given, both = tokens(speaker, context), tokens(speaker, context + text)
        if both[: len(given)] == given:
            return both[len(given) :]
    return tokens(speaker, text)
