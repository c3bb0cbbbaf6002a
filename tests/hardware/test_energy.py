"""Joules between two moments: counters, sampled power, several measurements at once, and devices that tell nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jarvis.hardware.energy import EnergyMeter, EnergyReading, device_energy
from jarvis.hardware.gpus import NvidiaGpus
from tests.fakes.hardware import FakeNvml
from tests.fakes.processes import PATIENCE_SECONDS


class Devices:
    """Readings that a test sets, and a clock."""

    def __init__(self, **readings: EnergyReading) -> None:
        self.readings = readings
        self.now = 0.0

    def __call__(self) -> dict[str, EnergyReading]:
        return dict(self.readings)

    def meter(self) -> EnergyMeter:
        return EnergyMeter(self, sample_seconds=None, monotonic=lambda: self.now)


def _counted(joules: float, wraps_at: float | None = None) -> EnergyReading:
    return EnergyReading(joules=joules, wraps_at=wraps_at)


def test_counters_of_all_devices_add_up() -> None:
    devices = Devices(gpu0=_counted(100.0), gpu1=_counted(7.0))
    meter = devices.meter()
    measurement = meter.begin()
    devices.readings = {"gpu0": _counted(160.0), "gpu1": _counted(17.5)}
    assert meter.end(measurement) == 70.5
    assert meter.end(measurement) is None, "it has ended"


def test_what_is_used_between_measurements_belongs_to_none() -> None:
    devices = Devices(gpu0=_counted(0.0))
    meter = devices.meter()
    assert meter.end(meter.begin()) == 0.0
    devices.readings = {"gpu0": _counted(1_000.0)}
    second = meter.begin()
    devices.readings = {"gpu0": _counted(1_005.0)}
    assert meter.end(second) == 5.0


def test_measurements_that_overlap_share_what_was_used_meanwhile() -> None:
    devices = Devices(gpu0=_counted(0.0))
    meter = devices.meter()
    first = meter.begin()
    devices.readings = {"gpu0": _counted(10.0)}
    second = meter.begin()
    devices.readings = {"gpu0": _counted(30.0)}
    assert meter.end(first) == 20.0
    devices.readings = {"gpu0": _counted(35.0)}
    assert meter.end(second) == 15.0


def test_power_is_integrated_where_no_energy_is_counted() -> None:
    devices = Devices(gpu0=EnergyReading(watts=100.0))
    meter = devices.meter()
    measurement = meter.begin()
    devices.now, devices.readings = 1.0, {"gpu0": EnergyReading(watts=300.0)}
    meter.sample()
    devices.now, devices.readings = 3.0, {"gpu0": EnergyReading(watts=100.0)}
    assert meter.end(measurement) == 200.0 + 400.0


def test_a_counter_may_begin_anew() -> None:
    devices = Devices(cpu=_counted(250.0, wraps_at=256.0), gpu0=_counted(1_000.0))
    meter = devices.meter()
    measurement = meter.begin()
    devices.readings = {"cpu": _counted(4.0, wraps_at=256.0), "gpu0": _counted(3.0)}
    assert meter.end(measurement) == 10.0 + 3.0


def test_a_device_that_comes_or_goes_meanwhile_is_left_out() -> None:
    devices = Devices(gpu0=_counted(10.0))
    meter = devices.meter()
    measurement = meter.begin()
    devices.readings = {"gpu1": _counted(500.0)}
    meter.sample()
    devices.readings = {"gpu1": _counted(502.0)}
    assert meter.end(measurement) == 2.0


def test_no_device_no_energy() -> None:
    meter = Devices().meter()
    meter.sample()
    assert meter.end(meter.begin()) is None


def test_a_thread_samples_while_somebody_measures_and_ends_with_it() -> None:
    sampled = threading.Event()
    looks = [0]

    def probe() -> dict[str, EnergyReading]:
        looks[0] += 1
        if looks[0] >= 4:
            sampled.set()
        return {"gpu0": EnergyReading(watts=50.0)}

    meter = EnergyMeter(probe, sample_seconds=0.001)
    for _ in range(2):
        looks[0] = 0
        sampled.clear()
        measurement = meter.begin()
        (thread,) = [each for each in threading.enumerate() if each.name == "energy-sampler"]
        assert sampled.wait(PATIENCE_SECONDS), "nobody sampled"
        joules = meter.end(measurement)
        assert joules is not None and joules > 0
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_no_thread_where_every_device_counts() -> None:
    meter = EnergyMeter(lambda: {"gpu0": _counted(1.0)}, sample_seconds=0.001)
    measurement = meter.begin()
    assert not [each for each in threading.enumerate() if each.name == "energy-sampler"]
    assert meter.end(measurement) == 0.0


# This computer's devices.


def _domain(powercap: Path, name: str, **files: str) -> None:
    (powercap / name).mkdir(parents=True)
    for file, text in files.items():
        (powercap / name / file).write_text(f"{text}\n", encoding="ascii")


def test_nvidia_cards_count_their_energy(tmp_path: Path) -> None:
    nvml = FakeNvml()
    meter = EnergyMeter(device_energy(NvidiaGpus(nvml), tmp_path), sample_seconds=None)
    measurement = meter.begin()
    nvml.millijoules = [5_120_000, 9_030_000]
    assert meter.end(measurement) == 150.0


def test_an_old_card_tells_its_power_only_and_a_silent_one_nothing(tmp_path: Path) -> None:
    nvml = FakeNvml()
    nvml.silent = {"energy"}
    assert device_energy(NvidiaGpus(nvml), tmp_path)() == {
        "gpu0": EnergyReading(watts=120.5),
        "gpu1": EnergyReading(watts=30.0),
    }
    nvml.silent = {"energy", "power"}
    assert device_energy(NvidiaGpus(nvml), tmp_path)() == {}


def test_a_computer_without_a_driver_measures_nothing(tmp_path: Path) -> None:
    nvml = FakeNvml()
    nvml.present = False
    meter = EnergyMeter(device_energy(NvidiaGpus(nvml), tmp_path / "none"), sample_seconds=None)
    assert meter.end(meter.begin()) is None


def test_the_processor_s_packages_count_where_they_may_be_read(tmp_path: Path) -> None:
    nvml = FakeNvml()
    nvml.present = False
    _domain(tmp_path, "intel-rapl:0", energy_uj="2500000", max_energy_range_uj="262143328850")
    _domain(tmp_path, "intel-rapl:0:0", energy_uj="2000000", max_energy_range_uj="262143328850")
    _domain(tmp_path, "intel-rapl:1", energy_uj="garbage")
    _domain(tmp_path, "intel-rapl:2")
    assert device_energy(NvidiaGpus(nvml), tmp_path)() == {
        "intel-rapl:0": EnergyReading(joules=2.5, wraps_at=pytest.approx(262143.32885))
    }


def test_the_real_devices_of_this_computer_can_be_asked() -> None:
    gpus = NvidiaGpus()
    readings = device_energy(gpus)()
    assert all(reading.joules is not None or reading.watts is not None for reading in readings.values())
    assert len([name for name in readings if name.startswith("gpu")]) <= len(gpus.facts())
    gpus.close()
