"""The spoken side of the conversation: words while they are said, corrections, interruptions, devices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QPushButton,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.contracts.events import AskStarted, TextDelta
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    DeviceInUse,
    PartialHeard,
    PartialWords,
    TranscriptReady,
    TurnFinished,
    VoiceState,
)
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.answer import Answer, text_with_mark
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers, questions, shown, transcript
from tests.fakes.desktop import FakeDesktop


def partial(text: str, stable: int) -> PartialHeard:
    return PartialHeard(words=PartialWords(text=text, stable=stable, language="en"))


def ask_aloud(fake: FakeDesktop, text: str) -> str:
    """Ask by voice; returns the id of the question."""
    question = ""
    for event in fake.assistant.ask(Request(text=text, door="voice"), CancelToken()):
        if isinstance(event, AskStarted):
            question = event.message_id
        fake.voice.send(AnswerStep(event=event))
    return question


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
    until(lambda: bool(answers(desktop)) and "you interrupted here" in shown(answers(desktop)[0]))
    assert shown(answers(desktop)[0]) == "One two three. ✂ you interrupted here Four five six."
    until(lambda: questions(desktop) == ["count"])
    assert len(answers(desktop)) == 1
    assert shown(answers(desktop)[0]) == "One two three. ✂ you interrupted here Four five six."
    answers(desktop)[0].acts.copy.click()
    assert QGuiApplication.clipboard().text() == TEXT
    fake.settings.set("language", "es")
    desktop.apply_settings()
    until(lambda: bool(answers(desktop)) and "aquí interrumpiste" in shown(answers(desktop)[0]))


def test_an_interruption_that_was_kept_is_marked_too(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    kept = fake.log.start_conversation("kept")
    fake.log.add_message(kept.id, "user", "count")
    told = fake.log.add_message(kept.id, "assistant", TEXT)
    fake.log._change(told.id, lambda message: replace(message, heard_characters=7))
    desktop.session.open(kept.id)
    until(lambda: len(answers(desktop)) == 1 and not answers(desktop)[0].busy)
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


def test_options_that_a_command_or_another_program_changes_are_taken_up(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    def looked() -> None:
        before = len(fake.voice.calls)
        desktop.poll()
        until(lambda: len(fake.voice.calls) > before and not desktop.window.spoken._taking_up)

    desktop.poll()
    assert fake.voice.calls == [], "nothing was changed"
    fake.voice.at_something = True
    for option, value in (("language", "es"), ("voice.wake_words", "computer")):
        fake.settings.set(option, value)
        looked()
    # What was said or heard is over, and the next look finds that out.
    fake.voice.at_something = False
    looked()
    calls = list(fake.voice.calls)
    desktop.poll()
    assert fake.voice.calls == calls == ["apply_settings"] * len(calls) and not desktop.window.spoken._taking_up


def test_options_that_cannot_be_taken_up_are_told_once(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.voice.fail = StorageError("disk.full", en="The disk is full.", es="El disco está lleno.")
    fake.settings.set("voice.wake_words", "computer")
    desktop.poll()
    until(lambda: desktop.window.banners._trouble == "The disk is full.")
    fake.voice.fail = None
    desktop.poll()
    assert not desktop.window.spoken._taking_up, "it is told once"
    fake.settings.set("voice.wake_words", "jarvis")
    desktop.poll()
    until(lambda: fake.voice.calls == ["apply_settings"])
