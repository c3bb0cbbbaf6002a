"""The library over a stand-in for an Ollama daemon, and the engine that asks its models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.catalog.download import Progress
from jarvis.catalog.library import ModelLibrary
from jarvis.catalog.ollama_store import OllamaStore
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, InputError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineNotice, EngineText, GenerationOptions
from jarvis.engines.apis.ollama import OllamaEngine
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.library import Runner, cloud, library_over
from tests.fakes.ollama import Ollama

LLAMA, QWEN = "ollama/llama3.2:3b", "ollama/qwen3:4b"


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    ollama = Ollama()
    yield ollama
    ollama.close()


@pytest.fixture
def library(ollama: Ollama, tmp_path: Path, database: Database, runner: Runner) -> ModelLibrary:
    return library_over(database, tmp_path / "models", (cloud(),), runner=runner, ollama=OllamaStore(ollama.url))


def pulled(library: ModelLibrary, wish: str = QWEN) -> list[Progress]:
    seen: list[Progress] = []
    library.download(wish, cancel=CancelToken(), on_progress=seen.append)
    return seen


def updated(library: ModelLibrary) -> bool:
    return library.update(QWEN, cancel=CancelToken(), on_progress=lambda _: None)


def test_rows_follow_the_daemon(library: ModelLibrary, ollama: Ollama) -> None:
    library.reconcile()
    row = library.find(LLAMA)
    assert (row.state, row.source, row.engine, row.quantization) == ("installed", "ollama", "ollama", "Q4_K_M")
    assert (row.bytes, row.version) == (2000, "d2000")
    ollama.models |= {"nomic-embed-text:v1": 5}
    del ollama.models["llama3.2:3b"]
    library.reconcile()
    assert [each.id for each in library.rows() if each.source == "ollama"] == ["ollama/nomic-embed-text:v1"]
    assert library.find("ollama/nomic-embed-text:v1").kind == "embedding"


def test_a_daemon_that_is_gone_keeps_its_rows_and_is_told(
    library: ModelLibrary, ollama: Ollama, database: Database, tmp_path: Path
) -> None:
    library.reconcile()
    library.set_pinned(LLAMA, True)
    known = library.find(LLAMA)
    for url in ("http://127.0.0.1:9", ollama.url):
        ollama.page = True
        gone = library_over(database, tmp_path / "models", (), ollama=OllamaStore(url))
        gone.reconcile()
        assert gone.ollama_failure is not None and gone.find(LLAMA) == known
        with pytest.raises(EngineError):
            gone.remove(LLAMA)
        assert gone.find(LLAMA) == known
    ollama.page = False
    library.reconcile()
    assert library.ollama_failure is None and library.find(LLAMA) == known


def test_no_daemon_set_up(database: Database, tmp_path: Path, library: ModelLibrary) -> None:
    library.reconcile()
    without = library_over(database, tmp_path / "models", ())
    without.reconcile()
    assert without.rows() == []
    with pytest.raises(EngineError) as caught:
        pulled(without)
    assert caught.value.code == "ollama.none"


def test_pull_with_progress_update_by_digest_remove(library: ModelLibrary, ollama: Ollama) -> None:
    library.reconcile()
    seen = pulled(library)
    assert [(each.model, each.done_bytes, each.total_bytes) for each in seen] == [
        (QWEN, 1500, 3000),
        (QWEN, 3000, 3000),
    ]
    library.activate(QWEN), library.set_keep_alive(QWEN, 3.0)
    assert not updated(library)
    ollama.pullable["qwen3:4b"] = 4_000
    assert updated(library)
    row = library.find(QWEN)
    assert (row.version, row.bytes, row.state, row.keep_alive_minutes) == ("d4000", 4000, "active", 3.0)
    assert library.removal(QWEN).in_ollama and library.remove(QWEN) == 4000
    assert "qwen3:4b" not in ollama.models
    library.reconcile()
    assert QWEN not in {each.id for each in library.rows()}


def test_a_name_without_a_tag_is_the_latest(library: ModelLibrary, ollama: Ollama) -> None:
    ollama.pullable["gemma3:latest"] = 10
    ollama.pullable["gemma3"] = 10
    library.reconcile()
    with pytest.raises(InputError):
        pulled(library, "ollama/nothing")
    ollama.models["gemma3:latest"] = 10
    pulled(library, "ollama/gemma3")
    assert library.find("ollama/gemma3:latest").state == "installed"


def test_a_cancelled_pull_leaves_no_row(library: ModelLibrary, ollama: Ollama) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        library.download(QWEN, cancel=cancel, on_progress=lambda _: cancel.cancel())
    ollama.models.pop("qwen3:4b", None)
    library.reconcile()
    assert QWEN not in {each.id for each in library.rows()}


def test_deactivate_unloads_and_the_state_stays(library: ModelLibrary, ollama: Ollama, runner: Runner) -> None:
    ollama.loaded["llama3.2:3b"] = 99
    library.reconcile()
    assert library.deactivate(LLAMA).state == "inactive" and ollama.loaded == {} and runner.acts == []
    library.reconcile()
    assert library.find(LLAMA).state == "inactive"


def test_one_update_that_fails_does_not_stop_the_others(
    library: ModelLibrary, ollama: Ollama, book: SqliteModelBook
) -> None:
    pulled(library)
    ollama.pullable = {"qwen3:4b": 9_000}  # llama3.2:3b can be pulled no more
    done = library.update_all(cancel=CancelToken(), on_progress=lambda _: None)
    assert done[QWEN] is True and isinstance(done[LLAMA], InputError)
    book.put(replace(library.find(QWEN), state="failed"))
    assert QWEN not in library.update_all(cancel=CancelToken(), on_progress=lambda _: None)


def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    ollama: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert OllamaStore(ollama.url).version() == "0.12.3"
    with pytest.raises(EngineError) as caught:
        OllamaStore("http://ollama.invalid:11434").version()
    assert caught.value.code == "ollama.unreachable"


@pytest.mark.parametrize(
    "models", [None, 3, [3], [{}], [{"name": "x", "size": "big"}], [{"name": "x", "details": ["Q4"]}]]
)
def test_a_stranger_at_the_port_is_told(ollama: Ollama, monkeypatch: pytest.MonkeyPatch, models: object) -> None:
    monkeypatch.setattr(OllamaStore, "_get", lambda *_: {"models": models} if models is not None else {})
    with pytest.raises(EngineError) as caught:
        OllamaStore(ollama.url).installed()
    assert caught.value.code == "ollama.not_ollama"


def test_the_engine_answers_from_the_same_daemon(library: ModelLibrary, ollama: Ollama) -> None:
    pulled(library)
    engine = OllamaEngine(model="qwen3:4b", base_url=lambda: ollama.url)
    try:
        for loading in (True, False):
            items = list(engine.stream([ChatMessage(role="user", text="?")], GenerationOptions(), CancelToken()))
            assert "".join(item.text for item in items if isinstance(item, EngineText)) == "Hello"
            assert isinstance(items[-1], EngineDone) and isinstance(items[0], EngineNotice) == loading
        assert ollama.bodies[-1]["options"]["num_ctx"] > 0 and ollama.loaded == {"qwen3:4b": 3000}
        library.deactivate(QWEN)
        assert ollama.loaded == {}
        library.remove(QWEN)
        with pytest.raises(EngineError) as caught:
            list(engine.stream([ChatMessage(role="user", text="?")], GenerationOptions(), CancelToken()))
        assert "qwen3:4b" in caught.value.sentence("es")
    finally:
        engine.close()
