# ruff: noqa: E501 - long lists of words
"""Everyday verbs and adjectives in both languages, with their forms."""

from __future__ import annotations

from dataclasses import dataclass

_VERBS = """
walk caminhar, run/ran correr, eat/ate/eaten comer, drink/drank/drunk beber, sleep/slept dormir,
read/read ler, write/wrote/written escrever, sing/sang/sung cantar, dance dançar, jump pular,
play brincar, work trabalhar, cook cozinhar, wash lavar, clean limpar, open abrir, close fechar,
buy/bought comprar, sell/sold vender, pay/paid pagar, give/gave/given dar, bring/brought trazer,
carry carregar, lose/lost perder, find/found encontrar, look olhar, see/saw/seen ver, hear/heard ouvir,
listen escutar, speak/spoke/spoken falar, say/said dizer, ask perguntar, answer responder,
think/thought pensar, know/knew/known saber, learn aprender, teach/taught ensinar, study estudar,
forget/forgot/forgotten esquecer, remember lembrar, love amar, like gostar, hate odiar, want querer,
need precisar, help ajudar, wait esperar, call chamar, travel viajar, arrive chegar,
leave/left sair, come/came/come vir, go/went/gone ir, return voltar, live viver, die morrer,
begin/began/begun começar, finish terminar, break/broke/broken quebrar, repair consertar,
build/built construir, paint pintar, draw/drew/drawn desenhar, cut/cut cortar, swim/swam/swum nadar,
fly/flew/flown voar, fall/fell/fallen cair, climb subir, laugh rir, cry chorar, smile sorrir,
shout gritar, dream sonhar, wake/woke/woken acordar, choose/chose/chosen escolher, send/sent enviar,
receive receber, keep/kept guardar, hide/hid/hidden esconder, show mostrar, meet/met encontrar,
win/won ganhar, throw/threw/thrown jogar, catch/caught pegar, drive/drove/driven dirigir,
visit visitar, rest descansar, plant plantar, water regar, sew costurar, push empurrar, pull puxar,
touch tocar, count contar, try tentar, use usar, change mudar, lend/lent emprestar, borrow emprestar,
stop parar, turn virar, enter entrar, hope desejar, explain explicar, understand/understood entender,
grow/grew/grown crescer, make/made/made fazer, take/took/taken levar, feel/felt sentir,
put/put pôr, drop derrubar, invite convidar, decide decidir, share dividir, order pedir
"""

# Portuguese present of I and of he or she, past of I and of he or she, where not by rule.
_PT_IRREGULAR = {
    line.split()[0]: line.split()[1:]
    for line in """
dormir durmo dorme dormi dormiu
ler leio lê li leu
dar dou dá dei deu
trazer trago traz trouxe trouxe
perder perco perde perdi perdeu
ver vejo vê vi viu
ouvir ouço ouve ouvi ouviu
dizer digo diz disse disse
saber sei sabe soube soube
esquecer esqueço esquece esqueci esqueceu
querer quero quer quis quis
sair saio sai saí saiu
vir venho vem vim veio
ir vou vai fui foi
odiar odeio odeia odiei odiou
construir construo constrói construí construiu
cair caio cai caí caiu
subir subo sobe subi subiu
rir rio ri ri riu
sorrir sorrio sorri sorri sorriu
dirigir dirijo dirige dirigi dirigiu
fazer faço faz fiz fez
sentir sinto sente senti sentiu
pôr ponho põe pus pôs
pedir peço pede pedi pediu
crescer cresço cresce cresci cresceu
começar começo começa comecei começou
dançar danço dança dancei dançou
pagar pago paga paguei pagou
chegar chego chega cheguei chegou
jogar jogo joga joguei jogou
pegar pego pega peguei pegou
carregar carrego carrega carreguei carregou
regar rego rega reguei regou
tocar toco toca toquei tocou
explicar explico explica expliquei explicou
""".strip().splitlines()
}
_DOUBLED = ("stop", "drop", "plan", "travel")


@dataclass(frozen=True, slots=True)
class Verb:
    """An English verb and its Portuguese counterpart."""

    base: str
    third: str
    past: str
    participle: str
    gerund: str
    pt: str
    """Infinitive."""
    pt_i: str
    pt_he: str
    pt_i_past: str
    pt_he_past: str
    pt_gerund: str


def _verb(entry: str) -> Verb:
    forms, pt = entry.split()
    base, *rest = forms.split("/")
    doubled = base + base[-1] if base in _DOUBLED else base
    final_y = base.endswith("y") and base[-2] not in "aeiou"
    if final_y:
        regular, third = base[:-1] + "ied", base[:-1] + "ies"
    else:
        regular = base + "d" if base.endswith("e") else doubled + "ed"
        third = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    past = rest[0] if rest else regular
    participle = rest[1] if len(rest) > 1 else past
    irregular_gerund = {"die": "dying", "see": "seeing", "run": "running", "cut": "cutting",
                        "swim": "swimming", "win": "winning", "begin": "beginning",
                        "put": "putting", "forget": "forgetting"}  # fmt: skip
    gerund = irregular_gerund.get(base) or (
        base[:-1] + "ing" if base.endswith("e") and base[-2] != "e" else doubled + "ing"
    )
    stem, vowel = pt[:-2], pt[-2]
    if pt in _PT_IRREGULAR:
        i, he, i_past, he_past = _PT_IRREGULAR[pt]
    elif vowel == "a":
        i, he, i_past, he_past = stem + "o", stem + "a", stem + "ei", stem + "ou"
    else:
        i, he, i_past, he_past = stem + "o", stem + "e", stem + "i", stem + pt[-2] + "u"
    pt_gerund = "pondo" if pt == "pôr" else pt[:-1] + "ndo"
    return Verb(base, third, past, participle, gerund, pt, i, he, i_past, he_past, pt_gerund)


VERBS = [_verb(entry) for entry in _VERBS.replace("\n", " ").strip().split(", ")]

_ADJECTIVES = """
big grande - small pequeno, old velho - new novo, hot quente - cold frio, tall alto - short baixo,
fast rápido - slow lento, rich rico - poor pobre, happy feliz - sad triste, clean limpo - dirty sujo,
full cheio - empty vazio, strong forte - weak fraco, open aberto - closed fechado,
heavy pesado - light leve, hard duro - soft mole, wet molhado - dry seco, long comprido - short curto,
good bom - bad ruim, beautiful bonito - ugly feio, easy fácil - difficult difícil,
cheap barato - expensive caro, bright claro - dark escuro, wide largo - narrow estreito,
thick grosso - thin fino, deep fundo - shallow raso, loud barulhento - quiet silencioso,
sweet doce - bitter amargo, true verdadeiro - false falso, safe seguro - dangerous perigoso,
polite educado - rude grosseiro, brave corajoso - cowardly covarde, young jovem - old idoso,
right certo - wrong errado, early adiantado - late atrasado, generous generoso - stingy avarento,
modern moderno - ancient antigo, healthy saudável - ill doente, smooth liso - rough áspero,
lazy preguiçoso - hard-working trabalhador, simple simples - complicated complicado,
careful cuidadoso - careless descuidado, calm calmo - nervous nervoso, public público - private privado,
alive vivo - dead morto, awake acordado - asleep adormecido, possible possível - impossible impossível,
first primeiro - last último, fresh fresco - rotten podre, tidy arrumado - untidy bagunçado,
honest honesto - dishonest desonesto, visible visível - invisible invisível, sharp afiado - blunt cego
"""

OTHER_OPPOSITES = {
    "en": (
        "up/down in/out left/right day/night north/south east/west above/below before/after "
        "inside/outside always/never everything/nothing here/there morning/evening summer/winter "
        "begin/end buy/sell give/take push/pull win/lose love/hate laugh/cry ask/answer enter/leave "
        "come/go arrive/depart float/sink remember/forget lend/borrow friend/enemy peace/war "
        "question/answer top/bottom front/back more/less many/few yes/no king/queen "
        "build/destroy accept/refuse find/lose increase/decrease success/failure near/far"
    ).split(),
    "pt": (
        "dia/noite norte/sul dentro/fora antes/depois sempre/nunca tudo/nada aqui/lá manhã/noite "
        "verão/inverno começar/terminar comprar/vender dar/receber empurrar/puxar ganhar/perder "
        "amar/odiar rir/chorar perguntar/responder entrar/sair subir/descer ir/vir chegar/partir "
        "lembrar/esquecer amigo/inimigo paz/guerra pergunta/resposta mais/menos muito/pouco sim/não "
        "direita/esquerda acima/abaixo perto/longe construir/destruir aceitar/recusar vida/morte "
        "aumentar/diminuir sucesso/fracasso início/fim abrir/fechar acender/apagar ligar/desligar"
    ).split(),
}


def feminine(adjective: str) -> str:
    """The feminine of a Portuguese adjective."""
    if adjective == "bom":
        return "boa"
    if adjective.endswith(("dor", "ês", "ol")):
        return adjective.replace("ês", "es") + "a"
    return adjective[:-1] + "a" if adjective.endswith("o") else adjective


OPPOSITES = [
    tuple(tuple(side.split(" ", 1)) for side in entry.split(" - "))
    for entry in _ADJECTIVES.replace("\n", " ").strip().split(", ")
]
"""Pairs of opposite (English, Portuguese masculine) adjectives."""

OF_THINGS = [
    tuple(entry.split("/"))
    for entry in (
        "big/grande small/pequeno old/velho new/novo heavy/pesado light/leve clean/limpo dirty/sujo "
        "beautiful/bonito ugly/feio expensive/caro cheap/barato broken/quebrado wet/molhado dry/seco "
        "lost/perdido good/bom bad/ruim red/vermelho yellow/amarelo white/branco black/preto "
        "green/verde blue/azul brown/marrom grey/cinza pink/rosa strange/estranho useful/útil "
        "different/diferente important/importante famous/famoso round/redondo"
    ).split()
]
"""(English, Portuguese masculine) adjectives that fit any thing."""

COLOURS = [
    tuple(entry.split("/"))
    for entry in (
        "red/vermelho yellow/amarelo white/branco black/preto green/verde blue/azul brown/marrom "
        "grey/cinza pink/rosa orange/laranja purple/roxo silver/prateado golden/dourado"
    ).split()
]


def agree(adjective: str, gender: str) -> str:
    """A Portuguese adjective in the gender of its noun; colours named for things do not bend."""
    if adjective in ("marrom", "cinza", "rosa", "laranja", "azul", "verde") or gender != "f":
        return adjective
    return feminine(adjective)
