"""A column of the material, counted while its texts pass: none of them is kept.

Texts come in parts, in the order of the rows, and all of them twice: words count for the common
languages of a column, and which these are is known when every text has been seen. What is kept of a
text is some numbers, 34 bytes in all.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any

from etude.data.languages import SEVERAL, UNCLEAR, language_of, likeliest
from etude.data.lengths import lengths
from etude.data.words import STOP_WORDS, words_of

FREQUENT = 30  # words of a language
RARE = 0.05  # share of a column's texts below which a language has no list of words of its own
REPEATED = 20_000  # distinct texts whose numbers are remembered: rows may share a text
VOCABULARY = 1_000_000  # distinct words of a language that are counted; the rarest make room
NO_TEXT = -1  # in the place of a language

CountTokens = Callable[[list[str]], list[int]]


class Column:
    """What the texts of a column are like, but for their words (`FrequentWords`)."""

    def __init__(self, count_tokens: CountTokens | None = None) -> None:
        self.count_tokens = count_tokens
        self.first: str | None = None
        self.digests = array("Q")
        self.characters, self.words, self.tokens = array("Q"), array("Q"), array("Q")
        self.told = array("h")  # the number of each text's language, or NO_TEXT
        self.codes: list[str] = []
        self.known: dict[int, tuple[int, int, int, int]] = {}

    def add(self, texts: Sequence[str]) -> None:
        """Count the next texts."""
        if self.first is None and texts:
            self.first = texts[0]
        digests = [digest_of(text) for text in texts]
        fresh = {
            digest: text
            for digest, text in zip(digests, texts, strict=True)
            if digest not in self.known
        }
        counted = [0] * len(fresh)
        if self.count_tokens is not None and fresh:
            counted = self.count_tokens(list(fresh.values()))
        about = {
            digest: (len(text), len(words_of(text)), tokens, self._language(text))
            for (digest, text), tokens in zip(fresh.items(), counted, strict=True)
        }
        for digest in digests:
            characters, words, tokens, language = about.get(digest) or self.known[digest]
            self.digests.append(digest)
            self.characters.append(characters)
            self.words.append(words)
            self.tokens.append(tokens)
            self.told.append(language)
        self.known |= islice(about.items(), max(0, REPEATED - len(self.known)))

    def _language(self, text: str) -> int:
        if not text.strip():
            return NO_TEXT
        code = language_of(text)
        if code not in self.codes:
            self.codes.append(code)
        return self.codes.index(code)

    def languages(self) -> Counter[str]:
        """Code or "unclear" -> texts that are not empty, in the order in which they came."""
        return Counter(self.codes[number] for number in self.told if number != NO_TEXT)

    def summary(self, frequent: dict[str, list[list[Any]]]) -> dict[str, Any]:
        """A column as `explore` gives it."""
        languages, distinct = self.languages(), len(set(self.digests))
        units = {"characters": self.characters, "words": self.words}
        if self.count_tokens is not None:
            units["tokens"] = self.tokens
        return {
            "rows": len(self.digests),
            "empty": len(self.digests) - languages.total(),
            "distinct": distinct,
            "always": self.first if distinct == 1 < len(self.digests) else None,
            "languages": dict(languages.most_common()),
            "frequent": frequent,
            **{unit: lengths(numbers) for unit, numbers in units.items()},
        }


class FrequentWords:
    """The commonest words of a column by language, counted as its texts pass for the second time.

    Words count for the language of their text. Where that is unclear or rare in the column, they
    count for the likeliest of the column's common languages; for `default` where there is none.
    """

    def __init__(self, column: Column, default: str) -> None:
        known = column.languages()
        least = RARE * known.total()
        del known[UNCLEAR]
        own = [language for language, count in known.most_common() if count >= least]
        self.column, self.passed = column, 0
        self.counts: dict[str, Counter[str]] = {}
        for language in own or [default]:
            self.counts[language] = Counter()

    def add(self, texts: Sequence[str]) -> None:
        """Count the words of the next texts, those that `Column.add` was given."""
        for number, text in enumerate(texts, start=self.passed):
            if (told := self.column.told[number]) == NO_TEXT:
                continue
            language = self.column.codes[told]
            if language not in self.counts:
                language = likeliest(text, list(self.counts))
            self.counts[language].update(words_of(text))
        self.passed += len(texts)
        for counts in self.counts.values():
            make_room(counts, VOCABULARY)

    def found(self) -> dict[str, list[list[Any]]]:
        """Language -> [word, count], the commonest first, without stop words."""
        for language, counts in self.counts.items():
            for word in stop_words(language):
                counts.pop(word, None)
        return {
            language: [list(pair) for pair in counts.most_common(FREQUENT)]
            for language, counts in self.counts.items()
        }


def make_room(counts: Counter[str], most: int) -> None:
    """Forget the rarest words where there are more than so many, until half of them are left."""
    least = 1
    while len(counts) > (most if least == 1 else most // 2):
        for word in [word for word, count in counts.items() if count <= least]:
            del counts[word]
        least += 1


def stop_words(language: str) -> frozenset[str]:
    """Those of a language, where they are known; all that are known for several languages."""
    known = frozenset[str]().union(*STOP_WORDS.values()) if language == SEVERAL else frozenset()
    return STOP_WORDS.get(language, known)


def digest_of(text: str) -> int:
    """64 bits that tell a text from others."""
    content = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")
