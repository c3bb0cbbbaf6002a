"""Searching conversations: what is found, what is shown while typing, and what is told when nothing is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.desktop import library_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.sidebar import Sidebar
from tests.desktop.conftest import Until
from tests.desktop.library.conftest import listed, read
from tests.fakes.desk_conversations import HeldSearches, StoredConversations


def test_a_search_finds_words_in_messages_and_opens_them(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    party = stored.add("Party", "who brings it", "Ana brings the “Tarta de limón” 🎂", hours=2)
    stored.add("Tea", "nothing")
    stored.add("Limonada", days=3)
    read(sidebar, until, "Today")
    opened: list[tuple[str, ...]] = []
    sidebar.opened.connect(lambda one: opened.append((one,)))
    sidebar.message_wanted.connect(lambda one, message: opened.append((one, message)))
    qtbot.keyClicks(sidebar.search, "LIMON")
    until(lambda: listed(sidebar) == ["2 conversations", "Party", "Limonada"])
    row = sidebar.model.rows[1]
    ((start, end),) = row.matches
    assert row.snippet[start:end] == "limón"
    message = stored.log.messages(party.id)[1].id
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert opened == [(party.id,), (party.id, message)]
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert sidebar.list.row().text == "Party"
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Escape)
    assert sidebar.search.text() == ""
    assert listed(sidebar)[0] == "Today"


def test_return_before_the_results_opens_the_best_when_it_is_there(
    sidebar: Sidebar, stored: StoredConversations, held: HeldSearches, qtbot: QtBot, until: Until
) -> None:
    tea = stored.add("Tea", "green tea")
    opened: list[str] = []
    sidebar.opened.connect(opened.append)
    held.gate.clear()
    sidebar.search.setText("green")
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert sidebar._empty.text() == texts.SEARCHING.en
    held.gate.set()
    until(lambda: opened == [tea.id])


def test_results_of_earlier_words_are_never_shown(
    sidebar: Sidebar, stored: StoredConversations, held: HeldSearches, until: Until
) -> None:
    stored.add("Tea", hours=1)
    stored.add("Boat")
    shown: list[list[str]] = []
    sidebar.model.modelReset.connect(lambda: shown.append(listed(sidebar)))
    held.gate.clear()
    sidebar.search.setText("tea")
    until(lambda: held.searched == ["tea"])
    for words in ("b", "bo", "boat"):
        sidebar.search.setText(words)
        sidebar.reader.look_now()
    held.gate.set()
    until(lambda: listed(sidebar) == ["1 conversation", "Boat"])
    assert held.searched == ["tea", "boat"]
    assert not any("Tea" in rows for rows in shown)
    held.gate.clear()
    sidebar.search.setText("tea")
    assert listed(sidebar) == []
    sidebar.reader.look_now()
    sidebar.search.clear()
    held.gate.set()
    sidebar.reader.refresh()
    until(lambda: listed(sidebar) == ["Today", "Boat", "Tea"])


def test_nothing_found_is_a_sentence_and_a_failure_too(
    sidebar: Sidebar, desk: Desk, stored: StoredConversations, held: HeldSearches, until: Until
) -> None:
    stored.add("Tea")
    sidebar.search.setText("zebra")
    until(lambda: "“zebra”" in sidebar._empty.text())
    desk.words.use("es")
    assert sidebar._empty.text().startswith("No se encontró nada")
    held.fail = StorageError("storage.broken", en="The database is broken.", es="La base está rota.")
    sidebar.search.setText("tea")
    until(lambda: "La base está rota." in sidebar.note.text.text())
    held.fail = None
    sidebar.note.go_on.click()
    until(lambda: listed(sidebar) == ["1 conversación", "Tea"])


def test_escape_is_the_windows_own_where_there_is_nothing_to_leave(sidebar: Sidebar) -> None:
    def kept(widget: QWidget) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(widget, event)
        return event.isAccepted()

    assert not kept(sidebar.list)
    assert not kept(sidebar.search)
    sidebar.search.setText("tea")
    assert kept(sidebar.list)
    assert kept(sidebar.search)
