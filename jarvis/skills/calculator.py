"""Arithmetic and percentages, answered with the number.

Knows nothing about units.
"""

from __future__ import annotations

from fractions import Fraction

from jarvis.contracts.skills import SkillReply
from jarvis.skills.arithmetic import Number, compute, parse_sum
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import number_words

DECIMALS = 6
"""How exactly a result is told."""

LARGEST_IN_DIGITS = 10**15
"""Larger results are told in powers of ten."""


def calculate(turn: Turn) -> SkillReply:
    """Say the value of the calculation; raises `InputError` where there is none."""
    calculation = parse_sum(turn.text("expression"), turn.language)
    if calculation is None:
        return turn.reply("not_understood")
    value = compute(calculation)
    if abs(Fraction(value)) >= LARGEST_IN_DIGITS:
        return turn.reply("about", value=_powers_of_ten(value, turn))
    words = number_words(float(value) if value % 1 else int(value), turn.language, decimals=_decimals(value))
    exact = isinstance(value, Fraction) and Fraction(round(value, _decimals(value))) == value
    return turn.reply("exact" if exact else "about", value=words)


def _decimals(value: Number) -> int:
    """Return enough decimals for a small result to have six significant digits."""
    places, size = DECIMALS, abs(float(value))
    while 0 < size < 0.1 and places < 18:
        size, places = size * 10, places + 1
    return places


def _powers_of_ten(value: Number, turn: Turn) -> str:
    digits = len(str(abs(int(value)))) - 1
    lead = float(Fraction(int(value), 10**digits))
    return turn.words("power_of_ten", lead=number_words(lead, turn.language, decimals=3), exponent=digits)


HANDLERS: dict[str, Handler] = {"calculate": calculate}
