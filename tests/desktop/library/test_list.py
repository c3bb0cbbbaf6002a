"""The list of conversations: its groups, folders, pins and archive, by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QInputDialog,
    QMenu,
    QMessageBox,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.library_shelves import AT_ONCE
from jarvis.desktop.sidebar import Sidebar
from tests.desktop.conftest import Until
from tests.desktop.library.conftest import actions, choose, listed, read
from tests.fakes.desk_conversations import HeldSearches, StoredConversations


def test_the_list_is_grouped_and_groups_open(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    stored.add("Tea", hours=1)
    stored.add("Rain", days=1)
    stored.add("Oven", days=40, folder="Home")
    boat = stored.add("Boat", days=9)
    old = stored.add("Old", days=20)
    stored.desk.pin(boat.id, True)
    stored.desk.archive(old.id, True)
    read(sidebar, until, "Pinned")
    assert listed(sidebar) == ["Pinned", "Boat", "Home", "Today", "Tea", "Yesterday", "Rain", "Archive"]
    choose(sidebar, "Home")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Right)
    until(lambda: listed(sidebar)[3] == "Oven")
    assert sidebar.list.row().text == "Home"
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Right)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Left)
    until(lambda: "Oven" not in listed(sidebar))
    at = sidebar.list.visualRect(sidebar.model.index(listed(sidebar).index("Archive"))).center()
    qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    until(lambda: listed(sidebar)[-1] == "Old")


def test_the_language_changes_in_the_open_list(
    sidebar: Sidebar, desk: Desk, stored: StoredConversations, until: Until
) -> None:
    stored.add("Tea")
    read(sidebar, until, "Today")
    desk.words.use("es")
    assert listed(sidebar) == ["Hoy", "Tea"]
    assert sidebar.search.placeholderText() == window_texts.SEARCH_CHATS.es
    assert sidebar.settings_button.toolTip().startswith("Ajustes (")
    assert not sidebar.settings_button.shortcut().isEmpty()


def test_at_midnight_today_becomes_yesterday(sidebar: Sidebar, stored: StoredConversations, until: Until) -> None:
    stored.add("Tea")
    read(sidebar, until, "Today")
    stored.clock.advance(12 * 3600)
    sidebar._minute.timeout.emit()
    assert listed(sidebar) == ["Yesterday", "Tea"]


def test_only_some_rows_are_made_at_once(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    stored.add_many(10_000)
    read(sidebar, until, "Today")

    def chats() -> int:
        return len([row for row in sidebar.model.rows if row.kind == "chat"])

    assert chats() == AT_ONCE
    choose(sidebar, texts.SHOW_MORE.en)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    until(lambda: chats() == 3 * AT_ONCE)
    assert listed(sidebar)[-1] == texts.SHOW_MORE.en


def test_the_keyboard_opens_pins_archives_and_moves(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    tea = stored.add("Tea")
    stored.add("Oven", folder="Home")
    read(sidebar, until, "Home")
    seen: list[tuple[str, str]] = []
    sidebar.opened.connect(lambda one: seen.append(("open", one)))
    sidebar.rename_wanted.connect(lambda one: seen.append(("rename", one)))
    sidebar.delete_wanted.connect(lambda one: seen.append(("delete", one)))
    choose(sidebar, "Tea")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Delete):
        qtbot.keyClick(sidebar.list, key)
    assert seen == [("open", tea.id), ("rename", tea.id), ("delete", tea.id)]
    qtbot.keyClick(sidebar.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    until(lambda: listed(sidebar)[:2] == ["Pinned", "Tea"])
    choose(sidebar, "Tea")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    until(lambda: "Pinned" not in listed(sidebar))
    choose(sidebar, "Tea")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    dialog = sidebar.findChildren(QInputDialog)[-1]
    assert dialog.comboBoxItems() == ["", "Home"]
    dialog.setTextValue("Kitchen")
    dialog.accept()
    until(lambda: listed(sidebar) == ["Home", "Kitchen"])
    assert stored.desk.folders() == [("Home", 1), ("Kitchen", 1)]
    sidebar.reader.toggle("folder:Kitchen")
    until(lambda: "Tea" in listed(sidebar))
    choose(sidebar, "Tea")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    until(lambda: listed(sidebar) == ["Home", texts.ARCHIVE.en])


def test_the_menu_of_a_conversation_names_everything(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    tea = stored.add("Tea")
    stored.add("Oven", folder="R&D")
    read(sidebar, until, "R&D")
    choose(sidebar, "Tea")
    asked: list[str] = []
    sidebar.list.menu_wanted.disconnect()
    sidebar.list.menu_wanted.connect(lambda row, at: asked.append(row.text))
    key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(sidebar.list, key)
    assert asked == ["Tea"]
    menu = QMenu(sidebar)
    sidebar.fill_menu(menu, sidebar.conversation(tea.id))
    found = actions(menu)
    assert list(found) == ["Rename…", "Pin", "Move to folder", "Archive it", "Export", "Delete…"]
    into = actions(found["Move to folder"].menu())  # type: ignore[attr-defined]
    assert list(into) == ["No folder", "R&&D", "New folder…"]
    assert into["No folder"].isChecked()  # type: ignore[attr-defined]
    assert list(actions(found["Export"].menu())) == [  # type: ignore[attr-defined]
        "As Markdown…",
        "As JSON…",
        "As PDF…",
    ]
    into["R&&D"].trigger()  # type: ignore[attr-defined]
    until(lambda: stored.desk.folders() == [("R&D", 2)])
    assert stored.log.conversation(tea.id).folder == "R&D"


def test_a_folder_is_renamed_and_dissolved(
    sidebar: Sidebar, stored: StoredConversations, qtbot: QtBot, until: Until
) -> None:
    stored.add("Oven", folder="Home")
    read(sidebar, until, "Home")
    choose(sidebar, "Home")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    dialog = sidebar.findChildren(QInputDialog)[-1]
    assert dialog.textValue() == "Home"
    dialog.setTextValue("House")
    dialog.accept()
    until(lambda: listed(sidebar) == ["House"])
    choose(sidebar, "House")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    box = sidebar.findChildren(QMessageBox)[-1]
    assert "House" in box.informativeText()
    next(button for button in box.buttons() if button.text() == texts.DISSOLVE_DO.en).click()
    until(lambda: listed(sidebar) == ["Today", "Oven"])


def test_a_folder_is_put_together_with_another_only_after_a_yes(
    sidebar: Sidebar, stored: StoredConversations, until: Until
) -> None:
    stored.add("Oven", folder="Home")
    stored.add("Taxes", folder="Work")
    read(sidebar, until, "Home")

    def rename() -> QMessageBox:
        sidebar.acts.rename_folder("Home")
        dialog = sidebar.findChildren(QInputDialog)[-1]
        dialog.setTextValue(" Work ")
        dialog.accept()
        return sidebar.findChildren(QMessageBox)[-1]

    box = rename()
    assert "“Work”" in box.informativeText() and "“Home”" in box.informativeText()
    box.reject()
    assert stored.desk.folders() == [("Home", 1), ("Work", 1)]
    next(button for button in rename().buttons() if button.text() == texts.JOIN_DO.en).click()
    until(lambda: stored.desk.folders() == [("Work", 2)])


def test_a_name_that_is_too_long_is_told_in_the_sidebar(
    sidebar: Sidebar, stored: StoredConversations, until: Until
) -> None:
    tea = stored.add("Tea")
    read(sidebar, until, "Today")
    sidebar.acts.move(tea, "x" * 61)
    until(lambda: "60 characters" in sidebar.note.text.text())
    assert sidebar.note.isVisible()
    assert not sidebar.note.go_on.isVisible()
    sidebar.note.close_button.click()
    assert not sidebar.note.isVisible()


def test_a_list_that_cannot_be_read_says_so_and_is_read_again(
    sidebar: Sidebar, stored: StoredConversations, held: HeldSearches, until: Until
) -> None:
    stored.add("Tea")
    held.fail = StorageError("storage.broken", en="The database is broken.", es="La base está rota.")
    sidebar.show_conversations([], None)
    until(lambda: "The database is broken." in sidebar.note.text.text())
    held.fail = None
    sidebar.note.go_on.click()
    until(lambda: listed(sidebar) == ["Today", "Tea"])
    assert not sidebar.note.isVisible()


def test_the_open_conversation_is_marked_and_the_place_is_kept(
    sidebar: Sidebar, stored: StoredConversations, until: Until
) -> None:
    stored.add_many(200)
    read(sidebar, until, "Today")
    sidebar.mark("many00003")
    assert sidebar.model.open_id == "many00003"
    bar = sidebar.list.verticalScrollBar()
    bar.setValue(600)
    choose(sidebar, "Conversation 20")
    place = bar.value()
    new = stored.add("Just now")
    sidebar.show_conversations([], "many00003")
    until(lambda: "Just now" in listed(sidebar))
    assert sidebar.list.row().text == "Conversation 20"
    assert bar.value() == place
    assert sidebar.conversation(new.id).title == "Just now"
    assert sidebar.conversation("unknown") is None


def test_a_title_is_never_markup(sidebar: Sidebar, stored: StoredConversations, until: Until) -> None:
    stored.add("<img src=x><b>Tea</b>")
    read(sidebar, until, "Today")
    index = sidebar.model.index(1)
    assert index.data() == "<img src=x><b>Tea</b>"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "<p>&lt;img src=x&gt;&lt;b&gt;Tea&lt;/b&gt;</p>"


def test_a_copy_in_a_folder_stays_marked_when_it_is_opened(
    sidebar: Sidebar, stored: StoredConversations, until: Until
) -> None:
    tea = stored.add("Tea", folder="Home")
    stored.desk.pin(tea.id, True)
    sidebar.reader.toggle("folder:Home")
    until(lambda: listed(sidebar) == ["Pinned", "Tea", "Home", "Tea"])
    sidebar.list.setCurrentIndex(sidebar.model.index(3))
    sidebar.search.setFocus()
    sidebar.mark(tea.id)
    assert sidebar.list.currentIndex().row() == 3
    sidebar.mark(None)
    assert not sidebar.list.currentIndex().isValid()
