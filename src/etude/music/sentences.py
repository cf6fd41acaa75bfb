"""The words of prose about music theory, by language and wording, other than the questions'.

`{answer}` is the fact's answer, a list with "and" before its last note. A key signature also gives
`{count}` and `{which}`, a number of semitones `{semitones}` ("three semitones"). `key-none` is the
key without sharps or flats; `in-scale` has a wording for yes and one for no. Sentences of `SIZES`
hold for every root.
"""

from __future__ import annotations

from collections.abc import Mapping

from etude.music.names import Language

Wordings = Mapping[Language, Mapping[str, tuple[str, ...]]]

STATEMENTS: Wordings = {
    "en": {
        "scale-notes": (
            "The {scale} is made of {answer}.",
            "{answer} make the {scale}.",
            "Starting from {tonic}, the {scale} goes {answer}.",
            "If you play the {scale}, you play {answer}.",
            "The {scale} climbs through {answer} before it comes home to {tonic}.",
        ),
        "chord-notes": (
            "The {chord} chord holds {answer}.",
            "{symbol} stands for {answer}.",
            "To play {symbol}, press {answer} together.",
            "{answer} together sound as the {chord} chord.",
            "Charts write the chord of {answer} as {symbol}.",
        ),
        "interval-above": (
            "{answer} lies {a_interval} above {note}.",
            "From {note}, {a_interval} upwards leads to {answer}.",
            "Sing {note}, climb {a_interval}, and you have reached {answer}.",
            "The upper note of {a_interval} on {note} is {answer}.",
        ),
        "interval-below": (
            "{answer} lies {a_interval} below {note}.",
            "From {note}, {a_interval} downwards leads to {answer}.",
            "Sing {note}, fall {a_interval}, and you have reached {answer}.",
            "The lower note of {a_interval} under {note} is {answer}.",
        ),
        "interval-name": (
            "{lower} and the next {upper} above it are {a_answer} apart.",
            "The step from {lower} to the higher {upper} is {a_answer}.",
            "{lower} with {upper} on top of it makes {a_answer}.",
        ),
        "semitones": (
            "There are {semitones} between {lower} and the next {upper} above it.",
            "Counting upwards, {upper} is {semitones} away from {lower}.",
            "{upper} sounds {semitones} higher than {lower}.",
        ),
        "key-signature": (
            "{key} is written with {count}: {which}.",
            "Its signature gives {key} {count}, namely {which}.",
            "Music in {key} begins with {count} at the clef: {which}.",
        ),
        "key-count": (
            "{key} is written with {count}.",
            "At the clef, {key} shows {count}.",
            "The clef of {key} comes with {count}.",
        ),
        "key-none": (
            "{key} is written without sharps and flats.",
            "Nothing stands at the clef of {key}.",
        ),
        "relative-minor": (
            "{key} and {answer} are relative keys.",
            "The minor key that goes with {key} is {answer}.",
            "A third below the tonic of {key} begins its relative minor, {answer}.",
        ),
        "relative-major": (
            "{key} and {answer} are relative keys.",
            "The major key that goes with {key} is {answer}.",
            "A third above the tonic of {key} begins its relative major, {answer}.",
        ),
        "scale-degree": (
            "{answer} is the {degree} degree of the {scale}.",
            "The {scale} has {answer} as its {degree} note.",
            "Count along the {scale}: the {degree} note you meet is {answer}.",
        ),
        "degree-function": (
            "In {key}, {answer} is the {degree}.",
            "{key} has {answer} as its {degree}.",
            "{answer} plays the part of the {degree} when the key is {key}.",
        ),
        "enharmonic": (
            "{note} and {answer} are two names for one sound.",
            "On the piano, {note} and {answer} are the same key.",
            "{answer} is an enharmonic spelling of {note}.",
        ),
        "in-scale-yes": (
            "{note} belongs to the {scale}.",
            "Among the notes of the {scale} is {note}.",
            "You will meet {note} when you play the {scale}.",
        ),
        "in-scale-no": (
            "{note} does not belong to the {scale}.",
            "{note} is foreign to the {scale}.",
            "You will not meet {note} when you play the {scale}.",
        ),
        "degree-chord": (
            "On the {degree} degree of the {scale} stands the triad of {answer}.",
            "{answer} is the chord that the {scale} has on its {degree} degree.",
            "Stack two thirds on the {degree} note of the {scale} and {answer} sounds.",
        ),
    },
    "pt": {
        "scale-notes": (
            "A {scale} é feita de {answer}.",
            "{answer} compõem a {scale}.",
            "A partir de {tonic}, a {scale} segue por {answer}.",
            "Quem toca a {scale} toca {answer}.",
            "A {scale} sobe por {answer} antes de voltar a {tonic}.",
        ),
        "chord-notes": (
            "O acorde de {chord} reúne {answer}.",
            "{answer} soam juntos no acorde de {chord}.",
            "Para tocar {chord}, junte {answer}.",
            "A cifra {symbol} indica {answer}.",
            "Escreve-se {symbol} o acorde que tem {answer}.",
        ),
        "interval-above": (
            "{answer} fica {a_interval} acima de {note}.",
            "De {note}, {a_interval} para cima leva a {answer}.",
            "Cante {note}, suba {a_interval} e terá chegado a {answer}.",
            "A nota superior de {a_interval} sobre {note} é {answer}.",
        ),
        "interval-below": (
            "{answer} fica {a_interval} abaixo de {note}.",
            "De {note}, {a_interval} para baixo leva a {answer}.",
            "Cante {note}, desça {a_interval} e terá chegado a {answer}.",
            "A nota inferior de {a_interval} sob {note} é {answer}.",
        ),
        "interval-name": (
            "{lower} e o próximo {upper} acima formam {a_answer}.",
            "O passo de {lower} para o {upper} mais agudo é {a_answer}.",
            "{lower} com {upper} por cima dá {a_answer}.",
        ),
        "semitones": (
            "A distância entre {lower} e o próximo {upper} acima é de {semitones}.",
            "Contando para cima, {upper} está a {semitones} de {lower}.",
            "{upper} soa {semitones} acima de {lower}.",
        ),
        "key-signature": (
            "{key} se escreve com {count}: {which}.",
            "Na armadura, {key} traz {count}, a saber {which}.",
            "A música em {key} começa com {count} junto à clave: {which}.",
        ),
        "key-count": (
            "{key} se escreve com {count}.",
            "Junto à clave, {key} mostra {count}.",
            "A clave de {key} vem com {count}.",
        ),
        "key-none": (
            "{key} se escreve sem sustenidos e sem bemóis.",
            "Não há nada junto à clave de {key}.",
        ),
        "relative-minor": (
            "{key} e {answer} são tonalidades relativas.",
            "A tonalidade menor que acompanha {key} é {answer}.",
            "Uma terça abaixo da tônica de {key} começa sua relativa menor, {answer}.",
        ),
        "relative-major": (
            "{key} e {answer} são tonalidades relativas.",
            "A tonalidade maior que acompanha {key} é {answer}.",
            "Uma terça acima da tônica de {key} começa sua relativa maior, {answer}.",
        ),
        "scale-degree": (
            "{answer} é o {degree} grau da {scale}.",
            "A {scale} tem {answer} como {degree} grau.",
            "Conte ao longo da {scale}: a nota de número {degree_number} é {answer}.",
        ),
        "degree-function": (
            "Em {key}, {answer} é a {degree}.",
            "{key} tem {answer} como {degree}.",
            "{answer} faz o papel de {degree} quando a tonalidade é {key}.",
        ),
        "enharmonic": (
            "{note} e {answer} são dois nomes de um só som.",
            "No piano, {note} e {answer} são a mesma tecla.",
            "{answer} é uma grafia enarmônica de {note}.",
        ),
        "in-scale-yes": (
            "{note} pertence à {scale}.",
            "Entre as notas da {scale} está {note}.",
            "Quem toca a {scale} encontra {note}.",
        ),
        "in-scale-no": (
            "{note} não pertence à {scale}.",
            "{note} é estranho à {scale}.",
            "Quem toca a {scale} não encontra {note}.",
        ),
        "degree-chord": (
            "Sobre o {degree} grau da {scale} está a tríade de {answer}.",
            "{answer} é o acorde que a {scale} tem no {degree} grau.",
            "Empilhe duas terças sobre o {degree} grau da {scale} e soará {answer}.",
        ),
    },
}

SIZES: Mapping[Language, tuple[str, ...]] = {
    "en": (
        "Wherever it begins, {a_interval} spans {semitones}.",
        "It takes {semitones} to make {a_interval}.",
    ),
    "pt": (
        "Comece onde começar, {a_interval} abrange {semitones}.",
        "Com {semitones} se faz {a_interval}.",
    ),
}
# Who speaks in a small dialogue: (who asks, who answers).
SPEAKERS: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (("Pupil", "Teacher"), ("Anna", "Mr Cole"), ("Tom", "Ruth"), ("Student", "Tutor")),
    "pt": (("Aluna", "Professor"), ("Ana", "Seu Jorge"), ("Beto", "Lúcia"), ("Aluno", "Tutora")),
}
NUMBERS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        *("no", "one", "two", "three", "four", "five", "six"),
        *("seven", "eight", "nine", "ten", "eleven"),
    ),
    "pt": (
        *("nenhum", "um", "dois", "três", "quatro", "cinco", "seis"),
        *("sete", "oito", "nove", "dez", "onze"),
    ),
}
