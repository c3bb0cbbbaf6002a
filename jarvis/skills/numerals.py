"""Numbers as people write or say them, in English and Spanish: "15", "1.5", "two hundred", "veintidós", "coma cinco".

Leans on text2num for words. Knows nothing about units.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key

_WRITTEN = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
_ACCENTS = {
    "dieciseis": "dieciséis",
    "veintidos": "veintidós",
    "veintitres": "veintitrés",
    "veintiseis": "veintiséis",
    "veintiun": "veintiuno",
    "un": "uno",
    "una": "uno",
    "veintiuna": "veintiuno",
}
_HALF = {"en": ("half", "a half", "one half"), "es": ("medio", "media")}
_POINT = {"en": "point", "es": "coma"}


def number_in(text: str, language: Language) -> float | None:
    """Return the number that `text` wholly is, or None.

    A comma is the decimal sign where at most two digits, or in Spanish any number of digits, follow it.
    """
    words = key(text).replace("percent", "").strip()
    if not words:
        return None
    negative = re.match(r"^(minus|menos|negative)\s+", words)
    if negative:
        inner = number_in(words[negative.end() :], language)
        return None if inner is None else -inner
    if written := _written(words, language):
        return float(written)
    return _spoken(words, language)


def integer_in(text: str, language: Language) -> int | None:
    """Return the whole number that `text` is, or None."""
    value = number_in(text, language)
    return int(value) if value is not None and value == int(value) else None


def _written(words: str, language: Language) -> str | None:
    compact = words.replace(" ", "") if re.fullmatch(r"\d{1,3}( \d{3})+", words) else words
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", compact) and language == "en":
        return compact.replace(",", "")
    if re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?", compact) and language == "es":
        return compact.replace(".", "").replace(",", ".")
    return compact.replace(",", ".") if _WRITTEN.match(compact) else None


def _spoken(words: str, language: Language) -> float | None:
    if words in _HALF[language]:
        return 0.5
    for half in (" and a half", " y medio", " y media"):
        if words.endswith(half):
            whole = number_in(words.removesuffix(half), language)
            return None if whole is None or whole != int(whole) else whole + 0.5
    whole_words, point, decimals = words.partition(f" {_POINT[language]} ")
    if not point and language == "es":
        whole_words, point, decimals = words.partition(" punto ")
    whole = _cardinal(whole_words, language)
    if whole is None or not point:
        return whole
    digits = _decimal_digits(decimals, language)
    return None if digits is None else float(f"{int(whole)}.{digits}")


def _decimal_digits(words: str, language: Language) -> str | None:
    digits = ""
    for word in words.split():
        value = _cardinal(word, language)
        if value is None or value != int(value):
            break
        digits += str(int(value))
    else:
        return digits or None
    value = _cardinal(words, language)
    return None if value is None else str(int(value))


def _cardinal(words: str, language: Language) -> float | None:
    from text_to_num import text2num

    if re.fullmatch(r"\d+", words):
        return float(words)
    if language == "es":
        words = " ".join(_ACCENTS.get(word, word) for word in words.split())
    elif re.match(r"^a (hundred|thousand|million|billion)\b", words):
        words = "one" + words[1:]
    try:
        return float(text2num(words, language))
    except ValueError:
        return None
