"""The estimate against what llama.cpp itself logs when it loads models of many shapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.placement.estimate import cpu_estimate
from tests.fakes.measured_loads import Case, loads
from tests.fakes.shaped_gguf import a_model, shaped_gguf

CASES: tuple[Case, ...] = ((1000, "f16", False), (2048, "q8_0", True), (8192, "f16", True), (8192, "q4_0", False))
LAST_MIB = 20
"""What the last weights of these models take at most: an output matrix or the end of a layer."""

SHAPES = {
    "qwen2": a_model("qwen2", (6, 1024, 2816), (8, 2, 128), 32_000, down="Q6_K", tied=True),
    "llama": a_model("llama", (4, 1024, 2816), (16, 4, 64), 24_000, weights="Q8_0", output="Q8_0"),
    "gemma3": a_model("gemma3", (12, 768, 2048), (4, 1, 256), 40_000, window=512, tied=True),
    "small vocabulary": a_model("llama", (3, 1024, 3584), (8, 2, 128), 8_000, weights="Q8_0", output="Q8_0"),
    "mixtral": a_model("llama", (3, 1024, 1792), (8, 2, 128), 8_000, weights="Q8_0", output="Q8_0", experts=4),
    "qwen3moe": a_model("qwen3moe", (4, 1024, 512), (8, 2, 128), 32_000, experts=8),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_estimate_is_what_llama_cpp_takes(name: str, tmp_path: Path) -> None:
    path = shaped_gguf(tmp_path / f"{name}.gguf", SHAPES[name])
    shape = shape_of_gguf(path)
    for first, (context, kind, mmap), logged in zip((True, *[False] * 3), CASES, loads(path, CASES), strict=True):
        guess = cpu_estimate(shape, context=context, kv_type=kind, mmap=mmap)
        assert guess.kv_mib == pytest.approx(logged.kv, abs=0.021)
        plain = guess.weights_mib - logged.repacked
        # Of a mapped file the end is not mapped where its weights are rearranged.
        assert logged.plain - 0.15 <= plain <= (LAST_MIB if mmap else 0.15) + logged.plain
        copies = sum(layer.repacked_bytes for layer in shape.layers) + shape.repacked_output_bytes
        assert (logged.repacked > 0) is (copies > 0)
        assert guess.compute_mib == pytest.approx(logged.compute, rel=0.01)
        total = plain + logged.repacked + logged.kv + logged.compute + 35
        assert abs(guess.total_mib - total) < 5
        if first:
            # Later loads reuse pages that the process already has. The compute buffer is hardly touched, and the
            # runtime holds less than its 35 MiB for a small vocabulary.
            resident = guess.total_mib - guess.compute_mib
            assert resident - 30 < logged.grown < resident + 5


def test_a_split_model_is_summed_over_its_parts_and_loads(tmp_path: Path) -> None:
    whole = shape_of_gguf(shaped_gguf(tmp_path / "m.gguf", SHAPES["llama"]))
    first = shaped_gguf(tmp_path / "s.gguf", SHAPES["llama"], parts=3)
    shape = shape_of_gguf(first)
    assert shape.layers == whole.layers and shape.output_bytes == whole.output_bytes
    (logged,) = loads(first, ((512, "f16", True),))
    assert logged.kv == pytest.approx(cpu_estimate(shape, context=512, kv_type="f16").kv_mib, abs=0.011)
