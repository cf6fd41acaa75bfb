"""Questions as people ask them in conversation, by language and wording; see `sentences.py`."""

from __future__ import annotations

from etude.music.sentences import Wordings

ENQUIRIES: Wordings = {
    "en": {
        "scale-notes": (
            "I want to practise the {scale}. Can you tell me its notes?",
            "How does the {scale} go?",
            "What does the {scale} consist of?",
        ),
        "chord-notes": (
            "How do I play {symbol}?",
            "I see {symbol} on a chart; what do I play?",
            "What does the {chord} chord consist of?",
        ),
        "interval-above": (
            "If I climb {a_interval} from {note}, where do I end?",
            "I play {note} and look for the note {a_interval} higher up. Help me find it.",
        ),
        "interval-below": (
            "If I fall {a_interval} from {note}, where do I end?",
            "I play {note} and look for the note {a_interval} lower down. Help me find it.",
        ),
        "interval-name": (
            "My tune leaps from {lower} to a higher {upper}. What do musicians call that?",
            "What is the distance between {lower} and a higher {upper} called?",
        ),
        "semitones": (
            "How far is it from {lower} to a higher {upper}, counted in semitones?",
            "On a guitar string, how many frets are there from {lower} to the next {upper}?",
        ),
        "key-signature": (
            "A piece is in {key}. What do I see at the clef?",
            "Which accidentals must I remember when I play in {key}?",
        ),
        "key-count": (
            "Is {key} a key with many accidentals?",
            "How many accidentals stand at the clef of {key}?",
        ),
        "relative-minor": (
            "Which minor key is the sister of {key}?",
            "I know {key}. Which minor key uses the same notes?",
        ),
        "relative-major": (
            "Which major key is the sister of {key}?",
            "I know {key}. Which major key uses the same notes?",
        ),
        "scale-degree": (
            "When I sing the {scale}, which note do I sing as the {degree}?",
            "Tell me the {degree} degree when I play the {scale}.",
        ),
        "degree-function": (
            "We are in {key}. Where is the {degree}?",
            "When the key is {key}, what serves as the {degree}?",
        ),
        "enharmonic": (
            "Can {note} be written as some sort of {letter}?",
            "What is another spelling of {note}, on the line or space of {letter}?",
        ),
        "in-scale": (
            "I am playing the {scale}. May I use {note} without leaving it?",
            "Will I meet {note} when I play the {scale}?",
        ),
        "degree-chord": (
            "If I stack thirds on the {degree} degree of the {scale}, what do I hear?",
            "I harmonise the {scale}. Which chord comes on its {degree} degree?",
        ),
    },
    "pt": {
        "scale-notes": (
            "Quero estudar a {scale}. Pode me dizer as notas?",
            "Como é a {scale}?",
            "De que é feita a {scale}?",
        ),
        "chord-notes": (
            "Como se toca {chord}?",
            "Vi a cifra {symbol}; o que devo tocar?",
            "De que é feito o acorde de {chord}?",
        ),
        "interval-above": (
            "Se eu subir {a_interval} desde {note}, onde vou parar?",
            "Toco {note} e procuro a nota {a_interval} mais aguda. Você me ajuda?",
        ),
        "interval-below": (
            "Se eu descer {a_interval} desde {note}, onde vou parar?",
            "Toco {note} e procuro a nota {a_interval} mais grave. Você me ajuda?",
        ),
        "interval-name": (
            "A melodia salta de {lower} para um {upper} mais agudo. Como se chama isso?",
            "Que nome tem a distância entre {lower} e um {upper} mais agudo?",
        ),
        "semitones": (
            "Que distância há entre {lower} e um {upper} mais agudo, contada em semitons?",
            "Numa corda de violão, quantas casas separam {lower} do próximo {upper}?",
        ),
        "key-signature": (
            "Uma peça está em {key}. O que vejo junto à clave?",
            "De que acidentes devo me lembrar quando toco em {key}?",
        ),
        "key-count": (
            "{key} é uma tonalidade com muitos acidentes?",
            "Quantos acidentes ficam junto à clave de {key}?",
        ),
        "relative-minor": (
            "Qual tonalidade menor é irmã de {key}?",
            "Já conheço {key}. Que tonalidade menor usa as mesmas notas?",
        ),
        "relative-major": (
            "Qual tonalidade maior é irmã de {key}?",
            "Já conheço {key}. Que tonalidade maior usa as mesmas notas?",
        ),
        "scale-degree": (
            "Quando canto a {scale}, qual é a nota do {degree} grau?",
            "Toco a {scale}: o que encontro no {degree} grau?",
        ),
        "degree-function": (
            "Estamos em {key}. Onde está a {degree}?",
            "Quando a tonalidade é {key}, o que serve de {degree}?",
        ),
        "enharmonic": (
            "Posso escrever {note} como algum tipo de {letter}?",
            "Que outra grafia tem {note}, na linha ou no espaço de {letter}?",
        ),
        "in-scale": (
            "Estou tocando a {scale}. Posso usar {note} sem sair dela?",
            "Vou encontrar {note} quando tocar a {scale}?",
        ),
        "degree-chord": (
            "Se eu empilhar terças sobre o {degree} grau da {scale}, o que ouço?",
            "Harmonizo a {scale}. Que acorde vem no {degree} grau?",
        ),
    },
}
