"""Which of some memories were said one after the other. Pure; knows only those that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from jarvis.contracts.memory import Memory

REACH: Final = 3
FORWARD: Final = 0.9
BACKWARD: Final = 0.6
"""How far, in turns, and how much per turn what is said bears on what is said after and before it."""

PAUSE: Final = timedelta(hours=12)
"""What is said so long after the turn before it begins another talk."""


class Talks:
    """The talks among `rows`, by `previous_seq`."""

    def __init__(self, rows: Mapping[int, Memory]) -> None:
        self._earlier: dict[int, int] = {}
        self._later: dict[int, int] = {}
        for seq, row in sorted(rows.items()):
            before = rows.get(row.previous_seq) if row.previous_seq is not None else None
            if before is not None and abs(row.said_at - before.said_at) <= PAUSE:
                self._earlier[seq] = before.seq
                self._later.setdefault(before.seq, seq)

    def before(self, seq: int) -> int | None:
        """Return what was said just before, None where that is not among the rows."""
        return self._earlier.get(seq)

    def after(self, seq: int) -> int | None:
        """Return what was said just after, None where that is not among the rows."""
        return self._later.get(seq)

    def fading(self, seq: int) -> Iterator[tuple[int, float]]:
        """Yield the row itself with 1 and the rows around it with how much of what it says bears on them."""
        yield seq, 1.0
        for step, kept in ((self._later, FORWARD), (self._earlier, BACKWARD)):
            other, strength = step.get(seq), kept
            for _ in range(REACH):
                if other is None:
                    break
                yield other, strength
                other, strength = step.get(other), strength * kept
