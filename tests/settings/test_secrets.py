"""Keys in a keyring, and what happens without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError

from jarvis.contracts.errors import InputError, StorageError
from jarvis.settings.secrets import KeyringSecrets


class DrawerKeyring(KeyringBackend):
    """A keyring backend in memory; the real one is tried where a secret service runs."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.drawer: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.drawer.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.drawer[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.drawer:
            raise PasswordDeleteError
        del self.drawer[service, username]


@pytest.fixture
def drawer() -> Iterator[DrawerKeyring]:
    before = keyring.get_keyring()
    backend = DrawerKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_a_key_is_kept_in_the_keyring_and_nowhere_else(drawer: DrawerKeyring, tmp_path: Path) -> None:
    secrets = KeyringSecrets(tmp_path / "keys.json")
    secrets.set("openai", "sk-secret-123\n")
    assert secrets.get("openai") == "sk-secret-123"
    assert secrets.names() == ["openai"]
    assert all(b"sk-secret" not in file.read_bytes() for file in tmp_path.iterdir())
    assert secrets.delete("openai") and not secrets.delete("openai")
    assert secrets.get("openai") is None and drawer.drawer == {}


def test_a_key_removed_in_the_keyring_itself(drawer: DrawerKeyring, tmp_path: Path) -> None:
    secrets = KeyringSecrets(tmp_path / "keys.json")
    secrets.set("openai", "sk-1")
    drawer.drawer.clear()
    assert secrets.get("openai") is None
    assert secrets.delete("openai")
    assert secrets.names() == []


@pytest.mark.parametrize("value", ["", "  \n", "a\x07b", "clé"])
def test_what_is_no_key(drawer: DrawerKeyring, tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError):
        KeyringSecrets(tmp_path / "keys.json").set("openai", value)
    assert drawer.drawer == {}


def test_an_unknown_name(drawer: DrawerKeyring, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        KeyringSecrets(tmp_path / "keys.json").set("bank", "1234")


def test_without_a_keyring_nothing_is_written(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        with pytest.raises(StorageError) as caught:
            KeyringSecrets(tmp_path / "keys.json").set("openai", "sk-1")
    finally:
        keyring.set_keyring(before)
    assert "JARVIS_KEY_OPENAI" in caught.value.sentence("es")
    assert list(tmp_path.iterdir()) == []


def test_the_environment_wins(drawer: DrawerKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-env")
    assert KeyringSecrets(tmp_path / "keys.json").get("openai") == "sk-env"


def test_a_damaged_list_of_names_loses_no_key(drawer: DrawerKeyring, tmp_path: Path) -> None:
    secrets = KeyringSecrets(tmp_path / "keys.json")
    secrets.set("openai", "sk-1")
    (tmp_path / "keys.json").write_text("{")
    assert secrets.get("openai") == "sk-1"
