"""How a recogniser computes where it is placed, and what it then takes. Pure tables.

Knows nothing of files, children or other models.
"""

from __future__ import annotations

from typing import Literal

from jarvis.contracts.hardware import GpuDevice
from jarvis.contracts.placement import ComputeType, Decoding

DeviceKind = Literal["cpu", "cuda"]

TYPES: dict[DeviceKind, tuple[ComputeType, ...]] = {
    "cuda": ("int8_float16", "float16", "int8_float32", "float32"),
    "cpu": ("int8", "float32"),
}
"""Best first; where a device cannot do what was planned, the first other one that it can is used."""

BEAMS: dict[DeviceKind, int] = {"cuda": 5, "cpu": 1}
"""Whisper's own width where it costs next to nothing; on a processor it would double the wait."""

_BY_CAPABILITY: tuple[tuple[tuple[int, int], ComputeType], ...] = (
    ((7, 0), "int8_float16"),
    ((6, 2), "float32"),
    ((6, 1), "int8_float32"),
    ((0, 0), "float32"),
)
"""From which compute capability on: 16-bit sums from 7.0, 8-bit products from there and on 6.1 (`gpu_supports_int8` and
`gpu_has_fp16_tensor_cores` in CTranslate2's src/cuda/utils.cc)."""

_WEIGHTS: dict[ComputeType, float] = {
    "int8_float16": 0.5,
    "int8_float32": 0.5,
    "int8": 0.5,
    "float16": 1.0,
    "float32": 2.0,
}
"""Size of the weights, of that in 16 bit."""

GPU_RUNTIME_MIB, GPU_WORK = 400.0, 0.4
"""What CUDA and its libraries hold, and the buffers as a share of the weights in 16 bit, twice that where sums are in
32 bit. For large-v3, its turbo and its Distil-Whisper in float16 and int8 with a beam of 5 this is 0 to 16 % above what
was published for an RTX 2080 Ti (SYSTRAN/faster-whisper, issue 1030, taken as MiB)."""

CPU_RUNTIME_MIB, CPU_WORK = 260.0, 0.1
"""The same for a child on the processor: within 7 % of the resident sizes of tiny, base, small and large-v3-turbo in
int8 (benchmarks/whisper.py). While it loads, the whole file lies in RAM too, which the plan's margin has to hold."""


def decoding_on(gpu: GpuDevice | None) -> Decoding:
    """Return how a recogniser computes on `gpu`, None for the processor.

    A GPU whose capability the driver does not tell counts as one of the last years; its child looks itself.
    """
    if gpu is None:
        return Decoding(compute_type=TYPES["cpu"][0], beam=BEAMS["cpu"])
    capability = _capability(gpu)
    best = TYPES["cuda"][0]
    if capability is not None:
        best = next(compute_type for least, compute_type in _BY_CAPABILITY if capability >= least)
    return Decoding(compute_type=best, beam=BEAMS["cuda"])


def memory_mib(half_mib: float, decoding: Decoding, *, on_gpu: bool) -> float:
    """Return what a recogniser takes in MiB on its one device; `half_mib` are its weights in 16 bit."""
    weights = half_mib * _WEIGHTS[decoding.compute_type]
    if not on_gpu:
        return weights + CPU_RUNTIME_MIB + CPU_WORK * half_mib
    wide = decoding.compute_type.endswith("float32")
    return weights + GPU_RUNTIME_MIB + GPU_WORK * half_mib * (2 if wide else 1)


def types_to_try(device: DeviceKind, planned: ComputeType, offered: frozenset[str] | None) -> tuple[ComputeType, ...]:
    """Return `planned` and what comes in its place, in order; only what is `offered`, None where nobody knows."""
    order = dict.fromkeys((planned, *TYPES[device]))
    return tuple(each for each in order if offered is None or each in offered) or (planned,)


def _capability(gpu: GpuDevice) -> tuple[int, int] | None:
    major, _, minor = gpu.compute_capability.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
