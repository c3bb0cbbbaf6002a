"""Tells a sum that anybody does in one step, in figures or words: "17 times 23", "¿cuánto es la mitad de 80?". Pure.

Knows the wording of arithmetic in English and Spanish only: no unknowns, no units, no stories, no numbers of five
digits and more.
"""

from __future__ import annotations

import re

from jarvis.orchestrator.lexicon import fold

_LONGEST = 70
_FIGURES = r"\$?\d{1,4}(?:[.,]\d{1,2})?\s?(?:€|euros?|dollars?|dolares|pesos)?"
_ENGLISH_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a?\\s?hundred|thousand|and"
)
_SPANISH_WORDS = (
    "cero|uno?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\\w+|veint\\w+|"
    "treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|doscientos|trescientos|quinientos|mil|y"
)
_WORDS = rf"(?:{_ENGLISH_WORDS}|{_SPANISH_WORDS})"
_NUMBER = rf"(?:{_FIGURES}|{_WORDS}(?:[\s-]{_WORDS}){{0,4}})"
_SIGN = (
    r"(?:[-+*/x×÷]|times|plus|minus|over|multiplied by|divided by|mas|menos|por|entre|multiplicado por|"
    r"dividido (?:por|entre)|(?:%|percent|per cent) (?:off |of )|(?:%|por ciento) de )"
)
_PART = (
    r"(?:half (?:of )?|twice |double |a (?:third|quarter|tenth) of |three quarters of |(?:the )?square root of |"
    r"(?:la )?mitad de |(?:el )?(?:doble|triple) de |(?:un|una) (?:tercio|cuarto|quinto|decima parte) de |"
    r"tres cuartos de |(?:la )?raiz cuadrada de )"
)
_ASKED = (
    r"(?:(?:oye|hey|jarvis|please|por favor|and|y|ok|a ver|dime|tell me|can you tell me|me dices|sabes)[\s,]+)*"
    r"(?:what(?:'?s| is| are)|how much (?:is|are)|calculate|work out|compute|"
    r"cuanto(?: es| son| da| hace| seria)|cuantos son|calcula(?:me)?|que es)?\s*(?:el |the |a |un )?"
)
_EVERYDAY = re.compile(
    rf"{_ASKED}(?:{_NUMBER}(?:\s?{_SIGN}\s?{_NUMBER}){{1,2}}|{_PART}{_NUMBER})\s*(?:=\s*)?(?:please|por favor|gracias)?"
)
_EDGES = " \t\r\n?¿!¡.…:;,="


def is_everyday_sum(text: str) -> bool:
    """Return True if all of `text`, of any length and content, asks for one or two steps of arithmetic."""
    if len(text) > _LONGEST:
        return False
    return _EVERYDAY.fullmatch(fold(text).strip(_EDGES)) is not None
