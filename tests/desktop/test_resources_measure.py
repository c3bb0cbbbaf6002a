"""Measuring this computer from the window: how far it is, what came of it, and that it can be stopped."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.contracts.model_desk import MeasuredSpeeds
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_window import ResourceWindow
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.desktop.reaching import nameless, unreached
from tests.fakes.desk_resources import REFERENCE_RIG, DescribedMachine, HoldingModels
from tests.fakes.desktop import FakeDesktop

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def models() -> HoldingModels:
    return HoldingModels(DescribedMachine(REFERENCE_RIG))


@pytest.fixture
def desk(qapp: object, fake: FakeDesktop, models: HoldingModels) -> Iterator[Desk]:
    words = Words("en")
    bridge = Bridge(fake.assistant, lambda: words.language)
    machine = models._machine
    services = dataclasses.replace(
        fake.services,
        resources=lambda: machine,
        models=lambda: models,  # type: ignore[arg-type,return-value]
    )
    yield Desk(services=services, words=words, theme=Theme("light"), bridge=bridge)
    models.measuring.set()
    bridge.close()


@pytest.fixture
def window(desk: Desk, qtbot: QtBot, until: Until) -> Iterator[ResourceWindow]:
    made = ResourceWindow(desk)
    qtbot.addWidget(made)
    made.show()
    until(made.measure.begin.isVisible)
    yield made
    made.close()


def test_it_says_how_far_it_is_and_what_it_found_in_both_languages(
    window: ResourceWindow, models: HoldingModels, desk: Desk, until: Until, qtbot: QtBot
) -> None:
    panel = window.measure
    assert not panel.bar.isVisible() and not panel.stop.isVisible() and not panel.message.isVisible()
    models.measuring.clear()
    panel.begin.setFocus()
    qtbot.keyClick(panel.begin, Qt.Key.Key_Space)
    until(lambda: panel.message.text() == "Measuring the memory (1 of 2)…")
    assert panel.bar.isVisible() and panel.stop.isVisible() and panel.stop.hasFocus() and not panel.begin.isVisible()
    assert nameless(window) == [] and unreached(window) == []
    models.measuring.set()
    until(lambda: panel.message.text() == "Memory 38.2\u00a0GB/s  ·  disk 1.87\u00a0GB/s")
    assert panel.begin.isVisible() and not panel.stop.isVisible() and not panel.bar.isVisible()
    desk.words.use("es")
    assert panel.message.text() == "Memoria 38,2\u00a0GB/s  ·  disco 1,87\u00a0GB/s"
    assert panel.begin.text() == panel.begin.accessibleName() == "Medir este equipo"
    models.speeds = MeasuredSpeeds(ram_gbs=20.0, disk_gbs=None)
    panel.begin.click()
    until(
        lambda: (
            panel.message.text() == "Memoria 20,0\u00a0GB/s. El disco se medirá cuando haya aquí un modelo que leer."
        )
    )
    assert nameless(window) == [] and unreached(window) == []


def test_it_is_stopped_by_its_button_and_with_the_window(
    window: ResourceWindow, models: HoldingModels, until: Until
) -> None:
    panel = window.measure
    for stop in (panel.stop.click, window.close):
        models.measuring.clear()
        panel.begin.click()
        until(lambda: panel.message.text() == "Measuring the memory (1 of 2)…")
        stop()
        until(lambda: panel.message.text() == "Stopped; what was known before is kept.")
    assert models.calls.count("measure") == 2
    window.show()
    models.measuring.set()
    panel.begin.click()
    until(lambda: panel.message.text().startswith("Memory "))


def test_the_end_of_the_program_ends_it(
    window: ResourceWindow, models: HoldingModels, desk: Desk, until: Until
) -> None:
    models.measuring.clear()
    window.measure.begin.click()
    until(lambda: window.measure.message.text() == "Measuring the memory (1 of 2)…")
    late = threading.Timer(30, models.measuring.set)
    late.start()
    desk.bridge.close()
    late.cancel()
    assert window.measure.message.text() == "Stopped; what was known before is kept."


def test_why_it_could_not_be_measured_is_said_and_it_can_be_tried_again(
    window: ResourceWindow, models: HoldingModels, until: Until
) -> None:
    models.fail = StorageError("x", en="It cannot be read.", es="No se puede leer.")
    window.measure.begin.click()
    until(lambda: window.measure.message.text() == "It cannot be read.")
    assert window.measure.message.property("look") == "bad" and window.measure.begin.isVisible()
    models.fail = None
    window.measure.begin.click()
    until(lambda: window.measure.message.text().startswith("Memory "))


def test_without_a_desk_of_models_there_is_nothing_to_measure_with(desk: Desk, qtbot: QtBot, until: Until) -> None:
    window = ResourceWindow(dataclasses.replace(desk, services=dataclasses.replace(desk.services, models=None)))
    qtbot.addWidget(window)
    window.show()
    until(window._below.isVisible)
    assert not window.measure.isVisible()
