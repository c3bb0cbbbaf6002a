"""The estimate against what llama.cpp itself logs when it loads models of many shapes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.catalog.tensor_types import rearranges_weights
from jarvis.contracts.placement import KvType
from jarvis.placement.estimate import cpu_estimate
from tests.fakes.shaped_gguf import Dimensions, shaped_gguf

PROGRAM = Path(__file__).parent.parent / "programs" / "load_and_tell.py"
Case = tuple[int, KvType, bool]
"""Context, type of cache, and whether the file is mapped."""

CASES: tuple[Case, ...] = ((1000, "f16", False), (2048, "q8_0", True), (8192, "f16", True), (8192, "q4_0", False))
LAST_MIB = 20
"""What the last weights of these models take at most: an output matrix or the end of a layer."""

SHAPES = {
    "qwen2": Dimensions(
        architecture="qwen2",
        layers=6,
        width=1024,
        feed_forward=2816,
        heads=8,
        kv_heads=2,
        head=128,
        vocabulary=32_000,
        down="Q6_K",
        tied=True,
    ),
    "llama": Dimensions(
        architecture="llama",
        layers=4,
        width=1024,
        feed_forward=2816,
        heads=16,
        kv_heads=4,
        head=64,
        vocabulary=24_000,
        weights="Q8_0",
        output="Q8_0",
    ),
    "gemma3": Dimensions(
        architecture="gemma3",
        layers=12,
        width=768,
        feed_forward=2048,
        heads=4,
        kv_heads=1,
        head=256,
        vocabulary=40_000,
        window=512,
        tied=True,
    ),
    "qwen3moe": Dimensions(
        architecture="qwen3moe",
        layers=4,
        width=1024,
        feed_forward=512,
        heads=8,
        kv_heads=2,
        head=128,
        vocabulary=32_000,
        experts=8,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Logged:
    """MiB that llama.cpp says it took, how much its process grew, and the seconds of the load.

    `plain` are the weights as the file has them, mapped or read.
    """

    repacked: float
    plain: float
    kv: float
    compute: float
    grown: float
    seconds: float


def loads(model: Path, cases: tuple[Case, ...]) -> list[Logged]:
    """Load `model` once per case in a child; returns what was logged."""
    arguments = [f"{context}:{kind}{'' if mmap else ':no-mmap'}" for context, kind, mmap in cases]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(model), *arguments],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    parts = done.stderr.split("\nLOAD ")[1:]
    assert len(parts) == len(cases)
    return [
        Logged(
            repacked=_sum(r"(?:AMX|CPU_REPACK) model buffer size =\s+([\d.]+) MiB", text),
            plain=_sum(r" (?:CPU_Mapped|CPU) model buffer size =\s+([\d.]+) MiB", text),
            kv=_sum(r"CPU (?:KV|RS) buffer size =\s+([\d.]+) MiB", text),
            compute=_sum(r"CPU compute buffer size =\s+([\d.]+) MiB", text),
            grown=_sum(r"RSS (\d+)", text) / 2**20,
            seconds=_sum(r"SECONDS ([\d.]+)", text),
        )
        for text in parts
    ]


def _sum(pattern: str, text: str) -> float:
    return sum(float(found) for found in re.findall(pattern, text))


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
        assert (logged.repacked > 0) is rearranges_weights()
        rotation = 1.07 if name == "gemma3" and kind != "f16" else 1.01
        assert logged.compute / 1.01 <= guess.compute_mib <= logged.compute * rotation
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
