"""Words of a text, and the commonest of them that say nothing about the material."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

# Function words and auxiliaries.
ENGLISH = """
a about above after again against all also am an and any are aren't as at be because been
before being below between both but by can can't cannot could couldn't did didn't do does
doesn't doing don't down during each few for from further had hadn't has hasn't have haven't
having he he'd he'll he's her here hers herself him himself his how i i'd i'll i'm i've if
in into is isn't it it's its itself just let's me more most my myself no nor not of off on
once only or other our ours ourselves out over own s same shall she she'd she'll she's should
shouldn't so some such than that that's the their theirs them themselves then there there's
these they they'd they'll they're they've this those through to too under until up upon us
very was wasn't we we'd we'll we're we've were weren't what what's when where which while
who whom whose why will with won't would wouldn't yes you you'd you'll you're you've your
yours yourself yourselves
"""

PORTUGUESE = """
a à ainda algo alguém algum alguma algumas alguns ao aos apenas após aquela aquelas aquele
aqueles aquilo as às assim até cada com como contra da daquela daquele das de dela delas
dele deles depois desde dessa dessas desse desses desta destas deste destes disso disto do
dos e é ela elas ele eles em enquanto entre era eram essa essas esse esses esta está estão
estas estava estavam este estes eu foi for foram fosse há isso isto já lá lhe lhes logo mais
mas me mesma mesmo meu meus mim minha minhas muita muitas muito muitos na nada não nas nela
nele nem nenhum nenhuma nessa nesse nesta neste ninguém no nos nós nossa nossas nosso nossos
num numa o onde os ou para pela pelas pelo pelos per perante pode podem pois por porque
porquê pra qual quais quando quanto que quem quê se seja sejam sem sempre ser será serão seu
seus si sido só sob sobre somos sou sua suas são também tão te tem têm tendo ter teu teus
teve ti tinha tinham toda todas todo todos tu tua tuas tudo um uma umas uns você vocês vos
"""

# By language; others have none, and `explore` says so.
STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(ENGLISH.split()),
    "pt": frozenset(PORTUGUESE.split()),
}


def words_of(text: str) -> list[str]:
    """Words in lower case: letters of any script, with apostrophes and hyphens inside.

    >>> words_of("Don't say guarda-chuva 3 times, O'Hara!")
    ["don't", 'say', 'guarda-chuva', 'times', "o'hara"]
    """
    return WORD.findall(text.lower().replace("’", "'"))
