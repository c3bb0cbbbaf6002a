"""One permission as a row, and the record of what happened as lines. Knows names and levels only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from jarvis.contracts.guard import AuditEntry, PermissionLevel
from jarvis.desktop import permissions_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.words import Words

LEVELS: tuple[PermissionLevel, ...] = ("allow", "ask", "never")
_NAMES = (texts.ALLOW, texts.ASK, texts.NEVER)


class PermissionRow(QWidget):
    """What one skill or tool may do; `wanted` fires with its name and a level, "" for the default."""

    wanted = Signal(str, str)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self._desk = desk
        self.name = name
        label = QLabel(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setToolTip(name)
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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 5, 10, 5)
        layout.setSpacing(8)
        layout.addWidget(label, 1)
        layout.addWidget(self.level)
        layout.addWidget(self.reset)
        desk.words.follow(self, self._tell)

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
