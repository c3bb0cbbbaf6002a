"""GPUs as NVML tells of them: two unequal ones, none, a driver that comes late, questions without an answer."""

import os

import psutil

from jarvis.contracts.skills import GpuReading
from jarvis.hardware.bandwidth import UNKNOWN_GPU_GBS
from jarvis.hardware.gpus import RETRY_SECONDS, STALE_SECONDS, DriverFacts, GpuFacts, NvidiaGpus
from tests.fakes.hardware import FakeNvml


def test_two_unequal_gpus():
    gpus = NvidiaGpus(FakeNvml())
    assert gpus.readings() == (
        GpuReading(name="NVIDIA GeForce RTX 5070 Ti", used_mib=3072, total_mib=16384, utilisation_percent=41),
        GpuReading(name="NVIDIA GeForce RTX 2060", used_mib=512, total_mib=6144, utilisation_percent=0),
    )
    assert gpus.facts()[1] == GpuFacts(
        index=1, name="NVIDIA GeForce RTX 2060", total_mib=6144, compute_capability="7.5"
    )
    assert gpus.driver() == DriverFacts(version="580.65.06", cuda="13.1")


def test_the_driver_is_started_once_and_again_after_closing():
    nvml = FakeNvml()
    gpus = NvidiaGpus(nvml)
    gpus.readings()
    gpus.facts()
    assert nvml.starts == 1
    gpus.close()
    gpus.close()
    assert len(gpus.readings()) == 2
    assert nvml.starts == 2


def test_an_absent_driver_is_no_gpus_and_is_looked_for_again_later():
    nvml, now = FakeNvml(), [0.0]
    nvml.present = False
    gpus = NvidiaGpus(nvml, monotonic=lambda: now[0])
    assert gpus.readings() == ()
    assert gpus.facts() == ()
    assert gpus.driver() == DriverFacts()
    assert nvml.starts == 1
    nvml.present, now[0] = True, RETRY_SECONDS
    assert len(gpus.readings()) == 2


def test_an_old_driver_answers_what_it_can():
    nvml = FakeNvml()
    nvml.knows_memory_v2 = nvml.knows_utilisation = False
    reading = NvidiaGpus(nvml).readings()[0]
    assert (reading.total_mib, reading.utilisation_percent) == (16384, 0)


def test_the_real_library_answers_on_this_machine_with_or_without_a_gpu():
    gpus = NvidiaGpus()
    readings, facts = gpus.readings(), gpus.facts()
    assert [reading.name for reading in readings] == [fact.name for fact in facts]
    assert bool(readings) == bool(gpus.driver().version)
    gpus.close()


def test_samples_tell_load_heat_power_and_who_holds_the_memory():
    nvml, mib = FakeNvml(), 1 << 20
    me = os.getpid()
    nvml.compute = {0: [(me, 2000 * mib), (41_943_040, None)]}
    nvml.graphics = {0: [(me, 900 * mib)]}
    first, second = NvidiaGpus(nvml).samples()
    assert (first.used_mib, first.total_mib, first.utilisation_percent) == (3072, 16384, 41)
    assert (first.temperature_celsius, first.power_watts, first.power_limit_watts) == (61, 120.5, 300.0)
    mine, stranger = first.processes
    assert (mine.pid, mine.name, mine.used_mib) == (me, psutil.Process().name(), 2000), "counted once"
    assert (stranger.name, stranger.used_mib) == ("", None)
    assert second.processes == ()


def test_what_a_card_does_not_tell_is_none():
    nvml = FakeNvml()
    nvml.silent = {"temperature", "power", "processes", "pci", "bus"}
    nvml.knows_utilisation = False
    sample = NvidiaGpus(nvml).samples()[0]
    assert sample.total_mib == 16384
    told = (sample.utilisation_percent, sample.temperature_celsius, sample.power_watts, sample.power_limit_watts)
    assert told == (None, None, None, None)
    assert sample.processes == ()


def test_devices_have_what_is_really_free_and_their_bandwidth():
    first, second = NvidiaGpus(FakeNvml()).devices()
    assert (first.index, first.free_mib, first.bandwidth_gbs, first.compute_capability) == (0, 13056, 896.0, "12.0")
    assert (second.name, second.free_mib, second.bandwidth_gbs) == ("NVIDIA GeForce RTX 2060", 5376, 336.0)


def test_cards_are_counted_as_the_bus_has_them():
    nvml = FakeNvml()
    nvml.buses = [9, 2]
    assert [(gpu.index, gpu.name[-7:]) for gpu in NvidiaGpus(nvml).devices()] == [(0, "TX 2060"), (1, "5070 Ti")]
    assert [fact.name[-7:] for fact in NvidiaGpus(nvml).facts()] == ["TX 2060", "5070 Ti"]


def test_an_unknown_card_has_the_bandwidth_of_its_clock_and_bus():
    nvml = FakeNvml()
    nvml.names = ["NVIDIA Grace Cheese 1", "NVIDIA Grace Cheese 2"]
    assert [round(gpu.bandwidth_gbs) for gpu in NvidiaGpus(nvml).devices()] == [896, 336]
    nvml.silent = {"bus"}
    assert {gpu.bandwidth_gbs for gpu in NvidiaGpus(nvml).devices()} == {UNKNOWN_GPU_GBS}


def test_a_lost_card_is_left_out_and_comes_back_after_nvml_was_started_anew():
    nvml, now = FakeNvml(), [0.0]
    gpus = NvidiaGpus(nvml, monotonic=lambda: now[0])
    assert len(gpus.samples()) == 2
    nvml.lost = {0}
    assert [gpu.index for gpu in gpus.samples()] == [1], "the other keeps its number"
    assert [gpu.index for gpu in gpus.samples()] == [1]
    assert [gpu.index for gpu in gpus.devices()] == [1]
    starts = nvml.starts
    assert starts == 2, "not started at every look"
    now[0] = STALE_SECONDS
    gpus.samples()
    nvml.lost = set()
    assert [gpu.index for gpu in gpus.samples()] == [0, 1]
    assert nvml.starts == starts + 1


def test_a_driver_that_is_replaced_meanwhile_is_no_gpus_until_it_is_back():
    nvml, now = FakeNvml(), [0.0]
    gpus = NvidiaGpus(nvml, monotonic=lambda: now[0])
    gpus.samples()
    nvml.reloading = True
    assert gpus.samples() == () and gpus.devices() == () and gpus.readings() == ()
    nvml.reloading, now[0] = False, RETRY_SECONDS
    assert len(gpus.samples()) == 2
