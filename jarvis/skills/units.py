"""Unit conversions: length, mass, temperature, volume, speed, area, time, data. No currencies.

The arithmetic is pint's; the names are in `quantities`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jarvis.contracts.skills import SkillReply
from jarvis.skills.quantities import DEGREE, unit_words
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import number_words


def convert(turn: Turn) -> SkillReply:
    """Say the amount in the other unit, or that the two do not measure the same thing."""
    import pint

    amount, source, target = turn.number("amount"), turn.text("unit"), turn.text("target")
    if amount is None:
        return turn.reply("not_understood")
    source, target = _degrees(source, target), _degrees(target, source)
    try:
        value = float(_registry().Quantity(amount, source).to(target).magnitude)
    except pint.DimensionalityError:
        return turn.reply(
            "incompatible", source=unit_words(source, 2, turn.language), target=unit_words(target, 2, turn.language)
        )
    told = _rounded(value)
    return turn.reply(
        "result",
        amount=_feet_and_inches(amount, source, turn) or _said(amount, source, turn),
        value=number_words(told, turn.language, decimals=9),
        target=unit_words(target, told, turn.language),
        verb=turn.words("is" if abs(amount) == 1 else "are"),
    )


def _said(amount: float, unit: str, turn: Turn) -> str:
    return f"{number_words(amount, turn.language, decimals=3)} {unit_words(unit, amount, turn.language)}"


def _feet_and_inches(amount: float, unit: str, turn: Turn) -> str | None:
    """Return "5 feet 11 inches" for feet that come to whole inches but not to whole feet."""
    inches = round(amount * 12)
    if unit != "foot" or amount <= 1 or inches % 12 == 0 or abs(amount * 12 - inches) > 1e-6 or amount % 0.5 == 0:
        return None
    feet, inches = divmod(inches, 12)
    return f"{_said(feet, 'foot', turn)}{turn.words('and_inches')}{_said(inches, 'inch', turn)}"


def _degrees(unit: str, other: str) -> str:
    """Return which degrees are meant by "degrees" alone: those that the other side is not in."""
    if unit != DEGREE:
        return unit
    return "degC" if other == "degF" else "degF"


def _rounded(value: float) -> float:
    """Return `value` to two decimals, or to three significant digits below one."""
    return round(value, 2) if abs(value) >= 1 else float(f"{value:.3g}")


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


HANDLERS: dict[str, Handler] = {"convert": convert}
