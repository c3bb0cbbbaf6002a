"""`jarvis quick` where no quick query can be shown, and where a window is just starting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app import window_quick
from jarvis.app.build import Jarvis
from jarvis.app.window_quick import run_quick
from jarvis.contracts.errors import AlreadyRunning
from jarvis.desktop import instance
from jarvis.processes.instance import single_instance
from jarvis.settings.folders import Folders
from tests.journeys.program import Program, failed_plainly


@pytest.fixture
def jarvis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    yield jarvis
    jarvis.close()


def test_without_a_screen_it_says_so(tmp_path: Path) -> None:
    blind = Program(tmp_path / "home", {"DISPLAY": "", "QT_QPA_PLATFORM": "xcb"})
    failed_plainly(blind.run("quick"), "no display")


def test_a_window_that_is_starting_is_asked_until_it_answers(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def tell(run_folder: Path, wish: str) -> bool:
        asked.append(wish)
        return asked.count("quick") == 3

    monkeypatch.setattr(instance, "tell_running_instance", tell)
    monkeypatch.setattr(window_quick, "_LOOK_SECONDS", 0.01)
    with single_instance(jarvis.folders.run, "desktop"):
        assert run_quick(jarvis) == 0
    assert asked.count("quick") == 3


def test_one_that_never_answers_is_told(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_quick, "STARTING_SECONDS", 0.0)
    with single_instance(jarvis.folders.run, "desktop"), pytest.raises(AlreadyRunning):
        run_quick(jarvis)
