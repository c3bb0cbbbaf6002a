"""What the Qt thread does while much goes on: counted, because how long that takes is the machine's affair too."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.events import AskEvent, TextDelta
from jarvis.contracts.messages import Request
from jarvis.desktop.bridge import FRAME_MILLISECONDS
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, answers, shown
from tests.fakes.desktop import FakeDesktop
from tests.fakes.watchdog import Watchdog, counted

TOKENS = 2_000


def test_it_sees_a_loop_that_stands_still(qtbot: QtBot, until: Until) -> None:
    dog = Watchdog()
    with dog.watching() as late:
        until(lambda: len(late) >= 5)
        time.sleep(0.2)
        seen = len(late)
        until(lambda: len(late) > seen)
    assert max(late) > 100, "the beat that waited meanwhile came late"


def test_a_thousand_tokens_a_second_are_one_change_a_frame(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    def script(ask_id: str, request: Request) -> Iterator[AskEvent]:
        begun = time.perf_counter()
        for number in range(TOKENS):
            time.sleep(max(0.0, begun + number / 1000 - time.perf_counter()))
            yield TextDelta(ask_id=ask_id, text=f"word{number} ")

    fake.assistant.script = script
    changes = counted(desktop.window.view, "show_answer")
    begun = time.perf_counter()
    desktop.session.ask("stream")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    frames = (time.perf_counter() - begun) * 1000 / FRAME_MILLISECONDS
    assert answers(desktop)[0].answer.text.count("word") == TOKENS, "nothing is lost on the way"
    # Whatever else there is to tell, such as the beginning and the end, comes within those frames or beside them.
    assert len(changes) <= frames + 5


def test_ten_thousand_messages_cost_as_much_as_a_screenful(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    kept = {}
    for size in (50, 5_000):
        kept[size] = fake.log.start_conversation(str(size)).id
        for number in range(size):
            fake.log.add_message(kept[size], "user", f"question {number}")
            fake.log.add_message(kept[size], "assistant", f"answer {number}", source="model", model="m")
    view, made = desktop.window.view, {}
    widgets = counted(view, "_answer_widget")
    for size, conversation in kept.items():
        widgets.clear()
        desktop.session.open(conversation)
        until(lambda: len(view.list) == 2 * size and bool(view.shown()) and not view.making)  # noqa: B023
        made[size] = len(widgets)
    assert 0 < made[5_000] <= 2 * made[50]


def test_no_service_is_called_on_the_qt_thread(qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    names = ("conversation", "conversations", "messages", "rename", "delete", "append_text", "close_message")
    threads = {name: counted(fake.log, name) for name in names}
    desktop.session.ask("one")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    kept = desktop.session.current or ""
    desktop.session.rename(kept, "another")
    until(lambda: desktop.session.title() == "another")
    desktop.session.open(None)
    desktop.session.open(kept)
    until(lambda: bool(answers(desktop)))
    desktop.session.delete(kept)
    until(lambda: not desktop.session.conversations)
    assert all(threads.values()), "each of them was called"
    assert threading.get_ident() not in {one for called in threads.values() for one in called}


def seen_windows() -> set[QWidget]:
    return {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}


def test_no_part_of_an_answer_is_a_window_of_its_own(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    gate = threading.Event()

    def script(ask_id: str, request: Request) -> Iterator[AskEvent]:
        yield TextDelta(ask_id=ask_id, text="the first words")
        gate.wait(60)
        yield TextDelta(ask_id=ask_id, text=" and the last")

    fake.assistant.script = script
    qtbot.waitActive(desktop.window)
    desktop.window.composer.setFocus()
    before = seen_windows()
    desktop.session.ask("stream")
    until(lambda: bool(answers(desktop)) and "the first words" in shown(answers(desktop)[0]))
    assert seen_windows() == before and desktop.window in before
    assert QApplication.focusWidget() is desktop.window.composer.input, "the keyboard stays where the person types"
    gate.set()
    until(lambda: answers(desktop)[0].answer.ended)
