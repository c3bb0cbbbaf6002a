"""What can wait has one turn together, however many wait; what is deleted goes one by one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from jarvis.desktop.answer import Answer
from jarvis.desktop.answer_acts import MessageWishes
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.shown import set_shown
from jarvis.desktop.slices import Discards, Slices
from tests.desktop.conftest import Until, shown

ENDED = Answer(
    ask_id="a", phase="done", text="A **short** answer.", source="model", model="m", message_id="a", question="q"
)


def test_several_share_one_turn_and_none_starves(qtbot: QtBot, until: Until) -> None:
    slices, owner, seen = Slices(turn_seconds=-1.0), QObject(), list[str]()
    turns = {name: slices.add(owner, lambda name=name: seen.append(name)) for name in "abc"}
    for turn in turns.values():
        turn.start()
    slices._turn()
    assert seen == ["a"] and slices.over
    until(lambda: len(seen) >= 6)
    assert seen[:6] == [*"abcabc"]
    for turn in turns.values():
        turn.stop()
    assert not any(turn.isActive() for turn in turns.values())
    slices._turn()
    assert not slices._timer.isActive()


def test_all_that_fit_into_a_turn_have_theirs_in_it(qtbot: QtBot) -> None:
    slices, owner, seen = Slices(turn_seconds=60.0), QObject(), list[int]()
    for number in range(3):
        slices.once(owner, lambda number=number: seen.append(number))
    slices._turn()
    assert seen == [0, 1, 2] and not slices._waiting


def test_the_turn_after_one_of_work_is_left_to_what_that_changed(qtbot: QtBot, until: Until) -> None:
    slices, owner, worked = Slices(), QObject(), list[bool]()
    one = slices.add(owner, lambda: worked.__setitem__(-1, True))
    slices._timer.timeout.disconnect()

    def turn() -> None:
        worked.append(False)
        slices._every_other_turn()

    slices._timer.timeout.connect(turn)
    one.start()
    until(lambda: len(worked) >= 6)
    one.stop()
    assert worked[:6] == [True, False] * 3


def test_nothing_is_done_for_who_is_gone(qtbot: QtBot) -> None:
    slices, holder, seen = Slices(), QWidget(), list[str]()
    inside, other = QPushButton(holder), QObject()
    for name, owner in (("inside", inside), ("other", other)):
        slices.add(owner, lambda name=name: seen.append(name)).start()
    slices.leave(holder)
    slices._turn()
    assert seen == ["other"]
    other.deleteLater()
    QApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    slices._turn()
    assert seen == ["other"] and not slices._waiting


def test_widgets_are_deleted_one_a_turn_and_the_turn_after_is_left_to_that(qtbot: QtBot, until: Until) -> None:
    slices, owner, seen = Slices(turn_seconds=60.0), QObject(), list[int]()
    gone = [QWidget() for _ in range(3)]
    discards = Discards(slices, owner)
    for widget in gone:
        widget.show()
        discards.add(widget)
    assert discards.any and not any(widget.isVisible() for widget in gone)
    slices.add(owner, lambda: seen.append(sum(isValid(widget) for widget in gone))).start()
    until(lambda: not discards.any)
    assert [left for left in (3, 2, 1, 0) if left not in seen[:-1]] in ([], [3], [0], [3, 0])
    assert not any(isValid(widget) for widget in gone)


def test_a_stored_answer_is_made_bare_and_filled_in_turns_of_its_own(desktop: Desktop, until: Until) -> None:
    message = AnswerMessage(desktop.desk, ENDED, MessageWishes())
    assert message.busy and message.body._taken == 0 and message._footer is None
    message.show()
    until(lambda: not message.busy)
    assert shown(message) == "A short answer."
    assert message._footer is not None and message.footer.isVisible() and message.acts.copy.isVisible()
    message.hide()
    message.deleteLater()


def test_what_was_never_hidden_is_shown_with_its_parent_and_not_laid_out_before(qtbot: QtBot) -> None:
    parent = QWidget()
    column = QVBoxLayout(parent)
    plain, hidden = QPushButton("plain"), QPushButton("hidden")
    column.addWidget(plain)
    column.addWidget(hidden)
    set_shown(hidden, False)
    set_shown(plain, True)
    assert plain.geometry().size() != plain.sizeHint() and not plain.isVisible()
    parent.show()
    assert plain.isVisible() and not hidden.isVisible()
    set_shown(hidden, True)
    assert hidden.isVisible()
    parent.close()
