"""What every door does with models, over a real home: freeing from outside, pins, estimates, and what doctor says."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.models import LoadedModel
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.settings.folders import Folders
from tests.fakes.home_facts import FACTS
from tests.fakes.ollama import Ollama


@pytest.fixture
def jarvis(tmp_path: Path, home_model: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    jarvis.folders.models.mkdir(exist_ok=True)
    shutil.copy(home_model, jarvis.folders.models / "home.gguf")
    jarvis.models().views("en")
    yield jarvis
    jarvis.close()


def test_freeing_ends_a_child_of_another_process_that_does_not_let_go(jarvis: Jarvis) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline()
        noted = LoadedModel(device="GPU 0", vram_mib=4000.0, ram_mib=0.0, url="", pid=child.pid)
        jarvis.models_room.book.set_loaded("home", noted)
        desk = jarvis.models()
        (view,) = [view for view in desk.views("en", installed_only=True) if view.id == "home"]
        assert (view.device, view.vram_mib) == ("GPU 0", 4000.0)
        freed = desk.free()
        assert child.wait(60) == -signal.SIGKILL
    assert freed.models == ("home",) and freed.freed_mib == 4000.0
    assert desk.held() and jarvis.loaded_models() == ()
    desk.use_gpus_again()
    assert not desk.held()


def test_only_what_jarvis_runs_itself_can_be_kept_in_memory(jarvis: Jarvis) -> None:
    desk = jarvis.models()
    assert desk.pin("home", True).pinned and not desk.pin("home", False).pinned
    for identity in ("gpt-4o-mini", "qwen2.5-7b"):
        with pytest.raises(InputError, match="cannot be kept in memory"):
            desk.pin(identity, True)


def test_the_list_has_one_quantization_each_unless_all_are_wanted(jarvis: Jarvis) -> None:
    desk = jarvis.models()
    some, every = desk.views("es"), desk.views("es", every_quantization=True)
    assert {view.id for view in some} < {view.id for view in every}
    entries = [view.id.partition(":")[0] for view in some if view.state == "available" and view.source == "catalogue"]
    assert len(entries) == len(set(entries))
    assert [view.id for view in desk.views("en", installed_only=True) if view.kind == "text"] == ["home"]


def findings(jarvis: Jarvis, name: str) -> list[tuple[str, str]]:
    return [(check.state, check.finding) for check in jarvis.checks() if check.name == name]


def test_doctor_tells_of_held_gpus_and_of_every_engine(jarvis: Jarvis) -> None:
    jarvis.settings.set("language", "en")
    jarvis.models_room.book.set_hold(True)
    assert ("note", "the GPUs are kept free") in findings(jarvis, "language models")
    assert findings(jarvis, "llama-server") and findings(jarvis, "vLLM") == []
    assert findings(jarvis, "Ollama") == [("ok", "none is looked for (ollama.url)")]
    assert any(finding.startswith("home: can be loaded, CPU") for _, finding in findings(jarvis, "language models"))


def test_doctor_asks_ollama_for_its_models(tmp_path: Path) -> None:
    daemon = Ollama()
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    try:
        jarvis.settings.set("ollama.url", daemon.url)
        assert findings(jarvis, "Ollama") == [("ok", f"{daemon.url}: llama3.2:3b")]
        daemon.page = True
        ((state, finding),) = findings(jarvis, "Ollama")
        assert state == "note" and "not Ollama" in finding
    finally:
        jarvis.close()
        daemon.close()


def test_the_models_of_a_container_are_shown_told_of_and_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, programs = Ollama(), tmp_path / "bin"
    programs.mkdir()
    port = daemon.url.rpartition(":")[2]
    listed = {"Image": "ollama/ollama", "Names": "brain", "Ports": f"127.0.0.1:{port}->11434/tcp"}
    docker = programs / "docker"
    docker.write_text(f"#!/bin/sh\necho '{json.dumps(listed)}'\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        asked = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        try:
            jarvis.settings.set("language", "en")
            jarvis.settings.set("ollama.url", asked)
            desk = jarvis.models()
            views = desk.views("en", installed_only=True)
            assert "ollama/llama3.2:3b" in [view.id for view in views]
            assert "container brain" in desk.ollama_note("en") and "contenedor brain" in desk.ollama_note("es")
            told = findings(jarvis, "Ollama")
            assert told == [("ok", f"{daemon.url}: llama3.2:3b"), ("note", desk.ollama_note("en"))]
            (engine,) = [each for each in jarvis.text_engines() if each.id == "ollama/llama3.2:3b"]
            question = [ChatMessage(role="user", text="Hi")]
            said = list(engine.stream(question, GenerationOptions(), CancelToken()))
            assert "".join(item.text for item in said if isinstance(item, EngineText)) == "Hello"
            docker.write_text("#!/bin/sh\n")
            desk.views("en")
            # Its models stay in the list; that they do not answer is told.
            assert "No Ollama answers" in desk.ollama_note("en")
        finally:
            jarvis.close()
            daemon.close()


def test_without_ollama_there_is_nothing_to_tell(jarvis: Jarvis) -> None:
    assert jarvis.models().ollama_note("es") == ""


def test_one_model_is_tried_without_a_conversation(jarvis: Jarvis) -> None:
    question, answer = FACTS[0]
    desk = jarvis.models()
    tokens: list[int] = []
    pieces = list(desk.try_out("home", question, CancelToken(), tokens.append))
    assert answer in "".join(pieces)
    assert len(tokens) == 1 and tokens[0] >= len(pieces) > 0
    assert jarvis.conversation_log.conversations() == []


def test_what_is_not_here_or_not_in_use_cannot_be_tried(jarvis: Jarvis) -> None:
    desk = jarvis.models()
    for identity in ("gpt-4o-mini", "qwen2.5-7b"):
        with pytest.raises(InputError, match="cannot be tried here"):
            list(desk.try_out(identity, "Hello", CancelToken()))
