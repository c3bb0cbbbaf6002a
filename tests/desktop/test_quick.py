"""The quick query: what Jarvis asks back is answered in it, no key or click loses an answer, and where it appears."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from jarvis.app.build import Jarvis
from jarvis.contracts.events import AskCancelled
from jarvis.desktop import texts
from jarvis.desktop.quick import QuickQuery
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, shown
from tests.desktop.trouble.conftest import real_desktop
from tests.fakes.desktop import FakeDesktop
from tests.fakes.openai_server import HELLO, chunk, scripted, streamed
from tests.fakes.screen import PATIENCE_SECONDS, ROOT


def say(quick: QuickQuery, text: str) -> None:
    """Put it into the field as typing does, over what is selected only, and press Return."""
    quick.input.insert(text)
    QTest.keyClick(quick.input, Qt.Key.Key_Return)


def ended(quick: QuickQuery, until: Until) -> str:
    """Wait until the answer has ended and is on the screen; return its text."""
    until(lambda: quick._answer is not None and quick._answer.ended)
    answer, widget = quick._answer, quick._widget
    assert answer is not None and widget is not None
    until(lambda: not answer.text or bool(shown(widget)))
    return answer.text


def ask(quick: QuickQuery, until: Until, text: str) -> str:
    """Say it, and return the text of its answer."""
    say(quick, text)
    assert quick._asked == text
    return ended(quick, until)


def hint(quick: QuickQuery) -> str:
    """What stands below about the keys."""
    return " ".join(label.text() for label in quick.findChildren(QLabel) if "Esc" in label.text())


@pytest.mark.parametrize(
    ("add", "clear", "yes", "look"),
    [
        ("add milk to the shopping list", "clear the shopping list", "yes", "what is on the shopping list"),
        ("añade leche a la lista de la compra", "vacía la lista de la compra", "sí", "lee la lista de la compra"),
    ],
)
def test_what_is_asked_back_is_answered_there(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, until: Until, add: str, clear: str, yes: str, look: str
) -> None:
    with real_desktop(jarvis, fake) as desktop:
        quick = desktop.quick
        quick.pop_up()
        ask(quick, until, add)
        assert add.split()[1] in ask(quick, until, look)
        quick.put_away()
        quick.pop_up()
        assert hint(quick) == texts.QUICK_KEYS.en
        assert "?" in ask(quick, until, clear)
        assert quick.input.text() == "" and quick.focusWidget() is quick.input
        assert quick.input.placeholderText() == texts.QUICK_REPLY.en and hint(quick) == texts.QUICK_WAITS.en
        jarvis.settings.set("language", "es")
        desktop.apply_settings()
        assert quick.input.placeholderText() == texts.QUICK_REPLY.es and hint(quick) == texts.QUICK_WAITS.es
        jarvis.settings.set("language", "en")
        desktop.apply_settings()
        ask(quick, until, yes)
        assert hint(quick) == texts.QUICK_FURTHER.en and quick.input.placeholderText() == texts.QUICK_HINT.en
        assert add.split()[1] not in ask(quick, until, look)
        log = jarvis.conversation_log
        said = [[one.text for one in log.messages(each.id) if one.role == "user"] for each in log.conversations()]
        assert sorted(said) == sorted([[add, look], [clear, yes, look]])


def test_a_question_for_the_cloud_is_agreed_to_and_tried_again(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-good")
    with scripted(streamed(chunk(content="Waves "), hold=True), HELLO) as server:
        jarvis.settings.set("cloud.enabled", "true")
        jarvis.settings.set("cloud.base_url", server.url)
        jarvis.settings.set("privacy.cloud", "ask")
        with real_desktop(jarvis, fake) as desktop:
            quick = desktop.quick
            quick.pop_up()
            assert "Shall I send it?" in ask(quick, until, "write a haiku about the sea")
            assert server.asked == []
            say(quick, "yes")
            until(lambda: quick._answer is not None and "Waves" in quick._answer.text)
            quick._stop.click()
            assert ended(quick, until).strip() == "Waves"
            assert quick._answer is not None and quick._answer.phase == "cancelled" and quick._widget is not None
            # A yes holds once: what it was given to is asked about again.
            quick._widget._again.click()
            assert "Shall I send it?" in ended(quick, until) and quick.input.text() == ""
            assert "hello there" in ask(quick, until, "yes")
            assert "haiku" in json.dumps(server.asked[1].body)
            assert len(jarvis.conversation_log.conversations()) == 1


def test_a_conversation_that_was_deleted_meanwhile_does_not_hold_on(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, until: Until
) -> None:
    with real_desktop(jarvis, fake) as desktop:
        quick = desktop.quick
        quick.pop_up()
        ask(quick, until, "what is 12 times 7")
        (before,) = jarvis.conversation_log.conversations()
        jarvis.conversation_log.delete(before.id)
        ask(quick, until, "what is 12 times 8")
        assert quick._answer is not None and quick._answer.code == "conversation.unknown"
        assert quick._open.isHidden()
        qtbot.keyClick(quick.input, Qt.Key.Key_Return)
        until(lambda: quick._widget is not None and "96" in shown(quick._widget))
        (after,) = jarvis.conversation_log.conversations()
        assert after.id != before.id


def test_the_next_words_take_the_place_of_the_old_but_not_of_newer_ones(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    quick = desktop.quick
    quick.pop_up()
    ask(quick, until, "one")
    assert quick.input.selectedText() == "one"
    fake.assistant.gate.clear()
    say(quick, "two")
    qtbot.keyClicks(quick.input, " and more")
    fake.assistant.ending["expects_reply"] = True
    fake.assistant.gate.set()
    until(lambda: quick._waits)
    assert quick.input.text() == "two and more" and quick.input.selectedText() == ""
    assert [request.text for request in fake.assistant.requests] == ["one", "two"]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("way", ["shortcut", "tray", "command"])
def test_it_comes_forward_as_it_is(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until, way: str, whole: bool
) -> None:
    steps: list[object] = []
    desktop.bridge.asked.connect(steps.append)
    quick, server = desktop.quick, desktop._server
    assert server is not None
    quick.toggle()
    qtbot.waitActive(quick)
    if not whole:
        fake.assistant.gate.clear()
    say(quick, "long")
    until(lambda: quick._answer is not None and bool(quick._answer.conversation_id) and quick._answer.ended == whole)
    desktop.window.forward()
    until(lambda: QApplication.activeWindow() is desktop.window)
    press = {
        "shortcut": lambda: desktop._key_pressed("shortcut.quick_query"),
        "tray": desktop.tray.quick_wanted.emit,
        "command": server.quick_wanted.emit,
    }[way]
    press()
    until(lambda: QApplication.activeWindow() is quick)
    fake.assistant.gate.set()
    assert ended(quick, until) == "You said: long" and quick.focusWidget() is quick.input
    press()
    assert quick.isVisible() == (way == "command")
    if way != "command":
        press()
        assert quick.isVisible() and quick._answer is None and quick.input.text() == ""
    assert not any(isinstance(step, AskCancelled) for step in steps)


def test_closed_by_its_window_an_answer_on_its_way_is_shown_again(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    fake.assistant.gate.clear()
    quick = desktop.quick
    quick.pop_up()
    say(quick, "long")
    until(lambda: quick._answer is not None and bool(quick._answer.conversation_id))
    quick.close()
    assert not quick.isVisible()
    quick.toggle()
    fake.assistant.gate.set()
    assert ended(quick, until) == "You said: long"
    quick.close()
    quick.toggle()
    assert quick._answer is None and quick.input.text() == ""


SCREENS = """
import sys
from pathlib import Path
from PySide6.QtGui import QCursor, QGuiApplication
from jarvis.desktop.run import Desktop, make_application
from tests.fakes.desktop import FakeDesktop
application = make_application(["jarvis"])
desktop = Desktop(FakeDesktop(Path(sys.argv[1])).services)
places = []
for x, y in ((900, 300), (100, 100), (1500, 700), (-500, -500)):
    QCursor.setPos(x, y)
    desktop.quick.pop_up()
    places.append(QGuiApplication.screenAt(desktop.quick.frameGeometry().center()).name())
    desktop.quick.put_away()
desktop.close()
print(*places)
"""


def test_it_appears_on_the_screen_with_the_pointer(tmp_path: Path) -> None:
    rows = [
        {"name": name, "x": x, "y": 0, "width": width, "height": 800, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for name, x, width in (("left", 0, 800), ("right", 800, 1200))
    ]
    (tmp_path / "screens.json").write_text(json.dumps({"screens": rows}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCREENS, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen:configfile=screens.json"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Where the pointer is on none, it stays on the screen where it was last.
    assert done.stdout.split() == ["right", "left", "right", "right"]
