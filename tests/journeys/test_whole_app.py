"""The main job, whole: the real desktop app on a screen and sound devices of its own, asked by keys and by voice."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from jarvis.voice.demo import spoken_question
from tests.fakes.screen import MISSING_PROGRAMS, VirtualScreen, wait
from tests.fakes.virtual_audio import VirtualAudio, missing_parts
from tests.journeys.program import Program, failed_plainly, rest_of

pytestmark = pytest.mark.skipif(
    bool(MISSING_PROGRAMS or missing_parts()), reason=f"not installed: {MISSING_PROGRAMS} {missing_parts()}"
)


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualAudio]:
    sound = VirtualAudio(tmp_path_factory.mktemp("sound"))
    yield sound
    sound.close()


class App:
    """`jarvis app` as a person started it."""

    def __init__(self, program: Program, screen: VirtualScreen) -> None:
        self.program = program
        self.screen = screen
        self.process = program.start("app")

    def wait_for_window(self) -> App:
        wait(lambda: bool(self.screen.windows()), 60)
        return self

    def type(self, text: str) -> None:
        self.screen.keys("windowactivate", "--sync", self.screen.windows()[-1])
        self.screen.keys("type", "--delay", "15", text)
        self.screen.keys("key", "Return")

    def messages(self) -> list[tuple[str, str, str]]:
        connection = sqlite3.connect(self.program.home / "jarvis.sqlite3")
        rows = connection.execute("SELECT role, text, state FROM messages ORDER BY seq").fetchall()
        connection.close()
        return rows

    def answered(self, count: int) -> bool:
        return len([1 for role, _, state in self.messages() if role == "assistant" and state == "complete"]) >= count

    def end(self, number: int = signal.SIGTERM) -> list[psutil.Process]:
        """End it with a signal; returns the children that outlive it."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        rest_of(self.process)
        return psutil.wait_procs(children, timeout=10)[1]


def children_of(app: App) -> list[psutil.Process]:
    return psutil.Process(app.process.pid).children()


@pytest.fixture
def program(tmp_path: Path, screen: VirtualScreen, sound: VirtualAudio) -> Program:
    return Program(tmp_path / "home", {**_only(screen.environment), **sound.environment})


@pytest.fixture
def open_app(program: Program, screen: VirtualScreen) -> Iterator[Callable[[], App]]:
    apps: list[App] = []

    def open_one() -> App:
        apps.append(App(program, screen))
        return apps[-1].wait_for_window()

    yield open_one
    for app in apps:
        if app.process.poll() is None:
            app.end(signal.SIGKILL)


def _only(environment: dict[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in ("DISPLAY", "QT_QPA_PLATFORM")}


def test_asked_by_voice_it_answers_on_screen_and_aloud(
    program: Program, open_app: Callable[[], App], sound: VirtualAudio, tmp_path: Path
) -> None:
    app = open_app()
    wait(lambda: "synthesiser" in " ".join(w for p in children_of(app) for w in p.cmdline()), 60)
    reply = tmp_path / "reply.raw"
    recorder = sound.record(reply)
    question = spoken_question(tmp_path / "question.wav")
    for _ in range(3):
        sound.say(question)
        try:
            wait(lambda: (program.home / "jarvis.sqlite3").exists() and app.answered(1), 12)
            break
        except AssertionError:
            continue
    (_, asked, _), (_, answer, state) = app.messages()[:2]
    assert asked == "what time is it" and answer.startswith("It is") and state == "complete"

    def heard() -> bool:
        samples = np.frombuffer(reply.read_bytes()[: reply.stat().st_size // 2 * 2], dtype=np.int16)
        return int((np.abs(samples.astype(np.int32)) > 500).sum()) > 4000

    wait(heard, 20)
    recorder.terminate()
    recorder.wait(10)
    assert app.end() == []


def test_asked_by_keyboard_killed_and_started_again(program: Program, open_app: Callable[[], App]) -> None:
    app = open_app()
    app.type("what is 12 times 7")
    wait(lambda: (program.home / "jarvis.sqlite3").exists() and app.answered(1), 30)
    assert app.messages()[0][1] == "what is 12 times 7" and "84" in app.messages()[1][1]
    failed_plainly(program.run("app"), "already running")
    assert app.end(signal.SIGKILL) == []
    again = open_app()
    assert len(again.messages()) == 2
    again.type("what is 12 times 8")
    wait(lambda: again.answered(2), 30)
    assert again.end() == []


def test_without_a_screen_it_says_so(program: Program) -> None:
    blind = Program(program.home, {"DISPLAY": "", "QT_QPA_PLATFORM": "xcb"})
    failed_plainly(blind.run("app"), "no display", "jarvis ask")
    nowhere = Program(program.home, {"DISPLAY": ":987", "QT_QPA_PLATFORM": "xcb"})
    failed_plainly(nowhere.run("app"), ":987")


def test_a_timer_set_on_the_command_line_rings_in_the_app(program: Program, open_app: Callable[[], App]) -> None:
    app = open_app()
    answer = program.json("ask", "set a tea timer for one second")["text"]
    assert "only ring while" not in answer

    def states() -> list[str]:
        connection = sqlite3.connect(program.home / "jarvis.sqlite3")
        rows = [state for (state,) in connection.execute("SELECT state FROM alerts")]
        connection.close()
        return rows

    wait(lambda: states() == ["ringing"], 30)
    program.json("ask", "stop the timer")
    wait(lambda: states() in (["done"], ["cancelled"]), 30)
    assert app.end() == []
