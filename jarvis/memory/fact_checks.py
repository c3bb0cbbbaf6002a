"""Tells whether a value can be one: a trade rather than praise, something to like rather than a remark. Pure."""

from __future__ import annotations

import re

from jarvis.memory.fact_text import key, plain
from jarvis.memory.fact_values import NOT_NAMES, good_trade

TASTELESS = re.compile(
    r"^(?:it|its|this|that|these|those|you|your|yours|him|her|them|me|us|how|what|when|where|why"
    r"|who|which|to (?:say|think"
    r"|know|be|see|hear|admit|break|bother|do|have|go|tell)|the (?!beach|sea|mountains?|cold|heat|rain|summer|winter"
    r"|spring|autumn|snow|sun|countryside|cinema|theatre|city|sound of|smell of|taste of|(?-i:[A-Z]))"
    r"|so|very|a lot|much"
    r"|everything|nothing|both|all|any|some|one|another|being|having|too|here|there|going|an?"
    r"|est[aeo]s?|es[aeo]s?|aquel\w*|tu|tus|lo|que|como|cuando|donde|quien|ell[ao]s?|el que|la que|las que|los que"
    r"|nada|mucho|muchisimo|todo|todos|todas|poco|algo|asi|mas|bastante|demasiado|tanto|las dos|los dos|ambos"
    r"|mi (?:idea|propuesta)|su|sus|cuanto|otr[oa]s?|algun\w*|cualquier\w*|decir|tener que|ser|pensar|verte|oirte)\b"
    r"|\b(?:ones?|idea|ideas|answers?|jokes?|way|part|version|option|options|suggestion|plan|style|question|tone|voice"
    r"|result|this|that|these|those|your|you|when|because|but|than|more|if|so much|too much|better|anymore|any more"
    r"|respuestas?|opcion|opciones|forma|manera|propuesta|plan|pregunta|tono|resultado|primer[oa]|segund[oa]|ultim[oa]"
    r"|version|parte|pero|porque|cuando|si|mas|tanto|mejor|este|esta|ese|esa|tu|tus|asi|hoy|today|contigo|conmigo|every|life|vida|up|down"
    r"|tonight|right now)\b|\bit$|\w[aei]r(?:lo|la|los|las|te|me|se)$",
    re.IGNORECASE,
)


_FREE_TAIL = re.compile(
    r"\b(?:because|but|so|when|if|which|that|porque|pero|cuando|si|aunque|que|and (?:i|my|he|she))\b", re.I
)


_TIME_ONLY = re.compile(
    r"^(?:in|on|at|by|en)\s+(?:the\s+|el\s+|la\s+)?(?:\d{1,2}(?::\d\d)?(?:\s?[ap]m)?|(?:19|20)\d\d"
    r"|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|morning|afternoon|evening|night|time|charge|love|trouble|fact|way|mind|case|order|danger|fire|sale"
    r"|strike|hold|risk|use|paz|venta|juego|peligro|orden|general|serio|marcha|huelga|camino|duda|mal estado"
    r"|buen estado|uso|carga|silencio|modo|reparacion|enero|febrero|marzo|abril|mayo|junio|julio"
    r"|agosto|septiembre|octubre|noviembre|diciembre|my way)\b"
    r"|^(?:por|by)\s",
    re.IGNORECASE,
)


_NO_TRADE = re.compile(
    r"^(?:noche|dia|momento|el que|la que|tardes?|mañanas?|lunes|pie|verdad|sol|lo|siempre|voluntad"
    r"|casa|media|todo|much\w*|ahora)\b"
    r"|\b(?:team|slave|dog|matter|group|joke|favour|favor|beast|horse|always|usual|mula|burr[oa]"
    r"|anim\w+|loc[oa]|esclav[oa]"
    r"|besti\w+|condenad[oa]|corazon|heart|ratos|chin[oa]|negr[oa]|perr[oa]|equipo)\b"
)


_BODY_OR_MIND = re.compile(
    r"\b(?:head|heart|mind|soul|hands?|cabeza|corazon|mente|alma|clouds|nubes|past|pasado|hurry|middle"
    r"|capitals?|way|details?|play|pages?|pocket|amazon|ebay|english|spanish|french|german|ingles"
    r"|español|frances|aleman|paginas?|mayusculas|manos?|camino|bolsillo)\b",
    re.I,
)


def checked_value(kind: str, value: str, condition: str = "") -> str:
    """Return a relation's value as it is kept; empty where it cannot be one."""
    if condition == "passing":
        value = re.sub(r"'s$", "", value)
        if len(value.split()) > _MOST_IN_PASSING or set(key(value).split()) & _NOBODY_IN_PASSING:
            return ""
    bare = key(value)
    if not bare or len(bare.split()) > _MOST_WORDS.get(kind, 20):
        return ""
    if kind in {"name", "called"} and (set(bare.split()) & NOT_NAMES or bare in _FROM_FILMS):
        return ""
    if kind == "name" and ((condition and len(bare.split()) > 3) or re.fullmatch(r"[A-Z]{2,5}", value)):
        return ""
    if kind in _REFUSED and _REFUSED[kind].search(plain(value)):
        return ""
    if kind == "job" and not good_trade(bare):
        return ""
    if kind == "age" and not re.search(r"\d", bare) and not _spelled_number(bare):
        return ""
    return value


_MOST_IN_PASSING = 2
_NOBODY_IN_PASSING = frozenset(
    """dad mum mom daddy mummy papa mama grandma grandpa christmas easter halloween ramadan january february march july
    september october november december google netflix facebook instagram amazon whatsapp alexa siri youtube twitter
    spotify lego ikea navidad nochebuena pascua carnaval reyes enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre españa""".split()
)
"""Whom "my sister X has ..." does not name: there, "X" often is what she has or does."""
_MOST_WORDS = {"likes": 6, "dislikes": 6, "favourite": 7, "allergy": 7}
_FROM_FILMS = frozenset(
    {"inigo montoya", "groot", "legion", "slim shady", "bond", "neo", "darth vader", "luke skywalker"}
)
_NO_PLACE = re.compile(
    r"^(?:the |las? |los |el )?(?:i|my|mi|god|monday|fear|hope|sin|peace|night|day|money|home|plan"
    r"|phase|chapter|windows"
    r"|gmail|outlook|android|linux|chrome|denial|poverty|heaven|hell|narnia|limbo|wonderland"
    r"|weekend|internet|cloud|past|future|ciencias|letras|pecado|babia|nubes?|negro|blanco|noche|paz|miedo|fase"
    r"|capitulo|nada|serio|casa|la luna|cielo|infierno|pasado|futuro)\b",
    re.IGNORECASE,
)
_REFUSED = {
    "likes": TASTELESS,
    "dislikes": TASTELESS,
    "favourite": re.compile(
        rf"{_FREE_TAIL.pattern}|^(?:whatever|what|the one|that|this|it|none|any\w*|nothing|something"
        r"|a secret|un secreto|lo"
        r"|el que|la que|los que|las que|ningun\w*|cualquier\w*|nada|est[aeo]|es[aeo]|tu|tus|your|not|no)\b",
        re.IGNORECASE,
    ),
    "allergy": re.compile(
        rf"{_FREE_TAIL.pattern}|\b(?:or something|o algo|it|this|that|es[oa]s?|est[oa]s?|yours?|tus?|mornings?|you|work"
        r"|working|mondays?|bullshit|nonsense|stupid\w*|people|a ti|trabajo|lunes|gente|tonterias|madrugar)\b",
        re.IGNORECASE,
    ),
    "job": _NO_TRADE,
    "home": _NO_PLACE,
    "birthplace": _NO_PLACE,
    "from": _NO_PLACE,
    "work": _NO_PLACE,
    "school": _NO_PLACE,
}


def _spelled_number(words: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -]?(?:one|two|three|four"
            r"|five|six|seven|eight"
            r"|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
            r"|(?:treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?: y (?:un|uno|dos|tres|cuatro|cinco|seis"
            r"|siete|ocho|nueve))?|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince"
            r"|dieci\w+|veint\w+",
            words,
        )
    )


def cannot_be_place(value: str) -> bool:
    """Tell whether "in ..." is a time or a state of mind rather than a place."""
    bare = plain(value)
    long = len(value.split()) > 12
    return bool(long or _TIME_ONLY.search(bare) or _BODY_OR_MIND.search(bare) or _FREE_TAIL.search(bare))
