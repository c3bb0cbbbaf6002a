"""Several models fetched at once for a door, over a real library and a stand-in for Ollama."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.model_downloads import download_all
from jarvis.catalog.library import ModelLibrary
from jarvis.catalog.ollama_store import OllamaStore
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.model_desk import ModelView, Transfer
from jarvis.contracts.models import ModelRow
from jarvis.storage.database import Database
from tests.fakes.library import cloud, library_over
from tests.fakes.ollama import Ollama


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    ollama = Ollama()
    ollama.pullable = {"one:1b": 1_000, "two:2b": 2_000, "three:3b": 3_000}
    yield ollama
    ollama.close()


@pytest.fixture
def library(ollama: Ollama, tmp_path: Path) -> Iterator[ModelLibrary]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield library_over(database, tmp_path / "models", (cloud(),), ollama=OllamaStore(ollama.url))
    database.close()


def view_of(row: ModelRow) -> ModelView:
    return ModelView(
        id=row.id, name=row.id, kind=row.kind, state=row.state, engine=row.engine, source=row.source, bytes=row.bytes
    )


WISHES = ("ollama/one:1b", "ollama/no-such:1b", "two", "ollama/three:3b", "ollama/one:1b")


def test_each_ends_for_itself_and_is_told_in_the_order_asked(library: ModelLibrary) -> None:
    told: list[Transfer] = []
    ended = download_all(library, WISHES, CancelToken(), told.append, view_of)
    assert [(each.model, each.state) for each in ended] == [
        ("ollama/one:1b", "finished"),
        ("ollama/no-such:1b", "failed"),
        ("two", "failed"),
        ("ollama/three:3b", "finished"),
    ], "what was asked for twice is fetched once"
    assert [each.failure.code for each in ended if each.failure is not None] == [
        "ollama.unknown_model",
        "models.unknown",
    ]
    assert [each.view.bytes if each.view is not None else None for each in ended] == [1_000, None, None, 3_000]
    last = {each.model: each for each in told}
    progress = last["ollama/three:3b"].progress
    assert progress is not None and progress.done_bytes == progress.total_bytes == 3_000
    assert {model: each.state for model, each in last.items()} == {each.model: each.state for each in ended}


def test_cancelled_before_it_begins_nothing_is_fetched(library: ModelLibrary, ollama: Ollama) -> None:
    cancel = CancelToken()
    cancel.cancel()
    ended = download_all(library, WISHES[:1], cancel, lambda _: None, view_of)
    assert [each.state for each in ended] == ["cancelled"] and "one:1b" not in ollama.models


def test_cancelled_in_between_what_has_not_begun_does_not_begin(library: ModelLibrary) -> None:
    cancel, told = CancelToken(), list[Transfer]()

    def on_change(transfer: Transfer) -> None:
        told.append(transfer)
        if transfer.progress is not None:
            cancel.cancel()

    wishes = [f"ollama/{name}" for name in ("one:1b", "two:2b", "three:3b")]
    ended = download_all(library, wishes, cancel, on_change, view_of)
    assert ended[2].state == "cancelled" and "running" not in [
        each.state for each in told if each.model == "ollama/three:3b"
    ]


def test_an_interrupted_wait_cancels_all(library: ModelLibrary) -> None:
    def on_change(transfer: Transfer) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_all(library, ["no-such-model"], CancelToken(), on_change, view_of)
