"""How many joules the GPUs and the processor used between two moments.

Whole devices are measured, with what they draw when idle and what other programs do on them: nothing tells the share
of one process. Measurements that overlap share what was used meanwhile, so that their sum is what the devices used.

GPUs of NVIDIA count their own energy from Volta and Turing on; of older ones the power is sampled while somebody
measures. Processors of Intel and AMD count theirs in the kernel's power capping (RAPL), which only root may read on
most systems (since CVE-2020-8694): then the processor is left out. Graphics cards of AMD and Intel, laptops that tell
nothing, macOS and Windows without an NVIDIA card: None. Knows nothing of models.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.hardware.gpus import NvidiaGpus

SAMPLE_SECONDS = 0.25
"""Pause between two power samples of a device that counts no energy."""

POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True, kw_only=True, slots=True)
class EnergyReading:
    """One device now: `joules` of a counter that begins anew at `wraps_at`, or the `watts` that it draws."""

    joules: float | None = None
    watts: float | None = None
    wraps_at: float | None = None


EnergyProbe = Callable[[], Mapping[str, EnergyReading]]
"""Returns the readings of all devices that tell something, by the device's name."""


@dataclass(kw_only=True)
class _Measurement:
    joules: float = 0.0
    told: bool = False


@dataclass(kw_only=True)
class _Last:
    at: float
    readings: Mapping[str, EnergyReading] = field(default_factory=dict)


class EnergyMeter:
    """Measures between `begin` and `end`, from any thread; any number of measurements at once.

    `probe` reads the devices. While somebody measures, a thread samples devices that count no energy each
    `sample_seconds`; None leaves sampling to who calls `sample`.
    """

    def __init__(
        self,
        probe: EnergyProbe,
        *,
        sample_seconds: float | None = SAMPLE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._probe = probe
        self._sample_seconds = sample_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: dict[int, _Measurement] = {}
        self._next = 0
        self._last: _Last | None = None
        self._stop: threading.Event | None = None

    def begin(self) -> int:
        """Start to measure; returns a name for `end`."""
        with self._lock:
            self._advance()
            self._next += 1
            self._open[self._next] = _Measurement()
            self._start_sampler()
            return self._next

    def end(self, measurement: int) -> float | None:
        """Return the joules since `begin`; None where no device told its energy, or for a name that has ended."""
        with self._lock:
            if measurement not in self._open:
                return None
            self._advance()
            ended = self._open.pop(measurement)
            if not self._open:
                self._last = None
                self._stop_sampler()
            return ended.joules if ended.told else None

    def sample(self) -> None:
        """Take the readings in between; for devices that tell only what they draw now."""
        with self._lock:
            if self._open:
                self._advance()

    def _advance(self) -> None:
        """Share what was used since the last readings among the open measurements."""
        now = _Last(at=self._monotonic(), readings=self._probe())
        last, self._last = self._last, now
        if last is None or not self._open:
            return
        spent = [
            joules
            for name, reading in now.readings.items()
            if (joules := _spent(last.readings.get(name), reading, now.at - last.at)) is not None
        ]
        for measurement in self._open.values():
            measurement.told = measurement.told or bool(spent)
            measurement.joules += sum(spent) / len(self._open)

    def _start_sampler(self) -> None:
        assert self._last is not None
        counted = all(reading.joules is not None for reading in self._last.readings.values())
        if self._sample_seconds is None or self._stop is not None or counted:
            return
        self._stop = threading.Event()
        threading.Thread(
            target=self._run, args=(self._stop, self._sample_seconds), name="energy-sampler", daemon=True
        ).start()

    def _stop_sampler(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _run(self, stop: threading.Event, seconds: float) -> None:
        while not stop.wait(seconds):
            self.sample()


def device_energy(gpus: NvidiaGpus, powercap: Path = POWERCAP) -> EnergyProbe:
    """Return the probe of this computer's GPUs and processors."""

    def read() -> Mapping[str, EnergyReading]:
        cards = {
            f"gpu{each.index}": EnergyReading(joules=each.joules, watts=each.watts)
            for each in gpus.energies()
            if each.joules is not None or each.watts is not None
        }
        return {**cards, **_processors(powercap)}

    return read


def _processors(powercap: Path) -> dict[str, EnergyReading]:
    """Return the counters of the processor packages; their parts ("intel-rapl:0:1") are counted in them already."""
    found: dict[str, EnergyReading] = {}
    for domain in sorted(powercap.glob("intel-rapl:[0-9]*")):
        if domain.name.count(":") != 1:
            continue
        counted, largest = _number(domain / "energy_uj"), _number(domain / "max_energy_range_uj")
        if counted is not None:
            wraps_at = None if largest is None else largest / 1e6
            found[domain.name] = EnergyReading(joules=counted / 1e6, wraps_at=wraps_at)
    return found


def _number(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        # Only root may read it, or the processor does not count: the usual cases.
        return None
    return int(text) if text.isdigit() else None


def _spent(before: EnergyReading | None, now: EnergyReading, seconds: float) -> float | None:
    """Return the joules between two readings of a device; None where they do not tell."""
    if before is None:
        return None
    if before.joules is not None and now.joules is not None:
        if now.joules >= before.joules:
            return now.joules - before.joules
        # A counter that begins anew: at its end, or because its driver was loaded again.
        return now.joules + (now.wraps_at - before.joules if now.wraps_at is not None else 0.0)
    if before.watts is not None and now.watts is not None:
        return (before.watts + now.watts) / 2 * seconds
    return None
