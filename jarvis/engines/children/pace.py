"""How often a recogniser may look at an utterance that still goes on. Pure; knows nothing about what it looks at."""

from __future__ import annotations

SHORTEST_REST_SECONDS = 0.35
"""More than three times a second nobody reads along."""

SHORT_SHARE = 0.35
"""What a look at a short window takes of one at 30 s, until it was measured: the encoder's work falls faster than its
length (0.17 of 0.70 s for half of it, shape base)."""

QUICK_SECONDS = 0.5
"""A look that takes longer is not begun while somebody speaks: it would still run when they stop, and what they said
last would wait for it."""


def rest_after(look_seconds: float) -> float:
    """Return the seconds to wait after a look that took `look_seconds`.

    Looking takes at most half of the time, and of a slow processor less: its looks keep others waiting longer.
    """
    return max(SHORTEST_REST_SECONDS, look_seconds * (1 + 2 * max(0.0, look_seconds - QUICK_SECONDS)))


def may_look(*, look_seconds: float, pausing: bool) -> bool:
    """Tell whether to look now, when enough rest was had; `look_seconds` is what looks take here.

    A pause is the best moment: the words of a pause are what will be asked for next.
    """
    return pausing or look_seconds <= QUICK_SECONDS
