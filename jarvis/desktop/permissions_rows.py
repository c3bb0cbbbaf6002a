"""One permission as a row, and the record of what happened as lines. Knows names and levels only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from jarvis.contracts.guard import AuditEntry, PermissionLevel
from jarvis.desktop import permissions_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.one_line import OneLine
from jarvis.desktop.words import Words

LEVELS: tuple[PermissionLevel, ...] = ("allow", "ask", "never")
_ENOUGH = 180
"""Pixels in which a long name can end in "…"."""
_NAMES = (texts.ALLOW, texts.ASK, texts.NEVER)


class PermissionRow(QWidget):
    """What one skill or tool may do; `wanted` fires with its name and a level, "" for the default."""

    wanted = Signal(str, str)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self._desk = desk
        self.name = name
        label = OneLine()
        label.setText(name)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.level = Choice(desk)
        self.level.addItems([""] * len(LEVELS))
        self.level.activated.connect(lambda at: self.wanted.emit(name, LEVELS[at]))
        self.reset = QToolButton()
        self.reset.setProperty("look", "small")
        desk.theme.dress(self.reset, "reset", size=17)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(lambda: self.wanted.emit(name, ""))
        self._choice = QHBoxLayout()
        self._choice.setSpacing(8)
        self._choice.addWidget(self.level)
        self._choice.addWidget(self.reset)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(16, 5, 10, 5)
        self._line.setSpacing(8)
        self._line.addWidget(label, 1)
        self._line.addLayout(self._choice)
        desk.words.follow(self, self._tell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the choice under the name where there is too little room for both."""
        super().resizeEvent(event)
        room = self.width() - self._choice.sizeHint().width() - 34
        beside = room >= min(_ENOUGH, self.fontMetrics().horizontalAdvance(self.name))
        self._line.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def show_level(self, level: PermissionLevel, decided: bool) -> None:
        """Show what holds, and whether the person decided it."""
        self.level.setCurrentIndex(LEVELS.index(level))
        self.reset.setVisible(decided)

    def _tell(self) -> None:
        words = self._desk.words
        for at, text in enumerate(_NAMES):
            self.level.setItemText(at, words(text))
        self.level.setAccessibleName(words(texts.LEVEL, name=self.name))
        reset = words(texts.RESET, name=self.name)
        self.reset.setToolTip(reset)
        self.reset.setAccessibleName(reset)


def audit_lines(entries: Sequence[AuditEntry], words: Words) -> str:
    """Return the record to read, newest first, a line each; hashes are left out."""
    lines = []
    for entry in entries:
        facts = ", ".join(f"{name} {value}" for name, value in entry.facts.items() if name != "sha256")
        lines.append(f"{entry.at.astimezone():%Y-%m-%d %H:%M}  {words(texts.AUDIT_KINDS[entry.kind])}  {facts}")
    return "\n".join(lines)
