"""The sampler remembers five minutes, has gaps where a card was gone, and samples by itself."""

import threading

from jarvis.hardware.gpus import NvidiaGpus
from jarvis.hardware.local import LocalHardware
from jarvis.hardware.other_gpus import AmdGpus
from jarvis.hardware.sampler import KEPT_SAMPLES, GpuSampler
from tests.fakes.hardware import FakeNvml


def _hardware(folder, nvml):
    return LocalHardware(models=folder, cache=folder, nvidia=NvidiaGpus(nvml), amd=AmdGpus(folder), apple=lambda: None)


def test_the_last_samples_are_kept(tmp_path):
    moments = iter(range(1000))
    sampler = GpuSampler(_hardware(tmp_path, FakeNvml()), monotonic=lambda: float(next(moments)))
    assert sampler.latest() is None and sampler.history() == ()
    for _ in range(KEPT_SAMPLES + 5):
        sampler.take()
    history = sampler.history()
    assert [sample.at for sample in history] == [float(at) for at in range(5, KEPT_SAMPLES + 5)]
    assert sampler.latest() == history[-1]
    assert 0 < history[-1].ram_used_mib < history[-1].ram_total_mib
    assert 0 <= history[-1].cpu_percent <= 100


def test_a_card_that_was_gone_leaves_a_gap(tmp_path):
    nvml = FakeNvml()
    sampler = GpuSampler(_hardware(tmp_path, nvml))
    sampler.take()
    nvml.lost = {0}
    sampler.take()
    first, second = sampler.gpu_history(0)
    assert first is not None and first.utilisation_percent == 41
    assert second is None
    assert None not in sampler.gpu_history(1)


class _Counting:
    """A probe that tells when it was asked often enough."""

    def __init__(self):
        self.asked = 0
        self.enough = threading.Event()

    def machine(self):
        raise AssertionError("not asked by a sampler")

    def gpu_samples(self):
        self.asked += 1
        if self.asked >= 3:
            self.enough.set()
        return ()


def test_it_samples_by_itself_until_it_is_closed():
    probe = _Counting()
    sampler = GpuSampler(probe, seconds=0.001)
    sampler.start()
    sampler.start()
    assert probe.enough.wait(30)
    sampler.close()
    asked = probe.asked
    sampler.close()
    assert [thread.name for thread in threading.enumerate()].count("hardware-sampler") == 0
    assert len(sampler.history()) == min(asked, KEPT_SAMPLES)
    sampler.start()
    probe.enough.clear()
    assert probe.enough.wait(30)
    sampler.close()
