"""The list of conversations: open, filter, rename, delete. Knows no storage; what it wants done it says by signals."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.messages import Conversation
from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_texts import MEMORY
from jarvis.desktop.message_widgets import Spark

WIDTH = 272
_Index = QModelIndex | QPersistentModelIndex
_ID = Qt.ItemDataRole.UserRole
_WHEN = Qt.ItemDataRole.UserRole + 1


class ConversationModel(QAbstractListModel):
    """Conversations, newest first, those whose title holds every word of the filter."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._all: list[Conversation] = []
        self._words: list[str] = []
        self.shown: list[Conversation] = []

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Take the whole list."""
        if list(conversations) != self._all:
            self._all = list(conversations)
            self._refilter()

    def set_filter(self, text: str) -> None:
        """Show only titles with these words, accents and case ignored."""
        self._words = plain(text).split()
        self._refilter()

    def total(self) -> int:
        """Return how many there are without the filter."""
        return len(self._all)

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return how many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return title, id or day of one row."""
        if not 0 <= index.row() < len(self.shown):
            return None
        conversation = self.shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(conversation.title.split()) or self._desk.words(texts.NEW_CHAT)
        if role == _ID:
            return conversation.id
        return when(conversation.updated_at, self._desk) if role == _WHEN else None

    def row_of(self, conversation_id: str) -> int:
        """Return the row of a conversation, -1 when it is not shown."""
        return next((at for at, shown in enumerate(self.shown) if shown.id == conversation_id), -1)

    def _refilter(self) -> None:
        self.beginResetModel()
        self.shown = [c for c in self._all if all(word in plain(c.title) for word in self._words)]
        self.endResetModel()


class Sidebar(QWidget):
    """New chat, search, the list and the way to the settings."""

    opened = Signal(str)
    new_wanted = Signal()
    rename_wanted = Signal(str)
    delete_wanted = Signal(str)
    settings_wanted = Signal()
    memory_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("side")
        self._desk = desk
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.model = ConversationModel(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 16, 13, 12)
        layout.setSpacing(12)
        layout.addLayout(self._brand())
        layout.addWidget(self._new_button())
        layout.addWidget(self._search_field())
        layout.addWidget(self._list_view(), 1)
        if desk.services.memory is not None:
            layout.addWidget(self._memory_button())
        layout.addWidget(self._settings_button())
        desk.words.changed.connect(self._retranslate)
        self._show_empty()

    def show_conversations(self, conversations: Sequence[Conversation], current: str | None) -> None:
        """Show the list with `current` marked."""
        self.model.set_conversations(conversations)
        self.mark(current)
        self._show_empty()

    def mark(self, conversation_id: str | None) -> None:
        """Mark the open conversation."""
        at = self.model.row_of(conversation_id or "")
        if at >= 0:
            self.list.setCurrentIndex(self.model.index(at))
        else:
            self.list.setCurrentIndex(QModelIndex())

    def _brand(self) -> QHBoxLayout:
        name = QLabel()
        name.setProperty("look", "brand")
        self._desk.words.bind(name, name.setText, texts.APP)
        layout = QHBoxLayout()
        layout.setContentsMargins(6, 0, 0, 2)
        layout.setSpacing(10)
        layout.addWidget(Spark(self._desk))
        layout.addWidget(name)
        layout.addStretch()
        return layout

    def _new_button(self) -> QPushButton:
        self.new_button = QPushButton()
        self.new_button.setProperty("look", "new")
        self.new_button.setShortcut("Ctrl+N")
        words = self._desk.words
        words.name(self.new_button, texts.NEW_CHAT, tooltip=False)

        def retitle(text: str) -> None:
            self.new_button.setText("  " + text)
            self.new_button.setShortcut("Ctrl+N")

        words.bind(self.new_button, retitle, texts.NEW_CHAT)
        self._desk.theme.dress(self.new_button, "new-chat", "accent", size=18)
        self.new_button.clicked.connect(self.new_wanted)
        return self.new_button

    def _search_field(self) -> QLineEdit:
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        words, theme = self._desk.words, self._desk.theme
        words.name(self.search, texts.SEARCH_CHATS, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH_CHATS)
        action = self.search.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        theme.follow(self.search, lambda: action.setIcon(theme.icon("search", "muted")))
        self.search.textChanged.connect(self._filter)
        return self.search

    def _list_view(self) -> QWidget:
        self.list = _List()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Row(self._desk))
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._desk.words.name(self.list, texts.CONVERSATIONS, tooltip=False)
        self.list.clicked.connect(lambda index: self.opened.emit(index.data(_ID)))
        self.list.activated.connect(lambda index: self.opened.emit(index.data(_ID)))
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.rename_pressed.connect(self.rename_wanted)
        self.list.delete_pressed.connect(self.delete_wanted)
        self._empty = QLabel()
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 4, 8, 0)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._empty)
        layout.addWidget(self.list, 1)
        return holder

    def _settings_button(self) -> QToolButton:
        self.settings_button = self._way(texts.SETTINGS, "settings", "Ctrl+,")
        self.settings_button.clicked.connect(self.settings_wanted)
        return self.settings_button

    def _memory_button(self) -> QToolButton:
        self.memory_button = self._way(MEMORY, "memory", "Ctrl+M")
        self.memory_button.clicked.connect(self.memory_wanted)
        return self.memory_button

    def _way(self, text: texts.Text, icon: str, keys: str) -> QToolButton:
        """Return a button to another window."""
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        words = self._desk.words
        words.name(button, text, tooltip=False)
        words.bind(button, lambda shown: button.setText(" " + shown), text)
        button.setShortcut(keys)
        self._desk.theme.dress(button, icon, size=18)
        return button

    def _filter(self, text: str) -> None:
        self.model.set_filter(text)
        self._show_empty()

    def _show_empty(self) -> None:
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        self._empty.setText(self._desk.words(texts.NO_MATCH if self.model.total() else texts.NO_CHATS))

    def _retranslate(self) -> None:
        self._show_empty()
        self.list.viewport().update()

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            conversation_id = index.data(_ID)
            menu = QMenu(self)
            menu.addAction(self._desk.words(texts.RENAME), lambda: self.rename_wanted.emit(conversation_id))
            menu.addAction(self._desk.words(texts.DELETE), lambda: self.delete_wanted.emit(conversation_id))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(at))


class _List(QListView):
    rename_pressed = Signal(str)
    delete_pressed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Delete deletes the marked conversation."""
        marked = self.currentIndex().data(_ID)
        if marked and event.key() == Qt.Key.Key_F2:
            self.rename_pressed.emit(marked)
        elif marked and event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit(marked)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row under the mouse."""
        super().leaveEvent(event)
        self.viewport().update()


class _Row(QStyledItemDelegate):
    """Title and day of one conversation."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines and room to breathe."""
        del index
        return QSize(WIDTH - 40, int(option.fontMetrics.lineSpacing() * 2 + 20))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        colours = self._desk.theme.colours
        state: QStyle.StateFlag = option.state
        box: QRect = option.rect.adjusted(0, 1, 0, -1)
        font: QFont = QFont(option.font)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.accent_soft if selected else colours.hover))
            painter.drawRoundedRect(box, 9, 9)
        inside = box.adjusted(11, 7, -11, -7)
        font.setWeight(QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), title)
        font.setWeight(QFont.Weight.Normal)
        font.setPointSizeF(max(8.5, font.pointSizeF() - 1.5))
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft), index.data(_WHEN))
        painter.restore()


def plain(text: str) -> str:
    """Return `text` without case and accents, for finding words."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def when(moment: datetime, desk: Desk) -> str:
    """Return the day of `moment` as people say it: the time today, then yesterday, then the date."""
    now = desk.services.clock.now()
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days <= 0:
        return f"{desk.words(texts.TODAY)}, {local:%H:%M}"
    if days == 1:
        return desk.words(texts.YESTERDAY)
    return f"{local:%d/%m/%Y}" if desk.words.language == "es" else f"{local:%Y-%m-%d}"
