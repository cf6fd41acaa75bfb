# ruff: noqa: E501 - long lists of words
"""What fills the slots of dialogue scenes: plans, errands, reasons, moments, places."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from pretraining.generated.lexicon_nouns import NOUN, SMALL, THINGS
from pretraining.generated.lexicon_verbs import COLOURS, agree
from pretraining.generated.words import Noun, english, portuguese
from pretraining.generated.world import LEXICON, date, persons, street, towns


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or an hour; `on` has its preposition."""

    word: str
    on: str

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that keeps a person from coming: as they say it and as it is told of them."""

    i: str
    he: str


ACTIVITIES = {
    "en": (
        "go to the cinema|see the new exhibition|have lunch together|play tennis|go swimming|"
        "walk round the lake|visit the flower market|bake a cake|watch the football match|"
        "go to the jazz concert|ride our bikes to the river|try the new noodle bar|go camping|"
        "play chess|paint the fence|have a picnic|go to the beach|visit grandmother|"
        "look at the old castle|practise for the play|go dancing|sort out the cellar|fly kites|"
        "go fishing|study for the test|pick apples|build the bookcase|have a barbecue|go bowling|"
        "meet at the library|eat pancakes|take the dog to the woods|learn some Portuguese|"
        "rehearse the song|go skating|visit the zoo|make pizza|do yoga in the park|play cards"
    ).split("|"),
    "pt": (
        "ir ao cinema|ver a nova exposição|almoçar juntos|jogar tênis|nadar no clube|"
        "caminhar em volta do lago|visitar o mercado de flores|fazer um bolo|assistir ao jogo|"
        "ir ao concerto de jazz|andar de bicicleta até o rio|conhecer a nova pizzaria|acampar|"
        "jogar xadrez|pintar a cerca|fazer um piquenique|ir à praia|visitar a vovó|"
        "ver o castelo antigo|ensaiar a peça|dançar forró|arrumar o porão|soltar pipa|"
        "pescar no açude|estudar para a prova|colher laranjas|montar a estante|fazer um churrasco|"
        "jogar boliche|ler na biblioteca|comer panquecas|levar o cachorro ao bosque|estudar inglês|"
        "ensaiar a música|patinar no gelo|visitar o zoológico|fazer pizza|fazer ioga no parque|"
        "jogar cartas|assistir ao desfile"
    ).split("|"),
}
ERRANDS = {
    "en": (
        "water the plants|feed the cat|post a letter|pick up the parcel|buy stamps|return the books|"
        "collect the children|fix the tap|walk the dog|bring the ladder|check the report|"
        "book the table|print the tickets|clean the garage|move the sofa|call the plumber|"
        "take the coat to the cleaner's|carry the boxes upstairs|translate a letter|order the flowers|"
        "mow the lawn|cook for the guests|wash the car|hang the curtains|copy the key|write the invitations|"
        "buy bread and milk|test the microphone|paint the door|drive to the airport|peel the potatoes|"
        "sweep the yard|count the chairs|charge the camera|pay the electricity bill"
    ).split("|"),
    "pt": (
        "regar as plantas|dar comida ao gato|postar uma carta|buscar a encomenda|comprar selos|"
        "devolver os livros|buscar as crianças|consertar a torneira|passear com o cachorro|"
        "trazer a escada|revisar o relatório|reservar a mesa|imprimir os ingressos|limpar a garagem|"
        "empurrar o sofá|ligar para o encanador|levar o casaco à lavanderia|subir com as caixas|"
        "traduzir uma carta|encomendar as flores|cortar a grama|cozinhar para as visitas|lavar o carro|"
        "pendurar as cortinas|copiar a chave|escrever os convites|comprar pão e leite|"
        "testar o microfone|pintar a porta|dirigir até o aeroporto|descascar as batatas|"
        "varrer o quintal|contar as cadeiras|carregar a câmera|pagar a conta de luz"
    ).split("|"),
}
REASONS = {
    "en": (
        "have to work late/has to work late|have a bad cold/has a bad cold|must visit my aunt/must visit an aunt|"
        "have an exam the next morning/has an exam the next morning|promised to help a neighbour/"
        "promised to help a neighbour|am too tired/is too tired|have no money left this month/has no money "
        "left this month|have a meeting/has a meeting|must finish a report/must finish a report|am going to "
        "the dentist/is going to the dentist|have guests from abroad/has guests from abroad|hurt my foot/"
        "has a sore foot|have choir practice/has choir practice|need to look after my nephew/needs to look "
        "after a nephew|have to take the car to the garage/has to take the car to the garage|am on call at "
        "the hospital/is on call at the hospital|already have other plans/already has other plans|have "
        "a driving lesson/has a driving lesson|am waiting for the electrician/is waiting for the electrician|"
        "have to pack for a trip/has to pack for a trip|must study/must study|have a football match/has a "
        "football match|feel dizzy/feels dizzy|am moving to another flat/is moving to another flat"
    ),
    "pt": (
        "preciso trabalhar até tarde/precisa trabalhar até tarde|estou com um resfriado forte/está com um "
        "resfriado forte|tenho que visitar uma tia/tem que visitar uma tia|tenho prova na manhã seguinte/tem "
        "prova na manhã seguinte|prometi ajudar um vizinho/prometeu ajudar um vizinho|estou sem energia/está "
        "sem energia|estou sem dinheiro este mês/está sem dinheiro este mês|tenho uma reunião/tem uma reunião|"
        "preciso terminar um relatório/precisa terminar um relatório|vou ao dentista/vai ao dentista|tenho "
        "visitas de fora/tem visitas de fora|machuquei o pé/machucou o pé|tenho ensaio do coral/tem ensaio do "
        "coral|preciso cuidar de um sobrinho/precisa cuidar de um sobrinho|tenho que levar o carro à oficina/"
        "tem que levar o carro à oficina|estou de plantão no hospital/está de plantão no hospital|já tenho outro "
        "compromisso/já tem outro compromisso|tenho aula de direção/tem aula de direção|estou esperando o "
        "eletricista/está esperando o eletricista|tenho que arrumar a mala/tem que arrumar a mala|preciso "
        "estudar/precisa estudar|tenho um jogo de futebol/tem um jogo de futebol|estou com tontura/está com "
        "tontura|estou de mudança/está de mudança"
    ),
}
SPOTS = {
    "en": (
        "the station|the town hall|the fountain|the corner cafe|the main gate|the bus stop|the old bridge|"
        "the market square|the library steps|the bakery|the car park|the school gate|the museum entrance|"
        "the swimming pool|the newspaper stand|the harbour"
    ).split("|"),
    "pt": (
        "na estação|na prefeitura|na fonte|no café da esquina|no portão principal|no ponto de ônibus|"
        "na ponte velha|na praça do mercado|na escada da biblioteca|na padaria|no estacionamento|"
        "no portão da escola|na entrada do museu|na piscina|na banca de jornal|no cais"
    ).split("|"),
}
RELATIVES = {
    "en": "mother|father|sister|brother|aunt|uncle|cousin|grandmother|grandfather|neighbour|boss|"
          "flatmate|teacher|best friend".split("|"),
    "pt": "a mãe|o pai|a irmã|o irmão|a tia|o tio|a prima|o primo|a avó|o avô|a vizinha|o chefe|"
          "a professora|o melhor amigo".split("|"),
}  # fmt: skip
AILMENTS = {
    "en": "a headache|a fever|a rash on one arm|a swollen ankle|a toothache|a cough|trouble sleeping|"
          "a burnt hand|a runny nose|pain in one shoulder|a bee sting|a stiff back|red eyes|"
          "a sore thumb|hay fever".split("|"),
    "pt": "dor de cabeça|febre|uma alergia no braço|o tornozelo inchado|dor de dente|tosse|insônia|"
          "uma queimadura na mão|o nariz entupido|dor no ombro|uma picada de abelha|dor nas costas|"
          "os olhos vermelhos|dor de ouvido|enjoo".split("|"),
}  # fmt: skip
ADVICE = {
    "en": "stay in bed for two days|drink a lot of water|put ice on it|take the drops twice a day|"
          "use the cream every evening|avoid sport for a week|rest and eat light meals|"
          "take a tablet after meals|go for a short walk every day|keep it dry and clean".split("|"),
    "pt": "ficar de cama por dois dias|beber bastante água|pôr gelo no lugar|usar as gotas duas vezes "
          "ao dia|passar a pomada toda noite|evitar esporte por uma semana|descansar e comer leve|"
          "tomar um comprimido depois das refeições|caminhar um pouco todo dia|manter o lugar limpo "
          "e seco".split("|"),
}  # fmt: skip
FAULTS = {
    "en": "makes a loud noise|does not switch on|leaks|is cracked|has a loose part|smells strange|"
          "is stuck|stops after a minute|has a flat battery|gets too hot".split("|"),
    "pt": "faz muito barulho|não liga|está vazando|está com uma rachadura|está com uma peça solta|"
          "tem um cheiro estranho|emperrou|para depois de um minuto|está sem bateria|esquenta "
          "demais".split("|"),
}  # fmt: skip
MACHINES = {
    "en": "washing machine|printer|heater|fridge|coffee machine|vacuum cleaner|television|dishwasher|"
          "laptop|fan|oven|doorbell|radio|lift|boiler".split("|"),
    "pt": "máquina de lavar/f|impressora/f|aquecedor/m|geladeira/f|cafeteira/f|aspirador de pó/m|"
          "televisão/f|lava-louça/f|computador/m|ventilador/m|forno/m|campainha/f|rádio/m|elevador/m|"
          "micro-ondas/m".split("|"),
}  # fmt: skip


def _reasons(text: str) -> list[Reason]:
    return [Reason(*entry.split("/")) for entry in text.split("|")]


_REASONS = {language: _reasons(text) for language, text in REASONS.items()}


def weekday(language: str, word: str) -> Moment:
    """A weekday with its preposition."""
    if language == "en":
        return Moment(word, f"on {word}")
    return Moment(word, f"{'no' if word in ('sábado', 'domingo') else 'na'} {word}")


def hour(language: str, word: str) -> Moment:
    """A time of day with its preposition."""
    if language == "en":
        return Moment(word, f"at {word}")
    return Moment(word, f"{'à' if word[:2] in ('1h', '1:', '1 ') else 'às'} {word}")


def _hours(chance: Random, language: str) -> list[Moment]:
    """Two different times of day."""
    one, two = sorted(chance.sample(range(2, 11), 2))
    if language == "pt":
        forms: tuple[str, ...] = ("{}h", "{} horas", "{}h30", "{}h15")
        late = chance.choice((0, 6, 8))
        texts = [chance.choice(forms).format(number + late) for number in (one, two)]
    else:
        names = LEXICON["en"].NUMBERS
        forms = ("{} o'clock", "half past {}", "{}", "a quarter to {}", "{} thirty")
        texts = [chance.choice(forms).format(names[number]) for number in (one, two)]
        if chance.random() < 0.3:
            texts = [f"{number}:{chance.choice(('00', '30', '15'))}" for number in (one, two)]
        elif chance.random() < 0.3:
            texts = [f"{number} pm" for number in (one, two)]
    return [hour(language, text) for text in texts]


def _machine(chance: Random, language: str) -> Noun:
    word = chance.choice(MACHINES[language])
    if language == "en":
        return english(word)
    return portuguese(*word.split("/"))


def slots(chance: Random, language: str) -> dict[str, Any]:
    """A value for every slot: persons A, B and C, and two of what may change."""
    lexicon = LEXICON[language]
    first, second, third = persons(chance, language, 3)
    days = [weekday(language, word) for word in chance.sample(lexicon.DAYS, 2)]
    times = _hours(chance, language)
    act, act2 = chance.sample(ACTIVITIES[language], 2)
    errand, errand2 = chance.sample(ERRANDS[language], 2)
    why, why2 = chance.sample(_REASONS[language], 2)
    dish, dish2 = chance.sample(lexicon.DISHES, 2)
    thing, thing2 = chance.sample(THINGS[language], 2)
    spot, spot2 = chance.sample(SPOTS[language], 2)
    town, town2 = towns(chance, language, 2)
    low = chance.randint(3, 90)
    en = language == "en"
    unit = chance.choice(("pounds", "euros", "dollars")) if en else "reais"
    colour = chance.choice(COLOURS)
    on_date = date(chance, language)
    return {
        "A": first, "B": second, "C": third, "day": days[0], "day2": days[1], "time": times[0],
        "time2": times[1], "act": act, "act2": act2, "errand": errand, "errand2": errand2,
        "why": why, "why2": why2, "dish": dish, "dish2": dish2, "thing": thing, "thing2": thing2,
        "small": chance.choice(SMALL[language]), "spot": spot, "spot2": spot2, "town": town,
        "town2": town2, "price": f"{low} {unit}", "price2": f"{low + chance.randint(2, 30)} {unit}",
        "drink": chance.choice(lexicon.DRINKS), "shop": chance.choice(lexicon.SHOPS),
        "hobby": chance.choice(lexicon.HOBBIES), "subject": chance.choice(lexicon.SUBJECTS),
        "machine": _machine(chance, language), "fault": chance.choice(FAULTS[language]),
        "ill": chance.choice(AILMENTS[language]), "advice": chance.choice(ADVICE[language]),
        "rel": chance.choice(RELATIVES[language]), "date": on_date,
        "animal": chance.choice(NOUN[language]["animal"][:20]), "number": chance.randint(2, 9),
        "number2": chance.randint(10, 60), "street": street(chance, language),
        "colour": colour[0] if en else agree(colour[1], thing.gender),
        "fruit": chance.choice(NOUN[language]["fruit"]),
        "instrument": chance.choice(NOUN[language]["instrument"][:12]),
        "month": on_date.split(" ")[-1],
    }  # fmt: skip
