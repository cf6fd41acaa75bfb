# ruff: noqa: E501 - long lists of words
"""Everyday nouns in both languages by category: `english/portuguese/gender`."""

from __future__ import annotations

from pretraining.generated.words import Noun, english, portuguese

_NOUNS = """
animal: dog/cachorro/m, cat/gato/m, horse/cavalo/m, cow/vaca/f, pig/porco/m, sheep/ovelha/f,
 goat/cabra/f, hen/galinha/f, duck/pato/m, goose/ganso/m, rabbit/coelho/m, mouse/rato/m,
 lion/leão/m, tiger/tigre/m, bear/urso/m, wolf/lobo/m, fox/raposa/f, elephant/elefante/m,
 monkey/macaco/m, snake/cobra/f, frog/rã/f, toad/sapo/m, turtle/tartaruga/f, whale/baleia/f,
 shark/tubarão/m, dolphin/golfinho/m, bee/abelha/f, ant/formiga/f, spider/aranha/f,
 butterfly/borboleta/f, parrot/papagaio/m, owl/coruja/f, eagle/águia/f, penguin/pinguim/m,
 giraffe/girafa/f, zebra/zebra/f, camel/camelo/m, donkey/burro/m, squirrel/esquilo/m,
 pigeon/pombo/m, crow/corvo/m, snail/caracol/m, crab/caranguejo/m, bat/morcego/m, deer/veado/m,
 swan/cisne/m, seal/foca/f, fly/mosca/f, mosquito/mosquito/m, kangaroo/canguru/m
fruit: apple/maçã/f, banana/banana/f, orange/laranja/f, pear/pera/f, grape/uva/f,
 lemon/limão/m, strawberry/morango/m, peach/pêssego/m, cherry/cereja/f, mango/manga/f,
 melon/melão/m, watermelon/melancia/f, pineapple/abacaxi/m, fig/figo/m, plum/ameixa/f,
 papaya/mamão/m, coconut/coco/m, avocado/abacate/m, raspberry/framboesa/f, guava/goiaba/f
vegetable: carrot/cenoura/f, potato/batata/f, tomato/tomate/m, onion/cebola/f,
 cucumber/pepino/m, pumpkin/abóbora/f, cabbage/repolho/m, lettuce/alface/f, radish/rabanete/m,
 turnip/nabo/m, beetroot/beterraba/f, cauliflower/couve-flor/f, pepper/pimentão/m,
 aubergine/berinjela/f, mushroom/cogumelo/m, leek/alho-poró/m
food: cake/bolo/m, loaf/pão/m, soup/sopa/f, salad/salada/f, sandwich/sanduíche/m, pie/torta/f,
 biscuit/biscoito/m, pancake/panqueca/f, omelette/omelete/f, sausage/linguiça/f,
 cheese/queijo/m, egg/ovo/m, steak/bife/m, pudding/pudim/m, pizza/pizza/f, stew/ensopado/m,
 yoghurt/iogurte/m, chocolate/chocolate/m, sweet/doce/m, ice cream/sorvete/m
furniture: table/mesa/f, chair/cadeira/f, bed/cama/f, sofa/sofá/m, wardrobe/armário/m,
 shelf/prateleira/f, desk/escrivaninha/f, bench/banco/m, armchair/poltrona/f, drawer/gaveta/f,
 bookcase/estante/f, cradle/berço/m, stool/banquinho/m, mattress/colchão/m, chest/baú/m
clothing: shirt/camisa/f, coat/casaco/m, hat/chapéu/m, dress/vestido/m, skirt/saia/f,
 shoe/sapato/m, boot/bota/f, sock/meia/f, glove/luva/f, scarf/cachecol/m, belt/cinto/m,
 jacket/jaqueta/f, sweater/suéter/m, tie/gravata/f, cap/boné/m, sandal/sandália/f,
 blouse/blusa/f, apron/avental/m, slipper/chinelo/m, suit/terno/m
tool: hammer/martelo/m, saw/serrote/m, screwdriver/chave de fenda/f, spade/pá/f, rake/ancinho/m,
 axe/machado/m, drill/furadeira/f, ladder/escada/f, brush/escova/f, broom/vassoura/f,
 bucket/balde/m, rope/corda/f, needle/agulha/f, nail/prego/m, ruler/régua/f, torch/lanterna/f,
 wrench/chave inglesa/f, paintbrush/pincel/m, file/lima/f, wheelbarrow/carrinho de mão/m
vehicle: car/carro/m, bus/ônibus/m, train/trem/m, bicycle/bicicleta/f, ship/navio/m,
 boat/barco/m, plane/avião/m, lorry/caminhão/m, tram/bonde/m, taxi/táxi/m, cart/carroça/f,
 motorbike/motocicleta/f, tractor/trator/m, helicopter/helicóptero/m, ferry/balsa/f,
 rocket/foguete/m, ambulance/ambulância/f, canoe/canoa/f, van/furgão/m, sledge/trenó/m
instrument: piano/piano/m, guitar/violão/m, violin/violino/m, flute/flauta/f, drum/tambor/m,
 trumpet/trompete/m, harp/harpa/f, cello/violoncelo/m, clarinet/clarinete/m, organ/órgão/m,
 accordion/acordeão/m, saxophone/saxofone/m, tambourine/pandeiro/m, trombone/trombone/m,
 oboe/oboé/m, banjo/banjo/m, horn/trompa/f, bell/sino/m
body: hand/mão/f, head/cabeça/f, foot/pé/m, arm/braço/m, leg/perna/f, eye/olho/m, ear/orelha/f,
 nose/nariz/m, mouth/boca/f, finger/dedo/m, tooth/dente/m, knee/joelho/m, shoulder/ombro/m,
 neck/pescoço/m, heart/coração/m, tongue/língua/f, elbow/cotovelo/m, chin/queixo/m,
 stomach/estômago/m
nature: tree/árvore/f, flower/flor/f, river/rio/m, mountain/montanha/f, lake/lago/m, sea/mar/m,
 forest/floresta/f, beach/praia/f, island/ilha/f, cloud/nuvem/f, star/estrela/f, stone/pedra/f,
 hill/colina/f, valley/vale/m, desert/deserto/m, field/campo/m, cave/caverna/f, leaf/folha/f,
 root/raiz/f, seed/semente/f, storm/tempestade/f, waterfall/cachoeira/f, volcano/vulcão/m,
 meadow/prado/m, wave/onda/f, planet/planeta/m
place: school/escola/f, hospital/hospital/m, library/biblioteca/f, market/mercado/m,
 bakery/padaria/f, museum/museu/m, theatre/teatro/m, church/igreja/f, park/parque/m, farm/fazenda/f,
 factory/fábrica/f, office/escritório/m, station/estação/f, airport/aeroporto/m, port/porto/m,
 hotel/hotel/m, restaurant/restaurante/m, pharmacy/farmácia/f, bank/banco/m, prison/prisão/f,
 garden/jardim/m, garage/garagem/f, kitchen/cozinha/f, bridge/ponte/f, castle/castelo/m,
 tower/torre/f, cinema/cinema/m, stadium/estádio/m, zoo/zoológico/m, bookshop/livraria/f,
 lighthouse/farol/m, mill/moinho/m, university/universidade/f
object: book/livro/m, pen/caneta/f, pencil/lápis/m, key/chave/f, lamp/lâmpada/f, clock/relógio/m,
 bottle/garrafa/f, cup/xícara/f, plate/prato/m, knife/faca/f, fork/garfo/m, spoon/colher/f,
 glass/copo/m, bag/bolsa/f, box/caixa/f, mirror/espelho/m, umbrella/guarda-chuva/m, candle/vela/f,
 letter/carta/f, newspaper/jornal/m, map/mapa/m, picture/quadro/m, blanket/cobertor/m,
 pillow/travesseiro/m, towel/toalha/f, comb/pente/m, basket/cesta/f, suitcase/mala/f,
 telephone/telefone/m, camera/câmera/f, radio/rádio/m, computer/computador/m, ring/anel/m,
 coin/moeda/f, doll/boneca/f, ball/bola/f, kite/pipa/f, wallet/carteira/f, ticket/bilhete/m,
 notebook/caderno/m, vase/vaso/m, teapot/bule/m, jar/pote/m, pan/panela/f, oven/forno/m,
 fridge/geladeira/f, window/janela/f, door/porta/f, curtain/cortina/f, carpet/tapete/m,
 soap/sabonete/m, backpack/mochila/f, envelope/envelope/m, stamp/selo/m, necklace/colar/m,
 helmet/capacete/m, tent/barraca/f, toy/brinquedo/m, kettle/chaleira/f, magnet/ímã/m
job: teacher/professor/m, doctor/médico/m, nurse/enfermeira/f, baker/padeiro/m, farmer/fazendeiro/m,
 cook/cozinheiro/m, driver/motorista/m, painter/pintor/m, carpenter/carpinteiro/m,
 lawyer/advogado/m, engineer/engenheiro/m, gardener/jardineiro/m, dentist/dentista/m,
 fisherman/pescador/m, tailor/alfaiate/m, waiter/garçom/m, librarian/bibliotecária/f,
 journalist/jornalista/m, plumber/encanador/m, electrician/eletricista/m, singer/cantor/m,
 actor/ator/m, soldier/soldado/m, sailor/marinheiro/m, judge/juiz/m, butcher/açougueiro/m,
 hairdresser/cabeleireira/f, pilot/piloto/m, postman/carteiro/m, writer/escritor/m
family: mother/mãe/f, father/pai/m, sister/irmã/f, brother/irmão/m, aunt/tia/f, uncle/tio/m,
 cousin/primo/m, grandmother/avó/f, grandfather/avô/m, son/filho/m, daughter/filha/f,
 nephew/sobrinho/m, niece/sobrinha/f, husband/marido/m, wife/esposa/f, grandson/neto/m,
 neighbour/vizinho/m, friend/amigo/m
"""

CATEGORY = {
    "animal": ("animals", "animais", "animal"), "fruit": ("fruits", "frutas", "fruta"),
    "vegetable": ("vegetables", "legumes e verduras", "legume"),
    "food": ("foods", "comidas", "comida"), "furniture": ("furniture", "móveis", "móvel"),
    "clothing": ("clothes", "roupas", "roupa"), "tool": ("tools", "ferramentas", "ferramenta"),
    "vehicle": ("vehicles", "veículos", "veículo"),
    "instrument": ("musical instruments", "instrumentos musicais", "instrumento musical"),
    "body": ("parts of the body", "partes do corpo", "parte do corpo"),
    "nature": ("nature", "natureza", "natureza"), "place": ("places", "lugares", "lugar"),
    "object": ("objects", "objetos", "objeto"), "job": ("jobs", "profissões", "profissão"),
    "family": ("family", "família", "família"),
}  # fmt: skip
"""For each category its name in the plural (English, Portuguese) and the Portuguese singular."""

_FORMS = {"couve-flor": "couves-flores", "alho-poró": "alhos-porós", "chave inglesa": "chaves inglesas",
          "avó": "avós", "avô": "avôs"}  # fmt: skip


def _read() -> dict[str, list[tuple[Noun, Noun]]]:
    found: dict[str, list[tuple[Noun, Noun]]] = {}
    joined = _NOUNS.strip().replace("\n ", " ")
    for line in joined.splitlines():
        category, words = line.split(": ", 1)
        pairs = found.setdefault(category, [])
        for entry in words.replace(",  ", ", ").rstrip(", ").split(", "):
            en, pt, gender = entry.strip().split("/")
            pairs.append((english(en), portuguese(pt, gender, _FORMS.get(pt, ""))))
    return found


NOUNS = _read()
"""Category -> pairs of English and Portuguese noun."""

NOUN = {
    "en": {name: [pair[0] for pair in pairs] for name, pairs in NOUNS.items()},
    "pt": {name: [pair[1] for pair in pairs] for name, pairs in NOUNS.items()},
}
"""Language -> category -> nouns."""

ALL = {language: [noun for nouns in by.values() for noun in nouns] for language, by in NOUN.items()}
PAIRS = [pair for pairs in NOUNS.values() for pair in pairs]

THINGS = {
    language: [noun for name in ("furniture", "clothing", "tool", "object", "instrument")
               for noun in by[name]]
    for language, by in NOUN.items()
}  # fmt: skip
"""What a person can own, carry, buy or lose (furniture included)."""

SMALL = {
    language: [noun for name in ("clothing", "tool", "object") for noun in by[name]
               if noun.word not in ("oven", "fridge", "window", "door", "forno", "geladeira",
                                    "janela", "porta")]
    for language, by in NOUN.items()
}  # fmt: skip
"""What fits in a bag."""


def category_name(category: str, language: str) -> str:
    """The category's name: plural or collective in English, singular in Portuguese."""
    return category if language == "en" else CATEGORY[category][2]
