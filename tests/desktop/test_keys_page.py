"""Keys: whose there are, one pasted, tried, removed, and what can be done without a keyring."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import EngineError, StorageError
from jarvis.desktop import keys_texts as texts
from jarvis.desktop.key_card import KeyCard
from jarvis.desktop.keys_page import KeysPage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, page_of, started
from tests.fakes.desk_settings import ListedKeys, SettingsDesks
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def keys() -> ListedKeys:
    return ListedKeys()


@pytest.fixture
def desks(keys: ListedKeys) -> SettingsDesks:
    return SettingsDesks(keys=keys)


@pytest.fixture
def page(shown: Desktop, until: Until) -> KeysPage:
    page = page_of(shown, "keys", KeysPage)
    until(lambda: len(page.cards) == 3)
    return page


def paste(card: KeyCard, value: str) -> None:
    card.enter.click()
    card.value.setText(value)
    card.store.click()


def test_a_pasted_key_is_kept_tried_and_never_shown(page: KeysPage, keys: ListedKeys, until: Until) -> None:
    card = page.cards["openai"]
    assert "the test's keyring" in page.body.text() and page.off.text() == texts.CLOUD_OFF.en
    assert card.state.text() == "No key yet · models in the catalogue: 5"
    assert card.test.isHidden() and card.remove.isHidden() and card.editor.isHidden()
    card.enter.click()
    assert card.value.echoMode() == QLineEdit.EchoMode.Password and not card.store.isEnabled()
    card.enter.click()
    paste(card, "  sk-123 ")
    told = f"It works: api.openai.com offers 41 models. {texts.CREDIT.en}"
    until(lambda: card.message.text() == told)
    assert keys.kept == {"openai": ("keyring", "sk-123")} and keys.checked == ["openai"]
    assert card.value.text() == "" and card.editor.isHidden()
    until(lambda: card.state.text().startswith(texts.IN_KEYRING.en))
    assert not card.test.isHidden() and not card.remove.isHidden()
    assert card.test.accessibleName() == "OpenAI: Test"


def test_what_is_wrong_with_a_key_is_a_sentence_with_a_way_on(page: KeysPage, keys: ListedKeys, until: Until) -> None:
    keys.kept["openai"] = "keyring", "sk-bad"
    page.read()
    card = page.cards["openai"]
    until(lambda: not card.test.isHidden())
    for en in ("The key was refused. Enter another.", "No network. Check it.", "No credit left. Add some."):
        keys.fail = EngineError("engine.x", en=en, es="es")
        card.test.click()
        until(lambda en=en: card.message.text() == en and card.test.isEnabled())
        assert card.message.property("look") == "bad"
    keys.fail = None
    card.test.click()
    until(lambda: card.message.text().startswith("It works") and card.message.property("look") == "muted")


def test_a_key_is_removed_after_a_question(page: KeysPage, keys: ListedKeys, until: Until) -> None:
    keys.kept["anthropic"] = "keyring", "x"
    page.read()
    card = page.cards["anthropic"]
    until(lambda: not card.remove.isHidden())
    card.forget()
    until(lambda: card.remove.isHidden() and card.message.text() == texts.GONE.en)
    assert keys.kept == {}


def test_without_a_keyring_nothing_is_stored_until_the_person_chose(
    page: KeysPage, keys: ListedKeys, until: Until
) -> None:
    keys.keyring = False
    page.read()
    until(lambda: page.body.text() == texts.BODY_NONE.en)
    card = page.cards["openai"]
    paste(card, "sk-9")
    until(lambda: not card.way_out.isHidden())
    assert keys.kept == {}
    card.copy_line.click()
    assert QGuiApplication.clipboard().text() == "export JARVIS_KEY_OPENAI="
    card.keep_now.click()
    until(lambda: card.state.text().startswith(texts.UNTIL_QUIT.en))
    assert keys.kept == {"openai": ("until_quit", "sk-9")} and card.way_out.isHidden()


def test_a_key_of_the_environment_cannot_be_changed_here(page: KeysPage, keys: ListedKeys, until: Until) -> None:
    keys.kept["openai"] = "environment", "x"
    page.read()
    card = page.cards["openai"]
    until(lambda: "JARVIS_KEY_OPENAI" in card.state.text())
    assert card.enter.isHidden() and card.remove.isHidden() and not card.test.isHidden()


def test_a_server_without_an_address_says_where_it_is_set(page: KeysPage, shown: Desktop, fake: FakeDesktop) -> None:
    card = page.cards["vllm"]
    assert "“Answers, models”" in card.state.text() and card.test.isHidden()
    fake.settings.set("language", "es")
    shown.apply_settings()
    assert "«Respuestas, modelos»" in card.state.text() and card.enter.text() == texts.ENTER.es


def test_a_keyring_that_fails_is_told(page: KeysPage, keys: ListedKeys, until: Until, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def locked() -> str:
        raise StorageError("keys.locked", en="The keyring is locked.", es="El llavero está bloqueado.")

    monkeypatch.setattr(keys, "where", locked)
    page.read()
    until(lambda: page.trouble.isVisible() and page.trouble.text() == "The keyring is locked.")


def test_where_no_keys_can_be_kept_there_is_no_page(qtbot: QtBot, fake: FakeDesktop) -> None:
    with started(replace(fake.services, keys=None)) as made:
        made.open_settings()
        assert made.settings_dialog is not None
        assert "keys" not in made.settings_dialog._late
