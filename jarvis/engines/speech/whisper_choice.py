"""Which Whisper runs where on this computer, and what a person should know about that. Pure.

The largest model wins that is quick enough; a GPU is taken where one has room, the slowest such, in the order of the
placement plan: the quick one stays free for answers. How it computes on the device that it runs on, and what it takes
there, are the plan's tables; the plan knows no times, so on a processor it may tell of a model that is too slow here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.engines.speech.children import WhisperPlace
from jarvis.placement.fitting import Margin, slowest_first
from jarvis.placement.recognition import decoding_on, memory_mib

QUICK_SECONDS = 1.5
"""A sentence that takes longer to recognise is felt as a wait."""

_CPU_SECONDS = ((100e6, 0.6), (200e6, 1.2), (600e6, 4.0), (1.7e9, 12.0), (float("inf"), 16.0))
"""CPU seconds for one sentence, by the bytes of the weights in 16 bit: tiny, base, small, medium or turbo, large.
Measured with int8 on Xeon cores of 2.5 GHz (benchmarks/whisper.py), medium and large by their size."""

_ANY_GPU = GpuDevice(index=0, name="", total_mib=0, free_mib=0, bandwidth_gbs=0.0)
"""One that the driver does not tell of; whether it is there shows when the model is loaded."""

_USED_CORES = 8
_SHARED_WORK = 0.85
"""More cores bring no more; of two cores, 1.7 are gained."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledWhisper:
    """A model on this disk; `bytes` are its weights in 16 bit.

    `window_seconds` is what a sentence took here on the processor, None before the first start; `chosen` tells that
    the person put it in service or named it in the settings.
    """

    folder: Path
    bytes: float
    window_seconds: float | None = None
    chosen: bool = False


def choose_whisper(
    models: Sequence[InstalledWhisper],
    machine: Machine,
    *,
    device: str = "",
    threads: int = 0,
    gpus_held: bool = False,
) -> WhisperPlace | None:
    """Return what is to run and where, None without models; `models` come best first.

    `device` is the setting: cpu, cuda:N, or empty for the plan. `gpus_held` tells that the GPUs are to be left
    alone for now, whatever the setting says.
    """
    wanted = [model for model in models if model.chosen] or list(models)
    if not wanted:
        return None
    if device.startswith("cuda") and not gpus_held:
        named = next((gpu for gpu in machine.gpus if device == f"cuda:{gpu.index}"), None) or _ANY_GPU
        return WhisperPlace(folder=wanted[0].folder, device=device, decoding=decoding_on(named), threads=threads)
    gpus = [gpu for gpu in machine.gpus if gpu.vendor == "nvidia"] if device != "cpu" else []
    if gpus and not gpus_held:
        for model in wanted:
            gpu = _gpu_for(model, gpus)
            if gpu is not None:
                return WhisperPlace(
                    folder=model.folder, device=f"cuda:{gpu.index}", decoding=decoding_on(gpu), threads=threads
                )
    return _on_processor(wanted, machine, threads=threads, note=_gpu_note(bool(gpus), gpus_held))


def seconds_on_processor(model: InstalledWhisper, cores: int) -> float:
    """Return how long one sentence takes: measured, else predicted by the size of the weights."""
    if model.window_seconds is not None:
        return model.window_seconds
    work = next(seconds for size, seconds in _CPU_SECONDS if model.bytes <= size)
    return work / max(1.0, _SHARED_WORK * min(cores, _USED_CORES))


def _gpu_for(model: InstalledWhisper, gpus: Sequence[GpuDevice]) -> GpuDevice | None:
    half_mib, margin = model.bytes / 2**20, Margin().one_mib
    fits = [gpu for gpu in gpus if gpu.free_mib >= memory_mib(half_mib, decoding_on(gpu), on_gpu=True) + margin]
    return min(fits, key=slowest_first, default=None)


def _on_processor(
    wanted: Sequence[InstalledWhisper], machine: Machine, *, threads: int, note: tuple[str, str]
) -> WhisperPlace:
    cores = threads or machine.cores
    best = wanted[0]
    quick = [model for model in wanted if seconds_on_processor(model, cores) <= QUICK_SECONDS]
    used = (
        best
        if best.chosen
        else quick[0]
        if quick
        else min(wanted, key=lambda model: seconds_on_processor(model, cores))
    )
    notes = [note]
    if used is not best:
        slow = seconds_on_processor(best, cores)
        notes.append(
            (
                f"{best.folder.name} is here too, but would take about {slow:.0f} s for a sentence on this processor, "
                f"so {used.folder.name} is used. The setting speech.recognition_model decides otherwise.",
                f"También está {best.folder.name}, pero tardaría unos {slow:.0f} s por frase en este procesador, así "
                f"que se usa {used.folder.name}. El ajuste speech.recognition_model decide otra cosa.",
            )
        )
    return WhisperPlace(
        folder=used.folder,
        decoding=decoding_on(None),
        threads=threads,
        note_en=" ".join(english for english, _ in notes if english),
        note_es=" ".join(spanish for _, spanish in notes if spanish),
    )


def _gpu_note(has_gpus: bool, held: bool) -> tuple[str, str]:
    if not has_gpus:
        return "", ""
    if held:
        return (
            "The GPUs are kept free, so speech is recognised on the processor.",
            "Las GPU se mantienen libres, así que la voz se reconoce en el procesador.",
        )
    return (
        "No GPU has room for speech recognition now, so the processor does it.",
        "Ninguna GPU tiene ahora sitio para reconocer la voz, así que lo hace el procesador.",
    )
