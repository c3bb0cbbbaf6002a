"""Fixtures of the catalogue's tests: the hub stand-in that the real client speaks to, and a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.catalog.library import ModelLibrary
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.clock import FakeClock
from tests.fakes.hub import Hub
from tests.fakes.library import FILES, Runner, cloud, entry, library_over


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    hub = Hub(dict(FILES))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    yield hub
    hub.close()


@pytest.fixture
def runner() -> Runner:
    return Runner()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def book(database: Database) -> SqliteModelBook:
    return SqliteModelBook(database, FakeClock())


@pytest.fixture
def library(tmp_path: Path, database: Database, runner: Runner) -> ModelLibrary:
    return library_over(database, tmp_path / "models", (entry(), cloud()), runner=runner)
