"""Numbers and their units on one line: a no-break space between them. Pure; knows no widget and no number's form.

For what the window shows alone: the terminal, JSON and speech take the same sentences with the spaces they have.
"""

from __future__ import annotations

import re
from functools import lru_cache

NO_BREAK = "\u00a0"
"""The space at which no line ends."""

_UNITS = r"[kMGT]?i?B(?:/s)?|tokens(?:/s)?|ms|s|seconds?|segundos?|min|minutes?|minutos?|h|k?Wh?|dB|Mbit/s|°C|%|\$"
_TORN = re.compile(rf"(?<=[\d}}]) (?=(?:{_UNITS})(?![\w/]))")


@lru_cache(maxsize=1024)
def unbroken(text: str) -> str:
    """Return `text`, a sentence or a template with `{places}`, with each number joined to the unit behind it."""
    return _TORN.sub(NO_BREAK, text)
