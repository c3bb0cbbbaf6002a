"""Tells which questions are never answered from the cache, and which answers are never kept.

Pure, English and Spanish. Rules by words, on the careful side: a question refused here is only answered anew. Sees
neither the conversation nor the settings; what they say comes in as arguments.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door
from jarvis.contracts.reuse import ReuseRefusal
from jarvis.contracts.routing import Assessment, Domain
from jarvis.orchestrator.reuse_words import normalised

LONGEST_QUESTION = 400
"""Characters; longer questions bring material of their own and do not come again."""

LONGEST_ANSWER = 20_000
"""Characters; longer ones would make the cache the largest part of the database."""

SURE = 0.5
"""Probability from which the assessed domain counts as known."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)")


_INJECTION = _any(
    r"(?:ignore|disregard|forget|override) (?:\w+ ){0,3}(?:instructions?|rules|prompts?|guidelines|above)",
    r"(?:ignora|olvida|omite|desobedece) (?:\w+ ){0,4}(?:instrucciones|reglas|órdenes|normas|anterior\w*)",
    r"system prompts?|prompt del sistema|developer mode|modo desarrollador|jailbreak|dan mode",
    r"you are now|from now on|pretend|act as|role ?play|ahora eres|a partir de ahora|finge|actúa como|haz como",
    r"(?:system|assistant|user|sistema|asistente|usuario) ?:",
)
_PRIVATE = re.compile(
    r"[^\s@]+@[^\s@]+\.\w|(?<!\w)\+?\d(?:[ .()/-]?\d){8,}(?!\w)|(?<!\w)[xyz]?\d{7,8}-?[a-z](?!\w)|"
    r"(?<!\w)[a-z]{2}\d{2}(?: ?\w{4}){3,}|(?<!\w)\d{1,3}(?:\.\d{1,3}){3}(?!\w)|(?<!\w)\d{3}-\d{2}-\d{4}(?!\w)|"
    r"(?<!\w)(?=\w*\d)(?=\w*[a-z])[\w-]{20,}(?!\w)"
)
_SECRETS = _any(
    "passwords?|passcodes?|pin|passport|ssn|social security number|credit card|iban|api key",
    "contraseñas?|pasaporte|dni|nie|nif|tarjeta de crédito|cuenta bancaria|número de la seguridad social",
)
_FRESH = _any(
    r"latest|newest|recent(?:ly)?|current(?:ly)?|today'?s?|tonight|tomorrow|yesterday|now|nowadays|still|yet|upcoming",
    r"last|next|previous|ago|so far|this (?:week|month|year|morning|afternoon|evening|season|weekend)|20[2-9]\d",
    r"news|headlines?|weather|forecast|raining|sunny|traffic|prices?|stocks?|shares?|bitcoin|exchange rate|cost|costs",
    r"dollars?|euros?|pesos|yens?|usd|eur|gbp|jpy|mxn|pounds? sterling|scores?|standings|opening hours|closing time",
    r"on tv|trending|newest version|latest version|near me|nearby|here|who is (?:\w+ ){0,6}(?:champions?|"
    r"record holder)",
    r"who is (?:\w+ ){0,4}(?:president|prime minister|ceo|king|queen|pope|mayor|governor|chancellor|leader|head)",
    r"últim[oa]s?|recientes?|recientemente|actual(?:es|mente|idad)?|hoy|mañana|ayer|anoche|ahora|todavía|aún|"
    r"próxim[oa]s?",
    r"siguiente|pasad[oa]s?|hace (?:\w+ )?(?:días?|meses|años?|horas?|semanas?)|en directo|por aquí|cerca|aquí|"
    r"bolsa|acciones",
    r"est[ea] (?:semana|mes|año|noche|tarde|temporada|fin)|noticias?|titulares|tiempo (?:hace|hará|en)|pronóstico|"
    r"lloverá",
    r"llueve|lloviendo|tráfico|precios?|cuestan?|valen?|tipo de cambio|dólar(?:es)?|libras esterlinas|marcador|"
    r"clasificación",
    r"quién es (?:\w+ ){0,4}(?:president[ea]|ministr[oa]|rey|reina|papa|alcalde(?:sa)?|gobernador|canciller|"
    r"campe[oó]n\w*)",
)
_CHANGING = _any(
    r"the temperature(?! (?:of|at|in which))|sunset|sunrise|is .+ (?:open|closed|alive|dead|married|dating)|"
    r"net worth|salary",
    r"who won the (?:match|game|election|elections|race|world cup|super bowl|league|final)(?! (?:in|of) )|"
    r"flight status",
    r"qué temperatura (?:hace|hay)|amanece|anochece|puesta de sol|está .+ (?:viv[oa]|muert[oa]|casad[oa]|cerrad[oa]|"
    r"abiert[oa])",
    r"quién ganó (?:el partido|las elecciones|la carrera|el mundial|la liga|la final)(?! (?:en|de) )|patrimonio|sueldo",
)
_SMALL_TALK = re.compile(
    r"^(?:hello|hi|hey|good (?:morning|afternoon|evening|night)|thanks|thank you|ok|okay|yes|no|yeah|nope|bye|"
    r"goodbye|sure|great|cool|nice|hola|buen[oa]s(?: \w+)?|gracias|muchas gracias|vale|sí|adiós|hasta luego|claro|"
    r"genial|perfecto)(?: (?:jarvis|there|very much|so much))?$"
)
_TIME = _any(
    r"what time|the time|time is it|time zone|(?:what|which) (?:date|day) (?:is|will)|the date (?:today|is)|"
    r"is the date$|day is it|o'clock|until|calendar",
    r"how many (?:days|weeks|hours|months|years) (?:till|left|since|to (?=christmas|easter|new|my|the))",
    r"qué hora|la hora|hora es|qué (?:día|fecha) (?:es|era|será|cae)|la fecha de hoy|a qué día|"
    r"(?:cuánto|cuántos \w+) (?:falta|queda)n?",
    r"faltan|quedan|calendario",
)
_STATE = _any(
    r"battery (?:level|left|status|percentage|is)|the battery|the volume(?! of)|volume level|free disk|disk space|"
    r"cpu usage",
    r"(?:timers?|alarms?|reminders?|downloads?) (?:is|are|do|have|left|set|running)|"
    r"(?:is|are) the (?:lights?|heating|wifi)",
    r"nivel de batería|la batería|el volumen(?! de)|espacio en disco|temporizador\w*|recordatorios?|las luces|"
    r"el termostato",
)
_COMMANDS_EN = (
    "set|turn|switch|play|pause|stop|resume|open|close|launch|start|quit|exit|call|phone|text|message|email|send|"
    "remind|add|remove|delete|create|make|schedule|cancel|book|order|buy|mute|unmute|raise|lower|increase|decrease|"
    "put|take|show|search|look|google|find|check|save|store|remember|forget|note|record|read|repeat|say|sing|count|"
    "wake|sleep|lock|unlock|shut|restart|reboot|install|uninstall|update|download|upload|move|copy|rename|print|"
    "skip|run|execute|keep|go|try|let|help|change|edit|rewrite|fix|continue|finish|connect|disconnect|enable|"
    "disable|activate|deactivate|use|ask|answer|speak"
)
_COMMANDS_ES = (
    "pon|ponme|ponle|pone|apaga|enciende|prende|sube|baja|abre|cierra|lanza|inicia|"
    "para(?! (?:qué|quién|cuándo|cuánto|dónde|un|una|el|la|los|las))|pausa|reanuda|detén|llama|manda|envía|escribe|"
    "recuérdame|recuerda|añade|agrega|quita|borra|elimina|crea|haz(?!me un resumen)|hazme(?! un resumen)|programa|"
    "cancela|reserva|pide|compra|silencia|busca|búscame|enséñame|muestra|muéstrame|comprueba|guarda|olvida|anota|"
    "apunta|graba|lee|léeme|repite|di|canta|cuenta|despiértame|bloquea|reinicia|instala|desinstala|actualiza|"
    "descarga|mueve|copia|imprime|salta|ejecuta|sigue|continúa|cambia|edita|corrige|reescribe|termina|conecta|"
    "desconecta|activa|desactiva|usa|pregunta|responde|habla|ayúdame|vuelve"
)
_COMMAND = {"en": re.compile(rf"^(?:{_COMMANDS_EN}) "), "es": re.compile(rf"^(?:{_COMMANDS_ES}) ")}
_CREATIVE = _any(
    r"jokes?|poems?|haikus?|limericks?|riddles?|stor(?:y|ies)|songs?|lyrics|raps?|write|compose|draft|generate|"
    r"invent|imagine",
    r"brainstorm|suggest(?:ions?)?|recommend(?:ations?)?|ideas?|random|surprise|pick|choose|roll|flip|guess|"
    r"names? for|improve",
    r"chistes?|poemas?|adivinanzas?|cuentos?|historia sobre|canciones|canción|redacta|escríbeme|compón|genera|"
    r"inventa|imagina",
    r"sugiere\w*|sugerencias?|recomi[eé]nda\w*|recomendaci\w+|ideas|aleatori[oa]s?|al azar|sorpr[eé]nde\w*|elige|"
    r"escoge|adivina",
)
_REQUEST = re.compile(
    r"^(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|explain to|show|teach|give) me|(?:tell|"
    r"explain to|show|give|teach) me|explain|(?:can|could|would|will) you (?:please |"
    r"kindly )?(?=(?:explain|describe|define|translate|calculate|summari[sz]e|convert|compare|solve|list|name|"
    r"give) )|i (?:just )?(?:want|need|would like) to (?:know|learn|understand)|i'd (?:like|love) to (?:know|learn|"
    r"understand)|i (?:am|was) (?:just )?(?:wondering|curious)|i wonder|do you (?:happen to )?know|let me know|"
    r"help me understand|any idea|do you have any idea|does anyone know|(?:me )?(?:puedes|podrías|puede|"
    r"podría) (?:decir|explicar|contar|indicar)(?:me)?|dime|dígame|cuéntame|explícame|(?:puedes|podrías|puede|"
    r"podría) (?=(?:resumir|definir|traducir|calcular|convertir|comparar|resolver|describir)(?:me)? )|me (?:dices|"
    r"explicas|cuentas|dirías)|me gustaría (?:saber|conocer|entender)|sabes|sabrías decirme|(?:quiero|quisiera|"
    r"necesito|querría) (?:saber|conocer|entender)|tienes idea de|me pregunto)(?: |(?<= ))"
)
_TRANSLATING = re.compile(
    r"^(?:how (?:do|can|would|to) .*say|how to say|translate|what is the \w+ (?:word|translation|term) (?:for|of)|"
    r"define|what does(?= .+ mean$)|how is .+ said|how (?:do|can|would) .+ (?:spell|pronounce)|"
    r"what is the (?:meaning|definition|translation) of|cómo (?:se dice|digo|puedo decir|se escribe|se pronuncia)|"
    r"traduce|tradúceme|define|qué significa|qué quiere decir|cuál es la traducción|cuál es el significado|"
    r"cuál es la definición) "
)
"""Asking about words, of which none is anybody's."""

_HOW_TO = re.compile(
    r"(?<!\w)how (?:do|can|would) (?:i|we|you) (?!feel|know|work|think|like|see|sleep|learn|look|do\b|want|answer|"
    r"get\b)(?=\w+ \w)|(?<!\w)cómo (?:puedo|podemos|hago|hacemos) (?=\w+ \w)"
)
_PERSONAL = {
    "en": _any(
        r"i|me|my|mine|myself|we|us|our|ours|ourselves|i'm|i'd|you|your|yours|yourself|jarvis",
    ),
    "es": _any(
        r"yo|mi|mí|mis|mí[oa]s?|me|conmigo|nos|nosotr[oa]s|nuestr[oa]s?|soy|estoy|tengo|quiero|debo|necesito|puedo|"
        r"hago|voy",
        r"debería|deberíamos|he|hemos|sé|siento|vivo|tenemos|estamos|somos|podemos|jarvis",
        r"tú|tu|tus|te|ti|tuy[oa]s?|contigo|eres|estás|tienes|puedes|sabes|quieres|piensas|opinas|crees|haces|usted|"
        r"prefieres",
    ),
}
_POINTING = {
    "en": _any(
        r"it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|such|the same|another|"
        r"others?",
        r"former|latter|above|again|instead|else|then|there|also|too|either|tell me more|more about",
    ),
    "es": _any(
        r"eso|esto|aquello|es[ae]s?|est[ae]s?|aquel\w*|él|ell[oa]s?|ella|su|sus|suy[oa]s?|lo|le|les|otr[oa]s?|"
        r"mism[oa]s?|allí|ahí",
        r"anterior\w*|también|tampoco|entonces|además|otra vez|de nuevo|más sobre|cuéntame más|dime más",
    ),
}
_HARMLESS_POINTING = {
    "en": re.compile(
        r"(?<!\w)(?:is it true that|how long does it take|how much time does it take|how long it takes|"
        r"how far is it from|is it possible to|\w+ that (?=(?:is|are|was|were|has|have|had|can|the|a|live|lives)\b)|"
        r"if (?:it takes|there (?:is|are))|there (?=in |are |is |on )|(?:is|are|was|were) there|there (?:is|are)|"
        r"so that)(?!\w)"
    ),
    "es": re.compile(r"(?<!\w)(?:lo que|esto es|lo (?=más|menos|mejor|peor)|es decir)(?!\w)"),
}
_POINTED_AT = re.compile(
    r"^what does (?:it|this|that|he|she|they)\b|^(?:translate|define|traduce|qué significa|qué quiere decir) (?:it|"
    r"this|that|them|my|the (?:text|document|page|message|email|file|above|last)|eso|esto|esta?|est[ae] \w+|"
    r"el (?:texto|documento|mensaje|correo|archivo)|mi|mis)(?: |$)"
)
_CONTINUES = re.compile(
    r"^(?:and|but|or|then|what about|how about|y|pero|o|qué tal|y si)(?= |$)|"
    r"^(?:why|how|when|where|who|what|really|are you sure|explain|continue|go on|more|por qué|cómo|cuándo|dónde|"
    r"quién|qué|seguro|en serio|sigue|continúa|más|explica|explícate)(?: not| no| so)?$"
)
_NAMED = re.compile(r"(?<=[^\s¿¡.]\s)[A-ZÁÉÍÓÚÑ][\w'-]+|\d")
_DEFINING = re.compile(
    r"^(?:what (?:is|are) (?:a )?[\w-]+(?: [\w-]+)?|qué (?:es|son) (?:un |una |los |las |la |el )?[\w-]+(?: [\w-]+)?)$"
)


_REFUSES = re.compile(
    r"(?:i'm|i am) (?:very |really |so )?(?:sorry|afraid|unable|not able)|"
    r"i (?:can't|cannot|can not|could not|couldn't|won't) |i (?:don't|do not) (?:know|have|understand)|as an ai|"
    r"as a language model|i'm just an|could you (?:please )?(?:clarify|specify|provide)|"
    r"can you (?:please )?(?:clarify|specify|provide)|please (?:clarify|specify|provide)|not sure what|lo siento|"
    r"lo lamento|me temo|no puedo|no me es posible|no sé|no lo sé|no tengo|no dispongo|no entiendo|"
    r"como (?:una )?(?:ia|inteligencia artificial)|como modelo de lenguaje|"
    r"(?:podrías|puedes|por favor,?) (?:aclarar|especificar|indicar|proporcionar|aclara|especifica|indica|"
    r"proporciona)|necesito más (?:información|contexto)"
)
_DATED = re.compile(
    r"real[- ]time|knowledge cutoff|my last update|last updated|as of (?:my|today|now|\d{4}|january|february|march|"
    r"april|may|june|july|august|september|october|november|december)|tiempo real|fecha de corte|"
    r"mi última actualización|a día de hoy|hasta la fecha de hoy|a fecha de"
)


def cacheable(
    text: str,
    *,
    language: Language,
    door: Door = "chat",
    assessment: Assessment | None = None,
    follows: bool = False,
    images: int = 0,
    private: bool = False,
) -> ReuseRefusal | None:
    """Return why an answer to `text` is neither looked up nor kept; None when it may be.

    `follows` means that the conversation has turns before it: then only what surely stands on its own passes.
    `private` means that personal data was found in it.
    """
    if images:
        return "picture"
    if door == "api":
        return "door"
    if len(text) > LONGEST_QUESTION:
        return "long"
    normal = normalised(text, language)
    if not any(character.isalpha() for character in normal) and not any(c.isdigit() for c in normal):
        return "empty"
    return (
        _assessed(assessment)
        or ("private" if private else None)
        or ("injection" if _INJECTION.search(text.casefold()) else None)
        or ("private" if _PRIVATE.search(text.casefold()) else None)
        or _by_words(normal.casefold(), language)
        or (_followed(text, normal) if follows else None)
    )


def keepable(
    answer: str,
    *,
    finish_reason: str = "stop",
    tools_used: bool = False,
    recalled: bool = False,
    redacted: bool = False,
    hops: int = 0,
    follows: bool = False,
) -> ReuseRefusal | None:
    """Return why `answer` is not kept; None when it may be.

    `recalled` means that something remembered went into it, `redacted` that personal data was replaced on the way,
    `hops` how many engines had failed before it (their text may stand in front of it), `follows` that it was written
    with earlier turns in view, which may colour it ("as I said").
    """
    text = answer.strip()
    if not text:
        return "empty"
    if finish_reason != "stop" or hops:
        return "cut"
    if follows:
        return "follow_up"
    if tools_used:
        return "tools"
    if recalled:
        return "memory"
    if redacted:
        return "private"
    if len(text) > LONGEST_ANSWER:
        return "long"
    opening = text[:400].casefold().replace("’", "'")
    if _REFUSES.search(opening):
        return "refused"
    return "fresh" if _DATED.search(text.casefold().replace("’", "'")) else None


_DOMAINS: dict[Domain, ReuseRefusal] = {
    "personal": "personal",
    "vision": "picture",
    "long_context": "long",
    "writing": "creative",
}


def _assessed(assessment: Assessment | None) -> ReuseRefusal | None:
    if assessment is None:
        return None
    if "fresh_information" in assessment.needs:
        return "fresh"
    if "tools" in assessment.needs:
        return "tools"
    if "vision" in assessment.needs:
        return "picture"
    if "long_context" in assessment.needs:
        return "long"
    if assessment.domains.get(assessment.domain, 0.0) < SURE:
        return None
    return _DOMAINS.get(assessment.domain)


def _by_words(normal: str, language: Language) -> ReuseRefusal | None:
    bare = _without_request(normal)
    if _SECRETS.search(bare):
        return "private"
    if _COMMAND[language].match(bare):
        return "command"
    if _CREATIVE.search(bare):
        return "creative"
    if _TRANSLATING.match(bare):
        return "follow_up" if _POINTED_AT.search(bare) else None
    if _TIME.search(bare):
        return "time"
    if _FRESH.search(bare) or _CHANGING.search(bare):
        return "fresh"
    if _SMALL_TALK.match(bare) or _STATE.search(bare) or _PERSONAL[language].search(_HOW_TO.sub("", bare)):
        return "personal"
    if _CONTINUES.match(bare) or _POINTING[language].search(_HARMLESS_POINTING[language].sub("", bare)):
        return "follow_up"
    return None


def _without_request(normal: str) -> str:
    """Take away "can you tell me" and the like, whose "you" and "me" are nobody's state."""
    while True:
        shorter = _REQUEST.sub("", normal, count=1).strip()
        if not shorter or shorter == normal:
            return normal
        normal = shorter


def _followed(text: str, normal: str) -> ReuseRefusal | None:
    # "What is the best framework?" means another thing in every conversation.
    alone = _NAMED.search(text) or _DEFINING.match(_without_request(normal).casefold())
    return None if alone else "follow_up"
