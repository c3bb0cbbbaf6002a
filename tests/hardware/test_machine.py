"""Readings and facts of the machine that the test runs on, and of containers and batteries that it has not."""

import platform
from types import SimpleNamespace

import psutil
import pytest

from jarvis.hardware import machine, probe
from jarvis.hardware.gpus import NvidiaGpus
from jarvis.hardware.machine import machine_facts
from jarvis.hardware.probe import MachineProbe
from tests.fakes.hardware import FakeNvml


def test_a_reading_of_this_machine(tmp_path):
    reader = MachineProbe(tmp_path / "not" / "there", NvidiaGpus(FakeNvml()), lambda: ("tiny.gguf",))
    for _ in range(2):
        reading = reader.read()
        assert 0 <= reading.cpu_percent <= 100
        assert 0 < reading.ram_used_mib < reading.ram_total_mib
        assert 0 < reading.disk_free_mib <= reading.disk_total_mib
        assert [gpu.total_mib for gpu in reading.gpus] == [16384, 6144]
        assert reading.loaded_models == ("tiny.gguf",)
    assert abs(reading.ram_total_mib - psutil.virtual_memory().total / 2**20) < 1


@pytest.mark.parametrize(
    ("battery", "read"),
    [
        (lambda: None, (None, None)),
        (lambda: SimpleNamespace(percent=57.6, power_plugged=False), (58, False)),
        (lambda: SimpleNamespace(percent=100, power_plugged=True), (100, True)),
        (lambda: SimpleNamespace(percent=80, power_plugged=None), (80, None)),
        (lambda: (_ for _ in ()).throw(FileNotFoundError("BAT0/status")), (None, None)),
    ],
)
def test_battery(monkeypatch, tmp_path, battery, read):
    monkeypatch.setattr(probe.psutil, "sensors_battery", battery, raising=False)
    reading = MachineProbe(tmp_path, NvidiaGpus(FakeNvml())).read()
    assert (reading.battery_percent, reading.battery_charging) == read


def test_facts_of_this_machine(tmp_path):
    facts = machine_facts(tmp_path, NvidiaGpus(FakeNvml()))
    assert facts.python == platform.python_version()
    assert 1 <= facts.usable_cores <= facts.logical_cores
    assert 1 <= facts.physical_cores <= facts.logical_cores
    assert 0 < facts.ram_available_mib <= facts.ram_limit_mib <= facts.ram_total_mib
    assert 0 < facts.disk_free_mib <= facts.disk_total_mib
    assert facts.system
    assert facts.processor
    assert facts.driver.cuda == "13.1"
    assert [gpu.index for gpu in facts.gpus] == [0, 1]


@pytest.mark.parametrize(("text", "limit"), [("max\n", None), ("2147483648\n", 2048), ("", None)])
def test_a_container_may_use_less_memory(monkeypatch, tmp_path, text, limit):
    file = tmp_path / "memory.max"
    file.write_text(text)
    monkeypatch.setattr(machine, "_CGROUP_LIMIT", file)
    facts = machine_facts(tmp_path, NvidiaGpus(FakeNvml()))
    assert facts.ram_limit_mib == (facts.ram_total_mib if limit is None else min(limit, facts.ram_total_mib))
