"""What stands under an answer that has ended: which version it is, what answered, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from jarvis.desktop import texts
from jarvis.desktop.answer_acts import AnswerActs, MessageWishes
from jarvis.desktop.desk import Desk
from jarvis.desktop.keyboard_order import stops_in
from jarvis.desktop.versions import VersionSwitch
from jarvis.desktop.wrapped_label import WrappedLabel


class AnswerFooter(QWidget):
    """Two rows: `versions`, `by` and `anew` over `acts` and the answer's `stars`, which it takes in.

    `selected` returns what is selected of the answer.
    """

    def __init__(self, desk: Desk, wishes: MessageWishes | None, selected: Callable[[], str], stars: QWidget) -> None:
        super().__init__()
        words = desk.words
        self.versions = VersionSwitch(desk)
        self.by = WrappedLabel("small")
        self.anew = QPushButton()
        self.anew.setProperty("look", "link")
        words.bind(self.anew, self.anew.setText, texts.ASK_ANEW)
        words.name(self.anew, texts.ASK_ANEW, tooltip=False)
        self.acts = AnswerActs(desk, wishes, selected)
        self._stars = stars
        told = QHBoxLayout()
        told.setSpacing(6)
        told.addWidget(self.versions)
        told.addWidget(self.by, 1)
        told.addWidget(self.anew)
        acts = QHBoxLayout()
        acts.setSpacing(6)
        acts.addWidget(self.acts, 1)
        acts.addWidget(stars)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(told)
        layout.addLayout(acts)

    def stops(self) -> list[QWidget]:
        """Return where the keyboard stops in it, in the order of reading."""
        return [stop for part in (self.versions, self.anew, self.acts, self._stars) for stop in stops_in(part)]
