# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Short rhymed stanzas with titles: couplets and crossed rhymes, with a chorus at times."""

from __future__ import annotations

from random import Random

from pretraining.generated.document import Document
from pretraining.generated.lexicon_nouns import NOUN
from pretraining.generated.rhymes import RHYMES
from pretraining.generated.words import capital, say
from pretraining.generated.world import day, month, person, town

_OPENERS = {
    "en": (
        "The moon above,|At break of day,|In {month} rain,|My dear {name},|In {town},|With open eyes,|So far from home,|"
        "Oh {name},|Between the hills,|In silver shoes,|Without a word,|The {noun} knows:|I see {noun_a},|"
        "Every {day},|When evening comes,|Below the stars,|Dear {noun},|And then I think:|Once in {town},|"
        "Far from {town},|So softly now,|In early {month},|Tell me, {name}:|Since yesterday:|Behind the {noun},|"
        "Beside the {noun},|Remember, {name}:|The old {noun},|My own {noun},|Here in the {place},|Out in the {place},"
    ).split("|"),
    "pt": (
        "Na noite,|De manhã,|Em {month},|Meu bem {name},|Em {town},|De olhos abertos,|Tão longe,|"
        "Ó {name},|Entre as serras,|Devagar,|Sem dizer nada,|{noun_the} sabe:|Eu vejo {noun_a},|"
        "Quando anoitece,|Sob as estrelas,|Então eu penso:|Um dia em {town},|Longe de {town},|Bem de leve,|"
        "Diga, {name}:|Desde ontem,|Atrás {noun_of},|Ao lado {noun_of},|Lembre, {name}:|{noun_my},|"
        "Aqui {place},|Lá fora,|Ali {place},|Depois de {month},|Ai, {name},"
    ).split("|"),
}  # fmt: skip


def _line(chance: Random, language: str, ending: str, subject: dict[str, str]) -> str:
    """A line: half of the time an opener before the rhyming clause."""
    if chance.random() < 0.35:
        return capital(ending)
    noun = chance.choice(NOUN[language][chance.choice(("nature", "animal", "object"))])
    place = chance.choice(NOUN[language]["place"])
    opener = chance.choice(_OPENERS[language]).format(
        month=month(chance, language), name=subject["name"], town=subject["town"], noun=noun.word,
        noun_a=noun.a, noun_the=noun.the, noun_of=noun.of, noun_my=noun.my,
        day=day(chance, language), place=place.word if language == "en" else place.at,
    )  # fmt: skip
    return f"{capital(opener)} {ending}"


def stanza(
    chance: Random, language: str, scheme: str, subject: dict[str, str], used: set[int]
) -> list[str]:
    """Lines that rhyme by the scheme (`AABB`, `ABAB`, `AABBA`), groups not used before."""
    groups = RHYMES[language]
    free = [place for place in range(len(groups)) if place not in used]
    letters = sorted(set(scheme))
    chosen = chance.sample(free, len(letters))
    used.update(chosen)
    ends = {
        letter: iter(chance.sample(groups[place], scheme.count(letter)))
        for letter, place in zip(letters, chosen, strict=True)
    }
    return [_line(chance, language, next(ends[letter]), subject) for letter in scheme]


def title(chance: Random, language: str, subject: dict[str, str]) -> str:
    """A title of one to four words."""
    noun = chance.choice(
        NOUN[language][chance.choice(("nature", "animal", "object", "place", "food"))]
    )
    other = chance.choice(NOUN[language][chance.choice(("nature", "place"))])
    when = month(chance, language)
    name, where = subject["name"], subject["town"]
    return capital(
        say(
            chance, language,
            f"The {noun} || My {noun} || {name}'s {noun} || Song for {name} || Farewell to {where} || "
            f"The {noun} and the {other} || {when} in {where} || To {name} || A {when} Song || "
            f"{noun.plural} || Where Is the {capital(noun.word)}? || Back to {where} || "
            f"Beside the {other}",
            f"{noun.the} || {noun.my} || {noun.the} de {name} || Canção para {name} || Adeus a {where} || "
            f"{noun.the} e {other.the} || {when} em {where} || Para {name} || Canção de {when} || "
            f"{noun.plural} || Onde está {noun.the}? || De volta a {where} || Perto {other.of}",
        )
    )  # fmt: skip


def poem(chance: Random, language: str) -> tuple[str, str]:
    """A title and the verse."""
    subject = {"name": person(chance, language).name, "town": town(chance, language)}
    heading = title(chance, language, subject)
    used: set[int] = set()
    scheme = chance.choice(("AABB", "ABAB", "AABB", "ABAB", "AABBA", "ABCB"))
    stanzas = [
        "\n".join(stanza(chance, language, scheme, subject, used))
        for _ in range(chance.choice((1, 2, 2, 3)))
    ]
    if len(stanzas) > 1 and chance.random() < 0.35:
        chorus = "\n".join(stanza(chance, language, "AABB", subject, used))
        marks = say(chance, language, "[Verse]\n|[Chorus]\n || ||(Verse)\n|(Chorus)\n",
                    "[Estrofe]\n|[Refrão]\n || ||(Estrofe)\n|(Refrão)\n")  # fmt: skip
        first, _, second = marks.strip(" |").partition("|")
        stanzas = [part for one in stanzas for part in (first + one, second + chorus)]
    return heading, "\n\n".join(stanzas)


def verse(chance: Random, language: str) -> Document:
    """A poem asked for by its title, or title and verse as they are."""
    heading, text = poem(chance, language)
    roll = chance.random()
    if roll < 0.25:
        return Document("verse", language, text=f"{heading}\n\n{text}")
    if roll < 0.45:
        return Document("verse", language, (("user", heading), ("assistant", text)))
    wording = say(
        chance, language,
        'Write a short poem titled "{}". || Write a lyric in English titled {}. || Please write a song '
        "called {}. || A poem, please. Title: {} || Write a rhymed verse with the title '{}'. || "
        "Title: {}",
        'Escreva um poema curto com o título "{}". || Escreva uma letra em português com o título {}. '
        "|| Por favor, escreva uma canção chamada {}. || Um poema, por favor. Título: {} || Escreva "
        "versos rimados com o título '{}'. || Título: {}",
    )  # fmt: skip
    return Document("verse", language, (("user", wording.format(heading)), ("assistant", text)))
