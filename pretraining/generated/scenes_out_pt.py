# ruff: noqa: E501 - one line of talk is one line of the table
"""Portuguese dialogue scenes: shops, travel, offices, repairs, health, telephone."""

from __future__ import annotations

PUBLIC = """
# comprar {thing.a} || na loja
A: Bom dia. Procuro {thing.a}. || Com licença, vocês vendem {thing.plural}?
B: Sim, temos {thing.this} por {price}. || Claro. {thing.this} custa {price}.
*
A: Tem em outra cor? || Queria {thing.a} {colour}.
B: Sim, aqui está. || Um momento. Aqui está o último modelo.
A: Vou levar. || Muito bonito. Pago em dinheiro.
= {A} compra {thing.a} por {price}. || {B} vende {thing.a} a {A} por {price}.
*
A: É demais para mim. || Tem algo mais barato?
B: Posso dar um desconto. || Há um modelo usado ali no canto.
A: Não, obrigad{A.o}. Vou pensar. || Volto outro dia.
= {A} quer {thing.a}, mas {price} é muito dinheiro, e vai embora. || {A} não compra {thing.the} porque custa {price}.
*
A: Vocês entregam? || Podem levar à {street}?
B: Sim, {day.on}. || Entregamos {day.on}, {time.on}.
A: Então fico com {thing.the}. || Ótimo, vamos fazer assim.
= {A} compra {thing.a}, que será entregue {day.on}. || A loja entrega {thing.the} a {A} {day.on}.

# no dentista || uma consulta
A: Bom dia, queria marcar uma consulta com o dentista. || Alô, preciso de um horário com o dentista.
B: É urgente? || Está com dor?
*
A: Sim, dói muito. || Não dormi a noite passada.
B: Então venha hoje, {time.on}. || Venha agora mesmo.
A: Obrigad{A.o}, é muita gentileza. || Já estou a caminho.
= {A} está com dor e consegue consulta no mesmo dia. || {B} atende {A} logo, porque {A} está com dor.
*
A: Não, é só uma revisão. || É só o exame de todo ano.
B: Posso oferecer {day}, {time.on}. || {day.on}, {time.on}, está bom?
A: {day.on} eu {why.i}. E {day2.on}? || {day2.on} seria melhor.
B: {day2.on}, {time2.on}, então. || Certo: {day2}, {time2.on}.
= {A} marca consulta com o dentista {day2.on}, {time2.on}. || {A} não pode {day.on}, e {B} marca {day2.on}, {time2.on}.

# desmarcar uma consulta || mudança de data
A: Alô, aqui é {A.full}. Tenho um horário {day.on}. || Meu nome é {A.full}. É sobre a minha consulta {day.on}.
B: Sim, {time.on}. Em que posso ajudar? || Estou vendo aqui, {time.on}.
A: Preciso desmarcar, eu {why.i}. || Não posso ir, {why.i}.
*
B: Quer marcar outro dia? || Vamos procurar outra data?
A: Sim, {day2.on}, se possível. || {day2.on} seria bom.
B: {day2.on}, {time2.on}, está livre. || Pronto: {day2}, {time2.on}.
= {A} muda a consulta de {day} para {day2}, {time2.on}. || {A} {why.he} e recebe um novo horário {day2.on}, {time2.on}.
*
B: Sem problema. Ligue quando souber. || Obrigad{B.o} por avisar.
A: Ligo, sim. Até logo. || Ligo de novo na semana que vem.
= {A} desmarca a consulta {day.on} porque {why.he}. || {A} liga para {B} e desmarca a consulta {day.on}.

# uma viagem de trem || informações sobre trens
A: Quando sai o próximo trem para {town}? || Como chego a {town} de trem?
B: Sai {time.on}, da plataforma {number}. || Há um {time.on}, plataforma {number}.
*
A: Preciso trocar de trem? || É direto?
B: Troca em {town2}. || Não, a troca é em {town2}.
A: E o preço? || Quanto custa a passagem?
B: {price} só a ida. || Ida e volta custa {price}.
= {A} quer ir a {town}. O trem sai {time.on}, e a troca é em {town2}. || {B} informa {A} sobre o trem para {town}: sai {time.on} e custa {price}.
*
A: Esse eu não pego mais. || E o seguinte?
B: O próximo sai {time2.on}. || Então pegue o que sai {time2.on}.
A: Espero no café. || Ótimo, duas passagens, por favor.
= {A} vai pegar o trem para {town} {time2.on}. || {A} não consegue o trem que sai {time.on} e pega o seguinte para {town}.

# conserto || {machine.the} de {A}
A: {machine.my} {fault}. || Estou ligando porque {machine.the} {fault}.
B: Quantos anos tem? || Quando você comprou?
A: Uns {number} anos. || Faz {number} anos, acho.
*
B: Posso ir {day.on}, {time.on}. || Mandamos alguém {day.on}.
A: Não pode ser antes? || Quanto vai custar?
B: Infelizmente não. || Cerca de {price}.
A: Está bem, {day.on}, então. || Certo. Vou estar em casa.
= {machine.the} de {A} {fault}. {B} vai consertar {day.on}. || {B} vai ver {machine.the} de {A} {day.on}.
*
B: Então comprar {machine.new} sai mais barato. || Não vale a pena consertar.
A: Quanto custa? || Era o que eu temia.
B: A partir de {price}. || Encontra por {price}.
= {machine.the} de {A} {fault}, e {B} aconselha comprar {machine.new}. || {B} diz que é melhor comprar {machine.new} do que consertar.
*
B: Você olhou a tomada? || Já tentou desligar e ligar de novo?
A: Espere. Ah, agora funciona! || Deixe ver. É verdade, era isso.
= {A} liga para {B} por causa {machine.of}, mas uma solução simples resolve o problema. || Com o conselho de {B}, {machine.the} de {A} volta a funcionar.

# no médico || {A} está doente
B: Em que posso ajudar? || Diga, por favor, o que está sentindo.
A: Estou com {ill}. || É {ill}, se posso explicar assim.
B: Há quanto tempo? || Desde quando?
A: Desde {day}. || Há {number} dias.
*
B: Você deve {advice}. || Meu conselho é {advice}.
A: Posso trabalhar? || E o trabalho?
B: Só depois de {day2}. || Pode, mas com cuidado.
= {A} está com {ill}. {B} manda {advice}. || {B} aconselha {A}, que está com {ill}, a {advice}.
*
B: Precisamos fazer um exame. || Vou pedir um exame no hospital.
A: É grave? || Devo me preocupar?
B: Acho que não. Volte {day2.on}. || Não, é só por segurança. Conversamos {day2.on}.
= {A} está com {ill} e precisa de um exame. A volta é {day2.on}. || {B} quer fazer um exame porque {A} está com {ill}.

# pedido no restaurante || à mesa
A: Gostaríamos de pedir. || Pode trazer o cardápio?
B: Hoje temos {dish} e {dish2}. || Recomendo {dish}.
*
A: Para mim {dish}, por favor. || {dish} e {drink}, por favor.
B: Algo para beber? || Leva alguns minutos.
A: {drink}, obrigad{A.o}. || Está bem.
= {A} pede {dish}. || {B} traz {dish} para {A}.
*
A: Não posso comer {dish}, tenho alergia. || Tem carne nesse prato?
B: Então prove {dish2}. || Sugiro {dish2}.
A: Bom, {dish2}, então. || Obrigad{A.o}, vou provar.
= {A} não pode comer {dish} e pede {dish2}. || {B} sugere {dish2} a {A}.

# um quarto para alugar || um apartamento na {street}
A: O apartamento na {street} ainda está livre? || Estou ligando por causa do quarto na {street}.
B: Sim. Custa {price} por semana. || Está. Quando quer ver?
*
A: Posso ver {day.on}? || Posso ir {day.on}, {time.on}?
B: {day.on} está bom. || Sim, toque a campainha duas vezes.
= {A} vai ver o apartamento na {street} {day.on}. || {A} se interessa por um apartamento na {street} e pode fazer a visita {day.on}.
*
A: Aceitam bichos? Tenho {animal.a}. || Tenho {animal.a}. É problema?
B: Sinto muito, nada de animais. || O dono não quer animais.
A: Então não serve para mim. || Que pena. Até logo.
= {A} não pode ficar com o apartamento porque tem {animal.a}. || Não aceitam bichos na {street}, e {A} procura outro lugar.

# achados e perdidos || {small.a} no ônibus
A: Achei {small.this} no ônibus. || Alguém esqueceu {small.this} {spot}.
B: Obrigad{B.o} por trazer. || Que honestidade.
*
B: Escreva seu nome, por favor. || Onde estava exatamente?
A: {A.full}. Estava {spot}. || Na linha {number}, no último banco.
= {A} entrega a {B} {small.a} que encontrou. || {B} recebe {small.the} que {A} achou.
*
B: Ligaram há uma hora por causa disso. || {C} já está procurando.
A: Que sorte! || Fico feliz.
B: Há uma recompensa de {price} para você. || {C} vai ficar feliz.
= {A} achou {small.the} que {C} procura. || {A} encontrou {small.the} de {C}.

# um táxi || chamar um táxi
A: Preciso de um táxi para {town}. || Pode mandar um táxi à {street}?
B: Para quando? || Quando quer sair?
A: {day.on}, {time.on}. || Agora mesmo, por favor.
*
B: Quantas pessoas? || Tem bagagem?
A: {number} pessoas e um cachorro. || Duas malas.
B: Então mandamos um carro grande. Custa {price}. || São {price}.
= {A} pede um táxi. Custa {price}. || {B} vai mandar um táxi para {A} por {price}.
*
B: Sinto muito, todos os carros estão ocupados. || Não temos mais nenhum.
A: Então vou de ônibus. || Vou ligar para outro lugar.
= {A} não consegue táxi com {B}. || Todos os táxis estão ocupados, e {A} precisa achar outro jeito.

# a conta errada || uma reclamação
A: Acho que há um erro na conta. || Com licença, esta conta está errada.
B: Deixe ver. O que está errado? || É mesmo? Mostre, por favor.
A: Só pedimos {drink} para {number} pessoas. || Aqui diz {price2}, mas deveriam ser {price}.
*
B: Tem razão, desculpe. || Peço desculpas. Vou corrigir.
A: Obrigad{A.o}. Acontece. || Não foi nada.
= {A} encontra um erro na conta, e {B} corrige. || {B} pede desculpas pela conta errada.
*
B: Não, o pão é à parte. || O serviço está incluído, por isso.
A: Eu não sabia. || Ninguém nos avisou!
= {A} acha que a conta está errada, mas {B} explica. || {B} explica a {A} por que a conta é mais alta.

# uma encomenda || no correio
A: Quero mandar isto para {town}. || Quanto custa uma encomenda para {town}?
B: Quanto pesa? || Ponha na balança, por favor.
*
A: Uns {number} quilos. || É só {thing.a}.
B: São {price}. Chega {day.on}. || {price}, por favor. Leva até {day}.
A: Bom, aqui está. || Não há um jeito mais rápido?
= {A} manda uma encomenda para {town} por {price}. Ela chega {day.on}. || {A} envia uma encomenda para {town}.
*
B: Primeiro preencha este formulário. || Falta o endereço.
A: Ah. Tem uma caneta? || Deixei o endereço em casa.
= {A} quer mandar uma encomenda para {town}, mas falta alguma coisa. || {B} ainda não pode aceitar a encomenda de {A}.

# um curso || inscrição
A: Queria me inscrever no curso de {hobby}. || Ainda há vaga no curso de {hobby}?
B: É {day.on}, {time.on}. || Sim, começa no dia {date}.
*
A: Quanto é? || Qual é o preço?
B: {price} pelo curso inteiro. || {price} por mês.
A: Pode pôr meu nome na lista. || Certo, estou dentro.
= {A} se inscreve no curso de {hobby}, que custa {price}. || {A} vai fazer um curso de {hobby}.
*
A: {day.on} eu {why.i}. || {day.on} é impossível para mim.
B: Há outra turma {day2.on}. || E a turma que se reúne {day2.on}?
A: É melhor. || Perfeito, fico com essa.
= {A} não pode {day.on} e entra na turma de {hobby} {day2.on}. || {B} acha uma vaga para {A} no curso de {hobby} {day2.on}.

# pedir informação || o caminho para a {street}
A: Com licença, como chego à {street}? || Este é o caminho para a {street}?
B: Siga reto e vire à esquerda {spot}. || Não, volte e vire {spot}.
*
A: É longe? || Dá para ir a pé?
B: Uns {number2} minutos a pé. || Não, pegue o ônibus {number}.
A: Muito obrigad{A.o}. || Então é melhor eu me apressar.
= {A} pergunta o caminho para a {street}, e {B} explica. || {B} diz a {A} como chegar à {street}.
*
A: Você é daqui? || Procuro a {shop}.
B: A {shop} fechou no ano passado. || A {shop} fica {spot}.
A: Ah, obrigad{A.o} assim mesmo. || Entendi. Obrigad{A.o}!
= {A} procura a {shop} na {street}. {B} ajuda. || {B} informa {A} sobre a {shop}.

# um telefonema || um recado para {C}
A: Boa tarde, posso falar com {C}? || Alô, {C} está?
B: Infelizmente, {C} não está. || No momento não. {C} volta {time.on}.
*
A: Pode dar um recado? || Diga uma coisa a {C}, por favor.
B: Claro. || Sim, estou com a caneta na mão.
A: Queria passar a reunião para {day}. || A reunião é {day.on}, {time2.on}, {spot}.
B: Eu aviso. || Já anotei.
= {A} liga para {C} e deixa com {B} um recado sobre uma reunião {day.on}. || {B} vai avisar {C} de que a reunião é {day.on}.
*
A: Tento mais tarde. || Então ligo {day.on}.
B: Posso saber o assunto? || Tente o outro número.
A: É particular. || É sobre {thing.the}.
= {A} quer falar com {C}, que não está. || {C} não está, e {A} vai ligar de novo.

# flores || flores para um casamento
A: Preciso de flores para um casamento {day.on}. || Pode fazer um buquê até {day}?
B: De que cor? || O que tem em mente?
*
A: Amarelas e brancas, por {price}. || Algo vermelho, até {price}.
B: Pode buscar {time.on}. || Fica pronto {day.on}, {time.on}.
= {A} encomenda flores por {price} e busca {day.on}. || {B} faz um arranjo de flores para {A}.
*
A: Não sei bem. O que você escolheria? || O que há de fresco agora?
B: Em {month} eu escolheria rosas. || Os lírios estão lindos.
A: Confio em você. || Está bem, quero {number2}.
= {A} deixa {B} escolher as flores para {day}. || {B} dá conselhos a {A} sobre flores para um casamento.
"""
