"""Numbers in words, in English and Spanish: cardinals with gender, ordinals, years, single digits.

Knows numbers only; which of them a sentence holds is found elsewhere. The words are those of CLDR's rule-based number
formats, by `unicode_rbnf`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from jarvis.contracts.errors import Language

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

Gender = Literal["masculine", "feminine", "none"]
"""What is counted, for Spanish: "un año", "una hora", and "none" for the bare number "uno"."""

LARGEST = 10**15
"""Numbers from here on are said digit by digit: nobody follows quadrillions."""

NUMBER: dict[Language, str] = {
    "en": r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\u202f\d{3})+"
    r"(?:\.\d+)?|\d+(?:\.\d+)?)(?!\d)",
    "es": r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\u202f\d{3})+"
    r"(?:,\d+)?|\d+(?:[.,]\d+)?)(?!\d)",
}
"""A number as it is written in each language, thousands by comma, dot or narrow space; the other language's way too
where it cannot be mistaken."""

_POINT: dict[Language, str] = {"en": "point", "es": "coma"}
_SEPARATORS = re.compile(r"[,.\u202f]")


def cardinal(number: int, language: Language, gender: Gender = "none") -> str:
    """Return `number` in words; from `LARGEST` on digit by digit."""
    if abs(number) >= LARGEST:
        return digits(str(number), language)
    if number < 0:
        return f"{'minus' if language == 'en' else 'menos'} {cardinal(-number, language, gender)}"
    rules = "spellout-cardinal" if language == "en" else f"spellout-cardinal-{gender}"
    return _words(number, language, "spellout-numbering" if gender == "none" else rules)


def ordinal(number: int, language: Language, gender: Gender = "none", *, before_noun: bool = False) -> str:
    """Return the place of `number` (1 to 999,999), "third" or "tercera"; `before_noun` makes "tercer" of "tercero"."""
    if language == "en":
        return _words(number, "en", "spellout-ordinal")
    if gender == "feminine":
        return _words(number, "es", "spellout-ordinal-feminine")
    return _words(number, "es", f"spellout-ordinal-masculine{'-adjective' if before_noun else ''}")


def year(number: int, language: Language) -> str:
    """Return `number` as a year is said: "nineteen ninety-nine", "dos mil veintiséis"."""
    if language == "en" and 2000 <= number <= 2009:
        return cardinal(number, "en")
    return _words(number, language, "spellout-numbering-year")


def digits(text: str, language: Language) -> str:
    """Return the digits in `text` one by one, all else left out: "600" is "six zero zero"."""
    return " ".join(_words(int(digit), language, "spellout-numbering") for digit in text if digit in "0123456789")


def amount(written: str, language: Language, gender: Gender = "none") -> str:
    """Return a number as `NUMBER` finds it in words: "1,200.5" is "one thousand two hundred point five"."""
    whole, decimals = parted(written, language)
    if len(whole) > 15:
        return digits(whole + decimals, language)
    words = cardinal(int(whole), language, gender if not decimals else "none")
    if not decimals:
        return words
    return f"{words} {_POINT[language]} {decimals_said(decimals, language)}"


def decimals_said(decimals: str, language: Language) -> str:
    """Return the digits behind the point as they are said: one by one in English, by twos in Spanish, "cero cinco"."""
    if language == "en" or len(decimals) > 3:
        return digits(decimals, language)
    zeros = len(decimals) - len(decimals.lstrip("0"))
    rest = decimals.lstrip("0")
    return " ".join(["cero"] * zeros + ([cardinal(int(rest), "es")] if rest else []))


def parted(written: str, language: Language) -> tuple[str, str]:
    """Return the digits before and after the decimal point of a number as `NUMBER` finds it."""
    marks = [mark for mark in _SEPARATORS.findall(written) if mark in ",."]
    if not marks:
        return _SEPARATORS.sub("", written), ""
    whole, _, tail = written.rpartition(marks[-1])
    # The last mark is a decimal point unless it repeats the one before, or is the language's own before three figures.
    thousands_mark = "," if language == "en" else "."
    grouped = len(tail) == 3 and (marks[-1] == thousands_mark or (len(marks) > 1 and marks[-2] == marks[-1]))
    if grouped:
        return _SEPARATORS.sub("", written), ""
    return _SEPARATORS.sub("", whole), tail


def is_one(written: str, language: Language) -> bool:
    """True where what is counted stays singular: "1", "1.0" does not."""
    return parted(written, language) == ("1", "")


def counted(written: str, language: Language, gender: Gender) -> str:
    """Return a number before what it counts: as figures where a voice reads them well, in words where gender tells."""
    whole, decimals = parted(written, language)
    if language == "en" or decimals or gender == "none" or len(whole) > 15:
        return figure(written, language)
    return agreeing(int(whole), gender)


def figure(written: str, language: Language) -> str:
    """Return a number in figures that a voice reads right: unchanged unless its marks are not the language's own."""
    whole, decimals = parted(written, language)
    plain = whole if not decimals else f"{whole}{'.' if language == 'en' else ','}{decimals}"
    if language == "es" and decimals and (len(decimals) > 2 or decimals.startswith("00")):
        return amount(written, language)
    if plain == written or (language == "en" and written.replace(",", "") == plain):
        return written
    if language == "es" and written.replace(".", "") == plain and len(written.rsplit(".", maxsplit=1)[-1]) == 3:
        return written
    return plain


def agreeing(number: int, gender: Gender) -> str:
    """Return a Spanish number before a noun: "21" with "horas" is "veintiuna"; unchanged where nothing agrees."""
    tail = number % 1000
    hundreds = 200 <= tail <= 999 or (number >= 1000 and 200 <= number // 1000 % 1000 <= 999)
    if (number % 10 == 1 and number % 100 != 11) or (gender == "feminine" and hundreds):
        return cardinal(number, "es", gender)
    return str(number)


def _words(number: int, language: Language, rules: str) -> str:
    said = _engine(language).format_number(number, ruleset_names=[rules]).text
    return said.replace("\u00ad", "")


@cache
def _engine(language: Language) -> RbnfEngine:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)
