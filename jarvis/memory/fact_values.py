"""What the values of facts look like: names, places, trades, foods, things; patterns for `plain` text. Pure.

The patterns ignore case except where a capital is what tells a name from any other word. What was only heard may have
no capitals at all: then a name must be told as one ("is called ana") and a place must be one that is known.
"""

from __future__ import annotations

import re
from functools import cache

from jarvis.memory.fact_text import key

_CAPITAL = r"(?-i:[A-ZÑ](?:[\w'-]*\w)?)"
_LINK = r"(?:de la|de los|de las|del|de|von|van|di|da|y|of the|of|upon|and)"
_PARTICLE = r"(?-i:de la|de los|del|de|von|van|di|da)"
NAME = rf"(?:(?:Dr|Mrs?|Ms|Prof|Sra?|Dra)\.? )?{_CAPITAL}(?: (?:{_PARTICLE} )?{_CAPITAL}){{0,3}}"
NAME_LOWER = (
    r"(?!(?:the|a|an|my|your|it|that|this|not|no|so|very|too|in|on|at|el|la|un|una|mi|tu|asi|que|muy"
    r"|igual|como|mal|after|like|called)\b)[a-zñ][a-zñ'-]{1,15}"
)
NAMES = rf"{NAME}(?:(?:, (?:and |y )?| and | y | e ){NAME})*"
PLACE = rf"(?:(?-i:the|el|la|los|las) )?{_CAPITAL}(?:(?:,? (?:{_LINK} )?|, ){_CAPITAL}){{0,4}}"
ORG = rf"(?:(?:the|el|la|los|las|un|una) )?{_CAPITAL}(?:(?: | {_LINK} | & |, ){_CAPITAL}){{0,5}}"
FREE = r"[^,;:()\"“”«»?]{2,60}"
PHONE = r"\+?\(?\d[\d .()-]{5,18}\d"
EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
PLATE = r"(?=[a-z -]*\d)[a-z0-9](?:[a-z0-9]| (?=[a-z0-9])|-){3,10}"
AGE = r"(?:[1-9]\d?|10\d|[a-z]+(?:(?:-| | y )[a-z]+)?)"

NOT_NAMES = frozenset(
    """american spanish english british french german italian portuguese chinese japanese irish scottish welsh
    mexican indian russian polish dutch canadian australian brazilian argentinian colombian catholic christian
    muslim jewish buddhist vegan vegetarian jarvis monday tuesday wednesday thursday friday saturday sunday
    sorry happy sad tired busy fine ok okay good bad here back home hungry ready done sure late new lost sick
    ill bored not free glad afraid español española ingles inglesa frances francesa aleman alemana italiano
    italiana portugues portuguesa mexicano mexicana argentino argentina colombiano colombiana catolico catolica
    vegano vegana feliz triste batman superman god dios online pregnant black white ceo boss happy silly crazy
    married single divorced dead alive tonto tonta feliz loco loca casado casada embarazada negro negra blanco
    blanca rubia rubio moreno morena dificil facil largo corto raro comun bonito feo difficult easy long short
    weird common pretty ugly irrelevant important secreto secret importante nuevo nueva new looking going trying
    he she it this that who what here there everything someone somebody everyone nobody they we you these those
    este esta ese esa esto eso aquel aquella quien que alguien nadie todo hoy ayer mañana today tomorrow
    yesterday time music coffee love life money football death sleep food chocolate wine experience nature
    silence musica cafe amor tiempo comida silencio futbol cual mine which the a an my your jesus santa
    spiderman listo lista yo tu el ella""".split()
)
_DEMONYM_JOB = re.compile(
    r"\b(?:bad|good|great|terrible|better|best|worst|huge|big|real|fake|born|wannabe|lousy|natural"
    r"|former|ex|failed|future"
    r"|aspiring|horrible|decent|perfect|poor|hell|once|mal|malo|mala|buen|buena|gran|pesimo|pesima|futuro|futura)\b"
)

TRADES_EN = """accountant actor actress analyst architect artist assistant baker banker barber bartender
biologist bricklayer builder butcher carer carpenter cashier chef chemist cleaner coach consultant cook
counsellor courier dancer dentist designer developer doctor driver economist editor electrician engineer
estate-agent farmer firefighter fisherman florist freelancer gardener geologist gp hairdresser historian
housewife illustrator interpreter janitor journalist judge lawyer lecturer librarian lifeguard manager
mathematician mechanic midwife miner musician nanny nurse optician painter paramedic pharmacist photographer
physicist physiotherapist pianist pilot plumber policeman policewoman porter postman priest professor programmer
psychiatrist psychologist receptionist reporter researcher sailor salesman saleswoman scientist secretary
shopkeeper singer soldier solicitor student surgeon surveyor tailor teacher technician therapist translator
tutor vet waiter waitress watchmaker welder writer"""
TRADES_ES = """abogado abogada actor actriz administrativo administrativa agricultor agricultora albañil
analista arquitecto arquitecta artista asistente azafata azafato bailarin bailarina bibliotecario bibliotecaria
biologo biologa bombero bombera cajero cajera camarero camarera camionero camionera carnicero carnicera
carpintero carpintera cartero cartera cirujano cirujana cocinero cocinera comercial conductor conductora
contable dentista dependienta dependiente diseñador diseñadora doctor doctora economista electricista enfermero
enfermera entrenador entrenadora escritor escritora estudiante farmaceutico farmaceutica fisico fisica
fisioterapeuta fontanero fontanera fotografo fotografa funcionario funcionaria ganadero ganadera geologo geologa
guardia historiador historiadora ingeniero ingeniera interprete investigador investigadora jardinero jardinera
juez jueza librero librera maestro maestra matematico matematica matrona mecanico mecanica medico medica militar
modista musico musica notario notaria oculista panadero panadera peluquero peluquera periodista pescador
pescadora piloto pintor pintora policia profesor profesora programador programadora psicologo psicologa
psiquiatra quimico quimica recepcionista secretario secretaria socorrista soldado soldador tecnico tecnica
terapeuta traductor traductora vendedor vendedora veterinario veterinaria"""
LANGUAGES_EN = """english spanish french german italian portuguese catalan basque galician chinese mandarin
cantonese japanese korean arabic russian polish dutch swedish norwegian danish finnish greek turkish hindi urdu
bengali romanian hungarian czech ukrainian hebrew welsh irish latin esperanto"""
LANGUAGES_ES = """ingles español castellano frances aleman italiano portugues catalan euskera vasco gallego
valenciano chino mandarin japones coreano arabe ruso polaco holandes sueco noruego danes finlandes griego turco
hindi rumano hungaro checo ucraniano hebreo latin esperanto"""
SUBJECTS_EN = """medicine law engineering physics maths mathematics history biology chemistry economics
psychology architecture nursing philosophy art music languages journalism business accounting education design
marketing sociology politics geology geography dentistry pharmacy literature linguistics translation statistics
astronomy theology"""
SUBJECTS_ES = """medicina derecho ingenieria fisica matematicas historia biologia quimica economia psicologia
arquitectura enfermeria filosofia bellas-artes musica filologia periodismo empresariales contabilidad magisterio
diseño marketing sociologia politicas geologia geografia odontologia farmacia literatura lingüistica traduccion
estadistica astronomia informatica veterinaria turismo"""
WORKPLACES_EN = """bank hospital school restaurant university library shop supermarket factory hotel pharmacy
garage bakery museum clinic nursery airport kindergarten farm bookshop bar cafe gym theatre laboratory lab
warehouse call-centre law-firm post-office town-hall start-up startup hairdresser's construction-company
insurance-company"""
WORKPLACES_ES = """banco hospital colegio instituto escuela restaurante universidad biblioteca tienda
supermercado fabrica hotel farmacia taller panaderia museo clinica guarderia aeropuerto granja libreria bar
cafeteria gimnasio teatro laboratorio almacen ayuntamiento bufete correos peluqueria gestoria aseguradora
constructora"""
FOODS_EN = """meat pork fish seafood shellfish gluten dairy eggs sugar nuts peanuts milk alcohol coffee tea wine
beer beef chicken bread cheese lactose red-meat caffeine wheat soy honey animal-products"""
FOODS_ES = """carne cerdo pescado marisco mariscos gluten lacteos huevos huevo azucar nueces cacahuetes leche
alcohol cafe te vino cerveza ternera pollo pan queso lactosa carne-roja cafeina trigo soja miel"""
BRANDS = """seat toyota ford renault peugeot citroen volkswagen vw audi bmw mercedes opel fiat kia hyundai
nissan honda mazda skoda dacia tesla volvo mini mitsubishi suzuki subaru jeep lexus porsche chevrolet vauxhall
land-rover cupra yamaha kawasaki ducati vespa brompton trek specialized orbea thinkpad macbook dell lenovo asus
acer iphone pixel samsung galaxy xiaomi huawei motorola nokia kindle ibiza golf clio corolla fiesta polo corsa
yaris civic"""
_NO_CARS = """yamaha kawasaki ducati vespa brompton trek specialized orbea thinkpad macbook dell lenovo asus acer iphone
pixel samsung galaxy xiaomi huawei motorola nokia kindle"""
CAR_BRANDS = " ".join(brand for brand in BRANDS.split() if brand not in _NO_CARS.split())
"""Of `BRANDS` those that alone say that it is a car."""
THINGS = """key keys passport wallet glasses bag umbrella document documents papers charger remote tool tools
torch ladder camera book bike bicycle suitcase medicine medicines pills ring watch card drill coat jacket scarf
gloves hat shoes headphones backpack notebook letter contract deed insurance licence license certificate id
laptop tablet phone batteries candles matches tent skis car van motorbike scooter glasses-case sewing-kit
usb-stick hard-drive birth-certificate first-aid-kit savings money cash jewellery toolbox guitar screwdriver
hammer scissors manual receipt receipts"""
THINGS_ES = """llave llaves pasaporte cartera gafas bolso bolsa paraguas documento documentos papeles cargador
mando herramienta herramientas linterna escalera camara libro bici bicicleta maleta medicina medicinas pastillas
anillo reloj tarjeta taladro abrigo chaqueta bufanda guantes gorro sombrero zapatos auriculares mochila cuaderno
carta contrato escritura escrituras seguro carnet certificado dni portatil tableta tablet telefono movil pilas
velas cerillas tienda esquis coche furgoneta moto patinete costurero pendrive disco-duro botiquin ahorros dinero
joyas guitarra destornillador martillo tijeras manual recibo recibos factura facturas"""
VEHICLES = {
    "car": "car", "van": "van", "motorbike": "motorbike", "bike": "bike", "scooter": "scooter", "bicycle": "bike",
    "motorcycle": "motorbike", "coche": "car", "furgoneta": "van", "moto": "motorbike", "bici": "bike",
    "bicicleta": "bike", "patinete": "scooter", "laptop": "laptop", "portatil": "laptop", "phone": "phone",
    "movil": "phone", "telefono": "phone", "truck": "truck", "camion": "truck", "carro": "car", "auto": "car",
}  # fmt: skip
EVENTS_EN = """appointment exam interview wedding meeting flight trip surgery operation concert party test
graduation presentation deadline baptism christening funeral check-up checkup marathon race holiday holidays
vacation train move recital hearing reunion conference"""
EVENTS_ES = """cita examen entrevista boda reunion vuelo viaje operacion concierto fiesta prueba graduacion
presentacion entrega bautizo comunion funeral entierro revision maraton carrera vacaciones tren mudanza recital
juicio congreso"""
DIETS_EN = (
    r"(?:(?:strict |strictly )?(?:vegan|vegetarian|pescatarian)|a (?:strict )?(?:vegan|vegetarian|pescatarian"
    r"|coeliac|celiac)|coeliac|celiac|diabetic|lactose[ -]intolerant|gluten[ -](?:free|intolerant)|intolerant "
    r"to \w+)"
)
DIETS_ES = r"(?:vegan[oa]|vegetarian[oa]|pescetarian[oa]|celiac[oa]|diabetic[oa]|intolerante (?:a la|al|a) \w+)"

# What people are named at once in both languages: cars' and things' English and Spanish words.
SAME_THING = {
    "llave": "key", "llaves": "keys", "pasaporte": "passport", "cartera": "wallet", "gafas": "glasses", "bolso": "bag",
    "paraguas": "umbrella", "documentos": "documents", "papeles": "papers", "cargador": "charger", "mando": "remote",
    "herramientas": "tools", "linterna": "torch", "escalera": "ladder", "camara": "camera", "libro": "book",
    "bici": "bike", "bicicleta": "bike", "bicycle": "bike", "maleta": "suitcase", "anillo": "ring", "reloj": "watch",
    "taladro": "drill", "contrato": "contract", "portatil": "laptop", "coche": "car", "furgoneta": "van",
    "moto": "motorbike", "pilas": "batteries", "dinero": "money", "joyas": "jewellery", "guitarra": "guitar",
    "auriculares": "headphones", "movil": "phone", "telefono": "phone", "license": "licence", "carro": "car",
    "auto": "car",
}  # fmt: skip


def words(text: str) -> str:
    """Return a pattern for one of the words of `text`; a hyphen stands for a space or a hyphen."""
    found = sorted(text.split(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\-", "[ -]") for word in found) + r")\b"


def good_trade(value: str) -> bool:
    """Tell whether "a ... teacher" names a trade rather than praises or scolds."""
    return not _DEMONYM_JOB.search(value)


_FAVOURITES = {
    "color": "colour", "comida": "food", "pelicula": "film", "movie": "film", "libro": "book", "cancion": "song",
    "cantante": "singer", "grupo": "band", "equipo": "team", "deporte": "sport", "bebida": "drink", "plato": "dish",
    "numero": "number", "estacion": "season", "ciudad": "city", "postre": "dessert", "fruta": "fruit", "juego": "game",
    "restaurante": "restaurant", "lugar": "place", "flor": "flower", "escritor": "writer", "escritora": "writer",
    "author": "writer", "autor": "writer", "serie": "series", "vino": "wine", "cerveza": "beer", "animal": "animal",
    "actriz": "actress", "asignatura": "subject", "dia": "day", "pintor": "painter", "musica": "music",
}  # fmt: skip


def event_name(noun: str) -> str:
    """Return the one name under which an event is kept: "cita con el dentista" and "cita del dentista" are one."""
    return re.sub(r"\b(?:with|to|con|de|del|al|a)(?: (?:the|my|el|la|mi))?\b", "de", key(noun))


def thing_name(noun: str) -> str:
    """Return the one name under which a thing is kept, whichever language names it."""
    folded = key(noun)
    return VEHICLES.get(folded) or SAME_THING.get(folded) or folded


def favourite_name(thing: str) -> str:
    """Return the one name under which a favourite thing is kept: "color" and "colour" give "colour"."""
    folded = re.sub(r"\s*(?:favorit[oa]s?|preferid[oa]s?)$", "", key(thing))
    return _FAVOURITES.get(folded, folded)


@cache
def known_places() -> str:
    """Return a pattern for countries and large cities in either language, lower case, as `plain` gives them."""
    from zoneinfo import available_timezones

    from babel import Locale

    from jarvis.memory.fact_text import plain

    names = {zone.rpartition("/")[2].replace("_", " ") for zone in available_timezones() if "/" in zone}
    for language in ("en", "es"):
        names |= {str(name) for code, name in Locale(language).territories.items() if code.isalpha()}
    names |= set(_CITIES.replace("\n", ",").split(","))
    kept = {plain(name).casefold().strip() for name in names}
    kept = {name for name in kept if re.fullmatch(r"[a-zñ][a-zñ .'-]{2,}", name)} - {"universal", "greenwich", "mundo"}
    return "(?:" + "|".join(re.escape(name) for name in sorted(kept, key=len, reverse=True)) + r")\b"


_CITIES = """
bilbao,barcelona,sevilla,seville,valencia,zaragoza,malaga,granada,cordoba,murcia,alicante,valladolid,vigo,gijon
oviedo,santander,san sebastian,donostia,pamplona,logroño,burgos,leon,salamanca,toledo,cadiz,huelva,almeria,jaen
badajoz,caceres,tarragona,girona,lleida,castellon,vitoria,cuenca,segovia,avila,soria,teruel,huesca,lugo,ourense
pontevedra,la coruña,a coruña,santiago,santiago de compostela,elche,cartagena,palma,ibiza,tenerife,las palmas
guadalajara,medellin,cali,quito,monterrey,rosario,valparaiso,manchester,liverpool,leeds,birmingham,bristol
edinburgh,glasgow,cardiff,oxford,cambridge,york,sheffield,newcastle,nottingham,brighton,southampton,plymouth
exeter,bath,norwich,leicester,aberdeen,dundee,swansea,cork,galway,boston,seattle,san francisco,san diego,austin
dallas,houston,miami,atlanta,philadelphia,washington,portland,munich,frankfurt,hamburg,cologne,milan,naples
turin,florence,venice,lyon,marseille,nice,toulouse,bordeaux,porto,geneva,basel,rotterdam,the hague,antwerp
ghent,krakow,london,madrid,paris,berlin,rome,new york,england,scotland,wales,inglaterra,escocia,gales,londres
nueva york,lisboa,lisbon,roma,berlin"""
