"""The spoken side of the conversation: words while they are said, dictation, corrections, interruptions, devices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.events import AskStarted, TextDelta
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    DeviceInUse,
    Dictated,
    PartialHeard,
    PartialWords,
    Transcript,
    TranscriptReady,
    TurnFinished,
    VoiceState,
    VoiceTrouble,
)
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.answer import Answer, text_with_mark
from jarvis.desktop.dictation import Dictation, insert_words, text_field
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers, questions, shown
from tests.fakes.desktop import FakeDesktop


def partial(text: str, stable: int) -> PartialHeard:
    return PartialHeard(words=PartialWords(text=text, stable=stable, language="en"))


def transcript(text: str) -> Transcript:
    return Transcript(text=text, language="en", engine="x", quality="full")


def ask_aloud(fake: FakeDesktop, text: str) -> str:
    """Ask by voice; returns the id of the question."""
    question = ""
    for event in fake.assistant.ask(Request(text=text, door="voice"), CancelToken()):
        if isinstance(event, AskStarted):
            question = event.message_id
        fake.voice.send(AnswerStep(event=event))
    return question


def key(window: QWindow | None, kind: QEvent.Type, which: Qt.Key = Qt.Key.Key_F9, *, again: bool = False) -> QKeyEvent:
    """Send a key to a window as the display does, which then gives it to whatever has the keyboard."""
    assert window is not None
    event = QKeyEvent(kind, which, Qt.KeyboardModifier.NoModifier, "", again)
    QApplication.sendEvent(window, event)
    return event


def held(desktop: Desktop) -> QWindow:
    """The window's native one, whose keys are looked at."""
    window = desktop.window.windowHandle()
    desktop.window.spoken._held_key.follow(window)
    return window


def test_words_are_shown_while_they_are_said(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    composer = desktop.window.composer
    fake.voice.send(VoiceState(name="hearing"))
    fake.voice.send(partial("what is <the> ti", 8))
    until(composer.live.isVisible)
    assert composer.live.text().startswith("what is ")
    assert "&lt;the&gt; ti</span>" in composer.live.text()
    assert composer.live.accessibleName() == "Heard so far: what is <the> ti"
    assert composer.input.placeholderText() == ""
    fake.voice.send(VoiceState(name="thinking"))
    fake.voice.send(TranscriptReady(transcript=transcript("What is the time?")))
    until(lambda: composer.live.text().startswith("What is the time?"))
    ask_aloud(fake, "What is the time?")
    until(lambda: questions(desktop) == ["What is the time?"])
    assert not composer.live.isVisible()
    assert composer.input.placeholderText() == texts.ASK_HINT.en


@pytest.mark.parametrize(
    "end",
    [VoiceState(name="sleeping"), TurnFinished(transcript=None, text="", wake_at=None), VoiceState(name="speaking")],
)
def test_words_that_led_to_nothing_go_away(desktop: Desktop, fake: FakeDesktop, until: Until, end: object) -> None:
    fake.voice.send(VoiceState(name="hearing"))
    fake.voice.send(partial("mm-hmm", 0))
    live = desktop.window.composer.live
    until(live.isVisible)
    fake.voice.send(end)  # type: ignore[arg-type]
    until(lambda: not live.isVisible())


def test_the_end_of_a_long_dictation_is_shown(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.voice.send(partial("word " * 500 + "end", 2503))
    live = desktop.window.composer.live
    until(lambda: live.text().startswith("…") and "end" in live.text())
    assert len(live.text()) < 800


def test_what_was_misheard_is_corrected_and_asked_again(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    composer = desktop.window.composer
    qtbot.keyClicks(composer.input, "half a thought")
    ask_aloud(fake, "call and")
    until(lambda: len(answers(desktop)) == 1 and questions(desktop) == ["call and"])
    composer.set_draft("half a thought")
    (bubble,) = desktop.window.view.findChildren(UserMessage)
    (button,) = bubble.findChildren(QPushButton)
    assert button.text() == voice_texts.NOT_WHAT_I_SAID.en
    button.click()
    assert composer.input.toPlainText() == "call and"
    assert desktop.window.status.text() == voice_texts.CORRECTING.en
    composer.input.setPlainText("call Anne")
    qtbot.keyClick(composer.input, Qt.Key.Key_Return)
    until(lambda: [request.text for request in fake.assistant.requests] == ["call and", "call Anne"])
    assert composer.input.toPlainText() == "half a thought"
    until(lambda: questions(desktop) == ["call and", "call Anne"])
    typed = desktop.window.view.findChildren(UserMessage)[1]
    assert typed.findChildren(QPushButton) == []


def test_correcting_stops_the_answer_that_is_being_said(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    ask_aloud(fake, "call and")
    until(lambda: len(answers(desktop)) == 1 and questions(desktop) == ["call and"])
    fake.voice.send(VoiceState(name="speaking"))
    until(lambda: desktop.window.composer.pill.text() == texts.VOICE_SPEAKING.en)
    desktop.window.view.findChild(UserMessage).findChild(QPushButton).click()
    until(lambda: fake.stops == 1)


TEXT = "One two **three**. Four five six."


def test_an_interruption_is_marked_where_it_was_heard(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text=TEXT)])
    question = ask_aloud(fake, "count")
    until(lambda: len(answers(desktop)) == 1 and "six" in shown(answers(desktop)[0]))
    fake.voice.send(AnswerInterrupted(question_id=question, heard="One two three"))
    until(lambda: "you interrupted here" in shown(answers(desktop)[0]))
    assert shown(answers(desktop)[0]) == "One two three. ✂ you interrupted here Four five six."
    until(lambda: questions(desktop) == ["count"])
    assert len(answers(desktop)) == 1
    assert shown(answers(desktop)[0]) == "One two three. ✂ you interrupted here Four five six."
    answers(desktop)[0]._copy.click()
    assert QGuiApplication.clipboard().text() == TEXT
    fake.settings.set("language", "es")
    desktop.apply_settings()
    until(lambda: "aquí interrumpiste" in shown(answers(desktop)[0]))


def test_an_interruption_that_was_kept_is_marked_too(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    kept = fake.log.start_conversation("kept")
    fake.log.add_message(kept.id, "user", "count")
    told = fake.log.add_message(kept.id, "assistant", TEXT)
    fake.log._change(told.id, lambda message: replace(message, heard_characters=7))
    desktop.session.open(kept.id)
    until(lambda: len(answers(desktop)) == 1)
    assert shown(answers(desktop)[0]) == "One two ✂ you interrupted here three. Four five six."


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        (None, TEXT),
        (len(TEXT), TEXT),
        (len(TEXT) - 1, TEXT),
        (0, f"`✂ you interrupted here` {TEXT}"),
        (15, "One two **three**. `✂ you interrupted here` Four five six."),
    ],
)
def test_where_the_mark_stands(heard: int | None, text: str) -> None:
    assert text_with_mark(Answer(ask_id="a", text=TEXT, heard=heard), Words("en")) == text


def test_another_device_is_a_notice_until_the_wanted_one_is_back(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    banners = desktop.window.banners

    def told() -> list[str]:
        return [notice.text for notice in banners.visible_notices()]

    fake.voice.send(DeviceInUse(direction="input", name="Built-in", note="The headset is gone."))
    until(lambda: told() == ["The headset is gone."])
    desktop.poll()
    fake.voice.send(DeviceInUse(direction="input", name="Headset"))
    until(lambda: told() == [])
    fake.voice.send(DeviceInUse(direction="output", name="Built-in", note="The speaker is gone."))
    until(lambda: told() == ["The speaker is gone."])
    banners._dismiss("device-output")
    assert told() == []
    fake.voice.send(DeviceInUse(direction="output", name="Built-in", note="The speaker is gone."))
    until(lambda: told() == ["The speaker is gone."])
    assert desktop.keepsake.texts("dismissed") == []


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
