"""Text that our own code writes for pretraining: repeatable, varied, right where it can be told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pretraining.generated import GENERATORS, Document
from pretraining.generated.dialogues import SCENES
from pretraining.generated.instructions import TASKS
from pretraining.generated.lexicon_nouns import ALL, NOUNS
from pretraining.generated.lexicon_verbs import VERBS
from pretraining.generated.rhymes import RHYMES
from pretraining.generated.sentences import sentence
from pretraining.generated.tasks_lists import alphabetical
from pretraining.generated.told import subjects
from pretraining.generated.verse import stanza
from pretraining.generated.words import Noun, plural_en, plural_pt, portuguese

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "pt")
EACH = [(name, language) for name in GENERATORS for language in LANGUAGES]


def documents(name: str, language: str, count: int, seed: int = 5) -> list[Document]:
    chance = Random(f"{seed} {name} {language}")
    return [GENERATORS[name](chance, language) for _ in range(count)]


def whole(document: Document) -> str:
    return document.text or "\n".join(text for _, text in document.turns)


@pytest.mark.parametrize(("name", "language"), EACH)
def test_the_same_seed_gives_the_same_documents(name: str, language: str) -> None:
    assert documents(name, language, 30) == documents(name, language, 30)
    assert documents(name, language, 30) != documents(name, language, 30, seed=6)


@pytest.mark.parametrize(("name", "language"), EACH)
def test_documents_are_well_formed(name: str, language: str) -> None:
    for document in documents(name, language, 600):
        assert (document.kind, document.language) == (name, language)
        assert bool(document.turns) != bool(document.text)
        text = whole(document)
        assert len(text) < 3500, text
        assert not re.search(
            r"[{]\w*[.}]|\|\||  | \n|\s$| [,.;]", text.replace("\n- ", "\n").replace(" ...", "")
        ), text
        roles = [role for role, _ in document.turns]
        if roles:
            spoken = roles[1:] if roles[0] == "system" else roles
            assert spoken == ["user", "assistant"] * (len(spoken) // 2)
            assert all(part.strip() == part and part for _, part in document.turns), document


@pytest.mark.parametrize("name", GENERATORS)
def test_documents_differ(name: str) -> None:
    # Single facts ("the plural of cat") come again in so many; longer documents do not.
    floor = {"instructions": 0.96, "facts": 0.95, "chats": 0.96}.get(name, 0.98)
    texts = [whole(one) for language in LANGUAGES for one in documents(name, language, 1000)]
    assert len(set(texts)) / len(texts) > floor


def test_all_together_are_fast_enough() -> None:
    start = time.process_time()
    for name, language in EACH:
        documents(name, language, 100)
    assert len(EACH) * 100 / (time.process_time() - start) > 1500


def drawn(name: str, language: str, count: int = 200) -> Iterator[tuple[str, str]]:
    chance = Random(f"{name} {language}")
    for _ in range(count):
        yield TASKS[name].draw(chance, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_that_can_be_computed_are_right(language: str) -> None:
    for given, answer in drawn("sums/sum", language):
        one, sign, two = given.split()
        assert int(answer) == (int(one) + int(two) if sign == "+" else int(one) - int(two))
    for given, answer in drawn("sums/product", language):
        one, sign, two = given.split()
        assert int(answer) == (int(one) * int(two) if sign == "x" else int(one) / int(two))
    for given, answer in drawn("lists/sort", language):
        assert answer.split(", ") == sorted(given.split(", "), key=alphabetical)
    for given, answer in drawn("lists/sort_numbers", language):
        assert answer.split(", ") == sorted(given.split(", "), key=int)
    for given, answer in drawn("lists/reverse", language):
        assert answer.split(", ")[::-1] == given.split(", ")
    for given, answer in drawn("lists/count", language):
        assert int(answer) == len(re.split(r"\n|, ", given))
    for given, answer in drawn("words/count_letters", language):
        assert int(answer) == sum(letter.isalpha() for letter in given)
    for given, answer in drawn("text/count_words", language):
        assert int(answer) == len(given.split())
    for given, answer in drawn("told/as_record", language):
        assert all(value in given for value in json.loads(answer).values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", [name for name in TASKS if "extract" in name or name in ("text/who", "text/first_word")]
)
def test_extracted_answers_stand_in_the_text(name: str, language: str) -> None:
    for given, answer in drawn(name, language, 100):
        assert answer
        assert answer in given


def test_word_problems_are_solved() -> None:
    for given, answer in drawn("sums/story", "en", 400):
        one, two, *_ = (int(number) for number in re.findall(r"\d+", given))
        assert int(answer) in (one + two, one - two, one * two, one // two), given
    for given, answer in drawn("sums/older", "pt", 200):
        ages = {name: int(age) for name, age in re.findall(r"(\w+) tem (\d+) anos", given)}
        assert ages[answer] == (max if "mais idade" in given else min)(ages.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_told_values_stand_in_their_passage(language: str) -> None:
    chance = Random(3)
    for _ in range(400):
        for one in subjects(chance, language, 2):
            for fact in one.told:
                assert fact.value.casefold() in one.text.casefold()
                question = one.ask(chance, fact.kind)
                assert question.endswith("?")
                assert "{" not in question
                assert fact.value.casefold() in one.answer(chance, fact, language).casefold()
            assert one.name.casefold() in one.text.casefold()


@pytest.mark.parametrize("language", LANGUAGES)
def test_cited_passages_hold_the_answer(language: str) -> None:
    seen = 0
    for document in documents("passages", language, 1500):
        answer = document.turns[-1][1]
        cited = re.fullmatch(r"(.+) \[(\d)\]\.?", answer)
        shown = next(text for role, text in document.turns if role == "user")
        marked = re.split(r"(?:^|\n)(?:\[(\d)\]|\((\d)\))\s", shown)
        if not cited or len(marked) < 4 or len(cited[1].split()) > 3:
            continue
        passages = {first or second: text for first, second, text in zip(
            marked[1::3], marked[2::3], marked[3::3], strict=True)}  # fmt: skip
        if cited[1].rstrip(".") in passages.get(cited[2], ""):
            seen += 1
        else:  # a full sentence, not a copied span
            assert re.search(r"(It|They|É|Será) ", cited[1] + " ") or len(cited[1].split()) > 2
    assert seen > 20


def test_scenes_are_many_and_summaries_tell_what_was_said() -> None:
    for language in LANGUAGES:
        assert len(SCENES[language]) >= 30
    for language in LANGUAGES:
        for document in documents("dialogues", language, 400):
            talk, summary = whole(document), document.turns[-1][1] if document.turns else ""
            for number in re.findall(
                r"\d+", summary.replace("#Person1#", "").replace("#Person2#", "")
            ):
                assert number in talk
            days = re.findall(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\w+-feira", summary)
            said = "\n".join(text for role, text in document.turns if role == "user")
            assert all(day in said for day in days), document


def test_plurals() -> None:
    for word, plural in zip(
        ["box", "city", "leaf", "potato", "mouse", "bus", "boy", "tooth", "screwdriver"],
        ["boxes", "cities", "leaves", "potatoes", "mice", "buses", "boys", "teeth", "screwdrivers"],
        strict=True,
    ):
        assert plural_en(word) == plural
    for word, plural in {
        "pão": "pães", "mão": "mãos", "limão": "limões", "animal": "animais", "anel": "anéis",
        "caracol": "caracóis", "homem": "homens", "flor": "flores", "juiz": "juízes",
        "lápis": "lápis", "ônibus": "ônibus", "túnel": "túneis", "barril": "barris",
        "chave de fenda": "chaves de fenda", "guarda-chuva": "guarda-chuvas", "mês": "meses",
    }.items():  # fmt: skip
        assert plural_pt(word) == plural


def test_portuguese_articles_and_contractions() -> None:
    key = portuguese("chave", "f")
    assert [key.a, key.the, key.of, key.at, key.to, key.by, key.my, key.thes] == [
        "uma chave", "a chave", "da chave", "na chave", "à chave", "pela chave", "minha chave",
        "as chaves",
    ]  # fmt: skip
    feminine = {noun.word for noun in ALL["pt"] if noun.gender == "f"}
    for noun in ALL["pt"]:
        if noun.word.endswith(("ção", "dade", "gem")) and noun.word != "coração":
            assert noun.word in feminine
        if noun.word.endswith("o") and noun.word not in ("mão",) and "-" not in noun.word:
            assert noun.gender == "m" or noun.word.endswith(("ção", "são")), noun.word


@pytest.mark.parametrize(
    "name", ["passages", "dialogues", "chats", "stories", "facts", "sentiment"]
)
def test_portuguese_nouns_follow_articles_of_their_gender(name: str) -> None:
    genders: dict[str, set[str]] = {}
    for noun in ALL["pt"]:
        genders.setdefault(noun.word, set()).add(noun.gender)
    sure = {word: next(iter(one)) for word, one in genders.items() if len(one) == 1}
    # Words that are also verb forms or other words after an article-like pronoun.
    for homonym in ("casa", "prato", "cozinha", "pena", "conta", "porta", "lima", "manga", "nada"):
        sure.pop(homonym, None)
    wrong = re.compile(r"\b(um|uma|este|esta|do|da|no|na|pelo|pela|meu|minha|seu|sua) (\w+)")
    for document in documents(name, "pt", 400):
        for article, word in wrong.findall(whole(document)):
            if word in sure:
                feminine = article in ("uma", "esta", "da", "na", "pela", "minha", "sua")
                assert feminine == (sure[word] == "f"), (article, word, whole(document))
        assert not re.search(r"\b(de o|de a|em o|em a|por o|por a|a o) ", whole(document))


def test_verb_forms() -> None:
    by = {verb.base: verb for verb in VERBS}
    assert (by["carry"].third, by["carry"].past, by["stop"].gerund) == (
        "carries",
        "carried",
        "stopping",
    )
    assert (by["bring"].past, by["go"].participle, by["die"].gerund) == ("brought", "gone", "dying")
    assert (by["eat"].pt_i, by["eat"].pt_he_past, by["open"].pt_he) == ("como", "comeu", "abre")
    assert (by["make"].pt_he_past, by["put"].pt_he, by["pay"].pt_i_past) == ("fez", "põe", "paguei")
    for verb in VERBS:
        assert verb.pt.endswith(("ar", "er", "ir", "pôr"))
        assert verb.gerund.endswith("ing")


def test_sentences_agree_with_their_negations() -> None:
    chance = Random(1)
    for _ in range(300):
        one = sentence(chance)
        assert (" did not " if one.past else " does not ") in one.en_not
        assert one.pt_not.replace(" não ", " ", 1) == one.pt
        assert one.en_question.endswith("?")
        assert one.en_question.startswith("Did" if one.past else "Does")


@pytest.mark.parametrize("language", LANGUAGES)
def test_stanzas_rhyme_by_their_scheme(language: str) -> None:
    group_of = {clause: place for place, group in enumerate(RHYMES[language]) for clause in group}
    chance = Random(2)
    for scheme in ("AABB", "ABAB", "AABBA"):
        for _ in range(50):
            lines = stanza(chance, language, scheme, {"name": "Ana", "town": "Faro"}, set())
            ends = [
                {
                    place
                    for clause, place in group_of.items()
                    if line.casefold().endswith(clause.casefold())
                }
                for line in lines
            ]
            for one, first in zip(scheme, ends, strict=True):
                for other, second in zip(scheme, ends, strict=True):
                    if one == other:
                        assert first & second


def test_every_noun_is_in_both_languages() -> None:
    for pairs in NOUNS.values():
        for english, brazilian in pairs:
            assert isinstance(english, Noun)
            assert english.gender == "n"
            assert brazilian.gender in ("m", "f")


def test_nothing_is_shared_with_the_material_of_recipes() -> None:
    def shingles(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return set(zip(*(words[place:] for place in range(13)), strict=False))

    held: set[tuple[str, ...]] = set()
    files = sorted((ROOT / "src/etude/recipes/material").glob("*.jsonl"))
    assert files
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            for value in json.loads(line).values():
                held |= shingles(str(value))
    for name, language in EACH:
        for document in documents(name, language, 400):
            assert not shingles(whole(document)) & held, document
