"""How fast a model will answer at a place, and how long it takes to load: predicted, or as measured there before.

A token costs one reading of everything that computes it: seconds = sum over devices of bytes read / (bandwidth x
efficiency) + a fixed cost per layer. All dense weights are read, of the routed experts the used share, and of the KV
cache half the context. Knows nothing of fitting. Prompt speed depends on arithmetic instead and is not predicted.

The GPU constants are fitted to published generation speeds: Llama-3.1-8B Q4_K_M on an RTX 3080 (112 tokens/s,
dmatora/LLM-inference-speed-benchmarks#12) and on an RTX 4060 Laptop (47, AlexsJones/llmfit#958), Qwen3-8B Q4_K_M on
an RTX 5090 (222, CambrianTech/continuum#1627), Llama-3.1-8B Q6_K on an RTX 4090 (93, dmatora#10), Gemma-3-4B Q4_K_M on
an RTX 3090 (190, calebcoffie.com/benchmarks), Llama-2-70B in 4 bits on an RTX A6000 (14, nvidia-holoscan/holohub#170):
all within 20 %. The CPU constants are measured (random weights of 0.5B to 3B shape, 2 Cascade Lake cores).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jarvis.catalog.shape import Layer, ModelShape
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import KvType, Measurement, Placement, placement_signature
from jarvis.placement.cuts import Cut
from jarvis.placement.estimate import KV_BLOCK

GPU_EFFICIENCY = 0.80
"""Share of a GPU's nominal bandwidth that generation reaches."""

GPU_LAYER_SECONDS = 45e-6
"""Fixed cost of a layer on a GPU: kernel launches and synchronisation."""

CPU_EFFICIENCY = 0.62
"""Share of the memory's bandwidth that generation on the CPU reaches: 0.60 to 0.65 for 1.5B and 3B in Q4_K_M."""

CPU_LAYER_SECONDS = 50e-6
"""Fixed cost of a layer on the CPU, the difference between bound and measurement of the 0.5B shape."""

CORE_GBS = 5.4
"""GB/s of Q4_K weights that one core can work through, measured with one thread on the 1.5B shape."""

LOAD_FIXED_SECONDS = 1.0
"""Start of the child, its context and the warm-up, measured 0.97 s with a model of 0.4 GB in the page cache."""


def tokens_per_second(shape: ModelShape, cut: Cut, machine: Machine, *, context: int, kv_type: KvType) -> float:
    """Return how many tokens a second one answer gets at `cut`, with half of `context` filled."""
    gpus = {gpu.index: gpu for gpu in machine.gpus}
    seconds = 0.0
    ram_bytes = 0.0
    for index, span in cut.spans:
        held = 0.0
        for number in span:
            layer = shape.layers[number]
            experts = _expert_bytes(shape, layer)
            held += _dense_bytes(layer) + _kv_bytes(shape, layer, context, kv_type)
            if number < cut.expert_cpu_layers:
                ram_bytes += experts
                seconds += CPU_LAYER_SECONDS
            else:
                held += experts
        if index == cut.gpus[-1]:
            held += shape.output_bytes
        seconds += held / (gpus[index].bandwidth_gbs * 1e9 * GPU_EFFICIENCY) + len(span) * GPU_LAYER_SECONDS
    for layer in shape.layers[: cut.cpu_layers]:
        ram_bytes += _dense_bytes(layer) + _expert_bytes(shape, layer) + _kv_bytes(shape, layer, context, kv_type)
    if not cut.gpus:
        ram_bytes += shape.output_bytes
    seconds += cut.cpu_layers * CPU_LAYER_SECONDS + ram_bytes / (cpu_gbs(machine) * 1e9)
    return 1.0 / seconds


def cpu_gbs(machine: Machine) -> float:
    """Return the GB/s of weights that the CPU works through: what its memory delivers or its cores manage, if less."""
    return min(machine.ram_bandwidth_gbs * CPU_EFFICIENCY, machine.cores * CORE_GBS)


def load_seconds(shape: ModelShape, machine: Machine) -> float:
    """Return the seconds until the model answers, its file read from the disk once."""
    return LOAD_FIXED_SECONDS + (shape.file_bytes + shape.projector_bytes) / (machine.disk_gbs * 1e9)


def with_measurements(placement: Placement, measurements: Iterable[Measurement]) -> Placement:
    """Return `placement` with what was measured of it: memory, seconds to load, and speed if an answer was timed.

    The first measurement of the same model and placement counts, so hand in the newest first; without one the
    prediction stays. A GPU that the measurement does not name keeps its estimate.
    """
    signature = placement_signature(placement)
    found = next((each for each in measurements if (each.model, each.signature) == (placement.model, signature)), None)
    if found is None:
        return placement
    vram = dict(found.vram_mib)
    devices = tuple(replace(share, mib=vram.get(share.gpu, share.mib)) for share in placement.devices)
    speed = found.tokens_per_second if found.tokens_per_second is not None else placement.tokens_per_second
    return replace(
        placement,
        devices=devices,
        ram_mib=found.ram_mib,
        load_seconds=found.load_seconds,
        tokens_per_second=speed,
        measured=True,
    )


def _dense_bytes(layer: Layer) -> int:
    return layer.weight_bytes - layer.expert_bytes


def _expert_bytes(shape: ModelShape, layer: Layer) -> float:
    return layer.expert_bytes * shape.experts_used / shape.experts if shape.experts else float(layer.expert_bytes)


def _kv_bytes(shape: ModelShape, layer: Layer, context: int, kv_type: KvType) -> float:
    tokens = context / 2
    if layer.sliding and shape.sliding_window:
        tokens = min(tokens, shape.sliding_window)
    numbers = layer.kv_heads * (layer.key_length + layer.value_length)
    block, size = KV_BLOCK[kv_type]
    return tokens * numbers * size / block + layer.recurrent_bytes
