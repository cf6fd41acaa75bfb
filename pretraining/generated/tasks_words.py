"""Tasks about the forms of single words: opposites, plurals, verb forms, letters."""

from __future__ import annotations

from random import Random

from pretraining.generated.lexicon_nouns import ALL, NOUNS
from pretraining.generated.lexicon_verbs import OPPOSITES, OTHER_OPPOSITES, VERBS, feminine
from pretraining.generated.tasks import Task
from pretraining.generated.words import capital, plural_pt
from pretraining.generated.world import LEXICON, invented, person


def _index(language: str) -> int:
    return 0 if language == "en" else 1


def opposite(chance: Random, language: str) -> tuple[str, str]:
    if chance.random() < 0.6:
        pair = chance.choice(OPPOSITES)
        words = [side[_index(language)] for side in pair]
    else:
        words = chance.choice(OTHER_OPPOSITES[language]).split("/")
    if chance.random() < 0.5:
        words.reverse()
    return words[0], words[1]


def plural(chance: Random, language: str) -> tuple[str, str]:
    noun = chance.choice(ALL[language])
    return noun.word, noun.plural


def singular(chance: Random, language: str) -> tuple[str, str]:
    noun = chance.choice(ALL[language])
    return noun.plural, noun.word


def past(chance: Random, language: str) -> tuple[str, str]:
    verb = chance.choice(VERBS)
    if language == "en":
        return verb.base, verb.past
    return verb.pt, chance.choice((verb.pt_he_past,))


def gerund(chance: Random, language: str) -> tuple[str, str]:
    verb = chance.choice(VERBS)
    return (verb.base, verb.gerund) if language == "en" else (verb.pt, verb.pt_gerund)


def base_form(chance: Random, language: str) -> tuple[str, str]:
    verb = chance.choice(VERBS)
    if language == "en":
        return chance.choice((verb.past, verb.third, verb.gerund)), verb.base
    clear = [verb for verb in VERBS if verb.pt not in ("ir", "ver", "vir", "vender")]
    verb = chance.choice(clear)
    return chance.choice((verb.pt_he_past, verb.pt_he, verb.pt_gerund)), verb.pt


def third(chance: Random, language: str) -> tuple[str, str]:
    verb = chance.choice(VERBS)
    if language == "en":
        return f"I {verb.base}", f"{chance.choice(('he', 'she'))} {verb.third}"
    return f"eu {verb.pt_i}", f"{chance.choice(('ele', 'ela'))} {verb.pt_he}"


def article(chance: Random, language: str) -> tuple[str, str]:
    noun = chance.choice(ALL[language])
    return noun.word, noun.a if language == "en" else noun.the


def some_word(chance: Random, language: str) -> str:
    """Any word: a noun, a name, a town, an invented one."""
    roll = chance.random()
    if roll < 0.6:
        noun = chance.choice(ALL[language])
        return noun.word if " " not in noun.word else noun.plural.split(" ")[0]
    if roll < 0.8:
        return person(chance, language).name.lower()
    return invented(chance, chance.randint(2, 3))


def uppercase(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, word.upper()


def lowercase(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word.upper(), word


def capitalised(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, capital(word)


def first_letter(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, word[0]


def last_letter(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, word[-1]


def spell(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, "-".join(word)


def count_letters(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, str(len(word.replace("-", "")))


def other_gender(chance: Random, language: str) -> tuple[str, str]:
    if language == "en":
        pairs = (
            "king/queen prince/princess actor/actress uncle/aunt brother/sister son/daughter "
            "father/mother husband/wife nephew/niece waiter/waitress bull/cow man/woman boy/girl "
            "grandfather/grandmother hero/heroine duke/duchess lion/lioness cock/hen"
        ).split()
        his, hers = chance.choice(pairs).split("/")
        return his, hers
    roll = chance.random()
    if roll < 0.5:
        his, hers = chance.choice([job for job in LEXICON["pt"].JOBS if _bends(job)]).split("/")
        return his, hers
    adjective = chance.choice([side[1] for pair in OPPOSITES for side in pair])
    return adjective, feminine(adjective)


def _bends(job: str) -> bool:
    his, hers = job.split("/")
    return his[:4] == hers[:4]


def adjective_plural(chance: Random, language: str) -> tuple[str, str]:
    if language == "en":
        return plural(chance, language)
    adjective = chance.choice([side[1] for pair in OPPOSITES for side in pair])
    noun = chance.choice(NOUNS["object"])[1]
    word = feminine(adjective) if noun.gender == "f" else adjective
    the = "a" if noun.gender == "f" else "o"
    return f"{the} {noun.word} {word}", f"{the}s {noun.plural} {plural_pt(word)}"


def identity(chance: Random, language: str) -> tuple[str, str]:
    word = some_word(chance, language)
    return word, word


WORD_TASKS: dict[str, Task] = {
    "opposite": Task(
        "What is the opposite of {}? || Give the opposite of the word. || Opposite of {}? || "
        "Name the word that means the opposite of '{}'. || Write the antonym.",
        "Qual é o contrário de {}? || Dê o contrário da palavra. || Contrário de {}? || "
        "Que palavra significa o oposto de '{}'? || Escreva o antônimo.", opposite),
    "plural": Task(
        "What is the plural of {}? || Write the plural. || Give the plural form of the noun. || "
        "Put this word in the plural: {}",
        "Qual é o plural de {}? || Escreva o plural. || Dê a forma plural do substantivo. || "
        "Passe para o plural: {}", plural),
    "singular": Task(
        "What is the singular of {}? || Write the singular. || Give the singular form.",
        "Qual é o singular de {}? || Escreva o singular. || Passe para o singular: {}", singular),
    "past": Task(
        "What is the past tense of {}? || Write the verb in the past tense. || Past tense of '{}'?",
        "Qual é o passado de {} (ele, ela)? || Conjugue no pretérito perfeito (ele). || "
        "Escreva o verbo no passado, terceira pessoa do singular.", past),
    "gerund": Task(
        "Write the -ing form. || What is the -ing form of {}?",
        "Escreva o gerúndio. || Qual é o gerúndio de {}?", gerund),
    "base": Task(
        "What is the base form of the verb '{}'? || Give the base form of the verb.",
        "Qual é o infinitivo de '{}'? || Dê o infinitivo do verbo.", base_form),
    "third": Task(
        "Change from I to he or she. || Put this in the third person: {}",
        "Mude de eu para ele ou ela. || Passe para a terceira pessoa: {}", third),
    "article": Task(
        "Put a or an before the word. || Write the word with a or an: {}",
        "Escreva a palavra com o artigo definido. || Ponha o ou a antes da palavra: {}", article),
    "uppercase": Task(
        "Write in capital letters. || Put the word in upper case. || Change to capitals: {}",
        "Escreva em letras maiúsculas. || Passe para maiúsculas: {}", uppercase),
    "lowercase": Task(
        "Write in small letters. || Change to lower case: {}",
        "Escreva em letras minúsculas. || Passe para minúsculas: {}", lowercase),
    "capitalised": Task(
        "Begin the word with a capital letter. || Write {} with a capital first letter.",
        "Comece a palavra com letra maiúscula. || Escreva {} com inicial maiúscula.", capitalised),
    "first_letter": Task(
        "What is the first letter of {}? || Give the first letter. || "
        "With which letter does '{}' begin?",
        "Qual é a primeira letra de {}? || Dê a primeira letra. || "
        "Com que letra começa '{}'?", first_letter),
    "last_letter": Task(
        "What is the last letter of {}? || Give the last letter. || "
        "With which letter does '{}' end?",
        "Qual é a última letra de {}? || Dê a última letra. || "
        "Com que letra termina '{}'?", last_letter),
    "spell": Task(
        "Spell the word with hyphens between the letters. || Spell {} letter by letter.",
        "Soletre a palavra com hífens entre as letras. || Soletre {} letra por letra.", spell),
    "count_letters": Task(
        "How many letters are in {}? || Count the letters of the word.",
        "Quantas letras tem {}? || Conte as letras da palavra.", count_letters),
    "other_gender": Task(
        "Give the female counterpart. || What is the female word for {}?",
        "Dê o feminino. || Qual é o feminino de {}? || Passe para o feminino: {}", other_gender),
    "adjective_plural": Task(
        "Write the plural. || More than one {} are called what?",
        "Passe tudo para o plural. || Escreva no plural: {}", adjective_plural),
    "repeat": Task(
        "Repeat the word. || Say this word: {} || Copy: {}",
        "Repita a palavra. || Diga esta palavra: {} || Copie: {}", identity),
}  # fmt: skip
"""Name -> task on words."""
