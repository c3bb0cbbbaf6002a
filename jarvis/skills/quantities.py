"""Amounts with units as people write or say them: "5 feet", "cien grados Fahrenheit", "a mile".

Knows the names of units and their kinds; how they convert is `pint`'s business, in `units`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key
from jarvis.skills.numerals import number_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """An amount of `unit`, which is pint's name of it."""

    amount: float
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitName:
    """How one unit is written: singular and plural in both languages, and other spellings, folded."""

    unit: str
    en: tuple[str, str]
    es: tuple[str, str]
    also: tuple[str, ...] = ()


def _u(unit: str, en: str, es: str, also: str = "") -> UnitName:
    """Read one row of the table: "singular|plural", and other spellings parted by commas."""
    english, spanish = (tuple(names.split("|")) for names in (en, es))
    return UnitName(
        unit=unit,
        en=(english[0], english[-1]),
        es=(spanish[0], spanish[-1]),
        also=tuple(part.strip() for part in also.split(",") if part.strip()),
    )


DEGREE = "degree"
"""Degrees of a scale that was not named."""

UNITS: tuple[UnitName, ...] = (
    _u("millimeter", "millimeter|millimeters", "milímetro|milímetros", "mm, millimetre, millimetres"),
    _u("centimeter", "centimeter|centimeters", "centímetro|centímetros", "cm, cms, centimetre, centimetres"),
    _u("meter", "meter|meters", "metro|metros", "m, metre, metres, mts"),
    _u("kilometer", "kilometer|kilometers", "kilómetro|kilómetros", "km, kms, k, kilometre, kilometres"),
    _u("inch", "inch|inches", "pulgada|pulgadas", "in, pulg"),
    _u("foot", "foot|feet", "pie|pies", "ft"),
    _u("yard", "yard|yards", "yarda|yardas", "yd, yds"),
    _u("mile", "mile|miles", "milla|millas", "mi"),
    _u("nautical_mile", "nautical mile|nautical miles", "milla náutica|millas náuticas", "nmi"),
    _u("light_year", "light year|light years", "año luz|años luz"),
    _u("milligram", "milligram|milligrams", "miligramo|miligramos", "mg"),
    _u("gram", "gram|grams", "gramo|gramos", "g, gr, gramme, grammes"),
    _u("kilogram", "kilogram|kilograms", "kilogramo|kilogramos", "kg, kgs, kilo, kilos"),
    _u("metric_ton", "metric ton|metric tons", "tonelada|toneladas", "tonne, tonnes, t, ton, tons"),
    _u("ounce", "ounce|ounces", "onza|onzas", "oz"),
    _u("pound", "pound|pounds", "libra|libras", "lb, lbs"),
    _u("stone", "stone|stone", "stone|stones"),
    _u(
        "degC",
        "degree Celsius|degrees Celsius",
        "grado Celsius|grados Celsius",
        "celsius, centigrade, degrees centigrade, degree c, degrees c, c, °c, ° c, grados centigrados, centigrados, "
        "grados c",
    ),
    _u(
        "degF",
        "degree Fahrenheit|degrees Fahrenheit",
        "grado Fahrenheit|grados Fahrenheit",
        "fahrenheit, degree f, degrees f, f, °f, ° f, grados f, farenheit, grados farenheit",
    ),
    _u(DEGREE, "degree|degrees", "grado|grados", "°"),
    _u("kelvin", "kelvin|kelvin", "kelvin|kelvin", "kelvins, degrees kelvin, grados kelvin"),
    _u("milliliter", "milliliter|milliliters", "mililitro|mililitros", "ml, millilitre, millilitres, cc"),
    _u("centiliter", "centiliter|centiliters", "centilitro|centilitros", "cl, centilitre, centilitres"),
    _u("liter", "liter|liters", "litro|litros", "l, litre, litres"),
    _u("meter**3", "cubic meter|cubic meters", "metro cúbico|metros cúbicos", "m3, cubic metre, cubic metres"),
    _u("gallon", "gallon|gallons", "galón|galones", "gal, us gallon, us gallons"),
    _u(
        "imperial_gallon",
        "imperial gallon|imperial gallons",
        "galón imperial|galones imperiales",
        "uk gallon, uk gallons",
    ),
    _u("quart", "quart|quarts", "cuarto de galón|cuartos de galón"),
    _u("pint", "pint|pints", "pinta|pintas"),
    _u("cup", "cup|cups", "taza|tazas"),
    _u("fluid_ounce", "fluid ounce|fluid ounces", "onza líquida|onzas líquidas", "fl oz"),
    _u("tablespoon", "tablespoon|tablespoons", "cucharada|cucharadas", "tbsp"),
    _u("teaspoon", "teaspoon|teaspoons", "cucharadita|cucharaditas", "tsp"),
    _u(
        "kilometer/hour",
        "kilometer per hour|kilometers per hour",
        "kilómetro por hora|kilómetros por hora",
        "km/h, kmh, kph, kilometres per hour, kilometers an hour, kilometres an hour",
    ),
    _u("mile/hour", "mile per hour|miles per hour", "milla por hora|millas por hora", "mph, miles an hour"),
    _u(
        "meter/second",
        "meter per second|meters per second",
        "metro por segundo|metros por segundo",
        "m/s, metres per second, metre per second",
    ),
    _u("knot", "knot|knots", "nudo|nudos"),
    _u(
        "meter**2",
        "square meter|square meters",
        "metro cuadrado|metros cuadrados",
        "m2, m², square metre, square metres",
    ),
    _u(
        "kilometer**2",
        "square kilometer|square kilometers",
        "kilómetro cuadrado|kilómetros cuadrados",
        "km2, square kilometres",
    ),
    _u("foot**2", "square foot|square feet", "pie cuadrado|pies cuadrados", "sq ft, ft2"),
    _u("mile**2", "square mile|square miles", "milla cuadrada|millas cuadradas"),
    _u("hectare", "hectare|hectares", "hectárea|hectáreas", "ha"),
    _u("acre", "acre|acres", "acre|acres"),
    _u("millisecond", "millisecond|milliseconds", "milisegundo|milisegundos", "ms"),
    _u("second", "second|seconds", "segundo|segundos", "sec, secs"),
    _u("minute", "minute|minutes", "minuto|minutos", "min, mins"),
    _u("hour", "hour|hours", "hora|horas", "hr, hrs"),
    _u("day", "day|days", "día|días"),
    _u("week", "week|weeks", "semana|semanas"),
    _u("year", "year|years", "año|años"),
    _u("bit", "bit|bits", "bit|bits"),
    _u("byte", "byte|bytes", "byte|bytes"),
    _u("kilobyte", "kilobyte|kilobytes", "kilobyte|kilobytes", "kb"),
    _u("megabyte", "megabyte|megabytes", "megabyte|megabytes", "mb, megas"),
    _u("gigabyte", "gigabyte|gigabytes", "gigabyte|gigabytes", "gb, gigas, gig, gigs"),
    _u("terabyte", "terabyte|terabytes", "terabyte|terabytes", "tb, teras"),
    _u("kibibyte", "kibibyte|kibibytes", "kibibyte|kibibytes", "kib"),
    _u("mebibyte", "mebibyte|mebibytes", "mebibyte|mebibytes", "mib"),
    _u("gibibyte", "gibibyte|gibibytes", "gibibyte|gibibytes", "gib"),
)
"""Every unit that can be asked for; the first matching name wins."""

_HALF = re.compile(r" (?:and a half|y medio|y media)$")
_PARTS = {
    ("foot", "inch"): 12,
    ("pound", "ounce"): 16,
    ("stone", "pound"): 14,
    ("hour", "minute"): 60,
    ("minute", "second"): 60,
    ("meter", "centimeter"): 100,
    ("kilogram", "gram"): 1000,
}
_ONE = {"en": {"a", "an", "one", "a single"}, "es": {"un", "una", "uno"}}


def unit_in(text: str, language: Language) -> str | None:
    """Return pint's name of the unit that `text` names, or None."""
    return _names(language).get(re.sub(r"\s+", " ", key(text)))


def quantity_in(text: str, language: Language) -> Quantity | None:
    """Return the amount and unit that `text` wholly is, or None."""
    words = re.sub(r"(?<=\d)(?=[a-z°])| (?:and|y) (?=\d)", " ", key(text))
    words, half = _HALF.subn("", words)
    parts = words.split()
    for cut in range(2, len(parts) - 1):
        whole, rest = (quantity_in(" ".join(part), language) for part in (parts[:cut], parts[cut:]))
        if whole and rest and (share := _PARTS.get((whole.unit, rest.unit))):
            return Quantity(amount=whole.amount + rest.amount / share, unit=whole.unit)
    for cut in range(1, len(parts)):
        unit = _names(language).get(" ".join(parts[cut:]))
        if unit is None:
            continue
        amount_words = " ".join(parts[:cut])
        amount = 1.0 if amount_words in _ONE[language] else _amount(amount_words, language)
        if amount is not None:
            return Quantity(amount=amount + half / 2, unit=unit)
    return None


def unit_words(unit: str, amount: float, language: Language) -> str:
    """Return the unit's name for `amount` of it."""
    row = next(row for row in UNITS if row.unit == unit)
    one, many = row.en if language == "en" else row.es
    return one if abs(amount) == 1 else many


def _amount(words: str, language: Language) -> float | None:
    if language == "en":
        words = re.sub(r"^half(?: an?| of an?)?$", "half", words)
    return number_in(words, language)


@lru_cache(maxsize=2)
def _names(language: Language) -> dict[str, str]:
    names: dict[str, str] = {}
    for row in UNITS:
        own = row.en if language == "en" else row.es
        for name in (*own, *row.also):
            names.setdefault(key(name), row.unit)
    return names
