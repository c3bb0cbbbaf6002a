"""What a text model's files must weigh, from its shape and its quantization alone.

Follows llama.cpp's mix of tensor types (`llama-quant.cpp`) and the 4-bit layout of AWQ and GPTQ; written apart from
the estimate that the product uses, so that the one can find the other's mistakes. Norms, biases and metadata (under
one per cent) are left out.
"""

from __future__ import annotations

from jarvis.catalog.entries import Shape

BITS = {
    "Q4_K": 4.5,
    "Q5_K": 5.5,
    "Q6_K": 6.5625,
    "Q8_0": 8.5,
    "Q5_0": 5.5,
    "Q5_1": 6.0,
    "MXFP4": 4.25,
    "F16": 16.0,
}
"""Bits a weight, scales included."""

FALLBACK = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""What a row takes that is no multiple of 256 long."""

TWO_MATRICES = {"starcoder2"}
"""Architectures whose feed-forward part has no gate."""

LATENT = {"deepseek2": (512, 64, 128, 128)}
"""Latent attention: KV rank, rotary, plain and value size per head."""

Tensor = tuple[str, int, int]
"""Role, length of a row, number of rows."""


def parameters(shape: Shape) -> int:
    """Return how many weights the shape has, one layer after the other."""
    layers = sum(row * rows for index in range(shape.layers) for _, row, rows in layer_tensors(shape, index))
    return layers + shape.vocabulary * shape.embedding_length * (1 if shape.tied_embeddings else 2)


def layer_tensors(shape: Shape, index: int) -> list[Tensor]:
    """Return the matrices of one layer."""
    return _attention(shape) + _feed_forward(shape, index)


def file_bytes(shape: Shape, quantization: str, *, own_output: bool) -> float:
    """Return the bytes of all files together; `own_output` is True where the shared matrix is stored twice."""
    if quantization.startswith(("AWQ", "GPTQ")):
        linear = parameters(shape) - shape.vocabulary * shape.embedding_length * (1 if shape.tied_embeddings else 2)
        return linear * (4 + 20 / 128) / 8 + (parameters(shape) - linear) * 2
    total = sum(
        _bytes(_kind(shape, quantization, role, index), row, rows)
        for index in range(shape.layers)
        for role, row, rows in layer_tensors(shape, index)
    )
    row, rows = shape.embedding_length, shape.vocabulary
    output = _bytes(_kind(shape, quantization, "output", 0), row, rows)
    if shape.tied_embeddings and not own_output:
        return total + output
    return total + output + _bytes(_kind(shape, quantization, "embedding", 0), row, rows)


def _attention(shape: Shape) -> list[Tensor]:
    width, heads = shape.embedding_length, shape.heads
    if shape.architecture in LATENT:
        rank, rotary, plain, value = LATENT[shape.architecture]
        return [
            ("q", width, heads * (plain + rotary)),
            ("k", width, rank + rotary),
            ("v", rank, heads * (plain + value)),
            ("o", heads * value, width),
        ]
    queries, keys = heads * shape.head_size, shape.kv_heads * shape.head_size
    return [("q", width, queries), ("k", width, keys), ("v", width, keys), ("o", queries, width)]


def _feed_forward(shape: Shape, index: int) -> list[Tensor]:
    width = shape.embedding_length
    if shape.experts is None or index < shape.dense_layers:
        up = 1 if shape.architecture in TWO_MATRICES else 2
        inner = shape.feed_forward_length
        return [("up", width, inner * up), ("down", inner, width)]
    inner = shape.expert_feed_forward_length or shape.feed_forward_length
    count = shape.experts + shape.shared_experts
    return [("expert_up", width, inner * 2 * count), ("expert_down", inner, width * count), ("router", width, count)]


def _kind(shape: Shape, quantization: str, role: str, index: int) -> str:
    if quantization == "MXFP4":
        return "MXFP4" if role.startswith("expert") else "Q8_0"
    if quantization in {"Q8_0", "Q6_K"}:
        return quantization
    base = quantization.removesuffix("_M")
    if role == "output":
        return "Q6_K"
    if role == "v" and shape.experts == 8:
        return "Q8_0"
    if role in {"v", "down", "expert_down"} and _more_bits(index, shape.layers):
        return "Q6_K"
    return base


def _more_bits(index: int, layers: int) -> bool:
    return index < layers // 8 or index >= 7 * layers // 8 or (index - layers // 8) % 3 == 2


def _bytes(kind: str, row: int, rows: int) -> float:
    if row % 256 and kind in FALLBACK:
        kind = FALLBACK[kind]
    return row * rows * BITS[kind] / 8
