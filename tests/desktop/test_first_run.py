"""The first run: four pages, skippable, once, with or without a network and a microphone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language
from jarvis.contracts.model_desk import RecommendedSet
from jarvis.contracts.speech import LevelMeasured, VoiceTrouble, WakeHeard, WakeHit
from jarvis.desktop import first_run_texts as texts
from jarvis.desktop.first_run import FirstRun, introduce
from jarvis.desktop.first_run_pages import LanguagePage, MicrophonePage, ModelsPage
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.desktop.models_transfers import transfers_of
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, started
from tests.fakes.desk_models import NO_NETWORK, FakeModelDesk
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def models() -> FakeModelDesk:
    return FakeModelDesk()


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop, models: FakeModelDesk) -> Iterator[Desktop]:
    with started(replace(furnished(fake), models=lambda: models)) as made:
        made.keepsake.keep(INTRODUCED, False)
        yield made
        transfers_of(made.desk).close()


@pytest.fixture
def first(shown: Desktop) -> Iterator[FirstRun]:
    made = introduce(shown.desk, shown.keepsake, shown.window)
    made.changed.connect(lambda _: shown.apply_settings())
    yield made
    made.close()


def test_four_pages_forth_and_back_and_it_is_shown_once(first: FirstRun, shown: Desktop, qtbot: QtBot) -> None:
    assert len(first.pages) == 4 and not first.back.isEnabled()
    for at in range(1, 4):
        qtbot.keyClick(first.next, Qt.Key.Key_Space)
        assert first.at == at and first.pages[at].isVisible()
    assert first.next.text() == texts.DONE.en and first._at.text() == "4 of 4"
    first.back.click()
    assert first.at == 2 and first.next.text() == texts.NEXT.en
    first.next.click()
    first.next.click()
    assert not first.isVisible()
    assert shown.keepsake.flag(INTRODUCED)


def test_skipping_changes_nothing_and_is_not_asked_again(first: FirstRun, shown: Desktop, fake: FakeDesktop) -> None:
    before = fake.settings.changed()
    first.skip.click()
    assert not first.isVisible() and fake.settings.changed() == before
    assert shown.keepsake.flag(INTRODUCED)


def test_the_language_holds_at_once(first: FirstRun, fake: FakeDesktop, until: Until) -> None:
    page = first.pages[0]
    assert isinstance(page, LanguagePage) and page.cards.cards["en"].isChecked()
    page.cards.cards["es"].click()
    until(lambda: first.windowTitle() == texts.TITLE.es)
    assert fake.settings.text("language") == "es" and page.cards.cards["es"].isChecked()
    assert first.next.text() == texts.NEXT.es and first.skip.accessibleName() == texts.SKIP.es


def test_the_microphone_is_open_only_on_its_page_and_the_wake_word_is_told(
    first: FirstRun, fake: FakeDesktop, until: Until
) -> None:
    page = first.pages[1]
    assert isinstance(page, MicrophonePage) and not fake.voice.watching
    first.next.click()
    assert fake.voice.watching and page.heard.text() == "Waiting for “hey Jarvis”…"
    fake.voice.send(LevelMeasured(level=0.1))
    until(lambda: page.level.meter.value > 0.6)
    fake.voice.send(WakeHeard(hit=WakeHit(word="hey jarvis", score=0.99, at_seconds=1.0)))
    until(lambda: page.heard.text() == "“hey Jarvis” was heard. Jarvis will listen to it.")
    fake.voice.send(VoiceTrouble(code="x", sentence="No microphone is here."))
    until(lambda: "No microphone" in page.level.says.text())
    first.next.click()
    first.back.click()
    fake.voice.watching = False
    page._word = ""
    fake.voice.send(VoiceTrouble(code="x", sentence="No microphone is here."))
    until(page.heard.isHidden)
    until(lambda: fake.voice.watching)
    fake.voice.send(LevelMeasured(level=0.1))
    until(lambda: not page.heard.isHidden() and page.level.hears)
    first.next.click()
    assert not fake.voice.watching


def test_models_are_told_with_size_and_time_and_fetched_in_the_background(
    first: FirstRun, shown: Desktop, models: FakeModelDesk, until: Until
) -> None:
    page = first.pages[2]
    assert isinstance(page, ModelsPage)
    models.let_on.clear()
    first._stack.setCurrentIndex(2)
    until(page.download.isEnabled)
    assert page.machine.text().startswith("This computer: GPU 0 NVIDIA GeForce RTX 5070 Ti (15.9\u00a0GiB), GPU 1")
    assert "at 50\u00a0Mbit/s" in page.cost.text() and page.lines.text().count("\n") >= 1
    page.nothing.click()
    assert page.message.text() == texts.NOTHING_CHOSEN.en and transfers_of(shown.desk).under_way() == []
    page.download.click()
    missing = [model.id for model in models.recommend("en").models if not model.installed]
    assert [fetch.model for fetch in transfers_of(shown.desk).under_way()] == missing
    assert not page.download.isEnabled()
    models.let_on.set()


def test_without_a_network_the_page_says_so_and_can_be_left(
    first: FirstRun, models: FakeModelDesk, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(language: Language) -> RecommendedSet:
        raise NO_NETWORK

    monkeypatch.setattr(models, "recommend", gone)
    first._stack.setCurrentIndex(2)
    page = first.pages[2]
    assert isinstance(page, ModelsPage)
    until(lambda: page.message.text() == NO_NETWORK.sentence("en"))
    assert page.message.property("look") == "bad" and page.summary.text() == ""
    first.next.click()
    assert first.at == 3


def test_privacy_is_chosen_and_keys_are_led_to(first: FirstRun, fake: FakeDesktop, until: Until) -> None:
    wanted: list[int] = []
    first.keys_wanted.connect(lambda: wanted.append(1))
    first.privacy.cards.cards["ask"].click()
    until(first.privacy.cards.cards["ask"].isChecked)
    assert fake.settings.text("privacy.cloud") == "ask" and fake.settings.flag("cloud.enabled")
    first.privacy.keys.click()
    assert wanted == [1] and not first.isVisible()


def test_without_models_there_are_three_pages(qtbot: QtBot, fake: FakeDesktop) -> None:
    with started(replace(furnished(fake), models=None)) as made:
        first = FirstRun(made.desk, made.window)
        assert len(first.pages) == 3


def test_every_button_has_a_name_and_the_keyboard_reaches_it(first: FirstRun) -> None:
    for button in first.findChildren(QAbstractButton):
        assert button.accessibleName(), button
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
