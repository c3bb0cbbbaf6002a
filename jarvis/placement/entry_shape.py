"""The shape of a catalogue entry that is not on disk yet, computed from its dimensions and its quantization.

Which matrix gets which type follows `llama_tensor_get_type` of llama.cpp's llama-quant.cpp; layers are then scaled so
that all weights together are the variant's. Knows nothing about files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from jarvis.catalog.entries import CatalogModel, Shape, Variant
from jarvis.catalog.gguf_shape import sliding_pattern
from jarvis.catalog.shape import Layer, ModelShape
from jarvis.catalog.tensor_types import BY_NAME, TENSOR_TYPES, bytes_of, repacked_bytes, this_cpu
from jarvis.contracts.errors import InputError

_BASE = {"Q2_K": "Q2_K", "Q3_K": "Q3_K", "Q4_K": "Q4_K", "Q5_K": "Q5_K", "Q6_K": "Q6_K", "MXFP4": "Q8_0"}
_LONG_ROW = {"Q2_K": "Q4_0", "Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0", "IQ4_XS": "IQ4_NL"}
"""What a matrix takes whose rows are no multiple of 256."""


def shape_of_entry(model: CatalogModel, variant: Variant) -> ModelShape:
    """Return what `variant` of `model` will look like (`exact` False); `InputError` `catalog.no_shape` for an entry
    without dimensions, such as one in the cloud."""
    shape = model.shape
    if shape is None:
        raise InputError(
            "catalog.no_shape",
            en="How much memory {model} takes is not known before it is downloaded. Download it, then ask again.",
            es="No se sabe cuánta memoria ocupa {model} antes de descargarlo. Descárgalo y pregunta de nuevo.",
            model=model.id,
        )
    weights = sum(file.bytes for file in variant.files if file.role == "weights")
    projector = sum(file.bytes for file in variant.files if file.role == "projector")
    parts = _Parts.of(shape, variant)
    in_file = sum(layer.weight_bytes for layer in parts.layers) + parts.embedding
    in_file += 0 if shape.tied_embeddings else parts.output
    scale = weights / in_file
    return ModelShape(
        architecture=shape.architecture,
        name=model.name,
        layers=tuple(_scaled(layer, scale) for layer in parts.layers),
        embedding_bytes=round(parts.embedding * scale),
        output_bytes=round(parts.output * scale) + 4 * shape.embedding_length,
        embedding_length=shape.embedding_length,
        vocabulary=shape.vocabulary,
        heads=shape.heads,
        context_tokens=model.context_tokens or 0,
        file_bytes=variant.bytes,
        tied_output=shape.tied_embeddings,
        repacked_output_bytes=round(parts.output_copy * scale),
        sliding_window=shape.sliding_window or 0,
        experts=shape.experts or 0,
        experts_used=shape.experts_used or 0,
        feed_forward=max(1, shape.experts_used or 0) * (shape.expert_feed_forward_length or shape.feed_forward_length),
        projector_bytes=projector,
        parameters=round((model.parameters_billion or 0) * 1e9),
        quantization=variant.quantization,
        exact=False,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    layers: tuple[Layer, ...]
    embedding: int
    output: int
    output_copy: int

    @classmethod
    def of(cls, shape: Shape, variant: Variant) -> _Parts:
        table = (shape.embedding_length, shape.vocabulary)
        in_blocks = variant.format == "gguf"
        base = _base(variant) if in_blocks else "F16"
        output = _output_type(base)
        embedding = output if shape.tied_embeddings else base
        copied = repacked_bytes(BY_NAME[_fitting(output, table[0])], table, this_cpu()) if in_blocks else 0
        return cls(
            layers=tuple(_layer(shape, variant, index, slides) for index, slides in enumerate(_sliding(shape))),
            embedding=_bytes(embedding, table),
            output=_bytes(output, table),
            output_copy=copied,
        )


def _layer(shape: Shape, variant: Variant, index: int, slides: bool) -> Layer:
    weights = experts = copied = 0
    for role, dimensions in _matrices(shape, index):
        kind = _fitting(_type_of(variant, role, index, shape.layers), dimensions[0])
        size = _bytes(kind, dimensions)
        if variant.format in {"awq", "gptq", "compressed-tensors"}:
            size = math.prod(dimensions) * (4 * 128 + 20) // (128 * 8)
        weights += size
        experts += size if role.endswith("_exps") else 0
        copied += repacked_bytes(BY_NAME[kind], dimensions, this_cpu()) if variant.format == "gguf" else 0
    latent = shape.latent_length
    value_size = shape.value_size or shape.head_size
    return Layer(
        weight_bytes=weights,
        expert_bytes=experts,
        repacked_bytes=copied,
        kv_heads=1 if latent else shape.kv_heads,
        key_length=latent or shape.head_size,
        value_length=0 if latent else value_size,
        sliding=slides,
    )


def _matrices(shape: Shape, index: int) -> list[tuple[str, tuple[int, ...]]]:
    """Role and dimensions of a layer's matrices; norms and biases are too small to matter."""
    width, queries, keys = shape.embedding_length, shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    value_size = shape.value_size or shape.head_size
    made: list[tuple[str, tuple[int, ...]]] = [
        ("attn_q", (width, queries)),
        ("attn_k", (width, keys)),
        ("attn_v", (width, shape.kv_heads * value_size)),
        ("attn_output", (shape.heads * value_size, width)),
    ]
    if not shape.experts or index < shape.dense_layers:
        inner = shape.feed_forward_length
        return [*made, ("ffn_gate", (width, inner)), ("ffn_up", (width, inner)), ("ffn_down", (inner, width))]
    inner, count = shape.expert_feed_forward_length or shape.feed_forward_length, shape.experts
    made += [("ffn_gate_exps", (width, inner, count)), ("ffn_up_exps", (width, inner, count))]
    made += [("ffn_down_exps", (inner, width, count))]
    if shape.shared_experts:
        shared = inner * shape.shared_experts
        made += [("ffn_gate", (width, shared)), ("ffn_up", (width, shared)), ("ffn_down", (shared, width))]
    return made


def _type_of(variant: Variant, role: str, index: int, layers: int) -> str:
    if variant.format != "gguf":
        return "F16"
    name = variant.quantization.upper()
    if name.startswith("MXFP4"):
        return "MXFP4" if role.endswith("_exps") else "Q8_0"
    base = _base(variant)
    wide = role == "attn_v" or role.startswith("ffn_down")
    if name.endswith("K_M") and wide and _more_bits(index, layers):
        return {"Q3_K": "Q5_K", "Q4_K": "Q6_K", "Q5_K": "Q6_K"}.get(base, base)
    if name == "Q4_K_S" and wide and index < layers // 8:
        return "Q5_K"
    return base


def _more_bits(index: int, layers: int) -> bool:
    """`use_more_bits` of llama-quant.cpp: the first and the last eighth, and every third between."""
    return index < layers // 8 or index >= 7 * layers // 8 or (index - layers // 8) % 3 == 2


def _base(variant: Variant) -> str:
    name = variant.quantization.upper()
    prefix = next((kind for start, kind in _BASE.items() if name.startswith(start)), name)
    return prefix if prefix in BY_NAME else "Q8_0"


def _output_type(base: str) -> str:
    return "Q6_K" if base in {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q4_0", "Q5_0", "IQ4_XS", "IQ4_NL"} else base


def _fitting(kind: str, row: int) -> str:
    return _LONG_ROW.get(kind, kind) if row % TENSOR_TYPES[BY_NAME[kind]].block else kind


def _bytes(kind: str, dimensions: tuple[int, ...]) -> int:
    return bytes_of(BY_NAME[_fitting(kind, dimensions[0])], math.prod(dimensions))


def _sliding(shape: Shape) -> tuple[bool, ...]:
    if not shape.sliding_window:
        return (False,) * shape.layers
    if not shape.sliding_every:
        return (True,) * shape.layers
    named = sliding_pattern(shape.architecture, shape.layers, shape.sliding_every)
    every = shape.sliding_every
    return named if any(named) else tuple(index % every != every - 1 for index in range(shape.layers))


def _scaled(layer: Layer, scale: float) -> Layer:
    return Layer(
        weight_bytes=round(layer.weight_bytes * scale),
        expert_bytes=round(layer.expert_bytes * scale),
        repacked_bytes=round(layer.repacked_bytes * scale),
        kv_heads=layer.kv_heads,
        key_length=layer.key_length,
        value_length=layer.value_length,
        sliding=layer.sliding,
    )
