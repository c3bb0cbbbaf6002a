"""Typed answers read out while they are written: from the chat and the quick query to the real voice loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from jarvis.app.window_reading import WindowReading
from jarvis.contracts.events import AskEvent, AskFailed, EngineFailed, TextDelta
from jarvis.contracts.messages import Request
from jarvis.desktop.run import Desktop
from jarvis.voice.reading import Reading
from tests.desktop.conftest import Until, answers, shown
from tests.fakes.desktop import FakeDesktop
from tests.fakes.voice import PATIENCE_SECONDS, wake_word
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import LiveMicrophone, World

FIRST = "The kettle is in the kitchen. It"
REST = " is on the second shelf. The cups are clean."
WHOLE = ["The kettle is in the kitchen.", "It is on the second shelf.", "The cups are clean."]


class Read:
    """A desktop that says typed answers by a real loop; a model's answer stops in the middle until `go_on` is set."""

    def __init__(self, desktop: Desktop, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desktop, self.fake, self.until = desktop, fake, until
        self.go_on, self.sound, self.there = threading.Event(), threading.Event(), threading.Event()
        self.sound.set()
        self.there.set()
        self.between: Callable[[str], list[AskEvent]] = lambda ask_id: []
        self.microphone = LiveMicrophone()
        self.world = World(self.microphone, speaker=FakeSpeaker(self.sound), hold_while_answering=False)
        self.world.loop.start()
        fake.assistant.script = self._script
        fake.settings.set("voice.answer_aloud", "always")
        monkeypatch.setattr(fake.voice, "read_answer", lambda: WindowReading(self._answer_to_say))
        monkeypatch.setattr(fake, "_stop_all", self.world.loop.stop_all)
        self.quick = desktop.quick

    def _answer_to_say(self) -> Reading:
        assert self.there.wait(PATIENCE_SECONDS)
        return self.world.loop.answer_to_say()

    def _script(self, ask_id: str, request: Request) -> Iterator[AskEvent]:
        if request.text != "where":
            yield TextDelta(ask_id=ask_id, text=f"You said {request.text}.")
            return
        yield TextDelta(ask_id=ask_id, text=FIRST)
        assert self.go_on.wait(PATIENCE_SECONDS)
        yield from self.between(ask_id)
        yield TextDelta(ask_id=ask_id, text=REST)

    def said(self) -> list[str]:
        return self.world.said()

    def ask(self, text: str) -> None:
        self.desktop.session.ask(text)

    def ask_quick(self, text: str) -> None:
        self.quick.pop_up()
        self.quick.input.setText(text)
        QTest.keyClick(self.quick.input, Qt.Key.Key_Return)

    def in_the_middle(self, ask: Callable[[str], None]) -> None:
        """Ask, and let the first clause sound, whose sound does not end; nothing more is written."""
        self.sound.clear()
        ask("where")
        self.until(self.world.speaker.sounding.is_set)
        assert self.said() == WHOLE[:1] and self.world.loop.state == "speaking"

    def falls_silent(self) -> None:
        self.until(lambda: self.world.loop.state != "speaking" and self.world.speaker.stops > 0)
        self.go_on.set()
        self.sound.set()

    def says_nothing_more(self) -> None:
        """What was still to be said would come first."""
        assert self.world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
        assert [clause for clause in self.said() if clause in WHOLE] == WHOLE[:1]


@pytest.fixture
def read(desktop: Desktop, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    read = Read(desktop, fake, until, monkeypatch)
    yield read
    for event in (read.go_on, read.sound, read.there):
        event.set()
    read.world.loop.close()


@pytest.mark.parametrize("window", ["chat", "quick"])
def test_the_first_clause_is_said_before_the_answer_is_finished(read: Read, until: Until, window: str) -> None:
    ask = read.ask if window == "chat" else read.ask_quick
    ask("where")
    until(lambda: read.said() == WHOLE[:1])
    read.go_on.set()
    until(lambda: read.said() == WHOLE)
    # It is said once, and a skill's answer, which comes as a whole, is too.
    read.fake.assistant.script = lambda ask_id, request: iter(())
    read.fake.assistant.ending |= {"source": "skill", "spoken": "It is ten past three."}
    until(lambda: not read.desktop.session.busy and (read.quick._answer is None or read.quick._answer.ended))
    ask("what time is it")
    until(lambda: read.said() == [*WHOLE, "It is ten past three."])


@pytest.mark.parametrize("how", ["escape", "other", "new", "deleted", "stop word"])
def test_in_the_chat_it_can_be_ended_in_the_middle(read: Read, until: Until, how: str) -> None:
    read.in_the_middle(read.ask)
    session = read.desktop.session
    if how == "escape":
        QTest.keyClick(read.desktop.window, Qt.Key.Key_Escape)
    elif how == "other":
        session.open(read.fake.log.start_conversation("other").id)
    elif how == "new":
        session.open(None)
    elif how == "deleted":
        assert session.current is not None
        session.delete(session.current)
    else:
        read.world.loop.stop_all()
    read.falls_silent()
    read.says_nothing_more()


def test_what_was_left_before_it_began_is_not_said(read: Read, until: Until) -> None:
    read.go_on.set()
    read.ask("where")
    read.desktop.session.open(None)
    asked = read.fake.log.conversations
    until(lambda: [read.fake.log.messages(each.id)[-1].state for each in asked()] == ["complete"])
    read.ask("two")
    until(lambda: "You said two." in read.said())
    assert read.said() == ["You said two."]


def test_once_it_is_written_escape_still_ends_what_is_said(read: Read, until: Until) -> None:
    read.in_the_middle(read.ask)
    read.go_on.set()
    until(lambda: not read.desktop.session.busy)
    QTest.keyClick(read.desktop.window, Qt.Key.Key_Escape)
    read.falls_silent()
    assert read.world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    assert read.said()[-1] == "Tea."


@pytest.mark.parametrize("how", ["escape", "button"])
def test_in_the_quick_query_it_can_be_ended_in_the_middle(read: Read, until: Until, how: str) -> None:
    read.in_the_middle(read.ask_quick)
    if how == "escape":
        QTest.keyClick(read.quick, Qt.Key.Key_Escape)
    else:
        read.quick._stop.click()
    read.falls_silent()
    read.says_nothing_more()


def test_an_answer_that_goes_on_in_the_chat_is_said_to_its_end(read: Read, until: Until) -> None:
    read.in_the_middle(read.ask_quick)
    read.quick._open.click()
    until(lambda: len(answers(read.desktop)) == 1)
    read.sound.set()
    read.go_on.set()
    until(lambda: read.said() == WHOLE)


@pytest.mark.parametrize("window", ["chat", "quick"])
def test_another_typed_question_ends_it_and_is_answered_aloud(read: Read, until: Until, window: str) -> None:
    read.in_the_middle(read.ask)
    if window == "chat":
        read.desktop.session.ask("two")
    else:
        read.ask_quick("two")
    until(lambda: read.world.speaker.stops > 0)
    read.go_on.set()
    read.sound.set()
    until(lambda: "You said two." in read.said())
    until(lambda: not read.desktop.session.busy)
    assert [clause for clause in read.said() if clause in WHOLE] == WHOLE[:1]


def test_the_wake_word_ends_it(read: Read, until: Until) -> None:
    read.in_the_middle(read.ask)
    read.microphone.add(wake_word())
    until(lambda: read.world.loop.state in ("listening", "hearing"))
    read.falls_silent()
    read.world.loop.stop_all()
    until(lambda: not read.desktop.session.busy)
    read.says_nothing_more()


def test_a_voice_that_is_not_there_yet_keeps_nobody_waiting_and_says_nothing_that_was_stopped(
    read: Read, until: Until
) -> None:
    read.there.clear()
    read.go_on.set()
    read.ask("where")
    until(lambda: len(answers(read.desktop)) == 1 and "cups" in shown(answers(read.desktop)[0]))
    read.desktop.session.stop()
    read.there.set()
    until(lambda: all(thread.name != "jarvis-reading" for thread in threading.enumerate()))
    read.ask("two")
    until(lambda: read.said()[-1:] == ["You said two."])
    assert len(read.said()) == 1


def test_another_models_answer_takes_the_place_of_the_first(read: Read, until: Until) -> None:
    read.between = lambda ask_id: [
        EngineFailed(ask_id=ask_id, model="m", code="engine.gone", sentence="It went away.", restarts=True),
        TextDelta(ask_id=ask_id, text="It was washed."),
    ]
    read.in_the_middle(read.ask)
    read.go_on.set()
    until(lambda: read.world.speaker.stops > 0)
    read.sound.set()
    until(lambda: read.said()[-1:] == [WHOLE[2]])
    assert WHOLE[1] not in read.said() and read.said().count(WHOLE[0]) == 1


def test_an_answer_that_fails_ends_where_its_text_does(read: Read, until: Until) -> None:
    read.between = lambda ask_id: [AskFailed(ask_id=ask_id, code="engine.gone", sentence="It went away.", text=FIRST)]
    read.in_the_middle(read.ask)
    read.go_on.set()
    read.sound.set()
    until(lambda: read.said() == [WHOLE[0], "It"])
    until(lambda: read.world.loop.state != "speaking" and not read.desktop.session.busy)
    read.ask("two")
    until(lambda: read.said()[-1] == "You said two.")
    assert len(read.said()) == 3


def test_where_only_spoken_questions_are_answered_aloud_nothing_is_said(read: Read, until: Until) -> None:
    read.fake.settings.set("voice.answer_aloud", "spoken")
    read.go_on.set()
    for ask in (read.ask, read.ask_quick):
        ask("where")
    until(lambda: not read.desktop.session.busy and read.quick._answer is not None and read.quick._answer.ended)
    assert read.world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    assert read.said() == ["Tea."]
