"""Managing an Ollama daemon over HTTP, and finding it in containers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.catalog.ollama_store import OllamaContainer, OllamaStore, ollama_containers
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError, JarvisError
from tests.fakes.ollama import Ollama

PODMAN_PORT = {"host_ip": "", "container_port": 11434, "host_port": 11777, "range": 1, "protocol": "tcp"}


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


def test_containers_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ollama_containers() == []
    docker = tmp_path / "docker"
    line = '{"Image":"ollama/ollama:latest","Names":"o","Ports":"0.0.0.0:11500->11434/tcp"}'
    docker.write_text(f"#!/bin/sh\necho '{line}'\necho nonsense\n")
    docker.chmod(0o755)
    assert ollama_containers() == [OllamaContainer(name="o", url="http://127.0.0.1:11500")]


def test_podman_lists_ports_as_objects_and_a_hanging_docker_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name, script in {
        "docker": "exec sleep 60",
        "podman": f"cat {tmp_path}/told",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    told = [
        {"Image": "docker.io/ollama/ollama:rocm", "Names": ["brain"], "Ports": [PODMAN_PORT]},
        {"Image": "docker.io/ollama/ollama", "Names": ["hidden"], "Ports": None},
        {"Image": "docker.io/ollama/ollama", "Names": [], "Ports": [{"container_port": 11434, "host_port": "x"}]},
        {"Image": "nginx", "Names": ["web"], "Ports": [PODMAN_PORT]},
        ["ollama/ollama"],
    ]
    (tmp_path / "told").write_text("".join(f"{json.dumps(each)}\n" for each in told))
    assert ollama_containers(0.3) == [OllamaContainer(name="brain", url="http://127.0.0.1:11777")]
