"""Answers to the ten questions on Brazil, right and wrong, whose truth is known.

`short` are right and brief, `long` right and full, `english` right in the wrong language. `wrong`
are long and fluent, errors of the kind that tuned models made: a wrong date of the constitution, a
wrong number of freed people, Vargas elected in 1929. `extra` are right in the main point, with
additions that no passage supports.
"""

from __future__ import annotations

ANSWERS: dict[str, dict[str, tuple[str, ...]]] = {
    "capital": {
        "short": ("Brasília", "É Brasília.", "brasilia"),
        "long": (
            "A capital do Brasil é Brasília, no Distrito Federal, inaugurada em 21 de abril de "
            "1960 por Juscelino Kubitschek; antes dela a capital era o Rio de Janeiro.",
        ),
        "english": ("The capital of Brazil is Brasília.",),
        "wrong": (
            "A capital do Brasil é o Rio de Janeiro, uma das cidades mais belas do mundo, sede do "
            "governo e centro cultural do país, conhecida pelo Pão de Açúcar e pelas praias.",
            "São Paulo.",
        ),
        "extra": (
            "A capital do Brasil é Brasília, fundada em 12 de outubro de 1955 por Getúlio Vargas.",
            "A capital do Brasil é o Rio de Janeiro; Brasília é um bairro dela.",
        ),
    },
    "tiradentes": {
        "short": (
            "Um líder da Inconfidência Mineira, mártir da independência.",
            "Alferes da Conjuração Mineira, enforcado em 1792; herói nacional.",
        ),
        "long": (
            "Tiradentes, ou Joaquim José da Silva Xavier, foi um alferes que participou da "
            "Inconfidência Mineira, de 1789. Foi o único executado, em 21/04/1792, e tornou-se "
            "mártir da independência e patrono da nação.",
        ),
        "english": (
            "Tiradentes was a leader of the Inconfidência Mineira, executed on April 21, 1792, "
            "and is remembered as a martyr of independence.",
        ),
        "wrong": (
            "Tiradentes foi um importante médico e general brasileiro que proclamou a "
            "independência do Brasil às margens do Ipiranga e depois governou o país com "
            "sabedoria por muitos anos, sendo querido por todo o povo.",
            "Tiradentes foi um líder da Inconfidência Mineira e herói que proclamou a República "
            "em Minas Gerais.",
        ),
        "extra": (
            "Líder da Inconfidência Mineira, executado em 15 de novembro de 1822, é um herói.",
        ),
    },
    "nome-antigo": {
        "short": ("Terra de Santa Cruz", "Ilha de Vera Cruz", "ilha de vera cruz."),
        "long": (
            "Os portugueses chamaram a terra primeiro de Ilha de Vera Cruz e pouco depois de Terra "
            "de Santa Cruz; o nome Brasil veio do pau-brasil.",
        ),
        "english": ("It was called the Land of the Holy Cross.", "Island of the True Cross"),
        "wrong": (
            "Antes de se chamar Brasil, o território era conhecido pelos portugueses como Nova "
            "Lusitânia do Sul, nome dado pelo rei em homenagem às grandes navegações e mantido "
            "durante quase todo o período colonial.",
            "Estados Unidos do Brasil",
        ),
        "extra": ("Chamava-se Terra de Santa Cruz, nome dado em 1492 por Cristóvão Colombo.",),
    },
    "independencia": {
        "short": ("7 de setembro de 1822", "07/09/1822", "1822-09-07", "Em 7 de setembro de 1822."),
        "long": (
            "O Brasil tornou-se independente de Portugal em 7 de setembro de 1822, quando Dom "
            "Pedro, às margens do riacho Ipiranga, proclamou a separação; Portugal só a reconheceu "
            "em 29 de agosto de 1825.",
        ),
        "english": ("Brazil became independent on September 7, 1822.", "7th of September 1822"),
        "wrong": (
            "O Brasil tornou-se independente em 15 de novembro de 1889, quando o imperador, depois "
            "de longas negociações com Portugal, proclamou a separação definitiva dos dois países "
            "diante de uma multidão entusiasmada.",
            "7 de setembro de 1821",
            "9 de janeiro de 1822",
        ),
        "extra": (
            "Em 7 de setembro de 1822; Portugal reconheceu a independência em 10 de maio de 1823.",
        ),
    },
    "constituicao": {
        "short": ("25 de março de 1824", "25/03/1824", "Em 25 de março de 1824.", "1824-03-25"),
        "long": (
            "A primeira constituição do Brasil foi outorgada pelo imperador Dom Pedro I em 25 de "
            "março de 1824, depois que a Assembleia foi dissolvida em 12 de novembro de 1823, e "
            "vigorou até 1889.",
        ),
        "english": ("It was granted on 25 March 1824.", "March 25, 1824"),
        "wrong": (
            "A primeira constituição do Brasil foi outorgada em 11 de dezembro de 1823 por Dom "
            "Pedro I, que nela estabeleceu os quatro poderes e garantiu os direitos dos cidadãos "
            "do novo Império, em vigor durante mais de seis décadas.",
            "25 de março de 1822",
            "A primeira constituição do Brasil é a de 5 de outubro de 1988.",
            "Em 24 de fevereiro de 1891.",
        ),
        "extra": (
            "Foi outorgada em 25 de março de 1824 e substituída em 3 de maio de 1850 por outra.",
        ),
    },
    "primeira-presidenta": {
        "short": ("Dilma Rousseff", "Foi Dilma Rousseff.", "dilma"),
        "long": (
            "A primeira mulher a presidir o Brasil foi Dilma Rousseff, economista nascida em Belo "
            "Horizonte em 14/12/1947, eleita em 2010, que governou de 2011 a 2016.",
        ),
        "english": ("Dilma Rousseff was the first woman president of Brazil.",),
        "wrong": (
            "A primeira mulher a presidir o Brasil foi a Princesa Isabel, que governou o país com "
            "grande sensibilidade social e deixou uma marca profunda na história nacional.",
            "Marina Silva",
        ),
        "extra": ("Dilma Rousseff, presidente de 2003 a 2010.",),
    },
    "primeiro-imperador": {
        "short": ("Dom Pedro I", "Pedro I", "D. Pedro I"),
        "long": (
            "O primeiro imperador do Brasil foi Dom Pedro I, que proclamou a independência em 7 de "
            "setembro de 1822 e reinou de 1822 até abdicar em 7 de abril de 1831.",
        ),
        "english": ("The first emperor of Brazil was Pedro I.",),
        "wrong": (
            "O primeiro imperador do Brasil foi Dom Pedro II, homem culto e amigo das ciências, "
            "que governou por quase meio século e trouxe ao país as ferrovias e o telégrafo.",
            "Dom João VI",
            "O primeiro imperador foi Dom Pedro II, filho de Dom Pedro I.",
        ),
        "extra": ("Dom Pedro I, que reinou de 1808 a 1889.",),
    },
    "vargas": {
        "short": (
            "1930-1945 e 1951-1954",
            "De 1930 a 1945 e de 1951 a 1954.",
            "1930–45 e 1951–54",
        ),
        "long": (
            "Getúlio Vargas governou o Brasil em dois períodos: de 1930 a 1945, dos quais desde "
            "1937 como ditador, e, eleito pelo voto em 3 de outubro de 1950, de 31 de janeiro de "
            "1951 até a morte, em 24 de agosto de 1954.",
        ),
        "english": ("From 1930 to 1945 and from 1951 to 1954.",),
        "wrong": (
            "Getúlio Vargas foi eleito presidente em 1929 e governou o Brasil de 1930 a 1945 e de "
            "1951 a 1954, período em que modernizou a indústria, criou leis para os trabalhadores "
            "e se tornou conhecido como o pai dos pobres.",
            "Getúlio Vargas governou o Brasil de 1929 a 1954.",
            "De 1930 a 1954.",
        ),
        "extra": ("De 1930 a 1945 e de 1951 a 1954, e outra vez de 1961 a 1964.",),
    },
    "abolicao": {
        "short": ("13 de maio de 1888", "13/05/1888", "Em 13 de maio de 1888, pela Lei Áurea."),
        "long": (
            "A escravidão foi abolida no Brasil em 13 de maio de 1888, com a Lei Áurea, assinada "
            "pela Princesa Isabel, que libertou cerca de 700.000 pessoas, depois das leis de 1850, "
            "1871 e 1885.",
        ),
        "english": ("Slavery was abolished on May 13, 1888, which freed about 700,000 people.",),
        "wrong": (
            "A escravidão foi abolida no Brasil em 13 de maio de 1888, quando a Princesa Isabel "
            "assinou a Lei Áurea, um dos documentos mais belos da nossa história, que libertou de "
            "uma vez mais de 4 milhões de pessoas.",
            "A Lei Áurea, de 13 de maio de 1888, libertou 1.500.000 escravos.",
            "13 de maio de 1889",
            "28 de setembro de 1871",
        ),
        "extra": ("13 de maio de 1888, por decreto de 20 de janeiro de 1887.",),
    },
    "revolucao-de-1930": {
        "short": ("Washington Luís", "Era Washington Luís.", "Washington Luiz"),
        "long": (
            "O presidente era Washington Luís, no cargo desde 15 de novembro de 1926, que a "
            "Revolução de 1930 depôs em 24 de outubro de 1930.",
        ),
        "english": ("The president was Washington Luís, deposed on 24 October 1930.",),
        "wrong": (
            "Quando houve a Revolução de 1930 o presidente era Getúlio Vargas, político gaúcho que "
            "soube resistir aos revoltosos e governou em seguida por quinze anos.",
            "O presidente era Júlio Prestes, que Washington Luís apoiava.",
        ),
        "extra": ("Washington Luís, deposto em 3 de novembro de 1929.",),
    },
}
