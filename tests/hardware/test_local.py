"""The whole machine: cards of two makers together, a container's limits, a Mac, and this very one."""

import psutil
import pytest

from jarvis.hardware.gpus import NvidiaGpus
from jarvis.hardware.local import LocalHardware, memory_mib, usable_cores
from jarvis.hardware.other_gpus import AmdGpus, AppleChip
from tests.fakes.hardware import FakeNvml, amd_card


def _hardware(folder, nvml=None, **changes):
    nvml = nvml or FakeNvml()
    given = {"models": folder, "cache": folder / "cache", "nvidia": NvidiaGpus(nvml), "amd": AmdGpus(folder / "sys")}
    return LocalHardware(**{**given, "apple": lambda: None, "cgroup": folder / "cgroup", **changes})


def test_cards_of_two_makers_are_counted_one_after_the_other(tmp_path):
    amd_card(tmp_path / "sys")
    hardware = _hardware(tmp_path)
    machine = hardware.machine()
    assert [(gpu.index, gpu.vendor) for gpu in machine.gpus] == [(0, "nvidia"), (1, "nvidia"), (2, "amd")]
    assert not machine.unified
    assert [(gpu.index, gpu.vendor) for gpu in hardware.gpu_samples()] == [(0, "nvidia"), (1, "nvidia"), (2, "amd")]


def test_cards_that_no_engine_can_use_are_shown_but_not_planned_with(tmp_path):
    hardware = _hardware(tmp_path, usable=frozenset)
    assert hardware.machine().gpus == ()
    assert len(hardware.gpu_samples()) == 2


def test_a_machine_without_any(tmp_path):
    nvml = FakeNvml()
    nvml.present = False
    hardware = _hardware(tmp_path, nvml)
    assert hardware.machine().gpus == () == hardware.gpu_samples()


def test_a_mac_has_one_memory_for_both(tmp_path):
    hardware = _hardware(tmp_path, apple=lambda: AppleChip(name="Apple M2 Max", working_set_mib=500))
    machine = hardware.machine()
    assert machine.unified and machine.ram_bandwidth_gbs == 400.0
    assert [(gpu.vendor, gpu.total_mib, gpu.free_mib) for gpu in machine.gpus] == [("apple", 500, 500)]
    assert [gpu.name for gpu in hardware.gpu_samples()] == ["Apple M2 Max"]


def test_a_container_limits_the_memory(tmp_path):
    whole = psutil.virtual_memory().total >> 20
    assert memory_mib(tmp_path)[0] == whole
    (tmp_path / "memory.max").write_text(f"{512 << 20}\n")
    (tmp_path / "memory.current").write_text(f"{300 << 20}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {100 << 20}\nactive_file 7\n")
    assert memory_mib(tmp_path) == (512, 312)
    (tmp_path / "memory.current").write_text(f"{700 << 20}\n")
    assert memory_mib(tmp_path) == (512, 0)
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_mib(tmp_path)[0] == whole


@pytest.mark.parametrize(("text", "cores"), [("50000 100000", 1), ("max 100000", None), ("", None)])
def test_a_container_limits_the_cores(tmp_path, text, cores):
    free = usable_cores(tmp_path)
    assert 1 <= free <= psutil.cpu_count()
    (tmp_path / "cpu.max").write_text(text)
    assert usable_cores(tmp_path) == (cores or free)


def test_this_machine(tmp_path):
    machine = LocalHardware(models=tmp_path, cache=tmp_path, nvidia=NvidiaGpus()).machine()
    assert 0 < machine.ram_free_mib <= machine.ram_mib
    assert machine.cores >= 1 and machine.disk_gbs > 0
