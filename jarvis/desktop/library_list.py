"""The list of conversations and the keys that act in it, and the field above it. Knows no storage."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListView

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.library_delegate import LibraryDelegate
from jarvis.desktop.library_model import ROW, LibraryModel
from jarvis.desktop.library_rows import Row
from jarvis.desktop.shortcuts_table import wanted

_TAKEN = ("rename", "delete", "pin", "archive", "move", "leave")
"""What the list does even where its keys mean something to the window."""
_MAGNIFIER = 16


class LibraryList(QListView):
    """`act` carries what to do and with which row: open, rename, delete, pin, archive, move or toggle."""

    act = Signal(str, object)
    menu_wanted = Signal(object, QPoint)
    left = Signal()
    """Escape was pressed."""

    def __init__(self, desk: Desk, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self._delegate = LibraryDelegate(desk, model)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.clicked.connect(self._open)
        self.leaves = False
        """Whether Escape means something here: there is a search to leave."""

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`; place and keyboard mark stay where they are as far as their row is still there."""
        bar = self.verticalScrollBar()
        place, row = bar.value(), self.row()
        key = row.key if row is not None else ""
        self._delegate.width = self.viewport().width()
        # Asked for the height of each of 10,000 rows, the list would stop the window for a quarter of a second.
        self.setUniformItemSizes(not any(row.kind == "hit" for row in rows))
        if not self._model.show(rows):
            return
        self.doItemsLayout()
        at = self._model.row_named(key)
        if at >= 0:
            self.setCurrentIndex(self._model.index(at))
        bar.setValue(place)

    def mark(self, conversation_id: str) -> None:
        """Show which conversation is open; the keyboard's mark goes there unless it is in use."""
        self._model.open_id = conversation_id
        at = self._model.row_of(conversation_id)
        row = self.row()
        there = row is not None and row.conversation is not None and row.conversation.id == conversation_id
        if not there and (row is None or not self.hasFocus()):
            place = self.verticalScrollBar().value()
            self.setCurrentIndex(self._model.index(at) if at >= 0 else QModelIndex())
            if at < 0:
                self.verticalScrollBar().setValue(place)
        self.viewport().update()

    def row(self) -> Row | None:
        """Return the row under the keyboard's mark."""
        row = self.currentIndex().data(ROW)
        return row if isinstance(row, Row) else None

    def enter(self) -> None:
        """Take the keyboard, the mark on the first row there is to open unless one is marked."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid():
            self.choose_first()

    def choose_first(self) -> Row | None:
        """Mark the first row that can be opened and return it."""
        for at, row in enumerate(self._model.rows):
            if row.kind != "heading":
                self.setCurrentIndex(self._model.index(at))
                return row
        return None

    def event(self, event: QEvent) -> bool:
        """Keep the keys that act here from the window's own shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            asked = wanted(event, "list")
            if asked in _TAKEN and (asked != "leave" or self.leaves):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key asks for with the marked row; arrows open and close groups."""
        row, asked = self.row(), wanted(event, "list")
        if asked == "leave":
            self.left.emit()
        elif asked in _TAKEN:
            if row is not None:
                self.act.emit(asked, row)
        elif row is not None and row.kind in ("folder", "archive") and asked in ("fold", "unfold"):
            if row.opened == (asked == "fold"):
                self.act.emit("toggle", row)
        elif row is not None and asked == "open":
            self.act.emit("open", row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the mouse, or of the marked one when a key asks for it."""
        asked_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if asked_by_key else self.indexAt(event.pos())
        row = index.data(ROW)
        if isinstance(row, Row) and row.kind != "heading":
            at = self.visualRect(index).center() if asked_by_key else event.pos()
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(at))

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row under the mouse."""
        super().leaveEvent(event)
        self.viewport().update()

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if isinstance(row, Row) and row.kind != "heading":
            self.act.emit("open", row)


class SearchField(QLineEdit):
    """A field with a magnifier; Escape empties it, the arrow down and Return go on to the list."""

    entered = Signal()
    """Return: open the best row."""
    down = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setClearButtonEnabled(True)
        self.setTextMargins(_MAGNIFIER + 6, 0, 0, 0)
        desk.words.name(self, texts.SEARCH_CHATS, tooltip=False)
        desk.words.bind(self, self.setPlaceholderText, texts.SEARCH_CHATS)
        desk.theme.follow(self, self.update)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window while there is something to empty."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._empties(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties, arrow down and Return go on."""
        if self._empties(event):
            self.clear()
        elif wanted(event, "search") == "down":
            self.down.emit()
        elif wanted(event, "search") == "enter":
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the magnifier before the words."""
        super().paintEvent(event)
        painter = QPainter(self)
        box = self.rect()
        box.setRect(11, (self.height() - _MAGNIFIER) // 2, _MAGNIFIER, _MAGNIFIER)
        self._desk.theme.icon("search", "muted").paint(painter, box)
        painter.end()

    def _empties(self, event: QKeyEvent) -> bool:
        return wanted(event, "search") == "empty" and bool(self.text())
