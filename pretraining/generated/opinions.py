# ruff: noqa: E501 - one line of the table holds the wordings of one judgement
"""Sentences that are positive, negative or neutral, by domain and language.

Each line is `domain | judgement | sentences`, sentences separated by ` / `.
"""

from __future__ import annotations

_EN = """
hotel|+|The room was bright and spotless/The staff went out of their way to help us/We slept like babies in the soft beds/The view over the bay took our breath away/Breakfast was a feast every morning/I have never felt so welcome anywhere
hotel|-|The room smelled of smoke and mould/Nobody at the desk cared about our problem/The walls are so thin that I heard every word next door/The shower stayed cold for three days/We found insects under the bed/The price was a bad joke for such a hole
hotel|0|The hotel has four floors and a lift/Breakfast is served from seven to ten/Our room was on the second floor/Guests leave their keys at the desk/The building stands opposite the station/A night costs {price}
food|+|The {dish} was the best I have ever eaten/Every plate came hot and beautifully arranged/The waiter was charming and quick/I could go back for the {dish} alone/Fresh, tasty and generous portions/A little jewel of a restaurant
food|-|The {dish} was cold and tasteless/We waited an hour and then got the wrong plate/The {dish} was so salty that I left it/The waiter was rude to my mother/I felt sick all night after the {dish}/Overpriced and disappointing
food|0|The menu lists {dish} and {dish2}/The restaurant opens at noon/We ordered {dish} and some {drink}/It lies in {street}/There are {number} tables inside/The {dish} costs {price}
product|+|This {thing} works perfectly and looks great/I use the {thing} every day and love it/Excellent quality for the price/It arrived early and well packed/My whole family wants one now/The best {thing} I ever bought
product|-|The {thing} broke after {number} days/Poor quality, do not buy this {thing}/It arrived late and scratched/I want my money back for this {thing}/The {thing} is useless and ugly/What a waste of money
product|0|The {thing} weighs {number} kilos/I bought the {thing} in {month}/The box holds one {thing} and a small booklet/It comes in three sizes/The {thing} is sold in {town}/It has the same size as the old one
film|+|A touching story with brilliant actors/I laughed until I cried/The music alone is worth the ticket/I was moved from the first minute to the last/A masterpiece that I will see again/{name} plays the part wonderfully
film|-|I nearly fell asleep after ten minutes/The plot makes no sense at all/{name} acts like a piece of wood/Two hours of my life that I will never get back/Boring, noisy and far too long/The ending ruined everything
film|0|The film lasts two hours/It was shot in {town}/{name} plays a {job}/The story takes place in {year}/The film is based on a novel/It is shown every {day}
feeling|+|I am so happy that {name} is visiting me/What a wonderful day it was in {town}/I passed the exam, I could jump for joy/I am proud of what we have done/Thank you, {name}, you saved my day/I can't wait for {day}
feeling|-|I feel lonely since {name} left/Today everything went wrong/I am angry with {name} for lying to me/I am afraid that I will lose my job/My head hurts and I am tired of it all/I regret that I ever came to {town}
feeling|0|I am meeting {name} on {day}/The shop closes at six/I live in {street}/My sister works as a {job}/We have two meetings on {day}/{name} called at noon
business|+|{company} raised its profit from {low} million to {high} million euros/Sales of {company} grew by {number} per cent/{company} won a large order worth {high} million/{company} will hire {number2} new workers in {town}/The shares of {company} rose after the strong report/{company} doubled its dividend
business|-|The profit of {company} fell from {high} million to {low} million euros/Sales of {company} dropped by {number} per cent/{company} will cut {number2} jobs in {town}/{company} warned of a loss this year/The shares of {company} fell after the weak report/{company} lost its biggest customer
business|0|{company} will publish its report on {date}/The head office of {company} is in {town}/{company} makes {product}/{company} was founded in {year}/The board of {company} has {number} members/{name} will speak for {company} at the meeting in {town}
"""
_PT = """
hotel|+|O quarto era claro e impecável/A equipe fez de tudo para nos ajudar/Dormimos muito bem nas camas macias/A vista para a baía é de tirar o fôlego/O café da manhã era um banquete/Nunca me senti tão bem recebido
hotel|-|O quarto cheirava a cigarro e mofo/Ninguém na recepção ligou para o nosso problema/As paredes são tão finas que ouvi tudo do vizinho/O chuveiro ficou frio por três dias/Havia insetos embaixo da cama/O preço é uma piada para um lugar tão ruim
hotel|0|O hotel tem quatro andares e elevador/O café da manhã é servido das sete às dez/Nosso quarto ficava no segundo andar/Os hóspedes deixam as chaves na recepção/O prédio fica em frente à estação/A diária custa {price}
food|+|Nunca comi {dish} com tanto sabor/Cada prato chegou quente e bem apresentado/O garçom foi simpático e rápido/Eu voltaria só para comer {dish}/Comida fresca, saborosa e farta/Um restaurante encantador
food|-|Pedi {dish} e veio tudo frio e sem gosto/Esperamos uma hora e veio o prato errado/A comida estava tão salgada que deixei no prato/O garçom foi grosseiro com minha mãe/Passei mal a noite inteira/Caro e decepcionante
food|0|O cardápio tem {dish} e {dish2}/O restaurante abre ao meio-dia/Pedimos {dish} e {drink}/Fica na {street}/Há {number} mesas no salão/Um prato custa {price}
product|+|{thing.this} funciona perfeitamente e é muito bonit{thing.o}/Uso {thing.the} todo dia e adoro/Excelente qualidade pelo preço/Chegou antes do prazo e bem embalado/Minha família inteira também quer/A melhor compra que já fiz
product|-|{thing.the} quebrou depois de {number} dias/Péssima qualidade, não comprem/Chegou atrasado e arranhado/Quero meu dinheiro de volta/{thing.this} não serve para nada/Que desperdício de dinheiro
product|0|{thing.the} pesa {number} quilos/Comprei {thing.the} em {month}/A caixa traz {thing.a} e um folheto/Há três tamanhos/Vende-se {thing.this} em {town}/Tem o mesmo tamanho do modelo antigo
film|+|Uma história comovente com atores brilhantes/Ri até chorar/Só a música já vale o ingresso/Fiquei emocionado do começo ao fim/Uma obra-prima que verei de novo/{name} está maravilhoso no papel
film|-|Quase dormi depois de dez minutos/O enredo não faz sentido nenhum/{name} atua muito mal/Duas horas da minha vida jogadas fora/Chato, barulhento e longo demais/O final estragou tudo
film|0|O filme dura duas horas/Foi filmado em {town}/{name} está no elenco/A história se passa em {year}/O filme se baseia em um romance/A sessão começa às oito
feeling|+|Estou muito feliz com a visita de {name}/Que dia maravilhoso foi em {town}/Passei na prova, quero pular de alegria/Tenho orgulho do que fizemos/Obrigado, {name}, você salvou meu dia/Mal posso esperar pela festa de {name}
feeling|-|Sinto-me sozinho desde que {name} foi embora/Hoje deu tudo errado/Estou com raiva de {name}, que mentiu para mim/Tenho medo de perder o emprego/Minha cabeça dói e estou cansado de tudo/Eu me arrependo de ter vindo a {town}
feeling|0|Vou encontrar {name} na quinta-feira/A loja fecha às seis/Moro na {street}/Minha irmã trabalha em {town}/Temos duas reuniões amanhã/{name} ligou ao meio-dia
business|+|A {company} aumentou o lucro de {low} para {high} milhões de reais/As vendas da {company} cresceram {number} por cento/A {company} ganhou um grande contrato de {high} milhões/A {company} vai contratar {number2} pessoas em {town}/As ações da {company} subiram depois do bom resultado/A {company} dobrou seus dividendos
business|-|O lucro da {company} caiu de {high} para {low} milhões de reais/As vendas da {company} caíram {number} por cento/A {company} vai demitir {number2} pessoas em {town}/A {company} prevê prejuízo neste ano/As ações da {company} caíram depois do resultado fraco/A {company} perdeu seu maior cliente
business|0|A {company} publica seu relatório no dia {date}/A sede da {company} fica em {town}/A {company} fabrica {product}/A {company} foi fundada em {year}/O conselho da {company} tem {number} membros/{name} vai falar pela {company} na reunião em {town}
"""


def _read(text: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for line in text.strip().splitlines():
        domain, judgement, sentences = line.split("|")
        found.setdefault(domain, {})[judgement] = sentences.split("/")
    return found


OPINIONS = {"en": _read(_EN), "pt": _read(_PT)}
"""Language -> domain -> `+`, `-` or `0` -> sentences with slots."""
