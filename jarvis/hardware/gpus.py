"""Asks the NVIDIA driver what its GPUs are and do, through NVML (pynvml, from nvidia-ml-py).

NVML never opens a CUDA context, so looking costs no video memory. No driver is the normal case on a laptop: then
there are no GPUs, and the driver is looked for again after `RETRY_SECONDS`. Knows no other vendor.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jarvis.contracts.skills import GpuReading

_LOG = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
"""How long an absent driver is taken as absent."""

_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuFacts:
    """One GPU as it is built; `compute_capability` such as "8.9", empty when the driver does not say."""

    index: int
    name: str
    total_mib: int
    compute_capability: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverFacts:
    """The driver and the newest CUDA version that it can run; both empty when there is none."""

    version: str = ""
    cuda: str = ""


class NvidiaGpus:
    """The GPUs behind the NVIDIA driver; safe to use from several threads. `nvml` None is the real pynvml."""

    def __init__(self, nvml: Any | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._nvml = nvml
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ready = False
        self._absent_since: float | None = None

    def readings(self) -> tuple[GpuReading, ...]:
        """Return memory and utilisation of every GPU now; empty without a driver. A field not told reads as 0."""
        with self._lock:
            return tuple(_reading(nvml, handle) for nvml, handle in self._handles())

    def facts(self) -> tuple[GpuFacts, ...]:
        """Return what every GPU is; empty without a driver."""
        with self._lock:
            return tuple(_facts(nvml, index, handle) for index, (nvml, handle) in enumerate(self._handles()))

    def driver(self) -> DriverFacts:
        """Return the driver's versions, empty ones without a driver."""
        with self._lock:
            nvml = self._started()
            if nvml is None:
                return DriverFacts()
            cuda = int(_told(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2) or 0)
            return DriverFacts(
                version=_text(_told(nvml, nvml.nvmlSystemGetDriverVersion)),
                cuda=f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else "",
            )

    def close(self) -> None:
        """Let go of the driver; a later call takes it up again."""
        with self._lock:
            if self._ready and self._nvml is not None:
                self._ready = False
                _told(self._nvml, self._nvml.nvmlShutdown)

    def _handles(self) -> list[tuple[Any, Any]]:
        nvml = self._started()
        if nvml is None:
            return []
        handles = [
            _told(nvml, nvml.nvmlDeviceGetHandleByIndex, i) for i in range(_told(nvml, nvml.nvmlDeviceGetCount) or 0)
        ]
        return [(nvml, handle) for handle in handles if handle is not None]

    def _started(self) -> Any | None:
        if self._ready:
            return self._nvml
        if self._absent_since is not None and self._monotonic() - self._absent_since < RETRY_SECONDS:
            return None
        if self._nvml is None:
            import pynvml

            self._nvml = pynvml
        try:
            self._nvml.nvmlInit()
        except self._nvml.NVMLError as error:
            _LOG.debug("no NVIDIA driver: %s", error)
            self._absent_since = self._monotonic()
            return None
        self._ready, self._absent_since = True, None
        return self._nvml


def _reading(nvml: Any, handle: Any) -> GpuReading:
    used, total = _memory(nvml, handle)
    utilisation = _told(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
    return GpuReading(
        name=_text(_told(nvml, nvml.nvmlDeviceGetName, handle)),
        used_mib=used,
        total_mib=total,
        utilisation_percent=int(utilisation.gpu) if utilisation is not None else 0,
    )


def _facts(nvml: Any, index: int, handle: Any) -> GpuFacts:
    capability = _told(nvml, nvml.nvmlDeviceGetCudaComputeCapability, handle)
    return GpuFacts(
        index=index,
        name=_text(_told(nvml, nvml.nvmlDeviceGetName, handle)),
        total_mib=_memory(nvml, handle)[1],
        compute_capability="{}.{}".format(*capability) if capability else "",
    )


def _memory(nvml: Any, handle: Any) -> tuple[int, int]:
    """Return used and total MiB. The second version leaves out what the driver reserves, as nvidia-smi does."""
    memory = _told(nvml, nvml.nvmlDeviceGetMemoryInfo, handle, nvml.nvmlMemory_v2)
    if memory is None:
        memory = _told(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    return (int(memory.used) // _MIB, int(memory.total) // _MIB) if memory is not None else (0, 0)


def _told(nvml: Any, ask: Callable[..., Any], *arguments: Any) -> Any | None:
    """Return what NVML answers, or None where this GPU or driver does not support the question."""
    try:
        return ask(*arguments)
    except nvml.NVMLError as error:
        _LOG.debug("%s: %s", getattr(ask, "__name__", ask), error)
        return None


def _text(value: Any) -> str:
    # Older versions of pynvml return bytes.
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
