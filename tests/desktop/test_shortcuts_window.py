"""The list of shortcuts, the page where keys are chosen, and Qt's own words in the window's language."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from jarvis.desktop import shortcuts_texts as own
from jarvis.desktop.dictation import Dictation
from jarvis.desktop.key_recorder import KeyRecorder
from jarvis.desktop.qt_words import QtWords
from jarvis.desktop.run import Desktop
from jarvis.desktop.shortcuts_page import ShortcutRow, ShortcutsPage
from jarvis.desktop.shortcuts_table import SHORTCUTS, keys_told
from jarvis.desktop.shortcuts_window import LINE, Line, ShortcutsWindow, lines
from jarvis.desktop.words import Words
from jarvis.settings.folders import assets_folder
from tests.desktop.conftest import Until, started
from tests.desktop.fitting import cut_texts
from tests.desktop.reaching import nameless, unreached
from tests.fakes.desk_gpus import HandShortcuts
from tests.fakes.desktop import FakeDesktop

QUICK, TALK = "shortcut.quick_query", "shortcut.talk"
HELD = {QUICK: "Ctrl+Alt+J", TALK: ""}


@pytest.fixture
def shortcuts() -> HandShortcuts:
    return HandShortcuts()


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop, shortcuts: HandShortcuts) -> Iterator[Desktop]:
    with started(replace(fake.services, shortcuts=shortcuts)) as made:
        yield made
        if made.shortcuts is not None:
            made.shortcuts.close()


@pytest.fixture
def window(shown: Desktop, qtbot: QtBot) -> ShortcutsWindow:
    shown.window.activateWindow()
    qtbot.waitUntil(shown.window.isActiveWindow)
    qtbot.keyClick(shown.window, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert shown.shortcuts is not None and shown.shortcuts.isVisible()
    return shown.shortcuts


def rows(window: ShortcutsWindow) -> list[Line]:
    model = window.list.model()
    return [model.index(at, 0).data(LINE) for at in range(model.rowCount())]


def test_every_shortcut_stands_in_the_list_once_with_its_keys(window: ShortcutsWindow) -> None:
    found = rows(window)
    assert sum(not line.heading for line in found) == len(SHORTCUTS)
    by_text = {(line.text, line.keys) for line in found}
    assert (own.DO_SHORTCUTS.en, (("Ctrl", "/"), ("F1",))) in by_text
    assert (own.GLOBAL_QUICK.en, (("Ctrl", "Alt", "J"),)) in by_text
    assert (own.GLOBAL_TALK.en, ()) in by_text
    assert (own.DO_SEND.en, (("Enter",),)) in by_text
    first = next(line for line in found if not line.heading)
    assert first.told == f"{own.GLOBAL_QUICK.en}: Ctrl+Alt+J. {own.IN_PROGRAMS.en}"


def test_the_list_is_searched_by_words_of_both_languages_and_by_keys() -> None:
    for search, text in (
        ("fijar", own.DO_PIN),
        ("PIN let", own.DO_PIN),
        ("ctrl+k", own.DO_SEARCH),
        ("mayus espacio", own.DO_TALK),
        ("carpeta poner", own.DO_MOVE),
    ):
        assert text.es in [line.text for line in lines(Words("es"), HELD, search)], search
    assert lines(Words("en"), HELD, "zzzz") == []
    headings = [line.text for line in lines(Words("en"), HELD, "ctrl+q") if line.heading]
    assert headings == [own.IN_CHAT.en]


def test_the_keyboard_goes_from_the_search_through_the_list_and_on(window: ShortcutsWindow, qtbot: QtBot) -> None:
    assert window.search.hasFocus()
    qtbot.keyClick(window.search, Qt.Key.Key_Down)
    assert window.list.hasFocus() and window.list.currentIndex().row() == 1
    for _ in range(2):
        qtbot.keyClick(window.list, Qt.Key.Key_Down)
    # The heading between them is passed over.
    assert rows(window)[window.list.currentIndex().row()].text == own.DO_DICTATE.en
    spoken = window.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"{own.DO_DICTATE.en}: F9. {own.IN_JARVIS.en}"
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.search.hasFocus()
    qtbot.keyClicks(window.search, "zzzz")
    assert window.nothing.isVisible() and not window.list.isVisible()
    assert nameless(window) == [] and unreached(window) == []
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_of_the_list_is_cut(shown: Desktop, fake: FakeDesktop, window: ShortcutsWindow, language: str) -> None:
    fake.settings.set("language", language)
    shown.apply_settings()
    for width in (600, 380):
        window.resize(width, 500)
        QApplication.processEvents()
        assert cut_texts(window) == []


def test_the_list_says_what_does_not_work_and_leads_to_where_keys_are_chosen(
    shown: Desktop, shortcuts: HandShortcuts, window: ShortcutsWindow, until: Until
) -> None:
    assert shown.keys is not None
    until(lambda: window.note.text() == "In the desktop.")
    shortcuts.taken = {"Ctrl+Alt+K"}
    shown.desk.services.settings.set(QUICK, "Ctrl+Alt+K")
    until(lambda: shown.apply_settings() or "Another has Ctrl+Alt+K." in window.note.text())  # type: ignore[func-returns-value]
    assert window.note.isVisible()
    window.change.click()
    assert shown.settings_dialog is not None
    assert isinstance(shown.settings_dialog.page("shortcuts"), ShortcutsPage)


def test_the_menus_of_the_window_and_of_the_tray_show_the_list(shown: Desktop) -> None:
    menu = shown.window.menu_button.menu()
    menu.aboutToShow.emit()
    press(menu.actions())
    assert shown.shortcuts is not None and shown.shortcuts.isVisible()
    shown.shortcuts.close()
    shown.tray._fill()
    press(shown.tray._windows.actions())
    assert shown.shortcuts.isVisible()


def press(actions: list[QAction]) -> None:
    next(action for action in actions if action.text() == own.SHORTCUTS_MENU.en).trigger()


# The page of settings.


@pytest.fixture
def page(shown: Desktop, until: Until) -> ShortcutsPage:
    shown.open_settings()
    assert shown.settings_dialog is not None
    shown.settings_dialog.go_to("shortcuts")
    page = shown.settings_dialog.page("shortcuts")
    assert isinstance(page, ShortcutsPage)
    until(lambda: len(page.rows) == 2)
    return page


def row_of(page: ShortcutsPage, name: str) -> tuple[ShortcutRow, KeyRecorder]:
    row = page.rows[name]
    assert isinstance(row, ShortcutRow) and isinstance(row.control, KeyRecorder)
    return row, row.control


def test_keys_that_are_pressed_hold_at_once(
    page: ShortcutsPage, fake: FakeDesktop, shortcuts: HandShortcuts, shown: Desktop, qtbot: QtBot, until: Until
) -> None:
    row, field = row_of(page, TALK)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    until(lambda: fake.settings.text(TALK) == "Ctrl+Alt+T" and row.reset.isVisible())
    until(lambda: shortcuts.bound.get(TALK) == "Ctrl+Alt+T")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    until(lambda: fake.settings.text(TALK) == "" and field.keySequence().isEmpty())
    assert not row.clear.isEnabled()
    row, field = row_of(page, QUICK)
    assert row.reset.toolTip() == "Set back to Ctrl+Alt+J"
    row.clear.click()
    until(lambda: fake.settings.text(QUICK) == "")
    row.reset.click()
    until(lambda: fake.settings.text(QUICK) == "Ctrl+Alt+J")


def test_keys_of_something_else_are_refused_and_it_is_named(
    page: ShortcutsPage, fake: FakeDesktop, qtbot: QtBot
) -> None:
    row, field = row_of(page, TALK)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert row._error.text() == own.CLASH.to("en", keys="Ctrl+K", what=own.DO_SEARCH.en, where=own.IN_CHAT.en)
    assert row._error.isVisible() and field.keySequence().isEmpty()
    qtbot.keyClick(field, Qt.Key.Key_A)
    assert row._error.text() == own.WRITES.to("en", keys="A")
    assert fake.settings.text(TALK) == "" and field.keySequence().isEmpty()


def test_the_keys_to_dictate_reach_the_field_where_keys_are_chosen(
    page: ShortcutsPage, shown: Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(Dictation, "begin", lambda self: begun.append(True))
    row, field = row_of(page, TALK)
    assert shown.settings_dialog is not None
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    native = shown.settings_dialog.windowHandle()
    shown.window.spoken._held_key.follow(native)
    qtbot.keyClick(native, Qt.Key.Key_F9)
    assert begun == [] and own.DO_DICTATE.en in row._error.text()


def test_keys_that_the_desktop_took_reach_the_field_as_well(
    page: ShortcutsPage, shown: Desktop, shortcuts: HandShortcuts, qtbot: QtBot, until: Until
) -> None:
    until(lambda: QUICK in shortcuts.bound)
    row, field = row_of(page, TALK)
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    shortcuts.press(QUICK)
    until(lambda: own.GLOBAL_QUICK.en in row._error.text())
    assert not shown.quick.isVisible()


def test_tab_goes_on_and_escape_leaves_the_keys(page: ShortcutsPage, fake: FakeDesktop, qtbot: QtBot) -> None:
    _, field = row_of(page, QUICK)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert page.isVisible() and field.keySequence() == QKeySequence("Ctrl+Alt+J")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert not field.hasFocus() and fake.settings.text(QUICK) == "Ctrl+Alt+J"


def test_the_page_says_what_another_program_has_and_where_the_desktop_has_a_say(
    page: ShortcutsPage, shown: Desktop, fake: FakeDesktop, shortcuts: HandShortcuts, until: Until
) -> None:
    row, _ = row_of(page, TALK)
    shortcuts.taken = {"Ctrl+Alt+T"}
    row.save("Ctrl+Alt+T")
    until(lambda: shown.apply_settings() or row.why.text() == "Another has Ctrl+Alt+T.")  # type: ignore[func-returns-value]
    assert row.why.isVisible() and page.how.text().endswith("In the desktop.")
    fake.settings.set("language", "es")
    shown.apply_settings()
    QApplication.processEvents()
    assert row.control.findChild(QLineEdit).placeholderText() == "Pulsa las teclas"
    assert row.why.text() == "Otro tiene Ctrl+Alt+T." and page.how.text().endswith("En el escritorio.")
    page.all.click()
    assert shown.shortcuts is not None and shown.shortcuts.isVisible()


def test_the_keys_to_talk_work_in_the_window_without_the_desktop(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    fake.settings.set(TALK, "Ctrl+Alt+T")
    desktop.apply_settings()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(desktop.window, Qt.Key.Key_T, modifiers)
    until(lambda: "push_to_talk" in fake.voice.calls)


# Qt's own words.


def test_the_dialogs_of_qt_speak_the_language_and_change_it_live(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot
) -> None:
    def speak(language: str) -> None:
        fake.settings.set("language", language)
        desktop.apply_settings()

    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Ok)
    qtbot.addWidget(box)
    box.show()

    def told() -> set[str]:
        QApplication.processEvents()
        return {button.text() for button in box.buttons()}

    english = told()
    speak("es")
    assert told() == {"Aceptar", "Cancelar"}
    files = QFileDialog()
    qtbot.addWidget(files)
    files.setOption(QFileDialog.Option.DontUseNativeDialog)
    files.show()
    said = {widget.text().replace("&", "") for kind in (QLabel, QAbstractButton) for widget in files.findChildren(kind)}
    assert {"Buscar en:", "Nombre de fichero:", "Ficheros de tipo:", "Abrir", "Cancelar"} <= said
    field = QLineEdit("x")
    menu = field.createStandardContextMenu()
    assert any("&Pegar" in action.text() for action in menu.actions())
    speak("en")
    assert told() == english != {"Aceptar", "Cancelar"}


def test_qt_calls_keys_as_the_list_does(qapp: object) -> None:
    words = Words("es")
    spanish = QtWords(words)
    try:
        for keys in ("Ctrl+Shift+M", "Del", "Return", "Ctrl+P", "Home", "PgUp", "Backspace", "Left", "Meta+F9", "Esc"):
            sequence = QKeySequence(keys)
            assert sequence.toString(QKeySequence.SequenceFormat.NativeText) == keys_told(sequence, words), keys
    finally:
        spanish.close()
    assert QKeySequence("Del").toString(QKeySequence.SequenceFormat.NativeText) == "Del"


def test_the_compiled_words_are_those_of_their_source(tmp_path: Path) -> None:
    import PySide6

    source = assets_folder() / "translations" / "qt_es.ts"
    compiled = tmp_path / "qt_es.qm"
    program = Path(PySide6.__file__).parent / "lrelease"
    subprocess.run([program, "-silent", source, "-qm", compiled], check=True, timeout=60)
    assert compiled.read_bytes() == source.with_suffix(".qm").read_bytes()
