"""The Spanish forms in which people tell facts of their lives; see `fact_rules` for the marks in them. Data only."""

from __future__ import annotations

from jarvis.memory.fact_values import (
    BRANDS,
    CAR_BRANDS,
    DIETS_ES,
    EVENTS_ES,
    FOODS_ES,
    LANGUAGES_ES,
    SUBJECTS_ES,
    THINGS_ES,
    TRADES_ES,
    WORKPLACES_ES,
    words,
)

LEAD = (
    r"(?:(?:hola|buenas|buenos dias|buenas tardes|buenas noches|oye|mira|bueno|pues|vale|ok|por cierto"
    r"|a proposito|jarvis"
    r"|no,|y|pero|tambien|ademas|para que lo sepas|que sepas que|has de saber que|recuerda(?: que)?"
    r"|acuerdate(?: de que)?"
    r"|no olvides(?: que)?|no te olvides(?: de que)?|ten en cuenta(?: que)?|apunta(?: que)?|anota(?: "
    r"que)?|te cuento(?: que)?"
    r"|queria decirte que|quiero que sepas que|te digo que|que|como sabes|ahora|actualmente|de hecho|en realidad|perdon"
    r"|gracias|buenas noticias|correccion|yo|la verdad es que|resulta que|hoy en dia|sabes que"
    r"|me equivoque|me he equivocado|me confundi)[,:.-]* )*"
)
TRAIL = (
    r"(?:,? (?:ahora|actualmente|hoy en dia|de momento|por ahora|tambien|por cierto|otra vez|por favor|ya sabes|por fin"
    r"|ya|ya mismo|todavia|aun|desde (?:hace )?[\w ]{2,24}|con (?:mi|mis|nuestr[oa]s?) [\w ]{2,30}))?[ .,!]*"
)
_NOW = r"(?:ahora |actualmente |todavia |tambien |aun )?"
_AGO = (
    r"(?: (?:ayer|hoy|hace (?:poco|unos? \w+|un[ao]s? \w+|dos \w+|tres \w+|\d+ \w+|un par de \w+)|la "
    r"semana pasada|el (?:mes|año|verano|invierno) pasado|est[ea] (?:semana|mes|año|verano)|en (?:enero"
    r"|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|20\d\d)|el "
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)))?"
)
_TRADE = (
    rf"(?:un[ao]? )?{words(TRADES_ES)}(?: (?:de|en|industrial|informatic[oa]|civil|infantil|jubilad[oa]"
    r"|autonom[oa])(?: [\w]+)?)?"
)
_PLACE_OF_WORK = rf"(?:<ORG>|(?:una?|el|la) (?:[\w-]+ )?{words(WORKPLACES_ES)}(?: (?:de|del) [\w ]{{2,30}})?|correos)"
_TONGUES = (
    rf"(?:(?:un poco de|algo de) )?{words(LANGUAGES_ES)}(?:(?:, (?:y )?| y | e )(?:(?:un poco de|algo "
    rf"de) )?{words(LANGUAGES_ES)})*"
)
_SUBJECT = rf"(?:{words(SUBJECTS_ES)}(?: [\w]+)?|bellas artes)"
_FOOD = rf"(?:{words(FOODS_ES)}(?:(?:, (?:ni )?| ni | y ){words(FOODS_ES)})*)"
_VEHICLE = r"(?P<noun>coche|carro|auto|furgoneta|moto|bici|bicicleta|patinete|camion|portatil|movil|telefono)"
_COLOUR = (
    r"(?:rojo|roja|azul|verde|negro|negra|blanco|blanca|gris|plateado|amarillo|amarilla|naranja|marron"
    r"|morado|electrico|electrica|viejo|vieja)"
)
_MAKE = rf"(?:[\w-]+ ){{0,3}}{words(BRANDS)}(?: [\w-]+){{0,3}}"
_WHERE = (
    r"(?:en|encima|debajo|delante|detras|dentro|junto|sobre|al lado|bajo|fuera|cerca|arriba|abajo"
    r"|frente)\b ?[^,;:()\"?]{0,60}"
)
_THING = (
    rf"(?P<noun>{words(THINGS_ES)}(?: (?:de (?:repuesto|casa|la casa|la oficina|el garaje|la bici|la moto"
    r"|leer|sol|nacimiento|conducir|invierno|el coche|la furgoneta)|del (?:coche|garaje|trastero|portatil"
    r"|movil)|nuev[oa]s?|viej[oa]s?|roj[oa]s?|azul(?:es)?|negr[oa]s?))?)"
)
_EVENT = rf"(?P<noun>{words(EVENTS_ES)}(?: (?:de|del|con|a|al) (?!las?\b \w+ de)[\w ]{{2,24}}?| medic[oa]| final)?)"
_NEWLY = r"(?:cambiado|movido|retrasado|adelantado|aplazado|pasado)"
_WHEN = (
    r"(?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))(?P<time>(?:,? (?:a las? (?:\w+(?: y (?:media|cuarto))?"
    r"|\d{1,2}(?::\d\d)?)(?: de la (?:mañana|tarde|noche))?|al mediodia))?)"
)
_FAVOURITE = r"(?P<n>(?!cosa|parte)[a-zñ]+(?: (?!es\b|son\b)[a-zñ]+)? (?:favorit[oa]s?|preferid[oa]s?)) (?:es|son)"
_MINE = r"(?:mi|nuestr[oa])"
_DOES = (
    r"(?:ha|han|no(?! se llama)|se(?! llama)|me|nos|le|ya|esta|estan|estaba|es|era|fue|va|iba|tiene|tenia"
    r"|tuvo|quiere|quiso|vino|viene|llega|llego|empieza|empezo|termina|termino|acaba|acabo|juega|jugo|toca|canta|baila|come|duerme|vive|trabaja|estudia"
    r"|estudio|lee|hace|hizo|aprende|aprendio|gano|gana|perdio|aprobo|suspendio|cumple|cumplio|compro|vendio|llamo|llama"
    r"|trajo|sabe|puede|suele|siempre|todavia|sigue|cocina|corre|nada|volvio|vuelve|salio|sale|y yo)"
)
"""Cómo sigue una frase sobre alguien que se acaba de nombrar."""

RULES: tuple[tuple[str, str], ...] = (
    # Nombres.
    ("name", r"(?:me llamo|mi nombre(?: completo)? es) (?P<v><NAME>)"),
    ("name greeted", r"(?:soy|aqui) (?P<v><CASED>)(?:,? (?:encantad[oa]|mucho gusto))?"),
    (
        "called",
        r"(?:puedes |por favor )*(?:llamame|llamarme|me llaman|todos me llaman|todo el mundo me llama"
        r"|mis amig[oa]s me llaman|en casa me llaman|quiero que me llam(?:es|en)|prefiero que me "
        r"llam(?:es|en)) (?P<v><CASED>)",
    ),
    ("name", r"<WHO>se llama (?P<v><NAME>)"),
    ("name", r"el nombre de <MINE_WHO> es (?P<v><NAME>)"),
    ("name", rf"{_MINE} (?P<who>(?:(?P<q1>mejor) )?(?P<kin><KIN>)(?: (?P<q><QUAL>))?) es (?P<v><CASED>)"),
    ("name", rf"(?P<v><CASED>) es {_MINE} (?P<who>(?:(?P<q1>mejor) )?(?P<kin><KIN>)(?: (?P<q><QUAL>))?)"),
    (
        "name",
        r"(?:tengo|tenemos|he adoptado|hemos adoptado|adopte) una? (?P<who>(?P<kin><KIN>)(?: (?P<q><QUAL>))?)"
        r"(?:,? que se llama| llamad[oa]) (?P<v><NAME>)",
    ),
    ("names", r"(?:mis|nuestr[oa]s) (?:dos |tres |cuatro )?(?P<kins><KINS>) (?:se llaman|son) (?P<v><NAMES>)"),
    (
        "names",
        r"(?:tengo|tenemos) (?:dos|tres|cuatro|cinco|\d) (?P<kins><KINS>)(?:,|:)?(?: que se llaman"
        r"| llamad[oa]s|,) (?P<v><NAMES>)",
    ),
    # Días.
    ("birthday", r"mi cumpleaños es (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"(?:cumplo años|mi cumple es|es mi cumpleaños) (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"(?P<d>hoy|mañana) es mi (?:cumpleaños|cumple)"),
    ("birthday", r"naci (?P<d>(?:el )?(?:dia )?<DATE>)"),
    ("birthday", r"el (?:cumpleaños|cumple) de <MINE_WHO> es (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"(?P<d>hoy|mañana) es el (?:cumpleaños|cumple) de <MINE_WHO>"),
    ("birthday", r"<WHO>cumple años (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("birthday", r"<WHO>nacio (?P<d>(?:el )?(?:dia )?<DATE>)"),
    ("birthday", r"(?P<pro>su) (?:cumpleaños|cumple) es (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("birth year", r"naci en (?:el )?(?:año )?(?P<v>19\d\d|20[0-2]\d)"),
    ("birth year", r"<WHO>nacio en (?:el )?(?:año )?(?P<v>19\d\d|20[0-2]\d)"),
    ("anniversary", r"(?:mi|nuestro) aniversario(?: de bodas?)? es (?P<d>(?:el )?(?:dia )?(?:<DATE>|<RELATIVE>))"),
    ("anniversary", r"(?:nos casamos|me case) (?P<d>(?:el )?(?:dia )?<DATE>)"),
    ("age", r"tengo (?P<v><AGE>) años(?: (?:cumplidos|recien cumplidos))?"),
    ("age", r"(?:he cumplido|acabo de cumplir|cumpli) (?P<v>\d{1,2}|[a-z]+(?: y [a-z]+)?)(?: años)?(?: hoy| ayer)?"),
    ("age", r"<WHO>tiene (?P<v><AGE>) años"),
    # Lugares.
    ("home", rf"{_NOW}(?:vivo|vivimos) {_NOW}(?:en|cerca de) (?P<v><PLACE>)"),
    ("home", r"(?:estoy|estamos|llevo|llevamos) viviendo (?:ahora )?en (?P<v><PLACE>)"),
    (
        "home",
        r"(?:me he|nos hemos|acabo de|acabamos de|me) ?(?:mudado|trasladado|mudarme|mudarnos|mude"
        rf"|traslade)(?: de <PLACE>)? a (?P<v><PLACE>){_AGO}",
    ),
    ("home", rf"<WHO>{_NOW}vive {_NOW}en (?P<v><PLACE>)"),
    ("home", rf"<WHO>se (?:ha mudado|mudo|ha ido a vivir|fue a vivir)(?: de <PLACE>)? a (?P<v><PLACE>){_AGO}"),
    (
        "address",
        r"(?:mi|nuestra) (?:nueva )?direccion es (?P<v>(?:(?:la |el )?(?:calle|avenida|av|plaza|paseo"
        r"|camino|ronda|travesia|c/)|(?-i:[A-Z]))[^;:()\"?]{5,80}\d[^;:()\"?]{0,40})",
    ),
    (
        "address",
        r"(?:vivo|vivimos) en (?P<v>(?:la |el )?(?:calle|avenida|plaza|paseo|camino) [^;:()\"?]{2,60}\d[\w ,ºª]{0,20})",
    ),
    ("birthplace", r"naci en (?P<v><PLACE>)"),
    ("birthplace", r"<WHO>nacio en (?P<v><PLACE>)"),
    ("from", r"(?:yo )?(?:soy|somos) (?:originari[oa] )?de (?P<v><PLACE>)"),
    ("from", r"<WHO1>es de (?P<v><PLACE>)"),
    # Trabajo y estudios.
    ("work", rf"{_NOW}trabajo {_NOW}(?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"trabajo (?:de|como) (?P<job>(?:una? )?[\w ]{{3,40}}?) (?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"soy (?P<job>{_TRADE}) (?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"(?:estoy|llevo) trabajando (?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    (
        "work",
        r"(?:he empezado|empece|he entrado|entre|acabo de empezar|acabo de entrar|me han contratado)(?: "
        rf"a trabajar)? (?:en|para) (?P<v>(?!facebook|instagram|twitter|tiktok|discord){_PLACE_OF_WORK}){_AGO}",
    ),
    ("work", rf"mi nuevo trabajo es en (?P<v>{_PLACE_OF_WORK})"),
    ("work", rf"<WHO>{_NOW}trabaja (?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    ("job", r"trabajo (?:de|como) (?P<v>(?:una? )?[\w ]{3,40})"),
    ("job", rf"soy (?P<v>{_TRADE})"),
    ("job", rf"<WHO>es (?P<v>{_TRADE})"),
    ("job", r"<WHO>trabaja (?:de|como) (?P<v>(?:una? )?[\w ]{3,40})"),
    ("studies", rf"(?:estudio|estoy estudiando) (?P<v>{_SUBJECT})(?: en (?P<school><ORG>))?"),
    ("studies", rf"<WHO>(?:estudia|esta estudiando) (?P<v>{_SUBJECT})(?: en (?P<school><ORG>))?"),
    ("school", r"(?:estudio|estoy estudiando) en (?P<v>(?:la |el )?<ORG>)"),
    ("school", r"<WHO>(?:estudia|esta estudiando) en (?P<v>(?:la |el )?<ORG>)"),
    # Cómo dar con alguien.
    (
        "phone",
        r"mi (?:nuevo )?(?:numero(?: de (?:telefono|movil))?|telefono|movil)(?: nuevo| ahora)? es "
        r"(?:ahora )?(?:el )?(?P<v><PHONE>)",
    ),
    ("phone", r"el (?:numero(?: de telefono)?|telefono|movil) de <MINE_WHO> es (?:el )?(?P<v><PHONE>)"),
    ("email", r"mi (?:nuevo )?(?:correo(?: electronico)?|e-?mail|direccion de correo) es (?P<v><EMAIL>)"),
    ("email", r"el (?:correo(?: electronico)?|e-?mail) de <MINE_WHO> es (?P<v><EMAIL>)"),
    # Salud y comida.
    ("allergy", r"(?:soy|tengo) (?:muy |tambien )?(?:alergic[oa]|alergia) (?P<v>(?:a|al) <FREE>)"),
    ("allergy", r"<WHO>(?:es|tiene) (?:muy |tambien )?(?:alergic[oa]|alergia) (?P<v>(?:a|al) <FREE>)"),
    ("diet", rf"soy (?P<v>{DIETS_ES})"),
    ("diet", rf"me (?:he hecho|hice|he vuelto) (?P<v>{DIETS_ES}){_AGO}"),
    ("diet", rf"<WHO>es (?P<v>{DIETS_ES})"),
    ("avoids", rf"no (?:como|bebo|tomo|puedo (?:comer|beber|tomar)) (?P<v>{_FOOD})"),
    ("avoids", rf"<WHO>no (?:come|bebe|toma|puede (?:comer|beber|tomar)) (?P<v>{_FOOD})"),
    # Lenguas y gustos.
    ("language", rf"(?:hablo|se hablar) (?P<v>{_TONGUES})"),
    ("language", rf"mi (?:lengua|idioma) (?:matern[oa]|nativ[oa]) es (?:el )?(?P<v>{words(LANGUAGES_ES)})"),
    ("language", rf"<WHO>habla (?P<v>{_TONGUES})"),
    ("favourite", rf"mi {_FAVOURITE} (?P<v><FREE>)"),
    (
        "favourite",
        r"(?:el|la) (?P<n>(?!cosa|parte)[a-zñ]+ (?:favorit[oa]|preferid[oa])) de <MINE_WHO> es (?P<v><FREE>)",
    ),
    ("dislikes", r"no me gustan? (?:nada )?(?P<v><TASTE>)"),
    ("dislikes", r"(?:odio|detesto|no soporto|no aguanto) (?P<v><TASTE>)"),
    ("dislikes", r"a <MINE_WHO> no le gustan? (?:nada )?(?P<v><TASTE>)"),
    ("dislikes", r"<WHO1>(?:odia|detesta|no soporta) (?P<v><TASTE>)"),
    ("likes", r"(?:a mi )?me (?:gustan?|encantan?|chiflan?|flipan?|apasionan?) (?:mucho |muchisimo )?(?P<v><TASTE>)"),
    ("likes", r"(?:soy muy fan de|soy aficionad[oa] a|adoro) (?P<v><TASTE>)"),
    ("likes", r"a <MINE_WHO> le (?:gustan?|encantan?|chiflan?|flipan?|apasionan?) (?:mucho )?(?P<v><TASTE>)"),
    ("likes", r"<WHO1>adora (?P<v><TASTE>)"),
    # Lo que es de la persona.
    (
        "plate",
        rf"la matricula (?:de (?:mi|nuestr[oa]) {_VEHICLE}|del {_VEHICLE.replace('noun', 'noun2')}) es (?P<v><PLATE>)",
    ),
    ("plate", r"mi matricula es (?P<v><PLATE>)"),
    ("kind", rf"(?:mi|nuestr[oa]) (?:nuev[oa] )?{_VEHICLE}(?: nuev[oa])? es (?P<v>(?:una? )?{_MAKE}|{_COLOUR})"),
    ("kind", rf"conduzco (?P<v>una? {_MAKE})"),
    (
        "kind",
        rf"(?:tengo|me he comprado|he comprado|me compre) (?P<v>una? {_VEHICLE} {words(BRANDS)}(?: [\w-]+){{0,3}})",
    ),
    (
        "place",
        r"(?:he|hemos)? ?(?:aparcado|aparque|aparcamos|estacionado|estacione)(?: (?:mi|nuestr[oa]"
        rf"|el|la) {_VEHICLE})? (?P<v>{_WHERE})",
    ),
    (
        "place",
        rf"(?:tengo|tenemos|deje|he dejado) (?:el|la|mi|nuestr[oa]) {_VEHICLE} (?:aparcad[oa]|estacionad[oa])? "
        rf"?(?P<v>{_WHERE})",
    ),
    ("place", rf"(?:mi|nuestr[oa]|el|la) {_VEHICLE} esta (?:aparcad[oa]|estacionad[oa]) (?P<v>{_WHERE})"),
    (
        "place",
        r"(?:deje|dejamos|he dejado|hemos dejado|puse|he puesto|guardo|guarde|guardamos|he guardado"
        r"|escondi|he escondido|meti|he metido) "
        rf"(?:mis?|nuestr[oa]s?|el|la|los|las) {_THING} (?P<v>{_WHERE})",
    ),
    (
        "place",
        rf"(?:mis?|nuestr[oa]s?|el|la|los|las) {_THING} (?:esta|estan) (?:guardad[oa]s? |escondid[oa]s? "
        rf")?(?P<v>{_WHERE})",
    ),
    (
        "kind",
        rf"(?:tengo|tenemos|me he comprado|nos hemos comprado|he comprado|hemos comprado|me compre|compre|conduzco) "
        rf"(?P<v>una? (?:nuevo )?{words(CAR_BRANDS)}(?: (?:(?-i:[A-Z0-9])[\w-]*|{_COLOUR})){{0,3}})"
        rf"{_AGO}(?P<noun>(?=$|[ .,!]))",
    ),
    (
        "count",
        r"tengo (?P<v>(?:una?|dos|tres|cuatro|cinco|seis|\d) (?P<kins><KINS>)(?: (?:mayores|menores|pequeñ[oa]s))?)",
    ),
    # Lo que viene.
    ("date", rf"(?:mi|nuestr[oa]|la|el) {_EVENT} (?:es|sale|sera) {_WHEN}"),
    ("date", rf"(?:tengo|tenemos) (?:(?:una?|la|el|mi) )?{_EVENT} {_WHEN}"),
    (
        "date",
        rf"(?:me|nos) (?:han|ha) {_NEWLY} (?:la|el|mi|nuestra) {_EVENT} (?:al|a|para) {_WHEN}",
    ),
    (
        "date",
        rf"(?:he|hemos) {_NEWLY} (?:la|el|mi|nuestra) {_EVENT} (?:al|a|para) {_WHEN}",
    ),
    ("date", rf"(?P<noun>me caso|nos casamos|me opero|me operan) {_WHEN}"),
    # Finales.
    ("-home", r"ya no (?:vivo|vivimos) en (?P<v><PLACE>)"),
    ("-work", rf"ya no trabajo (?:en|para) (?P<v>{_PLACE_OF_WORK})"),
    ("-work", rf"(?:he dejado|deje|me he ido de|me fui de|me han echado de|me han despedido de) (?P<v><ORG>){_AGO}"),
    (
        "-work",
        rf"(?:he dejado|deje|he perdido|perdi) (?:mi|el) (?:trabajo|empleo|curro){_AGO}|me (?:han "
        rf"despedido|despidieron|han echado del trabajo|he jubilado|jubile){_AGO}"
        r"|(?:estoy|me he quedado) en (?:el )?paro|(?:estoy|ya estoy) jubilad[oa]|ya no trabajo",
    ),
    (
        "-couple",
        r"(?:hemos roto|rompimos|lo hemos dejado|nos hemos (?:separado|divorciado)|nos (?:separamos"
        rf"|divorciamos)|me he (?:separado|divorciado)|me (?:separe|divorcie)){_AGO}",
    ),
    (
        "-couple",
        r"(?:he roto|rompi|lo he dejado|lo deje) con mi (?P<who>(?P<kin>pareja|novia|novio|prometid[oa]"
        rf"|mujer|marido|esposa|esposo)(?: <CASED>)?){_AGO}",
    ),
    (
        "-couple",
        r"mi (?P<who>(?P<kin>pareja|novia|novio|prometid[oa]|mujer|marido|esposa|esposo)) y yo (?:hemos "
        rf"roto|rompimos|lo hemos dejado|nos hemos (?:separado|divorciado)|nos (?:separamos|divorciamos)){_AGO}",
    ),
    ("-diet", rf"ya no soy (?P<v>{DIETS_ES})"),
    ("-allergy", r"ya no (?:soy alergic[oa]|tengo alergia) (?P<v>(?:a|al) [^,;:()\"?]{2,40})"),
    ("-likes", r"ya no me gustan? (?P<v>[^,;:()\"?]{2,40})"),
    ("-thing", rf"(?:he vendido|hemos vendido|vendi|vendimos) (?:mi|nuestr[oa]|el|la) {_VEHICLE}{_AGO}"),
    (
        "-car",
        rf"(?:he vendido|hemos vendido|vendi|vendimos) (?:mi|nuestr[oa]|el) (?:viejo )?"
        rf"(?P<v>{words(CAR_BRANDS)}(?: (?!y\b)[\w-]+){{0,2}}){_AGO}",
    ),
    # Alguien nombrado de paso.
    (
        "name passing",
        rf"{_MINE} (?P<who>(?:(?P<q1>mejor) )?(?P<kin><KIN>)(?: (?P<q><QUAL>))?),? (?P<v><CASED>),? {_DOES}\b.*",
    ),
)
