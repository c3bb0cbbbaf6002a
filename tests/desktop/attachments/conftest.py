"""A desktop onto which files can be attached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, started
from tests.fakes.desk_attachments import AttachingDesk
from tests.fakes.documents import pdf


@pytest.fixture
def world(tmp_path: Path) -> Iterator[AttachingDesk]:
    made = AttachingDesk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desktop(qtbot: object, world: AttachingDesk) -> Iterator[Desktop]:
    with started(world.services) as made:
        world.connect(made)
        yield made


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf([["The plumber costs 912 euros."], ["He comes on 3 March."]]))
    return file


def mime_of(*files: Path) -> QMimeData:
    """Return what a file manager gives."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return data


def paste(desktop: Desktop, data: QMimeData) -> None:
    """Paste it into the input."""
    desktop.window.composer.input.insertFromMimeData(data)


def ready(desktop: Desktop, until: Until, count: int) -> list[str]:
    """Wait for so many files to be read; return their names."""
    tray = desktop.window.composer.tray
    until(lambda: len(tray.files()) == count and not tray.reading)
    return [file.name for file in tray.files()]
