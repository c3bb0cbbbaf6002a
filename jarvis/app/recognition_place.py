"""Where speech is recognised on this computer: chooses the model and the device, and notes what it holds.

The note is what `jarvis models status` shows, and by which `jarvis free` finds what to end.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.app.recognition_watch import Moves, RecognitionWatch
from jarvis.contracts.errors import InputError, JarvisError
from jarvis.contracts.models import LoadedModel, ModelRow
from jarvis.contracts.placement import Measurement
from jarvis.engines.pool.memory import ram_of, vram_of
from jarvis.engines.speech.children import WhisperPlace
from jarvis.engines.speech.models import chosen_model, half_bytes, recognition_models
from jarvis.engines.speech.whisper_choice import InstalledWhisper, choose_whisper
from jarvis.placement.recognition import decoding_on, memory_mib

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_WINDOW_POSITIONS = 1500
"""What Whisper's encoder reads of 30 s: the measured speed is kept as positions a second."""

_DEVICE = re.compile(r"(cpu|cuda(:\d+)?)?")

_LOG = logging.getLogger(__name__)


class RecognitionPlace:
    """The choice, anew at every start of the recogniser; `free` ends it, `renew` starts it anew when nobody speaks."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._models = jarvis.models_room
        self.free: Callable[[], None] = lambda: None
        self.renew: Callable[[], bool] = lambda: True
        self._closed = threading.Event()
        jarvis.on_close(self.close)
        moves = Moves(
            held=self._models.book.hold,
            wants_gpu=self._wants_gpu,
            free=self._free,
            renew=self._renew,
        )
        self.watch = RecognitionWatch(moves, self._closed)

    def close(self) -> None:
        """Look after nothing more: the recogniser is gone."""
        self._closed.set()

    def choose(self) -> WhisperPlace | None:
        """Return which Whisper runs where, None where there is none; `InputError` for a setting that names nothing."""
        settings = self._jarvis.settings
        device = settings.text("speech.recognition_device").strip().lower()
        if not _DEVICE.fullmatch(device):
            raise _no_device(device)
        folder = self._jarvis.folders.models
        setting = settings.text("speech.recognition_model")
        rows = {Path(row.path): row for row in self._rows()}
        if setting:
            chosen = chosen_model(folder, setting)
            installed = [self._installed(chosen, rows.get(chosen), chosen=True)]
        else:
            usable = [path for path, row in rows.items() if row.state in {"installed", "active"}]
            unused = {path for path, row in rows.items() if row.state in {"inactive", "downloading"}}
            found = [path for path in recognition_models(folder, usable) if path not in unused]
            installed = [self._installed(path, rows.get(path)) for path in found]
        if not installed:
            return None
        return choose_whisper(
            installed,
            self._models.hardware.machine(),
            device=device,
            threads=settings.integer("engine.threads"),
            gpus_held=self._models.book.hold(),
        )

    def loaded(self, place: WhisperPlace, facts: Mapping[str, Any]) -> None:
        """Note that the child of `place` with these `facts` holds its model now, and what was measured.

        Facts without `load_seconds` come from a child that has just moved to the processor.
        """
        folder = place.folder
        try:
            self._note(folder, facts)
        except JarvisError as error:
            # It recognises all the same.
            _LOG.warning("that %s is loaded could not be noted: %s", folder.name, error.code)
        if str(facts.get("device", "")).startswith("GPU"):
            self.watch.runs("gpu")
        elif not place.device.startswith("cuda"):
            self.watch.runs("processor")
        else:
            self.watch.runs("pushed_out" if facts.get("no_room", True) else None)
        if any(gpu.vendor == "nvidia" for gpu in self._models.hardware.machine().gpus):
            self.watch.start()

    def _note(self, folder: Path, facts: Mapping[str, Any]) -> None:
        row = next((row for row in self._rows() if Path(row.path) == folder), None)
        if row is None:
            return
        pid, device = int(facts["pid"]), str(facts["device"])
        on_gpu = device.startswith("GPU")
        held = vram_of(pid, self._models.hardware.gpu_samples()) if on_gpu else ()
        gpu = int(device.rpartition(" ")[2]) if on_gpu else 0
        vram = held or (((gpu, _gpu_mib(folder, facts)),) if on_gpu else ())
        ram = ram_of(pid) or 0.0
        book = self._models.book
        book.set_loaded(
            row.id,
            LoadedModel(device=device, vram_mib=sum(mib for _, mib in vram), ram_mib=ram, url="", pid=pid),
        )
        if "load_seconds" not in facts:
            return
        book.measured(
            Measurement(
                model=row.id,
                signature=_signature(device, self._jarvis.settings.integer("engine.threads")),
                vram_mib=vram,
                ram_mib=ram,
                load_seconds=float(facts["load_seconds"]),
                prompt_tokens_per_second=_WINDOW_POSITIONS / max(0.001, float(facts["window_seconds"])),
            )
        )

    def _free(self) -> None:
        self.free()

    def _renew(self) -> bool:
        return self.renew()

    def _wants_gpu(self) -> bool:
        place = self.choose()
        return place is not None and place.device.startswith("cuda")

    def _rows(self) -> list[ModelRow]:
        self._models.look_at_folder()
        return [row for row in self._models.book.rows() if row.kind == "recognition" and row.path]

    def _installed(self, folder: Path, row: ModelRow | None, *, chosen: bool = False) -> InstalledWhisper:
        signature = _signature("CPU", self._jarvis.settings.integer("engine.threads"))
        measured = self._models.book.measurements(row.id) if row is not None else []
        speeds = [one.prompt_tokens_per_second for one in measured if one.signature == signature]
        speed = next((each for each in speeds if each), None)
        return InstalledWhisper(
            folder=folder,
            bytes=half_bytes(folder),
            window_seconds=_WINDOW_POSITIONS / speed if speed is not None else None,
            chosen=chosen or (row is not None and row.state == "active"),
        )


def _gpu_mib(folder: Path, facts: Mapping[str, Any]) -> float:
    """What the tables say, where the driver does not tell a process' memory."""
    planned = decoding_on(None)
    used = replace(planned, compute_type=facts.get("compute_type", planned.compute_type))
    return memory_mib(half_bytes(folder) / 2**20, used, on_gpu=True)


def _no_device(device: str) -> InputError:
    return InputError(
        "speech.device",
        en="speech.recognition_device is “{device}”, which is no device; nothing was loaded. Write cpu, cuda:0 or "
        "cuda:1, or leave it empty.",
        es="speech.recognition_device es «{device}», que no es ningún dispositivo; no se ha cargado nada. Escribe cpu, "
        "cuda:0 o cuda:1, o déjalo vacío.",
        device=device,
    )


def _signature(device: str, threads: int) -> str:
    return f"whisper {device} threads:{threads}"
