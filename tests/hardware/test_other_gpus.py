"""AMD's cards out of a tree of files like the kernel's, Apple's chips out of sysctl's answers."""

import pytest

from jarvis.hardware.other_gpus import AmdGpus, apple_chip
from tests.fakes.hardware import amd_card


def test_an_amd_card_with_all_its_sensors(tmp_path):
    amd_card(tmp_path / "sys")
    ids = tmp_path / "amdgpu.ids"
    ids.write_text("# comment\n1.0.0\n744C,\tC4,\tAMD Radeon RX 7900 XT\n744C,\tC8,\tAMD Radeon RX 7900 XTX\n")
    gpus = AmdGpus(tmp_path / "sys", ids)
    (device,) = gpus.devices(first=2)
    assert (device.index, device.name, device.vendor) == (2, "AMD Radeon RX 7900 XTX", "amd")
    assert (device.total_mib, device.free_mib, device.bandwidth_gbs) == (24576, 22528, 960.0)
    (sample,) = gpus.samples(first=2)
    assert (sample.index, sample.used_mib, sample.utilisation_percent) == (2, 2048, 37)
    assert (sample.temperature_celsius, sample.power_watts, sample.power_limit_watts) == (58, 87.0, 303.0)
    assert sample.processes == ()


def test_an_amd_card_that_tells_little(tmp_path):
    quiet = {"gpu_busy_percent": "", "hwmon/hwmon4/temp1_input": "", "hwmon/hwmon4/power1_average": ""}
    amd_card(tmp_path, **quiet, **{"hwmon/hwmon4/power1_cap": "", "hwmon/hwmon4/power1_input": "5000000"})
    (sample,) = AmdGpus(tmp_path, tmp_path / "none.ids").samples()
    assert (sample.name, sample.utilisation_percent, sample.temperature_celsius) == ("AMD Radeon", None, None)
    assert (sample.power_watts, sample.power_limit_watts) == (5.0, None)


def test_cards_of_other_makers_and_without_own_memory_are_not_amds(tmp_path):
    amd_card(tmp_path, card=0, bus="0000:01:00.0", vendor="0x10de")
    amd_card(tmp_path, card=1, bus="0000:05:00.0", product_name="Second")
    amd_card(tmp_path, card=2, bus="0000:03:00.0", product_name="First")
    amd_card(tmp_path, card=3, bus="0000:07:00.0", mem_info_vram_total="")
    assert [gpu.name for gpu in AmdGpus(tmp_path).devices()] == ["First", "Second"]


def test_a_card_whose_driver_goes_away_is_left_out(tmp_path):
    device = amd_card(tmp_path)
    gpus = AmdGpus(tmp_path)
    assert len(gpus.samples()) == 1
    (device / "mem_info_vram_total").unlink()
    assert gpus.samples() == () == gpus.devices()


def test_a_machine_without_such_a_card(tmp_path):
    assert AmdGpus(tmp_path).samples() == ()


def _sysctl(gib, name="Apple M2 Pro", wired="0"):
    answers = {"machdep.cpu.brand_string": f"{name}\n", "hw.memsize": f"{gib << 30}\n", "iogpu.wired_limit_mb": wired}
    return answers.get


@pytest.mark.parametrize(("gib", "mib"), [(8, 5461), (16, 10922), (24, 16384), (36, 27648), (64, 49152)])
def test_the_working_set_is_the_one_that_metal_recommends(gib, mib):
    chip = apple_chip("darwin", _sysctl(gib))
    assert chip.working_set_mib == mib
    assert chip.device(1000).free_mib == 1000
    assert chip.device(10**6).free_mib == mib
    assert (chip.device(1000).bandwidth_gbs, chip.device(1000).vendor) == (200.0, "apple")
    assert chip.sample(1000).used_mib == mib - 1000


def test_a_raised_limit_counts():
    assert apple_chip("darwin", _sysctl(16, wired="14000")).working_set_mib == 14000


@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "Apple M2 Pro"), ("darwin", "Intel(R) Core(TM) i7-9750H CPU"), ("darwin", "")]
)
def test_anything_else_is_no_apple_chip(platform, name):
    assert apple_chip(platform, _sysctl(16, name)) is None
