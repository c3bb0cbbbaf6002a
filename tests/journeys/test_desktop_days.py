"""Days with the real window on a screen of its own: what a person left is there again, however Jarvis ended."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import jarvis.app.attachments  # noqa: F401 - imported while the window waits, PySide would look at every module
from jarvis.app.build import Jarvis
from jarvis.desktop.run import Desktop
from jarvis.settings.folders import Folders
from tests.desktop.conftest import Until, answers, fake, qapp, started, until
from tests.fakes.desktop import FakeDesktop
from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, VirtualScreen, wait
from tests.journeys.program import Program, rest_of

__all__ = ["fake", "qapp", "until"]
pytestmark = [
    pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {MISSING_PROGRAMS}"),
    pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)"),
]
QUICK = "^Quick query"
PASTED = "A long note of many lines.\n" * 1_200
CLIPBOARD = (
    "import sys; from PySide6.QtWidgets import QApplication; a = QApplication(sys.argv);"
    "a.clipboard().setText(sys.stdin.read()); sys.stdout.write('held\\n'); sys.stdout.flush(); a.exec()"
)


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def program(tmp_path: Path, screen: VirtualScreen, slow_model: Path) -> Program:
    """A Jarvis in the middle of its life: a model that takes long, no microphone."""
    names = ("DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: screen.environment[name] for name in names}
    made = Program(tmp_path / "home", {**environment, "XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": ""})
    models = made.home / "models"
    models.mkdir(parents=True)
    shutil.copy(slow_model, models / "slow.gguf")
    (made.home / "settings.json").write_text(
        json.dumps({"ollama.url": "", "voice.enabled": False, "engine.max_answer_tokens": 4_000})
    )
    (made.home / "desktop.json").write_text(json.dumps({"introduced": True}))
    return made


@pytest.fixture
def open_app(program: Program, screen: VirtualScreen) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    opened: list[subprocess.Popen[str]] = []

    def open_one() -> subprocess.Popen[str]:
        opened.append(program.start("app"))
        wait(lambda: bool(screen.windows()) or opened[-1].poll() is not None)
        assert opened[-1].poll() is None, rest_of(opened[-1])
        return opened[-1]

    yield open_one
    for process in opened:
        if process.poll() is None:
            process.kill()
            rest_of(process)


def newest(program: Program, role: str = "assistant") -> tuple[str, str]:
    """Text and state of the newest message of `role`; empty where there is none."""
    with closing(sqlite3.connect(program.home / "jarvis.sqlite3", timeout=PATIENCE_SECONDS)) as connection:
        query = "SELECT text, state FROM messages WHERE role = ? ORDER BY seq DESC"
        return connection.execute(query, (role,)).fetchone() or ("", "")


def attached(program: Program) -> int:
    """How many files wait in drafts."""
    with closing(sqlite3.connect(program.home / "jarvis.sqlite3", timeout=PATIENCE_SECONDS)) as connection:
        return int(connection.execute("SELECT count(*) FROM attachments WHERE draft IS NOT NULL").fetchone()[0])


def noted(program: Program) -> str:
    """What the window has noted of itself."""
    return (program.home / "desktop.json").read_text(encoding="utf-8")


def ask(screen: VirtualScreen, program: Program, text: str) -> None:
    """Type a question and send it; returns once its answer is being written."""
    screen.type(text)
    screen.keys("key", "Return")
    wait(lambda: newest(program, "user")[0] == text)
    wait(lambda: len(newest(program)[0]) > 20)


def size_of(screen: VirtualScreen) -> str:
    """How large the chat's window is, as "700x620"."""
    command = ["xdotool", "getwindowgeometry", screen.to_front()]
    told = subprocess.run(command, env=screen.environment, capture_output=True, text=True, check=False).stdout
    return told.rpartition("Geometry: ")[2].strip()


@contextmanager
def clipboard(screen: VirtualScreen, text: str) -> Iterator[None]:
    """Hold `text` in the screen's clipboard, as the program that it was copied in does."""
    holder = subprocess.Popen(
        [sys.executable, "-c", CLIPBOARD],
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None and holder.stdout is not None
    holder.stdin.write(text)
    holder.stdin.close()
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.kill()
        holder.wait(PATIENCE_SECONDS)
        holder.stdout.close()


@contextmanager
def opened_again(program: Program, fake: FakeDesktop) -> Iterator[Desktop]:
    """The window over what the program left, in this process, where it can be looked into."""
    jarvis = Jarvis(Folders(home=program.home))
    services = replace(
        fake.services,
        log=jarvis.conversation_log,
        settings=jarvis.settings,
        conversations=jarvis.conversation_desk,
        attachments=jarvis.attachments,
        home=program.home,
    )
    try:
        with started(services) as desktop:
            yield desktop
    finally:
        jarvis.close()


def asked(desktop: Desktop) -> list[str]:
    """The questions of the conversation in view, those above the window's upper edge too."""
    places = [place for place in desktop.window.view.list.places if place.role == "user"]
    return [place.message.text for place in places if place.message is not None]


def test_killed_while_typing_and_streaming_nothing_is_lost(
    program: Program,
    screen: VirtualScreen,
    open_app: Callable[[], subprocess.Popen[str]],
    fake: FakeDesktop,
    qtbot: QtBot,
    until: Until,
) -> None:
    app = open_app()
    ask(screen, program, "tell me something very long")
    screen.type("half a thought")
    with clipboard(screen, PASTED):
        screen.to_front()
        screen.keys("key", "ctrl+v")
        wait(lambda: attached(program) == 1)
    wait(lambda: "half a thought" in noted(program))
    seen, state = newest(program)
    assert state == "streaming", "it is killed in the middle"
    app.send_signal(signal.SIGKILL)
    rest_of(app)
    with opened_again(program, fake) as desktop:
        until(lambda: bool(answers(desktop)) and len(desktop.window.composer.tray.chips()) == 1)
        assert asked(desktop) == ["tell me something very long"]
        (answer,) = answers(desktop)
        assert answer.answer.phase == "interrupted" and answer.answer.text.startswith(seen)
        assert desktop.window.composer.input.toPlainText() == "half a thought"


def test_a_day_and_the_morning_after(
    program: Program,
    screen: VirtualScreen,
    open_app: Callable[[], subprocess.Popen[str]],
    fake: FakeDesktop,
    qtbot: QtBot,
    until: Until,
) -> None:
    app = open_app()
    ask(screen, program, "tell me something very long")
    screen.to_front()
    screen.keys("key", "Escape")
    wait(lambda: newest(program)[1] == "cancelled")
    kept = newest(program)[0]
    screen.to_front()
    screen.keys("key", "alt+F4")
    wait(lambda: not screen.windows())
    assert app.poll() is None, "closing the window goes to the tray"
    wait(lambda: json.loads(noted(program)).get("tray_told") is True)
    screen.keys("key", "ctrl+alt+j")
    wait(lambda: bool(screen.windows(QUICK)))
    screen.type("what is 12 times 7", QUICK)
    screen.keys("key", "Return")
    wait(lambda: newest(program, "user")[0] == "what is 12 times 7" and "84" in newest(program)[0])
    screen.to_front(QUICK)
    screen.keys("key", "Escape")
    wait(lambda: not screen.windows(QUICK))
    assert program.run("app").returncode != 0, "a second start brings the first one's window forward"
    wait(lambda: bool(screen.windows()))
    assert program.run("config", "set", "language", "es").returncode == 0
    window = screen.to_front()
    screen.keys("windowsize", "--sync", window, "700", "620")
    screen.type("for tomorrow")
    wait(lambda: "for tomorrow" in noted(program))
    app.send_signal(signal.SIGTERM)
    assert rest_of(app)[2] == 0
    again = open_app()
    wait(lambda: size_of(screen) == "700x620")
    again.send_signal(signal.SIGTERM)
    assert rest_of(again)[2] == 0
    with opened_again(program, fake) as desktop:
        until(lambda: bool(answers(desktop)))
        assert asked(desktop) == ["tell me something very long"]
        assert answers(desktop)[0].answer.phase == "cancelled" and answers(desktop)[0].answer.text == kept
        assert desktop.window.composer.input.toPlainText() == "for tomorrow"
        assert desktop.words.language == "es"
