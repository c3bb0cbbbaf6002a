"""Writes number words as digits, below one thousand, so that "five", "cinco" and "5" are one word. Pure.

Only what cannot be read otherwise is joined: "two hundred and five" stays "200 and 5", since it may be a sum, and
"thousand" and above stay words. Spanish "un", "una" and "uno" are articles and stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jarvis.contracts.errors import Language

_EN_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_EN_TENS = {
    word: 10 * ten for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ES_SMALL = {
    **{
        word: number
        for number, word in enumerate(
            "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
            "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
            "veintisiete veintiocho veintinueve".split(),
            2,
        )
    },
    "cero": 0,
    "veintiún": 21,
    "veintiuna": 21,
    "dieciseis": 16,
    "veintidos": 22,
    "veintitres": 23,
    "veintiseis": 26,
    "cien": 100,
}
_ES_TENS = {
    word: 10 * ten for ten, word in enumerate("treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(), 3)
}
_ES_UNITS = {**{word: number for word, number in _ES_SMALL.items() if 1 < number < 10}, "un": 1, "una": 1, "uno": 1}
_SUMS = re.compile(
    r"(?:sum|rest|multiplic|divid|product|diferenc|compar|máxim|mínim)\w*|entre|más|menos|por|mayor|menor|o|mcm|mcd"
)
"""In Spanish, "treinta y cinco" beside one of these may be two numbers."""


def with_digits(words: Sequence[str], language: Language) -> list[str]:
    """Return `words` with number words as digits; doing it twice changes nothing."""
    together = language == "en" or not any(_SUMS.fullmatch(word) for word in words)
    read = _english if language == "en" else _spanish
    result: list[str] = []
    at = 0
    while at < len(words):
        number, used = read(words, at, together)
        result.append(str(number) if used else words[at])
        at += max(used, 1)
    return result


def _english(words: Sequence[str], at: int, together: bool) -> tuple[int, int]:  # noqa: ARG001
    word = words[at]
    tens, hyphen, unit = word.partition("-")
    if hyphen and tens in _EN_TENS and 0 < _EN_SMALL.get(unit, 0) < 10:
        return _EN_TENS[tens] + _EN_SMALL[unit], 1
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _EN_TENS:
        unit_value = _EN_SMALL.get(following, 0)
        return (_EN_TENS[word] + unit_value, 2) if 0 < unit_value < 10 else (_EN_TENS[word], 1)
    if word in _EN_SMALL:
        return (
            (100 * _EN_SMALL[word], 2) if following == "hundred" and 0 < _EN_SMALL[word] < 10 else (_EN_SMALL[word], 1)
        )
    return 0, 0


def _spanish(words: Sequence[str], at: int, together: bool) -> tuple[int, int]:
    word = words[at]
    if word in _ES_TENS:
        joined = together and at + 2 < len(words) and words[at + 1] == "y" and words[at + 2] in _ES_UNITS
        return (_ES_TENS[word] + _ES_UNITS[words[at + 2]], 3) if joined else (_ES_TENS[word], 1)
    return (_ES_SMALL[word], 1) if word in _ES_SMALL else (0, 0)
