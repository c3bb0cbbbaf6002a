"""Watches processor, memory and GPUs once a second and remembers the last five minutes.

Knows nothing about who looks at it; reading costs nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from jarvis.contracts.hardware import GpuSample, HardwareProbe

_LOG = logging.getLogger(__name__)

KEPT_SAMPLES = 300
SECONDS = 1.0

_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class HardwareSample:
    """The machine at one moment: `at` in seconds of the monotonic clock, processor load 0..100, memory in MiB."""

    at: float
    cpu_percent: float
    ram_used_mib: int
    ram_total_mib: int
    gpus: tuple[GpuSample, ...] = ()


class GpuSampler:
    """Keeps the last `KEPT_SAMPLES` samples. `start` begins a thread that takes one each `seconds`; `close` ends it."""

    def __init__(
        self,
        hardware: HardwareProbe,
        *,
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hardware = hardware
        self._seconds = seconds
        self._monotonic = monotonic
        self._samples: deque[HardwareSample] = deque(maxlen=KEPT_SAMPLES)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to sample; a second call does nothing."""
        with self._lock:
            if self._thread is not None:
                return
            self._closed.clear()
            self._thread = threading.Thread(target=self._run, name="hardware-sampler", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop sampling; what was taken stays, and `start` goes on with it."""
        self._closed.set()
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def take(self) -> HardwareSample:
        """Take one sample now and remember it. The processor's load is the one since the sample before."""
        memory = psutil.virtual_memory()
        sample = HardwareSample(
            at=self._monotonic(),
            cpu_percent=min(100.0, max(0.0, psutil.cpu_percent(interval=None))),
            ram_used_mib=(memory.total - memory.available) // _MIB,
            ram_total_mib=memory.total // _MIB,
            gpus=self._hardware.gpu_samples(),
        )
        with self._lock:
            self._samples.append(sample)
        return sample

    def latest(self) -> HardwareSample | None:
        """Return the newest sample, None before the first."""
        with self._lock:
            return self._samples[-1] if self._samples else None

    def history(self) -> tuple[HardwareSample, ...]:
        """Return what is remembered, oldest first."""
        with self._lock:
            return tuple(self._samples)

    def gpu_history(self, index: int) -> tuple[GpuSample | None, ...]:
        """Return one GPU's samples, oldest first; None where it did not answer."""
        return tuple(next((gpu for gpu in sample.gpus if gpu.index == index), None) for sample in self.history())

    def _run(self) -> None:
        # The first answer of psutil covers no span.
        psutil.cpu_percent(interval=None)
        while not self._closed.wait(self._seconds):
            self.take()
