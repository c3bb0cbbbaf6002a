"""Tells what a free task must not hold: a repetition that was not understood, or a second time of its own.

Knows nothing about which repetitions alerts can have; the sentence files name those.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key

_DAYS = {
    "en": r"(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "es": r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?)",
}
_HOUR = {
    "en": r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight|half|quarter)",
    "es": r"(?:\d|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)",
}
_SPAN = {
    "en": rf"(?:days?|weeks?|months?|years?|hours?|minutes?|mornings?|afternoons?|evenings?|nights?|weekdays?|weekends?"
    rf"|workdays?|{_DAYS['en']}s?)",
    "es": rf"(?:dias?|semanas?|mes(?:es)?|anos?|horas?|minutos?|mananas?|tardes?|noches?|fin(?:es)? de semana"
    rf"|{_DAYS['es']})",
}
_REPEAT = {
    "en": rf"(?:(?:every|each)(?: (?:other|single|second|third|few|first|last|two|three|four|six|\d+))? {_SPAN['en']}"
    rf"(?: (?:and|or) (?:every )?{_DAYS['en']}s?)*|daily|nightly|weekly|monthly|yearly|weekdays|weekends"
    rf"|{_DAYS['en']}s(?: and (?:on )?{_DAYS['en']}s)*|from {_DAYS['en']} (?:to|through) {_DAYS['en']})",
    "es": rf"(?:cada(?: (?:otro|dos|tres|cuatro|seis|primer|ultimo|\d+))? {_SPAN['es']}(?: y (?:cada )?{_DAYS['es']})*"
    rf"|tod[oa]s l[oa]s {_SPAN['es']}(?: y (?:los )?{_DAYS['es']})*|diariamente|a diario|entre semana|semanalmente"
    rf"|mensualmente|los {_DAYS['es']}(?: y (?:los )?{_DAYS['es']})*|de lunes a viernes|los fines de semana)",
}
_TIME_AFTER = {"en": rf"(?: (?:at|by) {_HOUR['en']}\b.*)?", "es": rf"(?: a las? {_HOUR['es']}\b.*)?"}
_FIRST = {"en": r"(?:every|each|on \w+days)", "es": r"(?:cada|tod[oa]s l[oa]s)"}
_AT_EITHER_END = {
    language: re.compile(rf"^(?={_FIRST[language]} ){pattern}\b|(?:^|\s){pattern}{_TIME_AFTER[language]}$")
    for language, pattern in _REPEAT.items()
}
_SECOND_TIME = {
    "en": re.compile(rf"\b(?:(?:at|by) {_HOUR['en']}|tomorrow|tonight|on {_DAYS['en']}\b).*\band\b"),
    "es": re.compile(
        rf"\b(?:a las? {_HOUR['es']}|pasado manana|el {_DAYS['es']}\b).*"
        r"\by\b(?! (?:media|cuarto|pico|\d|cinco|diez|veinte|veinticinco)\b)"
    ),
}


def says_repeat(words: str, language: Language) -> bool:
    """Tell whether `words` begin or end in a repetition: "every monday", "daily", "cada lunes"."""
    return _AT_EITHER_END[language].search(key(words)) is not None


def says_two_times(words: str, language: Language) -> bool:
    """Tell whether `words` hold a time of their own and go on with another thing: "call mom at 5 and buy milk"."""
    return _SECOND_TIME[language].search(key(words)) is not None
