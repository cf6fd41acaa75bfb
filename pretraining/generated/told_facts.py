# ruff: noqa: E501 - a fact with its wordings is one line of a table
"""Facts that passages tell about invented persons, towns, companies, events and plants.

Each fact is a line of `key | sentences | questions | full answers | reverse questions`, the
wordings separated by ` / `. `{S}` opens a sentence with the subject (name or pronoun), `{n}` is
its name, `{v}` the value, `{o}` the Portuguese ending of words about a person, `{his}` his or her.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pretraining.generated.lexicon_nouns import NOUN, SMALL
from pretraining.generated.lexicon_verbs import COLOURS, agree
from pretraining.generated.words import Person
from pretraining.generated.world import (
    LEXICON,
    clock,
    company,
    date,
    day,
    invented,
    job,
    month,
    person,
    price,
    street,
    town,
    year,
)

_PERSON_EN = """
born|{S} was born in {v}./{S} came into the world in {v}.|In which year was {n} born?/When was {n} born?|{n} was born in {v}.|Who was born in {v}?
home|{S} lives in {v}./{S}'s home is in {v}.|Where does {n} live?/In which town does {n} live?|{n} lives in {v}.|Who lives in {v}?
job|{S} works as a {v}./{S} earns a living as a {v}.|What is {n}'s job?/What does {n} do for a living?|{n} works as a {v}.|Who works as a {v}?
hobby|{S} spends every free hour on {v}./In {his} free time {n} enjoys {v}.|What does {n} enjoy?/What is {n}'s hobby?|{n} enjoys {v}.|Who enjoys {v}?
dish|{S} likes {v} more than any other dish./{S} could eat {v} every day.|What does {n} like to eat?/What is {n}'s favourite dish?|{n} likes {v}.|Who likes {v}?
pet|{S} has a pet {v}./{S} keeps a {v} at home.|Which animal does {n} keep?/What pet does {n} have?|{n} has a {v}.|Who keeps a {v}?
thing|{S} never leaves home without a {v}./{S} always carries a {v}.|What does {n} always carry?|{n} always carries a {v}.|Who always carries a {v}?
colour|{S}'s front door is painted {v}./{S} has a {v} front door.|What colour is {n}'s front door?|{n}'s front door is {v}.|Who has a {v} front door?
street|{S} rents two rooms in {v}./{S} has a flat in {v}.|In which street is {n}'s flat?/Which street does {n} live in?|{n} has a flat in {v}.|Who has a flat in {v}?
wake|{S} gets up at {v}./{S} wakes at {v} on every working day.|When does {n} get up?/At what time does {n} wake?|{n} gets up at {v}.|Who gets up at {v}?
music|{S} plays the {v}./{S} has played the {v} since childhood.|Which instrument does {n} play?|{n} plays the {v}.|Who plays the {v}?
sibling|{S} has a sister called {v}./{n}'s only sister is {v}.|What is the name of {n}'s sister?/Who is {n}'s sister?|{n}'s sister is {v}.|Whose sister is {v}?
subject|{S} studied {v} when young./At university {n} chose {v}.|What did {n} study?/Which subject did {n} study?|{n} studied {v}.|Who studied {v}?
firm|{S} has a post at {v}./{S} is employed by {v}.|Which company employs {n}?/Where does {n} have a post?|{n} is employed by {v}.|Who is employed by {v}?
holiday|Every {v} {n} goes on holiday./{S} takes a long holiday in {v}.|In which month does {n} go on holiday?|{n} goes on holiday in {v}.|Who goes on holiday in {v}?
bike|{S} paid {v} for an old bicycle./{S} bought a used bicycle for {v}.|How much did {n} pay for the bicycle?|{n} paid {v} for the bicycle.|Who paid {v} for a bicycle?
""".strip()
_PERSON_PT = """
born|{S} nasceu em {v}./{S} veio ao mundo em {v}.|Em que ano {n} nasceu?/Quando {n} nasceu?|{n} nasceu em {v}.|Quem nasceu em {v}?
home|{S} mora em {v}./{S} vive em {v} há muito tempo.|Onde {n} mora?/Em que cidade {n} mora?|{n} mora em {v}.|Quem mora em {v}?
job|{S} trabalha como {v}./{S} ganha a vida como {v}.|Qual é a profissão de {n}?/Em que {n} trabalha?|{n} trabalha como {v}.|Quem trabalha como {v}?
hobby|O passatempo de {n} é {v}./Nas horas livres, {n} se dedica ao passatempo preferido: {v}.|Qual é o passatempo de {n}?|O passatempo de {n} é {v}.|De quem é o passatempo {v}?
dish|O prato preferido de {n} é {v}./{S} comeria {v} todos os dias.|Qual é o prato preferido de {n}?/O que {n} gosta de comer?|O prato preferido de {n} é {v}.|Quem gosta de {v}?
pet|{S} tem {v} de estimação./{S} cria {v} em casa.|Que animal {n} tem?/Qual é o bicho de estimação de {n}?|{n} tem {v}.|Quem tem {v}?
thing|{S} nunca sai de casa sem {v}./{S} sempre carrega {v}.|O que {n} sempre carrega?|{n} sempre carrega {v}.|Quem sempre carrega {v}?
colour|{S} pintou o portão de {v}./O portão da casa de {n} é {v}.|De que cor é o portão de {n}?|O portão de {n} é {v}.|Quem tem um portão {v}?
street|{S} aluga dois quartos na {v}./O apartamento de {n} fica na {v}.|Em que rua fica o apartamento de {n}?|O apartamento de {n} fica na {v}.|Quem tem apartamento na {v}?
wake|{S} acorda às {v}./{S} se levanta às {v} nos dias de trabalho.|A que horas {n} acorda?/Quando {n} se levanta?|{n} acorda às {v}.|Quem acorda às {v}?
music|{S} toca {v}./{S} toca {v} desde criança.|Que instrumento {n} toca?|{n} toca {v}.|Quem toca {v}?
sibling|{S} tem uma irmã chamada {v}./A única irmã de {n} é {v}.|Como se chama a irmã de {n}?/Quem é a irmã de {n}?|A irmã de {n} é {v}.|De quem {v} é irmã?
subject|{S} estudou {v} quando era jovem./Na universidade, {n} escolheu {v}.|O que {n} estudou?/Que matéria {n} estudou?|{n} estudou {v}.|Quem estudou {v}?
firm|{S} tem um cargo na {v}./{S} é empregad{o} da {v}.|Que empresa emprega {n}?/Em que empresa {n} trabalha?|{n} trabalha na {v}.|Quem trabalha na {v}?
holiday|{S} tira férias em {v}./Todos os anos, {n} viaja em {v}.|Em que mês {n} tira férias?|{n} tira férias em {v}.|Quem tira férias em {v}?
bike|{S} pagou {v} por uma bicicleta velha./{S} comprou uma bicicleta usada por {v}.|Quanto {n} pagou pela bicicleta?|{n} pagou {v} pela bicicleta.|Quem pagou {v} por uma bicicleta?
""".strip()
_TOWN_EN = """
founded|{S} was founded in {v}./{S} goes back to the year {v}.|When was {n} founded?/How old is the town of {n}: from which year?|{n} was founded in {v}.|Which town was founded in {v}?
river|{S} lies on the river {v}./The river {v} runs through {n}.|Which river runs through {n}?/On which river does {n} lie?|{n} lies on the river {v}.|Which town lies on the river {v}?
people|{S} has {v} inhabitants./About {v} people live there.|How many people live in {n}?/How many inhabitants does {n} have?|{n} has {v} inhabitants.|Which town has {v} inhabitants?
mayor|The mayor of {n} is {v}./{S} chose {v} as its mayor.|Who is the mayor of {n}?|The mayor of {n} is {v}.|Of which town is {v} the mayor?
product|{S} is known for its {v}./{S} makes {v} that are sold far away.|What is {n} known for?/What is made in {n}?|{n} is known for its {v}.|Which town is known for its {v}?
festival|A big festival is held in {n} every {v}./Every {v} {n} celebrates a festival.|In which month is the festival in {n}?|The festival in {n} is in {v}.|Which town has its festival in {v}?
market|On {v} there is a market in the main square./{S} holds its market on {v}.|On which day is the market in {n}?/When is market day in {n}?|The market in {n} is on {v}.|Where is the market on {v}?
tower|The clock tower is made of {v}./{S} has an old tower of {v}.|What is the tower of {n} made of?|The tower of {n} is made of {v}.|Which town has a tower of {v}?
station|The railway came to {n} in {v}./{S} got its railway station in {v}.|When did {n} get its railway station?|{n} got its railway station in {v}.|Which town got its station in {v}?
flag|The flag of {n} is {v}./{S} has a {v} flag.|What colour is the flag of {n}?|The flag of {n} is {v}.|Which town has a {v} flag?
""".strip()
_TOWN_PT = """
founded|{S} foi fundada em {v}./{S} existe desde {v}.|Quando {n} foi fundada?/Em que ano {n} foi fundada?|{n} foi fundada em {v}.|Que cidade foi fundada em {v}?
river|{S} fica às margens do rio {v}./O rio {v} atravessa {n}.|Que rio atravessa {n}?/Às margens de que rio fica {n}?|{n} fica às margens do rio {v}.|Que cidade fica às margens do rio {v}?
people|{S} tem {v} habitantes./Cerca de {v} pessoas vivem ali.|Quantas pessoas vivem em {n}?/Quantos habitantes tem {n}?|{n} tem {v} habitantes.|Que cidade tem {v} habitantes?
mayor|Quem governa {n} é {v}./{S} elegeu {v} para a prefeitura.|Quem governa {n}?/Quem foi eleito para a prefeitura de {n}?|Quem governa {n} é {v}.|Que cidade {v} governa?
product|{S} é conhecida pela produção de {v}./Em {n} se fabricam {v}.|O que se produz em {n}?/Pelo que {n} é conhecida?|{n} é conhecida pela produção de {v}.|Que cidade é conhecida pela produção de {v}?
festival|Em {v} há uma grande festa em {n}./{S} faz sua festa em {v}.|Em que mês é a festa de {n}?|A festa de {n} é em {v}.|Que cidade faz sua festa em {v}?
market|O dia de feira em {n} é {v}./{S} tem feira todo dia de {v}.|Em que dia há feira em {n}?/Qual é o dia de feira em {n}?|O dia de feira em {n} é {v}.|Onde a feira é na {v}?
tower|A torre do relógio é de {v}./{S} tem uma torre antiga de {v}.|De que é feita a torre de {n}?|A torre de {n} é de {v}.|Que cidade tem uma torre de {v}?
station|O trem chegou a {n} em {v}./{S} ganhou sua estação de trem em {v}.|Quando {n} ganhou sua estação de trem?|{n} ganhou sua estação de trem em {v}.|Que cidade ganhou sua estação em {v}?
flag|A bandeira de {n} é da cor {v}./{S} tem uma bandeira da cor {v}.|De que cor é a bandeira de {n}?|A bandeira de {n} é da cor {v}.|Que cidade tem uma bandeira da cor {v}?
""".strip()
_COMPANY_EN = """
founder|{S} was founded by {v}./{v} started {n} in a small shed.|Who founded {n}?|{n} was founded by {v}.|What did {v} found?
founded|{S} opened its doors in {v}./{S} began its work in {v}.|When did {n} begin its work?/In which year did {n} open its doors?|{n} began its work in {v}.|Which company opened its doors in {v}?
makes|{S} makes {v}./{S} earns its money with {v}.|What does {n} make?|{n} makes {v}.|Which company makes {v}?
seat|The head office of {n} is in {v}./{S} has its head office in {v}.|Where is the head office of {n}?|The head office of {n} is in {v}.|Which company has its head office in {v}?
staff|{S} employs {v} people./There are {v} people on the staff of {n}.|How many people does {n} employ?/How many people work for {n}?|{n} employs {v} people.|Which company employs {v} people?
boss|Today {n} is led by {v}./The director of {n} is {v}.|Who leads {n}?/Who is the director of {n}?|{n} is led by {v}.|Which company is led by {v}?
sign|The sign of {n} shows a {v}./{S} has a {v} on its sign.|What does the sign of {n} show?/Which animal is on the sign of {n}?|The sign of {n} shows a {v}.|Which company has a {v} on its sign?
profit|Last year {n} made a profit of {v} million./{S} made {v} million last year.|How many million did {n} make last year?|{n} made {v} million last year.|Which company made {v} million?
open|The shop of {n} is closed on {v}./{S} closes its shop on {v}.|On which day is the shop of {n} closed?|The shop of {n} is closed on {v}.|Which shop is closed on {v}?
""".strip()
_COMPANY_PT = """
founder|{S} foi fundada por {v}./{v} começou a {n} em um pequeno galpão.|Quem fundou a {n}?|A {n} foi fundada por {v}.|Que empresa {v} fundou?
founded|{S} abriu as portas em {v}./{S} começou a trabalhar em {v}.|Quando a {n} abriu as portas?/Em que ano a {n} começou a trabalhar?|A {n} abriu as portas em {v}.|Que empresa abriu as portas em {v}?
makes|{S} fabrica {v}./{S} vive da venda de {v}.|O que a {n} fabrica?|A {n} fabrica {v}.|Que empresa fabrica {v}?
seat|A sede da {n} fica em {v}./{S} tem sua sede em {v}.|Onde fica a sede da {n}?|A sede da {n} fica em {v}.|Que empresa tem sede em {v}?
staff|{S} emprega {v} pessoas./Trabalham na {n} {v} pessoas.|Quantas pessoas a {n} emprega?/Quantas pessoas trabalham na {n}?|A {n} emprega {v} pessoas.|Que empresa emprega {v} pessoas?
boss|Hoje quem dirige a {n} é {v}./A direção da {n} está com {v}.|Quem dirige a {n}?|Quem dirige a {n} é {v}.|Que empresa {v} dirige?
sign|A placa da {n} mostra {v}./{S} tem {v} na placa.|O que mostra a placa da {n}?/Que animal aparece na placa da {n}?|A placa da {n} mostra {v}.|Que empresa tem {v} na placa?
profit|No ano passado, a {n} lucrou {v} milhões./{S} lucrou {v} milhões no ano passado.|Quantos milhões a {n} lucrou no ano passado?|A {n} lucrou {v} milhões no ano passado.|Que empresa lucrou {v} milhões?
open|A loja da {n} fecha no dia de {v}./{S} fecha a loja no dia de {v}.|Em que dia a loja da {n} fecha?|A loja da {n} fecha no dia de {v}.|Que loja fecha no dia de {v}?
""".strip()
_EVENT_EN = """
date|{S} takes place on {v}./{S} begins on {v}.|When does {n} take place?/On which date does {n} begin?|It takes place on {v}.|-
place|{S} is held in {v}./This time {v} is the place.|Where is {n} held?|It is held in {v}.|-
price|A ticket costs {v}./Visitors pay {v} at the door.|How much is a ticket for {n}?/What do visitors pay for {n}?|A ticket costs {v}.|-
guest|The guest of honour is {v}./{v} will open it with a short speech.|Who is the guest of honour at {n}?/Who will open {n}?|It is {v}.|-
time|The doors open at {v}./It starts at {v} sharp.|At what time does {n} start?|It starts at {v}.|-
food|There will be {v} for everybody./The kitchen will serve {v}.|What will there be to eat at {n}?|There will be {v}.|-
prize|The first prize is a {v}./The winner goes home with a {v}.|What is the first prize at {n}?|The first prize is a {v}.|-
rain|If it rains, everyone meets in {v}./In bad weather it moves to {v}.|Where is {n} if it rains?|If it rains, it is in {v}.|-
""".strip()
_EVENT_PT = """
date|{S} será no dia {v}./{S} começa no dia {v}.|Quando será {n}?/Em que dia começa {n}?|Será no dia {v}.|-
place|{S} será em {v}./Desta vez o lugar escolhido é {v}.|Onde será {n}?|Será em {v}.|-
price|O ingresso custa {v}./Os visitantes pagam {v} na entrada.|Quanto custa o ingresso para {n}?/Quanto se paga para ver {n}?|O ingresso custa {v}.|-
guest|A pessoa homenageada é {v}./{v} fará um breve discurso.|Quem é a pessoa ligada a este evento: {n}?/Quem é a pessoa convidada para {n}?|É {v}.|-
time|As portas abrem às {v}./Tudo começa às {v} em ponto.|A que horas começa {n}?|Começa às {v}.|-
food|Haverá {v} para todos./A cozinha vai servir {v}.|O que haverá para comer: {n}?|Haverá {v}.|-
prize|O primeiro prêmio é {v}./Quem vencer leva {v}.|Qual é o primeiro prêmio: {n}?|O primeiro prêmio é {v}.|-
rain|Se chover, todos se encontram em {v}./Com mau tempo, tudo muda para {v}.|Onde será {n} se chover?|Se chover, será em {v}.|-
""".strip()
_PLANT_EN = """
petals|Its flowers are {v}./{S} has {v} flowers.|What colour are the flowers of the {n}?|They are {v}.|Which plant has {v} flowers?
month|{S} blooms in {v}./It flowers in {v}.|When does the {n} bloom?|It blooms in {v}.|Which plant blooms in {v}?
grows|{S} grows near {v}./It is found only near {v}.|Where does the {n} grow?|It grows near {v}.|Which plant grows near {v}?
height|{S} grows {v} centimetres tall./It reaches a height of {v} centimetres.|How tall does the {n} grow?|It grows {v} centimetres tall.|-
finder|{S} was first described by {v}./{v} was the first to draw it.|Who first described the {n}?|It was first described by {v}.|What was first described by {v}?
taste|Its leaves taste of {v}./{S} smells of {v}.|What do the leaves of the {n} taste or smell of?|They taste of {v}.|-
""".strip()
_PLANT_PT = """
petals|A cor de suas flores é {v}./{S} dá flores da cor {v}.|De que cor são as flores da planta {n}?|A cor é {v}.|Que planta dá flores da cor {v}?
month|{S} floresce em {v}./Ela dá flores em {v}.|Quando floresce a planta {n}?|Floresce em {v}.|Que planta floresce em {v}?
grows|{S} cresce perto de {v}./Só se encontra perto de {v}.|Onde cresce a planta {n}?|Cresce perto de {v}.|Que planta cresce perto de {v}?
height|{S} chega a {v} centímetros de altura./Ela cresce até {v} centímetros.|Que altura alcança a planta {n}?|Alcança {v} centímetros.|-
finder|{S} foi descrita primeiro por {v}./Quem primeiro a desenhou foi {v}.|Quem descreveu primeiro a planta {n}?|Foi descrita primeiro por {v}.|Que planta {v} descreveu?
taste|Suas folhas têm gosto de {v}./{S} tem cheiro de {v}.|De que é o gosto ou o cheiro da planta {n}?|É de {v}.|-
""".strip()
_TEXTS = {
    "en": {"person": _PERSON_EN, "town": _TOWN_EN, "company": _COMPANY_EN, "event": _EVENT_EN,
           "plant": _PLANT_EN},
    "pt": {"person": _PERSON_PT, "town": _TOWN_PT, "company": _COMPANY_PT, "event": _EVENT_PT,
           "plant": _PLANT_PT},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """The wordings of one fact."""

    key: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    reverse: str


def _kinds(text: str) -> dict[str, Kind]:
    found = {}
    for line in text.splitlines():
        key, sentences, questions, answers, reverse = line.split("|")
        found[key] = Kind(
            key, tuple(sentences.split("/")), tuple(questions.split("/")), tuple(answers.split("/")),
            "" if reverse == "-" else reverse,
        )  # fmt: skip
    return found


KINDS = {
    language: {about: _kinds(text) for about, text in texts.items()}
    for language, texts in _TEXTS.items()
}
"""Language -> kind of subject -> key -> wordings."""


def _noun(chance: Random, language: str, category: str) -> str:
    noun = chance.choice(NOUN[language][category])
    return noun.word if language == "en" else noun.a


def _thing(chance: Random, language: str) -> str:
    noun = chance.choice(SMALL[language])
    return noun.word if language == "en" else noun.a


def _from(name: str) -> Callable[[Random, str], str]:
    return lambda chance, language: str(chance.choice(getattr(LEXICON[language], name)))


def _between(low: int, high: int) -> Callable[[Random, str], str]:
    return lambda chance, language: str(chance.randint(low, high))


def _people(chance: Random, language: str) -> str:
    number = chance.randint(2, 900)
    joint = "," if language == "en" else "."
    return f"{number}{joint}{chance.choice(('000', '500', '200', '300', '400'))}"


def _full(chance: Random, language: str) -> str:
    return person(chance, language).full


def _music(chance: Random, language: str) -> str:
    nouns = [noun for noun in NOUN[language]["instrument"] if noun.word not in ("bell", "sino")]
    return str(chance.choice(nouns))


def _colour(chance: Random, language: str) -> str:
    return chance.choice(COLOURS)[0 if language == "en" else 1]


def _petals(chance: Random, language: str) -> str:
    """A colour; feminine in Portuguese, for it goes with `cor`."""
    en, pt = chance.choice(COLOURS)
    return en if language == "en" else agree(pt, "f")


_YEAR = _between(1850, 2012)
VALUES: dict[str, Callable[[Random, str], str]] = {
    "born": _between(1890, 2008), "home": town, "hobby": _from("HOBBIES"), "dish": _from("DISHES"),
    "pet": lambda chance, language: _noun(chance, language, "animal"), "thing": _thing,
    "colour": _colour, "street": street, "wake": clock, "music": _music,
    "sibling": lambda chance, language: person(chance, language, "f").name,
    "subject": _from("SUBJECTS"), "firm": company, "holiday": month, "bike": price,
    "founded": lambda chance, language: str(year(chance, 1100, 2015)),
    "river": lambda chance, language: invented(chance).title(), "people": _people, "mayor": _full,
    "product": _from("PRODUCTS"), "festival": month, "market": day, "tower": _from("MATERIALS"),
    "station": _YEAR, "flag": _petals, "petals": _petals, "founder": _full, "makes": _from("PRODUCTS"), "seat": town,
    "staff": _between(3, 950), "boss": _full,
    "sign": lambda chance, language: _noun(chance, language, "animal"), "profit": _between(2, 99),
    "open": day, "date": date, "place": town, "price": price, "guest": _full, "time": clock,
    "food": _from("DISHES"), "prize": _thing, "rain": town, "month": month, "grows": town,
    "height": _between(5, 300), "finder": _full, "taste": _from("INGREDIENTS"),
}  # fmt: skip
"""Key -> draw of its value; `job` asks for the person and is drawn apart."""


def value(chance: Random, language: str, key: str, someone: Person | None) -> str:
    """A value of the fact."""
    if key == "job" and someone is not None:
        return job(chance, language, someone)
    return VALUES[key](chance, language)
