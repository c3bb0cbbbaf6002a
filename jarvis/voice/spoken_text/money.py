"""Sums of money as they are said: "$1,200.50" is "1,200 dollars and 50 cents". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import NUMBER, Gender, counted, is_one, parted
from jarvis.voice.spoken_text.units import DENOMINATOR, per_unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Currency:
    """One currency: "one|many" of its name and of its hundredth part, per language; `feminine` are Spanish genders."""

    en: str
    es: str
    part_en: str = "cent|cents"
    part_es: str = "céntimo|céntimos"
    feminine: bool = False

    def name(self, language: Language, one: bool) -> str:
        """Return what is counted."""
        return _form(self.en if language == "en" else self.es, one)

    def part(self, language: Language, one: bool) -> str:
        """Return the name of its hundredth part, empty without one."""
        return _form(self.part_en if language == "en" else self.part_es, one)


def _form(names: str, one: bool) -> str:
    single, _, many = names.partition("|")
    return single if one else many or single


_EURO = Currency(en="euro|euros", es="euro|euros")
_DOLLAR = Currency(en="dollar|dollars", es="dólar|dólares", part_es="centavo|centavos")
_POUND = Currency(
    en="pound|pounds", es="libra|libras", part_en="penny|pence", part_es="penique|peniques", feminine=True
)
_YEN = Currency(en="yen", es="yen|yenes", part_en="", part_es="")
_PESO = Currency(en="peso|pesos", es="peso|pesos", part_en="centavo|centavos", part_es="centavo|centavos")

CURRENCIES: dict[str, Currency] = {
    "€": _EURO,
    "EUR": _EURO,
    "$": _DOLLAR,
    "US$": _DOLLAR,
    "USD": _DOLLAR,
    "£": _POUND,
    "GBP": _POUND,
    "¥": _YEN,
    "JPY": _YEN,
    "MXN": _PESO,
    "ARS": _PESO,
    "COP": _PESO,
    "₹": Currency(en="rupee|rupees", es="rupia|rupias", part_en="paisa|paise", part_es="paisa|paisas", feminine=True),
    "₿": Currency(en="bitcoin|bitcoins", es="bitcóin|bitcoines", part_en="", part_es=""),
    "CHF": Currency(en="Swiss franc|Swiss francs", es="franco suizo|francos suizos"),
}
"""Every currency by its sign or code."""

_SCALES: dict[Language, dict[str, tuple[str, str]]] = {
    "en": {
        "k": ("thousand", "thousand"),
        "K": ("thousand", "thousand"),
        "M": ("million", "million"),
        "B": ("billion", "billion"),
        "bn": ("billion", "billion"),
        "T": ("trillion", "trillion"),
        "thousand": ("thousand", "thousand"),
        "million": ("million", "million"),
        "billion": ("billion", "billion"),
        "trillion": ("trillion", "trillion"),
    },
    "es": {
        "k": ("mil", "mil"),
        "K": ("mil", "mil"),
        "M": ("millón de", "millones de"),
        "mil": ("mil", "mil"),
        "millón de": ("millón de", "millones de"),
        "millones de": ("millón de", "millones de"),
        "millón": ("millón de", "millones de"),
        "millones": ("millón de", "millones de"),
    },
}
_SIGN = "|".join(sorted((re.escape(sign) for sign in CURRENCIES), key=len, reverse=True))
_SCALE: dict[Language, str] = {
    language: "|".join(sorted(map(re.escape, scales), key=len, reverse=True)) for language, scales in _SCALES.items()
}


def _pattern(language: Language) -> re.Pattern[str]:
    number, scale = NUMBER[language], rf"(?: ?({_SCALE[language]})(?!\w))?"
    return re.compile(
        rf"(?<![\w.,])([-−])?(?:(?P<before>{_SIGN}) ?({number}){scale}|({number}){scale} ?(?P<after>{_SIGN})(?!\w))"
        rf"(?:/({DENOMINATOR})(?!\w)|(/)(?=\d))?"
    )


_PATTERNS: dict[Language, re.Pattern[str]] = {"en": _pattern("en"), "es": _pattern("es")}
_PER: dict[Language, str] = {"en": " per ", "es": " por cada "}
_MINUS: dict[Language, str] = {"en": "minus ", "es": "menos "}


def say_money(text: str, language: Language) -> str:
    """Return `text` with its sums of money in words."""

    def said(match: re.Match[str]) -> str:
        sign = match["before"] or match["after"]
        number, scale = (match[3], match[4]) if match["before"] else (match[5], match[6])
        words = _sum(CURRENCIES[sign], number, scale, language)
        if match[8] or match[9]:
            words += per_unit(match[8], language) if match[8] else _PER[language]
        return f"{_MINUS[language] if match[1] else ''}{words}"

    return _PATTERNS[language].sub(said, text)


def _sum(currency: Currency, number: str, scale: str | None, language: Language) -> str:
    one = is_one(number, language)
    if scale:
        single, many = _SCALES[language][scale]
        return (
            f"{counted(number, language, 'masculine')} {single if one else many} {currency.name(language, one=False)}"
        )
    whole, cents = parted(number, language)
    part = currency.part(language, cents in ("01",))
    if len(cents) != 2 or not part:
        figure = counted(number, language, "feminine" if currency.feminine else "masculine")
        return f"{figure} {currency.name(language, one)}"
    gender: Gender = "feminine" if currency.feminine else "masculine"
    main = f"{counted(whole, language, gender)} {currency.name(language, int(whole) == 1)}"
    small = f"{counted(str(int(cents)), language, 'masculine')} {part}"
    if int(cents) == 0:
        return main
    if int(whole) == 0:
        return small
    return f"{main} {'and' if language == 'en' else 'con'} {small}"
