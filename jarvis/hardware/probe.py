"""Reads what the machine is doing now: processor, memory, disk, battery, GPUs. Samples, never guesses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from jarvis.contracts.skills import SystemReading
from jarvis.hardware.gpus import NvidiaGpus

SAMPLE_SECONDS = 0.1
"""Shortest span over which processor load is measured; a reader who comes for the first time waits for it."""

STALE_SECONDS = 10.0
"""Longest span that still tells of now."""

_MIB = 1 << 20


class MachineProbe:
    """The machine now. `disk` is a folder on the disk of interest; `loaded_models` names models held in memory."""

    def __init__(self, disk: Path, gpus: NvidiaGpus, loaded_models: Callable[[], tuple[str, ...]] = lambda: ()) -> None:
        self._disk = disk
        self._gpus = gpus
        self._loaded_models = loaded_models
        self._lock = threading.Lock()
        self._sampled_at: float | None = None

    def read(self) -> SystemReading:
        """Return a reading; takes `SAMPLE_SECONDS` unless the last one was just before."""
        memory = psutil.virtual_memory()
        disk = psutil.disk_usage(str(existing_folder(self._disk)))
        percent, charging = _battery()
        return SystemReading(
            cpu_percent=self._cpu_percent(),
            ram_used_mib=(memory.total - memory.available) // _MIB,
            ram_total_mib=memory.total // _MIB,
            disk_free_mib=disk.free // _MIB,
            disk_total_mib=disk.total // _MIB,
            battery_percent=percent,
            battery_charging=charging,
            gpus=self._gpus.readings(),
            loaded_models=self._loaded_models(),
        )

    def _cpu_percent(self) -> float:
        # psutil measures since the call before; its very first answer, and one over a long or tiny span, say nothing.
        with self._lock:
            since = None if self._sampled_at is None else time.monotonic() - self._sampled_at
            fresh = since is not None and SAMPLE_SECONDS <= since <= STALE_SECONDS
            percent = psutil.cpu_percent(interval=None if fresh else SAMPLE_SECONDS)
            self._sampled_at = time.monotonic()
        return min(100.0, max(0.0, percent))


def existing_folder(folder: Path) -> Path:
    """Return `folder` or its nearest parent that exists."""
    return next((place for place in (folder, *folder.parents) if place.exists()), Path.home())


def _battery() -> tuple[int | None, bool | None]:
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, NotImplementedError, OSError):
        # psutil has no such function on some systems, and reads half-present batteries with errors on others.
        battery = None
    if battery is None:
        return None, None
    return round(battery.percent), battery.power_plugged
