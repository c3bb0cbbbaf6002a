"""The interpreter serves the window first: short turns, and a search for rubbish that leaves out what stays."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop import interpreter
from jarvis.desktop.interpreter import Cycles, no_search, window_first
from jarvis.desktop.run import Desktop
from jarvis.desktop.theme import Theme
from tests.fakes.desktop import FakeDesktop


class Ring:
    """Holds itself, so that only the search finds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    gc.enable()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.enable()
    gc.unfreeze()


def test_from_the_start_on_nothing_is_looked_through_unless_told() -> None:
    window_first()
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    kept = add(interpreter.NEW * interpreter.NEWISH * 30)
    assert gone() is not None
    gc.collect()
    assert gone() is None
    assert kept
    assert sys.getswitchinterval() == pytest.approx(interpreter.TURN_SECONDS)


@pytest.mark.parametrize("library", [False, True])
def test_who_has_python_search_again_is_told_otherwise(monkeypatch: pytest.MonkeyPatch, library: bool) -> None:
    cycles = settled()
    for number in range(interpreter.LIBRARY_MODULES * library):
        monkeypatch.setitem(sys.modules, f"a_large_library_{number}", ModuleType(f"a_large_library_{number}"))
    gc.enable()
    cycles.look()
    assert not gc.isenabled()
    gc.enable()
    cycles.settle()
    assert not gc.isenabled()


def settled() -> Cycles:
    window_first()
    cycles = Cycles()
    cycles.settle()
    return cycles


def add(count: int) -> list[list[object]]:
    return [[] for _ in range(count)]


def test_what_has_come_is_looked_through_once_it_is_much() -> None:
    cycles = settled()
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    few = add(interpreter.NEW // 2)
    cycles.look()
    assert gone() is not None
    many = add(interpreter.NEW)
    cycles.look()
    assert gone() is None
    assert few
    assert many


def test_what_is_older_is_looked_through_the_more_seldom() -> None:
    cycles = settled()
    kept = []
    newish, old = Ring(), Ring()
    for ring, count in ((newish, interpreter.NEW), (old, interpreter.NEW * interpreter.NEWISH)):
        kept.append(add(count))
        cycles.look()
        assert ring in gc.get_objects()
    gone, gone_last = weakref.ref(newish), weakref.ref(old)
    del newish, old, ring
    looks = 0
    while gone_last() is not None and looks < 100:
        kept.append(add(interpreter.NEW))
        cycles.look()
        looks += 1
    assert gone() is None
    assert 1 < looks <= interpreter.WHOLE // interpreter.NEW


def test_nothing_is_looked_through_in_between_and_on_no_other_thread() -> None:
    cycles = settled()
    ring = Ring()
    gone, threads = weakref.ref(ring), list[int]()
    weakref.finalize(ring, lambda: threads.append(threading.get_ident()))
    del ring
    kept = []
    worker = threading.Thread(target=lambda: kept.append(add(interpreter.WHOLE)))
    worker.start()
    worker.join()
    kept.append(add(interpreter.WHOLE))
    assert gone() is not None
    cycles.look()
    assert threads == [threading.get_ident()]


def test_a_library_that_was_loaded_is_left_out_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    cycles = settled()
    library = Ring()
    before = gc.get_freeze_count()
    for number in range(interpreter.LIBRARY_MODULES):
        monkeypatch.setitem(sys.modules, f"a_large_library_{number}", ModuleType(f"a_large_library_{number}"))
    cycles.look()
    assert gc.get_freeze_count() > before
    assert library not in gc.get_objects()
    kept = add(interpreter.WHOLE)
    before = gc.get_freeze_count()
    cycles.look()
    assert gc.get_freeze_count() == before
    assert kept


def test_no_widget_is_taken_apart_while_qt_goes_through_all_of_them(qtbot: QtBot) -> None:
    gc.set_threshold(10, 1, 1)
    told: list[str] = []
    kept: list[list[list[object]]] = []

    class Busy(QWidget):
        """Loses a widget and adds much as its look changes."""

        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.StyleChange:
                lose_a_widget(lambda: told.append("destroyed"))
                kept.append(add(1_000))
                told.append("changed")
            super().changeEvent(event)

    busy = Busy()
    qtbot.addWidget(busy)
    Theme("light")
    assert told[0] == "changed"
    gc.collect()
    assert told.count("destroyed") == told.count("changed")


def lose_a_widget(destroyed: Callable[[], object]) -> None:
    ring: list[object] = []
    ring.append(ring)
    lost = QWidget()
    lost.destroyed.connect(destroyed, Qt.ConnectionType.DirectConnection)
    lost.ring = ring  # type: ignore[attr-defined]
    ring.append(lost)


def test_the_search_is_left_as_it_was() -> None:
    gc.disable()
    with no_search():
        assert not gc.isenabled()
    assert not gc.isenabled()
    gc.enable()
    with pytest.raises(ZeroDivisionError), no_search():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_tests_and_others_who_own_their_process_are_left_alone(desktop: Desktop) -> None:
    before = (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled())
    desktop._shown()
    desktop.poll()
    assert (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled()) == before


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
