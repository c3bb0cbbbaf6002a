"""What the Whisper benchmark tells of the GPUs' memory."""

from benchmarks.whisper import taken_mib, vram_words
from jarvis.hardware.gpus import NvidiaGpus
from tests.fakes.hardware import FakeNvml


def test_the_memory_in_use_is_that_of_all_gpus_together():
    assert taken_mib(NvidiaGpus(FakeNvml())) == 3072 + 512


def test_where_no_driver_tells_or_the_processor_works_nothing_is_told():
    absent = FakeNvml()
    absent.present = False
    assert taken_mib(NvidiaGpus(absent)) is None
    assert taken_mib(None) is None


def test_what_it_takes_and_what_it_leaves_taken_are_told_apart():
    assert vram_words(3584, 5000, 3590) == "1416 / 6"
    assert vram_words(None, 5000, 3590) == vram_words(3584, None, 3590) == vram_words(3584, 5000, None) == "—"
