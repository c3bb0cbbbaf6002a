"""Managing an Ollama daemon over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jarvis.catalog.ollama_store import OllamaStore
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError, JarvisError
from tests.fakes.ollama import Ollama


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    ollama = Ollama()
    yield ollama
    ollama.close()


def test_what_is_there_loaded_pulled_unloaded_deleted(ollama: Ollama) -> None:
    store, seen = OllamaStore(ollama.url), list[tuple[int, int]]()
    ollama.loaded["llama3.2:3b"] = 77
    assert store.version() == "0.12.3" and store.installed()[0].vram_bytes == 77
    store.pull("qwen3:4b", CancelToken(), lambda done, total: seen.append((done, total)))
    assert seen == [(1500, 3000), (3000, 3000)] and len(store.installed()) == 2
    store.unload("llama3.2:3b")
    store.delete("qwen3:4b")
    assert not store.running() and [each.name for each in store.installed()] == ["llama3.2:3b"]
    assert store.show("llama3.2:3b")["details"]


def test_what_goes_wrong_is_a_sentence(ollama: Ollama) -> None:
    store = OllamaStore(ollama.url)
    for name in ("delete", "show"):
        with pytest.raises(InputError):
            getattr(store, name)("nothing")
    with pytest.raises(InputError):
        store.pull("nothing", CancelToken(), lambda *_: None)
    ollama.stop_pull = True
    with pytest.raises(EngineError) as stopped:
        store.pull("qwen3:4b", CancelToken(), lambda *_: None)
    ollama.page = True
    with pytest.raises(EngineError) as page:
        store.installed()
    with pytest.raises(JarvisError) as gone:
        OllamaStore("http://127.0.0.1:9").version()
    codes = [caught.value.code for caught in (stopped, page, gone)]
    assert codes == ["ollama.failed", "ollama.not_ollama", "ollama.unreachable"]
