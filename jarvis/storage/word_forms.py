"""The small words of English and Spanish, and the words that irregular forms belong to.

Small words say nothing of what a text is about. `FORMS` maps a folded irregular form to the folded word that it is a
form of, so that both come to the same stem; regular forms are the stemmer's. Data, and the little that unfolds it.
"""

from __future__ import annotations

from typing import Final

from jarvis.contracts.errors import Language

SMALL_WORDS: Final[dict[Language, frozenset[str]]] = {
    # Without "may", which is a month far more often in what is looked for.
    "en": frozenset(
        """a about after again ain all also am an and any are aren as at be because been before being between both but
        by can could couldn d did didn do does doesn doing don down during each for from further had hadn has hasn have
        haven having he her here hers herself him himself his how i if in into is isn it its itself just let ll m me
        might more most must mustn my myself no nor not now o of off on once only or other our ours ourselves out over
        re s same shall shan she should shouldn so some such t than that the their theirs them themselves then there
        these they this those through to too under until up us ve very was wasn we were weren what when where which
        while who whom whose why will with won would wouldn you your yours yourself yourselves""".split()
    ),
    "es": frozenset(
        """a al algo algunas alguno algunos algun alguna ante antes asi aun aunque bajo cada como con contra cual cuales
        cuando cuanta cuantas cuanto cuantos de del desde donde durante e el ella ellas ellos en entre era eran eramos
        eras eres es esa esas ese eso esos esta estaba estaban estado estamos estan estar estas este esto estos estoy
        estuve estuvo fue fueron fui ha habia habian han has hasta hay haya he hemos la las le les lo los mas me mi mia
        mias mio mios mis mucho muchos mucha muchas muy nada ni no nos nosotros nuestra nuestras nuestro nuestros o os
        otra otras otro otros para pero poco por porque pues que quien quienes se sea sean ser si sido sin sobre sois
        somos son soy su sus suya suyas suyo suyos tal tambien tan tanto te tendra tenia ti tiene tienen tuve tuvo tu
        tus tuya tuyas tuyo tuyos un una unas uno unos va vosotros vuestra vuestro vuestras vuestros y ya yo""".split()
    ),
}

# Each entry is a word and what is taken as it; forms that mostly are other words ("rose", "lives") are left out.
_ENGLISH = """
arise: arose arisen|awake: awoke awoken|bear: bore borne|beat: beaten|become: became|begin: began begun|bend: bent
bind: bound|bite: bit bitten|bleed: bled|blow: blew blown|break: broke broken|breed: bred|bring: brought|build: built
burn: burnt|buy: bought|catch: caught|choose: chose chosen|cling: clung|come: came|creep: crept|deal: dealt|dig: dug
dive: dove|draw: drew drawn|dream: dreamt|drink: drank drunk|drive: drove driven|eat: ate eaten|fall: fell fallen
feed: fed|feel: felt|fight: fought|find: found|flee: fled|fly: flew flown|forbid: forbade forbidden
forget: forgot forgotten|forgive: forgave forgiven|freeze: froze frozen|get: got gotten|give: gave given
go: went gone goes|grow: grew grown|hang: hung|hear: heard|hide: hid hidden|hold: held|keep: kept|kneel: knelt
know: knew known|lay: laid|lead: led|lean: leant|leap: leapt|learn: learnt|leave: left|lend: lent|lie: lain|light: lit
lose: lost|make: made|mean: meant|meet: met|pay: paid|prove: proven|ride: rode ridden|ring: rang rung|rise: risen
run: ran|say: said|see: saw seen|seek: sought|sell: sold|send: sent|sew: sewn|shake: shook shaken|shine: shone
shoot: shot|show: shown|shrink: shrank shrunk|sing: sang sung|sink: sank sunk|sit: sat|sleep: slept|slide: slid
smell: smelt|speak: spoke spoken|speed: sped|spell: spelt|spend: spent|spill: spilt|spin: spun|spoil: spoilt
spring: sprang sprung|stand: stood|steal: stole stolen|stick: stuck|sting: stung|strike: struck|swear: swore sworn
sweep: swept|swim: swam swum|swing: swung|take: took taken|teach: taught|tear: tore torn|tell: told|think: thought
throw: threw thrown|understand: understood|wake: woke woken|wear: wore worn|weave: wove woven|weep: wept|win: won
wind: wound|withdraw: withdrew withdrawn|write: wrote written|child: children|man: men|woman: women
person: people persons|foot: feet|tooth: teeth|mouse: mice|goose: geese|wife: wives|knife: knives|half: halves
wolf: wolves|shelf: shelves|loaf: loaves|thief: thieves|good: better best|bad: worse worst|far: farther farthest
mother: mom mum mommy mummy moms mums|father: dad daddy dads|grandmother: grandma granny nana grandmas
grandfather: grandpa granddad grandad grandpas|child: kid kids|brother: bro|sister: sis
photograph: photo photos pic pics|television: tv telly|bicycle: bike bikes|telephone: phone phones
refrigerator: fridge|mathematics: math maths|examination: exam exams|advertisement: ad ads advert|laboratory: lab labs
gymnasium: gym gyms|veterinarian: vet vets|doctor: dr doc|birthday: bday|favorite: favourite fave favourites favorites
color: colour colours colors|flavor: flavour flavours|neighbor: neighbour neighbours neighbors
center: centre centres centers|theater: theatre theatres|marry: marriage married|wed: wedding weddings
die: death died dead dying|live: living|choose: choice choices|decide: decision decisions|receive: receipt
believe: belief beliefs|grow: growth|lose: loss losses|sell: sale sales|fly: flight flights|think: thoughts
advise: advice|prove: proof|succeed: success successful|apply: application applications
paint: painting paintings painter painters|run: runner runners running|write: writer writers writing
swim: swimmer swimming|cook: cooking|bake: baker bakery baking|teach: teacher teachers teaching|drive: driver drivers
dance: dancer dancers dancing|sing: singer singers singing song songs|photograph: photographer photography
garden: gardener gardening|hike: hiker hikers hiking|camp: camping camper|read: reader reading
travel: traveller traveler travelling traveling|volunteer: volunteering|visit: visitor visitors|graduate: graduation
celebrate: celebration|invite: invitation|compete: competition competitions competitor
perform: performance performances performer|inspire: inspiration inspiring|motivate: motivation
create: creation creations creative creativity|educate: education educational|relax: relaxation|meditate: meditation
donate: donation donations|adopt: adoption|injure: injury injuries|recover: recovery|arrive: arrival|move: movement
retire: retirement|engage: engagement|pregnant: pregnancy|allergic: allergy allergies
"""

_SPANISH = """
ir: voy vas vamos vais van iba ibas iban ibamos fuimos fuiste
ir: ire iras ira iremos iran yendo ido vaya vayas vayan vayamos
hacer: hago haces hace hacen hice hiciste hizo hicimos hicieron
hacer: hecho hare haras hara haremos haran haga hagas hagan haria
decir: digo dices dice dicen dije dijiste dijo dijimos dijeron
decir: dicho dire diras dira diremos diran diga digas digan diciendo
poder: puedo puedes puede pueden pude pudiste pudo pudimos pudieron podre podra pueda puedan podria
haber: hubo habra haya
querer: quiero quieres quiere quieren quise quiso quisimos quisieron querre querra quiera quieran
dar: doy das da dan di dio|dar: diste dimos dieron daba daban dado dando
saber: se supe supo supimos supieron sabre sabra sepa sepan|leer: leo lees lee leen leyo leyeron leido leia
poner: pongo pones pone ponen puse pusiste puso pusimos|poner: pusieron pondre pondra ponga pongan poniendo
venir: vengo vienes viene vienen vine viniste vino|venir: vinimos vinieron vendre vendra venga vengan viniendo venido
traer: traigo traje trajo trajimos trajeron trayendo traiga traido|salir: salgo saldre saldra salga salgan
ver: veo ves ve ven vi viste vio vimos vieron visto veia veian viendo vea vean|oir: oigo oye oyen oyo oido oyeron
tener: tengo tenemos tuvimos tuvieron tenido tendre tendran tenga tengan teniendo tenia tenian
caer: caigo cayo cayeron caido|conocer: conozco conozca|conducir: conduzco conduje condujo
traducir: traduzco tradujo traduje|nacer: nazco nacio nacido
dormir: duermo duermes duerme duermen durmio durmieron durmiendo
morir: muero muere mueren murio murieron muerto muerta muerte
sentir: siento sientes siente sienten sintio sintieron sintiendo|pedir: pido pides pide piden pidio pidieron pidiendo
seguir: sigo sigues sigue siguen siguio siguieron siguiendo|elegir: elijo elige eligen eligio eligieron elegido
conseguir: consigo consigue consiguen consiguio consiguieron|servir: sirve sirven sirvio|vestir: visto viste vistio
preferir: prefiero prefieres prefiere prefieren prefirio|reir: rie rien riendo reido rieron|medir: mide mido midio
jugar: juego juegas juega juegan juegue jugue|contar: cuento cuentas cuenta cuentan cuente
encontrar: encuentro encuentra|encontrar: encuentras encuentran encuentre
volver: vuelvo vuelves vuelve vuelven vuelto vuelta vuelva|mover: muevo mueve
empezar: empiezo empiezas empieza empiezan empece empiece|comenzar: comienzo comienza comienzan comence
pensar: pienso piensas piensa piensan piense|cerrar: cierro cierra cierran cierre|perder: pierdo pierde pierden pierda
entender: entiendo entiendes entiende entienden|despertar: despierto despierta despiertan
sentar: siento sienta sientan|recordar: recuerdo recuerdas recuerda recuerdan|soñar: sueño sueña sueñan sueños
probar: pruebo prueba prueban pruebe|mostrar: muestro muestra muestran|costar: cuesta cuestan costo
romper: rompo roto rota rotos rompi rompio|escribir: escrito escrita escribi escribio|abrir: abierto abierta
cubrir: cubierto|descubrir: descubierto descubrio|resolver: resuelto resuelve|comprar: compra compras
regalar: regalo regalos|viajar: viaje viajes|trabajar: trabajo trabajos
boda: bodas casamiento casar casarse casarme casarnos casada casado casados casaron|cocinar: cocina cocinera cocinero
cantar: cantante canto cancion canciones|pintar: pintura pinturas pintor pintora
bailar: baile bailes bailarin bailarina|correr: carrera corredor corredora|nadar: natacion nadador
estudiar: estudios estudio estudiante|mudar: mudanza mudarse mude mudo|llamar: llamada llamo llame|madre: mama mami
padre: papa papi|abuela: abuelita yaya|abuelo: abuelito yayo|television: tele tv|fotografia: foto fotos
bicicleta: bici bicis|telefono: movil celular|universidad: uni facultad|profesor: profe profesora maestro maestra
coche: carro auto automovil coches|ordenador: computadora computador pc|cumpleaños: cumple
pelicula: peli pelis peliculas|colegio: cole escuela|bueno: mejor buen|malo: peor mal|hijo: hija hijos hijas niño niña
"""


def _unfolded(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in table.replace("\n", "|").split("|"):
        base, _, forms = entry.partition(": ")
        for form in forms.split():
            found.setdefault(form, base)
    return found


FORMS: Final[dict[Language, dict[str, str]]] = {"en": _unfolded(_ENGLISH), "es": _unfolded(_SPANISH)}
"""What an irregular form, a common derivation or short form is taken as."""
