"""Passages in a prompt: numbered, with their titles, and what is asked of an answer beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from etude.config.languages import two_letters
from etude.errors import UserError
from etude.prompts.templates import fill
from etude.records import Chunk, Example, Hit, Message, Passage

# What is asked beside the passages, by the language of the answers. Part of an approach's key.
CITE = {
    "en": "Cite the passages that the answer rests on by their numbers, as [1].",
    "pt": "Cite pelos números os textos em que a resposta se apoia, como [1].",
    "es": "Cita por sus números los textos en los que se apoya la respuesta, como [1].",
    "de": "Nenne die Textstellen, auf denen die Antwort beruht, mit ihren Nummern, so: [1].",
    "fr": "Cite par leurs numéros les textes sur lesquels repose la réponse, comme [1].",
}
ABSTAIN = {
    "en": "If the passages do not hold the answer, write: {silence}",
    "pt": "Se os textos não contiverem a resposta, escreva: {silence}",
    "es": "Si los textos no contienen la respuesta, escribe: {silence}",
    "de": "Wenn die Antwort nicht in den Texten steht, schreibe: {silence}",
    "fr": "Si les textes ne contiennent pas la réponse, écris : {silence}",
}
SILENCE = {
    "en": "The passages do not say.",
    "pt": "Os textos não dizem.",
    "es": "Los textos no lo dicen.",
    "de": "Die Texte sagen es nicht.",
    "fr": "Les textes ne le disent pas.",
}
SAYS_SO = {  # what is taken for silence: the same of one passage, and by another word
    "en": (SILENCE["en"], "The passage does not say."),
    "pt": (SILENCE["pt"], "O texto não diz.", "Os trechos não dizem.", "O trecho não diz."),
    "es": (SILENCE["es"], "El texto no lo dice."),
    "de": (SILENCE["de"], "Der Text sagt es nicht."),
    "fr": (SILENCE["fr"], "Le texte ne le dit pas."),
}

# Where a text may be cut: after a sentence with what closes it, and after a line.
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|\n+|(?<=[。！？।])")

Shown = Sequence[tuple[Chunk, int | None]]
"""Passages in the order of a prompt, and how many characters of each stand there (None: all)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A right answer as a prompt asks for it; `kind` says what it is made of, where that counts."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Passages:
    """What an approach puts of retrieved chunks before a question.

    `found` gives all that is recorded for an example, the nearest first; the first `count` of it
    are for the prompt. `template` holds `{passages}` and `{question}`, `cites` and `abstains` are
    the sentences that ask for citations and for silence ("" where they are not asked for);
    `answer` then says what is right to answer beside passages (None: the reference).
    `costs` keep the tokens of pieces of texts, by chunk, for as long as prompts are being made.
    """

    found: Callable[[Example], Sequence[Hit]]
    count: int
    template: str
    cites: str = ""
    abstains: str = ""
    answer: Callable[[Example, Shown], Answer] | None = None
    costs: dict[str, list[int]] = field(default_factory=dict, compare=False, repr=False)

    def candidates(self, example: Example) -> list[Chunk]:
        """The chunks for a prompt, the nearest first."""
        return [hit.chunk for hit in self.found(example)[: self.count]]

    def standing(self, example: Example, recorded: Sequence[Passage]) -> Shown:
        """The passages that stand in a prompt for an example, by what is recorded of it."""
        return [
            (hit.chunk, passage.characters)
            for hit, passage in zip(self.found(example), recorded, strict=True)
            if passage.shown
        ]

    def right(self, example: Example, shown: Shown) -> Answer:
        """What is right to answer beside these passages."""
        if self.answer is None:
            return Answer(example.references[0])
        return self.answer(example, shown)

    def put(
        self, turns: Sequence[Message], shown: Sequence[tuple[str, str]]
    ) -> tuple[Message, ...]:
        """Turns whose last question stands in the template; `shown` are titles and texts.

        Without a passage, the question stands alone, with what asks for silence.
        """
        asks = [ask for ask in (self.cites if shown else "", self.abstains) if ask]
        users = [place for place, turn in enumerate(turns) if turn.role == "user"]
        if not users:
            raise UserError("retrieve: an example has no user turn for passages to stand before.")
        last = users[-1]
        body = "\n\n".join([*map(numbered, range(1, len(shown) + 1), shown), *asks])
        columns = {"passages": body, "question": turns[last].content}
        text = fill(self.template, columns, "retrieve.template").strip() if body else None
        written = turns[last].content if text is None else text
        return (*turns[:last], Message("user", written), *turns[last + 1 :])

    def record(self, example: Example, shown: Sequence[int | None]) -> tuple[Passage, ...]:
        """All that is recorded, and what of it stood in the prompt.

        `shown` holds for each passage shown how many characters of it stood there, None for all.
        """
        return tuple(
            Passage(hit.chunk.id, hit.score, True, shown[place])
            if place < len(shown)
            else Passage(hit.chunk.id, hit.score, False)
            for place, hit in enumerate(self.found(example))
        )


def numbered(number: int, passage: tuple[str, str]) -> str:
    """A passage as it stands in a prompt."""
    title, text = passage
    return f"[{number}] {title}\n{text}" if title.strip() else f"[{number}] {text}"


def asked(language: str, *, cite: bool, abstain: bool) -> tuple[str, str]:
    """The sentences that ask for citations and for silence, "" where they are not asked for."""
    code = spoken(language)
    silent = ABSTAIN[code].format(silence=SILENCE[code])
    return CITE[code] if cite else "", silent if abstain else ""


def spoken(language: str) -> str:
    """The language that these sentences are in: the answers' own, or English."""
    code = two_letters(language)
    return code if code in CITE else "en"


def is_spoken(language: str) -> bool:
    """Whether these sentences are there in a language."""
    return two_letters(language) in CITE


def pieces_of(text: str) -> list[str]:
    """A text as sentences and lines with the white space after them; together they are it."""
    ends = [match.end() for match in _SENTENCE.finditer(text) if match.end()]
    places = [0, *ends, len(text)]
    return [text[start:end] for start, end in pairwise(places) if end > start]


def words_of(text: str) -> list[str]:
    """A text as words with the white space after them; together they are it."""
    return re.findall(r"\s*\S+\s*", text)
