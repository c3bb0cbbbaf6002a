"""What is preferred among rows that fit a question alike: the right time and speaker, what holds, the recent. Pure.

Everything here is mild but two: what was said or happened in the time that a question names, and what no longer holds.
Preferences are added to scores of 0..1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jarvis.contracts.memory import ASSISTANT, Memory, TimeRange
from jarvis.memory.query_words import Leaning
from jarvis.memory.time_range import TimeReading

IN_TIME: Final = 0.25
SAME_SEASON: Final = 0.12
ONLY_TIME: Final = 2.5
"""In the very span that was asked for; in the same days of another year, where the question names none; how much more
that is where a question asks for nothing but a time."""

NAMED_SPEAKER: Final = 0.02
"""Never more: with twice the weight, questions that mix up the speakers lose what answers them."""

ONLY_ASKS: Final = -0.06
"""A turn that only asks tells nothing itself; what answers it stands after it (0.03..0.1 gain a point of recall)."""

ASSISTANTS_WORDS: Final = -0.05
PINNED: Final = 0.04
IMPORTANCE: Final = 0.04
RECENT: Final = 0.02
RECENT_WHEN_ASKED: Final = 0.08
FADES_IN_DAYS: Final = 170.0
SUPERSEDED: Final = -0.35
OUTDATED: Final = -0.12
"""A fact that no longer holds; a turn none of whose facts hold, which may well tell something else too."""


MOSTLY: Final = 0.6
MOST_AFTER_QUESTION: Final = 60
"""A text that goes on for more characters after its last question mark tells something."""

_QUESTION = re.compile(r"[^.!?;:…]*\?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What a question prefers. `outdated` are turns whose facts no longer hold; `newest` is when the latest of the rows
    that are compared was said, from which age is counted. `only_time` tells that the question asks
    for nothing but a time."""

    leaning: Leaning
    reading: TimeReading | None
    newest: datetime
    outdated: Collection[int] = ()
    only_time: bool = False

    def of(self, row: Memory) -> float:
        """Return what to add to the score of a row."""
        age_days = max(0.0, (self.newest - row.said_at).total_seconds() / 86400)
        fresh = math.exp(-age_days / FADES_IN_DAYS)
        added = IMPORTANCE * (row.importance - 0.5) + (RECENT_WHEN_ASKED if self.leaning.present else RECENT) * fresh
        if row.pinned:
            added += PINNED
        if row.speaker in self.leaning.speakers:
            added += NAMED_SPEAKER
        elif row.speaker == ASSISTANT:
            added += ASSISTANTS_WORDS
        if only_asks(row.text):
            added += ONLY_ASKS
        if no_longer_holds(row):
            added += SUPERSEDED
        elif row.seq in self.outdated:
            added += OUTDATED
        return added + self._in_time(row)

    def _in_time(self, row: Memory) -> float:
        if self.reading is None:
            return 0.0
        more = ONLY_TIME if self.only_time else 1.0
        if in_time(row, self.reading.range):
            return IN_TIME * more
        return SAME_SEASON * more if any(in_time(row, span) for span in self.reading.earlier) else 0.0


def no_longer_holds(row: Memory) -> bool:
    """Tell whether a fact was superseded."""
    return row.superseded_by is not None or row.valid_until is not None


def only_asks(text: str) -> bool:
    """Tell whether most words of a text stand in questions."""
    if "?" not in text[-MOST_AFTER_QUESTION:]:
        return False
    asking = sum(len(question) for question in _QUESTION.findall(text))
    return asking >= MOSTLY * len(text)


def in_time(row: Memory, span: TimeRange) -> bool:
    """Tell whether a row was said in a span, or tells of something that overlaps it."""
    if span.holds(row.said_at):
        return True
    happened = row.happened
    if happened is None or happened.start is None or happened.end is None:
        return False
    return (span.end is None or happened.start < span.end) and (span.start is None or happened.end > span.start)
