from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.engines.speech.models import half_bytes, recognition_models
from jarvis.engines.speech.whisper_choice import InstalledWhisper, choose_whisper, seconds_on_processor
from jarvis.placement.planning import plan
from jarvis.placement.wishes import Wish
from tests.fakes.whisper_shapes import random_whisper

TURBO = InstalledWhisper(folder=Path("whisper-large-v3-turbo"), bytes=1_617_884_929)
SMALL = InstalledWhisper(folder=Path("whisper-small"), bytes=483_546_902)
BASE = InstalledWhisper(folder=Path("whisper-base"), bytes=145_217_532)
TINY = InstalledWhisper(folder=Path("whisper-tiny"), bytes=75_538_270)


def gpu(index, total, free, vendor="nvidia", capability="7.5", bandwidth=300.0):
    return GpuDevice(
        index=index,
        name="a GPU",
        total_mib=total,
        free_mib=free,
        bandwidth_gbs=bandwidth,
        vendor=vendor,
        compute_capability=capability,
    )


def machine(cores=2, *gpus):
    return Machine(ram_mib=16_000, ram_free_mib=12_000, ram_bandwidth_gbs=30.0, cores=cores, gpus=gpus)


def options_of(place):
    """Device, compute type and beam on the command line of the child."""
    arguments = place.program().arguments
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    return options["--device"], options["--compute-type"], options["--beam"]


RIG = machine(16, gpu(0, 16_303, 15_872), gpu(1, 6_144, 5_734))


def test_the_rig_recognises_on_its_smaller_gpu_with_the_best_model():
    place = choose_whisper([TURBO, BASE], RIG)
    assert (place.folder, place.device, place.note_en) == (TURBO.folder, "cuda:1", "")
    assert options_of(place) == ("cuda:1", "int8_float16", "5")


OLD = gpu(0, 8_192, 8_000, capability="6.1")


@pytest.mark.parametrize(
    ("gpus", "setting", "options"),
    [
        ((), "", ("cpu", "int8", "1")),
        ((gpu(0, 16_303, 15_872, capability="12.0"),), "", ("cuda:0", "int8_float16", "5")),
        (RIG.gpus, "cpu", ("cpu", "int8", "1")),
        ((OLD,), "", ("cuda:0", "int8_float32", "5")),
        ((OLD,), "cuda:0", ("cuda:0", "int8_float32", "5")),
        ((OLD,), "cuda:1", ("cuda:1", "int8_float16", "5")),
        (
            (gpu(0, 8_192, 8_000, capability="5.2"), gpu(1, 16_303, 900, capability="8.9")),
            "",
            ("cuda:0", "float32", "5"),
        ),
    ],
)
def test_the_child_is_told_how_the_plan_computes_there(gpus, setting, options):
    assert options_of(choose_whisper([BASE], machine(8, *gpus), device=setting)) == options


def test_what_a_gpu_must_have_free_goes_by_how_it_computes():
    # large-v3-turbo: 1788 MiB in int8_float16, 2405 in int8_float32, 4720 in float32, and 256 that stay free.
    for capability, enough in (("7.5", 2_050), ("6.1", 2_670), ("6.0", 4_980)):
        fits = choose_whisper([TURBO], machine(8, gpu(0, 8_192, enough, capability=capability)))
        tight = choose_whisper([TURBO], machine(8, gpu(0, 8_192, enough - 20, capability=capability)))
        assert (fits.device, tight.device) == ("cuda:0", "cpu")


TESLA_P40 = gpu(0, 24_576, 24_000, capability="6.1", bandwidth=346.0)
RTX_3060 = gpu(1, 12_288, 11_800, capability="8.6", bandwidth=360.0)


@pytest.mark.parametrize(
    ("gpus", "device", "compute_type"),
    [
        ((TESLA_P40, RTX_3060), "cuda:0", "int8_float32"),
        ((replace(TESLA_P40, free_mib=2_000), RTX_3060), "cuda:1", "int8_float16"),
        ((replace(TESLA_P40, bandwidth_gbs=400.0), RTX_3060), "cuda:1", "int8_float16"),
        ((gpu(0, 8_192, 8_000), gpu(1, 8_192, 8_000)), "cuda:1", "int8_float16"),
        ((gpu(0, 8_192, 8_000, "amd", bandwidth=100.0), RTX_3060), "cuda:1", "int8_float16"),
        ((gpu(0, 16_303, 15_872, bandwidth=896.0), gpu(1, 6_144, 5_734, bandwidth=336.0)), "cuda:1", "int8_float16"),
    ],
)
def test_the_recogniser_starts_on_the_card_that_the_plan_names_and_computes_so(gpus, device, compute_type):
    whole = machine(8, *gpus)
    chosen = choose_whisper([TURBO], whole)
    planned = plan(whole, [Wish(model="turbo", role="recognition", half_mib=TURBO.bytes / 2**20)]).of("turbo")
    assert (chosen.device, chosen.decoding.compute_type) == (device, compute_type)
    assert (f"cuda:{planned.devices[0].gpu}", planned.decoding) == (chosen.device, chosen.decoding)


def test_on_a_processor_a_quicker_model_than_the_planned_one_computes_as_the_table_says_there():
    wish = Wish(model="turbo", role="recognition", half_mib=TURBO.bytes / 2**20)
    planned, chosen = plan(machine(2), [wish]).of("turbo"), choose_whisper([TURBO, BASE], machine(2))
    assert (planned.how, chosen.device, chosen.folder) == ("cpu", "cpu", BASE.folder)
    assert planned.decoding == chosen.decoding


@pytest.mark.parametrize(
    ("gpus", "device"),
    [
        ((gpu(0, 16_303, 15_872), gpu(1, 6_144, 900)), "cuda:0"),
        ((gpu(0, 16_303, 15_872, "amd"),), "cpu"),
        ((gpu(0, 6_144, 1_500),), "cpu"),
    ],
)
def test_a_gpu_without_room_or_of_another_make_is_passed_over(gpus, device):
    assert choose_whisper([TURBO], machine(16, *gpus)).device == device


def test_a_full_gpu_takes_a_smaller_model_before_the_processor_does():
    place = choose_whisper([TURBO, SMALL, BASE], machine(2, gpu(0, 6_144, 1_300)))
    assert (place.folder, place.device) == (SMALL.folder, "cuda:0")


def test_without_room_or_while_gpus_are_held_the_processor_is_named():
    full = choose_whisper([BASE], machine(4, gpu(0, 6_144, 100)))
    assert full.device == "cpu" and "No GPU has room" in full.note_en and "Ninguna GPU" in full.note_es
    held = choose_whisper([BASE], RIG, gpus_held=True)
    assert held.device == "cpu" and "kept free" in held.note_en
    assert choose_whisper([BASE], machine(4)).note_en == ""


def test_a_weak_processor_takes_the_largest_that_is_quick_and_says_so():
    place = choose_whisper([SMALL, BASE, TINY], machine(2))
    assert place.folder == BASE.folder
    assert "whisper-small is here too" in place.note_en and "speech.recognition_model" in place.note_es
    assert choose_whisper([SMALL, BASE, TINY], machine(8)).folder == SMALL.folder
    assert choose_whisper([TURBO], machine(1)).folder == TURBO.folder


def test_what_was_measured_replaces_the_prediction():
    slow = InstalledWhisper(folder=BASE.folder, bytes=BASE.bytes, window_seconds=4.0)
    assert seconds_on_processor(slow, 8) == 4.0
    assert choose_whisper([slow, TINY], machine(2)).folder == TINY.folder
    quick = InstalledWhisper(folder=SMALL.folder, bytes=SMALL.bytes, window_seconds=0.7)
    assert choose_whisper([quick, BASE], machine(1)).folder == SMALL.folder


def test_what_a_person_chose_is_used_however_slow():
    chosen = InstalledWhisper(folder=SMALL.folder, bytes=SMALL.bytes, chosen=True)
    place = choose_whisper([TURBO, chosen, BASE], machine(1))
    assert (place.folder, place.note_en) == (SMALL.folder, "")
    assert choose_whisper([chosen], RIG, device="cpu").device == "cpu"
    assert choose_whisper([chosen], machine(1), device="cuda:0").device == "cuda:0"
    assert choose_whisper([], RIG) is None


def test_weights_count_in_16_bit_however_the_file_keeps_them(tmp_path):
    folder = random_whisper(tmp_path / "whisper-toy", "toy")
    stored, half = (folder / "model.bin").stat().st_size, half_bytes(folder)
    assert stored < half < 2.01 * stored
    whole = (folder / "model.bin").read_bytes()
    for damaged in (whole[: stored // 2], b"\6\0\0\0\xff\xff", b"", b"\3" + whole[1:], bytes(99)):
        (folder / "model.bin").write_bytes(damaged)
        assert half_bytes(folder) == len(damaged)
    assert half_bytes(tmp_path / "gone") == 0


def test_models_of_both_languages_come_before_english_ones(tmp_path):
    for name, size in (("whisper-tiny", 10), ("distil-large-v3", 100), ("whisper-small.en", 50)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_bytes(bytes(size))
        (tmp_path / name / "config.json").write_text("{}")
    found = recognition_models(tmp_path, [tmp_path / "gone", tmp_path / "whisper-tiny"])
    assert [folder.name for folder in found] == ["whisper-tiny", "distil-large-v3", "whisper-small.en"]
