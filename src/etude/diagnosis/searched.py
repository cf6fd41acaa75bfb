"""Retrieval: the documents that were searched, their language and how they are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from etude.approaches.retrieved import last_turn
from etude.config.languages import two_letters
from etude.data.languages import SEVERAL, UNCLEAR, language_of, name_of
from etude.diagnosis.evidence import Check, Evidence, listed, plural
from etude.records import Finding

FEW = 10  # chunks, or questions, of which a language can be told, below which nothing is said
MOST = 0.6  # share of the chunks, or of the questions, that must be told to be in one language
STRANGE = 0.1  # share of the questions whose gold passage nothing is known of, for a warning


def index_language(evidence: Evidence) -> Iterator[Finding]:
    """Documents in another language than the index cuts words by, or than the questions."""
    if not evidence.retrieval:
        return  # telling languages takes longer than all other findings together
    asked = questions_in(evidence)
    for approach, about in evidence.retrieval.items():
        if approach not in evidence.answers:
            continue
        told = commonest(about["languages"])
        if told is None:
            continue
        language, count, total = told
        analysed = two_letters(str(about["index"].get("language") or about["language"]))
        words = about["settings"]["search"]["name"] != "dense"
        where = f"{count} of {plural(total, 'chunk')} that were found are in {name_of(language)}"
        if words and analysed != language and analysed != SEVERAL:
            yield Finding(
                kind="index-language",
                level="warning",
                what=f"{approach}: the index cuts words as {name_of(analysed)}, but the "
                f"documents are in {name_of(language)}.",
                evidence=f"{where}; stems and stop words are those of {name_of(analysed)}.",
                sure="likely",
                advice=f"Set retrieve.search.language: {language} (or data.language, which it is "
                "taken from).",
                approach=approach,
            )
        elif words and analysed == SEVERAL:
            yield Finding(
                kind="index-language",
                level="note",
                what=f"{approach}: the index compares words as they stand, since the study is in "
                f"several languages, but the documents are in {name_of(language)}.",
                evidence=f"{where}; no stems, no stop words.",
                sure="likely",
                advice=f"Set retrieve.search.language: {language}.",
                approach=approach,
            )
        elif words and asked is not None and asked != language:
            yield Finding(
                kind="index-language",
                level="warning",
                what=f"{approach}: questions in {name_of(asked)} are searched for by words in "
                f"documents in {name_of(language)}.",
                evidence=f"{where}.",
                sure="likely",
                advice="Words of two languages do not meet: use search: dense with an encoder of "
                "several languages, or documents in the questions' language.",
                approach=approach,
            )


def commonest(counts: Any) -> tuple[str, int, int] | None:
    """The language that most texts are in, how many are, and of how many it can be told."""
    told: Counter[str] = Counter()
    for code, count in counts.items():
        if code != UNCLEAR:
            told[two_letters(code)] += count
    total = sum(told.values())
    if total < FEW:
        return None
    language = max(told, key=lambda code: told[code])
    return (language, told[language], total) if told[language] >= MOST * total else None


def questions_in(evidence: Evidence) -> str | None:
    """The language that most questions are in, where it can be told."""
    found = Counter(language_of(last_turn(example)) for example in evidence.examples[:200])
    told = commonest(found)
    return told[0] if told is not None else None


def unknown_gold(evidence: Evidence) -> Iterator[Finding]:
    """Gold passages of no document that was searched: names that do not match."""
    for approach, about in evidence.retrieval.items():
        gold = about.get("gold")
        if approach not in evidence.answers or not gold or not gold["unknown"]:
            continue
        count, total = len(gold["unknown"]), gold["of"]
        yield Finding(
            kind="gold-unknown",
            level="warning" if count >= STRANGE * total else "note",
            what=f"{approach}: the gold passages of {count} of {total} test questions are of no "
            "document that was searched.",
            evidence=f"First of them {gold['unknown'][0]}: '{gold['first']}'. Documents are named "
            f"{listed(map(repr, gold['documents']))}.",
            sure="certain",
            advice="Write documents in the questions' column of passages as they are named here (a "
            "file by its path in the folder), or search the documents that they are of. Until then "
            "the retriever's scores count them as missed.",
            approach=approach,
        )


INDEX_LANGUAGE = Check(
    index_language,
    fires="Words are searched for, and most chunks found are in another language than the index "
    "cuts words by, or than most questions are in. A note where the study is in several languages "
    "(`mul`) and the documents are in one.",
    why="Stems and stop words of the wrong language cost recall without a word (on FaQuAD an "
    "English analyser finds .953 where a Portuguese one finds .967), and words of two languages "
    f"hardly meet. From {FEW} chunks on of which it can be told, {MOST:.0%} of them in one.",
    advice="Set `retrieve.search.language`, or search by vectors of several languages.",
)
UNKNOWN_GOLD = Check(
    unknown_gold,
    fires="Gold passages of the test are of no document that was searched: a note, and from "
    f"{STRANGE:.0%} of the questions that have some on a warning.",
    why="Such a passage cannot be found, whatever the retriever does; it counts as missed all the "
    "same. Mostly the questions name documents in another way than the documents are named.",
    advice="Name documents alike: [how they are named](passages.md#documents).",
)
