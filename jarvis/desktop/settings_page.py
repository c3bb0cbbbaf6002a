"""One page of options in sections. Its rows are made between other events of the window, so that none waits for them.

Knows options by the table alone; what else stands on a page is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import NARROW, muted, side_room
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.settings_table import Section, SettingsGroup, options_of
from jarvis.desktop.theme import styled
from jarvis.settings.options import Option

MakeRow = Callable[[Option], OptionRow | None]
"""A row of an option's own kind, or None for the usual one."""


class OptionPage(QWidget):
    """The options of one group; `above` stands over them, `make_row` may make rows of its own kind."""

    changed = Signal(str)
    filled = Signal()
    """Every row is there."""

    def __init__(
        self, desk: Desk, group: SettingsGroup, above: Sequence[QWidget] = (), make_row: MakeRow = lambda _: None
    ) -> None:
        super().__init__()
        self._desk = desk
        self._make_row = make_row
        self._wanted = ""
        self._done = False
        self.rows: dict[str, OptionRow] = {}
        holder = styled(QWidget(), "column")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(24, 4, 24, 24)
        self._column.setSpacing(8)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        steps: list[Callable[[], None]] = [partial(self._add_above, widget) for widget in above]
        for section, options in options_of(group):
            steps += self._steps(section, options)
        in_slices(self, [*steps, self._fill_ends])

    def go_to(self, name: str) -> None:
        """Bring an option's row into view and give it the keyboard, once it is there."""
        self._wanted = name
        if self._done:
            self._go()

    def option_changed(self, name: str) -> None:
        """Show anew what holds for an option, whoever changed it."""
        if name in self.rows:
            self.rows[name].load()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put controls below their names where there is little room."""
        super().resizeEvent(event)
        side = side_room(self.width())
        self._column.setContentsMargins(side, 4, side, 24)
        for row in self.rows.values():
            row.set_narrow(self.width() < NARROW)

    def _steps(self, section: Section, options: Sequence[Option]) -> list[Callable[[], None]]:
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 4, 0, 4)
        inside.setSpacing(0)
        return [partial(self._add_card, section, card), *(partial(self._add_row, inside, each) for each in options)]

    def _add_above(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _add_card(self, section: Section, card: QFrame) -> None:
        heading = muted("heading")
        heading.setContentsMargins(2, 12, 0, 2)
        self._desk.words.bind(heading, heading.setText, section.title)
        at = self._column.count() - 1
        self._column.insertWidget(at, heading)
        self._column.insertWidget(at + 1, card)

    def _add_row(self, inside: QVBoxLayout, option: Option) -> None:
        if inside.count():
            inside.addWidget(styled(QFrame(), "line"))
        row = self._make_row(option) or OptionRow(self._desk, option)
        row.changed.connect(self.changed)
        row.set_narrow(self.width() < NARROW)
        inside.addWidget(row)
        self.rows[option.name] = row

    def _fill_ends(self) -> None:
        self._done = True
        self.filled.emit()
        self._go()

    def _go(self) -> None:
        row = self.rows.get(self._wanted)
        if row is None:
            return
        self._wanted = ""
        row.control.setFocus()
        # Its place is known once the layout had its turn.
        QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))
