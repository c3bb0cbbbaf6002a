"""Shapes of well-known models with uniform layers, from their published dimensions and the size of their file."""

from __future__ import annotations

from jarvis.catalog.shape import Layer, ModelShape
from jarvis.contracts.hardware import GpuDevice, Machine

GIB = 2**30


def dense(
    name: str,
    layers: int,
    *,
    heads: int,
    kv_heads: int,
    width: int,
    vocabulary: int,
    file_gib: float,
    embedding_mib: float,
    output_mib: float,
    head_size: int = 128,
    context: int = 131072,
    sliding_window: int = 0,
) -> ModelShape:
    file_bytes = int(file_gib * GIB)
    embedding, output = int(embedding_mib * 2**20), int(output_mib * 2**20)
    each = (file_bytes - embedding - output) // layers
    layer = Layer(
        weight_bytes=each,
        repacked_bytes=int(each * 0.75),
        kv_heads=kv_heads,
        key_length=head_size,
        value_length=head_size,
    )
    return ModelShape(
        architecture="llama",
        name=name,
        layers=(layer,) * layers,
        embedding_bytes=embedding,
        output_bytes=output,
        embedding_length=width,
        vocabulary=vocabulary,
        heads=heads,
        context_tokens=context,
        file_bytes=file_bytes,
        quantization="Q4_K_M",
        sliding_window=sliding_window,
    )


def mixture(layers: int = 48, *, file_gib: float = 17.3, experts: int = 128, used: int = 8) -> ModelShape:
    """Qwen3-30B-A3B in Q4_K_M: about 94 % of every layer are routed experts."""
    each = int((file_gib * GIB - 400 * 2**20) / layers)
    layer = Layer(
        weight_bytes=each,
        expert_bytes=int(each * 0.94),
        repacked_bytes=int(each * 0.05),
        kv_heads=4,
        key_length=128,
        value_length=128,
    )
    return ModelShape(
        architecture="qwen3moe",
        name="Qwen3-30B-A3B",
        layers=(layer,) * layers,
        embedding_bytes=167 * 2**20,
        output_bytes=243 * 2**20,
        embedding_length=2048,
        vocabulary=151936,
        heads=32,
        context_tokens=40960,
        file_bytes=int(file_gib * GIB),
        experts=experts,
        experts_used=used,
        quantization="Q4_K_M",
    )


LLAMA_8B = dense(
    "Llama-3.1-8B", 32, heads=32, kv_heads=8, width=4096, vocabulary=128256, file_gib=4.58, embedding_mib=281.81,
    output_mib=411,
)  # fmt: skip
QWEN_14B = dense(
    "Qwen2.5-14B", 48, heads=40, kv_heads=8, width=5120, vocabulary=152064, file_gib=8.37, embedding_mib=417.66,
    output_mib=609,
)  # fmt: skip
QWEN_32B = dense(
    "Qwen2.5-32B", 64, heads=40, kv_heads=8, width=5120, vocabulary=152064, file_gib=18.48, embedding_mib=417.66,
    output_mib=609,
)  # fmt: skip
LLAMA_70B = dense(
    "Llama-3.3-70B", 80, heads=64, kv_heads=8, width=8192, vocabulary=128256, file_gib=39.59, embedding_mib=563.6,
    output_mib=822,
)  # fmt: skip
QWEN_3B = dense(
    "Qwen2.5-3B", 36, heads=16, kv_heads=2, width=2048, vocabulary=151936, file_gib=1.80, embedding_mib=167,
    output_mib=243,
)  # fmt: skip
QWEN_05B = dense(
    "Qwen2.5-0.5B", 24, heads=14, kv_heads=2, width=896, vocabulary=151936, file_gib=0.49, embedding_mib=138,
    output_mib=138, head_size=64,
)  # fmt: skip


def gpu(index: int, name: str, free_gib: float, bandwidth: float, total_gib: float | None = None) -> GpuDevice:
    total = total_gib if total_gib is not None else free_gib + 0.4
    return GpuDevice(
        index=index, name=name, total_mib=int(total * 1024), free_mib=int(free_gib * 1024), bandwidth_gbs=bandwidth
    )


RIG = Machine(
    ram_mib=65536, ram_free_mib=62976, ram_bandwidth_gbs=80, cores=16, disk_gbs=3.0,
    gpus=(gpu(0, "RTX 5070 Ti", 15.5, 896, 16), gpu(1, "RTX 2060", 5.6, 336, 6)),
)  # fmt: skip
LARGE = Machine(
    ram_mib=65536, ram_free_mib=62976, ram_bandwidth_gbs=80, cores=16, disk_gbs=3.0,
    gpus=(gpu(0, "RTX 4090", 23.4, 1008, 24), gpu(1, "RTX 3060", 11.7, 360, 12)),
)  # fmt: skip
LAPTOP = Machine(
    ram_mib=16384, ram_free_mib=13824, ram_bandwidth_gbs=70, cores=8, disk_gbs=2.0,
    gpus=(gpu(0, "RTX 4060 Laptop", 7.5, 256, 8),),
)  # fmt: skip
NO_GPU = Machine(ram_mib=16384, ram_free_mib=13824, ram_bandwidth_gbs=50, cores=8)
FLOOR = Machine(ram_mib=8192, ram_free_mib=5632, ram_bandwidth_gbs=35, cores=4)
