"""What an empty conversation shows: what one can ask, with examples to press."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.theme import styled

_ICONS = ("alarm", "calculator", "list", "lightbulb")
_TWO_COLUMNS_FROM = 620


class EmptyState(QScrollArea):
    """A greeting and four questions that are asked when pressed."""

    asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        words = desk.words
        self._mark = QLabel()
        desk.theme.follow(self._mark, lambda: self._mark.setPixmap(desk.theme.icon("jarvis", "accent").pixmap(44, 44)))
        hello = QLabel()
        hello.setProperty("look", "hello")
        words.bind(hello, hello.setText, texts.HELLO)
        body = QLabel()
        body.setProperty("look", "muted")
        words.bind(body, body.setText, texts.HELLO_BODY)
        for label in (self._mark, hello, body):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(label is not self._mark)
        self.buttons = [self._example(text, icon) for text, icon in zip(texts.EXAMPLES, _ICONS, strict=True)]
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._columns = 0
        holder = styled(QWidget(), "column")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(10)
        layout.addStretch(3)
        for label in (self._mark, hello, body):
            layout.addWidget(label)
        layout.addSpacing(18)
        middle = QWidget()
        middle.setMaximumWidth(700)
        middle.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(middle)
        layout.setAlignment(middle, Qt.AlignmentFlag.AlignHCenter)
        self._middle = middle
        layout.addStretch(4)
        self.setWidget(holder)
        self._arrange(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column of examples in a narrow window, else two."""
        super().resizeEvent(event)
        self._middle.setFixedWidth(max(200, min(700, self.viewport().width() - 48)))
        self._arrange(2 if self.viewport().width() >= _TWO_COLUMNS_FROM else 1)

    def _arrange(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            for at, button in enumerate(self.buttons):
                self._grid.addWidget(button, at // columns, at % columns)

    def _example(self, text: texts.Text, icon: str) -> QPushButton:
        button = _Example()
        button.setProperty("look", "example")
        self._desk.words.bind(button, button.set_words, text)
        self._desk.words.name(button, text, tooltip=False)
        self._desk.theme.dress(button, icon, "accent", size=20)
        button.clicked.connect(lambda: self.asked.emit(self._desk.words(text)))
        return button


class _Example(QPushButton):
    """A button whose words wrap instead of being cut."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def set_words(self, words: str) -> None:
        self._words = words
        self._wrap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again."""
        super().resizeEvent(event)
        self._wrap()

    def minimumSizeHint(self) -> QSize:
        """May become narrow."""
        return QSize(120, super().minimumSizeHint().height())

    def _wrap(self) -> None:
        metrics, room = self.fontMetrics(), max(80, self.width() - 70)
        lines = [""]
        for word in self._words.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        text = "\n".join("  " + line for line in lines)
        if text != self.text():
            self.setText(text)
