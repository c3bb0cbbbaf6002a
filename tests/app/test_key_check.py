"""API keys tried at real servers on loopback, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from jarvis.app.key_check import AppKeyDesk
from jarvis.catalog.models import catalog_file, load_catalog
from jarvis.contracts.errors import EngineError, InputError, StorageError
from jarvis.settings.secrets import KEY_NAMES, KeyringSecrets
from jarvis.settings.store import Settings
from tests.fakes.openai_server import PAGE, Reply, http, scripted


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def secrets(tmp_path: Path, no_keyring: None) -> Iterator[KeyringSecrets]:
    made = KeyringSecrets(tmp_path / "keys.json")
    yield made
    for name in made.names():
        made.delete(name)


def desk(secrets: KeyringSecrets, **addresses: str) -> AppKeyDesk:
    return AppKeyDesk(secrets, Settings(None), lambda: load_catalog(catalog_file()), addresses)


def test_every_key_that_jarvis_reads_has_a_row_and_providers_their_models(secrets: KeyringSecrets) -> None:
    rows = {row.name: row for row in desk(secrets).rows()}
    assert set(rows) == set(KEY_NAMES)
    assert rows["openai"].models > 0 and rows["anthropic"].models > 0
    assert rows["openai"].page.startswith("https://") and rows["openai"].variable == "JARVIS_KEY_OPENAI"
    assert not rows["vllm"].checkable and rows["openai"].checkable
    assert {row.state for row in rows.values()} == {"none"}


@pytest.mark.parametrize(
    ("name", "header", "value", "body"),
    [
        ("openai", "authorization", "Bearer sk-1", {"data": [{"id": "a"}, {"id": "b"}]}),
        ("anthropic", "x-api-key", "sk-1", {"data": [{"id": "a"}, {"id": "b"}], "has_more": False}),
        ("google", "x-goog-api-key", "sk-1", {"models": [{"name": "a"}, {"name": "b"}]}),
    ],
)
def test_a_key_is_sent_as_its_owner_wants_it(
    secrets: KeyringSecrets, name: str, header: str, value: str, body: dict[str, Any]
) -> None:
    secrets.hold(name, "sk-1")
    with scripted(http(200, body)) as server:
        report = desk(secrets, **{name: server.url + "/v1/models"}).check(name)
        assert report.models == 2 and report.where == "127.0.0.1"
        assert server.asked[0].headers[header] == value


def test_a_server_that_lists_nothing_still_accepted_the_key(secrets: KeyringSecrets) -> None:
    secrets.hold("huggingface", "hf_1")
    with scripted(http(200, {"name": "somebody"})) as server:
        assert desk(secrets, huggingface=server.url).check("huggingface").models is None


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (http(401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}), "auth"),
        (http(400, {"error": {"message": "API key not valid. Please pass one.", "status": "X"}}), "auth"),
        (http(402, {"error": {"message": "Insufficient Balance"}}), "quota"),
        (http(429, {"error": {"message": "You exceeded", "code": "insufficient_quota"}}), "quota"),
        (http(503, {"error": "busy"}), "server"),
        (http(404, {"detail": "no such path"}), "no_list"),
        (PAGE, "not_an_api"),
    ],
)
def test_what_a_server_says_of_a_key(secrets: KeyringSecrets, reply: Reply, code: str) -> None:
    secrets.hold("openai", "sk-secret")
    with scripted(reply) as server, pytest.raises(EngineError) as caught:
        desk(secrets, openai=server.url).check("openai")
    assert caught.value.code.endswith(code)
    for language in ("en", "es"):
        assert "sk-secret" not in caught.value.sentence(language)  # type: ignore[arg-type]


def test_no_network_is_told_from_a_wrong_key(secrets: KeyringSecrets) -> None:
    secrets.hold("openai", "sk-1")
    with scripted(http(200, {})) as server:
        address = server.url
    with pytest.raises(EngineError) as caught:
        desk(secrets, openai=address).check("openai")
    assert caught.value.code.endswith("unreachable")


def test_a_key_never_travels_in_clear(secrets: KeyringSecrets) -> None:
    secrets.hold("openai", "sk-1")
    with pytest.raises(EngineError) as caught:
        desk(secrets, openai="http://example.org/v1/models").check("openai")
    assert caught.value.code == "engine.insecure_address"


def test_without_a_key_nothing_is_asked(secrets: KeyringSecrets) -> None:
    with pytest.raises(InputError):
        desk(secrets).check("openai")


def test_without_a_keyring_a_key_is_refused_or_held_for_this_run_alone(secrets: KeyringSecrets, tmp_path: Path) -> None:
    made = desk(secrets)
    assert made.where() == ""
    with pytest.raises(StorageError) as caught:
        made.store("openai", "sk-1")
    assert caught.value.code == "keys.no_keyring"
    made.keep_until_quit("openai", " sk-1\n")
    assert KeyringSecrets(tmp_path / "keys.json").get("openai") == "sk-1"
    assert next(row for row in made.rows() if row.name == "openai").state == "until_quit"
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    assert made.remove("openai") and not made.remove("openai")
    assert secrets.get("openai") is None


def test_the_environment_wins_and_says_so(secrets: KeyringSecrets, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.hold("openai", "sk-held")
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-given")
    assert secrets.get("openai") == "sk-given" and secrets.place("openai") == "environment"


def test_what_is_no_key_is_not_held(secrets: KeyringSecrets) -> None:
    with pytest.raises(InputError):
        secrets.hold("openai", "  ")
    with pytest.raises(InputError):
        secrets.hold("nobody", "x")
    assert secrets.names() == []
