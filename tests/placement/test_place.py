"""One model's place: the order of what is tried, the margins, llama.cpp's own rule for layers, and smaller steps."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.catalog.shape import ModelShape
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import DeviceShare, Measurement, Placement, Refusal, placement_signature
from jarvis.placement.cuts import Cut, expert_pattern
from jarvis.placement.estimate import RunnerKind, cpu_estimate, vllm_bytes
from jarvis.placement.place import (
    Margin,
    ShapePlacer,
    offload_count,
    place,
    tensor_split,
)
from jarvis.placement.speeds import tokens_per_second
from tests.placement.known_shapes import (
    FLOOR,
    LAPTOP,
    LLAMA_8B,
    LLAMA_70B,
    NO_GPU,
    QWEN_05B,
    QWEN_3B,
    QWEN_14B,
    QWEN_32B,
    RIG,
    gpu,
    mixture,
)

NO_MARGIN = Margin(one_mib=0, many_mib=0, many_share=0, ram_mib=0)
ALL = [QWEN_05B, QWEN_3B, LLAMA_8B, QWEN_14B, mixture(), QWEN_32B, LLAMA_70B]


def placed(shape: ModelShape, machine: Machine, context: int = 8192, **options: object) -> Placement:
    found = place("m", shape, machine, context=context, **options)  # type: ignore[arg-type]
    assert isinstance(found, Placement), found
    return found


def only(machine: Machine, index: int) -> Machine:
    return replace(machine, gpus=(machine.gpus[index],))


# The known figures of the reference rig, computed with a 457 MiB reserve and no further margin.


def test_8b_with_8k_fits_the_small_card_only_with_a_cache_in_8_bit() -> None:
    found = placed(LLAMA_8B, only(RIG, 1), margin=NO_MARGIN)
    assert (found.how, found.kv_type, found.context_tokens) == ("one_gpu", "q8_0", 8192)
    assert only(RIG, 1).gpus[0].free_mib - found.mib_on(1) == pytest.approx(71, abs=15)
    shorter = placed(LLAMA_8B, only(RIG, 1))
    assert 4096 <= shorter.context_tokens < 8192  # the margin costs some of the context, not layers
    assert shorter.cpu_layers == 0


def test_14b_with_8k_fits_the_large_card() -> None:
    found = placed(QWEN_14B, RIG)
    assert (found.how, found.kv_type) == ("one_gpu", "f16")
    # 10.9 GiB counts the token embedding (0.41 GiB), which llama.cpp keeps in RAM.
    assert found.mib_on(0) / 1024 == pytest.approx(10.9 - 0.41, abs=0.4)


def test_32b_with_8k_fits_both_cards_only_with_a_cache_in_8_bit_and_only_without_margin() -> None:
    found = placed(QWEN_32B, RIG, margin=NO_MARGIN)
    assert (found.how, found.kv_type, found.gpu_layers) == ("split", "q8_0", 64)
    # 0.3 GiB counts the token embedding among the cards' weights; it stays in RAM and leaves its 0.41 GiB free.
    spare = sum(card.free_mib for card in RIG.gpus) - found.vram_mib
    assert spare / 1024 == pytest.approx(0.3, abs=0.45)
    assert placed(QWEN_32B, RIG, kv_types=("f16",), margin=NO_MARGIN).context_tokens < 8192
    assert placed(QWEN_32B, only(RIG, 0), margin=NO_MARGIN).gpu_layers == pytest.approx(47, abs=3)
    with_margin = placed(QWEN_32B, RIG)
    assert with_margin.how == "partial"
    assert with_margin.cpu_layers <= 5
    assert {share.gpu for share in with_margin.devices} == {0, 1}


def test_70b_uses_both_cards_and_streams_the_rest_from_ram() -> None:
    found = placed(LLAMA_70B, RIG, margin=NO_MARGIN)
    assert found.how == "partial"
    assert [share.layers for share in found.devices] == [pytest.approx(27, abs=2), pytest.approx(9, abs=2)]
    assert 1.0 < found.tokens_per_second < 3.5
    assert placed(LLAMA_70B, RIG).gpu_layers == pytest.approx(35, abs=2)


def test_each_step_is_taken_only_when_none_before_it_fits() -> None:
    hows = {}
    for free in (24.0, 11.0, 9.6, 9.15, 7.0):
        machine = replace(RIG, gpus=(gpu(0, "A", free, 500),))
        found = placed(QWEN_14B, machine)
        hows[free] = (found.how, found.kv_type, found.context_tokens < 8192)
    assert hows == {
        24.0: ("one_gpu", "f16", False),
        11.0: ("one_gpu", "f16", False),
        9.6: ("one_gpu", "q8_0", True),
        9.15: ("partial", "q8_0", False),
        7.0: ("partial", "q8_0", False),
    }


def test_a_split_comes_before_a_smaller_cache() -> None:
    machine = replace(RIG, gpus=(gpu(0, "A", 9.8, 500), gpu(1, "B", 5, 300)))
    found = placed(QWEN_14B, machine)
    assert (found.how, found.kv_type) == ("split", "f16")
    assert found.devices[0].layers > found.devices[1].layers


def test_the_faster_card_is_taken_and_the_small_one_on_request() -> None:
    assert placed(QWEN_3B, RIG).devices[0].gpu == 0
    assert placed(QWEN_3B, RIG, prefer_small=True).devices[0].gpu == 1
    swapped = replace(RIG, gpus=(gpu(0, "slow", 15, 300), gpu(1, "fast", 8, 900)))
    assert placed(QWEN_3B, swapped).devices[0].gpu == 1


def test_a_mixture_keeps_its_dense_parts_on_the_gpu_and_lends_experts_to_ram() -> None:
    machine = replace(LAPTOP, ram_mib=65536, ram_free_mib=60000)
    found = placed(mixture(), machine)
    assert found.how == "partial"
    assert (found.cpu_layers, found.gpu_layers) == (0, 48)
    assert 0 < found.expert_cpu_layers < 48
    assert "experts" in found.reason_en
    assert "expertos" in found.reason_es
    dense = tokens_per_second(
        mixture(), Cut(cpu_layers=32, gpus=(0,), layers=(16,)), machine, context=8192, kv_type="q8_0"
    )
    assert found.tokens_per_second > dense


def test_the_pattern_names_exactly_the_layers_on_a_gpu_whose_experts_stay_in_ram() -> None:
    found = placed(mixture(), replace(LAPTOP, ram_mib=65536, ram_free_mib=60000))
    for placement in (found, replace(found, cpu_layers=3)):
        pattern = expert_pattern(placement)
        assert pattern is not None
        matching = [n for n in range(60) if re.search(pattern, f"blk.{n}.ffn_gate_exps.weight")]
        first = placement.cpu_layers
        assert matching == list(range(first, first + found.expert_cpu_layers))
        assert not re.search(pattern, "blk.4.ffn_gate.weight")
    assert expert_pattern(placed(LLAMA_8B, RIG)) is None


def test_each_runner_is_counted_as_it_runs() -> None:
    tight = replace(RIG, gpus=(gpu(0, "A", 6.5, 500),))
    child, server = (placed(QWEN_14B, tight, runner=runner) for runner in ("llama", "llama-server"))
    assert child.how == server.how == "partial"
    assert server.gpu_layers > child.gpu_layers, "its batch of 128 leaves room for more layers"
    assert placed(QWEN_3B, NO_GPU).ram_mib - placed(QWEN_3B, NO_GPU, runner="llama-server").ram_mib == pytest.approx(
        4 * 384 * (QWEN_3B.vocabulary + 2 * QWEN_3B.embedding_length) / 2**20
    )
    assert placed(LLAMA_8B, RIG, runner="llama-server").mib_on(0) == placed(LLAMA_8B, RIG).mib_on(0)
    folder = placed(LLAMA_8B, RIG, runner="vllm")
    assert (folder.how, folder.mib_on(0)) == ("one_gpu", vllm_bytes(LLAMA_8B, 8192) / 2**20)
    two = replace(RIG, gpus=(gpu(0, "A", 7.5, 500), gpu(1, "B", 7.5, 500)))
    split = placed(LLAMA_8B, two, runner="vllm")
    assert split.how == "split"
    assert split.vram_mib == pytest.approx(vllm_bytes(LLAMA_8B, 8192, kv_type=split.kv_type) / 2**20 + 2048)


def test_in_ram_the_weights_count_once() -> None:
    found = placed(QWEN_14B, NO_GPU)
    assert found.ram_mib == cpu_estimate(QWEN_14B, context=8192, kv_type=found.kv_type, mmap=False).total_mib
    assert found.ram_mib < QWEN_14B.file_bytes / 2**20 + 2500


def test_without_a_gpu_everything_is_in_ram_and_the_reason_says_so() -> None:
    found = placed(QWEN_3B, NO_GPU)
    assert (found.how, found.devices, found.cpu_layers) == ("cpu", (), 36)
    assert "no GPU to use" in found.reason_en
    assert "no hay GPU" in found.reason_es
    assert found.tokens_per_second > placed(LLAMA_8B, NO_GPU).tokens_per_second


def test_the_reason_names_the_numbers_and_what_was_given_up() -> None:
    found = placed(QWEN_32B, RIG)
    assert re.search(r"does not fit on GPU 0 \(needs \d+\.\d GiB of 15\.5\), so \d+ layers on GPU 0", found.reason_en)
    assert re.search(r"no cabe en la GPU 0 \(necesita \d+,\d GiB de 15,5\), así que \d+ capas", found.reason_es)
    assert "cache in 8 bit" in found.reason_en
    assert "caché en 8 bits" in found.reason_es


def test_the_context_never_exceeds_what_the_model_was_trained_for() -> None:
    found = placed(replace(QWEN_3B, context_tokens=2048), RIG, 32768)
    assert found.context_tokens == 2048
    assert "trained" in found.reason_en
    assert "entrenó" in found.reason_es


@pytest.mark.parametrize("context", [0, -1])
def test_a_context_of_nothing_is_a_mistake_of_the_caller(context: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        place("m", QWEN_3B, RIG, context=context)


def test_forced_layers_are_obeyed_as_far_as_they_fit() -> None:
    assert placed(QWEN_3B, RIG, force_gpu_layers=0).how == "cpu"
    assert "as asked" in placed(QWEN_3B, RIG, force_gpu_layers=0).reason_en
    assert placed(QWEN_3B, RIG, force_gpu_layers=10).gpu_layers == 10
    assert placed(QWEN_3B, RIG, force_gpu_layers=99).how == "one_gpu"
    assert placed(LLAMA_70B, RIG, force_gpu_layers=60).gpu_layers < 40


@pytest.mark.parametrize("shape", ALL)
def test_a_refusal_names_a_number_that_is_enough(shape: ModelShape) -> None:
    for machine in (FLOOR, replace(LAPTOP, ram_free_mib=1500), replace(RIG, ram_free_mib=4000)):
        found = place("m", shape, machine, context=8192)
        if isinstance(found, Placement):
            continue
        more = int(found.missing_mib) + 2
        where = re.search(r"GPU (\d+) are missing", found.why_en)
        if where is None:
            helped = replace(machine, ram_free_mib=machine.ram_free_mib + more)
            assert "de RAM" in found.why_es
        else:
            cards = tuple(
                replace(card, free_mib=card.free_mib + more) if card.index == int(where[1]) else card
                for card in machine.gpus
            )
            helped = replace(machine, gpus=cards)
        assert isinstance(place("m", shape, helped, context=8192), Placement), found


def test_on_a_unified_machine_gpu_and_ram_are_counted_together() -> None:
    unified = replace(
        LAPTOP, unified=True, ram_mib=16384, ram_free_mib=12000, gpus=(replace(gpu(0, "M3", 11, 150), vendor="apple"),)
    )
    found = placed(LLAMA_8B, unified)
    assert found.how == "one_gpu"
    assert found.vram_mib + found.ram_mib <= unified.ram_free_mib
    assert isinstance(place("m", QWEN_14B, replace(unified, ram_free_mib=9000), context=8192), Refusal)


# llama.cpp's own rule


def as_llama_cpp_does(split: list[float], layers: int, offloaded: int) -> list[int]:
    """Which device each block and, last, the output goes to; -1 is the CPU. In float32, as there."""
    sums = np.cumsum(np.array(split, dtype=np.float32), dtype=np.float32)
    points = (sums / sums[-1]).astype(np.float32)
    start, active = max(layers + 1 - offloaded, 0), min(offloaded, layers + 1)
    devices = []
    for block in range(layers + 1):
        if block < start or block - start >= active:
            devices.append(-1)
        else:
            value = np.float32(np.float32(block - start) / np.float32(active))
            devices.append(int(np.searchsorted(points, value, side="right")))
    return devices


@settings(max_examples=400, deadline=None)
@given(counts=st.lists(st.integers(0, 140), min_size=1, max_size=8).filter(any), in_ram=st.integers(0, 100))
def test_llama_cpp_cuts_exactly_where_the_placement_says(counts: list[int], in_ram: int) -> None:
    placement = Placement(
        model="m", how="split", cpu_layers=in_ram, ram_mib=0, context_tokens=1, kv_type="f16", tokens_per_second=1,
        load_seconds=1, reason_en="", reason_es="",
        devices=tuple(DeviceShare(gpu=n, layers=count, mib=1) for n, count in enumerate(counts) if count),
    )  # fmt: skip
    split = tensor_split(placement, len(counts))
    devices = as_llama_cpp_does(split, in_ram + sum(counts), offload_count(placement))
    wished = [-1] * in_ram + [n for n, count in enumerate(counts) for _ in range(count)]
    assert devices == [*wished, wished[-1]]


def test_a_split_names_only_gpus_that_there_are() -> None:
    with pytest.raises(ValueError, match="GPU 1"):
        tensor_split(placed(QWEN_3B, RIG, prefer_small=True), 1)
    assert tensor_split(placed(QWEN_3B, NO_GPU), 2) == [0.0, 0.0]
    assert offload_count(placed(QWEN_3B, NO_GPU)) == 0


# Properties

machines = st.builds(
    lambda ram, cards, cores: Machine(
        ram_mib=ram, ram_free_mib=ram * 3 // 4, ram_bandwidth_gbs=60, cores=cores,
        gpus=tuple(gpu(n, f"G{n}", free, bandwidth) for n, (free, bandwidth) in enumerate(cards)),
    ),
    st.integers(2000, 90000),
    st.lists(st.tuples(st.floats(0.2, 30), st.floats(100, 1800)), max_size=3),
    st.integers(1, 32),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(shape=st.sampled_from(ALL), machine=machines, context=st.integers(1, 40000))
def test_no_placement_breaks_a_limit(shape: ModelShape, machine: Machine, context: int) -> None:
    found = place("m", shape, machine, context=context)
    if isinstance(found, Refusal):
        assert found.missing_mib > 0
        return
    margin = Margin()
    many = found.how == "split" or found.cpu_layers > 0
    for share in found.devices:
        card = machine.gpus[share.gpu]
        assert share.layers > 0
        assert share.mib <= card.free_mib - margin.on(card, many=many and len(found.devices) > 1) + 1e-6
    assert found.ram_mib <= machine.ram_free_mib - margin.ram_mib + 1e-6
    assert found.gpu_layers + found.cpu_layers == len(shape.layers)
    assert min(context, 4096) <= found.context_tokens <= context
    assert found == place("m", shape, machine, context=context)


@settings(max_examples=100, deadline=None)
@given(shape=st.sampled_from(ALL), machine=machines, more=st.integers(1, 9000), where=st.integers(0, 3))
def test_more_memory_never_unplaces_a_model(shape: ModelShape, machine: Machine, more: int, where: int) -> None:
    if isinstance(place("m", shape, machine, context=8192), Refusal):
        return
    if where < len(machine.gpus):
        cards = tuple(
            replace(card, free_mib=card.free_mib + more, total_mib=card.total_mib + more) if n == where else card
            for n, card in enumerate(machine.gpus)
        )
        larger = replace(machine, gpus=cards)
    else:
        larger = replace(machine, ram_free_mib=machine.ram_free_mib + more, ram_mib=machine.ram_mib + more)
    assert isinstance(place("m", shape, larger, context=8192), Placement)


@settings(max_examples=40, deadline=None)
@given(shape=st.sampled_from(ALL), machine=machines)
def test_every_smaller_step_takes_strictly_less_until_it_refuses(shape: ModelShape, machine: Machine) -> None:
    before = place("m", shape, machine, context=8192)
    for step in range(1, 60):
        if isinstance(before, Refusal):
            break
        after = place("m", shape, machine, context=8192, smaller=step)
        if isinstance(after, Placement):
            if before.devices:
                assert all(after.mib_on(share.gpu) < share.mib for share in before.devices)
            else:
                assert after.ram_mib < before.ram_mib
            assert "ran out of memory" in after.reason_en
            assert "faltó memoria" in after.reason_es
        before = after
    assert isinstance(before, Refusal)


@dataclass(frozen=True)
class Wanted:
    id: str = "m"
    path: Path = Path("m.gguf")
    context_tokens: int = 8192
    gpu_layers: int = -1
    projector: Path | None = None
    runner: RunnerKind = "llama"


def test_the_placer_asks_for_the_shape_and_the_measurements_of_the_model() -> None:
    predicted = placed(LLAMA_8B, RIG)
    measured = Measurement(
        model="m", signature=placement_signature(predicted), vram_mib=((0, 5.0),), ram_mib=1, load_seconds=1
    )
    asked: list[Path] = []

    def shape_of(path: Path) -> ModelShape:
        asked.append(path)
        return LLAMA_8B

    placer = ShapePlacer(shape_of, lambda model: [measured] if model == "m" else [])
    found = placer(Wanted(), RIG)
    assert isinstance(found, Placement)
    assert found.mib_on(0) == 5.0
    off = placer(Wanted(gpu_layers=0), RIG)
    assert isinstance(off, Placement)
    assert off.how == "cpu"
    assert isinstance(placer(Wanted(), RIG, smaller=99), Refusal)
    assert asked[0] == Path("m.gguf")


def test_the_vision_file_takes_its_bytes_on_the_first_gpu(tmp_path: Path) -> None:
    projector = tmp_path / "mmproj.gguf"
    projector.write_bytes(bytes(5 * 2**20))
    placer = ShapePlacer(lambda path: LLAMA_8B, lambda model: [])
    blind, seeing = placer(Wanted(), RIG), placer(Wanted(projector=projector), RIG)
    assert isinstance(blind, Placement)
    assert isinstance(seeing, Placement)
    assert seeing.mib_on(0) - blind.mib_on(0) == pytest.approx(5)
