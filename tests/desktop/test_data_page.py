"""The page of data: sizes, a backup, and forgetting everything only once the word was typed."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from jarvis.contracts.errors import StorageError
from jarvis.desktop import data_texts as texts
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, page_of
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def page(shown: Desktop, until: Until) -> DataPage:
    page = page_of(shown, "data", DataPage)
    until(lambda: "/home/somebody" in told(page))
    return page


def told(page: DataPage) -> str:
    """Return what it says of the place; the places where a long path may be broken are no letters."""
    return page.where.text().replace("\u200b", "")


def size(page: DataPage, kind: str) -> str:
    return page.sizes[kind][1].text()


def test_it_says_where_everything_is_and_how_big(page: DataPage, fake: FakeDesktop, shown: Desktop) -> None:
    assert told(page) == "Everything is in /home/somebody/.local/share/jarvis on this computer."
    assert set(page.sizes) == set(texts.KINDS)
    assert size(page, "models").startswith("4.") and size(page, "models").endswith("GB")
    assert size(page, "logs") == "0\u00a0B"
    fake.settings.set("language", "es")
    shown.apply_settings()
    assert size(page, "models").startswith("4,") and page.sizes["models"][0].text() == "Modelos"


def test_a_backup_is_written_where_the_person_says(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    page.backup.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None and dialog.defaultSuffix() == "zip"
    dialog.fileSelected.emit("/tmp/copy.zip")
    dialog.reject()
    until(lambda: page.message.text() == "The backup is at /tmp/copy.zip.")
    assert [str(path) for path in desks.data.backups] == ["/tmp/copy.zip"] and page.backup.isEnabled()
    desks.data.fail = StorageError("x", en="The disk is full.", es="El disco está lleno.")
    page.back_up_to("/tmp/other.zip")
    until(lambda: page.message.text() == "The disk is full." and page.backup.isEnabled())
    assert page.message.property("look") == "bad"


def test_the_end_of_the_program_ends_a_backup(
    page: DataPage, shown: Desktop, desks: SettingsDesks, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    desks.data.endless = True
    page.back_up_to("/tmp/copy.zip")
    until(lambda: bool(desks.data.begun))
    shown.bridge.close()
    assert desks.data.backups == [] and "no backup was written" in caplog.text


def test_nothing_is_forgotten_before_the_word_was_typed(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    assert not page.forget_now.isEnabled()
    for wrong in ("forget", "FORGE", "OLVIDAR", ""):
        page.word.setText(wrong)
        assert not page.forget_now.isEnabled()
        page.forget()
    assert desks.data.wiped == 0
    gone: list[int] = []
    page.forgotten.connect(lambda: gone.append(1))
    page.word.setText("FORGET")
    page.forget_now.click()
    until(lambda: page.message.text().startswith("Gone: 41 memories, 2 notes, 3 list entries, 1 timers"))
    assert desks.data.wiped == 1 and gone == [1] and page.word.text() == "" and not page.forget_now.isEnabled()
    until(lambda: size(page, "rows") == "0\u00a0B")


def test_what_could_not_be_forgotten_is_said(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    desks.data.fail = StorageError("x", en="The disk is full.", es="El disco está lleno.")
    page.word.setText("FORGET")
    page.forget_now.click()
    until(lambda: page.message.text() == "The disk is full." and page.word.isEnabled())
