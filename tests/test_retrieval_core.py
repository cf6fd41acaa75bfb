"""Chunks, terms, BM25 and the store in files, against slow and plain references."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.config.retrieving import Chunking, Retrieve
from etude.errors import UserError
from etude.records import Chunk, Document
from etude.retrieval import opening
from etude.retrieval.analysis import STEMMERS, Numbering, analyser, fold, format_of, terms
from etude.retrieval.chunk import chunks_of, cut, indexed
from etude.retrieval.index import open_index
from etude.retrieval.lexical import invert
from etude.retrieval.memory import MemoryStore
from etude.retrieval.opening import open_retriever
from etude.retrieval.stop_words import STOP_WORDS
from retrieval_helper import DOCUMENTS, slow_bm25

PIECES = ["a", "bc ", "\n", "\n\n", ". ", "wordy ", "x" * 55, " \n \n", "。", "? ", "A. ", "é", "»"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)
SIZES = st.integers(40, 150).flatmap(
    lambda size: st.tuples(st.just(size), st.integers(0, size // 2))
)


def count_tokens(text: str) -> int:
    return len(re.findall(r"\w{1,4}|[^\w\s]", text))


# Chunks


@given(TEXTS, SIZES, st.sampled_from(["characters", "tokens"]))
@settings(max_examples=300, deadline=None)
def test_chunks_hold_all_the_text_in_pieces_of_the_size(
    text: str, sizes: tuple[int, int], unit: str
) -> None:
    chosen = Chunking(size=sizes[0], overlap=sizes[1], unit=unit)  # type: ignore[arg-type] # a unit
    chunks = cut(Document("d", "", text), chosen, count_tokens)
    held: set[int] = set()
    last = (-1, -1)
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end] == chunk.text.strip() != ""
        assert (count_tokens(chunk.text) if unit == "tokens" else len(chunk.text)) <= sizes[0]
        assert chunk.start > last[0]
        assert chunk.end > last[1]
        if not sizes[1]:
            assert chunk.start >= last[1]
        last = (chunk.start, chunk.end)
        held.update(range(chunk.start, chunk.end))
    assert all(mark.isspace() or place in held for place, mark in enumerate(text))


def test_chunks_end_with_paragraphs_then_sentences_then_words() -> None:
    first, second = "One two three four. " * 3, "Five six seven. " * 4
    text = f"{first.strip()}\n\n{second.strip()}"
    assert [chunk.text for chunk in cut(Document("d", "", text), Chunking(size=100))] == [
        first.strip(),
        second.strip(),
    ]
    sentences = "Here stands a sentence of Dr. Silva. And here is another one of J. Souza, longer."
    assert [chunk.text for chunk in cut(Document("d", "", sentences), Chunking(size=60))] == [
        "Here stands a sentence of Dr. Silva.",
        "And here is another one of J. Souza, longer.",
    ]
    words = "word " * 30
    assert {len(chunk.text) for chunk in cut(Document("d", "", words), Chunking(size=42))} <= {
        39, 34, 29, 24, 19,
    }  # fmt: skip
    assert [len(part.text) for part in cut(Document("d", "", "x" * 90), Chunking(size=40))] == [
        40, 33, 17,
    ]  # fmt: skip


def test_a_heading_stays_with_what_follows() -> None:
    text = "Early life\n\n" + "She was born in a town by the sea. " * 6
    chunks = cut(Document("d", "", text), Chunking(size=120))
    assert chunks[0].text.startswith("Early life\n\nShe was born")


def test_what_overlaps_begins_with_a_sentence() -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(20))
    chunks = cut(Document("d", "", text), Chunking(size=120, overlap=50))
    for before, after in itertools.pairwise(chunks):
        assert before.start < after.start < before.end
        assert before.end - after.start <= 50
        assert after.text.startswith("This is")


def test_tokens_need_something_that_counts_them() -> None:
    with pytest.raises(UserError, match=re.escape("retrieve.chunk.unit is tokens, but nothing")):
        cut(Document("d", "", "text"), Chunking(unit="tokens"))


def test_the_title_is_indexed_and_no_part_of_the_text() -> None:
    chunk = cut(Document("d", "Title", "Text."), Chunking())[0]
    assert (chunk.id, chunk.text) == ("d:0-5", "Text.")
    assert indexed(chunk, title=True) == "Title\nText."
    assert indexed(chunk, title=False) == "Text."


@pytest.mark.parametrize("overlap", [0, 20])
def test_every_piece_is_found_by_the_title_of_its_document(overlap: int, tmp_path: Path) -> None:
    lines = ["Ela corre para o norte.", "Ali passam barcos.", "As margens são de areia clara."]
    documents = [Document("d", "Rio Lume", " ".join(lines)), Document("e", "Mar", "O sal do mar.")]
    for title in (True, False):
        chunk = {"size": 48, "overlap": overlap, "title": title}
        folder = tmp_path / str(title)
        index = open_index(Retrieve(documents="x", chunk=chunk), folder, language="pt")
        index.add(documents)
        found = index.search(["O que é o Lume?"], 9)[0]
        pieces = cut(documents[0], Chunking(size=48, overlap=overlap))
        assert len(pieces) > 1
        assert sorted(item.chunk.id for item in found) == (
            sorted(piece.id for piece in pieces) if title else []
        )
        assert all("Lume" not in item.chunk.text for item in found)  # the text is as it was
        index.close()


# Terms


def test_terms_of_portuguese() -> None:
    found = terms("A informação não É igual às informações de Évora; 3,5 km d'Água", analyser("pt"))
    assert found == ["inform", "igual", "inform", "evor", "3", "5", "km", "d", "agu"]


def test_terms_of_other_languages() -> None:
    assert terms("The cities were building their houses", analyser("en")) == [
        "citi", "build", "hous",
    ]  # fmt: skip
    assert terms("Las ciudades más grandes", analyser("es")) == ["ciudad", "grand"]
    assert terms("die Straßen der Städte", analyser("de")) == ["die", "strass", "der", "stadt"]
    assert terms("今天ABC好", analyser("zh")) == ["今", "天", "abc", "好"]
    assert terms("Two_words", analyser("mul")) == ["two", "words"]
    assert analyser("pt-br").about == {
        "language": "pt",
        "stemmer": "snowball portuguese",
        "stop_words": len(STOP_WORDS["pt"]),
        "format": 1,
    }


def test_every_stemmer_is_there() -> None:
    import Stemmer

    assert set(STEMMERS.values()) <= set(Stemmer.algorithms())


FORMS = {  # of one word, by language: question and text may have either
    "ar": ("كتاب", "الكتاب"),
    "ca": ("ciutat", "ciutats"),
    "cs": ("žena", "ženy"),
    "da": ("dreng", "drengene"),
    "de": ("Stadt", "Städte"),
    "el": ("σπίτι", "ΣΠΊΤΙΑ"),
    "en": ("city", "cities"),
    "eo": ("domo", "domojn"),
    "es": ("casa", "casas"),
    "et": ("maja", "majad"),
    "eu": ("mendi", "mendiak"),
    "fa": ("کتاب", "کتابها"),
    "fi": ("talo", "talossa"),
    "fr": ("maison", "maisons"),
    "ga": ("fuinneog", "fuinneogach"),
    "hi": ("किताब", "किताबें"),
    "hu": ("ház", "házak"),
    "hy": ("քաղաք", "քաղաքներ"),
    "id": ("buku", "bukunya"),
    "it": ("casa", "case"),
    "lt": ("namas", "namai"),
    "ne": ("घर", "घरहरू"),
    "nl": ("huis", "huizen"),
    "no": ("hus", "husene"),
    "pl": ("książka", "książki"),
    "pt": ("informação", "informações"),
    "ro": ("oraș", "orașe"),
    "ru": ("город", "города"),
    "sr": ("књига", "knjige"),
    "sv": ("bil", "bilar"),
    "ta": ("வீடு", "வீடுகள்"),
    "tr": ("kitap", "kitaplar"),
    "yi": ("קינד", "קינדער"),
}


@pytest.mark.parametrize("code", STEMMERS)
def test_forms_of_a_word_are_one_term_in_every_language_with_a_stemmer(code: str) -> None:
    one, other = FORMS[code]
    found = terms(one, analyser(code))
    assert len(found) == 1
    assert terms(other, analyser(code)) == found
    assert terms(other, analyser("mul")) != terms(one, analyser("mul"))  # nothing else does it


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("bn", "পুস্তক"),
        ("gu", "પુસ્તક"),
        ("kn", "ಪುಸ್ತಕ"),
        ("ml", "പുസ്തകം"),
        ("mr", "पुस्तक"),
        ("pa", "ਕਿਤਾਬ"),
        ("si", "පොත"),
        ("te", "పుస్తకం"),
        ("he", "סֵפֶר"),
        ("uk", "книга"),
        ("vi", "quyển"),
        ("mul", "किताब"),
    ],
)
def test_languages_without_a_stemmer_are_compared_by_whole_words(code: str, word: str) -> None:
    assert terms(f"{word} ({word})", analyser(code)) == [fold(word)] * 2


def test_an_index_by_whole_words_is_another_than_before_signs_were_kept() -> None:
    chosen, told = Retrieve(documents="x"), {}
    for code in ("pt", "hi", "zh", "mul", "mr"):
        keys = []
        for analysis in (format_of(code), 1):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(opening, "format_of", lambda _, value=analysis: value)
                keys.append(opening.index_key(chosen, "content", code, (), None))
        told[code] = keys[0] == keys[1]
    assert told == {"pt": True, "hi": True, "zh": True, "mul": False, "mr": False}


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert terms("cafe\u0301 São", analyser("fr")) == terms("café são", analyser("fr"))
    assert fold("ção") == "cao"
    assert fold("Ⅻ") == "xii"


PARTS = [
    "casa",
    "Casas,",
    "guarda-chuva",
    "d'Água",
    "de",
    " ",
    "\n",
    "3,5",
    "É",
    "(ΟΔΟΣ)",
    "cafe\u0301",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30), st.sampled_from(["pt", "el", "mul", "zh"]))
def test_pieces_between_spaces_give_the_terms_of_the_text(parts: list[str], code: str) -> None:
    numbering = Numbering(analyser(code))
    text = " ".join(parts)
    arrays = invert([text, text], numbering)
    expected = Counter(terms(text, numbering.analyse))
    assert arrays["lengths"].tolist() == [expected.total()] * 2
    held = bytes(arrays["term_bytes"])
    ends = [0, *arrays["term_ends"].tolist()]
    names = [held[start:end].decode() for start, end in itertools.pairwise(ends)]
    assert dict(zip(names, arrays["posting_counts"][::2].tolist(), strict=True)) == expected


# BM25 and the store


def store_of(folder: Path, **values: float) -> MemoryStore:
    return MemoryStore(folder, analyser("pt"), **values)


def make_chunk(number: int, text: str) -> Chunk:
    return Chunk(f"d{number}", f"t{number}", text, 0, len(text), {"n": str(number)})


WORDS = ["casa", "casas", "rio", "mar", "o", "de", "ponte", "navio", "porto", "cidade"]
LINES = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), min_size=1, max_size=25
)


@given(LINES, st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), st.randoms())
@settings(max_examples=60, deadline=None)
def test_bm25_is_what_the_formula_says(
    lines: list[str], question: str, chance: random.Random
) -> None:
    """In one segment or many, merged or not, with documents replaced and deleted."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        store = store_of(Path(folder), k1=0.9, b=0.4)
        held = {}
        for number, line in enumerate(lines):
            chunk = make_chunk(number, line or "-")
            for text in ("navio velho", line or "-"):  # the second replaces the first
                store.add([make_chunk(number, text)], [text])
            held[chunk.id] = line or "-"
        gone = chance.sample(range(len(lines)), chance.randint(0, len(lines) - 1))
        assert store.delete(f"d{number}" for number in gone) == len(gone)
        for number in gone:
            del held[make_chunk(number, lines[number] or "-").id]
        store.close()
        for opened in (store, store_of(Path(folder), k1=0.9, b=0.4)):
            expected = slow_bm25(held, question, 0.9, 0.4)
            found = opened.by_words([question], 30)[0]
            assert [item.chunk.id for item in found] == [name for name, _ in expected]
            assert np.allclose([item.score for item in found], [score for _, score in expected])
            assert [item.chunk.text for item in found] == [held[name] for name, _ in expected]
            assert all(item.chunk.metadata["n"] == item.chunk.document[1:] for item in found)
            assert opened.count() == len(held)
            assert opened.documents() == {name.partition(":")[0] for name in held}


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_vectors_are_compared_by_cosine(seed: int) -> None:
    from tempfile import TemporaryDirectory

    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with TemporaryDirectory() as folder:
        store = MemoryStore(Path(folder), None)
        for start in range(0, 40, 5):
            group = [make_chunk(number, "x") for number in range(start, start + 5)]
            store.add(group, ["x"] * 5, vectors[start : start + 5])
        store.delete(["d3"])
        scores = vectors @ vectors[7]
        expected = [f"d{row}:0-1" for row in np.argsort(-scores) if row != 3][:6]
        assert [item.chunk.id for item in store.by_vector(vectors[7:8], 6)[0]] == expected


def test_equal_scores_are_ordered_by_id(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    for number in (5, 1, 9, 3):
        store.add([make_chunk(number, "rio mar")], ["rio mar"])
    found = store.by_words(["rio", "nada", ""], 3)
    assert [item.chunk.id for item in found[0]] == ["d1:0-7", "d3:0-7", "d5:0-7"]
    assert found[1:] == [[], []]


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    first, second = store_of(tmp_path), store_of(tmp_path)
    first.add([make_chunk(1, "rio")], ["rio"])
    with pytest.raises(UserError, match="is being written by another process: wait for it"):
        second.add([make_chunk(2, "mar")], ["mar"])
    first.close()
    second.add([make_chunk(2, "mar")], ["mar"])
    assert second.count() == 2


# The whole


def test_an_index_is_cached_by_its_documents_and_settings(tmp_path: Path) -> None:
    chosen = Retrieve(documents="x")
    first = open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")
    facts = {name: first.facts[name] for name in ("documents", "empty", "chunks", "cached")}
    assert facts == {"documents": 3, "empty": 1, "chunks": 2, "cached": False}
    found = first.search(["Onde desagua o Tejo?"], 5)[0]
    assert [item.chunk.id for item in found] == ["rio:0-44"]
    assert found[0].chunk.metadata == {"url": "u"}
    assert open_retriever(chosen, iter(DOCUMENTS), tmp_path, language="pt").facts["cached"]
    assert open_retriever(
        Retrieve(documents="y", k=3, search={"name": "bm25", "k1": 2}), DOCUMENTS, tmp_path,
        language="pt",
    ).facts["cached"]  # fmt: skip
    for other in (
        (Retrieve(documents="x", chunk={"size": 40}), DOCUMENTS, "pt"),
        (chosen, DOCUMENTS[:2], "pt"),
        (chosen, DOCUMENTS, "en"),
    ):
        made = open_retriever(other[0], other[1], tmp_path, language=other[2])
        assert not made.facts["cached"]


def test_an_index_of_ones_own_grows_and_shrinks(tmp_path: Path) -> None:
    index = open_index(Retrieve(documents="x"), tmp_path, language="pt")
    assert index.add(DOCUMENTS) == {"documents": 3, "chunks": 2, "empty": 1}
    index.add([Document("mar", "Mar", "O mar é azul.")])
    assert [item.chunk.text for item in index.search(["mar"], 5)[0]] == ["O mar é azul."]
    assert index.delete(["mar", "unknown"]) == 1
    assert index.search(["mar"], 5) == [[]]


def test_mistakes_are_told(tmp_path: Path) -> None:
    twice = [Document("a", "", "x"), Document("a", "", "y")]
    with pytest.raises(UserError, match="Two documents have the id 'a': give each an id of its"):
        open_retriever(Retrieve(documents="x"), twice, tmp_path, language="pt")
    with pytest.raises(UserError, match="none of the 1 documents has any text, so nothing can be"):
        open_retriever(Retrieve(documents="x"), DOCUMENTS[2:], tmp_path, language="pt")


def test_chunks_of_many_documents() -> None:
    assert [chunk.id for chunk in chunks_of(DOCUMENTS, Chunking())] == ["rio:0-44", "mar:0-16"]
