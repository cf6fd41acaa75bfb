# ruff: noqa: E501 - one line of talk is one line of the table
"""Portuguese dialogue scenes: friends, family, work and school. Form as in `scenes_en`."""

from __future__ import annotations

PRIVATE = """
# planos para {day} || um encontro {day.on}
A: Você quer vir comigo {day.on}? A gente podia {act}. || Pensei em {act} {day.on}. Você está livre? || Vamos {act} {day.on}?
*
B: Ótima ideia! A que horas? || Quero, sim. Quando a gente se encontra?
A: {time.on}, pode ser? || Para mim é bom {time.on}.
B: Perfeito. Espero você {spot}. || Combinado. Nos vemos {spot}.
= {A} e {B} vão {act} {day.on}. O encontro é {time.on}, {spot}. || {A} convida {B} para {act} {day.on}, e {B} aceita. Eles se encontram {time.on}.
*
B: Que pena, não posso. Eu {why.i}. || {day.on} não dá, eu {why.i}.
A: E {day2.on}? || Sem problema. {day2.on} é melhor?
B: Sim, {day2.on} está bom. || {day2.on} eu posso.
A: Então fica para {day2}, {time.on}. || Ótimo, {day2.on}, {time.on}.
= {A} quer {act} com {B} {day.on}, mas {B} {why.he}. Eles vão {day2.on}, {time.on}. || {B} não pode ir {day.on} porque {why.he}, e {A} e {B} escolhem {day2}.
*
B: Obrigad{B.o}, mas eu {why.i}. || Eu queria muito, mas {why.i}.
A: Tudo bem, fica para outra vez. || Que pena. Quem sabe na semana que vem.
B: Sim, me chame de novo. || Tomara. Divirta-se!
= {A} convida {B} para {act} {day.on}, mas {B} recusa porque {why.he}. || {B} não pode {act} com {A}, pois {why.he}.
*
B: E se a gente fosse {act2}? || Prefiro {act2}, para falar a verdade.
A: Por que não? Vamos {act2}. || Por mim tudo bem, também gosto.
B: Que bom. Até {day}, {time.on}. || Então venha para a minha casa {time.on}.
= {A} sugere {act}, mas no fim {A} e {B} decidem {act2} {day.on}. || Em vez do plano de {A}, {A} e {B} vão {act2} {day.on}, {time.on}.

# um favor || ajuda para {A}
A: Você me faz um favor? Preciso {errand}. || Preciso de ajuda. Você pode {errand} {day.on}? || Será que você pode {errand} para mim?
? B: Por que você mesm{A.o} não faz? || O que aconteceu?
? A: É que eu {why.i}. || Não consigo, eu {why.i}.
*
B: Claro. Quando? || Sem problema. Para quando é?
A: {day.on}, {time.on}, se der. || Pode ser {day.on}. || Até {day}, se possível.
B: Pode contar comigo. || Deixa comigo.
A: Você é um anjo. || Obrigad{A.o}, eu pago um café.
= {B} aceita {errand} para {A} {day.on}. || {A} pede a {B} para {errand}, e {B} vai fazer isso {day.on}.
*
B: Eu queria, mas {why2.i}. || Desta vez não dá, eu {why2.i}.
A: Entendo. Vou pedir a {C}. || Então vou falar com {C}. || Talvez {C} tenha tempo.
B: Boa ideia, {C} gosta de ajudar. || Isso, {C} fica em casa o dia todo.
= {A} quer que alguém ajude a {errand}, mas {B} {why2.he}. {A} vai pedir a {C}. || {B} não pode {errand} para {A}, então {A} vai falar com {C}.
*
B: Só se você for {errand2} por mim. || Está bem, mas depois você vai {errand2}.
A: É justo. || Fechado!
= {B} vai {errand} para {A}, e em troca {A} vai {errand2}. || {A} e {B} fazem um acordo: {B} vai {errand} e {A} vai {errand2}.

# um presente para {C} || o aniversário de {C}
A: O aniversário de {C} é {day.on}. O que vamos dar? || Você já tem algo para {C}? A festa é {day.on}.
B: Que tal {thing.a}? || Pensei em {thing.a}.
*
A: {C.He} já tem. || {C.He} ganhou isso no ano passado.
B: Então {thing2.a}. || Nesse caso, {thing2.a}.
A: Bom. Dividimos o preço. || Sim, é melhor.
= {A} e {B} querem dar {thing2.a} a {C}, porque {C} já tem {thing.a}. || Para o aniversário de {C}, {day.on}, {A} e {B} escolhem {thing2.a}.
*
A: Não é caro demais? || Quanto custa isso?
B: Custa {price}. A gente divide. || Vi por {price}.
A: Está bom. Você compra? || Certo. Você pode comprar?
B: Sim, passo na loja amanhã. || Claro, a loja fica no meu caminho.
= {A} e {B} vão dar {thing.a} de {price} a {C}. {B} faz a compra. || {B} vai comprar {thing.a} por {price} como presente de aniversário para {C}.

# atraso || {A} vai se atrasar
A: Alô, sou eu. Vou me atrasar. || Não esperem por mim, estou atrasad{A.o}.
B: De novo? O que houve? || Ai, não. Por quê?
A: O ônibus quebrou em {town}. || Perdi {small.my}. || O trânsito está parado perto de {town}. || Eu {why.i}.
*
B: Começamos {time.on}. Você consegue? || Você chega até {time}?
A: Não, só {time2.on}. || Acho que chego {time2.on}.
B: Tudo bem, guardamos comida para você. || Certo, começamos sem você.
= {A} avisa {B} do atraso e chega {time2.on}. || {A} não consegue chegar {time.on} e vem {time2.on}.
*
B: Então fica para outro dia. || Vamos adiar?
A: Que tal {day}? || Pode ser {day.on}?
B: {day.on} está bom. || Sim, {day.on}, {time.on}.
= {A} está atrasad{A.o}, por isso {A} e {B} adiam o encontro para {day}. || {A} e {B} vão se encontrar {day.on}, porque {A} se atrasou.

# o jantar || o que cozinhar
A: O que vamos comer hoje à noite? || Estou com fome. O que tem para o jantar?
B: Posso fazer {dish}. || Que tal {dish}?
*
A: Oba, adoro {dish}! || Que delícia!
B: Então compre {number} cebolas e um pouco de {drink}. || Bom. Você compra as cebolas?
A: Já estou indo. || Vou agora mesmo.
= {B} vai preparar {dish}, e {A} vai às compras. || {A} e {B} vão comer {dish} hoje. {A} compra o que falta.
*
A: Comemos isso {day.on}. || De novo não, por favor.
B: E {dish2}? || Bem, {dish2} também é fácil.
A: Muito melhor. Eu ajudo. || Sim! Depois eu lavo a louça.
= {A} não quer {dish}, então {B} faz {dish2}. || {A} e {B} escolhem {dish2} em vez de {dish}.
*
A: Prefiro comer fora. || Vamos a um restaurante.
B: Está bem, reservo uma mesa para as {number} horas. || Por que não? Abriu um lugar novo na {street}.
= {A} e {B} vão comer fora hoje à noite. || {B} se oferece para fazer {dish}, mas {A} quer ir a um restaurante.

# um objeto perdido || {A} procura {small.a}
A: Você viu {small.my}? || Não acho {small.my} em lugar nenhum.
B: Onde estava da última vez? || Quando você usou pela última vez?
A: Estava na cozinha {day.on}. || Acho que foi no trem de {town}.
*
B: Olhe embaixo {thing.of}. || Vi perto {thing.of}.
A: É verdade, está aqui! || Achei! Obrigad{A.o}.
= {A} não encontra {small.the}, mas acha perto {thing.of} com a ajuda de {B}. || {B} diz onde procurar, e {A} encontra {small.the}.
*
B: Ligue para os achados e perdidos. || Pergunte na estação.
A: Boa ideia. Vou lá {time.on}. || Faço isso amanhã.
= {A} perdeu {small.a}. {B} aconselha a perguntar nos achados e perdidos. || {A} procura {small.the}, e {B} dá um conselho.
*
B: Desculpe, emprestei para {C}. || Ah, {C} pegou hoje cedo.
A: Você podia ter perguntado! || Sem me avisar?
B: Devolvo {day.on}. || Desculpe. {C} devolve {day.on}.
= {B} emprestou {small.the} de {A} para {C}, e {A} recebe de volta {day.on}. || {A} fica brav{A.o} porque {B} emprestou {small.the} para {C}.

# um novo emprego || novidades de {A}
A: Adivinhe! Consegui o emprego na {shop}. || Tenho uma novidade: começo na {shop} {day.on}.
B: Parabéns! O que você vai fazer lá? || Que maravilha! Como você conseguiu?
A: Vou atender os clientes e cuidar das encomendas. || {C} me contou da vaga, e eu escrevi para lá.
? B: E o salário? || Pagam bem?
? A: {price} por dia, para começar. || Recebo {price} por dia.
*
B: Quando você começa? || E quando é o primeiro dia?
A: No dia {date}. || Meu primeiro dia é {date}.
B: Vamos comemorar! || Isso merece um brinde.
= {A} tem um novo emprego na {shop} e começa no dia {date}. {B} fica feliz com a notícia. || {A} conta a {B} sobre o novo emprego na {shop}, que começa no dia {date}.
*
B: Não é longe da sua casa? || Você precisa se mudar?
A: Sim, procuro um quarto em {town}. || Vou me mudar para {town} em {month}.
B: Tenho um amigo em {town}. Vou perguntar. || Então ajudo com as caixas.
= {A} conseguiu um emprego na {shop} e vai se mudar para {town}. {B} oferece ajuda. || Por causa do novo emprego, {A} vai morar em {town}.

# estudar {subject} || dificuldade em {subject}
A: Não entendo nada de {subject}. || A prova de {subject} é {day.on}, e não sei nada.
B: Que parte é difícil? || Você fez os exercícios?
A: Tudo depois da página {number2}. || Parei na página {number2}.
*
B: Posso explicar {day2.on}. || Venha à minha casa {day2.on}, eu ajudo.
A: Sério? Isso me salva. || Obrigad{A.o}! Eu levo {dish}.
= {B} vai ajudar {A} com {subject} {day2.on}. || {A} tem dificuldade em {subject}, e {B} se oferece para explicar {day2.on}.
*
B: Pergunte a {C}. Ninguém na turma sabe mais. || {C} dá aulas por {price}.
A: Você tem o número de {C}? || Boa ideia. Vou escrever para {C}.
= {A} acha {subject} difícil. {B} diz que {C} pode ajudar. || {B} aconselha {A} a pedir ajuda a {C} em {subject}.

# aulas de música || aprender {instrument}
A: Quero aprender a tocar {instrument}. || Comprei {instrument.a}, mas não sei tocar.
B: Que legal! Você já tem professor? || Está aprendendo por conta própria?
*
A: Ainda não. Você conhece alguém? || Não. Você me ajuda a achar alguém?
B: {C} dá aulas {spot}. || Fale com {C}. A aula custa {price}.
A: Ligo para {C} amanhã. || Ótimo, vou escrever para {C}.
= {A} quer aprender {instrument}, e {B} recomenda as aulas de {C}. || {B} conhece alguém que pode ensinar {A}: {C}.
*
A: Tenho aula {day.on}. || {C} me dá aula {day.on}.
B: E como está indo? || É difícil?
A: Os dedos doem, mas eu gosto. || Já toco uma música curta.
= {A} está aprendendo {instrument} e tem aula {day.on}. || {A} conta a {B} sobre as aulas de {instrument}.

# um bicho em casa || o bicho de estimação de {A}
A: Agora temos {animal.a} em casa. || Veja esta foto: {animal.a} em nossa casa!
B: Que graça! Como se chama? || Sério? Desde quando?
A: O nome é {C}, chegou {day.on}. || Chama-se {C}. Nós {animal.him} encontramos perto de {town}.
*
B: Posso fazer uma visita? || Quero muito ver.
A: Claro, venha {day2.on}. || Sim, {day2.on}, {time.on}.
= {A} tem {animal.a} de nome {C}. {B} vai ver o bicho {day2.on}. || {B} quer conhecer o bicho de {A} e faz uma visita {day2.on}.
*
B: Não dá muito trabalho? || Quem cuida do bicho?
A: Minha família toda ajuda. || Dá, mas cada dia é a vez de um.
= {A} conta a {B} sobre o bicho novo, {C}. A família toda cuida dele. || A família de {A} tem {animal.a} chamad{animal.o} {C} e divide o trabalho.

# mudança || {A} vai se mudar
A: Vamos nos mudar para a {street} no dia {date}. || Achei um apartamento na {street}!
B: Já? Precisam de ajuda? || Que bom! Quem vai carregar tudo?
*
A: Sim, você pode trazer o carro? || Por favor! Precisamos de braços fortes {day.on}.
B: Chego {time.on}. || Claro. Venho {time.on} com {C}.
= {B} vai ajudar {A} na mudança para a {street}. || {A} vai se mudar para a {street}, e {B} chega {time.on} para ajudar.
*
A: Não, contratamos uma firma. || Obrigad{A.o}, mas uma firma faz tudo por {price}.
B: Então levo um bolo. || Fizeram bem.
= {A} vai se mudar para a {street} com a ajuda de uma firma. || {A} não precisa da ajuda de {B} na mudança, porque uma firma faz o trabalho.

# esporte || o treino
A: Você vem ao treino {day.on}? || Precisamos de você no time {day.on}.
B: Eu {why.i}. || Desculpe, {why.i}.
A: Mas o jogo é contra {town}! || É contra {town}, e {C} está doente.
*
B: Está bem, eu vou. || Por vocês eu dou um jeito.
A: Ótimo. Começamos {time.on}. || O ônibus sai {time.on}.
= {B} vai jogar contra {town} {day.on}. || {A} pede a {B} que jogue contra {town}, e {B} aceita.
*
B: Não posso mesmo. || Não, meu joelho ainda dói.
A: Que pena. Melhoras. || Então jogamos sem você.
= {B} não pode jogar contra {town} {day.on}. || O time de {A} tem que jogar contra {town} sem {B}.

# uma briga || sem pedir
A: Você pegou {small.my}? || Por que {small.my} está quebrad{small.o}?
B: Sim, precisei {day.on}. || Fui usar e deixei cair.
A: Devia ter pedido antes! || Eu uso todo dia!
*
B: Desculpe. Compro {small.new}. || Você tem razão. Eu pago.
A: Obrigad{A.o}. Custa {price}. || Está bem. Vamos esquecer isso.
= {B} usou {small.the} de {A} sem pedir e vai pagar por isso. || {A} está irritad{A.o} por causa {small.of}. {B} pede desculpas.
*
B: E você nunca devolveu {thing.my}! || Você levou {thing.my} no mês passado!
A: É verdade. Desculpe. || Bem, esqueci. Da próxima vez vamos pedir.
= {A} e {B} discutem por causa de coisas emprestadas: {small.the} e {thing.the}. || {B} pegou {small.the} de {A}, e {A} ainda está com {thing.the} de {B}.

# no trabalho || o relatório
A: O relatório está pronto? || Quando recebo o relatório?
B: Quase. Faltam os números de {C}. || Ainda não. {C} não mandou os números.
*
A: O cliente vem {day.on}. || Precisamos dele até {day}.
B: Você recebe {day.on}, {time.on}. || Mando hoje à noite.
A: Bom, obrigad{A.o}. || Conto com você.
= {B} vai terminar o relatório até {day}. Faltam os números de {C}. || {A} precisa do relatório até {day}, e {B} promete terminar.
*
A: Quer que eu ligue para {C}? || Deixe que eu falo com {C}.
B: Sim, por favor. || Isso ajudaria.
= {A} vai falar com {C} para que {B} possa terminar o relatório. || {B} espera os números de {C}, e {A} se oferece para ligar.

# férias || dias de folga
A: Gostaria de tirar {number} dias de folga em {month}. || Posso ter {number} dias de férias em {month}?
B: A partir de quando? || Quais dias exatamente?
A: A partir de {date}. Vamos para {town}. || Desde {date}. Há um casamento na família.
*
B: Pode ser. Avise {C}, por favor. || Sem problema, {C} pode fazer o seu trabalho.
= {A} recebe {number} dias de folga a partir de {date}. || {B} deixa {A} tirar {number} dias em {month}.
*
B: É difícil. {C} não está nessa época. || Temos trabalho demais em {month}.
A: E uma semana depois? || E se eu tirar a metade?
B: Assim é possível. || Sim, isso funciona.
= {A} pede folga em {month}. Não dá como planejado, mas eles acham outra solução. || {B} não pode liberar {A} em {date}, e os dois combinam outra coisa.

# conversa sobre a escola || um dia na escola
A: Como foi a escola hoje? || Você parece cansad{B.o}. O que fez na escola?
B: Tivemos {subject} e depois esporte. || Chata. Duas horas de {subject}.
A: E a prova? || Tem lição de casa?
*
B: Tirei a melhor nota! || {number2} pontos, a melhor da turma!
A: Estou orgulhos{A.o} de você! || Muito bem! Hoje tem {dish}.
= {B} tirou a melhor nota na escola, e {A} fica orgulhos{A.o}. || {B} conta a {A} que tirou uma nota muito boa.
*
B: Sim, {number} páginas para {day}. || Tenho que escrever sobre {town} até {day}.
A: Faça agora, depois podemos {act}. || Comece já, por favor.
= {B} tem lição de casa para {day}, e {A} quer que {B} comece. || {A} pergunta sobre a escola. {B} tem lição para {day}.

# um filme || a opinião de {B}
A: Você viu o filme {day.on}? || Você viu a peça ontem?
B: Vi com {C}. || Fui, sim. Fui com {C}.
*
A: E gostou? || Como foi?
B: Longo demais, quase dormi. || Sinceramente, muito chato.
A: Então guardo meu dinheiro. || Bom saber. Não vou.
= {B} foi com {C} e achou chato, então {A} não vai. || {B} não gostou do que viu com {C}.
*
A: Valeu a pena? || Me conte tudo!
B: Foi maravilhoso. Você tem que ir! || Rimos muito. Vá ver.
A: Vou {day2.on}. || Então compro ingresso para {day2}.
= {B} gostou muito, por isso {A} vai {day2.on}. || {A} quer ir {day2.on}, porque {B} e {C} gostaram.
"""
