"""Small parts that the pages of the models' window share. Knows no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled

NARROW = 470
"""Width in pixels of a page below which it leaves less room at its sides and puts things below each other."""


NARROWEST = 330
"""The same below which almost none is left there: large text on a small screen needs it."""


def side_room(width: int) -> int:
    """Return the pixels at each side of a page that is `width` wide."""
    return 4 if width < NARROWEST else 12 if width < NARROW else 24


class LatePage(QWidget):
    """A page that is made when it is first looked at: making all of them at once would hold the window up."""

    def __init__(self, build: Callable[[], QWidget]) -> None:
        super().__init__()
        self._build = build
        self._page: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> QWidget:
        """The page itself."""
        if self._page is None:
            self._page = self._build()
            self._layout.addWidget(self._page)
        return self._page

    def showEvent(self, event: QShowEvent) -> None:
        """Make the page."""
        super().showEvent(event)
        self.page.show()


def muted(look: str = "muted") -> QLabel:
    """Return an empty label that wraps and never widens its page."""
    label = QLabel()
    label.setProperty("look", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def button_of(desk: Desk, text: Text, act: Callable[[], object], look: str = "") -> QPushButton:
    """Return a button that follows the language and does `act`."""
    button = QPushButton()
    button.setProperty("look", look)
    button.setAutoDefault(False)
    desk.words.bind(button, button.setText, text)
    desk.words.name(button, text, tooltip=False)
    button.clicked.connect(act)
    return button


def column(*above: QWidget) -> tuple[QWidget, QVBoxLayout]:
    """Return a widget for a scroll area and the layout for its cards, which leaves the rest of it empty.

    What stands `above` the cards scrolls with them.
    """
    holder = _Column(above)
    return holder, holder.cards


class _Column(QWidget):
    def __init__(self, above: Sequence[QWidget]) -> None:
        super().__init__()
        styled(self, "column")
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(24, 4, 24, 20)
        self._inside.setSpacing(10)
        for widget in above:
            self._inside.addWidget(widget)
        self.cards = QVBoxLayout()
        self.cards.setSpacing(10)
        self._inside.addLayout(self.cards)
        self._inside.addStretch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave less room at the sides of a narrow page."""
        super().resizeEvent(event)
        side = side_room(self.width())
        self._inside.setContentsMargins(side, 4, side, 20)


class Sides(QWidget):
    """Holds what stands over a page's cards, with as much room at its sides as they have."""

    def __init__(self, inside: QLayout, *, top: int, bottom: int) -> None:
        super().__init__()
        styled(self, "clear")
        self._ends = top, bottom
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, top, 24, bottom)
        self._layout.addLayout(inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave less room at the sides of a narrow page."""
        super().resizeEvent(event)
        side, (top, bottom) = side_room(self.width()), self._ends
        self._layout.setContentsMargins(side, top, side, bottom)


class WrappedBox(QCheckBox):
    """A check box whose words go on in the next line where there is little room."""

    _BESIDE = 34
    """Pixels that the box itself and the room around it take."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str) -> None:
        """Say `words` beside the box."""
        self._words = words
        self._wrap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words anew."""
        super().resizeEvent(event)
        self._wrap()

    def _wrap(self) -> None:
        metrics, room = self.fontMetrics(), self.width() - self._BESIDE
        lines = [""]
        for word in self._words.replace("&", "&&").split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer.replace("&&", "&")) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        if (text := "\n".join(lines)) != self.text():
            self.setText(text)


def scroll_over(holder: QWidget) -> QScrollArea:
    """Return a scroll area that scrolls up and down only."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(holder)
    return scroll
