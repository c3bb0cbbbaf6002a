"""Other versions of questions and answers in the window: rewritten, answered anew, switched between; over the real
assistant and log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import InputError
from jarvis.desktop import message_texts
from jarvis.desktop.answer_again import AgainMenu
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, answers, questions, shown, started
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, wired


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    made = RoutedDesktop(tmp_path)
    made.bench.engines = [ScriptedEngine("small", ["small says so"]), ScriptedEngine("other", ["other says no"])]
    return made


@pytest.fixture
def chat(qtbot: QtBot, routed: RoutedDesktop) -> Iterator[Desktop]:
    with started(routed.services) as made:
        wired(made)
        yield made


def ask(chat: Desktop, until: Until, text: str) -> None:
    """Ask, and wait for the whole answer."""
    count = len(answers(chat))
    chat.session.ask(text)
    until(lambda: len(answers(chat)) == count + 1 and answers(chat)[-1].answer.ended and not chat.session.busy)


def said(chat: Desktop) -> list[str]:
    """Questions and answers, top to bottom."""
    return [one.text if isinstance(one, UserMessage) else shown(one) for one in in_order(chat)]


def in_order(chat: Desktop) -> list[UserMessage | AnswerMessage]:
    return [one for one in chat.window.view.shown() if isinstance(one, UserMessage | AnswerMessage)]


def question(chat: Desktop, at: int) -> UserMessage:
    return [one for one in in_order(chat) if isinstance(one, UserMessage)][at]


def pick(menu: AgainMenu, words: str) -> None:
    """Choose the line of a menu that holds `words`."""
    next(action for action in menu.actions() if words in action.text()).trigger()


def by_keys(menu: AgainMenu, key: Qt.Key, entry: QAction, qtbot: QtBot) -> None:
    """Go to an entry of a menu with one of the arrow keys."""
    for _ in menu.actions():
        if menu.activeAction() != entry:
            qtbot.keyClick(menu, key)
    assert menu.activeAction() == entry


def test_a_question_is_put_in_other_words_and_the_first_stays(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    ask(chat, until, "first")
    ask(chat, until, "secnod")
    ask(chat, until, "third")
    question(chat, 1).edit_button.click()
    edit = question(chat, 1).edit
    assert edit is not None and edit.field.toPlainText() == "secnod"
    assert edit.field.accessibleName() == message_texts.EDITED.en
    edit.field.setPlainText("second")
    qtbot.keyClick(edit.field, Qt.Key.Key_Return)
    until(lambda: said(chat) == ["first", "small says so", "second", "small says so"] and not chat.session.busy)
    until(lambda: question(chat, 1).versions.label.text() == "2/2")
    stored = routed.bench.log.messages(chat.session.current or "")
    assert [one.text for one in stored] == ["first", "small says so", "second", "small says so"]
    assert [one.text for one in routed.bench.log.messages(chat.session.current or "", until=stored[2].versions[0])] == [
        "first",
        "small says so",
        "secnod",
    ]
    assert question(chat, 0).versions.isHidden()
    switch = question(chat, 1).versions
    assert switch.label.accessibleName() == "Version 2 of 2" and not switch.next.isEnabled()
    qtbot.keyClick(switch.previous, Qt.Key.Key_Space)
    until(lambda: said(chat)[2:] == ["secnod", "small says so", "third", "small says so"])
    until(lambda: question(chat, 1).versions.label.text() == "1/2")
    assert said(chat)[:2] == ["first", "small says so"]


def test_the_first_question_of_all_can_be_rewritten(chat: Desktop, qtbot: QtBot, until: Until) -> None:
    ask(chat, until, "one")
    ask(chat, until, "two")
    question(chat, 0).begin_edit()
    edit = question(chat, 0).edit
    assert edit is not None
    edit.field.setPlainText("uno")
    edit.ask.click()
    until(lambda: said(chat) == ["uno", "small says so"] and not chat.session.busy)
    until(lambda: question(chat, 0).versions.label.text() == "2/2")
    question(chat, 0).versions.previous.click()
    until(lambda: said(chat) == ["one", "small says so", "two", "small says so"])


def test_escape_leaves_the_question_as_it_was(chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until) -> None:
    ask(chat, until, "as it was")
    one = question(chat, 0)
    one.edit_button.click()
    assert one.edit is not None
    qtbot.keyClicks(one.edit.field, " not")
    qtbot.keyClick(one.edit.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert one.edit.field.toPlainText() == "as it was not\n"
    qtbot.keyClick(one.edit.field, Qt.Key.Key_Escape)
    assert one.edit is None and not one._bubble.isHidden()
    one.begin_edit()
    assert one.edit is not None and one.edit.field.toPlainText() == "as it was"
    qtbot.keyClick(one.edit.field, Qt.Key.Key_Return)
    assert one.edit is None
    assert len(routed.bench.log.messages(chat.session.current or "")) == 2 and not chat.session.busy


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_answer_is_given_anew_by_another_model(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until, language: str
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    ask(chat, until, "why")
    ask(chat, until, "go on")
    menu = answers(chat)[0].acts.menu
    menu.aboutToShow.emit()
    until(lambda: any("big-model" in action.text() for action in menu.actions()))
    texts = [action.text() for action in menu.actions() if action.text()]
    expected = {
        "en": [
            "Try again",
            "With another model",
            "big-model · cloud, about $0.0042",
            "blind-model · cannot see the picture",
        ],
        "es": [
            "Intentarlo de nuevo",
            "Con otro modelo",
            "big-model · nube, unos 0,0042\u00a0$",
            "blind-model · no puede ver la imagen",
        ],
    }
    assert texts == expected[language]
    assert [action.isEnabled() for action in menu.actions() if action.text()] == [True, False, True, False]
    first = routed.bench.log.messages(chat.session.current or "")[0]
    assert (routed.routing.asked[-1].text, routed.routing.asked[-1].question_id) == ("why", first.id)
    answers(chat)[0].acts.ask_again("other")
    until(lambda: said(chat) == ["why", "other says no"] and not chat.session.busy)
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2")
    answers(chat)[0].versions.previous.click()
    until(lambda: said(chat) == ["why", "small says so", "go on", "small says so"])
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "1/2")
    answers(chat)[0].versions.next.click()
    until(lambda: said(chat) == ["why", "other says no"])


def test_why_a_model_is_offered_stands_beside_it_for_pointer_keyboard_and_screen_reader(
    chat: Desktop, qtbot: QtBot, until: Until
) -> None:
    ask(chat, until, "why")
    menu = answers(chat)[0].acts.menu
    menu.popup(chat.window.mapToGlobal(QPoint(20, 20)))
    until(lambda: any("big-model" in action.text() for action in menu.actions()))
    offered = next(action for action in menu.actions() if "big-model" in action.text())
    by_keys(menu, Qt.Key.Key_Down, offered, qtbot)
    assert QToolTip.text() == menu.accessibleDescription() == offered.whatsThis() == "It is able."
    by_keys(menu, Qt.Key.Key_Up, menu.actions()[0], qtbot)
    assert menu.accessibleDescription() == "", "what has no reason says nothing beside its words"
    until(lambda: not QToolTip.isVisible())
    middle = menu.actionGeometry(offered).center()
    event = QHelpEvent(QEvent.Type.ToolTip, middle, menu.mapToGlobal(middle))
    assert QApplication.sendEvent(menu, event)
    until(QToolTip.isVisible)
    assert QToolTip.text() == "It is able."
    menu.close()
    until(lambda: not QToolTip.isVisible())


def test_the_menu_says_why_there_is_no_other_model(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    ask(chat, until, "why")
    menu = answers(chat)[0].acts.menu
    routed.routing.candidates = routed.routing.candidates[:1]
    menu.aboutToShow.emit()
    assert menu.actions()[-1].text() == message_texts.LOOKING_FOR_MODELS.en
    until(lambda: menu.actions()[-2].text() == message_texts.NO_OTHER_MODEL.en)
    assert menu.actions()[-1].text() == "blind-model · cannot see the picture"
    routed.routing.fail = InputError("x", en="The list is gone.", es="No hay lista.")
    menu.aboutToShow.emit()
    until(lambda: "The list is gone." in menu.actions()[-1].text())
    pick(menu, "Try again")
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2" and not chat.session.busy)
    assert said(chat) == ["why", "small says so"]


def test_while_it_is_given_anew_the_old_one_is_out_of_view_even_when_opened_again(
    chat: Desktop, routed: RoutedDesktop, until: Until
) -> None:
    ask(chat, until, "slow")
    gate, reached = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        gate.wait(60)

    routed.bench.engines = [ScriptedEngine("small", [hold, "late"])]
    answers(chat)[0].acts.ask_again()
    until(reached.is_set)
    until(lambda: said(chat) == ["slow", ""])
    conversation = chat.session.current
    answers(chat)[0].acts.ask_again()
    assert chat.window.status.text() == message_texts.WAIT_FIRST.en
    chat.session.open(None)
    chat.session.open(conversation)
    until(lambda: said(chat) == ["slow", ""])
    gate.set()
    until(lambda: said(chat) == ["slow", "late"] and not chat.session.busy)
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2")


def test_what_failed_is_tried_again_in_its_place(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    good = routed.bench.engines
    routed.bench.engines = [ScriptedEngine("small", [InputError("broken", en="It died.", es="Murió.")])]
    ask(chat, until, "try")
    assert answers(chat)[0].answer.phase == "failed"
    routed.bench.engines = good
    answers(chat)[0]._again.click()
    until(lambda: said(chat) == ["try", "small says so"] and not chat.session.busy)
    assert len(routed.bench.log.messages(chat.session.current or "")) == 2


def test_another_version_leaves_what_is_above_in_its_place(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    log = routed.bench.log
    kept = log.start_conversation("long")
    for number in range(40):
        log.add_message(kept.id, "user", f"question {number}")
        log.add_message(kept.id, "assistant", f"answer {number}", source="model", model="m")
    before = log.messages(kept.id)[-3]
    other = log.add_message(kept.id, "user", "another end", follows=before.id)
    for number in range(12):
        log.add_message(kept.id, "assistant" if number % 2 == 0 else "user", f"further {number}")
    chat.session.open(kept.id)
    view = chat.window.view
    until(lambda: not view.making and view.verticalScrollBar().maximum() > 0)
    bar = view.verticalScrollBar()

    def climb() -> bool:
        there = not view.making and "another end" in questions(chat)
        if not there:
            bar.setValue(max(0, bar.value() - 40))
        return there

    until(climb)
    until(lambda: not view.making)
    switched = next(one for one in in_order(chat) if isinstance(one, UserMessage) and one.message_id == other.id)
    view.ensure_visible(switched, 60)
    until(lambda: not view.making)
    assert switched.versions.label.text() == "2/2"
    switched.versions.previous.click()
    until(lambda: said(chat)[-1] == "answer 39" and not view.making)
    short = next(one for one in in_order(chat) if isinstance(one, UserMessage) and one.text == "question 39")
    assert short.versions.label.text() == "1/2"
    assert short.versions.next.isEnabled() and not short.versions.previous.isEnabled()
    above = in_order(chat)[in_order(chat).index(short) - 1]
    place, top = bar.value(), above.mapTo(view.viewport(), above.rect().topLeft()).y()
    short.versions.next.click()
    until(lambda: "further 1" in said(chat) and not view.making)
    after = said(chat)
    assert after[after.index("another end") + 1 :][:2] == ["further 0", "further 1"]
    assert above in in_order(chat)
    assert (bar.value(), above.mapTo(view.viewport(), above.rect().topLeft()).y()) == (place, top)
    assert bar.maximum() > place


def test_a_question_being_rewritten_is_in_view(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    log = routed.bench.log
    kept = log.start_conversation("long")
    for number in range(4):
        log.add_message(kept.id, "user", f"question {number}")
        log.add_message(kept.id, "assistant", "line\n\n" * 8, source="model", model="m")
    chat.session.open(kept.id)
    view = chat.window.view
    until(lambda: len(questions(chat)) > 1 and not view.making and view.verticalScrollBar().maximum() > 200)
    question(chat, 0).begin_edit()
    edit = question(chat, 0).edit
    assert edit is not None
    until(lambda: view.viewport().rect().contains(edit.field.mapTo(view.viewport(), edit.field.rect().topLeft())))
    QApplication.processEvents()
    assert view.verticalScrollBar().value() < view.verticalScrollBar().maximum()


def test_the_keyboard_stays_on_the_switch(chat: Desktop, qtbot: QtBot, until: Until) -> None:
    ask(chat, until, "why")
    answers(chat)[0].acts.ask_again("other")
    until(lambda: said(chat) == ["why", "other says no"])
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2")
    chat.window.activateWindow()
    answers(chat)[0].versions.previous.setFocus()
    qtbot.keyClick(answers(chat)[0].versions.previous, Qt.Key.Key_Space)
    until(lambda: said(chat) == ["why", "small says so"])
    until(lambda: bool(answers(chat)) and chat.window.focusWidget() is answers(chat)[0].versions.next)


def test_a_heard_question_can_be_corrected_after_a_restart(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    log = routed.bench.log
    kept = log.start_conversation("voice")
    log.add_message(kept.id, "user", "call and", door="voice")
    log.add_message(kept.id, "user", "typed", door="chat")
    chat.session.open(kept.id)
    until(lambda: said(chat) == ["call and", "typed"])
    assert [len(question(chat, at).findChildren(QPushButton)) for at in (0, 1)] == [1, 0]


def test_a_message_of_another_branch_is_found(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    ask(chat, until, "why")
    first = answers(chat)[0].answer.message_id
    answers(chat)[0].acts.ask_again("other")
    until(lambda: said(chat) == ["why", "other says no"] and not chat.session.busy)
    kept = chat.session.current
    chat.session.open(None)
    until(lambda: said(chat) == [])
    chat.session.open(kept)
    chat.window.view.show_message(first)
    until(lambda: said(chat) == ["why", "small says so"])
    place = chat.window.view._marked
    assert place is not None
    assert place.id == first
    looked: list[str] = []
    chat.window.view.wishes.version.connect(lambda _left, wanted: looked.append(wanted))
    chat.session.open(kept)
    chat.window.view.show_message("gone")
    until(lambda: looked == ["gone"] and said(chat) == ["why", "small says so"])
    ask(chat, until, "and now")
    assert looked == ["gone"]
