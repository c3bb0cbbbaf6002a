"""Which messages of a column are widgets: a run of neighbours that are in it, and those that wait outside of it.

Knows nothing of where they are on the screen, nor of what a message shows.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from jarvis.desktop.keyboard_order import put_in_order
from jarvis.desktop.message_list import MessageList, Place


class MadeMessages:
    """The widgets of `messages`, those in the column from the place `first` on; `stops` returns where the keyboard
    stops in one, `last_stop` the last one of these."""

    def __init__(
        self,
        messages: MessageList,
        stops: Callable[[QWidget], list[QWidget]],
        last_stop: Callable[[QWidget], QWidget | None],
    ) -> None:
        self._messages = messages
        self._stops, self._last_stop = stops, last_stop
        self.first = 0
        self.shown: list[QWidget] = []
        self.parked: dict[Place, QWidget] = {}

    @property
    def after(self) -> int:
        """The place below the last one in the column."""
        return self.first + len(self.shown)

    @property
    def to_the_end(self) -> bool:
        """True where the newest message is in the column."""
        return self.after == len(self._messages)

    def has(self, at: int) -> bool:
        """Tell whether the message at a place is in the column."""
        return self.first <= at < self.after

    def at(self, at: int) -> QWidget | None:
        """Return the widget of the message at a place, None where it has none."""
        if self.has(at):
            return self.shown[at - self.first]
        return self.parked.get(self._messages.places[at])

    def of(self, place: Place | None) -> QWidget | None:
        """Return the widget in the column that shows `place`."""
        for at, widget in enumerate(self.shown):
            if self._messages.places[self.first + at] is place:
                return widget
        return None

    def place_of(self, widget: QWidget) -> Place | None:
        """Return the place whose widget in the column this is."""
        at = self._index(widget)
        return None if at is None else self._messages.places[self.first + at]

    def wanted(self, top: int, bottom: int, room: int) -> int | None:
        """Return which message to make next where those in the column reach from `top` to `bottom` of a view `room`
        tall: into the view, else up to one view below and above it; None when all that is there."""
        for reach in (0, room):
            if bottom < room + reach and not self.to_the_end:
                return self.after
            if top > -reach and self.first > 0:
                return self.first - 1
        return None

    def insert(self, at: int, widget: QWidget) -> bool:
        """Take in the widget of the message at a place next to the others; True when it stands below them."""
        below = at >= self.first
        if not self.shown or not below:
            self.first = at
        self.shown.insert(len(self.shown) if below else 0, widget)
        return below

    def order_keyboard(self, widget: QWidget, before: QWidget) -> None:
        """Let the keyboard come to `widget` where it stands among the others, to the first one after `before`."""
        at = self._index(widget)
        if at is None:
            return
        above = next((last for one in reversed(self.shown[:at]) if (last := self._last_stop(one))), before)
        put_in_order([above, *self._stops(widget)])

    def _index(self, widget: QWidget) -> int | None:
        return next((at for at, one in enumerate(self.shown) if one is widget), None)
