"""What the window keeps of questions and conversations that are over: nothing that grows."""

from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from jarvis.contracts.events import AskFailed, AskStarted, TextDelta
from jarvis.contracts.messages import Attachment
from jarvis.desktop import session as session_module
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until, answers
from tests.fakes.desktop import FakeDesktop

LONG = "One.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n" + "- an item\n" * 30


def ask(desktop: Desktop, until: Until, text: str, **how: object) -> None:
    before = len(desktop.session.answers)
    desktop.session.ask(text, **how)  # type: ignore[arg-type]
    until(lambda: len(desktop.session.answers) > before or not desktop.session.busy)
    until(lambda: not desktop.session.busy)


def test_what_is_over_is_forgotten(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    session, most = desktop.session, session_module._ENDED_KEPT
    file = Attachment(id="f", name="a.txt", kind="document", media_type="text/plain", bytes=1)
    for number in range(most + 3):
        ask(desktop, until, f"question {number}", files=(file,))
    assert len(session.answers) == most and not session._mine and not session._files and not session._tokens
    assert [answer.question for answer in session.answers.values()][-1] == f"question {most + 2}"
    fake.assistant.before_start = AskFailed(ask_id="", code="x", sentence="The disk is full.")
    ask(desktop, until, "cannot be stored", files=(file,))
    assert not session._mine and not session._files


def test_only_the_newest_spoken_questions_are_known(desktop: Desktop, until: Until) -> None:
    session, most = desktop.session, session_module._SPOKEN_KEPT
    for number in range(most + 5):
        session.take_spoken(
            AskStarted(ask_id=f"s{number}", conversation_id="c", message_id=f"m{number}", text="?", language="en")
        )
    assert len(session._spoken) == most and "m4" not in session._spoken and f"m{most + 4}" in session._spoken


def test_nothing_that_was_shown_of_a_closed_conversation_is_kept(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    parts = [LONG[at : at + 40] for at in range(0, len(LONG), 40)]
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text=part) for part in parts])
    ask(desktop, until, "write something long")
    until(lambda: bool(answers(desktop)) and not desktop.window.view.making)
    shown = [weakref.ref(one) for one in desktop.window.view.findChildren(RichText)]
    assert len(shown) >= 3
    desktop.session.open(None)
    until(lambda: not answers(desktop) and not desktop.window.view.making)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert not [one for one in shown if one() is not None]
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, RichText)]
