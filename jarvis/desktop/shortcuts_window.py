"""The list of all keyboard shortcuts: where each holds, what it does, its keys; found by words of either language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import shortcuts_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.shortcuts_global import GlobalKeys
from jarvis.desktop.shortcuts_table import PLACES, SHORTCUTS, Shortcut, in_use, keys_of, keys_told
from jarvis.desktop.sidebar import plain
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words

Index = QModelIndex | QPersistentModelIndex
LINE: Final = Qt.ItemDataRole.UserRole
_EDGE, _CAP_EDGE, _GAP = 14, 7, 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the list: a place's name as a heading, or an action with the keys that do it, each as its parts.

    `none` stands in the place of keys, `told` is what is read aloud.
    """

    text: str
    keys: tuple[tuple[str, ...], ...] = ()
    heading: bool = False
    none: str = ""
    told: str = ""


def lines(words: Words, option: dict[str, str], search: str = "") -> list[Line]:
    """Return the list in the language in use; with `search` only what has every word of it, accents and case ignored.

    `option` has the keys that options hold.
    """
    wanted = plain(search).split()
    found: list[Line] = []
    for place, (name, _) in PLACES.items():
        here = [each for each in SHORTCUTS if each.place == place]
        rows = [_row(each, words, option) for each in here]
        shown = [
            row
            for each, row in zip(here, rows, strict=True)
            if all(word in plain(f"{row.told} {each.text.en} {each.text.es} {name.en} {name.es}") for word in wanted)
        ]
        if shown:
            found += [Line(text=words(name), heading=True, told=words(name)), *shown]
    return found


def _row(shortcut: Shortcut, words: Words, option: dict[str, str]) -> Line:
    told = list(dict.fromkeys(keys_told(each, words) for each in in_use(shortcut, option.__getitem__)))
    said = told[0] if told else words(texts.NO_KEYS)
    for other in told[1:]:
        said = words(texts.KEYS_OR, one=said, other=other)
    what, where = words(shortcut.text), words(PLACES[shortcut.place][0])
    return Line(
        text=what,
        keys=tuple(_parts(each) for each in told),
        none="" if told else said,
        told=f"{what}: {said}. {where}",
    )


def _parts(told: str) -> tuple[str, ...]:
    return (*told[:-1].strip("+").split("+"), "+") if told.endswith("+") else tuple(told.split("+"))


class ShortcutsWindow(QDialog):
    """Every shortcut; `settings_wanted` asks for the page where those for every program are chosen."""

    settings_wanted = Signal()

    def __init__(self, desk: Desk, keys: GlobalKeys | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._keys = keys
        words = desk.words
        words.bind(self, self.setWindowTitle, texts.SHORTCUTS)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        words.name(self.search, texts.SEARCH, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH)
        self.search.textChanged.connect(self._show)
        self.model = _Lines()
        self.list = _List(desk, self.model)
        self.nothing = muted()
        words.bind(self.nothing, self.nothing.setText, texts.NO_SHORTCUT)
        self.note = muted("small")
        self.change = button_of(desk, texts.CHANGE, self.settings_wanted.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.nothing)
        layout.addWidget(self.note)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.change)
        layout.addLayout(foot)
        self.setMinimumSize(360, 320)
        room = self.screen().availableGeometry()
        self.resize(min(600, room.width() - 40), min(640, room.height() - 60))
        QShortcut(keys_of("shortcuts.find"), self, self.search.setFocus)
        words.follow(self, self._show)
        words.follow(self, self._tell)
        if keys is not None:
            keys.changed.connect(self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the keys that hold now."""
        super().showEvent(event)
        self._show()
        self.search.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from the search to the list with the arrow down."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.enter()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        settings = self._desk.services.settings
        held = {each.option: settings.text(each.option) for each in SHORTCUTS if each.option}
        found = lines(self._desk.words, held, self.search.text())
        self.model.show(found)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)

    def _tell(self) -> None:
        """Say which keys for every program do not work, and where they can be changed."""
        keys = self._keys
        said = [keys.why_not(each.option) for each in SHORTCUTS if each.option] if keys is not None else []
        said.append(keys.where_set() if keys is not None else "")
        note = " ".join(dict.fromkeys(filter(None, said)))
        self.note.setText(note)
        self.note.setVisible(bool(note))


class _Lines(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def show(self, found: list[Line]) -> None:
        """Have `found` instead."""
        if found != self._lines:
            self.beginResetModel()
            self._lines = found
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own way to say "the root"
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line, and what is read aloud of it."""
        line = self._lines[index.row()]
        if role == LINE:
            return line
        spoken = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return line.told if role in spoken else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The keyboard goes over headings."""
        if self._lines[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class _List(QListView):
    def __init__(self, desk: Desk, model: _Lines) -> None:
        super().__init__()
        styled(self, "shortcuts")
        self._delegate = _Delegate(desk)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        desk.words.name(self, texts.SHORTCUTS, tooltip=False)
        desk.theme.follow(self, self.doItemsLayout)

    def enter(self) -> None:
        """Take the keyboard and mark the first action."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if self.model().rowCount() > 1:
            self.setCurrentIndex(self.model().index(1, 0))


class _Delegate(QStyledItemDelegate):
    """Draws what an action does on the left and its keys as caps on the right, below where there is too little room."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line, two where name and keys do not fit beside each other."""
        line, metrics = index.data(LINE), _metrics(option)
        view = option.widget
        room = (view.viewport().width() if isinstance(view, QListView) else 400) - 2 * _EDGE
        if line.heading:
            return QSize(0, metrics.height() + 22)
        if _wide(line, metrics) <= room:
            return QSize(0, metrics.height() + 16)
        return QSize(0, _name_height(line, metrics, room) + metrics.height() + 24)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        line, metrics, colours = index.data(LINE), _metrics(option), self._desk.theme.colours
        box = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = box.adjusted(_EDGE, 0, -_EDGE, 0)
        if line.heading:
            font = QFont(option.font)
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(QColor(colours.muted))
            inside.setTop(inside.bottom() - metrics.height() - 4)
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, line.text)
            painter.restore()
            return
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(
                QPen(QColor(colours.accent), 1) if state & QStyle.StateFlag.State_HasFocus else Qt.PenStyle.NoPen
            )
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 8, 8)
        two = _wide(line, metrics) > inside.width()
        high = _name_height(line, metrics, inside.width()) if two else metrics.height()
        top = QRect(inside.topLeft(), QSize(inside.width(), high + 16))
        painter.setPen(QColor(colours.text))
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, line.text)
        below = inside.bottom() - metrics.height() - 8
        middle = below + metrics.height() // 2 if two else inside.center().y()
        start = inside.left() if two else inside.right() - _keys_width(line, metrics)
        self._draw_keys(painter, line, metrics, QPoint(start, middle))
        painter.restore()

    def _draw_keys(self, painter: QPainter, line: Line, metrics: QFontMetrics, at: QPoint) -> None:
        colours = self._desk.theme.colours
        x = at.x()
        if not line.keys:
            painter.setPen(QColor(colours.muted))
            box = QRect(x, at.y() - metrics.height(), _keys_width(line, metrics), 2 * metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line.none)
        for number, parts in enumerate(line.keys):
            if number:
                x += 2 * _GAP
            for part in parts:
                wide = metrics.horizontalAdvance(part) + 2 * _CAP_EDGE
                cap = QRectF(x + 0.5, at.y() - metrics.height() / 2 - 2.5, wide - 1, metrics.height() + 5)
                painter.setPen(QPen(QColor(colours.border), 1))
                painter.setBrush(QColor(colours.side))
                painter.drawRoundedRect(cap, 5, 5)
                painter.setPen(QColor(colours.text))
                painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), part)
                x += wide + _GAP - 2


def _metrics(option: QStyleOptionViewItem) -> QFontMetrics:
    return QFontMetrics(option.font)


def _name_height(line: Line, metrics: QFontMetrics, room: int) -> int:
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
    return metrics.boundingRect(QRect(0, 0, room, 1000), flags, line.text).height()


def _keys_width(line: Line, metrics: QFontMetrics) -> int:
    if not line.keys:
        return metrics.horizontalAdvance(line.none)
    parts = [part for keys in line.keys for part in keys]
    caps = sum(metrics.horizontalAdvance(part) + 2 * _CAP_EDGE + _GAP - 2 for part in parts)
    return caps + 2 * _GAP * (len(line.keys) - 1) - _GAP + 2


def _wide(line: Line, metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(line.text) + _keys_width(line, metrics) + 3 * _GAP
