"""One Qt application without a screen, and a desktop over fakes for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from jarvis.desktop.run import Desktop, make_application
from tests.fakes.desktop import FakeDesktop

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="session")
def qapp() -> object:
    return make_application(["jarvis"])


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesktop:
    return FakeDesktop(tmp_path)


@pytest.fixture
def desktop(qtbot: object, fake: FakeDesktop) -> Iterator[Desktop]:
    made = Desktop(fake.services)
    made.start()
    yield made
    made.window.end()
    made.quick.hide()
    made.close()
    for widget in (made.settings_dialog, made.quick, made.window):
        if widget is not None:
            widget.deleteLater()


@pytest.fixture
def until(qtbot: object) -> Until:
    """Wait, with the window alive, until something holds."""

    def wait(holds: Callable[[], bool]) -> None:
        qtbot.waitUntil(holds, timeout=8000)  # type: ignore[attr-defined]

    return wait


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's platform without a screen says that it cannot raise or hint; nothing else is forgiven."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)"))
