"""Long conversations in the window over the real log: few widgets, the rest read as it is scrolled to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import InputError
from jarvis.desktop.conversation_view import ConversationView
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until, started
from tests.fakes.desk_routing import RoutedDesktop

COUNT = 2_000


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    return RoutedDesktop(tmp_path)


@pytest.fixture
def chat(qtbot: QtBot, routed: RoutedDesktop) -> Iterator[Desktop]:
    with started(routed.services) as made:
        yield made


@pytest.fixture
def view(chat: Desktop, routed: RoutedDesktop, until: Until) -> ConversationView:
    """A conversation of `COUNT` messages, opened."""
    log = routed.bench.log
    kept = log.start_conversation("long")
    for number in range(COUNT // 2):
        log.add_message(kept.id, "user", f"question {number}")
        log.add_message(kept.id, "assistant", f"answer {number}\n\n" * (1 + number % 5), source="model", model="m")
    chat.session.open(kept.id)
    view = chat.window.view
    until(lambda: len(view.list) == COUNT and not view.making)
    return view


def words(widget: QWidget) -> str:
    if isinstance(widget, UserMessage):
        return widget.text
    assert isinstance(widget, AnswerMessage)
    return widget.answer.text.split("\n")[0]


def in_view(view: ConversationView) -> list[QWidget]:
    """The messages of which a part is on the screen."""
    room = view.viewport().height()
    tops = [(one, one.mapTo(view.viewport(), one.rect().topLeft()).y()) for one in view.shown()]
    return [one for one, top in tops if top < room and top + one.height() > 0]


def expected(first: str, count: int) -> list[str]:
    """The words of `count` messages from `first` on."""
    kind, number = first.split()
    at = int(number) * 2 + (kind == "answer")
    return [f"{'answer' if n % 2 else 'question'} {n // 2}" for n in range(at, at + count)]


def holds(view: ConversationView) -> None:
    """What is on the screen follows on without a hole, and little else is held."""
    seen = [words(one) for one in view.shown()]
    assert seen == expected(seen[0], len(seen))
    room = view.viewport().height()
    assert view.widget().y() <= 20
    assert view.widget().y() + view.widget().height() >= min(room, view.list.total()) - 20
    assert len(seen) < 60
    assert len(view.findChildren(UserMessage)) + len(view.findChildren(AnswerMessage)) < 90
    assert sum(place.message is not None for place in view.list.places) <= 1_100


def test_it_opens_at_the_end_and_knows_how_long_it_is(view: ConversationView) -> None:
    bar = view.verticalScrollBar()
    assert words(view.shown()[-1]) == f"answer {COUNT // 2 - 1}"
    assert bar.value() == bar.maximum() > 50 * COUNT
    holds(view)


def test_any_place_can_be_gone_to(view: ConversationView, until: Until) -> None:
    bar = view.verticalScrollBar()
    for place in (bar.maximum() // 2, bar.maximum() // 7, bar.maximum() - 900, 0, 30_000, bar.maximum()):
        bar.setValue(place)
        until(lambda: not view.making)
        holds(view)
        assert in_view(view)
    assert words(view.shown()[-1]) == f"answer {COUNT // 2 - 1}"


def test_home_and_end_reach_the_first_and_the_last(view: ConversationView, qtbot: QtBot, until: Until) -> None:
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    until(lambda: not view.making and words(view.shown()[0]) == "question 0")
    assert view.verticalScrollBar().value() == 0
    assert in_view(view)[0] is view.shown()[0]
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    until(lambda: not view.making)
    assert view.verticalScrollBar().value() > 200
    qtbot.keyClick(view, Qt.Key.Key_End)
    until(lambda: not view.making and words(view.shown()[-1]) == f"answer {COUNT // 2 - 1}")
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_the_keys_that_scroll_do_so_from_within_a_text(
    chat: Desktop, view: ConversationView, qtbot: QtBot, until: Until
) -> None:
    bar = view.verticalScrollBar()
    text = view.shown()[-1].findChild(RichText)
    text.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        before = bar.value()
        qtbot.keyClick(text, key)
        assert bar.value() < before
        until(lambda: not view.making)
    qtbot.keyClick(text, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(text, Qt.Key.Key_Home)
    until(lambda: not view.making and words(view.shown()[0]) == "question 0")


def test_scrolling_moves_what_is_seen_by_just_as_much(view: ConversationView, until: Until) -> None:
    """Whatever is made above meanwhile, and however wrong its estimate was."""
    bar = view.verticalScrollBar()
    for _ in range(60):
        mark = in_view(view)[0]
        before = mark.mapTo(view.viewport(), mark.rect().topLeft()).y()
        bar.setValue(bar.value() - 90)
        assert mark.mapTo(view.viewport(), mark.rect().topLeft()).y() == before + 90
        until(lambda: not view.making)
        assert mark in view.shown()
        assert mark.mapTo(view.viewport(), mark.rect().topLeft()).y() == before + 90
    holds(view)


def test_a_found_message_is_shown_wherever_it_is(view: ConversationView, until: Until) -> None:
    for at in (3, COUNT // 2, COUNT - 300):
        wanted = view.list.places[at]
        view.show_message(wanted.id)
        until(lambda at=at: not view.making and view.shown_at(at) is not None)  # type: ignore[misc]
        widget = view.shown_at(at)
        assert widget is not None
        assert widget.mapTo(view.viewport(), widget.rect().topLeft()).y() == 20
        assert view._marked is wanted
        holds(view)


def test_a_message_wanted_before_its_conversation_is_read_is_shown_then(
    chat: Desktop, view: ConversationView, until: Until
) -> None:
    wanted, kept = view.list.places[100].id, chat.session.current
    chat.session.open(None)
    until(lambda: len(view.list) == 0)
    chat.session.open(kept)
    view.show_message(wanted)
    until(lambda: any(one.message_id == wanted for one in view.shown() if isinstance(one, UserMessage)))
    until(lambda: not view.making)
    assert not view.follow
    widget = next(one for one in view.shown() if isinstance(one, UserMessage) and one.message_id == wanted)
    assert widget.mapTo(view.viewport(), widget.rect().topLeft()).y() == 20


def test_an_answer_that_grows_keeps_the_end_in_view_only_for_who_is_there(
    chat: Desktop, routed: RoutedDesktop, view: ConversationView, until: Until
) -> None:
    chat.session.ask("one more")
    until(lambda: not chat.session.busy and not view.making)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() // 2)
    until(lambda: not view.making)
    mark = in_view(view)[0]
    before = mark.mapTo(view.viewport(), mark.rect().topLeft()).y()
    last = view.list.places[-1]
    assert last.answer is not None
    chat.session.answered.emit(last.answer)
    view.append(view.list.places[-1])
    until(lambda: not view.making)
    assert mark.mapTo(view.viewport(), mark.rect().topLeft()).y() == before
    assert view._latest is not None and view._latest.isVisible()
    view._latest.click()
    until(lambda: not view.making and bar.value() == bar.maximum())


def test_a_question_being_rewritten_outlives_being_scrolled_away(view: ConversationView, until: Until) -> None:
    asked = next(one for one in view.shown() if isinstance(one, UserMessage))
    asked.begin_edit()
    assert asked.edit is not None
    asked.edit.field.setPlainText("half a thou")
    wanted = view.place_shown(asked)
    view.to_first()
    until(lambda: not view.making and words(view.shown()[0]) == "question 0")
    assert asked not in view.shown()
    assert view.window().focusWidget() is view
    view.to_latest()
    until(lambda: not view.making and wanted in [view.place_shown(one) for one in view.shown()])
    assert asked in view.shown() and asked.edit.field.toPlainText() == "half a thou"


def test_tab_goes_on_through_messages_that_were_not_there_yet(
    chat: Desktop, view: ConversationView, qtbot: QtBot, until: Until
) -> None:
    chat.window.activateWindow()
    view.to_first()
    until(lambda: not view.making and words(view.shown()[0]) == "question 0")
    first = view.shown()[1]
    assert isinstance(first, AnswerMessage)
    first.acts.copy.setFocus()
    reached = set()
    for _ in range(150):
        qtbot.keyClick(chat.window.focusWidget(), Qt.Key.Key_Tab)
        until(lambda: not view.making)
        now = chat.window.focusWidget()
        holder = next((one for one in view.shown() if now is not None and one.isAncestorOf(now)), None)
        assert holder is not None
        assert holder in in_view(view)
        reached.add(words(holder))
    assert len(reached) > 25


def test_the_width_changes_and_what_is_seen_stays(chat: Desktop, view: ConversationView, until: Until) -> None:
    view.show_message(view.list.places[500].id)
    until(lambda: not view.making)
    chat.window.resize(420, 500)
    until(lambda: not view.making)
    widget = view.shown_at(500)
    assert widget is not None and words(widget) == "question 250"
    assert widget.mapTo(view.viewport(), widget.rect().topLeft()).y() == 20
    holds(view)


def test_a_text_that_cannot_be_read_is_told(
    view: ConversationView, monkeypatch: pytest.MonkeyPatch, routed: RoutedDesktop, until: Until
) -> None:
    told: list[str] = []
    view.trouble.connect(lambda sentence, code: told.append(sentence))

    def broken(*_: object) -> None:
        raise InputError("storage.broken", en="The log cannot be read.", es="No se puede leer el registro.")

    monkeypatch.setattr(routed.bench.log, "messages", broken)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    until(lambda: told == ["The log cannot be read."])
