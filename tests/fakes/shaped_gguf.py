"""Writes GGUF files of any real model's shape in a moment: the header is whole, the weights are a hole of zeros.

llama.cpp loads them as it does the real ones and says what memory it takes; what they answer is nonsense.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType

_ALIGNMENT = 32
_TENSOR = tuple[str, tuple[int, ...], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimensions:
    """A model's dimensions. `down` is the type of ffn_down and attn_v where it differs from `weights`."""

    architecture: str
    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    weights: str = "Q4_K"
    down: str = ""
    output: str = "Q6_K"
    tied: bool = False
    window: int = 0
    experts: int = 0
    context: int = 131_072


def a_model(
    architecture: str, sizes: tuple[int, int, int], heads: tuple[int, int, int], vocabulary: int, **more: Any
) -> Dimensions:
    """Return dimensions of `sizes` (layers, width, feed-forward) and `heads` (of queries, of keys, size of each)."""
    layers, width, feed_forward = sizes
    queries, keys, head = heads
    return Dimensions(
        architecture=architecture,
        layers=layers,
        width=width,
        feed_forward=feed_forward,
        heads=queries,
        kv_heads=keys,
        head=head,
        vocabulary=vocabulary,
        **more,
    )


def shaped_gguf(path: Path, shape: Dimensions, *, parts: int = 1) -> Path:
    """Write the model and return its (first) file; `parts` spreads the tensors over that many files."""
    tensors = list(_tensors(shape))
    step = -(-len(tensors) // parts)
    paths = [path] if parts == 1 else [_part(path, number, parts) for number in range(1, parts + 1)]
    for number, each in enumerate(paths):
        split = {"split.no": number, "split.count": parts, "split.tensors.count": len(tensors)} if parts > 1 else {}
        entries = [_split_entry(key, value) for key, value in split.items()]
        entries += _metadata(shape) if number == 0 else []
        _write(each, entries, tensors[number * step : (number + 1) * step])
    return paths[0]


def _part(path: Path, number: int, parts: int) -> Path:
    return path.with_name(f"{path.stem}-{number:05d}-of-{parts:05d}.gguf")


def _tensors(shape: Dimensions) -> Iterator[_TENSOR]:
    width, queries, keys = shape.width, shape.heads * shape.head, shape.kv_heads * shape.head
    down = shape.down or shape.weights
    yield "token_embd.weight", (width, shape.vocabulary), shape.output if shape.tied else shape.weights
    yield "output_norm.weight", (width,), "F32"
    if not shape.tied:
        yield "output.weight", (width, shape.vocabulary), shape.output
    for index in range(shape.layers):
        layer: list[_TENSOR] = [
            ("attn_norm", (width,), "F32"),
            ("ffn_norm", (width,), "F32"),
            ("attn_q", (width, queries), shape.weights),
            ("attn_k", (width, keys), shape.weights),
            ("attn_v", (width, keys), down),
            ("attn_output", (queries, width), shape.weights),
        ]
        layer += _feed_forward(shape, down) + _extras(shape)
        yield from ((f"blk.{index}.{name}{'' if '.' in name else '.weight'}", size, kind) for name, size, kind in layer)


def _feed_forward(shape: Dimensions, down: str) -> list[_TENSOR]:
    width, inner = shape.width, shape.feed_forward
    if not shape.experts:
        return [
            ("ffn_gate", (width, inner), shape.weights),
            ("ffn_up", (width, inner), shape.weights),
            ("ffn_down", (inner, width), down),
        ]
    return [
        ("ffn_gate_inp", (width, shape.experts), "F32"),
        ("ffn_gate_exps", (width, inner, shape.experts), shape.weights),
        ("ffn_up_exps", (width, inner, shape.experts), shape.weights),
        ("ffn_down_exps", (inner, width, shape.experts), down),
    ]


def _extras(shape: Dimensions) -> list[_TENSOR]:
    if shape.architecture == "qwen2":
        sizes = (
            ("q", shape.heads * shape.head),
            ("k", shape.kv_heads * shape.head),
            ("v", shape.kv_heads * shape.head),
        )
        return [(f"attn_{name}.bias", (size,), "F32") for name, size in sizes]
    norms = {"qwen3moe": ("q", "k"), "gemma3": ("q", "k", "post"), "gemma2": ("post",)}.get(shape.architecture, ())
    made: list[_TENSOR] = [(f"attn_{name}_norm", (shape.head,), "F32") for name in norms if name != "post"]
    if "post" in norms:
        made += [(name, (shape.width,), "F32") for name in ("post_attention_norm", "post_ffw_norm")]
    return made


def _metadata(shape: Dimensions) -> list[bytes]:
    numbers = {
        "block_count": shape.layers,
        "context_length": shape.context,
        "embedding_length": shape.width,
        "feed_forward_length": shape.feed_forward,
        "attention.head_count": shape.heads,
        "attention.head_count_kv": shape.kv_heads,
        "attention.key_length": shape.head,
        "attention.value_length": shape.head,
        "rope.dimension_count": shape.head,
    }
    if shape.window:
        numbers["attention.sliding_window"] = shape.window
    if shape.experts:
        numbers |= {"expert_count": shape.experts, "expert_used_count": 2}
        numbers["expert_feed_forward_length"] = shape.feed_forward
    entries = [_entry("general.architecture", shape.architecture), _entry("general.name", "Shaped")]
    entries += [_entry(f"{shape.architecture}.{key}", value) for key, value in numbers.items()]
    entries += [_entry(f"{shape.architecture}.attention.layer_norm_rms_epsilon", 1e-6)]
    entries += [_entry("tokenizer.ggml.model", "gpt2"), _entry("tokenizer.ggml.pre", "qwen2")]
    tokens = [*(_byte(code) for code in range(256)), *(f"[{number}]" for number in range(shape.vocabulary - 256))]
    kinds = struct.pack("<IIQ", GGUFValueType.ARRAY, GGUFValueType.INT32, len(tokens)) + struct.pack(
        f"<{len(tokens)}i", *([1] * (len(tokens) - 1) + [3])
    )
    entries += [_texts("tokenizer.ggml.tokens", tokens), _text("tokenizer.ggml.token_type") + kinds]
    entries += [_texts("tokenizer.ggml.merges", ["a b"]), _entry("tokenizer.ggml.eos_token_id", len(tokens) - 1)]
    return entries


def _byte(code: int) -> str:
    """The letter that stands for a byte in GPT-2's vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return chr(code) if code in plain else chr(256 + sum(each not in plain for each in range(code)))


def _write(path: Path, entries: list[bytes], tensors: list[_TENSOR]) -> None:
    infos, offset = [], 0
    for name, sizes, kind in tensors:
        number, size = _stored(sizes, kind)
        infos.append(_text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, number, offset))
        offset += -(-size // _ALIGNMENT) * _ALIGNMENT
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries) + b"".join(infos)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(-(-len(head) // _ALIGNMENT) * _ALIGNMENT + offset)


def _stored(sizes: tuple[int, ...], kind: str) -> tuple[int, int]:
    number = GGMLQuantizationType[kind]
    block, size = GGML_QUANT_SIZES[number]
    numbers = 1
    for each in sizes:
        numbers *= each
    assert sizes[0] % block == 0, f"rows of {sizes[0]} cannot be stored as {kind}"
    return int(number), numbers // block * size


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _texts(key: str, texts: list[str]) -> bytes:
    start = struct.pack("<IIQ", GGUFValueType.ARRAY, GGUFValueType.STRING, len(texts))
    return _text(key) + start + b"".join(map(_text, texts))


def _split_entry(key: str, value: int) -> bytes:
    if key == "split.tensors.count":
        return _text(key) + struct.pack("<Ii", GGUFValueType.INT32, value)
    return _text(key) + struct.pack("<IH", GGUFValueType.UINT16, value)


def _entry(key: str, value: int | float | str) -> bytes:
    if isinstance(value, str):
        return _text(key) + struct.pack("<I", GGUFValueType.STRING) + _text(value)
    if isinstance(value, float):
        return _text(key) + struct.pack("<If", GGUFValueType.FLOAT32, value)
    return _text(key) + struct.pack("<II", GGUFValueType.UINT32, value)
