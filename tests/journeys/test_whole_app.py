"""The main job, whole: the real desktop app on a screen and sound devices of its own, asked by keys and by voice."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from jarvis.host.keeper_lock import is_held
from jarvis.voice.demo import spoken_question
from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, VirtualScreen, wait
from tests.fakes.virtual_audio import VirtualAudio, missing_parts, samples
from tests.journeys.program import Program, failed_plainly, rest_of

WELCOME = "^Welcome to Jarvis$"

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

    def appeared(self) -> bool:
        assert self.process.poll() is None, rest_of(self.process)
        return bool(self.screen.windows())

    def skip_first_run(self) -> None:
        """Close the pages that a first start shows, as who wants to begin at once."""
        wait(lambda: bool(self.screen.windows(WELCOME)))
        self.screen.to_front(WELCOME)
        self.screen.keys("key", "Escape")
        wait(lambda: not self.screen.windows(WELCOME))

    def type(self, text: str) -> None:
        """Ask by keyboard; returns once the question is stored."""
        self.screen.type(text)
        self.screen.keys("key", "Return")
        wait(lambda: ("user", text, "complete") in self.messages())

    def messages(self) -> list[tuple[str, ...]]:
        """Return role, text and state of what is stored; the window is shown after the database was made."""
        return rows_of(self.program, "SELECT role, text, state FROM messages ORDER BY seq")

    def answered(self, count: int) -> bool:
        return len([1 for role, _, state in self.messages() if role == "assistant" and state == "complete"]) >= count

    def has_no_draft(self) -> bool:
        """Tell whether the window has noted that nothing typed is unsent; killed before, it offers that once more."""
        file = self.program.home / "desktop.json"
        notes = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return "conversation" in notes and "drafts" not in notes

    def end(self, number: int = signal.SIGTERM) -> list[psutil.Process]:
        """End it with a signal; returns the children that outlive it."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        rest_of(self.process)
        return psutil.wait_procs(children, timeout=PATIENCE_SECONDS)[1]


def rows_of(program: Program, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(program.home / "jarvis.sqlite3", timeout=PATIENCE_SECONDS)) as connection:
        return connection.execute(query).fetchall()


def runs(app: App, word: str) -> bool:
    """Tell whether a child of the app has `word` in its command."""
    for child in psutil.Process(app.process.pid).children():
        with suppress(psutil.NoSuchProcess):
            if word in " ".join(child.cmdline()):
                return True
    return False


@pytest.fixture
def program(tmp_path: Path, screen: VirtualScreen, sound: VirtualAudio) -> Program:
    return Program(tmp_path / "home", {**_only(screen.environment), **sound.environment})


@pytest.fixture
def open_app(program: Program, screen: VirtualScreen) -> Iterator[Callable[[], App]]:
    apps: list[App] = []

    def open_one() -> App:
        known = program.home / "desktop.json"
        first = not known.exists()
        apps.append(App(program, screen))
        wait(apps[-1].appeared)
        if first:
            apps[-1].skip_first_run()
        return apps[-1]

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
    wait(lambda: runs(app, "synthesiser"))
    wait(lambda: sound.listeners() > 0)
    reply = tmp_path / "reply.raw"
    recorder = sound.record(reply)
    question = spoken_question(tmp_path / "question.wav")
    for _ in range(3):
        sound.say(question)
        try:
            wait(lambda: app.answered(1))
            break
        except AssertionError:
            continue
    (_, asked, _), (_, answer, state) = app.messages()[:2]
    assert asked == "what time is it" and answer.startswith("It is") and state == "complete"

    def heard() -> bool:
        return int((np.abs(samples(reply).astype(np.int32)) > 500).sum()) > 4000

    wait(heard)
    sound.end(recorder)
    assert app.end() == []


def test_asked_by_keyboard_killed_and_started_again(program: Program, open_app: Callable[[], App]) -> None:
    app = open_app()
    app.type("what is 12 times 7")
    wait(lambda: app.answered(1))
    assert app.messages()[0][1] == "what is 12 times 7" and "84" in app.messages()[1][1]
    failed_plainly(program.run("app"), "already running")
    wait(app.has_no_draft)
    assert app.end(signal.SIGKILL) == []
    again = open_app()
    assert len(again.messages()) == 2
    again.type("what is 12 times 8")
    wait(lambda: again.answered(2))
    assert again.end() == []


def test_without_a_screen_it_says_so(program: Program) -> None:
    blind = Program(program.home, {"DISPLAY": "", "QT_QPA_PLATFORM": "xcb"})
    failed_plainly(blind.run("app"), "no display", "jarvis ask")
    nowhere = Program(program.home, {"DISPLAY": ":987", "QT_QPA_PLATFORM": "xcb"})
    failed_plainly(nowhere.run("app"), ":987")


def test_a_timer_set_on_the_command_line_rings_in_the_app(program: Program, open_app: Callable[[], App]) -> None:
    app = open_app()
    wait(lambda: is_held(program.home / "run" / "alerts.lock"))
    answer = program.json("ask", "set a tea timer for one second")["text"]
    assert "only ring while" not in answer

    def states() -> list[str]:
        return [state for (state,) in rows_of(program, "SELECT state FROM alerts")]

    wait(lambda: states() == ["ringing"])
    program.json("ask", "stop the timer")
    wait(lambda: states() in (["done"], ["cancelled"]))
    assert app.end() == []
