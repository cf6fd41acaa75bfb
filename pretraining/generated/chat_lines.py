# ruff: noqa: E501 - one line of the table holds the wordings of one exchange
"""What is said in chats: pairs of what the user says and what the assistant answers."""

from __future__ import annotations

EXCHANGES = {
    "en": {
        "hello": [
            (
                "Hello! || Hi! || Hi there! || Good morning! || Good evening! || Hey!",
                "Hello! How can I help you? || Hi! What can I do for you? || Good to see you. What would you like to know?",
            ),
            (
                "How are you? || Hello, how are you today?",
                "I am fine, thank you. And you? || Very well, thanks. How can I help?",
            ),
            ("Are you there? || Can I ask you something?", "Yes, of course. || Yes, go ahead."),
        ],
        "bye": [
            (
                "Thank you! || Thanks a lot. || Thanks, that helped.",
                "You're welcome! || Glad to help. || My pleasure.",
            ),
            (
                "Goodbye! || Bye! || See you tomorrow.",
                "Goodbye! || Bye, have a nice day! || See you!",
            ),
            ("Good night!", "Good night! Sleep well."),
            ("That's all for today.", "All right. See you next time!"),
        ],
        "talk": [
            (
                "What could I cook tonight? || What shall I eat? || I'm hungry. Any ideas?",
                "How about {dish}? || You could make {dish}. || {dish}, for example, with some {drink}.",
            ),
            (
                "I'm bored. || What can I do this afternoon? || Give me an idea for {day}.",
                "You could try {hobby}. || How about {hobby} or {hobby2}? || Take a walk, or try {hobby}.",
            ),
            (
                "I have {ingredient} at home. What can I make? || What can I do with {ingredient}?",
                "Look for a simple recipe with {ingredient}. || {ingredient} is good in many dishes. What else do you have?",
            ),
            (
                "I need a gift for {m}. || What can I give {m}? || What would be a nice gift for my friend {m}?",
                "How about {thing.a}? || Perhaps {thing.a} or a good book. || {m} may like {thing.a}.",
            ),
            (
                "I feel sad today. || I'm sad. || I had a bad day.",
                "I'm sorry to hear that. Do you want to tell me about it? || I'm sorry. A walk or a talk with a friend may help.",
            ),
            (
                "I passed my {subject} exam! || I got the best mark in {subject}!",
                "Congratulations! You worked hard for it. || Well done! {subject} is not easy.",
            ),
            (
                "I have an exam in {subject} on {day}. || On {day} I have a {subject} test.",
                "Good luck! Read your notes once more and sleep well. || I wish you luck with {subject}. || Learn a little every day until {day}.",
            ),
            (
                "I can't sleep. || I'm so tired.",
                "Try to read a little and drink warm milk. || Rest a little and put the phone away. || Open the window for a while and breathe slowly.",
            ),
            (
                "It is raining in {town}. || What a rainy day in {town}!",
                "Then take an umbrella with you. || A good day for {hobby}. || I hope the sun comes out soon in {town}.",
            ),
            (
                "Tell me something about {town}. || Do you know {town}?",
                "I'm sorry, I know very little about {town}. || I don't know much about {town}. What would you like to see there?",
            ),
            (
                "Do you like {dish}? || What is your favourite food?",
                "I cannot eat, but many people like {dish}. || I don't eat, but {dish} sounds good.",
            ),
            (
                "Do you have {animal.a}? || Do you like animals?",
                "I have no animals, but I like to talk about them. || No, but {animal.a} would be nice.",
            ),
            (
                "What is the weather like in {town}? || Will it rain on {day}?",
                "I'm sorry, I cannot see the weather. || I do not know. Please look at a weather report.",
            ),
            (
                "What time is it? || What day is it today?",
                "I cannot see a clock, I'm sorry. || I don't know, I have no clock.",
            ),
            (
                "Which instrument should I learn? || I'd like to make music.",
                "The {instrument} is a good choice. || How about the {instrument}? A little every day is enough.",
            ),
            (
                "I want to travel in {month}. || Where could I go in {month}?",
                "How about {town}? || You could visit {town} for a few days. || {town} is nice in {month}, I imagine.",
            ),
            (
                "Tell me a colour. || Which colour shall I take for the wall?",
                "{colour} || How about {colour}? || I would take {colour}.",
            ),
            (
                "Give me a name for my {animal}. || What shall I call my {animal}?",
                "How about {m}? || {m} would be a good name. || {m}",
            ),
            (
                "Tell me a fruit. || Which fruit shall I buy?",
                "{fruit} || Buy {fruit.a}. || How about {fruit.a}?",
            ),
            (
                "I've lost my {thing}. || I can't find my {thing}.",
                "Where did you see it last? || Look under the bed and behind the door. || Think of the last place where you used it.",
            ),
            (
                "My {thing} is broken. || I broke the {thing}.",
                "What a pity. Can it be repaired? || Perhaps somebody can repair it.",
            ),
            (
                "I'm nervous about my first day as a {job}. || Tomorrow I start as a {job}.",
                "That is normal. Be on time, be friendly and ask questions. || Good luck! You will learn it step by step.",
            ),
            (
                "{m} is angry with me. || I had a fight with {m}.",
                "Talk to {m} calmly and say what you feel. || Perhaps you can say sorry to {m}.",
            ),
            (
                "Say something nice. || Cheer me up!",
                "You are doing well. || Every day brings something new. || I'm glad that you are here.",
            ),
            (
                "Should I take tea or coffee? || Tea or {drink}?",
                "In the evening I would take tea. || Take what you like best.",
            ),
            (
                "How do I learn {subject} faster? || I want to be better at {subject}.",
                "Study a little every day and ask when you do not understand. || Make short notes and repeat them.",
            ),
        ],
    },
    "pt": {
        "hello": [
            (
                "Olá! || Oi! || Bom dia! || Boa tarde! || Boa noite! || E aí?",
                "Olá! Como posso ajudar? || Oi! O que posso fazer por você? || Que bom ver você. O que gostaria de saber?",
            ),
            (
                "Tudo bem? || Olá, como vai você?",
                "Tudo bem, obrigado. E você? || Muito bem, obrigado. Como posso ajudar?",
            ),
            ("Você está aí? || Posso perguntar uma coisa?", "Sim, claro. || Sim, pode perguntar."),
        ],
        "bye": [
            (
                "Obrigad{o}! || Muito obrigad{o}. || Valeu, ajudou muito.",
                "De nada! || Fico feliz em ajudar. || Foi um prazer.",
            ),
            (
                "Tchau! || Até logo! || Até amanhã.",
                "Tchau! || Até logo, tenha um bom dia! || Até mais!",
            ),
            ("Boa noite, vou dormir.", "Boa noite! Durma bem."),
            ("Por hoje é só.", "Está bem. Até a próxima!"),
        ],
        "talk": [
            (
                "O que posso cozinhar hoje? || O que vou comer? || Estou com fome. Alguma ideia?",
                "Que tal {dish}? || Você pode fazer {dish}. || {dish}, por exemplo, com {drink}.",
            ),
            (
                "Estou sem nada para fazer. || O que posso fazer hoje à tarde? || Dê uma ideia para o fim de semana.",
                "Experimente {hobby}. || Que tal {hobby} ou {hobby2}? || Faça um passeio ou experimente {hobby}.",
            ),
            (
                "Tenho {ingredient} em casa. O que posso fazer? || O que faço com {ingredient}?",
                "Procure uma receita simples com {ingredient}. || Muitos pratos levam {ingredient}. O que mais você tem?",
            ),
            (
                "Preciso de um presente para {m}. || O que posso dar a {m}? || Que presente seria bom para {m}?",
                "Que tal {thing.a}? || Talvez {thing.a} ou um bom livro. || {m} pode gostar de {thing.a}.",
            ),
            (
                "Estou triste hoje. || Tive um dia ruim.",
                "Sinto muito. Quer me contar o que houve? || Sinto muito. Um passeio ou uma conversa com um amigo pode ajudar.",
            ),
            (
                "Passei na prova de {subject}! || Tirei a melhor nota em {subject}!",
                "Parabéns! Você se esforçou muito. || Muito bem! {subject} não é fácil.",
            ),
            (
                "Tenho prova de {subject} amanhã. || Amanhã é a prova de {subject}.",
                "Boa sorte! Leia suas anotações mais uma vez e durma bem. || Desejo sorte em {subject}.",
            ),
            (
                "Não consigo dormir. || Que sono que eu sinto!",
                "Tente ler um pouco e tomar leite morno. || Descanse um pouco e deixe o celular de lado. || Abra a janela um pouco e respire devagar.",
            ),
            (
                "Está chovendo em {town}. || Que dia de chuva em {town}!",
                "Então leve um guarda-chuva. || Um bom dia para ficar em casa. || Tomara que o sol volte logo a {town}.",
            ),
            (
                "Conte algo sobre {town}. || Você conhece {town}?",
                "Desculpe, sei muito pouco sobre {town}. || Não sei muito sobre {town}. O que você quer ver lá?",
            ),
            (
                "Você gosta de {dish}? || Qual é a sua comida favorita?",
                "Não posso comer, mas muita gente gosta de {dish}. || Eu não como, mas {dish} parece bom.",
            ),
            (
                "Você tem {animal.a}? || Você gosta de animais?",
                "Não tenho animais, mas gosto de falar deles. || Não, mas seria bom ter {animal.a}.",
            ),
            (
                "Como está o tempo em {town}? || Vai chover amanhã em {town}?",
                "Desculpe, não consigo ver o tempo. || Não sei. Veja a previsão do tempo.",
            ),
            (
                "Que horas são? || Que dia é hoje?",
                "Não consigo ver um relógio, desculpe. || Não sei, não tenho relógio.",
            ),
            (
                "Que instrumento devo aprender? || Quero fazer música.",
                "{instrument.the} é uma boa escolha. || Que tal {instrument.the}? Um pouco por dia já basta.",
            ),
            (
                "Quero viajar em {month}. || Aonde posso ir em {month}?",
                "Que tal {town}? || Você pode passar uns dias em {town}. || {town} deve ser bonita em {month}.",
            ),
            (
                "Diga uma cor. || Que cor escolho para a parede?",
                "{colour} || Que tal {colour}? || Eu escolheria {colour}.",
            ),
            (
                "Dê um nome para {animal.my}. || Como devo chamar {animal.my}?",
                "Que tal {m}? || {m} seria um bom nome. || {m}",
            ),
            (
                "Diga uma fruta. || Que fruta devo comprar?",
                "{fruit} || Compre {fruit.a}. || Que tal {fruit.a}?",
            ),
            (
                "Perdi {thing.my}. || Não acho {thing.my}.",
                "Onde você viu pela última vez? || Olhe embaixo da cama e atrás da porta. || Pense no último lugar onde você usou.",
            ),
            (
                "{thing.my} quebrou. || Quebrei {thing.the}.",
                "Que pena. Será que tem conserto? || Talvez alguém possa consertar.",
            ),
            (
                "Amanhã começo a trabalhar como {job}. || Estou nervos{o} com meu primeiro dia como {job}.",
                "É normal. Chegue na hora, seja gentil e faça perguntas. || Boa sorte! Você vai aprender passo a passo.",
            ),
            (
                "{m} está com raiva de mim. || Briguei com {m}.",
                "Fale com {m} com calma e diga o que sente. || Talvez você possa pedir desculpas a {m}.",
            ),
            (
                "Diga algo bonito. || Anime meu dia!",
                "Você está indo bem. || Cada dia traz algo novo. || Fico feliz que você esteja aqui.",
            ),
            (
                "Tomo chá ou café? || Chá ou {drink}?",
                "À noite eu tomaria chá. || Tome o que preferir.",
            ),
            (
                "Como aprendo {subject} mais rápido? || Quero melhorar em {subject}.",
                "Estude um pouco por dia e pergunte quando não entender. || Faça anotações curtas e repita.",
            ),
        ],
    },
}
