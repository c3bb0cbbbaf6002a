"""Units of measurement as they are said: "20 km/h" is "20 kilometers per hour". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import NUMBER, Gender, counted, is_one


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One unit: its names for one and for many in both languages; `feminine` is the gender of the Spanish name."""

    one_en: str
    many_en: str
    one_es: str
    many_es: str
    feminine: bool = False

    def name(self, language: Language, one: bool) -> str:
        """Return its name."""
        if language == "en":
            return self.one_en if one else self.many_en
        return self.one_es if one else self.many_es


def _unit(english: str, spanish: str, *, feminine: bool = False) -> Unit:
    """`english` and `spanish` are "one|many", or one name for both."""
    one_en, _, many_en = english.partition("|")
    one_es, _, many_es = spanish.partition("|")
    return Unit(one_en=one_en, many_en=many_en or one_en, one_es=one_es, many_es=many_es or one_es, feminine=feminine)


_BYTES = {"k": "kilo", "K": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta"}
_BINARY = {"Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi"}

UNITS: dict[str, Unit] = {
    **{f"{sign}B": _unit(f"{name}byte|{name}bytes", f"{name}byte|{name}bytes") for sign, name in _BYTES.items()},
    **{f"{sign}B": _unit(f"{name}byte|{name}bytes", f"{name}byte|{name}bytes") for sign, name in _BINARY.items()},
    **{f"{sign}bit": _unit(f"{name}bit|{name}bits", f"{name}bit|{name}bits") for sign, name in _BYTES.items()},
    **{
        f"{sign}b": _unit(f"{name}bit|{name}bits", f"{name}bit|{name}bits")
        for sign, name in _BYTES.items()
        if sign != "P"
    },
    "km": _unit("kilometer|kilometers", "kilómetro|kilómetros"),
    "m": _unit("meter|meters", "metro|metros"),
    "cm": _unit("centimeter|centimeters", "centímetro|centímetros"),
    "mm": _unit("millimeter|millimeters", "milímetro|milímetros"),
    "µm": _unit("micrometer|micrometers", "micrómetro|micrómetros"),
    "nm": _unit("nanometer|nanometers", "nanómetro|nanómetros"),
    "km²": _unit("square kilometer|square kilometers", "kilómetro cuadrado|kilómetros cuadrados"),
    "m²": _unit("square meter|square meters", "metro cuadrado|metros cuadrados"),
    "cm²": _unit("square centimeter|square centimeters", "centímetro cuadrado|centímetros cuadrados"),
    "m³": _unit("cubic meter|cubic meters", "metro cúbico|metros cúbicos"),
    "cm³": _unit("cubic centimeter|cubic centimeters", "centímetro cúbico|centímetros cúbicos"),
    "ha": _unit("hectare|hectares", "hectárea|hectáreas", feminine=True),
    "mi": _unit("mile|miles", "milla|millas", feminine=True),
    "ft": _unit("foot|feet", "pie|pies"),
    "yd": _unit("yard|yards", "yarda|yardas", feminine=True),
    "kg": _unit("kilogram|kilograms", "kilo|kilos"),
    "g": _unit("gram|grams", "gramo|gramos"),
    "mg": _unit("milligram|milligrams", "miligramo|miligramos"),
    "µg": _unit("microgram|micrograms", "microgramo|microgramos"),
    "t": _unit("ton|tons", "tonelada|toneladas", feminine=True),
    "lb": _unit("pound|pounds", "libra|libras", feminine=True),
    "lbs": _unit("pound|pounds", "libra|libras", feminine=True),
    "oz": _unit("ounce|ounces", "onza|onzas", feminine=True),
    "l": _unit("liter|liters", "litro|litros"),
    "L": _unit("liter|liters", "litro|litros"),
    "ml": _unit("milliliter|milliliters", "mililitro|mililitros"),
    "mL": _unit("milliliter|milliliters", "mililitro|mililitros"),
    "cl": _unit("centiliter|centiliters", "centilitro|centilitros"),
    "gal": _unit("gallon|gallons", "galón|galones"),
    "°C": _unit("degree Celsius|degrees Celsius", "grado|grados"),
    "ºC": _unit("degree Celsius|degrees Celsius", "grado|grados"),
    "℃": _unit("degree Celsius|degrees Celsius", "grado|grados"),
    "°F": _unit("degree Fahrenheit|degrees Fahrenheit", "grado Fahrenheit|grados Fahrenheit"),
    "ºF": _unit("degree Fahrenheit|degrees Fahrenheit", "grado Fahrenheit|grados Fahrenheit"),
    "℉": _unit("degree Fahrenheit|degrees Fahrenheit", "grado Fahrenheit|grados Fahrenheit"),
    "°": _unit("degree|degrees", "grado|grados"),
    "K": _unit("kelvin|kelvins", "kelvin|kelvins"),
    "W": _unit("watt|watts", "vatio|vatios"),
    "kW": _unit("kilowatt|kilowatts", "kilovatio|kilovatios"),
    "MW": _unit("megawatt|megawatts", "megavatio|megavatios"),
    "GW": _unit("gigawatt|gigawatts", "gigavatio|gigavatios"),
    "Wh": _unit("watt hour|watt hours", "vatio hora|vatios hora"),
    "kWh": _unit("kilowatt hour|kilowatt hours", "kilovatio hora|kilovatios hora"),
    "MWh": _unit("megawatt hour|megawatt hours", "megavatio hora|megavatios hora"),
    "mAh": _unit("milliamp hour|milliamp hours", "miliamperio hora|miliamperios hora"),
    "V": _unit("volt|volts", "voltio|voltios"),
    "mV": _unit("millivolt|millivolts", "milivoltio|milivoltios"),
    "A": _unit("amp|amps", "amperio|amperios"),
    "mA": _unit("milliamp|milliamps", "miliamperio|miliamperios"),
    "Ω": _unit("ohm|ohms", "ohmio|ohmios"),
    "Hz": _unit("hertz", "hercio|hercios"),
    "kHz": _unit("kilohertz", "kilohercio|kilohercios"),
    "MHz": _unit("megahertz", "megahercio|megahercios"),
    "GHz": _unit("gigahertz", "gigahercio|gigahercios"),
    "J": _unit("joule|joules", "julio|julios"),
    "kJ": _unit("kilojoule|kilojoules", "kilojulio|kilojulios"),
    "cal": _unit("calorie|calories", "caloría|calorías", feminine=True),
    "kcal": _unit("kilocalorie|kilocalories", "kilocaloría|kilocalorías", feminine=True),
    "Pa": _unit("pascal|pascals", "pascal|pascales"),
    "hPa": _unit("hectopascal|hectopascals", "hectopascal|hectopascales"),
    "bar": _unit("bar|bars", "bar|bares"),
    "dB": _unit("decibel|decibels", "decibelio|decibelios"),
    "px": _unit("pixel|pixels", "píxel|píxeles"),
    "h": _unit("hour|hours", "hora|horas", feminine=True),
    "hr": _unit("hour|hours", "hora|horas", feminine=True),
    "hrs": _unit("hour|hours", "hora|horas", feminine=True),
    "min": _unit("minute|minutes", "minuto|minutos"),
    "mins": _unit("minute|minutes", "minuto|minutos"),
    "s": _unit("second|seconds", "segundo|segundos"),
    "sec": _unit("second|seconds", "segundo|segundos"),
    "seg": _unit("second|seconds", "segundo|segundos"),
    "ms": _unit("millisecond|milliseconds", "milisegundo|milisegundos"),
    "µs": _unit("microsecond|microseconds", "microsegundo|microsegundos"),
    "ns": _unit("nanosecond|nanoseconds", "nanosegundo|nanosegundos"),
    "mph": _unit("mile per hour|miles per hour", "milla por hora|millas por hora", feminine=True),
    "kph": _unit("kilometer per hour|kilometers per hour", "kilómetro por hora|kilómetros por hora"),
    "kbps": _unit("kilobit per second|kilobits per second", "kilobit por segundo|kilobits por segundo"),
    "Mbps": _unit("megabit per second|megabits per second", "megabit por segundo|megabits por segundo"),
    "Gbps": _unit("gigabit per second|gigabits per second", "gigabit por segundo|gigabits por segundo"),
    "fps": _unit("frame per second|frames per second", "fotograma por segundo|fotogramas por segundo"),
    "rpm": _unit(
        "revolution per minute|revolutions per minute", "revolución por minuto|revoluciones por minuto", feminine=True
    ),
    "ppm": _unit("part per million|parts per million", "parte por millón|partes por millón", feminine=True),
    "tsp": _unit("teaspoon|teaspoons", "cucharadita|cucharaditas", feminine=True),
    "tbsp": _unit("tablespoon|tablespoons", "cucharada|cucharadas", feminine=True),
    "tok": _unit("token|tokens", "token|tokens"),
    "tokens": _unit("token|tokens", "token|tokens"),
}
"""Every unit by its sign as it is written."""

PERIODS: dict[str, tuple[str, str]] = {
    "hour": ("hour", "hora"), "hora": ("hour", "hora"), "day": ("day", "día"), "día": ("day", "día"),
    "night": ("night", "noche"), "noche": ("night", "noche"), "week": ("week", "semana"),
    "semana": ("week", "semana"), "mo": ("month", "mes"), "month": ("month", "mes"), "mes": ("month", "mes"),
    "yr": ("year", "año"), "year": ("year", "año"), "año": ("year", "año"), "person": ("person", "persona"),
    "persona": ("person", "persona"), "user": ("user", "usuario"), "usuario": ("user", "usuario"),
}  # fmt: skip
"""What else things are counted by, as it is written after a slash: its English and its Spanish name."""

_PER: dict[Language, str] = {"en": "per", "es": "por"}
_SQUARED: dict[Language, str] = {"en": " squared", "es": " al cuadrado"}
_SPELLINGS = {"μ": "µ", "km2": "km²", "m2": "m²", "cm2": "cm²", "m3": "m³", "cm3": "cm³"}
_SIGN = "|".join(sorted((re.escape(sign) for sign in [*UNITS, *_SPELLINGS]), key=len, reverse=True))
# "5 A", "3 K" and "2 t" may be anything; such a sign counts as a unit only when it touches its number.
_TIGHT = frozenset(("A", "K", "t", "J", "L"))

DENOMINATOR = "100 ?km|" + "|".join(sorted((*map(re.escape, UNITS), *PERIODS), key=len, reverse=True))
"""A pattern of what may follow the slash of "per"."""


def _pattern(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,/])({NUMBER[language]})( |-)?({_SIGN})(?:/({DENOMINATOR})(²|2(?!\d))?)?(?![\w²³/°])")


_INCHES = re.compile(r"(?<![\w.,/])(\d{1,3}(?:[.,]\d{1,2})?)([\"″])(?!\w)")
_FRACTIONS = re.compile(rf"(?<![\w.,/])(\d/\d{{1,2}}|[½¼¾⅓⅔]) ?({_SIGN})(?![\w²³/°])")
_PATTERNS: dict[Language, re.Pattern[str]] = {"en": _pattern("en"), "es": _pattern("es")}


def say_units(text: str, language: Language) -> str:
    """Return `text` with its units named, each where it follows a number."""

    def said(match: re.Match[str]) -> str:
        written, space, sign, per = match[1], match[2], match[3], match[4]
        squared = _SQUARED[language] if match[5] else ""
        if space and sign in _TIGHT and not per:
            return match[0]
        unit = _named(sign)
        gender: Gender = "feminine" if unit.feminine else "masculine"
        # "a 5-km run" and "un disco de 8-GB": before a noun, English says the unit in the singular.
        one = is_one(written, language) or (space == "-" and language == "en")
        words = f"{counted(written, language, gender)} {unit.name(language, one)}"
        return f"{words} {_PER[language]} {_denominator(per, language)}{squared}" if per else words

    text = _INCHES.sub(lambda match: _inches(match, language), text)
    text = _FRACTIONS.sub(lambda match: _part(match[1], match[2], language), text)
    return _PATTERNS[language].sub(said, text)


def per_unit(sign: str, language: Language) -> str:
    """Return " per kilometer" for a sign of a unit."""
    return f" {_PER[language]} {_denominator(sign, language)}"


def _inches(match: re.Match[str], language: Language) -> str:
    # An odd number of quotation marks before it means that this one only closes.
    if match[2] == '"' and match.string.count('"', 0, match.start()) % 2:
        return match[0]
    one = is_one(match[1], language)
    name = ("inch" if one else "inches") if language == "en" else ("pulgada" if one else "pulgadas")
    return f"{counted(match[1], language, 'feminine')} {name}"


def _part(fraction: str, sign: str, language: Language) -> str:
    """Return "1/2 kg" as "1/2 kilo"; the fraction itself is said later."""
    name = _named(sign).name(language, one=True)
    half = fraction in ("1/2", "½")
    if language == "es":
        return f"{fraction} {'' if half else 'de '}{name}"
    article = "an" if name.startswith(("hour", "ounce")) else "a"
    return f"half {article} {name}" if half else f"{fraction} of {article} {name}"


def _named(sign: str) -> Unit:
    return UNITS[_SPELLINGS.get(sign, sign)]


def _denominator(sign: str, language: Language) -> str:
    if sign.startswith("100"):
        return "100 kilometers" if language == "en" else "cada 100 kilómetros"
    if sign in PERIODS:
        return PERIODS[sign][0 if language == "en" else 1]
    return _named(sign).name(language, one=True)
