"""Restoring from the page of data: the file is looked into, what is in it is asked about, and what was kept aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from jarvis.contracts.data_desk import KeptAside, SetAside
from jarvis.contracts.errors import InputError
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.run import START_ANEW, Desktop
from tests.desktop.conftest import Until, page_of
from tests.desktop.reaching import nameless, unreached
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import NOON, FakeDesktop

FAILURE = InputError("x", en="It is damaged.", es="Está dañado.")
FOLDER = Path("/home/somebody/.local/share/jarvis/before-restore-20260301-120000")


@pytest.fixture
def page(shown: Desktop, until: Until) -> DataPage:
    page = page_of(shown, "data", DataPage)
    until(page.open.isEnabled)
    return page


def asked(page: DataPage, until: Until) -> QMessageBox:
    """The question that is on the screen."""
    until(lambda: any(box.isVisible() for box in page.window().findChildren(QMessageBox)))
    return next(box for box in page.window().findChildren(QMessageBox) if box.isVisible())


def press(box: QMessageBox, words: str) -> None:
    next(each for each in box.findChildren(QPushButton) if each.text() == words).click()


def test_the_file_is_looked_into_and_asked_about_before_anything_changes(
    page: DataPage, shown: Desktop, desks: SettingsDesks, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(shown, "quit", lambda code=0: ended.append(code))
    page.restore.choose.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None and dialog.fileMode() == QFileDialog.FileMode.ExistingFile
    dialog.fileSelected.emit("/tmp/copy.zip")
    dialog.reject()
    box = asked(page, until)
    assert desks.data.looked == [Path("/tmp/copy.zip")] and not page.restore.choose.isEnabled()
    told = box.informativeText().replace("\u200b", "")
    assert "Jarvis 0.4.2" in told and "older version" not in told and str(desks.data.home()) in told
    assert "Conversations: 1,234 · messages: 20,000 · memories: 57 · size: 12\u00a0MB" in told
    assert "Nothing shows that it was written here, but it sends questions nowhere new" in told and "MCP" not in told
    assert box.checkBox() is None
    assert box.defaultButton() is not None and box.defaultButton().text() == "Cancel"
    assert not desks.data.restored
    press(box, "Restore and restart")
    until(lambda: bool(ended))
    assert ended == [START_ANEW] and desks.data.restored == [desks.data.contents] and not desks.data.dropped
    assert desks.data.taken_over == [False]
    assert page.message.text().endswith("What was here is kept in /home/somebody/.local/share/jarvis/before-restore-x.")


def test_the_end_of_the_program_ends_the_check(
    page: DataPage, shown: Desktop, desks: SettingsDesks, until: Until
) -> None:
    desks.data.endless = True
    page.restore.look("/tmp/copy.zip")
    until(lambda: page.message.text().startswith("Checking the backup: "))
    shown.bridge.close()
    assert page.message.text() == "Nothing was changed." and page.restore.choose.isEnabled()


def test_saying_no_changes_nothing_and_takes_away_what_was_unpacked(
    page: DataPage, desks: SettingsDesks, fake: FakeDesktop, shown: Desktop, until: Until
) -> None:
    fake.settings.set("language", "es")
    shown.apply_settings()
    desks.data.contents = replace(desks.data.contents, older=True, made_at=None)
    page.restore.look("/tmp/copy.zip")
    box = asked(page, until)
    assert "No dice cuándo se hizo. Es de una versión anterior" in box.informativeText()
    assert "1.234 · mensajes: 20.000" in box.informativeText()
    press(box, "Cancelar")
    until(lambda: desks.data.dropped == 1)
    assert page.message.text() == "No se ha cambiado nada." and page.restore.choose.isEnabled()
    assert not desks.data.restored


def test_servers_that_come_along_are_named_and_cannot_write_the_question(
    page: DataPage, desks: SettingsDesks, fake: FakeDesktop, shown: Desktop, until: Until
) -> None:
    names = ("files", "x\n\nAll is well" + "l" * 100, *(f"n{each}" for each in range(8)))
    desks.data.contents = replace(desks.data.contents, new_servers=names)
    for language, words, more, no in (
        ("en", "come switched off, since they can run programs", "n5 and 2 more", "Cancel"),
        ("es", "Vienen desactivados, porque pueden ejecutar programas", "n5 y 2 más", "Cancelar"),
    ):
        fake.settings.set("language", language)
        shown.apply_settings()
        page.restore.look("/tmp/copy.zip")
        box = asked(page, until)
        told = box.informativeText()
        assert words in told and f"files, xAll is well{'l' * 28}…, n0, " in told and more in told
        press(box, no)
        until(page.restore.choose.isEnabled)


def test_what_was_here_before_brings_nothing_new(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    desks.data.kept = [KeptAside(folder=FOLDER, bytes=1, at=NOON)]
    page.read()
    until(lambda: len(page.restore.rows) == 1)
    desks.data.contents = replace(desks.data.contents, path=FOLDER, own=True)
    page.restore.rows[0][0].click()
    assert "written here" not in asked(page, until).informativeText()


STRANGE = (
    SetAside(kind="address", name="cloud.base_url", value="https://evil.example/v1\n\nAll is well" + "l" * 100),
    SetAside(kind="consent", name="cloud.enabled", value="true"),
    SetAside(kind="permission", name="media.play", value="allow"),
    SetAside(kind="model", name="openai/gpt-4o", value="active"),
    SetAside(kind="folder", name="/home/somebody/Documents"),
)


@pytest.mark.parametrize(
    ("language", "start", "named", "box_words", "do"),
    [
        (
            "en",
            "Nothing shows that it was written here. This stays as it is on this computer",
            "(https://evil.example/v1All is wellllllll…), Allow the cloud, permission “Play music or films”, "
            "model openai/gpt-4o, folder /home",
            "Take that over too: I trust this file",
            "Restore and restart",
        ),
        (
            "es",
            "Nada indica que se escribiera aquí. Esto queda como está en este equipo",
            "permiso «Reproducir música o películas», modelo openai/gpt-4o, carpeta /home/somebody",
            "Tomarlo también: confío en este fichero",
            "Restaurar y reiniciar",
        ),
    ],
)
@pytest.mark.parametrize("tick", [False, True])
def test_what_a_stranger_set_is_named_and_taken_over_only_when_ticked(
    page: DataPage,
    desks: SettingsDesks,
    fake: FakeDesktop,
    shown: Desktop,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    start: str,
    named: str,
    box_words: str,
    do: str,
    tick: bool,
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(shown, "quit", lambda code=0: ended.append(code))
    fake.settings.set("language", language)
    shown.apply_settings()
    desks.data.contents = replace(desks.data.contents, set_aside=STRANGE)
    page.restore.look("/tmp/copy.zip")
    box = asked(page, until)
    told, tickable = box.informativeText(), box.checkBox()
    assert start in told and named in told and told.count("\n\n") == 2
    assert tickable is not None and tickable.text() == box_words == tickable.accessibleName()
    assert not tickable.isChecked() and tickable.focusPolicy() & Qt.FocusPolicy.TabFocus
    if tick:
        tickable.click()
    press(box, do)
    until(lambda: bool(ended))
    assert desks.data.taken_over == [tick]


class Minimised(QHideEvent):
    """The event by which the system tells that it took a window off the screen."""

    def spontaneous(self) -> bool:
        return True


def test_the_check_says_how_far_it_is_and_is_stopped_by_its_button_and_with_the_settings(
    page: DataPage, desks: SettingsDesks, until: Until
) -> None:
    desks.data.endless = True
    assert not page.restore.stop.isVisible()
    page.restore.look("/tmp/copy.zip")
    until(lambda: page.message.text() == "Checking the backup: 3\u00a0MB of 12\u00a0MB…")
    assert page.restore.stop.isVisible() and nameless(page.window()) == [] and unreached(page.window()) == []
    page.restore.stop.click()
    until(lambda: page.message.text() == "Nothing was changed.")
    assert not page.restore.stop.isVisible() and page.restore.choose.isEnabled()
    page.restore.look("/tmp/copy.zip")
    until(lambda: page.message.text() == "Checking the backup: 3\u00a0MB of 12\u00a0MB…")
    page.restore.eventFilter(page.window(), Minimised())
    assert page.restore._looking is not None and not page.restore._looking.cancelled
    page.window().close()
    until(page.restore.choose.isEnabled)
    assert desks.data.looked == [Path("/tmp/copy.zip")] * 2 and not desks.data.restored
    assert not [box for box in page.window().findChildren(QMessageBox) if box.isVisible()]


def test_what_fails_is_said_and_can_be_tried_again(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    desks.data.fail = FAILURE
    page.restore.look("/tmp/copy.zip")
    until(lambda: page.message.text() == "It is damaged." and page.restore.choose.isEnabled())
    assert page.message.property("look") == "bad" and page.message.isVisible()
    desks.data.fail = None
    page.restore.look("/tmp/copy.zip")
    box = asked(page, until)
    desks.data.fail = FAILURE
    press(box, "Restore and restart")
    until(lambda: desks.data.dropped == 1 and page.message.text() == "It is damaged.")
    assert page.restore.choose.isEnabled()


def test_who_closed_the_settings_meanwhile_is_not_asked(page: DataPage, desks: SettingsDesks, until: Until) -> None:
    page.window().hide()
    page.restore.look("/tmp/copy.zip")
    until(lambda: desks.data.dropped == 1)
    assert not [box for box in page.window().findChildren(QMessageBox) if box.isVisible()]


def test_what_was_kept_aside_is_shown_put_back_and_deleted(
    page: DataPage, desks: SettingsDesks, until: Until, qtbot: QtBot
) -> None:
    assert not page.restore.isVisible()
    older = KeptAside(folder=FOLDER.with_name("before-restore-old"), bytes=5_000, at=None)
    desks.data.kept = [KeptAside(folder=FOLDER, bytes=12_400_000, at=NOON), older]
    page.read()
    until(lambda: len(page.restore.rows) == 2 and page.restore.isVisible())
    assert nameless(page.window()) == [] and unreached(page.window()) == []
    back, remove = page.restore.rows[0]
    back.click()
    press(asked(page, until), "Cancel")
    assert desks.data.looked == [FOLDER]
    until(remove.isEnabled)
    remove.click()
    box = asked(page, until)
    assert str(FOLDER) in box.informativeText().replace("\u200b", "")
    press(box, "Cancel")
    assert len(desks.data.kept) == 2
    remove.click()
    press(asked(page, until), "Delete")
    until(lambda: len(page.restore.rows) == 1)
    assert page.message.text() == "Deleted." and desks.data.kept == [older]
