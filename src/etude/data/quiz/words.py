"""What the makers of questions know of Portuguese and of English: words, months, endings."""

from __future__ import annotations

import re
import unicodedata

WORDED = ("pt", "en")  # languages in which questions are written in words

ABBREVIATIONS = frozenset(
    """
    dr dra drs sr sra srs prof profa d st sto sta av gen cel cap ten eng pág págs p pp séc sécs nº n
    vol vols ed eds ex cf ca c a.c d.c aprox hab gov min pres op cit jr ltda cia mr mrs ms sen rep
    lt col capt rev hon vs e.g i.e inc ltd co corp no approx u.s u.k u.n fr pe mons art fig fl b r v
    brig bvt maj adm cmdr sgt pvt bros mt ft jan feb mar apr aug sept oct nov dec
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)

MONTHS = {
    "pt": (
        "janeiro", "fevereiro", "março", "abril", "maio", "junho",
        "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip

# The verb of a definition, and what its predicate may begin with.
COPULAS = {
    "pt": re.compile(r"(?<![\w-])(é|são|foi|foram|era|eram)(?=\s)"),
    "en": re.compile(r"(?<![\w-])(is|are|was|were)(?=\s)"),
}
PAST = frozenset({"foi", "foram", "era", "eram", "was", "were"})
SEVERAL = frozenset({"são", "foram", "eram", "are", "were"})
PREDICATES = {
    "pt": re.compile(
        r"\s+((?:um|uma|uns|umas|o|a|os|as|cada|qualquer|aquele|aquela|aquilo|todo|toda)\s)"
    ),
    "en": re.compile(r"\s+((?:an?|the|one|any|each|either|several|two|three)\s)"),
}
# After these a verb is of a side clause, or says the opposite.
NOT_BEFORE = frozenset(
    """
    que quem onde cujo cuja cujos cujas quando não nunca também já se como qual quais
    who which that where when whose not never also what as
    """.split()  # noqa: SIM905
)
DETERMINERS = {"pt": ("o", "a", "os", "as"), "en": ("the",)}
OF = {"o": "do", "a": "da", "os": "dos", "as": "das"}

# What people are said to be. Nouns that things are called by as well are left out.
PERSONS = frozenset(
    """
    rei rainha imperador imperatriz príncipe princesa duque duquesa conde condessa marquês marquesa
    barão baronesa visconde político política estadista presidente ministro ministra senador
    senadora deputado deputada governador governadora prefeito prefeita vereador diplomata
    advogado advogada jurista juiz juíza militar general marechal almirante coronel capitão
    soldado alferes bandeirante navegador navegadora explorador exploradora conquistador
    missionário padre bispo arcebispo papa cardeal frade freira santo santa jesuíta teólogo teóloga
    escritor escritora poeta poetisa romancista contista cronista dramaturgo dramaturga
    jornalista tradutor tradutora ensaísta crítico historiador historiadora filósofo filósofa
    sociólogo socióloga antropólogo antropóloga economista geógrafo geógrafa cientista físico
    física químico matemático matemática biólogo bióloga médico médica enfermeira enfermeiro
    dentista sanitarista engenheiro engenheira arquiteto arquiteta inventor inventora aviador
    aviadora astrônomo astronauta naturalista botânico professor professora educador educadora
    pedagogo pedagoga pintor pintora escultor escultora desenhista gravador fotógrafo fotógrafa
    músico musicista compositor compositora maestro cantor cantora pianista violonista sambista
    ator atriz cineasta diretor diretora humorista apresentador apresentadora bailarino bailarina
    futebolista jogador jogadora treinador atleta nadador tenista piloto boxeador enxadrista
    ativista abolicionista revolucionário revolucionária líder guerrilheiro guerrilheira
    sindicalista empresário empresária banqueiro industrial comerciante fazendeiro tropeiro
    escravo escravizado escravizada regente cacique
    king queen emperor empress prince princess duke duchess earl politician statesman stateswoman
    president minister senator governor mayor diplomat lawyer jurist judge general admiral
    soldier sailor navigator explorer conquistador missionary priest bishop archbishop pope
    friar nun saint theologian writer author poet novelist playwright dramatist journalist
    translator essayist historian philosopher sociologist anthropologist economist geographer
    scientist physicist chemist mathematician biologist physician doctor surgeon nurse dentist
    engineer architect inventor aviator astronomer astronaut naturalist botanist teacher educator
    professor painter sculptor photographer musician composer conductor singer songwriter pianist
    actor actress filmmaker director comedian dancer footballer player coach athlete swimmer
    boxer activist abolitionist revolutionary businessman businesswoman merchant rapper scholar
    """.split()  # noqa: SIM905
)

# What points at something said before: a question that holds it cannot be understood alone.
POINTING = frozenset(
    """
    este esta estes estas esse essa esses essas isto isso aquele aquela aqueles aquelas aquilo neste
    nesta nestes nestas nesse nessa nesses nessas naquele naquela deste desta destes destas desse
    dessa desses dessas daquele daquela disso disto mesmo mesma outro outra outros outras também
    ainda então lá ali ele ela eles elas dele dela deles delas lhe lhes qual quais cujo cuja
    seguinte anterior assim tal tais onde aí aqui
    this that these those it he she they him them there then also same other another such which who
    whom whose latter former here thus
    """.split()  # noqa: SIM905
)

CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:-[^\W\d_]+)*"  # a word that is written so
YEAR = r"(?:1\d{3}|20\d\d|[5-9]\d\d)"
DASH = re.compile(r"\s[-–—]\s|[–—]")
SPACES = re.compile(r"\s+")


def folded(text: str) -> str:
    """Lower case, without accents, single spaces: what texts are compared by."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    return SPACES.sub(" ", kept).strip()


def field_name(name: str) -> str:
    """A field of an infobox as tables here write it: `data_Nascimento` -> `data nascimento`."""
    return re.sub(r"[\s_\-]+", " ", folded(name)).strip(" :.")


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, as it has them."""
    return re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", text)


def tidy(text: str) -> str:
    """Single spaces, and none before a comma or a full stop: what brackets leave behind."""
    return re.sub(r"\s+([,.;:?!])", r"\1", SPACES.sub(" ", text)).strip()
