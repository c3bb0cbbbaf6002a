"""The models' window over the real desk of models: a model fetched from a stand-in hub, used, asked and removed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

import jarvis.app.model_desk  # noqa: F401 - imported while the window waits, PySide would look at every module
from jarvis.app.build import Jarvis
from jarvis.desktop import models_texts as texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_card import ModelCard
from jarvis.desktop.models_list import ListPage
from jarvis.desktop.models_window import ModelsWindow
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until
from tests.fakes.desktop import FakeDesktop
from tests.fakes.home_facts import FACTS
from tests.fakes.home_list import HOME_MODEL, REPOSITORY, home_list
from tests.fakes.hub import Hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, home_model: Path) -> Iterator[Hub]:
    from huggingface_hub import constants

    hub = Hub({f"{REPOSITORY}/h.gguf": home_model.read_bytes()})
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    yield hub
    hub.close()


@pytest.fixture
def home(jarvis: Jarvis, home_model: Path) -> Jarvis:
    """A real home whose own list has the one model of the hub."""
    jarvis.settings.set("ollama.url", "")
    own = jarvis.models_room.user_catalog
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(home_list(home_model.read_bytes()), encoding="utf-8")
    return jarvis


@contextmanager
def window_over(home: Jarvis, fake: FakeDesktop) -> Iterator[ModelsWindow]:
    """Yield a window as a newly started desktop would show it, and quit that desktop."""
    words = Words("en")
    bridge = Bridge(fake.assistant, lambda: words.language)
    services = replace(fake.services, models=home.models, settings=home.settings)
    window = ModelsWindow(Desk(services=services, words=words, theme=Theme("light"), bridge=bridge))
    window.show()
    yield window
    window.transfers.close()
    window.close()
    bridge.close()
    window.deleteLater()


def card_on(window: ModelsWindow, at: int, key: str, until: Until) -> ModelCard:
    window.pages.setCurrentRow(at)
    page = (window.here, window.download)[at].page
    assert isinstance(page, ListPage)
    page.search.setText("home facts")
    until(lambda: key in page.cards and page.cards[key].isVisible())
    return page.cards[key]


def test_a_model_is_fetched_used_asked_and_removed(
    qtbot: QtBot, home: Jarvis, hub: Hub, fake: FakeDesktop, until: Until
) -> None:
    with window_over(home, fake) as window:
        card = card_on(window, 1, "home", until)
        until(lambda: card.fit.text().startswith("Fits here: "))
        card.main_button.click()
        card = card_on(window, 0, HOME_MODEL, until)
        until(lambda: card.state.text() == texts.INSTALLED.en)
        assert list(home.folders.models.rglob("*.gguf"))
        card.main_button.click()
        until(lambda: card.state.text() == texts.ACTIVE.en)
        row = home.models_room.book.row(HOME_MODEL)
        assert row is not None and row.state == "active"
        dialog = window.acts.try_out(card.view)
        dialog.prompt.setPlainText(FACTS[0][0])
        dialog.ask()
        until(lambda: FACTS[0][1] in dialog.answer.toPlainText() and dialog.ask_button.isEnabled())
        dialog.close()
        until(lambda: card.view.device is not None and card.loaded.text().startswith("In memory"))
        window.acts.remove(card.view)
        until(lambda: bool(window.findChildren(QMessageBox)))
        box = window.findChildren(QMessageBox)[-1]
        assert "h.gguf" in box.informativeText()
        next(button for button in box.buttons() if button.text() == texts.REMOVE_DO.en).click()
        until(lambda: HOME_MODEL not in window.here.page.cards)  # type: ignore[attr-defined]
    assert not list(home.folders.models.rglob("*.gguf"))


def test_a_download_that_quitting_paused_goes_on_in_the_next_desktop(
    qtbot: QtBot, home: Jarvis, hub: Hub, fake: FakeDesktop, until: Until
) -> None:
    hub.gate = threading.Event()
    with window_over(home, fake) as window:
        card = card_on(window, 1, "home", until)
        card.main_button.click()
        until(lambda: hub.half_sent.is_set() and card.bar.value() > 0)
        assert card.main_button.text() == texts.PAUSE.en
    with window_over(home, fake) as window:
        card = card_on(window, 0, HOME_MODEL, until)
        assert card.state.text() == texts.PAUSED.en and card.main_button.text() == texts.RESUME.en
        hub.gate.set()
        card.main_button.click()
        until(lambda: card.state.text() == texts.INSTALLED.en)
    assert any(wish.startswith("bytes=") for wish in hub.ranges), "what had arrived was not fetched again"


def test_a_gate_and_a_hub_that_is_gone_are_told_with_a_way_on(
    qtbot: QtBot, home: Jarvis, hub: Hub, fake: FakeDesktop, until: Until
) -> None:
    hub.gated = {REPOSITORY}
    with window_over(home, fake) as window:
        card = card_on(window, 1, "home", until)
        card.main_button.click()
        until(lambda: card.state.text() == texts.FAILED.en)
        assert "licen" in card.trouble.text() and card.main_button.text() == texts.AGAIN.en
        hub.gated = set()
        hub.close()
        card.main_button.click()
        until(lambda: "licen" not in card.trouble.text() and card.state.text() == texts.FAILED.en)
        assert card.main_button.text() == texts.AGAIN.en
        other = card_on(window, 0, HOME_MODEL, until)
        assert other.state.text() == texts.FAILED.en, "it stands among what needs a person"
