"""What stands under an answer is made once the answer ends, in its place on the screen and for the keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise

from jarvis.contracts.events import AskEvent, TextDelta
from jarvis.contracts.messages import Request
from jarvis.desktop.answer_acts import ICONS
from jarvis.desktop.answer_footer import AnswerFooter
from jarvis.desktop.run import Desktop
from jarvis.desktop.theme import tinted_icon
from tests.desktop.conftest import Until, answers
from tests.fakes.desktop import FakeDesktop


def test_an_answer_has_its_footer_once_it_has_ended(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    go_on = threading.Event()

    def script(ask_id: str, _request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text="It goes on.")
        go_on.wait(60)

    fake.assistant.script = script
    desktop.session.ask("is it long")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.text == "It goes on.")
    answer = answers(desktop)[0]
    assert not answer.findChildren(AnswerFooter)
    assert not answer.rating.stars.isVisibleTo(answer)
    go_on.set()
    until(lambda: answer.answer.ended)
    footer = answer.footer
    assert footer.isVisibleTo(answer) and not footer.acts.copy.isHidden()
    assert footer.by.text().startswith("Model: ")
    assert footer.isAncestorOf(answer.rating.stars)
    until(lambda: footer.y() >= answer.body.y() + answer.body.height() > 0)
    around = answer.layout().itemAt(1).layout()
    assert around.indexOf(footer) == around.indexOf(answer.rating) - 1


def test_the_keyboard_comes_to_a_footer_that_was_made_late(desktop: Desktop, until: Until) -> None:
    for number in range(2):
        desktop.session.ask(f"question {number}")
        until(lambda n=number: len(answers(desktop)) == n + 1 and answers(desktop)[n].answer.ended)  # type: ignore[misc]
    for answer in answers(desktop):
        stops = answer.stops()
        assert answer.acts.copy in stops
        for one, other in pairwise(stops):
            between = one.nextInFocusChain()
            while between is not other:
                assert between not in stops and not desktop.window.composer.isAncestorOf(between)
                between = between.nextInFocusChain()


def test_asking_again_works_without_a_footer(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    def script(_ask_id: str, _request: Request) -> Iterator[AskEvent]:
        raise RuntimeError("It died.")
        yield

    fake.assistant.script = script
    desktop.session.ask("is there somebody")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.phase == "failed")
    asked = len(fake.assistant.requests)
    answers(desktop)[0]._again.click()
    until(lambda: len(fake.assistant.requests) == asked + 1)
    assert fake.assistant.requests[-1].text == "is there somebody"


def test_the_drawings_of_a_footer_are_ready_before_the_first_answer(desktop: Desktop, until: Until) -> None:
    tinted_icon.cache_clear()
    desktop._shown()
    until(lambda: tinted_icon.cache_info().currsize >= len(ICONS))
    before = tinted_icon.cache_info().misses
    for icon in ICONS:
        desktop.theme.icon(icon, "muted")
    assert tinted_icon.cache_info().misses == before
