"""Stars under answers: by mouse and keyboard, with a reason, kept over a restart, said when they could not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.desktop import message_texts
from jarvis.desktop.rating import Stars
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, answers, started
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, wired


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    made = RoutedDesktop(tmp_path)
    made.bench.engines = [ScriptedEngine("small", ["small says so"])]
    return made


@pytest.fixture
def chat(qtbot: QtBot, routed: RoutedDesktop, until: Until) -> Iterator[Desktop]:
    with started(routed.services) as made:
        wired(made)
        made.session.ask("rate me")
        until(lambda: bool(answers(made)) and answers(made)[0].answer.ended and not made.session.busy)
        yield made


def stars(chat: Desktop) -> Stars:
    return answers(chat)[0].rating.stars


@pytest.mark.parametrize(
    ("language", "name", "none"),
    [("en", "4 of 5 stars", "Not rated yet"), ("es", "4 de 5 estrellas", "Sin valorar")],
)
def test_arrows_choose_and_enter_keeps(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until, language: str, name: str, none: str
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    assert stars(chat).accessibleName().startswith(none)
    assert stars(chat).focusPolicy() & Qt.FocusPolicy.TabFocus
    for _ in range(4):
        qtbot.keyClick(stars(chat), Qt.Key.Key_Right)
    assert stars(chat).accessibleName() == name and routed.routing.rated == []
    qtbot.keyClick(stars(chat), Qt.Key.Key_Return)
    until(lambda: routed.routing.rated == [(answers(chat)[0].answer.message_id, 4, "")])
    assert answers(chat)[0].rating.reason is None


def test_a_low_rating_asks_why_and_both_outlive_the_window(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    qtbot.mouseClick(stars(chat), Qt.MouseButton.LeftButton, pos=QPoint(3 + 20 + 10, 10))
    until(lambda: [stars for _, stars, _ in routed.routing.rated] == [2])
    rating = answers(chat)[0].rating
    assert rating.reason is not None and not rating.reason.isHidden()
    assert rating.reason.field.accessibleName() == message_texts.REASON.en
    qtbot.keyClicks(rating.reason.field, "too short")
    qtbot.keyClick(rating.reason.field, Qt.Key.Key_Return)
    reason = rating.reason
    until(lambda: rating.message.text() == message_texts.RATING_KEPT.en and reason.isHidden())
    assert routed.routing.rated[-1][1:] == (2, "too short")
    conversation = chat.session.current
    again = Desktop(routed.services)
    wired(again)
    again.session.open(conversation)
    until(lambda: len(answers(again)) == 1 and answers(again)[0].rating.stars.value() == 2)
    answers(again)[0].rating.stars.setValue(3)
    answers(again)[0].rating.stars.setFocus()
    qtbot.keyClick(answers(again)[0].rating.stars, Qt.Key.Key_Return)
    until(lambda: routed.routing.rated[-1][1:] == (3, "too short"))
    assert answers(again)[0].rating.reason.field.text() == "too short"
    assert answers(again)[0].rating.stars.accessibleName() == "3 of 5 stars"
    again.window.end()
    again.close()


@pytest.mark.parametrize(
    ("language", "name", "asked"),
    [
        ("en", "Say why you rated it so", "What did you like?"),
        ("es", "Decir por qué la valoras así", "¿Qué te gustó?"),
    ],
)
def test_who_wants_to_says_why_it_was_good(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until, language: str, name: str, asked: str
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    rating = answers(chat)[0].rating
    assert rating.why is None or rating.why.isHidden(), "without stars there is nothing to give a reason for"
    qtbot.keyClick(stars(chat), Qt.Key.Key_5)
    until(lambda: [stars for _, stars, _ in routed.routing.rated] == [5])
    until(lambda: not rating.message.isHidden())
    assert rating.reason is None, "nobody is asked"
    assert rating.why is not None and rating.why.isVisible()
    assert rating.why.accessibleName() == rating.why.toolTip() == name
    stops = answers(chat)[0].stops()
    assert stops.index(rating.why) == stops.index(rating.stars) + 1
    rating.why.setFocus()
    qtbot.keyClick(rating.why, Qt.Key.Key_Space)
    reason = rating.reason
    assert reason is not None and reason.isVisible() and chat.window.focusWidget() is reason.field
    assert reason.field.accessibleName() == reason.field.placeholderText() == asked
    assert answers(chat)[0].stops()[-2:] == [reason.field, reason.keep]
    qtbot.keyClick(stars(chat), Qt.Key.Key_4)
    until(lambda: routed.routing.rated[-1][1:] == (4, "") and not rating.message.isHidden())
    assert reason.isVisible(), "what was opened stays open"
    qtbot.keyClicks(reason.field, "to the point")
    qtbot.keyClick(reason.field, Qt.Key.Key_Return)
    until(lambda: routed.routing.rated[-1][1:] == (4, "to the point") and reason.isHidden())
    rating.why.click()
    assert reason.isVisible() and reason.field.text() == "to the point"
    rating.why.click()
    assert reason.isHidden()


def test_a_reason_can_be_added_to_what_was_rated_before(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    qtbot.keyClick(stars(chat), Qt.Key.Key_5)
    until(lambda: [stars for _, stars, _ in routed.routing.rated] == [5])
    conversation = chat.session.current
    chat.session.open(None)
    chat.session.open(conversation)
    until(lambda: len(answers(chat)) == 1 and answers(chat)[0].rating.stars.value() == 5)
    rating = answers(chat)[0].rating
    assert rating.why is not None and rating.reason is None and rating.isHidden()
    rating.why.click()
    assert rating.reason is not None
    qtbot.keyClicks(rating.reason.field, "it knew")
    rating.reason.keep.click()
    until(lambda: routed.routing.rated[-1][1:] == (5, "it knew"))


def test_a_rating_that_could_not_be_kept_is_not_shown(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    routed.routing.fail = StorageError("x", en="The disk is full.", es="El disco está lleno.")
    qtbot.keyClick(stars(chat), Qt.Key.Key_5)
    until(lambda: bool(answers(chat)) and "The disk is full." in answers(chat)[0].rating.message.text())
    assert stars(chat).value() == 0 and not answers(chat)[0].rating.isHidden()
    routed.routing.fail = None
    qtbot.keyClick(stars(chat), Qt.Key.Key_1)
    until(lambda: [stars for _, stars, _ in routed.routing.rated] == [1])
    assert stars(chat).accessibleName() == "1 of 5 stars"


def test_a_skill_s_answer_has_no_stars(chat: Desktop, until: Until) -> None:
    chat.session.ask("set a timer for ten minutes")
    until(lambda: len(answers(chat)) == 2 and answers(chat)[1].answer.ended)
    assert answers(chat)[1].rating.stars.isHidden() and not stars(chat).isHidden()


def test_stars_come_back_with_their_version(chat: Desktop, qtbot: QtBot, until: Until) -> None:
    qtbot.keyClick(stars(chat), Qt.Key.Key_5)
    until(lambda: bool(answers(chat)) and answers(chat)[0].rating.message.text() == message_texts.RATING_KEPT.en)
    answers(chat)[0].acts.ask_again()
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2" and not chat.session.busy)
    assert stars(chat).value() == 0
    answers(chat)[0].versions.previous.click()
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "1/2")
    assert stars(chat).value() == 5
