"""The types in which GGUF stores weights: how many numbers share a block, how many bytes it has, which are repacked.

From ggml's type table (`ggml-common.h`). Knows nothing about files.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple


class TensorType(NamedTuple):
    """`block` numbers are stored together in `size` bytes."""

    name: str
    block: int
    size: int


TENSOR_TYPES: dict[int, TensorType] = {
    0: TensorType("F32", 1, 4),
    1: TensorType("F16", 1, 2),
    2: TensorType("Q4_0", 32, 18),
    3: TensorType("Q4_1", 32, 20),
    6: TensorType("Q5_0", 32, 22),
    7: TensorType("Q5_1", 32, 24),
    8: TensorType("Q8_0", 32, 34),
    9: TensorType("Q8_1", 32, 40),
    10: TensorType("Q2_K", 256, 84),
    11: TensorType("Q3_K", 256, 110),
    12: TensorType("Q4_K", 256, 144),
    13: TensorType("Q5_K", 256, 176),
    14: TensorType("Q6_K", 256, 210),
    15: TensorType("Q8_K", 256, 292),
    16: TensorType("IQ2_XXS", 256, 66),
    17: TensorType("IQ2_XS", 256, 74),
    18: TensorType("IQ3_XXS", 256, 98),
    19: TensorType("IQ1_S", 256, 50),
    20: TensorType("IQ4_NL", 32, 18),
    21: TensorType("IQ3_S", 256, 110),
    22: TensorType("IQ2_S", 256, 82),
    23: TensorType("IQ4_XS", 256, 136),
    24: TensorType("I8", 1, 1),
    25: TensorType("I16", 1, 2),
    26: TensorType("I32", 1, 4),
    27: TensorType("I64", 1, 8),
    28: TensorType("F64", 1, 8),
    29: TensorType("IQ1_M", 256, 56),
    30: TensorType("BF16", 1, 2),
    34: TensorType("TQ1_0", 256, 54),
    35: TensorType("TQ2_0", 256, 66),
    39: TensorType("MXFP4", 32, 17),
    40: TensorType("NVFP4", 64, 36),
    41: TensorType("Q1_0", 128, 18),
}
"""By number, as in the file."""

BY_NAME: dict[str, int] = {kind.name: number for number, kind in TENSOR_TYPES.items()}

CpuKind = Literal["amx", "x86", "arm"]
"""How llama.cpp's CPU backend rearranges weights: for AVX2, for ARM's dot products, or, with Intel's matrix unit, not
at all (see `rearranges_weights`)."""

_ROWS_OF: dict[CpuKind, dict[str, int]] = {
    "amx": {},
    "x86": {"Q4_0": 8, "Q4_K": 8, "IQ4_NL": 8, "MXFP4": 8},
    "arm": {"Q4_0": 4, "Q4_K": 8, "Q5_K": 8, "Q6_K": 8, "IQ4_NL": 4, "MXFP4": 4, "Q8_0": 4},
}
"""Types with a second copy, and what the number of rows must be a multiple of: ggml-cpu/repack.cpp."""


def bytes_of(kind: int, numbers: int) -> int:
    """Return the bytes of `numbers` weights of type `kind`; `KeyError` for a type that ggml does not have."""
    table = TENSOR_TYPES[kind]
    return -(-numbers // table.block) * table.size


def repacked_bytes(kind: int, dimensions: Sequence[int], cpu: CpuKind) -> int:
    """Return the bytes of the second, rearranged copy that the CPU backend keeps of a matrix; 0 when it keeps none.

    `dimensions` are innermost first. The copy is as large as its original.
    """
    if len(dimensions) < 2:
        return 0
    table = TENSOR_TYPES[kind]
    step = _ROWS_OF[cpu].get(table.name)
    return math.prod(dimensions) // table.block * table.size if step and dimensions[1] % step == 0 else 0


def rearranges_weights() -> bool:
    """Return whether llama.cpp may rearrange weights on this machine.

    Not with Intel's matrix unit (AMX): there reading a prompt ends the process with a segmentation fault in
    `ggml_backend_amx_mul_mat` (ggml-org/llama.cpp#20824; so also measured with 0.3.36 and Q4_K, Q6_K and Q8_0).
    """
    return this_cpu() != "amx"


@cache
def this_cpu() -> CpuKind:
    """Return the kind of this machine's CPU, as Linux tells it; elsewhere by its architecture."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return "arm"
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split())
    except FileNotFoundError:
        # Not Linux: llama.cpp has no use for the matrix unit there either.
        return "x86"
    return "amx" if {"amx_tile", "amx_int8", "avx512_vnni"} <= flags else "x86"
