"""What surrounds the list: writing out, ways to other windows, names, keyboard and looks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
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

from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.sidebar import Sidebar
from tests.desktop.conftest import Until, questions, started
from tests.desktop.library.conftest import actions, choose, listed, read
from tests.fakes.desk_conversations import StoredConversations
from tests.fakes.desktop import FakeDesktop
from tests.fakes.formulas import Squares


@pytest.mark.parametrize("form", ["markdown", "json", "pdf"])
def test_a_conversation_is_written_out(
    sidebar: Sidebar, stored: StoredConversations, squares: Squares, until: Until, tmp_path: Path, form: str
) -> None:
    tea = stored.add("Tea: green?", "which one", "The **green** $x$ one.")
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
        assert squares.asked == [("x", False)], "its formulas are drawn"
    elif form == "json":
        assert [one["text"] for one in json.loads(data)["messages"]] == ["which one", "The **green** $x$ one."]
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


def test_the_end_of_the_program_ends_the_writing_and_leaves_the_file_as_it_was(
    sidebar: Sidebar, stored: StoredConversations, squares: Squares, desk: Desk, until: Until, tmp_path: Path
) -> None:
    file = tmp_path / "tea.pdf"
    file.write_text("older")
    tea = stored.add("Tea", "which one", "The $x$ one.\n\n" + "Green or black.\n\n" * 20_000)
    sidebar.acts.export.write(tea, "pdf", file)
    until(lambda: bool(squares.asked))
    desk.bridge.close()
    assert file.read_text() == "older" and list(tmp_path.glob("*.pdf")) == [file]
    assert sidebar.note.text.text() == texts.EXPORTING.en.format(name="tea.pdf")


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
