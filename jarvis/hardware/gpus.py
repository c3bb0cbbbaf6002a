"""Asks the NVIDIA driver what its GPUs are and do, through NVML (pynvml, from nvidia-ml-py).

NVML never opens a CUDA context, so looking costs no video memory. No driver is the normal case on a laptop: then
there are no GPUs, and the driver is looked for again after `RETRY_SECONDS`. A card that no longer answers (lost, or
its driver is being replaced) is left out and NVML is started anew at the next look. Knows no other vendor.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from jarvis.contracts.hardware import GpuDevice, GpuProcess, GpuSample
from jarvis.contracts.skills import GpuReading
from jarvis.hardware.bandwidth import bandwidth_gbs

_LOG = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
"""How long an absent driver is taken as absent."""

STALE_SECONDS = 10.0
"""Shortest time between two new starts of NVML because a card does not answer: a start may take a second."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuEnergy:
    """`joules` that a GPU used since its driver was loaded, `watts` that it draws now; None where it does not tell.

    GPUs from Volta and Turing on count joules.
    """

    index: int
    joules: float | None
    watts: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Card:
    """What of a card never changes while NVML runs; `index` is its place in the order of the PCI bus."""

    index: int
    handle: Any
    name: str
    compute_capability: str
    bandwidth_gbs: float


class NvidiaGpus:
    """The GPUs behind the NVIDIA driver; safe to use from several threads. `nvml` None is the real pynvml."""

    def __init__(self, nvml: Any | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._nvml = nvml
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ready = False
        self._absent_since: float | None = None
        self._renewed_at: float | None = None
        self._cards: tuple[_Card, ...] = ()
        self._names: dict[int, str] = {}

    def readings(self) -> tuple[GpuReading, ...]:
        """Return memory and utilisation of every GPU now; empty without a driver. A field not told reads as 0."""
        with self._lock:
            return tuple(_reading(nvml, card) for nvml, card in self._present())

    def facts(self) -> tuple[GpuFacts, ...]:
        """Return what every GPU is; empty without a driver."""
        with self._lock:
            return tuple(
                GpuFacts(
                    index=card.index,
                    name=card.name,
                    total_mib=(_memory(nvml, card.handle) or (0, 0, 0))[1],
                    compute_capability=card.compute_capability,
                )
                for nvml, card in self._present()
            )

    def devices(self) -> tuple[GpuDevice, ...]:
        """Return every GPU that models can be put on, with what is free of it now; empty without a driver."""
        with self._lock:
            found = []
            for _, card, (_, total, free) in self._answering():
                found.append(
                    GpuDevice(
                        index=card.index,
                        name=card.name,
                        total_mib=total,
                        free_mib=free,
                        bandwidth_gbs=card.bandwidth_gbs,
                        compute_capability=card.compute_capability,
                    )
                )
            return tuple(found)

    def samples(self) -> tuple[GpuSample, ...]:
        """Return what every GPU does now; a question that a card does not support (MIG, laptops) gives None."""
        with self._lock:
            found = []
            seen: set[int] = set()
            for nvml, card, (used, total, _) in self._answering():
                processes = self._processes(nvml, card.handle)
                seen.update(process.pid for process in processes)
                found.append(_sample(nvml, card, used, total, processes))
            # A number may be given to another program later: its name is kept only while it is seen.
            self._names = {pid: name for pid, name in self._names.items() if pid in seen}
            return tuple(found)

    def energies(self) -> tuple[GpuEnergy, ...]:
        """Return what every GPU tells of its energy; empty without a driver."""
        with self._lock:
            found = []
            for nvml, card in self._present():
                millijoules = _told(nvml, "nvmlDeviceGetTotalEnergyConsumption", card.handle)
                milliwatts = _told(nvml, "nvmlDeviceGetPowerUsage", card.handle)
                found.append(
                    GpuEnergy(
                        index=card.index,
                        joules=None if millijoules is None else millijoules / 1000,
                        watts=None if milliwatts is None else milliwatts / 1000,
                    )
                )
            return tuple(found)

    def driver(self) -> DriverFacts:
        """Return the driver's versions, empty ones without a driver."""
        with self._lock:
            nvml = self._started()
            if nvml is None:
                return DriverFacts()
            cuda = int(_told(nvml, "nvmlSystemGetCudaDriverVersion_v2") or 0)
            return DriverFacts(
                version=_text(_told(nvml, "nvmlSystemGetDriverVersion")),
                cuda=f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else "",
            )

    def close(self) -> None:
        """Let go of the driver; a later call takes it up again."""
        with self._lock:
            self._let_go()

    def _present(self) -> list[tuple[Any, _Card]]:
        """Return the cards; a count that changed or is refused means that NVML's handles are stale."""
        nvml = self._started()
        if nvml is None:
            return []
        count = _told(nvml, "nvmlDeviceGetCount")
        if count is None:
            self._let_go()
            return []
        if not self._cards or count != len(self._cards):
            self._cards = tuple(_cards(nvml, count))
        return [(nvml, card) for card in self._cards if card.handle is not None]

    def _answering(self) -> list[tuple[Any, _Card, tuple[int, int, int]]]:
        """Return the cards that tell their memory; where one does not, NVML is started anew at the next look."""
        found = []
        for nvml, card in self._present():
            memory = _memory(nvml, card.handle)
            if memory is not None:
                found.append((nvml, card, memory))
        if len(found) < len(self._cards):
            now = self._monotonic()
            if self._renewed_at is None or now - self._renewed_at >= STALE_SECONDS:
                self._renewed_at = now
                self._let_go()
        return found

    def _processes(self, nvml: Any, handle: Any) -> tuple[GpuProcess, ...]:
        """Return who holds memory of the card, the largest first; one that both computes and draws counts once."""
        used: dict[int, int | None] = {}
        for question in ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses"):
            for process in _told(nvml, question, handle) or ():
                mib = None if process.usedGpuMemory is None else int(process.usedGpuMemory) // _MIB
                before = used.get(process.pid)
                used[process.pid] = mib if before is None else max(before, mib or 0)
        held = (GpuProcess(pid=pid, name=self._name_of(pid), used_mib=mib) for pid, mib in used.items())
        return tuple(sorted(held, key=lambda process: (-(process.used_mib or 0), process.pid)))

    def _name_of(self, pid: int) -> str:
        if pid not in self._names:
            try:
                self._names[pid] = psutil.Process(pid).name()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                # It ended just now, or runs outside of this container.
                return ""
        return self._names[pid]

    def _let_go(self) -> None:
        self._cards = ()
        if self._ready and self._nvml is not None:
            self._ready = False
            _told(self._nvml, "nvmlShutdown")

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


def _cards(nvml: Any, count: int) -> Iterator[_Card]:
    """Yield the cards in the order of the PCI bus, as CUDA counts them under CUDA_DEVICE_ORDER=PCI_BUS_ID."""
    handles = [_told(nvml, "nvmlDeviceGetHandleByIndex", number) for number in range(count)]
    places = [_pci_place(nvml, handle) for handle in handles]
    known = {number: place for number, place in enumerate(places) if place is not None}
    order = sorted(known, key=known.__getitem__) if len(known) == count else range(count)
    for index, handle in enumerate(handles[number] for number in order):
        if handle is None:
            yield _Card(index=index, handle=None, name="", compute_capability="", bandwidth_gbs=0.0)
            continue
        name = _text(_told(nvml, "nvmlDeviceGetName", handle))
        capability = _told(nvml, "nvmlDeviceGetCudaComputeCapability", handle)
        clock = _told(nvml, "nvmlDeviceGetMaxClockInfo", handle, getattr(nvml, "NVML_CLOCK_MEM", 2))
        yield _Card(
            index=index,
            handle=handle,
            name=name,
            compute_capability="{}.{}".format(*capability) if capability else "",
            bandwidth_gbs=bandwidth_gbs(name, clock, _told(nvml, "nvmlDeviceGetMemoryBusWidth", handle)),
        )


def _pci_place(nvml: Any, handle: Any) -> tuple[int, int, int] | None:
    place = None if handle is None else _told(nvml, "nvmlDeviceGetPciInfo", handle)
    return None if place is None else (int(place.domain), int(place.bus), int(place.device))


def _reading(nvml: Any, card: _Card) -> GpuReading:
    used, total, _ = _memory(nvml, card.handle) or (0, 0, 0)
    utilisation = _told(nvml, "nvmlDeviceGetUtilizationRates", card.handle)
    return GpuReading(
        name=card.name,
        used_mib=used,
        total_mib=total,
        utilisation_percent=int(utilisation.gpu) if utilisation is not None else 0,
    )


def _sample(nvml: Any, card: _Card, used: int, total: int, processes: tuple[GpuProcess, ...]) -> GpuSample:
    utilisation = _told(nvml, "nvmlDeviceGetUtilizationRates", card.handle)
    power = _told(nvml, "nvmlDeviceGetPowerUsage", card.handle)
    limit = _told(nvml, "nvmlDeviceGetEnforcedPowerLimit", card.handle)
    return GpuSample(
        index=card.index,
        name=card.name,
        vendor="nvidia",
        used_mib=used,
        total_mib=total,
        utilisation_percent=None if utilisation is None else int(utilisation.gpu),
        temperature_celsius=_told(nvml, "nvmlDeviceGetTemperature", card.handle, 0),
        power_watts=None if power is None else power / 1000,
        power_limit_watts=None if limit is None else limit / 1000,
        processes=processes,
    )


def _memory(nvml: Any, handle: Any) -> tuple[int, int, int] | None:
    """Return used, total and free MiB, None from a card that does not answer.

    The second version leaves what the driver reserves out of "used", as nvidia-smi does; it is not free all the same.
    """
    memory = _told(nvml, "nvmlDeviceGetMemoryInfo", handle, nvml.nvmlMemory_v2)
    if memory is None:
        memory = _told(nvml, "nvmlDeviceGetMemoryInfo", handle)
    if memory is None:
        return None
    return int(memory.used) // _MIB, int(memory.total) // _MIB, int(memory.free) // _MIB


def _told(nvml: Any, question: str, *arguments: Any) -> Any | None:
    """Return what NVML answers, or None where this GPU, driver or version of pynvml does not support the question."""
    ask = getattr(nvml, question, None)
    if ask is None:
        return None
    try:
        return ask(*arguments)
    except nvml.NVMLError as error:
        _LOG.debug("%s: %s", question, error)
        return None


def _text(value: Any) -> str:
    # Older versions of pynvml return bytes.
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
