"""Which recogniser a real home gets, and that what it holds is noted and given back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jarvis.app.build import Jarvis
from jarvis.app.recognition_place import RecognitionPlace
from jarvis.app.speech_children import speech_to_text
from jarvis.contracts.errors import InputError
from jarvis.contracts.hardware import Machine
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import Decoding
from jarvis.engines.speech.children import WhisperPlace
from jarvis.engines.speech.models import half_bytes
from jarvis.placement.machine_file import machine_document
from jarvis.settings.folders import Folders
from tests.fakes.canned_whisper import canned_whisper
from tests.fakes.model_processes import TWO_GPUS
from tests.fakes.whisper_shapes import random_whisper


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    jarvis.settings.set("engine.threads", 1)
    jarvis.folders.models.mkdir(exist_ok=True)
    yield jarvis
    jarvis.close()


class Described:
    """Hardware that is only described."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def machine(self) -> Machine:
        return self._machine

    def gpu_samples(self) -> tuple[()]:
        return ()


def hardware(jarvis: Jarvis, machine: Machine) -> None:
    """Let `jarvis` see `machine`."""
    jarvis.models_room.__dict__["hardware"] = Described(machine)


def installed(jarvis: Jarvis, folder: Path, identity: str) -> ModelRow:
    row = ModelRow(
        id=identity, kind="recognition", engine="faster-whisper", source="import", state="installed", path=str(folder)
    )
    jarvis.models_room.book.put(row)
    return row


def test_the_recogniser_of_the_settings_is_noted_measured_and_freed(jarvis: Jarvis, tmp_path: Path) -> None:
    folder = canned_whisper(tmp_path / "elsewhere" / "my-whisper", "what time is it")
    installed(jarvis, folder, "my-whisper")
    jarvis.settings.set("speech.recognition_device", "cpu")
    recogniser = speech_to_text(jarvis, RecognitionPlace(jarvis))
    try:
        recogniser.warm()
        assert recogniser.info().model == "my-whisper"
        row = jarvis.models_room.book.row("my-whisper")
        assert row is not None and row.loaded is not None
        assert (row.loaded.device, row.loaded.vram_mib) == ("CPU", 0.0) and row.loaded.ram_mib > 50
        (measured,) = jarvis.models_room.book.measurements("my-whisper")
        assert measured.load_seconds > 0 and measured.prompt_tokens_per_second
        pid = row.loaded.pid
    finally:
        recogniser.close()
    assert not psutil.pid_exists(pid)
    row = jarvis.models_room.book.row("my-whisper")
    assert row is not None and row.loaded is None


def test_models_that_were_switched_off_are_not_used(jarvis: Jarvis) -> None:
    assert RecognitionPlace(jarvis).choose() is None
    folder = canned_whisper(jarvis.folders.models / "whisper-mine", "hola", "es")
    found = RecognitionPlace(jarvis).choose()
    assert found is not None and found.folder == folder and found.threads == 1
    assert found.decoding == Decoding(compute_type="int8", beam=1)
    row = installed(jarvis, folder, "whisper-mine")
    jarvis.models_room.book.put(
        ModelRow(id=row.id, kind=row.kind, engine=row.engine, source=row.source, state="inactive", path=row.path)
    )
    assert RecognitionPlace(jarvis).choose() is None
    jarvis.settings.set("speech.recognition_model", "whisper-mine")
    jarvis.settings.set("speech.recognition_device", "cuda:1")
    chosen = RecognitionPlace(jarvis).choose()
    assert chosen is not None and (chosen.folder, chosen.device) == (folder, "cuda:1")
    jarvis.settings.set("speech.recognition_device", "gpu")
    with pytest.raises(InputError, match="no device"):
        RecognitionPlace(jarvis).choose()
    jarvis.settings.set("speech.recognition_device", "")
    jarvis.settings.set("speech.recognition_model", "whisper-gone")
    with pytest.raises(InputError, match="whisper-gone"):
        RecognitionPlace(jarvis).choose()


def test_a_model_of_ones_own_is_planned_as_it_is_run(jarvis: Jarvis, tmp_path: Path) -> None:
    installed(jarvis, canned_whisper(tmp_path / "elsewhere" / "my-whisper", "hola", "es"), "my-whisper")
    hardware(jarvis, TWO_GPUS)
    chosen = RecognitionPlace(jarvis).choose()
    described = tmp_path / "rig.json"
    described.write_text(json.dumps(machine_document(TWO_GPUS)))
    assert chosen is not None and chosen.device == "cuda:1"
    for hardware_file in (None, described):
        planned = jarvis.models().plan(hardware_file, ["my-whisper"])[0].of("my-whisper")
        assert planned is not None and [share.gpu for share in planned.devices] == [1]
        assert chosen.decoding == planned.decoding == Decoding(compute_type="int8_float16", beam=5)
        assert 400 < planned.vram_mib < 410


def test_without_a_figure_of_the_driver_memory_goes_by_how_it_computes(jarvis: Jarvis, tmp_path: Path) -> None:
    folder = random_whisper(tmp_path / "whisper-tiny", "tiny")
    installed(jarvis, folder, "my-whisper")
    hardware(jarvis, TWO_GPUS)
    facts = {"device": "GPU 1", "pid": psutil.Process().pid, "load_seconds": 1.0, "window_seconds": 0.05}
    noted = []
    for compute_type in ("int8_float16", "float16", "float32"):
        place = WhisperPlace(folder=folder, device="cuda:1")
        RecognitionPlace(jarvis).loaded(place, {**facts, "compute_type": compute_type})
        row = jarvis.models_room.book.row("my-whisper")
        assert row is not None and row.loaded is not None
        noted.append(row.loaded.vram_mib)
    half_mib = half_bytes(folder) / 2**20
    assert noted == pytest.approx([400 + 0.9 * half_mib, 400 + 1.4 * half_mib, 400 + 2.8 * half_mib])


def test_a_gpu_is_let_go_when_it_is_wanted_free(jarvis: Jarvis, tmp_path: Path) -> None:
    installed(jarvis, tmp_path, "my-whisper")
    place = RecognitionPlace(jarvis)
    hardware(jarvis, TWO_GPUS)
    freed: list[bool] = []
    place.free = lambda: freed.append(True)
    facts = {"device": "GPU 1", "pid": psutil.Process().pid, "load_seconds": 1.0, "window_seconds": 0.05}
    place.loaded(WhisperPlace(folder=tmp_path, device="cuda:1"), facts)
    row = jarvis.models_room.book.row("my-whisper")
    assert row is not None and row.loaded is not None and row.loaded.device == "GPU 1"
    assert not freed
    jarvis.models_room.book.set_hold(True)
    deadline = time.monotonic() + 20
    while not freed and time.monotonic() < deadline:
        time.sleep(0.02)
    assert freed == [True]


def test_recognition_goes_back_to_the_gpu_after_free_has_ended(jarvis: Jarvis) -> None:
    folder = canned_whisper(jarvis.folders.models / "whisper-mine", "hola", "es")
    installed(jarvis, folder, "whisper-mine")
    hardware(jarvis, TWO_GPUS)
    place = RecognitionPlace(jarvis)
    renewed = threading.Event()
    place.renew = lambda: renewed.set() or True  # type: ignore[func-returns-value]
    jarvis.models_room.book.set_hold(True)
    chosen = place.choose()
    assert chosen is not None and chosen.device == "cpu" and "kept free" in chosen.note_en
    facts = {"device": "CPU", "pid": psutil.Process().pid, "load_seconds": 1.0, "window_seconds": 0.5}
    place.loaded(chosen, facts)
    place.watch.look(time.monotonic() + 1000)
    assert not renewed.is_set()
    jarvis.models_room.book.set_hold(False)
    assert renewed.wait(20)
    now = place.choose()
    assert now is not None and now.device == "cuda:1"


def test_a_setting_that_names_a_gpu_waits_too_while_gpus_are_kept_free(jarvis: Jarvis) -> None:
    canned_whisper(jarvis.folders.models / "whisper-mine", "hola", "es")
    hardware(jarvis, TWO_GPUS)
    jarvis.settings.set("speech.recognition_device", "cuda:0")
    jarvis.models_room.book.set_hold(True)
    held = RecognitionPlace(jarvis).choose()
    assert held is not None and held.device == "cpu" and "se mantienen libres" in held.note_es
    jarvis.models_room.book.set_hold(False)
    chosen = RecognitionPlace(jarvis).choose()
    assert chosen is not None and chosen.device == "cuda:0"


def test_a_child_that_moved_holds_no_gpu_any_more(jarvis: Jarvis, tmp_path: Path) -> None:
    installed(jarvis, tmp_path, "my-whisper")
    hardware(jarvis, TWO_GPUS)
    recognition, pid = RecognitionPlace(jarvis), psutil.Process().pid
    place = WhisperPlace(folder=tmp_path, device="cuda:1")
    recognition.loaded(place, {"device": "GPU 1", "pid": pid, "load_seconds": 1.0, "window_seconds": 0.05})
    recognition.loaded(place, {"device": "CPU", "pid": pid})
    row = jarvis.models_room.book.row("my-whisper")
    assert row is not None and row.loaded is not None and row.loaded.device == "CPU" and not row.loaded.vram_mib
    assert len(jarvis.models_room.book.measurements("my-whisper")) == 1


def test_a_service_of_the_settings_comes_before_any_model(jarvis: Jarvis) -> None:
    canned_whisper(jarvis.folders.models / "whisper-mine", "hola", "es")
    jarvis.settings.set("speech.recognition_address", "tcp://127.0.0.1:10300")
    recogniser = speech_to_text(jarvis, RecognitionPlace(jarvis))
    assert (recogniser.info().engine, recogniser.info().model) == ("wyoming", "tcp://127.0.0.1:10300")
    recogniser.close()
    jarvis.settings.set("speech.recognition_address", "10300")
    with pytest.raises(InputError, match="tcp://host:port"):
        speech_to_text(jarvis, RecognitionPlace(jarvis))
