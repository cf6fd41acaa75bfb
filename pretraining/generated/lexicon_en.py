# ruff: noqa: E501 - long lists of words
"""Names, places and things of the invented English world."""

from __future__ import annotations

FEMALE = (
    "Alice Amy Anna Beth Bella Carol Clara Chloe Daisy Diana Donna Edith Ellen Emily Emma Erin Eva "
    "Fiona Flora Freya Grace Gwen Hannah Harriet Hazel Heather Helen Holly Ida Iris Isla Ivy Jane "
    "Janet Jenny Jessica Joan Joyce Judith Julia Karen Kate Kim Laura Lena Leah Lily Linda Lisa "
    "Louise Lucy Lydia Mabel Maggie Maria Martha Mary Maya Megan Mia Mila Molly Nancy Naomi Nina "
    "Nora Olive Olivia Pam Paula Penny Phoebe Polly Rachel Rita Rosa Rose Ruby Ruth Sally Sara "
    "Sheila Sophie Stella Susan Tara Tessa Tina Uma Vera Victoria Wendy Winnie Yasmin Zoe Priya "
    "Aisha Mei Leila Ingrid Astrid Noor Fatima Amara Sofia Elena Chiara Yuki Hana"
).split()
MALE = (
    "Adam Alan Albert Alex Andrew Arthur Barry Ben Bernard Bill Bob Brian Bruce Carl Charlie Chris "
    "Colin Craig Daniel Dave David Dennis Derek Don Duncan Dylan Ed Edgar Edwin Elliot Eric Ethan "
    "Felix Finn Frank Fred Gareth Gary George Gerald Glen Gordon Graham Greg Hal Harold Harry "
    "Henry Howard Hugh Hugo Ian Isaac Ivan Jack Jacob James Jason Jeff Jeremy Jim Joe John Jonas "
    "Keith Ken Kevin Kyle Larry Leo Leon Lewis Liam Louis Luke Mark Martin Matt Max Michael Mike "
    "Miles Neil Nick Nigel Noah Norman Oliver Oscar Owen Patrick Paul Peter Phil Ralph Ray Rex "
    "Robert Robin Roger Ron Roy Sam Scott Sean Simon Stan Steve Stuart Ted Theo Tim Toby Tom Tony "
    "Victor Vincent Walter Will Omar Ravi Chen Kofi Diego Mateo Luca Sven Lars Hiro Tariq Jamal"
).split()
SURNAMES = (
    "Abbott Archer Ashby Atwood Bailey Baker Barlow Barnes Bell Bennett Birch Blackwood Bolton Booth "
    "Bradley Briggs Brook Burke Burton Carter Chapman Clarke Coleman Cooper Cox Crane Cross Dale "
    "Dalton Dawson Dean Dixon Drake Dunn Eaton Ellis Farrow Fenwick Finch Fisher Fletcher Ford "
    "Foster Fox Frost Gale Gardner Gibson Glover Goodwin Grant Gray Green Hale Hall Hammond Harper "
    "Hart Hayes Heath Holt Hooper Hudson Hughes Hunt Ingram Jarvis Kerr King Knight Lamb Lane Larkin "
    "Lawson Lloyd Lowe Marlow Marsh Mason Mercer Miller Moss Nash Newton Nolan North Osborne Page "
    "Palmer Parker Pearce Perkins Pike Porter Potter Quinn Reed Reeves Rhodes Rowe Sharp Shaw Sims "
    "Slater Stone Sutton Swift Thorne Tucker Turner Vance Wade Walsh Ward Watts Webb Wells West "
    "Whitlock Wilde Winter Wood Wren York Young Okafor Mensah Patel Khan Singh Kim Tanaka Silva Rossi"
).split()
TOWN_STARTS = (
    "Alder Amber Apple Ash Barrow Beech Birch Black Bram Bright Brook Cherry Clay Cold Copper Crow "
    "Dun Eagle East Elder Elm Fair Fern Fox Glen Gold Green Grey Hart Hawk Hazel Heather High Holly "
    "Iron Kings Lark Lime Long Maple Marsh Mill Moor Moss North Oak Otter Pine Raven Red Rock Rose "
    "Rush Salt Sand Silver South Spring Stone Summer Swan Thorn West White Willow Winter Wolf Wren"
).split()
TOWN_ENDS = (
    "bridge brook burn bury combe cross dale den field ford gate ham haven hill holt hurst lake land "
    "leigh ley mere mouth pool port ridge side stead stone stow ton vale wall water well wick wood"
).split()
CITIES = (
    "London Paris Rome Madrid Berlin Vienna Prague Dublin Lisbon Oslo Boston Chicago Toronto Sydney "
    "Athens Cairo Tokyo Lima Bristol York Leeds Glasgow Cardiff Brighton Oxford Cambridge Norwich "
    "Bath Exeter Dover Hull Derby Venice Milan Lyon Geneva Munich Hamburg Zurich Geneva Ghent"
).split()
STREETS = (
    "Mill Church Station Garden Queen Castle Bridge Market Orchard Hill River School Rose Park Lake "
    "Forest Harbour Windmill Chapel Meadow Victoria Chestnut Juniper Quarry Linden Abbey Tower"
).split()
STREET_KINDS = ("Street", "Road", "Lane", "Avenue", "Close", "Square")
JOBS = (
    "teacher,doctor,nurse,baker,farmer,cook,bus driver,painter,carpenter,lawyer,engineer,gardener,"
    "dentist,fisherman,tailor,waiter,librarian,journalist,plumber,electrician,singer,actor,sailor,"
    "judge,butcher,hairdresser,pilot,writer,photographer,shoemaker,watchmaker,beekeeper,architect,"
    "translator,vet,chemist,mechanic,shopkeeper,secretary,accountant,goldsmith,postal worker,"
    "firefighter,police officer,museum guard,piano teacher,violin maker,bookbinder,tour guide,"
    "lighthouse keeper,train driver,glassblower,potter,weaver,blacksmith,miller,geologist,surgeon,"
    "pharmacist,programmer,cashier,florist,barber,roofer,bricklayer,astronomer,biologist"
).split(",")
HOBBIES = (
    "painting,swimming,chess,gardening,cycling,fishing,photography,cooking,reading,dancing,hiking,"
    "sailing,knitting,football,tennis,climbing,singing,bird-watching,pottery,running,skiing,"
    "collecting stamps,playing cards,baking bread,table tennis,horse riding,woodwork,juggling"
).split(",")
SUBJECTS = (
    "history,mathematics,physics,chemistry,biology,geography,music,art,French,English,philosophy,"
    "economics,literature,astronomy,law,medicine,engineering,Latin,computer science,botany"
).split(",")
DISHES = (
    "mushroom soup,tomato soup,apple pie,fish stew,roast chicken,vegetable curry,cheese omelette,"
    "potato salad,onion tart,lentil soup,rice pudding,chocolate cake,lemon cake,spinach pie,"
    "baked beans,grilled fish,pancakes with honey,noodles with vegetables,pumpkin soup,carrot cake,"
    "banana bread,cherry tart,bean stew,stuffed peppers,garlic bread,plum dumplings,fried rice"
).split(",")
INGREDIENTS = (
    "flour,butter,sugar,salt,eggs,milk,honey,rice,beans,garlic,onions,tomatoes,cheese,olive oil,lemons,"
    "apples,pepper,bread,yeast,cream,mushrooms,spinach,carrots,potatoes,vinegar,cinnamon,nuts,basil"
).split(",")
DRINKS = (
    "tea,coffee,water,milk,orange juice,apple juice,lemonade,hot chocolate,mint tea,beer,red wine,"
    "white wine,tomato juice,ginger ale,green tea,iced coffee"
).split(",")
SHOPS = (
    "bakery,bookshop,flower shop,toy shop,shoe shop,cafe,grocery,pharmacy,bicycle shop,music shop,"
    "hardware shop,fish shop,tea room,second-hand shop,sports shop,cheese shop,clock shop,pet shop"
).split(",")
PRODUCTS = (
    "furniture,paper,glass bottles,bicycles,shoes,chocolate,clocks,umbrellas,cheese,soap,candles,"
    "lamps,toys,boats,carpets,hats,musical instruments,ovens,batteries,solar panels,tractors,"
    "software,medicines,paint,tea,coffee,jam,wool,bricks,pencils,mattresses,spectacles,pumps,tiles"
).split(",")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
COMPANY_KINDS = (
    "Ltd",
    "Group",
    "Works",
    "Brothers",
    "and Sons",
    "Company",
    "Industries",
    "Partners",
)
MATERIALS = "wood,stone,brick,glass,iron,marble,clay,copper,silver,leather,wool,paper".split(",")
