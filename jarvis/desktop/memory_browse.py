"""What is remembered, newest first or best first: search, filters, and everything that can be done with a memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.memory import (
    MEMORY_SOURCES,
    ForgetTarget,
    Memory,
    MemoryFilter,
    MemoryPage,
    MemoryQuery,
    Recalled,
    SearchResult,
    TimeRange,
)
from jarvis.desktop import memory_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_acts import MemoryActs
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import NARROW, Sides, column, scroll_over
from jarvis.desktop.resources_figures import number
from jarvis.desktop.theme import styled
from jarvis.desktop.window_words import in_window

AT_ONCE = 30
"""Memories shown before "show more"."""

_TYPING_MILLISECONDS = 250
_SPANS = ((texts.ANY_TIME, None), (texts.LAST_WEEK, 7), (texts.LAST_MONTH, 30), (texts.LAST_YEAR, 365))
_Shown = list[tuple[Memory, str]]


class BrowsePage(QWidget):
    """Search field, filters, and memories as cards."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.acts = MemoryActs(desk, self)
        self.acts.changed.connect(self.read)
        self.acts.said.connect(self._say)
        self._asked = 0
        self._next: int | None = None
        self._found: tuple[str, ...] = ()
        self._typing = QTimer(self, interval=_TYPING_MILLISECONDS, singleShot=True)
        self._typing.timeout.connect(self.read)
        self.search, self.kind, self.since = QLineEdit(), Choice(desk), Choice(desk)
        self.pinned, self.last, self.forget_found = QToolButton(), QToolButton(), QToolButton()
        self.message = QLabel()
        self.message.setProperty("look", "muted")
        self.message.setWordWrap(True)
        self.more = QPushButton()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Sides(self._top(), top=20, bottom=8))
        layout.addWidget(self._list(), 1)
        desk.words.changed.connect(self._retell)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what is remembered when the page comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Show what fits the field and the filters."""
        self._typing.stop()
        self._clear()
        self._say(self._desk.words(texts.LOOKING))
        text = self.search.text().strip()
        self._asked += 1
        asked = self._asked
        if text:
            query = MemoryQuery(text=text, limit=AT_ONCE, where=self._filter(), language=self._desk.words.language)
            self.acts.work(lambda: self.acts.memory.search(query), lambda found: self._show_found(asked, found))
        else:
            self._read_page(asked, None)

    def show_last(self) -> None:
        """Show what the last answer drew on."""
        self._clear()
        self._asked += 1
        asked = self._asked
        self.acts.work(lambda: self.acts.memory.used_by(None), lambda found: self._show_used(asked, found))

    # The parts.

    def _top(self) -> QVBoxLayout:
        words, theme = self._desk.words, self._desk.theme
        self.search.setClearButtonEnabled(True)
        words.name(self.search, texts.SEARCH_MEMORIES, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH_MEMORIES)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self.read)
        words.name(self.kind, texts.KIND)
        words.name(self.since, texts.SINCE)
        self._retell()
        self.kind.currentIndexChanged.connect(lambda _: self.read())
        self.since.currentIndexChanged.connect(lambda _: self.read())
        self.pinned.setCheckable(True)
        self.pinned.setProperty("look", "choice")
        words.bind(self.pinned, self.pinned.setText, texts.PINNED)
        words.name(self.pinned, texts.PINNED, tooltip=False)
        self.pinned.toggled.connect(lambda _: self.read())
        self.last.setProperty("look", "choice")
        words.bind(self.last, self.last.setText, texts.LAST_ANSWER)
        words.name(self.last, texts.LAST_ANSWER_NAME)
        self.last.clicked.connect(self.show_last)
        words.name(self.forget_found, texts.FORGET_FOUND)
        theme.dress(self.forget_found, "trash", size=16)
        self.forget_found.clicked.connect(lambda: self.acts.forget(ForgetTarget(kind="found", ids=self._found)))
        filters = FlowRow(self.kind, self.since, self.pinned)
        top = QVBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.search)
        top.addLayout(filters)
        return top

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say what was found above the buttons where there is little room beside them."""
        super().resizeEvent(event)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._found_line.setDirection(below if self.width() < NARROW else beside)

    def _list(self) -> QScrollArea:
        found = styled(QWidget(), "clear")
        self._found_line = QBoxLayout(QBoxLayout.Direction.LeftToRight, found)
        self._found_line.setContentsMargins(0, 0, 0, 0)
        self._found_line.setSpacing(8)
        self._found_line.addWidget(self.message, 1)
        self._found_line.addLayout(FlowRow(self.last, self.forget_found))
        holder, inside = column(found)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self.more.setAutoDefault(False)
        self._desk.words.bind(self.more, self.more.setText, texts.MORE)
        self._desk.words.name(self.more, texts.MORE, tooltip=False)
        self.more.clicked.connect(lambda: self._read_page(self._asked, self._next))
        self.more.hide()
        inside.addLayout(self._column)
        inside.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        return scroll_over(holder)

    def _retell(self) -> None:
        words = self._desk.words
        for box, names in (
            (self.kind, [texts.ANY_KIND, *(texts.SOURCES[source] for source in MEMORY_SOURCES)]),
            (self.since, [name for name, _ in _SPANS]),
        ):
            at = max(box.currentIndex(), 0)
            box.blockSignals(True)
            box.clear()
            box.addItems([words(name) for name in names])
            box.setCurrentIndex(at)
            box.blockSignals(False)

    # Reading.

    def _filter(self) -> MemoryFilter:
        at = self.kind.currentIndex()
        days = _SPANS[max(self.since.currentIndex(), 0)][1]
        now = self._desk.services.clock.now()
        return MemoryFilter(
            sources=(MEMORY_SOURCES[at - 1],) if at > 0 else (),
            said=TimeRange(start=now - timedelta(days=days)) if days else None,
            pinned=True if self.pinned.isChecked() else None,
        )

    def _read_page(self, asked: int, before: int | None) -> None:
        where = self._filter()
        self.acts.work(
            lambda: self.acts.memory.page(where, limit=AT_ONCE, before=before),
            lambda page: self._show_page(asked, page),
        )

    def _show_page(self, asked: int, page: MemoryPage) -> None:
        if asked != self._asked:
            return
        self._next = page.next_before
        self._add([(memory, "") for memory in page.memories])
        words = self._desk.words
        shown, total = (number(count, words.language) for count in (len(self._found), page.total))
        empty = texts.NO_MEMORIES if where_is_open(self._filter()) else texts.NOTHING_FOUND
        self._say(words(texts.FOUND, shown=shown, total=total) if self._found else words(empty))
        self.more.setVisible(page.next_before is not None)

    def _show_found(self, asked: int, found: SearchResult) -> None:
        if asked != self._asked:
            return
        self._add([(one.memory, one.because) for one in found.found])
        words = self._desk.words
        if not found.found:
            sentence = words(texts.NOTHING_FOUND)
        else:
            sentence = words(texts.BEST if found.matched else texts.NOT_MATCHED)
        self._say("  ".join(part for part in (sentence, in_window(found.notice)) if part))

    def _show_used(self, asked: int, found: Sequence[Recalled]) -> None:
        if asked != self._asked:
            return
        self._add([(one.memory, one.because) for one in found])
        self._say(self._desk.words(texts.LAST_ANSWER_NAME if found else texts.NOTHING_FOUND))

    def _clear(self) -> None:
        self._next, self._found = None, ()
        self.more.hide()
        self.forget_found.setEnabled(False)
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _add(self, shown: _Shown) -> None:
        asked = self._asked

        def adder(memory: Memory, because: str) -> None:
            if asked == self._asked:
                self._column.addWidget(self.acts.card(memory, because=because))

        self._found = (*self._found, *(memory.id for memory, _ in shown))
        self.forget_found.setEnabled(bool(self._found))
        if shown:
            in_slices(self, [lambda m=memory, b=because: adder(m, b) for memory, because in shown])  # type: ignore[misc]

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)


def where_is_open(where: MemoryFilter) -> bool:
    """Tell whether a filter lets everything through."""
    return where == MemoryFilter()
