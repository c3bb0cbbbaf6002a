"""Work of the window that can wait, done between its other events: a few milliseconds a turn for all of it together,
and none in the turn after, which lays that work out and paints it.

Timers of their own would each take their slice in the same turn of the event loop. Knows nothing of what is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

TURN_SECONDS = 0.004
"""After so long no further step is begun in a turn; the longest single steps take as long again."""


class Slices(QObject):
    """Gives every started `Slice` its turn, one after the other."""

    def __init__(self, turn_seconds: float = TURN_SECONDS) -> None:
        super().__init__()
        self._turn_seconds = turn_seconds
        self._waiting: deque[Slice] = deque()
        self._end = 0.0
        self._rests = False
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._every_other_turn)

    def add(self, owner: QObject, step: Callable[[], None]) -> Slice:
        """Return a slice that does `step` turn after turn while it is started and `owner` lives."""
        return Slice(self, owner, step)

    def once(self, owner: QObject, act: Callable[[], None]) -> None:
        """Do `act` in one of the next turns, if `owner` still lives then."""

        def step() -> None:
            one.stop()
            act()

        one = self.add(owner, step)
        one.start()

    @property
    def over(self) -> bool:
        """True when this turn's time is used up: a step that could do more leaves it for its next turn."""
        return perf_counter() >= self._end

    def end_turn(self) -> None:
        """Begin no further step in this turn; the next one is left to what is posted, such as a deletion."""
        self._end = 0.0

    def leave(self, widget: QWidget) -> None:
        """Do nothing more for `widget` and what is in it."""
        for one in list(self._waiting):
            if one.is_of(widget):
                one.stop()

    def start(self, one: Slice) -> None:
        """Let `one` have its turns."""
        self._waiting.append(one)
        self._timer.start()

    def stop(self, one: Slice) -> None:
        """Give `one` no more turns."""
        self._waiting.remove(one)

    def _every_other_turn(self) -> None:
        """Work, unless the turn before this one did: what it changed is laid out and painted now."""
        if self._rests:
            self._rests = False
        else:
            self._turn()
            self._rests = True

    def _turn(self) -> None:
        self._end = perf_counter() + self._turn_seconds
        for _ in range(len(self._waiting)):
            if not self._waiting:
                break
            one = self._waiting[0]
            self._waiting.rotate(-1)
            one.act()
            if self.over:
                break
        if not self._waiting:
            self._timer.stop()


class Slice:
    """One work's turns, started and stopped as a timer is."""

    def __init__(self, slices: Slices, owner: QObject, step: Callable[[], None]) -> None:
        self._slices = slices
        self._owner = owner
        self._step = step
        self._active = False

    def start(self) -> None:
        """Have the step done in every turn from now on."""
        if not self._active:
            self._active = True
            self._slices.start(self)

    def stop(self) -> None:
        """End that."""
        if self._active:
            self._active = False
            self._slices.stop(self)

    def isActive(self) -> bool:
        """True while it is started."""
        return self._active

    def is_of(self, widget: QWidget) -> bool:
        """Tell whether it works for `widget` or for what is in it."""
        owner = self._owner
        if not isValid(owner):
            return False
        return owner is widget or (isinstance(owner, QWidget) and widget.isAncestorOf(owner))

    def act(self) -> None:
        """Do the step, if there still is whom it is for."""
        if isValid(self._owner):
            self._step()
        else:
            self.stop()


class Discards:
    """Widgets that are gone, deleted one a turn: a message with all that is in it takes milliseconds."""

    def __init__(self, slices: Slices, owner: QObject) -> None:
        self._slices = slices
        self._gone: deque[QWidget] = deque()
        self._next = slices.add(owner, self._delete_next)

    def add(self, widget: QWidget) -> None:
        """Take `widget` off the screen now, and delete it after those before it."""
        widget.hide()
        self._slices.leave(widget)
        self._gone.append(widget)
        self._next.start()

    @property
    def any(self) -> bool:
        """True until the last one is deleted."""
        return self._next.isActive()

    def _delete_next(self) -> None:
        if not self._gone:
            self._next.stop()
        elif isValid(widget := self._gone.popleft()):
            widget.deleteLater()
            self._slices.end_turn()
