"""A model's shape in bytes, layer by layer: all that estimating and placing it needs.

Knows nothing about files; `gguf_shape`, `folder_shape` and `entry_shape` make it from what each of them says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One block. `weight_bytes` is all of it, of which `expert_bytes` are routed experts; `repacked_bytes` is the
    second copy that the CPU backend keeps. `key_length` and `value_length` are numbers per KV head.

    `recurrent_bytes` is the fixed state of a layer without attention; such a layer has `kv_heads` 0.
    """

    weight_bytes: int
    expert_bytes: int = 0
    repacked_bytes: int = 0
    kv_heads: int = 0
    key_length: int = 0
    value_length: int = 0
    sliding: bool = False
    recurrent_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelShape:
    """A whole model. `embedding_bytes` (token_embd) always stays in RAM; `output_bytes` is the output matrix with its
    norm, counted also where it is tied to the embedding, since a GPU then holds a copy.

    `repacked_output_bytes` is the CPU's second copy of the output matrix. `sliding_window` 0 means none. `heads` is
    the largest of all layers. `file_bytes` is what has to be read to load it. `projector_bytes` is the vision file.
    `feed_forward` is how many numbers a token has inside a feed-forward block: its width, times the experts used; 0
    where that is not known. `exact` is False where layers were computed from the catalogue instead of read from the
    file.
    """

    architecture: str
    name: str
    layers: tuple[Layer, ...]
    embedding_bytes: int
    output_bytes: int
    embedding_length: int
    vocabulary: int
    heads: int
    context_tokens: int
    file_bytes: int
    tied_output: bool = False
    repacked_output_bytes: int = 0
    sliding_window: int = 0
    experts: int = 0
    experts_used: int = 0
    feed_forward: int = 0
    projector_bytes: int = 0
    parameters: int = 0
    quantization: str = ""
    exact: bool = True
