# ruff: noqa: E501 - one line of the table holds all steps
"""Simple things to do, step by step."""

from __future__ import annotations

HOW_TO: dict[str, list[tuple[str, list[str]]]] = {
    language: [(head, steps.split("; ")) for head, steps in (line.split(": ", 1) for line in text.strip().splitlines())]
    for language, text in {
        "en": """
make tea: boil the water; put a tea bag in a cup; pour in the hot water; wait three minutes; take out the bag
boil an egg: put the egg in a pot with water; bring the water to the boil; wait eight minutes; cool the egg in cold water
plant a seed: fill a pot with soil; make a small hole; put the seed in; cover it and water it; place the pot in the light
wash my hands: wet your hands; take some soap; rub them for twenty seconds; rinse them; dry them with a towel
write a letter: write the date at the top; greet the person; say what you want to say; sign your name; put it in an envelope
clean a window: mix warm water with a little soap; wipe the glass with a cloth; dry it with paper
make a sandwich: take two slices of bread; spread butter on them; add cheese and tomato; put the slices together
change a light bulb: switch off the light; let the bulb cool; turn out the old bulb; screw in the new one; switch on the light
cook rice: wash the rice; add two cups of water to one of rice; let it boil; turn down the heat; wait until the water is gone
borrow a book: go to the library; look for the book; take it to the desk; show your card
make a salad: wash the leaves; cut the vegetables; mix them in a bowl; add oil, salt and lemon
pack a suitcase: make a list; fold your clothes; put heavy things at the bottom; close the case
learn new words: write them on cards; read them aloud; use them in sentences; repeat them the next day
draw a house: draw a square; put a triangle on top; add a door; add two windows
mend a flat tyre: take off the wheel; pull out the tube; find the hole; stick a patch on it; pump it up again
bake a cake: mix butter and sugar; add the eggs; stir in the flour; put it in a tin; bake it for forty minutes
brush my teeth: wet the brush; put paste on it; brush for two minutes; rinse your mouth
send a parcel: put the things in a box; close it with tape; write the address; take it to the post office
feed a cat: wash the bowl; fill it with food; put fresh water beside it
tidy my room: pick up the clothes; put the books on the shelf; make the bed; sweep the floor
make lemonade: squeeze the lemons; add water and sugar; stir well; put in some ice
""",
        "pt": """
fazer chá: ferva a água; ponha um saquinho de chá na xícara; despeje a água quente; espere três minutos; tire o saquinho
cozinhar um ovo: ponha o ovo em uma panela com água; deixe a água ferver; espere oito minutos; esfrie o ovo em água fria
plantar uma semente: encha um vaso com terra; faça um pequeno buraco; ponha a semente; cubra e regue; deixe o vaso na luz
lavar as mãos: molhe as mãos; pegue um pouco de sabonete; esfregue por vinte segundos; enxágue; seque com uma toalha
escrever uma carta: escreva a data no alto; cumprimente a pessoa; diga o que quer dizer; assine seu nome; ponha em um envelope
limpar uma janela: misture água morna com um pouco de sabão; passe um pano no vidro; seque com papel
fazer um sanduíche: pegue duas fatias de pão; passe manteiga; ponha queijo e tomate; junte as fatias
trocar uma lâmpada: apague a luz; deixe a lâmpada esfriar; tire a lâmpada velha; coloque a nova; acenda a luz
cozinhar arroz: lave o arroz; ponha duas xícaras de água para uma de arroz; deixe ferver; abaixe o fogo; espere a água secar
pegar um livro emprestado: vá à biblioteca; procure o livro; leve o livro ao balcão; mostre o cartão
fazer uma salada: lave as folhas; corte os legumes; misture em uma tigela; ponha azeite, sal e limão
arrumar a mala: faça uma lista; dobre as roupas; ponha as coisas pesadas embaixo; feche a mala
aprender palavras novas: escreva as palavras em cartões; leia em voz alta; use cada uma em uma frase; repita no dia seguinte
desenhar uma casa: desenhe um quadrado; ponha um triângulo em cima; faça uma porta; faça duas janelas
consertar um pneu furado: tire a roda; retire a câmara de ar; ache o furo; cole um remendo; encha de novo
fazer um bolo: misture a manteiga e o açúcar; junte os ovos; acrescente a farinha; ponha em uma forma; asse por quarenta minutos
escovar os dentes: molhe a escova; ponha a pasta; escove por dois minutos; enxágue a boca
mandar uma encomenda: ponha as coisas em uma caixa; feche com fita; escreva o endereço; leve ao correio
alimentar um gato: lave a tigela; encha com ração; ponha água fresca ao lado
arrumar o quarto: recolha as roupas; ponha os livros na estante; faça a cama; varra o chão
fazer limonada: esprema os limões; junte água e açúcar; mexa bem; ponha gelo
""",
    }.items()
}  # fmt: skip
"""Language -> what to do, as an infinitive, and its steps."""
