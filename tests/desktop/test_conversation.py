"""A conversation in the window with a scripted assistant: asking, streaming, stopping, failing, keeping, listing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import (
    AskFailed,
    AskStarted,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    RouteChosen,
    TextDelta,
)
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import AnswerStep
from jarvis.desktop import texts
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, answers, questions, shown, started, type_and_send
from tests.fakes.desktop import FakeDesktop


def test_a_typed_question_is_answered(desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until) -> None:
    type_and_send(desktop, qtbot, "hello there")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    assert questions(desktop) == ["hello there"]
    assert "You said: hello there" in shown(answers(desktop)[0])
    assert fake.assistant.requests[0].door == "chat"
    until(lambda: desktop.window.title.text() == "hello there")
    assert desktop.window.status.text() == "Answered in 0.42\u00a0s"
    footer = answers(desktop)[0].footer
    assert footer.by.text() == "Model: small-model  ·  0.42\u00a0s"
    footer.acts.why.click()
    told = desktop.window.findChild(DecisionWindow)
    assert told.isVisible()
    assert "It is the only one." in [label.text() for label in told.findChildren(QLabel)]
    told.close_button.click()
    type_and_send(desktop, qtbot, "and again")
    until(lambda: len(fake.assistant.requests) == 2)
    assert fake.assistant.requests[1].conversation_id == desktop.session.current


def test_shift_enter_breaks_the_line(desktop: Desktop, fake: FakeDesktop, qtbot: QtBot) -> None:
    field = desktop.window.composer.input
    qtbot.keyClicks(field, "a")
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(field, "b")
    assert field.toPlainText() == "a\nb"
    assert fake.assistant.requests == []


def test_every_step_shows(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    seen: list[tuple[str, str]] = []
    desktop.session.answered.connect(lambda answer: seen.append((answer.phase, desktop.window.status.text())))
    fake.assistant.script = lambda ask_id, request: iter(
        [
            RouteChosen(ask_id=ask_id, candidates=("big", "small"), reason="Hard question."),
            EngineLoading(ask_id=ask_id, model="big", device="GPU 0", seconds=12.0),
            EngineNoticed(ask_id=ask_id, code="pool.queued", sentence="Waiting for small to finish."),
            TextDelta(ask_id=ask_id, text="wrong start"),
            EngineFailed(ask_id=ask_id, model="big", code="x", sentence="It died.", restarts=True),
            TextDelta(ask_id=ask_id, text="right answer"),
        ]
    )
    desktop.session.ask("hard?")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    assert ("loading" in [phase for phase, _ in seen]) and ("writing" in [phase for phase, _ in seen])
    assert "Loading big on GPU 0, usually 12\u00a0s…" in [status for _, status in seen]
    assert "Waiting for small to finish." in [status for _, status in seen]
    assert shown(answers(desktop)[0]) == "right answer"
    assert answers(desktop)[0]._failures.text() == "big could not answer: It died."


@pytest.mark.parametrize("way", ["button", "escape"])
def test_stopping_keeps_what_was_written(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until, way: str
) -> None:
    fake.assistant.gate.clear()
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text="never")])
    desktop.session.ask("long question")
    until(lambda: bool(answers(desktop)))
    button = desktop.window.composer.send_button
    assert button.accessibleName() == texts.STOP.en
    if way == "button":
        button.click()
    else:
        desktop.window.activateWindow()
        qtbot.keyClick(desktop.window, Qt.Key.Key_Escape)
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.phase == "cancelled")
    assert answers(desktop)[0]._trouble_text.text() == texts.CANCELLED.en
    until(lambda: fake.stops == 1)
    assert button.accessibleName() == texts.SEND.en


def test_a_second_question_waits_while_one_is_answered(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    fake.assistant.gate.clear()
    desktop.session.ask("first")
    until(lambda: bool(answers(desktop)))
    type_and_send(desktop, qtbot, "second")
    assert desktop.window.composer.input.toPlainText() == "second"
    assert desktop.window.status.text() == texts.STILL_ANSWERING.en
    fake.assistant.gate.set()
    until(lambda: not desktop.session.busy)
    assert len(fake.assistant.requests) == 1


def test_a_failure_says_what_happened_and_offers_another_try(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.assistant.script = lambda ask_id, request: iter(
        [TextDelta(ask_id=ask_id, text="half"), AskFailed(ask_id=ask_id, code="e", sentence="The model died.")]
    )
    desktop.session.ask("tell me")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    message = answers(desktop)[0]
    assert message._trouble_text.text() == "The model died."
    assert shown(message) == "half"
    message._again.click()
    until(lambda: len(fake.assistant.requests) == 2)
    assert fake.assistant.requests[1].text == "tell me"


def test_a_failure_before_the_question_was_stored_still_shows_both(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    fake.assistant.before_start = AskFailed(ask_id="", code="storage.full", sentence="The disk is full.")
    desktop.session.ask("remember this")
    until(lambda: bool(answers(desktop)))
    assert questions(desktop) == ["remember this"]
    assert answers(desktop)[0]._trouble_text.text() == "The disk is full."
    assert not desktop.session.busy


def test_an_assistant_that_raises_ends_the_question_visibly(
    desktop: Desktop, fake: FakeDesktop, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(ask_id: str, request: Any) -> Any:
        raise ValueError("broken part")

    fake.assistant.script = broken
    desktop.session.ask("x")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    assert "broken part" in answers(desktop)[0]._trouble_text.text()
    assert "raised instead of reporting" in caplog.text


def test_what_was_interrupted_is_shown_as_such(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    kept = fake.log.start_conversation("kept")
    fake.log.add_message(kept.id, "user", "question")
    fake.log.add_message(kept.id, "assistant", "half an ans", state="interrupted")
    desktop.session.open(kept.id)
    until(lambda: len(answers(desktop)) == 1 and len(questions(desktop)) == 1)
    assert answers(desktop)[0]._trouble_text.text() == texts.INTERRUPTED.en
    assert answers(desktop)[0].answer.question == "question"
    assert shown(answers(desktop)[0]) == "half an ans"


def test_streamed_markdown_ends_like_markdown_read_from_the_log(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    text = "# Title\n\nSome **bold** text\nand more.\n\n```python\ndef f():\n    return 1\n```\n\n|a|b|\n|-|-|\n|1|2|\n"
    fake.assistant.script = lambda ask_id, request: iter(TextDelta(ask_id=ask_id, text=letter) for letter in text)
    desktop.session.ask("show")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended and not answers(desktop)[0].body.busy)
    streamed = shown(answers(desktop)[0])
    code = answers(desktop)[0].findChild(CodeBlock)
    assert code.code == "def f():\n    return 1"
    code._copy.click()
    assert QGuiApplication.clipboard().text() == "def f():\n    return 1"
    until(lambda: bool(code._painter._lines))
    conversation = desktop.session.current
    desktop.session.open(None)
    desktop.session.open(conversation)
    until(
        lambda: bool(answers(desktop)) and answers(desktop)[0].answer.text == text and not answers(desktop)[0].body.busy
    )
    assert shown(answers(desktop)[0]) == streamed


def test_a_thousand_deltas_arrive_whole_and_in_order(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    words = [f"w{number} " for number in range(1000)]
    fake.assistant.script = lambda ask_id, request: iter(TextDelta(ask_id=ask_id, text=word) for word in words)
    updates: list[int] = []
    desktop.session.answered.connect(lambda answer: updates.append(len(answer.text)))
    desktop.session.ask("count")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    until(lambda: bool(answers(desktop)) and shown(answers(desktop)[0]).split() == "".join(words).split())
    assert len(updates) < 500


def test_conversations_are_listed_filtered_renamed_and_deleted(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    first = fake.log.start_conversation("Canción de cuna")
    fake.log.start_conversation("Shopping")
    desktop.session.refresh()
    model = desktop.window.sidebar.model
    until(lambda: model.rowCount() == 2)
    assert model.index(0).data() == "Shopping"
    desktop.window.sidebar.search.setText("CANCION")
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Canción de cuna"]
    desktop.window.sidebar.search.setText("zzz")
    assert desktop.window.sidebar._empty.text() == texts.NO_MATCH.en
    desktop.window.sidebar.search.clear()
    desktop.session.rename(first.id, "Lullaby")
    until(lambda: "Lullaby" in [model.index(row).data() for row in range(model.rowCount())])
    desktop.session.open(first.id)
    desktop.window.asks.delete(first.id)
    box = desktop.window.findChild(QMessageBox)
    assert "Lullaby" in box.informativeText()
    box.reject()
    assert fake.log.conversation(first.id) is not None
    desktop.window.asks.delete(first.id)
    box = desktop.window.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if button.text() == texts.DELETE_DO.en).click()
    until(lambda: fake.log.conversation(first.id) is None and model.rowCount() == 1)
    assert desktop.session.current is None


def test_the_draft_and_the_conversation_outlive_the_window(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    kept = fake.log.start_conversation("kept")
    fake.log.add_message(kept.id, "user", "question")
    desktop.session.open(kept.id)
    until(lambda: questions(desktop) == ["question"])
    qtbot.keyClicks(desktop.window.composer.input, "not yet sent")
    file = tmp_path / "desktop.json"
    until(lambda: file.exists() and "not yet sent" in file.read_text(encoding="utf-8"))
    again = Desktop(fake.services)
    until(lambda: questions(again) == ["question"])
    assert again.window.composer.input.toPlainText() == "not yet sent"
    again.window.end()
    again.close()
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["conversation"] == kept.id


def test_what_was_typed_in_a_conversation_goes_with_it(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    gone, kept = (fake.log.start_conversation(title).id for title in ("gone", "kept"))
    file = tmp_path / "desktop.json"
    for one, words in ((gone, "my PIN is 4711"), (kept, "about the boiler")):
        desktop.session.open(one)
        until(lambda: desktop.window.composer.input.toPlainText() == "")
        qtbot.keyClicks(desktop.window.composer.input, words)
        until(lambda words=words: file.exists() and words in file.read_text(encoding="utf-8"))
    desktop.session.delete(gone)
    # No later save is what takes it away.
    desktop.keepsake._timer.stop()
    until(lambda: fake.log.conversation(gone) is None and "4711" not in file.read_text(encoding="utf-8"))
    desktop.session.open(kept)
    until(lambda: desktop.window.composer.input.toPlainText() == "about the boiler")
    desktop.session.delete(kept)
    until(lambda: "boiler" not in file.read_text(encoding="utf-8"))
    assert desktop.window.composer.input.toPlainText() == ""


def test_what_was_typed_in_a_conversation_that_others_deleted_goes_at_the_next_start(
    fake: FakeDesktop, until: Until, tmp_path: Path
) -> None:
    kept = fake.log.start_conversation("kept").id
    drafts = {"gone": ["my PIN is 4711", ""], kept: ["boiler", ""], "": ["something new", ""]}
    file = tmp_path / "desktop.json"
    file.write_text(json.dumps({"drafts": drafts, "tray_told": True}), encoding="utf-8")
    with started(fake.services) as again:
        until(lambda: "4711" not in file.read_text(encoding="utf-8"))
        assert again.keepsake.draft(kept) == ("boiler", "")
    del drafts["gone"]
    assert json.loads(file.read_text(encoding="utf-8"))["drafts"] == drafts


def test_a_megabyte_pasted_becomes_a_chip_and_is_sent_whole(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    pasted = "x" * 1_000_000
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text="I see.")])
    data = QMimeData()
    data.setText(pasted)
    composer = desktop.window.composer
    composer.input.insertFromMimeData(data)
    assert composer.input.toPlainText() == ""
    assert composer._chip_label.text() == "Pasted text · 1.0\u00a0MB"
    composer.input.setPlainText("Summarise")
    composer.submit()
    until(lambda: bool(fake.assistant.requests))
    assert fake.assistant.requests[0].text == f"Summarise\n\n{pasted}"
    until(lambda: bool(questions(desktop)))
    bubble = desktop.window.view.findChild(UserMessage)
    assert len(bubble._words.document().toPlainText()) < 7000


def test_examples_ask_themselves(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    assert desktop.window._stack.currentWidget() is desktop.window.empty
    desktop.window.empty.buttons[1].click()
    until(lambda: [request.text for request in fake.assistant.requests] == [texts.EXAMPLE_SUM.en])
    until(lambda: desktop.window._stack.currentWidget() is desktop.window.view)


def test_a_spoken_question_comes_into_view(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    for event in fake.assistant.ask(Request(text="what time is it", door="voice"), CancelToken()):
        fake.voice.send(AnswerStep(event=event))
    until(lambda: questions(desktop) == ["what time is it"] and len(answers(desktop)) == 1)
    until(lambda: bool(answers(desktop)) and "You said" in shown(answers(desktop)[0]))


def test_typed_answers_are_said_only_when_the_option_says_always(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    desktop.session.ask("one")
    until(lambda: bool(answers(desktop)) and not desktop.session.busy)
    assert fake.voice.readings == []
    fake.settings.set("voice.answer_aloud", "always")
    desktop.session.ask("two")
    until(lambda: not desktop.session.busy and len(answers(desktop)) == 2)
    (reading,) = fake.voice.readings
    assert [event.text for event in reading.events if not isinstance(event, AskStarted)] == ["You said: two"] * 2
    assert fake.voice.said == []
