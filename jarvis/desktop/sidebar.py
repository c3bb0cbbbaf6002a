"""The sidebar: new chat, search, the list of conversations, the ways to other windows. Knows no storage."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.conversation_desk import ConversationHit
from jarvis.contracts.messages import Conversation
from jarvis.desktop import library_texts, texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.library_acts import LibraryActs
from jarvis.desktop.library_list import LibraryList, SearchField
from jarvis.desktop.library_model import LibraryModel
from jarvis.desktop.library_reader import MOST_HITS, LibraryReader
from jarvis.desktop.library_rows import Row, RowMaker
from jarvis.desktop.library_shelves import Shelves
from jarvis.desktop.message_widgets import Spark
from jarvis.desktop.shortcuts_table import keys_of
from jarvis.desktop.sidebar_note import SidebarNote
from jarvis.desktop.sidebar_ways import SidebarWays

WIDTH = 272
"""Width in pixels where the font is not large."""
_EDGES = 27
"""Width in pixels of the margins at both sides."""
_LOW = 520
"""Height in pixels below which the ways to other windows take one row."""


class Sidebar(QWidget):
    """What there is and the way to it.

    With `ConversationDesk` the list is grouped and everything is searched; without, it is the log's newest
    conversations, filtered by their titles. `message_wanted` carries a conversation and a message of it that a search
    found; it comes right after `opened`.
    """

    opened = Signal(str)
    message_wanted = Signal(str, str)
    new_wanted = Signal()
    rename_wanted = Signal(str)
    delete_wanted = Signal(str)
    models_wanted = Signal()
    resources_wanted = Signal()
    usage_wanted = Signal()
    memory_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("side")
        self._desk = desk
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._logged: Sequence[Conversation] = ()
        self._current = ""
        self._shelves: Shelves | None = None
        self._hits: Sequence[ConversationHit] | None = None
        self._open_best = False
        self._day = desk.services.clock.now().date()
        self._minute = QTimer(self, interval=60_000)
        self._minute.timeout.connect(self._look_at_the_day)
        self._minute.start()
        self.reader = LibraryReader(desk)
        self.acts = LibraryActs(desk, self.reader, self)
        self.model = LibraryModel()
        self.list = LibraryList(desk, self.model)
        self.search = SearchField(desk)
        self.note = SidebarNote(desk)
        self.ways = SidebarWays(desk)
        self.settings_button = self.ways.buttons["settings"]
        self.memory_button = self.ways.buttons.get("memory")
        self._layout()
        self._connect()
        self._widen()

    def show_conversations(self, conversations: Sequence[Conversation], current: str | None) -> None:
        """Show the list with `current` marked; `conversations` are the log's newest ones."""
        self._logged, self._current = conversations, current or ""
        if self.reader.there:
            self.reader.refresh()
        else:
            self._show()
        self.mark(current)

    def mark(self, conversation_id: str | None) -> None:
        """Mark the open conversation."""
        self._current = conversation_id or ""
        self.list.mark(self._current)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Return a conversation that is listed now, or None."""
        at = self.model.row_of(conversation_id)
        return self.model.rows[at].conversation if at >= 0 else None

    def fill_menu(self, menu: QMenu, conversation: Conversation) -> None:
        """Put everything that can be done with a conversation into `menu`."""
        self.acts.fill(menu, conversation)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Save height in a low window."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take another width for another size of text, once everything in it has that size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            QTimer.singleShot(0, self, self._widen)

    # The parts.

    def _layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 16, 13, 12)
        layout.setSpacing(12)
        layout.addLayout(self._brand())
        layout.addWidget(self._new_button())
        layout.addWidget(self.search)
        self._empty = QLabel()
        self._empty.setProperty("look", "muted")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 4, 8, 0)
        self._empty.hide()
        self._desk.words.name(self.list, texts.CONVERSATIONS, tooltip=False)
        holder = QVBoxLayout()
        holder.setSpacing(6)
        holder.addWidget(self._empty)
        holder.addWidget(self.list, 1)
        layout.addLayout(holder, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.ways)

    def _connect(self) -> None:
        self.list.act.connect(self._act)
        self.list.menu_wanted.connect(self.acts.menu)
        self.list.left.connect(self._leave_search)
        self.search.textChanged.connect(self._typed)
        self.search.entered.connect(self._enter)
        self.search.down.connect(self.list.enter)
        self.acts.rename_wanted.connect(self.rename_wanted)
        self.acts.delete_wanted.connect(self.delete_wanted)
        self.acts.export.said.connect(self._said)
        self.reader.read.connect(self._read)
        self.reader.searching.connect(self._searching)
        self.reader.found.connect(self._found)
        self.reader.failed.connect(self._failed)
        signals = {
            "models": self.models_wanted,
            "resources": self.resources_wanted,
            "usage": self.usage_wanted,
            "memory": self.memory_wanted,
            "settings": self.settings_wanted,
        }
        self.ways.wanted.connect(lambda name: signals[name].emit())
        self._desk.words.changed.connect(self._show)
        self._desk.theme.changed.connect(self.list.viewport().update)

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
        words = self._desk.words
        words.name(self.new_button, texts.NEW_CHAT, tooltip=False)

        def retitle(text: str) -> None:
            self.new_button.setText("  " + text)
            # Setting a text takes the keys away.
            self.new_button.setShortcut(keys_of("chat.new"))

        words.bind(self.new_button, retitle, texts.NEW_CHAT)
        self._desk.theme.dress(self.new_button, "new-chat", "accent", size=18)
        self.new_button.clicked.connect(self.new_wanted)
        return self.new_button

    def _fit(self) -> None:
        self.ways.set_low(self.height() < _LOW or self.ways.room() > self.width() - _EDGES)

    def _widen(self) -> None:
        """Take as much width as the words need in a large font."""
        self.setFixedWidth(max(WIDTH, self.new_button.sizeHint().width() + _EDGES))

    # What is shown.

    def _show(self) -> None:
        """Show the list, or what a search found, in the language in use."""
        rows = self._rows()
        self._widen()
        self._fit()
        self.list.leaves = bool(self.search.text())
        self.list.show_rows(rows)
        self.list.mark(self._current)
        self._empty.setText(self._why_empty())
        self._empty.setVisible(not rows and bool(self._empty.text()))

    def _rows(self) -> list[Row]:
        now = self._desk.services.clock.now()
        self._day = now.date()
        make = RowMaker(self._desk.words.language, now)
        if not self.reader.there:
            words = plain(self.search.text()).split()
            return make.flat([one for one in self._logged if all(word in plain(one.title) for word in words)])
        if self.reader.words:
            return make.hits(self._hits or (), MOST_HITS)
        return make.shelves(self._shelves) if self._shelves is not None else []

    def _why_empty(self) -> str:
        words = self._desk.words
        if not self.reader.there:
            return words(texts.NO_MATCH if self._logged else texts.NO_CHATS)
        if self.reader.words:
            if self._hits is None:
                return words(library_texts.SEARCHING)
            return words(library_texts.NOTHING_HAS, words=self.reader.words)
        return words(texts.NO_CHATS) if self._shelves is not None else ""

    def _look_at_the_day(self) -> None:
        """At midnight today becomes yesterday."""
        if self._day != self._desk.services.clock.now().date():
            self._show()

    def _read(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self.acts.folders = [folder.name for folder in shelves.folders]
        self._show()

    def _said(self, sentence: str, open_it: Callable[[], None] | None) -> None:
        self.note.say(sentence, way=library_texts.OPEN_FILE if open_it else None, act=open_it)

    def _failed(self, sentence: str, retry: Callable[[], None] | None) -> None:
        shown = self._desk.words(texts.COULD_NOT, why=sentence)
        self.note.say(shown, bad=True, way=texts.TRY_AGAIN if retry else None, act=retry)
        if self.reader.words and self._hits is None:
            self._empty.hide()

    # Searching.

    def _typed(self, text: str) -> None:
        self._open_best = False
        if self.reader.there:
            before = self.reader.words
            self.reader.look_for(text)
            if self.reader.words == before:
                return
            self._hits = None
        self._show()

    def _searching(self) -> None:
        self._hits = None

    def _found(self, hits: Sequence[ConversationHit]) -> None:
        self._hits = hits
        self._show()
        if self._open_best:
            self._enter()

    def _enter(self) -> None:
        """Open the best row; where the search still runs, as soon as it is there."""
        self._open_best = bool(self.reader.words) and self._hits is None
        if self._open_best:
            self.reader.look_now()
        elif self.search.text():
            row = self.list.choose_first()
            if row is not None:
                self._open(row)

    def _leave_search(self) -> None:
        self.search.clear()
        self.search.setFocus()

    # Acting.

    def _act(self, what: str, row: Row) -> None:
        if what == "open":
            self._open(row)
        elif what == "toggle":
            self.reader.toggle(row.group)
        else:
            self.acts.act(what, row)

    def _open(self, row: Row) -> None:
        if row.conversation is not None:
            self.opened.emit(row.conversation.id)
            if row.message_id is not None:
                self.message_wanted.emit(row.conversation.id, row.message_id)
        elif row.kind == "more":
            self.reader.more(row.group)
        else:
            self.reader.toggle(row.group)


def plain(text: str) -> str:
    """Return `text` without case and accents, for finding words."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
