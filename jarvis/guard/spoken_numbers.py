"""Telephone, card and identity numbers said in words: "six one two …", "seis doce treinta y cuatro …".

Works on folded text, English and Spanish. Only a word that names a telephone or a card makes such a row personal, or
nine single digits that do not simply count up or down. Pure.
"""

from __future__ import annotations

import re
from itertools import pairwise

from jarvis.guard.context import CARD, DNI, PHONE, SSN, Hit, Hits, leaning, named

_DIGITS = {
    word: str(digit)
    for digit, spelled in enumerate(
        (
            "zero oh cero",
            "one uno una",
            "two dos",
            "three tres",
            "four cuatro",
            "five cinco",
            "six seis",
            "seven siete",
            "eight ocho",
            "nine nueve",
        )
    )
    for word in spelled.split()
}
_TEENS = {
    word: str(10 + at)
    for at, spelled in enumerate(
        (
            "ten diez",
            "eleven once",
            "twelve doce",
            "thirteen trece",
            "fourteen catorce",
            "fifteen quince",
            "sixteen dieciseis",
            "seventeen diecisiete",
            "eighteen dieciocho",
            "nineteen diecinueve",
        )
    )
    for word in spelled.split()
}
_TWENTIES = {
    word: str(21 + at)
    for at, word in enumerate(
        "veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve".split()
    )
}
_TENS = {
    word: str(20 + 10 * at)
    for at, spelled in enumerate(
        (
            "twenty veinte",
            "thirty treinta",
            "forty cuarenta",
            "fifty cincuenta",
            "sixty sesenta",
            "seventy setenta",
            "eighty ochenta",
            "ninety noventa",
        )
    )
    for word in spelled.split()
}
_HUNDREDS = {
    word: str(100 * (at + 1))
    for at, spelled in enumerate(
        (
            "cien ciento",
            "doscientos",
            "trescientos",
            "cuatrocientos",
            "quinientos",
            "seiscientos",
            "setecientos",
            "ochocientos",
            "novecientos",
        )
    )
    for word in spelled.split()
}
_VALUES = {**_DIGITS, **_TEENS, **_TWENTIES, **_TENS, **_HUNDREDS}
_ANY = "|".join(sorted((*_VALUES, "double", "triple", "doble", "y", "hundred"), key=len, reverse=True))
_ROW = re.compile(rf"(?<![a-z0-9])(?:{_ANY}|\d{{1,3}})(?:[ ,.\-\n]{{1,3}}(?:{_ANY}|\d{{1,3}})(?![a-z0-9]))*+", re.I)


def spoken_numbers(text: str) -> Hits:
    """Yield rows of number words that stand for a telephone, a card or a person."""
    for match in _ROW.finditer(text):
        said = re.findall(r"[a-z]+|\d+", match.group().lower())
        if len(said) < 4 or not any(word in _VALUES for word in said):
            continue
        digits = _digits(said)
        single = all(word in _DIGITS for word in said)
        if named(text, match.start(), CARD) and 13 <= len(digits) <= 19:
            yield Hit(kind="card", start=match.start(), end=match.end())
        elif named(text, match.start(), SSN) and len(digits) == 9:
            yield Hit(kind="ssn", start=match.start(), end=match.end())
        elif named(text, match.start(), DNI) and len(digits) in (7, 8):
            yield Hit(kind="dni", start=match.start(), end=match.end())
        elif 7 <= len(digits) <= 15:
            lean = leaning(text, match.start(), match.end(), PHONE)
            if lean == "personal" or (lean == "open" and single and len(digits) >= 9 and not _counts(digits)):
                yield Hit(kind="phone", start=match.start(), end=match.end())


def _digits(said: list[str]) -> str:
    """Return the digits that the words stand for: "treinta y cuatro" 34, "seiscientos doce" 612, "double five" 55."""
    digits = ""
    times, open_zeros = 1, 0
    for word in said:
        if word in ("double", "doble", "triple"):
            times = 3 if word == "triple" else 2
        elif word in ("y", "hundred"):
            continue
        else:
            value = _VALUES.get(word, word)
            if open_zeros and len(value) <= open_zeros and times == 1:
                digits = digits[: -len(value)] + value
                open_zeros = 0 if value[-1] != "0" or len(value) == 1 else len(value) - 1
            else:
                digits += value * times
                open_zeros = len(value) - 1 if word in _TENS or word in _HUNDREDS else 0
            times = 1
    return digits


def _counts(digits: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return len(steps) == 1
