"""The questions' sentences, by language and wording; names in braces are a fact's values.

`{a_interval}` is the interval with its article. Prose has words of its own (`sentences.py`), so
that a model which has read it has not read these questions.
"""

from __future__ import annotations

from collections.abc import Mapping

from etude.music.facts import Fact, said
from etude.music.names import Language
from etude.music.theory import Interval

QUESTIONS: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "scale-notes": (
            "Which notes are in the {scale}?",
            "List the notes of the {scale}.",
            "What are the notes of the {scale}?",
            "Write out the {scale}, beginning on {tonic}.",
        ),
        "chord-notes": (
            "Which notes are in the {chord} chord?",
            "Spell the {chord} chord.",
            "What are the notes of the chord {symbol}?",
            "List the notes of the {chord} chord, from its root.",
        ),
        "interval-above": (
            "Which note is {a_interval} above {note}?",
            "Go up {a_interval} from {note}. Which note is it?",
            "Name the note {a_interval} above {note}.",
            "What do you get {a_interval} higher than {note}?",
        ),
        "interval-below": (
            "Which note is {a_interval} below {note}?",
            "Go down {a_interval} from {note}. Which note is it?",
            "Name the note {a_interval} below {note}.",
            "What do you get {a_interval} lower than {note}?",
        ),
        "interval-name": (
            "What is the interval from {lower} up to {upper}?",
            "Name the interval between {lower} and the {upper} above it.",
            "Which interval leads from {lower} up to {upper}?",
            "From {lower} up to {upper}: which interval is it?",
        ),
        "semitones": (
            "How many semitones is it from {lower} up to {upper}?",
            "Count the semitones from {lower} up to {upper}.",
            "How many half steps lead from {lower} up to {upper}?",
            "From {lower} up to {upper}: how many semitones?",
        ),
        "key-signature": (
            "How many sharps or flats are in the key signature of {key}, and which?",
            "What is the key signature of {key}?",
            "Write out the key signature of {key}.",
            "Which sharps or flats belong to {key}?",
        ),
        "key-count": (
            "How many sharps or flats does {key} have?",
            "How many sharps or flats are in the key signature of {key}?",
            "Count the sharps or flats of {key}.",
        ),
        "relative-minor": (
            "What is the relative minor of {key}?",
            "Which minor key shares its key signature with {key}?",
            "Name the relative minor key of {key}.",
        ),
        "relative-major": (
            "What is the relative major of {key}?",
            "Which major key shares its key signature with {key}?",
            "Name the relative major key of {key}.",
        ),
        "scale-degree": (
            "What is the {degree} degree of the {scale}?",
            "Which note is the {degree} of the {scale}?",
            "Name the {degree} note of the {scale}.",
            "In the {scale}, which note comes {degree}?",
        ),
        "degree-function": (
            "What is the {degree} of {key}?",
            "Which note is the {degree} in {key}?",
            "Name the {degree} of {key}.",
        ),
        "enharmonic": (
            "Which note with the letter {letter} sounds the same as {note}?",
            "Respell {note} with the letter {letter}.",
            "What is {note} called when it is written with the letter {letter}?",
        ),
        "in-scale": (
            "Is {note} in the {scale}?",
            "Does the {scale} contain {note}?",
            "Is {note} one of the notes of the {scale}?",
        ),
        "degree-chord": (
            "Which triad is built on the {degree} degree of the {scale}?",
            "Name the triad on the {degree} degree of the {scale}.",
            "What triad stands on the {degree} note of the {scale}?",
        ),
    },
    "pt": {
        "scale-notes": (
            "Quais são as notas da {scale}?",
            "Liste as notas da {scale}.",
            "Que notas formam a {scale}?",
            "Escreva a {scale}, começando em {tonic}.",
        ),
        "chord-notes": (
            "Quais são as notas do acorde de {chord}?",
            "Que notas formam o acorde de {chord}?",
            "Escreva as notas do acorde de {chord}.",
            "Liste as notas do acorde de {chord}, a partir da fundamental.",
        ),
        "interval-above": (
            "Que nota está {a_interval} acima de {note}?",
            "Suba {a_interval} a partir de {note}. Que nota é?",
            "Diga a nota que fica {a_interval} acima de {note}.",
            "Partindo de {note} e subindo {a_interval}, a que nota se chega?",
        ),
        "interval-below": (
            "Que nota está {a_interval} abaixo de {note}?",
            "Desça {a_interval} a partir de {note}. Que nota é?",
            "Diga a nota que fica {a_interval} abaixo de {note}.",
            "Partindo de {note} e descendo {a_interval}, a que nota se chega?",
        ),
        "interval-name": (
            "Qual é o intervalo de {lower} até {upper}, subindo?",
            "Dê o nome do intervalo entre {lower} e o {upper} acima.",
            "Que intervalo ascendente leva de {lower} a {upper}?",
            "De {lower} a {upper}, subindo: que intervalo é?",
        ),
        "semitones": (
            "Quantos semitons há de {lower} até {upper}, subindo?",
            "Conte os semitons de {lower} até {upper}, subindo.",
            "Quantos semitons é preciso subir para ir de {lower} a {upper}?",
            "De {lower} a {upper}, subindo: quantos semitons?",
        ),
        "key-signature": (
            "Quantos sustenidos ou bemóis há na armadura de {key}, e quais?",
            "Qual é a armadura de clave de {key}?",
            "Escreva a armadura de {key}.",
            "Quais sustenidos ou bemóis pertencem a {key}?",
        ),
        "key-count": (
            "Quantos sustenidos ou bemóis tem {key}?",
            "Quantos sustenidos ou bemóis há na armadura de {key}?",
            "Conte os sustenidos ou bemóis de {key}.",
        ),
        "relative-minor": (
            "Qual é a relativa menor de {key}?",
            "Que tonalidade menor tem a mesma armadura que {key}?",
            "Diga a tonalidade relativa menor de {key}.",
        ),
        "relative-major": (
            "Qual é a relativa maior de {key}?",
            "Que tonalidade maior tem a mesma armadura que {key}?",
            "Diga a tonalidade relativa maior de {key}.",
        ),
        "scale-degree": (
            "Qual é o {degree} grau da {scale}?",
            "Que nota é o {degree} grau da {scale}?",
            "Diga o {degree} grau da {scale}.",
            "Na {scale}, que nota ocupa o {degree} grau?",
        ),
        "degree-function": (
            "Qual é a {degree} de {key}?",
            "Que nota é a {degree} em {key}?",
            "Diga a {degree} de {key}.",
        ),
        "enharmonic": (
            "Que nota de nome {letter} soa igual a {note}?",
            "Reescreva {note} com o nome {letter}.",
            "Como se chama {note} quando se escreve com o nome {letter}?",
        ),
        "in-scale": (
            "{note} está na {scale}?",
            "A {scale} contém {note}?",
            "{note} é uma das notas da {scale}?",
        ),
        "degree-chord": (
            "Que tríade se forma sobre o {degree} grau da {scale}?",
            "Diga a tríade do {degree} grau da {scale}.",
            "Qual é a tríade sobre o {degree} grau da {scale}?",
        ),
    },
}


def blanks(fact: Fact, language: Language, in_words: bool = False) -> dict[str, str]:
    """A fact's values by name; `in_words` reads accidentals out."""
    texts = {name: said(value, language, in_words) for name, value in fact.given.items()}
    for name, value in fact.given.items():
        if isinstance(value, Interval):
            texts[f"a_{name}"] = with_article(texts[name], language)
    return texts


def with_article(interval: str, language: Language) -> str:
    """An interval's name after an indefinite article."""
    if language == "pt":
        return f"um {interval}" if interval.startswith("u") else f"uma {interval}"
    return f"an {interval}" if interval[0] in "ao" else f"a {interval}"
