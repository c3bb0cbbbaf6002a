"""Dictating with the held key or button: to the cursor, to the clipboard, cut, discarded, failed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import LANGUAGES, DeviceError, Language
from jarvis.contracts.speech import (
    Dictated,
    DictationCut,
    DictationDoubt,
    VoiceState,
    VoiceTrouble,
)
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.dictation import Dictation, insert_words, text_field
from jarvis.desktop.run import Desktop
from jarvis.desktop.texts import Text
from tests.desktop.conftest import Until, held, key, transcript
from tests.fakes.desktop import FakeDesktop


def test_a_held_key_dictates_at_the_cursor(desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until) -> None:
    window, field = held(desktop), desktop.window.composer.input
    dictation = desktop.window.spoken.dictation
    field.setFocus()
    field.setPlainText("Dear Ana, see you.")
    cursor = field.textCursor()
    cursor.setPosition(9)
    field.setTextCursor(cursor)
    assert key(window, QEvent.Type.KeyPress).isAccepted()
    key(window, QEvent.Type.KeyPress, again=True)
    until(lambda: dictation.phase == "holding")
    assert desktop.window.composer.dictate_button.isDown()
    until(lambda: desktop.window.composer.pill.text() == texts.VOICE_DICTATION.en)
    key(window, QEvent.Type.KeyRelease, again=True)
    assert dictation.phase == "holding"
    key(window, QEvent.Type.KeyRelease)
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_end"])
    fake.voice.send(Dictated(transcript=transcript("thank you for the cake.")))
    until(lambda: field.toPlainText() == "Dear Ana, thank you for the cake. see you.")
    assert dictation.phase == "idle"
    assert desktop.window.status.text() == voice_texts.DICTATED.en
    assert fake.assistant.requests == []


def test_letting_go_before_the_voice_is_ready_ends_it_all_the_same(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    window = held(desktop)
    fake.voice.gate.clear()
    key(window, QEvent.Type.KeyPress)
    key(window, QEvent.Type.KeyRelease)
    assert desktop.window.spoken.dictation.phase == "starting"
    fake.voice.gate.set()
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_end"])
    fake.voice.send(VoiceState(name="sleeping"))
    until(lambda: desktop.window.status.text() == voice_texts.DICTATION_EMPTY.en)
    assert desktop.window.spoken.dictation.phase == "idle"


@pytest.mark.parametrize("ready", [True, False])
def test_escape_discards_what_is_dictated_and_nothing_else(
    desktop: Desktop, fake: FakeDesktop, until: Until, ready: bool
) -> None:
    window, dictation = held(desktop), desktop.window.spoken.dictation
    desktop.window.composer.input.setFocus()
    if not ready:
        fake.voice.gate.clear()
    key(window, QEvent.Type.KeyPress)
    if ready:
        until(lambda: dictation.phase == "holding")
    # The override is what keeps the window's own Esc from acting.
    assert key(window, QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape).isAccepted()
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_Escape)
    assert dictation.phase == "idle"
    fake.voice.gate.set()
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_cancel"])
    key(window, QEvent.Type.KeyRelease)
    fake.voice.send(Dictated(transcript=transcript("unwanted")))
    fake.voice.send(VoiceState(name="muted"))
    until(lambda: desktop.window.composer.pill.text() == texts.VOICE_MUTED.en)
    assert desktop.window.composer.input.toPlainText() == ""
    assert fake.stops == 0


def test_leaving_the_window_lets_the_key_go(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    window = held(desktop)
    key(window, QEvent.Type.KeyPress)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    desktop.window.spoken._held_key.follow(None)
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_end"])


def test_a_held_button_dictates_into_the_field_that_has_the_keyboard(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    button, search = desktop.window.composer.dictate_button, desktop.window.sidebar.search
    search.setFocus()
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    fake.voice.send(Dictated(transcript=transcript("holiday")))
    until(lambda: search.text() == "holiday")
    button.setFocus()
    qtbot.keyPress(button, Qt.Key.Key_Space)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    qtbot.keyRelease(button, Qt.Key.Key_Space)
    fake.voice.send(Dictated(transcript=transcript("written below")))
    until(lambda: desktop.window.composer.input.toPlainText() == "written below")


def test_without_a_text_field_the_words_go_to_the_clipboard(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    desktop.window.composer.send_button.setEnabled(True)
    desktop.window.side_button.setFocus()
    dictation = desktop.window.spoken.dictation
    dictation.begin()
    dictation.end()
    fake.voice.send(Dictated(transcript=transcript("milk & bread")))
    until(lambda: QGuiApplication.clipboard().text() == "milk & bread")
    notices = [notice.text for notice in desktop.window.banners.visible_notices()]
    assert notices == [voice_texts.DICTATION_COPIED.en.format(heard="milk & bread")]


def test_a_dictation_that_is_cut_goes_on_while_the_key_is_down(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    dictation, field = desktop.window.spoken.dictation, desktop.window.composer.input
    field.setFocus()
    dictation.begin()
    until(lambda: dictation.phase == "holding")
    fake.voice.send(Dictated(transcript=transcript("first part")))
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_start"])
    until(lambda: dictation.phase == "holding")
    dictation.end()
    fake.voice.send(Dictated(transcript=transcript("second part")))
    until(lambda: field.toPlainText() == "first part second part")


@pytest.mark.parametrize(("held_on", "phase", "begun"), [(True, "holding", ["dictate_start"]), (False, "idle", [])])
def test_the_next_dictation_waits_for_the_words_of_the_one_before(
    desktop: Desktop, fake: FakeDesktop, until: Until, held_on: bool, phase: str, begun: list[str]
) -> None:
    dictation, field = desktop.window.spoken.dictation, desktop.window.composer.input
    field.setFocus()
    dictation.begin()
    until(lambda: dictation.phase == "holding")
    fake.voice.send(VoiceState(name="hearing"))
    dictation.end()
    until(lambda: fake.voice.calls == ["dictate_start", "dictate_end"])
    dictation.begin()
    assert dictation.phase == "waiting"
    if not held_on:
        dictation.end()
    fake.voice.send(Dictated(transcript=transcript("first part")))
    until(lambda: field.toPlainText() == "first part" and dictation.phase == phase)
    assert fake.voice.calls == ["dictate_start", "dictate_end", *begun]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "cut", "doubt", "told"),
    [
        ("milk", "muted", "", [voice_texts.DICTATION_MUTED]),
        ("milk", "microphone", "", [voice_texts.DICTATION_MICROPHONE_LOST]),
        ("milk", "recogniser", "", [voice_texts.DICTATION_END_MISSING]),
        ("milk", "", "unsure", [voice_texts.DICTATION_UNSURE]),
        ("milk", "", "basic", [voice_texts.DICTATION_BASIC]),
        ("milk", "microphone", "basic", [voice_texts.DICTATION_MICROPHONE_LOST, voice_texts.DICTATION_BASIC]),
        ("", "recogniser", "", [voice_texts.DICTATION_FAILED]),
        ("", "", "basic", [voice_texts.DICTATION_BASIC_EMPTY]),
        ("", "microphone", "", [voice_texts.DICTATION_EMPTY]),
        ("", "", "unsure", [voice_texts.DICTATION_EMPTY]),
    ],
)
def test_what_cuts_a_dictation_short_or_makes_its_words_doubtful_is_said_and_the_words_are_there(
    desktop: Desktop,
    fake: FakeDesktop,
    until: Until,
    language: Language,
    text: str,
    cut: DictationCut,
    doubt: DictationDoubt,
    told: list[Text],
) -> None:
    desktop.desk.services.settings.set("language", language)
    desktop.apply_settings()
    dictation, field = desktop.window.spoken.dictation, desktop.window.composer.input
    field.setFocus()
    dictation.begin()
    until(lambda: dictation.phase == "holding")
    if not cut:
        dictation.end()
    fake.voice.send(Dictated(transcript=transcript(text), cut=cut, doubt=doubt))
    until(lambda: dictation.phase == "idle")
    assert field.toPlainText() == text
    assert desktop.window.status.text() == " ".join(each.to(language) for each in told)
    # With the key still down, what stood in the way of it is not gone.
    assert fake.voice.calls.count("dictate_start") == 1


def test_doubts_are_told_of_words_on_the_clipboard_too(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    desktop.window.side_button.setFocus()
    dictation = desktop.window.spoken.dictation
    dictation.begin()
    dictation.end()
    fake.voice.send(Dictated(transcript=transcript("milk"), doubt="unsure"))
    until(lambda: QGuiApplication.clipboard().text() == "milk")
    assert desktop.window.status.text() == voice_texts.DICTATION_UNSURE.en


def test_a_dictation_that_fails_is_told(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    dictation = desktop.window.spoken.dictation
    fake.voice.fail = DeviceError("audio.none", en="There is no microphone.", es="No hay micrófono.")
    dictation.begin()
    until(lambda: desktop.window.banners._trouble == "There is no microphone.")
    assert dictation.phase == "idle"
    fake.voice.fail = None
    dictation.begin()
    until(lambda: dictation.phase == "holding")
    fake.voice.send(VoiceTrouble(code="x", sentence="The recogniser died."))
    until(lambda: desktop.window.banners._trouble == "The recogniser died.")
    assert dictation.phase == "holding"
    dictation.end()
    until(lambda: "dictate_end" in fake.voice.calls)
    fake.voice.send(VoiceTrouble(code="x", sentence="It died again."))
    until(lambda: dictation.phase == "idle")


def test_the_key_that_is_held_follows_the_window_that_has_the_keyboard(desktop: Desktop, until: Until) -> None:
    desktop.open_settings()
    assert desktop.settings_dialog is not None
    handle = desktop.settings_dialog.windowHandle()
    until(lambda: QGuiApplication.focusWindow() == handle)
    dictation: Dictation = desktop.window.spoken.dictation
    key(handle, QEvent.Type.KeyPress)
    until(lambda: dictation.phase == "holding")
    key(handle, QEvent.Type.KeyRelease)
    assert dictation.phase == "waiting"


def fields(qtbot: QtBot) -> dict[str, QWidget]:
    secret, number, fixed = QLineEdit(), QDoubleSpinBox(), QLineEdit("x")
    secret.setEchoMode(QLineEdit.EchoMode.Password)
    fixed.setReadOnly(True)
    made: dict[str, QWidget] = {
        "secret": secret,
        "number": number,
        "fixed": fixed,
        "answer": QTextBrowser(),
        "button": QPushButton(),
    }
    for widget in made.values():
        qtbot.addWidget(widget)
    return made


def test_words_go_only_where_words_belong(qtbot: QtBot) -> None:
    for name, widget in fields(qtbot).items():
        assert text_field(widget) is None, name
    number = fields(qtbot)["number"]
    assert text_field(number.findChild(QLineEdit)) is None
    assert text_field(None) is None


@pytest.mark.parametrize(
    ("before", "selected", "words", "after"),
    [
        ("", "", "hello", "hello"),
        ("one", "", "two", "one two"),
        ("one ", "", "two", "one two"),
        ("one ", "old", "two", "one two"),
        ("(", "", "two", "(two"),
    ],
)
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_words_are_put_at_the_cursor(
    qtbot: QtBot, kind: type[QLineEdit] | type[QPlainTextEdit], before: str, selected: str, words: str, after: str
) -> None:
    field = kind()
    qtbot.addWidget(field)
    if isinstance(field, QLineEdit):
        field.setText(before + selected)
        field.setSelection(len(before), len(selected))
    else:
        field.setPlainText(before + selected)
        cursor = field.textCursor()
        cursor.setPosition(len(before))
        cursor.movePosition(cursor.MoveOperation.End, cursor.MoveMode.KeepAnchor)
        field.setTextCursor(cursor)
    assert text_field(field) is field
    assert insert_words(field, words)
    assert (field.text() if isinstance(field, QLineEdit) else field.toPlainText()) == after
    field.setEnabled(False)
    assert not insert_words(field, words)
