"""What of the memory may leave: boxes on the folders' cards and beside the lines of the profile, over a real memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from jarvis.app.build import Jarvis
from jarvis.contracts.memory import MemoryFilter
from jarvis.desktop import memory_texts as texts
from jarvis.desktop.memory_card import parts_of
from jarvis.desktop.memory_window import MemoryWindow
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, started
from tests.fakes.desktop import FakeDesktop

LINES = ("I am Ana & live in Oviedo", "My doctor says that I must not eat salt")


@pytest.fixture
def papers(tmp_path: Path, jarvis: Jarvis) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "boiler.py").write_text("# The boiler was serviced in May.\n" * 3)
    list(jarvis.memory().ingest(folder, watch=False, privacy="local"))
    return folder


@pytest.fixture
def desktop(qtbot: QtBot, fake: FakeDesktop, jarvis: Jarvis, papers: Path) -> Iterator[Desktop]:
    jarvis.memory().set_profile(LINES)
    with started(replace(fake.services, memory=jarvis.memory, log=jarvis.conversation_log)) as made:
        made.open_memory()
        yield made


@pytest.fixture
def window(desktop: Desktop) -> MemoryWindow:
    assert desktop.memory_window is not None
    return desktop.memory_window


@pytest.fixture
def page(window: MemoryWindow) -> Callable[[int], None]:
    def show(number: int) -> None:
        window.pages.setCurrentRow(number)
        QApplication.processEvents()

    return show


def boxes(window: MemoryWindow, text: str) -> list[QCheckBox]:
    page = window.profile if window.profile.isVisible() else window.folders
    return [
        box
        for box in page.findChildren(QCheckBox)
        if not box.isHidden() and (text in box.text() or text in box.accessibleName())
    ]


def privacies(jarvis: Jarvis) -> set[str]:
    found = jarvis.memory().page(MemoryFilter(sources=("document",))).memories
    assert found
    return {memory.privacy for memory in found}


def test_a_folder_is_let_go_and_kept_again(
    window: MemoryWindow, page: Callable[[int], None], jarvis: Jarvis, papers: Path, until: Until
) -> None:
    page(1)
    until(lambda: len(boxes(window, texts.FOLDER_LEAVES.en)) == 1)
    (box,) = boxes(window, texts.FOLDER_LEAVES.en)
    assert not box.isChecked() and str(papers) in box.accessibleName() and privacies(jarvis) == {"local"}
    box.click()
    until(lambda: privacies(jarvis) == {"cloud"})
    until(lambda: box not in boxes(window, texts.FOLDER_LEAVES.en) and len(boxes(window, texts.FOLDER_LEAVES.en)) == 1)
    (box,) = boxes(window, texts.FOLDER_LEAVES.en)
    assert box.isChecked()
    # What is read again stays as it was said to be.
    (again,) = [
        button
        for button in window.folders.findChildren(QPushButton)
        if button.text() == texts.READ_AGAIN.en and button.isVisible()
    ]
    again.click()
    until(lambda: texts.READ_DONE.en.format(done=1) in window.folders.message.text())
    assert privacies(jarvis) == {"cloud"}
    until(lambda: len(boxes(window, texts.FOLDER_LEAVES.en)) == 1)
    boxes(window, texts.FOLDER_LEAVES.en)[0].click()
    until(lambda: privacies(jarvis) == {"local"})


def test_a_folder_that_another_process_forgot_says_so_and_goes(
    window: MemoryWindow, page: Callable[[int], None], jarvis: Jarvis, papers: Path, until: Until
) -> None:
    page(1)
    until(lambda: len(boxes(window, texts.FOLDER_LEAVES.en)) == 1)
    jarvis.memory_room.documents.forget_folder(papers)
    boxes(window, texts.FOLDER_LEAVES.en)[0].click()
    until(lambda: not boxes(window, texts.FOLDER_LEAVES.en))
    assert "not among the folders" in window.folders.message.text()


def test_a_folder_that_is_gone_is_told_in_both_languages(
    window: MemoryWindow, page: Callable[[int], None], jarvis: Jarvis, papers: Path, until: Until
) -> None:
    jarvis.memory().set_watched(papers, True)
    shutil.rmtree(papers)
    page(1)

    def told() -> str:
        return " ".join(label.text() for label in window.folders.findChildren(QLabel) if not label.isHidden())

    until(lambda: "is not there now" in told())
    jarvis.settings.set("language", "es")
    window.folders.read()
    until(lambda: "no está ahora" in told())


def test_lines_of_the_profile_are_let_go_and_kept_again(
    window: MemoryWindow, page: Callable[[int], None], jarvis: Jarvis, until: Until
) -> None:
    page(2)
    until(lambda: len(boxes(window, texts.PROFILE_LEAVES.en)) == len(LINES))
    first, second = boxes(window, texts.PROFILE_LEAVES.en)
    assert not first.isChecked() and not second.isChecked() and "&&" in first.text()
    window.profile.lines.appendPlainText("still being typed")
    first.click()
    until(lambda: [line.privacy for line in jarvis.memory().profile()] == ["cloud", "local"])
    until(lambda: [box.isChecked() for box in boxes(window, texts.PROFILE_LEAVES.en)] == [True, False])
    assert window.profile.lines.toPlainText().endswith("still being typed")
    boxes(window, texts.PROFILE_LEAVES.en)[0].click()
    until(lambda: [line.privacy for line in jarvis.memory().profile()] == ["local", "local"])


def test_boxes_speak_spanish(
    desktop: Desktop, window: MemoryWindow, fake: FakeDesktop, page: Callable[[int], None], until: Until
) -> None:
    page(2)
    until(lambda: len(boxes(window, texts.PROFILE_LEAVES.en)) == len(LINES))
    fake.settings.set("language", "es")
    desktop.apply_settings()
    until(lambda: len(boxes(window, "Puede ir a modelos en la nube: I am Ana")) == 1)
    page(1)
    until(lambda: len(boxes(window, texts.FOLDER_LEAVES.es)) == 1)


def test_a_place_in_a_file_reads_in_the_persons_language(desktop: Desktop, fake: FakeDesktop, jarvis: Jarvis) -> None:
    (piece,) = jarvis.memory().page(MemoryFilter(sources=("document",))).memories
    assert any("boiler.py lines 1" in part for part in parts_of(piece, desktop.desk))
    fake.settings.set("language", "es")
    desktop.apply_settings()
    assert any("boiler.py líneas 1" in part for part in parts_of(piece, desktop.desk))
