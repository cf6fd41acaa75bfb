"""The fields of infoboxes that questions are known for, by language.

A row: names (as `folded` writes them, `_` and `-` as spaces) and the question. `{said}` is the
article's subject (`o Brasil`), `{of}`, `{to}` and `{in}` the same with a preposition (`do Brasil`);
`{is}` is in the past where the article speaks of its subject so; of `[fica/ficam]` the second is
for several. `kind` is what a value must look like (a `measure` has a unit); `about` limits a row to
people, things, places, or things that are no places (`work`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["date", "number", "measure", "words", "any"]
About = Literal["person", "thing", "place", "work", "any"]


@dataclass(frozen=True, slots=True)
class Field:
    """How one fact is asked about."""

    question: str
    kind: Kind
    about: About


ROWS: dict[str, tuple[tuple[str, str, Kind, About], ...]] = {
    "pt": (
        (
            "nascimento data|data nascimento|data de nascimento|nascimento",
            "Quando nasceu {said}?",
            "date",
            "person",
        ),
        (
            "nascimento local|local nascimento|local de nascimento|cidade natal|naturalidade",
            "Onde nasceu {said}?",
            "words",
            "person",
        ),
        (
            "morte data|data morte|data de morte|morte|falecimento|data de falecimento",
            "Quando morreu {said}?",
            "date",
            "person",
        ),
        (
            "morte local|local morte|local de morte|local de falecimento",
            "Onde morreu {said}?",
            "words",
            "person",
        ),
        ("nome completo", "Qual {is} o nome completo {of}?", "words", "person"),
        ("nacionalidade", "Qual {is} a nacionalidade {of}?", "words", "person"),
        ("ocupacao|profissao|ocupacoes", "Qual {is} a ocupação {of}?", "words", "person"),
        ("conjuge|esposa|marido|consorte", "Com quem se casou {said}?", "words", "person"),
        ("pai", "Quem {is} o pai {of}?", "words", "person"),
        ("mae", "Quem {is} a mãe {of}?", "words", "person"),
        ("partido|partido politico", "Qual {is} o partido político {of}?", "words", "person"),
        ("religiao", "Qual {is} a religião {of}?", "words", "any"),
        ("dinastia|casa|casa real", "A que casa pertence {said}?", "words", "person"),
        ("alma mater|formacao|educacao", "Onde estudou {said}?", "words", "person"),
        ("antecessor|predecessor", "Quem antecedeu {said}?", "words", "person"),
        ("sucessor", "Quem sucedeu {to}?", "words", "person"),
        ("coroacao", "Quando ocorreu a coroação {of}?", "date", "person"),
        ("capital", "Qual {is} a capital {of}?", "words", "thing"),
        (
            "populacao|populacao total|populacao estimada|habitantes",
            "Qual {is} a população {of}?",
            "number",
            "thing",
        ),
        ("area|area total|superficie", "Qual {is} a área {of}?", "measure", "thing"),
        ("densidade", "Qual {is} a densidade populacional {of}?", "measure", "thing"),
        ("moeda", "Qual {is} a moeda {of}?", "words", "thing"),
        (
            "idioma|idioma oficial|lingua|lingua oficial|idiomas|linguas oficiais|idiomas oficiais",
            "Que língua se fala {in}?",
            "words",
            "place",
        ),
        ("gentilico", "Qual {is} o gentílico {of}?", "words", "place"),
        ("hino|hino nacional", "Qual {is} o hino {of}?", "words", "thing"),
        ("lema", "Qual {is} o lema {of}?", "words", "thing"),
        ("clima", "Qual {is} o clima {of}?", "words", "place"),
        ("pib", "Qual {is} o PIB {of}?", "measure", "thing"),
        ("idh", "Qual {is} o IDH {of}?", "number", "thing"),
        ("pais", "Em que país [fica/ficam] {said}?", "words", "place"),
        ("estado|unidade federativa|uf", "Em que estado [fica/ficam] {said}?", "words", "place"),
        ("regiao", "Qual {is} a região {of}?", "words", "thing"),
        ("continente", "Em que continente [fica/ficam] {said}?", "words", "place"),
        ("localizacao", "Onde [fica/ficam] {said}?", "words", "place"),
        ("maior cidade", "Qual {is} a maior cidade {of}?", "words", "thing"),
        ("governador", "Quem {is} o governador {of}?", "words", "thing"),
        ("prefeito", "Quem {is} o prefeito {of}?", "words", "thing"),
        ("presidente", "Quem {is} o presidente {of}?", "words", "thing"),
        ("fundador|fundadores", "Quem fundou {said}?", "words", "thing"),
        (
            "fundacao|data fundacao|data de fundacao|data da fundacao",
            "Quando ocorreu a fundação {of}?",
            "date",
            "thing",
        ),
        (
            "inauguracao|data de inauguracao|data da inauguracao|data inauguracao",
            "Quando ocorreu a inauguração {of}?",
            "date",
            "thing",
        ),
        ("emancipacao", "Quando ocorreu a emancipação {of}?", "date", "thing"),
        ("independencia", "Quando ocorreu a independência {of}?", "date", "thing"),
        ("promulgacao", "Quando ocorreu a promulgação {of}?", "date", "thing"),
        ("assinatura|assinado", "Quando ocorreu a assinatura {of}?", "date", "thing"),
        ("extincao|dissolucao", "Quando ocorreu o fim {of}?", "date", "thing"),
        ("sede", "Onde fica a sede {of}?", "words", "thing"),
        ("altitude|elevacao", "Qual {is} a altitude {of}?", "measure", "thing"),
        ("altura", "Qual {is} a altura {of}?", "measure", "any"),
        ("comprimento|extensao", "Qual {is} o comprimento {of}?", "measure", "thing"),
        ("profundidade", "Qual {is} a profundidade {of}?", "measure", "thing"),
        ("nascente", "Onde fica a nascente {of}?", "words", "thing"),
        ("foz", "Onde fica a foz {of}?", "words", "thing"),
        ("autor|autora|escritor", "Quem {is} o autor {of}?", "words", "work"),
        ("diretor|direcao|realizador", "Quem dirigiu {said}?", "words", "work"),
        ("compositor", "Quem compôs {said}?", "words", "work"),
        ("arquiteto", "Quem {is} o arquiteto {of}?", "words", "thing"),
        ("sigla", "Qual {is} a sigla {of}?", "words", "thing"),
        ("nome cientifico", "Qual {is} o nome científico {of}?", "words", "thing"),
        ("fronteiras", "Quais são as fronteiras {of}?", "words", "thing"),
        ("vegetacao", "Qual {is} a vegetação {of}?", "words", "thing"),
        ("apelido", "Qual {is} o apelido {of}?", "words", "any"),
        ("afluentes", "Quais são os afluentes {of}?", "words", "thing"),
        ("mandato", "Qual foi o mandato {of}?", "any", "person"),
        ("reinado", "Qual foi o reinado {of}?", "any", "person"),
        ("periodo", "Qual {is} o período {of}?", "any", "thing"),
        ("forma de governo", "Qual {is} a forma de governo {of}?", "words", "thing"),
        ("lider|lideres", "Quem liderou {said}?", "words", "thing"),
        ("comandante", "Quem {is} o comandante {of}?", "words", "thing"),
        ("criacao|data de criacao", "Quando ocorreu a criação {of}?", "date", "thing"),
        ("outorgada por|outorgado por", "Quem outorgou {said}?", "words", "thing"),
        ("partes|signatarios", "Quais foram as partes {of}?", "words", "thing"),
        ("produto", "Qual {is} o produto {of}?", "words", "thing"),
        ("obra|obra principal", "Qual é uma obra {of}?", "words", "person"),
        ("inventor", "Quem inventou {said}?", "words", "work"),
        ("editora", "Qual {is} a editora {of}?", "words", "work"),
        ("genero", "Qual {is} o gênero {of}?", "words", "work"),
        (
            "lancamento|data de lancamento|publicacao|data de publicacao",
            "Quando ocorreu o lançamento {of}?",
            "date",
            "work",
        ),
        ("data", "Qual {is} a data {of}?", "date", "thing"),
        ("local", "Qual {is} o local {of}?", "words", "thing"),
        (
            "inicio|data inicio|data de inicio",
            "Quando [começou/começaram] {said}?",
            "date",
            "thing",
        ),
        ("fim|termino|data fim", "Quando [terminou/terminaram] {said}?", "date", "thing"),
        ("resultado|desfecho", "Qual foi o resultado {of}?", "words", "thing"),
        ("simbolo|simbolo quimico", "Qual {is} o símbolo {of}?", "any", "thing"),
        ("numero atomico", "Qual {is} o número atômico {of}?", "number", "thing"),
        ("formula|formula quimica", "Qual {is} a fórmula {of}?", "words", "thing"),
    ),
    "en": (
        ("birth date|date of birth|born", "When [was/were] {said} born?", "date", "person"),
        ("birth place|place of birth", "Where [was/were] {said} born?", "words", "person"),
        ("death date|date of death|died", "When did {said} die?", "date", "person"),
        ("death place|place of death", "Where did {said} die?", "words", "person"),
        ("birth name|full name", "What {is} the full name {of}?", "words", "person"),
        ("nationality", "What {is} the nationality {of}?", "words", "person"),
        ("occupation|occupations|profession", "What {is} the occupation {of}?", "words", "person"),
        ("spouse|spouses", "Whom did {said} marry?", "words", "person"),
        ("father", "Who {is} the father {of}?", "words", "person"),
        ("mother", "Who {is} the mother {of}?", "words", "person"),
        ("party|political party", "What {is} the political party {of}?", "words", "person"),
        ("religion", "What {is} the religion {of}?", "words", "any"),
        ("alma mater|education", "Where did {said} study?", "words", "person"),
        ("predecessor", "Who preceded {said}?", "words", "person"),
        ("successor", "Who succeeded {said}?", "words", "person"),
        ("capital", "What {is} the capital {of}?", "words", "thing"),
        ("population|population total", "What {is} the population {of}?", "number", "thing"),
        ("area|total area", "What {is} the area {of}?", "measure", "thing"),
        (
            "area total km2|area km2",
            "What {is} the area {of} in square kilometres?",
            "number",
            "thing",
        ),
        ("currency", "What {is} the currency {of}?", "words", "thing"),
        (
            "official language|official languages|languages|language",
            "What language is spoken in {said}?",
            "words",
            "place",
        ),
        ("demonym", "What are people from {said} called?", "words", "place"),
        ("national anthem|anthem", "What {is} the anthem {of}?", "words", "thing"),
        ("motto|national motto", "What {is} the motto {of}?", "words", "thing"),
        ("country", "In which country [is/are] {said}?", "words", "place"),
        ("state", "In which state [is/are] {said}?", "words", "place"),
        ("region", "In which region [is/are] {said}?", "words", "place"),
        ("continent", "On which continent [is/are] {said}?", "words", "place"),
        ("location", "Where [is/are] {said} located?", "words", "thing"),
        ("largest city", "What {is} the largest city {of}?", "words", "thing"),
        ("governor", "Who {is} the governor {of}?", "words", "thing"),
        ("mayor", "Who {is} the mayor {of}?", "words", "thing"),
        ("president", "Who {is} the president {of}?", "words", "thing"),
        ("founder|founders", "Who founded {said}?", "words", "thing"),
        (
            "founded|established|established date",
            "When [was/were] {said} founded?",
            "date",
            "thing",
        ),
        ("opened|inaugurated|opening date", "When [was/were] {said} opened?", "date", "thing"),
        ("dissolved", "When [was/were] {said} dissolved?", "date", "thing"),
        ("headquarters|hq location|seat", "Where is the seat {of}?", "words", "thing"),
        ("elevation|elevation m", "What {is} the elevation {of}?", "measure", "thing"),
        ("height", "What {is} the height {of}?", "measure", "any"),
        ("length", "What {is} the length {of}?", "measure", "thing"),
        ("depth", "What {is} the depth {of}?", "measure", "thing"),
        ("source", "Where is the source {of}?", "words", "thing"),
        ("mouth", "Where is the mouth {of}?", "words", "thing"),
        ("author", "Who {is} the author {of}?", "words", "work"),
        ("director", "Who directed {said}?", "words", "work"),
        ("composer", "Who composed {said}?", "words", "work"),
        ("architect", "Who {is} the architect {of}?", "words", "thing"),
        ("inventor", "Who invented {said}?", "words", "work"),
        ("publisher", "Who published {said}?", "words", "work"),
        ("genre", "What {is} the genre {of}?", "words", "work"),
        (
            "release date|released|publication date|published",
            "When [was/were] {said} released?",
            "date",
            "work",
        ),
        ("date", "What {is} the date {of}?", "date", "thing"),
        ("place", "What {is} the place {of}?", "words", "thing"),
        ("result|outcome", "What was the result {of}?", "words", "thing"),
        ("nickname", "What {is} the nickname {of}?", "words", "any"),
        ("binomial|scientific name", "What {is} the scientific name {of}?", "words", "thing"),
        ("tributaries", "What are the tributaries {of}?", "words", "thing"),
        ("reign", "When was the reign {of}?", "any", "person"),
        ("term", "When was the term {of}?", "any", "person"),
        ("leader|leaders", "Who led {said}?", "words", "thing"),
        ("commander", "Who {is} the commander {of}?", "words", "thing"),
        ("signed|date signed", "When [was/were] {said} signed?", "date", "thing"),
        ("government type", "What {is} the form of government {of}?", "words", "thing"),
        ("symbol", "What {is} the symbol {of}?", "any", "thing"),
        ("atomic number", "What {is} the atomic number {of}?", "number", "thing"),
        ("formula", "What {is} the formula {of}?", "words", "thing"),
    ),
}

FIELDS: dict[str, dict[str, Field]] = {
    language: {
        name: Field(question, kind, about)
        for names, question, kind, about in rows
        for name in names.split("|")
    }
    for language, rows in ROWS.items()
}

# What the article is called: no question asks for it.
NAMES = frozenset(
    ["nome", "name", "titulo", "title", "nome oficial", "official name", "nome nativo"]
)
