"""Which messages a conversation has, top to bottom, and how tall each is: measured where it was shown, else estimated.

Pure: knows no widget and reads nothing. A text that is far from view is let go and read again when it is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from jarvis.contracts.messages import Role, StoredMessage
from jarvis.desktop.answer import Answer

GAP = 10
"""Logical pixels between two messages; counted to the upper one."""
_LINE = 21
_CHARACTER = 7.2
_AROUND_ANSWER = 96
_AROUND_QUESTION = 82
_MOST_LINES = 900
"""Lines after which the rest of a message is shown only when asked for."""


@dataclass(kw_only=True, slots=True, eq=False)
class Place:
    """One message's place. `message` is None while its text is not held; `answer` is what is newer than the log, and
    `text` a question that is not read from it. `height` was measured at the column's width `width`, 0 for never."""

    id: str
    role: Role
    characters: int
    breaks: int
    message: StoredMessage | None = None
    answer: Answer | None = None
    text: str | None = None
    spoken: bool = False
    versions: tuple[str, ...] = ()
    height: int = 0
    width: int = 0

    @property
    def known(self) -> bool:
        """True when what it shows is held."""
        return self.message is not None or self.answer is not None or self.text is not None

    def height_at(self, width: int) -> int:
        """Return how tall it is, its gap included, in a column of `width` logical pixels."""
        if self.width == width:
            return self.height
        if self.width:
            around = _AROUND_ANSWER if self.role == "assistant" else _AROUND_QUESTION
            return around + max(0, self.height - around) * self.width // max(1, width)
        share = 0.8 if self.role == "user" else 1.0
        line = max(10, int((width * share - 36) / _CHARACTER))
        lines = min(_MOST_LINES, self.breaks + 1 + self.characters // line)
        return lines * _LINE + GAP + (_AROUND_QUESTION if self.role == "user" else _AROUND_ANSWER) - _LINE


def place_of(message: StoredMessage, *, held: bool = True) -> Place:
    """Return the place of a stored message, with or without its text."""
    return Place(
        id=message.id,
        role=message.role,
        characters=len(message.text),
        breaks=message.text.count("\n"),
        message=message if held else None,
        versions=message.versions,
    )


class MessageList:
    """The places in order, and where each begins."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.width = 700
        self._heights: list[int] = []
        self._ends: list[int] | None = []

    def __len__(self) -> int:
        return len(self.places)

    def append(self, place: Place) -> None:
        """Add the newest."""
        self.places.append(place)
        self._heights.append(place.height_at(self.width))
        self._ends = None

    def prepend(self, places: Sequence[Place]) -> None:
        """Add older ones, oldest first."""
        self.places[:0] = places
        self._heights[:0] = [place.height_at(self.width) for place in places]
        self._ends = None

    def cut(self, at: int) -> None:
        """Take the one at `at` away and all after it."""
        del self.places[at:], self._heights[at:]
        self._ends = None

    def set_width(self, width: int) -> None:
        """Take another width of the column."""
        if width != self.width:
            self.width = width
            self._heights = [place.height_at(width) for place in self.places]
            self._ends = None

    def measured(self, at: int, height: int) -> None:
        """Take the true height of the one at `at`, its gap included."""
        place = self.places[at]
        place.height, place.width = height, self.width
        if self._heights[at] != height:
            self._heights[at] = height
            self._ends = None

    def find(self, message_id: str) -> int | None:
        """Return where the message with this id is."""
        if not message_id:
            return None
        return next((at for at, place in enumerate(self.places) if place.id == message_id), None)

    def top(self, at: int) -> int:
        """Return where the one at `at` begins; `len` is the end of all."""
        return self._summed()[at - 1] if at else 0

    def total(self) -> int:
        """Return how tall all are together."""
        return self.top(len(self.places))

    def at(self, y: int) -> int:
        """Return which one lies at `y`, the first or last where that is outside; there is at least one."""
        return min(bisect_right(self._summed(), max(0, y)), len(self.places) - 1)

    def let_go(self, first: int, last: int) -> None:
        """Let the texts of stored messages before `first` and after `last` go."""
        for place in (*self.places[: max(0, first)], *self.places[last + 1 :]):
            place.message = None

    def _summed(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(self._heights))
        return self._ends
