"""What is done with an answer: copied, quoted, read aloud; each button named and within reach of the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import DeviceError, Language
from jarvis.contracts.speech import VoiceState
from jarvis.desktop import message_texts, texts
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.rating import Stars
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from jarvis.desktop.theme import SCALES
from tests.desktop.by_keys import press
from tests.desktop.conftest import Until, answers, shown, started
from tests.desktop.test_richtext import contrast
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, wired

TEXT = "One **two**.\n\nThree."


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    made = RoutedDesktop(tmp_path)
    made.bench.engines = [ScriptedEngine("small", [TEXT])]
    return made


@pytest.fixture
def chat(qtbot: QtBot, routed: RoutedDesktop, until: Until) -> Iterator[Desktop]:
    with started(routed.services) as made:
        wired(made)
        made.session.ask("rate me")
        until(lambda: bool(answers(made)) and answers(made)[0].answer.ended and not made.session.busy)
        yield made


def test_an_answer_is_quoted_whole_or_as_selected(chat: Desktop, until: Until) -> None:
    acts, composer = answers(chat)[0].acts, chat.window.composer
    composer.set_draft("About this:")
    acts.quote.click()
    assert composer.draft()[0] == "About this:\n\n> One **two**.\n>\n> Three.\n\n"
    composer.set_draft("")
    text = answers(chat)[0].body.findChild(RichText)
    cursor = text.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(7, cursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    acts.quote.click()
    assert composer.draft()[0] == "> One two\n\n"
    acts.copy.click()
    assert QGuiApplication.clipboard().text() == TEXT


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_whole_decision_stands_behind_a_word_that_is_never_cut(
    chat: Desktop, routed: RoutedDesktop, until: Until, monkeypatch: pytest.MonkeyPatch, language: Language, look: str
) -> None:
    monkeypatch.setitem(SCALES, "very_large", 2.0)
    changed = {"language": language, "appearance.theme": look, "appearance.font_size": "very_large"}
    for option, value in changed.items():
        routed.settings.set(option, value)
    chat.apply_settings()
    try:
        why = answers(chat)[0].acts.why
        assert why.text() == texts.WHY.to(language)
        assert why.accessibleName() == why.toolTip() == texts.WHY_NAME.to(language)
        assert why.accessibleName().startswith(why.text()), "who says what is to be pressed is understood"
        chat.window.resize(chat.window.minimumSize())
        view = chat.window.view
        until(lambda: view.viewport().width() < 380 and why.height() >= why.sizeHint().height())
        assert why.fontMetrics().horizontalAdvance(why.text()) <= why.contentsRect().width()
        beside = [one for one in answers(chat)[0].footer.stops() if one is not why and one.isVisible()]
        places = [QRect(one.mapTo(view.viewport(), QPoint()), one.size()) for one in (why, *beside)]
        assert all(place.right() < view.viewport().width() for place in places), (places, view.viewport().width())
        assert not any(place.intersects(places[0]) for place in places[1:])
        picture = why.grab().toImage()
        drawn = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
        assert max(contrast(colour, chat.theme.colours.ground) for colour in drawn) >= 4.5
        why.setFocus(Qt.FocusReason.TabFocusReason)
        press(Qt.Key.Key_Space)
        until(lambda: bool(chat.window.findChildren(DecisionWindow)))
    finally:
        routed.settings.set("appearance.font_size", "normal")
        chat.theme.take(routed.settings)


def test_it_is_read_aloud_until_it_is_over_or_stopped(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    acts = answers(chat)[0].acts
    acts.speak.click()
    until(lambda: routed.voice.said == [(TEXT, "en")])
    assert acts.speaking and acts.speak.accessibleName() == message_texts.SPEAK_STOP.en
    routed.voice.send(VoiceState(name="speaking"))
    routed.voice.send(VoiceState(name="sleeping"))
    until(lambda: not acts.speaking)
    acts.speak.click()
    until(lambda: len(routed.voice.said) == 2)
    assert routed.stops == 0
    acts.speak.click()
    until(lambda: routed.stops == 1)
    assert not acts.speaking and acts.speak.accessibleName() == message_texts.SPEAK.en


def test_a_stored_answer_is_read_in_the_language_of_its_question(
    chat: Desktop, routed: RoutedDesktop, until: Until
) -> None:
    log = routed.bench.log
    kept = log.start_conversation("kept")
    asked = log.add_message(kept.id, "user", "q")
    log.add_message(kept.id, "assistant", "Yes.", source="model", model="m")
    routed.keep_run(asked.id)
    routed.settings.set("language", "es")
    chat.apply_settings()
    chat.session.open(kept.id)
    until(lambda: len(answers(chat)) == 1 and answers(chat)[0].answer.text == "Yes.")
    answers(chat)[0].acts.speak.click()
    until(lambda: routed.voice.said == [("Yes.", "en")])


def test_a_voice_that_cannot_is_told(
    chat: Desktop, routed: RoutedDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mute(text: str, language: str) -> None:
        raise DeviceError("x", en="There is no voice.", es="No hay voz.")

    monkeypatch.setattr(routed.voice, "say", mute)
    acts = answers(chat)[0].acts
    acts.speak.click()
    until(lambda: not acts.speaking)
    assert "There is no voice." in chat.window.banners._trouble


def in_view(chat: Desktop) -> list[QWidget]:
    """The messages that are widgets, top to bottom, once they fill the view as far as there are messages."""
    view = chat.window.view
    made = view.shown()
    first, last = (one.mapTo(view.viewport(), QPoint(0, 0)).y() for one in (made[0], made[-1]))
    whole = len(view.list)
    assert first <= 0 or view.shown_at(0) is made[0]
    assert last + made[-1].height() >= view.viewport().height() or view.shown_at(whole - 1) is made[-1]
    return made


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_act_is_named_and_the_keyboard_reaches_it(
    chat: Desktop, routed: RoutedDesktop, until: Until, language: str
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    answers(chat)[0].acts.ask_again()
    until(lambda: bool(answers(chat)) and answers(chat)[0].versions.label.text() == "2/2" and not chat.session.busy)
    question = chat.window.view.findChild(UserMessage)
    question.begin_edit()
    names = []
    for widget in (answers(chat)[0], question):
        for button in widget.findChildren(QAbstractButton):
            assert button.accessibleName() and button.focusPolicy() & Qt.FocusPolicy.TabFocus, button
            names.append(button.accessibleName())
    for text in (message_texts.SPEAK, message_texts.QUOTE, message_texts.ANOTHER, message_texts.ASK_EDITED):
        assert (text.es if language == "es" else text.en) in names


def test_no_line_is_cut_when_the_scroll_bar_comes_and_goes(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    log = routed.bench.log
    kept = log.start_conversation("narrow")
    for text in ("First.\n\n- a\n- b\n", "Light may be **reflected** twice in the drop; the second is fainter. " * 2):
        asked = log.add_message(kept.id, "user", "And why two of them?")
        log.add_message(kept.id, "assistant", text, source="model", model="small-model")
        routed.keep_run(asked.id, model="acme/big", hops=("a", "b"))
    for height in range(400, 800, 25):
        chat.session.open(None)
        chat.window.resize(390, height)
        chat.session.open(kept.id)
        until(lambda: len(answers(chat)) == 2 and not chat.window.view.making)
        seen = [text for text in chat.window.view.findChildren(RichText) if text.isVisible()]
        made = in_view(chat)
        assert [type(one) for one in made] == [UserMessage, AnswerMessage, UserMessage, AnswerMessage][-len(made) :]
        assert len(seen) == len(made) and all(any(one.isAncestorOf(text) for text in seen) for one in made)
        until(lambda: any(one.answer.figures is not None for one in answers(chat)))
        until(lambda seen=seen: all(text.viewport().height() == text.height() for text in seen))  # type: ignore[misc]


def test_the_keyboard_goes_through_the_messages_from_top_to_bottom(
    chat: Desktop, routed: RoutedDesktop, until: Until
) -> None:
    log = routed.bench.log
    kept = log.start_conversation("kept")
    for number in range(30):
        log.add_message(kept.id, "user", f"q{number}")
        log.add_message(kept.id, "assistant", f"a{number}", source="model", model="m")
    chat.session.open(kept.id)
    view = chat.window.view
    until(lambda: not view.making and view.verticalScrollBar().maximum() > 0)

    for place in (2000, 900, 1700, 1200):
        view.verticalScrollBar().setValue(place)
        until(lambda: not view.making)
    QApplication.processEvents()
    order, one = [], view.nextInFocusChain()
    while one is not view:
        if isinstance(one, QToolButton | Stars) and view.isAncestorOf(one) and not one.isHidden():
            order.append(one)
        one = one.nextInFocusChain()
    order = [one for one in order if one is not view._latest]
    places = [(widget.mapTo(view.widget(), widget.rect().center())) for widget in order]
    rows = [(place.y() // 8, place.x()) for place in places]
    assert rows == sorted(rows)
    made = in_view(chat)
    of_answer = (texts.COPY_ANSWER, message_texts.QUOTE, message_texts.SPEAK, message_texts.ANOTHER, texts.WHY_NAME)
    names = {
        UserMessage: [message_texts.EDIT.en],
        AnswerMessage: [*(text.en for text in of_answer), "Not rated yet, 5 stars are the most"],
    }
    assert [one.accessibleName() for one in order] == [name for message in made for name in names[type(message)]]
    told = [shown(one) if isinstance(one, AnswerMessage) else one.text for one in made]
    every = [f"{letter}{number}" for number in range(30) for letter in "qa"]
    at = every.index(told[0])
    assert told == every[at : at + len(made)]
