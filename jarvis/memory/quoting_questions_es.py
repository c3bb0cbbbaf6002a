"""The Spanish questions that a remembered fact answers; see `quoting_questions` for the marks in them. Data only."""

from __future__ import annotations

from jarvis.memory.fact_values import EVENTS_ES, THINGS_ES, words

LEAD = (
    r"(?:(?:oye|hola|ok|vale|jarvis|pues|y|por favor|bueno|por cierto)[,:]? )*"
    r"(?:(?:(?:te acuerdas de|recuerdas|sabes|me dices|puedes decirme|me puedes decir|podrias decirme|dime|recuerdame"
    r"|me recuerdas)(?: de)?)[,:]? )?"
)
TRAIL = r"(?:,? (?:por favor|otra vez|jarvis|ahora|actualmente))*"
_VEHICLE_ES = r"(?P<thing>coche|carro|auto|furgoneta|moto|bici|bicicleta|patinete|camion|portatil|movil|telefono)"
_THING_ES = rf"(?P<thing>{words(THINGS_ES)}(?: (?:de|del)(?: la| el)? [a-zñ]+| [a-zñ]+)?)"
_EVENT_ES = rf"(?P<event>{words(EVENTS_ES)}(?: (?:de|del|con|a|al)(?: la| el)? [a-zñ ]{{2,24}}| medica| final)?)"
_THAN = (
    r"(?: de (?:(?:vivir|trabajar|empezar|entrar|estar) (?:en|para) |(?:mudar|trasladar|ir|venir)(?:me|nos|se)? a )?"
    r"(?P<than>[a-z0-9ñ'&. -]{2,30}))?"
)
_OLD = r"(?:antigu[oa]|anterior|viej[oa]|ultim[oa])"

RULES: tuple[tuple[str, str], ...] = (
    ("name", r"como me llamo|cual es mi nombre|que nombre tengo"),
    ("called", r"como me (?:llaman|tienes que llamar|gusta que me llamen)"),
    ("name", r"como se (?:llama|llamaba) <MINE>|(?:cual|como) es el nombre de <MINE>|quien es <MINE>"),
    ("name", r"como se llaman <KINS>|cuales son los nombres de <KINS>|quienes son <KINS>"),
    (
        "birthday",
        r"(?:cuando|que dia|en que dia|en que fecha) (?:es|cae) mi (?:cumpleaños|cumple)|cuando "
        r"cumplo años|que dia cumplo años|cual es mi (?:cumpleaños|fecha de nacimiento)|(?:cuando"
        r"|que dia) naci",
    ),
    (
        "birthday",
        r"(?:cuando|que dia|en que dia|en que fecha) (?:es|cae) el (?:cumpleaños|cumple) de <MINE>"
        r"|(?:cuando|que dia) cumple años <MINE>|(?:cuando|que dia) nacio <MINE>|cual es (?:la "
        r"fecha de nacimiento|el cumpleaños) de <MINE>",
    ),
    (
        "anniversary",
        r"(?:cuando|que dia) (?:es|cae) (?:mi|nuestro) aniversario(?: de bodas?)?|(?:cuando|que "
        r"dia) (?:nos casamos|me case)",
    ),
    ("birth year", r"en que año naci|de que año soy"),
    ("age", r"cuantos años tengo|que edad tengo|cual es mi edad"),
    ("age", r"(?:cuantos años|que edad) tiene <MINE>|cual es la edad de <MINE>"),
    ("home", r"(?:donde|en que (?:ciudad|pueblo|pais|sitio)) (?:vivo|vivimos)"),
    ("home", r"(?:donde|en que (?:ciudad|pueblo|pais)) vive <MINE>"),
    ("address", r"cual es (?:mi|nuestra) direccion"),
    ("address", r"cual es la direccion de <MINE>"),
    ("birthplace", r"(?:donde|en que (?:ciudad|pueblo|pais)) naci|cual es mi lugar de nacimiento"),
    ("birthplace", r"(?:donde|en que (?:ciudad|pueblo|pais)) nacio <MINE>"),
    ("from", r"de donde soy"),
    ("from", r"de donde es <MINE>"),
    ("work", r"(?:donde|en que (?:empresa|sitio)|para (?:quien|que empresa)) trabajo"),
    ("work", r"(?:donde|en que (?:empresa|sitio)|para (?:quien|que empresa)) trabaja <MINE>"),
    ("job", r"(?:de|en) que trabajo|a que me dedico|cual es mi (?:trabajo|profesion|oficio)"),
    (
        "job",
        r"(?:de|en) que trabaja <MINE>|a que se dedica <MINE>|cual es (?:el trabajo|la profesion"
        r"|el oficio) de <MINE>",
    ),
    ("studies", r"que (?:estudio|estoy estudiando)"),
    ("studies", r"que (?:estudia|esta estudiando) <MINE>"),
    ("school", r"donde (?:estudio|estoy estudiando)"),
    (
        "phone",
        r"cual es mi (?:numero(?: de (?:telefono|movil))?|telefono|movil)|que (?:numero de telefono"
        r"|telefono) tengo",
    ),
    (
        "phone",
        r"cual es el (?:numero(?: de (?:telefono|movil))?|telefono|movil) de <MINE>|que telefono tiene <MINE>",
    ),
    ("email", r"cual es mi (?:correo(?: electronico)?|e-?mail)"),
    ("email", r"cual es el (?:correo(?: electronico)?|e-?mail) de <MINE>"),
    (
        "allergy",
        r"(?:es alergic[oa] a algo|tiene alguna alergia) <MINE>|<MINE2> (?:es alergic[oa] a algo|tiene alguna alergia)",
    ),
    (
        "allergy",
        r"soy alergic[oa] a algo|tengo alguna alergia"
        r"|a que (?:soy alergic[oa]|tengo alergia)|que alergias tengo|cuales son mis alergias",
    ),
    ("allergy", r"a que (?:es alergic[oa]|tiene alergia) <MINE>|que alergias tiene <MINE>"),
    ("language", r"que (?:idiomas|lenguas) hablo"),
    ("language", r"que (?:idiomas|lenguas) habla <MINE>"),
    ("favourite", r"(?:cual|quien|que) es mi (?P<fav>[a-zñ]+(?: [a-zñ]+)?) (?:favorit[oa]|preferid[oa])"),
    ("favourite", r"(?:cual|quien) es (?:el|la) (?P<fav>[a-zñ]+) (?:favorit[oa]|preferid[oa]) de <MINE>"),
    (
        "plate",
        rf"cual es la matricula (?:de (?:mi|nuestr[oa]) |del? )(?:la )?{_VEHICLE_ES}|que matricula "
        rf"tiene (?:mi|nuestr[oa]|el|la) {_VEHICLE_ES.replace('thing', 'thing2')}",
    ),
    ("plate", r"cual es mi (?P<carplate>matricula)"),
    (
        "kind",
        rf"que {_VEHICLE_ES} (?:tengo|conduzco|tenemos)"
        rf"|de que color es mi {_VEHICLE_ES.replace('thing', 'thing2')}",
    ),
    ("place", r"donde (?:aparque|he aparcado|hemos aparcado|aparcamos|estacione|he estacionado)(?P<parked>)"),
    (
        "place",
        r"donde (?:aparque|he aparcado|hemos aparcado|estacione|he estacionado|tengo|deje|he "
        rf"dejado) (?:mi|el|la|nuestr[oa]) {_VEHICLE_ES}(?: aparcad[oa])?|donde esta (?:mi|el"
        rf"|la|nuestr[oa]) {_VEHICLE_ES.replace('thing', 'thing2')}(?: aparcad[oa])?",
    ),
    (
        "place",
        r"donde (?:deje|he dejado|puse|he puesto|guardo|guarde|he guardado|meti|he metido|escondi"
        rf"|he escondido|tengo) (?:mis?|el|la|los|las) {_THING_ES}",
    ),
    ("place", rf"donde (?:esta|estan) (?:mis?|nuestr[oa]s?) {_THING_ES}"),
    (
        "date",
        rf"(?:cuando|que dia) (?:es|tengo|sale) (?:mi|nuestr[oa]) (?:proxim[oa] )?{_EVENT_ES}"
        rf"|(?:cuando|que dia) tengo (?:la |el )?{_EVENT_ES.replace('event', 'event2')}",
    ),
    ("about", r"que sabes (?:de|sobre) (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
    ("who", r"quien es (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
    (
        "birthday",
        r"(?:cuando|que dia) es el (?:cumpleaños|cumple) de (?P<person>[a-zñ-]{2,20})|(?:cuando"
        r"|que dia) cumple años (?P<person2>[a-zñ-]{2,20})",
    ),
    ("home", r"donde vive (?P<person>[a-zñ-]{2,20})"),
    ("work", r"donde trabaja (?P<person>[a-zñ-]{2,20})"),
    ("birthplace", r"donde nacio (?P<person>[a-zñ-]{2,20})"),
    ("from", r"de donde es (?P<person>[a-zñ-]{2,20})"),
    (
        "job",
        r"(?:(?:de|en) que trabaja|a que se dedica) (?P<person>[a-zñ-]{2,20})"
        r"|cual es (?:el trabajo|la profesion|el oficio) de (?P<person2>[a-zñ-]{2,20})",
    ),
    ("studies", r"que (?:estudia|esta estudiando) (?P<person>[a-zñ-]{2,20})"),
    ("email", r"cual es el (?:correo(?: electronico)?|e-?mail) de (?P<person>[a-zñ-]{2,20})"),
    ("age", r"(?:cuantos años|que edad) tiene (?P<person>[a-zñ-]{2,20})"),
    ("allergy", r"a que (?:es alergic[oa]|tiene alergia) (?P<person>[a-zñ-]{2,20})"),
    ("phone", r"cual es el (?:numero|telefono)(?: de telefono)? de (?P<person>[a-zñ-]{2,20})"),
    ("past home", rf"donde (?:vivia|vivi|viviamos|vivimos) antes{_THAN}"),
    ("past home", rf"donde (?:vivia|vivio) <MINE> antes{_THAN}|donde (?:vivia|vivio) antes <MINE>"),
    ("past home", rf"donde (?:vivia|vivio) (?P<person>[a-zñ-]{{2,20}}) antes{_THAN}"),
    (
        "past work",
        rf"(?:donde|en que empresa|para quien) (?:trabajaba|trabaje) antes{_THAN}|cual era mi {_OLD} empresa",
    ),
    ("past work", rf"donde (?:trabajaba|trabajo) <MINE> antes{_THAN}|donde trabajaba antes <MINE>"),
    ("past work", rf"donde (?:trabajaba|trabajo) (?P<person>[a-zñ-]{{2,20}}) antes{_THAN}"),
    (
        "past job",
        rf"(?:(?:de|en) que trabajaba|a que me dedicaba) antes|cual era mi (?:{_OLD} (?:trabajo|profesion|oficio)"
        rf"|(?:trabajo|profesion|oficio) {_OLD})",
    ),
    ("past job", r"(?:(?:de|en) que trabajaba|a que se dedicaba) (?:antes <MINE>|<MINE> antes)"),
    (
        "past address",
        rf"cual (?:era|es) (?:mi|nuestra) (?:{_OLD} direccion|direccion (?:de antes|{_OLD}))",
    ),
    (
        "past phone",
        rf"cual (?:era|es) mi (?:{_OLD} (?:numero(?: de telefono)?|telefono|movil)"
        rf"|(?:numero(?: de telefono)?|telefono|movil) {_OLD})",
    ),
    ("past email", rf"cual (?:era|es) mi (?:{_OLD} (?:correo|e-?mail)|(?:correo|e-?mail) {_OLD})"),
    ("past kind", rf"que {_VEHICLE_ES} (?:tenia|teniamos|conducia) antes"),
)
