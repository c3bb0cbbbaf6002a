"""The conversation library in the sidebar, over a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.library_shelves import AT_ONCE
from jarvis.desktop.sidebar import Sidebar
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, questions, started
from tests.fakes.desk_conversations import HeldSearches, StoredConversations
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[StoredConversations]:
    made = StoredConversations(tmp_path)
    yield made
    made.close()


@pytest.fixture
def held(stored: StoredConversations) -> HeldSearches:
    return HeldSearches(stored.desk)


@pytest.fixture
def desk(qapp: object, fake: FakeDesktop, stored: StoredConversations, held: HeldSearches) -> Iterator[Desk]:
    services = replace(fake.services, log=stored.log, clock=stored.clock, conversations=lambda: held)
    made = Desk(services=services, words=Words("en"), theme=Theme("light"), bridge=Bridge(fake.assistant, lambda: "en"))
    yield made
    held.gate.set()
    made.bridge.close()


@pytest.fixture
def sidebar(qtbot: QtBot, desk: Desk) -> Sidebar:
    made = Sidebar(desk)
    qtbot.addWidget(made)
    made.resize(272, 760)
    made.show()
    made.activateWindow()
    return made


def listed(sidebar: Sidebar) -> list[str]:
    return [row.text for row in sidebar.model.rows]


def read(sidebar: Sidebar, until: Until, first: str) -> None:
    """Read the list and wait until its first row is there."""
    sidebar.show_conversations([], None)
    until(lambda: listed(sidebar)[:1] == [first])


def choose(sidebar: Sidebar, text: str) -> None:
    """Put the keyboard's mark on a row."""
    sidebar.list.setFocus()
    sidebar.list.setCurrentIndex(sidebar.model.index(listed(sidebar).index(text)))


def actions(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions() if action.text()}


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


@pytest.mark.parametrize("form", ["markdown", "json", "pdf"])
def test_a_conversation_is_written_out(
    sidebar: Sidebar, stored: StoredConversations, until: Until, tmp_path: Path, form: str
) -> None:
    tea = stored.add("Tea: green?", "which one", "The **green** one.")
    read(sidebar, until, "Today")
    sidebar.acts.export.ask(tea, form)  # type: ignore[arg-type]
    dialog = sidebar.findChildren(QFileDialog)[-1]
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    name = Path(dialog.selectedFiles()[0]).name
    assert name.startswith("Tea green.")
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(name)
    dialog.accept()
    until(lambda: texts.EXPORTED.en.format(name=name) == sidebar.note.text.text())
    data = (tmp_path / name).read_bytes()
    if form == "pdf":
        assert data.startswith(b"%PDF")
    elif form == "json":
        assert [one["text"] for one in json.loads(data)["messages"]] == ["which one", "The **green** one."]
    else:
        assert "# Tea: green?" in data.decode()
    assert sidebar.note.go_on.isVisible()
    assert sidebar.note.go_on.text() == texts.OPEN_FILE.en


def test_a_file_whose_ending_was_left_out_is_asked_about(
    sidebar: Sidebar, stored: StoredConversations, until: Until, tmp_path: Path
) -> None:
    tea = stored.add("Tea", "which one")
    file = tmp_path / "kept.md"
    file.write_text("mine")
    sidebar.acts.export._chosen(tea, "markdown", tmp_path / "kept")
    box = sidebar.findChildren(QMessageBox)[-1]
    assert "kept.md" in box.informativeText()
    box.reject()
    assert file.read_text() == "mine"
    sidebar.acts.export._chosen(tea, "markdown", tmp_path / "kept")
    box = sidebar.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if button.text() == texts.REPLACE_DO.en).click()
    until(lambda: "which one" in file.read_text())


def test_what_cannot_be_written_out_is_one_sentence(
    sidebar: Sidebar, stored: StoredConversations, until: Until, tmp_path: Path
) -> None:
    tea = stored.add("Tea", "which one")
    sidebar.acts.export.write(tea, "pdf", tmp_path / "gone" / "a.pdf")
    until(lambda: "could not be written" in sidebar.note.text.text())
    stored.log.delete(tea.id)
    sidebar.acts.export.write(tea, "markdown", tmp_path / "a.md")
    until(lambda: "no longer exists" in sidebar.note.text.text())
    assert not (tmp_path / "a.md").exists()


def test_ways_lead_to_the_windows_that_there_are(qtbot: QtBot, desk: Desk) -> None:
    services = replace(desk.services, models=object, resources=object, spending=object, memory=object)  # type: ignore[arg-type]
    sidebar = Sidebar(replace(desk, services=services))
    qtbot.addWidget(sidebar)
    seen: list[str] = []
    for name in ("models", "resources", "usage", "memory", "settings"):
        getattr(sidebar, f"{name}_wanted").connect(lambda name=name: seen.append(name))
        sidebar.ways.buttons[name].click()
    assert seen == ["models", "resources", "usage", "memory", "settings"]
    keys = [button.shortcut().toString() for button in sidebar.ways.buttons.values()]
    assert len(set(keys)) == 5
    sidebar.resize(272, 400)
    sidebar.show()
    assert {button.toolButtonStyle() for button in sidebar.ways.buttons.values()} == {
        Qt.ToolButtonStyle.ToolButtonIconOnly
    }
    sidebar.resize(272, 760)
    styles = {button.toolButtonStyle() for button in sidebar.ways.buttons.values()}
    assert styles == {Qt.ToolButtonStyle.ToolButtonTextBesideIcon}
    assert list(Sidebar(desk).ways.buttons) == ["settings"]


def test_a_large_font_clips_nothing(sidebar: Sidebar, desk: Desk) -> None:
    services = replace(desk.services, models=object, resources=object, spending=object, memory=object)  # type: ignore[arg-type]
    large = Sidebar(replace(desk, services=services))
    font = large.font()
    font.setPointSizeF(22)
    large.setFont(font)
    for button in (large.new_button, *large.ways.buttons.values()):
        button.setFont(font)
    large.resize(272, 900)
    desk.words.use("es")
    for button in (large.new_button, *large.ways.buttons.values()):
        assert button.sizeHint().width() <= button.parentWidget().contentsRect().width()
    assert large.minimumSizeHint().width() <= large.width()


def test_the_window_opens_renames_and_deletes_what_the_list_shows(
    qtbot: QtBot, fake: FakeDesktop, stored: StoredConversations, until: Until
) -> None:
    stored.add("Rain", "will it rain", days=3)
    tea = stored.add("Tea", "green tea please", hours=2, folder="Home")
    services = replace(fake.services, log=stored.log, clock=stored.clock, conversations=stored.port)
    with started(services) as desktop:
        sidebar = desktop.window.sidebar
        until(lambda: listed(sidebar) == ["Home", "This week", "Rain"])
        qtbot.keyClicks(sidebar.search, "green")
        qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
        until(lambda: questions(desktop) == ["green tea please"])
        assert sidebar.model.open_id == tea.id
        choose(sidebar, "Tea")
        qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
        dialog = desktop.window.findChildren(QInputDialog)[-1]
        dialog.setTextValue("Green tea")
        dialog.accept()
        until(lambda: listed(sidebar) == ["1 conversation", "Green tea"])
        choose(sidebar, "Green tea")
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
        box = desktop.window.findChildren(QMessageBox)[-1]
        next(button for button in box.buttons() if button.text() == window_texts.DELETE_DO.en).click()
        until(lambda: listed(sidebar) == [])
        assert "Nothing found" in sidebar._empty.text()
        assert stored.log.conversation(tea.id) is None


def test_without_a_library_the_log_is_listed_and_filtered(
    qtbot: QtBot, desk: Desk, stored: StoredConversations
) -> None:
    tea, boat = stored.add("Té verde"), stored.add("Boat")
    sidebar = Sidebar(replace(desk, services=replace(desk.services, conversations=None)))
    qtbot.addWidget(sidebar)
    sidebar.show_conversations([boat, tea], tea.id)
    assert listed(sidebar) == ["Boat", "Té verde"]
    sidebar.search.setText("TE")
    assert listed(sidebar) == ["Té verde"]
    menu = QMenu()
    sidebar.fill_menu(menu, tea)
    assert list(actions(menu)) == ["Rename…", "Delete…"]
    sidebar.search.setText("zzz")
    assert sidebar._empty.text() == window_texts.NO_MATCH.en


def test_tab_goes_from_the_top_to_the_bottom(sidebar: Sidebar, stored: StoredConversations) -> None:
    sidebar.note.say("x", way=texts.OPEN_FILE)
    order: list[QWidget] = []
    widget = sidebar.new_button
    while widget not in order:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(widget.parent(), QLineEdit):
            order.append(widget)
        widget = widget.nextInFocusChain()
        if widget is sidebar.new_button:
            break
    assert order == [
        sidebar.new_button,
        sidebar.search,
        sidebar.list,
        sidebar.note.close_button,
        sidebar.note.go_on,
        sidebar.settings_button,
    ]


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


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_has_a_name_and_the_keyboard_reaches_it(
    sidebar: Sidebar, desk: Desk, stored: StoredConversations, until: Until, language: str
) -> None:
    desk.words.use(language)  # type: ignore[arg-type]
    stored.add("Tea", folder="Home")
    read(sidebar, until, "Home")
    sidebar.note.say("x", way=texts.OPEN_FILE)
    for widget in sidebar.findChildren(QWidget):
        if isinstance(widget, (QAbstractButton, QLineEdit, QListView, QPushButton)) and not isinstance(
            widget.parent(), QLineEdit
        ):
            assert widget.accessibleName(), widget
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()
    spoken = sidebar.model.data(sidebar.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == (
        "Folder Home, 1 conversation, closed" if language == "en" else "Carpeta Home, 1 conversación, cerrada"
    )


def test_every_row_is_drawn_in_both_looks(
    sidebar: Sidebar, desk: Desk, stored: StoredConversations, until: Until
) -> None:
    boat = stored.add("Boat", "a 🎂 cake and cake", days=2)
    stored.desk.pin(boat.id, True)
    stored.add("Oven", folder="Home")
    read(sidebar, until, "Pinned")
    for look in ("dark", "light"):
        desk.theme.use(look)
        assert not sidebar.grab().isNull()
    sidebar.search.setText("cake")
    until(lambda: listed(sidebar) == ["1 conversation", "Boat"])
    picture = sidebar.grab().toImage()
    sidebar.model.rows[1] = replace(sidebar.model.rows[1], matches=())
    sidebar.list.viewport().update()
    assert sidebar.grab().toImage() != picture
