"""An embeddings server that is not at home, by the real settings, rows and requests; and the key that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from click.testing import CliRunner
from keyring.backend import KeyringBackend

from jarvis.app.build import Jarvis
from jarvis.cli.settings_commands import keys
from jarvis.contracts.memory import MemoryQuery, NewMemory
from jarvis.engines.embedding import openai_server
from jarvis.settings.folders import Folders
from tests.fakes.embedding_server import EmbeddingServer, embedding_server

STAYS, LEAVES = "the vault opens with parsley", "the library closes on Mondays"


class DrawerKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.drawer: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.drawer.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.drawer[service, username] = password


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    # It answers on this computer, and counts as one that does not.
    monkeypatch.setattr(openai_server, "is_at_home", lambda _: False)
    with embedding_server() as made:
        yield made


@pytest.fixture
def jarvis(tmp_path: Path, server: EmbeddingServer) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    made.settings.set("memory.embedder", "server")
    made.settings.set("memory.embedder_url", server.url)
    made.settings.set("memory.embedder_model", "big")
    list(made.memory().add([NewMemory(text=STAYS), NewMemory(text=LEAVES, privacy="cloud")]))
    yield made
    made.close()


def sent(server: EmbeddingServer) -> str:
    return " ".join(text for texts in server.texts for text in texts)


@pytest.mark.parametrize("setting", [{"cloud.enabled": "false"}, {"cloud.enabled": "true", "privacy.cloud": "ask"}])
def test_nothing_of_the_person_is_sent_where_questions_do_not_leave(
    jarvis: Jarvis, server: EmbeddingServer, setting: dict[str, str]
) -> None:
    for name, value in setting.items():
        jarvis.settings.set(name, value)
    assert jarvis.memory().catch_up().state == "off"
    result = jarvis.memory().search(MemoryQuery(text="what opens the vault?"))
    assert result.found[0].memory.text == STAYS and "do not let questions leave" in result.notice
    assert "do not let questions leave" in (jarvis.memory().notice() or "")
    assert not any(word in sent(server) for word in ("vault", "parsley", "library"))


def test_only_what_may_leave_is_sent(jarvis: Jarvis, server: EmbeddingServer) -> None:
    jarvis.settings.set("cloud.enabled", "true")
    assert jarvis.memory().catch_up().state == "ready"
    result = jarvis.memory().search(MemoryQuery(text="what opens the vault?"))
    assert result.searched_by == "words and meaning" and STAYS in [found.memory.text for found in result.found]
    assert "what opens the vault?" in sent(server) and LEAVES in sent(server) and "parsley" not in sent(server)


def test_personal_data_are_taken_out_of_what_is_sent(jarvis: Jarvis, server: EmbeddingServer) -> None:
    jarvis.settings.set("cloud.enabled", "true")
    list(jarvis.memory().add([NewMemory(text="Write to ana.perez@example.com about the roof", privacy="cloud")]))
    jarvis.memory().catch_up()
    question = MemoryQuery(text="whose roof is ana.perez@example.com about?")
    assert jarvis.memory().search(question).searched_by == "words and meaning"
    assert "roof" in sent(server) and "ana.perez" not in sent(server)
    jarvis.settings.set("privacy.personal_data", "stay")
    before = len(server.asked)
    result = jarvis.memory().search(MemoryQuery(text="what does ana.perez@example.com want?"))
    assert "ana.perez" in result.found[0].memory.text and "personal data" in result.notice
    assert len(server.asked) == before
    assert jarvis.memory().search(MemoryQuery(text="what about the roof?")).notice == ""


def test_the_key_of_the_server_is_stored_and_sent(jarvis: Jarvis, server: EmbeddingServer) -> None:
    before, drawer = keyring.get_keyring(), DrawerKeyring()
    keyring.set_keyring(drawer)
    try:
        result = CliRunner().invoke(keys, ["set", "embedder"], input="sk-embed\n", obj=jarvis)
        assert result.exit_code == 0 and "embedder" in result.output and "sk-embed" not in result.output
        assert list(drawer.drawer.values()) == ["sk-embed"]
        jarvis.settings.set("cloud.enabled", "true")
        jarvis.memory().catch_up()
    finally:
        keyring.set_keyring(before)
    assert server.keys and all("sk-embed" in (key or "") for key in server.keys)


def test_a_chroma_server_elsewhere_is_refused(jarvis: Jarvis) -> None:
    jarvis.settings.set("memory.embedder", "minilm")
    for url, refused in (("https://api.trychroma.com", True), ("http://nas.local:8000", False)):
        assert jarvis.memory_room.keeper._shards._at_home(url) is not refused
