"""What settings that came from elsewhere may not decide here: where anything goes, what it costs, and what is allowed.
Pure.

An address holds if it is one of this computer or the one that is set here already; a permission, if it allows no more
than what is set here; a path, if it leads to no other computer. What a model is chosen by, and which one is asked at an
address that is used here, stays as it is here. Whatever else came stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jarvis.settings.option import Option, OptionValue
from jarvis.settings.options import OPTIONS

_NAMES = "privacy.contacts"
"""Names that never leave: those of both sides."""
_OF_ANOTHER_COMPUTER = re.compile(r"\s*[\\/]{2}")
"""How a path on the network begins; looking for it already tells another computer who is here."""
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
    """Return what of foreign settings is not taken over, but for limits of money, and the value that each option
    concerned gets instead.

    `foreign` and `here` return the value that holds for a name, on either side.
    """
    left: list[LeftOut] = []
    instead = dict(lower_limits(foreign, here))
    for option in OPTIONS:
        if option.is_limit or _holds(option, foreign, here):
            continue
        left.append(LeftOut(option=option, value=foreign(option.name)))
        for each in OPTIONS:
            if option.name in (each.name, each.goes_with):
                instead[each.name] = here(each.name)
    names = _both(str(here(_NAMES)), str(foreign(_NAMES)))
    if names != foreign(_NAMES):
        instead[_NAMES] = names
    return tuple(left), instead


def lower_limits(
    foreign: Callable[[str], OptionValue], here: Callable[[str], OptionValue]
) -> Mapping[str, OptionValue]:
    """Return the limits of money that are lower here than in foreign settings, whoever wrote those."""
    names = [option.name for option in OPTIONS if option.is_limit]
    limits = {name: (float(foreign(name)), float(here(name))) for name in names}
    return {name: here(name) for name, (theirs, ours) in limits.items() if ours and (not theirs or theirs > ours)}


def is_of_this_computer(address: str) -> bool:
    """Tell whether `address`, empty for none, surely leads no further than this computer."""
    return not address or _OF_THIS_COMPUTER.fullmatch(address) is not None


def leads_elsewhere(path: str) -> bool:
    """Tell whether opening `path` may ask another computer."""
    return _OF_ANOTHER_COMPUTER.match(path) is not None


def _holds(option: Option, foreign: Callable[[str], OptionValue], here: Callable[[str], OptionValue]) -> bool:
    theirs, ours = foreign(option.name), here(option.name)
    if theirs == ours:
        return True
    if option.is_address:
        return is_of_this_computer(str(theirs))
    if option.goes_with:
        # With another address it comes, or stays, as that does.
        return not foreign(option.goes_with) or foreign(option.goes_with) != here(option.goes_with)
    if option.allows:
        return option.allows.index(theirs) <= option.allows.index(ours)
    if option.is_path:
        return not leads_elsewhere(str(theirs))
    return not option.weighs


def _both(here: str, foreign: str) -> str:
    """Return a list of names with those of another one that it lacks; the foreign one itself where it has all."""
    listed = [name.strip() for name in foreign.split(",") if name.strip()]
    more = [name for each in here.split(",") if (name := each.strip()) and name not in listed]
    return ", ".join((*listed, *more)) if more else foreign
