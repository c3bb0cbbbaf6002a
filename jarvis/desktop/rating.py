"""How good an answer was: one to five stars, and a reason, asked for where they are few. Keeps it through the routing's
port."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from jarvis.contracts.conversation_desk import Rating
from jarvis.desktop import message_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.theme import styled

MOST = 5
FEW = 3
"""Stars up to which a reason is asked for; with more, it is given by who wants to."""
_SIZE = 20
_SETTLED = 900
"""Milliseconds after the last arrow key until the stars are kept."""


class Stars(QSlider):
    """Five stars; 0 is none. `chosen` fires when a choice is final: a click, Enter, a digit, or a moment of rest."""

    chosen = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._desk = desk
        self._kept = 0
        self.setRange(0, MOST)
        self.setPageStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(MOST * _SIZE + 6, _SIZE + 5)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._rest = QTimer(self, interval=_SETTLED, singleShot=True)
        self._rest.timeout.connect(self._settle)
        self.valueChanged.connect(self._told)
        desk.words.follow(self, self._told)
        desk.theme.follow(self, self.update)

    def show_stars(self, stars: int) -> None:
        """Show what is kept."""
        self._rest.stop()
        self._kept = stars
        self.setValue(stars)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the star under the pointer."""
        at = int((event.position().x() - 3) // _SIZE) + 1
        self._choose(max(1, min(MOST, at)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A star is clicked, not dragged."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has chosen already."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave scrolling to the conversation."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter and Space keep, a digit does both."""
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
            self._choose(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._settle()
        else:
            before = self.value()
            super().keyPressEvent(event)
            if self.value() != before:
                self._rest.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving keeps what was chosen."""
        super().focusOutEvent(event)
        self._settle()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw five stars, as many of them full as were chosen."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(MOST):
            full = number < self.value()
            painter.setPen(QColor(colours.accent if full else colours.muted))
            painter.setBrush(QColor(colours.accent) if full else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(_star(QPointF(3 + (number + 0.5) * _SIZE, self.height() / 2), _SIZE * 0.36))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _choose(self, stars: int) -> None:
        self.setValue(stars)
        self._settle()

    def _settle(self) -> None:
        self._rest.stop()
        stars = self.value()
        if stars == 0:
            self.setValue(self._kept)
        elif stars != self._kept:
            self._kept = stars
            self.chosen.emit(stars)

    def _told(self) -> None:
        self.setAccessibleName(stars_name(self.value(), self._desk))
        tip = texts.STARS_TIP if self.value() == 0 else texts.STARS
        self.setToolTip(self._desk.words(tip, stars=self.value()))
        self.update()


def stars_name(stars: int, desk: Desk) -> str:
    """Return how `stars` are read aloud."""
    if stars == 0:
        return desk.words(texts.NO_STARS)
    return desk.words(texts.ONE_STAR) if stars == 1 else desk.words(texts.STARS, stars=stars)


class RatingReason(QFrame):
    """The line under the stars in which to say why."""

    given = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        styled(self, "clear")
        words = self._words = desk.words
        self._few = True
        self.field = QLineEdit()
        self.field.setMaxLength(500)
        words.follow(self, self._ask)
        self.keep = QPushButton()
        words.bind(self.keep, self.keep.setText, texts.REASON_KEEP)
        words.name(self.keep, texts.REASON_KEEP, tooltip=False)
        self.field.returnPressed.connect(self._give)
        self.keep.clicked.connect(self._give)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.keep)

    def ask_for(self, stars: int) -> None:
        """Ask as fits so many stars."""
        self._few = stars <= FEW
        self._ask()

    def _ask(self) -> None:
        asked = self._words(texts.REASON if self._few else texts.REASON_GOOD)
        self.field.setAccessibleName(asked)
        self.field.setPlaceholderText(asked)

    def _give(self) -> None:
        self.given.emit(self.field.text().strip())


class AnswerRating(QWidget):
    """Stars' second line under one answer: the reason and what came of keeping it. `beside` stands among the acts: the
    `stars`, and once there are some what opens the reason."""

    rated = Signal(str, object)
    """A `Rating` of the answer with this message id was kept."""
    grown = Signal()
    """There is more in it where the keyboard stops."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._message_id = ""
        self._rating = Rating(stars=0)
        self._opened = False
        self.stars = Stars(desk)
        self.stars.chosen.connect(lambda stars: self._keep(Rating(stars=stars, reason=self._rating.reason)))
        self.why: QToolButton | None = None
        self.beside = QWidget()
        self._row = QHBoxLayout(self.beside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(self.stars)
        self.reason: RatingReason | None = None
        self.message = QLabel()
        self.message.setProperty("look", "small")
        self.message.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.message)
        self._show_rows(asked=False, told="")

    def show_rating(self, message_id: str, rating: Rating | None) -> None:
        """Show what is kept of the answer `message_id`; None leaves what is shown of this very answer."""
        if message_id != self._message_id or rating is not None:
            self._message_id = message_id
            self._rating = rating or Rating(stars=0)
            self.stars.show_stars(self._rating.stars)
            if self.reason is not None:
                self.reason.field.setText(self._rating.reason)
            self._offer_reason()

    def _keep(self, rating: Rating) -> None:
        routing, message_id, before = self._desk.services.routing, self._message_id, self._rating
        if routing is None or not message_id:
            return
        self._rating = rating
        self._show_rows(asked=rating.stars <= FEW or self._being_said(), told="")

        def failed(error: Exception) -> None:
            self._rating = before
            self.stars.show_stars(before.stars)
            why = self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error))
            self._show_rows(asked=self._being_said(), told=why)

        self._desk.bridge.run(
            lambda: routing().rate(message_id, rating.stars, rating.reason),
            self._if_there(lambda _: self._kept(message_id, rating)),
            self._if_there(failed),
            keep=True,
        )

    def _kept(self, message_id: str, rating: Rating) -> None:
        self.rated.emit(message_id, rating)
        asks = rating.stars <= FEW and not rating.reason
        if rating == self._rating:
            self._show_rows(asked=asks or self._being_said(), told=self._desk.words(texts.RATING_KEPT))

    def _being_said(self) -> bool:
        """Tell whether the reason was opened, or holds words that are not kept yet."""
        reason = self.reason
        if reason is None or self._rating.stars == 0:
            return False
        return self._opened or (not reason.isHidden() and reason.field.text().strip() != self._rating.reason)

    def _say_why(self) -> None:
        """Open the reason, or close it again."""
        self._opened = self.reason is None or self.reason.isHidden()
        self._show_rows(asked=self._opened, told="")
        if self._opened and self.reason is not None:
            self.reason.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self, reason: str) -> None:
        self._opened = False
        self._keep(Rating(stars=self._rating.stars, reason=reason))

    def _show_rows(self, *, asked: bool, told: str) -> None:
        if asked and self.reason is None:
            # Hardly any answer gets a reason, so the field is made for those.
            self.reason = RatingReason(self._desk)
            self.reason.field.setText(self._rating.reason)
            self.reason.given.connect(self._give)
            self._column.insertWidget(0, self.reason)
            self.grown.emit()
        if self.reason is not None:
            self.reason.ask_for(self._rating.stars)
            self.reason.setVisible(asked)
        self.message.setText(told)
        self.message.setVisible(bool(told))
        self.setVisible(asked or bool(told))
        self._offer_reason()

    def _offer_reason(self) -> None:
        rated = self._rating.stars > 0
        if rated and self.why is None:
            self.why = QToolButton()
            self.why.setProperty("look", "small")
            self.why.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.why.setMinimumSize(QSize(26, 26))
            self._desk.words.name(self.why, texts.SAY_WHY)
            self._desk.theme.dress(self.why, "rename", size=16)
            self.why.clicked.connect(self._say_why)
            self._row.addWidget(self.why)
            self.grown.emit()
        if self.why is not None:
            self.why.setVisible(rated)

    def _if_there(self, act: Callable[..., None]) -> Callable[..., None]:
        return lambda given: act(given) if isValid(self) else None


def _star(middle: QPointF, radius: float) -> QPolygonF:
    points = []
    for corner in range(10):
        angle = math.pi * corner / 5 - math.pi / 2
        length = radius if corner % 2 == 0 else radius * 0.45
        points.append(QPointF(middle.x() + length * math.cos(angle), middle.y() + length * math.sin(angle)))
    return QPolygonF(points)
