"""Words that know their grammar: articles, contractions, plurals, pronouns in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

EN_IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "man/men woman/women child/children foot/feet tooth/teeth goose/geese mouse/mice "
        "person/people sheep/sheep fish/fish deer/deer ox/oxen leaf/leaves knife/knives "
        "wolf/wolves loaf/loaves shelf/shelves half/halves wife/wives calf/calves thief/thieves "
        "scarf/scarves potato/potatoes tomato/tomatoes hero/heroes echo/echoes salmon/salmon "
        "policeman/policemen stomach/stomachs volcano/volcanoes mosquito/mosquitoes mango/mangoes "
        "fisherman/fishermen postman/postmen bookshelf/bookshelves "
        "grandchild/grandchildren trousers/trousers scissors/scissors glasses/glasses"
    ).split()
)
PT_IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "pão/pães cão/cães mão/mãos irmão/irmãos órgão/órgãos lápis/lápis ônibus/ônibus "
        "capitão/capitães cidadão/cidadãos grão/grãos tênis/tênis pires/pires atlas/atlas "
        "óculos/óculos alemão/alemães escrivão/escrivães sótão/sótãos réptil/répteis "
        "raiz/raízes juiz/juízes fóssil/fósseis mal/males cônsul/cônsules "
        "vírus/vírus chão/chãos órfão/órfãos"
    ).split()
)
VOWEL_SOUND = ("a", "e", "i", "o", "u")
NOT_AN = ("uni", "use", "eu", "one", "ukulele", "usual")
SILENT_H = ("hour", "honest", "heir")


def plural_en(word: str) -> str:
    """The plural of an English noun; of a compound, that of its last word."""
    if " " in word and " of " not in word:
        head, last = word.rsplit(" ", 1)
        return f"{head} {plural_en(last)}"
    if " of " in word:
        head, last = word.split(" of ", 1)
        return f"{plural_en(head)} of {last}"
    if word in EN_IRREGULAR:
        return EN_IRREGULAR[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def plural_pt(word: str) -> str:
    """The plural of a Portuguese noun or adjective; of `x de y`, that of x."""
    for joint in (" de ", " do ", " da ", " em ", " a ", " para "):
        if joint in word:
            head, last = word.split(joint, 1)
            return f"{plural_pt(head)}{joint}{last}"
    if " " in word:
        return " ".join(plural_pt(part) for part in word.split(" "))
    if "-" in word:
        head, last = word.split("-", 1)
        return (
            f"{head}-{plural_pt(last)}"
            if head.startswith("guarda")
            else f"{plural_pt(head)}-{last}"
        )
    if word in PT_IRREGULAR:
        return PT_IRREGULAR[word]
    if word.endswith("ão"):
        return word[:-2] + "ões"
    if word.endswith("m"):
        return word[:-1] + "ns"
    if word.endswith("el") and word not in ("móvel", "automóvel", "túnel", "nível", "amável"):
        return word[:-2] + "éis" if not _accented(word[:-2]) else word[:-2] + "eis"
    if word.endswith(("al", "ol", "ul")) or word.endswith("el"):
        accent = {"ol": "óis", "el": "eis"}.get(word[-2:], word[-2] + "is")
        return word[:-2] + accent
    if word.endswith("il"):
        return word[:-1] + "s"
    if word.endswith(("r", "z", "n")):
        return word + "es"
    if word.endswith("ês"):
        return word[:-2] + "eses"
    if word.endswith("s"):
        return (
            word if not word.endswith(("ás", "us", "ís")) else word[:-2] + _bare(word[-2]) + "ses"
        )
    return word + "s"


def _accented(text: str) -> bool:
    return any(letter in "áâéêíóôú" for letter in text)


def _bare(letter: str) -> str:
    return {"á": "a", "é": "e", "ê": "e", "í": "i", "ó": "o", "ú": "u"}.get(letter, letter)


def a(word: str) -> str:
    """An English noun phrase with its indefinite article."""
    vowel = word.startswith(VOWEL_SOUND) and not word.startswith(NOT_AN)
    return f"an {word}" if vowel or word.startswith(SILENT_H) else f"a {word}"


@dataclass(frozen=True, slots=True)
class Noun:
    """A countable thing. The attributes are what templates ask for."""

    word: str
    plural: str
    gender: str
    """`m` or `f` in Portuguese, `n` in English."""
    a: str
    the: str
    of: str
    at: str
    to: str
    by: str
    this: str
    that: str
    my: str
    your: str
    new: str
    """With article and the word for new."""
    o: str
    """Ending of adjectives: `o` or `a` in Portuguese, empty in English."""
    it: str
    """The pronoun: it, ele, ela."""
    him: str
    """The pronoun as an object: it, o, a."""
    thes: str
    """Definite article and plural."""

    def __str__(self) -> str:
        return self.word


def english(word: str, plural: str = "") -> Noun:
    """An English noun with its forms."""
    return Noun(
        word=word, plural=plural or plural_en(word), gender="n", a=a(word), the=f"the {word}",
        of=f"of the {word}", at=f"in the {word}", to=f"to the {word}", by=f"by the {word}",
        this=f"this {word}", that=f"that {word}", my=f"my {word}", your=f"your {word}",
        new=f"a new {word}", o="", it="it", him="it", thes=f"the {plural or plural_en(word)}",
    )  # fmt: skip


def portuguese(word: str, gender: str, plural: str = "") -> Noun:
    """A Portuguese noun with its forms and contractions."""
    f = gender == "f"
    many = plural or plural_pt(word)

    def form(masculine: str, feminine: str) -> str:
        return f"{feminine if f else masculine} {word}"

    return Noun(
        word=word, plural=many, gender=gender, a=form("um", "uma"), the=form("o", "a"),
        of=form("do", "da"), at=form("no", "na"), to=form("ao", "à"), by=form("pelo", "pela"),
        this=form("este", "esta"), that=form("aquele", "aquela"), my=form("meu", "minha"),
        your=form("seu", "sua"), new=form("um novo", "uma nova"), o="a" if f else "o",
        it="ela" if f else "ele", him="a" if f else "o", thes=f"{'as' if f else 'os'} {many}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; Portuguese forms where the language asks for them."""

    name: str
    full: str
    gender: str
    he: str
    him: str
    his: str
    o: str
    """Ending of Portuguese adjectives and participles; empty in English."""
    man: str
    """man, woman, homem, mulher."""
    He: str
    His: str
    um: str = ""
    """um, uma."""

    def __str__(self) -> str:
        return self.name


def person_en(name: str, surname: str, female: bool) -> Person:
    """An English-speaking person."""
    he, him, his, man = ("she", "her", "her", "woman") if female else ("he", "him", "his", "man")
    gender = "f" if female else "m"
    full = f"{name} {surname}"
    return Person(name, full, gender, he, him, his, "", man, he.title(), his.title())


def person_pt(name: str, surname: str, female: bool) -> Person:
    """A Portuguese-speaking person: `his` is dele or dela."""
    he, his, o = ("ela", "dela", "a") if female else ("ele", "dele", "o")
    gender, man, um = ("f", "mulher", "uma") if female else ("m", "homem", "um")
    full = f"{name} {surname}"
    him = "a" if female else "o"
    return Person(name, full, gender, he, him, his, o, man, he.title(), his.title(), um)


def listed(items: Sequence[str], language: str) -> str:
    """`a, b and c`; `a, b e c`."""
    if len(items) == 1:
        return items[0]
    joint = " and " if language == "en" else " e "
    return ", ".join(items[:-1]) + joint + items[-1]


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def pick(chance: Random, wordings: str) -> str:
    """One of the wordings between ` || `."""
    return chance.choice(wordings.split(" || "))


def say(chance: Random, language: str, en: str, pt: str) -> str:
    """One of the wordings of the language."""
    return chance.choice((en if language == "en" else pt).split(" || "))
