"""Where Whisper runs in the listening child: a GPU as asked, else the processor, which is then told.

Knows CUDA's environment and how its absence shows; knows nothing about sound.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.placement import ComputeType
from jarvis.placement.recognition import DeviceKind, types_to_try

_LOG = logging.getLogger(__name__)

_LIBRARIES = ("libcudart.so*", "libcublasLt.so*", "libcublas.so*", "libcudnn*.so*")
"""What CTranslate2 looks up on a GPU, in the order in which they need each other."""

OUT_OF_MEMORY = "out of memory"
"""What the errors of CUDA and CTranslate2 say of it."""

_UNSUPPORTED = ("do not support", "not_supported")
"""What CTranslate2 and cuBLAS say of a type that the device cannot compute in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One device: `gpu` counts in the order of the PCI bus, None is the processor. `compute_type` is CTranslate2's."""

    gpu: int | None
    compute_type: ComputeType

    @property
    def device(self) -> DeviceKind:
        """CTranslate2's name of the kind of device."""
        return "cpu" if self.gpu is None else "cuda"

    @property
    def name(self) -> str:
        """What people see: "CPU" or "GPU 1"."""
        return "CPU" if self.gpu is None else f"GPU {self.gpu}"


def show_only(device: str) -> int | None:
    """Let this process see only the GPU that `device` names: "cpu", "cuda:N", "auto" for the first if there is one.

    Returns its number, None for the processor. To be called before CTranslate2 is imported: CUDA reads the environment
    once.
    """
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    gpu = None if device == "cpu" else int(device.partition(":")[2] or 0)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1" if gpu is None else str(gpu)
    if gpu is not None:
        load_cuda_libraries()
    if device == "auto":
        import ctranslate2

        return gpu if ctranslate2.get_cuda_device_count() else None
    return gpu


def load_cuda_libraries() -> int:
    """Load CUDA's libraries from NVIDIA's Python packages, where they are installed; returns how many were.

    CTranslate2 asks the system for them by name, which finds what the process has loaded already.
    """
    spec = importlib.util.find_spec("nvidia")
    roots = [Path(each) for each in spec.submodule_search_locations or ()] if spec is not None else []
    loaded = 0
    for pattern in _LIBRARIES:
        for file in sorted(each for root in roots for each in root.glob(f"*/lib/{pattern}")):
            try:
                ctypes.CDLL(str(file), mode=ctypes.RTLD_GLOBAL)
                loaded += 1
            except OSError as error:
                _LOG.warning("%s cannot be loaded: %s", file.name, error)
    return loaded


def compute_types_for(device: DeviceKind, planned: ComputeType) -> tuple[ComputeType, ...]:
    """Return `planned`, then what is to be tried in its place, in order; without what the device says it cannot do."""
    import ctranslate2

    if device == "cuda" and not ctranslate2.get_cuda_device_count():
        # Asked for what it can, a GPU that is not there says float32 from the second time on.
        return types_to_try(device, planned, None)
    try:
        offered = frozenset(ctranslate2.get_supported_compute_types(device))
    except RuntimeError as error:
        _LOG.warning("the device does not tell what it can: %s", error)
        return types_to_try(device, planned, None)
    return types_to_try(device, planned, offered)


def is_unsupported(error: RuntimeError) -> bool:
    """True where another compute type may do on the same device."""
    return any(mark in str(error).lower() for mark in _UNSUPPORTED)


def type_note(place: Place, planned: ComputeType) -> tuple[str, str]:
    """Return the sentences, English and Spanish, for a recogniser at `place` that was to compute in `planned`."""
    name_en, name_es = ("The processor", "El procesador") if place.gpu is None else (place.name, f"La {place.name}")
    return (
        f"{name_en} cannot compute in {planned} as planned, so speech is recognised in {place.compute_type}, with "
        "another speed and need of memory.",
        f"{name_es} no puede calcular en {planned} como estaba previsto, así que la voz se reconoce en "
        f"{place.compute_type}, con otra velocidad y otra memoria.",
    )


def moved_note(gpu: int, why: str) -> tuple[str, str]:
    """Return the sentences, English and Spanish, for a recogniser that runs on the processor instead of `gpu`."""
    short = (why.strip().splitlines() or ["?"])[0][:120]
    if OUT_OF_MEMORY in why.lower():
        return (
            f"Speech is recognised on the processor: GPU {gpu} has no room left. It answers more slowly; “jarvis free” "
            "or a smaller model makes room.",
            f"La voz se reconoce en el procesador: en la GPU {gpu} no queda sitio. Responde más despacio; «jarvis "
            "free» o un modelo menor hacen sitio.",
        )
    if "libcublas" in why or "libcudnn" in why:
        return (
            "Speech is recognised on the processor: CUDA's libraries are missing. “pip install nvidia-cublas-cu12 "
            "nvidia-cudnn-cu12” in Jarvis' environment adds them.",
            "La voz se reconoce en el procesador: faltan las bibliotecas de CUDA. «pip install nvidia-cublas-cu12 "
            "nvidia-cudnn-cu12» en el entorno de Jarvis las añade.",
        )
    return (
        f"Speech is recognised on the processor: GPU {gpu} cannot be used ({short}). It answers more slowly.",
        f"La voz se reconoce en el procesador: la GPU {gpu} no se puede usar ({short}). Responde más despacio.",
    )
