"""The interpreter serves the window first: short turns, and a search for rubbish that leaves out what stays."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from types import ModuleType

import pytest
from pytestqt.qtbot import QtBot

from jarvis.desktop import interpreter
from jarvis.desktop.interpreter import Cycles, window_first
from jarvis.desktop.run import Desktop
from tests.fakes.desktop import FakeDesktop


class Ring:
    """Holds itself, so that only the search finds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def looks(times: int) -> None:
    for _ in range(times):
        gc.collect(1)


def test_all_is_looked_through_only_when_told() -> None:
    window_first()
    gc.collect()
    old = Ring()
    looks(2)
    gone = weakref.ref(old)
    del old
    kept = [[] for _ in range(interpreter.NEW * interpreter.NEWISH * 30)]
    assert gone() is not None
    gc.collect()
    assert gone() is None
    assert kept
    assert sys.getswitchinterval() == pytest.approx(interpreter.TURN_SECONDS)


def test_what_has_come_is_looked_through_once_it_is_much() -> None:
    window_first()
    cycles = Cycles()
    cycles.settle()
    old = Ring()
    gc.collect()
    gone = weakref.ref(old)
    del old
    cycles.look()
    assert gone() is not None
    old = Ring()
    looks(interpreter.WHOLE_AFTER_LOOKS)
    gone = weakref.ref(old)
    del old
    cycles.look()
    assert gone() is None


def test_a_library_that_was_loaded_is_left_out_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    window_first()
    cycles = Cycles()
    cycles.settle()
    library = Ring()
    looks(interpreter.WHOLE_AFTER_LOOKS)
    before = gc.get_freeze_count()
    for number in range(interpreter.LIBRARY_MODULES):
        monkeypatch.setitem(sys.modules, f"a_large_library_{number}", ModuleType(f"a_large_library_{number}"))
    cycles.look()
    assert gc.get_freeze_count() > before
    assert library not in gc.get_objects()
    looks(interpreter.WHOLE_AFTER_LOOKS)
    before = gc.get_freeze_count()
    cycles.look()
    assert gc.get_freeze_count() == before


def test_tests_and_others_who_own_their_process_are_left_alone(desktop: Desktop) -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    desktop._shown()
    desktop.poll()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (thresholds, frozen)


def test_the_window_s_own_process_settles_once_shown_and_looks_as_it_polls(qtbot: QtBot, fake: FakeDesktop) -> None:
    told: list[str] = []

    class Told(Cycles):
        def settle(self) -> None:
            told.append("settle")

        def look(self) -> None:
            told.append("look")

    made = Desktop(fake.services, Told())
    made.window.show()
    made._shown()
    qtbot.waitUntil(lambda: told == ["settle", "look"])
    made.window.end()
    made.close()
