# ruff: noqa: E501 - one line of the table holds a definition in both languages
"""Common nouns defined in both languages: `noun | English | Portuguese`."""

from __future__ import annotations

from pretraining.generated.lexicon_nouns import PAIRS
from pretraining.generated.words import Noun

_TEXT = """
dog|an animal that lives with people and guards the house|um animal que vive com as pessoas e guarda a casa
cat|a small furry animal that catches mice|um animal pequeno e peludo que caça ratos
horse|a large animal that people ride|um animal grande em que as pessoas montam
cow|a farm animal that gives milk|um animal de fazenda que dá leite
sheep|a farm animal that gives wool|um animal de fazenda que dá lã
hen|a female bird that lays eggs on a farm|uma ave fêmea que põe ovos na fazenda
rabbit|a small animal with long ears that eats grass|um animal pequeno de orelhas compridas que come capim
lion|a big wild cat of the African plains|um grande felino selvagem das savanas da África
tiger|a big wild cat with black stripes|um grande felino selvagem com listras pretas
bear|a heavy animal with thick fur that sleeps much in winter|um animal pesado de pelo grosso que dorme muito no inverno
wolf|a wild animal that looks like a dog and hunts in groups|um animal selvagem parecido com o cachorro que caça em grupo
elephant|a very large animal with a trunk|um animal muito grande com tromba
snake|a long animal without legs|um animal comprido sem pernas
frog|a small animal that jumps and lives near water|um animal pequeno que pula e vive perto da água
turtle|a slow animal with a hard shell|um animal lento com um casco duro
whale|a huge animal that lives in the sea and breathes air|um animal enorme que vive no mar e respira ar
shark|a large fish with sharp teeth|um peixe grande com dentes afiados
bee|an insect that makes honey|um inseto que faz mel
ant|a tiny insect that lives in large groups|um inseto minúsculo que vive em grandes grupos
spider|an animal with eight legs that spins webs|um animal de oito patas que tece teias
butterfly|an insect with large coloured wings|um inseto de asas grandes e coloridas
parrot|a coloured bird that can copy words|uma ave colorida que consegue imitar palavras
owl|a bird that hunts at night|uma ave que caça à noite
penguin|a bird that swims well but cannot fly|uma ave que nada bem, mas não voa
giraffe|a tall animal with a very long neck|um animal alto de pescoço muito comprido
zebra|an animal like a horse with black and white stripes|um animal parecido com o cavalo, com listras pretas e brancas
camel|an animal with humps that crosses deserts|um animal com corcovas que atravessa desertos
donkey|an animal like a small horse with long ears that carries loads|um animal parecido com um cavalo pequeno, de orelhas longas, que leva cargas
squirrel|a small animal with a bushy tail that eats nuts|um animal pequeno de cauda peluda que come nozes
snail|a slow little animal that carries its shell|um bichinho lento que carrega sua concha
bat|an animal with wings that flies at night|um animal com asas que voa à noite
apple|a round fruit with red, green or yellow skin|uma fruta redonda de casca vermelha, verde ou amarela
banana|a long yellow fruit|uma fruta comprida e amarela
orange|a round fruit full of sweet juice|uma fruta redonda cheia de suco doce
lemon|a sour fruit|uma fruta azeda
grape|a small fruit from which wine is made|uma fruta pequena da qual se faz vinho
strawberry|a soft red fruit with tiny seeds outside|uma fruta vermelha e macia com sementinhas por fora
pineapple|a tropical fruit with a crown of leaves|uma fruta tropical com uma coroa de folhas
coconut|a large hard fruit of a palm tree|uma fruta grande e dura de uma palmeira
carrot|an orange vegetable that grows under the ground|um legume laranja que cresce embaixo da terra
potato|a vegetable that grows under the ground and is eaten cooked|um legume que cresce embaixo da terra e se come cozido
onion|a vegetable with layers that makes the eyes water|um legume em camadas que faz os olhos chorarem
mushroom|a living thing with a stem and a cap that grows in damp places|um ser vivo com haste e chapéu que cresce em lugares úmidos
cake|a sweet baked food for feasts|uma comida doce assada para festas
soup|a hot liquid food eaten with a spoon|uma comida líquida e quente que se toma com colher
sandwich|two slices of bread with something between them|duas fatias de pão com algo no meio
cheese|a food made from milk|um alimento feito de leite
table|a piece of furniture with a flat top on legs|um móvel com um tampo plano sobre pernas
chair|a piece of furniture to sit on|um móvel para sentar
bed|a piece of furniture to sleep in|um móvel para dormir
sofa|a soft seat for several people|um assento macio para várias pessoas
wardrobe|a tall piece of furniture for clothes|um móvel alto para guardar roupas
shelf|a board on the wall that holds things|uma tábua na parede que sustenta coisas
desk|a table for writing and working|uma mesa para escrever e trabalhar
drawer|a box that slides in and out of a piece of furniture|uma caixa que entra e sai de um móvel
mattress|the soft part of a bed|a parte macia da cama
cradle|a small bed for a baby|uma cama pequena para bebê
shirt|a piece of clothing for the upper body|uma peça de roupa para a parte de cima do corpo
coat|a warm piece of clothing worn over the others|uma peça de roupa quente que se usa por cima das outras
hat|a thing worn on the head|uma peça que se usa na cabeça
glove|a piece of clothing for the hand|uma peça de roupa para a mão
sock|a soft piece of clothing for the foot|uma peça de roupa macia para o pé
scarf|a long cloth worn round the neck|um pano comprido que se usa no pescoço
belt|a band worn round the waist|uma tira que se usa na cintura
apron|a cloth that keeps clothes clean in the kitchen|um pano que protege a roupa na cozinha
boot|a high strong shoe|um sapato alto e forte
hammer|a tool for driving in nails|uma ferramenta para bater pregos
saw|a tool with teeth for cutting wood|uma ferramenta com dentes para cortar madeira
screwdriver|a tool for turning screws|uma ferramenta para girar parafusos
spade|a tool for digging|uma ferramenta para cavar
axe|a tool for chopping wood|uma ferramenta para rachar lenha
ladder|a thing with steps for climbing up|um objeto com degraus para subir
broom|a brush with a long handle for sweeping|uma escova de cabo longo para varrer
bucket|an open container with a handle for carrying water|um recipiente aberto com alça para carregar água
rope|a thick strong string|um cordão grosso e forte
needle|a thin pointed tool for sewing|uma ferramenta fina e pontuda para costurar
nail|a thin piece of metal that joins pieces of wood|uma peça fina de metal que une pedaços de madeira
ruler|a straight strip for measuring and drawing lines|uma tira reta para medir e traçar linhas
torch|a small lamp carried in the hand|uma pequena lâmpada que se leva na mão
car|a road vehicle with four wheels and a motor|um veículo de quatro rodas com motor
bus|a large road vehicle for many passengers|um veículo grande para muitos passageiros
train|a row of carriages that runs on rails|uma fila de vagões que anda sobre trilhos
bicycle|a vehicle with two wheels moved by pedals|um veículo de duas rodas movido por pedais
ship|a very large boat that crosses the sea|um barco muito grande que atravessa o mar
boat|a small vehicle that moves on water|um pequeno veículo que anda sobre a água
plane|a vehicle with wings that flies|um veículo com asas que voa
lorry|a large vehicle that carries goods|um veículo grande que transporta mercadorias
taxi|a car that takes passengers for money|um carro que leva passageiros por dinheiro
tractor|a strong vehicle used on farms|um veículo forte usado em fazendas
helicopter|an aircraft with turning blades on top|uma aeronave com hélices girando em cima
rocket|a vehicle that flies into space|um veículo que voa para o espaço
ambulance|a vehicle that takes ill people to hospital|um veículo que leva doentes ao hospital
canoe|a narrow boat moved with a paddle|um barco estreito movido a remo
sledge|a vehicle that slides over snow|um veículo que desliza sobre a neve
ferry|a boat that carries people and cars across water|um barco que leva pessoas e carros para a outra margem
piano|an instrument with black and white keys|um instrumento com teclas pretas e brancas
guitar|an instrument with six strings played with the fingers|um instrumento de seis cordas tocado com os dedos
violin|an instrument with four strings played with a bow|um instrumento de quatro cordas tocado com arco
flute|a wind instrument shaped like a thin tube|um instrumento de sopro em forma de tubo fino
drum|an instrument that is struck with sticks or hands|um instrumento em que se bate com varas ou mãos
trumpet|a brass wind instrument with three valves|um instrumento de sopro de metal com três pistões
harp|a tall instrument with many strings plucked by hand|um instrumento alto com muitas cordas dedilhadas
accordion|an instrument with bellows and keys|um instrumento com fole e teclas
bell|a hollow metal object that rings when struck|um objeto oco de metal que soa quando se bate nele
heart|the organ that pumps blood through the body|o órgão que bombeia o sangue pelo corpo
knee|the joint in the middle of the leg|a articulação no meio da perna
elbow|the joint in the middle of the arm|a articulação no meio do braço
tongue|the part of the mouth with which we taste|a parte da boca com que sentimos o gosto
tree|a tall plant with a trunk of wood|uma planta alta com tronco de madeira
flower|the coloured part of a plant that makes seeds|a parte colorida da planta que produz sementes
river|a stream of water that flows to the sea or a lake|uma corrente de água que segue para o mar ou para um lago
mountain|a very high part of the land|uma parte muito alta da terra
lake|a large area of water with land around it|uma grande extensão de água cercada de terra
island|a piece of land with water all around it|um pedaço de terra cercado de água
beach|the sandy edge of the sea|a beira arenosa do mar
desert|a dry place where few plants grow|um lugar seco onde crescem poucas plantas
forest|a large area full of trees|uma grande área cheia de árvores
cloud|a mass of tiny drops of water in the sky|uma massa de gotinhas de água no céu
star|a distant sun that shines at night|um sol distante que brilha à noite
volcano|a mountain that can throw out hot lava|uma montanha que pode expelir lava quente
waterfall|a place where a river falls from a height|um lugar onde o rio cai de certa altura
cave|a hollow place in rock or under the ground|um espaço oco na rocha ou embaixo da terra
valley|low land between hills|uma terra baixa entre montanhas
seed|the part of a plant from which a new one grows|a parte da planta da qual nasce outra
root|the part of a plant that grows in the soil|a parte da planta que cresce dentro da terra
storm|bad weather with strong wind and rain|um mau tempo com vento forte e chuva
planet|a large round body that moves round a star|um grande corpo redondo que gira em torno de uma estrela
school|a place where children learn|um lugar onde as crianças aprendem
hospital|a place where ill people are treated|um lugar onde se tratam os doentes
library|a place where books are kept and lent|um lugar onde se guardam e emprestam livros
market|a place where people buy and sell food|um lugar onde se compram e vendem alimentos
bakery|a shop that makes and sells bread|uma loja que faz e vende pão
museum|a place where old or precious things are shown|um lugar onde se mostram coisas antigas ou preciosas
theatre|a building where plays are performed|um prédio onde se apresentam peças
park|a public garden in a town|um jardim público na cidade
farm|land where crops and animals are raised|uma terra onde se criam animais e se cultivam plantas
factory|a building where goods are made with machines|um prédio onde se fabricam produtos com máquinas
airport|a place where planes take off and land|um lugar de onde os aviões saem e aonde chegam
station|a place where trains or buses stop|um lugar onde param trens ou ônibus
hotel|a house where travellers pay to sleep|uma casa onde viajantes pagam para dormir
restaurant|a place where people pay to eat|um lugar onde as pessoas pagam para comer
pharmacy|a shop that sells medicines|uma loja que vende remédios
prison|a building where people are locked up as a punishment|um prédio onde pessoas ficam presas como castigo
bridge|a road built over a river or a valley|um caminho construído sobre um rio ou um vale
castle|a strong old building with thick walls|uma construção antiga e forte com muros grossos
lighthouse|a tower with a strong lamp that guides ships at night|uma torre com uma lâmpada forte que guia os navios à noite
mill|a building where grain is ground into flour|um prédio onde se moem grãos para fazer farinha
cinema|a place where films are shown|um lugar onde se exibem filmes
stadium|a large place for sports with many seats|um lugar grande para esportes com muitos assentos
zoo|a place where wild animals are kept and shown|um lugar onde se criam e mostram animais selvagens
bookshop|a shop that sells books|uma loja que vende livros
kitchen|the room where food is cooked|o cômodo onde se prepara a comida
garage|a place where cars are kept|um lugar onde se guardam carros
university|a place of higher learning after school|um lugar de estudos superiores depois da escola
book|printed pages bound together for reading|um conjunto de páginas impressas para ler
pen|a tool for writing with ink|um instrumento para escrever com tinta
pencil|a tool for writing that can be rubbed out|um instrumento para escrever que se pode apagar
key|a small metal object that opens a lock|um pequeno objeto de metal que abre uma fechadura
lamp|a thing that gives light|um objeto que dá luz
clock|a thing that shows the time|um objeto que mostra as horas
bottle|a container with a narrow neck for liquids|um recipiente de gargalo estreito para líquidos
cup|a small container with a handle for drinking|um pequeno recipiente com alça para beber
knife|a tool with a blade for cutting|um instrumento com lâmina para cortar
fork|a tool with points for eating|um talher com dentes para comer
spoon|a tool for eating soup|um talher para tomar sopa
mirror|a glass in which you see yourself|um vidro em que a pessoa se vê
umbrella|a thing that keeps off the rain|um objeto que protege da chuva
candle|a stick of wax that gives light when it burns|um bastão de cera que dá luz quando queima
letter|a written message sent in an envelope|uma mensagem escrita enviada em um envelope
newspaper|sheets of paper with the news of the day|folhas de papel com as notícias do dia
map|a drawing that shows where places are|um desenho que mostra onde ficam os lugares
pillow|a soft thing for the head in bed|um objeto macio para a cabeça na cama
towel|a cloth for drying the skin|um pano para secar a pele
comb|a thing with teeth for tidying the hair|um objeto com dentes para arrumar o cabelo
basket|a container woven from twigs or straw|um recipiente trançado de varas ou palha
suitcase|a flat case for clothes on a journey|uma caixa com alça para levar roupas em viagem
camera|a machine that takes pictures|um aparelho que tira fotos
computer|a machine that stores and works on information|uma máquina que guarda e processa informações
ring|a small band worn on the finger|um pequeno aro que se usa no dedo
coin|a round piece of metal used as money|uma peça redonda de metal usada como dinheiro
kite|a light toy that flies in the wind on a string|um brinquedo leve que voa ao vento preso por uma linha
wallet|a flat case for money|um estojo plano para guardar dinheiro
ticket|a piece of paper that lets you travel or enter|um papel que permite viajar ou entrar
oven|a closed space for baking food|um espaço fechado para assar alimentos
fridge|a machine that keeps food cold|um aparelho que conserva os alimentos frios
soap|a thing for washing the skin|um produto para lavar a pele
backpack|a bag carried on the back|uma bolsa que se leva nas costas
helmet|a hard hat that protects the head|um chapéu duro que protege a cabeça
tent|a shelter of cloth for camping|um abrigo de pano para acampar
kettle|a pot for boiling water|um recipiente para ferver água
magnet|a piece of metal that attracts iron|uma peça de metal que atrai ferro
teacher|a person who helps others to learn|uma pessoa que ajuda outras a aprender
doctor|a person who treats the ill|uma pessoa que trata os doentes
baker|a person who makes bread|uma pessoa que faz pão
farmer|a person who works on a farm|uma pessoa que trabalha na fazenda
carpenter|a person who makes things of wood|uma pessoa que faz coisas de madeira
gardener|a person who takes care of plants|uma pessoa que cuida das plantas
dentist|a person who treats teeth|uma pessoa que trata dos dentes
fisherman|a person who catches fish|uma pessoa que pesca peixes
tailor|a person who makes clothes|uma pessoa que faz roupas
journalist|a person who writes news|uma pessoa que escreve notícias
plumber|a person who repairs water pipes|uma pessoa que conserta canos de água
pilot|a person who flies a plane|uma pessoa que conduz um avião
judge|a person who decides in a court of law|uma pessoa que decide em um tribunal
sailor|a person who works on a ship|uma pessoa que trabalha em um navio
writer|a person who writes books|uma pessoa que escreve livros
grandmother|the mother of your father or mother|a mãe do pai ou da mãe
uncle|the brother of your father or mother|o irmão do pai ou da mãe
cousin|the child of an uncle or aunt|o filho de um tio ou de uma tia
nephew|the son of a brother or sister|o filho de um irmão ou de uma irmã
"""

_BY_WORD = {pair[0].word: pair for pair in PAIRS}


def _read() -> list[tuple[tuple[Noun, Noun], tuple[str, str]]]:
    found = []
    for line in _TEXT.strip().splitlines():
        word, en, pt = line.split("|")
        found.append((_BY_WORD[word], (en, pt)))
    return found


DEFINITIONS = _read()
"""Pairs of (English noun, Portuguese noun) and (English, Portuguese) definition."""
