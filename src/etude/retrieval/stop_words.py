"""Words that stand in every text and tell nothing of what it is about, by ISO 639 code.

Articles, pronouns, prepositions, conjunctions, auxiliary verbs and question words; our own lists.
"""

from __future__ import annotations

ENGLISH = """
a an the this that these those such same own other another each every either neither both all any
some no none not nor only just even also too very so than then there here now again ever never once
i me my mine myself we us our ours ourselves you your yours yourself yourselves
he him his himself she her hers herself it its itself they them their theirs themselves one ones
who whom whose which what when where why how whether
am is are was were be been being have has had having do does did doing done
can could may might must shall should will would ought
and or but if because as until while although though since unless
of at by for with about against between into through during before after above below
to from up down in out on off over under upon within without along across among toward towards
more most less least much many few several
s t d ll m re ve don isn aren wasn weren hasn haven hadn doesn didn won wouldn couldn shouldn
"""

PORTUGUESE = """
a à ao aos às o os as um uma uns umas
de do da dos das dum duma duns dumas em no na nos nas num numa nuns numas
por pelo pela pelos pelas para pra pro com sem sob sobre entre até após ante desde contra perante
e ou nem mas porém contudo todavia porque pois logo portanto se que caso embora enquanto conforme
eu me mim comigo tu te ti contigo ele ela eles elas lhe lhes si consigo nós nos conosco vós vos
você vocês
meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas
vosso vossa vossos vossas dele dela deles delas nele nela neles nelas
este esta estes estas esse essa esses essas aquele aquela aqueles aquelas isto isso aquilo
deste desta destes destas desse dessa desses dessas daquele daquela daqueles daquelas disto disso
neste nesta nestes nestas nesse nessa nesses nessas naquele naquela naqueles naquelas nisto nisso
àquele àquela àqueles àquelas daquilo naquilo
mesmo mesma mesmos mesmas próprio própria próprios próprias outro outra outros outras
todo toda todos todas tudo nada algum alguma alguns algumas nenhum nenhuma algo alguém ninguém
cada qualquer quaisquer tal tais muito muita muitos muitas pouco pouca poucos poucas mais menos
tanto tanta tantos tantas quanto quanta quantos quantas
qual quais quem cujo cuja cujos cujas onde aonde donde quando como
não sim já ainda também só apenas tão assim então lá aqui ali aí depois antes agora sempre nunca
é és são sou somos era eras eram foi fui foram fosse fossem for forem será serão seria seriam ser
sendo sido seja sejam éramos fomos
está estás estão estou estamos estava estavam esteve estiveram estar estando estado esteja estejam
estivesse estivessem estiver estiverem estará estarão estaria
tem têm tens tenho temos tinha tinham teve tiveram ter tendo tido tenha tenham tivesse tivessem
tiver tiverem terá terão teria teriam
há havia houve haver havendo havido haja hajam houvesse houver haverá haveria hão
pode podem podia podiam pôde puderam poder deve devem devia deviam dever
vai vão vou vamos ia iam
"""

SPANISH = """
a al el la los las lo un una unos unas
de del en por para con sin sobre entre hasta desde contra ante bajo tras según hacia durante
mediante
y e o u ni mas pero sino aunque porque pues que si como cuando donde mientras
yo me mí conmigo tú te ti contigo él ella ello ellos ellas usted ustedes le les se sí consigo
nosotros nosotras nos vosotros vosotras os
mi mis tu tus su sus mío mía míos mías tuyo tuya tuyos tuyas suyo suya suyos suyas
nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras
este esta estos estas ese esa esos esas aquel aquella aquellos aquellas esto eso aquello
éste ésta éstos éstas ése ésa ésos ésas aquél aquélla
mismo misma mismos mismas propio propia propios propias otro otra otros otras
todo toda todos todas nada algo alguien nadie algún alguno alguna algunos algunas ningún ninguno
ninguna cada cualquier cualquiera tal tales mucho mucha muchos muchas poco poca pocos pocas
más menos tanto tanta tantos tantas muy tan
qué quién quiénes quien quienes cuál cuáles cual cuales cuyo cuya cuyos cuyas cuánto cuánta cuántos
cuántas cuanto cuanta cuantos cuantas dónde adónde cuándo cómo
no ya aún todavía también solo sólo así entonces allí allá aquí ahí después antes ahora siempre
nunca
es eres soy somos son era eras eran fue fui fueron fuera fueran fuese fuesen será serán sería serían
ser siendo sido sea sean éramos fuimos
está estás están estoy estamos estaba estaban estuvo estuvieron estar estando estado esté estén
estuviera estuviese estará estarán estaría
ha has han he hemos había habían hubo hubieron haber habiendo habido haya hayan hubiera hubiese
habrá habrán habría habrían hay
tiene tienen tienes tengo tenemos tenía tenían tuvo tuvieron tener teniendo tenido tenga tengan
tuviera tuviese tendrá tendrán tendría
puede pueden podía podían pudo pudieron poder debe deben debía debían deber
va van voy vamos iba iban
"""

STOP_WORDS = {
    "en": frozenset(ENGLISH.split()),
    "pt": frozenset(PORTUGUESE.split()),
    "es": frozenset(SPANISH.split()),
}
