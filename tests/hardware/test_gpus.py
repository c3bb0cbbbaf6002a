"""GPUs as NVML tells of them: two unequal ones, none, a driver that comes late, questions without an answer."""

from jarvis.contracts.skills import GpuReading
from jarvis.hardware.gpus import RETRY_SECONDS, DriverFacts, GpuFacts, NvidiaGpus
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
