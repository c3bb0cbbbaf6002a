"""The header reader against the gguf package, against real loads of its writer, and against hostile files."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import gguf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.catalog.gguf_header import read_gguf
from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.catalog.tensor_types import TENSOR_TYPES
from jarvis.contracts.errors import EngineError
from tests.fakes.shaped_gguf import Dimensions, shaped_gguf

SMALL = Dimensions(
    architecture="qwen3moe",
    layers=2,
    width=256,
    feed_forward=256,
    heads=4,
    kv_heads=2,
    head=64,
    vocabulary=300,
    experts=4,
)
MOST_BYTES = 100_000_000


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def written(
    path: Path,
    entries: list[bytes],
    tensors: Sequence[tuple[str, tuple[int, ...], int, int]],
    *,
    space: int = 4096,
    counts: tuple[int, int] | None = None,
) -> Path:
    """Write any header, however wrong."""
    count, keys = counts or (len(tensors), len(entries))
    infos = [
        text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)
        for name, sizes, kind, offset in tensors
    ]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, count, keys) + b"".join(entries + infos) + bytes(space))
    return path


def number(key: str, value: int) -> bytes:
    return text(key) + struct.pack("<II", 4, value)


ARCHITECTURE = text("general.architecture") + struct.pack("<I", 8) + text("llama")
GOOD = [ARCHITECTURE, number("llama.block_count", 1)]
ONE = ("blk.0.a.weight", (32, 8), 0, 0)


def code_of(path: Path) -> str:
    with pytest.raises(EngineError) as caught:
        shape_of_gguf(path)
    assert path.name in caught.value.sentence("es")
    return caught.value.code


def test_the_type_table_is_that_of_the_gguf_package() -> None:
    theirs = {int(kind): (kind.name, *sizes) for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    assert {number: tuple(kind) for number, kind in TENSOR_TYPES.items()} == theirs


@pytest.mark.parametrize(
    "weights", ["F16", "BF16", "Q4_0", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS", "IQ2_XXS", "TQ1_0", "MXFP4"]
)
def test_every_tensor_is_read_as_the_gguf_package_reads_it(weights: str, tmp_path: Path) -> None:
    from dataclasses import replace

    path = shaped_gguf(tmp_path / "m.gguf", replace(SMALL, weights=weights))
    theirs = gguf.GGUFReader(path)
    ours = read_gguf(path)
    assert [(each.name, each.kind, each.dimensions, each.bytes) for each in ours.tensors] == [
        (each.name, int(each.tensor_type), tuple(int(size) for size in each.shape), int(each.n_bytes))
        for each in theirs.tensors
    ]
    assert ours.counts["tokenizer.ggml.tokens"] == 300
    assert ours.values["qwen3moe.expert_count"] == 4


@pytest.mark.parametrize(
    ("entries", "tensors", "damage"),
    [
        ([number("a", 1)], [ONE], "no_model"),
        (GOOD, [], "no_model"),
        ([*GOOD, GOOD[1]], [ONE], "corrupt"),
        (GOOD, [ONE, ONE], "corrupt"),
        (GOOD, [ONE, ("blk.0.b.weight", (32, 8), 0, 512)], "corrupt"),
        (GOOD, [("blk.0.a.weight", (32, 8), 0, 7)], "corrupt"),
        (GOOD, [("blk.0.a.weight", (32, 8), 0, 1 << 20)], "truncated"),
        (GOOD, [("blk.0.a.weight", (0, 8), 0, 0)], "corrupt"),
        (GOOD, [("blk.0.a.weight", (1 << 40, 1 << 40), 0, 0)], "corrupt"),
        (GOOD, [("blk.0.a.weight", (33, 8), 2, 0)], "corrupt"),
        (GOOD, [("blk.0.a.weight", (32, 8), 4, 0)], "unknown_type"),
        (GOOD, [("blk.0.a.weight", (1, 1, 1, 1, 1), 0, 0)], "corrupt"),
        (GOOD, [("blk.7.a.weight", (32, 8), 0, 0)], "corrupt"),
        ([ARCHITECTURE, number("llama.block_count", 10_001)], [ONE], "corrupt"),
        (
            [*GOOD, number("llama.attention.head_count", 7), number("llama.attention.head_count_kv", 3)],
            [ONE],
            "corrupt",
        ),
        ([*GOOD, number("general.alignment", 24)], [ONE], "corrupt"),
        ([*GOOD, text("a") + struct.pack("<IIQ", 9, 9, 1)], [ONE], "corrupt"),
        ([*GOOD, text("a") + struct.pack("<IIQ", 9, 8, 1 << 60)], [ONE], "truncated"),
        ([*GOOD, text("a") + struct.pack("<IIQ", 9, 12, 1 << 60)], [ONE], "truncated"),
        ([*GOOD, struct.pack("<Q", 2) + b"\xff\xfe" + struct.pack("<II", 4, 1)], [ONE], "corrupt"),
        ([*GOOD, struct.pack("<Q", 1 << 62)], [ONE], "corrupt"),
    ],
)
def test_what_cannot_be_true_is_refused(
    entries: list[bytes], tensors: list[tuple[str, tuple[int, ...], int, int]], damage: str, tmp_path: Path
) -> None:
    assert code_of(written(tmp_path / "m.gguf", entries, tensors)) == f"model.{damage}"


@pytest.mark.parametrize("counts", [(1 << 63, 2), (1, 1 << 63), (49_999, 2), (1, 19_999)])
def test_claimed_counts_cost_nothing(counts: tuple[int, int], tmp_path: Path) -> None:
    path = written(tmp_path / "m.gguf", GOOD, [ONE], counts=counts)
    tracemalloc.start()
    try:
        assert code_of(path).startswith("model.")
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


def test_a_file_with_as_much_as_is_allowed_takes_little_memory(tmp_path: Path) -> None:
    entries = [*GOOD, *(number(f"{index}{'k' * 900}", index) for index in range(15_000))]
    tensors = [(f"blk.0.{index}{'n' * 100}", (32,), 0, index * 128) for index in range(49_000)]
    path = written(tmp_path / "m.gguf", entries, tensors, space=49_001 * 128)
    tracemalloc.start()
    try:
        assert len(read_gguf(path).tensors) == 49_000
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


def test_the_part_that_is_missing_is_named(tmp_path: Path) -> None:
    first = shaped_gguf(tmp_path / "m.gguf", SMALL, parts=2)
    assert shape_of_gguf(first).file_bytes > 0
    (tmp_path / "m-00002-of-00002.gguf").unlink()
    with pytest.raises(EngineError) as caught:
        shape_of_gguf(first)
    assert caught.value.code == "model.missing"


def test_every_truncation_is_said(tmp_path: Path) -> None:
    whole = shaped_gguf(tmp_path / "m.gguf", SMALL).read_bytes()
    path = tmp_path / "cut.gguf"
    for length in [*range(0, 12_000, 37), *range(12_000, len(whole), 40_001), len(whole) - 33]:
        path.write_bytes(whole[:length])
        assert code_of(path).startswith("model.")


def test_every_flipped_bit_is_an_error_or_harmless(tmp_path: Path) -> None:
    path = written(tmp_path / "m.gguf", GOOD, [ONE], space=2048)
    whole = path.read_bytes()
    for bit in range((len(whole) - 2048) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        survives(path)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_bytes_in_a_real_header_are_an_error_or_harmless(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = shaped_gguf(tmp_path_factory.mktemp("h") / "m.gguf", SMALL)
    content = path.read_bytes()
    at = data.draw(st.integers(0, 12_000))
    path.write_bytes(content[:at] + (put := data.draw(st.binary(min_size=1, max_size=16))) + content[at + len(put) :])
    survives(path)


def survives(path: Path) -> None:
    """The file is refused with a sentence, or read; in either case with little memory."""
    tracemalloc.start()
    try:
        shape = shape_of_gguf(path)
        assert len(shape.layers) <= 10_000
    except EngineError as error:
        assert error.code.startswith("model.") and error.sentence("es")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("key", ["attention.head_count", "attention.head_count_kv"])
@pytest.mark.parametrize(("kind", "form"), [(6, "<2f"), (12, "<2d"), (7, "<2?")])
@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 2.5])
def test_heads_that_are_no_whole_numbers_are_damage(
    key: str, kind: int, form: str, value: float, tmp_path: Path
) -> None:
    array = text(f"llama.{key}") + struct.pack("<IIQ", 9, kind, 2) + struct.pack(form, value, value)
    assert code_of(written(tmp_path / "m.gguf", [*GOOD, array], [ONE])) == "model.corrupt"


def test_a_file_without_layers_is_no_model(tmp_path: Path) -> None:
    elsewhere = ("token_embd.weight", (32, 8), 0, 0)
    assert code_of(written(tmp_path / "m.gguf", [ARCHITECTURE], [elsewhere])) == "model.no_model"
    assert code_of(written(tmp_path / "n.gguf", GOOD, [elsewhere])) == "model.no_model"


@pytest.mark.parametrize("part", ["gate", "up", "down"])
def test_experts_stored_one_by_one_are_refused_with_the_reason(part: str, tmp_path: Path) -> None:
    path = written(tmp_path / "m.gguf", GOOD, [(f"blk.0.ffn_{part}.0.weight", (32, 8), 0, 0)])
    assert code_of(path) == "model.old_experts"
    with pytest.raises(EngineError, match="newer conversion"):
        read_gguf(path)
    shaped = written(tmp_path / "new.gguf", GOOD, [(f"blk.0.ffn_{part}_exps.weight", (32, 8), 0, 0)])
    assert read_gguf(shaped).tensors
