"""The estimate against numbers that others logged for real models, and its own rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.catalog.shape import Layer, ModelShape
from jarvis.catalog.tensor_types import BY_NAME, bytes_of
from jarvis.contracts.placement import KV_TYPES, KvType
from jarvis.placement.estimate import (
    MIB,
    RunnerKind,
    batch_tokens,
    compute_bytes,
    cpu_estimate,
    gpu_estimate,
    kv_bytes,
    output_matrix_bytes,
    ram_estimate_of_rest,
    vllm_bytes,
    weight_bytes,
)


def shape_of(
    layers: int,
    heads: int,
    kv_heads: int,
    width: int,
    vocabulary: int,
    *,
    head: int = 128,
    embedding: str = "Q4_K",
    output: str = "Q6_K",
    sliding: frozenset[int] = frozenset(),
    window: int = 0,
    tied: bool = False,
    layer_bytes: int = 100 * MIB,
) -> ModelShape:
    """A model of these dimensions whose layers weigh `layer_bytes` each, a quarter of it experts."""
    return ModelShape(
        architecture="llama",
        name="x",
        layers=tuple(
            Layer(
                weight_bytes=layer_bytes,
                expert_bytes=layer_bytes // 4,
                repacked_bytes=layer_bytes // 2,
                kv_heads=kv_heads,
                key_length=head,
                value_length=head,
                sliding=index in sliding,
            )
            for index in range(layers)
        ),
        embedding_bytes=bytes_of(BY_NAME[embedding], vocabulary * width),
        output_bytes=bytes_of(BY_NAME[output], vocabulary * width) + 4 * width,
        embedding_length=width,
        vocabulary=vocabulary,
        heads=heads,
        context_tokens=131_072,
        file_bytes=layers * layer_bytes,
        sliding_window=window,
        tied_output=tied,
    )


LLAMA_8B = shape_of(32, 32, 8, 4096, 128_256)
LLAMA_70B = shape_of(80, 64, 8, 8192, 128_256)
QWQ_32B = shape_of(64, 40, 8, 5120, 152_064)
QWEN3_14B = shape_of(40, 40, 8, 5120, 151_936, embedding="Q8_0", output="Q8_0")
QWEN3_30B = shape_of(48, 32, 4, 2048, 151_936, embedding="Q8_0", output="Q8_0")
QWEN_7B = shape_of(28, 28, 4, 3584, 152_064)
GPT_OSS = shape_of(36, 64, 8, 2880, 201_088, head=64, sliding=frozenset(range(0, 36, 2)), window=128)


@pytest.mark.parametrize(
    ("shape", "layers", "context", "kind", "logged_mib"),
    [
        (LLAMA_8B, range(32), 8192, "f16", 1024),
        (LLAMA_8B, range(32), 131_072, "f16", 16_384),
        (QWQ_32B, range(29), 8192, "q8_0", 493),
        (QWQ_32B, range(29, 64), 8192, "q8_0", 595),
        (QWEN3_14B, range(40), 4096, "f16", 640),
        (QWEN3_30B, range(48), 65_536, "f16", 6144),
        (QWEN_7B, range(28), 8192, "q8_0", 238),
        (QWEN_7B, range(28), 8192, "q4_0", 126),
    ],
)
def test_the_kv_cache_is_what_was_logged(
    shape: ModelShape, layers: range, context: int, kind: KvType, logged_mib: float
) -> None:
    assert kv_bytes(shape, layers, context=context, kv_type=kind) / MIB == pytest.approx(logged_mib, abs=0.01)


def test_sliding_layers_keep_their_window_for_every_sequence_and_one_batch() -> None:
    full, sliding = range(1, 36, 2), range(0, 36, 2)
    assert kv_bytes(GPT_OSS, full, context=65_535, kv_type="f16", sequences=4) / MIB == 2304
    assert kv_bytes(GPT_OSS, sliding, context=65_535, kv_type="f16", sequences=4) / MIB == 36
    whole = kv_bytes(GPT_OSS, sliding, context=65_535, kv_type="f16", sequences=4, whole_window=True)
    assert whole / MIB == 2304


@pytest.mark.parametrize(
    ("shape", "context", "flash", "output_on_gpu", "logged_mib"),
    [
        (LLAMA_8B, 8192, False, True, 560.00),
        (QWQ_32B, 8192, True, False, 916.08),
        (QWEN3_14B, 4096, True, False, 1094.99),
        (QWEN3_30B, 65_536, True, True, 300.75),
    ],
)
def test_the_compute_buffer_is_what_was_logged(
    shape: ModelShape, context: int, flash: bool, output_on_gpu: bool, logged_mib: float
) -> None:
    size = compute_bytes(shape, context=context, flash=flash, output_on_gpu=output_on_gpu)
    assert size / MIB == pytest.approx(logged_mib, rel=0.01)
    assert size / MIB == pytest.approx(logged_mib, abs=0.05)


@pytest.mark.parametrize(("shape", "mib"), [(LLAMA_8B, 281.81), (QWQ_32B, 417.66), (QWEN3_30B, 315.30)])
def test_the_embedding_is_what_was_logged(shape: ModelShape, mib: float) -> None:
    assert shape.embedding_bytes / MIB == pytest.approx(mib, abs=0.006)


def test_llama_70b_is_what_the_planner_of_others_keeps_for_its_cache() -> None:
    row = 4 * (LLAMA_70B.vocabulary + LLAMA_70B.embedding_length)
    assert kv_bytes(LLAMA_70B, range(80), context=8192, kv_type="f16") + row == 2_684_900_352


def test_a_gpu_gets_its_layers_and_the_output_and_ram_the_rest() -> None:
    on_gpu = gpu_estimate(LLAMA_8B, range(10, 32), context=4096, kv_type="f16", with_output=True)
    in_ram = ram_estimate_of_rest(LLAMA_8B, range(10), context=4096, kv_type="f16")
    assert on_gpu.weights_mib == pytest.approx(2200 + LLAMA_8B.output_bytes / MIB)
    assert in_ram.weights_mib == pytest.approx(1000 + LLAMA_8B.embedding_bytes / MIB)
    assert on_gpu.kv_mib + in_ram.kv_mib == 512
    without = gpu_estimate(LLAMA_8B, range(10, 32), context=4096, kv_type="f16", with_output=False)
    borrowed = output_matrix_bytes(LLAMA_8B) / MIB
    assert without.compute_mib == pytest.approx(on_gpu.compute_mib + borrowed)


def test_experts_left_in_ram_are_there_and_not_on_the_gpu() -> None:
    assert weight_bytes(LLAMA_8B, range(4), experts=False) == 300 * MIB
    lean = gpu_estimate(LLAMA_8B, range(32), context=4096, kv_type="f16", with_output=True, experts=False)
    full = gpu_estimate(LLAMA_8B, range(32), context=4096, kv_type="f16", with_output=True)
    lent = ram_estimate_of_rest(LLAMA_8B, (), context=4096, kv_type="f16", experts_of=range(32))
    assert full.weights_mib - lean.weights_mib == 800
    assert lent.weights_mib == pytest.approx(800 + LLAMA_8B.embedding_bytes / MIB)


def test_without_mmap_there_is_no_second_copy_and_a_tied_output_is_not_counted_twice() -> None:
    mapped, copied = (
        cpu_estimate(LLAMA_8B, context=4096, kv_type="f16", mmap=mmap).weights_mib for mmap in (True, False)
    )
    assert mapped - copied == 1600
    tied = shape_of(32, 32, 8, 4096, 128_256, tied=True)
    assert copied - cpu_estimate(tied, context=4096, kv_type="f16", mmap=False).weights_mib == pytest.approx(
        output_matrix_bytes(LLAMA_8B) / MIB
    )


def test_without_mmap_a_copy_counts_only_where_the_original_is_needed_too() -> None:
    def weights(shape: ModelShape) -> float:
        return cpu_estimate(shape, context=4096, kv_type="f16", mmap=False).weights_mib

    copied = output_matrix_bytes(LLAMA_8B)
    assert weights(replace(LLAMA_8B, repacked_output_bytes=copied)) == weights(LLAMA_8B)
    tied = shape_of(32, 32, 8, 4096, 128_256, tied=True)
    both = replace(tied, repacked_output_bytes=copied)
    assert weights(both) - weights(tied) == pytest.approx(copied / MIB)


@pytest.mark.parametrize(
    ("runner", "layers_in_ram", "tokens"),
    [("llama", True, 512), ("llama", False, 512), ("llama-server", True, 128), ("llama-server", False, 512)],
)
def test_each_runner_reads_its_own_number_of_tokens_at_once(
    runner: RunnerKind, layers_in_ram: bool, tokens: int
) -> None:
    assert batch_tokens(runner, layers_in_ram=layers_in_ram) == tokens


def test_vllm_gets_a_fifth_more_and_two_gib() -> None:
    weights = 3200 * MIB + LLAMA_8B.embedding_bytes + LLAMA_8B.output_bytes
    assert vllm_bytes(LLAMA_8B, 8192) == weights * 6 // 5 + 3072 * MIB
    first = vllm_bytes(LLAMA_8B, 8192, layers=range(20), last=False)
    last = vllm_bytes(LLAMA_8B, 8192, layers=range(20, 32), first=False)
    assert first + last == pytest.approx(weights * 6 // 5 + (3072 + 2048) * MIB, abs=2)
    smaller = vllm_bytes(LLAMA_8B, 8192) - vllm_bytes(LLAMA_8B, 8192, kv_type="q8_0")
    assert smaller == 1024 * MIB * 15 // 32


@given(
    context=st.integers(1, 200_000),
    batch=st.sampled_from([32, 128, 512, 2048]),
    kind=st.sampled_from(KV_TYPES),
    cut=st.integers(0, 36),
)
def test_shares_add_up_and_more_context_never_takes_less(context: int, batch: int, kind: KvType, cut: int) -> None:
    def kv(layers: range, tokens: int = context) -> int:
        return kv_bytes(GPT_OSS, layers, context=tokens, kv_type=kind, batch=batch)

    assert kv(range(cut)) + kv(range(cut, 36)) == kv(range(36))
    assert kv(range(36)) <= kv(range(36), context + 1000)
    whole = kv_bytes(GPT_OSS, range(36), context=context, kv_type=kind, whole_window=True)
    assert kv(range(36)) <= whole


def test_recurrent_layers_take_their_state_once_per_sequence_whatever_the_context() -> None:
    state = ModelShape(
        architecture="mamba",
        name="m",
        layers=(Layer(weight_bytes=1, recurrent_bytes=1000),) * 3,
        embedding_bytes=1,
        output_bytes=1,
        embedding_length=1,
        vocabulary=1,
        heads=1,
        context_tokens=1,
        file_bytes=1,
    )
    for context in (256, 100_000):
        assert kv_bytes(state, range(3), context=context, kv_type="q4_0", sequences=2) == 6000


LLAMA_8B_SIZES = (32, 8, 4096, 128_256, 14_336)
MISTRAL_7B_SIZES = (32, 8, 4096, 32_768, 14_336)
QWEN_30B_SIZES = (32, 4, 2048, 151_936, 1536)
TINY_LLAMA_SIZES = (32, 4, 2048, 32_000, 5632)


@pytest.mark.parametrize(
    ("dimensions", "context", "kv_type", "logged"),
    [
        (LLAMA_8B_SIZES, 2048, "f16", 266.5),
        (LLAMA_8B_SIZES, 2048, "q8_0", 266.5),
        (LLAMA_8B_SIZES, 8192, "q8_0", 274.5),
        (MISTRAL_7B_SIZES, 2048, "f16", 118.01),
        (MISTRAL_7B_SIZES, 2048, "q8_0", 118.09),
        (MISTRAL_7B_SIZES, 8192, "f16", 124.01),
        (MISTRAL_7B_SIZES, 8192, "q8_0", 116.09),
        (MISTRAL_7B_SIZES, 32_768, "q8_0", 140.09),
        (TINY_LLAMA_SIZES, 8192, "q8_0", 74.5),
        (TINY_LLAMA_SIZES, 32_768, "q8_0", 77.04),
        (QWEN_30B_SIZES, 8192, "q8_0", 308.75),
        (QWEN_30B_SIZES, 32_768, "q8_0", 304.75),
    ],
)
def test_the_compute_buffer_of_real_shapes_on_the_cpu(
    dimensions: tuple[int, int, int, int, int], context: int, kv_type: KvType, logged: float
) -> None:
    heads, kv_heads, width, vocabulary, inside = dimensions
    shape = shape_of(2, heads, kv_heads, width, vocabulary, head=64 if dimensions == TINY_LLAMA_SIZES else 128)
    size = cpu_estimate(replace(shape, feed_forward=inside), context=context, kv_type=kv_type).compute_mib
    assert size == pytest.approx(logged, rel=0.001)
