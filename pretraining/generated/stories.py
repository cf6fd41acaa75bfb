# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Very simple stories: somebody wishes for something, meets a difficulty, gets help."""

from __future__ import annotations

from random import Random

from pretraining.generated.document import Document
from pretraining.generated.lexicon_nouns import NOUN, NOUNS, SMALL, THINGS
from pretraining.generated.lexicon_verbs import COLOURS, agree
from pretraining.generated.plots import PLOTS
from pretraining.generated.words import Noun, capital, english, listed, portuguese, say
from pretraining.generated.world import LEXICON, persons, town

_HEROES = {
    "f": (english("girl"), portuguese("menina", "f")),
    "m": (english("boy"), portuguese("menino", "m")),
}
_OF_LAND = (
    "dog cat horse cow pig sheep goat hen duck goose rabbit mouse lion tiger bear wolf fox elephant "
    "monkey frog toad turtle bee ant butterfly parrot owl penguin giraffe zebra camel donkey squirrel "
    "pigeon crow snail bat deer swan kangaroo"
).split()
_ANIMALS = [pair for pair in NOUNS["animal"] if pair[0].word in _OF_LAND]
_NATURE = [
    pair
    for pair in NOUNS["nature"]
    if pair[0].word
    in "tree river mountain lake sea forest beach stone hill cave waterfall meadow".split()
]
_ON_TREES = [
    pair
    for pair in NOUNS["fruit"]
    if pair[0].word in "apple orange pear lemon peach cherry mango fig plum avocado guava".split()
]
_LEARNT = {
    "en": "swim|sing|dance|climb trees|fly a kite|play the drum|read|whistle|cook soup|draw|ride a "
    "bicycle|count to a hundred|skate|write|jump rope|play the flute|row a boat|juggle".split("|"),
    "pt": "nadar|cantar|dançar|subir em árvores|soltar pipa|tocar tambor|ler|assobiar|fazer sopa|"
    "desenhar|andar de bicicleta|contar até cem|patinar|escrever|pular corda|tocar flauta|remar|"
    "fazer malabarismo".split("|"),
}


def story(chance: Random, language: str) -> tuple[str, dict[str, str]]:
    """A story and who appears in it."""
    side = 0 if language == "en" else 1
    lexicon = LEXICON[language]
    hero, helper, third = persons(chance, language, 3)
    kind: Noun = _HEROES[hero.gender][side]
    if chance.random() < 0.4:
        fit = [pair[side] for pair in _ANIMALS if language == "en" or pair[1].gender == hero.gender]
        kind = chance.choice(fit)
    animals = [pair[side] for pair in chance.sample(_ANIMALS, 3) if pair[side] is not kind]
    cloth = chance.choice([noun for noun in NOUN[language]["clothing"]
                           if noun.word in ("coat", "scarf", "hat", "sweater", "jacket", "casaco",
                                            "cachecol", "chapéu", "suéter", "jaqueta")])  # fmt: skip
    furniture = chance.sample(NOUN[language]["furniture"], 2)
    colour = chance.choice([one for one in COLOURS if one[0] not in ("silver", "golden")])
    slots = {
        "A": hero, "B": helper, "C": third, "k": kind, "animal": animals[0], "animal2": animals[1],
        "small": chance.choice(SMALL[language]), "thing": chance.choice(THINGS[language]),
        "furn": furniture[0], "furn2": furniture[1], "cloth": cloth,
        "nature": chance.choice(_NATURE)[side],
        "place": chance.choice(NOUN[language]["place"]), "town": town(chance, language),
        "fruit": chance.choice(_ON_TREES)[side], "number": chance.randint(3, 20),
        "job": chance.choice(NOUN[language]["job"]).word,
        "verb": chance.choice(_LEARNT[language]), "month": chance.choice(lexicon.MONTHS),
        "day": chance.choice(lexicon.DAYS), "wday": chance.choice(("sábado", "domingo")),
        "colour": colour[0] if language == "en" else agree(colour[1], cloth.gender),
    }  # fmt: skip
    plot = chance.choice(PLOTS[language])
    lines = [
        capital(chance.choice(wordings).format_map(slots))
        for optional, wordings in plot
        if not optional or chance.random() < 0.6
    ]
    text = " ".join(lines)
    names = {"hero": hero.name, "helper": helper.name, "third": third.name}
    return text, {role: name for role, name in names.items() if name in text}


def stories(chance: Random, language: str) -> Document:
    """A story as plain text; now and then asked for, or asked about."""
    text, who = story(chance, language)
    roll = chance.random()
    names = list(who.values())
    if roll < 0.7:
        if chance.random() < 0.3:
            head = say(chance, language, "{} and {} || The Story of {} || {}",
                       "{} e {} || A história de {} || {}")  # fmt: skip
            text = f"{head.format(*names)}\n\n{text}"
        return Document("stories", language, text=text)
    if roll < 0.85:
        wording = say(
            chance, language,
            "Tell me a short story about {}. || Write a simple story with {}. || A story about {}, please.",
            "Conte uma história curta sobre {}. || Escreva uma história simples com {}. || "
            "Uma história sobre {}, por favor.",
        )  # fmt: skip
        asked = listed(names[: chance.randint(1, len(names))], language)
        return Document("stories", language, (("user", wording.format(asked)), ("assistant", text)))
    question = say(
        chance, language,
        "Who is named in the story? || Which names are in the story?",
        "Quem é citado na história? || Que nomes aparecem na história?",
    )  # fmt: skip
    answer = listed(sorted(names, key=text.index), language)
    return Document("stories", language, (("user", f"{text}\n\n{question}"), ("assistant", answer)))
