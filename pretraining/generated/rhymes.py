# ruff: noqa: E501 - long lists of words
"""Verse endings: lines that share a rhyme, by language.

Each group holds clauses that end on one rhyme; any two of a group rhyme.
"""

from __future__ import annotations

_EN = """
beside the quiet sea|a bird sings in the tree|come, sit and sing with me|my heart is light and free|as gentle as can be|we drink a cup of tea|I hum a melody|who holds the little key
all through the silent night|a lantern burning bright|I hold your letter tight|the stars are clear and white|the moon gives silver light|a swan is taking flight|what a peaceful sight|and all will be all right
another golden day|the children run and play|the clouds have blown away|I do not want to stay|the boats lie in the bay|we rested in the hay|she had so much to say|it was the month of May
the falling of the rain|upon the window pane|we walked along the lane|I hear the evening train|I love you all the same and plain|it eases all my pain|we meet once more again|the fields of golden grain
the river running slow|the winter and the snow|I watch the roses grow|the lamps are burning low|the winds begin to blow|I had to let you go|there is so much to know|the candles softly glow
beneath a sky of blue|I dream a dream of you|the grass is wet with dew|my love is ever true|there was so much to do|my only shoes were new|the winter wind that blew|a boat for only two
the mountain and the hill|the village lies so still|the wheel turns at the mill|the evening air is chill|I love you and I will|the birds have had their fill|upon the window sill|the whole wide world is still
a song inside my heart|today we have to part|a pony and a cart|we make another start|each painter loves his art|who knows the stars by heart|the world has come apart|the baker sold a tart
I wander on my own|a throne of moss and stone|the summer birds have flown|I will not be alone|the seeds that we have sown|no kinder have I known|the apple trees have grown|a message by the phone
the leaves begin to fall|I hear the cuckoo call|a shadow on the wall|the trees are dark and tall|I do not mind at all|we danced around the hall|the roses are so small|a cat with a woollen ball
I walk along the street|so happy when we meet|I hear the sound of feet|the bread is warm and sweet|I feel my own heart beat|the fields of yellow wheat|a bench, a quiet seat|the singing is a treat
the ship is at the shore|I sing my song once more|a knock upon the door|the sand upon the floor|like eagles how we soar|who could have wished for more|the hungry lions roar|an apple and its core
the sun is in the sky|we wave our last goodbye|I never asked you why|a tear falls from my eye|the clouds go drifting by|I heard the seagulls cry|the summer fields are dry|the swallow flying high
I fell asleep and dreamed|how long the journey seemed|the golden river gleamed|the open ocean streamed|the summer sunlight beamed|and in the pot it steamed|the sailor was redeemed|the morning kettle steamed
my cottage on the ground|a letter I have found|I turn and look around|a soft and gentle sound|our lives are tightly bound|the ship was outward bound|the moon is full and round|the dog without a hound
you taught me how to sing|the promise of a ring|I wait here for the spring|a robin on the wing|the church bells start to ring|what will the morning bring|the puppy on a string|the baker is a king
I found a little place|a smile upon your face|the river runs its race|your steps without a trace|a curtain made of lace|she moves with perfect grace|the stars in open space|a clock upon its base
"""
_PT = """
o vento sobre o mar|eu fico a esperar|a lua vai brilhar|aprendo a cantar|quem sabe vai voltar|a noite traz luar|as ondas vão dançar|é tempo de sonhar
bate o meu coração|toco meu violão|escrevo uma canção|o fim desse verão|seguro a sua mão|a luz na escuridão|cozinho o meu feijão|chove no meu sertão
meu canto é para você|quem ama sempre crê|a flor que a gente vê|ninguém sabe por quê|a carta que ele lê|é doce o meu buquê
a tarde traz calor|eu canto o meu amor|no campo nasce a flor|a vida tem sabor|eu vivo sem temor|o céu mudou de cor|a noite e seu rumor|bem longe fica a dor
o rio a correr|não quero te perder|é bom te conhecer|já vai amanhecer|começo a escrever|a chuva faz crescer|eu quero só viver|é hora de aprender
a estrada que segui|o tempo que perdi|a casa onde nasci|o sonho que vivi|o nome que escrevi|o riso que ouvi|o amor que descobri|a carta que não li
a luz da madrugada|a minha namorada|a roda na calçada|a porta está fechada|a mesa arrumada|a rosa perfumada|a velha e longa estrada|a noite enluarada
o cheiro do jardim|ninguém cantou assim|um gosto de alecrim|a noite chega ao fim|você gosta de mim|um beijo e um jasmim|a festa vem, enfim|o som do tamborim
um barco de papel|o doce do teu mel|a cor azul do céu|o velho carrossel|a tinta e o pincel|teu nome no anel|a abelha faz o mel|a noiva solta o véu
a voz do passarinho|não quero andar sozinho|eu sigo o meu caminho|na mesa, pão e vinho|recebo o teu carinho|o gato faz seu ninho|a rosa sem espinho|eu moro bem pertinho
eu moro na cidade|não sei tua idade|me faz felicidade|eu sinto só saudade|eu digo a verdade|depois da tempestade|a nossa mocidade|eu amo a liberdade
a moça na janela|a luz de uma vela|a tarde é tão bela|a flor é amarela|só penso mesmo nela|a sopa na panela|um quadro em aquarela|a lua é uma donzela
a chuva vem do norte|o vento é muito forte|um beijo dá mais sorte|o amor vence a morte|a vela busca o norte|quem tem um passaporte|a faca perde o corte|um sonho de má sorte
o sino na igreja|que a gente sempre veja|a brisa que me beija|o sol que nos proteja|quem ama não fraqueja|a torta de cereja|por tudo o que seja|a moça te deseja
subindo a montanha|a teia da aranha|a rede que apanha|o sol que me acompanha|a terra mais estranha|o rio que me banha|a noite é tamanha|quem perde e quem ganha
o trem da estação|um gosto de limão|a nossa união|a voz do violão|o fogo e o balão|a velha solidão|as pedras pelo chão|a noite de São João
"""


def _groups(text: str) -> list[list[str]]:
    return [list(dict.fromkeys(line.split("|"))) for line in text.strip().splitlines()]


RHYMES = {"en": _groups(_EN), "pt": _groups(_PT)}
"""Language -> groups of clauses that rhyme."""
