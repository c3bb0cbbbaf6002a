"""How a recogniser computes where the plan puts it, what it takes there, and that the plan says so everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jarvis.cli.models_planning import plan_document
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import COMPUTE_TYPES, ComputeType, Decoding, Placement
from jarvis.placement.plan_table import plan_markdown, where
from jarvis.placement.planning import plan, swapped
from jarvis.placement.recognition import TYPES, DeviceKind, decoding_on, memory_mib, types_to_try
from jarvis.placement.wishes import Wish
from tests.placement.known_shapes import FLOOR, LAPTOP, LARGE, NO_GPU, QWEN_3B, RIG, gpu

MIB = 2**20
TURBO, BASE = 1_617_884_929 / MIB, 145_217_532 / MIB
HEARING = Wish(model="turbo", role="recognition", half_mib=TURBO)
SMALL_HEARING = Wish(model="base", role="recognition", half_mib=BASE)


def with_capability(machine: Machine, *capabilities: str) -> Machine:
    cards = zip(machine.gpus, capabilities, strict=True)
    return replace(machine, gpus=tuple(replace(card, compute_capability=each) for card, each in cards))


def placed(machine: Machine, wish: Wish = HEARING) -> Placement:
    found = plan(machine, [wish]).of(wish.model)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("machine", "wish", "place", "compute_type", "beam", "mib"),
    [
        (with_capability(RIG, "12.0", "7.5"), HEARING, "GPU 1", "int8_float16", 5, 1789),
        (with_capability(RIG, "12.0", "6.1"), HEARING, "GPU 1", "int8_float32", 5, 2406),
        (with_capability(RIG, "12.0", "5.2"), HEARING, "GPU 1", "float32", 5, 4720),
        (RIG, HEARING, "GPU 1", "int8_float16", 5, 1789),
        (LARGE, HEARING, "GPU 1", "int8_float16", 5, 1789),
        (with_capability(LAPTOP, "8.9"), HEARING, "GPU 0", "int8_float16", 5, 1789),
        (replace(LAPTOP, gpus=(replace(LAPTOP.gpus[0], vendor="amd"),)), HEARING, "RAM", "int8", 1, 1186),
        (replace(LAPTOP, gpus=(gpu(0, "full", 1.9, 256, 8),)), HEARING, "RAM", "int8", 1, 1186),
        (NO_GPU, HEARING, "RAM", "int8", 1, 1186),
        (NO_GPU, SMALL_HEARING, "RAM", "int8", 1, 343),
        (FLOOR, SMALL_HEARING, "RAM", "int8", 1, 343),
    ],
)
def test_the_plan_says_where_how_and_with_how_much_memory_speech_is_recognised(
    machine: Machine, wish: Wish, place: str, compute_type: ComputeType, beam: int, mib: int
) -> None:
    found = placed(machine, wish)
    assert where(found) == place
    assert found.decoding == Decoding(compute_type=compute_type, beam=beam)
    assert round(found.vram_mib + found.ram_mib) == mib
    assert f"{mib / 1024:.1f} GiB), computing in {compute_type}, beam {beam}." in found.reason_en
    assert f"GiB); calcula en {compute_type}, haz de {beam}." in found.reason_es


def test_a_card_too_full_for_32_bit_sums_leaves_speech_to_another_or_to_the_processor() -> None:
    tight = replace(LAPTOP, gpus=(gpu(0, "A", 2.4, 256, 8),))
    assert where(placed(with_capability(tight, "7.0"))) == "GPU 0"
    assert where(placed(with_capability(tight, "6.1"))) == "RAM"
    two = replace(LAPTOP, gpus=(gpu(0, "slow", 2.4, 100, 8), gpu(1, "fast", 2.4, 900, 8)))
    assert where(placed(with_capability(two, "6.1", "8.9"))) == "GPU 1"


def test_speech_has_the_cards_that_what_answers_cannot_use() -> None:
    wishes = [
        HEARING,
        Wish(model="bge", role="embedding", fixed_mib=1024),
        Wish(model="3b", role="fast", shape=QWEN_3B),
    ]
    for found in (plan(RIG, wishes, vendors=frozenset()), plan(RIG, wishes, vendors=frozenset({"amd"}))):
        assert {each.model: where(each) for each in found.placements} == {"turbo": "GPU 1", "bge": "RAM", "3b": "RAM"}
    assert [where(each) for each in swapped(RIG, wishes, vendors=frozenset()).placements] == ["RAM"]
    assert {where(each) for each in plan(RIG, wishes, vendors=frozenset({"nvidia"})).placements} <= {"GPU 0", "GPU 1"}


@pytest.mark.parametrize(
    ("capability", "compute_type"),
    [
        ("5.3", "float32"),
        ("6.0", "float32"),
        ("6.1", "int8_float32"),
        ("6.2", "float32"),
        ("7.0", "int8_float16"),
        ("7.5", "int8_float16"),
        ("12.1", "int8_float16"),
        ("", "int8_float16"),
        ("new", "int8_float16"),
    ],
)
def test_the_type_goes_by_the_compute_capability(capability: str, compute_type: str) -> None:
    found = decoding_on(replace(RIG.gpus[1], compute_capability=capability))
    assert (found.compute_type, found.beam) == (compute_type, 5)


def test_a_model_without_a_recogniser_has_no_decoding() -> None:
    found = plan(RIG, [HEARING, Wish(model="bge", role="embedding", fixed_mib=1024)])
    document = {each["model"]: each for each in plan_document(found, "en")["placements"]}
    assert (document["turbo"]["compute_type"], document["turbo"]["beam"]) == ("int8_float16", 5)
    assert (document["bge"]["compute_type"], document["bge"]["beam"]) == (None, None)
    row = next(line for line in plan_markdown(found, language="es").splitlines() if "turbo" in line)
    assert "| GPU 1, int8_float16, haz de 5 | 1.7 |" in row
    assert "beam" not in plan_markdown(plan(RIG, [Wish(model="bge", role="embedding", fixed_mib=1024)]))


@pytest.mark.parametrize(
    ("file_bytes", "compute_type", "published_mib"),
    [
        (3_087_284_237, "float16", 4521),
        (3_087_284_237, "int8_float16", 2953),
        (1_512_927_867, "float16", 2409),
        (1_512_927_867, "int8_float16", 1481),
        (1_617_884_929, "float16", 2537),
        (1_617_884_929, "int8_float16", 1545),
    ],
)
def test_memory_on_a_gpu_is_what_was_published_or_a_little_more(
    file_bytes: int, compute_type: ComputeType, published_mib: int
) -> None:
    needed = memory_mib(file_bytes / MIB, Decoding(compute_type=compute_type, beam=5), on_gpu=True)
    assert published_mib <= needed <= 1.16 * published_mib


@pytest.mark.parametrize(
    ("file_bytes", "measured_mb"),
    [(75_538_270, 299), (145_217_532, 342), (483_546_902, 563), (1_617_884_929, 1194)],
)
def test_memory_on_a_processor_is_what_was_measured(file_bytes: int, measured_mb: int) -> None:
    needed = memory_mib(file_bytes / MIB, decoding_on(None), on_gpu=False)
    assert needed * MIB / 1e6 == pytest.approx(measured_mb, rel=0.07)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("planned", COMPUTE_TYPES)
def test_what_comes_in_the_place_of_a_type_has_an_order(device: DeviceKind, planned: ComputeType) -> None:
    order = types_to_try(device, planned, None)
    assert order[0] == planned and len(set(order)) == len(order)
    assert [each for each in order if each != planned] == [each for each in TYPES[device] if each != planned]
    assert types_to_try(device, planned, frozenset({"float32", "bfloat16"})) == ("float32",)
    assert types_to_try(device, planned, frozenset()) == (planned,)
