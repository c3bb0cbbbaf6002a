"""The list of engines follows the models folder, the book and the settings, and none of them ever waits."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from jarvis.app import engines as engines_module
from jarvis.app import models as models_module
from jarvis.app.build import Jarvis
from jarvis.catalog.reconcile import reconcile
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.models import ModelRow
from jarvis.contracts.ports import EngineText, GenerationOptions, TextEngine
from jarvis.engines.llama_server_build import found_binary
from jarvis.settings.folders import Folders
from tests.fakes.home_facts import FACTS
from tests.fakes.processes import until


@pytest.fixture
def jarvis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    monkeypatch.setattr(engines_module, "_RENEW_SECONDS", 0.0)
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.folders.models.mkdir(exist_ok=True)
    jarvis.settings.set("ollama.url", "")
    yield jarvis
    jarvis.close()


def ids(jarvis: Jarvis) -> list[str]:
    return [engine.id for engine in jarvis.text_engines()]


def add(jarvis: Jarvis, model: Path, name: str) -> Path:
    return Path(shutil.copy(model, jarvis.folders.models / f"{name}.gguf"))


def state(jarvis: Jarvis, identity: str, state: str) -> None:
    row = jarvis.models_room.book.row(identity)
    assert row is not None
    jarvis.models_room.book.put(replace(row, state=state))  # type: ignore[arg-type]


def ask(engine: TextEngine, question: str) -> str:
    items = engine.stream([ChatMessage(role="user", text=question)], GenerationOptions(), CancelToken())
    return "".join(item.text for item in items if isinstance(item, EngineText))


def test_the_list_follows_the_folder(jarvis: Jarvis, home_model: Path) -> None:
    assert ids(jarvis) == ["local", "cloud"]
    file = add(jarvis, home_model, "home")
    assert ids(jarvis) == ["home", "cloud"]
    file.unlink()
    assert ids(jarvis) == ["local", "cloud"]


def test_what_is_switched_off_is_not_listed_and_what_is_in_service_comes_first(
    jarvis: Jarvis, home_model: Path
) -> None:
    for name in ("a", "b", "c"):
        add(jarvis, home_model, name)
    assert ids(jarvis)[:3] == ["a", "b", "c"]
    state(jarvis, "c", "active")
    state(jarvis, "a", "inactive")
    assert ids(jarvis) == ["c", "b", "cloud"]


@pytest.mark.parametrize("asked", ["b", "b.gguf", "PATH"])
def test_the_setting_names_a_model_by_id_file_and_path(jarvis: Jarvis, home_model: Path, asked: str) -> None:
    add(jarvis, home_model, "a")
    file = add(jarvis, home_model, "b")
    jarvis.settings.set("engine.model", str(file) if asked == "PATH" else asked)
    assert ids(jarvis) == ["b", "a", "cloud"]


def test_a_file_outside_of_the_folder_named_by_the_setting(jarvis: Jarvis, home_model: Path) -> None:
    jarvis.settings.set("engine.model", str(home_model))
    assert jarvis.text_engines()[0].status("en").state == "loadable"
    assert ask(jarvis.text_engines()[0], FACTS[0][0]) == FACTS[0][1]


def test_a_model_that_the_setting_names_and_that_is_missing_is_said_in_both_languages(
    jarvis: Jarvis, home_model: Path
) -> None:
    add(jarvis, home_model, "a")
    jarvis.settings.set("engine.model", "gone")
    first, second = jarvis.text_engines()[:2]
    assert second.id == "a"
    assert "gone" in first.status("en").sentence and "neither" in first.status("en").sentence
    assert "ni en la lista" in first.status("es").sentence
    with pytest.raises(EngineError, match="gone"):
        ask(first, "Hello?")


def test_models_elsewhere_are_listed_only_where_somebody_wanted_them(jarvis: Jarvis) -> None:
    book = jarvis.models_room.book
    cloud = ModelRow(id="openai/gpt-4o-mini", kind="text", engine="openai", source="cloud", state="available")
    book.put(cloud)
    book.put(ModelRow(id="ollama/x:1b", kind="text", engine="ollama", source="ollama", state="installed"))
    assert ids(jarvis) == ["local", "ollama/x:1b", "cloud"]
    book.put(replace(cloud, state="active"))
    assert ids(jarvis) == ["local", "ollama/x:1b", "openai/gpt-4o-mini", "cloud"]
    jarvis.settings.set("vllm.url", "http://127.0.0.1:9/v1")
    jarvis.settings.set("vllm.model", "mine")
    assert ids(jarvis)[-1] == "vllm"


def test_a_status_opens_no_connection_and_starts_nothing(
    jarvis: Jarvis, home_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(jarvis, home_model, "home")
    book = jarvis.models_room.book
    book.put(ModelRow(id="ollama/x:1b", kind="text", engine="ollama", source="ollama", state="installed"))
    book.put(ModelRow(id="openai/gpt-4o-mini", kind="text", engine="openai", source="cloud", state="active"))
    jarvis.settings.set("cloud.enabled", True)
    connected: list[object] = []
    others = set(psutil.Process().children())
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: connected.append(address))
    for language in ("en", "es"):
        assert all(engine.status(language) for engine in jarvis.text_engines())
    assert connected == [] and set(psutil.Process().children()) <= others


def test_a_model_with_many_parameters_is_told_as_a_large_one(
    jarvis: Jarvis, home_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(jarvis, home_model, "home")
    status = jarvis.text_engines()[0].status
    assert not status().large
    parameters = jarvis.models_room.parameters_of(jarvis.folders.models / "home.gguf")
    monkeypatch.setattr(engines_module, "LARGE_PARAMETERS", parameters)
    assert status().large
    monkeypatch.setattr(engines_module, "LARGE_PARAMETERS", parameters + 1)
    assert not status().large


def test_a_swap_between_two_answers_and_what_is_switched_off_leaves_memory(jarvis: Jarvis, home_model: Path) -> None:
    for name in ("a", "b"):
        add(jarvis, home_model, name)
    assert ids(jarvis)[:2] == ["a", "b"]
    for name in ("a", "b"):
        state(jarvis, name, "active")
        assert ids(jarvis)[0] == name
        assert ask(jarvis.text_engines()[0], FACTS[0][0]) == FACTS[0][1]
        assert jarvis.text_engines()[0].status("en").state == "ready"
        state(jarvis, name, "inactive")
        assert name not in ids(jarvis)
        jarvis.models_room.pool.pause(name)
        assert name not in jarvis.models_room.pool.loaded()


def test_a_removed_model_leaves_memory_and_an_exchanged_one_is_another(jarvis: Jarvis, home_model: Path) -> None:
    file = add(jarvis, home_model, "home")
    assert ask(jarvis.text_engines()[0], FACTS[0][0]) == FACTS[0][1]
    before = jarvis.models_room.file_to_run("home", file)
    os.utime(file, (1, 1))
    assert jarvis.models_room.file_to_run("home", file) != before
    file.unlink()
    jarvis.models_room.book.remove("home")
    assert "home" not in ids(jarvis)
    until(lambda: not jarvis.models_room.pool.loaded(), "the removed model left memory")


def test_closing_ends_every_child_and_complains_of_nothing(
    jarvis: Jarvis, home_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(jarvis, home_model, "home")
    others = set(psutil.Process().children(recursive=True))
    ask(jarvis.text_engines()[0], FACTS[0][0])
    children = list(set(psutil.Process().children(recursive=True)) - others)
    assert children and jarvis.loaded_models() == ("home",)
    jarvis.close()
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_nothing_slow_is_done_twice_while_nothing_changes(
    jarvis: Jarvis, home_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            done.append(name)
            return real(*given)

        return call

    monkeypatch.setattr(models_module, "reconcile", counted("reconcile", reconcile))
    monkeypatch.setattr(models_module, "found_binary", counted("server", found_binary))
    monkeypatch.setattr(models_module, "_LOOK_AGAIN_SECONDS", 1e9)
    for name in ("a", "b"):
        add(jarvis, home_model, name)
    for _ in range(5):
        assert [engine.status("en").state for engine in jarvis.text_engines()[:2]] == ["loadable", "loadable"]
    assert sorted(done) == ["reconcile", "server"]
    add(jarvis, home_model, "c")
    assert "c" in ids(jarvis)
    assert done.count("reconcile") == 2
