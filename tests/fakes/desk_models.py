"""A models' desk over a list: the models of the reference rig, its plans, and downloads that can be held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, InputError, JarvisError, Language
from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.model_desk import (
    FreedMemory,
    MeasuredSpeeds,
    MeasureStep,
    ModelView,
    RecommendedModel,
    RecommendedSet,
    Removal,
    Transfer,
    TransferProgress,
)
from jarvis.contracts.placement import KvType, MemoryEstimate, Plan, Refusal
from jarvis.placement.machine_told import machine_told
from tests.fakes.desk_models_rig import FITS_ALONE, GB, placed, rig_fits, rig_views, text_view

RIG = Machine(
    ram_mib=64_000,
    ram_free_mib=50_000,
    ram_bandwidth_gbs=50.0,
    cores=16,
    gpus=(
        GpuDevice(index=0, name="NVIDIA GeForce RTX 5070 Ti", total_mib=16_303, free_mib=16_000, bandwidth_gbs=896.0),
        GpuDevice(index=1, name="NVIDIA GeForce RTX 2060", total_mib=6_144, free_mib=6_000, bandwidth_gbs=336.0),
    ),
)
NO_NETWORK = EngineError(
    "download.no_network",
    en="The model hub cannot be reached. What arrived is kept; connect to the network and try again.",
    es="No se puede llegar al almacén de modelos. Lo recibido se conserva; conéctate a la red y reinténtalo.",
)


class FakeModelDesk:
    """A `ModelDesk` over `rig_views`. Downloads stop halfway while `let_on` is clear.

    `offline` is raised by downloads, `broken` by everything else.
    """

    def __init__(self) -> None:
        self.list = {view.id: view for view in rig_views()}
        self.fits = rig_fits()
        self.calls: list[tuple[object, ...]] = []
        self.offline: JarvisError | None = None
        self.broken: JarvisError | None = None
        self.let_on = threading.Event()
        self.let_on.set()
        self.half = threading.Event()
        self.running = 0
        self.most_running = 0
        self.note = ""
        self.trial: Iterable[str] = ("The sky ", "is blue ", "because of scattering.")
        self.trial_tokens = 6000
        self.held_trial = threading.Event()
        self.held_trial.set()
        self._lock = threading.Lock()

    def views(
        self, language: Language, *, installed_only: bool = False, every_quantization: bool = False
    ) -> list[ModelView]:
        if self.broken is not None:
            raise self.broken
        found = list(self.list.values())
        if not every_quantization:
            found = [view for view in found if view.state != "available" or "q8" not in view.id or view.kind != "text"]
        return [view for view in found if not installed_only or view.state != "available"]

    def ollama_note(self, language: Language) -> str:
        return self.note

    def recommend(self, language: Language) -> RecommendedSet:
        split = {"en": "47 layers on GPU 0, 17 on GPU 1", "es": "47 capas en GPU 0, 17 en GPU 1"}
        rows = (
            ("whisper-large-v3-turbo:f16", "recognition", "GPU 1", None),
            ("voice-en-lessac:f32", "voice", "CPU", None),
            ("voice-es-davefx:f32", "voice", "CPU", None),
            ("bge-m3:q8_0", "embedding", "CPU", None),
            ("qwen2.5-7b:q4_k_m", "fast", "GPU 0", 84.2),
            ("qwen3-32b:q4_k_m", "big", split[language], 18.4),
        )
        why = {
            "en": "the most capable that answers fast enough here.",
            "es": "el más capaz que responde a tiempo aquí.",
        }
        models = tuple(
            RecommendedModel(
                id=identity,
                role=role,
                bytes=self.list[identity].bytes,
                device=device,
                tokens_per_second=speed,
                installed=self.list[identity].state in {"installed", "active", "inactive"},
                why=why[language],
            )
            for identity, role, device, speed in rows
        )
        missing = sum(model.bytes for model in models if not model.installed)
        said = {
            "en": f"6 models, {missing / GB:.1f} GB to fetch.",
            "es": f"6 modelos, {missing / GB:.1f} GB por descargar.".replace("19.9", "19,9"),
        }
        total = sum(model.bytes for model in models)
        return RecommendedSet(
            models=models, total_bytes=total, summary=said[language], machine=machine_told(RIG, 400_000, language)
        )

    def download(
        self, identity: str, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> ModelView:
        self.calls.append(("download", identity))
        return self._fetch(identity, cancel, on_progress, new="installed")

    def download_all(
        self, identities: Sequence[str], cancel: CancelToken, on_change: Callable[[Transfer], None]
    ) -> list[Transfer]:
        self._not_for_the_window()

    def take_over(self, source: str, identity: str | None = None) -> ModelView:
        self.calls.append(("take_over", source, identity))
        if self.broken is not None:
            raise self.broken
        if source.endswith(".txt"):
            raise InputError("models.not_a_model", en="{file} is no model.", es="{file} no es un modelo.", file=source)
        name = identity or Path(source).stem
        return self._keep(
            text_view(name, name, 1.0, "", state="installed", source="import", path=source, quantization="")
        )

    def activate(self, identity: str) -> ModelView:
        return self._change("activate", identity, state="active")

    def deactivate(self, identity: str) -> ModelView:
        return self._change("deactivate", identity, state="inactive", device=None, vram_mib=None)

    def pin(self, identity: str, pinned: bool) -> ModelView:
        return self._change("pin", identity, pinned=pinned)

    def update(
        self, identity: str | None, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> Sequence[tuple[str, bool]]:
        assert identity is not None
        self.calls.append(("update", identity))
        self._fetch(identity, cancel, on_progress, new=self.list[identity].state)
        return [(identity, identity == "phi-4:q4_k_m")]

    def removal(self, identity: str, language: Language) -> Removal:
        view = self.list[identity]
        files = tuple(f"{view.path}.{part}" for part in range(15)) if identity.startswith("whisper") else (view.path,)
        sentence = {"en": f"{identity} would be deleted.", "es": f"{identity} se borraría."}[language]
        return Removal(id=identity, files=files if view.path else (), bytes=view.bytes, sentence=sentence)

    def remove(self, identity: str) -> int:
        self.calls.append(("remove", identity))
        view = self.list[identity]
        self.list[identity] = replace(view, state="available", path="", device=None, vram_mib=None, pinned=False)
        return view.bytes

    def estimate(self, target: str, *, context_tokens: int, kv_type: KvType, gpu_layers: int = -1) -> MemoryEstimate:
        self._not_for_the_window()

    def has_gpu(self) -> bool:
        return True

    def plan(self, hardware: Path | None, models: Sequence[str] = ()) -> tuple[Plan, Plan]:
        (identity,) = models
        self.calls.append(("plan", identity))
        if identity == "broken":
            raise EngineError("engine.damaged", en="The file is damaged.", es="El fichero está dañado.")
        if self.list[identity].kind != "text":
            reason = ("in RAM (needs 1.0 GiB).", "en la RAM (necesita 1.0 GiB).")
            return Plan(placements=(placed(identity, "cpu", {}, 0.0, reason),)), Plan()
        found = self.fits.get(identity) or placed(identity, "one_gpu", {0: 28}, 84.2, FITS_ALONE)
        alone = Plan(refused=(found,)) if isinstance(found, Refusal) else Plan(placements=(found,))
        return Plan(), alone

    def try_out(
        self, identity: str, prompt: str, cancel: CancelToken, on_end: Callable[[int], None] | None = None
    ) -> Iterator[str]:
        self.calls.append(("try_out", identity, prompt))
        if self.broken is not None:
            raise self.broken
        for piece in self.trial:
            yield piece
            while not self.held_trial.wait(0.01):
                if cancel.cancelled:
                    return
        if on_end is not None:
            on_end(self.trial_tokens)

    def measure(
        self, cancel: CancelToken | None = None, on_step: Callable[[MeasureStep], None] | None = None
    ) -> MeasuredSpeeds:
        self._not_for_the_window()

    def build_server(self, cancel: CancelToken, on_progress: Callable[[int, str], None]) -> Path:
        self._not_for_the_window()

    def free(self) -> FreedMemory:
        self._not_for_the_window()

    def use_gpus_again(self) -> None:
        self._not_for_the_window()

    def held(self) -> bool:
        return False

    def _fetch(
        self, identity: str, cancel: CancelToken, on_progress: Callable[[TransferProgress], None], *, new: str
    ) -> ModelView:
        if self.offline is not None:
            raise self.offline
        with self._lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            view = self.list[identity]
            if view.state == "available":
                self._keep(replace(view, state="downloading"))
            for done in (view.bytes // 2, view.bytes):
                on_progress(
                    TransferProgress(
                        model=identity,
                        file="model.gguf",
                        done_bytes=done,
                        total_bytes=view.bytes,
                        bytes_per_second=25e6,
                        seconds_left=(view.bytes - done) / 25e6,
                    )
                )
                self.half.set()
                while not self.let_on.wait(0.01):
                    if cancel.cancelled:
                        raise Cancelled
                cancel.raise_if_cancelled()
            return self._keep(replace(self.list[identity], state=new, path="/models/new.gguf"))  # type: ignore[arg-type]
        finally:
            with self._lock:
                self.running -= 1

    def _change(self, act: str, identity: str, **fields: object) -> ModelView:
        self.calls.append((act, identity))
        if self.broken is not None:
            raise self.broken
        return self._keep(replace(self.list[identity], **fields))  # type: ignore[arg-type]

    def _keep(self, view: ModelView) -> ModelView:
        self.list[view.id] = view
        return view

    @staticmethod
    def _not_for_the_window() -> NoReturn:
        raise AssertionError("the window does not ask this")
