# ruff: noqa: E501 - long lists of words
"""Names, places and things of the invented Portuguese world (Brazilian spelling)."""

from __future__ import annotations

FEMALE = (
    "Alice Aline Amanda Ana Andreia Antônia Beatriz Bianca Bruna Camila Carla Carolina Catarina "
    "Cecília Célia Clara Cláudia Cristina Daniela Débora Denise Diana Elaine Elisa Eliane Elza "
    "Érica Eva Fabiana Fátima Fernanda Flávia Gabriela Giovana Glória Helena Heloísa Inês Irene "
    "Iara Isabel Isadora Ivone Jaqueline Joana Josefa Joyce Júlia Juliana Jurema Karina Laís Lara "
    "Larissa Laura Leila Letícia Lia Lídia Lígia Lívia Lorena Lúcia Luana Luísa Luzia Manuela Mara "
    "Márcia Margarida Maria Mariana Marina Marisa Marta Melissa Milena Mirela Mônica Nádia Natália "
    "Nina Noêmia Odete Olga Olívia Patrícia Paula Priscila Rafaela Raquel Regina Renata Rita Rosa "
    "Rosana Sabrina Sandra Sara Sílvia Simone Sofia Sônia Stela Sueli Talita Tânia Tatiana Teresa "
    "Valéria Vanessa Vera Verônica Vitória Viviane Yara Zélia Zilda"
).split()
MALE = (
    "Adriano Afonso Alberto Alexandre Aloísio Anderson André Ângelo Antônio Armando Artur Augusto "
    "Benedito Bento Bernardo Breno Bruno Caio Carlos Celso César Cícero Cláudio Cristiano Daniel "
    "Danilo Davi Diego Diogo Douglas Edson Eduardo Elias Emanuel Emílio Enzo Ernesto Eugênio Fábio "
    "Felipe Fernando Flávio Francisco Gabriel Geraldo Gilberto Guilherme Gustavo Heitor Hélio "
    "Henrique Hugo Igor Ivan Jair João Joaquim Jonas Jorge José Josué Juliano Júlio Leandro Leonardo "
    "Lucas Luciano Luís Marcelo Márcio Marcos Mário Mateus Maurício Maximiliano Miguel Milton Moacir "
    "Murilo Nelson Nicolau Nuno Orlando Oscar Osvaldo Otávio Paulo Pedro Rafael Raimundo Raul "
    "Reinaldo Renato Ricardo Roberto Rodrigo Rogério Rui Samuel Saulo Sebastião Sérgio Severino "
    "Silvio Tadeu Tiago Tomás Valdir Vicente Vinícius Vítor Wagner Wilson"
).split()
SURNAMES = (
    "Abreu Aguiar Alencar Almeida Alves Amaral Andrade Antunes Araújo Arruda Azevedo Barbosa Barreto "
    "Barros Bastos Batista Bezerra Borges Braga Brandão Brito Cabral Caldeira Camargo Campos Cardoso "
    "Carneiro Carvalho Castro Cavalcanti Coelho Cordeiro Correia Costa Coutinho Cruz Cunha Dantas "
    "Dias Domingues Duarte Esteves Falcão Faria Fernandes Ferraz Ferreira Figueiredo Fonseca Fontes "
    "Franco Freitas Furtado Galvão Garcia Gomes Gonçalves Gouveia Guedes Guimarães Leal Leite Lemos "
    "Lima Lopes Macedo Machado Maia Marinho Marques Martins Matos Medeiros Melo Mendes Mendonça "
    "Menezes Miranda Monteiro Morais Moreira Mota Moura Nascimento Navarro Neves Nogueira Nunes "
    "Oliveira Pacheco Paiva Peixoto Pereira Pinheiro Pinto Pires Porto Prado Queiroz Ramos Rangel Reis "
    "Rezende Ribeiro Rocha Rodrigues Salgado Sampaio Santana Santos Serra Silveira Simões Siqueira "
    "Soares Sousa Tavares Teixeira Teles Torres Valente Vargas Vasconcelos Vaz Veiga Viana Vieira"
).split()
TOWN_STARTS = (
    "Vila,Monte,Campo,Porto,Pedra,Serra,Rio,Lagoa,Ponte,Fonte,Barra,Ribeira,Morro,Várzea,Santa Rita de,"
    "São Tomé de,Santo Amaro de,Nova,Passo,Ilha,Praia,Vale,Água,Casa,Baixa"
).split(",")
TOWN_ENDS = {
    "f": ("Serena,Clara,Alta,Branca,Verde,Bonita,Funda,Nova,Velha,Dourada,Formosa,Grande,Rasa,Preta,"
          "Alegre,Mansa,Larga,Azul,Bela,Fria,Seca,Redonda").split(","),
    "m": ("Sereno,Claro,Alto,Branco,Verde,Bonito,Fundo,Novo,Velho,Dourado,Formoso,Grande,Raso,Preto,"
          "Alegre,Manso,Largo,Azul,Belo,Frio,Seco,Redondo").split(","),
    "name": ("Araçá,Ibirama,Jaciara,Taquara,Piraí,Umbuzeiro,Arcádia,Belmira,Cantareira,Esmeralda,"
             "Guaporé,Itaúna,Juruá,Marambaia,Olivença,Paraíba,Sabiá,Tamboril,Ventura").split(","),
}  # fmt: skip
MASCULINE_STARTS = ("Monte", "Campo", "Porto", "Rio", "Morro", "Passo", "Vale")
CITIES = (
    "Lisboa,Coimbra,Braga,Évora,Faro,São Paulo,Salvador,Curitiba,Fortaleza,Belém,Manaus,Natal,Recife,"
    "Brasília,Goiânia,Florianópolis,Vitória,Maceió,Cuiabá,Santos,Campinas,Ouro Preto,Londrina,Olinda,"
    "Petrópolis,Madri,Paris,Roma,Londres,Berlim,Viena,Buenos Aires,Lima,Montevidéu,Niterói,Aveiro"
).split(",")
STREETS = (
    "das Flores,do Mercado,da Igreja,do Porto,da Estação,das Laranjeiras,da Ponte,do Sol,da Escola,"
    "dos Pinheiros,do Moinho,da Liberdade,das Palmeiras,da Fonte,do Comércio,das Acácias,do Castelo,"
    "da Aurora,dos Artistas,da Paz,do Carmo,dos Jasmins,da Serra,das Andorinhas"
).split(",")
STREET_KINDS = ("Rua", "Avenida", "Travessa", "Alameda", "Praça")
JOBS = (
    "professor/professora,médico/médica,enfermeiro/enfermeira,padeiro/padeira,agricultor/agricultora,"
    "cozinheiro/cozinheira,motorista/motorista,pintor/pintora,carpinteiro/carpinteira,"
    "advogado/advogada,engenheiro/engenheira,jardineiro/jardineira,dentista/dentista,"
    "pescador/pescadora,alfaiate/costureira,garçom/garçonete,bibliotecário/bibliotecária,"
    "jornalista/jornalista,encanador/encanadora,eletricista/eletricista,cantor/cantora,ator/atriz,"
    "marinheiro/marinheira,juiz/juíza,açougueiro/açougueira,cabeleireiro/cabeleireira,piloto/pilota,"
    "escritor/escritora,fotógrafo/fotógrafa,sapateiro/sapateira,relojoeiro/relojoeira,"
    "apicultor/apicultora,arquiteto/arquiteta,tradutor/tradutora,veterinário/veterinária,"
    "farmacêutico/farmacêutica,mecânico/mecânica,vendedor/vendedora,secretário/secretária,"
    "contador/contadora,carteiro/carteira,bombeiro/bombeira,policial/policial,guia/guia,"
    "maquinista/maquinista,oleiro/oleira,tecelão/tecelã,ferreiro/ferreira,geólogo/geóloga,"
    "cirurgião/cirurgiã,programador/programadora,florista/florista,barbeiro/barbeira,"
    "pedreiro/pedreira,astrônomo/astrônoma,biólogo/bióloga,químico/química,livreiro/livreira"
).split(",")
HOBBIES = (
    "pintura,natação,xadrez,jardinagem,ciclismo,pesca,fotografia,culinária,leitura,dança,caminhada,"
    "vela,tricô,futebol,tênis,escalada,canto,observação de aves,cerâmica,corrida,capoeira,"
    "filatelia,jogos de cartas,panificação,tênis de mesa,equitação,marcenaria,malabarismo"
).split(",")
SUBJECTS = (
    "história,matemática,física,química,biologia,geografia,música,arte,francês,inglês,filosofia,"
    "economia,literatura,astronomia,direito,medicina,engenharia,latim,computação,botânica"
).split(",")
DISHES = (
    "sopa de cogumelos,sopa de tomate,torta de maçã,moqueca de peixe,frango assado,curry de legumes,"
    "omelete de queijo,salada de batata,torta de cebola,sopa de lentilha,arroz-doce,bolo de chocolate,"
    "bolo de limão,torta de espinafre,feijoada,peixe grelhado,panquecas com mel,macarrão com legumes,"
    "sopa de abóbora,bolo de cenoura,pão de queijo,torta de cereja,feijão tropeiro,"
    "pimentões recheados,pão de alho,arroz frito,caldo verde,bolinhos de bacalhau,canja de galinha"
).split(",")
INGREDIENTS = (
    "farinha,manteiga,açúcar,sal,ovos,leite,mel,arroz,feijão,alho,cebolas,tomates,queijo,azeite,limões,"
    "maçãs,pimenta,pão,fermento,creme de leite,cogumelos,espinafre,cenouras,batatas,vinagre,canela,"
    "nozes,manjericão"
).split(",")
DRINKS = (
    "chá,café,água,leite,suco de laranja,suco de maçã,limonada,chocolate quente,chá de hortelã,cerveja,"
    "vinho tinto,vinho branco,suco de uva,água de coco,chá verde,café gelado,guaraná"
).split(",")
SHOPS = (
    "padaria,livraria,floricultura,loja de brinquedos,sapataria,cafeteria,mercearia,farmácia,"
    "loja de bicicletas,loja de música,loja de ferragens,peixaria,casa de chá,loja de usados,"
    "loja de esportes,queijaria,relojoaria,loja de animais"
).split(",")
PRODUCTS = (
    "móveis,papel,garrafas de vidro,bicicletas,sapatos,chocolate,relógios,guarda-chuvas,queijo,sabão,"
    "velas,lâmpadas,brinquedos,barcos,tapetes,chapéus,instrumentos musicais,fogões,baterias,"
    "painéis solares,tratores,programas de computador,remédios,tintas,chá,café,geleia,lã,tijolos,"
    "lápis,colchões,óculos,bombas de água,azulejos"
).split(",")
MONTHS = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
).split()
DAYS = "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo".split()
NUMBERS = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis "
    "dezessete dezoito dezenove vinte"
).split()
TENS = "- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
COMPANY_KINDS = ("Ltda", "e Filhos", "Indústrias", "e Irmãos", "SA", "Comércio", "Serviços")
MATERIALS = "madeira,pedra,tijolo,vidro,ferro,mármore,barro,cobre,prata,couro,lã,papel".split(",")
