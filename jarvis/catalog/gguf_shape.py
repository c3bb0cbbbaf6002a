"""A GGUF file's shape, from the headers of all its parts.

Which layers slide, share or recur follows llama.cpp's `src/models/*.cpp`. Knows nothing about memory or placement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jarvis.catalog.gguf_header import GgufHeader, Tensor, damaged, read_gguf, split_parts
from jarvis.catalog.shape import Layer, ModelShape
from jarvis.catalog.tensor_types import TENSOR_TYPES, repacked_bytes, this_cpu

_BLOCK = re.compile(r"blk\.(\d{1,5})\.(.+)")
_INPUT = ("token_embd", "token_types", "position_embd", "per_layer_")
_RECURRENT = ("ssm_conv1d.weight", "shortconv.conv.weight", "time_mix_w1.weight")
_BOTH = frozenset({"falcon-h1"})
"""Architectures whose every layer has attention beside its recurrent part."""

SLIDING_EVERY: dict[str, tuple[int, int]] = {
    "afmoe": (4, 3),
    "cohere2": (4, 3),
    "cohere2moe": (4, 0),
    "exaone-moe": (4, 3),
    "exaone4": (4, 3),
    "gemma2": (2, 1),
    "gemma3": (6, 5),
    "gemma3n": (5, 4),
    "gpt-oss": (2, 1),
    "llama4": (4, 3),
    "olmo2": (4, 3),
    "plamo3": (8, 7),
    "smallthinker": (4, 0),
}
"""Per architecture: of so many layers, which one sees everything (`load_swa_pattern` in src/models/*.cpp)."""

_ARRAY_ONLY = frozenset({"gemma4", "granite-swa", "mimo2", "step35"})
_WINDOW = {"gemma2": 4096, "exaone4": 4096, "exaone-moe": 128, "llama4": 8192}
"""Windows that llama.cpp takes where the file names none."""


def shape_of_gguf(path: Path) -> ModelShape:
    """Return the shape of the model at `path`; `EngineError` when the file or one of its parts is damaged.

    Read once while the files stay the same.
    """
    try:
        marks = tuple((part, stat.st_mtime_ns, stat.st_size) for part in split_parts(path) for stat in [part.stat()])
        projectors = sorted(path.parent.glob("*mmproj*.gguf"))
        beside = sum(each.stat().st_size for each in projectors[:1] if each != path)
    except FileNotFoundError as error:
        raise damaged(path, "missing") from error
    except OSError as error:
        raise damaged(path, "unreadable") from error
    return _shape(marks, beside)


def sliding_pattern(architecture: str, layers: int, every: int = 0) -> tuple[bool, ...]:
    """Return which of `layers` slide where the file has no list of them; `every` is the period that it names."""
    period, full = SLIDING_EVERY.get(architecture, (0, 0))
    if every > 0 and period:
        period, full = every, 0 if full == 0 else every - 1
    return tuple(bool(period) and index % period != full for index in range(layers))


@lru_cache(maxsize=256)
def _shape(marks: tuple[tuple[Path, int, int], ...], projector_bytes: int) -> ModelShape:
    first = read_gguf(marks[0][0])
    tensors = [*first.tensors, *(tensor for path, _, _ in marks[1:] for tensor in read_gguf(path, part=True).tensors)]
    sums = _Sums(layers=[_LayerSum() for _ in range(first.layers)])
    for tensor in tensors:
        if not sums.add(tensor):
            raise damaged(marks[0][0], "corrupt")
    if not any(layer.weights for layer in sums.layers):
        raise damaged(marks[0][0], "no_model")
    return ModelShape(
        architecture=first.architecture,
        name=first.name,
        layers=_layers(first, sums),
        embedding_bytes=sums.embedding,
        output_bytes=sums.output + (0 if sums.matrix_output else sums.embedding_matrix),
        embedding_length=first.number("embedding_length"),
        vocabulary=_vocabulary(first, sums),
        heads=max(1, first.number("attention.head_count", 1)),
        context_tokens=first.context_tokens,
        file_bytes=sum(size for _, _, size in marks),
        tied_output=not sums.matrix_output,
        repacked_output_bytes=sums.output_copy if sums.matrix_output else sums.embedding_copy,
        sliding_window=_window(first),
        experts=first.number("expert_count"),
        experts_used=first.number("expert_used_count"),
        feed_forward=max(1, first.number("expert_used_count"))
        * (first.number("expert_feed_forward_length") or first.number("feed_forward_length")),
        projector_bytes=projector_bytes,
        parameters=sum(_numbers(tensor) for tensor in tensors),
        quantization=_quantization(tensors),
    )


@dataclass(slots=True)
class _LayerSum:
    weights: int = 0
    experts: int = 0
    repacked: int = 0
    recurrent: bool = False


@dataclass(slots=True)
class _Sums:
    layers: list[_LayerSum]
    embedding: int = 0
    embedding_matrix: int = 0
    output: int = 0
    matrix_output: int = 0
    embedding_copy: int = 0
    output_copy: int = 0
    vocabulary: int = 0

    def add(self, tensor: Tensor) -> bool:
        """Count one tensor; False when it belongs to a layer that the model does not have."""
        block = _BLOCK.fullmatch(tensor.name)
        if block:
            index = int(block[1])
            if index >= len(self.layers):
                return False
            self._add_block(self.layers[index], tensor, block[2])
        elif tensor.name.startswith(_INPUT):
            self.embedding += tensor.bytes
            if tensor.name == "token_embd.weight":
                self.embedding_matrix, self.vocabulary = tensor.bytes, tensor.dimensions[-1]
                self.embedding_copy = _copy(tensor)
        elif tensor.name.startswith("output") or not self.layers:
            self.output += tensor.bytes
            if tensor.name == "output.weight":
                self.matrix_output = tensor.bytes
                self.output_copy = _copy(tensor)
        else:
            self.layers[0].weights += tensor.bytes
        return True

    @staticmethod
    def _add_block(layer: _LayerSum, tensor: Tensor, role: str) -> None:
        layer.weights += tensor.bytes
        if "_exps." in role:
            layer.experts += tensor.bytes
        layer.repacked += _copy(tensor)
        if role in _RECURRENT:
            layer.recurrent = True


def _layers(header: GgufHeader, sums: _Sums) -> tuple[Layer, ...]:
    count, attention = header.layers, "attention."
    heads = max(1, header.number(f"{attention}head_count", 1))
    kv_heads = header.per_layer(f"{attention}head_count_kv", heads)
    size = header.number("embedding_length") // heads
    key, value = header.number(f"{attention}key_length", size), header.number(f"{attention}value_length", size)
    if header.number(f"{attention}key_length_mla"):
        # Latent attention (MLA): the values are a part of the one compressed row per token.
        value = 0
    sliding, cached = _sliding(header), count - _without_cache(header)
    state = _recurrent_bytes(header)
    made = []
    for index, layer in enumerate(sums.layers):
        attends = index < cached and (not layer.recurrent or header.architecture in _BOTH)
        slides = sliding[index]
        made.append(
            Layer(
                weight_bytes=layer.weights,
                expert_bytes=layer.experts,
                repacked_bytes=layer.repacked,
                kv_heads=kv_heads[index] if attends else 0,
                key_length=header.number(f"{attention}key_length_swa", key) if slides else key,
                value_length=header.number(f"{attention}value_length_swa", value) if slides else value,
                sliding=slides,
                recurrent_bytes=state if layer.recurrent else 0,
            )
        )
    return tuple(made)


def _without_cache(header: GgufHeader) -> int:
    """How many of the last layers keep no cache: they predict further tokens, or look into an earlier layer's."""
    shared = header.number("attention.shared_kv_layers", header.layers - 20 if header.architecture == "gemma3n" else 0)
    return min(header.layers, max(0, shared) + header.number("nextn_predict_layers"))


def _window(header: GgufHeader) -> int:
    if header.architecture not in SLIDING_EVERY and header.architecture not in _ARRAY_ONLY:
        return 0
    if header.architecture == "exaone4" and header.layers != 64:
        return 0
    return header.number("attention.sliding_window", _WINDOW.get(header.architecture, 0))


def _sliding(header: GgufHeader) -> tuple[bool, ...]:
    key = f"{header.architecture}.attention.sliding_window_pattern"
    listed = header.values.get(key)
    if not _window(header):
        return (False,) * header.layers
    if isinstance(listed, tuple):
        flags = tuple(bool(each) for each in listed[: header.layers])
        return flags + (False,) * (header.layers - len(flags))
    return sliding_pattern(header.architecture, header.layers, header.number("attention.sliding_window_pattern"))


def _recurrent_bytes(header: GgufHeader) -> int:
    """Bytes of one layer's state (`n_embd_r` and `n_embd_s` of llama-hparams.cpp), of 32-bit numbers."""
    width = header.number("embedding_length")
    if wkv := header.number("wkv.head_size"):
        return 4 * (header.number("token_shift_count", 2) * width + width * wkv)
    if short := header.number("shortconv.l_cache"):
        return 4 * width * (short - 1)
    inner, state, groups = (header.number(f"ssm.{key}") for key in ("inner_size", "state_size", "group_count"))
    convolution = max(0, header.number("ssm.conv_kernel") - 1) * (inner + 2 * groups * state)
    return 4 * (convolution + state * inner)


def _vocabulary(header: GgufHeader, sums: _Sums) -> int:
    return sums.vocabulary or header.counts.get("tokenizer.ggml.tokens", 0) or header.number("vocab_size")


def _copy(tensor: Tensor) -> int:
    """Bytes of the CPU backend's second copy on this machine."""
    return repacked_bytes(tensor.kind, tensor.dimensions, this_cpu())


def _numbers(tensor: Tensor) -> int:
    kind = TENSOR_TYPES[tensor.kind]
    return tensor.bytes // kind.size * kind.block


def _quantization(tensors: Iterable[Tensor]) -> str:
    """The type that most weights have."""
    sizes: dict[str, int] = {}
    for tensor in tensors:
        name = TENSOR_TYPES[tensor.kind].name
        sizes[name] = sizes.get(name, 0) + _numbers(tensor)
    return max(sizes, key=lambda name: sizes[name], default="")
