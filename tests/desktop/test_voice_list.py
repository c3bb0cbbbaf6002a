"""Each listed voice can be heard without choosing it, one at a time, and stopped; what is not here says so."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import EngineError
from jarvis.desktop import voice_texts
from jarvis.desktop.run import Desktop
from jarvis.desktop.voice_list import VoiceList
from jarvis.desktop.voice_page import VoicePage
from tests.desktop.conftest import Until, page_of
from tests.desktop.reaching import nameless
from tests.fakes.desktop import FakeDesktop

LESSAC, RYAN, DAVEFX = "/models/en_US-lessac.onnx", "/models/en_US-ryan.onnx", "/models/es_ES-davefx.onnx"
AMY = "Piper Amy (en_US)"


@pytest.fixture
def page(shown: Desktop, fake: FakeDesktop, until: Until) -> VoicePage:
    fake.voice.files = {"en": [LESSAC, RYAN], "es": [DAVEFX]}
    page = page_of(shown, "voice", VoicePage)
    until(lambda: DAVEFX in page.lists["es"].buttons and AMY in page.lists["en"].buttons)
    return page


def lines(listed: VoiceList) -> list[str]:
    return [label.text() for label in listed.findChildren(QLabel) if label.text()]


def test_a_voice_is_heard_in_its_language_without_being_chosen_and_stopped_by_the_same_button(
    page: VoicePage, fake: FakeDesktop, until: Until, qtbot: QtBot
) -> None:
    fake.voice.sounds.clear()
    before = fake.settings.changed()
    button = page.lists["es"].buttons[DAVEFX]
    assert button.accessibleName() == "Listen to es_ES-davefx" and button.focusPolicy() & Qt.FocusPolicy.TabFocus
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    until(lambda: fake.voice.previewed == [(DAVEFX, voice_texts.SAMPLE.es, "es")])
    assert button.accessibleName() == button.toolTip() == "Stop es_ES-davefx"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert button.accessibleName() == "Listen to es_ES-davefx"
    fake.voice.sounds.set()
    page.lists["en"].buttons[RYAN].click()
    until(lambda: fake.voice.previewed[1:] == [(RYAN, voice_texts.SAMPLE.en, "en")])
    until(lambda: page.previews.file == "")
    assert fake.settings.changed() == before and nameless(page.window()) == []


def test_one_voice_at_a_time_and_none_once_the_page_is_left(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    fake.voice.sounds.clear()
    english = page.lists["en"].buttons
    english[LESSAC].click()
    english[RYAN].click()
    until(lambda: len(fake.voice.previewed) == 2)
    assert [english[each].accessibleName()[:4] for each in (LESSAC, RYAN)] == ["List", "Stop"]
    page.lists["es"].buttons[DAVEFX].click()
    assert english[RYAN].accessibleName().startswith("Listen")
    until(lambda: len(fake.voice.previewed) == 3)
    page.window().close()
    assert page.previews.file == "" and page.previews._cancel.cancelled


def test_the_end_of_the_program_is_silent(page: VoicePage, fake: FakeDesktop, shown: Desktop, until: Until) -> None:
    fake.voice.sounds.clear()
    page.lists["en"].buttons[LESSAC].click()
    until(lambda: len(fake.voice.previewed) == 1)
    late = threading.Timer(30, fake.voice.sounds.set)
    late.start()
    shown.bridge.close()
    late.cancel()
    assert page.previews._cancel.cancelled and page.previews.file == ""


def test_what_is_not_downloaded_cannot_be_heard_and_says_why_in_both_languages(
    page: VoicePage, fake: FakeDesktop, shown: Desktop
) -> None:
    listed = page.lists["en"]
    button = listed.buttons[AMY]
    told = f"{AMY}: not downloaded; fetch it under Models to hear it"
    assert not button.isEnabled() and button.toolTip() == button.accessibleName() == told and told in lines(listed)
    fake.settings.set("language", "es")
    shown.apply_settings()
    told = f"{AMY}: sin descargar; descárgala en Modelos para oírla"
    assert button.toolTip() == told and told in lines(listed)
    assert listed.buttons[RYAN].toolTip() == "Escuchar en_US-ryan"
    page.lists["es"].offer([], [])
    assert not page.lists["es"].isVisible()


def test_a_voice_that_is_broken_is_told_where_it_was_pressed(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    fake.voice.fail = EngineError("x", en="It could not be loaded.", es="No se pudo cargar.")
    english, spanish = page.lists["en"], page.lists["es"]
    english.buttons[LESSAC].click()
    until(lambda: english.trouble.text() == "It could not be loaded." and english.trouble.isVisible())
    assert not spanish.trouble.isVisible() and english.buttons[LESSAC].accessibleName().startswith("Listen")
    fake.voice.fail = None
    fake.voice.sounds.clear()
    english.buttons[RYAN].click()
    assert not english.trouble.isVisible()
    english.buttons[RYAN].click()
