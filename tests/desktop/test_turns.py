"""Work that one turn of the window's events could not hold is not done in one, however long an answer is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from jarvis.contracts.events import AskEvent, AskStarted, TextDelta
from jarvis.contracts.messages import Request
from jarvis.desktop import answer_body, message_made, message_widgets
from jarvis.desktop.answer import Answer
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.keyboard_order import put_in_order
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until, answers, shown
from tests.fakes.desktop import FakeDesktop

PIECE = "A line of words.\n\n```python\nx = 1\n```\n\n"
PIECES = 30
FIRST = 10
"""More than fits into the view: it has its scroll bar."""


class Moved(QObject):
    """Counts how often a widget is moved or takes another size."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() in (QEvent.Type.Move, QEvent.Type.Resize)
        return False


def test_what_ends_a_long_answer_is_reached_by_the_keyboard_without_ordering_all_of_it_again(
    desktop: Desktop, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered: list[int] = []

    def order(stops: Sequence[QWidget]) -> None:
        ordered.append(len(stops))
        put_in_order(stops)

    for module in (answer_body, message_made, message_widgets):
        monkeypatch.setattr(module, "put_in_order", order)
    all_shown = threading.Event()

    def script(ask_id: str, _request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text=PIECE * PIECES)
        all_shown.wait(60)

    fake.assistant.script = script
    desktop.session.ask("a long one")
    until(lambda: bool(answers(desktop)) and len(answers(desktop)[0].findChildren(CodeBlock)) == PIECES)
    until(lambda: not answers(desktop)[0].busy)
    all_shown.set()
    until(lambda: answers(desktop)[0].answer.ended and not desktop.session.busy)
    desktop.session.ask("and another")
    until(lambda: len(answers(desktop)) == 2 and answers(desktop)[1].answer.ended)
    assert ordered and max(ordered) < PIECES
    above, below = answers(desktop)
    assert len(above.stops()) > 2 * PIECES
    for answer in (above, below):
        stops = answer.stops()
        assert answer.last_stop() is stops[-1]
        for one, other in pairwise(stops):
            between = one.nextInFocusChain()
            while between is not other:
                assert between not in stops and not desktop.window.composer.isAncestorOf(between)
                between = between.nextInFocusChain()


def test_what_stands_in_an_answer_stays_where_it_is_while_more_comes(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    go_on = threading.Event()

    def script(ask_id: str, _request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text=PIECE * FIRST)
        go_on.wait(60)
        yield TextDelta(ask_id=ask_id, text=PIECE * PIECES)

    fake.assistant.script = script
    desktop.session.ask("go on")
    until(lambda: bool(answers(desktop)) and len(answers(desktop)[0].findChildren(CodeBlock)) == FIRST)
    answer = answers(desktop)[0]
    until(lambda: not answer.busy and answer.body.height() == answer.body.sizeHint().height())
    moved = [Moved(block) for block in answer.findChildren(CodeBlock)]
    go_on.set()
    until(lambda: answer.answer.ended and not answer.busy)
    assert len(answer.findChildren(CodeBlock)) == PIECES + FIRST
    until(lambda: answer.body.height() == answer.body.sizeHint().height())
    assert [one.times for one in moved] == [0] * FIRST


def test_a_question_and_the_answer_to_it_are_made_in_turns_of_their_own(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    desktop.session.ask("first")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended and not desktop.session.busy)
    conversation, session = desktop.session.current or "", desktop.session
    told: list[str] = []
    session.question.connect(lambda *_: told.append("question"))
    session.answered.connect(lambda answer: told.append(answer.phase))
    began = AskStarted(ask_id="b", conversation_id=conversation, text="and then", message_id="q", language="en")
    session.take(began)
    assert told == ["question"]
    until(lambda: told == ["question", "thinking"])
    session.take(replace(began, ask_id="c", message_id="r"))
    session.take(TextDelta(ask_id="c", text="What comes first is shown with it."))
    assert told[2:] == ["question", "writing"]
    until(lambda: len(answers(desktop)) == 3)


def test_the_words_that_are_there_when_an_answer_is_made_come_after_it(desktop: Desktop, until: Until) -> None:
    message = AnswerMessage(desktop.desk, Answer(ask_id="a", phase="writing", text="Its first words."))
    assert message.body.busy and shown(message) == ""
    message.show()
    until(lambda: not message.busy)
    assert shown(message) == "Its first words."
    message.hide()
    message.deleteLater()


@pytest.mark.parametrize("again", [False, True])
def test_what_shows_more_of_an_answer_is_reached_between_its_text_and_its_acts_after_another_look_too(
    desktop: Desktop, fake: FakeDesktop, until: Until, again: bool
) -> None:
    def script(ask_id: str, _request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text="words " * (answer_body.SHOWN_CHARACTERS // 4))

    def note() -> QWidget | None:
        rest = answer.body._rest
        return rest.more if rest is not None and rest.isVisible() else None

    fake.assistant.script = script
    desktop.session.ask("a long one")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended and not answers(desktop)[0].busy)
    answer = answers(desktop)[0]
    until(lambda: note() is not None)
    if again:
        desktop.theme.use("light" if desktop.theme.colours.dark else "dark")
        assert note() is None and answer.last_stop() is not None, "what is hidden is no stop"
        until(lambda: not answer.busy and note() is not None)
    texts = [one for one in answer.body.findChildren(RichText) if one.isVisible()]
    acts = [one for one in answer.stops() if one.isVisible() and not answer.body.isAncestorOf(one)]
    assert texts and acts and answer.stops().index(texts[-1]) < answer.stops().index(note())  # type: ignore[arg-type]
    reached: list[QWidget] = []
    at: QWidget | None = texts[0]
    while at is not None and (not reached or at is not texts[0]):
        if at.isVisible() and at in answer.stops():
            reached.append(at)
        at = at.nextInFocusChain()
    assert reached == [*texts, note(), *acts]


def test_the_end_that_still_grows_is_reached_after_what_stands_above_it(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def script(ask_id: str, _request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text="It begins")
        began.wait(60)
        yield TextDelta(ask_id=ask_id, text=" here.\n\n```python\nx = 1\n```\n\nAnd it goes")
        go_on.wait(60)
        yield TextDelta(ask_id=ask_id, text=" on.")

    fake.assistant.script = script
    desktop.session.ask("go on")
    until(lambda: bool(answers(desktop)) and shown(answers(desktop)[0]) == "It begins")
    began.set()
    until(lambda: "And it goes" in shown(answers(desktop)[0]))
    answer = answers(desktop)[0]
    until(lambda: not answer.busy)
    stops = [one for one in answer.body.findChildren(QWidget) if one in answer.stops() and one.isVisible()]
    seen = sorted(stops, key=lambda one: one.mapTo(answer, one.rect().topLeft()).y())
    assert len(seen) >= 3 and isinstance(seen[-1], RichText)
    for one, other in pairwise(seen):
        between = one.nextInFocusChain()
        while between is not other:
            assert between not in seen and not desktop.window.composer.isAncestorOf(between)
            between = between.nextInFocusChain()
    go_on.set()
    until(lambda: answer.answer.ended and not desktop.session.busy)
