"""The words of English and Spanish that speak of time, each with its kind and value. Data, and no more.

All words are folded (no case, no accents, ñ kept). Phrases of several words come first where they begin alike.
"""

from __future__ import annotations

from typing import Final, Literal

from jarvis.contracts.errors import Language

Kind = Literal[
    "month", "weekday", "unit", "number", "year", "feast", "season", "decade", "day", "part", "third", "date",
    "last", "past", "this", "next", "ago", "ahead", "between", "and", "from", "to", "since", "until", "before", "after",
    "link", "word",
]  # fmt: skip
"""What a piece of text is for reading times; "link" joins a date ("of", "de"), "word" is anything else."""

Value = int | float | str

FEW: Final = 0
"""The number in "a few days ago": several, nobody knows how many."""

_EN_MONTHS = "january february march april may june july august september october november december".split()
_ES_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_EN_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ES_DAYS = "lunes martes miercoles jueves viernes sabado domingo".split()
_EN_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_ES_NUMBERS = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte"
).split()
_EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()

_EN: dict[str, tuple[Kind, Value]] = {
    **{name: ("month", i + 1) for i, name in enumerate(_EN_MONTHS)},
    **{name[:3]: ("month", i + 1) for i, name in enumerate(_EN_MONTHS)},
    "sept": ("month", 9),
    **{name: ("weekday", i) for i, name in enumerate(_EN_DAYS)},
    **{name: ("number", i + 1) for i, name in enumerate(_EN_NUMBERS)},
    **{name: ("number", i + 1) for i, name in enumerate(_EN_ORDINALS)},
    "a": ("number", 1),
    "an": ("number", 1),
    "a couple of": ("number", 2),
    "a couple": ("number", 2),
    "couple of": ("number", 2),
    "a few": ("number", FEW),
    "few": ("number", FEW),
    "several": ("number", FEW),
    "some": ("number", FEW),
    "day": ("unit", "day"),
    "days": ("unit", "day"),
    "week": ("unit", "week"),
    "weeks": ("unit", "week"),
    "weekend": ("unit", "weekend"),
    "weekends": ("unit", "weekend"),
    "month": ("unit", "month"),
    "months": ("unit", "month"),
    "year": ("unit", "year"),
    "years": ("unit", "year"),
    "spring": ("season", 3),
    "springtime": ("season", 3),
    "summer": ("season", 6),
    "summertime": ("season", 6),
    "autumn": ("season", 9),
    "fall": ("season", 9),
    "winter": ("season", 12),
    "wintertime": ("season", 12),
    "today": ("day", 0),
    "tonight": ("day", 0),
    "yesterday": ("day", -1),
    "the day before yesterday": ("day", -2),
    "day before yesterday": ("day", -2),
    "tomorrow": ("day", 1),
    "the day after tomorrow": ("day", 2),
    "day after tomorrow": ("day", 2),
    "last night": ("day", -1),
    "the night before last": ("day", -2),
    "morning": ("part", 0),
    "afternoon": ("part", 0),
    "evening": ("part", 0),
    "night": ("part", 0),
    "last": ("last", 0),
    "previous": ("last", 0),
    "past": ("past", 0),
    "the last": ("last", 0),
    "this": ("this", 0),
    "this past": ("last", 0),
    "next": ("next", 0),
    "coming": ("next", 0),
    "this coming": ("next", 0),
    "upcoming": ("next", 0),
    "ago": ("ago", 0),
    "back": ("ago", 0),
    "early": ("third", 0),
    "the beginning of": ("third", 0),
    "the start of": ("third", 0),
    "mid": ("third", 1),
    "the middle of": ("third", 1),
    "late": ("third", 2),
    "the end of": ("third", 2),
    "between": ("between", 0),
    "and": ("and", 0),
    "from": ("from", 0),
    "to": ("to", 0),
    "through": ("to", 0),
    "till": ("until", 0),
    "until": ("until", 0),
    "up to": ("until", 0),
    "since": ("since", 0),
    "ever since": ("since", 0),
    "starting in": ("since", 0),
    "starting from": ("since", 0),
    "before": ("before", 0),
    "prior to": ("before", 0),
    "after": ("after", 0),
    "of": ("link", 0),
    "the": ("link", 0),
    "christmas day": ("feast", "12-25"),
    "christmas eve": ("feast", "12-24"),
    "christmas": ("feast", "christmas"),
    "christmastime": ("feast", "christmas"),
    "xmas": ("feast", "christmas"),
    "the holidays": ("feast", "christmas"),
    "boxing day": ("feast", "12-26"),
    "new year s eve": ("feast", "12-31"),
    "new years eve": ("feast", "12-31"),
    "new year s day": ("feast", "01-01"),
    "new year s": ("feast", "new year"),
    "new years": ("feast", "new year"),
    "halloween": ("feast", "10-31"),
    "valentine s day": ("feast", "02-14"),
    "valentines day": ("feast", "02-14"),
    "valentine s": ("feast", "02-14"),
    "independence day": ("feast", "07-04"),
    "st patrick s day": ("feast", "03-17"),
    "thanksgiving": ("feast", "thanksgiving"),
    "easter sunday": ("feast", "easter sunday"),
    "easter": ("feast", "easter"),
    "holy week": ("feast", "easter"),
    "good friday": ("feast", "good friday"),
    "the nineties": ("decade", 1990),
    "the eighties": ("decade", 1980),
    "the seventies": ("decade", 1970),
    "the sixties": ("decade", 1960),
}

_ES: dict[str, tuple[Kind, Value]] = {
    **{name: ("month", i + 1) for i, name in enumerate(_ES_MONTHS)},
    "setiembre": ("month", 9),
    **{name: ("weekday", i) for i, name in enumerate(_ES_DAYS)},
    **{name: ("number", i + 1) for i, name in enumerate(_ES_NUMBERS)},
    "un": ("number", 1),
    "una": ("number", 1),
    "primero": ("number", 1),
    "primer": ("number", 1),
    "primera": ("number", 1),
    "segundo": ("number", 2),
    "segunda": ("number", 2),
    "tercer": ("number", 3),
    "tercera": ("number", 3),
    "veintiuno": ("number", 21),
    "veintidos": ("number", 22),
    "veintitres": ("number", 23),
    "veinticuatro": ("number", 24),
    "veinticinco": ("number", 25),
    "treinta": ("number", 30),
    "un par de": ("number", 2),
    "unos": ("number", FEW),
    "unas": ("number", FEW),
    "unos cuantos": ("number", FEW),
    "unas cuantas": ("number", FEW),
    "algunos": ("number", FEW),
    "algunas": ("number", FEW),
    "varios": ("number", FEW),
    "varias": ("number", FEW),
    "dia": ("unit", "day"),
    "dias": ("unit", "day"),
    "semana": ("unit", "week"),
    "semanas": ("unit", "week"),
    "fin de semana": ("unit", "weekend"),
    "fines de semana": ("unit", "weekend"),
    "finde": ("unit", "weekend"),
    "mes": ("unit", "month"),
    "meses": ("unit", "month"),
    "año": ("unit", "year"),
    "años": ("unit", "year"),
    "quincena": ("unit", "fortnight"),
    "primavera": ("season", 3),
    "verano": ("season", 6),
    "otoño": ("season", 9),
    "invierno": ("season", 12),
    "hoy": ("day", 0),
    "ayer": ("day", -1),
    "anoche": ("day", -1),
    "anteayer": ("day", -2),
    "antier": ("day", -2),
    "anteanoche": ("day", -2),
    "antes de ayer": ("day", -2),
    "mañana": ("day", 1),
    "pasado mañana": ("day", 2),
    "esta mañana": ("day", 0),
    "esta tarde": ("day", 0),
    "esta noche": ("day", 0),
    # Parts of a day, which are no tomorrow.
    "por la mañana": ("word", 0),
    "de la mañana": ("word", 0),
    "en la mañana": ("word", 0),
    "a la mañana": ("word", 0),
    "la mañana": ("word", 0),
    "una mañana": ("word", 0),
    "cada mañana": ("word", 0),
    "tarde": ("part", 0),
    "noche": ("part", 0),
    "pasado": ("last", 0),
    "pasada": ("last", 0),
    "pasados": ("last", 0),
    "pasadas": ("last", 0),
    "ultimo": ("past", 0),
    "ultima": ("past", 0),
    "ultimos": ("past", 0),
    "ultimas": ("past", 0),
    "este": ("this", 0),
    "esta": ("this", 0),
    "estos": ("this", 0),
    "estas": ("this", 0),
    "proximo": ("next", 0),
    "proxima": ("next", 0),
    "proximos": ("next", 0),
    "proximas": ("next", 0),
    "que viene": ("next", 0),
    "que vienen": ("next", 0),
    "hace": ("ago", 0),
    "hara": ("ago", 0),
    "dentro de": ("ahead", 0),
    "principios de": ("third", 0),
    "principio de": ("third", 0),
    "comienzos de": ("third", 0),
    "inicios de": ("third", 0),
    "mediados de": ("third", 1),
    "finales de": ("third", 2),
    "final de": ("third", 2),
    "fines de": ("third", 2),
    "principios del": ("third", 0),
    "mediados del": ("third", 1),
    "finales del": ("third", 2),
    "entre": ("between", 0),
    "y": ("and", 0),
    "desde": ("since", 0),
    "desde hace": ("past", 0),
    "a partir de": ("since", 0),
    "a partir del": ("since", 0),
    "hasta": ("until", 0),
    "antes de": ("before", 0),
    "antes del": ("before", 0),
    "despues de": ("after", 0),
    "despues del": ("after", 0),
    "tras": ("after", 0),
    "de": ("link", 0),
    "del": ("link", 0),
    "el": ("link", 0),
    "la": ("link", 0),
    "los": ("link", 0),
    "las": ("link", 0),
    "a": ("to", 0),
    "al": ("to", 0),
    "navidad": ("feast", "christmas"),
    "navidades": ("feast", "christmas"),
    "dia de navidad": ("feast", "12-25"),
    "nochebuena": ("feast", "12-24"),
    "nochevieja": ("feast", "12-31"),
    "fin de año": ("feast", "new year"),
    "año nuevo": ("feast", "new year"),
    "reyes": ("feast", "01-06"),
    "dia de reyes": ("feast", "01-06"),
    "los reyes magos": ("feast", "01-06"),
    "semana santa": ("feast", "easter"),
    "pascua": ("feast", "easter"),
    "viernes santo": ("feast", "good friday"),
    "domingo de resurreccion": ("feast", "easter sunday"),
    "halloween": ("feast", "10-31"),
    "todos los santos": ("feast", "11-01"),
    "dia de muertos": ("feast", "11-02"),
    "san valentin": ("feast", "02-14"),
    "san juan": ("feast", "06-24"),
    "san jose": ("feast", "03-19"),
    "accion de gracias": ("feast", "thanksgiving"),
    **{f"los {kind}{ten}": ("decade", 1900 + ten) for kind in ("", "años ") for ten in (60, 70, 80, 90)},
    "los años noventa": ("decade", 1990),
    "los noventa": ("decade", 1990),
    "los años ochenta": ("decade", 1980),
    "los ochenta": ("decade", 1980),
    "los años setenta": ("decade", 1970),
    "los años sesenta": ("decade", 1960),
}

TIME_WORDS: Final[dict[Language, dict[str, tuple[Kind, Value]]]] = {"en": _EN, "es": _ES}

LONGEST_PHRASE: Final = 4
"""Words in the longest phrase above."""

AT: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset("in on during of since until till by from to between and before after around over at at".split()),
    "es": frozenset("en el la los las de del al desde hasta entre y para durante por a antes tras sobre hacia".split()),
}
"""Words before which a bare month, feast or year is a time, not a name or an amount."""

FUTURE: Final[dict[Language, str]] = {
    "en": r"\b(?:will|ll|shall|gonna|going to|plan(?:ning)? to|about to|next|upcoming|tomorrow|coming up"
    r"|hop(?:e|ing) to|looking forward|can t wait)\b",
    "es": r"\b(?:v(?:oy|as|a|amos|ais|an) a|que vienen?|próxim[oa]s?|dentro de|pienso|pensamos|planeo|planeamos"
    r"|ganas de|espero|esperamos|\w+[aei](?:ré|rás|rá|remos|réis|rán))\b",
}
"""What tells that a text looks ahead, so that a weekday or month in it is the next one. Accents are kept."""

SAYING: Final[dict[Language, str]] = {
    "en": r"\b(?:did|have|had) (?:i|we|you) (?:ever )?(?:say|said|tell|told|talk|talked|discuss|discussed|mention"
    r"|mentioned|ask|asked|chat|chatted|speak|spoken)\b"
    r"|\b(?:i|we|you) (?:said|told|talked|discussed|mentioned|asked|spoke|chatted)\b",
    "es": r"\b(?:dije|dijiste|dijimos|conté|contaste|hablamos|hablé|hablaste|comenté|comentaste|comentamos|mencioné"
    r"|mencionaste|mencionamos|pregunté|preguntaste|charlamos|conversamos)\b",
}
"""What tells that a question is about when something was said to Jarvis or by it. Accents are kept."""
