# ruff: noqa: E501 - one line of the table is one step of a story
"""Plots of very simple stories: one step a line, wordings separated by ` || `.

`{A}` is the hero, `{B}` the one who helps, `{C}` a third; a line that begins with `? ` may be
left out. `{k}` is what the hero is (girl, fox, menino).
"""

from __future__ import annotations

_EN = """
{A} was {k.a} who lived near {town}. || There was once {k.a} called {A}. || In {town} lived {k.a} named {A}.
? {A.He} was small but brave. || {A.He} was always hungry. || {A.He} liked to look at the stars.
One {day}, {A} lost {A.his} {small}. || One morning the {small} was gone. || One windy {day}, {A}'s {small} disappeared.
{A.He} looked in the {furn} and under the {furn2}. || {A.He} looked everywhere, even behind the {furn}.
? "Where can it be?" {A.he} asked. || "Oh no," said {A}, "my {small}!"
It was not there, and {A} began to cry. || {A.He} could not find it, and {A.he} was sad.
Then {B} the {animal} came by. || {B}, {animal.a}, heard {A.him}. || {B} the {animal} stopped at the door.
"Why are you sad?" asked {B}. || "Can I help you?" said {B}.
"I have lost my {small}," said {A}. || {A} told {B} about the {small}.
{B} looked under the {furn} and found it. || "I saw it near the {nature}!" said {B}, and they ran there together.
{A} was happy again and thanked {B}. || {A} held the {small} tight and laughed.
? From that day on they were friends. || Now {A} always puts the {small} in the same place.

{A} was {k.a}. || Once there was {k.a} whose name was {A}. || {A} was {k.a} with big dreams.
{A.He} wanted to learn to {verb}. || More than anything {A.he} wished to {verb}.
But nobody had time to teach {A.him}. || But it was very hard. || But {A.he} was afraid to try.
? "I will never learn it," said {A}. || {A} sat down on a stone and sighed.
On {day} {A} met {B}, an old {animal}. || One {day}, {B} the {animal} came to the {nature}.
"I can show you how to {verb}," said {B}. || "It is easy," said {B}. "Do it like this."
{A} tried once and failed. || The first time it went wrong.
{A.He} tried again and again. || "Try once more," said {B}, and {A} did.
? The sun went down, and {A} was tired. || After {number} days {A} was better.
At last {A} could {verb}! || Then suddenly it worked, and {A} could {verb}.
{A} thanked {B} and ran home to show everybody. || Everybody in {town} was proud of {A}.

It was {month}, and it was cold in {town}. || It was a cold day in {month}.
{A}, {k.a}, had no {cloth}. || {A} was {k.a} without {cloth.a}.
{A.He} had no money to buy one. || The {cloth} in the shop cost too much.
"I must do something," thought {A}. || {A} did not want to give up.
So {A.he} went to {B} the {job} and asked for work. || {A.He} asked {B}, the {job}, for help.
"You can clean my {furn}," said {B}. || "Carry these {fruit.plural} for me," said {B}.
{A} worked all {day}. || {A} worked hard until the evening.
? {A.He} was tired, but {A.he} did not stop. || {A.He} even sang while {A.he} worked.
Then {B} gave {A.him} a warm {colour} {cloth}. || In the evening {B} gave {A.him} {number} coins, and {A} bought a {colour} {cloth}.
Now {A} was warm and happy. || {A} smiled all the way home.

{A} had {animal.a} called {B}. || {B} was a little {animal} that belonged to {A}.
Every {day} they went to the {nature} together. || They liked to play near the {nature}.
One day {B} ran away. || But on {day} the gate was open, and {B} was gone.
{A} called and called, but {B} did not come. || "{B}! Where are you?" called {A}.
{A} asked the {job}. "Have you seen a {colour} {animal}?" || {A.He} asked everybody in the street.
"I saw it near the {place}," said {C}. || {C} pointed to the {place}.
{A} ran there as fast as {A.he} could. || So {A} ran to the {place}.
There sat {B}, eating {fruit.a}. || And there was {B}, asleep under a {furn}.
{A} laughed and took {B} home. || "There you are!" cried {A} and hugged {B}.
? After that {A} always closed the gate. || That night {B} slept in {A}'s room.

{A} and {B} found {thing.a} near the {nature}. || One {day} {A} and {B} saw {thing.a} in the grass.
"It is mine, I saw it first!" said {A}. || "I want it!" said {A}.
"No, it is mine!" said {B}. || "But I picked it up!" said {B}.
They pulled and pulled. || They shouted so loudly that the birds flew away.
? The {thing} almost broke. || Nobody was happy.
Then {C} the {job} came along. || {C}, an old {job}, heard the noise.
"Why don't you share it?" asked {C}. || "One day for {A} and one day for {B}," said {C}.
{A} looked at {B}, and {B} looked at {A}. || They were ashamed and were quiet for a while.
"You can have it on {day}," said {A}. || "You may have it first," said {A}.
"And then it is your turn," said {B}. || "Thank you, that is kind," said {B}.
So they shared the {thing} and stayed friends. || From then on they played together.

{A} wanted to bake a cake for {B}'s birthday. || It was {B}'s birthday, and {A} wanted to make a cake.
{A.He} took eggs, milk and {fruit.plural}. || {A.He} put everything on the table.
But there was no flour in the house. || But there was no sugar left.
The shop was closed, for it was {day}. || And the shop was far away in {town}.
{A} knocked at the door of {C}, the {job}. || So {A} went to {C} next door.
"I can give you some," said {C}. || "Take mine," said {C}, "I have enough."
{A} ran home and baked the cake. || Soon the cake was in the oven.
? It smelled wonderful. || It was a little burnt, but that did not matter.
In the evening {B} came. || Then the bell rang, and {B} stood at the door.
"What a lovely cake!" said {B}. || {B} ate {number} pieces and laughed.
{A} gave a big piece to {C}, too. || And {C} sat at the table with them.

{A} was {k.a} who was afraid of the dark. || {A}, {k.a}, was afraid of the night.
Every night {A.he} left the lamp on. || {A.He} never went out after sunset.
One {day} {A}'s friend {B} did not come home. || One evening {B} the {animal} was lost in the forest.
It was getting dark. || The moon was not yet up.
"Somebody must look for {B}," said {A}. || {A} took a deep breath.
{A.He} took a lamp and went out. || {A.He} walked past the {place} and into the forest.
There was a noise! || Something moved behind the {nature}.
But it was only {animal2.a}. || It was just the wind.
{A} went on and found {B} near the {nature}. || At last {A} heard {B} calling.
They went home hand in hand. || Together they walked home under the stars.
Now {A} was not afraid any more. || "You are brave," said {B}, and {A} smiled.

It had not rained in {town} for a long time. || The summer in {town} was very dry.
The {fruit} tree of {A} had no water. || {A}'s little {fruit} tree was thirsty.
{A} was {k.a} who loved that tree. || {A}, {k.a}, was worried about it.
The river was far away. || The well was empty.
{A} took a bucket and walked for {number} minutes. || So every day {A} carried water from the lake.
? It was heavy, but {A.he} did not stop. || Sometimes half of the water was spilled.
{B} the {animal} saw it and helped. || {B}, the {job}, saw {A} and brought a second bucket.
At last there were clouds in the sky. || In {month} it rained at last.
The tree grew and gave many {fruit.plural}. || The tree was green again.
{A} shared the {fruit.plural} with everybody. || {A} gave the first {fruit} to {B}.
"""
_PT = """
{A} era {k.a} que morava perto de {town}. || Era uma vez {k.a} de nome {A}. || Em {town} vivia {k.a} chamad{A.o} {A}.
? {A.He} gostava de olhar as estrelas. || {A.He} estava sempre com fome. || {A.He} morava em uma casa bem simples.
Certo dia, {A} perdeu {small.the}. || Uma manhã, {small.the} sumiu. || Em um dia de vento, {small.the} de {A} desapareceu.
{A} procurou em cima {furn.of} e embaixo {furn2.of}. || {A.He} procurou em todo lugar, até atrás {furn.of}.
? "Onde será que está?", perguntou {A.he}. || "Ai, e agora?", disse {A}.
Não estava lá, e {A} começou a chorar. || {A} não encontrou nada e ficou triste.
Então passou por ali {animal.a} de nome {B}. || {B}, {animal.a}, ouviu o choro.
"Por que você está triste?", perguntou {B}. || "Posso ajudar?", disse {B}.
"Perdi {small.my}", disse {A}. || {A} contou o que tinha acontecido.
{B} olhou embaixo {furn.of} e achou. || "Vi perto {nature.of}!", disse {B}, e foram lá juntos.
{A} ficou feliz e agradeceu a {B}. || {A} deu um pulo de alegria.
? Desde esse dia, são grandes amigos. || Agora {A} guarda tudo no mesmo lugar.

{A} era {k.a}. || Era uma vez {k.a} de nome {A}. || {A} era {k.a} com grandes sonhos.
{A.He} queria aprender a {verb}. || O maior desejo de {A} era {verb}.
Mas ninguém tinha tempo para ensinar. || Mas era muito difícil. || Mas faltava coragem para tentar.
? "Nunca vou aprender", disse {A}. || {A} sentou em uma pedra e suspirou.
Um dia, {A} encontrou {B}, {animal.a} de muita idade. || No {wday}, {animal.a} de nome {B} chegou ali.
"Eu mostro como se faz", disse {B}. || "É fácil", disse {B}. "Faça assim."
{A} tentou uma vez e não conseguiu. || Na primeira vez deu errado.
{A.He} tentou de novo e de novo. || "Tente outra vez", disse {B}, e {A} tentou.
? O sol se pôs, e {A} já sentia cansaço. || Depois de {number} dias, ficou mais fácil.
Por fim, {A} conseguiu {verb}! || De repente deu certo, e {A} soube {verb}.
{A} agradeceu a {B} e correu para contar a todos. || Todos em {town} ficaram orgulhosos de {A}.

Era {month}, e fazia frio em {town}. || Era um dia frio de {month}.
{A}, {k.a}, não tinha {cloth}. || {A} era {k.a} sem {cloth}.
{A.He} não tinha dinheiro para comprar. || Na loja, {cloth.the} custava caro demais.
"Preciso fazer alguma coisa", pensou {A}. || {A} não queria desistir.
Então foi até a casa de {B} e pediu trabalho. || {A.He} pediu ajuda a {B}, que tinha uma loja.
"Pode limpar {furn.my}", disse {B}. || "Carregue estas caixas para mim", disse {B}.
{A} trabalhou o dia todo. || {A} trabalhou muito até a noite.
? Sentia cansaço, mas não parou. || Até cantava durante o trabalho.
Depois {B} trouxe {cloth.a} {colour} de presente. || À noite, {B} pagou {number} moedas, e {A} comprou {cloth.a} {colour}.
Agora {A} não sentia mais frio. || {A} sorriu o caminho todo.

{A} tinha {animal.a} de nome {B}. || {B} era {animal.a} que vivia com {A}.
Todo dia iam juntos até perto {nature.of}. || Gostavam de brincar perto {nature.of}.
Um dia, {B} fugiu. || Mas no {wday} o portão ficou aberto, e {B} sumiu.
{A} chamou e chamou, mas {B} não veio. || "{B}! Onde você está?", gritou {A}.
{A} perguntou a {C}: "Você viu {animal.my}?" || {A.He} perguntou a todos na rua.
"Vi perto {place.of}", disse {C}. || {C} apontou o caminho {place.of}.
{A} correu para lá o mais rápido que pôde. || Então {A} correu até lá.
Lá estava {B}, comendo {fruit.a}. || E lá estava {B}, dormindo embaixo de uma árvore.
{A} riu e levou {B} para casa. || "Achei você!", disse {A} e deu um abraço em {B}.
? Depois disso, {A} sempre fecha o portão. || Naquela noite, {B} dormiu no quarto de {A}.

{A} e {B} acharam {thing.a} perto {nature.of}. || Um dia, {A} e {B} viram {thing.a} na grama.
"É para mim, eu vi primeiro!", disse {A}. || "Eu quero!", disse {A}.
"Não, é para mim!", disse {B}. || "Mas fui eu que peguei!", disse {B}.
Puxaram de um lado e do outro. || Gritaram tanto que os pássaros voaram.
? {thing.the} quase quebrou. || Ninguém estava feliz.
Então chegou {C}. || {C} ouviu o barulho.
"Por que não dividem?", perguntou {C}. || "Um dia para {A} e um dia para {B}", disse {C}.
{A} olhou para {B}, e {B} olhou para {A}. || Os dois sentiram vergonha e ficaram em silêncio.
"Fique com {thing.the} hoje", disse {A}. || "Pode ficar primeiro", disse {A}.
"E amanhã é a sua vez", disse {B}. || "Obrigad{B.o}, é muita gentileza", disse {B}.
Assim dividiram {thing.the} e continuaram juntos. || Desde então, brincam sempre juntos.

{A} queria fazer um bolo para o aniversário de {B}. || Era aniversário de {B}, e {A} queria fazer um bolo.
{A} pegou ovos, leite e {fruit.plural}. || {A.He} pôs tudo na mesa.
Mas não havia farinha em casa. || Mas o açúcar tinha acabado.
A loja estava fechada, pois era {wday}. || E a loja ficava longe, em {town}.
{A} bateu à porta de {C}. || Então {A} foi à casa de {C}, ali ao lado.
"Posso dar um pouco", disse {C}. || "Leve o meu", disse {C}, "tenho bastante."
{A} voltou correndo e fez o bolo. || Logo o bolo estava no forno.
? O cheiro era maravilhoso. || Queimou um pouco, mas não fez mal.
À noite, {B} chegou. || Então a campainha tocou, e {B} estava na porta.
"Que bolo bonito!", disse {B}. || {B} comeu {number} pedaços e riu.
{A} também deu um pedaço grande a {C}. || E {C} sentou à mesa com eles.

{A} era {k.a} que tinha medo do escuro. || {A}, {k.a}, tinha medo da noite.
Toda noite deixava a lâmpada acesa. || {A.He} nunca saía depois do pôr do sol.
Um dia, {B} não voltou para casa. || Uma noite, {animal.a} de nome {B} se perdeu na floresta.
Estava escurecendo. || A lua ainda não brilhava.
"Alguém precisa procurar {B}", disse {A}. || {A} respirou fundo.
{A.He} pegou uma lanterna e saiu. || {A.He} passou {place.by} e entrou na floresta.
Ouviu um barulho! || Algo se mexeu atrás {nature.of}.
Mas era só {animal2.a}. || Era só o vento.
{A} seguiu e achou {B} perto {nature.of}. || Por fim, {A} ouviu a voz de {B}.
Voltaram para casa de mãos dadas. || Juntos voltaram para casa sob as estrelas.
Agora {A} não tinha mais medo. || "Que coragem!", disse {B}, e {A} sorriu.

Fazia muito tempo que não chovia em {town}. || O verão em {town} era muito seco.
Uma pequena árvore de {A} estava sem água. || A pequena árvore de {A} tinha sede.
{A} era {k.a} que amava aquela árvore. || {A}, {k.a}, ficou com pena dela.
O rio ficava longe. || O poço estava vazio.
{A} pegou um balde e andou {number} minutos. || Então todo dia {A} trazia água do lago.
? Era pesado, mas {A.he} não parou. || Às vezes metade da água caía no chão.
{B} viu aquilo e resolveu ajudar. || {B} viu {A} e trouxe mais um balde.
Por fim apareceram nuvens no céu. || Em {month}, enfim, choveu.
A árvore cresceu e deu muitas frutas: {fruit.plural}. || A árvore ficou verde de novo.
{A} dividiu as frutas com todos. || {A} deu a primeira fruta a {B}.
"""


def _plots(text: str) -> list[list[tuple[bool, list[str]]]]:
    return [
        [
            (line.startswith("? "), line.removeprefix("? ").split(" || "))
            for line in plot.splitlines()
        ]
        for plot in text.strip().split("\n\n")
    ]


PLOTS = {"en": _plots(_EN), "pt": _plots(_PT)}
"""Language -> plots; a step is whether it may be left out, and its wordings."""
