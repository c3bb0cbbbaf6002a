"""What the words around a number say that it is: a telephone, a document, an order, a sum, a quantity.

Works on folded text (`folding`), so the words stand here without accents. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.guard import FindingKind

BEFORE = 48
"""How many characters before a number are read for a word that tells what it is: half a spoken sentence."""
AFTER = 32

Leaning = Literal["personal", "other", "open"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """Something personal in a folded text; `end` exclusive."""

    kind: FindingKind
    start: int
    end: int


Hits = Iterator[Hit]


def words(alternatives: str) -> re.Pattern[str]:
    """Return a pattern of whole words; `alternatives` is regular and without capitals."""
    return re.compile(rf"(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])")


PHONE = words(
    r"call(?:s|ed|ing)?(?: me| us| him| her| them)?|phone(?:s|d)?|telephone|tel|tlf|tfno|tfn|mobile|mob|cell|cellphone"
    r"|landline|whats ?app|wasap|guasap|sms|texts?|dial|ring|reach|contact|fax|my number|his number"
    r"|her number|their number|your number"
    r"|llam(?!a-\w|a\.cpp|a [1-4](?:\.\d)?(?!\d))[a-z]{1,8}|marca|marcar|marcame|telefonos?|telefonea|movil|moviles"
    r"|celular|fijo|contacto|contacta[a-z]{0,12}|escribe(?:me|le|les)|bizum|mi numero|su numero|tu numero"
    r"|localiza[a-z]{0,12}|hablar con|telegram|signal|wa\.me"
    r"|(?:numero|telefono) de [a-z]{2,15} ?(?=:)|[a-z]{2,15}'s number"
)
DNI = words(
    r"d\.?n\.?i\.?(?:/nif)?|n\.?i\.?f\.?|n\.?i\.?e\.?|documento(?: nacional)?(?: de identidad)?"
    r"|identity (?:card|document)|national id|id card|id number|identidad|carnet|carne|identificacion"
    r"|(?:tarjeta de )?residencia"
)
TAX = words(r"c\.?i\.?f\.?|n\.?i\.?f\.?|vat(?: number)?|tax (?:id|number)|identificacion fiscal|empresa|company")
PASSPORT = words(
    r"passports?|pasaportes?|travel doc(?:ument)?|doc(?:umento|\.)? de viaje|passport_?(?:no|number|num|id)"
)
SSN = words(r"ssn|s\.s\.n\.?|social security(?: number)?|social|seguro social|seguridad social|itin|taxpayer")
CARD = words(
    r"(?:credit|debit|bank|prepaid)? ?cards?|visa|master ?card|amex|american express|maestro|discover"
    r"|tarjetas?(?: de credito| de debito)?|pan|cvv|cvc|charge|cobra"
)
BARCODE = words(r"isbn|issn|ean|upc|gtin|sku|barcode|codigo de barras|imei|serial(?: number)?|numero de serie|tracking")
IBAN = words(r"ibans?|bank accounts?|account(?: number)?|cuentas?(?: bancarias?)?|transfer(?:encia)?|ccc")
IP = words(r"ips?|i\.p\.?|ip address(?:es)?|direccion(?:es)? ip|servers?|servidor(?:es)?|host|router|ssh|ping")
VERSION = words(
    r"versions?|v|ver|release|build|firmware|driver|drivers|kernel|python|update|actualiza[a-z]{0,12}|actualizacion"
    r"|chapter|section|capitulo|seccion|apartado|articulo|parrafo|paragraph|changed|cambio|differences?|diferencias?"
    r"|clause|clausula|epigrafe|step|paso|upgrad[a-z]{1,3}|downgrad[a-z]{1,3}|bios|uefi|figure|figura|tables?|tabla"
    r"|tag|patch"
    r"|parche|rev(?:ision)?|assembly|package|paquete|sdk|app|apartados?|annex|anexo|"
    r"exercise|ejercicio|theorem|teorema"
)
OTHER = words(
    r"orders?|pedidos?|invoices?|facturas?|tracking|seguimiento|tickets?|references?|referencias?|ref"
    r"|case (?:number|no)|expedientes?|bookings?|reservas?|localizador|serial|serie|isbn|issn|ean|sku|asin|doi"
    r"|imei|upc|gtin|barcode"
    r"|codigo de barras|product(?:o|s)?|articulo|model|modelo|pieza|version|timers?|temporizador(?:es)?"
    r"|countdown|cuenta atras|population|poblacion|parcel|package|paquete|envio|shipment|issue|incidencia|bug"
    r"|divide[a-z]{0,12}|dividi[a-z]{0,12}|multipl[a-z]{1,12}|sum|suma[a-z]{0,12}|subtract|resta[a-z]{0,12}"
    r"|squared?|root|raiz|cubed?|cubo|sequence|secuencia|factor(?:s|es|ial|i[sz][a-z]{1,3})?|primes?"
    r"|(?<!mi )(?<!tu )(?<!su )(?<!un )(?<!el )primo|round|redondea|average|promedio"
    r"|media de|calculat[a-z]{1,12}|compute|calcula[a-z]{0,12}|convert[a-z]{0,12}|convierte|percent|por ciento"
    r"|binary|binario|hexadecimal|hex|logaritmo|modulo|mod|digits?|cifras?|digitos?|numbers between|entre los numeros"
    r"|timestamp|epoch|unix|seed|semilla|decimals?|decimales|pages?|paginas?|how much is|cuanto es|cuanto son"
    r"|coordenadas|coordinates?|latitude?|longitude?|latitud|longitud|score|puntuacion|random number|numero aleatorio"
    r"|gcd|lcm|mcd|mcm|divisible|constante?|lottery|loteria|fibonacci|flight|vuelo|pronounce|pronuncia|spell"
    r"|cuenta hasta|count to|instante|items?|votes?|votos|visitas|views|lotes?|batch|catalog(?:o|ue)?|part (?:number"
    r"|no)"
    r"|record|registro|fila|row|habitantes|inhabitants|ventas|sales|bytes|id de (?:usuario|pedido|producto)|user id"
)
"""What numbers are that belong to nobody."""
_OTHER_BEFORE = 28
"""Such a word counts when it is this near: "my order number is 612…", "the square root of 612…"."""
_UNIT = re.compile(
    r"\s{0,2}(?:[%€$£¥*^=×÷+]|[<>]=?\s?\d|/\s?\d{1,7}(?! ?\d)|(?:x|por|entre|times|plus|minus|mas|menos|mod|divided"
    r"|dividido"
    r"|multiplied|multiplicado|elevado|between)\s{1,2}(?:by |por |entre |a )?-?\d"
    r"|(?:(?:of |de )?(?:milli|nano|micro|mili)?(?:seconds?|segundos?|secs?|segs?|minutes?|minutos?|mins?|hours?|horas?"
    r"|days?|dias?|weeks?|semanas?|months?|mes(?:es)?|years?|anos?)|euros?|eur|dollars?|dolares|usd|pounds?|libras?"
    r"|pesos|yen(?:es)?|bitcoins?|cents?|centimos?|people|persons?|personas|habitantes|inhabitants|citizens|ciudadanos"
    r"|bytes?|bits?|[kmgt]b|[kmgt]ib|km|kilomet(?:er|re|ro)s?|met(?:er|re|ro)s?|m|cm|mm|miles|millas|feet|pies|inches"
    r"|kg|kilos?|grams?|gramos?|g|tons?|toneladas?|lit(?:er|re|ro)s?|l|ml|watts?|vatios?|hz|degrees|grados|times|veces"
    r"|steps|pasos|words|palabras|pages|paginas|points?|puntos?|percent|por ciento|squared|cubed"
    r"|is (?:a )?(?:prime|even|odd)|es (?:primo|par|impar)|in (?:words|binary|hex)"
    r"|en (?:letras|binario|hexadecimal|palabras|romano|numeros romanos)|in roman"
    r"|to the power"
    r"|tokens|parameters|parametros|rows|filas|cells|celulas|atoms|atomos|visits|visitas|views|users|usuarios"
    r"|(?:an? |un )?(?:prime|even|odd|primo|par|impar|number|numero)"
    r"|divisible|copies|copias|votes|votos|stars|estrellas|calories|calorias|million|millones|billion)(?![a-z]))"
)
_SUM_BEFORE = re.compile(
    r"(?:\d\s{0,2}[+*^=×÷]\s{0,2}|(?<!\d)(?<!\d )\d{1,7}\s{0,2}[/-]\s{0,2}|[$€£¥#]\s?"
    r"|(?<=[\da-z])\s?[<>]=?\s?(?<!<)(?<![a-z]>)|[\d)]\s?=\s?|(?<![a-z])[a-z]\s?=\s?|\d in (?:the )?|[%]\s?(?:of|de)\s"
    r"|(?<![a-z])(?:log|ln|sqrt|sin|cos|tan|exp|abs|hash|len|int|sum|max|min|print|range|pow|mod"
    r"|float)[a-z]{0,6}\d{0,2}\(|(?<![a-z])(?:roughly|about|approximately|around|nearly|almost|over|more than"
    r"|less than|aproximadamente|unos|unas|casi|mas de|menos de)\s{1,2}|\^\s?\d{1,4} (?:is|es) "
    r"|\d\s{1,2}(?:x|plus|minus|times|mas|menos|por|entre)\s{1,3})$"
)
_PLURAL = re.compile(r" ([a-z]{2,20}s)(?![\w'])")
_NO_PLURAL = frozenset(
    "is es was as us this has does thus always besides perhaps afterwards yes sms vos nos los las les sus mis tus unos "
    "unas dos tres seis antes despues pues tras menos mas jamas ademas ojos gracias thanks whatsapps details dias "
    "tardes noches buenas works its his hers mondays tuesdays wednesdays thursdays fridays saturdays sundays "
    "lunes martes miercoles jueves viernes podeis puedes quieres tienes eres sabes hazlos llames".split()
)
_NUMBER_SIGN = re.compile(r"\s{0,2}#\s?$")
"""Behind "passport" or "social security" it says "number", elsewhere that something is counted."""
_BREAK = re.compile(r"[,;!?]|\.\s{1,3}(?=[a-z]{3})")
"""Ends what a word says about the numbers after it."""
_OWNED = re.compile(r"\W{0,3}(?:is|es|son|are|to|a) (?:my|mi|mis|his|her|our|your|su|tu|el|the)(?![a-z])")


def leaning(text: str, start: int, end: int, personal: re.Pattern[str]) -> Leaning:
    """Tell what the words around `text[start:end]` make of it.

    "personal" where a word of `personal` is nearer before it than one that names something else, or follows it;
    "other" where it is an order, a reference, a sum or a quantity; else "open".
    """
    before = text[max(0, start - BEFORE) : start].lower()
    after = text[end : end + AFTER].lower().split(". ", 1)[0]
    near, far = _last(personal, before), _last(OTHER, before)
    sign = _NUMBER_SIGN.search(before)
    if counted(text, start, end) and (sign is None or near != sign.start()):
        return "other"
    if far < len(before) - _OTHER_BEFORE or _BREAK.search(before, far):
        far = -1
    if near > far:
        return "personal"
    follows = personal.search(after) is not None
    if far >= 0:
        return "personal" if follows and _OWNED.match(after) else "other"
    return "personal" if follows else "open"


def many(text: str, end: int) -> bool:
    """Tell whether a word in the plural follows, as in "703922133 followers": then it is how many there are."""
    follows = _PLURAL.match(text, end)
    return follows is not None and follows[1] not in _NO_PLURAL


def is_personal(text: str, start: int, end: int, personal: re.Pattern[str]) -> bool:
    """Tell whether `leaning` is "personal", at once where no such word is near."""
    around = (text[max(0, start - BEFORE) : start], text[end : end + AFTER])
    return any(personal.search(side.lower()) for side in around) and leaning(text, start, end, personal) == "personal"


def counted(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is part of a sum, a price or a quantity with its unit."""
    after = text[end : end + AFTER].lower()
    return (
        _UNIT.match(after) is not None or _SUM_BEFORE.search(text[max(0, start - BEFORE) : start].lower()) is not None
    )


def named(text: str, start: int, pattern: re.Pattern[str]) -> bool:
    """Tell whether a word of `pattern` stands shortly before `start`."""
    return _last(pattern, text[max(0, start - BEFORE) : start].lower()) >= 0


def _last(pattern: re.Pattern[str], text: str) -> int:
    found = -1
    for match in pattern.finditer(text):
        found = match.end()
    return found
