"""One permission as a row, and the record of what happened as lines. Knows names and levels only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from jarvis.contracts.guard import AuditEntry, PermissionLevel
from jarvis.desktop import permissions_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.one_line import OneLine
from jarvis.desktop.permission_names import NAMES, name_of
from jarvis.desktop.texts import Text
from jarvis.desktop.words import Words
from jarvis.desktop.wrapped_label import WrappedLabel

LEVELS: tuple[PermissionLevel, ...] = ("allow", "ask", "never")
_ENOUGH = 16
"""Letters of a line in which every name can wrap, or end in "…"; all rows change at the same width."""
_LEVEL_TEXTS: Mapping[str, Text] = MappingProxyType(
    dict(zip(LEVELS, (texts.ALLOW, texts.ASK, texts.NEVER), strict=True))
)


class PermissionRow(QWidget):
    """What one skill or tool may do, in plain words; the pointer is shown its name.

    `wanted` fires with the name and a level, "" for the default.
    """

    wanted = Signal(str, str)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self._desk = desk
        self.name = name
        self.label = _label_of(name)
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
        self._line.addWidget(self.label, 1)
        self._line.addLayout(self._choice)
        desk.words.follow(self, self._tell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the choice under the name where there is too little room for both."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = self.width() - self._choice.sizeHint().width() - 34
        beside = room >= self.fontMetrics().horizontalAdvance("n" * _ENOUGH)
        self._line.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def show_level(self, level: PermissionLevel, decided: bool) -> None:
        """Show what holds, and whether the person decided it."""
        self.level.setCurrentIndex(LEVELS.index(level))
        self.reset.setVisible(decided)

    def _tell(self) -> None:
        words = self._desk.words
        shown = words(name_of(self.name))
        self.label.setText(shown)
        for at, text in enumerate(_LEVEL_TEXTS.values()):
            self.level.setItemText(at, words(text))
        self.level.setAccessibleName(words(texts.LEVEL, name=shown))
        reset = words(texts.RESET, name=shown)
        self.reset.setToolTip(reset)
        self.reset.setAccessibleName(reset)
        self._arrange()


def _label_of(name: str) -> QLabel:
    """Return where the words for `name` stand: they wrap, and the pointer is shown `name`; the name of a tool, which
    may have no place to wrap at, ends in "…"."""
    if name not in NAMES:
        line = OneLine()
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return line
    label = WrappedLabel("")
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    label.setToolTip(name)
    return label


def audit_lines(entries: Sequence[AuditEntry], words: Words) -> str:
    """Return the record to read, newest first, a line each; hashes are left out."""
    lines = []
    for entry in entries:
        facts = {name: value for name, value in entry.facts.items() if name != "sha256"}
        told = [_change(facts, words)] if entry.kind == "permission" and facts.keys() >= _CHANGE else []
        told += [f"{name} {value}" for name, value in facts.items() if not told or name not in _CHANGE]
        kind = words(texts.AUDIT_KINDS[entry.kind])
        lines.append(f"{entry.at.astimezone():%Y-%m-%d %H:%M}  {kind}  {', '.join(told)}")
    return "\n".join(lines)


_CHANGE = frozenset({"name", "before", "after", "door"})


def _change(facts: Mapping[str, object], words: Words) -> str:
    """Return which permission was changed, from what to what and where; what is not known, as it was recorded."""
    name, before, after, door = (str(facts[key]) for key in ("name", "before", "after", "door"))
    was, now = (words(_LEVEL_TEXTS[level]) if level in _LEVEL_TEXTS else level for level in (before, after))
    where = words(texts.DOORS[door]) if door in texts.DOORS else door
    return f"{words(name_of(name))}: {was} → {now}, {where}"
