"""What a model of a known shape takes in memory: weights, KV cache, compute buffers and what the runtime holds.

Pure arithmetic on `ModelShape`, as the llama.cpp in llama-cpp-python 0.3.36 allocates (`llama-kv-cache.cpp`,
`llama-kv-cache-iswa.cpp`, `llama-memory-recurrent.cpp`); compute buffers were read off its logs. Knows nothing about
files or devices.

Weights, their second copy and KV are exact. Compute buffers are within 1 % of the logs of qwen2, llama, gemma3 and
qwen3moe on the CPU (19 shapes from TinyLlama's to Llama 3.1 8B's, contexts of 1,000 to 32,768, three KV types), and of
four published GPU logs; those of recurrent models, of latent attention (MLA) and of every other architecture are the
same formula, which no load has confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from jarvis.catalog.shape import Layer, ModelShape
from jarvis.contracts.placement import KvType, MemoryEstimate

RunnerKind = Literal["llama", "llama-server", "vllm"]
"""What runs a model: Jarvis' own llama.cpp child, llama.cpp's server, or vLLM."""

MIB = 1 << 20

CPU_RUNTIME_MIB = 35.0
"""What a CPU process holds besides weights, cache and compute: over 28 loads of seven shapes the resident size was
within 1.7 % of the sum, most above it with the largest vocabularies."""

GPU_RUNTIME_MIB = 457.0
"""What CUDA and its libraries hold on each GPU: the reserve that Ollama keeps. `nvidia-smi` less all logged buffers
gave 309 MiB on an 8B model, so about 150 MiB of this are a margin."""

GPU_HOST_MIB = 300.0
"""RAM that a process with a CUDA context holds besides weights left in RAM; not measured here, a safe guess."""

VLLM_HOST_MIB = 3072.0
"""RAM that vLLM's processes hold with PyTorch and CUDA in them; not measured here, a guess."""

KV_BLOCK: dict[KvType, tuple[int, int]] = {"f16": (1, 2), "q8_0": (32, 34), "q4_0": (32, 18)}
"""Numbers per block and bytes per block of each KV type."""

CELL_STEP = 256
"""Contexts are rounded up to a multiple of this."""


def batch_tokens(runner: RunnerKind, *, layers_in_ram: bool) -> int:
    """Return how many tokens of a prompt llama.cpp is made to read at once, under `runner`.

    llama-server ends an abandoned answer only between two batches, so they are short where some layers are slow; the
    child is stopped within one.
    """
    return 128 if runner == "llama-server" and layers_in_ram else 512


def cells(
    shape: ModelShape,
    layer: Layer,
    *,
    context: int,
    sequences: int = 1,
    batch: int = 512,
    whole_window: bool = False,
) -> int:
    """Return how many tokens the cache of `layer` has room for, with one unified cache for all `sequences`.

    `whole_window` gives sliding layers the whole context (`swa_full`); no runner of Jarvis does.
    """
    whole = _padded(context)
    if whole_window or not layer.sliding or not shape.sliding_window:
        return whole
    return _padded(min(whole, shape.sliding_window * sequences + batch))


def kv_bytes(
    shape: ModelShape,
    layers: Iterable[int],
    *,
    context: int,
    kv_type: KvType,
    sequences: int = 1,
    batch: int = 512,
    whole_window: bool = False,
) -> int:
    """Return the bytes of keys, values and recurrent states of `layers` (indices), for `sequences` conversations
    that share one cache of `context` tokens, read `batch` tokens at a time."""
    return sum(
        layer_kv_bytes(
            shape,
            shape.layers[index],
            context=context,
            kv_type=kv_type,
            sequences=sequences,
            batch=batch,
            whole_window=whole_window,
        )
        for index in layers
    )


def layer_kv_bytes(
    shape: ModelShape,
    layer: Layer,
    *,
    context: int,
    kv_type: KvType,
    sequences: int = 1,
    batch: int = 512,
    whole_window: bool = False,
) -> int:
    """Return the bytes of one layer; recurrent states stay 32-bit whatever `kv_type` is."""
    block, size = KV_BLOCK[kv_type]
    rooms = cells(shape, layer, context=context, sequences=sequences, batch=batch, whole_window=whole_window)
    keys = -(-layer.kv_heads * layer.key_length // block) * size
    values = -(-layer.kv_heads * layer.value_length // block) * size
    return rooms * (keys + values) + layer.recurrent_bytes * sequences


def compute_bytes(
    shape: ModelShape,
    *,
    context: int,
    batch: int = 512,
    flash: bool = True,
    output_on_gpu: bool = True,
    kv_type: KvType = "f16",
) -> int:
    """Return the compute buffer of a GPU: the logits of a batch, or what a feed-forward block needs where that is more
    (a small vocabulary, a long context), and without flash attention its score matrix.

    With the output matrix in RAM (`output_on_gpu` False) the GPU borrows it for each batch and needs room for it.
    """
    width = shape.embedding_length
    needed = _peak_bytes(shape, context, batch, kv_type, embeddings=0)
    if not output_on_gpu:
        needed += output_matrix_bytes(shape)
    if not flash:
        needed = max(needed, 4 * batch * (1 + 4 * width + _padded(context) * (1 + shape.heads)))
    return needed


def cpu_compute_bytes(
    shape: ModelShape, *, context: int, batch: int = 512, flash: bool = True, kv_type: KvType = "f16"
) -> int:
    """Return the compute buffer of a model wholly on the CPU, where the batch's embeddings lie in it too."""
    width = shape.embedding_length
    needed = _peak_bytes(shape, context, batch, kv_type, embeddings=1)
    if not flash:
        needed = max(needed, 4 * batch * (_padded(context) * (shape.heads + 1) + 5 * width))
    return needed


def weight_bytes(shape: ModelShape, layers: Iterable[int], *, experts: bool = True) -> int:
    """Return the bytes of the weights of `layers`, without their routed experts where `experts` is False."""
    chosen = [shape.layers[index] for index in layers]
    return sum(layer.weight_bytes - (0 if experts else layer.expert_bytes) for layer in chosen)


def output_bytes(shape: ModelShape) -> int:
    """Return the bytes of the output matrix and its norm, that a GPU with the output holds."""
    return shape.output_bytes


def output_matrix_bytes(shape: ModelShape) -> int:
    """Return the bytes of the output matrix without its 32-bit norm."""
    return max(0, shape.output_bytes - 4 * shape.embedding_length)


def cpu_estimate(
    shape: ModelShape,
    *,
    context: int,
    kv_type: KvType,
    batch: int = 512,
    mmap: bool = True,
    whole_window: bool = False,
) -> MemoryEstimate:
    """Return what the model takes wholly in RAM.

    With `mmap` the file's pages stay beside the CPU's rearranged copy of many weights; without, the copy replaces
    them, but for an output that is tied to the embedding, whose original is needed too. Most of the compute buffer
    is never touched, so the resident size stays below the total.
    """
    everything = range(len(shape.layers))
    weights = shape.embedding_bytes + weight_bytes(shape, everything) + _own_output(shape)
    if mmap:
        weights += sum(layer.repacked_bytes for layer in shape.layers) + shape.repacked_output_bytes
    elif shape.tied_output:
        weights += shape.repacked_output_bytes
    return MemoryEstimate(
        weights_mib=weights / MIB,
        kv_mib=kv_bytes(shape, everything, context=context, kv_type=kv_type, batch=batch, whole_window=whole_window)
        / MIB,
        compute_mib=cpu_compute_bytes(shape, context=context, batch=batch, kv_type=kv_type) / MIB,
        overhead_mib=CPU_RUNTIME_MIB,
    )


def gpu_estimate(
    shape: ModelShape,
    layers: Iterable[int],
    *,
    context: int,
    kv_type: KvType,
    with_output: bool,
    batch: int = 512,
    experts: bool = True,
) -> MemoryEstimate:
    """Return what one GPU takes for `layers` (indices); `with_output` on the one that holds the output matrix.

    Where that is none, the GPU borrows the matrix for every batch. `experts` False leaves routed experts in RAM.
    """
    chosen = tuple(layers)
    weights = weight_bytes(shape, chosen, experts=experts) + (output_bytes(shape) if with_output else 0)
    return MemoryEstimate(
        weights_mib=weights / MIB,
        kv_mib=kv_bytes(shape, chosen, context=context, kv_type=kv_type, batch=batch) / MIB,
        compute_mib=compute_bytes(shape, context=context, batch=batch, output_on_gpu=with_output, kv_type=kv_type)
        / MIB,
        overhead_mib=GPU_RUNTIME_MIB,
    )


def ram_estimate_of_rest(
    shape: ModelShape,
    layers_in_ram: Iterable[int],
    *,
    context: int,
    kv_type: KvType,
    output_in_ram: bool = False,
    experts_of: Iterable[int] = (),
    batch: int = 512,
) -> MemoryEstimate:
    """Return what a model that is partly on GPUs takes in RAM: the token embedding, `layers_in_ram`, and the routed
    experts of the GPU layers `experts_of`.

    All of it once, the file not mapped: with a GPU at hand llama.cpp keeps such weights in memory that the GPU can
    read, which comes before the CPU's rearranged copies (`make_cpu_buft_list` in llama-model.cpp; read, not measured).
    """
    kept = tuple(layers_in_ram)
    lent = sum(shape.layers[index].expert_bytes for index in experts_of)
    weights = shape.embedding_bytes + weight_bytes(shape, kept) + lent
    if output_in_ram:
        weights += _own_output(shape)
    compute = (
        4 * batch * 2 * shape.embedding_length
        if not kept
        else cpu_compute_bytes(shape, context=context, batch=batch, kv_type=kv_type)
    )
    return MemoryEstimate(
        weights_mib=weights / MIB,
        kv_mib=kv_bytes(shape, kept, context=context, kv_type=kv_type, batch=batch) / MIB,
        compute_mib=compute / MIB,
        overhead_mib=CPU_RUNTIME_MIB + GPU_HOST_MIB,
    )


def vllm_bytes(
    shape: ModelShape,
    context: int,
    *,
    layers: Iterable[int] | None = None,
    first: bool = True,
    last: bool = True,
    kv_type: KvType = "f16",
) -> int:
    """Return what vLLM is to be given of a GPU that holds `layers` (None for all): their weights and a fifth, its
    runtime's 2 GiB, and one sequence's KV. The embedding is on the `first` GPU, the output on the `last`.

    The fifth and the 2 GiB are a rule of thumb for graphs, activations and CUDA; no load has confirmed it here.
    """
    held = tuple(range(len(shape.layers)) if layers is None else layers)
    weights = weight_bytes(shape, held) + (shape.embedding_bytes if first else 0)
    if last:
        weights += _own_output(shape) if first else shape.output_bytes
    return weights * 6 // 5 + (2 << 30) + kv_bytes(shape, held, context=context, kv_type=kv_type)


def _peak_bytes(shape: ModelShape, context: int, batch: int, kv_type: KvType, *, embeddings: int) -> int:
    """Return the larger of a batch's two peaks with flash attention, `embeddings` copies of its embeddings included.

    Read off the logs, which is all that tells how ggml's allocator fills its holes. At the end: the logits and one
    activation. Inside the last feed-forward block: the attention masks (16 bit), gate, up and their product, and three
    activations. With a quantised cache the queries are rotated (`attn_rot` in llama-kv-cache.cpp), and what was
    rotated lies where the masks lay, once these have room for it: the first peak grows by an activation, the second
    shrinks by one. Where the queries are wider than the model, they take that room first.
    """
    activation, queries = 4 * batch * shape.embedding_length, 4 * batch * _query_width(shape)
    masks = _mask_bytes(shape, context, batch)
    moved = kv_type != "f16" and masks >= activation
    left = masks - queries
    grows = moved and not (queries > activation and left >= activation / 2)
    last = 4 * batch * shape.vocabulary + (1 + embeddings + grows) * activation
    if not shape.feed_forward:
        return last
    inside = masks + 3 * 4 * batch * shape.feed_forward + (3 + embeddings - moved) * activation
    return max(last, inside)


def _mask_bytes(shape: ModelShape, context: int, batch: int) -> int:
    """Bytes of the masks: one for the layers that look at everything, one for those with a window."""
    kinds = {layer.sliding: layer for layer in shape.layers if layer.kv_heads}
    return 2 * batch * sum(cells(shape, layer, context=context, batch=batch) for layer in kinds.values())


def _query_width(shape: ModelShape) -> int:
    return shape.heads * max((layer.key_length for layer in shape.layers), default=0)


def _own_output(shape: ModelShape) -> int:
    """Bytes of output tensors that are in the file beside the embedding: of a tied output only the norm."""
    return shape.output_bytes - output_matrix_bytes(shape) if shape.tied_output else shape.output_bytes


def _padded(tokens: int) -> int:
    return -(-tokens // CELL_STEP) * CELL_STEP
