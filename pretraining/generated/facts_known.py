# ruff: noqa: E501 - long lists of words
"""True everyday knowledge as pairs, by language."""

from __future__ import annotations


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for entry in text.replace("\n", " ").strip().split(","):
        left, right = entry.strip().split("/")
        found.append((left, right))
    return found


CAPITALS = {
    "en": _pairs(
        """France/Paris,Italy/Rome,Spain/Madrid,Portugal/Lisbon,Germany/Berlin,Austria/Vienna,
Greece/Athens,Norway/Oslo,Sweden/Stockholm,Denmark/Copenhagen,Finland/Helsinki,Poland/Warsaw,
Ireland/Dublin,Hungary/Budapest,Belgium/Brussels,Russia/Moscow,Turkey/Ankara,Egypt/Cairo,
Japan/Tokyo,China/Beijing,Canada/Ottawa,Mexico/Mexico City,Cuba/Havana,Peru/Lima,
Argentina/Buenos Aires,Chile/Santiago,Brazil/Brasília,Uruguay/Montevideo,Paraguay/Asunción,
Colombia/Bogotá,Venezuela/Caracas,Ecuador/Quito,Angola/Luanda,Mozambique/Maputo,Kenya/Nairobi,
Morocco/Rabat,Australia/Canberra,New Zealand/Wellington,Iceland/Reykjavik,Romania/Bucharest,
Bulgaria/Sofia,the United Kingdom/London,the United States/Washington,Thailand/Bangkok,
South Korea/Seoul,Vietnam/Hanoi,Iran/Tehran,Iraq/Baghdad,Senegal/Dakar,Ghana/Accra"""
    ),
    "pt": _pairs(
        """França/Paris,Itália/Roma,Espanha/Madri,Portugal/Lisboa,Alemanha/Berlim,Áustria/Viena,
Grécia/Atenas,Noruega/Oslo,Suécia/Estocolmo,Dinamarca/Copenhague,Finlândia/Helsinque,
Polônia/Varsóvia,Irlanda/Dublin,Hungria/Budapeste,Bélgica/Bruxelas,Rússia/Moscou,Turquia/Ancara,
Egito/Cairo,Japão/Tóquio,China/Pequim,Canadá/Ottawa,México/Cidade do México,Cuba/Havana,Peru/Lima,
Argentina/Buenos Aires,Chile/Santiago,Brasil/Brasília,Uruguai/Montevidéu,Paraguai/Assunção,
Colômbia/Bogotá,Venezuela/Caracas,Equador/Quito,Angola/Luanda,Moçambique/Maputo,Quênia/Nairóbi,
Marrocos/Rabat,Austrália/Camberra,Nova Zelândia/Wellington,Islândia/Reykjavik,Romênia/Bucareste,
Bulgária/Sófia,Reino Unido/Londres,Estados Unidos/Washington,Tailândia/Bangcoc,Coreia do Sul/Seul,
Vietnã/Hanói,Irã/Teerã,Iraque/Bagdá,Senegal/Dacar,Gana/Acra,Cabo Verde/Praia"""
    ),
}
ANIMAL_SOUNDS = {
    "en": _pairs(
        """dog/barks,cat/meows,cow/moos,sheep/bleats,horse/neighs,duck/quacks,lion/roars,bee/buzzes,
wolf/howls,pig/grunts,hen/clucks,frog/croaks,snake/hisses,owl/hoots,donkey/brays,mouse/squeaks,
bird/sings,goose/honks,crow/caws,pigeon/coos,elephant/trumpets,cock/crows,bear/growls,goat/bleats"""
    ),
    "pt": _pairs(
        """cachorro/late,gato/mia,vaca/muge,ovelha/bale,cavalo/relincha,pato/grasna,leão/ruge,
abelha/zumbe,lobo/uiva,porco/grunhe,galinha/cacareja,sapo/coaxa,cobra/sibila,coruja/pia,burro/zurra,
rato/guincha,pássaro/canta,ganso/grasna,corvo/crocita,pombo/arrulha,elefante/barre,galo/canta,
cabra/bale,tigre/ruge,mosca/zumbe"""
    ),
}
ANIMAL_YOUNG = {
    "en": _pairs(
        """dog/puppy,cat/kitten,cow/calf,sheep/lamb,horse/foal,hen/chick,duck/duckling,lion/cub,
bear/cub,pig/piglet,goat/kid,deer/fawn,frog/tadpole,goose/gosling,swan/cygnet,kangaroo/joey,
elephant/calf,wolf/cub,whale/calf,eagle/eaglet,owl/owlet,butterfly/caterpillar"""
    ),
    "pt": _pairs(
        """vaca/bezerro,ovelha/cordeiro,égua/potro,galinha/pintinho,porca/leitão,cabra/cabrito,
sapo/girino,leoa/leãozinho,pata/patinho,gata/gatinho,cadela/cachorrinho,pássaro/filhote,
borboleta/lagarta,loba/lobinho,ursa/ursinho"""
    ),
}
COLOUR_OF = {
    "en": _pairs(
        """the sky on a clear day/blue,grass/green,snow/white,coal/black,a ripe tomato/red,
a ripe banana/yellow,an orange/orange,blood/red,milk/white,chocolate/brown,the sun in a drawing/yellow,
a leaf in spring/green,a lemon/yellow,a strawberry/red,the sea/blue,an elephant/grey,a carrot/orange,
a flamingo/pink,a raven/black,salt/white,spinach/green,a cherry/red,a frog/green,a swan/white,
a cucumber/green,coffee/brown,an aubergine/purple,cotton/white,a lime/green,a ruby/red,tar/black"""
    ),
    "pt": _pairs(
        """o céu num dia claro/azul,a grama/verde,a neve/branca,o carvão/preto,o tomate maduro/vermelho,
a banana madura/amarela,a laranja/laranja,o sangue/vermelho,o leite/branco,o chocolate/marrom,
o sol num desenho/amarelo,a folha na primavera/verde,o limão-siciliano/amarelo,o morango/vermelho,
o mar/azul,o elefante/cinza,a cenoura/laranja,o flamingo/rosa,o corvo/preto,o sal/branco,
o espinafre/verde,a cereja/vermelha,a rã/verde,o cisne/branco,o pepino/verde,o café/marrom,
a berinjela/roxa,o algodão/branco,o rubi/vermelho,a alface/verde"""
    ),
}
DEMONYMS = {
    "en": _pairs(
        """France/French,Italy/Italian,Spain/Spanish,Portugal/Portuguese,Germany/German,Greece/Greek,
Austria/Austrian,Norway/Norwegian,Sweden/Swedish,Denmark/Danish,Finland/Finnish,Poland/Polish,
Ireland/Irish,Hungary/Hungarian,Belgium/Belgian,Russia/Russian,Turkey/Turkish,Egypt/Egyptian,
Japan/Japanese,China/Chinese,Canada/Canadian,Mexico/Mexican,Cuba/Cuban,Peru/Peruvian,
Argentina/Argentine,Chile/Chilean,Brazil/Brazilian,Angola/Angolan,Kenya/Kenyan,Morocco/Moroccan,
Australia/Australian,Iceland/Icelandic,Romania/Romanian,England/English,Scotland/Scottish,India/Indian"""
    ),
    "pt": _pairs(
        """França/francês,Itália/italiano,Espanha/espanhol,Portugal/português,Alemanha/alemão,
Grécia/grego,Áustria/austríaco,Noruega/norueguês,Suécia/sueco,Dinamarca/dinamarquês,
Finlândia/finlandês,Polônia/polonês,Irlanda/irlandês,Hungria/húngaro,Bélgica/belga,Rússia/russo,
Turquia/turco,Egito/egípcio,Japão/japonês,China/chinês,Canadá/canadense,México/mexicano,Cuba/cubano,
Peru/peruano,Argentina/argentino,Chile/chileno,Brasil/brasileiro,Angola/angolano,Quênia/queniano,
Marrocos/marroquino,Austrália/australiano,Islândia/islandês,Romênia/romeno,Inglaterra/inglês,
Escócia/escocês,Índia/indiano,Moçambique/moçambicano,Uruguai/uruguaio,Paraguai/paraguaio"""
    ),
}
TOOLS_OF_JOBS = {
    "en": _pairs(
        """carpenter/a saw,painter/a brush,gardener/a spade,cook/a pan,tailor/a needle,writer/a pen,
farmer/a tractor,fisherman/a net,hairdresser/scissors,photographer/a camera,baker/an oven,
doctor/a stethoscope,teacher/a blackboard,pianist/a piano,mechanic/a spanner,postman/a letter bag,
driver/a car,astronomer/a telescope,firefighter/a hose,blacksmith/a hammer,potter/clay,pilot/a plane"""
    ),
    "pt": _pairs(
        """carpinteiro/um serrote,pintor/um pincel,jardineiro/uma pá,cozinheiro/uma panela,
alfaiate/uma agulha,escritor/uma caneta,agricultor/um trator,pescador/uma rede,
cabeleireiro/uma tesoura,fotógrafo/uma câmera,padeiro/um forno,médico/um estetoscópio,
professor/um quadro-negro,pianista/um piano,mecânico/uma chave inglesa,carteiro/uma bolsa de cartas,
motorista/um carro,astrônomo/um telescópio,bombeiro/uma mangueira,ferreiro/um martelo,oleiro/barro,
piloto/um avião"""
    ),
}
