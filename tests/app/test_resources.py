"""What the resource panel is told, over a real home with described cards and a real small model."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.resources import AppResources
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError
from jarvis.contracts.hardware import GpuProcess, GpuSample
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.models import LoadedModel
from jarvis.contracts.placement import DeviceShare
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.engines.speed_now import SpeedNow
from jarvis.settings.folders import Folders
from tests.fakes.clock import FakeClock
from tests.fakes.home_facts import FACTS
from tests.fakes.processes import until

CARD = GpuSample(index=0, name="RTX 5070 Ti", vendor="nvidia", used_mib=5000, total_mib=16303, utilisation_percent=40)


@pytest.fixture
def jarvis(tmp_path: Path, home_model: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    jarvis.folders.models.mkdir(exist_ok=True)
    shutil.copy(home_model, jarvis.folders.models / "home.gguf")
    jarvis.models().views("en")
    yield jarvis
    jarvis.close()


@pytest.fixture
def desk(jarvis: Jarvis) -> AppResources:
    return AppResources(jarvis)


def show(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch, *cards: GpuSample) -> None:
    """Let the machine have these cards; no computer that runs tests has them."""
    monkeypatch.setattr(jarvis.models_room.hardware, "gpu_samples", lambda: cards)


def test_a_machine_without_a_card_is_shown_as_it_is(desk: AppResources) -> None:
    view = desk.view("en")
    assert view.gpus == () and view.gpu_trouble == "" and view.resident == ()
    assert 0 < view.ram_used_mib < view.ram_total_mib and 0 < view.disk_free_mib <= view.disk_total_mib
    assert 0.0 <= view.cpu_percent <= 100.0
    assert len(desk.history()) == 1


def test_the_speed_of_what_is_being_written_is_told(
    jarvis: Jarvis, desk: AppResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.view("en").tokens_per_second_now == 0.0
    clock = FakeClock()
    speed = SpeedNow(clock)
    monkeypatch.setattr(jarvis.routing_room, "speed", speed)
    engine = next(engine for engine in jarvis.text_engines() if engine.id == "home")
    written = engine.stream([ChatMessage(role="user", text=FACTS[0][0])], GenerationOptions(), CancelToken())
    assert any(isinstance(item, EngineText) for item in written)
    assert desk.view("en").tokens_per_second_now > 0
    clock.advance(10.0)
    assert desk.view("en").tokens_per_second_now == 0.0


def test_memory_is_told_apart_by_model_child_and_stranger(
    jarvis: Jarvis, desk: AppResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with (
        subprocess.Popen(sleep, stdin=subprocess.PIPE) as model,
        subprocess.Popen(sleep, stdin=subprocess.PIPE) as child,
    ):
        jarvis.registry.add(child.pid, "embedder")
        jarvis.models_room.book.set_loaded(
            "home",
            LoadedModel(
                device="GPU 0",
                vram_mib=3000,
                ram_mib=100,
                url="",
                pid=model.pid,
                shares=(DeviceShare(gpu=0, layers=28, mib=3000),),
            ),
        )
        told = (
            GpuProcess(pid=model.pid, name="python", used_mib=3100),
            GpuProcess(pid=child.pid, name="python", used_mib=900),
            GpuProcess(pid=1, name="Xorg", used_mib=400),
            GpuProcess(pid=os.getpid(), name="python", used_mib=100),
        )
        show(jarvis, monkeypatch, replace(CARD, processes=told))
        view = desk.view("en")
        (card,) = view.gpus
        assert [(one.kind, one.name, one.mib, one.layers) for one in card.holdings] == [
            ("text", "home", 3100, 28),
            ("jarvis", "embedder", 900, 0),
            ("others", "", 500, 0),
            ("others", "Xorg", 400, 0),
            ("jarvis", "jarvis", 100, 0),
        ]
        (resident,) = view.resident
        assert (resident.id, resident.device, resident.own) == ("home", "GPU 0", False)
        with pytest.raises(InputError, match="not in this window's memory"):
            desk.unload("home")
        for process in (model, child):
            process.communicate()


def test_a_card_that_no_longer_answers_is_told(
    jarvis: Jarvis, desk: AppResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(jarvis, monkeypatch, CARD)
    assert desk.view("en").gpu_trouble == ""
    show(jarvis, monkeypatch)
    assert desk.view("en").gpu_trouble.startswith("No graphics card answers any more")
    assert desk.view("es").gpu_trouble.startswith("Ya no responde")
    show(jarvis, monkeypatch, CARD)
    assert desk.view("en").gpu_trouble == ""
    assert [len(past.gpus) for past in desk.history()] == [1, 0, 0, 1]


def test_what_is_here_is_said_to_fit_and_is_unloaded_by_name(jarvis: Jarvis, desk: AppResources) -> None:
    (fit,) = desk.fits("es")
    assert fit.model == "home" and fit.fits and fit.sentence
    room = jarvis.models_room
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    room.pool.subscribe(lambda event: ended.put(event.kind) if event.kind == "unloaded" else None)
    with room.pool.lease(room.to_run(room.book.row("home")), CancelToken(), lambda notice: None):
        assert tuple(room.pool.loaded()) == ("home",)
        # It is noted beside the answer, a moment after the model is there.
        until(lambda: bool(desk.view("en").resident), "the note of the load")
        (resident,) = desk.view("en").resident
        assert resident.own and resident.device == "CPU" and resident.ram_mib > 0
    desk.unload("home")
    assert ended.get(timeout=30) == "unloaded"
    with pytest.raises(InputError):
        desk.unload("home")
