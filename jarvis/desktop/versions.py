"""The switch between the versions of one message: "‹ 2/3 ›". Knows no storage."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from jarvis.desktop import message_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text


class VersionSwitch(QWidget):
    """Two buttons around "2/3"; hidden where there is one version only."""

    chosen = Signal(str)
    """The id of the version that is wanted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._versions: tuple[str, ...] = ()
        self._at = 0
        self._buttons: tuple[QToolButton, QToolButton] | None = None
        self.label = QLabel()
        self.label.setProperty("look", "small")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.label)
        desk.words.follow(self, self._refresh)

    @property
    def previous(self) -> QToolButton:
        """What brings the version before into view."""
        return self._both()[0]

    @property
    def next(self) -> QToolButton:
        """What brings the version after into view."""
        return self._both()[1]

    def show_versions(self, versions: tuple[str, ...], shown: str) -> None:
        """Offer `versions` (message ids, oldest first), of which `shown` is in view."""
        self._versions = versions if shown in versions else ()
        self._at = self._versions.index(shown) if self._versions else 0
        self._refresh()

    def take_keyboard(self, forward: bool) -> None:
        """Put the keyboard where it was before the other version came into view."""
        wanted, other = (self.next, self.previous) if forward else (self.previous, self.next)
        (wanted if wanted.isEnabled() else other).setFocus()

    def _both(self) -> tuple[QToolButton, QToolButton]:
        """Return the two buttons; made when they are first wanted, since few messages have versions."""
        if self._buttons is None:
            back = self._button("previous", texts.PREVIOUS_VERSION, -1)
            forth = self._button("next", texts.NEXT_VERSION, 1)
            self._row.insertWidget(0, back)
            self._row.addWidget(forth)
            self._buttons = (back, forth)
        return self._buttons

    def _button(self, icon: str, name: Text, step: int) -> QToolButton:
        button = QToolButton()
        button.setProperty("look", "small")
        self._desk.words.name(button, name)
        self._desk.theme.dress(button, icon, size=14)
        button.clicked.connect(lambda: self.chosen.emit(self._versions[self._at + step]))
        return button

    def _refresh(self) -> None:
        count, words = len(self._versions), self._desk.words
        self.setVisible(count > 1)
        if count < 2:
            return
        self.label.setText(words(texts.VERSION_SHORT, number=self._at + 1, count=count))
        told = words(texts.VERSION, number=self._at + 1, count=count)
        self.label.setAccessibleName(told)
        self.label.setToolTip(told)
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(self._at + 1 < count)
        for button in (self.previous, self.next):
            button.setAccessibleDescription(told)
