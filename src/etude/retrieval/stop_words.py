"""Words that hold a sentence together and tell nothing of what it is about, by ISO 639 code.

Articles, pronouns, prepositions, conjunctions, forms of to be and to have, question words; our own
lists. They are short on purpose: modal verbs, adverbs and words of quantity are left to their idf,
which on FaQuAD, Pirá and SQuAD in Portuguese found more than leaving them out.
"""

from __future__ import annotations

ENGLISH = """
a an the this that these those such
i me my mine myself we us our ours ourselves you your yours yourself yourselves
he him his himself she her hers herself it its itself they them their theirs themselves
who whom whose which what when where why how whether
am is are was were be been being have has had having do does did doing done
and or but nor not no if because as until while although though than since
of at by for with about against between into through during from to up down in out on off over
under upon within without along across among toward towards there
s t d ll m re ve don isn aren wasn weren hasn haven hadn doesn didn
"""

PORTUGUESE = """
a à ao aos às o os as um uma uns umas
de do da dos das dum duma duns dumas em no na nos nas num numa nuns numas
por pelo pela pelos pelas para pra pro com sem entre até
e ou nem mas porém porque pois se que
eu me mim comigo tu te ti contigo ele ela eles elas lhe lhes si consigo nós nos conosco vós vos
você vocês
meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas
vosso vossa vossos vossas dele dela deles delas nele nela neles nelas
este esta estes estas esse essa esses essas aquele aquela aqueles aquelas isto isso aquilo
deste desta destes destas desse dessa desses dessas daquele daquela daqueles daquelas disto disso
neste nesta nestes nestas nesse nessa nesses nessas naquele naquela naqueles naquelas nisto nisso
àquele àquela àqueles àquelas daquilo naquilo
qual quais quem cujo cuja cujos cujas onde aonde donde quando como quanto quanta quantos quantas
não sim já ainda também só mais menos
é és são sou somos era eras eram foi fui foram fosse fossem for forem será serão seria seriam ser
sendo sido seja sejam éramos fomos
está estás estão estou estamos estava estavam esteve estiveram estar estando estado esteja estejam
estivesse estivessem estiver estiverem estará estarão estaria
tem têm tens tenho temos tinha tinham teve tiveram ter tendo tido tenha tenham tivesse tivessem
tiver tiverem terá terão teria teriam
há havia houve haver havendo havido haja hajam houvesse houver haverá haveria hão
"""

SPANISH = """
a al el la los las lo un una unos unas
de del en por para con sin entre hasta
y e o u ni mas pero sino porque pues que si
yo me mí conmigo tú te ti contigo él ella ello ellos ellas usted ustedes le les se sí consigo
nosotros nosotras nos vosotros vosotras os
mi mis tu tus su sus mío mía míos mías tuyo tuya tuyos tuyas suyo suya suyos suyas
nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras
este esta estos estas ese esa esos esas aquel aquella aquellos aquellas esto eso aquello
éste ésta éstos éstas ése ésa ésos ésas aquél aquélla
qué quién quiénes quien quienes cuál cuáles cual cuales cuyo cuya cuyos cuyas cuánto cuánta cuántos
cuántas cuanto cuanta cuantos cuantas dónde donde adónde cuándo cuando cómo como
no ya aún también solo sólo más menos
es eres soy somos son era eras eran fue fui fueron fuera fueran fuese fuesen será serán sería serían
ser siendo sido sea sean éramos fuimos
está estás están estoy estamos estaba estaban estuvo estuvieron estar estando estado esté estén
estuviera estuviese estará estarán estaría
ha has han he hemos había habían hubo hubieron haber habiendo habido haya hayan hubiera hubiese
habrá habrán habría habrían hay
tiene tienen tienes tengo tenemos tenía tenían tuvo tuvieron tener teniendo tenido tenga tengan
tuviera tuviese tendrá tendrán tendría
"""

STOP_WORDS = {
    "en": frozenset(ENGLISH.split()),
    "pt": frozenset(PORTUGUESE.split()),
    "es": frozenset(SPANISH.split()),
}
