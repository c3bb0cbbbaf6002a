"""When two names of a sound device mean the same one. Knows no devices."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLACE = re.compile(r" ?\(hw:\d+,\d+\)$")
"""How ALSA's names end: in the place among the cards, which another start or another port changes."""


def meant_by(wanted: str, names: Sequence[str]) -> str | None:
    """Return which of `names` is the device that was called `wanted`, in any case; None where it is none of them.

    That is the one of the same name, else the first that differs only in its place, such as “(hw:1,0)”.
    """
    folded = wanted.casefold()
    exact = next((name for name in names if name.casefold() == folded), None)
    if exact is not None or not _PLACE.search(folded):
        return exact
    bare = _PLACE.sub("", folded)
    return next((name for name in names if _PLACE.sub("", name.casefold()) == bare), None)
