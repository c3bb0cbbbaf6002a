"""A scrolling column of messages of which only those near the view are widgets.

What is on the screen stays where it is while others are made, measured or taken away: one message at the top of the
view, the anchor, keeps its place. At the end the column stays there. Knows nothing of what a message shows.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from jarvis.desktop.desk import Desk
from jarvis.desktop.message_holder import SIDE, MessageHolder, step_to_show
from jarvis.desktop.message_list import GAP, MessageList, Place
from jarvis.desktop.message_made import MadeMessages
from jarvis.desktop.slices import Discards

WIDEST_COLUMN = 780
"""Logical pixels of the text column: about 95 characters a line."""
NEAR = 48
"""Logical pixels from the end within which a person is at the end."""
_EDGE = 20
_MARK_MILLISECONDS = 2200
_KEPT_TEXTS = 400
_HIDDEN = 6
"""Messages made while the column is not on the screen, so that it has something to show at once."""


class MessageColumn(QScrollArea):
    """The column; `make` returns the widget of the message at a place, `stops` where the keyboard stops in it and
    `last_stop` the last one of these; `holds` tells that it must outlive being out of view, as while it is edited,
    `busy` that it is not whole yet."""

    texts_wanted = Signal(int)
    """What the message at this place shows is not held."""
    placed = Signal(object)
    """This message's widget was put into the column."""
    settled = Signal()
    """All that belongs near the view is made."""

    def __init__(
        self,
        desk: Desk,
        make: Callable[[int], QWidget],
        stops: Callable[[QWidget], list[QWidget]],
        last_stop: Callable[[QWidget], QWidget | None],
        holds: Callable[[QWidget], bool],
        busy: Callable[[QWidget], bool],
    ) -> None:
        super().__init__()
        self._desk = desk
        self._make, self._holds, self._busy = make, holds, busy
        self._stops, self._last_stop = stops, last_stop
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().valueChanged.connect(self._moved)
        self._maker = desk.slices.add(self, self._make_next)
        self._discards = Discards(desk.slices, self)
        self._mark_timer = QTimer(self, interval=_MARK_MILLISECONDS, singleShot=True)
        self._mark_timer.timeout.connect(lambda: self._mark(None))
        self._setting = self._waiting = False
        self._marked: Place | None = None
        self._holder = self._new_holder()
        self.list = MessageList()
        self._made = MadeMessages(self.list, stops, last_stop)
        self.fresh()

    # What is shown.

    def fresh(self) -> None:
        """Begin an empty column."""
        self._maker.stop()
        self._waiting = False
        made = [*self._made.shown, *self._made.parked.values()]
        self.list = MessageList()
        self._made = MadeMessages(self.list, self._stops, self._last_stop)
        self._newest: QWidget | None = None
        self._anchor: Place | None = None
        self._anchor_y = _EDGE
        self._value = 0
        self.follow = True
        old, self._holder = self._holder, self._new_holder()
        for widget in (old, *made):
            widget.hide()
        for widget in (*made, old):
            self._discards.add(widget)
        self._holder.show()
        self.list.set_width(self.column_width())
        self._settle()

    def _new_holder(self) -> MessageHolder:
        return MessageHolder(self.viewport(), self._desk.theme, self.laid_out, self._marked_area)

    def widget(self) -> QWidget:
        """Return what holds the messages that are widgets now."""
        return self._holder

    def shown(self) -> list[QWidget]:
        """Return the messages that are widgets now, top to bottom."""
        return list(self._made.shown)

    def shown_at(self, at: int) -> QWidget | None:
        """Return the widget of the message at a place, None where it has none."""
        return self._made.at(at)

    @property
    def making(self) -> bool:
        """True while widgets near the view are still to be made, their texts to be read, or others to be deleted."""
        return self._maker.isActive() or self._waiting or self._discards.any

    def column_width(self) -> int:
        """Return the width of a message in logical pixels."""
        return max(60, min(WIDEST_COLUMN, self.viewport().width()) - 2 * SIDE)

    def append(self, place: Place) -> None:
        """Add the newest message."""
        self.list.append(place)
        at = len(self.list) - 1
        if self.follow and place.known and (not self._made.shown or self._made.after == at):
            # What was just said comes at once where the person is there to see it.
            self._put(at, self._make(at))
        self._settle()
        self.make_more()

    def prepend(self, places: list[Place]) -> None:
        """Add older messages, oldest first; what is on the screen stays there."""
        self.list.prepend(places)
        if self._made.shown:
            self._made.first += len(places)
        self._settle()
        self.make_more()

    def cut(self, at: int) -> None:
        """Take the message at a place away and all below it."""
        while self._made.shown and self._made.after > at:
            self._take(len(self._made.shown) - 1, for_good=True)
        for place in self.list.places[at:]:
            if place in self._made.parked:
                self._discards.add(self._made.parked.pop(place))
            if place is self._anchor:
                self._anchor = None
        self.list.cut(at)
        self._settle()
        self.make_more()

    def make_more(self) -> None:
        """Go on making what belongs near the view, as after a text has come."""
        self._waiting = False
        if not self._maker.isActive():
            self._maker.start()

    # Where the view is.

    def to_latest(self) -> None:
        """Go to the end and stay there."""
        self.follow = True
        if not self._made.to_the_end:
            self._jump(len(self.list) - 1, _EDGE)
        self._settle()

    def to_first(self) -> None:
        """Go to the oldest message that is known."""
        self.follow = False
        self.verticalScrollBar().setValue(0)

    def go_to(self, at: int, y: int = _EDGE, *, mark: bool = False) -> None:
        """Bring the message at a place to `y` logical pixels below the top of the view; `mark` makes it stand out for
        a moment."""
        self.follow = False
        if self._made.first <= at <= self._made.after:
            self._anchor, self._anchor_y = self.list.places[at], y
        else:
            self._jump(at, y)
        self._settle()
        if mark:
            self._mark(self.list.places[at])
            self._mark_timer.start()
        self.make_more()

    def ensure_visible(self, widget: QWidget, margin: int = 16) -> None:
        """Scroll no more than is needed to show `widget` whole, or its top where it is taller than the view."""
        move = step_to_show(widget, self.viewport(), margin)
        if move:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + move)

    def place_shown(self, widget: QWidget) -> Place | None:
        """Return the place whose widget this is."""
        return self._made.place_of(widget)

    # Events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the column."""
        super().resizeEvent(event)
        self.list.set_width(self.column_width())
        self._settle()
        self.make_more()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the column once there is a place for it."""
        super().showEvent(event)
        self._settle()
        self.make_more()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show what the keyboard comes to."""
        moved = super().focusNextPrevChild(forward)
        now = self.window().focusWidget()
        if moved and now is not None and self._holder.isAncestorOf(now):
            self.ensure_visible(now)
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the first and last message with Home and End; the scroll bar knows the rest."""
        if event.key() == Qt.Key.Key_Home:
            self.to_first()
        elif event.key() == Qt.Key.Key_End:
            self.to_latest()
        else:
            super().keyPressEvent(event)

    def laid_out(self) -> None:
        """The messages' heights changed."""
        self._settle()
        self.make_more()

    def _settle(self) -> None:
        """Give every message its true height, put the anchor in its place and have the scroll bar tell where it is."""
        room = self.viewport().height()
        width = min(WIDEST_COLUMN, self.viewport().width())
        y = self._holder.y()
        if self._made.shown:
            self._holder.fit((self.viewport().width() - width) // 2, width)
            for at, widget in enumerate(self._made.shown):
                self.list.measured(self._made.first + at, widget.height() + GAP)
            y = self._wanted_y(room)
            self._holder.move(self._holder.x(), y)
        self._setting = True
        bar = self.verticalScrollBar()
        bar.setPageStep(room)
        bar.setRange(0, max(0, self.list.total() - GAP + 2 * _EDGE - room))
        if self._made.shown:
            bar.setValue(_EDGE + self.list.top(self._made.first) - y)
        self._value = bar.value()
        self._setting = False
        self.scrolled()

    def scrolled(self) -> None:
        """What is in view changed; for those who show where that is."""

    def _wanted_y(self, room: int) -> int:
        y, height = self._holder.y(), self._holder.height()
        last = self._made.to_the_end
        anchor = self._made.of(self._anchor)
        if self.follow and last:
            y = room - _EDGE - height
        elif anchor is not None:
            y = self._anchor_y - anchor.y()
        if last:
            y = max(y, room - _EDGE - height)
        return min(y, _EDGE) if self._made.first == 0 else y

    def _moved(self, value: int) -> None:
        """Follow the person's scrolling."""
        if self._setting or not len(self.list):
            return
        bar, room = self.verticalScrollBar(), self.viewport().height()
        step, self._value = value - self._value, value
        y, last = self._holder.y() - step, self._made.to_the_end
        self.follow = value >= bar.maximum() - NEAR
        if value >= bar.maximum() and not last:
            self._jump(len(self.list) - 1, _EDGE)
        elif value <= 0 and self._made.first > 0:
            self._jump(0, _EDGE)
        elif self._made.shown and y < room and y + self._holder.height() > 0:
            self._holder.move(self._holder.x(), y)
            self._anchor_here()
        else:
            at = self.list.at(value - _EDGE)
            self._jump(at, _EDGE + self.list.top(at) - value)
        self.scrolled()
        self.make_more()

    def _anchor_here(self) -> None:
        """Take what is uppermost in view for the anchor."""
        for widget in self._made.shown:
            if self._holder.y() + widget.y() + widget.height() > 0:
                self._anchor, self._anchor_y = self._made.place_of(widget), self._holder.y() + widget.y()
                return

    def _jump(self, at: int, y: int) -> None:
        """Begin anew with the message at a place, its top at `y` in the view."""
        while self._made.shown:
            self._take(len(self._made.shown) - 1)
        self._made.first = at
        self._anchor, self._anchor_y = self.list.places[at], y
        self._holder.move(self._holder.x(), y)
        self.make_more()

    # Making and taking away.

    def _make_next(self) -> None:
        """Make one message, the most needed first, or take away what is far from view."""
        taken = self._take_far()
        if (self._newest is not None and self._busy(self._newest)) or self._discards.any:
            # What is gone leaves first: its memory serves what comes.
            return
        wanted = self._next() if self.isVisible() or len(self._made.shown) < _HIDDEN else None
        if wanted is None:
            if not taken and not self._drop_left():
                self._maker.stop()
                self.list.let_go(self._made.first - _KEPT_TEXTS, self._made.after + _KEPT_TEXTS)
                self.settled.emit()
            return
        place = self.list.places[wanted]
        if not place.known:
            self._maker.stop()
            self._waiting = True
            self.texts_wanted.emit(wanted)
            return
        if place not in self._made.parked:
            # It is put into the column in a turn of its own: making and laying out together would hold the window.
            self._made.parked[place] = self._make(wanted)
            return
        self._put(wanted, self._made.parked.pop(place))

    def _put(self, wanted: int, widget: QWidget) -> None:
        """Put a message into the column, at the end of those that are there."""
        below = self._made.insert(wanted, widget)
        self._holder.column.insertWidget(-1 if below else 0, widget)
        widget.show()
        self._newest = widget
        self.order_keyboard(widget)
        self._settle()
        self.placed.emit(widget)

    def _next(self) -> int | None:
        """Return which message to make: into the view, else up to one view above and below it."""
        count, room = len(self.list), self.viewport().height()
        if not count:
            return None
        if not self._made.shown:
            return count - 1 if self.follow else min(self._made.first, count - 1)
        return self._made.wanted(self._holder.y(), self._holder.y() + self._holder.height(), room)

    def _take_far(self) -> bool:
        """Take away one message that is far from view; False when there is none."""
        room, top = self.viewport().height(), self._holder.y()
        far, shown = room + room // 2, self._made.shown
        if len(shown) > 1 and top + shown[0].geometry().bottom() < -far:
            self._take(0)
        elif len(shown) > 1 and top + shown[-1].y() > room + far:
            self._take(len(shown) - 1)
        else:
            return False
        self._settle()
        return True

    def _drop_left(self) -> bool:
        """Drop a message that was made and is no longer wanted; False when there is none."""
        left = next((place for place, widget in self._made.parked.items() if not self._holds(widget)), None)
        if left is not None:
            self._discards.add(self._made.parked.pop(left))
        return left is not None

    def _take(self, at: int, *, for_good: bool = False) -> None:
        place = self.list.places[self._made.first + at]
        widget = self._made.shown.pop(at)
        self._newest = None if widget is self._newest else self._newest
        if at == 0 and self._made.shown:
            # What is below comes up by as much when it is laid out again.
            self._holder.move(self._holder.x(), self._holder.y() + self._made.shown[0].y())
            self._made.first += 1
        now = self.window().focusWidget()
        if now is not None and widget.isAncestorOf(now):
            self.setFocus()
        self._holder.column.removeWidget(widget)
        if self._holds(widget) and not for_good:
            widget.hide()
            self._made.parked[place] = widget
        else:
            self._discards.add(widget)

    def order_keyboard(self, widget: QWidget) -> None:
        """Let the keyboard come to `widget` where it stands among the others."""
        self._made.order_keyboard(widget, self)

    def _marked_area(self) -> QRect | None:
        """Return where the message that stands out is in the holder."""
        widget = self._made.of(self._marked)
        return None if widget is None else widget.geometry()

    def _mark(self, place: Place | None) -> None:
        self._marked = place
        self._holder.update()
