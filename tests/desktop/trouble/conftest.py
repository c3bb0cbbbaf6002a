"""A window over the whole of Jarvis, and what it tells of trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

# Imported while the window waits, PySide would look at every module.
import jarvis.app.data_desk
import jarvis.app.key_check
import jarvis.app.model_desk
from jarvis.app.build import Jarvis
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.way_button import WayButton
from tests.desktop.conftest import Until, started
from tests.desktop.test_models_real import home, hub
from tests.fakes.desktop import FakeDesktop

__all__ = ["home", "hub"]


def ways(within: QWidget) -> list[str]:
    """What a person can press that leads on, left to right."""
    buttons = [button for button in within.findChildren(QPushButton) if not button.isHidden()]
    return [button.text() for button in buttons]


def trouble_of(answer: AnswerMessage) -> str:
    """The sentence below an answer that did not come to its end."""
    return answer._trouble_text.text() if not answer._trouble.isHidden() else ""


def banner(desktop: Desktop) -> str:
    """What the strip above the messages says."""
    return " | ".join(label.text() for label in desktop.window.banners.findChildren(QLabel) if label.text())


def banner_ways(desktop: Desktop) -> list[WayButton]:
    """What leads on from the strip above the messages: of what is told anew the old one still waits to be deleted."""
    return [way for way in desktop.window.banners.findChildren(WayButton) if way.isVisible()]


@contextmanager
def real_desktop(jarvis: Jarvis, fake: FakeDesktop) -> Iterator[Desktop]:
    """A window over the whole of Jarvis; only voice and alarms are not there."""
    jarvis.settings.set("language", "en")
    jarvis.settings.set("ollama.url", "")
    services = replace(
        fake.services,
        assistant=jarvis.assistant(),
        log=jarvis.conversation_log,
        settings=jarvis.settings,
        conversations=jarvis.conversation_desk,
        models=jarvis.models,
        keys=lambda: jarvis_keys(jarvis),
        data=lambda: jarvis_data(jarvis),
    )
    with started(services) as desktop:
        yield desktop


@pytest.fixture
def soon(until: Until) -> Until:
    """Wait until something holds that may look at an answer that is not on the screen yet."""

    def wait(holds: Callable[[], bool]) -> None:
        def there_and_holds() -> bool:
            try:
                return holds()
            except IndexError:
                return False

        until(there_and_holds)

    return wait


def jarvis_keys(home: Jarvis) -> object:
    return jarvis.app.key_check.key_desk(home)


def jarvis_data(home: Jarvis) -> object:
    return jarvis.app.data_desk.data_desk(home)
