"""How Spanish sentences end and how they do not. Data only; see `end_of_turn_language` for what it means."""

from __future__ import annotations

from jarvis.voice.end_of_turn_language import TurnLanguage, ending, one_of, phrases, rules

_DIGITS = phrases("cero uno dos tres cuatro cinco seis siete ocho nueve")
_NUMBERS = _DIGITS | phrases(
    "un una diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós "
    "veintitrés veinticuatro veinticinco treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento "
    "doscientos trescientos cuatrocientos quinientos mil"
)
_NUMBER = rf"(?:\d+|{'|'.join(sorted(_NUMBERS))})(?: (?:y )?(?:\d+|{'|'.join(sorted(_NUMBERS))}))*"
_ASKING = (
    "qué|que|quién|quien|quiénes|cuál|cuáles|cual|cuándo|cuando|dónde|donde|adónde|cómo|como|cuánto|cuánta|cuántos|"
    "cuántas|cuanto|cuanta|cuantos|cuantas"
)
_QUESTION = rf"(?:y |pero |oye |a ver )*(?:(?:a|ante|con|de|desde|en|hacia|hasta|para|por|según|sobre) )?(?:{_ASKING})"
_ACCENTED = "qué|quién|quiénes|cuál|cuáles|cuándo|dónde|adónde|cómo|cuánto|cuánta|cuántos|cuántas"
_STATE = "es|son|está|están|hay|era|fue|tiene|hace|queda|falta"
_ARTICLE = "el|mi|tu|su|un|una|los|nuestro|nuestra"
_VERB = one_of(
    "pon ponme ponlo ponla añade agrega llama llámame manda mándale envía envíale abre cierra crea haz busca búscame "
    "encuentra muestra muéstrame enseña enséñame dime dinos di dile cuenta cuéntame da dame escribe traduce "
    "convierte compara explica explícame define recuerda recuérdame recuérdamelo programa reserva pide compra "
    "enciende prende apaga cambia mueve lee léeme reproduce toca despiértame borra elimina quita toma coge apunta "
    "anota cancela detén para pausa sigue continúa salta pasa repite repítelo sube súbele baja bájale bloquea "
    "desbloquea silencia deletrea calcula lista describe resume comprueba mira guarda ejecuta lanza inicia arranca "
    "recomiéndame sugiere ayúdame avísame vamos organiza activa desactiva ajusta aumenta reduce vacía resuelve "
    "demuestra diseña clasifica revisa hazme dibuja corrige planea redacta mejora genera calcúlame"
)
_ALONE = one_of(
    "para pausa sigue continúa salta repite repítelo cancela sube baja súbele bájale silencia vamos ayúdame cuéntame "
    "llámame detén recuérdamelo"
)
_POLITE = (
    "(?:por favor |oye |vale |y |ahora |entonces |pues |bueno )*"
    "(?:(?:me )?(?:puedes|podrías|puede|podría) |quiero que (?:me )?|necesito que (?:me )?)?"
)
_DAY = one_of("lunes martes miércoles jueves viernes sábado domingo")
_UNFINISHED = one_of(
    "el la los las lo un una unos unas al del a ante bajo con contra de desde durante en entre hacia hasta según sin "
    "sobre tras para por y e o u ni pero porque que si aunque mientras cuando como sino donde cual cuyo mi tu su mis "
    "tus sus nuestro nuestra nuestros nuestras me te se le les nos es está son están estaba era ha he has han hemos "
    "había voy vas va vamos_a van tengo puedo puedes puede pueden podrías podría podemos debo debes debería deberías "
    "deberíamos soy parece muy tan bastante demasiado cada menos dividido multiplicado quizás quizá tal_vez "
    "a_lo_mejor cerca_del algún ningún"
)

_OPEN_ENDINGS = (
    *rules(
        0.88,
        r"^(?:para|para ya|pues sí|pues no|más o menos|por qué no|"
        r"qué tal(?: \w+)?|claro que (?:sí|no)|creo que (?:sí|no))$",
        r"^(?:y )?(?:qué|que) (?:hora|día|fecha|número|año|mes) es$|^(?:quién|quien|dónde|donde|cómo|como|qué|que) "
        r"(?:soy|va|son)$",
        rf"{_NUMBER} (?:por|más|menos|entre|dividido (?:entre|por)|multiplicado por) {_NUMBER}$",
        rf"^(?!a qué distancia){_QUESTION} (?:\w+ )+(?:tengo|puedo|debo|hay|he|voy|tenemos|está|están|era|tenía)$",
        r"^(?:\w+ ){2,}(?:qué|cuál|quién|cuánto|cuántos|cuántas|dónde|cómo) (?:es|son|está|están|hay|era)$",
        r"cada (?:uno|una)$|(?:qué|muy|es|está|tan) bueno$|\bno .*\bmás$",
        r"(?:ya|lo) (?:está|es|son|era)$|(?:dime|sabes|sé|saber|explícame|"
        r"recuerdas) (?:.* )?(?:quién|qué|dónde|cómo|cuál) (?:es|son|está|están|era)$",
        r"(?:es|como|con|de|en|por|quiero|prefiero) (?:este|esta|estos|estas|ese|esa|esos|esas)$",
        r"(?:sube|súbe\w+|baja|bája\w+|espera|acércate|habla|come|cuéntame|"
        r"dime|nada|algo|alguien|vez|uno|una|quiero|hay) (?:.* )?más$",
        r"\b(?:lo|la|los|las|te) (?:quiero|necesito|prefiero|tengo|espero|creo|pienso|puedo)$",
        r"^(?:sí|no|claro|creo|vale) (?:lo )?(?:es|está|soy|tengo|"
        r"puedo|quiero|he)$(?<!no quiero)(?<!no tengo)(?<!no puedo)",
    ),
    *rules(
        0.04,
        ending(
            "eh|em|ehm|mm|mmm|hm|este|pues|o sea|bueno|a ver|digamos|es que|espera|"
            "y luego|y entonces|entonces|y después|lo que pasa es que|o sea que|digo"
        ),
    ),
    *rules(
        0.06,
        ending(_UNFINISHED),
        r"(?:^| )(?:quiero|necesito|creo|pienso|espero|quisiera|me gustaría|prefiero|estoy|me llamo)$",
        r"(?:^| )(?:estoy|estamos|está|estaba) (?:buscando|pensando|intentando|mirando|tratando)$",
        r" más$",
    ),
)

_OPEN_PATTERNS = (
    *rules(0.25, rf"^(?:y |pero |entonces )?(?:por qué|para qué|{_ASKING})$"),
    *rules(
        0.15,
        r"^(?:a |en |de |con |desde |hasta )?qué (?:hora|tiempo|día|"
        r"año|mes|tipo|clase|canción|película|color|idioma|número)$",
        r"^(?:en|a|de|desde|hasta|por|para|sobre) qué \w+$|^(?:cuántos|cuántas) \w+$|^cuánto tiempo$",
        r"^(?:a qué distancia|qué distancia hay|cuál|cuáles|cuánto|"
        r"dónde|cómo|quién|qué) (?:es|son|está|están|hay|era|eran)$",
        r"^a qué distancia (?:está|queda)$",
        r"^quién (?:\w+ó|hizo|descubrió|canta|juega|dirige|dijo)$",
        r"^cómo (?:se (?:dice|escribe|hace|pronuncia|llama)|puedo|hago|digo)$|^qué (?:significa|quiere decir)$",
        r"(?:mi|tu|su) (?:último|última)$|^cuánt[oa]s\b.* son (?:\d+|\w+)$|^qué (?:alarmas|recordatorios|notas|listas|"
        r"temporizadores)$",
        r"^qué significan? (?:el|la|esta|este|esa|ese|mi|tu|un|una)$",
        rf"(?:explícame|dime|cuéntame|enséñame|muéstrame|sabes|no sé) (?:por qué|{_ASKING})$",
        rf"(?:si|que|porque|cuando) (?:{_ARTICLE}) \w+$",
        rf"\b(?:temporizador|cuenta atrás|dentro de|avísame en)\b.*\b(?:de|en|dentro de) {_NUMBER}$",
        rf"(?:{_ARTICLE}|la|las) (?:próximo|próxima|siguiente|mejor|"
        rf"peor|mismo|misma|otro|otra|nuevo|nueva|primer|gran)$"
        r"(?<!a la siguiente)(?<!pon la siguiente)",
        ending(
            "esta|este|ese|esa|estos|estas|esos|esas|aquel|aquella|otro|otra|algún|alguna|algunos|algunas|cualquier"
        ),
        r"^(?:puedes|podrías|puede|podría|quieres|me puedes|me podrías)(?: por favor)?$",
    ),
    *rules(
        0.2,
        r"^(?:si|cuando|mientras|porque|aunque|antes de que|después de que|en cuanto|cada vez que|hasta que|desde que)"
        r"(?!\w)"
        rf"(?! (?:\w+ )+(?:{_VERB}|{_ACCENTED}|voy|entonces|quiero|necesito|tengo|hay|podemos|vamos)\b)"
        r"(?! (?:es|son|está|sale)\b)",
        rf"^{_POLITE}(?!(?:{_ALONE})$)(?:{_VERB})$",
        r"^(?:toma|tomar) nota$|^(?:cuál|cuáles) de$",
        ending(
            "en vez de|al lado de|cerca de|delante de|además de|a "
            "través de|más sobre|una de las|uno de los|casi|sólo|solo"
        ),
        r"\b(?:recuérdame|tengo que|hay que|quiero|voy a|puedes) "
        r"(?:llamar|comprar|enviar|mandar|pagar|escribir|decir|pedir)$",
    ),
    *rules(
        0.42,
        rf"^{_POLITE}(?:pon|ponme|crea|haz|programa|añade|activa)(?: un| una| la| el| otro| otra)? "
        r"(?:temporizador|alarma|recordatorio|nota|evento|cuenta atrás)$",
        r"^(?:recuérdame|despiértame)(?: (?:mañana|hoy|esta noche|luego|el \w+))?$",
        r"^(?:manda|mándale|envía|envíale|escribe)(?: un| una)? (?:mensaje|correo|email|nota) a(?: mi)? \w+$",
        r"^(?:el|la|los|las|un|una|mi) \w+(?: \w+)?$",
        r"^cuéntame$|^(?:puedes|podrías) (?!\w+(?:me|lo|la)$)\w+$",
    ),
    *rules(0.7, rf"(?:a las|a la|al|a|de las) {_NUMBER}$"),
)

_COMPLETE = (
    *rules(
        0.92,
        r"^(?:\w+ )+(?:por favor|gracias|ahora|ahora mismo|hoy|mañana|ayer|otra vez|de nuevo|ya|aquí|allí|también)$",
        r"^(?:\w+ ){2,}(?:minutos?|horas?|segundos?|por ciento|grados|"
        r"días?|semanas?|mes|meses|años?|y media|y cuarto|en punto)$",
        rf"^(?:\w+ ){{2,}}(?:{_DAY}|mañana|tarde|noche|mediodía|medianoche)$",
    ),
    *rules(
        0.88,
        rf"^{_QUESTION}(?: \w+){{2,}}$",
        rf"^por qué(?: \w+)+$|^(?:{_STATE})(?: \w+){{2,}}$",
        rf"^{_POLITE}(?:{_VERB})(?: \w+){{2,}}$",
        r"^(?:puedes|podrías|puede|podría|quieres|va a|vas a|necesito|sabes|tengo|hay)(?: \w+){2,}$",
    ),
    *rules(0.84, rf"^{_QUESTION} \w+$", rf"^{_POLITE}(?:{_VERB}) \w+$", r"^\w+(?:mos|me|lo|la|melo|nos)$"),
)

SPANISH = TurnLanguage(
    whole=phrases(
        "para para_ya párate stop silencio cállate cancela cancelar pausa sigue continúa repite repítelo siguiente "
        "anterior atrás más_alto más_bajo más_fuerte hola buenas gracias muchas_gracias de_nada déjalo olvídalo nada "
        "buenos_días buenas_tardes buenas_noches adiós hasta_luego hasta_mañana cómo_estás como_estas qué_tal "
        "qué_hora_es que_hora_es qué_día_es qué_pasa ayuda vámonos ya_está ya_basta basta sube_el_volumen "
        "baja_el_volumen siguiente_canción no_lo_sé no_sé no_importa da_igual eso_es_todo cancela_eso deshacer "
        "quién_eres de_dónde_eres qué_haces silencia ayúdame"
    ),
    answers=phrases(
        "sí si no vale claro ok okay de_acuerdo bueno bien perfecto exacto correcto eso_es por_supuesto claro_que_sí "
        "claro_que_no sí_por_favor no_gracias ahora_no todavía_no quizá quizás tal_vez a_lo_mejor luego más_tarde "
        "nunca siempre adelante hazlo sí_hazlo venga dale cancela para el_primero la_primera el_segundo la_segunda "
        "el_tercero el_último la_última los_dos las_dos ninguno ninguna todos todas ambos ajá ya está_bien pues_sí "
        "pues_no supongo creo_que_sí creo_que_no me_da_igual da_igual lo_es así_es sí_quiero sí_puedes mm_hmm"
    ),
    open_endings=_OPEN_ENDINGS,
    open_patterns=_OPEN_PATTERNS,
    complete=_COMPLETE,
    dictating=(
        r"\b(?:(?:llama|llamar|marca|marcar)(?: al| el)?|(?:número|teléfono|código|pin|contraseña|postal)(?: es)?)$"
    ),
    digits=_DIGITS,
    numbers=_NUMBERS,
)
