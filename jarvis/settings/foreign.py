"""What settings that came from elsewhere may not decide here: where anything goes, and what is allowed. Pure.

An address holds if it is one of this computer or the one that is set here already; a permission, if it allows no more
than what is set here. Whatever else came stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jarvis.settings.option import Option, OptionValue
from jarvis.settings.options import OPTIONS

_NAMES = "privacy.contacts"
"""Names that never leave: those of both sides."""
_OF_THIS_COMPUTER = re.compile(
    r"(?:(?:https?|tcp)://)?(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?(?:[/?][!-?A-\[\]-~]*)?",
    re.IGNORECASE,
)
"""The whole of a loopback address; what another reader could take for somebody else's (an @, a backslash) is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """An option of foreign settings that is not taken from them, and the value that it has there."""

    option: Option
    value: OptionValue


def left_out(
    foreign: Callable[[str], OptionValue], here: Callable[[str], OptionValue]
) -> tuple[tuple[LeftOut, ...], Mapping[str, OptionValue]]:
    """Return what of foreign settings is not taken over, and the value that each option concerned gets instead.

    `foreign` and `here` return the value that holds for a name, on either side.
    """
    left, instead = [], {}
    for option in OPTIONS:
        if option.goes_with or _holds(option, foreign(option.name), here(option.name)):
            continue
        left.append(LeftOut(option=option, value=foreign(option.name)))
        for each in OPTIONS:
            if option.name in (each.name, each.goes_with):
                instead[each.name] = here(each.name)
    names = _both(str(here(_NAMES)), str(foreign(_NAMES)))
    if names != foreign(_NAMES):
        instead[_NAMES] = names
    return tuple(left), instead


def is_of_this_computer(address: str) -> bool:
    """Tell whether `address`, empty for none, surely leads no further than this computer."""
    return not address or _OF_THIS_COMPUTER.fullmatch(address) is not None


def _holds(option: Option, foreign: OptionValue, here: OptionValue) -> bool:
    if option.is_address:
        return foreign == here or is_of_this_computer(str(foreign))
    if option.allows:
        return option.allows.index(foreign) <= option.allows.index(here)
    if option.is_limit:
        return foreign == here or (foreign != 0 and (here == 0 or float(foreign) <= float(here)))
    return True


def _both(here: str, foreign: str) -> str:
    """Return a list of names with those of another one that it lacks; the foreign one itself where it has all."""
    listed = [name.strip() for name in foreign.split(",") if name.strip()]
    more = [name for each in here.split(",") if (name := each.strip()) and name not in listed]
    return ", ".join((*listed, *more)) if more else foreign
